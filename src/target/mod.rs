//! The target models F: training, evaluation, and the gradient that samplers follow.

pub mod nets;
mod model;
mod saved;
mod gradient;
pub mod stand_in;

pub use gradient::{LatentGradient, latent_gradient};
pub use model::{FrozenTarget, Target, Truth, WeightsError, argmax, prediction};
pub use saved::saved_tensors;
