//! Pinned latent points: the predictions of every run's target there as it learns, and those of its earlier targets.

use std::collections::VecDeque;

use super::shown_run::ShownRun;
use crate::dataset::Class;
use crate::engine::planned::RunId;
use crate::engine::protocol::{Event, PinValue, Pinned};
use crate::target::{FrozenTarget, prediction};
use crate::world::World;

/// The points, and the earlier rounds whose targets are still to be measured.
#[derive(Default)]
pub struct Pins {
    points: Vec<Point>,
    /// Rounds of each run with saved weights that are still to be measured.
    back: VecDeque<(RunId, usize)>,
}

struct Point {
    pin: u64,
    label: Class,
    /// G(p) in [0, 1].
    decoded: Vec<f32>,
}

impl Pins {
    /// Follows these points in place of the previous ones; earlier rounds are measured later, run by run.
    pub fn set(&mut self, pins: Vec<Pinned>, world: &World, runs: &[ShownRun]) {
        // A target of maps predicts no class.
        if world.simulation.is_some() {
            return;
        }
        let point = |p: Pinned| {
            let fits = p.code.len() == world.latent.dim() && p.code.iter().all(|v| v.is_finite());
            fits.then(|| Point { pin: p.pin, label: p.label, decoded: world.generator.decode(&p.code) })
        };
        self.points = pins.into_iter().filter_map(point).collect();
        self.back.clear();
        runs.iter().for_each(|run| self.join(run));
    }

    /// Follows the points through the earlier rounds of another run too.
    pub fn join(&mut self, run: &ShownRun) {
        if !self.points.is_empty() {
            self.back.extend(run.checkpoints.rounds().into_iter().map(|round| (run.id, round)));
        }
    }

    /// Whether a target of an earlier round is still to be measured.
    pub fn waits(&self) -> bool {
        !self.back.is_empty()
    }

    /// Measures the next earlier target.
    pub fn look_back(&mut self, runs: &mut [ShownRun]) -> Option<Event> {
        let (run, round) = self.back.pop_front()?;
        let shown = runs.iter_mut().find(|r| r.id == run)?;
        let seen = shown.seen(Some(round));
        shown.look_away();
        let seen = seen?;
        self.measured(run, seen.minibatches, &seen.target)
    }

    /// The predictions of a run's present target at the points; `None` without points or weights.
    pub fn measure(&self, shown: &ShownRun) -> Option<Event> {
        self.measured(shown.id, shown.run.minibatches(), &shown.run.frozen_target()?)
    }

    fn measured(&self, run: RunId, minibatches: usize, target: &FrozenTarget) -> Option<Event> {
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
        Some(Event::PinsMeasured { run, minibatches, values })
    }
}
