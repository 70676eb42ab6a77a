//! The mean over repeats of a learning curve, evaluation by evaluation.

use super::curve::CurvePoint;
use super::student::{Interval, mean_interval};

/// The mean of several repeats at one evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanPoint {
    /// From 1; evaluations are matched by it and by their index within it.
    pub round: usize,
    /// Mean place of the same repeats as `y`, in the unit that the caller's function has.
    pub x: f64,
    /// Mean over the repeats with a finite value there.
    pub y: Interval,
}

/// The mean over curves with its interval at `level`, for each evaluation, matched by round and index within the round;
/// `x` places a point.
pub fn mean_curve(
    curves: impl IntoIterator<Item = Vec<CurvePoint>>,
    x: impl Fn(&CurvePoint) -> f64,
    level: f64,
) -> Vec<MeanPoint> {
    let mut cells: Vec<((usize, usize), Vec<CurvePoint>)> = Vec::new();
    for curve in curves {
        let (mut round, mut place) = (0, 0);
        for point in curve {
            place = if point.round == round { place + 1 } else { 0 };
            round = point.round;
            match cells.binary_search_by_key(&(round, place), |c| c.0) {
                Ok(i) => cells[i].1.push(point),
                Err(i) => cells.insert(i, ((round, place), vec![point])),
            }
        }
    }
    let mean = |((round, _), points): ((usize, usize), Vec<CurvePoint>)| {
        let finite: Vec<CurvePoint> = points.into_iter().filter(|p| p.value.is_finite()).collect();
        let places = finite.iter().map(&x).fold(0.0, |sum, x| sum + x);
        let values: Vec<f64> = finite.iter().map(|p| p.value).collect();
        mean_interval(&values, level).map(|y| MeanPoint { round, x: places / finite.len() as f64, y })
    };
    cells.into_iter().filter_map(mean).collect()
}
