//! Opened histories: read from files, or left by the parent of a fork; and the files that the live
//! runs are written to.

use std::path::PathBuf;
use std::sync::Arc;

use crate::history::History;

/// The opened histories and their path.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    pub histories: Arc<Vec<History>>,
    /// The path they were read from; empty if none was read from a file.
    pub from: PathBuf,
    /// Number of changes so far.
    pub version: u64,
}

impl Opened {
    /// Replaces the opened histories.
    pub fn replace(&mut self, histories: Vec<History>, from: PathBuf) {
        self.histories = Arc::new(histories);
        self.from = from;
        self.version += 1;
    }

    /// Adds histories; one that is already there is not added twice.
    pub fn keep(&mut self, histories: Vec<History>) {
        let new: Vec<History> = histories.into_iter().filter(|h| !self.histories.contains(h)).collect();
        Arc::make_mut(&mut self.histories).extend(new);
        self.version += 1;
    }
}
