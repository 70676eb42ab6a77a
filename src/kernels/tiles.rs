//! The transforms of Winograd's F(2 x 2, 3 x 3), for rows of tiles or kernels at once, and the rows that they read and write.

use std::ops::{Add, Sub};

/// Values of a transformed tile.
pub const POINTS: usize = 16;
/// Values that are transformed at once.
const LANES: usize = 16;

/// Where the weights of a pair of channels are, and whether the kernel is turned by half a turn, as in the adjoint.
#[derive(Debug, Clone, Copy)]
pub struct Kernels<'a> {
    pub weights: &'a [f32],
    /// From an output to the next, and from an input to the next.
    pub steps: [usize; 2],
    pub turned: bool,
}

/// Values that are computed at once. Loops over a constant length, for the compiler to use the processor's widest.
#[derive(Debug, Clone, Copy)]
struct Lanes<const N: usize>([f32; N]);

impl<const N: usize> Lanes<N> {
    #[inline(always)]
    fn load(values: &[f32], at: usize) -> Self {
        let mut lanes = [0.0; N];
        lanes.copy_from_slice(&values[at..at + N]);
        Self(lanes)
    }

    #[inline(always)]
    fn store(self, values: &mut [f32], at: usize) {
        values[at..at + N].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn half(mut self) -> Self {
        for value in &mut self.0 {
            *value *= 0.5;
        }
        self
    }
}

impl<const N: usize> Add for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] += other.0[i];
        }
        self
    }
}

impl<const N: usize> Sub for Lanes<N> {
    type Output = Self;

    #[inline(always)]
    fn sub(mut self, other: Self) -> Self {
        for i in 0..N {
            self.0[i] -= other.0[i];
        }
        self
    }
}

/// G g G' of the kernels of one input and all outputs.
pub fn kernel_row(kernels: Kernels<'_>, input: usize, outputs: usize, points: &mut [&mut [f32]; POINTS]) {
    let whole = outputs / LANES * LANES;
    (0..whole).step_by(LANES).for_each(|output| kernels.transform::<LANES>(input, output, points));
    (whole..outputs).for_each(|output| kernels.transform::<1>(input, output, points));
}

impl Kernels<'_> {
    /// G g G' of N outputs from this one on.
    #[inline(always)]
    fn transform<const N: usize>(&self, input: usize, output: usize, points: &mut [&mut [f32]; POINTS]) {
        let start = input * self.steps[1];
        let mut g = [Lanes([0.0; N]); 9];
        for i in 0..N {
            let kernel = &self.weights[start + (output + i) * self.steps[0]..][..9];
            for at in 0..9 {
                g[if self.turned { 8 - at } else { at }].0[i] = kernel[at];
            }
        }
        let mut down = [[Lanes([0.0; N]); 4]; 3];
        for x in 0..3 {
            down[x] = kernel_points([g[x], g[3 + x], g[6 + x]]);
        }
        for k in 0..4 {
            let across = kernel_points([down[0][k], down[1][k], down[2][k]]);
            for l in 0..4 {
                across[l].store(points[4 * k + l], output);
            }
        }
    }
}

/// G g.
#[inline(always)]
fn kernel_points<const N: usize>([a, b, c]: [Lanes<N>; 3]) -> [Lanes<N>; 4] {
    [a, (a + c + b).half(), (a + c - b).half(), c]
}

/// G' u G of one output's sums for all its inputs, `[inputs, 3, 3]`.
pub fn kernel_gradients(points: [&[f32]; POINTS], weights: &mut [f32]) {
    let inputs = weights.len() / 9;
    let whole = inputs / LANES * LANES;
    (0..whole).step_by(LANES).for_each(|input| gradient_of_kernels::<LANES>(points, weights, input));
    (whole..inputs).for_each(|input| gradient_of_kernels::<1>(points, weights, input));
}

/// The same for N inputs from this one on.
#[inline(always)]
fn gradient_of_kernels<const N: usize>(points: [&[f32]; POINTS], weights: &mut [f32], input: usize) {
    let mut down = [[Lanes([0.0; N]); 3]; 4];
    for l in 0..4 {
        let (a, b) = (Lanes::<N>::load(points[l], input), Lanes::load(points[4 + l], input));
        let (c, d) = (Lanes::load(points[8 + l], input), Lanes::load(points[12 + l], input));
        down[l] = kernel_sums([a, b, c, d]);
    }
    for y in 0..3 {
        let sums = kernel_sums([down[0][y], down[1][y], down[2][y], down[3][y]]);
        for x in 0..3 {
            for i in 0..N {
                weights[(input + i) * 9 + 3 * y + x] = sums[x].0[i];
            }
        }
    }
}

/// G' u.
#[inline(always)]
fn kernel_sums<const N: usize>([a, b, c, d]: [Lanes<N>; 4]) -> [Lanes<N>; 3] {
    let sum = (b + c).half();
    [a + sum, (b - c).half(), sum + d]
}

/// A row of tiles: its even and odd columns are `half` apart, the next tile is `step` further, and its `len` values are written
/// from `at` on.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub half: usize,
    pub step: usize,
    pub at: usize,
    pub len: usize,
}

/// One row of B' d B for four points: the sum or the difference of two rows of a frame, then B across.
pub fn tile_rows<const PLUS: bool>(a: &[f32], b: &[f32], place: Place, to: &mut [&mut [f32]]) {
    let Place { half, step, at, len } = place;
    let whole = len / LANES * LANES;
    for i in (0..whole).step_by(LANES) {
        tile_lanes::<PLUS, LANES>(a, b, [i, half + i, step + i, half + step + i], to, at + i);
    }
    for i in whole..len {
        tile_lanes::<PLUS, 1>(a, b, [i, half + i, step + i, half + step + i], to, at + i);
    }
}

#[inline(always)]
fn tile_lanes<const PLUS: bool, const N: usize>(
    a: &[f32],
    b: &[f32],
    from: [usize; 4],
    to: &mut [&mut [f32]],
    at: usize,
) {
    let (p, q) = (down::<PLUS, N>(a, b, from[0]), down::<PLUS, N>(a, b, from[1]));
    let (r, s) = (down::<PLUS, N>(a, b, from[2]), down::<PLUS, N>(a, b, from[3]));
    let [one, two, three, four] = to else { return };
    (p - r).store(one, at);
    (q + r).store(two, at);
    (r - q).store(three, at);
    (q - s).store(four, at);
}

/// The sum or the difference of two rows.
#[inline(always)]
fn down<const PLUS: bool, const N: usize>(a: &[f32], b: &[f32], at: usize) -> Lanes<N> {
    let (a, b) = (Lanes::load(a, at), Lanes::load(b, at));
    if PLUS { a + b } else { a - b }
}

/// A g A' of rows of pixels of two rows, even and odd.
pub fn gradient_rows(pixels: &[f32], points: &mut [&mut [f32]; POINTS], at: usize) {
    let len = pixels.len() / 4;
    let whole = len / LANES * LANES;
    for i in (0..whole).step_by(LANES) {
        gradient_lanes::<LANES>(pixels, i, len, points, at);
    }
    (whole..len).for_each(|i| gradient_lanes::<1>(pixels, i, len, points, at));
}

#[inline(always)]
fn gradient_lanes<const N: usize>(pixels: &[f32], i: usize, len: usize, points: &mut [&mut [f32]; POINTS], at: usize) {
    let (a, b) = (Lanes::<N>::load(pixels, i), Lanes::load(pixels, len + i));
    let (c, d) = (Lanes::load(pixels, 2 * len + i), Lanes::load(pixels, 3 * len + i));
    let (even, odd) = (pixel_points([a, c]), pixel_points([b, d]));
    for k in 0..4 {
        let across = pixel_points([even[k], odd[k]]);
        for l in 0..4 {
            across[l].store(points[4 * k + l], at + i);
        }
    }
}

/// A g.
#[inline(always)]
fn pixel_points<const N: usize>([a, b]: [Lanes<N>; 2]) -> [Lanes<N>; 4] {
    [a, a + b, a - b, Lanes([0.0; N]) - b]
}

/// A' m A, with what follows: even and odd columns of the upper row, then of the lower one.
pub fn result_rows(points: [&[f32]; POINTS], rows: &mut [f32], of: impl Fn(f32) -> f32) {
    let len = points[0].len();
    let whole = len / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        result_lanes::<LANES>(&points, rows, len, at, &of);
    }
    (whole..len).for_each(|at| result_lanes::<1>(&points, rows, len, at, &of));
}

#[inline(always)]
fn result_lanes<const N: usize>(
    points: &[&[f32]; POINTS],
    rows: &mut [f32],
    len: usize,
    at: usize,
    of: impl Fn(f32) -> f32,
) {
    let mut down = [[Lanes([0.0; N]); 4]; 2];
    for l in 0..4 {
        let (a, b) = (Lanes::<N>::load(points[l], at), Lanes::load(points[4 + l], at));
        let (c, d) = (Lanes::load(points[8 + l], at), Lanes::load(points[12 + l], at));
        [down[0][l], down[1][l]] = pixels([a, b, c, d]);
    }
    for (y, row) in down.iter().enumerate() {
        for (x, values) in pixels(*row).iter_mut().enumerate() {
            for value in &mut values.0 {
                *value = of(*value);
            }
            values.store(rows, (2 * y + x) * len + at);
        }
    }
}

/// A' m.
#[inline(always)]
fn pixels<const N: usize>([a, b, c, d]: [Lanes<N>; 4]) -> [Lanes<N>; 2] {
    [a + b + c, b - c - d]
}

/// Rows of `width` values that begin `apart` from each other.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    pub apart: usize,
    pub width: usize,
    pub count: usize,
}

/// The even and the odd values of rows, to `[column / 2, row]` each.
pub fn split_rows(size: Rows, from: &[f32], mut to: [&mut [f32]; 2]) {
    let mut row = 0;
    while row < size.count {
        row += match size.count - row {
            16.. => split_rows_of::<16>(size, from, &mut to, row),
            8.. => split_rows_of::<8>(size, from, &mut to, row),
            4.. => split_rows_of::<4>(size, from, &mut to, row),
            2.. => split_rows_of::<2>(size, from, &mut to, row),
            _ => split_rows_of::<1>(size, from, &mut to, row),
        };
    }
}

/// The same for N rows from this one on.
fn split_rows_of<const N: usize>(size: Rows, from: &[f32], [even, odd]: &mut [&mut [f32]; 2], row: usize) -> usize {
    let Rows { apart, width, count } = size;
    let mut rows = [from; N];
    for (i, values) in rows.iter_mut().enumerate() {
        *values = &from[(row + i) * apart..][..width];
    }
    if count == 1 {
        let (pairs, rest) = rows[0].as_chunks::<2>();
        for ((even, odd), pair) in even.iter_mut().zip(odd.iter_mut()).zip(pairs) {
            (*even, *odd) = (pair[0], pair[1]);
        }
        if let [last] = rest {
            even[pairs.len()] = *last;
        }
        return N;
    }
    for (first, to) in [(0, even), (1, odd)] {
        for (x, to) in (first..width).step_by(2).zip(to.chunks_mut(count)) {
            for (value, values) in to[row..row + N].iter_mut().zip(&rows) {
                *value = values[x];
            }
        }
    }
    N
}

/// The opposite of `split_rows`.
pub fn join_rows(size: Rows, [even, odd]: [&[f32]; 2], to: &mut [f32]) {
    let Rows { apart, width, count } = size;
    for row in 0..count {
        let (pairs, rest) = to[row * apart..][..width].as_chunks_mut::<2>();
        if let [last] = rest {
            *last = even[pairs.len() * count + row];
        }
        if count == 1 {
            for (pair, (even, odd)) in pairs.iter_mut().zip(even.iter().zip(odd)) {
                *pair = [*even, *odd];
            }
        } else {
            for (pair, (even, odd)) in pairs.iter_mut().zip(even.chunks_exact(count).zip(odd.chunks_exact(count))) {
                *pair = [even[row], odd[row]];
            }
        }
    }
}
