//! Selection by distance over a random pool: core-set (Sener and Savarese 2017), which is k-centre greedy, and LCMD
//! (Holzmüller et al. 2023), which looks at the size of what a centre stands for too.

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

/// Among which points the one is chosen that is farthest from its nearest centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    All,
    /// Those nearest to the centre whose points have the largest sum of squared distances to it (LCMD).
    LargestCluster,
}

/// Repeatedly chooses the point farthest from all labelled and chosen ones, which are the centres.
pub struct CoreSet {
    pub space: Space,
    pub among: Among,
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
            farthest(&vectors, width, &centres, count, self.among, |done, all| input.go_on(done, all))?;
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

/// Centres chosen one after the other.
pub struct Centres {
    /// Each with its distance to the nearest centre when it was chosen.
    pub chosen: Vec<(usize, f32)>,
    /// The distance of every vector to the nearest centre at the end.
    nearest: Vec<f32>,
}

/// Of vectors `[n, width]` the `count` that are one after the other farthest, of those `among`, from all centres and those
/// before, the first of equals.
pub fn farthest(
    vectors: &[f32],
    width: usize,
    centres: &[f32],
    count: usize,
    among: Among,
    go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
) -> Result<Centres, Interrupted> {
    let n = vectors.len() / width.max(1);
    let mut nearest = vec![Nearest { squared: f32::INFINITY, centre: 0 }; n];
    let centres = centres.chunks_exact(width);
    let labelled = centres.len();
    for (done, centre) in centres.enumerate() {
        go_on(done, labelled)?;
        approach(&mut nearest, vectors, centre, done);
    }
    let mut chosen = Vec::new();
    let mut free = vec![true; n];
    let wanted = count.min(n);
    while chosen.len() < wanted {
        go_on(chosen.len(), wanted)?;
        let cluster = match among {
            Among::All => None,
            Among::LargestCluster => largest(&nearest, &free, labelled + chosen.len()),
        };
        let allowed = |&i: &usize| free[i] && cluster.is_none_or(|centre| nearest[i].centre == centre);
        let distance = |i: usize| nearest[i].squared;
        let farthest = (0..n).filter(allowed).max_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(b.cmp(&a)));
        let Some(at) = farthest else { break };
        let before = nearest[at].squared.sqrt();
        free[at] = false;
        approach(&mut nearest, vectors, &vectors[at * width..(at + 1) * width], labelled + chosen.len());
        chosen.push((at, before));
    }
    Ok(Centres { chosen, nearest: nearest.into_iter().map(|n| n.squared.sqrt()).collect() })
}

/// The centre that a vector is nearest to, the first of equals, and the squared distance.
#[derive(Clone, Copy)]
struct Nearest {
    squared: f32,
    centre: usize,
}

/// The centre with free vectors whose distances to it, squared, have the largest sum, the first of equals.
fn largest(nearest: &[Nearest], free: &[bool], centres: usize) -> Option<usize> {
    let mut sizes: Vec<Option<f64>> = vec![None; centres];
    for near in nearest.iter().zip(free).filter_map(|(near, free)| free.then_some(near)) {
        if let Some(size) = sizes.get_mut(near.centre) {
            *size.get_or_insert(0.0) += f64::from(near.squared);
        }
    }
    let sizes = sizes.iter().enumerate().filter_map(|(centre, size)| Some((centre, (*size)?)));
    sizes.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(centre, _)| centre)
}

/// Updates what each vector is nearest to after the centre with number `number` was added.
fn approach(nearest: &mut [Nearest], vectors: &[f32], centre: &[f32], number: usize) {
    for (near, vector) in nearest.iter_mut().zip(vectors.chunks_exact(centre.len())) {
        let squared = distance::squared(vector, centre);
        if squared < near.squared {
            *near = Nearest { squared, centre: number };
        }
    }
}
