//! "Save view as PNG": asks for a path, reads the picture once, and writes it on a thread of its own.

use std::path::PathBuf;

use crate::engine::protocol::Level;
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::job::Job;
use crate::ui::panel::Cx;
use crate::view::LatentView;

/// The question where to, and what was written.
pub struct SaveView {
    ask: AskPath,
    written: Job<Result<PathBuf, String>>,
}

impl Default for SaveView {
    fn default() -> Self {
        let ask = AskPath::new("Save the view as PNG", "Path of the PNG file", "Save", Wanted::NewFile("png"));
        Self { ask, written: Job::default() }
    }
}

impl SaveView {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.ask.open(|| format!("{}-round-{}.png", cx.state.experiment.name, cx.state.shown_round()));
    }

    /// Shows the window, and reports what was written.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>, view: Option<&LatentView>) {
        match self.written.take() {
            Some(Ok(path)) => cx.state.say(Level::Info, format!("Saved {}", path.display())),
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        let Some(path) = self.ask.ui(ctx, |_| {}) else { return };
        match view.map(|v| (v.size(), v.read_rgba_blocking())) {
            Some((size, Ok(pixels))) => self.write(ctx, path, size, pixels),
            Some((_, Err(e))) => cx.state.say(Level::Error, e.to_string()),
            None => {}
        }
    }

    fn write(&mut self, ctx: &egui::Context, path: PathBuf, (width, height): (u32, u32), pixels: Vec<u8>) {
        self.written.start(ctx, move || {
            image::save_buffer(&path, &pixels, width, height, image::ExtendedColorType::Rgba8)
                .map(|()| path.clone())
                .map_err(|e| format!("{} was not written: {e}", path.display()))
        });
    }
}
