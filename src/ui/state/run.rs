//! A run in the window's state: its completed rounds, the one in progress, and its curves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::planned::RunId;
use crate::experiment::{Experiment, Strategy};
use crate::history::{Evaluation, Header, History, Metric, RoundRecord};
use crate::round::LabelProgress;
use crate::statistics::{CurvePoint, CurveRound, curve};

/// Everything reported about a run.
#[derive(Debug, Clone)]
pub struct RunState {
    pub id: RunId,
    pub strategy: Strategy,
    pub header: Option<Box<Header>>,
    /// Completed rounds.
    pub rounds: Vec<Arc<RoundRecord>>,
    /// The proposals of the round in progress.
    pub current: Option<Arc<RoundRecord>>,
    /// The measurements of the round in progress.
    pub live: Vec<Evaluation>,
    /// Progress of the labelling tool, while it solves a round's generated samples.
    pub labelling: Option<LabelProgress>,
    /// The file that the run is written to at the end of each round, if any.
    pub on_disk: Option<PathBuf>,
}

/// The cost of a run's labels so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabellingCost {
    /// Generated samples that have a label.
    pub solved: usize,
    /// Rejected masks by reason; those of the round in progress have no reason yet.
    pub refused: BTreeMap<String, usize>,
    /// Rejections of the round in progress.
    pub refused_now: usize,
    /// Total time of the labelling tool, seconds.
    pub seconds: f32,
}

impl LabellingCost {
    /// All rejections, whatever their reason.
    pub fn refusals(&self) -> usize {
        self.refused.values().sum::<usize>() + self.refused_now
    }
}

impl RunState {
    pub(super) fn new(id: RunId, strategy: Strategy) -> Self {
        Self {
            id,
            strategy,
            header: None,
            rounds: Vec::new(),
            current: None,
            live: Vec::new(),
            labelling: None,
            on_disk: None,
        }
    }

    /// Solves, rejected masks and seconds of all rounds, including the one in progress.
    pub fn labelling_cost(&self) -> LabellingCost {
        let mut cost = LabellingCost::default();
        for record in self.records() {
            cost.solved += record.proposals.len();
            cost.seconds += record.label_seconds;
            for refused in &record.refusals {
                *cost.refused.entry(refused.kind.clone()).or_default() += 1;
            }
        }
        if let Some(now) = self.labelling {
            cost.solved += now.labelled;
            cost.refused_now = now.refused;
            cost.seconds += now.seconds;
        }
        cost
    }

    /// The round in progress, or else the last completed one.
    pub fn latest_round(&self) -> usize {
        self.records().map(|r| r.round).max().unwrap_or(0)
    }

    /// Completed rounds, then the one in progress.
    pub fn records(&self) -> impl Iterator<Item = &Arc<RoundRecord>> {
        self.rounds.iter().chain(self.current.iter())
    }

    /// The record of a round, in progress or complete.
    pub fn record(&self, round: usize) -> Option<&Arc<RoundRecord>> {
        self.records().find(|r| r.round == round)
    }

    /// All values of a metric in order, including those of the round in progress.
    pub fn curve(&self, metric: Metric, experiment: &Experiment) -> Vec<CurvePoint> {
        let before = self.rounds.last().map_or(0, |r| r.minibatches);
        let current = self.current.as_ref().map(|r| CurveRound {
            round: r.round,
            labels: r.labels,
            minibatches: before + experiment.minibatches_in_round(r.labels),
            evaluations: &self.live,
            diverged: false,
        });
        curve(self.rounds.iter().map(|r| CurveRound::from(&**r)).chain(current), metric)
    }

    /// The history of its completed rounds, which are shared, not copied; `None` before the first.
    pub fn history(&self) -> Option<History> {
        let header = self.header.as_deref().filter(|_| !self.rounds.is_empty())?;
        Some(History { header: header.clone(), rounds: self.rounds.clone() })
    }

    /// The metric over the whole evaluation split at the end of a round: accuracy in percent, or error in kPa^2.
    pub fn accuracy(&self, round: usize) -> Option<f32> {
        self.rounds.iter().find(|r| r.round == round)?.final_value()
    }
}
