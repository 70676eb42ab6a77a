//! Pooling of 2 x 2 blocks, and its opposite, the repetition of each pixel.

use rayon::prelude::*;

use super::activation::Activation;
use super::layer::{Layer, Wanted};
use super::wide::widest;

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

/// Planes of half the size, each value made of a 2 x 2 block of planes of this size: of its upper and its lower pair.
fn halves(x: &[f32], height: usize, width: usize, of: impl Fn([f32; 2], [f32; 2]) -> f32 + Copy + Sync) -> Vec<f32> {
    let (plane, half) = (height * width, (height / 2) * (width / 2));
    let mut result = vec![0.0; x.len() / plane * half];
    result.par_chunks_mut(half).zip(x.par_chunks(plane)).for_each(|(half, plane)| {
        // A copy on the stack, which the compiler can keep in registers.
        let pooled = of;
        widest!(for (half, rows) in half.chunks_exact_mut(width / 2).zip(plane.chunks_exact(2 * width)) {
            let (above, below) = rows.split_at(width);
            let pairs = above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
            for (value, (a, b)) in half.iter_mut().zip(pairs) {
                *value = pooled(*a, *b);
            }
        });
    });
    result
}

impl Layer<1> for MaxPool {
    fn shape(&self, input: &[usize]) -> Vec<usize> {
        halved(input)
    }

    fn forward(&self, [x]: [&[f32]; 1]) -> (Vec<f32>, Vec<f32>) {
        let activation = self.activation;
        let of = move |a: [f32; 2], b: [f32; 2]| activation.apply(larger(larger(a[0], a[1]), larger(b[0], b[1])));
        (halves(x, self.height, self.width, of), Vec::new())
    }

    fn backward(&self, [x]: [&[f32]; 1], y: &[f32], _: &[f32], gradient: &[f32], _: [bool; 1]) -> Wanted<1> {
        let (plane, half) = (self.height * self.width, (self.height / 2) * (self.width / 2));
        let mut result = vec![0.0; x.len()];
        let planes = result.par_chunks_mut(plane).zip(x.par_chunks(plane));
        planes.zip(y.par_chunks(half).zip(gradient.par_chunks(half))).for_each(|((d, x), (y, gradient))| {
            let halves = y.chunks_exact(self.width / 2).zip(gradient.chunks_exact(self.width / 2));
            let rows = d.chunks_exact_mut(2 * self.width).zip(x.chunks_exact(2 * self.width));
            widest!(for ((d, x), (y, gradient)) in rows.zip(halves) {
                self.reward(d, x, y, gradient);
            });
        });
        [Some(result)]
    }
}

impl MaxPool {
    /// Gives the gradient of each block of two rows to its largest value, of equal ones to the first.
    #[inline(always)]
    fn reward(&self, d: &mut [f32], x: &[f32], y: &[f32], gradient: &[f32]) {
        let mut d = d.split_at_mut(self.width);
        let x = x.split_at(self.width);
        let whole = y.len() / LANES * LANES;
        for at in (0..whole).step_by(LANES) {
            self.reward_blocks::<LANES>(&mut d, x, y, gradient, at);
        }
        (whole..y.len()).for_each(|at| self.reward_blocks::<1>(&mut d, x, y, gradient, at));
    }

    /// The same for N blocks, by masks: a branch on what cannot be predicted takes ten times as long.
    #[inline(always)]
    fn reward_blocks<const N: usize>(
        &self,
        d: &mut (&mut [f32], &mut [f32]),
        x: (&[f32], &[f32]),
        y: &[f32],
        gradient: &[f32],
        at: usize,
    ) {
        let ([a, b], [c, e]) = (columns::<N>(&x.0[2 * at..]), columns::<N>(&x.1[2 * at..]));
        let (right_above, right_below) = (greater(&b, &a), greater(&e, &c));
        let low = greater(&choose(&right_below, &e, &c), &choose(&right_above, &b, &a));
        let (y, gradient) = (&y[at..at + N], &gradient[at..at + N]);
        let (d_above, d_below) = (&mut d.0[2 * at..][..2 * N], &mut d.1[2 * at..][..2 * N]);
        for i in 0..N {
            let gradient = self.activation.backward(gradient[i], y[i]).to_bits();
            let (above, below) = (gradient & !low[i], gradient & low[i]);
            d_above[2 * i] = f32::from_bits(above & !right_above[i]);
            d_above[2 * i + 1] = f32::from_bits(above & right_above[i]);
            d_below[2 * i] = f32::from_bits(below & !right_below[i]);
            d_below[2 * i + 1] = f32::from_bits(below & right_below[i]);
        }
    }
}

/// The left and the right values of N pairs.
#[inline(always)]
fn columns<const N: usize>(row: &[f32]) -> [[f32; N]; 2] {
    let mut columns = [[0.0; N]; 2];
    for (i, pair) in row[..2 * N].as_chunks::<2>().0.iter().enumerate() {
        (columns[0][i], columns[1][i]) = (pair[0], pair[1]);
    }
    columns
}

/// All bits where a > b, else none.
#[inline(always)]
fn greater<const N: usize>(a: &[f32; N], b: &[f32; N]) -> [u32; N] {
    let mut mask = [0; N];
    for i in 0..N {
        mask[i] = if a[i] > b[i] { u32::MAX } else { 0 };
    }
    mask
}

/// The bits of a where the mask is set, else those of b.
#[inline(always)]
fn choose<const N: usize>(mask: &[u32; N], a: &[f32; N], b: &[f32; N]) -> [f32; N] {
    let mut chosen = [0.0; N];
    for i in 0..N {
        chosen[i] = f32::from_bits(a[i].to_bits() & mask[i] | b[i].to_bits() & !mask[i]);
    }
    chosen
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
        (halves(x, self.height, self.width, |a, b| 0.25 * ((a[0] + a[1]) + (b[0] + b[1]))), Vec::new())
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
        [Some(halves(gradient, 2 * self.height, 2 * self.width, |a, b| (a[0] + a[1]) + (b[0] + b[1])))]
    }
}

/// Writes each value of planes of half the size, times a factor, into its 2 x 2 block of planes of this size.
fn spread(from: &[f32], to: &mut [f32], height: usize, width: usize, factor: f32) {
    let (plane, half) = (height * width, (height / 2) * (width / 2));
    to.par_chunks_mut(plane).zip(from.par_chunks(half)).for_each(|(to, from)| {
        widest!(for (rows, from) in to.chunks_exact_mut(2 * width).zip(from.chunks_exact(width / 2)) {
            let (above, below) = rows.split_at_mut(width);
            let pairs = above.as_chunks_mut::<2>().0.iter_mut().zip(below.as_chunks_mut::<2>().0);
            for ((a, b), value) in pairs.zip(from) {
                (*a, *b) = ([factor * value; 2], [factor * value; 2]);
            }
        });
    });
}
