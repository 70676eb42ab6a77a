//! Writing to a path of the user's choice: asks for it, writes on a thread of its own, and reports how that went.

use std::path::PathBuf;

use egui::{Context, Ui};

use super::ask_path::{AskPath, Wanted};
use super::job::Job;

/// Dots per inch of images in files.
pub const DPI: f32 = 300.0;

/// The question, and the job that writes.
pub struct Export {
    ask: AskPath,
    writing: Job<Result<String, String>>,
}

impl Export {
    pub fn new(title: &'static str, hint: &'static str, confirm: &'static str, wanted: Wanted) -> Self {
        Self { ask: AskPath::new(title, hint, confirm, wanted), writing: Job::default() }
    }

    /// Asks; `suggestion` stands in the field unless the user typed something before.
    pub fn open(&mut self, suggestion: impl FnOnce() -> String) {
        self.ask.open(suggestion);
    }

    pub fn is_writing(&self) -> bool {
        self.writing.is_running()
    }

    /// Shows the question with `more` under the field; the path in the frame in which it was confirmed.
    pub fn ui(&mut self, ctx: &Context, more: impl FnOnce(&mut Ui)) -> Option<PathBuf> {
        self.ask.ui(ctx, more)
    }

    /// Writes; `work` says what was written, or why nothing was.
    pub fn start(&mut self, ctx: &Context, work: impl FnOnce() -> Result<String, String> + Send + 'static) {
        self.writing.start(ctx, work);
    }

    /// How the writing went, once.
    pub fn outcome(&mut self) -> Option<Result<String, String>> {
        self.writing.take()
    }
}
