//! Walks (Figure 4): each step starts from the neighbour found by the last one, unless re-selection restarts the walk.
//!
//! The neighbour is taken from all of D, labelled or not, and steps use its own label. A walk observes the target and
//! never influences a run. `verdict` classifies walks.

mod names;
mod anchors;
mod measure;
mod verdict;
mod album;

pub use album::{Album, Embedding, Judged, JudgedWalk, WalkImages, walks_of};
pub use anchors::choose_anchors;
pub use measure::{BaseRate, LabelMeasure, StepMeasure};
pub use names::{FIRST_BASELINE, walk_name};
pub use verdict::{Judgement, Verdict, VerdictRules};

use crate::experiment::{Experiment, WalkReselection};
use crate::history::{LatentStep, WalkStep};
use crate::latent::LatentSpace;
use crate::rng::{Rng, Streams};
use crate::sampler::{Anchor, Interrupted, Stride, Terrain, move_points};
use crate::target::FrozenTarget;
use crate::world::World;

/// A group of walks that step together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walks {
    /// Number of the first walk.
    first: usize,
    /// The present sample of each walk: index into the train split.
    at: Vec<u32>,
    /// The steps of each walk since its last restart.
    trails: Vec<Vec<StepMeasure>>,
}

/// When walks are restarted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reselection {
    /// Never, every few steps, or when a walk is lost.
    pub kind: WalkReselection,
    /// Steps, for `WalkReselection::EveryK`.
    pub every: usize,
    /// By which a walk is lost, for `WalkReselection::WhenLost`.
    pub rules: VerdictRules,
}

impl Reselection {
    /// The experiment's re-selection, by the default rules for lost walks.
    pub fn of(experiment: &Experiment) -> Self {
        Self {
            kind: experiment.walk_reselection,
            every: experiment.walk_reselect_every,
            rules: VerdictRules::default(),
        }
    }
}

impl Walks {
    /// Walks numbered from `first` that start at these train samples.
    pub fn new(first: usize, starts: Vec<u32>) -> Self {
        Self { first, trails: vec![Vec::new(); starts.len()], at: starts }
    }

    /// Walks in the group.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether the group has no walk.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The present sample of each walk.
    pub fn at(&self) -> &[u32] {
        &self.at
    }

    /// Starts one more walk and returns its number.
    pub fn start(&mut self, sample: u32) -> usize {
        self.at.push(sample);
        self.trails.push(Vec::new());
        self.first + self.at.len() - 1
    }

    /// Takes over a recorded step: the walk is then at the sample at which the step arrived.
    pub fn arrive(&mut self, walk: usize, sample: u32, step: &LatentStep, latent: &LatentSpace) {
        let Some(i) = walk.checked_sub(self.first).filter(|&i| i < self.at.len()) else { return };
        if step.parent != self.at[i] {
            self.trails[i].clear();
        }
        self.trails[i].push(StepMeasure::of(step, sample, latent));
        self.at[i] = sample;
    }

    /// Restarts the walks that are due, each at a random sample of `pool` other than its present one.
    pub fn reselect(&mut self, when: &Reselection, pool: &[u32], latent: &LatentSpace, rng: &mut Rng) {
        for (at, trail) in self.at.iter_mut().zip(&mut self.trails) {
            let due = match when.kind {
                WalkReselection::Never => false,
                WalkReselection::EveryK => trail.len() >= when.every,
                WalkReselection::WhenLost => when.rules.lost(trail, latent.sparsity()).is_some(),
            };
            // Of two distinct samples at least one differs from the present one.
            let elsewhere = || rng.choose(pool, 2).into_iter().find(|s| s != at);
            if let Some(sample) = due.then(elsewhere).flatten() {
                *at = sample;
                trail.clear();
            }
        }
    }

    /// One step of every walk with the present target, by the experiment's alpha and kind of gradient.
    pub fn step(&mut self, experiment: &Experiment, world: &World, target: &FrozenTarget) -> Vec<WalkStep> {
        let (latent, train) = (&world.latent, &world.dataset.train);
        let maps = world.simulation.as_ref().map(|s| &s.train);
        let anchor = |&sample: &u32| Anchor {
            sample,
            label: train.label(sample as usize),
            code: latent.code(sample),
            map: maps.map(|m| m.map(sample).as_slice()),
        };
        let anchors: Vec<Anchor<'_>> = self.at.iter().map(anchor).collect();
        let terrain = Terrain {
            latent,
            generator: &*world.generator,
            target,
            gradient: experiment.gradient,
            interrupted: &|_| false,
        };
        // The direction is that of the gradient, so nothing is drawn.
        let mut unused = Streams::new(0).get("walk", 0);
        let moved: Result<_, Interrupted> = move_points(terrain, Stride::of(experiment), &anchors, &mut unused);
        let mut steps = Vec::with_capacity(anchors.len());
        for (i, point) in moved.unwrap_or_default().into_iter().enumerate() {
            let Some(neighbour) = latent.index().nearest(&point.to, |_| false) else { continue };
            let (walk, sample) = (self.first + i, neighbour.sample);
            let step = point.snapped(latent, neighbour);
            self.arrive(walk, sample, &step, latent);
            steps.push(WalkStep { walk, sample, label: train.label(sample as usize), step });
        }
        steps
    }
}
