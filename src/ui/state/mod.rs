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
use crate::engine::protocol::{Event, Explained, Inspection, Level, Phase, Probe};
use crate::engine::questions::vessel::Section;
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
    /// The experiment that runs, not the draft in the controls.
    pub experiment: Experiment,
    pub strategies: Vec<Strategy>,
    pub device: DeviceKind,
    pub device_name: String,
    pub dataset: Option<Arc<Dataset>>,
    pub progress: Progress,
    pub generator: GeneratorState,
    pub runs: Vec<RunState>,
    pub walks: Vec<Walk>,
    /// How walks are judged, filtered and sorted.
    pub lab: WalkLab,
    pub messages: Vec<Message>,
    /// Answers to `Command::Inspect` for the target's present weights.
    pub inspections: BTreeMap<u32, Inspection>,
    /// The latest answer to `Command::Probe`.
    pub probe: Option<Probe>,
    /// The latest answer to `Command::Section`, and how many came.
    pub section: Option<Arc<Section>>,
    pub sections: u64,
    /// The probe the user drags, while the inspector is in its probe mode.
    pub probing: Option<Probing>,
    /// Counts changes of the target's weights that were reported, so that answers can be asked for again.
    pub target_version: u64,
    pub focus: Focus,
    /// A region drawn in the latent view.
    pub brush: Brush,
    pub opened: Opened,
    pub pins: PinBoard,
    /// What was said of the user's own masks.
    pub mask_report: Option<Arc<MaskReport>>,
    /// The latest answer to `Command::Explain`.
    pub explanation: Option<Explanation>,
    /// What the next fork is to do, while its sheet is filled in.
    pub fork_draft: Option<Turn>,
    /// A fork is under way: the present runs are to be kept beside it.
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
    pub strategy: Option<Strategy>,
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
    /// Whose run the view and the inspector show.
    pub strategy: Strategy,
    /// `None` follows the latest round.
    pub round: Option<usize>,
    pub sample: Option<u32>,
    /// Hovered in the last frame, in whichever panel.
    pub walk_point: Option<WalkPoint>,
    /// Only samples of this class in full colour.
    pub class: Option<u8>,
}

/// A free latent point in the user's hand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probing {
    pub code: Vec<f32>,
    /// Code of the neighbour that was answered last.
    pub neighbour_code: Option<Vec<f32>>,
}

/// A proposal's step as the engine decoded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Counts answers, for the images made of them.
    pub version: u64,
    pub explained: Explained,
}

impl std::ops::Deref for Explanation {
    type Target = Explained;

    fn deref(&self) -> &Explained {
        &self.explained
    }
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
    /// Nothing known yet but what will be asked for.
    pub fn new(experiment: Experiment, strategies: Vec<Strategy>, device: DeviceKind) -> Self {
        let strategy = preferred(&strategies);
        Self {
            generation: 0,
            experiment,
            strategies,
            device,
            device_name: String::new(),
            dataset: None,
            progress: Progress { phase: Phase::Idle, strategy: None, round: 0, done: 0, total: 0, eta_seconds: None },
            generator: GeneratorState::default(),
            runs: Vec::new(),
            walks: Vec::new(),
            lab: WalkLab::default(),
            messages: Vec::new(),
            inspections: BTreeMap::new(),
            probe: None,
            section: None,
            sections: 0,
            probing: None,
            target_version: 0,
            focus: Focus { strategy, round: None, sample: None, walk_point: None, class: None },
            brush: Brush::default(),
            opened: Opened::default(),
            pins: PinBoard::default(),
            mask_report: None,
            explanation: None,
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
            Event::Started { generation, experiment, strategies, device } => {
                self.start_over(generation, *experiment, strategies, device);
            }
            Event::MasksJudged(report) => self.mask_report = Some(report),
            Event::DataReady { dataset } => self.dataset = Some(dataset),
            Event::Progress { phase, strategy, round, done, total, eta_seconds } => {
                self.enter(&phase);
                self.progress = Progress { phase, strategy, round, done, total, eta_seconds };
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
            Event::RunStarted { strategy, header } => self.run_mut(strategy).header = Some(header),
            Event::RoundBegan { strategy, record, .. } => {
                let run = self.run_mut(strategy);
                run.current = Some(record);
                run.live.clear();
                run.labelling = None;
            }
            Event::Labelling { strategy, progress } => self.run_mut(strategy).labelling = Some(progress),
            Event::Evaluated { strategy, evaluation, .. } => {
                self.run_mut(strategy).live.push(evaluation);
                self.target_moved(strategy);
            }
            Event::RoundEnded { strategy, record } => {
                let run = self.run_mut(strategy);
                run.rounds.push(record);
                run.current = None;
                run.live.clear();
                self.target_moved(strategy);
            }
            Event::WalkStarted { strategy, walk, sample, code, decoded } => {
                self.walks.retain(|w| (w.strategy, w.id) != (strategy, walk));
                self.walks.push(Walk::new(strategy, walk, sample, code, decoded));
            }
            Event::WalkStepped { strategy, step, decoded, measure, round } => {
                if let Some(w) = self.walks.iter_mut().find(|w| (w.strategy, w.id) == (strategy, step.walk)) {
                    w.take_step(step, decoded, measure, round);
                }
            }
            Event::WalksCleared => {
                // Those of the run's own record stay: only what was started by hand can be forgotten.
                let (recorded, shown) = (self.experiment.walks, self.focus.strategy);
                self.walks.retain(|w| w.strategy != shown || w.id < recorded);
                self.focus.walk_point = None;
                self.lab.selected = None;
            }
            Event::ControlsCleared => self.controls_cleared(),
            Event::CloudReady { sparsity, base } => {
                self.lab.sparsity = Some(sparsity);
                self.lab.base = Some(base);
            }
            Event::Inspected(inspection) => {
                if inspection.strategy == self.focus.strategy {
                    if self.inspections.len() >= MAX_INSPECTIONS {
                        self.inspections.pop_first();
                    }
                    self.inspections.insert(inspection.sample, *inspection);
                }
            }
            Event::Probed(probe) => self.probe = Some(*probe),
            Event::Section(section) => {
                self.section = Some(Arc::from(section));
                self.sections += 1;
            }
            Event::Explained(explained) => {
                let version = self.explanation.as_ref().map_or(0, |e| e.version) + 1;
                self.explanation = Some(Explanation { version, explained: *explained });
            }
            Event::PinsMeasured { strategy, minibatches, values } => self.pins.measured(strategy, minibatches, &values),
            Event::OnDisk { strategy, path } => self.on_disk(strategy, path),
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

    /// Shows a message of the window's own.
    pub fn say(&mut self, level: Level, text: String) {
        self.next_message += 1;
        self.messages.push(Message { id: self.next_message, level, text });
        if self.messages.len() > MAX_MESSAGES {
            self.messages.remove(0);
        }
    }

    /// The run of a strategy, where it has begun.
    pub fn run(&self, strategy: Strategy) -> Option<&RunState> {
        self.runs.iter().find(|r| r.strategy == strategy)
    }

    /// The runs as histories: their completed rounds.
    pub fn histories(&self) -> Vec<History> {
        let of = |run: &RunState| {
            let rounds: Vec<RoundRecord> = run.rounds.iter().map(|r| RoundRecord::clone(r)).collect();
            let header = run.header.as_deref().filter(|_| !rounds.is_empty())?;
            Some(History { header: header.clone(), rounds })
        };
        self.runs.iter().filter_map(of).collect()
    }

    /// The run that view and inspector show.
    pub fn shown_run(&self) -> Option<&RunState> {
        self.run(self.focus.strategy)
    }

    /// Walks of the shown run, in the order in which they were started.
    pub fn shown_walks(&self) -> impl Iterator<Item = &Walk> {
        self.walks.iter().filter(|w| w.strategy == self.focus.strategy)
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

    fn run_mut(&mut self, strategy: Strategy) -> &mut RunState {
        let at = self.runs.iter().position(|r| r.strategy == strategy).unwrap_or_else(|| {
            self.runs.push(RunState::new(strategy));
            self.runs.len() - 1
        });
        &mut self.runs[at]
    }

    fn start_over(&mut self, generation: u64, experiment: Experiment, strategies: Vec<Strategy>, device: String) {
        let strategy =
            if strategies.contains(&self.focus.strategy) { self.focus.strategy } else { preferred(&strategies) };
        // A fork lives in the same latent space, so pinned points go on in it.
        let pins = if self.forking { self.pins.without_values() } else { PinBoard::default() };
        if self.forking {
            let parents = self.histories();
            self.opened.keep(parents);
        }
        let fresh = Self::new(experiment, strategies, self.device);
        *self = Self {
            generation,
            device_name: device,
            messages: std::mem::take(&mut self.messages),
            next_message: self.next_message,
            intent: self.intent,
            step_size: self.step_size,
            sections: self.sections,
            lab: self.lab.started_over(),
            brush: self.brush.started_over(),
            opened: std::mem::take(&mut self.opened),
            pins,
            focus: Focus { strategy, ..fresh.focus.clone() },
            ..fresh
        };
    }

    fn target_moved(&mut self, strategy: Strategy) {
        if strategy == self.focus.strategy {
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

/// The strategy to look at first: one that has steps to show.
fn preferred(strategies: &[Strategy]) -> Strategy {
    strategies.iter().copied().find(|s| s.takes_steps()).or(strategies.first().copied()).unwrap_or(Strategy::Snn)
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
