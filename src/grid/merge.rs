//! Merging the shards of a grid into the folder that the whole grid would have written, except for wall times.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::belongs::{ADDED, is_free, kept_files_agree, read_experiment};
use super::cells::{Cell, base, unlike};
use super::error::GridError;
use super::folder::GridFolder;
use super::saved::{agree, bare, is_bare};
use crate::archive::{self, ALBUM_MAGIC, ArchiveError, EMBEDDING_MAGIC, HISTORY_EXTENSION};
use crate::disk::FolderLock;
use crate::experiment::Experiment;
use crate::generator::file as generator;
use crate::history::History;
use crate::identity::Likeness;
use crate::trajectory::{Album, Embedding};

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
    /// Files that were not copied, with the reason: of none of them there was a whole copy.
    pub left_out: Vec<String>,
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
/// than once must be equal each time, as far as it goes; rounds may have been added to some. Nothing is written before
/// everything is compared.
pub fn merge(folders: &[PathBuf], out: &GridFolder, keep: Keep) -> Result<Merged, GridError> {
    merged(folders, out, keep).map_err(|error| match error {
        // What a full disk has of a merge is not resumed.
        GridError::Full(e) => GridError::Archive(e),
        other => other,
    })
}

fn merged(folders: &[PathBuf], out: &GridFolder, keep: Keep) -> Result<Merged, GridError> {
    let _lock = FolderLock::take(out.path(), "`ridgewalk merge`")?;
    if out.is_in_another() {
        return Err(GridError::Inside { path: out.path().into() });
    }
    let mut found = Found::default();
    for path in out.histories()? {
        if keep == Keep::WithoutSteps {
            may_stay(&path)?;
        }
        found.add(path)?;
    }
    let own: BTreeSet<PathBuf> = found.files.clone();
    if own.is_empty() {
        is_free(out)?;
    }
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
    if let Some(Source { path: first, history, .. }) = sources.first() {
        let (experiment, ground) = (base(&history.header), history.header.ground());
        let other = |path, difference| GridError::OtherGrid { first: first.clone(), second: path, difference };
        for folder in &folders {
            kept_files_agree(folder, &experiment, Some(&ground), &ADDED).map_err(|error| match error {
                GridError::OtherSetting { path, difference } => other(path, difference),
                GridError::OtherWorld { path, difference } => other(path, difference.to_string()),
                error => error,
            })?;
        }
    }

    let mut left_out = Vec::new();
    let experiment = write_experiment(&folders, &sources, out, own.is_empty())?;
    if keep == Keep::Everything {
        let weights = sources.first().and_then(|s| s.history.header.generator_weights.as_ref());
        write_shared(&folders, weights, out, own.is_empty(), &mut left_out)?;
    }
    for source in &mut sources {
        let (is_own, cell) = (own.contains(&resolved(&source.path)), Cell::of(&source.history));
        match keep {
            Keep::Everything => source.copy(&cell, out, &mut left_out)?,
            Keep::WithoutSteps if is_own => {}
            Keep::WithoutSteps => {
                source.history = bare(&source.history);
                archive::write_history(&out.history(&cell), &source.history)?;
            }
        }
    }
    let histories: Vec<History> = sources.into_iter().map(|s| s.history).collect();
    let whole = |h: &History| {
        let rounds = experiment.as_ref().map_or(0, |e| e.rounds).max(h.header.experiment.rounds);
        Experiment { rounds, ..h.header.experiment.clone() }
    };
    let ended = |h: &&History| h.rounds.last().is_some_and(|r| r.is_last_of(&whole(h)));
    let unfinished = histories.iter().filter(|h| !ended(h)).map(|h| Cell::of(h).name()).collect();
    Ok(Merged { missing: missing(&histories), unfinished, histories, repeated, empty, forks, left_out, likeness })
}

/// An error if what lies in the folder of a merge without steps is a run with its steps or its checkpoint: a merge takes
/// nothing away.
fn may_stay(path: &Path) -> Result<(), GridError> {
    let history = archive::read_history(path)?;
    let is_slim = is_bare(&history) && !archive::checkpoint_beside(path).exists();
    if is_slim || history.is_fork() { Ok(()) } else { Err(GridError::Whole { path: path.into() }) }
}

/// A history that is merged, and where it lies.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    history: History,
    /// Other files of the same run, with no more in them.
    copies: Vec<PathBuf>,
}

impl Source {
    /// Copies the run with all that belongs to it, as far as it is whole, from wherever it is.
    fn copy(&self, cell: &Cell, out: &GridFolder, left_out: &mut Vec<String>) -> Result<(), GridError> {
        let Self { path, history, copies } = self;
        let paths = || std::iter::once(path).chain(copies);
        let checkpoints = paths().map(|p| archive::checkpoint_beside(p));
        copy_whole(checkpoints, &out.checkpoint(cell), |p| misfit(p, history, None), left_out)?;
        for (at, record) in history.rounds.iter().enumerate() {
            let weights = paths().filter_map(|p| archive::weights_beside(p, history).into_iter().nth(at));
            copy_whole(
                weights,
                &out.weights(cell, record.round),
                |p| misfit(p, history, Some(record.round)),
                left_out,
            )?;
        }
        let unfit = |p: &Path| match archive::read::<Album>(p, ALBUM_MAGIC) {
            Err(e) => Some(e.to_string()),
            Ok(album) => album.foreign(history).map(|foreign| format!("{}: has images {foreign}", p.display())),
        };
        copy_whole(paths().map(|p| GridFolder::around(p).album(cell)), &out.album(cell), unfit, left_out)?;
        // The last: a history is there only with all that belongs to it.
        copy_if_there(path, &out.history(cell))
    }
}

/// Why the checkpoint at `path` is not one of this run, at the end of this round if one is given.
fn misfit(path: &Path, history: &History, round: Option<usize>) -> Option<String> {
    let of = match archive::read_checkpoint(path) {
        Err(e) => return Some(e.to_string()),
        Ok(checkpoint) => match checkpoint.foreign(history) {
            Some(foreign) => foreign.to_string(),
            None if round.is_some_and(|round| round != checkpoint.rounds) => {
                format!("of another round, {}", checkpoint.rounds)
            }
            None => return None,
        },
    };
    Some(format!("{}: is a checkpoint {of}", path.display()))
}

/// Copies the first of these files that is whole; if there are some but none is, adds what is wrong with each.
fn copy_whole(
    files: impl Iterator<Item = PathBuf>,
    to: &Path,
    fault: impl Fn(&Path) -> Option<String>,
    left_out: &mut Vec<String>,
) -> Result<(), GridError> {
    let mut faults = Vec::new();
    for from in files.filter(|file| file.exists()) {
        match fault(&from) {
            None => return copy_if_there(&from, to),
            fault => faults.extend(fault),
        }
    }
    left_out.append(&mut faults);
    Ok(())
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
        if let Some(Source { path: first, history: of, .. }) = self.sources.first() {
            let other = |difference| GridError::OtherGrid { first: first.clone(), second: path.clone(), difference };
            if let Some(difference) = unlike(&base(&of.header), &base(&history.header), &ADDED) {
                return Err(other(difference));
            }
            let likeness = of.header.ground().compare(&history.header.ground()).map_err(|d| other(d.to_string()))?;
            self.likeness = self.likeness.max(likeness);
        }
        let name = Cell::of(&history).name();
        let is_new = self.files.insert(resolved(&path));
        let Some(twin) = self.sources.iter_mut().find(|s| Cell::of(&s.history).name() == name) else {
            self.sources.push(Source { path, history, copies: Vec::new() });
            return Ok(());
        };
        if is_new && let Some(difference) = agree(&twin.history, &history) {
            return Err(GridError::Differ { first: twin.path.clone(), second: path, difference });
        }
        self.repeated.insert(name);
        let content = |h: &History| (h.rounds.len(), !is_bare(h));
        if content(&history) > content(&twin.history) {
            twin.copies.push(std::mem::replace(&mut twin.path, path));
            twin.history = history;
        } else {
            twin.copies.push(path);
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

/// Writes the experiment as the first folder has it, with the most rounds of any; in a folder that is not new, what is
/// missing of it. Published histories may lie without their experiment.
fn write_experiment(
    folders: &[GridFolder],
    sources: &[Source],
    out: &GridFolder,
    new: bool,
) -> Result<Option<Experiment>, GridError> {
    let kept = std::iter::once(out).filter(|_| !new).chain(folders);
    let kept: Vec<(PathBuf, Experiment)> =
        kept.map(GridFolder::experiment).filter_map(|path| read_experiment(&path).map(|e| (path, e))).collect();
    let of_runs = sources.iter().map(|s| base(&s.history.header));
    let all: Vec<Experiment> = kept.iter().map(|(_, e)| e.clone()).chain(of_runs).collect();
    let Some(first) = all.first() else { return Ok(None) };
    let rounds = all.iter().map(|e| e.rounds).max().unwrap_or_default();
    let merged = Experiment { rounds, ..first.clone() };
    match kept.first() {
        Some((path, there)) if there.rounds == rounds => copy_if_there(path, &out.experiment())?,
        _ => archive::write_atomically(&out.experiment(), merged.to_toml().as_bytes())?,
    }
    Ok(Some(merged))
}

/// Writes the other files that the runs of a grid share, as the first folder has them; in a folder that is not new, what
/// is missing of them.
fn write_shared(
    folders: &[GridFolder],
    weights: Option<&String>,
    out: &GridFolder,
    new: bool,
    left_out: &mut Vec<String>,
) -> Result<(), GridError> {
    let all = || std::iter::once(out).filter(|_| !new).chain(folders);
    let unread = |path: &Path| archive::read::<Embedding>(path, EMBEDDING_MAGIC).err().map(|e| e.to_string());
    copy_whole(all().map(GridFolder::embedding), &out.embedding(), unread, left_out)?;
    let unfit = |path: &Path| match generator::weights_of(path) {
        Ok(there) if weights.is_none_or(|weights| *weights == there) => None,
        Ok(_) => Some(format!("{}: it is not the generator of these runs", path.display())),
        Err(e) => Some(e.to_string()),
    };
    copy_whole(all().map(GridFolder::generator), &out.generator(), unfit, left_out)?;
    copy_whole(all().map(GridFolder::masks_report), &out.masks_report(), |_| None, left_out)
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
