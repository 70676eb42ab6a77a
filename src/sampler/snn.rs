//! Sampling by nearest neighbour (Algorithm 1): follow the gradient from labelled anchors and label the nearest sample.

use std::collections::HashSet;

use super::{Anchor, Candidate, Heading, Interrupted, MovedPoint, Place, Sampler, SamplerInput, Stride, move_points};
use crate::dataset::Class;
use crate::experiment::{AnchorSelection, NeighbourPool};
use crate::rng::Rng;

/// Algorithm 1, lines 6 to 11, with the settings of the experiment, or an ablation of it.
pub struct Snn {
    pub heading: Heading,
    /// If false, p' = p, and the candidate is the neighbour of the anchor itself.
    pub step: bool,
}

impl Sampler for Snn {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let alpha = if self.step { input.experiment.alpha } else { 0.0 };
        proposals(input, count, Stride { heading: self.heading, alpha }, input.experiment.neighbours, rng)
    }
}

/// `count` anchors moved by `stride`, each with the nearest sample that `pool` allows.
pub fn proposals(
    input: &SamplerInput<'_>,
    count: usize,
    stride: Stride,
    pool: NeighbourPool,
    rng: &mut Rng,
) -> Result<Vec<Candidate>, Interrupted> {
    if pool == NeighbourPool::Unlabelled && input.labelled.unlabelled_count() == 0 {
        return Ok(Vec::new());
    }
    let anchors = anchors(input, count, rng);
    snapped(input, move_points(input.terrain(), stride, &anchors, rng)?, pool)
}

/// Each moved point with the nearest sample that `pool` allows, as far as there are any.
pub fn snapped(
    input: &SamplerInput<'_>,
    moved: Vec<MovedPoint>,
    pool: NeighbourPool,
) -> Result<Vec<Candidate>, Interrupted> {
    let free = input.labelled.unlabelled_count();
    let mut taken = HashSet::new();
    let all = moved.len();
    let mut candidates = Vec::with_capacity(all);
    for (done, point) in moved.into_iter().enumerate() {
        input.go_on(done, all)?;
        // A search among samples that are all taken looks at each of them.
        if pool == NeighbourPool::Unlabelled && taken.len() == free {
            break;
        }
        let found = match pool {
            NeighbourPool::All => input.latent.index().nearest(&point.to, |s| input.labelled.is_withheld(s)),
            NeighbourPool::Unlabelled => {
                input.latent.index().nearest(&point.to, |s| !input.labelled.is_free(s) || taken.contains(&s))
            }
        };
        // None: the point is not finite.
        let Some(neighbour) = found else { continue };
        taken.insert(neighbour.sample);
        let step = point.snapped(input.latent, neighbour);
        candidates.push(Candidate { place: Place::Sample(neighbour.sample), score: None, step: Some(step) });
    }
    Ok(candidates)
}

/// The anchors of this round: drawn from the labelled samples, or the neighbours found in the round before.
///
/// If fewer samples than `count` are labelled, the draw is repeated until there are `count` anchors.
pub fn anchors<'a>(input: &SamplerInput<'a>, count: usize, rng: &mut Rng) -> Vec<Anchor<'a>> {
    if let Some(kept) = kept(input) {
        return as_anchors(input, kept.into_iter().cycle().take(count));
    }
    let bought = input.labelled.bought();
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count && !bought.is_empty() {
        chosen.extend(rng.choose(bought, count - chosen.len()));
    }
    as_anchors(input, chosen)
}

/// As `anchors`, but each once and none that is spent: fewer than `count` where no others are left.
pub fn unspent_anchors<'a>(input: &SamplerInput<'a>, count: usize, rng: &mut Rng) -> Vec<Anchor<'a>> {
    let mut spent: HashSet<u32> = input.spent.iter().copied().collect();
    let kept = kept(input);
    let all = kept.as_deref().unwrap_or(input.labelled.bought());
    let unspent: Vec<(u32, Class)> = all.iter().copied().filter(|(sample, _)| spent.insert(*sample)).collect();
    match kept {
        Some(_) => as_anchors(input, unspent.into_iter().take(count)),
        None => as_anchors(input, rng.choose(&unspent, count)),
    }
}

fn as_anchors<'a>(input: &SamplerInput<'a>, chosen: impl IntoIterator<Item = (u32, Class)>) -> Vec<Anchor<'a>> {
    let labelled = input.labelled;
    let anchor = |(sample, label)| Anchor {
        sample,
        label,
        code: labelled.code(sample, input.latent),
        map: labelled.map(sample),
    };
    chosen.into_iter().map(anchor).collect()
}

/// The labelled neighbours found in the round before, if they are the anchors of this one.
fn kept(input: &SamplerInput<'_>) -> Option<Vec<(u32, Class)>> {
    let first_snn_round = input.round <= 2;
    let renew = match input.experiment.anchors {
        AnchorSelection::EachRound => true,
        AnchorSelection::EveryK => first_snn_round || (input.round - 2).is_multiple_of(input.experiment.reselect_every),
        AnchorSelection::Never => first_snn_round,
    };
    if renew || input.previous.is_empty() {
        return None;
    }
    let label_of: std::collections::HashMap<u32, Class> = input.labelled.bought().iter().copied().collect();
    Some(input.previous.iter().filter_map(|s| label_of.get(s).map(|&label| (*s, label))).collect())
}
