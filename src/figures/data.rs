//! From histories to the points that figures draw: groups with their looks, traces, and means over repeats.

use super::captions;
use super::error::FigureError;
use super::figure::Panel;
use super::look::looks::Looks;
use crate::combine::{combine, is_same_run};
use crate::experiment::{EvaluationSplit, Experiment, Strategy, Task, Variant};
use crate::history::{History, Metric};
use crate::statistics::{
    CurvePoint, Group, LabelRange, MeanPoint, Options, curve, group_named, groups, in_step, mean_curve,
};

/// Level of every band in the figures.
pub const BAND_LEVEL: f64 = 0.95;

/// Histories that can be drawn together.
#[derive(Debug, Clone)]
pub struct Histories {
    pub(super) all: Vec<History>,
    /// Those of them that figures and tables are drawn from.
    pub(super) drawn: Subject,
    /// Sentences of every caption, and notes on the runs.
    pub(super) captions: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// What a figure or table is drawn from: the runs that are compared, with which of them, and how they look.
#[derive(Debug, Clone)]
pub struct Subject {
    /// All runs but those that still go on, which are compared in step.
    pub compared: Vec<History>,
    /// The name of the group that the others are compared with.
    pub against: Variant,
    /// Ranges of labels whose areas are taken apart.
    pub ranges: Vec<LabelRange>,
    /// The look of each variant.
    pub looks: Looks,
}

impl Subject {
    /// How groups are compared.
    pub fn options(&self) -> Options {
        Options::against(self.against.clone(), task(&self.compared))
    }
}

impl Histories {
    /// The histories, if they can be drawn together; a run that is given twice counts once.
    pub fn new(histories: &[History], against: &Variant) -> Result<Self, FigureError> {
        Self::allowing(histories, against, &[])
    }

    /// The histories, if they can be drawn together; they may differ in the properties that `allow` names.
    pub fn allowing(histories: &[History], against: &Variant, allow: &[String]) -> Result<Self, FigureError> {
        Self::in_progress(histories, against, allow, &[])
    }

    /// As `allowing`, while the runs `going` are in progress.
    pub fn in_progress(
        histories: &[History],
        against: &Variant,
        allow: &[String],
        going: &[History],
    ) -> Result<Self, FigureError> {
        let combined = combine(histories, allow)?;
        if combined.histories.is_empty() {
            return Err(FigureError::NoHistory);
        }
        let in_step = in_step(&combined.histories, |h| going.iter().any(|other| is_same_run(h, other)));
        let name = group_named(&groups(&combined.histories), against).map(|g| g.name.clone());
        Ok(Self {
            captions: captions::caption_sentences(&combined),
            notes: captions::notes(&combined.repeated, &in_step),
            drawn: Subject {
                compared: in_step.compared,
                against: name.unwrap_or_else(|| against.clone()),
                ranges: LabelRange::USUAL.to_vec(),
                looks: Looks::of(&combined.histories),
            },
            all: combined.histories,
        })
    }

    /// The same histories with areas over these ranges of labels.
    pub fn over(mut self, ranges: &[LabelRange]) -> Self {
        let kept = &mut self.drawn.ranges;
        kept.clear();
        for range in ranges {
            if !kept.contains(range) {
                kept.push(*range);
            }
        }
        self
    }

    /// The same histories in these looks; one that has none gets one. What looks alike there, because it is of experiments
    /// that are otherwise not compared, keeps the looks of these histories alone.
    pub fn looking(mut self, looks: &Looks) -> Self {
        let mut looks = looks.clone();
        looks.know(&self.all);
        if looks.tells_apart(&self.all) {
            self.drawn.looks = looks;
        }
        self
    }

    /// Each run once.
    pub fn all(&self) -> &[History] {
        &self.all
    }

    /// What captions and notes say about the runs, one sentence each.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        self.captions.iter().chain(&self.notes).map(String::as_str)
    }
}

/// Every evaluation of `metric` in order.
pub fn trace(history: &History, metric: Metric) -> Vec<CurvePoint> {
    curve(history.rounds.iter().map(|r| (&**r).into()), metric)
}

/// The mean over the repeats of a group, for each evaluation, matched by round and index within the round.
pub fn mean_trace(group: &Group, metric: Metric) -> Vec<MeanPoint> {
    mean_curve(group.histories.iter().map(|h| trace(h, metric)), |p| p.labels, BAND_LEVEL)
}

/// The task of the target network, from the first history.
pub fn task(histories: &[History]) -> Task {
    histories.first().map_or(Task::Classes, History::task)
}

/// A range for accuracies, or errors of maps, that shows all round ends and the evaluations inside rounds, but not the
/// start of round 1.
pub fn value_range(histories: &[History]) -> Option<[f64; 2]> {
    /// Share of the values inside rounds that may fall below the range.
    const CUT: f64 = 0.01;
    /// Space above and below, as a share of the range.
    const PAD: f64 = 0.05;
    /// The least range, percent or kPa^2.
    const LEAST: f64 = 0.5;
    let task = task(histories);
    let ends = histories.iter().flat_map(|h| trace(h, Metric::whole(task))).map(|p| p.value).filter(|y| y.is_finite());
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    if low > high {
        return None;
    }
    let parts = histories.iter().flat_map(|h| trace(h, Metric::part(task)));
    let mut inside: Vec<f64> = parts.filter(|p| p.round > 1 && p.value.is_finite()).map(|p| p.value).collect();
    inside.sort_by(f64::total_cmp);
    let cut = (inside.len() as f64 * CUT).floor() as usize;
    // The worst values are cut: the lowest accuracies, the largest errors.
    let (lowest, highest) = match task.lower_is_better() {
        false => (inside.get(cut), inside.last()),
        true => (inside.first(), inside.len().checked_sub(cut + 1).and_then(|i| inside.get(i))),
    };
    let (low, high) = (lowest.map_or(low, |v| v.min(low)), highest.map_or(high, |v| v.max(high)));
    let pad = ((high - low) * PAD).max(LEAST / 2.0);
    let most = if task == Task::Classes { 100.0 } else { f64::INFINITY };
    Some([(low - pad).max(0.0), (high + pad).min(most)])
}

/// The range of the axis of labels: from 0 to a little more than the largest number.
pub fn labels_range(histories: &[History]) -> [f64; 2] {
    /// Room for the last mark, as a share.
    const PAD: f64 = 0.012;
    let most = histories.iter().flat_map(|h| h.rounds.iter().map(|r| r.labels)).max().unwrap_or(1);
    [0.0, most as f64 * (1.0 + PAD)]
}

/// The round at position `x` of a panel's horizontal axis; `None` if that axis does not count labels or rounds.
pub fn round_at(panel: &Panel, histories: &[History], x: f64) -> Option<usize> {
    let rounds = || histories.iter().flat_map(|h| &h.rounds);
    match panel.x.label.as_str() {
        ROUND_AXIS => Some(x.round().max(1.0) as usize),
        LABELS_AXIS => {
            // Evaluations inside a round are drawn before its last label.
            let after = rounds().filter(|r| r.labels as f64 >= x - LABEL_SLACK).map(|r| r.round).min();
            after.or_else(|| rounds().map(|r| r.round).max())
        }
        _ => None,
    }
}

/// A mean over repeats may be this far from a whole number of labels.
const LABEL_SLACK: f64 = 0.5;

/// Titles of the horizontal axes from which `round_at` finds a round.
pub const LABELS_AXIS: &str = "Labelled samples";
pub const ROUND_AXIS: &str = "Round t";

/// The name of the evaluation split, from the first history.
pub fn split_name(histories: &[History]) -> &'static str {
    histories.first().map_or(EvaluationSplit::Test, |h| h.header.experiment.evaluate_on).label()
}

/// A note on the stand-in that labelled generated samples; `None` if there is none.
pub fn stand_in_note(histories: &[History]) -> Option<String> {
    let of = |h: &&History| h.task() == Task::Classes && h.header.labels_from.is_some();
    let made: Vec<&History> = histories.iter().filter(of).collect();
    // Of a fork those that it had before, too.
    let generating = |h: &&History| h.strategies().into_iter().filter(|s| s.generates_samples());
    let mut names: Vec<&str> = made.iter().flat_map(generating).map(Strategy::label).collect();
    let mut origins: Vec<&str> = made.iter().filter_map(|h| h.header.labels_from.as_deref()).collect();
    for texts in [&mut names, &mut origins] {
        texts.sort_unstable();
        texts.dedup();
    }
    let by = if origins.is_empty() { return None } else { origins.join("; or by a ") };
    Some(format!("{}: samples generated by decoding, labelled by a {by}.", names.join(", ")))
}

/// The experiment of the first history.
pub fn experiment(histories: &[History]) -> Experiment {
    histories.first().map(|h| h.header.experiment.clone()).unwrap_or_default()
}

/// The number of repeats as text: `5 repeats` or `3 to 5 repeats`; forks are counted separately.
pub fn repeats_text(groups: &[Group]) -> String {
    let counts = groups.iter().filter(|g| !g.is_fork).map(|g| g.histories.len());
    let repeats = match (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0)) {
        (0, _) => String::new(),
        (1, 1) => "one run".into(),
        (a, b) if a == b => format!("{a} repeats"),
        (a, b) => format!("{a} to {b} repeats"),
    };
    let (forks, parents) = match groups.iter().filter(|g| g.is_fork).count() {
        0 => return repeats,
        1 => ("one fork".to_owned(), "its parent"),
        n => (format!("{n} forks"), "their parents"),
    };
    let rounds = format!("whose first rounds are those of {parents}");
    if repeats.is_empty() { format!("{forks}, {rounds}") } else { format!("{repeats} and {forks}, {rounds}") }
}
