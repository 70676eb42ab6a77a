//! Generative models: an encoder E into latent space and a decoder G out of it, trained without labels.

pub mod cache;
pub mod vae;
pub mod weights;

use burn::tensor::{Tensor, TensorData};

use crate::device::ComputeDevice;

/// A trained generator with fixed parameters.
pub trait Generator: Send + Sync {
    fn latent_dim(&self) -> usize;

    /// Values in one image.
    fn image_len(&self) -> usize;

    fn device(&self) -> &ComputeDevice;

    /// G(p) as a tensor in [0, 1], `[n, image_len]`, gradients flowing back to the codes `[n, latent_dim]`.
    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2>;

    /// E(x), the encoder's mean: images in [0, 1], `[n, image_len]`, to codes `[n, latent_dim]`.
    fn encode(&self, images: &[f32]) -> Vec<f32>;

    /// The weights, for the cache and for checkpoints.
    fn to_bytes(&self) -> Result<Vec<u8>, GeneratorError>;

    /// G(p): codes `[n, latent_dim]` to images in [0, 1], `[n, image_len]`.
    fn decode(&self, codes: &[f32]) -> Vec<f32> {
        let n = codes.len() / self.latent_dim();
        let codes =
            Tensor::<2>::from_data(TensorData::new(codes.to_vec(), [n, self.latent_dim()]), &self.device().plain);
        host(self.decode_tensor(codes))
    }

    /// G(p) as grey values 0..=255.
    fn decode_bytes(&self, codes: &[f32]) -> Vec<u8> {
        to_bytes(&self.decode(codes))
    }
}

/// A generator that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorError {
    #[error("the generator's weights cannot be read or written: {0}")]
    Weights(String),
    #[error("the generator diverged at epoch {epoch:.1}: its loss is not a number; lower `generator_learning_rate`")]
    Diverged { epoch: f32 },
}

/// Pixels in [0, 1] as 0..=255.
pub fn to_bytes(pixels: &[f32]) -> Vec<u8> {
    pixels.iter().map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8).collect()
}

/// The values of a tensor on the host, row-major.
pub fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    // f32 already, so neither converted nor copied; the conversion cannot fail.
    tensor.into_data().convert::<f32>().try_into_vec().unwrap_or_default()
}
