//! One experiment in the engine: its runs, what is shown of them, and the commands that concern what is shown.

use std::sync::Arc;
use std::time::Duration;

use super::driver::PROGRESS_INTERVAL;
use super::pace::Throttle;
use super::protocol::{Command, Event, Level, RunSnapshot, Scores};
use super::questions::lab::{self, LabWalks};
use super::questions::pins::Pins;
use super::questions::vessel::Sections;
use super::runs::evaluation_codes::EvaluationCodes;
use super::runs::forking::{Forking, Kept};
use super::runs::looking_back::{self, Past, Seen};
use super::runs::replay::Replaying;
use super::runs::scoring::Scoring;
use crate::archive::SavedRun;
use crate::experiment::{Experiment, Strategy, Task, Trained};
use crate::field::{Field, Fieldwork, Ground};
use crate::grid::Place;
use crate::round::Run;
use crate::world::{Preparation, World};

/// Between two pictures of the forming embedding.
const FORMING_INTERVAL: Duration = Duration::from_millis(400);
/// Between two looks at what the generator makes of the same few codes.
const SAMPLES_INTERVAL: Duration = Duration::from_secs(2);
/// Between two publications of scores.
const SCORES_INTERVAL: Duration = Duration::from_millis(500);

/// One experiment in the engine, from reset to reset.
pub struct Session {
    pub experiment: Experiment,
    pub strategies: Vec<Strategy>,
    pub preparation: Option<Preparation>,
    pub world: Option<Arc<World>>,
    pub runs: Vec<ShownRun>,
    /// Saved runs to show instead of new ones.
    pub replay: Vec<SavedRun>,
    /// Those, on their way onto the screen.
    pub replaying: Option<Replaying>,
    pub shown: Strategy,
    pub want_scores: bool,
    pub units: usize,
    pub forming: Throttle,
    pub losses: Throttle,
    /// The field that was asked for, of the run that is shown.
    pub fieldwork: Option<Fieldwork>,
    pub field: Option<Arc<Field>>,
    pub samples: Throttle,
    pub sections: Sections,
    pub evaluation_codes: EvaluationCodes,
    /// A fork that waits for rounds to be done again.
    pub forking: Option<Box<Forking>>,
    pub pins: Pins,
    /// The round that is looked at; none looks at the present.
    pub round: Option<usize>,
}

/// A run with what is shown of it.
pub struct ShownRun {
    pub run: Run,
    pub labelled: Arc<Vec<u16>>,
    pub scoring: Scoring,
    pub scores: Option<Arc<Scores>>,
    pub published: Throttle,
    pub lab_walks: LabWalks,
    /// Weights at the ends of its rounds.
    pub kept: Kept,
    pub past: Past,
    /// Where it is written at the end of each round, if anywhere.
    pub place: Option<Place>,
}

impl Session {
    pub fn new(
        experiment: Experiment,
        strategies: Vec<Strategy>,
        preparation: Option<Preparation>,
        shown: Strategy,
    ) -> Self {
        Self {
            experiment,
            strategies,
            preparation,
            world: None,
            runs: Vec::new(),
            replay: Vec::new(),
            replaying: None,
            shown,
            want_scores: false,
            units: 0,
            forming: Throttle::new(FORMING_INTERVAL),
            losses: Throttle::new(PROGRESS_INTERVAL),
            fieldwork: None,
            field: None,
            samples: Throttle::new(SAMPLES_INTERVAL),
            sections: Sections::default(),
            evaluation_codes: EvaluationCodes::default(),
            forking: None,
            pins: Pins::default(),
            round: None,
        }
    }

    /// The experiment with smaller minibatches of what is trained now, for a device without memory for these; and in words.
    pub fn smaller(&self) -> Option<(Experiment, String)> {
        let of = if self.world.is_some() { Trained::Target } else { Trained::Generator };
        let smaller = self.experiment.with_half_batches(of)?;
        let (before, after) = (self.experiment.batch_of(of), smaller.batch_of(of));
        Some((smaller, format!("minibatches of {before}. The experiment starts over with {after}.")))
    }

    /// The runs begin in this world: new ones, or those that are to be replayed. What is to be said of them.
    pub fn begin(&mut self, world: Arc<World>) -> Vec<Event> {
        let mut said = Vec::new();
        let saved = std::mem::take(&mut self.replay);
        self.world = Some(Arc::clone(&world));
        if saved.is_empty() {
            let new = |&strategy: &Strategy| {
                let experiment = Experiment { strategy, ..self.experiment.clone() };
                ShownRun::new(Run::new(&world, &experiment, 1), &world)
            };
            self.runs = self.strategies.iter().map(new).collect();
            said.extend(self.runs.iter().map(ShownRun::started));
        } else {
            self.replaying = Some(Replaying::new(&world, saved));
        }
        said
    }

    /// What a run's target makes of the pinned points now.
    pub fn measure_pins(&self, at: usize) -> Option<Event> {
        let run = self.runs.get(at).map(|r| &r.run).filter(|r| r.has_weights())?;
        self.pins.measured(run.strategy(), run.minibatches(), &run.frozen_target())
    }

    /// Keeps the weights of a run whose round has just ended; what is to be said where they cannot be kept.
    pub fn keep_weights(&mut self, at: usize) -> Option<Event> {
        let shown = self.runs.get_mut(at)?;
        match shown.run.checkpoint() {
            Ok(checkpoint) => {
                shown.kept.add(checkpoint);
                None
            }
            Err(e) => {
                let text = format!("The weights of this round are not kept, so a fork must do its rounds again: {e}");
                Some(Event::Message { level: Level::Warning, text })
            }
        }
    }

    /// The run to advance: the first of those that are behind, so that all do round t before any does t + 1.
    pub fn current(&self) -> Option<usize> {
        let open = self.runs.iter().enumerate().filter(|(_, r)| !r.run.is_done());
        open.min_by_key(|(i, r)| (r.run.rounds_done(), *i)).map(|(i, _)| i)
    }

    /// Rounds that every run that still goes on has completed.
    pub fn rounds_completed(&self) -> usize {
        let open = self.runs.iter().filter(|r| !r.run.is_done()).map(|r| r.run.rounds_done()).min();
        open.unwrap_or_else(|| self.runs.iter().map(|r| r.run.rounds_done()).max().unwrap_or(0))
    }

    /// Thousandths of the whole experiment that are done, and their number.
    pub fn experiment_steps(&self) -> (usize, usize) {
        const PARTS: usize = 1_000;
        if self.runs.is_empty() {
            return (0, 0);
        }
        let runs = self.runs.len() as f32;
        let fraction = self.runs.iter().map(|r| r.run.fraction_done()).sum::<f32>() / runs;
        ((fraction * PARTS as f32) as usize, PARTS)
    }

    pub fn scoring_waits(&self) -> bool {
        let shown = self.runs.iter().find(|r| r.run.strategy() == self.shown);
        self.want_scores
            && shown.is_some_and(|r| r.run.rounds_done() > 0 && r.can_see(self.round) && !r.scoring.is_fresh())
    }

    /// The evaluation split is to be embedded, and is not yet.
    pub fn evaluation_waits(&self) -> bool {
        self.world.is_some() && self.evaluation_codes.waits()
    }

    /// Something that is looked at is not yet as it could be.
    pub fn something_waits(&self) -> bool {
        self.evaluation_waits() || self.walks_wait() || self.pins.waits() || self.scoring_waits() || self.field_waits()
    }

    /// Walks that are shown have steps to take by themselves.
    pub fn walks_wait(&self) -> bool {
        self.runs.iter().any(|r| r.run.strategy() == self.shown && r.lab_walks.waits())
    }

    /// One such step.
    pub fn step_walks(&mut self) -> Vec<Event> {
        let (world, shown) = (self.world.clone(), self.shown());
        let Some((world, shown)) = world.zip(shown).filter(|(_, r)| r.lab_walks.waits()) else { return Vec::new() };
        shown.lab_walks.step(&world, &shown.run)
    }

    /// One chunk of it; true when all is there.
    pub fn embed_evaluation(&mut self) -> bool {
        let Some(world) = self.world.as_ref().filter(|_| self.evaluation_codes.waits()) else { return false };
        let split = world.dataset.evaluation(self.experiment.evaluate_on);
        self.evaluation_codes.advance(split, &*world.generator)
    }

    /// The field that was asked for is not yet as fine, or as new, as it can be.
    pub fn field_waits(&self) -> bool {
        let shown = self.runs.iter().find(|r| r.run.strategy() == self.shown);
        let (Some(work), Some(shown)) = (&self.fieldwork, shown) else { return false };
        shown.can_see(self.round) && !work.is_fresh(shown.minibatches_seen(self.round))
    }

    /// One chunk of the field; true when there is a new picture of it.
    pub fn advance_field(&mut self) -> bool {
        let (strategy, round) = (self.shown, self.round);
        let shown = self.runs.iter_mut().find(|r| r.run.strategy() == strategy);
        let (Some(work), Some(world), Some(shown)) = (&mut self.fieldwork, &self.world, shown) else { return false };
        let Some(Seen { target, minibatches, .. }) = shown.seen(round) else { return false };
        let ground = Ground { latent: &world.latent, train: &world.dataset.train, generator: &*world.generator };
        let made = work.advance(ground, minibatches, || target);
        let new = made.is_some();
        self.field = made.or(self.field.take());
        new
    }

    pub fn shown(&mut self) -> Option<&mut ShownRun> {
        let shown = self.shown;
        self.runs.iter_mut().find(|r| r.run.strategy() == shown)
    }

    /// Commands that concern what is shown; what is to be said of them is pushed to `said`.
    pub fn obey(&mut self, command: Command, said: &mut Vec<Event>) {
        if let Command::Show(strategy) = command {
            self.shown = strategy;
            // The field is the target's, so another run's is begun.
            self.field = None;
            let request = self.fieldwork.take().map(Fieldwork::into_request);
            self.fieldwork = request.and_then(|r| Fieldwork::new(r, self.experiment.latent_dim));
            return;
        }
        if let Command::LookAt(round) = command {
            self.round = round;
            if let Some(shown) = self.shown() {
                shown.scoring.outdated();
                // A field of another round is no field of this one, where this one has none.
                if !shown.can_see(round) {
                    self.field = None;
                }
            }
            return;
        }
        if let Command::SetPins(pins) = command {
            if let Some(world) = &self.world {
                self.pins.set(pins, world, &self.runs);
                said.extend((0..self.runs.len()).filter_map(|at| self.measure_pins(at)));
            }
            return;
        }
        if let Command::WantScores(want) = command {
            self.want_scores = want;
            return;
        }
        if let Command::WantEvaluationCodes = command {
            self.evaluation_codes.wanted = true;
            return;
        }
        if let Command::SetField(request) = command {
            self.field = None;
            if request.is_some() && self.experiment.dataset.task() == Task::Maps {
                let text = "The field shows classes and their probabilities; the labels of this data set are maps.";
                said.push(Event::Message { level: Level::Warning, text: text.into() });
                self.fieldwork = None;
                return;
            }
            self.fieldwork = request.and_then(|r| Fieldwork::new(r, self.experiment.latent_dim));
            return;
        }
        if let Command::Section(request) = command {
            let run = self.runs.iter().map(|r| &r.run).find(|r| r.strategy() == self.shown);
            let found = self.sections.answer(request, &self.experiment, self.world.as_deref(), run);
            said.extend(found.map(|section| Event::Section(Box::new(section))));
            return;
        }
        let Some(world) = self.world.clone() else { return };
        if let Command::Keep { folder } = &command {
            said.extend(self.runs.iter_mut().flat_map(|run| run.keep_in(folder, &world)));
            return;
        }
        let round = self.round;
        let Some(shown) = self.shown() else { return };
        match command {
            Command::AddWalk { sample } if (sample as usize) < world.dataset.train.len() => {
                said.extend(shown.lab_walks.start(&world, &shown.run, sample));
            }
            Command::StartWalks { anchors, count } => {
                said.extend(shown.lab_walks.start_many(&world, &shown.run, anchors, count));
            }
            Command::SetReselection(reselection) => {
                said.extend(shown.lab_walks.set_reselection(&world, &shown.run, reselection));
            }
            Command::CompareReselection(on) => said.extend(shown.lab_walks.compare(&world, &shown.run, on)),
            Command::ClearWalks => {
                shown.lab_walks.clear(&shown.run);
                said.push(Event::WalksCleared);
            }
            Command::StepWalks => said.extend(shown.lab_walks.step(&world, &shown.run)),
            Command::Inspect { sample } => {
                let found = shown.seen(round).and_then(|seen| lab::inspect(&world, &shown.run, &seen.target, sample));
                said.extend(found.map(|i| Event::Inspected(Box::new(i))));
            }
            Command::Explain { round: of, proposal } => {
                // A step is taken against the target of the round before.
                let seen = of.checked_sub(1).filter(|r| *r > 0).and_then(|before| shown.seen(Some(before)));
                let target = seen.as_ref().map(|s| &s.target);
                let found = lab::explain(&world, &shown.run, target, of, proposal);
                said.extend(found.map(|e| Event::Explained(Box::new(e))));
            }
            Command::Probe { code, label } if code.len() == world.latent.dim() => {
                let found =
                    shown.seen(round).and_then(|seen| lab::probe(&world, &shown.run, &seen.target, &code, label));
                said.extend(found.map(|p| Event::Probed(Box::new(p))));
            }
            _ => {}
        }
    }
}

impl ShownRun {
    pub fn new(run: Run, world: &World) -> Self {
        let lab_walks = LabWalks::new(&run);
        Self {
            labelled: Arc::new(run.labelled().round_of().to_vec()),
            scoring: Scoring::new(world.dataset.train.len()),
            scores: None,
            published: Throttle::new(SCORES_INTERVAL),
            lab_walks,
            kept: Kept::default(),
            past: Past::default(),
            place: None,
            run,
        }
    }

    /// The target to be asked, at the end of `round` or as it is now.
    pub fn seen(&mut self, round: Option<usize>) -> Option<Seen> {
        match self.past.seen(&self.run, &self.kept, round) {
            Ok(seen) => seen,
            Err(e) => {
                log::warn!("the weights of an earlier round: {e}");
                None
            }
        }
    }

    /// Whether there are weights for it.
    pub fn can_see(&self, round: Option<usize>) -> bool {
        match round.filter(|_| looking_back::looks_back(&self.run, round)) {
            Some(round) => self.kept.at(round).is_some(),
            None => self.run.has_weights(),
        }
    }

    /// Optimiser steps behind that target.
    pub fn minibatches_seen(&self, round: Option<usize>) -> usize {
        match round.filter(|_| looking_back::looks_back(&self.run, round)) {
            Some(round) => looking_back::minibatches_at(&self.run, round),
            None => self.run.minibatches(),
        }
    }

    /// That it has begun.
    pub fn started(&self) -> Event {
        let header = Box::new(self.run.history().header.clone());
        Event::RunStarted { strategy: self.run.strategy(), header }
    }

    pub fn snapshot(&self) -> RunSnapshot {
        RunSnapshot {
            strategy: self.run.strategy(),
            labelled_in: Arc::clone(&self.labelled),
            scores: self.scores.clone(),
            kept: self.kept.rounds(),
        }
    }
}
