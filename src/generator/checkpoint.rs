//! The state of a generator in training on disk, beside the trained ones of the cache: after a kill the training goes on
//! from it, bit-equal.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{GeneratorLosses, TrainingState};
use crate::cache::{self, Spoilt};
use crate::disk::{FolderLock, LockError};
use crate::identity::Origin;

/// Checkpoints are written at the ends of epochs, but not more often than this.
const AFTER_AN_EPOCH: Duration = Duration::from_secs(20);
/// Inside a long epoch, a checkpoint is written after this time.
const INSIDE_AN_EPOCH: Duration = Duration::from_secs(120);
/// Writing takes at most one part in this many of the time, however slow the disk is.
const SHARE: u32 = 50;
/// The file, in the folder of its training.
const FILE: &str = "checkpoint";
/// What other processes are told.
const WHO: &str = "the training of a generator";

/// A generator in training between two minibatches, and what is shown of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub state: TrainingState,
    /// The embedding as it forms, `[train.len(), latent_dim]`.
    pub codes: Vec<f32>,
    /// Losses so far, with the passes over the data done then.
    pub losses: Vec<(f32, GeneratorLosses)>,
    /// How fast the minibatches went, for the time left.
    pub pace: Pace,
    /// By what it was trained, at last.
    pub origin: Origin,
}

/// How fast a training goes: minibatches and the seconds they took, of which the last minute counts most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    steps: f64,
    seconds: f64,
}

impl Pace {
    /// Seconds in which it follows a change of the speed.
    const MEMORY: f64 = 60.0;
    /// It is not known before so many seconds of work.
    const KNOWN: f64 = 0.5;

    /// Counts a minibatch.
    pub fn stepped(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let kept = (-seconds / Self::MEMORY).exp();
        self.steps = self.steps * kept + 1.0;
        self.seconds = self.seconds * kept + seconds;
    }

    /// The seconds that so many minibatches will take; `None` before the pace is known.
    pub fn seconds_for(&self, steps: usize) -> Option<f32> {
        (self.seconds >= Self::KNOWN).then(|| (steps as f64 * self.seconds / self.steps) as f32)
    }
}

/// The checkpoints of one training. From the first that it writes to its end, no other process writes them.
pub struct Checkpoints {
    folder: PathBuf,
    /// The name of the generator.
    key: String,
    lock: Option<FolderLock>,
    written: Instant,
    /// How long the last one took to write.
    took: Duration,
}

impl Checkpoints {
    /// Those in a folder of their own, of the generator with this digest. Nothing is written yet.
    pub(super) fn new(folder: PathBuf, digest: String) -> Self {
        Self { folder, key: digest, lock: None, written: Instant::now(), took: Duration::ZERO }
    }

    /// The last checkpoint, of this process or of an earlier one; an error if there is one that cannot be used.
    pub fn read(&self) -> Result<Option<Checkpoint>, Spoilt> {
        let path = self.path();
        let Some(content) = cache::read(&path, &self.key)? else { return Ok(None) };
        let read = rmp_serde::from_slice(&content).map(Some);
        read.map_err(|e| Spoilt { path, reason: format!("is of another version ({e})") })
    }

    /// The last checkpoint could not be used, for this reason.
    pub fn spoilt(&self, reason: String) -> Spoilt {
        Spoilt { path: self.path(), reason }
    }

    /// Whether it is time for the next, at the end of an epoch or inside of it.
    pub fn due(&self, after_an_epoch: bool) -> bool {
        let interval = if after_an_epoch { AFTER_AN_EPOCH } else { INSIDE_AN_EPOCH };
        self.age() >= interval.max(self.took * SHARE)
    }

    /// How long ago the last was written, or the training began.
    pub fn age(&self) -> Duration {
        self.written.elapsed()
    }

    /// Replaces the last checkpoint; an error is one sentence without its end.
    pub fn write(&mut self, checkpoint: &Checkpoint) -> Result<(), String> {
        let start = Instant::now();
        let written = self.write_locked(checkpoint);
        // After a failure too: it is not tried again with each minibatch.
        (self.written, self.took) = (Instant::now(), start.elapsed());
        log::debug!("{}: written in {:.0?}", self.path().display(), self.took);
        written
    }

    fn write_locked(&mut self, checkpoint: &Checkpoint) -> Result<(), String> {
        if self.lock.is_none() {
            let lock = FolderLock::take_alone(&self.folder, WHO).map_err(|e| match e {
                LockError::Busy { holder, .. } => format!("{holder} trains the same one and saves it"),
                LockError::Folder { .. } => e.to_string(),
            });
            self.lock = Some(lock?);
        }
        let path = self.path();
        let content = rmp_serde::to_vec_named(checkpoint).map_err(|e| format!("{}: {e}", path.display()))?;
        cache::write(&path, &self.key, &content).map_err(|e| crate::disk::unwritten(&path, &e))
    }

    /// Deletes the checkpoint, as the trained generator is there, unless another process writes it.
    pub fn remove(mut self) {
        if !self.folder.exists() {
            return;
        }
        let lock = self.lock.take().or_else(|| FolderLock::take_alone(&self.folder, WHO).ok());
        if let Some(lock) = lock {
            // What cannot be removed only wastes space.
            let _ = std::fs::remove_file(self.path());
            drop(lock);
            let _ = std::fs::remove_dir(&self.folder);
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(steps: usize) -> Checkpoint {
        let state = TrainingState { steps, weights: vec![0, 255, 7], optimisers: vec![vec![1], Vec::new()] };
        Checkpoint {
            state,
            codes: vec![0.1, f32::MIN_POSITIVE],
            losses: vec![(0.5, GeneratorLosses::default())],
            pace: Pace::default(),
            // Made twice in a test, which may take longer than a second.
            origin: Origin { date: String::new(), ..Origin::here("a test", 1) },
        }
    }

    #[test]
    fn one_training_at_a_time_writes_its_checkpoints_and_the_last_comes_back() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("digest.training");
        let of = |digest: &str| Checkpoints::new(folder.clone(), digest.to_owned());
        let (mut first, mut second) = (of("digest"), of("digest"));
        assert_eq!(first.read().unwrap(), None);
        assert!(!folder.exists(), "reading writes nothing");
        for steps in [3, 4] {
            first.write(&checkpoint(steps)).unwrap();
            assert_eq!(second.read().unwrap(), Some(checkpoint(steps)));
        }
        assert!(!first.due(true) && !first.due(false));
        let busy = second.write(&checkpoint(9)).unwrap_err();
        assert!(busy.contains("trains the same one and saves it"), "{busy}");
        second.remove();
        assert_eq!(of("digest").read().unwrap(), Some(checkpoint(4)), "it is the other's to delete");
        let foreign = of("another").read().unwrap_err().to_string();
        assert!(foreign.contains("other data or settings"), "{foreign}");

        // A process that is gone leaves its checkpoint, and the next takes over.
        drop(first);
        let mut third = of("digest");
        third.write(&checkpoint(5)).unwrap();
        third.remove();
        assert!(!folder.exists());
    }

    #[test]
    fn the_pace_is_known_soon_and_follows_what_comes() {
        let mut pace = Pace::default();
        let mut told = |seconds: f64, steps: usize| {
            (0..steps).for_each(|_| pace.stepped(Duration::from_secs_f64(seconds)));
            pace.seconds_for(100)
        };
        assert_eq!(told(0.25, 1), None);
        assert!((told(0.25, 39).unwrap() - 25.0).abs() < 0.01);
        let following = [told(0.5, 20).unwrap(), told(0.5, 600).unwrap()];
        assert!((25.0..50.0).contains(&following[0]) && (following[1] - 50.0).abs() < 1.0, "{following:?}");
    }
}
