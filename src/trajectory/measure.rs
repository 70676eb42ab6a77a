//! Measures of a step of a walk: how sparse the embedding is at p', and which classes meet where the step arrived.

use crate::dataset::Class;
use crate::history::LatentStep;
use crate::latent::LatentSpace;

/// Neighbours whose labels are read: the 50 of H50.
const LABEL_NEIGHBOURS: usize = 50;

/// Largest number of samples for the base rate: its standard error is then below one percent.
const BASE_SAMPLES: usize = 4_000;

/// The measures of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepMeasure {
    /// The sample at which the step began: index into the train split.
    pub parent: u32,
    /// The sample at which the step arrived: index into the train split.
    pub sample: u32,
    /// r10(p'): distance from p' to the 10th sample.
    pub sparsity: f32,
    /// Euclidean distance from p' to the sample at which it arrived.
    pub snap_distance: f32,
    /// Measures from true labels; `None` if they were not read.
    pub labels: Option<LabelMeasure>,
}

/// Measures of a step from true labels. For analysis only: no sampler sees them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelMeasure {
    /// H50: entropy of the labels of the 50 samples nearest to where the walk arrived (nats).
    pub entropy: f32,
    /// The most common of those labels, the lowest of equally common ones.
    pub majority: Class,
    /// The most common label among the 50 samples nearest to where the step began.
    pub majority_before: Class,
}

impl StepMeasure {
    /// The measures, without labels, of a step that arrived at `sample`.
    pub fn of(step: &LatentStep, sample: u32, latent: &LatentSpace) -> Self {
        let sparsity = latent.sparsity_at(&step.to);
        Self { parent: step.parent, sample, sparsity, snap_distance: step.snap_distance, labels: None }
    }

    /// The measures, with those from the labels of all of D, of a step that arrived at `sample`.
    pub fn with_labels(step: &LatentStep, sample: u32, latent: &LatentSpace, labels: &[Class]) -> Self {
        let (entropy, majority) = neighbourhood(latent, labels, &step.neighbour);
        let (_, majority_before) = neighbourhood(latent, labels, &step.from);
        let labels = Some(LabelMeasure { entropy, majority, majority_before });
        Self { labels, ..Self::of(step, sample, latent) }
    }
}

/// H50 of samples spread evenly over the embedding, ascending: what a walk without direction would find.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseRate(Vec<f32>);

impl BaseRate {
    /// `labels` has one true class for each sample of the embedding.
    pub fn new(latent: &LatentSpace, labels: &[Class]) -> Self {
        let stride = latent.len().div_ceil(BASE_SAMPLES).max(1);
        let at = |s: usize| neighbourhood(latent, labels, latent.code(s as u32)).0;
        let mut entropies: Vec<f32> = (0..latent.len()).step_by(stride).map(at).collect();
        entropies.sort_by(f32::total_cmp);
        Self(entropies)
    }

    /// Share of the embedding with H50 above `entropy`.
    pub fn above(&self, entropy: f32) -> f32 {
        let below = self.0.partition_point(|&h| h <= entropy);
        1.0 - below as f32 / self.0.len().max(1) as f32
    }
}

/// Entropy (nats) of the labels of the nearest samples, and the most common label, the lowest if tied.
fn neighbourhood(latent: &LatentSpace, labels: &[Class], point: &[f32]) -> (f32, Class) {
    let near = latent.index().nearest_n(point, LABEL_NEIGHBOURS);
    let near_labels = || near.iter().filter_map(|n| labels.get(n.sample as usize).map(|label| usize::from(*label)));
    let mut counts = vec![0_usize; near_labels().max().map_or(0, |most| most + 1)];
    for label in near_labels() {
        counts[label] += 1;
    }
    let total = near.len().max(1) as f32;
    let shares = counts.iter().filter(|&&c| c > 0).map(|&c| c as f32 / total);
    let entropy = -shares.map(|p| p * p.ln()).sum::<f32>();
    let best = counts.iter().enumerate().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(&a.0)));
    (entropy.max(0.0), best.map_or(0, |(label, _)| label as Class))
}
