//! The runs of a folder, to go on with: those of its grid, whether they have begun or not, and their forks.

use std::path::{Path, PathBuf};

use super::autosaving::Autosaving;
use super::replay::Source;
use crate::archive::{self, ArchiveError};
use crate::disk::{FolderLock, LockError};
use crate::engine::autosave::Saved;
use crate::engine::planned::{PlannedRun, RunId, planned};
use crate::experiment::{Experiment, ExperimentError, Strategy, Variant};
use crate::grid::{Grid, GridFolder, Shard, WINDOW, read_experiment};
use crate::history::{Header, History};

/// The runs of a folder.
pub struct FolderRuns {
    pub experiment: Experiment,
    pub runs: Vec<PlannedRun>,
    /// The files of those that have begun.
    pub saved: Vec<(RunId, Source)>,
    /// Strategies of rounds before forks.
    pub before_forks: Vec<Strategy>,
    /// The folder, locked, if it is that of a session.
    pub session: Option<Autosaving>,
}

/// Why the runs of a folder cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{}: no experiment.toml is in it that can be read; choose a folder of `ridgewalk run`", .0.display())]
    NoExperiment(PathBuf),
    #[error("{}: the variant {variant}", folder.display())]
    Variant { folder: PathBuf, variant: String },
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl FolderRuns {
    pub fn read(path: &Path) -> Result<Self, FolderError> {
        let folder = GridFolder::around(path);
        let no_experiment = || FolderError::NoExperiment(folder.path().into());
        let experiment = read_experiment(&folder.experiment()).ok_or_else(no_experiment)?;
        let lock = FolderLock::take(folder.path(), WINDOW)?;
        let mut files = Vec::new();
        for file in folder.histories()? {
            let header = archive::read_header(&file)?;
            files.push((file, header));
        }
        let of_grid = || files.iter().map(|(_, header)| header).filter(|header| header.forked.is_none());
        let saved = Saved::read(folder.path());
        let (variants, first, last) = match &saved {
            Some(Saved { variants, first_repeat, last_repeat, .. }) => (variants.clone(), *first_repeat, *last_repeat),
            None => {
                let mut variants: Vec<String> = Vec::new();
                let names = of_grid().map(|header| header.own.variant(&header.experiment).to_string());
                names.for_each(|name| {
                    if !variants.contains(&name) {
                        variants.push(name)
                    }
                });
                (variants, 1, of_grid().map(|header| header.repeat).max().unwrap_or(1))
            }
        };
        let read = |text: &String| {
            let failed = |detail| FolderError::Variant { folder: folder.path().into(), variant: detail };
            text.parse::<Variant>().map_err(failed)
        };
        let variants = variants.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut cells = Grid::new(experiment.clone(), &variants, last, Shard::default())?.cells();
        cells.retain(|cell| cell.repeat >= first);
        let mut runs = planned(cells);
        let removed = saved.as_ref().map_or(&[][..], |saved| &saved.removed);
        runs.iter_mut().for_each(|run| run.removed = removed.contains(&run.cell().name()));
        let mut saved_runs = Vec::new();
        for run in &runs {
            let file = folder.history(&run.cell());
            if files.iter().any(|(f, _)| *f == file) && is_usable(&file)? {
                saved_runs.push((run.id, Source::File(file)));
            }
        }
        let (mut forks, mut before_forks) = (Vec::new(), Vec::new());
        let mut of_forks: Vec<_> = files.iter().filter(|(_, header)| header.forked.is_some()).collect();
        // Those of a fork come after it.
        of_forks.sort_by_key(|(_, header)| History::new(header.clone()).strategies().len());
        for (file, header) in of_forks {
            let history = History::new(header.clone());
            let Some((parent, round)) = parent_of(&history, &runs, &forks) else {
                log::warn!("{}: the run that it was forked from is not there, so it is left out", file.display());
                continue;
            };
            let mut fork = parent.forked(round, header, &runs);
            fork.removed = file.file_stem().is_some_and(|name| removed.iter().any(|r| **r == *name.to_string_lossy()));
            saved_runs.push((fork.id, Source::File(file.clone())));
            before_forks.extend(history.strategies());
            forks.push((fork.id, header));
            runs.push(fork);
        }
        let session = saved.map(|_| Autosaving::In { folder, _lock: lock });
        Ok(Self { experiment, runs, saved: saved_runs, before_forks, session })
    }
}

/// Whether a run can be shown from its history. One that was cut off before its first checkpoint starts over.
fn is_usable(history: &Path) -> Result<bool, ArchiveError> {
    if archive::checkpoint_beside(history).exists() {
        return Ok(true);
    }
    let history = archive::read_history(history)?;
    Ok(history.rounds.last().is_some_and(|round| round.is_last_of(&history.header.experiment)))
}

/// The run that a fork left, and the last round that both share.
fn parent_of<'a>(
    fork: &History,
    runs: &'a [PlannedRun],
    forks: &[(RunId, &Header)],
) -> Option<(&'a PlannedRun, usize)> {
    let round = fork.header.forked.as_ref()?.round;
    let Header { experiment, forked, repeat, .. } = fork.up_to(round).header;
    let is_parent = |run: &&PlannedRun| {
        let fork = forks.iter().find(|(id, _)| *id == run.id).and_then(|(_, header)| header.forked.clone());
        run.repeat == repeat
            && run.experiment == Experiment { rounds: run.experiment.rounds, ..experiment.clone() }
            && fork == forked
    };
    Some((runs.iter().find(is_parent)?, round))
}
