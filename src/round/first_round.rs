//! The first round, which runs of several strategies have in common: it is computed once.

use super::resume::Resuming;
use super::run::{Run, Stage};
use crate::archive::{Checkpoint, CheckpointOf};
use crate::experiment::{Experiment, Own};
use crate::history::History;

impl Run {
    /// Whether a run of `other` has this run's first round: they differ in nothing but their strategies, and neither
    /// strategy chooses the first set by itself.
    pub fn begins_like(&self, other: &Experiment) -> bool {
        let of_first = |e: &Experiment| (e.strategy_in(1), e.generates_in(1));
        of_first(&self.experiment) == of_first(other)
            && Experiment { strategy: self.experiment.strategy, ..other.clone() } == self.experiment
    }

    /// The run of `other` after its first round, equal to the bit to one that computed it by itself; its record says how
    /// long that round took here. `None` unless this run is at the end of just that round, with its weights.
    pub fn first_round_for(&self, other: &Experiment, own: Own) -> Option<Self> {
        let header = &self.history.header;
        let is_at_its_end = self.rounds_done() == 1 && matches!(self.stage, Stage::Propose | Stage::Done);
        if !is_at_its_end || header.forked.is_some() || !self.begins_like(other) {
            return None;
        }
        let mut history = History::new(Self::header(&self.world, other, header.repeat));
        history.header.own = own;
        history.header.origins.clone_from(&header.origins);
        history.rounds.clone_from(&self.history.rounds);
        let checkpoint = Checkpoint { of: Some(CheckpointOf::new(&history, 1)), ..self.checkpoint().ok()? };
        Resuming::new(&self.world, history, checkpoint, self.made_maps()).ok()?.finish().ok()
    }
}
