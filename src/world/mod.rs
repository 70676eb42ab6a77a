//! What all runs of a comparison share (data, generator, embedding), and its preparation in steps.

mod shared;
mod codes;
mod training;
mod room;
pub mod own_masks;
pub mod preparation;

pub use preparation::{GeneratorFrom, Preparation, PreparationActivity, Prepared, WorldError, side_multiple};
pub use shared::World;
pub use training::Resumed;
