//! One train sample: the target's prediction and the generator's reconstruction.

use super::ask::{Ask, Scene};
use crate::engine::planned::RunId;
use crate::target::prediction;

/// Asks about one train sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspect {
    /// Index into the train split.
    pub sample: u32,
}

/// Prediction and reconstruction of one train sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    pub run: RunId,
    /// The earlier round whose target was asked; `None` is the present one.
    pub round: Option<usize>,
    /// Index into the train split.
    pub sample: u32,
    /// F(x), class probabilities; empty if the target predicts maps.
    pub probabilities: Vec<f32>,
    /// Cross entropy with the true label (nats), or mean square error with its stress map (kPa^2).
    pub loss: f32,
    /// G(E(x)) as planes of 0..=255; empty if there is no decoder.
    pub reconstruction: Vec<u8>,
    /// The stress maps, if labels are maps.
    pub maps: Option<MapPair>,
}

/// A predicted and a solved stress map, kPa, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPair {
    /// The target's map.
    pub predicted: Vec<f32>,
    /// The solved map; empty if it was not solved.
    pub solved: Vec<f32>,
}

impl Ask for Inspect {
    type Answer = Inspection;
    type Memory = ();

    fn answer(self, (): &mut (), scene: Scene<'_>) -> Option<Inspection> {
        let (round, sample) = (scene.round, self.sample);
        let (world, shown) = scene.ready()?;
        let target = shown.target(round)?;
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
        let decoder = Some(&world.generator).filter(|generator| generator.has_networks());
        let reconstruction = decoder.map_or_else(Vec::new, |g| g.decode_bytes(world.latent.code(sample)));
        Some(Inspection { run: shown.id(), round, sample, probabilities, loss, reconstruction, maps })
    }
}
