//! Decoded draws from N(0, I), line 2 of Algorithm 2, in every round: the baseline that equals SI at t = 1.

use super::{Candidate, Interrupted, Place, Sampler, SamplerInput};
use crate::rng::Rng;

/// Proposes latent points drawn from the prior.
pub struct RandomLatent;

impl Sampler for RandomLatent {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let dim = input.latent.dim();
        let mut point = || Candidate { place: Place::Point(rng.normals(dim)), score: None, step: None };
        Ok((0..count).map(|_| point()).collect())
    }
}
