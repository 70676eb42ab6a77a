//! Numbers of one learning curve: its area, the labels it needs, and its mean over the endpoint's rounds.

use std::ops::RangeInclusive;

use crate::history::History;

/// Labels and what the target is judged by (accuracy in percent, or the error of maps in kPa^2) at the end of each
/// round that has a finite one.
pub fn round_ends(history: &History) -> Vec<[f64; 2]> {
    let point = |r: &crate::history::RoundRecord| Some([r.labels as f64, f64::from(r.final_value()?)]);
    history.rounds.iter().filter_map(point).filter(|p| p[1].is_finite()).collect()
}

/// Area under a curve of (labels, metric) by trapezia, over the labels it spans: the mean metric along the way.
///
/// None for fewer than two different numbers of labels.
pub fn area_under_curve(points: &[[f64; 2]]) -> Option<f64> {
    let (first, last) = (points.first()?, points.last()?);
    let span = last[0] - first[0];
    let area: f64 = points.windows(2).map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1]) / 2.0).sum();
    (span > 0.0).then_some(area / span)
}

/// Labels at which a curve of (labels, metric) first reaches `target`, by linear interpolation between its points.
///
/// The first point's labels where it starts there already; none where it never gets there.
pub fn labels_to_reach(points: &[[f64; 2]], target: f64) -> Option<f64> {
    let first = points.first()?;
    if first[1] >= target {
        return Some(first[0]);
    }
    let crossing = points.windows(2).find(|w| w[1][1] >= target)?;
    let ([x0, y0], [x1, y1]) = (crossing[0], crossing[1]);
    Some(x0 + (x1 - x0) * (target - y0) / (y1 - y0))
}

/// Mean of what the target is judged by over the ends of `rounds`; none unless each of them was completed with a finite one.
pub fn endpoint(history: &History, rounds: RangeInclusive<usize>) -> Option<f64> {
    let count = rounds.clone().count();
    let value = |t: usize| history.rounds.iter().find(|r| r.round == t)?.final_value().filter(|a| a.is_finite());
    let values: Option<Vec<f32>> = rounds.map(value).collect();
    let sum: f64 = values?.into_iter().map(f64::from).sum();
    (count > 0).then(|| sum / count as f64)
}
