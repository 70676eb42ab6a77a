//! k-means: k centres to which the vectors are nearest on average (Lloyd 1982), from a spread start (k-means++, Arthur and
//! Vassilvitskii 2007).

use super::{Interrupted, distance};
use crate::rng::Rng;

/// Passes after which the centres stay as they are, as they would soon anyway.
const MOST_PASSES: usize = 30;

/// The cluster of each of the vectors `[n, width]`, below `k`; `go_on` is asked with the passes that are done.
pub fn k_means(
    vectors: &[f32],
    width: usize,
    k: usize,
    rng: &mut Rng,
    go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
) -> Result<Vec<usize>, Interrupted> {
    let mut centres = first_centres(vectors, width, k, rng)?;
    let mut of = vec![usize::MAX; vectors.len() / width.max(1)];
    for pass in 0..MOST_PASSES {
        go_on(pass, MOST_PASSES)?;
        let nearest: Vec<usize> = vectors.chunks_exact(width).map(|v| nearest(&centres, v)).collect();
        if std::mem::replace(&mut of, nearest) == of {
            break;
        }
        let mut sums = vec![0.0; centres.len()];
        let mut counts = vec![0.0_f32; centres.len() / width];
        for (vector, &c) in vectors.chunks_exact(width).zip(&of) {
            counts[c] += 1.0;
            sums[c * width..][..width].iter_mut().zip(vector).for_each(|(sum, v)| *sum += v);
        }
        for ((centre, sum), count) in centres.chunks_exact_mut(width).zip(sums.chunks_exact(width)).zip(counts) {
            if count > 0.0 {
                centre.iter_mut().zip(sum).for_each(|(c, sum)| *c = sum / count);
            }
        }
    }
    Ok(of)
}

/// The nearest centre, the first of equals.
fn nearest(centres: &[f32], vector: &[f32]) -> usize {
    let distances = centres.chunks_exact(vector.len()).map(|centre| distance::squared(centre, vector)).enumerate();
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at)
}

/// The first centres, the first of them drawn at random.
fn first_centres(vectors: &[f32], width: usize, k: usize, rng: &mut Rng) -> Result<Vec<f32>, Interrupted> {
    let n = vectors.len() / width.max(1);
    let vector = |at: usize| &vectors[at * width..][..width];
    let first = (n > 0).then(|| rng.below(n));
    let apart = |a, b| distance::squared(vector(a), vector(b));
    let chosen = spread(first, k.min(n), n, apart, || rng.uniform(), |_, _| Ok(()))?;
    Ok(chosen.into_iter().flat_map(vector).copied().collect())
}

/// k-means++: `wanted` of `0..n` that lie far apart. After the first each is drawn, by a uniform number in [0, 1), in
/// proportion to its squared distance to the nearest of those before.
pub fn spread(
    first: Option<usize>,
    wanted: usize,
    n: usize,
    squared_distance: impl Fn(usize, usize) -> f32,
    mut uniform: impl FnMut() -> f32,
    go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
) -> Result<Vec<usize>, Interrupted> {
    let mut chosen: Vec<usize> = first.into_iter().collect();
    let mut nearest = vec![f32::INFINITY; n];
    while let Some(&last) = chosen.last().filter(|_| chosen.len() < wanted) {
        go_on(chosen.len(), wanted)?;
        for (i, near) in nearest.iter_mut().enumerate() {
            *near = near.min(squared_distance(i, last));
        }
        // Where distances are rounded, that to itself may be above zero.
        chosen.iter().for_each(|&c| nearest[c] = 0.0);
        chosen.push(draw(&nearest, &chosen, uniform()));
    }
    Ok(chosen)
}

/// The index that a uniform number in [0, 1) draws with probability proportional to its squared distance; if all are zero,
/// the first not yet chosen.
fn draw(squared_distances: &[f32], chosen: &[usize], uniform: f32) -> usize {
    let total: f64 = squared_distances.iter().map(|&d| f64::from(d)).sum();
    let mut left = f64::from(uniform) * total;
    let mut last = None;
    for (i, &d) in squared_distances.iter().enumerate().filter(|(_, d)| **d > 0.0) {
        left -= f64::from(d);
        last = Some(i);
        if left < 0.0 {
            break;
        }
    }
    last.unwrap_or_else(|| (0..squared_distances.len()).find(|i| !chosen.contains(i)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn clouds_that_lie_apart_are_told_apart() {
        let mut rng = Streams::new(2).get("clouds", 0);
        let centres = [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]];
        let vectors: Vec<f32> = (0..90).flat_map(|i| centres[i % 3].map(|c| c + 0.3 * rng.normal())).collect();
        let found = k_means(&vectors, 2, 3, &mut rng, |_, _| Ok(())).unwrap();
        assert!((0..90).all(|i| found[i] == found[i % 3]));
        assert!(found[0] != found[1] && found[1] != found[2] && found[2] != found[0]);
    }

    #[test]
    fn copies_and_few_vectors_have_clusters_too() {
        let mut rng = Streams::new(2).get("few", 0);
        for (vectors, k) in [(vec![1.0; 8], 3), (vec![0.0, 1.0, 5.0, 6.0], 9), (vec![], 4)] {
            let found = k_means(&vectors, 2, k, &mut rng, |_, _| Ok(())).unwrap();
            assert_eq!(found.len(), vectors.len() / 2);
            assert!(found.iter().all(|cluster| *cluster < k));
        }
    }
}
