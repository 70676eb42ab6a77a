//! What a sampler proposed, with its price.

use std::time::Instant;

use crate::history::{Coverage, Price};
use crate::rng::Rng;
use crate::sampler::{Candidate, Interrupted, Sampler, SamplerInput};

/// What a sampler proposed, and how.
#[derive(Debug, Default)]
pub(super) struct Proposed {
    pub candidates: Vec<Candidate>,
    pub price: Price,
    pub coverage: Option<Coverage>,
}

impl Proposed {
    /// The proposals of a sampler, whose target was not asked about any image before.
    pub fn by(
        sampler: &dyn Sampler,
        input: &SamplerInput<'_>,
        count: usize,
        rng: &mut Rng,
    ) -> Result<Self, Interrupted> {
        let start = Instant::now();
        let candidates = sampler.propose(input, count, rng)?;
        let price = Price { scored: input.target.scored(), seconds: start.elapsed().as_secs_f32() };
        Ok(Self { candidates, price, coverage: input.coverage.take() })
    }
}
