//! Ridgewalk: an explorer of adaptive latent-space sampling.
//!
//! The modules stand in the order in which the data flows, and no module imports one that is listed below it.

pub mod rng;
pub mod experiment;
pub mod device;
pub mod dataset;
pub mod history;
pub mod engine;
