//! What happened in one round: proposals with their reasons, generated images, measurements, and steps of walks.

use serde::{Deserialize, Serialize};

use super::metric::{Evaluation, Metric};
use super::proposing::{Coverage, Price};
use crate::dataset::Class;
use crate::experiment::Experiment;

/// Everything that happened in one round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundRecord {
    /// The round t of the paper, from 1.
    pub round: usize,
    /// The samples labelled at the start of the round; in round 1 the first set.
    pub proposals: Vec<Proposal>,
    /// Distinct samples labelled by the end of the round.
    pub labels: usize,
    /// Optimiser steps since the run began.
    pub minibatches: usize,
    /// Every measurement inside and at the end of the round, in order.
    pub evaluations: Vec<Evaluation>,
    /// Confusion matrix over the whole evaluation split, row-major: rows are true classes, columns predicted ones.
    pub confusion: Vec<u32>,
    /// The class predicted for each image of the evaluation split at the end of the round, in the split's order; empty
    /// in histories of earlier versions, and if labels are maps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicted: Vec<Class>,
    /// One entry for each walk that moved in this round.
    pub walk_steps: Vec<WalkStep>,
    /// Whether the target's loss became NaN or infinite in this round, or no sample could be labelled.
    pub diverged: bool,
    /// Generated samples that the labelling tool rejected; others were drawn instead, as far as there were any.
    #[serde(default)]
    pub refusals: Vec<Refused>,
    /// Seconds that the labelling tool took for this round's labels and rejections; never compared.
    #[serde(default)]
    pub label_seconds: f32,
    /// What the strategy took for its proposals; `None` in histories of earlier versions, and if people labelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// How a herding strategy covered latent space; `None` for others, and in histories of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// Wall time in seconds; never compared.
    pub seconds: f32,
}

impl RoundRecord {
    /// A round without any events yet.
    pub fn empty(round: usize) -> Self {
        Self {
            round,
            proposals: Vec::new(),
            labels: 0,
            minibatches: 0,
            evaluations: Vec::new(),
            confusion: Vec::new(),
            predicted: Vec::new(),
            walk_steps: Vec::new(),
            diverged: false,
            refusals: Vec::new(),
            label_seconds: 0.0,
            price: None,
            coverage: None,
            seconds: 0.0,
        }
    }

    /// The record without what depends on how long anything took.
    pub fn timeless(&self) -> Self {
        Self { seconds: 0.0, label_seconds: 0.0, price: None, ..self.clone() }
    }

    /// Accuracy in percent, or error of maps in kPa^2, over the whole evaluation split at the end of the round; `None`
    /// in a round that diverged, whose network is no result.
    pub fn final_value(&self) -> Option<f32> {
        let mut ends = self.evaluations.iter().rev().filter(|_| !self.diverged);
        ends.find(|e| Metric::WHOLE.contains(&e.metric)).map(|e| e.value)
    }

    /// Whether a run of this experiment ends with the round.
    pub fn is_last_of(&self, experiment: &Experiment) -> bool {
        let validation = self.evaluations.iter().rev().find(|v| v.metric == Metric::ValidationAccuracy);
        self.round >= experiment.rounds
            || self.diverged
            || (experiment.stop_at_labels > 0 && self.labels >= experiment.stop_at_labels)
            || validation.is_some_and(|v| v.value >= experiment.stop_at_validation_accuracy)
    }

    /// The accuracy over the whole evaluation split at the end of the round; `None` in a round that diverged.
    pub fn final_accuracy(&self) -> Option<f32> {
        self.final_value().filter(|_| self.evaluations.iter().any(|e| e.metric == Metric::Accuracy))
    }
}

/// One sample that a sampler proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Index into the train split; for a generated sample the train split's length plus its number in the run, from 0.
    pub sample: u32,
    /// Its label.
    pub label: Class,
    /// The sampler's score, if it has one (entropy, margin, distance); samples with higher scores are preferred.
    pub score: Option<f32>,
    /// The step in latent space that led to it, if any.
    pub step: Option<LatentStep>,
    /// The generated sample; `None` if it is one of the train split.
    #[serde(default)]
    pub made: Option<Made>,
}

impl Proposal {
    /// The sample's index in the train split; `None` if it was generated.
    pub fn train_sample(&self) -> Option<u32> {
        self.made.is_none().then_some(self.sample)
    }

    /// Whether its step starts from the sample itself, with the predicted class as the label, and not from a labelled one.
    pub fn is_its_own_anchor(&self) -> bool {
        self.made.is_none() && self.step.as_ref().is_some_and(|step| step.parent == self.sample)
    }
}

/// A sample generated by decoding a latent point (Algorithm 2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// The latent point.
    pub code: Vec<f32>,
    /// The decoded mask, row by row: lengths of runs of equal pixels, starting with pixels outside the wall.
    pub runs: Vec<u16>,
    /// The decoded image if it is not a mask: 0..=255, channel planes one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grey: Vec<u8>,
}

impl Made {
    /// A generated sample from its decoded image in [0, 1], stored in grey levels.
    pub fn picture(code: Vec<f32>, image: &[f32]) -> Self {
        let grey = image.iter().map(|v| (v * f32::from(u8::MAX)).round() as u8).collect();
        Self { code, runs: Vec::new(), grey }
    }

    /// A generated sample from its decoded mask of 0 and 1.
    pub fn mask(code: Vec<f32>, image: &[f32]) -> Self {
        let (mut runs, mut wall, mut length) = (Vec::new(), false, 0);
        for &pixel in image {
            if (pixel > 0.5) != wall {
                runs.push(length);
                (wall, length) = (!wall, 0);
            }
            length += 1;
        }
        runs.push(length);
        Self { code, runs, grey: Vec::new() }
    }

    /// The decoded image in [0, 1]; in a mask, the wall is 1.
    pub fn image(&self) -> Vec<f32> {
        if !self.grey.is_empty() {
            return self.grey.iter().map(|&v| f32::from(v) / f32::from(u8::MAX)).collect();
        }
        let values = self.runs.iter().zip([0.0, 1.0].into_iter().cycle());
        values.flat_map(|(&run, value)| std::iter::repeat_n(value, usize::from(run))).collect()
    }
}

/// A generated sample that the labelling tool rejected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The latent point whose image was rejected.
    pub code: Vec<f32>,
    /// The kind of rejection, one word.
    pub kind: String,
    /// The reason, one sentence.
    pub message: String,
}

/// One step p -> p' -> neighbour (Eq. 2), with everything needed to explain it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatentStep {
    /// The anchor: a train sample or a generated one, numbered as in `Proposal`.
    pub parent: u32,
    /// The label that the loss was taken with.
    pub parent_label: Class,
    /// Loss of F(G(p)) with respect to that label, before the step (nats, or kPa^2 with its stress map).
    pub loss: f32,
    /// The anchor's code p.
    pub from: Vec<f32>,
    /// The gradient dL/dp.
    pub gradient: Vec<f32>,
    /// The moved point p' = p + alpha d.
    pub to: Vec<f32>,
    /// The neighbour's code; p' itself if the sample was generated there.
    pub neighbour: Vec<f32>,
    /// Euclidean distance from p' to the neighbour.
    pub snap_distance: f32,
}

/// One step of a walk (Figure 4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkStep {
    /// Number of the walk, from 0 in starting order.
    pub walk: usize,
    /// The neighbour it arrived at: index into the train split.
    pub sample: u32,
    /// That neighbour's own label.
    pub label: Class,
    /// From the sample before to this one.
    pub step: LatentStep,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_restored_from_grey_levels() {
        let image: Vec<f32> = (0..=255_u8).map(|v| f32::from(v) / 255.0).collect();
        assert_eq!(Made::picture(Vec::new(), &image).image(), image);
    }

    #[test]
    fn masks_are_restored_from_their_runs() {
        for image in [vec![0.0; 5], vec![1.0; 5], vec![0.0, 1.0, 1.0, 0.0], vec![1.0, 0.0, 0.0, 1.0], Vec::new()] {
            assert_eq!(Made::mask(Vec::new(), &image).image(), image);
        }
    }
}
