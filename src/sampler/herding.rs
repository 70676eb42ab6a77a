//! Herding: samples that cover a pool, one after the other, each the one that adds most to what the others cover.
//!
//! A sample x covers a sample i by a kernel k(x, i) of their distance, from 1 at the same point to 0 far away, and a set
//! covers i as well as its best member does: m_i = max k(x, i). The next sample is argmax over x of
//! sum_i u_i max(0, k(x, i) - m_i), with weights u_i. What a sample adds only shrinks as others are chosen, so it is
//! computed again for the first in line alone (lazy evaluation): a pick costs a few rows of the kernel, not all.

use std::collections::BinaryHeap;

use super::{Candidate, Considered, Interrupted, Place, SamplerInput, distance};
use crate::history::Coverage;
pub use crate::history::Kernel;

/// Rows of the kernel that are computed between two questions whether to stop.
const ROWS_PER_CHUNK: usize = 128;
/// Samples whose neighbours give the bandwidth; a median needs no more.
const PROBES: usize = 500;

/// A sample chosen by herding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pick {
    /// Its place in the pool.
    pub at: usize,
    /// What it added when it was chosen, as a share of the sum of all weights.
    pub gain: f32,
}

/// A pool that is being covered.
pub struct Herd {
    /// `[width, n]`: one coordinate of all samples after the other.
    columns: Vec<f32>,
    n: usize,
    kernel: Kernel,
    /// u, `[n]`.
    weights: Vec<f32>,
    total: f32,
    /// m, `[n]`.
    covered: Vec<f32>,
}

impl Herd {
    /// The pool of these vectors, `[n, width]`, of which nothing is covered yet.
    pub fn new(vectors: &[f32], kernel: Kernel, weights: Vec<f32>) -> Self {
        let n = weights.len();
        let width = vectors.len() / n.max(1);
        let columns = (0..width).flat_map(|k| vectors.iter().skip(k).step_by(width).copied()).collect();
        let total = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        Self { columns, n, kernel, weights, total, covered: vec![0.0; n] }
    }

    /// The squared distances of all samples to `x`, `[n]`.
    fn squares(&self, x: &[f32]) -> Vec<f32> {
        let mut squares = vec![0.0; self.n];
        for (column, x) in self.columns.chunks_exact(self.n.max(1)).zip(x) {
            for (d, value) in squares.iter_mut().zip(column) {
                *d += (value - x) * (value - x);
            }
        }
        squares
    }

    /// The samples of the pool.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Gives each sample another weight.
    pub fn weigh(&mut self, weights: Vec<f32>) {
        self.total = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        self.weights = weights;
    }

    /// k(x, i) for all i, `[n]`.
    pub fn row(&self, x: &[f32]) -> Vec<f32> {
        let mut row = self.squares(x);
        match self.kernel {
            Kernel::Gaussian(h) => row.iter_mut().for_each(|d| *d = exp_minus(*d / (h * h))),
            Kernel::Ball(radius) => row.iter_mut().for_each(|d| *d = f32::from(u8::from(*d < radius * radius))),
        }
        row
    }

    /// The kernel, with the quartiles of the weights unless all are equal.
    fn told(&self) -> Coverage {
        let mut weights = self.weights.clone();
        weights.sort_by(f32::total_cmp);
        let quartile = |quarters: usize| weights[quarters * (weights.len() - 1) / 4];
        let weights = (weights.first() != weights.last()).then(|| [1, 2, 3].map(quartile));
        Coverage { kernel: self.kernel, pool: self.n, weights }
    }

    fn vector(&self, at: usize) -> Vec<f32> {
        self.columns.iter().skip(at).step_by(self.n).copied().collect()
    }

    /// Covers what lies near `x`, such as a labelled sample.
    pub fn cover(&mut self, x: &[f32]) {
        let row = self.row(x);
        for (covered, k) in self.covered.iter_mut().zip(row) {
            *covered = covered.max(k);
        }
    }

    /// What the sample at this place would add, as a share of the sum of all weights.
    pub fn gain(&self, at: usize) -> f32 {
        let mut row = self.row(&self.vector(at));
        for (k, covered) in row.iter_mut().zip(&self.covered) {
            *k = (*k - covered).max(0.0);
        }
        distance::dot(&row, &self.weights) / self.total
    }

    /// The next `count` samples in the order in which they are chosen, each once; `go_on` is asked with what is done of
    /// all rows. Of equals the first in the pool is chosen.
    pub fn pick(
        &mut self,
        count: usize,
        go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
    ) -> Result<Vec<Pick>, Interrupted> {
        let mut line = BinaryHeap::with_capacity(self.n);
        for at in 0..self.n {
            if at % ROWS_PER_CHUNK == 0 {
                go_on(at, self.n)?;
            }
            line.push(Waiting { gain: self.gain(at), at, known: 0 });
        }
        let mut picks: Vec<Pick> = Vec::new();
        let mut rows = 0;
        while picks.len() < count.min(self.n) {
            let Some(first) = line.pop() else { break };
            if first.known == picks.len() {
                picks.push(Pick { at: first.at, gain: first.gain });
                self.cover(&self.vector(first.at));
                continue;
            }
            if rows % ROWS_PER_CHUNK == 0 {
                go_on(picks.len(), count)?;
            }
            rows += 1;
            line.push(Waiting { gain: self.gain(first.at), known: picks.len(), ..first });
        }
        Ok(picks)
    }
}

/// A sample in line, with what it added when this many were chosen.
struct Waiting {
    gain: f32,
    at: usize,
    known: usize,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.gain.total_cmp(&other.gain).then(other.at.cmp(&self.at))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

/// The next `count` samples of a pool in latent space, beside the labelled ones, with what each added as its score.
pub fn propose(
    input: &SamplerInput<'_>,
    mut herd: Herd,
    pool: Vec<u32>,
    log_probabilities: Vec<f32>,
    count: usize,
) -> Result<Vec<Candidate>, Interrupted> {
    let bought = input.labelled.bought();
    if pool.is_empty() {
        return Ok(Vec::new());
    }
    for (done, &(sample, _)) in bought.iter().enumerate() {
        if done % ROWS_PER_CHUNK == 0 {
            input.go_on(done, bought.len())?;
        }
        herd.cover(input.labelled.code(sample, input.latent));
    }
    let picks = herd.pick(count, |done, all| input.go_on(done, all))?;
    input.tell(herd.told());
    input.show(|| {
        let mut scores: Vec<f32> = (0..pool.len()).map(|at| herd.gain(at)).collect();
        picks.iter().for_each(|pick| scores[pick.at] = pick.gain);
        Considered { samples: pool.clone(), scores, log_probabilities, steps: Vec::new() }
    });
    let candidate = |pick: Pick| Candidate { place: Place::Sample(pool[pick.at]), score: Some(pick.gain), step: None };
    Ok(picks.into_iter().map(candidate).collect())
}

/// The bandwidth that shrinks by itself: the median distance, over vectors `[n, width]`, to the n / (2 budget)-th
/// nearest other one. With `budget` balls of that radius about half of the pool is covered.
pub fn bandwidth(vectors: &[f32], n: usize, budget: usize) -> f32 {
    if n < 2 {
        return 1.0;
    }
    let rank = (n / (2 * budget.max(1))).clamp(1, n - 1);
    let all = Herd::new(vectors, Kernel::Gaussian(1.0), vec![1.0; n]);
    let distance = |at: usize| {
        // The nearest of all is the sample itself.
        let mut squares = all.squares(&all.vector(at));
        squares.select_nth_unstable_by(rank, f32::total_cmp).1.sqrt()
    };
    let mut distances: Vec<f32> = (0..n).step_by(n.div_ceil(PROBES)).map(distance).collect();
    distances.sort_by(f32::total_cmp);
    let median = distances[distances.len() / 2];
    // If most samples are copies of others, any bandwidth tells these from the rest.
    if median > 0.0 { median } else { distances.into_iter().find(|d| *d > 0.0).unwrap_or(1.0) }
}

/// exp(-x) of x >= 0 to about five digits, without a call, so that a row of it is computed in vectors.
fn exp_minus(x: f32) -> f32 {
    /// Adding it rounds to a whole number, which then stands in the last bits.
    const ROUND: f32 = 12_582_912.0;
    const SMALLEST: f32 = 87.0;
    let power = -x.min(SMALLEST) * std::f32::consts::LOG2_E;
    let whole = power + ROUND;
    let t = (power - (whole - ROUND)) * std::f32::consts::LN_2;
    let series = 1.0 + t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * (1.0 / 120.0 + t / 720.0)))));
    f32::from_bits(series.to_bits().wrapping_add(whole.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn the_exponential_agrees_with_the_library() {
        for x in (0..2_000).map(|i| i as f32 * 0.05) {
            let expected = (-x).exp();
            assert!((exp_minus(x) - expected).abs() <= 1e-5 * expected + 1e-37, "{x}: {} {expected}", exp_minus(x));
        }
        assert_eq!(exp_minus(0.0), 1.0);
    }

    /// The next sample by its definition, all rows computed at each pick.
    fn plainly(herd: &mut Herd, count: usize) -> Vec<usize> {
        let mut chosen = Vec::new();
        while chosen.len() < count {
            let free = (0..herd.n).filter(|at| !chosen.contains(at));
            let best = free.max_by(|&a, &b| herd.gain(a).total_cmp(&herd.gain(b)).then(b.cmp(&a))).unwrap();
            herd.cover(&herd.vector(best));
            chosen.push(best);
        }
        chosen
    }

    #[test]
    fn lazy_picks_are_those_of_the_definition() {
        let mut rng = Streams::new(4).get("herding", 0);
        let (n, width) = (150, 3);
        let vectors = rng.normals(n * width);
        let weights: Vec<f32> = (0..n).map(|_| rng.uniform()).collect();
        for kernel in [Kernel::Gaussian(0.8), Kernel::Gaussian(bandwidth(&vectors, n, 20)), Kernel::Ball(0.9)] {
            for count in [1, 20, n] {
                let herd = || {
                    let mut herd = Herd::new(&vectors, kernel, weights.clone());
                    herd.cover(&[0.0; 3]);
                    herd
                };
                let picks = herd().pick(count, |_, _| Ok(())).unwrap();
                let picked: Vec<usize> = picks.iter().map(|p| p.at).collect();
                assert_eq!(picked, plainly(&mut herd(), count), "{kernel:?}, {count}");
            }
        }
    }

    #[test]
    fn the_bandwidth_shrinks_with_the_budget_and_copies_have_one() {
        let line: Vec<f32> = (0..1_000).map(|i| i as f32).collect();
        for (budget, expected) in [(10, 25.0), (50, 5.0), (500, 1.0), (100_000, 1.0)] {
            assert_eq!(bandwidth(&line, line.len(), budget), expected, "{budget}");
        }
        assert_eq!(bandwidth(&[2.0; 30], 30, 1), 1.0);
        assert_eq!(bandwidth(&[2.0], 1, 1), 1.0);
    }
}
