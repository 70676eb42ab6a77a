//! Large data for the view; only the latest snapshot matters.

use std::sync::Arc;

use crate::dataset::Class;
use crate::engine::planned::RunId;
use crate::field::Field;

/// Large data for the view; only the latest snapshot matters.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Number of resets, as in `Event::Started`; a snapshot of an older generation is to be dropped.
    pub generation: u64,
    /// Numbers in a code; 0 before there is a session.
    pub latent_dim: usize,
    /// Codes of the train split, `[train.len(), latent_dim]`; a new `Arc` whenever they change.
    pub codes: Option<Arc<Vec<f32>>>,
    /// Codes of the evaluation split, `[split.len(), latent_dim]`, if requested.
    pub evaluation_codes: Option<Arc<Vec<f32>>>,
    /// Whether the generator is still training, so that the codes are provisional.
    pub forming: bool,
    /// For each run that has begun: its data about each train sample.
    pub runs: Vec<RunSnapshot>,
    /// The field of the shown run, if requested.
    pub field: Option<Arc<Field>>,
}

impl Snapshot {
    /// The data of one run, if it has begun.
    pub fn run(&self, run: RunId) -> Option<&RunSnapshot> {
        self.runs.iter().find(|r| r.run == run)
    }
}

/// One run's data about each train sample.
#[derive(Debug, Clone)]
pub struct RunSnapshot {
    pub run: RunId,
    /// Round in which each train sample was labelled; 0 if it is not.
    pub labelled_in: Arc<Vec<u16>>,
    /// Predictions on the train split, if requested.
    pub scores: Option<Arc<Scores>>,
    /// Rounds whose final weights are saved, so that their targets can be used.
    pub kept: Vec<usize>,
}

/// The target's predictions on the train split, filled in as scoring proceeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Predicted classes; `NOT_SCORED` while unknown, and always if labels are maps.
    pub predicted: Vec<Class>,
    /// Cross entropy with the true label (nats), or mean square error with its stress map (kPa^2); NaN while
    /// unknown. For display only, never for a sampler.
    pub loss: Vec<f32>,
    /// Probability of the most probable class less that of the second; NaN while unknown, and always if labels are maps.
    pub margin: Vec<f32>,
    /// Number of samples scored so far, with the present weights or those of the previous round.
    pub scored: usize,
}

/// Marks a sample without a prediction in `Scores::predicted`.
pub const NOT_SCORED: Class = Class::MAX;
