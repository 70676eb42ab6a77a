//! What a folder has of a cell: a run that has ended, one that continues from its checkpoint, or one whose rounds are
//! repeated because the checkpoint is missing. Saved rounds are never replaced by others.

use std::path::Path;
use std::sync::Arc;

use super::cells::{Cell, unlike};
use super::error::GridError;
use super::folder::GridFolder;
use crate::archive::{self, Checkpoint};
use crate::difference::first_difference;
use crate::history::{Header, History, RoundRecord};
use crate::round::{MadeMaps, Resuming, Run};
use crate::world::World;

/// A cell on its way, and what the folder had of it.
pub(super) struct Begun {
    pub run: Run,
    saved: Option<History>,
}

/// The saved history of a cell, if it is of the same run.
fn saved(cell: &Cell, folder: &GridFolder) -> Result<Option<History>, GridError> {
    let path = folder.history(cell);
    if !path.exists() {
        return Ok(None);
    }
    let mut history = archive::read_history(&path)?;
    is_of(cell, &path, &history.header)?;
    history.header.experiment.rounds = cell.experiment.rounds;
    Ok(Some(history))
}

/// An error if the history at `path` is not of this cell. The number of rounds may change; any other change is another
/// experiment.
pub(super) fn is_of(cell: &Cell, path: &Path, header: &Header) -> Result<(), GridError> {
    match unlike(&header.experiment, &cell.experiment, &["rounds"]) {
        Some(difference) => Err(GridError::OtherSetting { path: path.into(), difference }),
        None => Ok(()),
    }
}

/// An error if the saved rounds of a cell cannot be continued in this world: known before anything is written.
pub(super) fn check_resumes(cell: &Cell, world: &Arc<World>, folder: &GridFolder) -> Result<(), GridError> {
    let Some(history) = saved(cell, folder)?.filter(|history| !has_ended(history)) else { return Ok(()) };
    let Some(checkpoint) = usable_checkpoint(&folder.checkpoint(cell), &history) else { return Ok(()) };
    let resuming = Resuming::new(world, history, checkpoint, MadeMaps::default());
    resuming.map(drop).map_err(|source| GridError::Resume { cell: cell.name(), source })
}

/// The checkpoint at `path`, if it can be read and a run of this history can continue from it.
fn usable_checkpoint(path: &Path, history: &History) -> Option<Checkpoint> {
    let read = archive::read_checkpoint(path).inspect_err(|e| log::info!("{e}"));
    let whole = |c: &Checkpoint| !c.weights.is_empty() && !c.optimiser.is_empty();
    read.ok().filter(|c| whole(c) && c.rounds <= history.rounds.len())
}

/// Whether the last round of a run is there.
fn has_ended(history: &History) -> bool {
    history.rounds.last().is_some_and(|r| r.is_last_of(&history.header.experiment))
}

impl Begun {
    /// A new run.
    pub fn new(cell: &Cell, world: &Arc<World>) -> Self {
        Self { run: Run::new(world, &cell.experiment, cell.repeat).with_own(cell.own.clone()), saved: None }
    }

    /// The run that the folder has, as far as it goes, or a new one.
    pub fn resumed(cell: &Cell, world: &Arc<World>, folder: &GridFolder) -> Result<Self, GridError> {
        let Some(history) = saved(cell, folder)? else { return Ok(Self::new(cell, world)) };
        let failed = |source| GridError::Resume { cell: cell.name(), source };
        let path = folder.checkpoint(cell);
        let run = match usable_checkpoint(&path, &history) {
            Some(checkpoint) => Run::resume(world, history.clone(), checkpoint).map_err(failed)?,
            None if has_ended(&history) => Run::replay(world, history.clone()).map_err(failed)?,
            None => {
                log::warn!(
                    "{}: is missing or damaged, so the rounds of {} are repeated and compared",
                    path.display(),
                    cell.name()
                );
                Self::new(cell, world).run
            }
        };
        Ok(Self { run, saved: Some(history) })
    }

    /// Writes the round that has just ended and the state to continue from. A round that the folder has is compared with
    /// it instead: an error if it differs.
    pub fn write_round(&mut self, cell: &Cell, folder: &GridFolder) -> Result<(), GridError> {
        if !folder.is_there() {
            return Err(GridError::Gone { path: folder.path().into() });
        }
        let history = self.run.history();
        match self.saved.as_ref().filter(|saved| history.rounds.len() <= saved.rounds.len()) {
            Some(saved) => {
                let there = saved.up_to(history.rounds.len());
                if let Some(difference) = agree(&last_round(&there), &last_round(history)) {
                    return Err(GridError::NotRepeated { path: folder.history(cell), difference });
                }
            }
            None => archive::write_history(&folder.history(cell), history)?,
        }
        let checkpoint = self.run.checkpoint()?;
        // The weights of every round are saved for the first repeat of each variant only, to limit disk space.
        if cell.repeat == 1 {
            let weights = Checkpoint { optimiser: Vec::new(), ..checkpoint.clone() };
            archive::write_checkpoint(&folder.weights(cell, checkpoint.rounds), &weights)?;
        }
        // The last: after a kill, a round without it is computed again.
        Ok(archive::write_checkpoint(&folder.checkpoint(cell), &checkpoint)?)
    }

    /// Brings the number of rounds in the header of a run up to date to which no round was added.
    pub fn settle(&self, cell: &Cell, folder: &GridFolder) -> Result<(), GridError> {
        let path = folder.history(cell);
        let Some(saved) = self.saved.as_ref().filter(|saved| saved.rounds.len() >= self.run.rounds_done()) else {
            return Ok(());
        };
        if archive::read_header(&path)?.experiment.rounds < cell.experiment.rounds {
            archive::write_history(&path, saved)?;
        }
        Ok(())
    }
}

/// The history without all rounds but the last.
fn last_round(history: &History) -> History {
    History { header: history.header.clone(), rounds: history.rounds.last().cloned().into_iter().collect() }
}

/// The first difference between two histories of one run as far as both go; steps count only where both have them.
pub(super) fn agree(a: &History, b: &History) -> Option<String> {
    let rounds = a.rounds.len().min(b.rounds.len());
    let (mut a, b) = (a.up_to(rounds), b.up_to(rounds));
    // Rounds may have been added to one of them.
    a.header.experiment.rounds = b.header.experiment.rounds;
    if is_bare(&a) || is_bare(&b) { first_difference(&bare(&a), &bare(&b)) } else { first_difference(&a, &b) }
}

/// Whether a history is without latent steps, walks and predicted classes.
pub(super) fn is_bare(history: &History) -> bool {
    let has_steps = |r: &RoundRecord| r.proposals.iter().any(|p| p.step.is_some()) || !r.walk_steps.is_empty();
    history.rounds.iter().all(|r| r.predicted.is_empty() && !has_steps(r))
}

/// The history without latent steps, walks and predicted classes.
pub(super) fn bare(history: &History) -> History {
    let mut history = history.clone();
    for record in history.rounds.iter_mut().map(Arc::make_mut) {
        record.walk_steps.clear();
        record.predicted.clear();
        record.proposals.iter_mut().for_each(|p| p.step = None);
    }
    history
}
