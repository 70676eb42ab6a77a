//! Rounds by hand: what people labelled is trained on, in a world that has their labels, with all else as in any run.

use std::sync::Arc;

use super::event::RunEvent;
use super::label_queue::{LabelQueue, MOST_REFUSALS, anchors};
use super::resume::{ResumeError, fits};
use super::run::{Run, Stage};
use crate::archive::Checkpoint;
use crate::dataset::{Class, Split};
use crate::experiment::Experiment;
use crate::history::{Fork, History, Proposal, RoundRecord};
use crate::rng::Rng;
use crate::sampler::{Candidate, Interrupted, Place, sampler};
use crate::world::World;

impl Run {
    /// The run of `history` with the labels that the world has by now and these settings from here on; a change of them is
    /// recorded as a fork. Samples of earlier rounds that have no class by now are left out, a generated one has the class
    /// that `class_of` says, and `withheld` ones are never proposed. Without a checkpoint the target is untrained, as after
    /// a change of the classes.
    pub fn by_hand(
        world: &Arc<World>,
        mut history: History,
        checkpoint: Option<Checkpoint>,
        settings: &Experiment,
        class_of: &dyn Fn(&Proposal) -> Option<Class>,
        withheld: &[u32],
    ) -> Result<Self, ResumeError> {
        fits(world, &history)?;
        let rounds = history.rounds.len();
        if let Some(checkpoint) = checkpoint.as_ref().filter(|c| c.rounds != rounds) {
            return Err(ResumeError::Rounds { checkpoint: checkpoint.rounds, history: rounds });
        }
        if let Some(foreign) = checkpoint.as_ref().and_then(|c| c.foreign(&history)) {
            return Err(ResumeError::Foreign(foreign));
        }
        let header = &mut history.header;
        if header.experiment.placeless() != settings.placeless() {
            let experiment = std::mem::replace(&mut header.experiment, settings.clone());
            header.forked = Some(Box::new(Fork { round: rounds, experiment, parent: header.forked.take() }));
        }
        let mut run = Self::rebuilt(world, history, None, class_of)?;
        withheld.iter().for_each(|&sample| run.labelled.withhold(sample));
        if let (Some(target), Some(checkpoint)) = (&mut run.target, checkpoint) {
            match checkpoint.optimiser.is_empty() {
                true => target.load_weights(checkpoint.weights)?,
                false => target.load(checkpoint.weights, checkpoint.optimiser)?,
            }
        }
        run.stage = Stage::Propose;
        run.record = RoundRecord::empty(rounds + 1);
        Ok(run)
    }

    /// The candidates of the next round by the strategy of `setup`, when those of `also` are labelled besides those of
    /// earlier rounds; generated ones that `take` does not take are drawn again. The run stays as it is.
    pub fn next_candidates(
        &mut self,
        setup: &Experiment,
        also: &[Candidate],
        count: usize,
        take: &mut dyn FnMut(&Candidate) -> bool,
        interrupted: &dyn Fn(f32) -> bool,
    ) -> Result<Vec<Candidate>, Interrupted> {
        let round = self.history.rounds.len() + 1;
        let labelled = self.labelled.clone();
        for candidate in also {
            match &candidate.place {
                Place::Sample(sample) => {
                    self.labelled.buy(*sample, self.world.dataset.train.label(*sample as usize), round);
                }
                Place::Point(code) => {
                    if let Some(Ok(made)) = self.world.label_point(code) {
                        self.labelled.buy_made(code.clone(), made.image, made.label);
                    }
                }
            }
        }
        let experiment = std::mem::replace(&mut self.experiment, setup.clone());
        let own = std::mem::replace(&mut self.sampler, sampler(setup.strategy));
        let mut rng = self.stream(round);
        let candidates = self.taken(round, count, take, interrupted, &mut rng);
        (self.labelled, self.experiment, self.sampler) = (labelled, experiment, own);
        candidates
    }

    /// Candidates that `take` takes: generated ones are drawn until there are enough, as for those that a tool rejects.
    fn taken(
        &self,
        round: usize,
        count: usize,
        take: &mut dyn FnMut(&Candidate) -> bool,
        interrupted: &dyn Fn(f32) -> bool,
        rng: &mut Rng,
    ) -> Result<Vec<Candidate>, Interrupted> {
        let (mut taken, mut drawn, mut spent) = (Vec::new(), 0, Vec::new());
        loop {
            let found = self.candidates(round, count - taken.len(), &spent, interrupted, rng, None)?.candidates;
            drawn += found.len();
            spent.extend(anchors(&found));
            let is_last = found.is_empty() || !self.experiment.generates_in(round) || drawn > MOST_REFUSALS * count;
            taken.extend(found.into_iter().filter(|candidate| take(candidate)));
            if is_last || taken.len() == count {
                return Ok(taken);
            }
        }
    }

    /// Begins the next round with these candidates, which are labelled by now, or rejected.
    pub fn begin_with(&mut self, candidates: Vec<Candidate>) -> Vec<RunEvent> {
        self.clock = std::time::Instant::now();
        let round = self.history.rounds.len() + 1;
        self.record = RoundRecord::empty(round);
        let rng = self.stream(round);
        self.begin_training(LabelQueue::new(rng, candidates))
    }

    /// Predicted log probabilities of the classes, `[samples.len(), classes]`, for images `[n, image]` in [0, 1], in the
    /// chunks of an evaluation; empty without weights, or once `go_on` says no.
    pub fn log_probabilities(&self, images: &Split, go_on: &mut dyn FnMut(usize) -> bool) -> Vec<f32> {
        let Some(target) = self.frozen_target() else { return Vec::new() };
        let all: Vec<u32> = (0..images.len() as u32).collect();
        let mut rows = Vec::with_capacity(all.len() * target.classes());
        for chunk in all.chunks(target.images_per_unit()) {
            if !go_on(rows.len() / target.classes()) {
                return Vec::new();
            }
            rows.extend(target.log_probabilities(images.gather(chunk)));
        }
        rows
    }
}
