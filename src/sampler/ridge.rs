//! Ridge: samples that cover the doubtful part of a pool, by one rule from the first label to the last.
//!
//! Uncertainty herding whose doubt asks two witnesses: the target, with its prediction p, and the labels that lie near, with
//! q = (sum_j k(x, j) onehot(y_j) + e / classes) / (sum_j k(x, j) + e), where k is the kernel that measures coverage and e a
//! tenth of a label. The doubt is 1 - (b1 - b2), the margin of their mean b = (p + q) / 2. Without a label every doubt is one,
//! and the rule is coverage. With few, a target that is sure too soon is doubted where no label is near, or where a label
//! nearby contradicts it. With many, the bandwidth has shrunk with the labels, and what is left is the boundary, each part
//! of it once.

use super::herding::{Herd, Kernel, bandwidth};
use super::uncertainty::margin;
use super::{Candidate, Interrupted, Sampler, SamplerInput, herding, pool};
use crate::experiment::RidgeDoubt;
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
    let classes = input.target.classes();
    let target = rows.iter().map(|l| l.exp());
    let belief: Vec<f32> = match doubt {
        RidgeDoubt::Target => target.collect(),
        RidgeDoubt::Both => target.zip(nearby(input, herd, classes)?).map(|(p, q)| (p + q) / 2.0).collect(),
        RidgeDoubt::Labels | RidgeDoubt::None => nearby(input, herd, classes)?,
    };
    Ok(belief.chunks_exact(classes).map(|row| 1.0 - margin(row.iter().copied())).collect())
}

/// What the labels near each sample say of its class, `[n, classes]`; far from all of them, every class alike.
fn nearby(input: &SamplerInput<'_>, herd: &Herd, classes: usize) -> Result<Vec<f32>, Interrupted> {
    let bought = input.labelled.bought();
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
