//! Core-set selection (Sener and Savarese 2017): k-centre greedy over a random pool.

use super::{Candidate, Considered, Interrupted, Place, Sampler, SamplerInput, distance, pool};
use crate::rng::Rng;

/// The space in which distances are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// The target's penultimate features.
    Features,
    /// The generator's latent space.
    Latent,
}

/// Repeatedly chooses the point farthest from all labelled and chosen ones.
pub struct CoreSet {
    pub space: Space,
}

impl CoreSet {
    fn vectors(&self, input: &SamplerInput<'_>, samples: &[u32]) -> Result<Vec<f32>, Interrupted> {
        match self.space {
            Space::Features => Ok(pool::features(input, samples)?.0),
            Space::Latent => Ok(pool::codes(input, samples)),
        }
    }
}

impl Sampler for CoreSet {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let bought: Vec<u32> = input.labelled.bought().iter().map(|&(s, _)| s).collect();
        let (vectors, centres) = (self.vectors(input, &pool)?, self.vectors(input, &bought)?);
        let width = vectors.len() / pool.len();
        let mut nearest = vec![f32::INFINITY; pool.len()];
        let all = bought.len();
        for (done, centre) in centres.chunks_exact(width).enumerate() {
            input.go_on(done, all)?;
            approach(&mut nearest, &vectors, centre);
        }
        let mut chosen: Vec<Candidate> = Vec::new();
        let mut order = Vec::new();
        let mut free = vec![true; pool.len()];
        let wanted = count.min(pool.len());
        while chosen.len() < wanted {
            input.go_on(chosen.len(), wanted)?;
            let farthest =
                (0..pool.len()).filter(|&i| free[i]).max_by(|&a, &b| nearest[a].total_cmp(&nearest[b]).then(b.cmp(&a)));
            let Some(at) = farthest else { break };
            free[at] = false;
            order.push(at);
            // If nothing is labelled, the first distance is infinite and no score.
            let score = Some(nearest[at].sqrt()).filter(|s| s.is_finite());
            chosen.push(Candidate { place: Place::Sample(pool[at]), score, step: None });
            approach(&mut nearest, &vectors, &vectors[at * width..(at + 1) * width]);
        }
        input.show(|| {
            let mut scores: Vec<f32> = nearest.iter().map(|d| d.sqrt()).collect();
            for (&at, candidate) in order.iter().zip(&chosen) {
                scores[at] = candidate.score.unwrap_or(f32::INFINITY);
            }
            Considered { samples: pool.clone(), scores, ..Considered::default() }
        });
        Ok(chosen)
    }
}

/// Updates the squared distances to the nearest centre after `centre` was added.
fn approach(nearest: &mut [f32], vectors: &[f32], centre: &[f32]) {
    for (near, vector) in nearest.iter_mut().zip(vectors.chunks_exact(centre.len())) {
        *near = near.min(distance::squared(vector, centre));
    }
}
