//! The ray p + alpha d from a probed point: the decoded images and nearest samples of shorter and longer steps.

use crate::experiment::GradientKind;
use crate::sampler::stepped;
use crate::world::World;

/// The decoded alphas: from zero to far outside, roughly even on a logarithmic scale.
const FAN: [f32; 7] = [0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0];
/// Number of equal parts of the ray that are searched for a change of the nearest sample.
const PARTS: usize = 64;
/// Number of bisections that locate a change within its part.
const HALVINGS: usize = 6;

/// The point of another alpha.
#[derive(Debug, Clone, PartialEq)]
pub struct FanPoint {
    /// Step length, in units of the embedding's mean standard deviation.
    pub alpha: f32,
    /// G(p + alpha d).
    pub decoded: Vec<u8>,
    /// The nearest sample, over all of D.
    pub neighbour: u32,
    /// Euclidean distance from p + alpha d to that sample's code.
    pub snap_distance: f32,
}

/// A change of the nearest sample to p + alpha d.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeighbourChange {
    /// Step length, in units of the embedding's mean standard deviation.
    pub alpha: f32,
    /// The sample that is the nearest from this alpha on, over all of D.
    pub neighbour: u32,
}

/// A latent point and its gradient.
pub struct Ray<'a> {
    pub world: &'a World,
    /// Whether d is the gradient or its unit vector (Eq. 2).
    pub kind: GradientKind,
    /// p.
    pub from: &'a [f32],
    /// dL/dp.
    pub gradient: &'a [f32],
}

impl Ray<'_> {
    /// p + alpha d, alpha in units of the embedding's mean standard deviation.
    fn at(&self, alpha: f32) -> Vec<f32> {
        stepped(self.from, self.gradient, self.kind, alpha * self.world.latent.scale())
    }

    /// The point of each alpha.
    pub fn fan(&self) -> Vec<FanPoint> {
        let moved = FAN.map(|alpha| self.at(alpha));
        let decoded = self.world.generator.decode_bytes(&moved.concat());
        let images = decoded.chunks_exact(self.world.dataset.shape().len());
        let points = FAN.iter().zip(&moved).zip(images);
        let point = |((&alpha, to), image): ((&f32, &Vec<f32>), &[u8])| {
            let neighbour = self.world.latent.index().nearest(to, |_| false)?;
            let (sample, snap_distance) = (neighbour.sample, neighbour.distance);
            Some(FanPoint { alpha, decoded: image.to_vec(), neighbour: sample, snap_distance })
        };
        points.filter_map(point).collect()
    }

    /// The nearest sample at alpha 0, and each alpha at which it changes. Of several changes within a 64th of
    /// the ray only the last is reported.
    pub fn changes(&self) -> Vec<NeighbourChange> {
        let nearest = |alpha: f32| self.world.latent.index().nearest(&self.at(alpha), |_| false).map(|n| n.sample);
        let Some(mut neighbour) = nearest(0.0) else { return Vec::new() };
        let mut changes = vec![NeighbourChange { alpha: 0.0, neighbour }];
        let part = FAN[FAN.len() - 1] / PARTS as f32;
        for i in 1..=PARTS {
            let mut high = i as f32 * part;
            let Some(next) = nearest(high).filter(|n| *n != neighbour) else { continue };
            let mut low = high - part;
            for _ in 0..HALVINGS {
                let middle = (low + high) / 2.0;
                if nearest(middle) == Some(next) { high = middle } else { low = middle }
            }
            neighbour = next;
            changes.push(NeighbourChange { alpha: high, neighbour });
        }
        changes
    }
}
