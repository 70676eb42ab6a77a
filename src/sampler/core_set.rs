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
        let Centres { chosen, nearest } =
            farthest(&vectors, width, &centres, count, |done, all| input.go_on(done, all))?;
        input.show(|| {
            let mut scores = nearest;
            chosen.iter().for_each(|&(at, distance)| scores[at] = distance);
            Considered { samples: pool.clone(), scores, ..Considered::default() }
        });
        let candidate = |(at, distance): (usize, f32)| {
            // If nothing is labelled, the first distance is infinite and no score.
            let score = Some(distance).filter(|d| d.is_finite());
            Candidate { place: Place::Sample(pool[at]), score, step: None }
        };
        Ok(chosen.into_iter().map(candidate).collect())
    }
}

/// Centres chosen by k-centre greedy.
pub struct Centres {
    /// Each with its distance to the nearest centre when it was chosen.
    pub chosen: Vec<(usize, f32)>,
    /// The distance of every vector to the nearest centre at the end.
    nearest: Vec<f32>,
}

/// Of vectors `[n, width]` the `count` that are one after the other farthest from all centres and those before, the first
/// of equals.
pub fn farthest(
    vectors: &[f32],
    width: usize,
    centres: &[f32],
    count: usize,
    go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
) -> Result<Centres, Interrupted> {
    let n = vectors.len() / width.max(1);
    let mut nearest = vec![f32::INFINITY; n];
    let centres = centres.chunks_exact(width);
    let all = centres.len();
    for (done, centre) in centres.enumerate() {
        go_on(done, all)?;
        approach(&mut nearest, vectors, centre);
    }
    let mut chosen = Vec::new();
    let mut free = vec![true; n];
    let wanted = count.min(n);
    while chosen.len() < wanted {
        go_on(chosen.len(), wanted)?;
        let farthest = (0..n).filter(|&i| free[i]).max_by(|&a, &b| nearest[a].total_cmp(&nearest[b]).then(b.cmp(&a)));
        let Some(at) = farthest else { break };
        free[at] = false;
        chosen.push((at, nearest[at].sqrt()));
        approach(&mut nearest, vectors, &vectors[at * width..(at + 1) * width]);
    }
    nearest.iter_mut().for_each(|d| *d = d.sqrt());
    Ok(Centres { chosen, nearest })
}

/// Updates the squared distances to the nearest centre after `centre` was added.
fn approach(nearest: &mut [f32], vectors: &[f32], centre: &[f32]) {
    for (near, vector) in nearest.iter_mut().zip(vectors.chunks_exact(centre.len())) {
        *near = near.min(distance::squared(vector, centre));
    }
}
