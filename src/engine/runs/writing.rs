//! The runs of the window written into a folder, as `ridgewalk run` would have written them, and kept up to date there.

use std::path::Path;

use crate::engine::protocol::{Event, Level};
use crate::engine::session::ShownRun;
use crate::grid::{GridFolder, Place, PlaceError};
use crate::world::World;

impl ShownRun {
    /// Writes the run into `folder`, now and from now on whenever one of its rounds ends.
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

    /// Writes it once more, where it is kept in a folder; where that fails it stays here, and is kept there no longer.
    pub fn write(&mut self, world: &World) -> Vec<Event> {
        let Some(place) = &self.place else { return Vec::new() };
        let history = self.run.history();
        let path = Some(place.history());
        if history.rounds.is_empty() {
            return vec![Event::OnDisk { strategy: self.run.strategy(), path }];
        }
        let at = |round: usize| self.kept.at(round);
        let checkpoint = at(history.rounds.len()).filter(|c| !c.optimiser.is_empty());
        let rounds = self.kept.rounds();
        let written = place.write(history, checkpoint, rounds.iter().filter_map(|r| at(*r))).and_then(|()| {
            // The walks end with the run.
            if self.run.is_done() { place.write_album(world, history) } else { Ok(()) }
        });
        match written {
            Ok(()) => vec![Event::OnDisk { strategy: self.run.strategy(), path }],
            Err(e) => self.not_written(&e.into()),
        }
    }

    fn not_written(&mut self, e: &PlaceError) -> Vec<Event> {
        self.place = None;
        let text = format!("{} was not written and stays in the window: {e}", self.run.history().label());
        vec![Event::OnDisk { strategy: self.run.strategy(), path: None }, Event::Message { level: Level::Error, text }]
    }
}
