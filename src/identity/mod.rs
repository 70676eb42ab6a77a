//! What a run was computed from, its data and latent space, and by what: program, device and processor.

mod ground;
mod origin;

pub use ground::{Ground, GroundDifference, Likeness};
pub use origin::{Origin, PROGRAM, UNKNOWN, VERSION, commit};
