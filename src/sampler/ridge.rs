//! Ridge: samples that cover the doubtful part of a pool, by one rule from the first label to the last.
//!
//! Herding, whose weights are doubts. The doubt about a sample is the standard deviation of the answer between the two
//! likeliest classes, 2 sqrt(b1 b2) / (b1 + b2): in a part of the pool, labels are due in proportion to the deviation of its
//! answers (Neyman 1934), while the margin is the share of wrong ones, and falls faster where the target is sure too soon.
//! Without a label every doubt is one, and the rule is coverage; with few it is coverage of what is unsure; with many the
//! bandwidth has shrunk with the labels, and what is left is the boundary, each part of it once.
//!
//! The belief b is the target's prediction p. It can also be what the labels nearby say,
//! q = (sum_j k(x, j) onehot(y_j) + e / classes) / (sum_j k(x, j) + e), with the kernel k of the coverage and e a tenth of a
//! label, or the mean of both.

use super::herding::{Herd, Kernel, bandwidth};
use super::uncertainty::best_two;
use super::{Candidate, Interrupted, Sampler, SamplerInput, herding, pool};
use crate::experiment::{RidgeBelief, RidgeDoubt};
use crate::rng::Rng;

/// What every class has together before a label is near, in labels.
const EVEN: f32 = 0.1;
/// Labels that are counted between two questions whether to stop.
const LABELS_PER_CHUNK: usize = 128;

/// Covers a pool of `experiment.pool_size` codes, weighted by doubt.
pub struct Ridge;

impl Sampler for Ridge {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        let codes = pool::codes(input, &pool);
        let bought = input.labelled.bought().len();
        let kernel = Kernel::Gaussian(bandwidth(&codes, pool.len(), bought + count));
        let mut herd = Herd::new(&codes, kernel, vec![1.0; pool.len()]);
        let mut rows = Vec::new();
        // Without a label nobody knows anything.
        if bought > 0 && input.experiment.ridge_doubt != RidgeDoubt::None {
            if input.experiment.ridge_belief != RidgeBelief::Labels {
                rows = pool::log_probabilities(input, &pool)?;
            }
            let belief = belief(input, &herd, &rows)?;
            let classes = belief.chunks_exact(input.target.classes());
            herd.weigh(classes.map(|row| doubt(row, input.experiment.ridge_doubt)).collect());
        }
        herding::propose(input, herd, pool, rows, count)
    }
}

/// The probabilities of the classes of each sample, `[n, classes]`; `rows` has the target's logarithms, if it is asked.
fn belief(input: &SamplerInput<'_>, herd: &Herd, rows: &[f32]) -> Result<Vec<f32>, Interrupted> {
    let target = rows.iter().map(|l| l.exp());
    Ok(match input.experiment.ridge_belief {
        RidgeBelief::Target => target.collect(),
        RidgeBelief::Labels => nearby(input, herd)?,
        RidgeBelief::Both => target.zip(nearby(input, herd)?).map(|(p, q)| (p + q) / 2.0).collect(),
    })
}

/// What the labels near each sample say of its class, `[n, classes]`; far from all of them, every class alike.
fn nearby(input: &SamplerInput<'_>, herd: &Herd) -> Result<Vec<f32>, Interrupted> {
    let (classes, bought) = (input.target.classes(), input.labelled.bought());
    let mut found = vec![EVEN / classes as f32; herd.len() * classes];
    for (done, &(sample, label)) in bought.iter().enumerate() {
        if done % LABELS_PER_CHUNK == 0 {
            input.go_on(done, bought.len())?;
        }
        let row = herd.row(input.labelled.code(sample, input.latent));
        found.iter_mut().skip(usize::from(label)).step_by(classes).zip(row).for_each(|(sum, k)| *sum += k);
    }
    for row in found.chunks_exact_mut(classes) {
        let whole: f32 = row.iter().sum();
        row.iter_mut().for_each(|q| *q /= whole);
    }
    Ok(found)
}

/// The doubt about a sample, in [0, 1].
fn doubt(belief: &[f32], measure: RidgeDoubt) -> f32 {
    let [best, second] = best_two(belief.iter().copied());
    match measure {
        RidgeDoubt::None => 1.0,
        RidgeDoubt::Margin => 1.0 - (best - second),
        // A target that diverged predicts no number at all.
        RidgeDoubt::Deviation if best + second == 0.0 => 1.0,
        RidgeDoubt::Deviation => 2.0 * (best * second).sqrt() / (best + second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_agree_with_their_definitions() {
        for (belief, deviation, margin) in [
            ([0.5, 0.5, 0.0], 1.0, 1.0),
            ([0.1, 0.9, 0.0], 0.6, 0.2),
            ([1.0, 0.0, 0.0], 0.0, 0.0),
            ([0.2, 0.2, 0.6], 0.866, 0.6),
            ([f32::NAN; 3], 1.0, 1.0),
        ] {
            let got = |measure| doubt(&belief, measure);
            assert!((got(RidgeDoubt::Deviation) - deviation).abs() < 1e-3, "{belief:?}");
            assert!((got(RidgeDoubt::Margin) - margin).abs() < 1e-6, "{belief:?}");
            assert_eq!(got(RidgeDoubt::None), 1.0);
        }
    }
}
