//! The gradient of the target's loss with respect to latent points, through the decoder: dL(F(G(p)), y)/dp (Eq. 1).

use burn::tensor::activation::log_softmax;
use burn::tensor::{Tensor, TensorData};

use super::{FrozenTarget, label_tensor};
use crate::generator::{Generator, host};

/// Losses and gradients at latent points.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentGradient {
    /// Cross entropy of F(G(p)) with its label (nats), one for each point.
    pub loss: Vec<f32>,
    /// dL/dp, `[n, latent_dim]`.
    pub gradient: Vec<f32>,
    /// Log probabilities of F(G(p)), `[n, classes]`.
    pub log_probabilities: Vec<f32>,
}

/// Losses of F(G(p)) with respect to `labels` and their gradients at `codes`, `[n, latent_dim]`.
///
/// The loss is summed over the points (Eq. 1), so a point's gradient does not depend on the points beside it; both
/// models are frozen.
pub fn latent_gradient(
    generator: &dyn Generator,
    target: &FrozenTarget,
    codes: &[f32],
    labels: &[u8],
) -> LatentGradient {
    let (n, dim) = (labels.len(), generator.latent_dim());
    let device = &target.device.autodiff;
    let p = Tensor::<2>::from_data(TensorData::new(codes.to_vec(), [n, dim]), device).require_grad();
    let images = generator.decode_tensor(p.clone()); // [n, image_len]
    let shape = target.shape;
    let images = images.reshape([n, shape.channels, shape.height, shape.width]);
    let log_probabilities = log_softmax(target.differentiable.logits(images), 1); // [n, classes]
    let labels = label_tensor(labels, device).reshape([n, 1]);
    let loss = -log_probabilities.clone().gather(1, labels); // [n, 1]
    let mut gradients = loss.clone().sum().backward();
    let gradient = p.grad_remove(&mut gradients).map_or_else(|| vec![0.0; n * dim], host);
    LatentGradient { loss: host(loss.inner()), gradient, log_probabilities: host(log_probabilities.inner()) }
}
