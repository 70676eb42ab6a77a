//! All integration tests in one binary: each more would link everything again.

mod common;
mod dataset;
mod engine;
mod golden;
mod gradients;
mod sampler;
mod shaders;
mod tidy;
mod view;
mod view_picking;
