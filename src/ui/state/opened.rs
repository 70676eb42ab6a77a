//! Histories beside the live run: read from files, or left by the run that another was forked from; and where the live
//! ones are written.

use std::path::PathBuf;
use std::sync::Arc;

use super::AppState;
use crate::engine::planned::RunId;
use crate::engine::protocol::Level;
use crate::grid::GridFolder;
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

impl AppState {
    /// A run is written to this file from now on, or to none.
    pub(super) fn on_disk(&mut self, run: RunId, path: Option<PathBuf>) {
        if let Some(path) = path.as_ref().filter(|p| self.run(run).is_some_and(|r| r.on_disk.as_ref() != Some(p))) {
            let text = format!("{} is written to {} whenever a round ends", self.name_of(run), path.display());
            self.say(Level::Info, text);
        }
        self.run_mut(run).on_disk = path;
    }

    /// Where to write the runs, unless somebody says otherwise: beside those that were opened.
    pub fn folder_for_runs(&self) -> String {
        let from = &self.opened.from;
        if from.as_os_str().is_empty() {
            return format!("{}-runs", self.experiment.name);
        }
        GridFolder::around(from).path().display().to_string()
    }
}
