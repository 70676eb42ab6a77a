//! Sampling by interpolation (Algorithm 2): follow the gradient from labelled points and decode the moved points.

use super::{Candidate, Heading, Interrupted, Place, Sampler, SamplerInput, Stride, move_points, snn};
use crate::rng::Rng;

/// Algorithm 2, lines 7 to 11; the round decodes and labels the proposed points.
pub struct Si;

impl Sampler for Si {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        let anchors = snn::unspent_anchors(input, count, rng);
        let stride = Stride { heading: Heading::Gradient, alpha: input.experiment.alpha };
        let moved = move_points(input.terrain(), stride, &anchors, rng)?;
        let candidate = |point: super::MovedPoint| Candidate {
            place: Place::Point(point.to.clone()),
            score: None,
            step: Some(point.made()),
        };
        Ok(moved.into_iter().map(candidate).collect())
    }
}
