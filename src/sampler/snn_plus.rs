//! SNN+: sampling by nearest neighbour as a proposer, followed by scoring of the real images.
//!
//! SNN (Algorithm 1) with a longer step proposes several times the number of samples needed; those with the least
//! certain predictions are labelled. Far fewer images are scored than in a large pool.

use super::uncertainty::Measure;
use super::{
    Anchor, Candidate, Considered, Heading, Interrupted, MovedPoint, Sampler, SamplerInput, Stride, move_points, pool,
    snn,
};
use crate::experiment::NeighbourPool;
use crate::rng::Rng;

/// Proposes `experiment.proposal_factor` times the count and keeps the highest entropies.
pub struct SnnPlus {
    pub heading: Heading,
}

impl Sampler for SnnPlus {
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted> {
        if input.labelled.unlabelled_count() == 0 {
            return Ok(Vec::new());
        }
        let stride = Stride { heading: self.heading, alpha: input.experiment.plus_alpha };
        let asked = count * input.experiment.proposal_factor;
        let points = drop_drifters(input, walk(input, stride, asked, rng)?, count)?;
        let proposals = snn::snapped(input, points, NeighbourPool::Unlabelled)?;
        let samples: Vec<u32> = proposals.iter().filter_map(Candidate::train_sample).collect();
        let rows = pool::log_probabilities(input, &samples)?;
        let scores: Vec<f32> = rows.chunks_exact(input.target.classes()).map(|row| Measure::Entropy.of(row)).collect();
        let best = pool::highest(&scores, count);
        input.show(|| Considered {
            samples,
            scores: scores.clone(),
            log_probabilities: rows,
            steps: proposals.iter().filter_map(|p| p.step.clone()).collect(),
        });
        Ok(best.into_iter().map(|i| Candidate { score: Some(scores[i]), ..proposals[i].clone() }).collect())
    }
}

/// `count` moved points: each anchor takes `experiment.plus_steps` steps with its own label, each to one point.
fn walk(input: &SamplerInput<'_>, stride: Stride, count: usize, rng: &mut Rng) -> Result<Vec<MovedPoint>, Interrupted> {
    let steps = input.experiment.plus_steps;
    let walks = count.div_ceil(steps);
    let drawn = (walks as f32 / input.experiment.plus_gradient_share).ceil() as usize;
    let anchors = snn::anchors(input, drawn, rng);
    let mut points = steepest(move_points(input.terrain(), stride, &anchors, rng)?, walks);
    let mut last = 0..points.len();
    for _ in 1..steps {
        let here: Vec<Anchor<'_>> = points[last.clone()]
            .iter()
            .map(|p| Anchor { sample: p.parent, label: p.parent_label, code: &p.to, map: input.labelled.map(p.parent) })
            .collect();
        let further = move_points(input.terrain(), stride, &here, rng)?;
        last = points.len()..points.len() + further.len();
        points.extend(further);
    }
    points.truncate(count);
    Ok(points)
}

/// The `count` points with the largest gradients, in their original order.
fn steepest(points: Vec<MovedPoint>, count: usize) -> Vec<MovedPoint> {
    if points.len() <= count {
        return points;
    }
    let square = |p: &MovedPoint| p.gradient.iter().map(|g| g * g).sum::<f32>();
    // A gradient that is not finite counts as zero.
    let squares: Vec<f32> = points.iter().map(|p| Some(square(p)).filter(|s| s.is_finite()).unwrap_or(0.0)).collect();
    let kept: std::collections::HashSet<usize> = pool::highest(&squares, count).into_iter().collect();
    points.into_iter().enumerate().filter(|(i, _)| kept.contains(i)).map(|(_, p)| p).collect()
}

/// Removes points at which the embedding is sparser than its `experiment.plus_density_quantile`, but keeps at least
/// `least` points: sparse ones are then appended in their original order.
fn drop_drifters(
    input: &SamplerInput<'_>,
    points: Vec<MovedPoint>,
    least: usize,
) -> Result<Vec<MovedPoint>, Interrupted> {
    let share = input.experiment.plus_density_quantile;
    if share >= 1.0 {
        return Ok(points);
    }
    let limit = input.latent.sparsity().quantile(share);
    let (mut dense, mut sparse) = (Vec::new(), Vec::new());
    let all = points.len();
    for (done, point) in points.into_iter().enumerate() {
        input.go_on(done, all)?;
        let side = if input.latent.sparsity_at(&point.to) <= limit { &mut dense } else { &mut sparse };
        side.push(point);
    }
    let wanted = least.saturating_sub(dense.len());
    dense.extend(sparse.into_iter().take(wanted));
    Ok(dense)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steepest_stay_in_their_order_and_nan_counts_as_flat() {
        let point = |parent: u32, gradient: f32| MovedPoint {
            parent,
            parent_label: 0,
            loss: 0.0,
            from: vec![0.0],
            gradient: vec![gradient],
            to: vec![0.0],
        };
        let points: Vec<MovedPoint> =
            [(1, 0.5), (2, f32::NAN), (3, -3.0), (4, 0.1), (5, 2.0)].map(|(p, g)| point(p, g)).into();
        let kept = |count| steepest(points.clone(), count).iter().map(|p| p.parent).collect::<Vec<_>>();
        assert_eq!(kept(3), [1, 3, 5]);
        assert_eq!(kept(4), [1, 3, 4, 5]);
        assert_eq!(kept(9), [1, 2, 3, 4, 5]);
    }
}
