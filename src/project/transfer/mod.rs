//! What comes into a project and goes out of it: tables, Label Studio's JSON, folders of classes.

mod incoming;
mod label_studio;
mod read;
mod done;
mod import;
mod batch;
mod export;

pub use batch::{Row, csv, json, mark, rows};
pub use done::{Conflict, Import};
pub use export::{Folders, HEAD, Table, can_put, folders, table};
pub use import::{OnConflict, Told, import, may_write};
pub use incoming::Incoming;
pub use label_studio::CONFIG;
pub use read::read;
