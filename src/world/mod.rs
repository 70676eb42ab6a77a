//! What all runs of a comparison share (data, generator, embedding), and how it is made ready step by step.

mod shared;
pub mod own_masks;
pub mod preparation;

pub use preparation::{Preparation, PreparationActivity, Prepared, WorldError};
pub use shared::World;
