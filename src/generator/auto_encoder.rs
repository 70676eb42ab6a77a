//! A trained auto-encoder with fixed parameters, whatever its layers: the generator that a VAE becomes.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};

use super::weights::{self, NamedTensor};
use super::{Generator, host};
use crate::device::ComputeDevice;

/// The layers of an encoder and a decoder.
pub trait Layers: Module + Sync + 'static {
    /// E(x): images in [0, 1], `[n, image_len]`, to codes `[n, latent_dim]`.
    fn encode(&self, images: Tensor<2>) -> Tensor<2>;

    /// G(p): codes `[n, latent_dim]` to images in [0, 1], `[n, image_len]`.
    fn decode(&self, codes: Tensor<2>) -> Tensor<2>;

    /// Images encoded at once: about 50 ms on one core.
    fn images_per_unit(&self) -> usize;
}

/// A trained auto-encoder.
pub struct AutoEncoder<L> {
    /// On the autodiff device, frozen: gradients pass through it to the codes.
    frozen: L,
    /// Without autodiff, for encoding and decoding.
    plain: L,
    latent_dim: usize,
    image_len: usize,
    device: ComputeDevice,
}

impl<L: Layers> AutoEncoder<L> {
    /// The auto-encoder with the present parameters of these layers, which are on the autodiff device.
    pub fn new(layers: &L, latent_dim: usize, image_len: usize, device: &ComputeDevice) -> Self {
        let plain = layers.valid();
        // From `plain`, because a clone of the layers would share running statistics with the training.
        Self { frozen: plain.clone().train().freeze(), plain, latent_dim, image_len, device: device.clone() }
    }

    /// One with these parameters instead of those of the layers; an error names the one that does not fit.
    pub fn from_tensors(
        layers: L,
        tensors: Vec<NamedTensor>,
        latent_dim: usize,
        image_len: usize,
        device: &ComputeDevice,
    ) -> Result<Self, String> {
        Ok(Self::new(&weights::loaded(layers, tensors)?, latent_dim, image_len, device))
    }
}

impl<L: Layers> Generator for AutoEncoder<L> {
    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn image_len(&self) -> usize {
        self.image_len
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    fn images_per_unit(&self) -> usize {
        self.plain.images_per_unit()
    }

    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2> {
        let layers = if codes.is_autodiff() { &self.frozen } else { &self.plain };
        layers.decode(codes)
    }

    fn encode(&self, images: &[f32]) -> Vec<f32> {
        let encode = |chunk: &[f32]| {
            let data = TensorData::new(chunk.to_vec(), [chunk.len() / self.image_len, self.image_len]);
            host(self.plain.encode(Tensor::from_data(data, &self.device.plain)))
        };
        images.chunks(self.images_per_unit() * self.image_len).flat_map(encode).collect()
    }

    fn tensors(&self) -> Vec<NamedTensor> {
        NamedTensor::all(&self.plain)
    }
}
