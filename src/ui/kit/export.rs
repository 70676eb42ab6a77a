//! Export to a path chosen by the user: asks for the path, writes on a background thread, and reports the result.

use std::path::PathBuf;

use egui::{Context, Ui};

use super::ask_path::{AskPath, Wanted};
use super::job::Job;

/// Resolution of exported images, dots per inch.
pub const DPI: f32 = 300.0;

/// The path dialog and the write job.
pub struct Export {
    ask: AskPath,
    writing: Job<Result<String, String>>,
}

impl Export {
    pub fn new(title: &'static str, hint: &'static str, confirm: &'static str, wanted: Wanted) -> Self {
        Self { ask: AskPath::new(title, hint, confirm, wanted), writing: Job::default() }
    }

    /// Opens the dialog; the field holds `suggestion` unless the user typed a path before.
    pub fn open(&mut self, suggestion: impl FnOnce() -> String) {
        self.ask.open(suggestion);
    }

    pub fn is_writing(&self) -> bool {
        self.writing.is_running()
    }

    /// Shows the dialog with `more` under the field; returns the path in the frame in which it is confirmed.
    pub fn ui(&mut self, ctx: &Context, more: impl FnOnce(&mut Ui)) -> Option<PathBuf> {
        self.ask.ui(ctx, more)
    }

    /// Starts writing; `work` returns a message about the written files, or the error.
    pub fn start(&mut self, ctx: &Context, work: impl FnOnce() -> Result<String, String> + Send + 'static) {
        self.writing.start(ctx, work);
    }

    /// The result of the write job, once.
    pub fn outcome(&mut self) -> Option<Result<String, String>> {
        self.writing.take()
    }
}
