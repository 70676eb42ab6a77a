//! Writing the runs where the user keeps them: for many it takes a while, so each is told when it is written.

use std::path::PathBuf;

use super::Core;
use crate::engine::planned::RunId;

impl Core {
    pub fn keep(&mut self, folder: PathBuf, only: Option<RunId>) {
        let Some(session) = &mut self.session else { return };
        let (events, wake) = (&self.events, &self.wake);
        session.keep(folder, only, &mut |event| {
            // Sending fails only after the handle was dropped; then `Quit` is on its way.
            let _ = events.send(event);
            wake();
        });
        self.publish();
    }
}
