//! Data sets of images with labels, their splits and their sources.

mod error;
mod images;
mod packed;
mod tar;
pub mod source;
pub mod files;
pub mod strokes;
pub mod vessels;
pub mod own;
pub mod sources;
mod load;

pub use error::DataError;
pub use images::{Class, Dataset, ImageShape, Split};
pub use load::{brought, load};
pub use own::splits::VALIDATION_SHARE;
