//! Replays saved runs: reports the same events in the same order as a live run.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use super::checkpoints::Checkpoints;
use super::shown_run::ShownRun;
use super::walks::{walk_started, walk_stepped};
use crate::archive::{self, ArchiveError, Foreign, SavedRun};
use crate::engine::planned::RunId;
use crate::engine::protocol::{Event, Level};
use crate::history::History;
use crate::identity::Likeness;
use crate::round::{MadeMaps, ResumeError, Resuming, Run};
use crate::world::World;

/// Saved runs that are being loaded one by one; each unit of work solves one generated mask again.
pub struct Replaying {
    world: Arc<World>,
    waiting: VecDeque<(RunId, Source)>,
    now: Option<(RunId, Resuming, Checkpoints)>,
    /// Whether a run was computed in another latent space, or on other data.
    elsewhere: bool,
    /// Whether a run shown so far has no weights.
    without_weights: bool,
    /// Whether one of those has walks.
    walks: bool,
    /// What was told of the runs' latent space that is not known, or not equal to the bit.
    noted: Vec<&'static str>,
}

/// A saved run, or the file of its history, beside which its weights lie.
pub enum Source {
    Run(Box<SavedRun>),
    File(PathBuf),
}

impl Source {
    fn read(self) -> Result<SavedRun, ArchiveError> {
        match self {
            Self::Run(run) => Ok(*run),
            Self::File(path) => archive::read_run(&path),
        }
    }
}

/// The result of a unit of work.
#[derive(Default)]
pub struct Replayed {
    /// A run that is complete; its events are still to be reported.
    pub run: Option<ShownRun>,
    /// A run that does not fit this world.
    pub misfit: Option<RunId>,
    /// Events to report.
    pub said: Vec<Event>,
}

impl Replaying {
    /// Loads saved runs.
    pub fn new(world: &Arc<World>, saved: Vec<(RunId, Source)>) -> Self {
        let world = Arc::clone(world);
        Self {
            world,
            waiting: saved.into(),
            now: None,
            elsewhere: false,
            without_weights: false,
            walks: false,
            noted: Vec::new(),
        }
    }

    /// The run being loaded if masks are solved for it; the number of solved masks, and of all.
    pub fn progress(&self) -> Option<(RunId, usize, usize)> {
        let (run, resuming, _) = self.now.as_ref()?;
        let (done, total) = resuming.progress();
        Some((*run, done, total))
    }

    /// Whether a run was computed in another latent space, or on other data: none may begin beside it here.
    pub fn is_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// Does one unit of work; `None` once every run is shown, or was reported as not fitting this world.
    pub fn advance(&mut self) -> Option<Replayed> {
        let mut replayed = Replayed::default();
        if let Some((id, mut resuming, checkpoints)) = self.now.take() {
            let name = name(resuming.history());
            match resuming.advance() {
                Ok(true) => self.now = Some((id, resuming, checkpoints)),
                Ok(false) => self.show(&mut replayed, &name, id, resuming.finish(), checkpoints),
                Err(e) => self.misfit(&mut replayed, id, &name, &e),
            }
            return Some(replayed);
        }
        let Some((id, source)) = self.waiting.pop_front() else {
            let lacking = std::mem::take(&mut self.without_weights);
            replayed.said.extend(lacking.then(|| no_weights(self.walks)));
            return lacking.then_some(replayed);
        };
        let SavedRun { history, checkpoint, weights, .. } = match source.read() {
            Ok(saved) => saved,
            Err(e) => {
                replayed.misfit = Some(id);
                replayed.said.push(Event::Message { level: Level::Error, text: e.to_string() });
                return Some(replayed);
            }
        };
        let likeness = history.header.ground().compare(&self.world.ground).ok();
        if let Some(note) = likeness.and_then(Likeness::note).filter(|note| !self.noted.contains(note)) {
            self.noted.push(note);
            replayed.said.push(Event::Message { level: Level::Info, text: note.into() });
        }
        let mut checkpoints = Checkpoints::default();
        let name = name(&history);
        for saved in weights.into_iter().chain(checkpoint.clone()) {
            match saved.foreign(&history) {
                Some(foreign) => replayed.said.push(left_out(&name, &foreign)),
                None => checkpoints.add(saved),
            }
        }
        match checkpoint {
            Some(checkpoint) => match Resuming::new(&self.world, history, checkpoint, MadeMaps::default()) {
                Ok(resuming) => self.now = Some((id, resuming, checkpoints)),
                Err(e) => self.misfit(&mut replayed, id, &name, &e),
            },
            None => {
                self.walks |= history.rounds.iter().any(|record| !record.walk_steps.is_empty());
                let run = Run::replay(&self.world, history);
                self.without_weights |= run.is_ok();
                self.show(&mut replayed, &name, id, run, checkpoints);
            }
        }
        Some(replayed)
    }

    fn show(
        &mut self,
        replayed: &mut Replayed,
        name: &str,
        id: RunId,
        run: Result<Run, ResumeError>,
        checkpoints: Checkpoints,
    ) {
        match run {
            Ok(run) => {
                replayed.run = Some(ShownRun::new(id, run, checkpoints, &self.world));
            }
            Err(e) => self.misfit(replayed, id, name, &e),
        }
    }

    fn misfit(&mut self, replayed: &mut Replayed, run: RunId, name: &str, error: &ResumeError) {
        self.elsewhere |= matches!(error, ResumeError::OtherGround(_));
        replayed.misfit = Some(run);
        replayed.said.push(Event::Message { level: Level::Error, text: format!("{name}: {error}") });
    }
}

/// The events of all rounds of a run with its walks.
pub fn events(world: &World, shown: &ShownRun) -> Vec<Event> {
    let run = shown.id;
    let mut events = Vec::new();
    for record in &shown.run.history().rounds {
        for step in record.walk_steps.iter().filter(|_| record.round == 1) {
            events.push(walk_started(world, run, step.walk, step.step.parent));
        }
        for step in &record.walk_steps {
            events.push(walk_stepped(world, run, step.clone(), record.round));
        }
        events.push(Event::RoundEnded { run, record: Arc::clone(record) });
    }
    events
}

fn name(history: &History) -> String {
    format!("{}, repeat {}", history.variant(), history.header.repeat)
}

fn left_out(name: &str, foreign: &Foreign) -> Event {
    let text = format!("{name}: saved weights are left out, because they are {foreign}.");
    Event::Message { level: Level::Warning, text }
}

fn no_weights(walks: bool) -> Event {
    let (shown, not) = if walks { ("picks, walks", "no") } else { ("picks", "no steps, walks,") };
    let text = format!(
        "Some of these histories were saved without weights: their {shown} and curves are shown, but {not} predictions, \
         losses or probe, and these runs cannot continue."
    );
    Event::Message { level: Level::Warning, text }
}
