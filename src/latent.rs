//! Latent space: the embedding E(D) of the train split, with the scale that alpha is measured in.

use std::sync::Arc;

use crate::neighbours::{IndexError, NeighbourIndex};

/// The codes of the train split and the index over them.
///
/// Invariant: `codes.len() == index.len() * dim`, and every code is finite.
pub struct LatentSpace {
    codes: Arc<Vec<f32>>,
    dim: usize,
    scale: f32,
    index: NeighbourIndex,
}

impl LatentSpace {
    /// A latent space from codes `[n, dim]`.
    pub fn new(codes: Vec<f32>, dim: usize) -> Result<Self, IndexError> {
        let index = NeighbourIndex::new(&codes, dim)?;
        let scale = mean_deviation(&codes, dim);
        Ok(Self { codes: Arc::new(codes), dim, scale, index })
    }

    pub fn dim(&self) -> usize {
        self.dim
    }

    pub fn len(&self) -> usize {
        self.index.len()
    }

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

    pub fn index(&self) -> &NeighbourIndex {
        &self.index
    }
}

fn mean_deviation(codes: &[f32], dim: usize) -> f32 {
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
}
