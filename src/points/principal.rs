//! Principal axes: the three directions along which points spread most.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::set::Points;

/// The directions along which points spread most, and where the points lie along them.
#[derive(Debug)]
pub struct Principal {
    /// Each point along up to three directions, 0 in their mean.
    pub places: Vec<[f32; 3]>,
    /// The share of the variance along each direction.
    pub shares: Vec<f64>,
    /// The points from which the directions were found, if they are too many numbers for all: an even choice.
    pub found_from: Option<usize>,
    mean: Vec<f32>,
    directions: Vec<Vec<f32>>,
}

impl Principal {
    /// The directions as unit vectors, up to three.
    pub fn directions(&self) -> &[Vec<f32>] {
        &self.directions
    }

    /// Where any point of the space lies along the directions.
    pub fn place(&self, code: &[f32]) -> [f32; 3] {
        place(code, &self.mean, &self.directions)
    }
}

fn place(code: &[f32], mean: &[f32], directions: &[Vec<f32>]) -> [f32; 3] {
    let mut place = [0.0; 3];
    for (along, direction) in place.iter_mut().zip(directions) {
        *along = code.iter().zip(mean).zip(direction).map(|((v, m), d)| (v - m) * d).sum();
    }
    place
}

const AXES: usize = 3;
/// Products of two coordinates that are summed, some seconds on one core; more points are taken evenly.
const MOST_PRODUCTS: usize = 20_000_000_000;
/// Points whose sums are taken in single precision, then added in double.
const AT_ONCE: usize = 2048;
/// Steps after which a direction is as good as it gets: those of equal spread are any.
const MOST_STEPS: usize = 500;
/// A direction is found when it turns by less than this.
const SETTLED: f64 = 1e-10;

/// The principal axes of points.
pub fn principal(points: &Points) -> Principal {
    principal_of(&points.codes, points.dim)
}

/// The principal axes of codes `[n, dim]`; the places of all of them, whatever the directions were found from.
pub fn principal_of(codes: &[f32], dim: usize) -> Principal {
    let count = codes.len() / dim.max(1);
    let stride = (count.saturating_mul(dim * dim)).div_ceil(MOST_PRODUCTS).max(1);
    let chosen: Vec<usize> = (0..count).step_by(stride).collect();
    let mean = mean(codes, dim, &chosen);
    let mut spread = covariance(codes, dim, &chosen, &mean);
    let whole: f64 = (0..dim).map(|i| spread[[i, i]]).sum();
    let (mut directions, mut shares) = (Vec::new(), Vec::new());
    for axis in 0..AXES.min(dim) {
        let (direction, variance) = largest(&spread, axis);
        shares.push(if whole > 0.0 { (variance / whole).clamp(0.0, 1.0) } else { 0.0 });
        for i in 0..dim {
            for j in 0..dim {
                spread[[i, j]] -= variance * direction[i] * direction[j];
            }
        }
        directions.push(direction.iter().map(|v| *v as f32).collect::<Vec<f32>>());
    }
    let places = codes.par_chunks_exact(dim).map(|code| place(code, &mean, &directions)).collect();
    Principal { places, shares, found_from: (stride > 1).then_some(chosen.len()), mean, directions }
}

fn code(codes: &[f32], dim: usize, point: usize) -> &[f32] {
    &codes[point * dim..(point + 1) * dim]
}

fn mean(codes: &[f32], dim: usize, chosen: &[usize]) -> Vec<f32> {
    let mut sums = vec![0.0_f64; dim];
    for point in chosen {
        sums.iter_mut().zip(code(codes, dim, *point)).for_each(|(sum, v)| *sum += f64::from(*v));
    }
    sums.iter().map(|sum| (sum / chosen.len().max(1) as f64) as f32).collect()
}

/// The covariance of the chosen points: in parts of equal size in their order, so that it is the same on any number of
/// cores.
fn covariance(codes: &[f32], dim: usize, chosen: &[usize], mean: &[f32]) -> Array2<f64> {
    let part = |part: &[usize]| {
        let centred = part.iter().flat_map(|p| code(codes, dim, *p).iter().zip(mean).map(|(v, m)| v - m)).collect();
        // As many values as rows times columns, so it has this shape.
        let rows: Array2<f32> = Array2::from_shape_vec((part.len(), dim), centred).unwrap_or_default();
        rows.t().dot(&rows)
    };
    let mut whole = Array2::<f64>::zeros((dim, dim));
    // A few parts at a time, each of which is a matrix.
    for some in chosen.chunks(AT_ONCE * rayon::current_num_threads().max(1)) {
        let products: Vec<Array2<f32>> = some.par_chunks(AT_ONCE).map(part).collect();
        for product in products {
            whole.zip_mut_with(&ArrayView2::from(&product), |sum, v| *sum += f64::from(*v));
        }
    }
    whole / chosen.len().max(1) as f64
}

/// The direction of the largest spread, and the variance along it.
fn largest(spread: &Array2<f64>, axis: usize) -> (Vec<f64>, f64) {
    let dim = spread.nrows();
    // Not at right angles to any likely direction, and the same at each opening.
    let mut direction: Vec<f64> = (0..dim).map(|i| 1.0 + ((i + axis) as f64 * 0.754_877_7).fract()).collect();
    normalise(&mut direction);
    let turned = |direction: &[f64]| -> Vec<f64> {
        spread.outer_iter().map(|row| row.iter().zip(direction).map(|(a, b)| a * b).sum()).collect()
    };
    for _ in 0..MOST_STEPS {
        let mut next = turned(&direction);
        if !normalise(&mut next) {
            return (direction, 0.0);
        }
        let along: f64 = next.iter().zip(&direction).map(|(a, b)| a * b).sum();
        direction = next;
        if (1.0 - along.abs()) < SETTLED {
            break;
        }
    }
    // The sign that makes its largest part positive, so that a mirror image is none by chance.
    let most = direction.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(1.0);
    if most < 0.0 {
        direction.iter_mut().for_each(|v| *v = -*v);
    }
    let variance = turned(&direction).iter().zip(&direction).map(|(a, b)| a * b).sum::<f64>().max(0.0);
    (direction, variance)
}

/// Makes a vector one long; false if it has no length.
fn normalise(vector: &mut [f64]) -> bool {
    let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
    if length <= f64::MIN_POSITIVE {
        return false;
    }
    vector.iter_mut().for_each(|v| *v /= length);
    true
}

#[cfg(test)]
mod tests {
    use super::super::set::tests::of_codes;
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn points_spread_most_along_the_first_axis_and_their_distances_stay() {
        let mut rng = Streams::new(3).get("points", 0);
        // Spread 5, 2, 1 along three directions at right angles, and nothing along the fourth.
        let [a, b, c] = [[0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0.5, -0.5], [0.5, 0.5, -0.5, -0.5]];
        let codes: Vec<f32> = (0..4000)
            .flat_map(|_| {
                let z = rng.normals(3);
                std::array::from_fn::<f32, 4, _>(|i| 100.0 + 5.0 * z[0] * a[i] + 2.0 * z[1] * b[i] + z[2] * c[i])
            })
            .collect();
        let points = of_codes(codes, 4);
        let found = principal(&points);
        let shares: Vec<f64> = [25.0, 4.0, 1.0].map(|v| v / 30.0).to_vec();
        for (found, share) in found.shares.iter().zip(&shares) {
            assert!((found - share).abs() < 0.02, "{:?}", found);
        }
        let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt();
        for pair in [(0, 1), (7, 3000), (12, 999)] {
            let whole = distance(points.code(pair.0), points.code(pair.1));
            let seen = distance(&found.places[pair.0], &found.places[pair.1]);
            assert!((whole - seen).abs() < 1e-2, "three axes hold all of it: {whole} {seen}");
        }
        assert_eq!(principal(&of_codes(vec![1.0; 12], 2)).shares, [0.0, 0.0], "no spread at all");
    }
}
