//! The interfaces of trained generators and of generators in training, with their losses and errors.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::state::TrainingState;
use super::weights::NamedTensor;
use crate::dataset::Split;
use crate::device::ComputeDevice;

/// A trained generator with fixed parameters.
pub trait Generator: Send + Sync {
    /// Numbers in a code.
    fn latent_dim(&self) -> usize;

    /// Values in one image.
    fn image_len(&self) -> usize;

    /// Where its parameters are, and where it encodes and decodes.
    fn device(&self) -> &ComputeDevice;

    /// G(p) as a tensor in [0, 1], `[n, image_len]`; gradients flow back to the codes `[n, latent_dim]`.
    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2>;

    /// E(x), the encoder's mean: images in [0, 1], `[n, image_len]`, to codes `[n, latent_dim]`.
    fn encode(&self, images: &[f32]) -> Vec<f32>;

    /// All parameters, for its hash and its file.
    fn tensors(&self) -> Vec<NamedTensor>;

    /// Whether it has an encoder and a decoder; without them only the codes of the train images are known.
    fn has_networks(&self) -> bool {
        true
    }

    /// The codes of a split of its data, `[split.len(), latent_dim]`, if they are known without encoding.
    fn known_codes(&self, _split: &Split) -> Option<Vec<f32>> {
        None
    }

    /// Images encoded at once: about 50 ms on one core. The default is that of fully connected layers.
    fn images_per_unit(&self) -> usize {
        2_048
    }

    /// Percentage of these images, in [0, 1], that its discriminator takes for real; `None` if it has no discriminator.
    fn judged_real(&self, _images: &[f32]) -> Option<f32> {
        None
    }

    /// G(p): codes `[n, latent_dim]` to images in [0, 1], `[n, image_len]`.
    fn decode(&self, codes: &[f32]) -> Vec<f32> {
        let n = codes.len() / self.latent_dim();
        let codes =
            Tensor::<2>::from_data(TensorData::new(codes.to_vec(), [n, self.latent_dim()]), &self.device().plain);
        host(self.decode_tensor(codes))
    }

    /// G(p) as values 0..=255, one channel plane after another.
    fn decode_bytes(&self, codes: &[f32]) -> Vec<u8> {
        to_bytes(&self.decode(codes))
    }
}

/// A generator in training, one minibatch at a time.
pub trait GeneratorTraining: Send {
    /// Minibatches of the whole training.
    fn total_steps(&self) -> usize;

    /// Minibatches done.
    fn steps_done(&self) -> usize;

    /// Passes over the data done so far.
    fn epoch(&self) -> f32;

    /// Trains on the next minibatch.
    fn advance(&mut self, train: &Split) -> Result<TrainingStep, GeneratorError>;

    /// All that the minibatches to come depend on.
    fn state(&self) -> Result<TrainingState, GeneratorError>;

    /// Goes on from a state of the same training; after an error everything is as it was.
    fn resume(&mut self, state: TrainingState) -> Result<(), GeneratorError>;

    /// The generator as it is now.
    fn generator(&self) -> Arc<dyn Generator>;

    /// Whether no minibatch is left.
    fn is_done(&self) -> bool {
        self.steps_done() >= self.total_steps()
    }
}

/// The outcome of one minibatch of a generator's training.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingStep {
    pub losses: GeneratorLosses,
    /// The images of the minibatch, as indices into the train split.
    pub samples: Vec<u32>,
    /// Codes of these images in this step, `[samples.len(), latent_dim]`.
    pub codes: Vec<f32>,
}

/// A generator's losses on one minibatch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratorLosses {
    /// VAE: summed binary cross entropy, nats per image. alpha-GAN: mean absolute error of a value in [0, 1].
    pub reconstruction: f32,
    /// Loss that keeps the codes near N(0, I). VAE: KL divergence, nats per image. alpha-GAN: R(C(E(x))).
    pub code: f32,
    /// The adversarial losses of an alpha-GAN.
    pub adversarial: Option<Adversarial>,
    /// Percentage of the images' variance in the codes, of principal components, which have no losses.
    #[serde(default)]
    pub kept: Option<f32>,
}

/// The adversarial part of an alpha-GAN's losses, and the signs of collapse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Adversarial {
    /// R(D(G(E(x)))) + R(D(G(z))).
    pub generator: f32,
    /// Of the image discriminator D: -2 log D(x) - log(1 - D(G(E(x)))) - log(1 - D(G(z))).
    pub discriminator: f32,
    /// Of the code discriminator C: -log C(z) - log(1 - C(E(x))).
    pub code_discriminator: f32,
    /// Accuracy of the image discriminator, percent: 50 is chance, and near 100 it teaches the generator little.
    pub image_accuracy: f32,
    /// Accuracy of the code discriminator, percent.
    pub code_accuracy: f32,
    /// Spread of generated images relative to that of the data: 1 is as diverse, 0 is total collapse.
    pub diversity: f32,
}

impl GeneratorLosses {
    /// One line for display.
    pub fn describe(&self) -> String {
        if let Some(kept) = self.kept {
            if kept == 0.0 {
                return "how much of the variance is kept is known at the end".into();
            }
            return format!("{kept:.1} % of the variance kept");
        }
        let Some(a) = self.adversarial else {
            return format!("{:.1} + {:.1} nats", self.reconstruction, self.code);
        };
        format!(
            "error {:.3}; discriminators right {:.0} % (images), {:.0} % (codes); diversity {:.2}",
            self.reconstruction, a.image_accuracy, a.code_accuracy, a.diversity
        )
    }

    pub(super) fn is_finite(&self) -> bool {
        let Self { reconstruction, code, adversarial, kept: _ } = *self;
        let a = adversarial.unwrap_or_default();
        (reconstruction + code + a.generator + a.discriminator + a.code_discriminator).is_finite()
    }
}

/// Why a generator cannot be trained, loaded or saved.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorError {
    #[error("the generator's weights cannot be read or written: {0}")]
    Weights(String),
    /// A file that cannot be written; a whole sentence.
    #[error("{0}")]
    Unwritten(String),
    /// `epoch` is the number of passes over the data.
    #[error("the generator diverged at epoch {epoch:.1}: its loss is not a number; lower `generator_learning_rate`")]
    Diverged { epoch: f32 },
}

/// Pixels in [0, 1] as 0..=255.
pub fn to_bytes(pixels: &[f32]) -> Vec<u8> {
    pixels.iter().map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8).collect()
}

/// The values of a tensor on the host, row-major.
pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    // The values are f32 already, so this neither converts nor copies, and it cannot fail.
    tensor.into_data().convert::<f32>().try_into_vec().unwrap_or_default()
}
