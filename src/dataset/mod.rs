//! Data sets: images with labels, a train and a test split, and one reader for each format.

mod error;
mod images;
pub mod strokes;
pub mod vessels;
pub mod formats;
pub mod files;
mod load;

pub use error::DataError;
pub use images::{Dataset, ImageShape, Reader, Split};
pub use load::load;
