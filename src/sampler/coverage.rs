//! Coverage herding (MaxHerding, Bae et al. 2024): samples that cover the codes of a pool. It needs neither labels nor a
//! target, so it can choose the first set.

use super::herding::{Herd, Kernel, bandwidth};
use super::{Candidate, Interrupted, Sampler, SamplerInput, herding, pool};
use crate::rng::Rng;

/// Covers a pool of `experiment.pool_size` codes by a Gaussian kernel, beside what is labelled.
pub struct Coverage;

impl Sampler for Coverage {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        let codes = pool::codes(input, &pool);
        let kernel = Kernel::Gaussian(bandwidth(&codes, pool.len(), input.labelled.bought().len() + count));
        let herd = Herd::new(&codes, kernel, vec![1.0; pool.len()]);
        herding::propose(input, herd, pool, Vec::new(), count)
    }
}
