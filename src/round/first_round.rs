//! The first round, which runs of several strategies have in common: it is computed once.

use std::sync::Arc;

use super::resume::{MadeMaps, Resuming};
use super::run::{Run, Stage};
use crate::archive::{Checkpoint, CheckpointOf};
use crate::experiment::{Experiment, Own};
use crate::history::History;
use crate::world::World;

/// A first round, and all that other runs need to begin at its end.
pub struct FirstRound {
    history: History,
    checkpoint: Checkpoint,
    maps: MadeMaps,
}

impl Run {
    /// Whether a run of `other` has this run's first round: they differ in nothing but their strategies, and neither
    /// strategy chooses the first set by itself.
    pub fn begins_like(&self, other: &Experiment) -> bool {
        begin_alike(&self.experiment, other)
    }

    /// This run's first round; `None` unless the run is at the end of just that, with its weights.
    pub fn first_round(&self) -> Option<FirstRound> {
        let is_at_its_end = self.rounds_done() == 1 && matches!(self.stage, Stage::Propose | Stage::Done);
        let is_own = self.history.header.forked.is_none();
        let checkpoint = (is_at_its_end && is_own).then(|| self.checkpoint().ok()).flatten()?;
        Some(FirstRound { history: self.history.clone(), checkpoint, maps: self.made_maps() })
    }
}

impl FirstRound {
    /// Whether it is that of a run of `other`, too.
    pub fn is_of(&self, other: &Experiment) -> bool {
        begin_alike(&self.history.header.experiment, other)
    }

    /// The run of `other` after this round, equal to the bit to one that computed it by itself; its record says how long
    /// the round took where it was computed. `None` if that run has another first round.
    pub fn begin(&self, world: &Arc<World>, other: &Experiment, own: Own, repeat: usize) -> Option<Run> {
        if !self.is_of(other) {
            return None;
        }
        let mut history = History::new(Run::header(world, other, repeat));
        history.header.own = own;
        history.header.origins.clone_from(&self.history.header.origins);
        history.rounds.clone_from(&self.history.rounds);
        let checkpoint = Checkpoint { of: Some(CheckpointOf::new(&history, 1)), ..self.checkpoint.clone() };
        Resuming::new(world, history, checkpoint, self.maps.clone()).ok()?.finish().ok()
    }
}

fn begin_alike(one: &Experiment, other: &Experiment) -> bool {
    let of_first = |e: &Experiment| (e.strategy_in(1), e.generates_in(1));
    of_first(one) == of_first(other) && Experiment { strategy: one.strategy, ..other.clone() } == *one
}
