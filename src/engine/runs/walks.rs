//! Walks started by hand, and baseline walks that never restart. They do not affect a run.

use std::sync::Arc;

use crate::dataset::Class;
use crate::engine::planned::RunId;
use crate::engine::protocol::Event;
use crate::experiment::WalkAnchors;
use crate::history::WalkStep;
use crate::rng::Streams;
use crate::round::Run;
use crate::trajectory::{BaseRate, FIRST_BASELINE, Reselection, StepMeasure, Walks, choose_anchors};
use crate::world::World;

/// The walks started by hand in one run and, while they are compared, baselines from the same starts without restarts.
pub struct HandWalks {
    id: RunId,
    walks: Walks,
    /// The start sample of each walk.
    starts: Vec<u32>,
    /// Walks from the same starts that never restart.
    baseline: Option<Walks>,
    reselection: Reselection,
    /// Steps since all walks started over, and steps that are still to be taken automatically.
    taken: usize,
    owed: usize,
    streams: Streams,
    /// Number of random draws so far, so that each has its own stream.
    draws: u64,
}

impl HandWalks {
    /// No walks yet; they are numbered after those of the run's own record.
    pub fn new(id: RunId, run: &Run) -> Self {
        let experiment = run.experiment();
        Self {
            id,
            walks: Walks::new(experiment.walks, Vec::new()),
            starts: Vec::new(),
            baseline: None,
            taken: 0,
            owed: 0,
            reselection: Reselection::of(experiment),
            streams: Streams::new(experiment.seed),
            draws: 0,
        }
    }

    /// Removes all walks.
    pub fn clear(&mut self, run: &Run) -> Vec<Event> {
        self.walks = Walks::new(run.experiment().walks, Vec::new());
        self.starts.clear();
        self.baseline = None;
        (self.taken, self.owed) = (0, 0);
        vec![Event::WalksCleared { run: self.id }]
    }

    /// Sets the restart rule; while walks are compared with baselines, all start over.
    pub fn set_reselection(&mut self, world: &World, run: &Run, reselection: Reselection) -> Vec<Event> {
        let when = |r: &Reselection| (r.kind, r.every);
        let other = when(&reselection) != when(&self.reselection);
        self.reselection = reselection;
        if other && self.baseline.is_some() { self.start_over(world, run) } else { Vec::new() }
    }

    /// Compares every walk with a baseline from the same start that never restarts: all start over and take as many
    /// steps as before, at least ten. Or stops comparing.
    pub fn compare(&mut self, world: &World, run: &Run, on: bool) -> Vec<Event> {
        if on {
            return self.start_over(world, run);
        }
        self.baseline = None;
        vec![Event::BaselineCleared { run: self.id }]
    }

    fn start_over(&mut self, world: &World, run: &Run) -> Vec<Event> {
        self.walks = Walks::new(run.experiment().walks, self.starts.clone());
        let first = [run.experiment().walks, run.experiment().walks + FIRST_BASELINE];
        self.baseline = Some(Walks::new(first[1], self.starts.clone()));
        self.owed = self.owed.max(self.taken).max(FIRST_LOOK);
        self.taken = 0;
        let id = self.id;
        let started = |first: usize| move |(i, &sample): (usize, &u32)| walk_started(world, id, first + i, sample);
        first.into_iter().flat_map(|first| self.starts.iter().enumerate().map(started(first))).collect()
    }

    /// Starts a walk at one sample, with its baseline while walks are compared.
    pub fn start(&mut self, world: &World, sample: u32) -> Vec<Event> {
        self.starts.push(sample);
        let baseline = self.baseline.as_mut().map(|c| c.start(sample));
        let walks = std::iter::once(self.walks.start(sample)).chain(baseline);
        walks.map(|walk| walk_started(world, self.id, walk, sample)).collect()
    }

    /// Whether steps are still to be taken automatically.
    pub fn waits(&self) -> bool {
        self.owed > 0
    }

    /// Starts several walks at anchors among all of D.
    pub fn start_many(&mut self, world: &World, anchors: WalkAnchors, count: usize) -> Vec<Event> {
        let pool: Vec<(u32, Class)> = (0..).zip(world.dataset.train.labels().iter().copied()).collect();
        self.draws += 1;
        let rng = &mut self.streams.get("lab-anchors", self.draws);
        let chosen = choose_anchors(anchors, count, &pool, &world.latent, rng);
        chosen.into_iter().flat_map(|sample| self.start(world, sample)).collect()
    }

    /// Takes one step of every walk with the present target; walks that are due first restart at another labelled sample.
    pub fn step(&mut self, world: &World, run: &Run) -> Vec<Event> {
        let Some(target) = run.frozen_target().filter(|_| !self.walks.is_empty()) else {
            self.owed = 0;
            return Vec::new();
        };
        self.taken += 1;
        self.owed = self.owed.saturating_sub(1);
        let pool: Vec<u32> = run.walk_pool().into_iter().map(|(s, _)| s).collect();
        self.draws += 1;
        let rng = &mut self.streams.get("lab-reselection", self.draws);
        self.walks.reselect(&self.reselection, &pool, &world.latent, rng);
        let mut steps = self.walks.step(run.experiment(), world, &target);
        steps.extend(self.baseline.iter_mut().flat_map(|c| c.step(run.experiment(), world, &target)));
        steps.into_iter().map(|step| walk_stepped(world, self.id, step, run.rounds_done())).collect()
    }
}

/// Steps taken at once when walks are compared with baselines, as in Figure 4.
const FIRST_LOOK: usize = 10;

/// The event of a started walk, with the decoded image of its start.
pub fn walk_started(world: &World, run: RunId, walk: usize, sample: u32) -> Event {
    let code = world.latent.code(sample).to_vec();
    let decoded = world.generator.decode_bytes(&code);
    Event::WalkStarted { run, walk, sample, code, decoded }
}

/// The event of a step after `round`, with G(p') and the measure that verdicts are computed from.
pub fn walk_stepped(world: &World, run: RunId, step: WalkStep, round: usize) -> Event {
    let decoded = world.generator.decode_bytes(&step.step.to);
    let labels = world.dataset.train.labels();
    let measure = StepMeasure::with_labels(&step.step, step.sample, &world.latent, labels);
    Event::WalkStepped { run, step, decoded, measure, round }
}

/// The base for verdicts on walks.
pub fn cloud(world: &World) -> Event {
    Event::CloudReady {
        sparsity: Arc::new(world.latent.sparsity().clone()),
        base: Arc::new(BaseRate::new(&world.latent, world.dataset.train.labels())),
    }
}
