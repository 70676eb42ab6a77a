//! "Methods paragraph": the sentences that a paper needs about the shown runs, copied or saved.

use std::path::PathBuf;

use egui::Context;

use crate::engine::protocol::Level;
use crate::experiment::Strategy;
use crate::figures::{Histories, METHODS, methods};
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::panel::Cx;
use crate::ui::state::AppState;

/// The path dialog and the write job.
pub struct Methods(Export);

impl Default for Methods {
    fn default() -> Self {
        Self(Export::new("Save the methods paragraph", "Path of the Markdown file", "Save", Wanted::NewFile("md")))
    }
}

impl Methods {
    pub fn open(&mut self) {
        self.0.open(|| METHODS.to_owned());
    }

    /// Puts the text on the clipboard, and says so.
    pub fn copy(&self, ctx: &Context, state: &mut AppState) {
        match text(state) {
            Ok(text) => {
                let words = text.split_whitespace().count();
                state.say(Level::Info, format!("Copied the methods of the shown runs: {words} words in Markdown"));
                ctx.copy_text(text);
            }
            Err(e) => state.say(Level::Error, e),
        }
    }

    /// Shows the dialog and reports the result.
    pub fn ui(&mut self, ctx: &Context, cx: &mut Cx<'_>) {
        cx.report(self.0.outcome(ctx));
        let Some(path): Option<PathBuf> = self.0.ui(ctx, |_| {}) else { return };
        let text = text(cx.state);
        self.0.start(ctx, move || Ok(Prepared::file(path, text?.into_bytes())));
    }
}

/// The methods of all shown runs, of this window and opened ones.
fn text(state: &AppState) -> Result<String, String> {
    let all = state.histories_shown();
    Histories::in_progress(&all, &Strategy::Random.into(), &[], &state.in_progress())
        .map(|histories| methods(&histories, None, None))
        .map_err(|e| format!("There is no methods paragraph: {e}"))
}
