//! The target at the end of an earlier round, for the playhead.

use super::checkpoints::Checkpoints;
use crate::round::Run;
use crate::target::{FrozenTarget, WeightsError};

/// One earlier target, loaded while it is in use.
#[derive(Default)]
pub struct LookingBack {
    loaded: Option<(usize, FrozenTarget)>,
}

/// A target and its optimiser steps so far.
pub struct Seen {
    pub target: FrozenTarget,
    pub minibatches: usize,
}

impl LookingBack {
    /// The target of `run` at the end of `round`, or the present one; `None` without its weights.
    pub fn seen(
        &mut self,
        run: &Run,
        checkpoints: &Checkpoints,
        round: Option<usize>,
    ) -> Result<Option<Seen>, WeightsError> {
        let Some(round) = round.filter(|_| looks_back(run, round)) else {
            return Ok(run.frozen_target().map(|target| Seen { target, minibatches: run.minibatches() }));
        };
        if self.loaded.as_ref().is_none_or(|(r, _)| *r != round) {
            let Some(checkpoint) = checkpoints.at(round) else { return Ok(None) };
            self.loaded = Some((round, run.target_of(&checkpoint)?));
        }
        let minibatches = minibatches_at(run, round);
        Ok(self.loaded.as_ref().map(|(_, target)| Seen { target: target.clone(), minibatches }))
    }
}

/// Whether the target of `run` changed since the end of `round`; an incomplete round counts as the present.
pub fn looks_back(run: &Run, round: Option<usize>) -> bool {
    let changed = |r| run.minibatches() > minibatches_at(run, r) || !run.has_weights();
    round.is_some_and(|r| r <= run.rounds_done() && changed(r))
}

/// Optimiser steps of `run` by the end of a round.
pub fn minibatches_at(run: &Run, round: usize) -> usize {
    round.checked_sub(1).and_then(|i| run.history().rounds.get(i)).map_or(0, |r| r.minibatches)
}
