//! Histories beside the live run: read from files, or left by the run that another was forked from; and where the live
//! ones are written.

use std::path::PathBuf;
use std::sync::Arc;

use crate::history::History;

/// The histories, and where they were read.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    pub histories: Arc<Vec<History>>,
    /// Empty where none was read from a file.
    pub from: PathBuf,
    /// Counts changes.
    pub version: u64,
}

impl Opened {
    /// These in place of those before.
    pub fn replace(&mut self, histories: Vec<History>, from: PathBuf) {
        self.histories = Arc::new(histories);
        self.from = from;
        self.version += 1;
    }

    /// These beside those before; one that stands there already is not kept twice.
    pub fn keep(&mut self, histories: Vec<History>) {
        let new: Vec<History> = histories.into_iter().filter(|h| !self.histories.contains(h)).collect();
        Arc::make_mut(&mut self.histories).extend(new);
        self.version += 1;
    }
}
