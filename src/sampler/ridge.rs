//! Ridge: samples that cover the doubtful part of a pool, by one rule from the first label to the last.
//!
//! Uncertainty herding whose doubt knows two things: what the target predicts, p, and which labels lie near, which count by
//! the kernel that measures coverage, k. The belief about a sample is (p + sum_j k(x, j) onehot(y_j)) / (1 + sum_j k(x, j)):
//! the target is worth one label, and the labels nearby add theirs. The doubt is 1 - (b1 - b2), the margin of the belief.
//! Without a label every doubt is one, and the rule is coverage. With few, the target's mistakes are doubted where a label
//! nearby contradicts it. With many, the bandwidth has shrunk, so that each label speaks for its own surroundings, and what
//! is left is the boundary, every part of it once.

use super::herding::{Herd, Kernel, bandwidth};
use super::uncertainty::Measure;
use super::{Candidate, Interrupted, Sampler, SamplerInput, herding, pool};
use crate::experiment::RidgeDoubt;
use crate::rng::Rng;

/// Labels that are counted between two questions whether to stop.
const LABELS_PER_CHUNK: usize = 128;

/// Covers a pool of `experiment.pool_size` codes, weighted by doubt.
pub struct Ridge;

impl Sampler for Ridge {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        let codes = pool::codes(input, &pool);
        let kernel = Kernel::Gaussian(bandwidth(&codes, pool.len(), input.labelled.bought().len() + count));
        let mut herd = Herd::new(&codes, kernel, vec![1.0; pool.len()]);
        let doubt = input.experiment.ridge_doubt;
        let begins = input.labelled.bought().is_empty();
        let rows = match doubt {
            _ if begins => Vec::new(),
            RidgeDoubt::None | RidgeDoubt::Labels => Vec::new(),
            RidgeDoubt::Both | RidgeDoubt::Target => pool::log_probabilities(input, &pool)?,
        };
        if !begins && doubt != RidgeDoubt::None {
            herd.weigh(doubts(input, &herd, &rows, doubt)?);
        }
        herding::propose(input, herd, pool, rows, count)
    }
}

/// The doubt about each sample of the pool, in [0, 1]; `rows` has the target's log probabilities, if it is asked.
fn doubts(input: &SamplerInput<'_>, herd: &Herd, rows: &[f32], doubt: RidgeDoubt) -> Result<Vec<f32>, Interrupted> {
    let (classes, bought) = (input.target.classes(), input.labelled.bought());
    let even = (1.0 / classes as f32).ln();
    let mut beliefs: Vec<f32> = match rows {
        [] => vec![even.exp(); herd.len() * classes],
        rows => rows.iter().map(|l| l.exp()).collect(),
    };
    if doubt != RidgeDoubt::Target {
        for (done, &(sample, label)) in bought.iter().enumerate() {
            if done % LABELS_PER_CHUNK == 0 {
                input.go_on(done, bought.len())?;
            }
            let near = herd.row(input.labelled.code(sample, input.latent));
            beliefs.iter_mut().skip(usize::from(label)).step_by(classes).zip(near).for_each(|(b, k)| *b += k);
        }
    }
    let doubt = |belief: &[f32]| {
        let whole: f32 = belief.iter().sum();
        1.0 + Measure::Margin.of(&belief.iter().map(|b| (b / whole).ln()).collect::<Vec<_>>())
    };
    Ok(beliefs.chunks_exact(classes).map(doubt).collect())
}
