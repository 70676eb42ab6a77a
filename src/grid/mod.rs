//! Grids: strategies x repeats with paired seeds, run side by side without changing any result, kept round by round.

mod merge;
mod place;

pub use merge::{Keep, Merged, merge};
pub use place::{Place, PlaceError};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::archive::{
    self, ALBUM_EXTENSION, ALBUM_MAGIC, ArchiveError, CHECKPOINT_EXTENSION, CHECKPOINTS, Checkpoint, EMBEDDING_FILE,
    EMBEDDING_MAGIC, HISTORIES, HISTORY_EXTENSION, WEIGHTS,
};
use crate::experiment::{Experiment, Strategy};
use crate::history::History;
use crate::round::{ResumeError, Run, RunEvent};
use crate::target::WeightsError;
use crate::trajectory::{Album, Embedding};
use crate::world::World;

/// Strategies x repeats of one experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Its seed is that of the first repeat; its strategy is replaced by each of `strategies`.
    pub experiment: Experiment,
    pub strategies: Vec<Strategy>,
    pub repeats: usize,
    pub shard: Shard,
}

/// Part `index` of `count`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: usize,
    pub count: usize,
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no shard; write it as i/n with 1 <= i <= n, such as 1/3");
        let (index, count) = text.split_once('/').ok_or_else(bad)?;
        let (index, count) = (index.parse().map_err(|_| bad())?, count.parse().map_err(|_| bad())?);
        if index == 0 || index > count { Err(bad()) } else { Ok(Self { index, count }) }
    }
}

/// One run of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub experiment: Experiment,
    /// From 1.
    pub repeat: usize,
}

impl Cell {
    /// The stem of the cell's files.
    pub fn name(&self) -> String {
        format!("{}-{:02}", self.experiment.strategy, self.repeat)
    }
}

impl Grid {
    /// The cells of this shard. Repeat r has the seed of the first plus r - 1, the same for every strategy.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for repeat in 1..=self.repeats {
            for &strategy in &self.strategies {
                let seed = self.experiment.seed.wrapping_add(repeat as u64 - 1);
                cells.push(Cell { experiment: Experiment { strategy, seed, ..self.experiment.clone() }, repeat });
            }
        }
        let Shard { index, count } = self.shard;
        cells.into_iter().enumerate().filter(|(i, _)| i % count == index - 1).map(|(_, cell)| cell).collect()
    }
}

/// A grid that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum GridError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("{cell}: {source}")]
    Resume { cell: String, source: ResumeError },
    #[error("{cell}: the history there was made by another experiment; use another --out, or leave --resume away")]
    OtherExperiment { cell: String },
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: holds results of an earlier run; give --resume to go on with them, or another --out", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} and {} belong to different grids (experiment, data or generator differ); merge the shards of one", first.display(), second.display())]
    OtherGrid { first: PathBuf, second: PathBuf },
    #[error("{} and {} are the same cell and differ; `ridgewalk diff` shows where", first.display(), second.display())]
    Differ { first: PathBuf, second: PathBuf },
    #[error("a worker thread could not be started: {0}")]
    Threads(String),
}

/// What a grid says while it runs; called from its worker threads.
pub trait Watcher: Sync {
    /// A cell begins, or goes on after so many rounds.
    fn began(&self, cell: &Cell, rounds_done: usize);
    /// Something happened in a cell, of which this share is done.
    fn happened(&self, cell: &Cell, event: &RunEvent, fraction: f32);
    fn ended(&self, cell: &Cell, history: &History);
}

/// Where a grid keeps its files.
#[derive(Debug, Clone, PartialEq)]
pub struct GridFolder(PathBuf);

impl GridFolder {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn history(&self, cell: &Cell) -> PathBuf {
        self.named(HISTORIES, &cell.name(), HISTORY_EXTENSION)
    }

    pub fn checkpoint(&self, cell: &Cell) -> PathBuf {
        self.named(CHECKPOINTS, &cell.name(), CHECKPOINT_EXTENSION)
    }

    /// The weights of a cell at the end of a round.
    pub fn weights(&self, cell: &Cell, round: usize) -> PathBuf {
        archive::weights_in(&self.0.join(WEIGHTS).join(cell.name()), round)
    }

    /// The images along the walks of a cell.
    pub fn album(&self, cell: &Cell) -> PathBuf {
        self.album_named(&cell.name())
    }

    /// The same of a run by its name.
    pub fn album_named(&self, name: &str) -> PathBuf {
        self.named("walks", name, ALBUM_EXTENSION)
    }

    fn named(&self, folder: &str, name: &str, extension: &str) -> PathBuf {
        self.0.join(folder).join(format!("{name}.{extension}"))
    }

    /// The embedding that all cells share.
    pub fn embedding(&self) -> PathBuf {
        self.0.join(EMBEDDING_FILE)
    }

    /// The experiment of the grid, readable and usable with `--experiment`.
    pub fn experiment(&self) -> PathBuf {
        self.0.join("experiment.toml")
    }
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
    let cells = grid.cells();
    if !resume && let Some(cell) = cells.iter().find(|c| folder.history(c).exists()) {
        return Err(GridError::NotEmpty { path: folder.history(cell) });
    }
    archive::write_atomically(&folder.experiment(), grid.experiment.to_toml().as_bytes())?;
    archive::write(&folder.embedding(), EMBEDDING_MAGIC, &Embedding::of(world))?;
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
            // Held until the cell has ended well, so that a panic stops the other cells too.
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

/// Dropped, it lets no other cell of the grid begin.
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
        false => Run::new(world, &cell.experiment, cell.repeat),
    };
    watcher.began(cell, run.rounds_done());
    while !run.is_done() {
        let events = run.advance(&|| false).unwrap_or_default();
        let ended = events.iter().any(|e| matches!(e, RunEvent::Ended(_)));
        if ended {
            archive::write_history(&folder.history(cell), run.history())?;
            let checkpoint = run.checkpoint()?;
            archive::write_checkpoint(&folder.checkpoint(cell), &checkpoint)?;
            // To look back at every round of one run for each strategy; of the others that would only be many times the size.
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

fn resumed(cell: &Cell, world: &Arc<World>, folder: &GridFolder) -> Result<Run, GridError> {
    let (history, checkpoint) = (folder.history(cell), folder.checkpoint(cell));
    if !(history.exists() && checkpoint.exists()) {
        return Ok(Run::new(world, &cell.experiment, cell.repeat));
    }
    let (history, checkpoint) = (archive::read_history(&history)?, archive::read_checkpoint(&checkpoint)?);
    // More rounds than before are welcome; anything else would be another experiment.
    let mut before = history.header.experiment.clone();
    before.rounds = cell.experiment.rounds;
    if before != cell.experiment {
        return Err(GridError::OtherExperiment { cell: cell.name() });
    }
    let mut history = history;
    history.header.experiment.rounds = cell.experiment.rounds;
    Run::resume(world, history, checkpoint).map_err(|source| GridError::Resume { cell: cell.name(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(shard: Shard) -> Grid {
        Grid { experiment: Experiment::default(), strategies: vec![Strategy::Random, Strategy::Snn], repeats: 3, shard }
    }

    #[test]
    fn shards_partition_the_grid_and_seeds_are_paired() {
        let whole = grid(Shard::default()).cells();
        assert_eq!(whole.len(), 6);
        for pair in whole.chunks(2) {
            assert_eq!(pair[0].experiment.seed, pair[1].experiment.seed);
        }
        let mut parts: Vec<String> =
            (1..=4).flat_map(|index| grid(Shard { index, count: 4 }).cells()).map(|c| c.name()).collect();
        parts.sort();
        let mut names: Vec<String> = whole.iter().map(Cell::name).collect();
        names.sort();
        assert_eq!(parts, names);
    }

    #[test]
    fn shards_read_from_text() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, count: 3 }));
        for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(bad.parse::<Shard>().unwrap_err().contains(bad), "{bad}");
        }
    }
}
