//! One experiment in the engine: its runs, their data for display, and the commands that concern them.

mod start;
mod saving;
mod turns;

pub use start::Start;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::planned::{PlannedRun, RunId, more_repeats};
use super::protocol::{Command, Event, Level};
use super::questions::ask::{Scene, Shown};
use super::questions::{Memory, Question};
use super::runs::autosaving::Autosaving;
use super::runs::checkpoints::Checkpoints;
use super::runs::evaluation_codes::EvaluationCodes;
use super::runs::forking::Forking;
use super::runs::kept_tables::KeptTables;
use super::runs::pins::Pins;
use super::runs::replay::{self, Replaying, Source};
use super::runs::shown_field::ShownField;
use super::runs::shown_run::ShownRun;
use super::runs::walks::HandWalks;
use crate::experiment::{Experiment, Task, Trained};
use crate::grid::Cell;
use crate::round::Run;
use crate::trajectory::Reselection;
use crate::world::{Preparation, PreparationActivity, World};

/// One experiment in the engine, from reset to reset.
pub struct Session {
    pub experiment: Experiment,
    /// The planned runs; a run has begun when it is in `runs`.
    pub planned: Vec<PlannedRun>,
    /// Runs that are not advanced: removed by the user, stopped, or saved ones that do not fit.
    held: BTreeSet<RunId>,
    /// Those of them that a stop holds, until they go on.
    stopped: BTreeSet<RunId>,
    pub before: Before,
    pub world: Option<Arc<World>>,
    pub runs: Vec<ShownRun>,
    /// The folder that the user keeps the runs in; a run is written there from the end of its next round on.
    pub kept_in: Option<PathBuf>,
    tables: KeptTables,
    /// Where the runs are written unasked.
    pub autosaving: Autosaving,
    pub shown: RunId,
    /// The earlier round whose target is used; `None` is the present.
    pub round: Option<usize>,
    pub want_scores: bool,
    pub field: ShownField,
    pub evaluation_codes: EvaluationCodes,
    pub pins: Pins,
    /// The rule by which walks started by hand restart, once the window has sent one; until then each run has its own.
    reselection: Option<Reselection>,
    memory: Memory,
}

/// Work to be done before rounds can continue.
pub enum Before {
    Nothing,
    /// Data, generator and embedding; then saved runs are loaded, or new ones begin.
    Preparing {
        preparation: Box<Preparation>,
        saved: Vec<(RunId, Source)>,
    },
    Replaying(Box<Replaying>),
    /// Pending forks, in order, while rounds are computed again.
    Forking(VecDeque<Forking>),
}

impl Session {
    /// A session whose world is not yet prepared.
    pub fn new(experiment: Experiment, planned: Vec<PlannedRun>, before: Before) -> Self {
        let first = planned.iter().map(|p| p.repeat).min();
        Self {
            shown: planned.iter().rfind(|p| Some(p.repeat) == first).map_or_else(RunId::default, |p| p.id),
            experiment,
            held: planned.iter().filter(|p| p.removed).map(|p| p.id).collect(),
            stopped: BTreeSet::new(),
            planned,
            before,
            world: None,
            runs: Vec::new(),
            kept_in: None,
            tables: KeptTables::default(),
            autosaving: Autosaving::Off,
            round: None,
            want_scores: false,
            field: ShownField::default(),
            evaluation_codes: EvaluationCodes::default(),
            pins: Pins::default(),
            reselection: None,
            memory: Memory::default(),
        }
    }

    /// Whether saved runs are still to be shown, and nothing that takes long comes first: no network is trained, and no
    /// mask solved.
    pub fn soon_shows_saved(&self) -> bool {
        use PreparationActivity::{Encoding, LoadingData, ReadingImages};
        match &self.before {
            Before::Preparing { preparation, saved } => {
                !saved.is_empty()
                    && matches!(preparation.activity(), LoadingData | ReadingImages { .. } | Encoding { .. })
            }
            Before::Replaying(replaying) => replaying.progress().is_none_or(|(_, _, masks)| masks == 0),
            Before::Forking(_) | Before::Nothing => false,
        }
    }

    /// The cells to start over with: all runs but the forks.
    pub fn cells(&self) -> Vec<Cell> {
        self.planned.iter().filter(|p| p.parent.is_none()).map(PlannedRun::cell).collect()
    }

    /// The experiment and its cells with smaller minibatches for the present training, as the device has too little
    /// memory; and a description of the change.
    pub fn smaller(&self) -> Option<(Experiment, Vec<Cell>, String)> {
        let of = if self.world.is_some() { Trained::Target } else { Trained::Generator };
        let smaller = self.experiment.with_half_batches(of)?;
        let half = |cell: Cell| Some(Cell { experiment: cell.experiment.with_half_batches(of)?, ..cell });
        let cells: Option<Vec<_>> = self.cells().into_iter().map(half).collect();
        let (before, after) = (self.experiment.batch_of(of), smaller.batch_of(of));
        Some((smaller, cells?, format!("minibatches of {before}. The experiment starts over with {after}.")))
    }

    /// Begins the runs in this world: those of the first repeat, or saved ones that are then loaded.
    pub fn begin(&mut self, world: Arc<World>) -> Vec<Event> {
        let before = std::mem::replace(&mut self.before, Before::Nothing);
        self.world = Some(Arc::clone(&world));
        match before {
            Before::Preparing { saved, .. } if !saved.is_empty() => {
                self.before = Before::Replaying(Box::new(Replaying::new(&world, saved)));
                Vec::new()
            }
            _ => self.begin_next(),
        }
    }

    /// Begins the runs whose turn it is and that have not begun, the one that is shown first. The first round that several
    /// have in common is computed by the first of them: the others begin at its end.
    pub fn begin_next(&mut self) -> Vec<Event> {
        let (Some(world), Some(due)) = (self.world.clone(), self.due()) else { return Vec::new() };
        let next = |p: &&PlannedRun| self.run(p.id).is_none() && !self.held.contains(&p.id) && p.due(0) == due;
        let mut next: Vec<PlannedRun> = self.planned.iter().filter(next).cloned().collect();
        next.sort_by_key(|p| p.id != self.shown);
        let mut events = Vec::new();
        for PlannedRun { id, experiment, own, repeat, .. } in next {
            let alike = |r: &&ShownRun| !self.held.contains(&r.id) && r.run.begins_like(&experiment);
            if self.runs.iter().filter(alike).any(|r| r.run.rounds_done() == 0) {
                continue;
            }
            let first = self.runs.iter().filter(alike).find_map(|r| r.run.first_round());
            let shared = first.and_then(|first| first.begin(&world, &experiment, own.clone(), repeat));
            let run = shared.unwrap_or_else(|| Run::new(&world, &experiment, repeat).with_own(own));
            let mut run = ShownRun::new(id, run, Checkpoints::default(), &world);
            let has_round = run.run.rounds_done() > 0;
            if has_round {
                events.extend(run.save_weights());
            }
            events.extend(self.join(run));
            if has_round && self.kept_in.is_some() {
                events.extend(self.write_run(id));
            }
        }
        events
    }

    /// Adds a run that has begun; returns its events so far.
    pub fn join(&mut self, run: ShownRun) -> Vec<Event> {
        let Some(world) = &self.world else { return Vec::new() };
        let mut events = vec![run.started()];
        events.extend(replay::events(world, &run));
        self.pins.join(&run);
        let id = run.id;
        // In the order of the plan, whichever begins first.
        self.runs.insert(self.runs.partition_point(|r| r.id < id), run);
        events.extend(self.reselect_walks());
        events.extend(self.joins_the_saved(id));
        self.make_room();
        events
    }

    /// Adds the next repeats of the variants; `None` if there are no seeds for them.
    pub fn add_repeats(&mut self, count: usize) -> Option<Vec<PlannedRun>> {
        let more = more_repeats(&self.planned, count)?;
        self.planned.extend(more.iter().cloned());
        Some(more)
    }

    /// Adds the fork of a run after a round, and shows it.
    pub fn add_fork(&mut self, parent: RunId, round: usize, run: Run, checkpoints: Checkpoints) -> Vec<Event> {
        let planned = self.planned.iter().find(|p| p.id == parent);
        let Some((world, parent)) = self.world.clone().zip(planned) else { return Vec::new() };
        let fork = parent.forked(round, &run.history().header, &self.planned);
        self.planned.push(fork.clone());
        let shown = ShownRun::new(fork.id, run, checkpoints, &world);
        (self.shown, self.round) = (fork.id, None);
        self.field.restart(self.experiment.latent_dim);
        let mut events = vec![Event::RunsAdded { runs: vec![fork] }];
        events.extend(self.join(shown));
        events
    }

    fn shown_run(&self) -> Option<&ShownRun> {
        self.run(self.shown)
    }

    /// World and shown run, if both exist.
    fn shown_in_world(&mut self) -> Option<(Arc<World>, &mut ShownRun)> {
        let shown = self.shown;
        self.world.clone().zip(self.runs.iter_mut().find(|r| r.id == shown))
    }

    pub fn scoring_waits(&self) -> bool {
        self.want_scores && self.shown_run().is_some_and(|r| r.scoring_waits(self.round))
    }

    /// Whether the evaluation split is requested and not yet embedded.
    pub fn evaluation_waits(&self) -> bool {
        self.world.is_some() && self.evaluation_codes.waits()
    }

    /// Whether walks of the shown run have steps to take automatically.
    pub fn walks_wait(&self) -> bool {
        self.shown_run().is_some_and(|r| r.walks.waits())
    }

    /// Whether the requested field is not yet complete, or older than the target.
    pub fn field_waits(&self) -> bool {
        self.shown_run().is_some_and(|r| self.field.waits(r, self.round))
    }

    /// Whether any background work is left.
    pub fn something_waits(&self) -> bool {
        self.evaluation_waits() || self.walks_wait() || self.pins.waits() || self.scoring_waits() || self.field_waits()
    }

    /// Takes one step of the walks that step automatically.
    pub fn step_walks(&mut self) -> Vec<Event> {
        let Some((world, shown)) = self.shown_in_world().filter(|(_, r)| r.walks.waits()) else { return Vec::new() };
        shown.walks.step(&world, &shown.run)
    }

    /// Embeds one chunk of the evaluation split; true if it was the last.
    pub fn embed_evaluation(&mut self) -> bool {
        let Some(world) = self.world.as_ref().filter(|_| self.evaluation_codes.waits()) else { return false };
        let split = world.dataset.evaluation(self.experiment.evaluate_on);
        self.evaluation_codes.advance(split, &*world.generator)
    }

    /// Scores one chunk of the train split; true if there are scores to publish.
    pub fn score(&mut self) -> bool {
        let (waits, round) = (self.scoring_waits(), self.round);
        self.shown_in_world().filter(|_| waits).is_some_and(|(world, shown)| shown.score(&world, round))
    }

    /// Computes one chunk of the field; true if there is a new image.
    pub fn advance_field(&mut self) -> bool {
        let (shown, round) = (self.shown, self.round);
        let shown = self.runs.iter_mut().find(|r| r.id == shown);
        self.world.as_ref().zip(shown).is_some_and(|(world, shown)| self.field.advance(world, shown, round))
    }

    /// Executes a command that concerns the shown data, and returns the immediate events.
    pub fn obey(&mut self, command: Command) -> Vec<Event> {
        let dim = self.experiment.latent_dim;
        if !self.experiment.generator.has_networks() && needs_decoder(&command) {
            self.field.set(None, dim);
            return warning("That is decoded from latent space, and codes of your own have no decoder.");
        }
        match command {
            Command::Show(run) if self.planned.iter().all(|p| p.id != run) => {
                // The command was sent before the runs were replaced; the window will name one of the new runs.
                log::debug!("no {run:?} in this session");
            }
            Command::Show(run) => {
                self.shown = run;
                self.make_room();
                self.field.restart(dim);
                return self.reselect_walks();
            }
            Command::LookAt(round) => self.look_at(round),
            Command::WantScores(want) => self.want_scores = want,
            Command::WantEvaluationCodes => self.evaluation_codes.wanted = true,
            Command::SetField(Some(_)) if self.experiment.dataset.task() == Task::Maps => {
                self.field.set(None, dim);
                let text = "The field shows class probabilities, but the labels of this data set are maps.";
                return warning(text);
            }
            Command::SetField(request) => self.field.set(request, dim),
            Command::Ask(question) => return self.answer(question),
            Command::SetPins(pins) => {
                let Some(world) = &self.world else {
                    return warning("Points can be pinned once the generator is trained.");
                };
                self.pins.set(pins, world, &self.runs);
                return self.runs.iter().filter_map(|shown| self.pins.measure(shown)).collect();
            }
            Command::AddWalk { sample } => {
                return self.walk(|world, _, walks| match (sample as usize) < world.dataset.train.len() {
                    true => walks.start(world, sample),
                    false => warning(&format!("Sample {sample} is not in the train split.")),
                });
            }
            Command::StartWalks { anchors, count } => {
                return self.walk(|world, _, walks| walks.start_many(world, anchors, count));
            }
            Command::SetReselection(reselection) => {
                self.reselection = Some(reselection);
                return self.reselect_walks();
            }
            Command::CompareReselection(on) => return self.walk(|world, run, walks| walks.compare(world, run, on)),
            Command::ClearWalks => return self.walk(|_, run, walks| walks.clear(run)),
            Command::StepWalks => return self.walk(|world, run, walks| walks.step(world, run)),
            // The driver executes these, which concern the thread or replace the session.
            Command::Reset { .. }
            | Command::Replay { .. }
            | Command::TakeUp { .. }
            | Command::Keep { .. }
            | Command::LimitAutosave(_)
            | Command::AddRepeats(_)
            | Command::Hold { .. }
            | Command::Run
            | Command::Pause
            | Command::StepMinibatches(_)
            | Command::StepRound
            | Command::Stop
            | Command::SetDataFolder(_)
            | Command::SetDevice(_)
            | Command::Fork { .. }
            | Command::Quit => {}
        }
        Vec::new()
    }

    fn look_at(&mut self, round: Option<usize>) {
        self.round = round;
        let Some((_, shown)) = self.shown_in_world() else { return };
        shown.scoring.outdated();
        // If this round has no weights, the field of another round must not be shown.
        if !shown.can_see(round) {
            self.field.forget();
        }
    }

    /// The event with the answer; none if there is no answer, as the window times out by itself.
    fn answer(&mut self, question: Question) -> Vec<Event> {
        let id = self.shown;
        let shown = self.runs.iter_mut().find(|r| r.id == id).map(|r| r as &mut dyn Shown);
        let scene = Scene { experiment: &self.experiment, world: self.world.as_deref(), shown, round: self.round };
        question.answer(&mut self.memory, scene).map(Event::Answer).into_iter().collect()
    }

    /// Gives the shown run's walks the rule on the screen, if both are there.
    fn reselect_walks(&mut self) -> Vec<Event> {
        let Some((reselection, (world, shown))) = self.reselection.zip(self.shown_in_world()) else {
            return Vec::new();
        };
        shown.walks.set_reselection(&world, &shown.run, reselection)
    }

    /// Applies an action to the walks started by hand in the shown run.
    fn walk(&mut self, act: impl FnOnce(&World, &Run, &mut HandWalks) -> Vec<Event>) -> Vec<Event> {
        match self.shown_in_world() {
            Some((world, shown)) => act(&world, &shown.run, &mut shown.walks),
            None => warning("Walks can be started once the runs have begun."),
        }
    }
}

/// Whether a command asks for images of latent points, or for gradients at them.
fn needs_decoder(command: &Command) -> bool {
    match command {
        Command::SetField(request) => request.is_some(),
        Command::SetPins(pins) => !pins.is_empty(),
        Command::AddWalk { .. } | Command::StartWalks { .. } | Command::StepWalks => true,
        _ => false,
    }
}

fn warning(text: &str) -> Vec<Event> {
    vec![Event::Message { level: Level::Warning, text: text.into() }]
}
