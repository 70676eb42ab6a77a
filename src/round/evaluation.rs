//! Accuracy and confusion over a split, in chunks of about 50 ms.

use std::sync::Arc;

use crate::dataset::{Dataset, Split};
use crate::experiment::EvaluationSplit;
use crate::rng::Streams;
use crate::target::{FrozenTarget, prediction};

/// Over what an accuracy is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The fixed, class-stratified part of the evaluation split.
    Part,
    /// The whole evaluation split.
    Whole,
    /// The validation split, for the stop criterion.
    Validation,
}

/// An evaluation in progress.
pub struct EvaluationTask {
    scope: Scope,
    samples: Arc<Vec<u32>>,
    done: usize,
    correct: usize,
    confusion: Vec<u32>,
    target: FrozenTarget,
}

impl EvaluationTask {
    pub fn new(scope: Scope, samples: Arc<Vec<u32>>, target: FrozenTarget) -> Self {
        let classes = target.classes();
        Self { scope, samples, done: 0, correct: 0, confusion: vec![0; classes * classes], target }
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

    /// Classifies the next chunk.
    pub fn advance(&mut self, split: &Split) {
        let chunk = &self.samples[self.done..(self.done + self.target.images_per_unit()).min(self.samples.len())];
        let classes = self.target.classes();
        let rows = self.target.log_probabilities(split.gather(chunk));
        for (&sample, row) in chunk.iter().zip(rows.chunks_exact(classes)) {
            let truth = split.label(sample as usize);
            let (predicted, _) = prediction(row, truth);
            self.correct += usize::from(predicted == truth);
            self.confusion[usize::from(truth) * classes + usize::from(predicted)] += 1;
        }
        self.done += chunk.len();
    }

    /// Percent correct of what was classified so far.
    pub fn accuracy(&self) -> f32 {
        100.0 * self.correct as f32 / self.done.max(1) as f32
    }

    /// Rows are true classes, columns predicted ones.
    pub fn into_confusion(self) -> Vec<u32> {
        self.confusion
    }
}

/// The split that accuracies are measured on.
pub fn evaluation_split(dataset: &Dataset, which: EvaluationSplit) -> &Split {
    match which {
        EvaluationSplit::Test => &dataset.test,
        EvaluationSplit::Validation => &dataset.validation,
    }
}

/// A fixed part of a split of about `size` images, each class by its share: the same for every run.
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
    part.sort_unstable();
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::ImageShape;

    #[test]
    fn the_part_is_stratified_and_fixed() {
        let labels: Vec<u8> = (0..2000).map(|i| if i % 4 == 0 { 1 } else { 0 }).collect();
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        let split = Split::new(shape, vec![0; 2000], labels).unwrap();
        let part = stratified_part(&split, 100);
        let ones = part.iter().filter(|&&s| split.label(s as usize) == 1).count();
        assert_eq!((part.len(), ones), (100, 25));
        assert_eq!(part, stratified_part(&split, 100));
        assert_eq!(stratified_part(&split, 5000).len(), 2000);
    }
}
