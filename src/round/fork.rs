//! Forks: a run that continues from the end of a round with another strategy, step length or seed.

use std::sync::Arc;

use super::run::{Run, Stage};
use crate::experiment::{Experiment, Strategy};
use crate::history::{Fork, Header, History};
use crate::rng::Streams;
use crate::sampler::sampler;
use crate::world::World;

/// The settings that a fork changes from its round on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    pub strategy: Strategy,
    /// In units of the embedding's mean standard deviation.
    pub alpha: f32,
    /// The root of all random streams from there on.
    pub seed: u64,
}

impl Turn {
    /// The present values of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        Self { strategy: experiment.strategy, alpha: experiment.alpha, seed: experiment.seed }
    }

    /// The experiment with these values.
    pub fn applied(self, experiment: &Experiment) -> Experiment {
        let Self { strategy, alpha, seed } = self;
        Experiment { strategy, alpha, seed, ..experiment.clone() }
    }
}

impl Run {
    /// Changes strategy, step length and seed from here on and records it in the history. Only between rounds.
    pub fn turn(&mut self, turn: Turn) {
        let header = &mut self.history.header;
        let after = turn.applied(&header.experiment);
        let experiment = std::mem::replace(&mut header.experiment, after.clone());
        let (round, parent) = (self.history.rounds.len(), header.forked.take());
        header.labels_from = self.world.labels_from(after.strategy).or(header.labels_from.take());
        header.forked = Some(Box::new(Fork { round, experiment, parent }));
        self.streams = Streams::new(after.seed);
        self.sampler = sampler(after.strategy);
        self.experiment = after;
    }
}

/// The first rounds of a run computed again, because its weights at their end were not stored.
pub struct Rerun {
    run: Run,
    /// The run's forks, the first one last: after which round, and the settings since.
    turns: Vec<(usize, Turn)>,
    until: usize,
}

impl Rerun {
    /// Prepares to compute the rounds of `history` from the start.
    pub fn new(world: &Arc<World>, history: &History) -> Self {
        let Header { experiment, forked, repeat, .. } = &history.header;
        let (mut first, mut turns) = (experiment, Vec::new());
        let mut next = forked.as_deref();
        while let Some(fork) = next {
            turns.push((fork.round, Turn::of(first)));
            first = &fork.experiment;
            next = fork.parent.as_deref();
        }
        Self { run: Run::new(world, first, *repeat), turns, until: history.rounds.len() }
    }

    /// Share of the rounds done, in [0, 1].
    pub fn fraction_done(&self) -> f32 {
        let of_all = self.run.fraction_done() * self.run.experiment.rounds as f32;
        (of_all / self.until.max(1) as f32).min(1.0)
    }

    /// The round in progress.
    pub fn round(&self) -> usize {
        self.run.round()
    }

    /// Does one unit of work; false when the last round is complete or the run has ended.
    pub fn advance(&mut self) -> bool {
        let between = matches!(self.run.stage, Stage::Propose | Stage::Done);
        if between && self.run.rounds_done() >= self.until {
            return false;
        }
        if let Some((_, turn)) = self.turns.pop_if(|(round, _)| between && *round == self.run.rounds_done()) {
            self.run.turn(turn);
        }
        if self.run.is_done() {
            return false;
        }
        // Never interrupted, and the events are not needed.
        let _ = self.run.advance(&|| false);
        true
    }

    /// The run at the end of its last round.
    pub fn into_run(self) -> Run {
        self.run
    }
}
