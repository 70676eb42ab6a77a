//! What people ask of the models by hand: inspections, probes, and walks of their own. None of it touches a run.

use crate::generator::to_bytes;
use crate::history::WalkStep;
use crate::round::Run;
use crate::sampler::stepped;
use crate::target::{Truth, latent_gradient, prediction};
use crate::trajectory::Walks;
use crate::world::World;

use super::protocol::{Inspection, MapPair, Probe};

/// Prediction, loss and reconstruction of one train sample.
pub fn inspect(world: &World, run: &Run, sample: u32) -> Option<Inspection> {
    let train = &world.dataset.train;
    if sample as usize >= train.len() || !run.has_weights() {
        return None;
    }
    let target = run.frozen_target();
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
pub fn probe(world: &World, run: &Run, code: &[f32], label: Option<u8>) -> Option<Probe> {
    if !run.has_weights() {
        return None;
    }
    let nearest = world.latent.index().nearest(code, |_| false)?;
    let label = label.unwrap_or_else(|| world.dataset.train.label(nearest.sample as usize));
    let target = run.frozen_target();
    let labels = [label];
    let truth = match &world.simulation {
        None => Truth::Classes(&labels),
        Some(simulation) => Truth::Maps(simulation.train.map(nearest.sample)),
    };
    let found = latent_gradient(&*world.generator, &target, code, truth);
    let predicted = world
        .simulation
        .as_ref()
        .map(|s| MapPair { predicted: found.maps.iter().map(|v| v * s.scale).collect(), solved: Vec::new() });
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
        maps: predicted,
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
