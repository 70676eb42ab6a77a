//! Latent space: the embedding E(D) of the train split, and its scale, the unit of alpha.

use std::sync::{Arc, OnceLock};

use crate::neighbours::{IndexError, NeighbourIndex};

/// The codes of the train split and the index over them.
///
/// Invariant: `codes.len() == index.len() * dim`, and every code is finite.
pub struct LatentSpace {
    codes: Arc<Vec<f32>>,
    dim: usize,
    scale: f32,
    index: NeighbourIndex,
    sparsity: OnceLock<Sparsity>,
}

/// r10 is the distance to the 10th sample by definition, so this is not a setting.
const SPARSITY_NEIGHBOURS: usize = 10;
/// Intervals between the stored quantiles of r10; values inside them are interpolated.
const QUANTILES: usize = 1_000;

/// How sparse the embedding is: quantiles of r10, the distance of an embedded sample to the 10th nearest other one.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparsity {
    quantiles: Vec<f32>,
}

impl Sparsity {
    fn new(codes: &[f32], dim: usize, index: &NeighbourIndex) -> Self {
        // A sample is its own nearest neighbour, so one more is requested.
        let mut radii: Vec<f32> = codes.chunks_exact(dim).map(|c| radius(index, c, SPARSITY_NEIGHBOURS + 1)).collect();
        radii.sort_by(f32::total_cmp);
        let at = |i: usize| radii.get(i * (radii.len() - 1) / QUANTILES).copied().unwrap_or(0.0);
        Self { quantiles: (0..=QUANTILES).map(at).collect() }
    }

    /// The r10 that this share of the embedding does not exceed.
    pub fn quantile(&self, share: f32) -> f32 {
        let at = share.clamp(0.0, 1.0) * QUANTILES as f32;
        let (low, high) = (self.quantiles[at.floor() as usize], self.quantiles[at.ceil() as usize]);
        low + (high - low) * at.fract()
    }
}

fn radius(index: &NeighbourIndex, point: &[f32], count: usize) -> f32 {
    index.nearest_n(point, count).last().map_or(f32::INFINITY, |n| n.distance)
}

impl LatentSpace {
    /// A latent space from codes `[n, dim]`.
    pub fn new(codes: Vec<f32>, dim: usize) -> Result<Self, IndexError> {
        let index = NeighbourIndex::new(&codes, dim)?;
        let scale = latent_scale(&codes, dim);
        Ok(Self { codes: Arc::new(codes), dim, scale, index, sparsity: OnceLock::new() })
    }

    /// Numbers in a code.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Samples embedded: those of the train split.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Never true: `new` refuses an embedding without samples.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// All codes, `[n, dim]`.
    pub fn codes(&self) -> &Arc<Vec<f32>> {
        &self.codes
    }

    /// E(x) of one train sample.
    pub fn code(&self, sample: u32) -> &[f32] {
        &self.codes[sample as usize * self.dim..(sample as usize + 1) * self.dim]
    }

    /// Mean over the axes of the embedding's standard deviation: the unit of alpha.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The neighbour index over all codes, with the samples' indices into the train split.
    pub fn index(&self) -> &NeighbourIndex {
        &self.index
    }

    /// How sparse the embedding is; computed on the first call.
    pub fn sparsity(&self) -> &Sparsity {
        self.sparsity.get_or_init(|| Sparsity::new(&self.codes, self.dim, &self.index))
    }

    /// r10 of any point: its distance to the 10th sample; infinite if the point is not finite.
    pub fn sparsity_at(&self, point: &[f32]) -> f32 {
        radius(&self.index, point, SPARSITY_NEIGHBOURS)
    }
}

/// Mean over the axes of the standard deviation of codes `[n, dim]`: the unit of alpha.
pub fn latent_scale(codes: &[f32], dim: usize) -> f32 {
    let n = (codes.len() / dim) as f64;
    let deviation = |axis: usize| {
        let values = || codes.iter().skip(axis).step_by(dim).map(|&v| f64::from(v));
        let mean = values().sum::<f64>() / n;
        (values().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    ((0..dim).map(deviation).sum::<f64>() / dim as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_is_the_mean_deviation_of_the_axes() {
        // Axis 0: deviation 1; axis 1: deviation 3.
        let codes = vec![-1.0, 3.0, 1.0, -3.0, -1.0, -3.0, 1.0, 3.0];
        let space = LatentSpace::new(codes, 2).unwrap();
        assert_eq!(space.scale(), 2.0);
        assert_eq!((space.len(), space.code(1)), (4, &[1.0, -3.0][..]));
    }

    #[test]
    fn sparsity_on_a_line_of_even_steps_is_five_steps_inside_and_ten_at_the_ends() {
        let codes: Vec<f32> = (0..1001).map(|i| i as f32).collect();
        let space = LatentSpace::new(codes, 1).unwrap();
        for (share, expected) in [(0.0, 5.0), (0.5, 5.0), (0.98, 5.0), (1.0, 10.0)] {
            assert_eq!(space.sparsity().quantile(share), expected, "{share}");
        }
        for (point, expected) in [(500.5, 4.5), (-7.0, 16.0), (f32::NAN, f32::INFINITY)] {
            assert_eq!(space.sparsity_at(&[point]), expected, "{point}");
        }
    }
}
