//! Batch normalisation with a rectifier, in two passes each way.

use rayon::prelude::*;

use super::activation::{Activation, Before};
use super::layer::{Layer, Wanted};
use super::planes::Itself;
use super::wide::{self, Formula, Values, widest};

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
                let of_x = -factor * inverse[c] * sums[c].1 / count;
                let constant = -factor * sums[c].0 / count - of_x * mean[c];
                wide::map(Backward { activation, factor, of_x, constant }, [x, y, g], d_x);
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
            let (own, own_squares) = widest!(simd => {
                let own = wide::sum(simd, Itself, [plane]) / self.places as f32;
                (own, wide::sum(simd, Square { mean: own }, [plane]))
            });
            let (delta, total) = (f64::from(own) - mean, count + places);
            mean += delta * places / total;
            squares += f64::from(own_squares) + delta * delta * count * places / total;
            count = total;
        }
        (mean as f32, (squares / count) as f32)
    }
}

/// The square of the distance from a mean.
#[derive(Clone, Copy)]
struct Square {
    mean: f32,
}

impl Formula<1> for Square {
    #[inline(always)]
    fn of<V: Values>(self, [x]: [V; 1]) -> V {
        (x - self.mean) * (x - self.mean)
    }
}

/// The gradient before a rectifier times a scale, from the gradient after it and the value after it.
#[derive(Clone, Copy)]
struct ScaledBefore {
    before: Before,
    scale: f32,
}

impl Formula<2> for ScaledBefore {
    #[inline(always)]
    fn of<V: Values>(self, values: [V; 2]) -> V {
        self.before.of(values) * self.scale
    }
}

/// The gradient before a rectifier times x - mean, from x, the value after it and the gradient after it.
#[derive(Clone, Copy)]
struct Dot {
    activation: Activation,
    mean: f32,
}

impl Formula<3> for Dot {
    #[inline(always)]
    fn of<V: Values>(self, [x, y, g]: [V; 3]) -> V {
        self.activation.backward(g, y) * (x - self.mean)
    }
}

/// The gradient with respect to x, of which it is a linear function.
#[derive(Clone, Copy)]
struct Backward {
    activation: Activation,
    factor: f32,
    of_x: f32,
    constant: f32,
}

impl Formula<3> for Backward {
    #[inline(always)]
    fn of<V: Values>(self, [x, y, g]: [V; 3]) -> V {
        self.activation.backward(g, y) * self.factor + (x * self.of_x + self.constant)
    }
}

/// Scale, shift and rectifier.
#[derive(Clone, Copy)]
struct Scaled {
    activation: Activation,
    scale: f32,
    shift: f32,
}

impl Formula<1> for Scaled {
    #[inline(always)]
    fn of<V: Values>(self, [x]: [V; 1]) -> V {
        self.activation.apply(x * self.scale + self.shift)
    }
}

/// Sums of the gradient before the rectifier, and of it times x - mean.
fn two_sums(x: &[f32], y: &[f32], g: &[f32], mean: f32, activation: Activation) -> (f32, f32) {
    widest!(simd => {
        (wide::sum(simd, Before(activation), [g, y]), wide::sum(simd, Dot { activation, mean }, [x, y, g]))
    })
}

fn affine(x: &[f32], factors: &[(f32, f32)], places: usize, activation: Activation) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    y.par_chunks_mut(places).zip(x.par_chunks(places)).enumerate().for_each(|(i, (y, x))| {
        let (scale, shift) = factors[i % factors.len()];
        wide::map(Scaled { activation, scale, shift }, [x], y);
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
                let (y, g) = (&y[start..][..places], &gradient[start..][..places]);
                wide::map(ScaledBefore { before: Before(activation), scale }, [g, y], d_x);
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
