//! Merging the shards of a grid into the folder that the whole grid would have written, except for wall times.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::belongs::{OF_A_RUN, kept_files_agree};
use super::cells::{Cell, base, unlike};
use super::error::GridError;
use super::folder::GridFolder;
use super::saved::{agree, bare, is_bare};
use crate::archive::{self, ArchiveError, HISTORY_EXTENSION};
use crate::disk::FolderLock;
use crate::history::History;
use crate::identity::Likeness;

/// The result of a merge.
#[derive(Debug)]
pub struct Merged {
    /// Every run of the folder, in the order of the grid: by repeat, then by variant.
    pub histories: Vec<History>,
    /// Files of missing cells: combinations of a variant and a repeat that occur, but not together.
    pub missing: Vec<String>,
    /// Cells whose last round is still to come.
    pub unfinished: Vec<String>,
    /// Cells found more than once, with equal results as far as both go.
    pub repeated: BTreeSet<String>,
    /// Shards without a run: a grid has fewer cells than shards.
    pub empty: Vec<PathBuf>,
    /// Number of forks skipped: they are not cells of the grid.
    pub forks: usize,
    /// How far the runs are known to share their latent space.
    pub likeness: Likeness,
}

/// How much of each history is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All files: histories, checkpoints, weights, walks and the embedding.
    Everything,
    /// Histories without latent steps, walks and the class predicted for each image, and nothing else: a fraction of the
    /// size. All figures but the snap distances stay the same.
    WithoutSteps,
}

/// Merges the runs of `folders` into `out`. All must be of one grid, as must be what `out` has already; a cell found more
/// than once must be equal each time, as far as it goes. Nothing is written before everything is compared.
pub fn merge(folders: &[PathBuf], out: &GridFolder, keep: Keep) -> Result<Merged, GridError> {
    let _lock = FolderLock::take(out.path(), "`ridgewalk merge`")?;
    let mut found = Found::default();
    for path in out.histories()? {
        found.add(path)?;
    }
    let own: BTreeSet<PathBuf> = found.files.clone();
    for folder in folders {
        match archive::history_files(folder) {
            Ok(files) => files.into_iter().try_for_each(|path| found.add(path))?,
            Err(ArchiveError::NoHistory { .. }) if GridFolder::new(folder).experiment().is_file() => {
                found.empty.push(folder.clone());
            }
            Err(e) => return Err(e.into()),
        }
    }
    let Found { mut sources, files: _, repeated, empty, forks, likeness } = found;
    sources.sort_by_key(|s| (s.history.header.repeat, s.history.variant()));
    let folders = folders_of(&sources, &empty);
    if let Some(Source { history, .. }) = sources.first() {
        let (experiment, ground) = (base(&history.header), history.header.ground());
        for folder in &folders {
            kept_files_agree(folder, &experiment, Some(&ground), &OF_A_RUN)?;
        }
    }

    write_shared(&folders, &sources, out, keep, own.is_empty())?;
    for Source { path, history } in &mut sources {
        if own.contains(&resolved(path)) {
            continue;
        }
        let cell = Cell::of(history);
        if keep == Keep::WithoutSteps {
            *history = bare(history);
            archive::write_history(&out.history(&cell), history)?;
            continue;
        }
        let from = GridFolder::around(path);
        copy_if_there(&archive::checkpoint_beside(path), &out.checkpoint(&cell))?;
        for (record, weights) in history.rounds.iter().zip(archive::weights_beside(path, history)) {
            copy_if_there(&weights, &out.weights(&cell, record.round))?;
        }
        copy_if_there(&from.album(&cell), &out.album(&cell))?;
        // The last: a history is there only with all that belongs to it.
        copy_if_there(path, &out.history(&cell))?;
    }
    let histories: Vec<History> = sources.into_iter().map(|s| s.history).collect();
    let ended = |h: &&History| h.rounds.last().is_some_and(|r| r.is_last_of(&h.header.experiment));
    let unfinished = histories.iter().filter(|h| !ended(h)).map(|h| Cell::of(h).name()).collect();
    Ok(Merged { missing: missing(&histories), unfinished, histories, repeated, empty, forks, likeness })
}

/// A history that is merged, and where it lies.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    history: History,
}

/// What was found in the folders so far.
#[derive(Debug)]
struct Found {
    /// One for each cell.
    sources: Vec<Source>,
    /// Every file, by its place on the disk.
    files: BTreeSet<PathBuf>,
    repeated: BTreeSet<String>,
    empty: Vec<PathBuf>,
    forks: usize,
    likeness: Likeness,
}

impl Default for Found {
    fn default() -> Self {
        let (sources, files, repeated, empty) = Default::default();
        Self { sources, files, repeated, empty, forks: 0, likeness: Likeness::Equal }
    }
}

impl Found {
    /// Adds a history, if it is of the same grid as those before. Of a cell found again the one with more in it stays.
    fn add(&mut self, path: PathBuf) -> Result<(), GridError> {
        let history = archive::read_history(&path)?;
        if history.is_fork() {
            self.forks += 1;
            return Ok(());
        }
        if let Some(Source { path: first, history: of }) = self.sources.first() {
            let other = |difference| GridError::OtherGrid { first: first.clone(), second: path.clone(), difference };
            if let Some(difference) = unlike(&base(&of.header), &base(&history.header), &OF_A_RUN) {
                return Err(other(difference));
            }
            let likeness = of.header.ground().compare(&history.header.ground()).map_err(|d| other(d.to_string()))?;
            self.likeness = self.likeness.max(likeness);
        }
        let name = Cell::of(&history).name();
        let is_new = self.files.insert(resolved(&path));
        let Some(twin) = self.sources.iter_mut().find(|s| Cell::of(&s.history).name() == name) else {
            self.sources.push(Source { path, history });
            return Ok(());
        };
        if is_new && let Some(difference) = agree(&twin.history, &history) {
            return Err(GridError::Differ { first: twin.path.clone(), second: path, difference });
        }
        self.repeated.insert(name);
        let content = |h: &History| (h.rounds.len(), !is_bare(h));
        if content(&history) > content(&twin.history) {
            *twin = Source { path, history };
        }
        Ok(())
    }
}

/// The folders of runs that the sources and the empty shards lie in, each once.
fn folders_of(sources: &[Source], empty: &[PathBuf]) -> Vec<GridFolder> {
    let mut folders: Vec<GridFolder> = Vec::new();
    let all = sources.iter().map(|s| GridFolder::around(&s.path));
    for folder in all.chain(empty.iter().map(GridFolder::new)) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// Writes what the runs of a grid share, as the first shard has it; in a folder that is not new, what is missing of it.
fn write_shared(
    folders: &[GridFolder],
    sources: &[Source],
    out: &GridFolder,
    keep: Keep,
    new: bool,
) -> Result<(), GridError> {
    let shared: &[fn(&GridFolder) -> PathBuf] = match keep {
        Keep::Everything => &[GridFolder::experiment, GridFolder::embedding, GridFolder::masks_report],
        Keep::WithoutSteps => &[GridFolder::experiment],
    };
    for file in shared {
        if (new || !file(out).exists())
            && let Some(path) = folders.iter().map(file).find(|p| p.is_file())
        {
            copy_if_there(&path, &file(out))?;
        }
    }
    // Published histories may lie without their experiment.
    if let Some(Source { history, .. }) = sources.first()
        && !folders.iter().any(|folder| folder.experiment().is_file())
    {
        archive::write_atomically(&out.experiment(), base(&history.header).to_toml().as_bytes())?;
    }
    Ok(())
}

fn copy_if_there(from: &Path, to: &Path) -> Result<(), GridError> {
    if !from.exists() || resolved(from) == resolved(to) {
        return Ok(());
    }
    let bytes = std::fs::read(from).map_err(|source| ArchiveError::Read { path: from.into(), source })?;
    Ok(archive::write_atomically(to, &bytes)?)
}

/// A path without links, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.into())
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
