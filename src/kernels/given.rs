//! Values that were computed elsewhere with their slopes, as a layer: the gradient of what no network computes.

use super::layer::{Layer, Wanted};

/// Rows of values for rows of numbers, and how each value changes with each number.
#[derive(Debug, Clone)]
pub struct Given {
    /// `[n, len]`.
    pub values: Vec<f32>,
    /// `[n, len, numbers]`.
    pub slopes: Vec<f32>,
    pub len: usize,
}

impl Layer<1> for Given {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        vec![input[0], self.len]
    }

    fn forward(&self, _: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        (self.values.clone(), Vec::new())
    }

    fn backward(&self, [x]: [&[f32]; 1], _: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let numbers = self.slopes.len() / self.values.len().max(1);
        let mut result = vec![0.0; x.len()];
        let rows = result.chunks_exact_mut(numbers.max(1)).zip(gradient.chunks_exact(self.len));
        for ((sums, gradient), slopes) in rows.zip(self.slopes.chunks_exact(self.len * numbers)) {
            for (value, slopes) in gradient.iter().zip(slopes.chunks_exact(numbers)) {
                sums.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += value * slope);
            }
        }
        [Some(result)]
    }
}
