//! The weights of one run at the ends of its rounds, for forks and for looking back.

use std::collections::BTreeMap;

use crate::archive::Checkpoint;

/// Limit of the saved weights of one run, bytes: about 12 rounds of LeNet with its optimiser. The oldest are dropped;
/// their rounds are computed again when needed.
const MOST_BYTES: usize = 64 << 20;

/// Weights at the ends of the rounds of one run.
#[derive(Debug, Clone, Default)]
pub struct Checkpoints(BTreeMap<usize, Checkpoint>);

impl Checkpoints {
    pub fn add(&mut self, checkpoint: Checkpoint) {
        self.0.insert(checkpoint.rounds, checkpoint);
        let bytes = |c: &Checkpoint| c.weights.len() + c.optimiser.len();
        while self.0.values().map(bytes).sum::<usize>() > MOST_BYTES && self.0.len() > 1 {
            self.0.pop_first();
        }
    }

    /// The rounds whose final weights are saved.
    pub fn rounds(&self) -> Vec<usize> {
        self.0.keys().copied().collect()
    }

    pub fn at(&self, round: usize) -> Option<&Checkpoint> {
        self.0.get(&round)
    }

    /// The checkpoints up to a round.
    pub fn up_to(&self, round: usize) -> Self {
        Self(self.0.range(..=round).map(|(r, c)| (*r, c.clone())).collect())
    }
}
