//! Everything that a folder of runs holds, as tables, arrays and weights that other programs read.
//!
//! What a history does not hold, such as the pools that a strategy scored, is computed again from the run's random
//! streams and its saved weights, and exported only if it agrees with what was recorded; the rest is listed as missing.

mod error;
mod cells;
#[cfg(feature = "parquet")]
mod columnar;
mod sheet;
mod material;
mod missing;
mod tables;
mod card;
mod folder;

pub use card::Card;
pub use cells::{Cell, Column, Kind};
pub use error::ExportError;
pub use folder::{Exported, Written, export};
pub use material::{Again, Material};
pub use missing::Missing;
pub use sheet::{Format, Sheet, write};
pub use tables::{TABLES, Table};
