//! The tables and the curves beside the runs that the user keeps in a folder, written again as rounds end.

use std::time::{Duration, Instant};

use crate::engine::protocol::{Event, Level};
use crate::figures::{histories_of, write_tables};
use crate::grid::GridFolder;

/// Writing takes at most one part in this many of the time, however large a folder is.
const SHARE: u32 = 20;

/// When they may be written again; `None` before the first time.
#[derive(Default)]
pub struct KeptTables(Option<Instant>);

impl KeptTables {
    /// Writes those of all runs of a folder, if it is time or `at_once`; returns what went wrong.
    pub fn write(&mut self, folder: &GridFolder, at_once: bool) -> Option<Event> {
        let start = Instant::now();
        if !at_once && self.0.is_some_and(|next| start < next) {
            return None;
        }
        // What cannot be read was told when the runs were written beside it.
        let (histories, _) = histories_of(folder);
        let failed = write_tables(folder, histories).err();
        self.0 = Some(Instant::now() + start.elapsed().max(Duration::from_millis(1)) * SHARE);
        failed.map(|e| Event::Message { level: Level::Warning, text: e.to_string() })
    }
}
