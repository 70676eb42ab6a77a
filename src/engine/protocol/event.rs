//! What the engine reports: small, in order, and nothing is lost.

use std::path::PathBuf;
use std::sync::Arc;

use super::phase::Phase;
use super::pins::PinValue;
use crate::dataset::Dataset;
use crate::device::DeviceKind;
use crate::engine::planned::{PlannedRun, RunId};
use crate::engine::questions::Answer;
use crate::experiment::Experiment;
use crate::generator::GeneratorLosses;
use crate::history::{Evaluation, Header, RoundRecord, WalkStep};
use crate::latent::Sparsity;
use crate::round::LabelProgress;
use crate::trajectory::{BaseRate, StepMeasure};
use crate::world::own_masks::MaskReport;

/// One report of the engine.
#[derive(Debug, Clone)]
pub enum Event {
    /// A new experiment begins: forget everything shown before. `generation` counts resets from 1.
    Started {
        generation: u64,
        experiment: Box<Experiment>,
        /// The runs to come; each begins with `RunStarted`.
        runs: Vec<PlannedRun>,
        device: String,
    },
    /// The user's own masks were checked: the verdict on each.
    MasksJudged(Arc<MaskReport>),
    /// The data are loaded.
    DataReady { dataset: Arc<Dataset> },
    /// What the engine is doing; `run` is the run concerned, where one is.
    Progress { phase: Phase, run: Option<RunId>, round: usize, done: usize, total: usize, eta_seconds: Option<f32> },
    /// The generator's losses on its latest minibatch.
    GeneratorLoss { epoch: f32, losses: GeneratorLosses },
    /// G(z) for the same few codes z of N(0, I) each time, while the generator trains: images of the data set's shape,
    /// one after the other.
    GeneratorSamples { images: Arc<Vec<u8>> },
    /// The generator is ready; `cached` when it was not trained now.
    GeneratorReady { cached: bool, latent_scale: f32 },
    /// A run begins.
    RunStarted { run: RunId, header: Box<Header> },
    /// Samples were labelled for this round (round 1: the initial set). Training on them begins.
    RoundBegan { run: RunId, round: usize, record: Arc<RoundRecord> },
    /// Something was measured inside or at the end of a round.
    Evaluated { run: RunId, round: usize, evaluation: Evaluation },
    /// A round is complete; `record` is what the history holds.
    RoundEnded { run: RunId, record: Arc<RoundRecord> },
    /// A walk was started at `sample`, whose code is `code`.
    WalkStarted { run: RunId, walk: usize, sample: u32, code: Vec<f32>, decoded: Vec<u8> },
    /// A walk took a step; `decoded` is G(p') as grey or RGB planes, the size of a data set image.
    WalkStepped {
        run: RunId,
        step: WalkStep,
        decoded: Vec<u8>,
        /// What verdicts are made from.
        measure: StepMeasure,
        /// Rounds of training behind the target that it followed.
        round: usize,
    },
    /// The walks that were started by hand in this run are forgotten.
    WalksCleared { run: RunId },
    /// The walks of this run are no longer compared with baseline walks, which never restart.
    BaselineCleared { run: RunId },
    /// What walks are judged against: how sparse the embedding is, and how often a sample of it lies near a boundary.
    CloudReady { sparsity: Arc<Sparsity>, base: Arc<BaseRate> },
    /// The answer to a `Command::Ask`.
    Answer(Answer),
    /// The labelling tool solved or rejected one more of a round's generated samples.
    Labelling { run: RunId, progress: LabelProgress },
    /// A target's predictions at the pinned points, after this many optimiser steps.
    PinsMeasured { run: RunId, minibatches: usize, values: Vec<PinValue> },
    /// The run was written into this file up to its last complete round, and will be at the end of the next; `None`
    /// when it is no longer written anywhere.
    OnDisk { run: RunId, path: Option<PathBuf> },
    /// Something went wrong or was noticed: each once, with the path or the field in it.
    Message { level: Level, text: String },
    /// `Command::Stop` took effect.
    Stopped,
    /// The engine runs on this device from now on.
    DeviceChanged { kind: DeviceKind, description: String },
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

/// Added to a walk's number, it is that of its baseline: the walk from the same start that never restarts.
pub const FIRST_BASELINE: usize = 1 << 20;
