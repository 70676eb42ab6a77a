//! The paper's baseline: unlabelled samples drawn at random.

use super::{Candidate, Interrupted, Sampler, SamplerInput};
use crate::rng::Rng;

/// Uniform over the unlabelled samples, without replacement.
pub struct Random;

impl Sampler for Random {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let chosen = rng.choose(&input.labelled.unlabelled(), count);
        Ok(chosen.into_iter().map(Candidate::at_random).collect())
    }
}
