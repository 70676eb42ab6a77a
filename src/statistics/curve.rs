//! One learning curve: its points over labels and minibatches, its area, the labels it needs to reach a target, and its
//! mean over the rounds of the endpoint.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::history::{Evaluation, History, Metric, RoundRecord};

/// One evaluation of a run as a point of its learning curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// From 1.
    pub round: usize,
    /// Labels; within a round, interpolated between the labels before it and after it by the share of its training.
    pub labels: f64,
    /// Optimiser steps since the run began.
    pub minibatches: f64,
    /// In the unit of the metric: percent, nats or kPa^2.
    pub value: f64,
    /// Whether it was measured at the end of its round.
    pub round_end: bool,
}

/// The part of a round, completed or in progress, that a curve needs.
#[derive(Debug, Clone, Copy)]
pub struct CurveRound<'a> {
    pub round: usize,
    /// Distinct samples labelled by the end of the round.
    pub labels: usize,
    /// Optimiser steps of the run at the end of the round.
    pub minibatches: usize,
    pub evaluations: &'a [Evaluation],
    /// Whether it diverged: its end is then no point of the curve.
    pub diverged: bool,
}

impl<'a> From<&'a RoundRecord> for CurveRound<'a> {
    fn from(r: &'a RoundRecord) -> Self {
        let (round, labels, minibatches, diverged) = (r.round, r.labels, r.minibatches, r.diverged);
        Self { round, labels, minibatches, evaluations: &r.evaluations, diverged }
    }
}

/// Every value of a metric over rounds, in order.
pub fn curve<'a>(rounds: impl Iterator<Item = CurveRound<'a>>, metric: Metric) -> Vec<CurvePoint> {
    let mut points = Vec::new();
    let (mut labels_before, mut steps_before) = (0.0, 0.0);
    for CurveRound { round, labels, minibatches, evaluations, diverged } in rounds {
        let (labels, end) = (labels as f64, minibatches as f64);
        let place = |e: &Evaluation| {
            let steps = end - steps_before;
            let inside = !e.round_end && steps > 0.0;
            let share = if inside { ((e.minibatches as f64 - steps_before) / steps).clamp(0.0, 1.0) } else { 1.0 };
            labels_before + share * (labels - labels_before)
        };
        let shown = evaluations.iter().filter(|e| e.metric == metric && !(diverged && e.round_end));
        points.extend(shown.map(|e| CurvePoint {
            round,
            labels: place(e),
            minibatches: e.minibatches as f64,
            value: f64::from(e.value),
            round_end: e.round_end,
        }));
        (labels_before, steps_before) = (labels, end);
    }
    points
}

/// The metric of the whole evaluation split at the end of a round, without the rounding of single precision: an accuracy
/// is the share of right images where their number is known.
fn exact_value(record: &RoundRecord) -> Option<f64> {
    let value = f64::from(record.final_value()?);
    let share = evaluation_images(record).map(|images| {
        let images = images as f64;
        100.0 * (value * images / 100.0).round() / images
    });
    let rounding = f64::from(f32::EPSILON) * value.abs();
    Some(share.filter(|share| (share - value).abs() <= rounding).unwrap_or(value))
}

/// Images of the whole evaluation split; `None` if they were not counted by class.
pub fn evaluation_images(record: &RoundRecord) -> Option<usize> {
    let images: usize = record.confusion.iter().map(|&n| n as usize).sum();
    (images > 0).then_some(images)
}

/// Labels and the target's metric (accuracy in percent, or the error of maps in kPa^2) at the end of each round with a
/// finite value.
pub fn round_ends(history: &History) -> Vec<[f64; 2]> {
    let point = |r: &Arc<RoundRecord>| Some([r.labels as f64, exact_value(r)?]);
    history.rounds.iter().filter_map(point).filter(|p| p[1].is_finite()).collect()
}

/// Area under a curve of (labels, metric) by the trapezoidal rule, divided by the labels it spans: the mean metric.
///
/// `None` for fewer than two different numbers of labels.
pub fn area_under_curve(points: &[[f64; 2]]) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    let span = last[0] - first[0];
    let area: f64 = points.windows(2).map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1]) / 2.0).sum();
    (span > 0.0).then_some(area / span)
}

/// The same between two numbers of labels, with the curve's ends there by linear interpolation.
///
/// `None` unless the curve has both.
pub fn area_between(points: &[[f64; 2]], [from, to]: [f64; 2]) -> Option<f64> {
    let at = |x: f64| {
        let around = points.windows(2).find(|w| w[0][0] <= x && x <= w[1][0] && w[0][0] < w[1][0])?;
        let ([x0, y0], [x1, y1]) = (around[0], around[1]);
        Some([x, y0 + (y1 - y0) * (x - x0) / (x1 - x0)])
    };
    let inside = points.iter().copied().filter(|p| from < p[0] && p[0] < to);
    let part: Vec<[f64; 2]> = std::iter::once(at(from)?).chain(inside).chain([at(to)?]).collect();
    area_under_curve(&part)
}

/// Labels at which a curve of (labels, metric) first reaches `target`, by linear interpolation between its points.
///
/// The first point's labels if it starts there already; `None` if it never gets there.
pub fn labels_to_reach(points: &[[f64; 2]], target: f64) -> Option<f64> {
    let first = points.first()?;
    if first[1] >= target {
        return Some(first[0]);
    }
    let crossing = points.windows(2).find(|w| w[1][1] >= target)?;
    let ([x0, y0], [x1, y1]) = (crossing[0], crossing[1]);
    Some(x0 + (x1 - x0) * (target - y0) / (y1 - y0))
}

/// Mean of the target's metric over the ends of `rounds`; `None` unless each of them ended with a finite value.
pub fn endpoint(history: &History, rounds: RangeInclusive<usize>) -> Option<f64> {
    let count = rounds.clone().count();
    let value =
        |t: usize| history.rounds.iter().find(|r| r.round == t).and_then(|r| exact_value(r)).filter(|a| a.is_finite());
    let values: Option<Vec<f64>> = rounds.map(value).collect();
    let sum: f64 = values?.into_iter().sum();
    (count > 0).then(|| sum / count as f64)
}
