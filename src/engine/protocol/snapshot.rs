//! The large things that the view shows: the latest snapshot is the only one that matters.

use std::sync::Arc;

use crate::engine::planned::RunId;
use crate::field::Field;

/// The large things that the view shows; the latest is the only one that matters.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Counts resets, as in `Event::Started`: drop a snapshot of an older one.
    pub generation: u64,
    pub latent_dim: usize,
    /// Codes of the train split, `[train.len(), latent_dim]`; a new `Arc` when they changed.
    pub codes: Option<Arc<Vec<f32>>>,
    /// Codes of the evaluation split, `[split.len(), latent_dim]`, where they are wanted.
    pub evaluation_codes: Option<Arc<Vec<f32>>>,
    /// Whether the generator is still training, so that the codes are provisional.
    pub forming: bool,
    /// For each run that has begun: what is known about each train sample.
    pub runs: Vec<RunSnapshot>,
    /// The field of the run that is shown, where it is wanted.
    pub field: Option<Arc<Field>>,
}

impl Snapshot {
    /// What one run knows, where it has begun.
    pub fn run(&self, run: RunId) -> Option<&RunSnapshot> {
        self.runs.iter().find(|r| r.run == run)
    }
}

/// What one run knows about each train sample.
#[derive(Debug, Clone)]
pub struct RunSnapshot {
    pub run: RunId,
    /// Round in which each train sample was labelled; 0 where it is not.
    pub labelled_in: Arc<Vec<u16>>,
    /// Predictions on the train split, where they are wanted.
    pub scores: Option<Arc<Scores>>,
    /// Rounds whose final weights are saved, so that their targets can be shown.
    pub kept: Vec<usize>,
}

/// The target's view of the train split, filled in as scoring proceeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Predicted class, `NOT_SCORED` where not yet known, and everywhere where labels are maps.
    pub predicted: Vec<u8>,
    /// Cross entropy with the true label (nats), or mean square error with its stress map (kPa^2); NaN where not yet
    /// known. For display only, never for a sampler.
    pub loss: Vec<f32>,
    /// Samples scored so far with the present weights, or with those of the round before.
    pub scored: usize,
}

/// Marks a sample without a prediction in `Scores::predicted`.
pub const NOT_SCORED: u8 = u8::MAX;
