//! The run of one strategy as the window knows it: its rounds, the one in progress, and the curves drawn from them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Strategy};
use crate::history::{Evaluation, Header, Metric, RoundRecord};
use crate::round::LabelProgress;

/// What happened in the run of one strategy.
#[derive(Debug, Clone)]
pub struct RunState {
    pub strategy: Strategy,
    pub header: Option<Box<Header>>,
    /// Completed rounds.
    pub rounds: Vec<Arc<RoundRecord>>,
    /// The round in progress: what was bought.
    pub current: Option<Arc<RoundRecord>>,
    /// What was measured in the round in progress.
    pub live: Vec<Evaluation>,
    /// While the labelling tool is at work on a round's made samples.
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

/// One measured value with its place on both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    pub round: usize,
    /// Labelled samples; inside a round spread evenly over the round's training.
    pub labels: f64,
    pub minibatches: f64,
    pub value: f64,
    pub round_end: bool,
}

impl RunState {
    pub fn new(strategy: Strategy) -> Self {
        Self {
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
        let mut points = Vec::new();
        let (mut labels_before, mut steps_before) = (0.0, 0.0);
        for record in &self.rounds {
            let steps = record.minibatches as f64 - steps_before;
            push_round(
                &mut points,
                record.round,
                &record.evaluations,
                metric,
                (labels_before, steps_before),
                (record.labels, steps),
            );
            (labels_before, steps_before) = (record.labels as f64, record.minibatches as f64);
        }
        if let Some(current) = &self.current {
            let steps = experiment.minibatches_in_round(current.labels) as f64;
            push_round(
                &mut points,
                current.round,
                &self.live,
                metric,
                (labels_before, steps_before),
                (current.labels, steps),
            );
        }
        points
    }

    /// What the target is judged by over the whole evaluation split at the end of a round: percent, or kPa^2.
    pub fn accuracy(&self, round: usize) -> Option<f32> {
        self.rounds.iter().find(|r| r.round == round)?.final_value()
    }
}

/// Adds the points of one round; inside it, labels are spread over the `steps` of its training.
fn push_round(
    points: &mut Vec<CurvePoint>,
    round: usize,
    evaluations: &[Evaluation],
    metric: Metric,
    (labels_before, steps_before): (f64, f64),
    (labels, steps): (usize, f64),
) {
    for e in evaluations.iter().filter(|e| e.metric == metric) {
        let inside = if e.round_end || steps <= 0.0 {
            1.0
        } else {
            ((e.minibatches as f64 - steps_before) / steps).clamp(0.0, 1.0)
        };
        points.push(CurvePoint {
            round,
            labels: labels_before + inside * (labels as f64 - labels_before),
            minibatches: e.minibatches as f64,
            value: f64::from(e.value),
            round_end: e.round_end,
        });
    }
}
