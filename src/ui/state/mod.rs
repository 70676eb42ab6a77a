//! Everything the window knows: changed by `apply(Event)` and by what the user asks for. Pure: no egui, no engine.

mod asks;
mod brush;
mod opened;
mod pair;
mod pins;
mod playhead;
mod run;
mod walks;

pub use brush::{Brush, BrushTool, Selection, SheetFilter, correct_among};
pub use opened::Opened;
pub use pair::{Part, RunRef, Side, count as count_parts, gain_by_class, picks as picks_of, right as right_of};
pub use pins::{Pin, PinBoard, PinCurve};
pub use playhead::Playhead;
pub use run::{LabellingCost, RunState};
pub use walks::{Arms, LostByStep, Only, SeenWalk, SortBy, Walk, WalkLab, sort as sort_walks, walk_letters};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dataset::Dataset;
use crate::device::DeviceKind;
use crate::engine::planned::{PlannedRun, RunId, planned};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::questions::inspect::Inspection;
use crate::engine::questions::{Answer, Answers};
use crate::experiment::{Experiment, Strategy};
use crate::generator::GeneratorLosses;
use crate::history::{History, Proposal, RoundRecord};
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
    inspections: BTreeMap<u32, (u64, Arc<Inspection>)>,
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
    forking: bool,
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
    /// Before the first event: an experiment with runs of these experiments is to be asked for.
    pub fn new(experiment: Experiment, runs: Vec<Experiment>, device: DeviceKind) -> Self {
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

    /// The latest inspection of a sample.
    pub fn inspection(&self, sample: u32) -> Option<&Arc<Inspection>> {
        self.inspections.get(&sample).map(|(_, inspection)| inspection)
    }

    /// The sample's inspection is of the target's present weights.
    pub fn is_inspected(&self, sample: u32) -> bool {
        self.inspections.get(&sample).is_some_and(|(version, _)| *version == self.target_version)
    }

    /// What answers depend on besides their questions: the experiment, and the target's weights.
    pub fn version(&self) -> (u64, u64) {
        (self.generation, self.target_version)
    }

    /// Shows a message of the window's own.
    pub fn say(&mut self, level: Level, text: String) {
        self.next_message += 1;
        self.messages.push(Message { id: self.next_message, level, text });
        if self.messages.len() > MAX_MESSAGES {
            self.messages.remove(0);
        }
    }

    /// A run, where it has begun.
    pub fn run(&self, run: RunId) -> Option<&RunState> {
        self.runs.iter().find(|r| r.id == run)
    }

    /// The experiments of the runs.
    pub fn experiments(&self) -> Vec<Experiment> {
        self.planned.iter().map(|p| p.experiment.clone()).collect()
    }

    /// The strategies of the runs, in order.
    pub fn strategies(&self) -> Vec<Strategy> {
        self.planned.iter().map(|p| p.experiment.strategy).collect()
    }

    /// The experiment of a run.
    pub fn experiment_of(&self, run: RunId) -> &Experiment {
        self.planned.iter().find(|p| p.id == run).map_or(&self.experiment, |p| &p.experiment)
    }

    /// A run's name among the runs: its strategy's, with the step length where several runs have the strategy.
    pub fn name_of(&self, run: RunId) -> String {
        let experiment = self.experiment_of(run);
        let strategy = experiment.strategy;
        match self.planned.iter().filter(|p| p.experiment.strategy == strategy).count() {
            0 | 1 => strategy.label().to_owned(),
            _ => format!("{}, \u{3b1} {}", strategy.label(), experiment.alpha),
        }
    }

    /// What the shown run does, or is to do.
    pub fn shown_experiment(&self) -> &Experiment {
        let header = self.shown_run().and_then(|r| r.header.as_deref());
        header.map_or_else(|| self.experiment_of(self.focus.run), |h| &h.experiment)
    }

    /// The shown run's name among the runs.
    pub fn shown_name(&self) -> String {
        self.name_of(self.focus.run)
    }

    /// The runs as histories of their completed rounds, which they share.
    pub fn histories(&self) -> Vec<History> {
        let of = |run: &RunState| {
            let header = run.header.as_deref().filter(|_| !run.rounds.is_empty())?;
            Some(History { header: header.clone(), rounds: run.rounds.clone() })
        };
        self.runs.iter().filter_map(of).collect()
    }

    /// The run that view and inspector show.
    pub fn shown_run(&self) -> Option<&RunState> {
        self.run(self.focus.run)
    }

    /// Walks of the shown run, in the order in which they were started.
    pub fn shown_walks(&self) -> impl Iterator<Item = &Arc<Walk>> {
        self.walks.iter().filter(|w| w.run == self.focus.run)
    }

    /// The highest round that any run has begun.
    pub fn latest_round(&self) -> usize {
        self.runs.iter().map(RunState::latest_round).max().unwrap_or(0)
    }

    /// The last round that the playhead can stand at.
    pub fn last_round(&self) -> usize {
        self.shown_run().map_or(0, RunState::latest_round).max(self.playhead.reach)
    }

    /// The selected round, or the latest of the shown run.
    pub fn shown_round(&self) -> usize {
        let latest = self.last_round();
        self.focus.round.map_or(latest, |r| r.min(latest))
    }

    /// The last round that the shown run has ended by the shown one; 0 before the first.
    pub fn ended_round(&self) -> usize {
        let over = self.round_over();
        self.shown_run().map_or(0, |run| run.rounds.iter().filter(|r| r.round <= over).count())
    }

    /// What the shown run bought in the shown round.
    pub fn shown_record(&self) -> Option<&Arc<RoundRecord>> {
        self.shown_run()?.record(self.shown_round())
    }

    /// What the shown run predicts for each image of the evaluation split after the last round that ended by the shown one.
    pub fn shown_predictions(&self) -> Option<(usize, &[u8])> {
        let shown = self.round_over();
        let ended = self.shown_run()?.rounds.iter().rev().find(|r| r.round <= shown && !r.predicted.is_empty())?;
        Some((ended.round, &ended.predicted))
    }

    /// Round and proposal by which the shown run bought this sample.
    pub fn bought(&self, sample: u32) -> Option<(usize, &Proposal)> {
        self.shown_run()?.records().find_map(|r| r.proposals.iter().find(|p| p.sample == sample).map(|p| (r.round, p)))
    }

    /// The class's name, or its number before the data are there.
    pub fn class_name(&self, class: u8) -> String {
        self.dataset
            .as_ref()
            .and_then(|d| d.classes.get(usize::from(class)).cloned())
            .unwrap_or_else(|| class.to_string())
    }

    /// The engine computes rounds, or will as soon as it can.
    pub fn can_pause(&self) -> bool {
        let rounds = matches!(self.progress.phase, Phase::Proposing | Phase::TrainingTarget | Phase::Evaluating);
        rounds || (self.intent != Intent::Idle && !self.is_over())
    }

    /// No round will follow without a reset.
    pub fn is_over(&self) -> bool {
        matches!(self.progress.phase, Phase::Finished | Phase::Stopped | Phase::Failed)
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

/// 0 is a, 25 z, 26 aa.
pub fn letters(mut index: usize) -> String {
    const ALPHABET: usize = 26;
    let mut out = Vec::new();
    loop {
        out.push(b'a' + (index % ALPHABET) as u8);
        if index < ALPHABET {
            break;
        }
        index = index / ALPHABET - 1;
    }
    out.reverse();
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests;
