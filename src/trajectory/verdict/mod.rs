//! The verdict on a walk: transparent rules whose thresholds are relative to the cloud's own scale.
//!
//! The first verdict that holds, in the order of `Verdict::ALL`, is the walk's. Only what is not yet lost is told
//! apart by labels, so a walk that is lost is known without any.

use serde::{Deserialize, Serialize};

use super::measure::{LabelMeasure, StepMeasure};
use crate::latent::Sparsity;

/// What became of a walk, in order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// It left the cloud: around p' there is less than around all but a few of the embedded samples.
    Outward,
    /// It does not move: the neighbour of p' is the sample it stands at.
    Stalled,
    /// It goes to and fro between the same few samples.
    Recycling,
    /// It stays where classes meet.
    Boundary,
    /// It went from the midst of one class into that of another.
    Crossing,
    /// It stayed in the midst of a class.
    Interior,
}

impl Verdict {
    /// Every verdict, in order of precedence.
    pub const ALL: [Self; 6] =
        [Self::Outward, Self::Stalled, Self::Recycling, Self::Boundary, Self::Crossing, Self::Interior];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outward => "outward",
            Self::Stalled => "stalled",
            Self::Recycling => "recycling",
            Self::Boundary => "boundary",
            Self::Crossing => "crossing",
            Self::Interior => "interior",
        }
    }

    /// The name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Outward => "outward drifter",
            Self::Boundary => "boundary walker",
            other => other.name(),
        }
    }

    /// The walk brings nothing new any more.
    pub fn is_lost(self) -> bool {
        matches!(self, Self::Outward | Self::Stalled | Self::Recycling)
    }
}

/// Every threshold of the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VerdictRules {
    /// The quantile of r10 over the embedding beyond which it is sparse (q99 for 0.99).
    pub outer_quantile: f32,
    /// Outward: r10(p') is more than so many times that quantile ...
    pub outward_ratio: f32,
    /// ... in at least so many ...
    pub outward_steps: usize,
    /// ... of so many last steps.
    pub outward_of: usize,
    /// Stalled: the neighbour is the present sample in at least so many ...
    pub stalled_steps: usize,
    /// ... of so many last steps.
    pub stalled_of: usize,
    /// Recycling: at most so many distinct samples ...
    pub recycled_samples: usize,
    /// ... in so many last steps.
    pub recycled_of: usize,
    /// Boundary: H50 is above this (nats) ...
    pub boundary_entropy: f32,
    /// ... in at least so many ...
    pub boundary_steps: usize,
    /// ... of so many last steps.
    pub boundary_of: usize,
}

impl Default for VerdictRules {
    fn default() -> Self {
        Self {
            outer_quantile: 0.99,
            outward_ratio: 1.0,
            outward_steps: 2,
            outward_of: 3,
            stalled_steps: 2,
            stalled_of: 3,
            recycled_samples: 2,
            recycled_of: 4,
            boundary_entropy: 0.3,
            boundary_steps: 3,
            boundary_of: 5,
        }
    }
}

/// The verdict on a walk and the numbers behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Of the steps since the walk was last put elsewhere.
    pub verdict: Verdict,
    pub steps: usize,
    /// Share of all steps with H50 above the threshold.
    pub boundary_share: f32,
    /// Median of r10(p') over the outer quantile, over the last `outward_of` steps.
    pub drift_ratio: f32,
    /// Distinct samples among the start and where the steps arrived.
    pub distinct_samples: usize,
    pub final_snap_distance: f32,
    /// Steps after which the walk was lost.
    pub lost_steps: usize,
    /// How often the walk was put elsewhere.
    pub reselections: usize,
}

impl VerdictRules {
    /// The verdict on a walk; none before its first step.
    pub fn judge(&self, steps: &[StepMeasure], sparsity: &Sparsity) -> Option<Judgement> {
        let last = steps.last()?;
        let segments: Vec<&[StepMeasure]> = steps.chunk_by(|a, b| a.sample == b.parent).collect();
        let outer = sparsity.quantile(self.outer_quantile);
        let present = segments.last()?;
        let lost_in = |s: &&[StepMeasure]| (1..=s.len()).filter(|&n| self.lost(&s[..n], sparsity).is_some()).count();
        let mut distinct: Vec<u32> = steps.iter().flat_map(|s| [s.parent, s.sample]).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let near = steps.iter().filter(|s| self.at_boundary(s)).count();
        Some(Judgement {
            verdict: self.lost(present, sparsity).unwrap_or_else(|| self.by_labels(present)),
            steps: steps.len(),
            boundary_share: near as f32 / steps.len() as f32,
            drift_ratio: median(last_of(steps, self.outward_of).iter().map(|s| s.sparsity / outer).collect()),
            distinct_samples: distinct.len(),
            final_snap_distance: last.snap_distance,
            lost_steps: segments.iter().map(lost_in).sum(),
            reselections: segments.len() - 1,
        })
    }

    /// Whether a walk that went on from where it arrived is lost, and how. No label is looked at.
    pub fn lost(&self, steps: &[StepMeasure], sparsity: &Sparsity) -> Option<Verdict> {
        let beyond = self.outward_ratio * sparsity.quantile(self.outer_quantile);
        let among =
            |of: usize, holds: &dyn Fn(&StepMeasure) -> bool| last_of(steps, of).iter().filter(|s| holds(s)).count();
        if among(self.outward_of, &|s| s.sparsity > beyond) >= self.outward_steps.max(1) {
            return Some(Verdict::Outward);
        }
        if among(self.stalled_of, &|s| s.sample == s.parent) >= self.stalled_steps.max(1) {
            return Some(Verdict::Stalled);
        }
        let mut visited: Vec<u32> = last_of(steps, self.recycled_of).iter().map(|s| s.sample).collect();
        let whole = visited.len() == self.recycled_of;
        visited.sort_unstable();
        visited.dedup();
        (whole && visited.len() <= self.recycled_samples).then_some(Verdict::Recycling)
    }

    fn by_labels(&self, steps: &[StepMeasure]) -> Verdict {
        let near = last_of(steps, self.boundary_of).iter().filter(|s| self.at_boundary(s)).count();
        if near >= self.boundary_steps.max(1) {
            return Verdict::Boundary;
        }
        let class = |s: Option<&StepMeasure>, pick: fn(&LabelMeasure) -> u8| s?.labels.as_ref().map(pick);
        let (start, end) = (class(steps.first(), |l| l.majority_before), class(steps.last(), |l| l.majority));
        if start == end { Verdict::Interior } else { Verdict::Crossing }
    }

    fn at_boundary(&self, step: &StepMeasure) -> bool {
        step.labels.is_some_and(|l| l.entropy > self.boundary_entropy)
    }
}

/// The last `count` of `steps`, or all where there are fewer.
fn last_of(steps: &[StepMeasure], count: usize) -> &[StepMeasure] {
    &steps[steps.len().saturating_sub(count)..]
}

/// The middle value, the mean of the two middle ones of an even number; NaN of none.
fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    let n = values.len();
    match n {
        0 => f32::NAN,
        _ if n.is_multiple_of(2) => (values[n / 2 - 1] + values[n / 2]) / 2.0,
        _ => values[n / 2],
    }
}

#[cfg(test)]
mod tests;
