//! What a preparation tells: what it does, what a unit of its work did, and why there is no world.

use std::path::PathBuf;
use std::sync::Arc;

use super::own_masks::{MaskReport, MasksError};
use super::shared::World;
use super::training::Resumed;
use crate::dataset::{DataError, Dataset};
use crate::experiment::ExperimentError;
use crate::generator::file::GeneratorFileError;
use crate::generator::{GeneratorError, GeneratorLosses};
use crate::labelling::simulation::Unlabelled;
use crate::neighbours::IndexError;

/// Why a world cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    #[error(
        "{0}; give the whole file of a generator of this experiment, as `ridgewalk generator` writes it, or leave --generator out"
    )]
    GeneratorFile(GeneratorFileError),
    #[error(transparent)]
    Embedding(#[from] IndexError),
    /// An embedding of one point, whose scale would be 0.
    #[error(
        "{} has the same code for every image, so there is no latent space to sample; {}",
        file.as_ref().map_or_else(|| "the generator".to_owned(), |file| file.display().to_string()),
        if file.is_some() { "give another one with --generator" } else { "train it otherwise (`generator_epochs`, `beta`)" }
    )]
    OneCode { file: Option<PathBuf> },
    #[error(transparent)]
    Label(#[from] Unlabelled),
    #[error(transparent)]
    Masks(#[from] MasksError),
}

/// What a unit of preparation did.
pub enum Prepared {
    /// The data set is in memory.
    DataReady(Arc<Dataset>),
    /// The generator's training goes on from its last checkpoint.
    Resumed(Resumed),
    /// One minibatch of the generator; the embedding so far, in which each code is as of its last minibatch.
    Trained {
        /// Passes over the data.
        epoch: f32,
        losses: GeneratorLosses,
    },
    /// Some images of the train split were encoded.
    Encoded,
    /// One image of the data set was labelled, or all of them were found on disk.
    Labelled,
    /// A cached result could not be used and is computed again, or a result could not be cached; one sentence.
    Warned(String),
    /// One of the user's own masks, or some of their images, were read or checked.
    Checked,
    /// All of the user's own masks were checked; the data set follows, if there are enough.
    MasksJudged(Arc<MaskReport>),
    /// One minibatch of the stand-in for a labelling tool, or a part of its evaluation.
    Taught,
    /// The world is complete: no unit of work is left.
    Ready { world: Arc<World>, from: GeneratorFrom },
}

/// Where the generator of a world comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GeneratorFrom {
    /// It was trained here.
    Training,
    /// From what the data were generated from.
    Data,
    /// It was trained before: with the same settings on the same data.
    Cache,
    /// It was given as a file.
    File(PathBuf),
}

/// The current activity of a preparation, with units done and in total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PreparationActivity {
    LoadingData,
    /// The user's own masks, checked one by one.
    CheckingMasks {
        /// Masks checked.
        done: usize,
        total: usize,
    },
    /// The user's own images, read some at a time.
    ReadingImages {
        /// Images read.
        done: usize,
        total: usize,
    },
    /// The labelling tool solves the masks of the data set.
    Labelling {
        /// Masks solved, of all splits.
        done: usize,
        total: usize,
    },
    /// Training of the stand-in for a labelling tool.
    TeachingStandIn {
        /// Minibatches.
        done: usize,
        total: usize,
    },
    TrainingGenerator {
        /// Minibatches.
        done: usize,
        total: usize,
        /// Seconds left, once the pace is known.
        left: Option<f32>,
    },
    Encoding {
        /// Images of the train split.
        done: usize,
        total: usize,
    },
    Done,
}
