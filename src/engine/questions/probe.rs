//! A free latent point: its decoded image, the target's prediction, and its step along the gradient.

use super::ask::{Ask, Scene};
use super::inspect::MapPair;
use super::ray::{FanPoint, NeighbourChange, Ray};
use crate::dataset::Class;
use crate::generator::to_bytes;
use crate::sampler::stepped;
use crate::target::{Truth, latent_gradient};

/// Asks about a latent point.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbePoint {
    /// p, `[latent_dim]`.
    pub code: Vec<f32>,
    /// The label for the loss; `None` takes the nearest sample's.
    pub label: Option<Class>,
}

/// The properties of a free latent point.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Probe {
    /// p, as it was asked about.
    pub code: Vec<f32>,
    /// G(p) as planes of 0..=255.
    pub decoded: Vec<u8>,
    /// F(G(p)), class probabilities; empty if the target predicts maps.
    pub probabilities: Vec<f32>,
    /// The label for the loss: the requested one, or else the nearest sample's.
    pub label: Class,
    /// Loss of F(G(p)) with respect to `label` (nats), or to the nearest sample's stress map (kPa^2).
    pub loss: f32,
    /// The predicted stress map, if labels are maps.
    pub maps: Option<MapPair>,
    /// dL/dp.
    pub gradient: Vec<f32>,
    /// p' = p + alpha d.
    pub moved: Vec<f32>,
    /// The nearest sample to p', over all of D.
    pub neighbour: u32,
    /// The code of the nearest sample to p'.
    pub neighbour_code: Vec<f32>,
    /// Euclidean distance from p' to that code.
    pub snap_distance: f32,
    /// p + alpha d for several alphas, the shortest first.
    pub fan: Vec<FanPoint>,
    /// The alphas within the fan at which the nearest sample to p + alpha d changes.
    pub changes: Vec<NeighbourChange>,
}

impl Ask for ProbePoint {
    type Answer = Probe;
    type Memory = ();

    fn answer(self, (): &mut (), scene: Scene<'_>) -> Option<Probe> {
        let (round, code) = (scene.round, self.code);
        let (world, shown) = scene.ready()?;
        if code.len() != world.latent.dim() || !world.generator.has_networks() {
            return None;
        }
        let target = shown.target(round)?;
        let nearest = world.latent.index().nearest(&code, |_| false)?;
        let label = self.label.unwrap_or_else(|| world.dataset.train.label(nearest.sample as usize));
        let labels = [label];
        let truth = match &world.simulation {
            None => Truth::Classes(&labels),
            Some(simulation) => Truth::Maps(simulation.train.map(nearest.sample)),
        };
        let found = latent_gradient(&*world.generator, &target, &code, truth);
        let kpa = |scale: f32| found.maps.iter().map(|v| v * scale).collect();
        let maps = world.simulation.as_ref().map(|s| MapPair { predicted: kpa(s.scale), solved: Vec::new() });
        let experiment = shown.run().experiment();
        let moved = stepped(&code, &found.gradient, experiment.gradient, experiment.alpha * world.latent.scale());
        let neighbour = world.latent.index().nearest(&moved, |_| false)?;
        let ray = Ray { world, kind: experiment.gradient, from: &code, gradient: &found.gradient };
        let (fan, changes) = (ray.fan(), ray.changes());
        Some(Probe {
            decoded: to_bytes(&world.generator.decode(&code)),
            code,
            probabilities: found.log_probabilities.iter().map(|l| l.exp()).collect(),
            label,
            loss: found.loss[0],
            maps,
            gradient: found.gradient,
            moved,
            neighbour: neighbour.sample,
            neighbour_code: world.latent.code(neighbour.sample).to_vec(),
            snap_distance: neighbour.distance,
            fan,
            changes,
        })
    }
}
