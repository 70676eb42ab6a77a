//! The weights of one run at the ends of its rounds, for forks and for looking back: the latest in memory, all in files
//! if the run is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::archive::{self, Checkpoint};
use crate::grid::Place;

/// Limit of the weights of one run in memory, bytes: about 12 rounds of LeNet with its optimiser. The oldest are dropped;
/// their rounds are computed again when needed.
const MOST_BYTES: usize = 64 << 20;

/// Weights at the ends of the rounds of one run; copies share them.
#[derive(Debug, Clone, Default)]
pub struct Checkpoints {
    memory: BTreeMap<usize, Arc<Checkpoint>>,
    /// Files of the same weights, without the optimiser's state.
    files: BTreeMap<usize, PathBuf>,
    /// The last round in a file, with the optimiser's state; the next round replaces it.
    last: Option<(usize, PathBuf)>,
}

impl Checkpoints {
    pub fn add(&mut self, checkpoint: Checkpoint) {
        self.memory.insert(checkpoint.rounds, Arc::new(checkpoint));
        while self.bytes() > MOST_BYTES && self.memory.len() > 1 {
            self.memory.pop_first();
        }
    }

    /// Records the files that have the weights up to a round, the last one.
    pub fn written(&mut self, last: usize, place: &Place) {
        let files = (1..=last).map(|round| (round, place.weights(round))).filter(|(_, file)| file.exists());
        self.files.extend(files);
        self.last = Some((last, place.checkpoint())).filter(|(_, file)| file.exists());
    }

    /// The rounds whose final weights are saved.
    pub fn rounds(&self) -> Vec<usize> {
        let rounds: BTreeSet<usize> = self.memory.keys().chain(self.files.keys()).copied().collect();
        rounds.into_iter().collect()
    }

    /// Whether the weights of a round are saved.
    pub fn has(&self, round: usize) -> bool {
        self.memory.contains_key(&round) || self.files.contains_key(&round)
    }

    /// The weights of a round; without the optimiser's state if they are in a file of an earlier round.
    pub fn at(&self, round: usize) -> Option<Arc<Checkpoint>> {
        let last = || self.last.as_ref().filter(|(last, _)| *last == round).map(|(_, file)| file);
        let read = |file: &PathBuf| archive::read_checkpoint(file).inspect_err(|e| log::warn!("{e}")).ok();
        let in_file = || [last(), self.files.get(&round)].into_iter().flatten().find_map(read);
        let in_file = || in_file().filter(|c| c.rounds == round).map(Arc::new);
        self.memory.get(&round).cloned().or_else(in_file)
    }

    /// The checkpoints up to a round.
    pub fn up_to(&self, round: usize) -> Self {
        let memory = self.memory.range(..=round).map(|(r, c)| (*r, Arc::clone(c))).collect();
        let files = self.files.range(..=round).map(|(r, file)| (*r, file.clone())).collect();
        Self { memory, files, last: None }
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.memory.values().map(|c| bytes(c)).sum()
    }

    /// Drops the oldest round in memory that is in a file, or else the oldest but the last; the bytes that are free then,
    /// `None` if there is no such round.
    pub fn forget_one(&mut self) -> Option<usize> {
        let in_file = self.memory.keys().find(|round| self.files.contains_key(round)).copied();
        let oldest = || self.memory.keys().next().copied().filter(|_| self.memory.len() > 1);
        let round = in_file.or_else(oldest)?;
        self.memory.remove(&round).map(|checkpoint| bytes(&checkpoint))
    }
}

fn bytes(checkpoint: &Checkpoint) -> usize {
    checkpoint.weights.len() + checkpoint.optimiser.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_is_in_a_file_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let of =
            |rounds: usize| Checkpoint { rounds, weights: vec![rounds as u8; 20 << 20], optimiser: vec![1], of: None };
        let mut checkpoints = Checkpoints::default();
        for round in 1..=4 {
            checkpoints.add(of(round));
        }
        assert_eq!(checkpoints.rounds(), [2, 3, 4], "three of 20 MiB are below the limit");
        let file = folder.path().join("03.rwc");
        let small = Checkpoint { weights: vec![3], optimiser: Vec::new(), ..of(3) };
        archive::write_checkpoint(&file, &small).unwrap();
        checkpoints.files.insert(3, file);
        let parent = checkpoints.up_to(3);
        assert_eq!(parent.rounds(), [2, 3]);
        for left in [[2, 3, 4].as_slice(), &[3, 4], &[3, 4]] {
            checkpoints.forget_one();
            assert_eq!(checkpoints.rounds(), left);
        }
        assert_eq!(checkpoints.forget_one(), None, "the last is in no file");
        assert_eq!(checkpoints.at(3).as_deref(), Some(&small));
        assert!(checkpoints.at(2).is_none() && parent.at(2).is_some());
    }
}
