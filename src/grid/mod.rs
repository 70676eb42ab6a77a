//! Grids: variants x repeats with paired seeds, run in parallel without changing any result, saved after each round.

mod error;
mod cells;
mod folder;
mod saved;
mod first_rounds;
mod belongs;
mod merge;
mod place;

pub use belongs::{admit, admit_data, read_experiment};
pub use cells::{Cell, Grid, Shard, unlike};
pub use error::GridError;
pub use folder::GridFolder;
pub use merge::{Keep, Merged, merge};
pub use place::{Place, PlaceError, WINDOW};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::archive::{self, ALBUM_MAGIC};
use crate::disk::FolderLock;
use crate::history::{Header, History};
use crate::round::RunEvent;
use crate::trajectory::Album;
use crate::world::World;
use belongs::{keep_generator, notes, write_embedding};
use first_rounds::FirstRounds;
use saved::{Begun, check_resumes};

/// What a grid is called where it locks its folder.
pub const RUN: &str = "`ridgewalk run`";

/// Receives the progress of a grid; called from its worker threads.
pub trait Watcher: Sync {
    /// What is to be told before the first cell starts, one sentence.
    fn noted(&self, _note: &str) {}
    /// A cell starts, or continues after `rounds_done` rounds; not told of one that is over.
    fn began(&self, cell: &Cell, rounds_done: usize);
    /// An event in a cell, of which `fraction` is done.
    fn happened(&self, cell: &Cell, event: &RunEvent, fraction: f32);
    /// A round of a cell ended, and its files are on disk.
    fn saved(&self, _cell: &Cell, _history: &History) {}
    /// No round of a cell is left, and all its files are on disk; told also of a cell that was over before.
    fn ended(&self, cell: &Cell, history: &History);
}

/// Runs every cell of the grid, `jobs` of them side by side with one thread each, and returns the histories in the
/// order of the cells. After each round a cell's files are on disk, so a kill loses at most the round in progress.
pub fn run(
    grid: &Grid,
    world: &Arc<World>,
    folder: &GridFolder,
    resume: bool,
    jobs: usize,
    watcher: &dyn Watcher,
) -> Result<Vec<History>, GridError> {
    let _lock = FolderLock::take(folder.path(), RUN)?;
    let cells = grid.cells();
    let there = admit(grid, Some(&world.ground), folder, resume)?;
    notes(&there, world, folder).iter().for_each(|note| watcher.noted(note));
    if resume {
        cells.iter().try_for_each(|cell| check_resumes(cell, world, folder))?;
    }
    write_experiment(grid, &there, folder)?;
    write_embedding(folder, world)?;
    keep_generator(folder, world)?;
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let first_rounds = FirstRounds::new(&cells, &next);
    let work = || -> Result<Vec<(usize, History)>, GridError> {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(cell) = cells.get(at) else { return Ok(done) };
            if failed.load(Ordering::Relaxed) {
                return Ok(done);
            }
            // Forgotten only if the cell succeeds, so that an error or a panic stops the other cells too.
            let stop = StopOthers(&failed);
            done.push((at, run_cell(cell, world, folder, resume, watcher, &first_rounds)?));
            std::mem::forget(stop);
        }
    };
    let workers = jobs.clamp(1, cells.len().max(1));
    let results: Vec<_> = std::thread::scope(|scope| {
        let spawn = || scope.spawn(|| on_one_thread(work));
        let handles: Vec<_> = (0..workers).map(|_| spawn()).collect();
        handles.into_iter().map(|h| h.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut done = Vec::new();
    for result in results {
        done.extend(result??);
    }
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, history)| history).collect())
}

/// Writes the experiment of a grid into its folder, with no fewer rounds than the runs that are there have: all that a
/// shard without a run leaves.
pub fn write_experiment(grid: &Grid, there: &[(PathBuf, Header)], folder: &GridFolder) -> Result<(), GridError> {
    Ok(belongs::write_experiment(&grid.experiment, there.iter().map(|(_, header)| header), folder)?)
}

/// When dropped, no other cell of the grid starts.
struct StopOthers<'a>(&'a AtomicBool);

impl Drop for StopOthers<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` so that every parallel operation inside it stays on one thread.
pub fn on_one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, GridError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|e| GridError::Threads(e.to_string()))?;
    Ok(pool.install(work))
}

fn run_cell(
    cell: &Cell,
    world: &Arc<World>,
    folder: &GridFolder,
    resume: bool,
    watcher: &dyn Watcher,
    first_rounds: &FirstRounds<'_>,
) -> Result<History, GridError> {
    let mut begun = if resume { Begun::resumed(cell, world, folder)? } else { Begun::new(cell, world) };
    match begun.run.is_done() {
        true => over(cell, begun.run.history()).iter().for_each(|note| watcher.noted(note)),
        false => watcher.began(cell, begun.run.rounds_done()),
    }
    let mut events = Vec::new();
    if begun.run.rounds_done() == 0
        && let Some(run) = first_rounds.begin(cell, world)
    {
        begun.run = run;
        events.extend(begun.run.history().rounds.iter().cloned().map(RunEvent::Ended));
    }
    loop {
        if events.iter().any(|e| matches!(e, RunEvent::Ended(_))) {
            begun.write_round(cell, folder)?;
            first_rounds.keep(&begun.run);
            watcher.saved(cell, begun.run.history());
        }
        for event in &events {
            watcher.happened(cell, event, begun.run.fraction_done());
        }
        if begun.run.is_done() {
            break;
        }
        events = begun.run.advance(&|| false).unwrap_or_default();
    }
    begun.settle(cell, folder)?;
    let run = begun.run;
    let album = Album::of(world, run.history());
    if !album.walks.is_empty() {
        archive::write(&folder.album(cell), ALBUM_MAGIC, &album)?;
    }
    watcher.ended(cell, run.history());
    Ok(run.history().clone())
}

/// Why no round is added to a run that is over before its last round, one sentence.
fn over(cell: &Cell, history: &History) -> Option<String> {
    let last = history.rounds.last().filter(|last| last.round < cell.experiment.rounds)?;
    let why = if last.diverged { "it diverged" } else { "a stop rule ended it" };
    Some(format!("{}: {why} in round {}, and no round is added", cell.name(), last.round))
}
