//! The state of the window, and how each event of the engine changes it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use super::axes::Axes;
use super::brush::{Brush, NamedKept};
use super::messages::{Messages, Offer};
use super::pins::PinBoard;
use super::playhead::Playhead;
use super::run::RunState;
use super::run_list::RunList;
use super::walks::{Walk, WalkLab};
use crate::dataset::{Class, Dataset};
use crate::device::DeviceKind;
use crate::engine::planned::{PlannedRun, RunId, planned};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::questions::inspect::Inspection;
use crate::engine::questions::{Answer, Answers};
use crate::experiment::{Experiment, ExperimentError, Setup};
use crate::figures::{Kin, Looks};
use crate::generator::GeneratorLosses;
use crate::grid::GridFolder;
use crate::round::Turn;
use crate::world::GeneratorFrom;
use crate::world::own_masks::MaskReport;

/// Everything received from the engine, and the user's selections.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Number of resets, as in `Event::Started`; 0 before the first.
    pub generation: u64,
    /// The running experiment, not the draft in the settings.
    pub experiment: Experiment,
    /// The experiment's runs, whether they have begun or not.
    pub planned: Vec<PlannedRun>,
    pub device: DeviceKind,
    pub device_name: String,
    pub dataset: Option<Arc<Dataset>>,
    pub progress: Progress,
    pub generator: GeneratorState,
    pub runs: Vec<RunState>,
    /// The look of every variant that this window has seen.
    pub looks: Looks,
    pub walks: Vec<Arc<Walk>>,
    /// The walks' thresholds, filter, order and re-selection.
    pub lab: WalkLab,
    pub messages: Messages,
    /// The latest answer to each kind of question.
    pub answers: Answers,
    /// Inspections of the shown run at the playhead, the latest last, one of each sample, with the `target_version` of its
    /// arrival.
    pub(super) inspections: VecDeque<(u64, Arc<Inspection>)>,
    /// The probe, a latent point that the user drags; `None` while no panel shows it.
    pub probing: Option<Vec<f32>>,
    /// Number of reported changes of the target's weights, by which questions are repeated.
    pub target_version: u64,
    pub focus: Focus,
    /// The directions that the latent view shows of more than three dimensions.
    pub axes: Axes,
    /// The region drawn in the latent view.
    pub brush: Brush,
    /// All runs of the window.
    pub list: RunList,
    pub pins: PinBoard,
    /// The results of the check of the user's own masks.
    pub mask_report: Option<Arc<MaskReport>>,
    /// Why the experiment cannot run on its data, or in this machine's memory; `None` unless it failed for that.
    pub unfit: Option<ExperimentError>,
    /// The settings of the next fork, while its sheet is open.
    pub fork_draft: Option<Turn>,
    pub playhead: Playhead,
    /// Whether there is a change that can be taken back.
    pub can_undo: bool,
    /// Whether there is a change that can be made again.
    pub can_redo: bool,
    pub intent: Intent,
    /// A request that is not yet in effect; shown in the frame of the click.
    pub pending: Option<Pending>,
    /// Optimiser steps per "step minibatches".
    pub step_size: usize,
}

/// The engine's present phase and progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub phase: Phase,
    pub run: Option<RunId>,
    /// From 1; where no run is concerned, the rounds that are complete.
    pub round: usize,
    /// Units of the phase that are done: minibatches, images, masks, or thousandths.
    pub done: usize,
    /// Units of the phase; 0 if they are not known.
    pub total: usize,
    pub eta_seconds: Option<f32>,
}

impl Progress {
    /// Share done, 0 to 1, if the engine knows the total.
    pub fn fraction(&self) -> Option<f32> {
        (self.total > 0).then(|| (self.done as f32 / self.total as f32).clamp(0.0, 1.0))
    }
}

/// The state of the generator: trained here, or taken from the cache or a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeneratorState {
    /// Epoch and losses.
    pub losses: Vec<(f32, GeneratorLosses)>,
    /// The latest G(z) of the same few codes, concatenated planes of 0..=255.
    pub samples: Option<Arc<Vec<u8>>>,
    /// Updates of `samples` so far.
    pub samples_version: u64,
    pub ready: bool,
    /// Where it comes from, once it is ready.
    pub from: Option<GeneratorFrom>,
    /// Mean standard deviation of the embedding's axes, the unit of alpha; 0 before it is known.
    pub latent_scale: f32,
}

/// One point of one walk, for highlighting in all panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkPoint {
    /// Its number in the engine.
    pub walk: usize,
    /// 0 for the start, then one for each step.
    pub point: usize,
}

/// The selection and the hovered items, shared by all panels.
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// The run shown by the view and the inspector.
    pub run: RunId,
    /// `None` follows the latest round.
    pub round: Option<usize>,
    /// The selected train sample.
    pub sample: Option<u32>,
    /// The sample that was selected before this workspace was shown: no card lies over the view for it.
    pub before: Option<u32>,
    /// The item hovered in the previous frame, in any panel.
    pub walk_point: Option<WalkPoint>,
    /// Show only samples of this class in full colour.
    pub class: Option<Class>,
}

/// The user's last request to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Idle,
    Running,
    Stepping,
}

/// A request that is not yet in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    Pausing,
    Stopping,
    Resetting,
    /// Repeats are being added.
    Repeating,
}

/// Default steps per "step minibatches": a tenth of the default round.
const DEFAULT_STEP_SIZE: usize = 10;
/// Largest number of stored inspections; the oldest are dropped.
const MAX_INSPECTIONS: usize = 512;

impl AppState {
    /// The state before the first event, for an experiment with these runs.
    pub fn new(experiment: Experiment, runs: Vec<Setup>, device: DeviceKind) -> Self {
        let planned = planned(runs);
        let run = preferred(&planned);
        let mut list = RunList::default();
        list.begin(&experiment, &planned);
        Self {
            generation: 0,
            experiment,
            planned,
            device,
            device_name: String::new(),
            dataset: None,
            progress: Progress { phase: Phase::Idle, run: None, round: 0, done: 0, total: 0, eta_seconds: None },
            generator: GeneratorState::default(),
            runs: Vec::new(),
            looks: Looks::default(),
            walks: Vec::new(),
            lab: WalkLab::default(),
            messages: Messages::default(),
            answers: Answers::default(),
            inspections: VecDeque::new(),
            probing: None,
            target_version: 0,
            focus: Focus { run, round: None, sample: None, before: None, walk_point: None, class: None },
            axes: Axes::default(),
            brush: Brush::default(),
            list,
            pins: PinBoard::default(),
            mask_report: None,
            unfit: None,
            fork_draft: None,
            playhead: Playhead::default(),
            can_undo: false,
            can_redo: false,
            intent: Intent::Idle,
            pending: None,
            step_size: DEFAULT_STEP_SIZE,
        }
    }

    /// Applies one event of the engine.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Started { generation, experiment, runs, device } => {
                self.start_over(generation, *experiment, runs, device);
            }
            Event::RunsAdded { runs } => self.runs_added(runs),
            Event::MasksJudged(report) => self.mask_report = Some(report),
            Event::Unfit(error) => self.unfit = Some(error),
            Event::DataReady { dataset } => self.data_ready(dataset),
            Event::Progress { phase, run, round, done, total, eta_seconds } => {
                self.enter(&phase);
                self.progress = Progress { phase, run, round, done, total, eta_seconds };
            }
            Event::GeneratorLoss { epoch, losses } => self.generator.losses.push((epoch, losses)),
            Event::GeneratorSamples { images } => {
                self.generator.samples = Some(images);
                self.generator.samples_version += 1;
            }
            Event::GeneratorReady { from, latent_scale } => {
                self.generator.ready = true;
                self.generator.from = Some(from);
                self.generator.latent_scale = latent_scale;
            }
            Event::RunStarted { run, header } => {
                self.looks.give((&*header).into());
                self.run_mut(run).header = Some(header);
                self.follow_repeat(run);
            }
            Event::RoundBegan { run, record, .. } => {
                let run = self.run_mut(run);
                run.current = Some(record);
                run.live.clear();
                run.labelling = None;
            }
            Event::Labelling { run, progress } => self.run_mut(run).labelling = Some(progress),
            Event::Evaluated { run, evaluation, .. } => {
                self.run_mut(run).live.push(evaluation);
                self.target_moved(run);
            }
            Event::ComputedBy { run, origins } => {
                if let Some(header) = &mut self.run_mut(run).header {
                    header.origins = origins;
                }
            }
            Event::RoundEnded { run: id, record } => {
                let run = self.run_mut(id);
                run.rounds.push(record);
                run.current = None;
                run.live.clear();
                self.target_moved(id);
            }
            Event::WalkStarted { run, walk, sample, code, decoded } => {
                self.walks.retain(|w| (w.run, w.id) != (run, walk));
                self.walks.push(Arc::new(Walk::new(run, walk, sample, code, decoded)));
            }
            Event::WalkStepped { run, step, decoded, measure, round } => {
                if let Some(w) = self.walks.iter_mut().find(|w| (w.run, w.id) == (run, step.walk)) {
                    Arc::make_mut(w).take_step(step, decoded, measure, round);
                }
            }
            Event::WalksCleared { run } => {
                // The walks of the run's own record stay: only those started by hand can be removed.
                let recorded = self.experiment.walks;
                self.walks.retain(|w| w.run != run || w.id < recorded);
                self.focus.walk_point = None;
                self.lab.selected = None;
                self.lab.playing = false;
            }
            Event::BaselineCleared { run } => self.baseline_cleared(run),
            Event::CloudReady { sparsity, base } => {
                self.lab.sparsity = Some(sparsity);
                self.lab.base = Some(base);
            }
            Event::Answer(answer) => {
                if let Answer::Inspect(inspection) = &answer {
                    self.inspected(inspection);
                }
                self.answers.take(answer);
            }
            Event::PinsMeasured { run, minibatches, values } => self.pins.measured(run, minibatches, &values),
            Event::OnDisk { run, path } => self.on_disk(run, path),
            Event::Autosaved { run, path } => self.list.autosaved(run, path),
            Event::SessionsDeleted { folders } => folders.iter().for_each(|folder| self.deleted(folder)),
            Event::Message { level, text } => {
                // It may say why repeats were not added, or why no session started.
                let refused = |p: &Pending| match p {
                    Pending::Repeating => true,
                    Pending::Resetting => level == Level::Error,
                    Pending::Pausing | Pending::Stopping => false,
                };
                self.pending = self.pending.filter(|p| !refused(p));
                self.messages.add(level, text, Vec::new(), true);
            }
            Event::Stopped => {
                self.progress.phase = Phase::Stopped;
                self.settle();
            }
            Event::DeviceChanged { kind, description } => {
                self.device = kind;
                self.device_name = description;
            }
        }
    }

    fn data_ready(&mut self, dataset: Arc<Dataset>) {
        let text = match self.brush.data_are_there(&dataset, self.experiment.evaluate_on) {
            NamedKept::All => None,
            NamedKept::TrainOnly => {
                Some("The selections by name are of train images alone now: accuracy is measured on other images.")
            }
            NamedKept::None => Some("The selections by name are gone: the images are not those that they were of."),
        };
        if let Some(text) = text {
            self.say(Level::Warning, text.into());
        }
        self.dataset = Some(dataset);
    }

    fn inspected(&mut self, inspection: &Arc<Inspection>) {
        // The playhead may have moved on since the question.
        if inspection.run != self.focus.run || inspection.round != self.weights_round() {
            return;
        }
        self.inspections.retain(|(_, other)| other.sample != inspection.sample);
        self.inspections.push_back((self.target_version, Arc::clone(inspection)));
        if self.inspections.len() > MAX_INSPECTIONS {
            self.inspections.pop_front();
        }
    }

    /// Adds a message from the window itself.
    pub fn say(&mut self, level: Level, text: String) {
        self.messages.add(level, text, Vec::new(), false);
    }

    /// Adds a message from the window itself with buttons.
    pub fn offer(&mut self, level: Level, text: String, offers: Vec<Offer>) {
        self.messages.add(level, text, offers, false);
    }

    /// Records the file that a run is written to from now on, or that it is no longer written.
    fn on_disk(&mut self, run: RunId, path: Option<PathBuf>) {
        if let Some(path) = path.as_ref().filter(|p| self.run(run).is_some_and(|r| r.on_disk.as_ref() != Some(p))) {
            // Equal for all runs, so that they are counted in one message.
            let folder = GridFolder::around(path).path().to_path_buf();
            let text = format!("Run written to {}, and again when a round of it ends", folder.display());
            self.offer(Level::Info, text, vec![Offer::CopyPath(folder)]);
        }
        self.list.saved(run, path.as_ref());
        self.run_mut(run).on_disk = path;
    }

    fn run_mut(&mut self, run: RunId) -> &mut RunState {
        // In the order of the plan, whichever begins first.
        let at = self.runs.partition_point(|r| r.id < run);
        if self.runs.get(at).is_none_or(|r| r.id != run) {
            self.runs.insert(at, RunState::new(run, self.experiment_of(run).strategy));
        }
        &mut self.runs[at]
    }

    fn start_over(&mut self, generation: u64, experiment: Experiment, planned: Vec<PlannedRun>, device: String) {
        // Focus on the same run, or else on one of the same strategy.
        let before = self.experiment_of(self.focus.run).strategy;
        let same = planned.iter().filter(|p| p.experiment.strategy == before).map(|p| p.id);
        let run = same.clone().find(|id| *id == self.focus.run).or(same.min()).unwrap_or_else(|| preferred(&planned));
        let former = self.experiment.name.clone();
        let (kept, folder) = self.list.keep(&self.runs);
        self.list.begin(&experiment, &planned);
        // The same masks are checked again: until then the report on them stays.
        let same_data = experiment.has_data_of(&self.experiment);
        let mask_report = self.mask_report.take().filter(|_| same_data);
        let before_data = self.dataset.as_deref().map(|dataset| (dataset, self.experiment.evaluate_on));
        let fresh = Self::new(experiment, Vec::new(), self.device);
        *self = Self {
            generation,
            planned,
            device_name: device,
            messages: std::mem::take(&mut self.messages),
            intent: self.intent,
            step_size: self.step_size,
            answers: std::mem::take(&mut self.answers).cleared(),
            lab: self.lab.started_over(),
            brush: self.brush.started_over(same_data, before_data),
            list: std::mem::take(&mut self.list),
            looks: std::mem::take(&mut self.looks),
            mask_report,
            focus: Focus { run, ..fresh.focus.clone() },
            ..fresh
        };
        if kept > 0 {
            let runs = if kept == 1 { "1 run".to_owned() } else { format!("{kept} runs") };
            let text = format!("{runs} of {former} stay under Runs.");
            match folder {
                Some(folder) => self.offer(Level::Info, text, vec![Offer::TakeUp(folder)]),
                None => self.say(Level::Info, text),
            }
        }
        self.look_planned();
    }

    /// Gives each planned run a look, as if they were drawn alone.
    fn look_planned(&mut self) {
        let all: Vec<Kin> = self.planned.iter().map(|p| self.kin_of(p)).collect();
        self.looks.give_all(all);
    }

    /// Adds runs to the session; a fork is shown, as the engine shows it.
    fn runs_added(&mut self, runs: Vec<PlannedRun>) {
        if let Some(fork) = runs.iter().find(|run| run.parent.is_some()) {
            // The engine has shown it already.
            let _ = self.show(fork.id);
            (self.focus.round, self.playhead.inside) = (None, None);
        }
        self.planned.extend(runs.iter().cloned());
        self.list.add(&runs, &self.planned);
        self.pending = self.pending.filter(|p| *p != Pending::Repeating);
        self.look_planned();
    }

    /// Shows the next repeat of the shown run's variant, if the view follows the rounds and the shown run has ended.
    fn follow_repeat(&mut self, next: RunId) {
        let shown = self.focus.run;
        let ended =
            self.run(shown).and_then(|r| r.rounds.last()).is_some_and(|r| r.is_last_of(self.experiment_of(shown)));
        let is_next = self.repeat_of(next) == self.repeat_of(shown) + 1 && self.parent_of(next).is_none();
        if ended && is_next && self.focus.round.is_none() && self.variant_name(next) == self.variant_name(shown) {
            // The window tells the engine which run it shows.
            let _ = self.show(next);
        }
    }

    fn target_moved(&mut self, run: RunId) {
        if run == self.focus.run {
            self.target_version += 1;
        }
    }

    fn enter(&mut self, phase: &Phase) {
        match phase {
            Phase::Finished | Phase::Stopped | Phase::Failed => self.settle(),
            Phase::Paused
                if self.pending == Some(Pending::Pausing)
                    || (self.intent == Intent::Stepping && self.progress.phase.is_busy()) =>
            {
                self.settle();
            }
            _ => {}
        }
    }

    fn settle(&mut self) {
        self.pending = None;
        self.intent = Intent::Idle;
    }
}

/// The run to show first: one that has steps.
fn preferred(runs: &[PlannedRun]) -> RunId {
    runs.iter().find(|p| p.experiment.strategy.takes_steps()).or(runs.first()).map_or_else(RunId::default, |p| p.id)
}
