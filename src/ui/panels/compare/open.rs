//! "Open…": asks for histories and reads them on a background thread, to compare with the live run.

use std::path::{Path, PathBuf};

use egui::Ui;

use crate::archive;
use crate::engine::protocol::Level;
use crate::history::History;
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::job::Job;
use crate::ui::panel::Cx;

/// The path dialog and the read job.
pub struct OpenHistories {
    ask: AskPath,
    /// Paths that are read next.
    waiting: Vec<PathBuf>,
    reading: Job<Result<(PathBuf, Vec<History>), String>>,
}

impl Default for OpenHistories {
    fn default() -> Self {
        let hint = "A run's folder, or one history (*.rwh)";
        let ask = AskPath::new("Open histories", hint, "Open", Wanted::Folder);
        Self { ask, waiting: Vec::new(), reading: Job::default() }
    }
}

impl OpenHistories {
    pub fn button(&mut self, ui: &mut Ui) {
        let open = ui.add_enabled(!self.reading.is_running(), egui::Button::new("Open…").small());
        let tip = "Opens histories that a window or the command line wrote, to look at or compare with; files can be dropped here too";
        if open.on_hover_text(tip).clicked() {
            self.ask.open(String::new);
        }
    }

    /// Reads this path too, one after the other.
    pub fn read(&mut self, path: &Path) {
        self.waiting.push(path.to_owned());
    }

    /// Shows the dialog and takes over histories that were read or dropped; true if the open histories changed.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) -> bool {
        self.waiting.extend(self.ask.ui(ctx, |_| {}));
        if !self.reading.is_running() && !self.waiting.is_empty() {
            let path = self.waiting.remove(0);
            self.reading.start(ctx, move || {
                archive::read_histories(&path).map(|found| (path, found)).map_err(|e| e.to_string())
            });
        }
        match self.reading.take() {
            Some(Ok((path, histories))) => {
                cx.state.say(Level::Info, format!("Opened {} histories of {}", histories.len(), path.display()));
                cx.state.looks.know(&histories);
                cx.state.list.open(histories, path);
                return true;
            }
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        false
    }
}
