//! Grids: variants x repeats with paired seeds, run in parallel without changing any result, saved after each round.

mod error;
mod cells;
mod folder;
mod merge;
mod place;

pub use cells::{Cell, Grid, Shard};
pub use error::GridError;
pub use folder::GridFolder;
pub use merge::{Keep, Merged, merge};
pub use place::{Place, PlaceError};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::archive::{self, ALBUM_MAGIC, Checkpoint, EMBEDDING_MAGIC};
use crate::disk::FolderLock;
use crate::experiment::{Experiment, Field};
use crate::history::History;
use crate::round::{Run, RunEvent};
use crate::trajectory::{Album, Embedding};
use crate::world::World;

/// What a grid is called where it locks its folder.
pub const RUN: &str = "`ridgewalk run`";

/// Receives the progress of a grid; called from its worker threads.
pub trait Watcher: Sync {
    /// A cell starts, or continues after `rounds_done` rounds.
    fn began(&self, cell: &Cell, rounds_done: usize);
    /// An event in a cell, of which `fraction` is done.
    fn happened(&self, cell: &Cell, event: &RunEvent, fraction: f32);
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
    if !resume && let Some(cell) = cells.iter().find(|c| folder.history(c).exists()) {
        return Err(GridError::NotEmpty { path: folder.history(cell) });
    }
    let embedding = Embedding::of(world);
    belongs_to(grid, &embedding, folder)?;
    if resume {
        for cell in &cells {
            saved(cell, folder)?;
        }
    }
    archive::write_atomically(&folder.experiment(), grid.experiment.to_toml().as_bytes())?;
    archive::write(&folder.embedding(), EMBEDDING_MAGIC, &embedding)?;
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
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
            done.push((at, run_cell(cell, world, folder, resume, watcher)?));
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
) -> Result<History, GridError> {
    let mut run = match resume {
        true => resumed(cell, world, folder)?,
        false => new_run(cell, world),
    };
    watcher.began(cell, run.rounds_done());
    while !run.is_done() {
        let events = run.advance(&|| false).unwrap_or_default();
        let ended = events.iter().any(|e| matches!(e, RunEvent::Ended(_)));
        if ended {
            archive::write_history(&folder.history(cell), run.history())?;
            let checkpoint = run.checkpoint()?;
            archive::write_checkpoint(&folder.checkpoint(cell), &checkpoint)?;
            // The weights of every round are saved for the first repeat of each variant only, to limit disk space.
            if cell.repeat == 1 {
                let path = folder.weights(cell, checkpoint.rounds);
                archive::write_checkpoint(&path, &Checkpoint { optimiser: Vec::new(), ..checkpoint })?;
            }
        }
        for event in &events {
            watcher.happened(cell, event, run.fraction_done());
        }
    }
    let album = Album::of(world, run.history());
    if !album.walks.is_empty() {
        archive::write(&folder.album(cell), ALBUM_MAGIC, &album)?;
    }
    watcher.ended(cell, run.history());
    Ok(run.history().clone())
}

fn new_run(cell: &Cell, world: &Arc<World>) -> Run {
    Run::new(world, &cell.experiment, cell.repeat).with_own(cell.own.clone())
}

/// An error if the folder has runs of another grid: a folder of runs belongs to one. Files that cannot be read do not count.
fn belongs_to(grid: &Grid, embedding: &Embedding, folder: &GridFolder) -> Result<(), GridError> {
    // An attempt that left no run, such as one without memory for a minibatch, claims nothing.
    let runs = std::fs::read_dir(folder.path().join(archive::HISTORIES));
    if !runs.is_ok_and(|mut files| files.next().is_some()) {
        return Ok(());
    }
    if let Ok(there) = archive::read::<Embedding>(&folder.embedding(), EMBEDDING_MAGIC)
        && let Err(difference) = there.ground().compare(&embedding.ground())
    {
        return Err(GridError::OtherWorld { path: folder.path().into(), difference });
    }
    let text = std::fs::read_to_string(folder.experiment()).unwrap_or_default();
    let Ok(there) = Experiment::from_toml(&text) else { return Ok(()) };
    // Strategies, repeats and rounds may be added.
    let added = |field: &Field| ["strategy", "seed", "rounds"].contains(&field.name);
    let differing = there.differing(&grid.experiment);
    match differing.into_iter().find(|f| !text.is_empty() && !added(f)) {
        Some(field) => {
            let (before, now) = (field.get(&there), field.get(&grid.experiment));
            Err(GridError::OtherSetting { path: folder.path().into(), field: field.name, before, now })
        }
        None => Ok(()),
    }
}

/// The saved history of a cell, if it can be continued.
fn saved(cell: &Cell, folder: &GridFolder) -> Result<Option<History>, GridError> {
    let path = folder.history(cell);
    if !(path.exists() && folder.checkpoint(cell).exists()) {
        return Ok(None);
    }
    let mut history = archive::read_history(&path)?;
    // The number of rounds may change; any other change is another experiment.
    history.header.experiment.rounds = cell.experiment.rounds;
    if !history.header.experiment.differing(&cell.experiment).is_empty() || history.header.own != cell.own {
        return Err(GridError::OtherExperiment { cell: cell.name() });
    }
    Ok(Some(history))
}

fn resumed(cell: &Cell, world: &Arc<World>, folder: &GridFolder) -> Result<Run, GridError> {
    let Some(history) = saved(cell, folder)? else { return Ok(new_run(cell, world)) };
    let checkpoint = archive::read_checkpoint(&folder.checkpoint(cell))?;
    Run::resume(world, history, checkpoint).map_err(|source| GridError::Resume { cell: cell.name(), source })
}
