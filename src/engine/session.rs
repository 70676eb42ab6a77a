//! One experiment in the engine: its runs, what is shown of them, and the commands that concern what is shown.

use std::sync::Arc;
use std::time::Duration;

use super::core::PROGRESS_INTERVAL;
use super::evaluation_codes::EvaluationCodes;
use super::forking::{Forking, Kept};
use super::lab::{self, LabWalks};
use super::pace::Throttle;
use super::protocol::{Command, Event, Level, RunSnapshot, Scores};
use super::replay;
use super::scoring::Scoring;
use super::section::Sections;
use crate::archive::SavedRun;
use crate::experiment::{Experiment, Strategy, Task};
use crate::field::{Field, Fieldwork, Ground};
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
        }
    }

    /// The runs begin in this world: new ones, or those that are to be replayed. What is to be said of them.
    pub fn begin(&mut self, world: Arc<World>) -> Vec<Event> {
        let mut said = Vec::new();
        let saved = std::mem::take(&mut self.replay);
        if saved.is_empty() {
            let new = |&strategy: &Strategy| {
                let experiment = Experiment { strategy, ..self.experiment.clone() };
                ShownRun::new(Run::new(&world, &experiment, 1), &world)
            };
            self.runs = self.strategies.iter().map(new).collect();
            said.extend(self.runs.iter().map(ShownRun::started));
        } else {
            self.runs = replay::saved_runs(&world, saved, &mut said);
        }
        self.world = Some(world);
        said
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
            && shown.is_some_and(|r| r.run.rounds_done() > 0 && r.run.has_weights() && !r.scoring.is_fresh())
    }

    /// The evaluation split is to be embedded, and is not yet.
    pub fn evaluation_waits(&self) -> bool {
        self.world.is_some() && self.evaluation_codes.waits()
    }

    /// Something that is looked at is not yet as it could be.
    pub fn something_waits(&self) -> bool {
        self.evaluation_waits() || self.scoring_waits() || self.field_waits()
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
        shown.run.has_weights() && !work.is_fresh(shown.run.minibatches())
    }

    /// One chunk of the field; true when there is a new picture of it.
    pub fn advance_field(&mut self) -> bool {
        let shown = self.runs.iter().find(|r| r.run.strategy() == self.shown);
        let (Some(work), Some(world), Some(shown)) = (&mut self.fieldwork, &self.world, shown) else { return false };
        let (latent, labels) = (&world.latent, world.dataset.train.labels());
        let ground = Ground { latent, labels, generator: &*world.generator };
        let made = work.advance(ground, shown.run.minibatches(), || shown.run.frozen_target());
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
        let Some(shown) = self.shown() else { return };
        match command {
            Command::AddWalk { sample } if (sample as usize) < world.dataset.train.len() => {
                said.push(shown.lab_walks.start(&world, &shown.run, sample));
            }
            Command::StartWalks { anchors, count } => {
                said.extend(shown.lab_walks.start_many(&world, &shown.run, anchors, count));
            }
            Command::SetReselection(reselection) => shown.lab_walks.set_reselection(reselection),
            Command::ClearWalks => {
                shown.lab_walks.clear(&shown.run);
                said.push(Event::WalksCleared);
            }
            Command::StepWalks => said.extend(shown.lab_walks.step(&world, &shown.run)),
            Command::Inspect { sample } => {
                let found = lab::inspect(&world, &shown.run, sample);
                said.extend(found.map(|i| Event::Inspected(Box::new(i))));
            }
            Command::Probe { code, label } if code.len() == world.latent.dim() => {
                let found = lab::probe(&world, &shown.run, &code, label);
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
            run,
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
        }
    }
}
