//! What the layers of a VAE are: the encoder's distribution of the codes, and the decoder's logits of the pixels.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::auto_encoder::Layers;
use crate::kernels::{Activation, linear};

/// The layers of a VAE.
pub trait Posterior: Module + Sync + 'static {
    /// Untrained layers for images of this shape; burn's own initial weights must be overwritten.
    fn of(experiment: &Experiment, shape: ImageShape, device: &Device) -> Self;

    /// What mean and log variance are computed from, of images in [0, 1], `[n, image_len]`.
    fn features(&self, images: Tensor<2>) -> Tensor<2>;

    /// The layers that make mean and log variance of the features.
    fn heads(&self) -> [&Linear; 2];

    /// Mean and log variance of q(z | x), both `[n, latent_dim]`, of images in [0, 1], `[n, image_len]`.
    fn posterior(&self, images: Tensor<2>) -> [Tensor<2>; 2] {
        let features = self.features(images);
        self.heads().map(|head| linear(head, features.clone(), Activation::NONE))
    }

    /// Logits of the pixels, `[n, image_len]`, of codes `[n, latent_dim]`.
    fn logits(&self, codes: Tensor<2>) -> Tensor<2>;

    /// Images encoded at once: about 50 ms on one core.
    fn images_per_unit(&self) -> usize;
}

impl<L: Posterior> Layers for L {
    fn encode(&self, images: Tensor<2>) -> Tensor<2> {
        let [mean, _] = self.heads();
        linear(mean, self.features(images), Activation::NONE)
    }

    fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        sigmoid(self.logits(codes))
    }

    fn images_per_unit(&self) -> usize {
        Posterior::images_per_unit(self)
    }
}
