//! A folder of runs belongs to one grid: what lies in it is compared before anything is written.

use std::path::{Path, PathBuf};

use super::cells::{Cell, Grid, base, unlike};
use super::error::GridError;
use super::folder::GridFolder;
use super::saved::is_of;
use crate::archive::{self, ArchiveError, EMBEDDING_MAGIC};
use crate::disk;
use crate::experiment::Experiment;
use crate::generator::file;
use crate::history::Header;
use crate::identity::{Ground, Likeness, Origin};
use crate::paths;
use crate::trajectory::Embedding;
use crate::world::World;

/// The file of a run, with its header if it can be read.
type FoundRun = (PathBuf, Result<Header, ArchiveError>);

/// Fields in which a folder's runs and those to be added may differ.
pub(super) const ADDED: [&str; 2] = ["strategy", "rounds"];

/// An error if the grid must not be written into the folder. Without `ground`, before data and generator are there,
/// only settings are compared. Returns the runs that are there and can be read.
pub fn admit(
    grid: &Grid,
    ground: Option<&Ground>,
    folder: &GridFolder,
    resume: bool,
) -> Result<Vec<(PathBuf, Header)>, GridError> {
    let own: Vec<(PathBuf, Cell)> = grid.cells().into_iter().map(|cell| (folder.history(&cell), cell)).collect();
    let mut there = Vec::new();
    for (path, header) in belongs(folder, &grid.experiment, ground, &ADDED)? {
        match (own.iter().find(|(file, _)| *file == path), header) {
            (Some((_, cell)), Ok(header)) => {
                is_of(cell, &path, &header)?;
                there.push((path, header));
            }
            (None, Ok(header)) => there.push((path, header)),
            (Some(_), Err(e)) => return Err(GridError::Damaged(e)),
            (None, Err(_)) => {}
        }
    }
    match own.into_iter().find(|(file, _)| !resume && there.iter().any(|(path, _)| path == file)) {
        Some((path, _)) => Err(GridError::NotEmpty { path }),
        None => Ok(there),
    }
}

/// An error if the runs of a folder are of other data than these, SHA-256: known before a generator is trained on them.
pub fn admit_data(there: &[(PathBuf, Header)], data: &str) -> Result<(), GridError> {
    there.iter().try_for_each(|(path, header)| {
        let difference = header.ground().differs_in_data(data);
        difference.map_or(Ok(()), |difference| Err(GridError::OtherWorld { path: path.clone(), difference }))
    })
}

/// What is to be told before rounds are added to the runs of a folder, one sentence each: nothing of it is an error.
pub(super) fn notes(there: &[(PathBuf, Header)], world: &World, folder: &GridFolder) -> Vec<String> {
    let path = folder.experiment();
    let is_empty = !there.is_empty() && path.metadata().is_ok_and(|m| m.len() == 0);
    let empty = is_empty.then(|| format!("{}: was empty; it is written again as its runs have it.", path.display()));
    let likeness = there.iter().filter_map(|(_, header)| header.ground().compare(&world.ground).ok()).max();
    let here = Origin::here(&world.device.description, 1);
    let origins = there.iter().flat_map(|(_, header)| &header.origins);
    let others = Origin::machines(origins.filter(|there| there.may_part_from(&here)));
    let moved = (!others.is_empty()).then(|| {
        let (others, here) = (others.join("; "), here.machine());
        format!(
            "Rounds so far were computed on {others}, and those to come on {here}: what follows a gradient may part in \
             its last bits."
        )
    });
    likeness.and_then(Likeness::note).map(str::to_owned).into_iter().chain(moved).chain(empty).collect()
}

/// The runs of a folder, or an error if they, its experiment or its embedding are of another grid than this experiment's.
/// Without a run, as after an attempt that had no memory for a minibatch, a folder belongs to none. A run that cannot be
/// read says nothing of it.
pub(super) fn belongs(
    folder: &GridFolder,
    experiment: &Experiment,
    ground: Option<&Ground>,
    free: &[&str],
) -> Result<Vec<FoundRun>, GridError> {
    if folder.is_in_another() {
        return Err(GridError::Inside { path: folder.path().into() });
    }
    let histories = folder.histories()?;
    if histories.is_empty() {
        return is_free(folder).map(|()| Vec::new());
    }
    kept_files_agree(folder, experiment, ground, free)?;
    let mut runs = Vec::new();
    for path in histories {
        let header = archive::read_header(&path);
        if let Ok(header) = &header {
            if header.forked.is_none() {
                is_like(&path, &base(header), experiment, free)?;
            }
            shares(&path, &header.ground(), ground)?;
        }
        runs.push((path, header));
    }
    Ok(runs)
}

/// An error if a folder without a run has a file of somebody's own by the name of one that a run would write.
pub(super) fn is_free(folder: &GridFolder) -> Result<(), GridError> {
    let path = folder.experiment();
    // What is there and is no text is somebody's too.
    let text = paths::read_text(&path).ok();
    let is_of_runs = text.as_ref().is_some_and(|t| Experiment::from_record(t).is_ok_and(|there| there.to_toml() == *t));
    let is_empty = text.map_or_else(|| path.symlink_metadata().is_err(), |text| text.trim().is_empty());
    let taken = match (is_of_runs, is_empty) {
        (true, _) => None,
        (false, false) => Some(path),
        (false, true) => folder
            .tables()
            .into_iter()
            .chain([folder.embedding()])
            .find(|path| path.metadata().is_ok_and(|there| there.len() > 0)),
    };
    taken.map_or(Ok(()), |path| Err(GridError::Foreign { path }))
}

/// Writes the experiment of a grid, with no fewer rounds than the runs in its folder have.
pub(super) fn write_experiment<'a>(
    experiment: &Experiment,
    there: impl Iterator<Item = &'a Header>,
    folder: &GridFolder,
) -> Result<(), ArchiveError> {
    let rounds = there.map(|header| header.experiment.rounds).chain([experiment.rounds]).max().unwrap_or_default();
    let experiment = Experiment { rounds, ..experiment.clone() };
    archive::write_atomically(&folder.experiment(), experiment.to_toml().as_bytes())
}

/// Writes the embedding of a folder that has been admitted. The one that its runs have stays: the codes may differ in their
/// last bits on another processor.
pub(super) fn write_embedding(folder: &GridFolder, world: &World) -> Result<(), ArchiveError> {
    let path = folder.embedding();
    if !folder.histories()?.is_empty() && archive::read::<Embedding>(&path, EMBEDDING_MAGIC).is_ok() {
        return Ok(());
    }
    archive::write(&path, EMBEDDING_MAGIC, &Embedding::of(world))
}

/// Copies the file that the generator was read from, so that its runs can be shown and go on without it. Another one, or a
/// damaged one, that is there gets another name.
pub(super) fn keep_generator(folder: &GridFolder, world: &World) -> Result<(), ArchiveError> {
    let to = folder.generator();
    let is_theirs = || file::weights_of(&to).is_ok_and(|weights| Some(weights) == world.ground.weights);
    let Some(from) = world.generator_file.as_ref().filter(|from| **from != to && !is_theirs()) else { return Ok(()) };
    match std::fs::read(from) {
        Ok(bytes) => {
            if to.exists() {
                let aside = to.with_extension("other.safetensors");
                disk::link_or_copy(&to, &aside).map_err(|source| ArchiveError::Write { path: aside, source })?;
            }
            archive::write_atomically(&to, &bytes)
        }
        Err(e) => {
            log::warn!("{}: the generator cannot be copied to its runs ({e})", from.display());
            Ok(())
        }
    }
}

/// An error if the experiment or the embedding that lie in a folder are of another grid, or the experiment cannot be read.
/// One that is missing or empty says nothing, nor does a damaged embedding.
pub(super) fn kept_files_agree(
    folder: &GridFolder,
    experiment: &Experiment,
    ground: Option<&Ground>,
    free: &[&str],
) -> Result<(), GridError> {
    let path = folder.experiment();
    match read_experiment(&path) {
        Some(there) => is_like(&path, &there, experiment, free)?,
        // Somebody may have written it: a typing error is no reason to write over it.
        None if paths::read(&path).is_ok_and(|bytes| !bytes.trim_ascii().is_empty()) => {
            return Err(GridError::Unread { path });
        }
        None => {}
    }
    let path = folder.embedding();
    if let Ok(there) = archive::read::<Embedding>(&path, EMBEDDING_MAGIC) {
        shares(&path, &there.ground(), ground)?;
    }
    Ok(())
}

/// The experiment of a folder; `None` if it is missing, empty or cannot be read.
pub fn read_experiment(path: &Path) -> Option<Experiment> {
    let text = paths::read_text(path).ok().filter(|text| !text.trim().is_empty())?;
    Experiment::from_record(&text).ok()
}

fn is_like(path: &Path, there: &Experiment, here: &Experiment, free: &[&str]) -> Result<(), GridError> {
    match unlike(there, here, free) {
        Some(difference) => Err(GridError::OtherSetting { path: path.into(), difference }),
        None => Ok(()),
    }
}

fn shares(path: &Path, there: &Ground, here: Option<&Ground>) -> Result<(), GridError> {
    match here.map(|here| there.compare(here)) {
        Some(Err(difference)) => Err(GridError::OtherWorld { path: path.into(), difference }),
        _ => Ok(()),
    }
}
