//! Generative models: an encoder E into latent space and a decoder G from it, trained without labels.

pub mod weights;
mod state;
mod interface;
mod schedule;
pub mod vae;
pub mod alpha_gan;
pub mod file;
pub mod checkpoint;
pub mod cache;
pub mod quality;

pub use interface::{
    Adversarial, Generator, GeneratorError, GeneratorLosses, GeneratorTraining, TrainingStep, host, to_bytes,
};
pub use state::TrainingState;

use std::sync::Arc;

use weights::NamedTensor;

use crate::dataset::{ImageShape, Split};
use crate::device::ComputeDevice;
use crate::experiment::{Experiment, GeneratorKind};
use crate::rng::Streams;

/// The size of a network, for the memory that its training needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetSize {
    /// Trained weights.
    pub weights: f64,
    /// Values between its layers for one image.
    pub values: f64,
}

impl NetSize {
    /// The channels of the first layer that sizes are given for: those of the tables.
    const WIDTH: f64 = 64.0;

    /// The size with another number of channels in all layers.
    pub fn with_width(self, width: usize) -> Self {
        let share = width as f64 / Self::WIDTH;
        Self { weights: self.weights * share.powi(2), values: self.values * share }
    }
}

/// About the size of an experiment's generator, with all networks that train it.
pub fn size(experiment: &Experiment) -> NetSize {
    match experiment.generator {
        GeneratorKind::Vae => NetSize { weights: 1e6, values: 5e3 },
        GeneratorKind::AlphaGan => NetSize { weights: 1.2e6, values: 6e5 }.with_width(experiment.generator_width),
    }
}

/// The number that the sides of images must be multiples of for a kind of generator.
pub fn side_multiple(kind: GeneratorKind) -> usize {
    match kind {
        GeneratorKind::Vae => 1,
        GeneratorKind::AlphaGan => alpha_gan::SIDE_MULTIPLE,
    }
}

/// An untrained generator of the experiment's kind for the train split.
pub fn training(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Box<dyn GeneratorTraining> {
    match experiment.generator {
        GeneratorKind::Vae => Box::new(vae::VaeTraining::new(experiment, train, device)),
        GeneratorKind::AlphaGan => Box::new(alpha_gan::training::AlphaGanTraining::new(experiment, train, device)),
    }
}

/// A generator of the experiment's kind from its parameters; an error names the one that does not fit.
pub fn from_tensors(
    tensors: Vec<NamedTensor>,
    experiment: &Experiment,
    shape: ImageShape,
    device: &ComputeDevice,
) -> Result<Arc<dyn Generator>, String> {
    Ok(match experiment.generator {
        GeneratorKind::Vae => Arc::new(vae::Vae::from_tensors(tensors, experiment.latent_dim, shape.len(), device)?),
        GeneratorKind::AlphaGan => Arc::new(alpha_gan::AlphaGan::from_tensors(tensors, experiment, shape, device)?),
    })
}

/// G(z) for `count` codes z of N(0, I), the same in each call with this seed, as pixels 0..=255.
pub fn prior_samples(generator: &dyn Generator, seed: u64, count: usize) -> Vec<u8> {
    let codes = Streams::new(seed).get("generator-samples", 0).normals(count * generator.latent_dim());
    generator.decode_bytes(&codes)
}
