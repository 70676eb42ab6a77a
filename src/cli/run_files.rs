//! The tables and the curves of a folder of runs, which grow with its histories.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::out::complain;
use super::progress::TerminalWatcher;
use crate::archive::ArchiveError;
use crate::figures::{FolderHistories, histories_of, write_tables};
use crate::grid::{Cell, GridFolder, Watcher};
use crate::history::History;
use crate::round::RunEvent;

/// Writing takes at most one part in this many of the time, however large a folder is.
const SHARE: u32 = 20;

/// `curves.csv`, `proposals.csv` and `curves.svg` of all runs of a folder, written again as rounds end.
pub struct RunFiles<'a> {
    folder: &'a GridFolder,
    terminal: &'a TerminalWatcher,
    /// The histories of the folder by the stems of their files.
    histories: Mutex<FolderHistories>,
    /// When the files may be written again; `None` before the first round ended.
    next: Mutex<Option<Instant>>,
}

impl<'a> RunFiles<'a> {
    /// The files of a folder with the histories that it has; `terminal` is told of everything too.
    pub fn new(folder: &'a GridFolder, terminal: &'a TerminalWatcher) -> Self {
        Self { folder, terminal, histories: Mutex::new(saved(folder)), next: Mutex::default() }
    }

    /// Writes the files now; none if there is no history.
    pub fn write(&self) -> Result<Vec<PathBuf>, ArchiveError> {
        let histories = self.histories.lock().unwrap_or_else(PoisonError::into_inner).clone();
        write_tables(self.folder, histories)
    }

    /// Whether a round has ended, so that there is something new to write.
    pub fn has_news(&self) -> bool {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Takes over a history, unless it repeats rounds of the one that is there.
    fn holds(&self, cell: &Cell, history: &History) {
        let mut histories = self.histories.lock().unwrap_or_else(PoisonError::into_inner);
        if histories.get(&cell.name()).is_none_or(|there| there.rounds.len() <= history.rounds.len()) {
            histories.insert(cell.name(), history.clone());
        }
    }
}

impl Watcher for RunFiles<'_> {
    fn noted(&self, note: &str) {
        self.terminal.noted(note);
    }

    fn began(&self, cell: &Cell, rounds_done: usize) {
        self.terminal.began(cell, rounds_done);
    }

    fn happened(&self, cell: &Cell, event: &RunEvent, fraction: f32) {
        self.terminal.happened(cell, event, fraction);
    }

    fn saved(&self, cell: &Cell, history: &History) {
        self.holds(cell, history);
        // Another run writes them just now.
        let Ok(mut next) = self.next.try_lock() else { return };
        let start = Instant::now();
        if next.is_some_and(|next| start < next) {
            return;
        }
        // The histories are safe, so the run goes on.
        if let Err(e) = self.write() {
            complain!("warning: {e}");
        }
        *next = Some(Instant::now() + start.elapsed().max(Duration::from_millis(1)) * SHARE);
    }

    fn ended(&self, cell: &Cell, history: &History) {
        self.holds(cell, history);
        self.terminal.ended(cell, history);
    }
}

/// The files of a folder from its histories; none if there is no history.
pub fn run_files(folder: &GridFolder) -> Result<Vec<PathBuf>, ArchiveError> {
    write_tables(folder, saved(folder))
}

/// The histories of a folder by the stems of their files; one that cannot be read is told and left out.
fn saved(folder: &GridFolder) -> FolderHistories {
    let (histories, notes) = histories_of(folder);
    notes.iter().for_each(|note| complain!("warning: {note}"));
    histories
}
