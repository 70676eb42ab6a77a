//! Merging the shards of a grid into the folder that the whole grid would have written, except for wall times.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cells::Cell;
use super::error::GridError;
use super::folder::GridFolder;
use crate::archive::{self, HISTORY_EXTENSION};
use crate::difference::first_difference;
use crate::disk::FolderLock;
use crate::experiment::Experiment;
use crate::history::{Header, History};

/// The result of a merge.
#[derive(Debug)]
pub struct Merged {
    /// In the order of the grid: by repeat, then by variant.
    pub histories: Vec<History>,
    /// Files of missing cells: combinations of a variant and a repeat that occur, but not together.
    pub missing: Vec<String>,
    /// Number of cells found again with equal results.
    pub repeated: usize,
    /// Number of forks skipped: they are not cells of the grid.
    pub forks: usize,
}

/// How much of each history is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All files, with checkpoints.
    Everything,
    /// Histories without latent steps, walks and the class predicted for each image, and no checkpoints: a fraction of
    /// the size. All figures but the snap distances stay the same.
    WithoutSteps,
}

/// Copies the histories (and checkpoints) of `folders` into `out`. Shards must be of one experiment; a cell found twice
/// must be equal both times.
pub fn merge(folders: &[PathBuf], out: &GridFolder, keep: Keep) -> Result<Merged, GridError> {
    let _lock = FolderLock::take(out.path(), "`ridgewalk merge`")?;
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
                && let Err(difference) = same_grid(of, &history)
            {
                return Err(GridError::OtherGrid { first: first.clone(), second: path, difference });
            }
            match found.iter().find(|(_, h)| Cell::of(h).name() == Cell::of(&history).name()) {
                None => found.push((path, history)),
                Some((_, twin)) if first_difference(twin, &history).is_none() => repeated += 1,
                Some((first, _)) => return Err(GridError::Differ { first: first.clone(), second: path }),
            }
        }
    }
    found.sort_by_key(|(_, h)| (h.header.repeat, h.variant()));
    for (path, history) in &mut found {
        let cell = Cell::of(history);
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
        archive::write_atomically(&out.experiment(), base(first).to_toml().as_bytes())?;
    }
    Ok(Merged { missing: missing(&histories), histories, repeated, forks })
}

/// An error with what differs unless two histories have the same experiment, except for variant and repeat, the same data
/// and the same latent space.
fn same_grid(a: &History, b: &History) -> Result<(), String> {
    let (left, right) = (base(a), base(b));
    if let Some(field) = left.differing(&right).into_iter().find(|f| f.name != "strategy") {
        return Err(format!("field `{}`: {} and {}", field.name, field.get(&left), field.get(&right)));
    }
    a.header.ground().compare(&b.header.ground()).map(|_| ()).map_err(|e| e.to_string())
}

/// The experiment of the grid that a history belongs to, with the history's strategy.
fn base(history: &History) -> Experiment {
    let Header { experiment, own, repeat, .. } = &history.header;
    let base = own.base(experiment);
    Experiment { seed: base.seed.wrapping_sub(*repeat as u64 - 1), ..base }
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

/// Files of the cells that are missing in the full grid of these variants and repeats.
fn missing(histories: &[History]) -> Vec<String> {
    let cells: Vec<Cell> = histories.iter().map(Cell::of).collect();
    let names: BTreeSet<String> = cells.iter().map(Cell::name).collect();
    let repeats: BTreeSet<usize> = cells.iter().map(|c| c.repeat).collect();
    let all = repeats.iter().flat_map(|&repeat| cells.iter().map(move |c| Cell { repeat, ..c.clone() }.name()));
    let missing: BTreeSet<String> = all.filter(|name| !names.contains(name)).collect();
    missing.into_iter().map(|name| format!("{name}.{HISTORY_EXTENSION}")).collect()
}
