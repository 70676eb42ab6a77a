//! The commands that begin a session: a new experiment, saved runs, or the runs of a folder.

use std::path::Path;
use std::time::Instant;

use super::{Core, Drive, LITTLE_TRAINING};
use crate::archive::SavedRun;
use crate::device::give_memory_back;
use crate::engine::autosave;
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::runs::autosaving::Autosaving;
use crate::engine::runs::folder::FolderRuns;
use crate::engine::runs::replay::Source;
use crate::engine::session::{Before, Session, Start};
use crate::experiment::{Experiment, Variant};
use crate::generator::cache::GeneratorCache;
use crate::grid::{Cell, Grid, GridFolder, Shard};
use crate::world::Preparation;

impl Core {
    /// Starts over with these variants, and as many repeats of each.
    pub fn start(&mut self, experiment: Experiment, mut variants: Vec<Variant>, repeats: usize) {
        if variants.is_empty() {
            variants.push(experiment.strategy.into());
        }
        let grid = experiment.validated().and_then(|e| {
            let grid = Grid::new(e.clone(), &variants, repeats.max(1), Shard::default())?;
            Ok(Start::new(e, grid.cells()))
        });
        match grid {
            Ok(start) => {
                self.reset(start);
            }
            Err(e) => self.message(Level::Error, e.to_string()),
        }
    }

    /// Shows saved runs.
    pub fn replay(&mut self, saved: Vec<SavedRun>) {
        let cells: Vec<_> = saved.iter().map(|run| Cell::of(&run.history)).collect();
        let Some(experiment) = cells.first().map(|cell| cell.own.base(&cell.experiment)) else {
            return self.message(Level::Warning, "There is no saved run to show.".into());
        };
        let before_forks = saved.iter().flat_map(|r| r.history.strategies()).collect();
        let start = Start::new(experiment, cells);
        let generator = saved.iter().find_map(|run| run.generator.clone());
        let saved = start.runs.iter().zip(saved).map(|(run, saved)| (run.id, Source::Run(Box::new(saved))));
        self.reset(Start { saved: saved.collect(), before_forks, generator, ..start });
    }

    /// Goes on with the runs of a folder.
    pub fn take_up(&mut self, folder: &Path) {
        let FolderRuns { experiment, runs, saved, before_forks, session } = match FolderRuns::read(folder) {
            Ok(runs) => runs,
            Err(e) => return self.message(Level::Error, e.to_string()),
        };
        let generator = Some(GridFolder::around(folder).generator());
        if !self.reset(Start { experiment, runs, saved, before_forks, generator }) {
            return;
        }
        let Some(started) = &mut self.session else { return };
        match session {
            Some(autosaving) => started.autosaving = autosaving,
            None => started.kept_in = Some(folder.to_path_buf()),
        }
    }

    /// Starts a new session; saved runs are loaded once the world is ready. False if it cannot be started.
    pub fn reset(&mut self, start: Start) -> bool {
        let Start { experiment, runs, saved, before_forks, generator } = start;
        // What was saved ran before, also with settings that are refused by now.
        let check = if saved.is_empty() { Experiment::validated } else { Experiment::readable };
        if let Some(e) = runs.iter().find_map(|run| check(run.experiment.clone()).err()) {
            self.message(Level::Error, e.to_string());
            return false;
        }
        let _ = self.keep_training(LITTLE_TRAINING);
        // The folder of the session before is free from here on.
        self.session = None;
        give_memory_back();
        self.make_room_for_autosave();
        let strategies: Vec<_> = runs.iter().map(|run| run.experiment.strategy).chain(before_forks).collect();
        self.generation += 1;
        self.drive = Drive::Halted;
        self.held = false;
        self.eta.restart();
        (self.started, self.stepped) = (Instant::now(), false);
        self.say(Event::Started {
            generation: self.generation,
            experiment: Box::new(experiment.clone()),
            runs: runs.clone(),
            device: self.device.description.clone(),
        });
        let cache = self.options.cache_dir.as_ref().map(GeneratorCache::new);
        let preparation = Preparation::new(&experiment, self.options.data_dir.clone(), cache, &self.device)
            .with_generator(self.options.generator.clone())
            .beside(generator)
            .for_strategies(&strategies);
        let preparation = if saved.len() < runs.len() { preparation } else { preparation.without_new_runs() };
        let before = Before::Preparing { preparation: Box::new(preparation), saved };
        let autosaving = self.options.autosave.clone().map_or(Autosaving::Off, Autosaving::Below);
        let mut session = Session::new(experiment, runs, before);
        session.autosaving = autosaving;
        self.session = Some(session);
        self.publish();
        self.say_phase(Phase::LoadingData);
        self.wake_now();
        true
    }

    /// Deletes the oldest sessions beyond the limit of their size, and says so.
    fn make_room_for_autosave(&mut self) {
        let Some(root) = &self.options.autosave else { return };
        let deleted = autosave::make_room(root, self.options.autosave_bytes);
        if !deleted.is_empty() {
            let names: Vec<_> = deleted.iter().filter_map(|f| Some(f.file_name()?.to_string_lossy())).collect();
            let text = format!(
                "The runs of {} earlier sessions were deleted, the oldest, to stay within {} MiB in {}: {}.",
                names.len(),
                self.options.autosave_bytes >> 20,
                root.display(),
                names.join(", ")
            );
            self.message(Level::Info, text);
            self.say(Event::SessionsDeleted { folders: deleted });
        }
    }
}
