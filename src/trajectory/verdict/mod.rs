//! The verdict on a walk: simple rules with thresholds relative to the scale of the embedding.
//!
//! The first verdict that holds, in the order of `Verdict::ALL`, is given. Only walks that are not lost are told apart
//! by labels, so lost walks are recognised without labels. A walk that is too short to be a boundary walker has none yet.

use serde::{Deserialize, Serialize};

use super::measure::{LabelMeasure, StepMeasure};
use crate::dataset::Class;
use crate::latent::Sparsity;

/// The kinds of walks, in order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// It left the embedding: p' is in a sparser place than nearly all embedded samples.
    Outward,
    /// It does not move: the neighbour of p' is the present sample.
    Stalled,
    /// It alternates between the same few samples.
    Recycling,
    /// It stays at a boundary between classes.
    Boundary,
    /// It went from the interior of one class to that of another.
    Crossing,
    /// It stayed in the interior of a class.
    Interior,
    /// It has taken fewer steps, since its start or last restart, than a boundary walker needs: it is in no share.
    TooShort,
}

impl Verdict {
    /// Every verdict, in order of precedence; the one that is in no share comes last.
    pub const ALL: [Self; 7] =
        [Self::Outward, Self::Stalled, Self::Recycling, Self::Boundary, Self::Crossing, Self::Interior, Self::TooShort];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outward => "outward",
            Self::Stalled => "stalled",
            Self::Recycling => "recycling",
            Self::Boundary => "boundary",
            Self::Crossing => "crossing",
            Self::Interior => "interior",
            Self::TooShort => "too-short",
        }
    }

    /// The name on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Outward => "outward drifter",
            Self::Boundary => "boundary walker",
            Self::TooShort => "too short",
            other => other.name(),
        }
    }

    /// Whether the walk has been told apart, so that it counts in shares.
    pub fn is_settled(self) -> bool {
        self != Self::TooShort
    }

    /// Whether the walk yields nothing new any more.
    pub fn is_lost(self) -> bool {
        matches!(self, Self::Outward | Self::Stalled | Self::Recycling)
    }
}

/// Every threshold of the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VerdictRules {
    /// The quantile of r10 over the embedding above which a place is sparse (0.99 for q99).
    pub outer_quantile: f32,
    /// Outward: r10(p') exceeds that quantile by at least this factor ...
    pub outward_ratio: f32,
    /// ... in at least this many ...
    pub outward_steps: usize,
    /// ... of this many last steps.
    pub outward_of: usize,
    /// Stalled: the neighbour is the present sample in at least this many ...
    pub stalled_steps: usize,
    /// ... of this many last steps.
    pub stalled_of: usize,
    /// Recycling: at most this many distinct samples ...
    pub recycled_samples: usize,
    /// ... in this many last steps.
    pub recycled_of: usize,
    /// Boundary: H50 exceeds this (nats) ...
    pub boundary_entropy: f32,
    /// ... in at least this many ...
    pub boundary_steps: usize,
    /// ... of this many last steps.
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
    /// From the steps since the last restart.
    pub verdict: Verdict,
    /// All steps, those before restarts included.
    pub steps: usize,
    /// Share of all steps with H50 above the threshold.
    pub boundary_share: f32,
    /// Median of r10(p') over the last `outward_of` steps, divided by the outer quantile.
    pub drift_ratio: f32,
    /// Places at which the walk was: its start, one for each step, and one for each restart.
    pub visits: usize,
    /// Distinct samples among them.
    pub distinct_samples: usize,
    /// Euclidean distance from p' of the last step to its neighbour.
    pub final_snap_distance: f32,
    /// Number of steps after which the walk was lost.
    pub lost_steps: usize,
    /// Number of restarts.
    pub reselections: usize,
}

impl VerdictRules {
    /// The verdict on a walk; `None` before its first step.
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
            visits: steps.len() + segments.len(),
            distinct_samples: distinct.len(),
            final_snap_distance: last.snap_distance,
            lost_steps: segments.iter().map(lost_in).sum(),
            reselections: segments.len() - 1,
        })
    }

    /// Whether a walk is lost, and how, from its steps since the last restart. Reads no labels.
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
        if steps.len() < self.boundary_steps {
            return Verdict::TooShort;
        }
        let class = |s: Option<&StepMeasure>, pick: fn(&LabelMeasure) -> Class| s?.labels.as_ref().map(pick);
        let (start, end) = (class(steps.first(), |l| l.majority_before), class(steps.last(), |l| l.majority));
        if start == end { Verdict::Interior } else { Verdict::Crossing }
    }

    fn at_boundary(&self, step: &StepMeasure) -> bool {
        step.labels.is_some_and(|l| l.entropy > self.boundary_entropy)
    }
}

/// The last `count` of `steps`, or all if there are fewer.
fn last_of(steps: &[StepMeasure], count: usize) -> &[StepMeasure] {
    &steps[steps.len().saturating_sub(count)..]
}

/// The median, the mean of the two middle values if their number is even; NaN for no values.
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
