//! Whether what a file holds agrees with itself, so that a reader may index and multiply without asking again.

use super::Checkpoint;
use crate::history::{Evaluation, FORMAT_VERSION, Header, History, LatentStep, Made, Metric, Proposal, RoundRecord};

/// What is read from a file.
pub trait Whole {
    /// What in it contradicts the rest, as a phrase; `None` if it is whole.
    fn fault(&self) -> Option<String> {
        None
    }
}

impl Whole for Checkpoint {}

impl<T> Whole for Vec<T> {}

impl Whole for Header {
    fn fault(&self) -> Option<String> {
        match self {
            Self { format, .. } if *format != FORMAT_VERSION => {
                Some(format!("its header has the format {format}, and this program reads {FORMAT_VERSION}"))
            }
            Self { repeat: 0, .. } => Some("its repeat is 0".into()),
            Self { latent_scale: scale, .. } if !(0.0..f32::INFINITY).contains(scale) => {
                Some(format!("its latent scale is {scale}"))
            }
            _ => None,
        }
    }
}

impl Whole for History {
    fn fault(&self) -> Option<String> {
        if let Some(fault) = self.header.fault() {
            return Some(fault);
        }
        let of =
            |(i, record): (usize, &RoundRecord)| Some(format!("round {}: {}", i + 1, self.fault_of(i + 1, record)?));
        self.rounds.iter().map(AsRef::as_ref).enumerate().find_map(of)
    }
}

/// Pixels of a generated image, at most.
const MOST_PIXELS: usize = 1 << 24;
/// What a loss or an error of nothing may be by rounding.
const NOTHING: f32 = -1e-3;
/// Percent by which an accuracy may be off by rounding: less than an image in any evaluation split.
const ROUNDING: f32 = 1e-3;

impl History {
    fn fault_of(&self, round: usize, record: &RoundRecord) -> Option<String> {
        let (classes, dim) = (self.header.classes.len(), self.header.experiment.latent_dim);
        if record.round != round {
            return Some(format!("it is numbered {}", record.round));
        }
        let cells = record.confusion.len();
        if cells != 0
            && (cells != classes * classes
                || record.confusion.iter().map(|&n| u64::from(n)).sum::<u64>() > u64::from(u32::MAX))
        {
            return Some(format!("a confusion matrix of {cells} numbers for {classes} classes"));
        }
        let (predicted, evaluated) = (record.predicted.len(), record.confusion.iter().sum::<u32>() as usize);
        if predicted > 0 && evaluated > 0 && predicted != evaluated {
            return Some(format!("{predicted} predicted classes, and {evaluated} in its confusion matrix"));
        }
        if let Some(fault) = record.evaluations.iter().find_map(|e| impossible(e, record)) {
            return Some(fault);
        }
        let steps = || {
            let proposed = record.proposals.iter().filter_map(|p: &Proposal| p.step.as_ref());
            proposed.chain(record.walk_steps.iter().map(|w| &w.step))
        };
        let labels = record.proposals.iter().map(|p| p.label).chain(record.predicted.iter().copied());
        let labels = labels.chain(record.walk_steps.iter().map(|w| w.label)).chain(steps().map(|s| s.parent_label));
        if let Some(label) = labels.filter(|_| classes > 0).find(|l| usize::from(*l) >= classes) {
            return Some(format!("class {label} of {classes}"));
        }
        let made = || record.proposals.iter().filter_map(|p| p.made.as_ref());
        if made().any(|m| pixels(m) > MOST_PIXELS) {
            return Some("a generated image beyond all sizes".into());
        }
        let codes =
            steps().flat_map(|LatentStep { from, gradient, to, neighbour, .. }| [from, gradient, to, neighbour]);
        let mut codes = codes.chain(made().map(|m| &m.code)).chain(record.refusals.iter().map(|r| &r.code));
        let code = codes.find(|c| c.len() != dim)?;
        Some(format!("a latent point of {} numbers in {dim} dimensions", code.len()))
    }
}

/// That a measured value can be none, or is not that of the round's confusion matrix. A network that diverged may have values
/// that are no numbers.
fn impossible(measured: &Evaluation, record: &RoundRecord) -> Option<String> {
    let Evaluation { metric, value, round_end, .. } = *measured;
    let said = |what: &str| format!("its {} is {value}, {what}", metric.name());
    if metric.is_percent() && !(0.0..=100.0).contains(&value) && !(record.diverged && value.is_nan()) {
        return Some(said("which is no percentage"));
    }
    if value < NOTHING {
        return Some(said("which is below zero"));
    }
    let classes = record.confusion.len().isqrt();
    let all: f64 = record.confusion.iter().map(|&n| f64::from(n)).sum();
    let right: f64 = record.confusion.iter().step_by(classes + 1).map(|&n| f64::from(n)).sum();
    let is_all = metric == Metric::Accuracy && round_end && all > 0.0;
    let is_off = is_all && ((100.0 * right / all) as f32 - value).abs() > ROUNDING;
    is_off.then(|| said(&format!("and of its confusion matrix {right} of {all} are right")))
}

fn pixels(made: &Made) -> usize {
    made.grey.len().max(made.runs.iter().map(|&r| usize::from(r)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use crate::history::WalkStep;

    #[test]
    fn published_histories_are_whole_and_each_contradiction_is_named() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/histories");
        let published = super::super::read_histories(&folder).unwrap();
        assert!(published.len() > 10);
        let good = published.iter().find(|h| h.header.classes.len() == 10).unwrap();
        type Change = fn(&mut RoundRecord);
        fn measured(record: &mut RoundRecord, metric: Metric, value: f32) {
            record.evaluations.iter_mut().filter(|e| e.metric == metric).for_each(|e| e.value = value);
        }
        fn walked(label: u16) -> WalkStep {
            let step = LatentStep {
                parent: 0,
                parent_label: 0,
                loss: 0.0,
                from: Vec::new(),
                gradient: Vec::new(),
                to: Vec::new(),
                neighbour: Vec::new(),
                snap_distance: 0.0,
            };
            WalkStep { walk: 0, sample: 0, label, step }
        }
        let changes: [(&str, Change); 14] = [
            ("it is numbered 7", |r| r.round = 7),
            ("a confusion matrix of 1 numbers for 10 classes", |r| r.confusion = vec![1]),
            ("a confusion matrix of 100 numbers", |r| r.confusion = vec![u32::MAX; 100]),
            ("its accuracy is 999, which is no percentage", |r| measured(r, Metric::Accuracy, 999.0)),
            ("its accuracy is -5, which is no percentage", |r| measured(r, Metric::Accuracy, -5.0)),
            ("its accuracy is NaN, which is no percentage", |r| measured(r, Metric::Accuracy, f32::NAN)),
            ("its accuracy_part is inf, which is no percentage", |r| {
                measured(r, Metric::AccuracyPart, f32::INFINITY);
            }),
            ("its train_loss is -1, which is below zero", |r| measured(r, Metric::TrainLoss, -1.0)),
            ("its accuracy is 1.5, and of its confusion matrix", |r| measured(r, Metric::Accuracy, 1.5)),
            ("class 10 of 10", |r| r.proposals[0].label = 10),
            ("class 10 of 10", |r| r.predicted = vec![10; r.confusion.iter().sum::<u32>() as usize]),
            ("class 11 of 10", |r| r.walk_steps = vec![walked(11)]),
            ("3 predicted classes, and", |r| r.predicted = vec![1; 3]),
            ("a generated image beyond", |r| {
                r.proposals[0].made = Some(Made { code: vec![0.0; 3], runs: vec![u16::MAX; 1_000], grey: Vec::new() });
            }),
        ];
        for (says, change) in changes {
            let mut history = good.clone();
            change(Arc::make_mut(&mut history.rounds[1]));
            let fault = history.fault().unwrap();
            assert!(fault.starts_with("round 2: ") && fault.contains(says), "{fault}");
        }
        type ChangeOfHeader = fn(&mut Header);
        let headers: [(&str, ChangeOfHeader); 4] = [
            ("its repeat is 0", |h| h.repeat = 0),
            ("its header has the format 99, and this program reads 1", |h| h.format = 99),
            ("its latent scale is NaN", |h| h.latent_scale = f32::NAN),
            ("its latent scale is -1", |h| h.latent_scale = -1.0),
        ];
        for (says, change) in headers {
            let mut history = good.clone();
            change(&mut history.header);
            assert_eq!(history.fault().as_deref(), Some(says));
        }
    }
}
