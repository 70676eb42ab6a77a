//! Principal components as a generator: encoder and decoder are linear maps, found without minibatches or labels.

mod eigen;
mod net;
mod training;

pub use net::PcaNet;
pub use training::{PASSES, PcaTraining};
