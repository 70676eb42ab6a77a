//! What a run is doing, and what comes of a unit of its work.

use std::sync::Arc;

use crate::history::{Evaluation, RoundRecord, WalkStep};

/// A result of a unit of work.
#[derive(Debug, Clone)]
pub enum RunEvent {
    /// Samples were labelled; training on them begins.
    Began(Arc<RoundRecord>),
    Evaluated {
        round: usize,
        evaluation: Evaluation,
    },
    /// A walk begins at this train sample.
    WalkStarted {
        walk: usize,
        sample: u32,
    },
    WalkStepped(WalkStep),
    Ended(Arc<RoundRecord>),
    /// There is no next round.
    Finished,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    Proposing,
    Labelling,
    Training,
    Evaluating,
    Done,
}
