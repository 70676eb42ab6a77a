//! The paper's baseline: unlabelled samples drawn at random.

use super::{Candidate, Interrupted, Place, Sampler, SamplerInput};
use crate::rng::Rng;

/// Uniform over the unlabelled samples, without replacement.
pub struct Random;

impl Sampler for Random {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let chosen = rng.choose(&input.labelled.unlabelled(), count);
        Ok(chosen
            .into_iter()
            .map(|sample| Candidate { place: Place::Sample(sample), score: None, step: None })
            .collect())
    }
}
