//! All randomness of a run: one root seed, and named streams derived from it.
//!
//! No other file creates a generator of random numbers. A stream is the xoshiro256++ generator seeded with
//! `SHA-256(root || name || index)`, so streams are independent of each other, of the order in which they are
//! requested, and of the platform.

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use sha2::{Digest as _, Sha256};

/// The root seed of a run, from which every stream is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    root: u64,
}

impl Streams {
    /// Streams of the run with this root seed.
    pub fn new(root: u64) -> Self {
        Self { root }
    }

    /// The stream `name` at `index` (a round, an epoch, a sample): always the same numbers.
    pub fn get(&self, name: &str, index: u64) -> Rng {
        let mut hash = Sha256::new();
        hash.update(self.root.to_le_bytes());
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(index.to_le_bytes());
        let mut seed = [0; 32];
        seed.copy_from_slice(&hash.finalize());
        Rng(Xoshiro256PlusPlus::from_seed(seed))
    }
}

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        self.0.random()
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }

    /// Standard normal, N(0, 1).
    pub fn normal(&mut self) -> f32 {
        StandardNormal.sample(&mut self.0)
    }

    /// `n` independent draws from N(0, 1).
    pub fn normals(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.normal()).collect()
    }

    /// Uniform in 0..n; 0 when n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.random_range(0..n) }
    }

    /// A 64-bit number, as the seed of other streams.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Shuffles in place (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// `count` distinct items of `items` in random order; all of them, shuffled, if there are fewer.
    pub fn choose<T: Clone>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        let count = count.min(items.len());
        for i in 0..count {
            let j = i + self.below(order.len() - i);
            order.swap(i, j);
        }
        order[..count].iter().map(|&i| items[i].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_root_name_and_index_only() {
        let draw = |root, name, index| Streams::new(root).get(name, index).next_u64();
        assert_eq!(draw(1, "snn", 2), draw(1, "snn", 2));
        for (root, name, index) in [(2, "snn", 2), (1, "random", 2), (1, "snn", 3)] {
            assert_ne!(draw(1, "snn", 2), draw(root, name, index));
        }
    }

    #[test]
    fn normals_have_mean_zero_and_deviation_one() {
        let x = Streams::new(7).get("normal", 0).normals(20_000);
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        let var = x.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / x.len() as f32;
        assert!(mean.abs() < 0.03 && (var - 1.0).abs() < 0.05, "{mean} {var}");
    }

    #[test]
    fn choose_gives_distinct_items() {
        let items: Vec<u32> = (0..50).collect();
        for count in [0, 1, 49, 50, 80] {
            let mut got = Streams::new(3).get("choose", 0).choose(&items, count);
            assert_eq!(got.len(), count.min(50));
            got.sort_unstable();
            got.dedup();
            assert_eq!(got.len(), count.min(50));
        }
    }
}
