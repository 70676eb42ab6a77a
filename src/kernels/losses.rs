//! What losses are made of: log probabilities, and sums in one order, whatever the width of the processor's vectors.

use super::layer::{Layer, Wanted};

/// Partial sums, so that the compiler can add several values at once.
const LANES: usize = 8;

/// Log probabilities of rows of logits `[n, classes]`.
#[derive(Debug, Clone, Copy)]
pub struct LogSoftmax {
    pub classes: usize,
}

impl LogSoftmax {
    /// The exponentials of a row's logits less the largest of them, whose exponential is 1, and that largest logit.
    fn exponentials(row: &[f32]) -> (f32, impl Iterator<Item = f32>) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        (largest, row.iter().map(move |logit| (logit - largest).exp()))
    }
}

impl Layer<1> for LogSoftmax {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        input.to_vec()
    }

    fn forward(&self, [logits]: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        let mut result = Vec::with_capacity(logits.len());
        for row in logits.chunks_exact(self.classes) {
            let (largest, exponentials) = Self::exponentials(row);
            let log_sum = exponentials.sum::<f32>().ln();
            result.extend(row.iter().map(|logit| logit - largest - log_sum));
        }
        (result, Vec::new())
    }

    fn backward(&self, [logits]: [&[f32]; 1], _: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let mut result = Vec::with_capacity(logits.len());
        for (row, gradient) in logits.chunks_exact(self.classes).zip(gradient.chunks_exact(self.classes)) {
            // The gradient less its sum times the probabilities.
            let sum: f32 = Self::exponentials(row).1.sum();
            let share = -gradient.iter().sum::<f32>() * (1.0 / sum);
            result.extend(gradient.iter().zip(Self::exponentials(row).1).map(|(g, e)| g + share * e));
        }
        [Some(result)]
    }
}

/// The sum of each row of `columns` values, times a factor.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    pub columns: usize,
    pub factor: f64,
}

impl Layer<1> for Sums {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        vec![input.iter().product::<usize>() / self.columns]
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        (x.chunks_exact(self.columns).map(|row| (sum(row) * self.factor) as f32).collect(), Vec::new())
    }

    fn backward(&self, [x]: [&[f32]; 1], _: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let mut result = Vec::with_capacity(x.len());
        for gradient in gradient {
            result.resize(result.len() + self.columns, gradient * self.factor as f32);
        }
        [Some(result)]
    }
}

fn sum(values: &[f32]) -> f64 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0f64; LANES];
    for values in whole {
        lanes.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    lanes.iter().sum::<f64>() + rest.iter().copied().map(f64::from).sum::<f64>()
}
