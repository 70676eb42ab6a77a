//! Pinned latent points: what every target makes of them as it learns, and what earlier ones made of them.

use std::collections::VecDeque;

use crate::engine::protocol::{Event, PinValue, Pinned};
use crate::engine::session::ShownRun;
use crate::experiment::Strategy;
use crate::target::{FrozenTarget, prediction};
use crate::world::World;

/// The points, and what is still to be asked about them.
#[derive(Default)]
pub struct Pins {
    points: Vec<Point>,
    /// Earlier rounds of each run whose weights are kept.
    back: VecDeque<(Strategy, usize)>,
}

struct Point {
    pin: u64,
    label: u8,
    /// G(p) in [0, 1].
    decoded: Vec<f32>,
}

impl Pins {
    /// These points in place of those before; their past is asked about in time, run by run.
    pub fn set(&mut self, pins: Vec<Pinned>, world: &World, runs: &[ShownRun]) {
        // A target of maps has no class to follow.
        if world.simulation.is_some() {
            return;
        }
        let point = |p: Pinned| {
            let fits = p.code.len() == world.latent.dim() && p.code.iter().all(|v| v.is_finite());
            fits.then(|| Point { pin: p.pin, label: p.label, decoded: world.generator.decode(&p.code) })
        };
        self.points = pins.into_iter().filter_map(point).collect();
        let rounds =
            |r: &ShownRun| r.kept.rounds().into_iter().map(|round| (r.run.strategy(), round)).collect::<Vec<_>>();
        self.back = if self.points.is_empty() { VecDeque::new() } else { runs.iter().flat_map(rounds).collect() };
    }

    /// An earlier round is still to be asked about.
    pub fn waits(&self) -> bool {
        !self.back.is_empty()
    }

    /// Asks about the next one.
    pub fn look_back(&mut self, runs: &mut [ShownRun]) -> Option<Event> {
        let (strategy, round) = self.back.pop_front()?;
        let shown = runs.iter_mut().find(|r| r.run.strategy() == strategy)?;
        let seen = shown.seen(Some(round))?;
        self.measured(strategy, seen.minibatches, &seen.target)
    }

    /// What a target makes of the points after so many optimiser steps; none without points.
    pub fn measured(&self, strategy: Strategy, minibatches: usize, target: &FrozenTarget) -> Option<Event> {
        if self.points.is_empty() {
            return None;
        }
        let images: Vec<f32> = self.points.iter().flat_map(|p| &p.decoded).copied().collect();
        let rows = target.log_probabilities(images);
        let value = |(point, row): (&Point, &[f32])| {
            let (class, loss) = prediction(row, point.label);
            PinValue { pin: point.pin, class, confidence: row[usize::from(class)].exp(), loss }
        };
        let values = self.points.iter().zip(rows.chunks_exact(target.classes())).map(value).collect();
        Some(Event::PinsMeasured { strategy, minibatches, values })
    }
}
