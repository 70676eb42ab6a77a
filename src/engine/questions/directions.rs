//! What the directions around a latent point mean: decoded images along the principal directions of its nearest codes.

use super::ask::{Ask, Scene};
use crate::points::principal_of;
use crate::world::World;

/// Asks about the latent space around a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// p, `[latent_dim]`.
    pub code: Vec<f32>,
    /// How many of the nearest codes make the directions.
    pub neighbours: usize,
    /// Decode a grid over the first two directions instead of a strip along each.
    pub grid: bool,
}

/// The local principal directions at a latent point, the one of largest spread first.
#[derive(Debug, Clone, PartialEq)]
pub struct Directions {
    /// p, from which the directions go.
    pub code: Vec<f32>,
    /// The nearest codes that there were: the number asked for, or all.
    pub neighbours: usize,
    /// Distance from p to the last of these codes.
    pub reach: f32,
    /// At most three, and no more than the latent space has dimensions.
    pub directions: Vec<Direction>,
    /// G at each of `STEPS` along the second direction, from its end, and along the first, from its start; empty unless
    /// it was asked for.
    pub grid: Vec<Vec<u8>>,
}

/// A local principal direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// A unit vector.
    pub along: Vec<f32>,
    /// Standard deviation of the nearest codes along it.
    pub deviation: f32,
    /// Share of their variance that lies along it.
    pub share: f64,
    /// G at each of `STEPS`; empty if a grid was asked for, or if there is no decoder.
    pub images: Vec<Vec<u8>>,
}

/// Where images are decoded along a direction, in local standard deviations.
pub const STEPS: [f32; 5] = [-2.0, -1.0, 0.0, 1.0, 2.0];

impl Directions {
    /// The point at some deviations along each direction.
    pub fn place(&self, steps: &[f32]) -> Vec<f32> {
        let mut place = self.code.clone();
        for (step, Direction { along, deviation, .. }) in steps.iter().zip(&self.directions) {
            place.iter_mut().zip(along).for_each(|(x, d)| *x += step * deviation * d);
        }
        place
    }
}

impl Ask for Around {
    type Answer = Directions;
    type Memory = ();

    fn answer(self, (): &mut (), scene: Scene<'_>) -> Option<Directions> {
        let world = scene.world?;
        let mut found = directions(world, self.code, self.neighbours)?;
        if !world.generator.has_networks() {
            return Some(found);
        }
        let decoded = |places: Vec<Vec<f32>>| -> Vec<Vec<u8>> {
            let images = world.generator.decode_bytes(&places.concat());
            images.chunks_exact((images.len() / places.len().max(1)).max(1)).map(<[u8]>::to_vec).collect()
        };
        if self.grid && found.directions.len() > 1 {
            let rows = STEPS.into_iter().rev();
            found.grid = decoded(rows.flat_map(|y| STEPS.map(|x| found.place(&[x, y]))).collect());
        } else {
            let axes = found.directions.len();
            let at = |axis: usize, step: f32| {
                let mut steps = vec![0.0; axes];
                steps[axis] = step;
                found.place(&steps)
            };
            let places = (0..axes).flat_map(|axis| STEPS.map(|step| at(axis, step))).collect();
            let mut images = decoded(places).into_iter();
            for direction in &mut found.directions {
                direction.images = images.by_ref().take(STEPS.len()).collect();
            }
        }
        Some(found)
    }
}

/// The directions without images; `None` for a point of another dimension.
fn directions(world: &World, code: Vec<f32>, neighbours: usize) -> Option<Directions> {
    let latent = &world.latent;
    let near = latent.index().nearest_n(&code, neighbours);
    let reach = near.last()?.distance;
    let codes: Vec<f32> = near.iter().flat_map(|n| latent.code(n.sample)).copied().collect();
    let found = principal_of(&codes, latent.dim());
    let deviation = |axis: usize| {
        let squares = found.places.iter().map(|place| place[axis] * place[axis]).sum::<f32>();
        (squares / found.places.len().max(1) as f32).sqrt()
    };
    let directions = found.directions().iter().zip(&found.shares).enumerate().map(|(axis, (along, share))| Direction {
        along: along.clone(),
        deviation: deviation(axis),
        share: *share,
        images: Vec::new(),
    });
    Some(Directions { directions: directions.collect(), code, neighbours: near.len(), reach, grid: Vec::new() })
}
