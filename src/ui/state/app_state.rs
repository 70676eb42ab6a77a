//! The state of the window, and what each event of the engine changes in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::brush::Brush;
use super::opened::Opened;
use super::pins::PinBoard;
use super::playhead::Playhead;
use super::run::RunState;
use super::walks::{Walk, WalkLab};
use crate::dataset::Dataset;
use crate::device::DeviceKind;
use crate::engine::planned::{PlannedRun, RunId, planned};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::questions::inspect::Inspection;
use crate::engine::questions::{Answer, Answers};
use crate::experiment::{Experiment, Setup};
use crate::generator::GeneratorLosses;
use crate::round::Turn;
use crate::world::own_masks::MaskReport;

/// What the window shows, as far as it came from the engine, and what the user selected.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Counts resets, as in `Event::Started`; 0 before the first.
    pub generation: u64,
    /// The experiment that runs, not the draft in the settings.
    pub experiment: Experiment,
    /// Its runs, before and after they begin.
    pub planned: Vec<PlannedRun>,
    pub device: DeviceKind,
    pub device_name: String,
    pub dataset: Option<Arc<Dataset>>,
    pub progress: Progress,
    pub generator: GeneratorState,
    pub runs: Vec<RunState>,
    pub walks: Vec<Arc<Walk>>,
    /// How walks are judged, filtered and sorted.
    pub lab: WalkLab,
    pub messages: Vec<Message>,
    /// What the engine answered last to each kind of question.
    pub answers: Answers,
    /// Inspections of the shown run by sample, each with the `target_version` at which it came.
    pub(super) inspections: BTreeMap<u32, (u64, Arc<Inspection>)>,
    /// The latent point that the user drags, while a panel shows a probe.
    pub probing: Option<Vec<f32>>,
    /// Counts reported changes of the target's weights, so that questions can be asked again.
    pub target_version: u64,
    pub focus: Focus,
    /// A region drawn in the latent view.
    pub brush: Brush,
    pub opened: Opened,
    pub pins: PinBoard,
    /// The verdicts on the user's own masks.
    pub mask_report: Option<Arc<MaskReport>>,
    /// The next fork, while its sheet is filled in.
    pub fork_draft: Option<Turn>,
    /// A fork is under way: the present runs become opened histories.
    pub(super) forking: bool,
    pub playhead: Playhead,
    pub intent: Intent,
    /// Asked for, and not yet in effect: shown in the frame of the click.
    pub pending: Option<Pending>,
    /// Optimiser steps of one "step minibatches".
    pub step_size: usize,
    next_message: u64,
}

/// What is going on.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub phase: Phase,
    pub run: Option<RunId>,
    pub round: usize,
    pub done: usize,
    pub total: usize,
    pub eta_seconds: Option<f32>,
}

impl Progress {
    /// Between 0 and 1, where the engine knows the total.
    pub fn fraction(&self) -> Option<f32> {
        (self.total > 0).then(|| (self.done as f32 / self.total as f32).clamp(0.0, 1.0))
    }
}

/// The generator's training, or that it came from the cache.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeneratorState {
    /// Epoch and losses.
    pub losses: Vec<(f32, GeneratorLosses)>,
    /// G(z) for the same few codes, and how often they came.
    pub samples: Option<Arc<Vec<u8>>>,
    pub samples_version: u64,
    pub ready: bool,
    pub cached: bool,
    /// Mean standard deviation of the embedding's axes: the unit of alpha; 0 before it is known.
    pub latent_scale: f32,
}

/// Something to be said to the user once.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: u64,
    pub level: Level,
    pub text: String,
}

/// One point of one walk, for linked highlighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkPoint {
    pub walk: usize,
    pub point: usize,
}

/// What is selected or hovered, shared by all panels.
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// The run that the view and the inspector show.
    pub run: RunId,
    /// `None` follows the latest round.
    pub round: Option<usize>,
    pub sample: Option<u32>,
    /// Hovered in the last frame, in whichever panel.
    pub walk_point: Option<WalkPoint>,
    /// Only samples of this class in full colour.
    pub class: Option<u8>,
}

/// What the user last asked the engine for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Idle,
    Running,
    Stepping,
}

/// Asked for and not yet in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    Pausing,
    Stopping,
    Resetting,
}

/// Steps of one "step minibatches" at the start: a tenth of a round's default.
const DEFAULT_STEP_SIZE: usize = 10;
/// Inspections kept; hovering over more forgets the oldest.
const MAX_INSPECTIONS: usize = 512;
/// Messages kept for the toasts.
const MAX_MESSAGES: usize = 200;

impl AppState {
    /// Before the first event: these runs of an experiment are to be asked for.
    pub fn new(experiment: Experiment, runs: Vec<Setup>, device: DeviceKind) -> Self {
        let planned = planned(runs);
        let run = preferred(&planned);
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
            walks: Vec::new(),
            lab: WalkLab::default(),
            messages: Vec::new(),
            answers: Answers::default(),
            inspections: BTreeMap::new(),
            probing: None,
            target_version: 0,
            focus: Focus { run, round: None, sample: None, walk_point: None, class: None },
            brush: Brush::default(),
            opened: Opened::default(),
            pins: PinBoard::default(),
            mask_report: None,
            fork_draft: None,
            forking: false,
            playhead: Playhead::default(),
            intent: Intent::Idle,
            pending: None,
            step_size: DEFAULT_STEP_SIZE,
            next_message: 0,
        }
    }

    /// Takes in one event of the engine.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Started { generation, experiment, runs, device } => {
                self.start_over(generation, *experiment, runs, device);
            }
            Event::MasksJudged(report) => self.mask_report = Some(report),
            Event::DataReady { dataset } => self.dataset = Some(dataset),
            Event::Progress { phase, run, round, done, total, eta_seconds } => {
                self.enter(&phase);
                self.progress = Progress { phase, run, round, done, total, eta_seconds };
            }
            Event::GeneratorLoss { epoch, losses } => self.generator.losses.push((epoch, losses)),
            Event::GeneratorSamples { images } => {
                self.generator.samples = Some(images);
                self.generator.samples_version += 1;
            }
            Event::GeneratorReady { cached, latent_scale } => {
                self.generator.ready = true;
                self.generator.cached = cached;
                self.generator.latent_scale = latent_scale;
            }
            Event::RunStarted { run, header } => self.run_mut(run).header = Some(header),
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
                // The walks of the run's own record stay: only those that were started by hand can be forgotten.
                let recorded = self.experiment.walks;
                self.walks.retain(|w| w.run != run || w.id < recorded);
                self.focus.walk_point = None;
                self.lab.selected = None;
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
            Event::Message { level, text } => self.say(level, text),
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

    fn inspected(&mut self, inspection: &Arc<Inspection>) {
        if inspection.run == self.focus.run {
            if self.inspections.len() >= MAX_INSPECTIONS {
                self.inspections.pop_first();
            }
            self.inspections.insert(inspection.sample, (self.target_version, Arc::clone(inspection)));
        }
    }

    /// Shows a message of the window's own.
    pub fn say(&mut self, level: Level, text: String) {
        self.next_message += 1;
        self.messages.push(Message { id: self.next_message, level, text });
        if self.messages.len() > MAX_MESSAGES {
            self.messages.remove(0);
        }
    }

    /// A run is written to this file from now on, or to none.
    fn on_disk(&mut self, run: RunId, path: Option<PathBuf>) {
        if let Some(path) = path.as_ref().filter(|p| self.run(run).is_some_and(|r| r.on_disk.as_ref() != Some(p))) {
            let text = format!("{} is written to {} whenever a round ends", self.name_of(run), path.display());
            self.say(Level::Info, text);
        }
        self.run_mut(run).on_disk = path;
    }

    fn run_mut(&mut self, run: RunId) -> &mut RunState {
        let at = self.runs.iter().position(|r| r.id == run).unwrap_or_else(|| {
            self.runs.push(RunState::new(run, self.experiment_of(run).strategy));
            self.runs.len() - 1
        });
        &mut self.runs[at]
    }

    fn start_over(&mut self, generation: u64, experiment: Experiment, planned: Vec<PlannedRun>, device: String) {
        // The same run again, else one of the same strategy.
        let before = self.experiment_of(self.focus.run).strategy;
        let same = planned.iter().filter(|p| p.experiment.strategy == before).map(|p| p.id);
        let run = same.clone().find(|id| *id == self.focus.run).or(same.min()).unwrap_or_else(|| preferred(&planned));
        // A fork lives in the same latent space, so pinned points stay in it.
        let pins = if self.forking { self.pins.without_values() } else { PinBoard::default() };
        if self.forking {
            let parents = self.histories();
            self.opened.keep(parents);
        }
        let fresh = Self::new(experiment, Vec::new(), self.device);
        *self = Self {
            generation,
            planned,
            device_name: device,
            messages: std::mem::take(&mut self.messages),
            next_message: self.next_message,
            intent: self.intent,
            step_size: self.step_size,
            answers: std::mem::take(&mut self.answers).cleared(),
            lab: self.lab.started_over(),
            brush: self.brush.started_over(),
            opened: std::mem::take(&mut self.opened),
            pins,
            focus: Focus { run, ..fresh.focus.clone() },
            ..fresh
        };
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

/// The run to look at first: one that has steps to show.
fn preferred(runs: &[PlannedRun]) -> RunId {
    runs.iter().find(|p| p.experiment.strategy.takes_steps()).or(runs.first()).map_or_else(RunId::default, |p| p.id)
}
