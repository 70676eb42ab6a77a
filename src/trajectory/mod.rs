//! Walks (Figure 4): the neighbour's own code is the next point, unless re-selection puts the walk elsewhere.
//!
//! The neighbour is taken from all of D, labelled or not; its label is its own. A walk watches the target and never
//! influences a run. `verdict` says what became of a walk.

mod anchors;
mod measure;
mod verdict;
mod album;

pub use album::{Album, Embedding, Judged, JudgedWalk, WalkImages, walks_of};
pub use anchors::choose_anchors;
pub use measure::{BaseRate, LabelMeasure, StepMeasure};
pub use verdict::{Judgement, Verdict, VerdictRules};

use crate::experiment::{Experiment, WalkReselection};
use crate::history::{LatentStep, WalkStep};
use crate::latent::LatentSpace;
use crate::rng::{Rng, Streams};
use crate::sampler::{Anchor, Interrupted, Stride, Terrain, move_points};
use crate::target::FrozenTarget;
use crate::world::World;

/// Walks that move together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walks {
    /// Number of the first walk.
    first: usize,
    /// Where each walk stands: index into the train split.
    at: Vec<u32>,
    /// The steps of each walk since it was last put elsewhere.
    trails: Vec<Vec<StepMeasure>>,
}

/// When a walk is put elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reselection {
    pub kind: WalkReselection,
    /// Steps, for `WalkReselection::EveryK`.
    pub every: usize,
    pub rules: VerdictRules,
}

impl Reselection {
    /// As the experiment says, by the rules as they are published.
    pub fn of(experiment: &Experiment) -> Self {
        Self {
            kind: experiment.walk_reselection,
            every: experiment.walk_reselect_every,
            rules: VerdictRules::default(),
        }
    }
}

impl Walks {
    /// Walks numbered from `first`, at these train samples.
    pub fn new(first: usize, starts: Vec<u32>) -> Self {
        Self { first, trails: vec![Vec::new(); starts.len()], at: starts }
    }

    pub fn len(&self) -> usize {
        self.at.len()
    }

    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Where each walk stands.
    pub fn at(&self) -> &[u32] {
        &self.at
    }

    /// Starts one more walk; its number.
    pub fn start(&mut self, sample: u32) -> usize {
        self.at.push(sample);
        self.trails.push(Vec::new());
        self.first + self.at.len() - 1
    }

    /// Takes a step of a record: the walk is then where the record says it arrived.
    pub fn arrive(&mut self, walk: usize, sample: u32, step: &LatentStep, latent: &LatentSpace) {
        let Some(i) = walk.checked_sub(self.first).filter(|&i| i < self.at.len()) else { return };
        if step.parent != self.at[i] {
            self.trails[i].clear();
        }
        self.trails[i].push(StepMeasure::of(step, sample, latent));
        self.at[i] = sample;
    }

    /// Puts those walks elsewhere whose time has come: at random samples of `pool`, never where they stand already.
    pub fn reselect(&mut self, when: &Reselection, pool: &[u32], latent: &LatentSpace, rng: &mut Rng) {
        for (at, trail) in self.at.iter_mut().zip(&mut self.trails) {
            let due = match when.kind {
                WalkReselection::Never => false,
                WalkReselection::EveryK => trail.len() >= when.every,
                WalkReselection::WhenLost => when.rules.lost(trail, latent.sparsity()).is_some(),
            };
            // Of two distinct samples one is another than the present.
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
            interrupted: &|| false,
        };
        // The heading is the gradient's, so nothing is drawn.
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
