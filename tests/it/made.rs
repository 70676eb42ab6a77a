//! Histories with invented numbers: no training, only the shapes of real runs.

use ridgewalk::dataset::Class;
use ridgewalk::experiment::{DatasetKind, Experiment, Own, Strategy, Task};
use ridgewalk::history::{Evaluation, FORMAT_VERSION, Header, History, LatentStep, Metric, Proposal, RoundRecord};
use ridgewalk::rng::{Rng, Streams};

/// Optimiser steps of a round and between evaluations inside it.
const STEPS: usize = 100;
const EVERY: usize = 20;

/// The properties of an invented run.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    pub strategy: Strategy,
    pub repeat: usize,
    pub rounds: usize,
    /// Points of accuracy above random from the second round on.
    pub gain: f32,
}

impl Made {
    /// The history; the same numbers for the same description.
    pub fn history(self) -> History {
        let seed = self.repeat as u64;
        let mut experiment = Experiment { strategy: self.strategy, seed, rounds: self.rounds, ..Experiment::default() };
        experiment.latent_dim = 2;
        let header = Header {
            format: FORMAT_VERSION,
            experiment,
            repeat: self.repeat,
            data_digest: "made".into(),
            data_provenance: "made for a test".into(),
            generator_digest: "made".into(),
            generator_weights: None,
            codes_digest: None,
            origins: Vec::new(),
            device: "none".into(),
            program: "test".into(),
            classes: (0..10).map(|c| c.to_string()).collect(),
            labels_from: None,
            own: Own::default(),
            forked: None,
            latent_scale: 1.0,
        };
        let mut history = History::new(header);
        let shared = &mut Streams::new(seed).get("shared", 0);
        let own = &mut Streams::new(seed).get(self.strategy.name(), 0);
        for round in 1..=self.rounds {
            let record = self.round(round, shared, own);
            history.rounds.push(std::sync::Arc::new(record));
        }
        history
    }

    fn round(self, round: usize, shared: &mut Rng, own: &mut Rng) -> RoundRecord {
        let t = round as f32;
        let noise = 0.35 * shared.normal() + if round > 1 { 0.25 * own.normal() } else { 0.0 };
        let gain = if round > 1 { self.gain } else { 0.0 };
        let accuracy = (98.6 - 7.4 * (-0.42 * (t - 1.0)).exp() + gain * (-0.08 * t).exp() + noise).min(99.9);
        let labels = 500 * round;
        let mut evaluations = Vec::new();
        for step in (EVERY..=STEPS).step_by(EVERY) {
            let share = step as f32 / STEPS as f32;
            let start = if round == 1 { 60.0 } else { accuracy - 2.6 * (1.0 + gain) };
            let value = start + (accuracy - start) * share.powf(0.4) + 0.3 * own.normal();
            let minibatches = STEPS * (round - 1) + step;
            let at = |metric, value, round_end| Evaluation { metric, labels, minibatches, value, round_end };
            evaluations.push(at(Metric::AccuracyPart, value, false));
            evaluations.push(at(Metric::TrainLoss, 2.3 * (-0.3 * (t - 1.0 + share)).exp(), false));
            if step == STEPS {
                evaluations.push(at(Metric::Accuracy, accuracy, true));
            }
        }
        RoundRecord {
            round,
            proposals: (0..40).map(|i| self.proposal(round, i, own)).collect(),
            labels,
            minibatches: STEPS * round,
            evaluations,
            confusion: confusion(accuracy, own),
            predicted: Vec::new(),
            walk_steps: Vec::new(),
            diverged: false,
            refusals: Vec::new(),
            label_seconds: 0.0,
            price: None,
            coverage: None,
            seconds: 1.0,
        }
    }

    fn proposal(self, round: usize, index: u32, rng: &mut Rng) -> Proposal {
        let walks = self.strategy == Strategy::Snn && round > 1;
        let label =
            if walks && index.is_multiple_of(2) { [4, 9, 3, 8, 5][rng.below(5)] } else { rng.below(10) as Class };
        let from = rng.normals(2);
        let to: Vec<f32> = from.iter().map(|v| v + 0.21).collect();
        let neighbour: Vec<f32> = to.iter().map(|v| v + 0.03 * rng.normal()).collect();
        let snap_distance = to.iter().zip(&neighbour).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        let (parent, parent_label, loss, gradient) = (7 * index, label, 0.1, vec![1.0, 1.0]);
        let step = LatentStep { parent, parent_label, loss, from, gradient, to, neighbour, snap_distance };
        Proposal { sample: 1_000 * round as u32 + index, label, score: None, step: walks.then_some(step), made: None }
    }
}

/// The history as if its labels were maps: errors in place of accuracies, and no classes.
pub fn with_maps(mut history: History) -> History {
    history.header.experiment.dataset = DatasetKind::Ivus;
    history.header.classes.clear();
    for round in history.rounds.iter_mut().map(std::sync::Arc::make_mut) {
        round.confusion.clear();
        for e in &mut round.evaluations {
            e.metric = match e.metric {
                Metric::Accuracy => Metric::whole(Task::Maps),
                Metric::AccuracyPart => Metric::part(Task::Maps),
                other => other,
            };
        }
    }
    history
}

/// A confusion over 10,000 images with about this accuracy.
fn confusion(accuracy: f32, rng: &mut Rng) -> Vec<u32> {
    let wrong = ((100.0 - accuracy) * 10.0) as u32;
    let mut counts = vec![0; 100];
    for row in 0..10 {
        for _ in 0..wrong {
            counts[row * 10 + (row + 1 + rng.below(9) % 5) % 10] += 1;
        }
        counts[row * 11] = 1_000 - wrong;
    }
    counts
}

/// `strategies` of `repeats` runs each; the first is the baseline, the others gain more and more.
pub fn grid(strategies: &[Strategy], repeats: usize, rounds: usize) -> Vec<History> {
    let runs = strategies.iter().enumerate().flat_map(|(i, &strategy)| {
        let gain = 0.12 * i as f32;
        (1..=repeats).map(move |repeat| Made { strategy, repeat, rounds, gain }.history())
    });
    runs.collect()
}
