//! What all runs of a comparison share (data, generator, embedding), and its preparation in steps.

mod shared;
mod codes;
mod training;
mod room;
pub mod own_masks;
mod told;
mod preparation;

pub use preparation::{Preparation, side_multiple};
pub use shared::World;
pub use told::{GeneratorFrom, PreparationActivity, Prepared, WorldError};
pub use training::Resumed;
