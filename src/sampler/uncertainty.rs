//! Uncertainty sampling (Settles 2009): entropy, margin or least confidence over a random pool.

use super::{Candidate, Considered, Interrupted, Place, Sampler, SamplerInput, pool};
use crate::rng::Rng;

/// A measure of the uncertainty of a prediction; higher is less certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// - sum p log p (nats).
    Entropy,
    /// Minus the difference between the two highest probabilities.
    Margin,
    /// Minus the highest probability.
    LeastConfidence,
}

impl Measure {
    /// The measure of one row of log probabilities.
    pub fn of(self, log_probabilities: &[f32]) -> f32 {
        match self {
            Self::Entropy => {
                -log_probabilities.iter().map(|l| if l.is_finite() { l.exp() * l } else { 0.0 }).sum::<f32>()
            }
            Self::Margin => {
                let [best, second] = best_two(log_probabilities.iter().map(|l| l.exp()));
                second - best
            }
            Self::LeastConfidence => -log_probabilities.iter().fold(0.0_f32, |best, l| best.max(l.exp())),
        }
    }
}

/// The two highest probabilities.
pub fn best_two(probabilities: impl Iterator<Item = f32>) -> [f32; 2] {
    probabilities.fold([0.0_f32; 2], |[best, second], p| if p > best { [p, best] } else { [best, second.max(p)] })
}

/// Size of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// `experiment.pool_size`.
    Full,
    /// As many images as SNN+ scores: `experiment.proposal_factor` for each label.
    LikeProposals,
}

/// Chooses the most uncertain samples of a random pool.
pub struct Uncertainty {
    pub measure: Measure,
    pub pool: Pool,
}

impl Sampler for Uncertainty {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let size = match self.pool {
            Pool::Full => input.experiment.pool_size.max(count),
            Pool::LikeProposals => input.experiment.proposal_factor * count,
        };
        let pool = pool::random_pool(input, size, rng);
        let rows = pool::log_probabilities(input, &pool)?;
        let scores: Vec<f32> = rows.chunks_exact(input.target.classes()).map(|row| self.measure.of(row)).collect();
        let best = pool::highest(&scores, count);
        input.show(|| Considered {
            samples: pool.clone(),
            scores: scores.clone(),
            log_probabilities: rows,
            steps: Vec::new(),
        });
        Ok(best
            .into_iter()
            .map(|i| Candidate { place: Place::Sample(pool[i]), score: Some(scores[i]), step: None })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_agree_with_their_definitions() {
        let ln = |p: [f32; 3]| p.map(f32::ln);
        for (measure, p, expected) in [
            (Measure::Entropy, [1.0 / 3.0; 3], 3.0_f32.ln()),
            (Measure::Entropy, [1.0, 0.0, 0.0], 0.0),
            (Measure::Entropy, [0.5, 0.25, 0.25], 1.039_720_8),
            (Measure::Margin, [0.5, 0.3, 0.2], -0.2),
            (Measure::Margin, [0.2, 0.3, 0.5], -0.2),
            (Measure::LeastConfidence, [0.2, 0.3, 0.5], -0.5),
        ] {
            let got = measure.of(&ln(p));
            assert!((got - expected).abs() < 1e-5, "{measure:?} {p:?}: {got}");
        }
    }
}
