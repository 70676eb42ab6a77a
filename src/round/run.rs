//! One run of one strategy: its state, and its units of work.

use std::sync::Arc;

use super::evaluation::{EvaluationTask, MeanLoss, Scope, Tally, evaluation_maps, stratified_part};
use super::event::{Activity, RunEvent};
use super::label_queue::{LabelProgress, LabelQueue, LabelledCandidate};
use super::proposing::Proposed;
use super::training_set::{Pair, TrainingSet, answer};
use crate::experiment::{Experiment, Own, Strategy, Task, TrainingPair, WeightsBetweenRounds};
use crate::history::{Evaluation, FORMAT_VERSION, Header, History, Made, Metric, Proposal, RoundRecord};
use crate::identity::{Origin, PROGRAM};
use crate::rng::Streams;
use crate::sampler::{Candidate, Interrupted, Labelled, Place, Sampler, sampler};
use crate::target::Target;
use crate::trajectory::{Reselection, Walks};
use crate::world::World;

/// One run of one strategy with one seed.
pub struct Run {
    pub(super) world: Arc<World>,
    pub(super) experiment: Experiment,
    pub(super) streams: Streams,
    pub(super) sampler: Box<dyn Sampler>,
    /// `None` only in a run that is over: its weights are in its checkpoints, if they were saved.
    pub(super) target: Option<Target>,
    pub(super) labelled: Labelled,
    pub(super) training: TrainingSet,
    /// The neighbours chosen in the last round, in order.
    pub(super) previous: Vec<u32>,
    pub(super) walks: Walks,
    pub(super) part: Arc<Vec<u32>>,
    pub(super) stage: Stage,
    pub(super) record: RoundRecord,
    pub(super) minibatches: usize,
    pub(super) loss: MeanLoss,
    pub(super) history: History,
    pub(super) clock: std::time::Instant,
}

/// The next unit of work.
pub(super) enum Stage {
    Propose,
    /// A tool labels generated samples, one after the other.
    Label(Box<LabelQueue>),
    /// Optimiser step `step` of the round's `steps`.
    Train {
        step: usize,
        steps: usize,
    },
    /// An evaluation in progress, and the stage after it.
    Evaluate {
        task: Box<EvaluationTask>,
        then: Box<Stage>,
    },
    Walk,
    Done,
}

impl Run {
    /// A run of `experiment` from the start; `repeat` counts from 1 and changes nothing but the header.
    pub fn new(world: &Arc<World>, experiment: &Experiment, repeat: usize) -> Self {
        let streams = Streams::new(experiment.seed);
        let split = world.dataset.evaluation(experiment.evaluate_on);
        Self {
            experiment: experiment.clone(),
            sampler: sampler(experiment.strategy),
            target: Some(fresh_target(world, experiment, &streams)),
            labelled: Labelled::none(world.dataset.train.len()),
            training: TrainingSet::default(),
            previous: Vec::new(),
            walks: Walks::default(),
            part: Arc::new(stratified_part(split, experiment.evaluation_part)),
            stage: Stage::Propose,
            record: RoundRecord::empty(1),
            minibatches: 0,
            loss: MeanLoss::default(),
            history: History::new(Self::header(world, experiment, repeat)),
            clock: std::time::Instant::now(),
            streams,
            world: Arc::clone(world),
        }
    }

    pub(super) fn header(world: &World, experiment: &Experiment, repeat: usize) -> Header {
        Header {
            format: FORMAT_VERSION,
            experiment: experiment.clone(),
            repeat,
            data_digest: world.dataset.digest().to_owned(),
            data_provenance: world.dataset.provenance.clone(),
            generator_digest: world.ground.generator.clone(),
            generator_weights: world.ground.weights.clone(),
            codes_digest: world.ground.codes.clone(),
            origins: Vec::new(),
            device: world.device.description.clone(),
            program: PROGRAM.to_owned(),
            classes: world.dataset.classes.clone(),
            latent_scale: world.latent.scale(),
            labels_from: world.labels_from(experiment.strategy),
            own: Own::default(),
            forked: None,
        }
    }

    /// Records the fields that were set for this run only in the history's header.
    pub fn with_own(mut self, own: Own) -> Self {
        self.history.header.own = own;
        self
    }

    /// The settings from the present round on; before a fork they may be others.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The strategy that proposes from the present round on.
    pub fn strategy(&self) -> Strategy {
        self.experiment.strategy
    }

    /// The complete rounds; the one in progress is `record`.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The round in progress, as far as it got.
    pub fn record(&self) -> &RoundRecord {
        &self.record
    }

    /// What has been bought so far, that of the round in progress included.
    pub fn labelled(&self) -> &Labelled {
        &self.labelled
    }

    /// The run's own walks (Figure 4), which never influence it.
    pub fn walks(&self) -> &Walks {
        &self.walks
    }

    /// The round in progress, from 1; the last one when the run is done.
    pub fn round(&self) -> usize {
        self.record.round.min(self.experiment.rounds)
    }

    /// Optimiser steps so far.
    pub fn minibatches(&self) -> usize {
        self.minibatches
    }

    /// Rounds that are complete.
    pub fn rounds_done(&self) -> usize {
        self.history.rounds.len()
    }

    /// Whether no round is left, or a stop criterion holds.
    pub fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    /// Whether the next unit of work is an optimiser step.
    pub fn is_training_next(&self) -> bool {
        matches!(self.stage, Stage::Train { .. })
    }

    /// What the next unit of work is.
    pub fn activity(&self) -> Activity {
        match self.stage {
            Stage::Propose => Activity::Proposing,
            Stage::Label(_) => Activity::Labelling,
            Stage::Train { .. } => Activity::Training,
            Stage::Evaluate { .. } | Stage::Walk => Activity::Evaluating,
            Stage::Done => Activity::Done,
        }
    }

    /// Progress of labelling generated samples; `None` at other times.
    pub fn labelling(&self) -> Option<LabelProgress> {
        let Stage::Label(queue) = &self.stage else { return None };
        Some(queue.progress(self.record.round))
    }

    /// The optimiser steps of the round in progress, done and in all; `None` unless it is being trained on.
    pub fn steps_in_round(&self) -> Option<(usize, usize)> {
        let stage = match &self.stage {
            Stage::Evaluate { then, .. } => then,
            stage => stage,
        };
        match stage {
            Stage::Train { step, steps } => Some((*step, *steps)),
            _ => None,
        }
    }

    /// Share of the whole run that is done, in [0, 1], counted in rounds and optimiser steps.
    pub fn fraction_done(&self) -> f32 {
        let inside = match &self.stage {
            Stage::Done => return 1.0,
            Stage::Propose | Stage::Label(_) => 0.0,
            // Training is most of a round; the evaluation of the whole split is the rest.
            Stage::Train { step, steps } => 0.9 * *step as f32 / (*steps).max(1) as f32,
            Stage::Evaluate { task, then } => match **then {
                Stage::Train { step, steps } => 0.9 * step as f32 / steps.max(1) as f32,
                _ => 0.9 + 0.1 * task.fraction_done(),
            },
            Stage::Walk => 1.0,
        };
        (self.rounds_done() as f32 + inside) / self.experiment.rounds as f32
    }

    /// Does one unit of work. It is interrupted only before anything changes, so it can be repeated.
    pub fn advance(&mut self, interrupted: &dyn Fn() -> bool) -> Result<Vec<RunEvent>, Interrupted> {
        self.advance_telling(&|_| interrupted())
    }

    /// Does one unit of work; in a proposal, `interrupted` is told between chunks how much of this part of it is done.
    pub fn advance_telling(&mut self, interrupted: &dyn Fn(f32) -> bool) -> Result<Vec<RunEvent>, Interrupted> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Propose => match self.propose(interrupted) {
                Ok(events) => Ok(events),
                Err(e) => {
                    self.stage = Stage::Propose;
                    Err(e)
                }
            },
            Stage::Label(queue) => self.label(queue, interrupted),
            Stage::Train { step, steps } => {
                self.train(step, steps);
                Ok(Vec::new())
            }
            Stage::Evaluate { task, then } => Ok(self.evaluate(task, then)),
            Stage::Walk => Ok(self.walk_and_end()),
            Stage::Done => Ok(vec![RunEvent::Finished]),
        }
    }

    fn propose(&mut self, interrupted: &dyn Fn(f32) -> bool) -> Result<Vec<RunEvent>, Interrupted> {
        self.clock = std::time::Instant::now();
        let round = self.history.rounds.len() + 1;
        let mut rng = self.stream(round);
        let Proposed { candidates, price, coverage } = self.candidates_of(round, interrupted, &mut rng, None)?;
        self.record = RoundRecord { price: Some(price), coverage, ..RoundRecord::empty(round) };
        let queue = LabelQueue::new(rng, candidates);
        if self.experiment.strategy.generates_samples() {
            self.stage = Stage::Label(Box::new(queue));
            return Ok(Vec::new());
        }
        Ok(self.begin_training(queue))
    }

    /// Labels one sample; when all are labelled, training begins.
    fn label(
        &mut self,
        mut queue: Box<LabelQueue>,
        interrupted: &dyn Fn(f32) -> bool,
    ) -> Result<Vec<RunEvent>, Interrupted> {
        queue.advance(&self.world, &self.experiment, &self.training);
        if queue.is_empty() && queue.missing() > 0 {
            let mut rng = queue.rng.clone();
            match self.candidates(self.record.round, queue.missing(), &queue.spent, interrupted, &mut rng, None) {
                Ok(proposed) => {
                    *self.record.price.get_or_insert_default() += proposed.price;
                    queue.replace(rng, proposed.candidates);
                }
                Err(e) => {
                    self.stage = Stage::Label(queue);
                    return Err(e);
                }
            }
        }
        if queue.is_empty() {
            return Ok(self.begin_training(*queue));
        }
        self.stage = Stage::Label(queue);
        Ok(Vec::new())
    }

    pub(super) fn begin_training(&mut self, mut queue: LabelQueue) -> Vec<RunEvent> {
        let round = self.record.round;
        while !queue.is_empty() {
            queue.advance(&self.world, &self.experiment, &self.training);
        }
        if self.experiment.weights == WeightsBetweenRounds::Retrain && round > 1 {
            self.target = Some(fresh_target(&self.world, &self.experiment, &self.streams));
        }
        self.previous.clear();
        for candidate in queue.take_labelled() {
            self.buy(candidate, round);
        }
        self.record.refusals = queue.refusals;
        self.record.label_seconds += queue.seconds;
        self.record.labels = self.labelled.bought().len();
        self.record.minibatches = self.minibatches;
        self.training.begin_round(&self.streams, round);
        let steps = self.experiment.minibatches_in_round(self.training.len());
        self.stage = if self.training.len() > 0 {
            Stage::Train { step: 0, steps }
        } else {
            // The tool rejected all samples.
            self.record.diverged = true;
            self.evaluation(Scope::Whole, Stage::Walk)
        };
        vec![RunEvent::Began(Arc::new(self.record.clone()))]
    }

    pub(super) fn buy(&mut self, (candidate, made): LabelledCandidate, round: usize) {
        let Candidate { place, score, step } = candidate;
        let (sample, label, decoded, map, made) = match (place, made) {
            (Place::Sample(sample), _) => {
                let label = answer(&self.experiment, &self.world.dataset, sample);
                let is_new = self.labelled.buy(sample, label, round);
                let decoded = (self.experiment.training_pair == TrainingPair::Decoded && step.is_some())
                    .then(|| self.world.generator.decode(self.world.latent.code(sample)));
                let solved = self.world.simulation.as_ref().map(|s| &s.train);
                self.record.label_seconds += solved.filter(|_| is_new).map_or(0.0, |s| s.seconds(sample));
                (sample, label, decoded, solved.map(|s| Arc::clone(s.map(sample))), None)
            }
            (Place::Point(code), Some(new)) => {
                let kept = if new.map.is_some() { Made::mask } else { Made::picture };
                let made = kept(code.clone(), &new.image);
                (
                    self.labelled.buy_made(code, new.image.clone(), new.label),
                    new.label,
                    Some(new.image),
                    new.map,
                    Some(made),
                )
            }
            // A point without a label is skipped.
            (Place::Point(_), None) => return,
        };
        if let Some(map) = &map {
            self.labelled.keep_map(sample, Arc::clone(map));
        }
        self.previous.push(sample);
        self.training.push(Pair { sample, label, decoded, map });
        self.record.proposals.push(Proposal { sample, label, score, step, made });
    }

    fn train(&mut self, step: usize, steps: usize) {
        let Some(target) = &mut self.target else { return };
        let Experiment { batch_size, augmentation, .. } = self.experiment;
        let train = &self.world.dataset.train;
        let mut batch = self.training.next_batch(batch_size, train, augmentation, &self.streams, self.minibatches);
        let images = std::mem::take(&mut batch.images);
        let loss = target.train_step(images, batch.truth());
        self.minibatches += 1;
        self.record.minibatches = self.minibatches;
        self.loss.add(loss);
        let step = step + 1;
        if !loss.is_finite() {
            self.record.diverged = true;
            self.stage = self.evaluation(Scope::Whole, Stage::Walk);
            return;
        }
        let next =
            if step >= steps { self.evaluation(Scope::Whole, Stage::Walk) } else { Stage::Train { step, steps } };
        let due = step.is_multiple_of(self.experiment.evaluate_every);
        // Of classes, which are predicted one by one, the part is known from the evaluation of the whole split that follows.
        let follows = step >= steps && self.history.task() == Task::Classes;
        self.stage = if due && !follows { self.evaluation(Scope::Part, next) } else { next };
    }

    fn evaluation(&self, scope: Scope, then: Stage) -> Stage {
        let split = self.world.dataset.evaluation(self.experiment.evaluate_on);
        let samples = match scope {
            Scope::Part => Arc::clone(&self.part),
            Scope::Whole => Arc::new((0..split.len() as u32).collect()),
            Scope::Validation => Arc::new((0..self.world.dataset.validation.len() as u32).collect()),
        };
        let Some(target) = self.frozen_target() else { return Stage::Done };
        let task = Box::new(EvaluationTask::new(scope, samples, target, self.history.task()));
        Stage::Evaluate { task, then: Box::new(then) }
    }

    fn evaluate(&mut self, mut task: Box<EvaluationTask>, then: Box<Stage>) -> Vec<RunEvent> {
        let split = match task.scope() {
            Scope::Validation => &self.world.dataset.validation,
            _ => self.world.dataset.evaluation(self.experiment.evaluate_on),
        };
        let maps = self.world.simulation.as_ref().map(|s| match task.scope() {
            Scope::Validation => &s.validation,
            _ => evaluation_maps(s, self.experiment.evaluate_on),
        });
        task.advance(split, maps);
        if !task.is_done() {
            self.stage = Stage::Evaluate { task, then };
            return Vec::new();
        }
        let round_end = task.scope() != Scope::Part;
        let mut events = Vec::new();
        let steps = self.experiment.minibatches_in_round(self.training.len());
        let with_part = !self.record.diverged && steps.is_multiple_of(self.experiment.evaluate_every);
        if let Some(accuracy) = task.accuracy_of(&self.part, split).filter(|_| with_part) {
            events.push(self.measured(Metric::AccuracyPart, accuracy, false));
            events.extend(self.loss.take().map(|loss| self.measured(Metric::TrainLoss, loss, false)));
        }
        for (metric, value) in task.results() {
            events.push(self.measured(metric, value, round_end));
        }
        if let Some(loss) = self.loss.take() {
            events.push(self.measured(Metric::TrainLoss, loss, round_end));
        }
        self.stage = *then;
        if task.scope() == Scope::Whole {
            if let Tally::Classes { confusion, predicted, .. } = task.into_tally() {
                (self.record.confusion, self.record.predicted) = (confusion, predicted);
            }
            if self.experiment.stop_at_validation_accuracy > 0.0 && !self.world.dataset.validation.is_empty() {
                self.stage = self.evaluation(Scope::Validation, Stage::Walk);
            }
        }
        events
    }

    fn measured(&mut self, metric: Metric, value: f32, round_end: bool) -> RunEvent {
        let evaluation =
            Evaluation { metric, labels: self.record.labels, minibatches: self.minibatches, value, round_end };
        self.record.evaluations.push(evaluation.clone());
        RunEvent::Evaluated { round: self.record.round, evaluation }
    }

    fn walk_and_end(&mut self) -> Vec<RunEvent> {
        let mut events = Vec::new();
        let round = self.record.round;
        if round == 1 {
            events.extend(self.start_walks());
        }
        if let Some(target) = self.frozen_target().filter(|_| !self.record.diverged && !self.walks.is_empty()) {
            let pool: Vec<u32> = self.walk_pool().into_iter().map(|(s, _)| s).collect();
            let rng = &mut self.streams.get("walk-reselection", round as u64);
            self.walks.reselect(&Reselection::of(&self.experiment), &pool, &self.world.latent, rng);
            let steps = self.walks.step(&self.experiment, &self.world, &target);
            events.extend(steps.iter().cloned().map(RunEvent::WalkStepped));
            self.record.walk_steps = steps;
        }
        self.record.seconds = self.clock.elapsed().as_secs_f32();
        self.history.header.continues_on(Origin::here(&self.world.device.description, round));
        let record = Arc::new(self.record.clone());
        self.history.rounds.push(Arc::clone(&record));
        events.push(RunEvent::Ended(record));
        self.stage = if self.ends_here() { Stage::Done } else { Stage::Propose };
        if self.is_done() {
            events.push(RunEvent::Finished);
        } else {
            self.record.round += 1;
        }
        events
    }

    pub(super) fn ends_here(&self) -> bool {
        self.record.is_last_of(&self.experiment)
    }
}

pub(super) fn fresh_target(world: &World, experiment: &Experiment, streams: &Streams) -> Target {
    Target::new(experiment, world.dataset.shape(), world.dataset.classes.len(), streams, &world.device)
}
