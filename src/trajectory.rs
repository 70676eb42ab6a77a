//! Walks without re-selection (Figure 4): the neighbour's own code is the next point.
//!
//! The neighbour is taken from all of D, labelled or not; its label is its own. A walk watches the target and never
//! influences a run.

use crate::experiment::Experiment;
use crate::history::WalkStep;
use crate::rng::Streams;
use crate::sampler::{Interrupted, Stride, Terrain, move_points};
use crate::target::FrozenTarget;
use crate::world::World;

/// Walks that move together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walks {
    /// Number of the first walk.
    first: usize,
    /// Where each walk stands: index into the train split.
    at: Vec<u32>,
}

impl Walks {
    /// Walks numbered from `first`, at these train samples.
    pub fn new(first: usize, starts: Vec<u32>) -> Self {
        Self { first, at: starts }
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
        self.first + self.at.len() - 1
    }

    /// Puts a walk where a record says it arrived.
    pub fn arrive(&mut self, walk: usize, sample: u32) {
        if let Some(at) = walk.checked_sub(self.first).and_then(|i| self.at.get_mut(i)) {
            *at = sample;
        }
    }

    /// One step of every walk with the present target, by the experiment's alpha and kind of gradient.
    pub fn step(&mut self, experiment: &Experiment, world: &World, target: &FrozenTarget) -> Vec<WalkStep> {
        let (latent, train) = (&world.latent, &world.dataset.train);
        let anchors: Vec<(u32, u8)> = self.at.iter().map(|&s| (s, train.label(s as usize))).collect();
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
            self.at[i] = neighbour.sample;
            steps.push(WalkStep {
                walk: self.first + i,
                sample: neighbour.sample,
                label: train.label(neighbour.sample as usize),
                step: point.snapped(latent, neighbour),
            });
        }
        steps
    }
}
