//! Writes runs into a folder as `ridgewalk run` does, and again after each of their rounds: where the user keeps them, and
//! where they are saved unasked.

use std::path::Path;
use std::sync::Arc;

use super::shown_run::ShownRun;
use crate::archive::{ArchiveError, Checkpoint};
use crate::engine::protocol::{Event, Level};
use crate::grid::{GridFolder, Place, PlaceError};
use crate::world::World;

impl ShownRun {
    /// Writes the run into `folder`, now and after each of its rounds; where that fails it is kept as before.
    pub fn keep_in(&mut self, folder: &Path, world: &World) -> Result<Event, PlaceError> {
        let place = self.claim(GridFolder::around(folder), world)?;
        self.write_to(&place, world)?;
        let path = Some(place.history());
        (self.kept, self.not_kept) = (Some(place), false);
        Ok(Event::OnDisk { run: self.id, path })
    }

    fn claim(&self, folder: GridFolder, world: &World) -> Result<Place, PlaceError> {
        let place = Place::claim(folder, world, self.run.history())?;
        place.write_album(world, self.run.history())?;
        Ok(place)
    }

    /// Writes the run again if the user keeps it in a folder; after a failure it is no longer written.
    pub fn write(&mut self, world: &World) -> Vec<Event> {
        let Some(place) = &self.kept else { return Vec::new() };
        match self.write_to(place, world) {
            Ok(()) => vec![Event::OnDisk { run: self.id, path: Some(place.history()) }],
            Err(e) => self.refused(&e.into()),
        }
    }

    /// Writes the run as far as it is into the folder of its session, which from then on has its weights too.
    pub fn autosave(&mut self, folder: &GridFolder, world: &World) -> Result<Event, PlaceError> {
        let place = match self.autosaved.take() {
            Some(place) => place,
            None => self.claim(folder.clone(), world)?,
        };
        self.write_to(&place, world)?;
        self.checkpoints.written(self.run.rounds_done(), &place);
        let path = place.history();
        self.autosaved = Some(place);
        Ok(Event::Autosaved { run: self.id, path })
    }

    fn write_to(&self, place: &Place, world: &World) -> Result<(), ArchiveError> {
        let history = self.run.history();
        if history.rounds.is_empty() {
            return Ok(());
        }
        let checkpoint = self.checkpoints.at(history.rounds.len()).filter(|c| !c.optimiser.is_empty());
        let lacking = self.checkpoints.rounds().into_iter().filter(|round| !place.weights(*round).exists());
        let weights: Vec<Arc<Checkpoint>> = lacking.filter_map(|round| self.checkpoints.at(round)).collect();
        place.write(history, checkpoint.as_deref(), weights.iter().map(|c| &**c))?;
        // The walks end with the run.
        if self.run.is_done() { place.write_album(world, history) } else { Ok(()) }
    }

    /// The run is not written where the user keeps runs any more.
    pub fn refused(&mut self, e: &PlaceError) -> Vec<Event> {
        (self.kept, self.not_kept) = (None, true);
        let only_here = if self.autosaved.is_some() { "" } else { " and stays in the window only" };
        let text = format!("{} was not written where you keep the runs{only_here}: {e}", self.run.history().label());
        vec![Event::OnDisk { run: self.id, path: None }, Event::Message { level: Level::Error, text }]
    }
}
