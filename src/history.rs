//! The append-only record of a run: proposals with their reasons, measurements, and the steps of every walk.
//!
//! Host data only: no tensors, and no pixels except those of generated images. Everything that is drawn, exported or
//! compared is a function of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::experiment::{EvaluationSplit, Experiment, Own, Strategy, Task, Variant};
use crate::identity::{Ground, Origin};

/// Version of the format, in every file; a reader rejects other versions.
pub const FORMAT_VERSION: u32 = 1;

/// One run of one strategy with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub header: Header,
    /// Completed rounds, t = 1, 2, ...; copies of a history share them.
    pub rounds: Vec<Arc<RoundRecord>>,
}

/// The origin of a run: experiment, data, generator and program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub format: u32,
    /// The experiment with this run's own strategy and seed.
    pub experiment: Experiment,
    /// Which of the paired repeats, from 1.
    pub repeat: usize,
    /// SHA-256 of the data (`Dataset::digest`).
    pub data_digest: String,
    pub data_provenance: String,
    /// SHA-256 of the trained generator's configuration and data, its name in the cache.
    pub generator_digest: String,
    /// SHA-256 of the generator's weights (`NamedTensor::hash`); `None` in histories of earlier versions: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_weights: Option<String>,
    /// SHA-256 of the train split's codes (`Ground::hash_codes`); `None` in histories of earlier versions: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes_digest: Option<String>,
    /// By what its rounds were computed, one entry for each time that program or machine changed; empty in histories of
    /// earlier versions: unknown. Never compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// The device that computed the run, as text.
    pub device: String,
    /// Version of this program.
    pub program: String,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Mean standard deviation of the embedding's axes: the unit of alpha.
    pub latent_scale: f32,
    /// The labelling tool, as text; `None` if all labels are the data set's own, and in histories of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels_from: Option<String>,
    /// The fields that were set for this run only, not for the rest of its grid.
    #[serde(default, skip_serializing_if = "Own::is_empty")]
    pub own: Own,
    /// The fork this run began with, if any; `experiment` holds the settings after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked: Option<Box<Fork>>,
}

impl Header {
    /// The data and the latent space of the run.
    pub fn ground(&self) -> Ground {
        Ground {
            data: self.data_digest.clone(),
            generator: self.generator_digest.clone(),
            weights: self.generator_weights.clone(),
            codes: self.codes_digest.clone(),
            scale: self.latent_scale,
        }
    }

    /// Records by what a round was computed, if that has changed since the round before.
    pub fn continues_on(&mut self, origin: Origin) {
        if self.origins.last().is_none_or(|last| !last.is_like(&origin)) {
            self.origins.push(origin);
        }
    }

    /// The header without what is told but never compared: origins, device, program, and the place of the data.
    pub fn compared(&self) -> Self {
        let (none, experiment) = (String::new, self.experiment.placeless());
        Self {
            experiment,
            origins: Vec::new(),
            device: none(),
            program: none(),
            data_provenance: none(),
            ..self.clone()
        }
    }

    /// The experiment of the first round: that of the oldest run this one was forked from.
    pub fn first_experiment(&self) -> &Experiment {
        let mut first = &self.experiment;
        let mut fork = self.forked.as_deref();
        while let Some(f) = fork {
            first = &f.experiment;
            fork = f.parent.as_deref();
        }
        first
    }

    /// The experiment of a round: before a fork, that of its parent.
    pub fn experiment_in(&self, round: usize) -> &Experiment {
        let (mut experiment, mut fork) = (&self.experiment, self.forked.as_deref());
        while let Some(parent) = fork.filter(|f| f.round >= round) {
            (experiment, fork) = (&parent.experiment, parent.parent.as_deref());
        }
        experiment
    }
}

/// The run that another was forked from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fork {
    /// The last round that both share.
    pub round: usize,
    /// The parent's experiment, used until the end of `round`.
    pub experiment: Experiment,
    /// The parent's own fork, if any.
    pub parent: Option<Box<Fork>>,
}

/// Everything that happened in one round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundRecord {
    /// The round t of the paper, from 1.
    pub round: usize,
    /// The samples labelled at the start of the round; in round 1 the initial random set.
    pub proposals: Vec<Proposal>,
    /// Distinct samples labelled by the end of the round.
    pub labels: usize,
    /// Optimiser steps since the run began.
    pub minibatches: usize,
    pub evaluations: Vec<Evaluation>,
    /// Confusion matrix over the whole evaluation split, row-major: rows are true classes, columns predicted ones.
    pub confusion: Vec<u32>,
    /// The class predicted for each image of the evaluation split at the end of the round, in the split's order; empty
    /// in histories of earlier versions, and if labels are maps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicted: Vec<u8>,
    /// One entry for each walk that moved in this round.
    pub walk_steps: Vec<WalkStep>,
    /// Whether the target's loss became NaN or infinite in this round, or no sample could be labelled.
    pub diverged: bool,
    /// Generated samples that the labelling tool rejected; others were drawn instead.
    #[serde(default)]
    pub refusals: Vec<Refused>,
    /// Seconds that the labelling tool took for this round's labels and rejections; never compared.
    #[serde(default)]
    pub label_seconds: f32,
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
            seconds: 0.0,
        }
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
    pub label: u8,
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
    pub parent_label: u8,
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
    pub label: u8,
    pub step: LatentStep,
}

/// A measured quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Metric {
    /// Percent correct on the whole evaluation split.
    Accuracy,
    /// Percent correct on the fixed, class-stratified part of the evaluation split.
    AccuracyPart,
    /// Mean training loss since the last evaluation (nats, or kPa^2 if labels are maps).
    TrainLoss,
    /// Percent correct on the validation split; measured only for the stop criterion.
    ValidationAccuracy,
    /// Mean square error over all pixels of the whole evaluation split, zero outside the wall (kPa^2).
    MapError,
    /// Mean square error over all pixels of the fixed part of the evaluation split (kPa^2).
    MapErrorPart,
    /// Mean square error over the wall's pixels of the whole evaluation split (kPa^2).
    WallError,
    /// Percent of the wall's pixels of the evaluation split whose stress is above the constant that maps are divided
    /// by.
    AboveScale,
}

impl Metric {
    /// The main metric of each task, over the whole evaluation split.
    pub const WHOLE: [Self; 2] = [Self::Accuracy, Self::MapError];

    /// The metrics that need predicted classes; each evaluation has one of them.
    pub const PREDICTED: [Self; 2] = [Self::AccuracyPart, Self::Accuracy];

    /// The main metric of a task, over the whole evaluation split.
    pub fn whole(task: Task) -> Self {
        match task {
            Task::Classes => Self::Accuracy,
            Task::Maps => Self::MapError,
        }
    }

    /// The main metric of a task, over the fixed part of the evaluation split.
    pub fn part(task: Task) -> Self {
        match task {
            Task::Classes => Self::AccuracyPart,
            Task::Maps => Self::MapErrorPart,
        }
    }

    /// The split that it is measured on, in a run whose accuracies or errors are of `evaluated`.
    pub fn split(self, evaluated: EvaluationSplit) -> &'static str {
        match self {
            Self::TrainLoss => "train",
            Self::ValidationAccuracy => EvaluationSplit::Validation.name(),
            _ => evaluated.name(),
        }
    }

    /// The name in `curves.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::AccuracyPart => "accuracy_part",
            Self::TrainLoss => "train_loss",
            Self::ValidationAccuracy => "accuracy_validation",
            Self::MapError => "map_error_kpa2",
            Self::MapErrorPart => "map_error_part_kpa2",
            Self::WallError => "wall_error_kpa2",
            Self::AboveScale => "above_scale_percent",
        }
    }
}

/// One measured value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    pub metric: Metric,
    /// Distinct samples labelled so far.
    pub labels: usize,
    /// Optimiser steps since the run began.
    pub minibatches: usize,
    /// Percent for accuracies and shares, nats for losses, kPa^2 for errors of maps.
    pub value: f32,
    pub round_end: bool,
}

impl History {
    pub fn new(header: Header) -> Self {
        Self { header, rounds: Vec::new() }
    }

    /// The history as it was at the end of `round`; before a fork, that of its parent.
    pub fn up_to(&self, round: usize) -> Self {
        let mut header = self.header.clone();
        while let Some(fork) = header.forked.take_if(|f| f.round >= round) {
            header.experiment = fork.experiment;
            header.forked = fork.parent;
        }
        header.origins.retain(|o| o.from_round <= round);
        Self { header, rounds: self.rounds.iter().take(round).cloned().collect() }
    }

    pub fn strategy(&self) -> Strategy {
        self.header.experiment.strategy
    }

    /// The run's name in its grid.
    pub fn variant(&self) -> Variant {
        self.header.own.variant(&self.header.experiment)
    }

    /// Whether it is a fork: it shares rounds with its parent and is not an independent repeat.
    pub fn is_fork(&self) -> bool {
        self.header.forked.is_some()
    }

    /// The name on the screen: the strategy with the fields set for this run; of a fork, also its changes and its
    /// round.
    pub fn label(&self) -> String {
        let Some(fork) = self.header.forked.as_deref() else { return self.variant().label() };
        let (own, now, then) = (&self.header.own, &self.header.experiment, &fork.experiment);
        let mut label = own.and(&Own::between(now, then)).variant(now).label();
        if now.seed != then.seed {
            label += &format!(", seed {}", now.seed);
        }
        label += &format!(", from round {} of {}", fork.round, own.variant(then).label());
        if fork.parent.is_some() {
            label += ", itself a fork";
        }
        if self.header.repeat > 1 {
            label += &format!(", repeat {}", self.header.repeat);
        }
        label
    }

    /// Every strategy it used: its own, and those of the runs it was forked from.
    pub fn strategies(&self) -> Vec<Strategy> {
        let mut all = vec![self.strategy()];
        let mut fork = self.header.forked.as_deref();
        while let Some(f) = fork {
            all.push(f.experiment.strategy);
            fork = f.parent.as_deref();
        }
        all
    }

    /// The task of the target network.
    pub fn task(&self) -> Task {
        self.header.experiment.dataset.task()
    }

    pub fn seed(&self) -> u64 {
        self.header.experiment.seed
    }

    /// Every evaluation in order, with its round.
    pub fn evaluations(&self) -> impl Iterator<Item = (usize, &Evaluation)> {
        self.rounds.iter().flat_map(|r| r.evaluations.iter().map(move |e| (r.round, e)))
    }

    /// The main metric at the end of each round: accuracy in percent, or the error of maps in kPa^2.
    pub fn final_values(&self) -> Vec<f32> {
        self.rounds.iter().filter_map(|r| r.final_value()).collect()
    }

    /// Accuracy over the whole evaluation split at the end of each round, percent.
    pub fn accuracy_by_round(&self) -> Vec<f32> {
        self.rounds.iter().filter_map(|r| r.final_accuracy()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history as it was before copies shared their rounds.
    #[derive(Serialize)]
    struct Unshared {
        header: Header,
        rounds: Vec<RoundRecord>,
    }

    #[test]
    fn sharing_rounds_changes_no_byte_of_a_file() {
        let header = Header {
            format: FORMAT_VERSION,
            experiment: Experiment::default(),
            repeat: 1,
            data_digest: "data".into(),
            data_provenance: String::new(),
            generator_digest: "generator".into(),
            generator_weights: None,
            codes_digest: None,
            origins: Vec::new(),
            device: String::new(),
            program: String::new(),
            classes: vec!["0".into()],
            latent_scale: 1.0,
            labels_from: None,
            own: Own::default(),
            forked: None,
        };
        let rounds = vec![RoundRecord::empty(1), RoundRecord { predicted: vec![1, 2], ..RoundRecord::empty(2) }];
        let before = rmp_serde::to_vec_named(&Unshared { header: header.clone(), rounds: rounds.clone() }).unwrap();
        let mut history = History { header, rounds: rounds.into_iter().map(Arc::new).collect() };
        assert_eq!(rmp_serde::to_vec_named(&history).unwrap(), before);
        assert_eq!(rmp_serde::from_slice::<History>(&before).unwrap(), history);
        // Rounds that are shared twice in memory are written twice.
        history.rounds[1] = Arc::clone(&history.rounds[0]);
        let twice = rmp_serde::from_slice::<History>(&rmp_serde::to_vec_named(&history).unwrap()).unwrap();
        assert_eq!(twice, history);
    }

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
