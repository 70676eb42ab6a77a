//! The target's predictions on the whole train split, updated in the background for display.

use crate::dataset::Split;
use crate::engine::protocol::{NOT_SCORED, Scores};
use crate::labelling::simulation::SolvedMaps;
use crate::sampler::Measure;
use crate::target::{FrozenTarget, prediction};

/// A stride that visits every sample once if it is coprime to their number; large, so that coverage is even.
const STRIDE: usize = 7_919;

/// Scores that are being updated.
pub struct Scoring {
    samples: usize,
    /// Empty before the first chunk.
    scores: Scores,
    next: usize,
    stride: usize,
}

impl Scoring {
    pub fn new(samples: usize) -> Self {
        let scores = Scores { predicted: Vec::new(), loss: Vec::new(), margin: Vec::new(), scored: 0 };
        let stride = (STRIDE..).find(|s| gcd(*s, samples.max(1)) == 1).unwrap_or(1);
        Self { samples, scores, next: 0, stride }
    }

    /// Gives up the scores, which are then computed anew when they are wanted.
    pub fn rest(&mut self) {
        *self = Self::new(self.samples);
    }

    /// Restarts scoring after the weights changed; old scores stay until they are replaced.
    pub fn outdated(&mut self) {
        self.next = 0;
    }

    pub fn is_fresh(&self) -> bool {
        self.next >= self.samples
    }

    pub fn scores(&self) -> &Scores {
        &self.scores
    }

    /// Scores the next chunk; `maps` are the stress maps of the train split, if labels are maps.
    pub fn advance(&mut self, train: &Split, maps: Option<&SolvedMaps>, target: &FrozenTarget) {
        let n = self.samples;
        if self.scores.predicted.len() < n {
            let unknown = vec![f32::NAN; n];
            self.scores = Scores { predicted: vec![NOT_SCORED; n], loss: unknown.clone(), margin: unknown, scored: 0 };
        }
        let chunk: Vec<u32> =
            (self.next..(self.next + target.images_per_unit()).min(n)).map(|i| (i * self.stride % n) as u32).collect();
        if let Some(maps) = maps {
            let truth: Vec<f32> = chunk.iter().flat_map(|&s| maps.map(s).iter().copied()).collect();
            let losses = target.map_losses(&target.maps(train.gather(&chunk)), &truth, chunk.len());
            for (&sample, loss) in chunk.iter().zip(losses) {
                self.scores.loss[sample as usize] = loss;
            }
            self.next += chunk.len();
            self.scores.scored = self.scores.scored.max(self.next);
            return;
        }
        let rows = target.log_probabilities(train.gather(&chunk));
        for (&sample, row) in chunk.iter().zip(rows.chunks_exact(target.classes())) {
            let (predicted, loss) = prediction(row, train.label(sample as usize));
            self.scores.predicted[sample as usize] = predicted;
            self.scores.loss[sample as usize] = loss;
            self.scores.margin[sample as usize] = -Measure::Margin.of(row);
        }
        self.next += chunk.len();
        self.scores.scored = self.scores.scored.max(self.next);
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
