//! Writing one run into a folder of runs: under its cell's name or, for a fork, under a name that no other run has.

use std::path::PathBuf;

use super::belongs::{ADDED, belongs, keep_generator, write_embedding, write_experiment};
use super::cells::{Cell, base};
use super::error::GridError;
use super::folder::GridFolder;
use crate::archive::{
    self, ALBUM_MAGIC, ArchiveError, CHECKPOINT_EXTENSION, CHECKPOINTS, Checkpoint, HISTORIES, HISTORY_EXTENSION,
    WEIGHTS,
};
use crate::disk::{FolderLock, LockError};
use crate::history::History;
use crate::trajectory::Album;
use crate::world::World;

/// What the window is called where it locks a folder.
pub const WINDOW: &str = "the window";

/// Why a run cannot be written into a folder.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A run with other settings has that file already.
    #[error("{}: another run has that name; choose another folder", path.display())]
    Taken { path: PathBuf },
    #[error(transparent)]
    OtherGrid(#[from] GridError),
}

/// The folder and name under which one run is written; the folder is locked as long as it exists.
#[derive(Debug, Clone)]
pub struct Place {
    _lock: FolderLock,
    folder: GridFolder,
    name: String,
    /// Rounds of this run saved before; they are never replaced by fewer.
    before: usize,
}

impl Place {
    /// The place of a run in `folder`: the one it was written to before, else a free one. Writes the experiment, and the
    /// embedding if the folder has none.
    pub fn claim(folder: GridFolder, world: &World, history: &History) -> Result<Self, PlaceError> {
        let lock = FolderLock::take(folder.path(), WINDOW)?;
        let experiment = base(&history.header);
        let there = belongs(&folder, &experiment, Some(&history.header.ground()), &ADDED)?;
        let (name, before) = name_in(&folder, history)?;
        let readable = there.iter().filter_map(|(_, header)| header.as_ref().ok());
        write_experiment(&experiment, readable, &folder)?;
        write_embedding(&folder, world)?;
        keep_generator(&folder, world)?;
        Ok(Self { _lock: lock, folder, name, before })
    }

    /// The folder.
    pub fn folder(&self) -> &GridFolder {
        &self.folder
    }

    /// The file of the history.
    pub fn history(&self) -> PathBuf {
        self.folder.named(HISTORIES, &self.name, HISTORY_EXTENSION)
    }

    /// The file of the state to continue from.
    pub fn checkpoint(&self) -> PathBuf {
        self.folder.named(CHECKPOINTS, &self.name, CHECKPOINT_EXTENSION)
    }

    /// The file of the weights at the end of a round.
    pub fn weights(&self, round: usize) -> PathBuf {
        archive::weights_in(&self.folder.path().join(WEIGHTS).join(&self.name), round)
    }

    /// Writes the history at the end of a round, the checkpoint to continue from, and the weights of earlier rounds
    /// unless they were written before.
    pub fn write<'a>(
        &self,
        history: &History,
        checkpoint: Option<&Checkpoint>,
        weights: impl Iterator<Item = &'a Checkpoint>,
    ) -> Result<(), ArchiveError> {
        if history.rounds.len() < self.before {
            return Ok(());
        }
        archive::write_history(&self.history(), history)?;
        if let Some(checkpoint) = checkpoint {
            archive::write_checkpoint(&self.checkpoint(), checkpoint)?;
        }
        for kept in weights {
            let path = self.weights(kept.rounds);
            if !path.exists() {
                archive::write_checkpoint(&path, &Checkpoint { optimiser: Vec::new(), ..kept.clone() })?;
            }
        }
        Ok(())
    }

    /// Writes the images along the run's walks, if it recorded any.
    pub fn write_album(&self, world: &World, history: &History) -> Result<(), ArchiveError> {
        let album = Album::of(world, history);
        if album.walks.is_empty() {
            return Ok(());
        }
        archive::write(&self.folder.album_named(&self.name), ALBUM_MAGIC, &album)
    }
}

/// The name of a run in a folder, and its rounds saved there.
fn name_in(folder: &GridFolder, history: &History) -> Result<(String, usize), PlaceError> {
    let cell = Cell::of(history).name();
    let file = |name: &str| folder.named(HISTORIES, name, HISTORY_EXTENSION);
    let Some(fork) = &history.header.forked else {
        let there = file(&cell);
        let before = if there.exists() { archive::read_history(&there)? } else { History::new(history.header.clone()) };
        let rounds = same_run(&before, history).then_some(before.rounds.len());
        return Ok((cell, rounds.ok_or(PlaceError::Taken { path: there })?));
    };
    let stem = format!("{cell}-fork-{:02}", fork.round);
    let mut number = 1;
    loop {
        let name = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        let there = file(&name);
        if !there.exists() {
            return Ok((name, 0));
        }
        // A file that cannot be read counts as taken.
        if let Ok(before) = archive::read_history(&there)
            && same_run(&before, history)
        {
            return Ok((name, before.rounds.len()));
        }
        number += 1;
    }
}

/// Whether two histories are of one run at different rounds: the same header and the same samples so far.
fn same_run(a: &History, b: &History) -> bool {
    let bought = |h: &History, round: usize| h.rounds[round].proposals.iter().map(|p| p.sample).collect::<Vec<_>>();
    a.header.compared() == b.header.compared()
        && (0..a.rounds.len().min(b.rounds.len())).all(|t| bought(a, t) == bought(b, t))
}
