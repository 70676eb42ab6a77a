//! The types that cross between the engine's thread and its observer: commands, events and snapshots.
//!
//! All of it is plain host data. Events are small, ordered and lossless; snapshots are large, and the latest wins.
//! Questions and their answers are defined in `questions`.

mod phase;
mod pins;
mod command;
mod event;
mod snapshot;

pub use command::{Command, without_outdated_questions};
pub use event::{Event, Level};
pub use phase::Phase;
pub use pins::{PinValue, Pinned};
pub use snapshot::{NOT_SCORED, RunSnapshot, Scores, Snapshot};
