//! What people ask of the models by hand: inspections, probes, and walks of their own. None of it touches a run.

use crate::generator::to_bytes;
use crate::history::WalkStep;
use crate::round::Run;
use crate::sampler::stepped;
use crate::target::{latent_gradient, prediction};
use crate::trajectory::Walks;
use crate::world::World;

use super::protocol::{Inspection, Probe};

/// Prediction, loss and reconstruction of one train sample.
pub fn inspect(world: &World, run: &Run, sample: u32) -> Option<Inspection> {
    let train = &world.dataset.train;
    if sample as usize >= train.len() || !run.has_weights() {
        return None;
    }
    let rows = run.frozen_target().log_probabilities(train.gather(&[sample]));
    let (_, loss) = prediction(&rows, train.label(sample as usize));
    Some(Inspection {
        strategy: run.strategy(),
        sample,
        probabilities: rows.iter().map(|l| l.exp()).collect(),
        loss,
        reconstruction: world.generator.decode_bytes(world.latent.code(sample)),
    })
}

/// What lies at a free latent point, and where its gradient leads.
pub fn probe(world: &World, run: &Run, code: &[f32], label: Option<u8>) -> Option<Probe> {
    if !run.has_weights() {
        return None;
    }
    let nearest = world.latent.index().nearest(code, |_| false)?;
    let label = label.unwrap_or_else(|| world.dataset.train.label(nearest.sample as usize));
    let target = run.frozen_target();
    let found = latent_gradient(&*world.generator, &target, code, &[label]);
    let experiment = run.experiment();
    let moved = stepped(code, &found.gradient, experiment.gradient, experiment.alpha * world.latent.scale());
    let neighbour = world.latent.index().nearest(&moved, |_| false)?;
    Some(Probe {
        strategy: run.strategy(),
        code: code.to_vec(),
        decoded: to_bytes(&world.generator.decode(code)),
        probabilities: found.log_probabilities.iter().map(|l| l.exp()).collect(),
        label,
        loss: found.loss[0],
        gradient: found.gradient,
        moved,
        neighbour: neighbour.sample,
        snap_distance: neighbour.distance,
    })
}

/// One step of the walks that were started by hand, with the present target of `run`.
pub fn step_walks(world: &World, run: &Run, walks: &mut Walks) -> Vec<WalkStep> {
    if !run.has_weights() {
        return Vec::new();
    }
    walks.step(run.experiment(), world, &run.frozen_target())
}
