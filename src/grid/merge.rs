//! Merging the shards of a grid: the folder that the unsplit grid would have left, wall times apart.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cells::Cell;
use super::error::GridError;
use super::folder::GridFolder;
use crate::archive::{self, HISTORY_EXTENSION};
use crate::difference::first_difference;
use crate::history::History;

/// What a merge found.
#[derive(Debug)]
pub struct Merged {
    /// In the order of the grid: by repeat, then by strategy.
    pub histories: Vec<History>,
    /// Strategies and repeats that some cell has and that are missing together: `snn-03`.
    pub missing: Vec<String>,
    /// Cells that were there more than once, and equal.
    pub repeated: usize,
    /// Forks that were left out: they are no cells of the grid.
    pub forks: usize,
}

/// How much of each history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The files as they are, checkpoints too.
    Everything,
    /// Histories without the latent steps behind proposals, walks and the class predicted for each image, and no
    /// checkpoints: a fraction of the size.
    /// Every figure but the snap distances stays as it was.
    WithoutSteps,
}

/// Copies the histories (and checkpoints) of `folders` into `out`. Shards must share their experiment; a cell that is
/// there twice must be equal both times.
pub fn merge(folders: &[PathBuf], out: &GridFolder, keep: Keep) -> Result<Merged, GridError> {
    let mut found: Vec<(PathBuf, History)> = Vec::new();
    let (mut repeated, mut forks) = (0, 0);
    for folder in folders {
        for path in archive::history_files(folder)? {
            let history = archive::read_history(&path)?;
            if history.is_fork() {
                forks += 1;
                continue;
            }
            if let Some((first, of)) = found.first()
                && !same_grid(of, &history)
            {
                return Err(GridError::OtherGrid { first: first.clone(), second: path });
            }
            match found.iter().find(|(_, h)| cell(h).name() == cell(&history).name()) {
                None => found.push((path, history)),
                Some((_, twin)) if first_difference(twin, &history).is_none() => repeated += 1,
                Some((first, _)) => return Err(GridError::Differ { first: first.clone(), second: path }),
            }
        }
    }
    found.sort_by_key(|(_, h)| (h.header.repeat, h.strategy()));
    for (path, history) in &mut found {
        let cell = cell(history);
        if keep == Keep::WithoutSteps {
            strip(history);
            archive::write_history(&out.history(&cell), history)?;
            continue;
        }
        copy(path, &out.history(&cell))?;
        let checkpoint = archive::checkpoint_beside(path);
        if checkpoint.exists() {
            copy(&checkpoint, &out.checkpoint(&cell))?;
        }
        for (record, weights) in history.rounds.iter().zip(archive::weights_beside(path, history)) {
            if weights.exists() {
                copy(&weights, &out.weights(&cell, record.round))?;
            }
        }
    }
    let histories: Vec<History> = found.into_iter().map(|(_, h)| h).collect();
    if let Some(first) = histories.first() {
        let mut experiment = first.header.experiment.clone();
        experiment.seed = experiment.seed.wrapping_sub(first.header.repeat as u64 - 1);
        archive::write_atomically(&out.experiment(), experiment.to_toml().as_bytes())?;
    }
    Ok(Merged { missing: missing(&histories), histories, repeated, forks })
}

fn cell(history: &History) -> Cell {
    Cell { experiment: history.header.experiment.clone(), repeat: history.header.repeat }
}

/// The same data, generator and experiment, strategy and repeat apart.
fn same_grid(a: &History, b: &History) -> bool {
    let mut expected = a.header.experiment.clone();
    expected.strategy = b.strategy();
    expected.seed = expected.seed.wrapping_add(b.header.repeat as u64).wrapping_sub(a.header.repeat as u64);
    let digests = |h: &History| (h.header.data_digest.clone(), h.header.generator_digest.clone());
    expected == b.header.experiment && digests(a) == digests(b)
}

fn strip(history: &mut History) {
    for record in history.rounds.iter_mut().map(Arc::make_mut) {
        record.walk_steps.clear();
        record.predicted.clear();
        record.proposals.iter_mut().for_each(|p| p.step = None);
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), GridError> {
    let bytes = std::fs::read(from).map_err(|source| archive::ArchiveError::Read { path: from.into(), source })?;
    Ok(archive::write_atomically(to, &bytes)?)
}

/// Cells of the full grid of these strategies and repeats that are not there.
fn missing(histories: &[History]) -> Vec<String> {
    let mut strategies: Vec<_> = histories.iter().map(History::strategy).collect();
    strategies.sort();
    strategies.dedup();
    let mut repeats: Vec<_> = histories.iter().map(|h| h.header.repeat).collect();
    repeats.sort_unstable();
    repeats.dedup();
    let has = |s, r| histories.iter().any(|h| h.strategy() == s && h.header.repeat == r);
    let all = repeats.iter().flat_map(|&r| strategies.iter().map(move |&s| (s, r)));
    all.filter(|&(s, r)| !has(s, r)).map(|(s, r)| format!("{s}-{r:02}.{HISTORY_EXTENSION}")).collect()
}
