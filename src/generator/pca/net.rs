//! The two linear maps of principal components.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use crate::generator::auto_encoder::Layers;
use crate::kernels::{Activation, linear};

/// Images of 28 x 28 encoded in far less than 50 ms on one core.
const IMAGES_PER_UNIT: usize = 2_048;

/// E(x) = (x - mean) components / deviations, so that the codes have the deviation 1 on every axis, as N(0, I) has; G(p) is
/// the mean and p deviations times the components, cut to [0, 1].
#[derive(Module, Debug)]
pub struct PcaNet {
    encoder: Linear,
    decoder: Linear,
}

impl PcaNet {
    /// Maps whose values must be overwritten.
    pub fn new(image_len: usize, latent_dim: usize, device: &Device) -> Self {
        Self {
            encoder: LinearConfig::new(image_len, latent_dim).init(device),
            decoder: LinearConfig::new(latent_dim, image_len).init(device),
        }
    }
}

impl Layers for PcaNet {
    fn encode(&self, images: Tensor<2>) -> Tensor<2> {
        linear(&self.encoder, images, Activation::NONE)
    }

    fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        linear(&self.decoder, codes, Activation::NONE).clamp(0.0, 1.0)
    }

    fn images_per_unit(&self) -> usize {
        IMAGES_PER_UNIT
    }
}
