//! The state of a run at the end of a round, which knows of which run it is.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::disk;
use crate::history::History;

/// The state of a run, next to its history, from which it continues bit-equal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Rounds completed at that point.
    pub rounds: usize,
    /// The target's parameters as burn's record, which `Target::load` reads.
    pub weights: Vec<u8>,
    /// Empty if it was not saved: the weights can then be evaluated, but no run can continue from them.
    pub optimiser: Vec<u8>,
    /// The run that it is of; `None` in files of earlier versions, which are taken as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<CheckpointOf>,
}

/// The run that a file beside its history is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointOf {
    /// Variant, seed and repeat, for messages.
    pub run: String,
    /// SHA-256 of the run's strategy and seed, and of what it bought and measured up to there.
    pub history: String,
}

impl CheckpointOf {
    /// The name of a history's run at the end of a round.
    pub fn new(history: &History, round: usize) -> Self {
        // Before a fork it was another run.
        let then = history.up_to(round);
        let (variant, seed, repeat) = (then.variant(), then.seed(), then.header.repeat);
        Self { run: format!("{variant}, seed {seed}, repeat {repeat}"), history: hash(&then) }
    }

    /// What it is of, if that is not the run of `history` up to the end of `round`.
    pub fn foreign(&self, history: &History, round: usize) -> Option<Foreign> {
        let wanted = Self::new(history, round);
        let of = |kind: fn(String) -> Foreign| kind(format!("{}, round {round}", self.run));
        (self.history != wanted.history)
            .then(|| of(if self.run == wanted.run { Foreign::Changed } else { Foreign::Other }))
    }
}

/// What a file is of that does not belong to the history beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// Another run.
    Other(String),
    /// The run of the history, which says something else of it: one of the two was changed.
    Changed(String),
}

impl Foreign {
    /// What a user can do about a run that cannot continue because of it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Other(_) => {
                "put this run's own back, or delete it: the rounds of an unfinished run are then computed again and \
                 compared"
            }
            Self::Changed(_) => {
                "put back the history and the checkpoint that belong together, or delete both: the run is then \
                 computed again"
            }
        }
    }
}

impl std::fmt::Display for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Other(run) => write!(f, "of another run ({run})"),
            Self::Changed(run) => write!(f, "of this run ({run}), but with other results than its history has"),
        }
    }
}

impl Checkpoint {
    /// What it is of, if that is not the run of `history`.
    pub fn foreign(&self, history: &History) -> Option<Foreign> {
        self.of.as_ref()?.foreign(history, self.rounds)
    }
}

/// SHA-256 of a run's strategy and seed, and of what it bought and measured, in hex: of facts only that no version words
/// differently.
fn hash(history: &History) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{} {}\n", history.strategy().name(), history.seed()));
    for record in &history.rounds {
        hash.update(format!("round {} {}\n", record.round, record.minibatches));
        for p in &record.proposals {
            hash.update(format!("{} {}\n", p.sample, p.label));
            for value in p.made.iter().flat_map(|made| &made.code) {
                hash.update(value.to_le_bytes());
            }
        }
        for e in &record.evaluations {
            hash.update(format!("{} {} {:08x}\n", e.metric.name(), e.minibatches, e.value.to_bits()));
        }
    }
    disk::hex(hash.finalize())
}
