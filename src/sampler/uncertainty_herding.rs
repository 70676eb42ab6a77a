//! Uncertainty herding (UHerding, Bae et al. 2025): samples that cover the uncertain part of a pool.
//!
//! Coverage herding with weights u = 1 - (p1 - p2): a sample counts by how near its two best classes are. While the target
//! is unsure of everything this is coverage; once it is sure of most, it is margin sampling that repeats nothing.
//!
//! The probabilities are those of the target, without a temperature: the paper takes the one of least calibration error on
//! labelled samples that were held out, and here each of a few labels is trained on.

use super::herding::{Herd, Kernel, bandwidth};
use super::uncertainty::Measure;
use super::{Candidate, Interrupted, Sampler, SamplerInput, herding, pool};
use crate::rng::Rng;

/// Covers a pool of `experiment.pool_size` codes, weighted by the target's margin.
pub struct UncertaintyHerding;

impl Sampler for UncertaintyHerding {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        let codes = pool::codes(input, &pool);
        let rows = pool::log_probabilities(input, &pool)?;
        let weights = rows.chunks_exact(input.target.classes()).map(|row| 1.0 + Measure::Margin.of(row)).collect();
        let kernel = Kernel::Gaussian(bandwidth(&codes, pool.len(), input.labelled.bought().len() + count));
        herding::propose(input, Herd::new(&codes, kernel, weights), pool, rows, count)
    }
}
