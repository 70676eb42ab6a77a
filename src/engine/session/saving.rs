//! Writing the runs of a session unasked, and what they hold in memory.

use std::path::PathBuf;

use super::Session;
use crate::engine::autosave::Saved;
use crate::engine::planned::{PlannedRun, RunId};
use crate::engine::protocol::{Event, Level};
use crate::engine::runs::autosaving::Autosaving;
use crate::engine::runs::shown_run::ShownRun;
use crate::grid::{GridFolder, Place, PlaceError};

/// Limit of the weights of all runs in memory, bytes. What is forgotten is in the folder of the session, or is computed
/// again when needed.
const MOST_BYTES: usize = 128 << 20;

impl Session {
    /// What the session computes, and how far it is.
    fn saved(&self) -> Saved {
        let of_grid = || self.planned.iter().filter(|p| p.parent.is_none());
        let mut variants: Vec<String> = Vec::new();
        let names = of_grid().map(|p| p.own.variant(&p.experiment).to_string());
        names.for_each(|name| {
            if !variants.contains(&name) {
                variants.push(name)
            }
        });
        let wanted = || self.planned.iter().filter(|p| !p.removed);
        let name = |p: &PlannedRun| {
            let place = self.run(p.id).and_then(|run| run.autosaved.as_ref());
            let file = place.and_then(|place| Some(place.history().file_stem()?.to_string_lossy().into_owned()));
            // A fork that is not written has no name on disk.
            file.or_else(|| p.parent.is_none().then(|| p.cell().name()))
        };
        Saved {
            experiment: self.experiment.name.clone(),
            variants,
            first_repeat: of_grid().map(|p| p.repeat).min().unwrap_or(1),
            last_repeat: of_grid().map(|p| p.repeat).max().unwrap_or(1),
            rounds_done: wanted().filter_map(|p| self.run(p.id)).map(|r| r.run.rounds_done()).sum(),
            rounds: wanted().map(|p| p.experiment.rounds).sum(),
            finished: wanted().all(|p| self.run(p.id).is_some_and(|r| r.run.is_done())),
            forks: self.planned.iter().filter(|p| p.parent.is_some()).filter_map(name).count(),
            removed: self.planned.iter().filter(|p| p.removed).filter_map(name).collect(),
        }
    }

    /// Writes again what the session computes, if it has a folder; returns what went wrong.
    pub(super) fn write_plan(&self) -> Vec<Event> {
        let Autosaving::In { folder, .. } = &self.autosaving else { return Vec::new() };
        let failed = self.saved().write(folder.path()).err();
        failed.into_iter().map(|e| Event::Message { level: Level::Error, text: e.to_string() }).collect()
    }

    /// Writes a run that has joined with rounds into the folder of the session, if that is there.
    pub(super) fn joins_the_saved(&mut self, id: RunId) -> Vec<Event> {
        let begun = self.run(id).is_some_and(|r| r.run.rounds_done() > 0);
        if begun && matches!(self.autosaving, Autosaving::In { .. }) { self.autosave(id) } else { Vec::new() }
    }

    /// Writes a run of which a round has ended where the user keeps the runs, and into the folder of the session.
    pub fn write_run(&mut self, id: RunId) -> Vec<Event> {
        let Some((world, run)) = self.world.clone().zip(self.runs.iter_mut().find(|r| r.id == id)) else {
            return Vec::new();
        };
        let mut written = match &self.kept_in {
            Some(folder) if run.kept.is_none() && !run.not_kept => match run.keep_in(folder, &world) {
                Ok(written) => vec![written],
                Err(e) => run.refused(&e),
            },
            _ => run.write(&world),
        };
        let (kept, is_done) = (run.kept.as_ref().map(Place::folder), run.run.is_done());
        if let Some(folder) = kept.cloned() {
            written.extend(self.tables.write(&folder, is_done));
        }
        written.extend(self.autosave(id));
        written
    }

    /// Writes the runs, or only one, into a folder of the user's, now and after each of their rounds; each is told once it is
    /// written, and why some are not, once.
    pub fn keep(&mut self, folder: PathBuf, only: Option<RunId>, tell: &mut dyn FnMut(Event)) {
        let is_chosen = |run: &ShownRun| only.is_none_or(|only| run.id == only);
        let Some(world) = self.world.clone().filter(|_| self.runs.iter().any(is_chosen)) else {
            let text = "Runs can be written once they have begun.".into();
            return tell(Event::Message { level: Level::Warning, text });
        };
        let removed: Vec<RunId> = self.planned.iter().filter(|p| p.removed).map(|p| p.id).collect();
        let (mut works, mut refused) = (false, Vec::new());
        let mut why = None;
        for run in self.runs.iter_mut().filter(|run| is_chosen(run) && !removed.contains(&run.id)) {
            match run.keep_in(&folder, &world) {
                Ok(written) => {
                    works = true;
                    tell(written);
                }
                Err(e) => {
                    run.not_kept = run.kept.is_none();
                    refused.push(run.run.history().label());
                    why = why.or(Some(e));
                }
            }
        }
        if let Some(e) = why {
            let refused = refused.join(", ");
            let text = match only {
                Some(_) => format!("{refused} was not written into {}, and stays where it is: {e}", folder.display()),
                None => {
                    let runs = if works { format!("Some runs ({refused})") } else { "The runs".into() };
                    format!("{runs} were not written into {}, and stay where they are: {e}", folder.display())
                }
            };
            tell(Event::Message { level: Level::Error, text });
        }
        if works {
            self.tables.write(&GridFolder::around(&folder), true).into_iter().for_each(tell);
            if only.is_none() {
                // Runs to come are written there too.
                self.kept_in = Some(folder);
            }
        }
    }

    /// Writes a run into the folder of the session as far as it is, and all runs if the folder is new; after a failure
    /// none is written any more.
    fn autosave(&mut self, id: RunId) -> Vec<Event> {
        self.try_autosave(id).unwrap_or_else(|e| {
            self.autosaving = Autosaving::Off;
            let text = format!("The runs are not saved as they go any more, and stay in this window: {e}");
            vec![Event::Message { level: Level::Error, text }]
        })
    }

    fn try_autosave(&mut self, id: RunId) -> Result<Vec<Event>, PlaceError> {
        let is_new = matches!(self.autosaving, Autosaving::Below(_));
        let Some(world) = self.world.clone() else { return Ok(Vec::new()) };
        let Some(folder) = self.autosaving.folder(&self.experiment.name)? else { return Ok(Vec::new()) };
        let wanted = |run: &&mut ShownRun| run.id == id || (is_new && run.run.rounds_done() > 0);
        let written = self.runs.iter_mut().filter(wanted).map(|run| run.autosave(&folder, &world));
        let written = written.collect::<Result<_, _>>()?;
        self.saved().write(folder.path())?;
        Ok(written)
    }

    /// Keeps what runs hold in memory within bounds: those that are over and not shown give up their targets, and the
    /// weights of earlier rounds are forgotten, those of the shown run last.
    pub fn make_room(&mut self) {
        let shown = self.shown;
        for run in &mut self.runs {
            if run.id == shown { run.wake() } else { run.rest() }
        }
        let mut bytes: usize = self.runs.iter().map(|r| r.checkpoints.bytes()).sum();
        let mut order: Vec<&mut ShownRun> = self.runs.iter_mut().collect();
        order.sort_by_key(|r| (r.id == shown, !r.run.is_done(), r.id));
        for run in order {
            while bytes > MOST_BYTES
                && let Some(freed) = run.checkpoints.forget_one()
            {
                bytes -= freed;
            }
        }
    }
}
