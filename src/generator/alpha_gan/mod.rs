//! The alpha-GAN (Rosca et al. 2017, Tables S1 to S5): an auto-encoder with discriminators for its images and codes.

mod nets;
pub mod training;

pub use nets::SIDE_MULTIPLE;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::weights::{self, NamedTensor};
use super::{Generator, host};
use crate::dataset::ImageShape;
use crate::device::{ComputeDevice, DeviceKind};
use crate::experiment::Experiment;
use nets::{CodeDiscriminator, Decoder, Pyramid};

/// Images processed together on a GPU, and the largest number on a CPU.
const MOST_PER_UNIT: usize = 128;
const LEAST_PER_UNIT: usize = 4;
/// The work grows with the square of the width: 64 images at 16 channels take about 50 ms on one core.
const WORK_PER_UNIT: usize = 64 * 16 * 16;

/// All four networks, as they are trained, saved and loaded.
#[derive(Module, Debug)]
pub struct AlphaGanNets {
    encoder: Pyramid,
    generator: Decoder,
    discriminator: Pyramid,
    code_discriminator: CodeDiscriminator,
}

impl AlphaGanNets {
    /// Untrained layers on `device`; burn's own initial weights must be overwritten.
    pub fn new(experiment: &Experiment, shape: ImageShape, device: &Device) -> Self {
        let (width, dim) = (experiment.generator_width, experiment.latent_dim);
        Self {
            encoder: Pyramid::new(shape, width, dim, device),
            generator: Decoder::new(shape, width, dim, device),
            discriminator: Pyramid::new(shape, width, 1, device),
            code_discriminator: CodeDiscriminator::new(dim, device),
        }
    }
}

/// A trained alpha-GAN; its normalisations use their running statistics.
pub struct AlphaGan {
    /// On the autodiff device, frozen: gradients pass through it to the codes.
    frozen: Decoder,
    /// Without autodiff, for encoding and decoding.
    plain: AlphaGanNets,
    shape: ImageShape,
    latent_dim: usize,
    images_per_unit: usize,
    device: ComputeDevice,
}

impl AlphaGan {
    fn new(nets: &AlphaGanNets, experiment: &Experiment, shape: ImageShape, device: &ComputeDevice) -> Self {
        let plain = nets.valid();
        // From `plain`, because a clone of `nets` would share its running statistics with the training.
        let frozen = plain.generator.clone().train().freeze();
        let images_per_unit = match device.kind {
            DeviceKind::Gpu => MOST_PER_UNIT,
            DeviceKind::Cpu => (WORK_PER_UNIT / experiment.generator_width.pow(2)).clamp(LEAST_PER_UNIT, MOST_PER_UNIT),
        };
        Self { frozen, plain, shape, latent_dim: experiment.latent_dim, images_per_unit, device: device.clone() }
    }

    /// An alpha-GAN from its parameters.
    pub fn from_tensors(
        tensors: Vec<NamedTensor>,
        experiment: &Experiment,
        shape: ImageShape,
        device: &ComputeDevice,
    ) -> Result<Self, String> {
        let nets = weights::loaded(AlphaGanNets::new(experiment, shape, &device.autodiff), tensors)?;
        Ok(Self::new(&nets, experiment, shape, device))
    }

    /// Converts images in [0, 1] to the networks' input: [-1, 1], `[n, channels, height, width]`.
    fn images(images: &[f32], shape: ImageShape, device: &Device) -> Tensor<4> {
        let n = images.len() / shape.len();
        let values: Vec<f32> = images.iter().map(|v| 2.0 * v - 1.0).collect();
        Tensor::from_data(TensorData::new(values, [n, shape.channels, shape.height, shape.width]), device)
    }
}

impl Generator for AlphaGan {
    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn image_len(&self) -> usize {
        self.shape.len()
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    fn images_per_unit(&self) -> usize {
        self.images_per_unit
    }

    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2> {
        let [n, _] = codes.dims();
        let net = if codes.is_autodiff() { &self.frozen } else { &self.plain.generator };
        let images = (net.forward(codes) + 1.0) / 2.0; // tanh to [0, 1]
        images.reshape([n, self.shape.len()])
    }

    fn encode(&self, images: &[f32]) -> Vec<f32> {
        let chunks = images.chunks(self.images_per_unit * self.shape.len());
        let encode = |chunk| host(self.plain.encoder.forward(Self::images(chunk, self.shape, &self.device.plain)));
        chunks.flat_map(encode).collect()
    }

    fn tensors(&self) -> Vec<NamedTensor> {
        NamedTensor::all(&self.plain)
    }

    fn judged_real(&self, images: &[f32]) -> Option<f32> {
        let chunks = images.chunks(self.images_per_unit * self.shape.len());
        let judge = |chunk| host(self.plain.discriminator.forward(Self::images(chunk, self.shape, &self.device.plain)));
        let logits: Vec<f32> = chunks.flat_map(judge).collect();
        Some(100.0 * logits.iter().filter(|l| **l > 0.0).count() as f32 / logits.len().max(1) as f32)
    }
}
