//! SNN+: sampling by nearest neighbour as a proposer, with a second look at the real images.
//!
//! Several times as many proposals as are wanted are made by SNN (Algorithm 1) with a longer step; those whose real
//! images the target is least sure of are bought. Far fewer images are scored than in a large pool.

use super::uncertainty::Measure;
use super::{Candidate, Heading, Interrupted, Sampler, SamplerInput, Stride, pool, snn};
use crate::experiment::NeighbourPool;
use crate::rng::Rng;

/// Proposes `experiment.proposal_factor` times the count, keeps the highest entropies.
pub struct SnnPlus {
    pub heading: Heading,
}

impl Sampler for SnnPlus {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let stride = Stride { heading: self.heading, alpha: input.experiment.plus_alpha };
        let asked = count * input.experiment.proposal_factor;
        let proposals = snn::proposals(input, asked, stride, NeighbourPool::Unlabelled, rng)?;
        let samples: Vec<u32> = proposals.iter().filter_map(Candidate::train_sample).collect();
        let rows = pool::log_probabilities(input, &samples)?;
        let scores: Vec<f32> = rows.chunks_exact(input.target.classes()).map(|row| Measure::Entropy.of(row)).collect();
        let best = pool::highest(&scores, count);
        Ok(best.into_iter().map(|i| Candidate { score: Some(scores[i]), ..proposals[i].clone() }).collect())
    }
}
