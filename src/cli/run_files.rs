//! The tables and the curves of a folder of runs, which grow with its histories.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::out::complain;
use super::progress::TerminalWatcher;
use crate::archive::{self, ArchiveError, write_atomically};
use crate::figures::{self, Looks, Theme};
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
    histories: Mutex<BTreeMap<String, History>>,
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
        write(self.folder, histories)
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
    write(folder, saved(folder))
}

/// The histories of a folder by the stems of their files; one that cannot be read is told and left out.
fn saved(folder: &GridFolder) -> BTreeMap<String, History> {
    let files = folder.histories().unwrap_or_else(|e| {
        complain!("warning: {e}");
        Vec::new()
    });
    let read = |path: PathBuf| match archive::read_history(&path) {
        Ok(history) => Some((path.with_extension("").file_name()?.to_string_lossy().into_owned(), history)),
        Err(e) => {
            complain!("warning: {e}; it is left out of the tables");
            None
        }
    };
    let mut histories: BTreeMap<String, History> = files.into_iter().filter_map(read).collect();
    // A copy under another name is no run of its own.
    let cell =
        |name: &String, history: &History| Some(Cell::of(history).name()).filter(|c| !history.is_fork() && c != name);
    let copies: Vec<(String, String)> = histories.iter().filter_map(|(n, h)| Some((n.clone(), cell(n, h)?))).collect();
    for (copy, of) in copies.into_iter().filter(|(_, of)| histories.contains_key(of)).collect::<Vec<_>>() {
        complain!("warning: {copy}: its run is in {of} too and counts once");
        histories.remove(&copy);
    }
    histories
}

fn write(folder: &GridFolder, histories: BTreeMap<String, History>) -> Result<Vec<PathBuf>, ArchiveError> {
    let mut histories: Vec<History> = histories.into_values().collect();
    if histories.is_empty() {
        return Ok(Vec::new());
    }
    histories.sort_by_key(|h| (h.is_fork(), h.header.repeat, h.variant()));
    let files = [
        ("curves.csv", figures::curves_csv(&histories)),
        ("proposals.csv", figures::proposals_csv(&histories)),
        (
            "curves.svg",
            figures::svg(&figures::curves(&histories, &Looks::of(&histories)), figures::PAGE_WIDTH, &Theme::LIGHT),
        ),
    ];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        write_atomically(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}
