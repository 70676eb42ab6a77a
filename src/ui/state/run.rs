//! A run as the window knows it: its rounds, the one in progress, and the curves drawn from them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::planned::RunId;
use crate::experiment::{Experiment, Strategy};
use crate::history::{Evaluation, Header, Metric, RoundRecord};
use crate::round::LabelProgress;
use crate::statistics::{CurvePoint, CurveRound, curve};

/// What happened in a run.
#[derive(Debug, Clone)]
pub struct RunState {
    pub id: RunId,
    pub strategy: Strategy,
    pub header: Option<Box<Header>>,
    /// Completed rounds.
    pub rounds: Vec<Arc<RoundRecord>>,
    /// The round in progress: what was labelled for it.
    pub current: Option<Arc<RoundRecord>>,
    /// What was measured in the round in progress.
    pub live: Vec<Evaluation>,
    /// While the labelling tool solves a round's generated samples.
    pub labelling: Option<LabelProgress>,
    /// The file that it is written to at the end of each round, if any.
    pub on_disk: Option<PathBuf>,
}

/// What a run's labels cost so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabellingCost {
    pub solved: usize,
    /// By the kind of the refusal; those of the round in progress have none yet.
    pub refused: BTreeMap<String, usize>,
    pub refused_now: usize,
    /// That the labelling tool took for all of it.
    pub seconds: f32,
}

impl LabellingCost {
    pub fn refusals(&self) -> usize {
        self.refused.values().sum::<usize>() + self.refused_now
    }
}

impl RunState {
    pub fn new(id: RunId, strategy: Strategy) -> Self {
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

    /// Solves, refusals and seconds of all rounds, the one in progress included.
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

    /// The round in progress, else the last completed one.
    pub fn latest_round(&self) -> usize {
        self.records().map(|r| r.round).max().unwrap_or(0)
    }

    /// Completed rounds, then the one in progress.
    pub fn records(&self) -> impl Iterator<Item = &Arc<RoundRecord>> {
        self.rounds.iter().chain(self.current.iter())
    }

    pub fn record(&self, round: usize) -> Option<&Arc<RoundRecord>> {
        self.records().find(|r| r.round == round)
    }

    /// All values of a metric in order, those of the round in progress included.
    pub fn curve(&self, metric: Metric, experiment: &Experiment) -> Vec<CurvePoint> {
        let before = self.rounds.last().map_or(0, |r| r.minibatches);
        let current = self.current.as_ref().map(|r| CurveRound {
            round: r.round,
            labels: r.labels,
            minibatches: before + experiment.minibatches_in_round(r.labels),
            evaluations: &self.live,
        });
        curve(self.rounds.iter().map(|r| CurveRound::from(&**r)).chain(current), metric)
    }

    /// What the target is judged by over the whole evaluation split at the end of a round: percent, or kPa^2.
    pub fn accuracy(&self, round: usize) -> Option<f32> {
        self.rounds.iter().find(|r| r.round == round)?.final_value()
    }
}
