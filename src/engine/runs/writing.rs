//! Writes runs into a folder as `ridgewalk run` does, and again after each of their rounds.

use std::path::Path;

use super::shown_run::ShownRun;
use crate::engine::protocol::{Event, Level};
use crate::grid::{GridFolder, Place, PlaceError};
use crate::world::World;

impl ShownRun {
    /// Writes the run into `folder`, now and after each of its rounds.
    pub fn keep_in(&mut self, folder: &Path, world: &World) -> Vec<Event> {
        let history = self.run.history();
        let claimed = Place::claim(GridFolder::around(folder), world, history);
        let written = claimed.and_then(|place| {
            place.write_album(world, history)?;
            Ok(place)
        });
        match written {
            Ok(place) => {
                self.place = Some(place);
                self.write(world)
            }
            Err(e) => self.not_written(&e),
        }
    }

    /// Writes the run again if it has a folder; after a failure it is no longer written.
    pub fn write(&mut self, world: &World) -> Vec<Event> {
        let Some(place) = &self.place else { return Vec::new() };
        let history = self.run.history();
        let path = Some(place.history());
        if history.rounds.is_empty() {
            return vec![Event::OnDisk { run: self.id, path }];
        }
        let at = |round: usize| self.checkpoints.at(round);
        let checkpoint = at(history.rounds.len()).filter(|c| !c.optimiser.is_empty());
        let rounds = self.checkpoints.rounds();
        let written = place.write(history, checkpoint, rounds.iter().filter_map(|r| at(*r))).and_then(|()| {
            // The walks end with the run.
            if self.run.is_done() { place.write_album(world, history) } else { Ok(()) }
        });
        match written {
            Ok(()) => vec![Event::OnDisk { run: self.id, path }],
            Err(e) => self.not_written(&e.into()),
        }
    }

    fn not_written(&mut self, e: &PlaceError) -> Vec<Event> {
        self.place = None;
        let text = format!("{} was not written and stays in the window only: {e}", self.run.history().label());
        vec![Event::OnDisk { run: self.id, path: None }, Event::Message { level: Level::Error, text }]
    }
}
