//! Evaluation of a target over a split, in chunks of about 50 ms: accuracy and confusion matrix, or the error of maps.

use std::sync::Arc;

use crate::dataset::{Class, Split};
use crate::experiment::{EvaluationSplit, Task};
use crate::history::Metric;
use crate::labelling::simulation::{Simulation, SolvedMaps};
use crate::rng::Streams;
use crate::target::{FrozenTarget, prediction};

/// The samples of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The fixed, class-stratified part of the evaluation split.
    Part,
    /// The whole evaluation split.
    Whole,
    /// The validation split, for the stop criterion.
    Validation,
}

/// The counts so far.
#[derive(Debug, Clone, PartialEq)]
pub enum Tally {
    /// Rows of `confusion` are true classes, columns predicted ones; `predicted` is the class of each image in order.
    Classes { correct: usize, confusion: Vec<u32>, predicted: Vec<Class> },
    /// Sums of square errors (kPa^2) and pixels, over all of them and over the wall; wall pixels above the constant.
    Maps { all: [f64; 2], wall: [f64; 2], above: f64 },
}

/// An evaluation in progress.
pub struct EvaluationTask {
    scope: Scope,
    samples: Arc<Vec<u32>>,
    done: usize,
    tally: Tally,
    target: FrozenTarget,
}

impl EvaluationTask {
    pub fn new(scope: Scope, samples: Arc<Vec<u32>>, target: FrozenTarget, task: Task) -> Self {
        let tally = match task {
            Task::Classes => {
                let confusion = vec![0; target.classes() * target.classes()];
                Tally::Classes { correct: 0, confusion, predicted: Vec::with_capacity(samples.len()) }
            }
            Task::Maps => Tally::Maps { all: [0.0; 2], wall: [0.0; 2], above: 0.0 },
        };
        Self { scope, samples, done: 0, tally, target }
    }

    pub fn scope(&self) -> Scope {
        self.scope
    }

    pub fn is_done(&self) -> bool {
        self.done >= self.samples.len()
    }

    pub fn fraction_done(&self) -> f32 {
        self.done as f32 / self.samples.len().max(1) as f32
    }

    /// Evaluates the next chunk; `maps` are those of the split if labels are maps.
    pub fn advance(&mut self, split: &Split, maps: Option<&SolvedMaps>) {
        let chunk = &self.samples[self.done..(self.done + self.target.images_per_unit()).min(self.samples.len())];
        if chunk.is_empty() {
            return;
        }
        match (&mut self.tally, maps) {
            (Tally::Classes { correct, confusion, predicted: classes_predicted }, _) => {
                let classes = self.target.classes();
                let rows = self.target.log_probabilities(split.gather(chunk));
                for (&sample, row) in chunk.iter().zip(rows.chunks_exact(classes)) {
                    let truth = split.label(sample as usize);
                    let (predicted, _) = prediction(row, truth);
                    *correct += usize::from(predicted == truth);
                    classes_predicted.push(predicted);
                    confusion[usize::from(truth) * classes + usize::from(predicted)] += 1;
                }
            }
            (Tally::Maps { all, wall, above }, Some(maps)) => {
                let masks = split.gather(chunk);
                let predicted = self.target.maps(masks.clone());
                let truth = chunk.iter().flat_map(|&s| maps.map(s).iter());
                for ((mask, predicted), truth) in masks.iter().zip(predicted).zip(truth) {
                    let square = f64::from(self.target.unit() * (predicted - truth).powi(2));
                    *all = [all[0] + square, all[1] + 1.0];
                    if *mask > 0.0 {
                        *wall = [wall[0] + square, wall[1] + 1.0];
                        *above += f64::from(u8::from(*truth > 1.0));
                    }
                }
            }
            (Tally::Maps { .. }, None) => {}
        }
        self.done += chunk.len();
    }

    /// The metrics over the samples done; none if there are no samples.
    pub fn results(&self) -> Vec<(Metric, f32)> {
        if self.done == 0 {
            return Vec::new();
        }
        match &self.tally {
            Tally::Classes { correct, .. } => {
                let metric = match self.scope {
                    Scope::Part => Metric::AccuracyPart,
                    Scope::Whole => Metric::Accuracy,
                    Scope::Validation => Metric::ValidationAccuracy,
                };
                vec![(metric, 100.0 * *correct as f32 / self.done.max(1) as f32)]
            }
            Tally::Maps { all, wall, above } => {
                let mean = |[sum, count]: [f64; 2]| (sum / count.max(1.0)) as f32;
                match self.scope {
                    Scope::Part => vec![(Metric::MapErrorPart, mean(*all))],
                    Scope::Whole => vec![
                        (Metric::MapError, mean(*all)),
                        (Metric::WallError, mean(*wall)),
                        (Metric::AboveScale, 100.0 * mean([*above, wall[1]])),
                    ],
                    Scope::Validation => Vec::new(),
                }
            }
        }
    }

    /// Percent correct of a part of the split, after an evaluation of all of it; `None` after any other, and of maps.
    pub fn accuracy_of(&self, part: &[u32], split: &Split) -> Option<f32> {
        let Tally::Classes { predicted, .. } = &self.tally else { return None };
        let all = self.scope == Scope::Whole && predicted.len() == split.len();
        let right = |sample: &&u32| predicted[**sample as usize] == split.label(**sample as usize);
        (all && !part.is_empty()).then(|| 100.0 * part.iter().filter(right).count() as f32 / part.len() as f32)
    }

    pub fn into_tally(self) -> Tally {
        self.tally
    }
}

/// The maps of the split that errors are measured on.
pub fn evaluation_maps(simulation: &Simulation, which: EvaluationSplit) -> &SolvedMaps {
    match which {
        EvaluationSplit::Test => &simulation.test,
        EvaluationSplit::Validation => &simulation.validation,
    }
}

/// About `size` images of a split, stratified by class; the same for every run.
pub fn stratified_part(split: &Split, size: usize) -> Vec<u32> {
    let all = split.len();
    if size >= all {
        return (0..all as u32).collect();
    }
    let classes = split.labels().iter().copied().max().map_or(0, |l| usize::from(l) + 1);
    let mut rng = Streams::new(0).get("evaluation-part", 0);
    let mut part = Vec::with_capacity(size);
    for class in 0..classes {
        let members: Vec<u32> = (0..all as u32).filter(|&s| usize::from(split.label(s as usize)) == class).collect();
        let share = (members.len() * size + all / 2) / all;
        part.extend(rng.choose(&members, share));
    }
    if part.is_empty() {
        // Every share was rounded to nothing.
        part = rng.choose(&(0..all as u32).collect::<Vec<_>>(), size);
    }
    part.sort_unstable();
    part
}

/// Running mean of training losses; `take` returns and resets it.
#[derive(Default)]
pub struct MeanLoss {
    sum: f64,
    count: usize,
}

impl MeanLoss {
    pub fn add(&mut self, loss: f32) {
        self.sum += f64::from(loss);
        self.count += 1;
    }

    pub fn take(&mut self) -> Option<f32> {
        let mean = (self.count > 0).then(|| (self.sum / self.count as f64) as f32);
        *self = Self::default();
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::ImageShape;

    #[test]
    fn the_part_is_stratified_and_fixed() {
        let labels: Vec<Class> = (0..2000).map(|i| if i % 4 == 0 { 1 } else { 0 }).collect();
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        let split = Split::new(shape, vec![0; 2000], labels).unwrap();
        let part = stratified_part(&split, 100);
        let ones = part.iter().filter(|&&s| split.label(s as usize) == 1).count();
        assert_eq!((part.len(), ones), (100, 25));
        assert_eq!(part, stratified_part(&split, 100));
        assert_eq!(stratified_part(&split, 5000).len(), 2000);
        let even = Split::new(shape, vec![0; 4], vec![0, 1, 2, 3]).unwrap();
        assert_eq!(stratified_part(&even, 1).len(), 1, "a part of no images would have an accuracy of 0");
    }
}
