//! Saved runs shown as if they had just happened: the same events in the same order as a live run's.

use std::collections::VecDeque;
use std::sync::Arc;

use super::forking::Kept;
use crate::archive::SavedRun;
use crate::engine::protocol::{Event, Level};
use crate::engine::questions::lab::{walk_started, walk_stepped};
use crate::engine::session::ShownRun;
use crate::experiment::Strategy;
use crate::round::{MadeMaps, ResumeError, Resuming, Run};
use crate::world::World;

/// Saved runs on their way onto the screen, one after the other; a made mask is solved again one a unit of work.
pub struct Replaying {
    world: Arc<World>,
    waiting: VecDeque<SavedRun>,
    now: Option<(Resuming, Kept)>,
    /// One of those shown so far has no weights.
    without_weights: bool,
}

/// What a unit of work brought about.
pub struct Replayed {
    /// A run that is back.
    pub run: Option<ShownRun>,
    /// What is to be said.
    pub said: Vec<Event>,
}

impl Replaying {
    pub fn new(world: &Arc<World>, saved: Vec<SavedRun>) -> Self {
        Self { world: Arc::clone(world), waiting: saved.into(), now: None, without_weights: false }
    }

    /// Of the run at work, if masks are solved for it: its strategy, masks solved, and in all.
    pub fn progress(&self) -> Option<(Strategy, usize, usize)> {
        let (resuming, _) = self.now.as_ref()?;
        let (done, total) = resuming.progress();
        Some((resuming.history().strategy(), done, total))
    }

    /// One unit of work; none when every run is back, or does not fit this world, which was said.
    pub fn advance(&mut self) -> Option<Replayed> {
        let mut replayed = Replayed { run: None, said: Vec::new() };
        if let Some((mut resuming, kept)) = self.now.take() {
            let name = name(&resuming.history().header.experiment.strategy, resuming.history().header.repeat);
            match resuming.advance() {
                Ok(true) => self.now = Some((resuming, kept)),
                Ok(false) => self.show(&mut replayed, name, resuming.finish(), kept),
                Err(e) => replayed.said.push(misfit(name, &e)),
            }
            return Some(replayed);
        }
        let Some(SavedRun { history, checkpoint, weights }) = self.waiting.pop_front() else {
            let lacking = std::mem::take(&mut self.without_weights);
            replayed.said.extend(lacking.then(no_weights));
            return lacking.then_some(replayed);
        };
        let mut kept = Kept::default();
        weights.into_iter().chain(checkpoint.clone()).for_each(|c| kept.add(c));
        let name = name(&history.strategy(), history.header.repeat);
        match checkpoint {
            Some(checkpoint) => match Resuming::new(&self.world, history, checkpoint, MadeMaps::default()) {
                Ok(resuming) => self.now = Some((resuming, kept)),
                Err(e) => replayed.said.push(misfit(name, &e)),
            },
            None => {
                let run = Run::replay(&self.world, history);
                self.without_weights |= run.is_ok();
                self.show(&mut replayed, name, run, kept);
            }
        }
        Some(replayed)
    }

    fn show(&self, replayed: &mut Replayed, name: String, run: Result<Run, ResumeError>, kept: Kept) {
        match run {
            Ok(run) => {
                let shown = ShownRun { kept, ..ShownRun::new(run, &self.world) };
                replayed.said.push(shown.started());
                replayed.said.extend(events(&self.world, &shown.run));
                replayed.run = Some(shown);
            }
            Err(e) => replayed.said.push(misfit(name, &e)),
        }
    }
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

fn name(strategy: &Strategy, repeat: usize) -> String {
    format!("{strategy}, repeat {repeat}")
}

fn misfit(name: String, error: &ResumeError) -> Event {
    Event::Message { level: Level::Error, text: format!("{name}: {error}") }
}

fn no_weights() -> Event {
    let text = "No weights were kept beside some of these histories: picks, walks and curves are shown; predictions, loss \
                and probe are not, and those runs cannot go on.";
    Event::Message { level: Level::Warning, text: text.into() }
}
