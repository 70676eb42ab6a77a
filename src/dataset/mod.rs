//! Data sets: images with labels, a train and a test split, and one source for each.

mod error;
mod images;
pub mod source;
pub mod files;
pub mod strokes;
pub mod vessels;
pub mod sources;
mod load;

pub use error::DataError;
pub use images::{Dataset, ImageShape, Split};
pub use load::load;
