//! Saved runs shown as if they had just happened: the same events in the same order as a live run's.

use std::sync::Arc;

use super::forking::Kept;
use super::lab::{walk_started, walk_stepped};
use super::protocol::{Event, Level};
use super::session::ShownRun;
use crate::archive::SavedRun;
use crate::round::Run;
use crate::world::World;

/// The saved runs that fit this world, each with its events pushed to `said`; what does not fit is said, too.
pub fn saved_runs(world: &Arc<World>, saved: Vec<SavedRun>, said: &mut Vec<Event>) -> Vec<ShownRun> {
    let mut runs = Vec::new();
    let mut without_weights = false;
    for SavedRun { history, checkpoint, weights } in saved {
        let mut kept = Kept::default();
        weights.into_iter().chain(checkpoint.clone()).for_each(|c| kept.add(c));
        let name = format!("{}, repeat {}", history.strategy(), history.header.repeat);
        without_weights |= checkpoint.is_none();
        let run = match checkpoint {
            Some(checkpoint) => Run::resume(world, history, checkpoint),
            None => Run::replay(world, history),
        };
        match run {
            Ok(run) => {
                let shown = ShownRun { kept, ..ShownRun::new(run, world) };
                said.push(shown.started());
                said.extend(events(world, &shown.run));
                runs.push(shown);
            }
            Err(e) => said.push(message(Level::Error, format!("{name}: {e}"))),
        }
    }
    if without_weights && !runs.is_empty() {
        let text = "No weights were kept beside some of these histories: picks, walks and curves are shown; predictions, loss \
                    and probe are not, and those runs cannot go on.";
        said.push(message(Level::Warning, text.into()));
    }
    runs
}

/// Every round of a run with its walks.
pub fn events(world: &World, run: &Run) -> Vec<Event> {
    let mut events = Vec::new();
    for record in &run.history().rounds {
        for step in record.walk_steps.iter().filter(|_| record.round == 1) {
            events.push(walk_started(world, run, step.walk, step.step.parent));
        }
        for step in &record.walk_steps {
            events.push(walk_stepped(world, run, step.clone(), record.round));
        }
        events.push(Event::RoundEnded { strategy: run.strategy(), record: Arc::new(record.clone()) });
    }
    events
}

fn message(level: Level, text: String) -> Event {
    Event::Message { level, text }
}
