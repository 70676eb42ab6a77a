//! Batch normalisation with a rectifier, in two passes each way.

use rayon::prelude::*;

use super::activation::Activation;
use super::layer::{Layer, Wanted};
use super::planes;

/// Normalises each channel of `[n, channels, places]` by its own mean and variance, then scale, shift and rectifier. It
/// keeps mean and biased variance, `[2, channels]`.
#[derive(Debug, Clone, Copy)]
pub struct Normalisation {
    pub channels: usize,
    pub places: usize,
    pub epsilon: f32,
    pub activation: Activation,
}

/// Scale, shift and rectifier of each channel of `[n, channels, places]`: a normalisation by fixed statistics.
#[derive(Debug, Clone, Copy)]
pub struct Affine {
    pub channels: usize,
    pub places: usize,
    pub activation: Activation,
}

impl Layer<3> for Normalisation {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        input.to_vec()
    }

    fn forward(&self, [x, scale, shift]: [&[f32]; 3]) -> (Vec<f32>, Vec<f32>) {
        let moments: Vec<(f32, f32)> = (0..self.channels).into_par_iter().map(|c| self.moments(x, c)).collect();
        let factors = (0..self.channels).map(|c| {
            let (mean, variance) = moments[c];
            let scale = scale[c] / (variance + self.epsilon).sqrt();
            (scale, shift[c] - mean * scale)
        });
        let factors: Vec<(f32, f32)> = factors.collect();
        let y = affine(x, &factors, self.places, self.activation);
        (y, moments.iter().map(|m| m.0).chain(moments.iter().map(|m| m.1)).collect())
    }

    fn backward(
        &self,
        [x, scale, _]: [&[f32]; 3],
        y: &[f32],
        kept: &[f32],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> Wanted<3> {
        let Self { channels, places, activation, .. } = *self;
        let (mean, variance) = kept.split_at(channels);
        let inverse: Vec<f32> = variance.iter().map(|v| 1.0 / (v + self.epsilon).sqrt()).collect();
        // The sums of the gradient, and of the gradient times the normalised value.
        let sums = |c: usize| {
            let (mut sum, mut dot) = (0.0, 0.0);
            for start in self.starts(x, c) {
                let (x, y, g) = (&x[start..][..places], &y[start..][..places], &gradient[start..][..places]);
                let (a, b) = two_sums(x, y, g, mean[c], activation);
                sum += a;
                dot += b;
            }
            (sum, dot * inverse[c])
        };
        let sums: Vec<(f32, f32)> = (0..channels).into_par_iter().map(sums).collect();
        let count = (x.len() / channels) as f32;
        let d_x = || {
            let mut d_x = vec![0.0; x.len()];
            d_x.par_chunks_mut(places).enumerate().for_each(|(i, d_x)| {
                let (c, start) = (i % channels, i * places);
                let (x, y, g) = (&x[start..][..places], &y[start..][..places], &gradient[start..][..places]);
                let factor = scale[c] * inverse[c];
                // d_x = factor * (g - mean of g - normalised x * mean of g times normalised x)
                let (of_x, constant) = {
                    let of_x = -factor * inverse[c] * sums[c].1 / count;
                    (of_x, -factor * sums[c].0 / count - of_x * mean[c])
                };
                for (((d, x), y), g) in d_x.iter_mut().zip(x).zip(y).zip(g) {
                    *d = factor * activation.backward(*g, *y) + (of_x * x + constant);
                }
            });
            d_x
        };
        [
            wanted[0].then(d_x),
            wanted[1].then(|| sums.iter().map(|s| s.1).collect()),
            wanted[2].then(|| sums.iter().map(|s| s.0).collect()),
        ]
    }
}

impl Normalisation {
    /// Where the planes of a channel begin.
    fn starts(&self, x: &[f32], channel: usize) -> impl Iterator<Item = usize> + use<> {
        let (image, start) = (self.channels * self.places, channel * self.places);
        (start..x.len()).step_by(image)
    }

    /// Mean and biased variance of a channel. Each plane is summed twice while it is in the cache, and the planes' values
    /// are joined (Chan, Golub and LeVeque 1979).
    fn moments(&self, x: &[f32], channel: usize) -> (f32, f32) {
        let places = self.places as f64;
        let (mut count, mut mean, mut squares) = (0.0f64, 0.0f64, 0.0f64);
        for start in self.starts(x, channel) {
            let plane = &x[start..][..self.places];
            let own = planes::sum(plane.len(), |i| plane[i]) / self.places as f32;
            let own_squares = planes::sum(plane.len(), |i| (plane[i] - own) * (plane[i] - own));
            let (delta, total) = (f64::from(own) - mean, count + places);
            mean += delta * places / total;
            squares += f64::from(own_squares) + delta * delta * count * places / total;
            count = total;
        }
        (mean as f32, (squares / count) as f32)
    }
}

/// Sums of the gradient before the rectifier, and of it times x - mean.
fn two_sums(x: &[f32], y: &[f32], g: &[f32], mean: f32, activation: Activation) -> (f32, f32) {
    let d = |i: usize| activation.backward(g[i], y[i]);
    (planes::sum(x.len(), d), planes::sum(x.len(), |i| d(i) * (x[i] - mean)))
}

fn affine(x: &[f32], factors: &[(f32, f32)], places: usize, activation: Activation) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    y.par_chunks_mut(places).zip(x.par_chunks(places)).enumerate().for_each(|(i, (y, x))| {
        let (scale, shift) = factors[i % factors.len()];
        y.iter_mut().zip(x).for_each(|(y, x)| *y = activation.apply(scale * x + shift));
    });
    y
}

impl Layer<3> for Affine {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        input.to_vec()
    }

    fn forward(&self, [x, scale, shift]: [&[f32]; 3]) -> (Vec<f32>, Vec<f32>) {
        let factors: Vec<(f32, f32)> = scale.iter().copied().zip(shift.iter().copied()).collect();
        (affine(x, &factors, self.places, self.activation), Vec::new())
    }

    fn backward(
        &self,
        [x, scale, _]: [&[f32]; 3],
        y: &[f32],
        _: &[f32],
        gradient: &[f32],
        wanted: [bool; 3],
    ) -> Wanted<3> {
        let Self { channels, places, activation } = *self;
        let d_x = || {
            let mut d_x = vec![0.0; x.len()];
            d_x.par_chunks_mut(places).enumerate().for_each(|(i, d_x)| {
                let (scale, start) = (scale[i % channels], i * places);
                let values = y[start..][..places].iter().zip(&gradient[start..][..places]);
                d_x.iter_mut().zip(values).for_each(|(d, (y, g))| *d = scale * activation.backward(*g, *y));
            });
            d_x
        };
        let sums = || {
            let mut sums = vec![(0.0, 0.0); channels];
            for (i, x) in x.chunks_exact(places).enumerate() {
                let start = i * places;
                let (sum, dot) = two_sums(x, &y[start..][..places], &gradient[start..][..places], 0.0, activation);
                sums[i % channels].0 += sum;
                sums[i % channels].1 += dot;
            }
            sums
        };
        let sums = if wanted[1] || wanted[2] { sums() } else { Vec::new() };
        [
            wanted[0].then(d_x),
            wanted[1].then(|| sums.iter().map(|s| s.1).collect()),
            wanted[2].then(|| sums.iter().map(|s| s.0).collect()),
        ]
    }
}
