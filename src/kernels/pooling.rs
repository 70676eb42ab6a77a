//! Pooling of 2 x 2 blocks, and its opposite, the repetition of each pixel.

use std::array::from_fn;

use rayon::prelude::*;

use super::activation::Activation;
use super::layer::{Layer, Wanted};

/// Blocks whose gradients are computed at once.
const LANES: usize = 8;

/// The largest value of each 2 x 2 block, then a rectifier; an odd last row or column is dropped.
#[derive(Debug, Clone, Copy)]
pub struct MaxPool {
    pub height: usize,
    pub width: usize,
    pub activation: Activation,
}

/// The mean of each 2 x 2 block; an odd last row or column is dropped.
#[derive(Debug, Clone, Copy)]
pub struct AveragePool {
    pub height: usize,
    pub width: usize,
}

/// Each pixel 2 x 2 times.
#[derive(Debug, Clone, Copy)]
pub struct Double {
    pub height: usize,
    pub width: usize,
}

fn halved(input: &[usize]) -> Vec<usize> {
    vec![input[0], input[1], input[2] / 2, input[3] / 2]
}

/// Rows of half the size, each with its two rows of the plane.
fn blocks<'a>(
    plane: &'a [f32],
    half: &'a mut [f32],
    width: usize,
) -> impl Iterator<Item = (&'a mut [f32], &'a [f32], &'a [f32])> {
    let rows = plane.chunks_exact(2 * width);
    half.chunks_exact_mut(width / 2).zip(rows).map(move |(half, rows)| {
        let (above, below) = rows.split_at(width);
        (half, above, below)
    })
}

impl Layer<1> for MaxPool {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        halved(input)
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        let (plane, half) = (self.height * self.width, (self.height / 2) * (self.width / 2));
        let mut result = vec![0.0; x.len() / plane * half];
        result.par_chunks_mut(half).zip(x.par_chunks(plane)).for_each(|(half, plane)| {
            for (half, above, below) in blocks(plane, half, self.width) {
                let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
                for (value, (a, b)) in half.iter_mut().zip(pairs) {
                    *value = self.activation.apply(larger(larger(a[0], a[1]), larger(b[0], b[1])));
                }
            }
        });
        (result, Vec::new())
    }

    fn backward(&self, [x]: [&[f32]; 1], y: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let (plane, half) = (self.height * self.width, (self.height / 2) * (self.width / 2));
        let mut result = vec![0.0; x.len()];
        let planes = result.par_chunks_mut(plane).zip(x.par_chunks(plane));
        planes.zip(y.par_chunks(half).zip(gradient.par_chunks(half))).for_each(|((d, x), (y, gradient))| {
            let halves = y.chunks_exact(self.width / 2).zip(gradient.chunks_exact(self.width / 2));
            let rows = d.chunks_exact_mut(2 * self.width).zip(x.chunks_exact(2 * self.width));
            for ((d, x), (y, gradient)) in rows.zip(halves) {
                self.reward(d, x, y, gradient);
            }
        });
        [Some(result)]
    }
}

impl MaxPool {
    /// Gives the gradient of each block of two rows to its largest value, of equal ones to the first.
    fn reward(&self, d: &mut [f32], x: &[f32], y: &[f32], gradient: &[f32]) {
        let gradient = self.activation.gradients(gradient, y);
        let (above, below) = x.split_at(self.width);
        let (d_above, d_below) = d.split_at_mut(self.width);
        let (above, above_rest) = above.as_chunks::<2>().0.as_chunks::<LANES>();
        let (below, below_rest) = below.as_chunks::<2>().0.as_chunks::<LANES>();
        let (d_above, d_above_rest) = d_above.as_chunks_mut::<2>().0.as_chunks_mut::<LANES>();
        let (d_below, d_below_rest) = d_below.as_chunks_mut::<2>().0.as_chunks_mut::<LANES>();
        let (gradient, gradient_rest) = gradient.as_chunks::<LANES>();
        for (((above, below), g), d) in above.iter().zip(below).zip(gradient).zip(d_above.iter_mut().zip(d_below)) {
            (*d.0, *d.1) = winners(above, below, g);
        }
        let rest = above_rest.iter().zip(below_rest).zip(gradient_rest);
        for (((above, below), g), d) in rest.zip(d_above_rest.iter_mut().zip(d_below_rest)) {
            let (d_above, d_below) = winners(&[*above], &[*below], &[*g]);
            (*d.0, *d.1) = (d_above[0], d_below[0]);
        }
    }
}

/// The gradients of N blocks of two pairs, by masks: a branch on what cannot be predicted takes ten times as long.
#[inline(always)]
fn winners<const N: usize>(
    above: &[[f32; 2]; N],
    below: &[[f32; 2]; N],
    gradient: &[f32; N],
) -> ([[f32; 2]; N], [[f32; 2]; N]) {
    let of = |pairs: &[[f32; 2]; N], at: usize| -> [f32; N] { from_fn(|i| pairs[i][at]) };
    let greater = |a: &[f32; N], b: &[f32; N]| -> [u32; N] { from_fn(|i| if a[i] > b[i] { u32::MAX } else { 0 }) };
    let choose = |mask: &[u32; N], a: &[f32; N], b: &[f32; N]| -> [f32; N] {
        from_fn(|i| f32::from_bits(a[i].to_bits() & mask[i] | b[i].to_bits() & !mask[i]))
    };
    let [a, b, c, d] = [of(above, 0), of(above, 1), of(below, 0), of(below, 1)];
    let (right_above, right_below) = (greater(&b, &a), greater(&d, &c));
    let low = greater(&choose(&right_below, &d, &c), &choose(&right_above, &b, &a));
    let share = |i: usize, mask: u32| f32::from_bits(gradient[i].to_bits() & mask);
    let pairs = |row: [u32; N], right: [u32; N]| -> [[f32; 2]; N] {
        from_fn(|i| [share(i, row[i] & !right[i]), share(i, row[i] & right[i])])
    };
    (pairs(low.map(|low| !low), right_above), pairs(low, right_below))
}

/// The larger of two values, or NaN if one of them is.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

impl Layer<1> for AveragePool {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        halved(input)
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        let (plane, half) = (self.height * self.width, (self.height / 2) * (self.width / 2));
        let mut result = vec![0.0; x.len() / plane * half];
        result.par_chunks_mut(half).zip(x.par_chunks(plane)).for_each(|(half, plane)| {
            for (half, above, below) in blocks(plane, half, self.width) {
                let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
                half.iter_mut().zip(pairs).for_each(|(value, (a, b))| *value = 0.25 * ((a[0] + a[1]) + (b[0] + b[1])));
            }
        });
        (result, Vec::new())
    }

    fn backward(&self, [x]: [&[f32]; 1], _: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let mut result = vec![0.0; x.len()];
        spread(gradient, &mut result, self.height, self.width, 0.25);
        [Some(result)]
    }
}

impl Layer<1> for Double {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        vec![input[0], input[1], 2 * input[2], 2 * input[3]]
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        let mut result = vec![0.0; 4 * x.len()];
        spread(x, &mut result, 2 * self.height, 2 * self.width, 1.0);
        (result, Vec::new())
    }

    fn backward(&self, _: [&[f32]; 1], _: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let (plane, half) = (4 * self.height * self.width, self.height * self.width);
        let mut result = vec![0.0; gradient.len() / 4];
        result.par_chunks_mut(half).zip(gradient.par_chunks(plane)).for_each(|(half, plane)| {
            for (half, above, below) in blocks(plane, half, 2 * self.width) {
                let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
                half.iter_mut().zip(pairs).for_each(|(value, (a, b))| *value = (a[0] + a[1]) + (b[0] + b[1]));
            }
        });
        [Some(result)]
    }
}

/// Writes each value of planes of half the size, times a factor, into its 2 x 2 block of planes of this size.
fn spread(from: &[f32], to: &mut [f32], height: usize, width: usize, factor: f32) {
    let (plane, half) = (height * width, (height / 2) * (width / 2));
    to.par_chunks_mut(plane).zip(from.par_chunks(half)).for_each(|(to, from)| {
        for (rows, from) in to.chunks_exact_mut(2 * width).zip(from.chunks_exact(width / 2)) {
            let (above, below) = rows.split_at_mut(width);
            let pairs = above.as_chunks_mut::<2>().0.iter_mut().zip(below.as_chunks_mut::<2>().0);
            for ((a, b), value) in pairs.zip(from) {
                (*a, *b) = ([factor * value; 2], [factor * value; 2]);
            }
        }
    });
}
