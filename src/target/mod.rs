//! The target models F: training, evaluation, and the gradient that samplers follow.

mod convolution;
pub mod nets;
mod lenet_cpu;
mod stress_net_cpu;
mod model;
mod saved;
mod gradient;
pub mod stand_in;

pub use gradient::{LatentGradient, latent_gradient};
pub use model::{FrozenTarget, Target, Truth, WeightsError, argmax, prediction};
use nets::{lenet, stress_net};
pub use saved::saved_tensors;
