//! The gradient of the target's loss with respect to latent points, through the decoder: dL(F(G(p)), y)/dp (Eq. 1).

use burn::tensor::{Tensor, TensorData};

use super::model::{FrozenTarget, Truth, label_tensor};
use crate::generator::{Generator, host};
use crate::kernels::{log_softmax, row_means, scaled_sum};

/// Losses and gradients at latent points.
#[derive(Debug, Clone, PartialEq)]
pub struct LatentGradient {
    /// Cross entropy of F(G(p)) with its label (nats), or mean square error with its map (kPa^2); one for each point.
    pub loss: Vec<f32>,
    /// dL/dp, `[n, latent_dim]`.
    pub gradient: Vec<f32>,
    /// Log probabilities of F(G(p)), `[n, classes]`; empty if F predicts maps.
    pub log_probabilities: Vec<f32>,
    /// Scaled maps F(G(p)), `[n, pixels]`; empty if F predicts classes.
    pub maps: Vec<f32>,
}

/// Losses of F(G(p)) against `truth` and their gradients at `codes`, `[n, latent_dim]`.
///
/// The loss is summed over the points (Eq. 1), so a point's gradient does not depend on the other points; both models
/// are frozen.
pub fn latent_gradient<'a>(
    generator: &dyn Generator,
    target: &FrozenTarget,
    codes: &[f32],
    truth: impl Into<Truth<'a>>,
) -> LatentGradient {
    let dim = generator.latent_dim();
    let n = codes.len() / dim;
    target.count(n);
    let device = &target.device.autodiff;
    let p = Tensor::<2>::from_data(TensorData::new(codes.to_vec(), [n, dim]), device).require_grad();
    let images = generator.decode_tensor(p.clone()); // [n, image_len]
    let shape = target.shape;
    let images = images.reshape([n, shape.channels, shape.height, shape.width]);
    let outputs = target.differentiable.logits(images); // [n, classes] or [n, pixels]
    // `[n]`, and what was predicted.
    let (loss, log_probabilities, maps) = match truth.into() {
        Truth::Classes(labels) => {
            let log_probabilities = log_softmax(outputs); // [n, classes]
            let labels = label_tensor(labels, device).reshape([n, 1]);
            (-log_probabilities.clone().gather(1, labels).reshape([n]), host(log_probabilities.inner()), Vec::new())
        }
        Truth::Maps(maps) => {
            let maps = Tensor::<2>::from_data(TensorData::new(maps.to_vec(), outputs.dims()), device);
            let loss = row_means((outputs.clone() - maps).powi_scalar(2)) * target.unit;
            (loss, Vec::new(), host(outputs.inner()))
        }
    };
    let mut gradients = scaled_sum(loss.clone(), 1.0).backward();
    let gradient = p.grad_remove(&mut gradients).map_or_else(|| vec![0.0; n * dim], host);
    LatentGradient { loss: host(loss.inner()), gradient, log_probabilities, maps }
}
