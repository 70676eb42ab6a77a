//! What a run is doing, and what comes of a unit of its work.

use std::sync::Arc;

use crate::history::{Evaluation, RoundRecord, WalkStep};

/// A result of a unit of work.
#[derive(Debug, Clone)]
pub enum RunEvent {
    /// Samples were labelled; training on them begins.
    Began(Arc<RoundRecord>),
    /// A measurement inside or at the end of a round.
    Evaluated { round: usize, evaluation: Evaluation },
    /// A walk begins at this train sample.
    WalkStarted { walk: usize, sample: u32 },
    /// A walk took one step, with the target at the end of the round.
    WalkStepped(WalkStep),
    /// A round is complete, with its record in the history.
    Ended(Arc<RoundRecord>),
    /// There is no next round.
    Finished,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// The next unit chooses what is labelled; it is the one that can be interrupted.
    Proposing,
    /// The next unit has a tool label one generated sample.
    Labelling,
    /// The next unit is an optimiser step.
    Training,
    /// The next unit is a chunk of an evaluation, or a step of all walks.
    Evaluating,
    /// No unit of work is left.
    Done,
}
