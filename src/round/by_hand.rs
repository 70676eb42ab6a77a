//! Rounds by hand: what people labelled is trained on, in a world that has their labels, with all else as in any run.

use std::sync::Arc;

use super::event::RunEvent;
use super::label_queue::LabelQueue;
use super::resume::{ResumeError, fits};
use super::run::{Run, Stage};
use crate::archive::Checkpoint;
use crate::dataset::Split;
use crate::experiment::Experiment;
use crate::history::{Fork, History, RoundRecord};
use crate::sampler::{Candidate, Interrupted, sampler};
use crate::world::World;

impl Run {
    /// The run of `history` with the labels that the world has by now and these settings from here on; a change of them is
    /// recorded as a fork. Samples of earlier rounds that are no longer
    /// `labelled` are left out, and `withheld` ones are never proposed. Without a checkpoint the target is untrained, as
    /// after a change of the classes.
    pub fn by_hand(
        world: &Arc<World>,
        mut history: History,
        checkpoint: Option<Checkpoint>,
        settings: &Experiment,
        labelled: &dyn Fn(u32) -> bool,
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
        let mut kept = history.clone();
        for record in kept.rounds.iter_mut().map(Arc::make_mut) {
            record.proposals.retain(|p| labelled(p.sample));
        }
        let mut run = Self::rebuilt(world, kept, None)?;
        run.history = history;
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

    /// The candidates of the next round by the strategy of `setup`, when the samples `also` are labelled besides those
    /// of earlier rounds. The run stays as it is.
    pub fn next_candidates(
        &mut self,
        setup: &Experiment,
        also: &[u32],
        count: usize,
        interrupted: &dyn Fn(f32) -> bool,
    ) -> Result<Vec<Candidate>, Interrupted> {
        let round = self.history.rounds.len() + 1;
        let labelled = self.labelled.clone();
        for &sample in also {
            self.labelled.buy(sample, self.world.dataset.train.label(sample as usize), round);
        }
        let experiment = std::mem::replace(&mut self.experiment, setup.clone());
        let own = std::mem::replace(&mut self.sampler, sampler(setup.strategy));
        let mut rng = self.stream(round);
        let candidates = self.candidates(round, count, interrupted, &mut rng, None);
        (self.labelled, self.experiment, self.sampler) = (labelled, experiment, own);
        candidates
    }

    /// Begins the next round with these train samples, which are labelled by now.
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
