//! BADGE (Ash et al. 2020): k-means++ on the gradients of the loss with respect to the last layer's weights.
//!
//! A sample's gradient with its predicted label is the outer product of (p - onehot) and the penultimate features h.
//! Norms and inner products of outer products factor, so the gradients are never computed explicitly.

use super::k_means;
use super::{Candidate, Considered, Interrupted, Place, Sampler, SamplerInput, distance, pool};
use crate::rng::Rng;
use crate::target::argmax;

/// Chooses samples whose gradients are large and diverse.
pub struct Badge;

impl Sampler for Badge {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let (features, rows) = pool::features(input, &pool)?;
        let log_probabilities = input.seen.map(|_| rows.clone()).unwrap_or_default();
        let gradients = Gradients::new(features, rows, pool.len());
        let chosen = gradients.spread(count, || rng.uniform(), |done, all| input.go_on(done, all))?;
        let score = |i: usize| Some(gradients.squared_norms[i].sqrt());
        input.show(|| Considered {
            samples: pool.clone(),
            scores: gradients.squared_norms.iter().map(|n| n.sqrt()).collect(),
            log_probabilities,
            steps: Vec::new(),
        });
        Ok(chosen
            .into_iter()
            .map(|i| Candidate { place: Place::Sample(pool[i]), score: score(i), step: None })
            .collect())
    }
}

/// The factors of every sample's gradient.
pub struct Gradients {
    /// p - onehot(argmax p), `[n, classes]`.
    errors: Vec<f32>,
    /// h, `[n, width]`.
    features: Vec<f32>,
    squared_norms: Vec<f32>,
    n: usize,
}

impl Gradients {
    /// From the penultimate features, `[n, width]`, and the log probabilities, `[n, classes]`.
    pub fn new(features: Vec<f32>, log_probabilities: Vec<f32>, n: usize) -> Self {
        let classes = log_probabilities.len() / n;
        let mut errors = log_probabilities;
        for row in errors.chunks_exact_mut(classes) {
            let best = argmax(row);
            row.iter_mut().for_each(|l| *l = l.exp());
            row[best] -= 1.0;
        }
        let mut gradients = Self { errors, features, squared_norms: Vec::new(), n };
        gradients.squared_norms = (0..n).map(|i| gradients.dot(i, i)).collect();
        gradients
    }

    /// The sample with the largest gradient, and others by k-means++, each drawn by a uniform number in [0, 1).
    pub fn spread(
        &self,
        count: usize,
        uniform: impl FnMut() -> f32,
        go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
    ) -> Result<Vec<usize>, Interrupted> {
        let first = pool::highest(&self.squared_norms, count.min(1)).first().copied();
        let apart = |i, j| self.squared_distance(i, j);
        k_means::spread(first, count.min(self.n), self.n, apart, uniform, go_on)
    }

    /// <e_i h_i', e_j h_j'> = (e_i . e_j)(h_i . h_j).
    fn dot(&self, i: usize, j: usize) -> f32 {
        let row = |values: &[f32], k: usize| {
            let width = values.len() / self.n;
            (k * width, (k + 1) * width)
        };
        let ((a, b), (c, d)) = (row(&self.errors, i), row(&self.errors, j));
        let ((e, f), (g, h)) = (row(&self.features, i), row(&self.features, j));
        distance::dot(&self.errors[a..b], &self.errors[c..d])
            * distance::dot(&self.features[e..f], &self.features[g..h])
    }

    fn squared_distance(&self, i: usize, j: usize) -> f32 {
        (self.squared_norms[i] + self.squared_norms[j] - 2.0 * self.dot(i, j)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_outer_products() {
        let features = vec![1.0, 2.0, 0.5, -1.0, 0.0, 3.0];
        let p = [[0.7_f32, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]];
        let gradients = Gradients::new(features.clone(), p.iter().flatten().map(|v| v.ln()).collect(), 3);
        let outer = |i: usize| -> Vec<f32> {
            let best = [0, 1, 2][i];
            let e: Vec<f32> = (0..3).map(|c| p[i][c] - f32::from(u8::from(c == best))).collect();
            e.iter().flat_map(|e| [e * features[2 * i], e * features[2 * i + 1]]).collect()
        };
        for i in 0..3 {
            for j in 0..3 {
                let expected = distance::squared(&outer(i), &outer(j));
                assert!((gradients.squared_distance(i, j) - expected).abs() < 1e-4, "{i} {j}");
            }
        }
    }
}
