//! The events of the engine: small, ordered and lossless.

use std::path::PathBuf;
use std::sync::Arc;

use super::phase::Phase;
use super::pins::PinValue;
use crate::dataset::Dataset;
use crate::device::DeviceKind;
use crate::engine::planned::{PlannedRun, RunId};
use crate::engine::questions::Answer;
use crate::experiment::{Experiment, ExperimentError};
use crate::generator::GeneratorLosses;
use crate::history::{Evaluation, Header, RoundRecord, WalkStep};
use crate::identity::Origin;
use crate::latent::Sparsity;
use crate::round::LabelProgress;
use crate::trajectory::{BaseRate, StepMeasure};
use crate::world::GeneratorFrom;
use crate::world::own_masks::MaskReport;

/// One event of the engine.
#[derive(Debug, Clone)]
pub enum Event {
    /// A new experiment begins and everything shown before is obsolete. `generation` counts resets from 1.
    Started {
        /// Resets so far; a snapshot of another generation is to be dropped.
        generation: u64,
        experiment: Box<Experiment>,
        /// The runs to come; each begins with `RunStarted`.
        runs: Vec<PlannedRun>,
        /// The name of the device that computes.
        device: String,
    },
    /// Runs were added to the session: further repeats, or a fork, whose parent's rounds then come as `RoundEnded`.
    RunsAdded { runs: Vec<PlannedRun> },
    /// The user's own masks were checked: the result for each.
    MasksJudged(Arc<MaskReport>),
    /// The experiment cannot run on the data that were read, or in the memory that is free; a message says so, too.
    Unfit(ExperimentError),
    /// The data are loaded.
    DataReady { dataset: Arc<Dataset> },
    /// The present phase and progress; `run` is the run concerned, if any. Paused inside a round: its run, and the
    /// minibatches of that round, done and in all.
    Progress { phase: Phase, run: Option<RunId>, round: usize, done: usize, total: usize, eta_seconds: Option<f32> },
    /// The generator's losses on its latest minibatch, after `epoch` passes over the data.
    GeneratorLoss { epoch: f32, losses: GeneratorLosses },
    /// While the generator trains: G(z) for the same few codes z from N(0, I), as images of the data set's shape,
    /// concatenated.
    GeneratorSamples { images: Arc<Vec<u8>> },
    /// The generator is ready; `latent_scale` is the mean standard deviation of the embedding's axes, the unit of
    /// alpha.
    GeneratorReady { from: GeneratorFrom, latent_scale: f32 },
    /// A run begins.
    RunStarted { run: RunId, header: Box<Header> },
    /// Samples were labelled for this round (round 1: the initial set). Training on them begins.
    RoundBegan { run: RunId, round: usize, record: Arc<RoundRecord> },
    /// A metric was measured inside or at the end of a round.
    Evaluated { run: RunId, round: usize, evaluation: Evaluation },
    /// From the round that now ends on, the run is computed by another program or machine, the last of these; after its
    /// first round there is one.
    ComputedBy { run: RunId, origins: Vec<Origin> },
    /// A round is complete; `record` is its record in the history.
    RoundEnded { run: RunId, record: Arc<RoundRecord> },
    /// A walk was started at `sample`, whose code is `code`.
    WalkStarted { run: RunId, walk: usize, sample: u32, code: Vec<f32>, decoded: Vec<u8> },
    /// A walk took a step; `decoded` is G(p') as grey or RGB planes, the size of a data set image.
    WalkStepped {
        run: RunId,
        step: WalkStep,
        decoded: Vec<u8>,
        /// The measures that verdicts are computed from.
        measure: StepMeasure,
        /// Rounds of training of the target that the step used.
        round: usize,
    },
    /// The walks that were started by hand in this run were removed.
    WalksCleared { run: RunId },
    /// The walks of this run are no longer compared with baseline walks, which never restart.
    BaselineCleared { run: RunId },
    /// The base for verdicts on walks: the sparsity of the embedding, and the label entropy near its samples.
    CloudReady { sparsity: Arc<Sparsity>, base: Arc<BaseRate> },
    /// The answer to a `Command::Ask`.
    Answer(Answer),
    /// The labelling tool solved or rejected another of a round's generated samples.
    Labelling { run: RunId, progress: LabelProgress },
    /// A target's predictions at the pinned points, after this many optimiser steps.
    PinsMeasured { run: RunId, minibatches: usize, values: Vec<PinValue> },
    /// The run was written into this file up to its last complete round, and will be at the end of the next; `None`
    /// when it is no longer written anywhere.
    OnDisk { run: RunId, path: Option<PathBuf> },
    /// The run was written unasked into this file up to its last complete round, in the folder of its session.
    Autosaved { run: RunId, path: PathBuf },
    /// The folders of earlier sessions were deleted to stay within the limit of their size; a message says so, too.
    SessionsDeleted { folders: Vec<PathBuf> },
    /// A note, warning or error for the user, with the path or field concerned.
    Message { level: Level, text: String },
    /// `Command::Stop` took effect.
    Stopped,
    /// The device on which the engine computes from now on.
    DeviceChanged { kind: DeviceKind, description: String },
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}
