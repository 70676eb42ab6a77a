//! Generative models: an encoder E into latent space and a decoder G from it, trained without labels.

pub mod weights;
mod state;
mod interface;
mod schedule;
mod size;
pub mod auto_encoder;
pub mod vae;
pub mod pca;
pub mod plaque;
pub mod own_codes;
pub mod alpha_gan;
pub mod file;
pub mod checkpoint;
pub mod cache;
pub mod quality;

pub use interface::{
    Adversarial, Generator, GeneratorError, GeneratorLosses, GeneratorTraining, TrainingStep, host, to_bytes,
};
pub use size::NetSize;
pub use state::TrainingState;

use std::sync::Arc;

use auto_encoder::AutoEncoder;
use pca::{PcaNet, PcaTraining};
use plaque::PlaqueParameters;
use vae::{ConvolutionalNet, DenseNet, Posterior as _, VaeTraining};
use weights::NamedTensor;

use crate::dataset::{ImageShape, Split};
use crate::device::ComputeDevice;
use crate::experiment::{Experiment, GeneratorKind};
use crate::rng::Streams;

/// About the size of an experiment's generator, with all networks that train it.
pub fn size(experiment: &Experiment) -> NetSize {
    match experiment.generator {
        GeneratorKind::Vae => NetSize { weights: 1e6, values: 5e3 },
        GeneratorKind::ConvVae => vae::CONVOLUTIONAL_SIZE.with_width(experiment.generator_width),
        GeneratorKind::Pca | GeneratorKind::Plaque | GeneratorKind::Codes => NetSize { weights: 0.0, values: 0.0 },
        GeneratorKind::AlphaGan => NetSize { weights: 1.2e6, values: 6e5 }.with_width(experiment.generator_width),
    }
}

/// The number that the sides of images must be multiples of for a kind of generator.
pub fn side_multiple(kind: GeneratorKind) -> usize {
    match kind {
        GeneratorKind::Vae | GeneratorKind::Pca | GeneratorKind::Plaque | GeneratorKind::Codes => 1,
        GeneratorKind::ConvVae => vae::SIDE_MULTIPLE,
        GeneratorKind::AlphaGan => alpha_gan::SIDE_MULTIPLE,
    }
}

/// Passes over the data of the whole training of an experiment's generator.
pub fn epochs(experiment: &Experiment) -> usize {
    if experiment.generator.has_minibatches() { experiment.generator_epochs } else { pca::PASSES }
}

/// An untrained generator of the experiment's kind for the train split; `None` if nothing is to be trained.
pub fn training(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Option<Box<dyn GeneratorTraining>> {
    Some(match experiment.generator {
        GeneratorKind::Plaque | GeneratorKind::Codes => return None,
        GeneratorKind::Vae => Box::new(VaeTraining::<DenseNet>::new(experiment, train, device)),
        GeneratorKind::ConvVae => Box::new(VaeTraining::<ConvolutionalNet>::new(experiment, train, device)),
        GeneratorKind::Pca => Box::new(PcaTraining::new(experiment, train, device)),
        GeneratorKind::AlphaGan => Box::new(alpha_gan::training::AlphaGanTraining::new(experiment, train, device)),
    })
}

/// A generator of the experiment's kind from its parameters; an error names the one that does not fit.
pub fn from_tensors(
    tensors: Vec<NamedTensor>,
    experiment: &Experiment,
    shape: ImageShape,
    device: &ComputeDevice,
) -> Result<Arc<dyn Generator>, String> {
    let (dim, len) = (experiment.latent_dim, shape.len());
    Ok(match experiment.generator {
        GeneratorKind::Vae => {
            let layers = DenseNet::of(experiment, shape, &device.autodiff);
            Arc::new(AutoEncoder::from_tensors(layers, tensors, dim, len, device)?)
        }
        GeneratorKind::ConvVae => {
            let layers = ConvolutionalNet::of(experiment, shape, &device.autodiff);
            Arc::new(AutoEncoder::from_tensors(layers, tensors, dim, len, device)?)
        }
        GeneratorKind::Pca => {
            let layers = PcaNet::new(len, dim, &device.autodiff);
            Arc::new(AutoEncoder::from_tensors(layers, tensors, dim, len, device)?)
        }
        GeneratorKind::Plaque => PlaqueParameters::from_tensors(&tensors, experiment, shape, device)?,
        GeneratorKind::Codes => return Err("codes of your own are no generator; give them as `codes`".into()),
        GeneratorKind::AlphaGan => Arc::new(alpha_gan::AlphaGan::from_tensors(tensors, experiment, shape, device)?),
    })
}

/// G(z) for `count` codes z of N(0, I), the same in each call with this seed, as pixels 0..=255.
pub fn prior_samples(generator: &dyn Generator, seed: u64, count: usize) -> Vec<u8> {
    let codes = Streams::new(seed).get("generator-samples", 0).normals(count * generator.latent_dim());
    generator.decode_bytes(&codes)
}
