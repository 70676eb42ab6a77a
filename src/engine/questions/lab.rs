//! What people ask of the models by hand: inspections, probes, and walks of their own. None of it touches a run.

use std::sync::Arc;

use crate::experiment::WalkAnchors;
use crate::generator::to_bytes;
use crate::history::WalkStep;
use crate::rng::Streams;
use crate::round::Run;
use crate::sampler::stepped;
use crate::target::{FrozenTarget, Truth, latent_gradient, prediction};
use crate::trajectory::{BaseRate, Reselection, StepMeasure, Walks, choose_anchors};
use crate::world::World;

use super::ray::Ray;
use crate::engine::protocol::{Event, Explained, FIRST_CONTROL, Inspection, MapPair, Probe};

/// Walks that were started by hand in one run, what becomes of those that are lost, and, where both are compared, what
/// becomes of them if nobody puts them elsewhere.
pub struct LabWalks {
    walks: Walks,
    /// Where each of them started.
    starts: Vec<u32>,
    /// Walks from the same starts that are never put elsewhere.
    controls: Option<Walks>,
    reselection: Reselection,
    /// Steps since they all started over, and steps that are still to be taken without being asked.
    taken: usize,
    owed: usize,
    streams: Streams,
    /// Counts draws, so that no two are alike.
    draws: u64,
}

impl LabWalks {
    /// None yet; they are numbered after those of the run's own record.
    pub fn new(run: &Run) -> Self {
        let experiment = run.experiment();
        Self {
            walks: Walks::new(experiment.walks, Vec::new()),
            starts: Vec::new(),
            controls: None,
            taken: 0,
            owed: 0,
            reselection: Reselection::of(experiment),
            streams: Streams::new(experiment.seed),
            draws: 0,
        }
    }

    pub fn clear(&mut self, run: &Run) {
        self.walks = Walks::new(run.experiment().walks, Vec::new());
        self.starts.clear();
        self.controls = None;
        (self.taken, self.owed) = (0, 0);
    }

    /// When walks are put elsewhere from now on; where that is compared with never, both start over.
    pub fn set_reselection(&mut self, world: &World, run: &Run, reselection: Reselection) -> Vec<Event> {
        let when = |r: &Reselection| (r.kind, r.every);
        let other = when(&reselection) != when(&self.reselection);
        self.reselection = reselection;
        if other && self.controls.is_some() { self.start_over(world, run) } else { Vec::new() }
    }

    /// Every walk beside one from the same start that is never put elsewhere: both start over, and take as many steps as
    /// were taken before, ten at least. Or no longer.
    pub fn compare(&mut self, world: &World, run: &Run, on: bool) -> Vec<Event> {
        if on {
            return self.start_over(world, run);
        }
        self.controls = None;
        vec![Event::ControlsCleared]
    }

    fn start_over(&mut self, world: &World, run: &Run) -> Vec<Event> {
        self.walks = Walks::new(run.experiment().walks, self.starts.clone());
        let first = [run.experiment().walks, run.experiment().walks + FIRST_CONTROL];
        self.controls = Some(Walks::new(first[1], self.starts.clone()));
        self.owed = self.owed.max(self.taken).max(FIRST_LOOK);
        self.taken = 0;
        let started = |first: usize| move |(i, &sample): (usize, &u32)| walk_started(world, run, first + i, sample);
        first.into_iter().flat_map(|first| self.starts.iter().enumerate().map(started(first))).collect()
    }

    /// A walk at one sample, and its control where there are any.
    pub fn start(&mut self, world: &World, run: &Run, sample: u32) -> Vec<Event> {
        self.starts.push(sample);
        let control = self.controls.as_mut().map(|c| c.start(sample));
        let walks = std::iter::once(self.walks.start(sample)).chain(control);
        walks.map(|walk| walk_started(world, run, walk, sample)).collect()
    }

    /// Steps are to be taken without being asked.
    pub fn waits(&self) -> bool {
        self.owed > 0
    }

    /// Many walks at anchors among all of D.
    pub fn start_many(&mut self, world: &World, run: &Run, anchors: WalkAnchors, count: usize) -> Vec<Event> {
        let pool: Vec<(u32, u8)> = (0..).zip(world.dataset.train.labels().iter().copied()).collect();
        self.draws += 1;
        let rng = &mut self.streams.get("lab-anchors", self.draws);
        let chosen = choose_anchors(anchors, count, &pool, &world.latent, rng);
        chosen.into_iter().flat_map(|sample| self.start(world, run, sample)).collect()
    }

    /// One step of every walk with the present target; those whose time has come start it at another labelled sample.
    pub fn step(&mut self, world: &World, run: &Run) -> Vec<Event> {
        if self.walks.is_empty() || !run.has_weights() {
            self.owed = 0;
            return Vec::new();
        }
        self.taken += 1;
        self.owed = self.owed.saturating_sub(1);
        let pool: Vec<u32> = run.walk_pool().into_iter().map(|(s, _)| s).collect();
        self.draws += 1;
        let rng = &mut self.streams.get("lab-reselection", self.draws);
        self.walks.reselect(&self.reselection, &pool, &world.latent, rng);
        let target = run.frozen_target();
        let mut steps = self.walks.step(run.experiment(), world, &target);
        steps.extend(self.controls.iter_mut().flat_map(|c| c.step(run.experiment(), world, &target)));
        steps.into_iter().map(|step| walk_stepped(world, run, step, run.rounds_done())).collect()
    }
}

/// Steps that walks take at once when both kinds are compared: those of Figure 4.
const FIRST_LOOK: usize = 10;

/// A walk that begins, with the image it begins at.
pub fn walk_started(world: &World, run: &Run, walk: usize, sample: u32) -> Event {
    let code = world.latent.code(sample).to_vec();
    let decoded = world.generator.decode_bytes(&code);
    Event::WalkStarted { strategy: run.strategy(), walk, sample, code, decoded }
}

/// A step that a walk took after `round`, with G(p') and what verdicts are made from.
pub fn walk_stepped(world: &World, run: &Run, step: WalkStep, round: usize) -> Event {
    let decoded = world.generator.decode_bytes(&step.step.to);
    let labels = world.dataset.train.labels();
    let measure = StepMeasure::with_labels(&step.step, step.sample, &world.latent, labels);
    Event::WalkStepped { strategy: run.strategy(), step, decoded, measure, round }
}

/// What walks are judged against.
pub fn cloud(world: &World) -> Event {
    Event::CloudReady {
        sparsity: Arc::new(world.latent.sparsity().clone()),
        base: Arc::new(BaseRate::new(&world.latent, world.dataset.train.labels())),
    }
}

/// Prediction, loss and reconstruction of one train sample.
pub fn inspect(world: &World, run: &Run, target: &FrozenTarget, sample: u32) -> Option<Inspection> {
    let train = &world.dataset.train;
    if sample as usize >= train.len() {
        return None;
    }
    let (probabilities, loss, maps) = match &world.simulation {
        None => {
            let rows = target.log_probabilities(train.gather(&[sample]));
            let (_, loss) = prediction(&rows, train.label(sample as usize));
            (rows.iter().map(|l| l.exp()).collect(), loss, None)
        }
        Some(simulation) => {
            let (predicted, solved) = (target.maps(train.gather(&[sample])), simulation.train.map(sample));
            let loss = target.map_losses(&predicted, solved, 1)[0];
            let kpa = |map: &[f32]| map.iter().map(|v| v * simulation.scale).collect();
            (Vec::new(), loss, Some(MapPair { predicted: kpa(&predicted), solved: kpa(solved) }))
        }
    };
    Some(Inspection {
        strategy: run.strategy(),
        sample,
        probabilities,
        loss,
        reconstruction: world.generator.decode_bytes(world.latent.code(sample)),
        maps,
    })
}

/// What lies at a free latent point, and where its gradient leads.
pub fn probe(world: &World, run: &Run, target: &FrozenTarget, code: &[f32], label: Option<u8>) -> Option<Probe> {
    let nearest = world.latent.index().nearest(code, |_| false)?;
    let label = label.unwrap_or_else(|| world.dataset.train.label(nearest.sample as usize));
    let labels = [label];
    let truth = match &world.simulation {
        None => Truth::Classes(&labels),
        Some(simulation) => Truth::Maps(simulation.train.map(nearest.sample)),
    };
    let found = latent_gradient(&*world.generator, target, code, truth);
    let predicted = world
        .simulation
        .as_ref()
        .map(|s| MapPair { predicted: found.maps.iter().map(|v| v * s.scale).collect(), solved: Vec::new() });
    let experiment = run.experiment();
    let moved = stepped(code, &found.gradient, experiment.gradient, experiment.alpha * world.latent.scale());
    let neighbour = world.latent.index().nearest(&moved, |_| false)?;
    let ray = Ray { world, kind: experiment.gradient, from: code, gradient: &found.gradient };
    let (fan, changes) = (ray.fan(), ray.changes());
    Some(Probe {
        strategy: run.strategy(),
        code: code.to_vec(),
        decoded: to_bytes(&world.generator.decode(code)),
        probabilities: found.log_probabilities.iter().map(|l| l.exp()).collect(),
        label,
        loss: found.loss[0],
        maps: predicted,
        gradient: found.gradient,
        moved,
        neighbour: neighbour.sample,
        snap_distance: neighbour.distance,
        fan,
        changes,
    })
}

/// Both ends of the step behind a proposal, and what the target made of them; none where it had no step.
pub fn explain(
    world: &World,
    run: &Run,
    target: Option<&FrozenTarget>,
    round: usize,
    proposal: usize,
) -> Option<Explained> {
    let record = run.history().rounds.iter().chain([run.record()]).find(|r| r.round == round)?;
    let step = record.proposals.get(proposal)?.step.as_ref()?;
    let images = world.generator.decode(&[step.from.as_slice(), &step.to].concat());
    // A target of maps has no classes to tell.
    let asked = target.filter(|_| world.simulation.is_none());
    let rows: Vec<f32> = asked.map_or_else(Vec::new, |t| t.log_probabilities(images.clone()));
    let row =
        |i: usize| rows.chunks(rows.len().max(2) / 2).nth(i).unwrap_or_default().iter().map(|l| l.exp()).collect();
    let (decoded, moved) = images.split_at(images.len() / 2);
    Some(Explained {
        strategy: run.strategy(),
        round,
        proposal,
        decoded: to_bytes(decoded),
        moved: to_bytes(moved),
        probabilities: row(0),
        moved_probabilities: row(1),
    })
}
