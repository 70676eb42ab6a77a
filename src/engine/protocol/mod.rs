//! The one command, the one event and the one snapshot that cross between the engine's thread and whoever watches it.
//!
//! All of it is plain host data. Events are small, ordered and lossless; snapshots are large, and the latest wins.

use std::path::PathBuf;
use std::sync::Arc;

use super::questions::vessel::{Section, SectionRequest};
use crate::archive::SavedRun;
use crate::dataset::Dataset;
use crate::device::DeviceKind;
use crate::experiment::{Experiment, Strategy, WalkAnchors};
use crate::field::{Field, FieldRequest};
use crate::generator::GeneratorLosses;
use crate::history::{Evaluation, Header, RoundRecord, WalkStep};
use crate::latent::Sparsity;
use crate::round::LabelProgress;
use crate::round::Turn;
use crate::trajectory::{BaseRate, Reselection, StepMeasure};
use crate::world::own_masks::MaskReport;

/// What the engine can be told.
#[derive(Debug, Clone)]
pub enum Command {
    /// Take this experiment with these strategies side by side, from the start. The generator is trained, or taken
    /// from the cache, at once; rounds wait for `Run` or a step.
    Reset { experiment: Box<Experiment>, strategies: Vec<Strategy> },
    /// Show saved runs of one seed as if they had just happened; with their weights they can be asked and go on.
    Replay { runs: Vec<SavedRun> },
    /// Run rounds until told otherwise.
    Run,
    /// Halt after the present optimiser step; `Run` and the steps go on from there.
    Pause,
    /// So many optimiser steps of the present run, then pause.
    StepMinibatches(usize),
    /// To the end of the present round of every strategy, then pause.
    StepRound,
    /// End the experiment here; completed rounds stay.
    Stop,
    /// Compute on another device from now on; the experiment starts over.
    SetDevice(DeviceKind),
    /// Start a walk without re-selection at this train sample (in the run that is shown).
    AddWalk { sample: u32 },
    /// Forget all walks.
    ClearWalks,
    /// Take one more step with every walk, now, with the present target.
    StepWalks,
    /// Start so many walks at samples of D (in the run that is shown).
    StartWalks { anchors: WalkAnchors, count: usize },
    /// When the walks that were started by hand are put elsewhere.
    SetReselection(Reselection),
    /// Walk the same starts with and without being put elsewhere, side by side, from the start; or no longer.
    CompareReselection(bool),
    /// Keep the field over a plane of latent space fresh, or none.
    SetField(Option<FieldRequest>),
    /// Which strategy's run the view shows: scores, walks and probes are of its target.
    Show(Strategy),
    /// Show what the target was at the end of this round of the run that is shown, or as it is now: scores, the field,
    /// inspections and probes are then of that target.
    LookAt(Option<usize>),
    /// Keep the predictions of the whole train split fresh (for colouring by prediction, loss or correctness).
    WantScores(bool),
    /// Fork this strategy's run from the end of a round; the fork takes the place of all runs and goes on by itself.
    Fork { strategy: Strategy, round: usize, turn: Turn },
    /// Write all runs into this folder, now and whenever a round of theirs ends: `Event::OnDisk`.
    Keep { folder: PathBuf },
    /// Embed the evaluation split, too, for `Snapshot::evaluation_codes`.
    WantEvaluationCodes,
    /// Prediction, loss and reconstruction of one train sample, answered by `Event::Inspected`.
    Inspect { sample: u32 },
    /// Decode both ends of the step behind a proposal of the run that is shown: `Event::Explained`.
    Explain { round: usize, proposal: usize },
    /// Follow these latent points through training, in place of those before: `Event::PinsMeasured`.
    SetPins(Vec<Pinned>),
    /// Decode a free latent point and follow its gradient, answered by `Event::Probed`.
    Probe { code: Vec<f32>, label: Option<u8> },
    /// Mask, stress and prediction of one vessel, answered by `Event::Section`; no answer where there is no such vessel.
    Section(SectionRequest),
    /// End the thread.
    Quit,
}

/// What the engine is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing was asked for yet.
    Idle,
    LoadingData,
    /// The labelling tool is at work: on the data set, or on what a sampler made.
    Labelling,
    /// The user's own masks are judged.
    CheckingMasks,
    /// The classifier that stands in for a labelling tool trains.
    TeachingStandIn,
    /// The VAE trains; the embedding is shown as it forms.
    TrainingGenerator,
    Encoding,
    /// Rounds are done once more, because a fork needs the weights at their end.
    Rerunning,
    /// Ready for rounds, or between two steps.
    Paused,
    Proposing,
    TrainingTarget,
    Evaluating,
    /// All rounds are done, or a stop criterion holds.
    Finished,
    /// Stopped by hand.
    Stopped,
    /// It cannot go on; the error event said why.
    Failed,
}

impl Phase {
    /// In words for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::LoadingData => "loading data",
            Self::Labelling => "labelling",
            Self::CheckingMasks => "judging the masks",
            Self::TeachingStandIn => "training the stand-in labeller",
            Self::TrainingGenerator => "training the generator",
            Self::Encoding => "embedding the data",
            Self::Rerunning => "doing rounds again",
            Self::Paused => "paused",
            Self::Proposing => "proposing samples",
            Self::TrainingTarget => "training the target",
            Self::Evaluating => "evaluating",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// The engine computes without being asked again.
    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::LoadingData
                | Self::Labelling
                | Self::CheckingMasks
                | Self::TeachingStandIn
                | Self::TrainingGenerator
                | Self::Encoding
                | Self::Rerunning
                | Self::Proposing
                | Self::TrainingTarget
                | Self::Evaluating
        )
    }
}

/// What the engine says.
#[derive(Debug, Clone)]
pub enum Event {
    /// A new experiment begins: forget everything shown before. `generation` counts resets from 1.
    Started {
        generation: u64,
        experiment: Box<Experiment>,
        strategies: Vec<Strategy>,
        device: String,
    },
    /// The user's own masks were judged: what was said of each.
    MasksJudged(Arc<MaskReport>),
    /// The data are there.
    DataReady {
        dataset: Arc<Dataset>,
    },
    /// What is going on; `run` is the strategy concerned, where one is.
    Progress {
        phase: Phase,
        strategy: Option<Strategy>,
        round: usize,
        done: usize,
        total: usize,
        eta_seconds: Option<f32>,
    },
    /// The generator's losses on its latest minibatch.
    GeneratorLoss {
        epoch: f32,
        losses: GeneratorLosses,
    },
    /// G(z) for the same few codes z of N(0, I) each time, while the generator trains: images of the data set's shape,
    /// one after the other.
    GeneratorSamples {
        images: Arc<Vec<u8>>,
    },
    /// The generator is ready; `cached` when it was not trained now.
    GeneratorReady {
        cached: bool,
        latent_scale: f32,
    },
    /// A run of this strategy begins.
    RunStarted {
        strategy: Strategy,
        header: Box<Header>,
    },
    /// Samples were bought for this round (round 1: the initial set). Training on them begins.
    RoundBegan {
        strategy: Strategy,
        round: usize,
        record: Arc<RoundRecord>,
    },
    /// Something was measured inside or at the end of a round.
    Evaluated {
        strategy: Strategy,
        round: usize,
        evaluation: Evaluation,
    },
    /// A round is complete; `record` is what the history holds.
    RoundEnded {
        strategy: Strategy,
        record: Arc<RoundRecord>,
    },
    /// A walk was started at `sample`, whose code is `code`.
    WalkStarted {
        strategy: Strategy,
        walk: usize,
        sample: u32,
        code: Vec<f32>,
        decoded: Vec<u8>,
    },
    /// A walk took a step; `decoded` is G(p') as grey or RGB planes, the size of a data set image.
    WalkStepped {
        strategy: Strategy,
        step: WalkStep,
        decoded: Vec<u8>,
        /// What verdicts are made from.
        measure: StepMeasure,
        /// Rounds of training behind the target that it followed.
        round: usize,
    },
    WalksCleared,
    /// Walks are no longer compared with others that are never put elsewhere.
    ControlsCleared,
    /// What walks are judged against: how sparse the embedding is, and how often a sample of it lies near a boundary.
    CloudReady {
        sparsity: Arc<Sparsity>,
        base: Arc<BaseRate>,
    },
    /// Answer to `Command::Inspect`.
    Inspected(Box<Inspection>),
    /// Answer to `Command::Probe`.
    Probed(Box<Probe>),
    /// Answer to `Command::Section`.
    Section(Box<Section>),
    /// The labelling tool solved or refused one more of a round's made samples.
    Labelling {
        strategy: Strategy,
        progress: LabelProgress,
    },
    /// Answer to `Command::Explain`.
    Explained(Box<Explained>),
    /// What a run's target makes of the pinned points, after so many optimiser steps.
    PinsMeasured {
        strategy: Strategy,
        minibatches: usize,
        values: Vec<PinValue>,
    },
    /// The run was written into this file up to its last complete round, and will be at the end of the next; or it is
    /// written nowhere any more.
    OnDisk {
        strategy: Strategy,
        path: Option<PathBuf>,
    },
    /// Something went wrong or was noticed; each is said once, with the path or the field in it.
    Message {
        level: Level,
        text: String,
    },
    /// `Command::Stop` took effect.
    Stopped,
    /// The engine runs on this device from now on.
    DeviceChanged {
        kind: DeviceKind,
        description: String,
    },
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

/// What the target and the generator say about one train sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    pub strategy: Strategy,
    pub sample: u32,
    /// F(x), class probabilities; empty before a target exists.
    pub probabilities: Vec<f32>,
    /// Cross entropy with the true label (nats), or mean square error with its stress map (kPa^2).
    pub loss: f32,
    /// G(E(x)).
    pub reconstruction: Vec<u8>,
    /// The stress maps, where labels are maps.
    pub maps: Option<MapPair>,
}

/// A predicted stress map beside the solved one, kPa, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPair {
    pub predicted: Vec<f32>,
    /// Empty where it was not solved.
    pub solved: Vec<f32>,
}

/// What lies at a free latent point.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub strategy: Strategy,
    pub code: Vec<f32>,
    /// G(p).
    pub decoded: Vec<u8>,
    /// F(G(p)), class probabilities; empty before a target exists.
    pub probabilities: Vec<f32>,
    /// The label that the loss is taken with: the one asked for, else the nearest sample's.
    pub label: u8,
    /// Loss of F(G(p)) with respect to `label` (nats), or to the nearest sample's stress map (kPa^2).
    pub loss: f32,
    /// The predicted stress map, where labels are maps.
    pub maps: Option<MapPair>,
    /// dL/dp.
    pub gradient: Vec<f32>,
    /// p' = p + alpha d.
    pub moved: Vec<f32>,
    /// The nearest sample to p', over all of D.
    pub neighbour: u32,
    pub snap_distance: f32,
    /// p + alpha d for several alphas, the shortest first.
    pub fan: Vec<FanPoint>,
    /// The alphas, as far as the fan reaches, from which on another sample is the nearest to p + alpha d.
    pub changes: Vec<NeighbourChange>,
}

/// The step behind a proposal, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub strategy: Strategy,
    pub round: usize,
    /// Its place among the round's proposals.
    pub proposal: usize,
    /// G(p).
    pub decoded: Vec<u8>,
    /// G(p').
    pub moved: Vec<u8>,
    /// F(G(p)) by the target that the step was taken against; empty where its weights are not kept.
    pub probabilities: Vec<f32>,
    /// F(G(p')) by the same.
    pub moved_probabilities: Vec<f32>,
}

/// A latent point to be followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    pub pin: u64,
    pub code: Vec<f32>,
    /// The label that its loss is taken with.
    pub label: u8,
}

/// What a target makes of one.
#[derive(Debug, Clone, PartialEq)]
pub struct PinValue {
    pub pin: u64,
    /// The class of highest probability of F(G(p)), and that probability.
    pub class: u8,
    pub confidence: f32,
    /// Cross entropy with the pin's label (nats).
    pub loss: f32,
}

/// Where another alpha would lead.
#[derive(Debug, Clone, PartialEq)]
pub struct FanPoint {
    /// In units of the embedding's mean standard deviation.
    pub alpha: f32,
    /// G(p + alpha d).
    pub decoded: Vec<u8>,
    /// The nearest sample, over all of D.
    pub neighbour: u32,
    pub snap_distance: f32,
}

/// An alpha from which on a sample is the nearest to p + alpha d.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeighbourChange {
    /// In units of the embedding's mean standard deviation.
    pub alpha: f32,
    /// Over all of D.
    pub neighbour: u32,
}

/// The large things that the view shows; the latest is the only one that matters.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Counts resets, as in `Event::Started`: a snapshot of an older one is to be dropped.
    pub generation: u64,
    pub latent_dim: usize,
    /// Codes of the train split, `[train.len(), latent_dim]`; a new `Arc` when they changed.
    pub codes: Option<Arc<Vec<f32>>>,
    /// Codes of the evaluation split, `[split.len(), latent_dim]`, where they were asked for.
    pub evaluation_codes: Option<Arc<Vec<f32>>>,
    /// Whether the generator is still training, so that the codes are provisional.
    pub forming: bool,
    /// For each run: what is known about each train sample.
    pub runs: Vec<RunSnapshot>,
    /// The field of the run that is shown, where it was asked for.
    pub field: Option<Arc<Field>>,
}

/// What one run knows about each train sample.
#[derive(Debug, Clone)]
pub struct RunSnapshot {
    pub strategy: Strategy,
    /// Round in which each train sample was labelled; 0 where it is not.
    pub labelled_in: Arc<Vec<u16>>,
    /// Predictions on the train split, where they were asked for.
    pub scores: Option<Arc<Scores>>,
    /// Rounds at whose ends its weights are kept, so that they can be looked back at.
    pub kept: Vec<usize>,
}

/// The target's view of the train split, filled in as scoring proceeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Predicted class, `NOT_SCORED` where not yet known, and everywhere where labels are maps.
    pub predicted: Vec<u8>,
    /// Cross entropy with the true label (nats), or mean square error with its stress map (kPa^2); NaN where not yet
    /// known. For people's eyes, never a sampler's.
    pub loss: Vec<f32>,
    /// Samples scored so far with the present weights, or with those of the round before.
    pub scored: usize,
}

/// Added to a walk's number, it is that of the walk from the same start that is never put elsewhere.
pub const FIRST_CONTROL: usize = 1 << 20;

/// Marks a sample without a prediction in `Scores::predicted`.
pub const NOT_SCORED: u8 = u8::MAX;
