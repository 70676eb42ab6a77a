//! The transforms of Winograd's F(2 x 2, 3 x 3), for rows of tiles or kernels at once, and the rows that they read and write.

use fearless_simd::{Simd, f32x16};

use super::activation::Finish;
use super::wide::{Formula, LANES, Values};

/// Values of a transformed tile.
pub const POINTS: usize = 16;

/// G g G' of kernels that follow each other, turned by half a turn as in the adjoint, or not.
#[inline(always)]
pub fn kernel_row<S: Simd>(simd: S, kernels: &[f32], turned: bool, points: &mut [&mut [f32]; POINTS]) {
    let count = kernels.len() / 9;
    let whole = count / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        kernel_lanes::<f32x16<S>>(simd, kernels, turned, points, at);
    }
    (whole..count).for_each(|at| kernel_lanes::<f32>((), kernels, turned, points, at));
}

#[inline(always)]
fn kernel_lanes<V: Values>(simd: V::Simd, kernels: &[f32], turned: bool, points: &mut [&mut [f32]; POINTS], at: usize) {
    let mut down = [[V::zero(simd); 4]; 3];
    for (x, down) in down.iter_mut().enumerate() {
        let mut g = [V::zero(simd); 3];
        for (y, g) in g.iter_mut().enumerate() {
            let k = 3 * y + x;
            *g = V::gather(simd, kernels, 9 * at + if turned { 8 - k } else { k }, 9);
        }
        *down = kernel_points(g);
    }
    for k in 0..4 {
        let across = kernel_points([down[0][k], down[1][k], down[2][k]]);
        for l in 0..4 {
            across[l].store(points[4 * k + l], at);
        }
    }
}

/// G g.
#[inline(always)]
fn kernel_points<V: Values>([a, b, c]: [V; 3]) -> [V; 4] {
    [a, (a + c + b) * 0.5, (a + c - b) * 0.5, c]
}

/// G' u G of one output's sums for all its inputs, `[inputs, 3, 3]`.
#[inline(always)]
pub fn kernel_gradients<S: Simd>(simd: S, points: [&[f32]; POINTS], weights: &mut [f32]) {
    let inputs = weights.len() / 9;
    let whole = inputs / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        gradient_of_kernels::<f32x16<S>>(simd, points, weights, at);
    }
    (whole..inputs).for_each(|at| gradient_of_kernels::<f32>((), points, weights, at));
}

#[inline(always)]
fn gradient_of_kernels<V: Values>(simd: V::Simd, points: [&[f32]; POINTS], weights: &mut [f32], at: usize) {
    let mut down = [[V::zero(simd); 3]; 4];
    for (l, down) in down.iter_mut().enumerate() {
        *down = kernel_sums(column(simd, points, l, at));
    }
    let [a, b, c, d] = down;
    for (y, (((a, b), c), d)) in a.into_iter().zip(b).zip(c).zip(d).enumerate() {
        for (x, sum) in kernel_sums([a, b, c, d]).into_iter().enumerate() {
            sum.scatter(weights, 9 * at + 3 * y + x, 9);
        }
    }
}

/// The values at one place of a column of points.
#[inline(always)]
fn column<V: Values>(simd: V::Simd, points: [&[f32]; POINTS], l: usize, at: usize) -> [V; 4] {
    let (a, b) = (V::load(simd, points[l], at), V::load(simd, points[4 + l], at));
    [a, b, V::load(simd, points[8 + l], at), V::load(simd, points[12 + l], at)]
}

/// G' u.
#[inline(always)]
fn kernel_sums<V: Values>([a, b, c, d]: [V; 4]) -> [V; 3] {
    let sum = (b + c) * 0.5;
    [a + sum, (b - c) * 0.5, sum + d]
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

/// B' d B of a row of tiles, of the four rows of a frame that it sees.
#[inline(always)]
pub fn tile_row<S: Simd>(simd: S, rows: [&[f32]; 4], place: Place, points: &mut [&mut [f32]; POINTS]) {
    let whole = place.len / LANES * LANES;
    for i in (0..whole).step_by(LANES) {
        tile_lanes::<f32x16<S>>(simd, rows, place, i, points);
    }
    (whole..place.len).for_each(|i| tile_lanes::<f32>((), rows, place, i, points));
}

#[inline(always)]
fn tile_lanes<V: Values>(
    simd: V::Simd,
    rows: [&[f32]; 4],
    Place { half, step, at, .. }: Place,
    i: usize,
    points: &mut [&mut [f32]; POINTS],
) {
    let (p, q) = (tile_column::<V>(simd, rows, i), tile_column::<V>(simd, rows, half + i));
    let (r, s) = (tile_column::<V>(simd, rows, step + i), tile_column::<V>(simd, rows, half + step + i));
    for k in 0..4 {
        (p[k] - r[k]).store(points[4 * k], at + i);
        (q[k] + r[k]).store(points[4 * k + 1], at + i);
        (r[k] - q[k]).store(points[4 * k + 2], at + i);
        (q[k] - s[k]).store(points[4 * k + 3], at + i);
    }
}

/// B' d of a column.
#[inline(always)]
fn tile_column<V: Values>(simd: V::Simd, [a, b, c, d]: [&[f32]; 4], at: usize) -> [V; 4] {
    let (a, b) = (V::load(simd, a, at), V::load(simd, b, at));
    let (c, d) = (V::load(simd, c, at), V::load(simd, d, at));
    [a - c, b + c, c - b, b - d]
}

/// A g A' of rows of pixels of two rows, even and odd.
#[inline(always)]
pub fn gradient_rows<S: Simd>(simd: S, pixels: &[f32], points: &mut [&mut [f32]; POINTS], at: usize) {
    let len = pixels.len() / 4;
    let whole = len / LANES * LANES;
    for i in (0..whole).step_by(LANES) {
        gradient_lanes::<f32x16<S>>(simd, pixels, i, points, at);
    }
    (whole..len).for_each(|i| gradient_lanes::<f32>((), pixels, i, points, at));
}

#[inline(always)]
fn gradient_lanes<V: Values>(simd: V::Simd, pixels: &[f32], i: usize, points: &mut [&mut [f32]; POINTS], at: usize) {
    let (len, zero) = (pixels.len() / 4, V::zero(simd));
    let (a, b) = (V::load(simd, pixels, i), V::load(simd, pixels, len + i));
    let (c, d) = (V::load(simd, pixels, 2 * len + i), V::load(simd, pixels, 3 * len + i));
    let (even, odd) = (pixel_points(zero, [a, c]), pixel_points(zero, [b, d]));
    for k in 0..4 {
        let across = pixel_points(zero, [even[k], odd[k]]);
        for l in 0..4 {
            across[l].store(points[4 * k + l], at + i);
        }
    }
}

/// A g.
#[inline(always)]
fn pixel_points<V: Values>(zero: V, [a, b]: [V; 2]) -> [V; 4] {
    [a, a + b, a - b, zero - b]
}

/// A' m A of tiles from `start` on, with what follows: even and odd columns of the upper row, then of the lower one.
#[inline(always)]
pub fn result_rows<S: Simd>(simd: S, points: [&[f32]; POINTS], start: usize, rows: &mut [f32], finish: Finish) {
    let len = rows.len() / 4;
    let whole = len / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        result_lanes::<f32x16<S>>(simd, points, start + at, rows, at, finish);
    }
    (whole..len).for_each(|at| result_lanes::<f32>((), points, start + at, rows, at, finish));
}

#[inline(always)]
fn result_lanes<V: Values>(
    simd: V::Simd,
    points: [&[f32]; POINTS],
    from: usize,
    rows: &mut [f32],
    at: usize,
    finish: Finish,
) {
    let len = rows.len() / 4;
    let mut down = [[V::zero(simd); 2]; 4];
    for (l, down) in down.iter_mut().enumerate() {
        *down = pixels(column(simd, points, l, from));
    }
    let [a, b, c, d] = down;
    for (y, (((a, b), c), d)) in a.into_iter().zip(b).zip(c).zip(d).enumerate() {
        for (x, value) in pixels([a, b, c, d]).into_iter().enumerate() {
            finish.of([value]).store(rows, (2 * y + x) * len + at);
        }
    }
}

/// A' m.
#[inline(always)]
fn pixels<V: Values>([a, b, c, d]: [V; 4]) -> [V; 2] {
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
#[inline(always)]
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
#[inline(always)]
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
#[inline(always)]
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
