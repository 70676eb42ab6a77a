//! TypiClust (Hacohen et al. 2022): the most typical sample of each cluster of the codes, first where nothing is labelled.

use super::k_means::k_means;
use super::pool::highest;
use super::{Candidate, Considered, Interrupted, Place, Sampler, SamplerInput, distance, pool};
use crate::rng::Rng;

/// The paper's numbers: most clusters, the size up to which a cluster is passed over, and the neighbours that say how
/// typical a sample is.
const MOST_CLUSTERS: usize = 500;
const SMALL: usize = 5;
const NEIGHBOURS: usize = 20;
/// Added to a mean distance before it is inverted, as in the paper's program.
const LEAST_DISTANCE: f32 = 1e-5;

/// Clusters a pool of `experiment.pool_size` codes together with the labelled ones.
pub struct TypiClust;

impl Sampler for TypiClust {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let pool = pool::random_pool(input, input.experiment.pool_size.max(count), rng);
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let bought: Vec<u32> = input.labelled.bought().iter().map(|&(s, _)| s).collect();
        let all: Vec<u32> = pool.iter().chain(&bought).copied().collect();
        let (codes, dim) = (pool::codes(input, &all), input.latent.dim());
        let k = (bought.len() + count).min(MOST_CLUSTERS);
        let clusters = k_means(&codes, dim, k, rng, |done, all| input.go_on(done, all))?;
        let picks = typical(&codes, &clusters, pool.len(), count, |done, all| input.go_on(done, all))?;
        input.show(|| {
            let mut scores = vec![0.0; pool.len()];
            for cluster in members(&clusters, pool.len()) {
                let typicality = typicality(&codes, dim, &cluster);
                cluster.into_iter().zip(typicality).for_each(|(at, score)| scores[at] = score);
            }
            picks.iter().for_each(|&(at, score)| scores[at] = score);
            Considered { samples: pool.clone(), scores, ..Considered::default() }
        });
        let candidate = |(at, score)| Candidate { place: Place::Sample(pool[at]), score: Some(score), step: None };
        Ok(picks.into_iter().map(candidate).collect())
    }
}

/// `count` of the first `free` codes with their typicality; the codes after these are labelled. One is taken from each
/// cluster in turn, from those with the fewest labelled first, and of these from the largest; small clusters come last.
pub fn typical(
    codes: &[f32],
    clusters: &[usize],
    free: usize,
    count: usize,
    go_on: impl Fn(usize, usize) -> Result<(), Interrupted>,
) -> Result<Vec<(usize, f32)>, Interrupted> {
    let width = codes.len() / clusters.len().max(1);
    let (all, mut members) = (members(clusters, clusters.len()), members(clusters, free));
    let size = |c: usize| all[c].len();
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&c| (size(c) <= SMALL, size(c) - members[c].len(), usize::MAX - size(c), c));
    let (large, small) = order.split_at(order.partition_point(|&c| size(c) > SMALL));
    let mut picks = Vec::new();
    for turn in [large, small] {
        while picks.len() < count && turn.iter().any(|&c| !members[c].is_empty()) {
            for &cluster in turn {
                if picks.len() == count || members[cluster].is_empty() {
                    continue;
                }
                go_on(picks.len(), count)?;
                let typicality = typicality(codes, width, &members[cluster]);
                let best = highest(&typicality, 1)[0];
                picks.push((members[cluster].remove(best), typicality[best]));
            }
        }
    }
    Ok(picks)
}

/// The first `n` vectors by their clusters.
fn members(clusters: &[usize], n: usize) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); clusters.iter().max().map_or(0, |most| most + 1)];
    clusters.iter().take(n).enumerate().for_each(|(at, &cluster)| members[cluster].push(at));
    members
}

/// How typical each member of a cluster is: 1 / (the mean distance to its nearest members).
fn typicality(codes: &[f32], width: usize, members: &[usize]) -> Vec<f32> {
    let code = |at: usize| &codes[at * width..][..width];
    let near = NEIGHBOURS.min(members.len() / 2);
    let of = |&at: &usize| {
        let others = members.iter().filter(|other| **other != at);
        let mut distances: Vec<f32> = others.map(|&other| distance::squared(code(at), code(other)).sqrt()).collect();
        if near > 0 {
            distances.select_nth_unstable_by(near - 1, f32::total_cmp);
        }
        let nearest = &mut distances[..near];
        // In order, so that the sum has the same bits however they were found.
        nearest.sort_by(f32::total_cmp);
        1.0 / (nearest.iter().sum::<f32>() / near.max(1) as f32 + LEAST_DISTANCE)
    };
    members.iter().map(of).collect()
}
