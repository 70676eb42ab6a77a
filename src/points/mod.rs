//! An embedding only: points with metadata and thumbnails from files, neither trained nor projected, and none left away.
//!
//! [`read`] says what was understood; [`principal`] finds axes to look along, [`nearest`] neighbours in all dimensions,
//! [`search`] points by their metadata, and [`csv`] writes those that were chosen.

mod column;
mod coordinates;
mod array;
mod table;
#[cfg(feature = "parquet")]
mod parquet;
mod projector;
mod images;
mod set;
mod opening;
mod principal;
mod nearest;
mod search;
mod csv;
mod sheet;

pub use column::{Column, NO_CLASS, Texts, Values};
pub use csv::csv;
pub use images::Thumbnails;
pub use nearest::{Near, nearest};
pub use opening::{Opening, are_at, read};
pub use principal::{Principal, principal, principal_of};
pub use search::search;
pub use set::Points;
pub use sheet::Sheet;
