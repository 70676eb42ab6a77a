//! What the points of the learning curves say under the pointer, and where a click on one leads.

use egui::Ui;
use egui_plot::PlotResponse;

use super::series::{Curve, Series};
use crate::engine::planned::RunId;
use crate::ui::kit::charts;
use crate::ui::kit::words;

/// A point of the curves.
#[derive(Clone, Copy)]
enum Point<'a> {
    /// A run at the end of a round.
    End(&'a Curve, usize),
    /// The mean over repeats at the end of a round, with half the width of its band.
    Mean {
        round: usize,
        repeats: usize,
        half_width: Option<f64>,
    },
    /// A run inside a round, on the fixed part of the evaluation split.
    Inside(&'a Curve),
    Loss(&'a Curve),
}

/// The plot whose points are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    Metric,
    Loss,
}

/// Where a clicked point leads: its run, unless it is a mean, and its round, unless it is inside one.
pub type Clicked = (Option<RunId>, Option<usize>);

/// Says what the point under the pointer is, with `units` of both axes; a click leads to its run and its round.
pub fn read(
    ui: &Ui,
    response: &PlotResponse<()>,
    series: &[Series],
    plot: Plot,
    [x_unit, y_unit]: [&str; 2],
) -> Option<Clicked> {
    let points = series.iter().flat_map(|s| points(s, plot).into_iter().map(move |(point, at)| ((s, point), at)));
    let (_, point) = charts::read(ui, response, points, |(s, point), [x, y]| {
        let decimals = if plot == Plot::Metric { 1 } else { 3 };
        let value = format!("{y:.decimals$} {y_unit} at {} {x_unit}", words::thousands(x.round() as usize));
        let seeded = |c: &Curve| format!("{}, seed {}", s.name, c.seed);
        match point {
            Point::End(c, round) => format!("{}, round {round}: {value}", seeded(c)),
            Point::Mean { round, repeats, half_width } => {
                let band = half_width.map_or_else(String::new, |h| format!("\n95 % band of the mean: ±{h:.1}"));
                format!("{}, mean of {repeats} repeats, round {round}: {value}{band}", s.name)
            }
            Point::Inside(c) => format!("{}, inside a round, fixed part: {value}", seeded(c)),
            Point::Loss(c) => format!("{}, training loss: {value}", seeded(c)),
        }
    })?;
    Some(match point {
        Point::End(c, round) => (c.run, Some(round)),
        Point::Mean { round, .. } => (None, Some(round)),
        Point::Inside(c) | Point::Loss(c) => (c.run, None),
    })
}

fn points(series: &Series, plot: Plot) -> Vec<(Point<'_>, [f64; 2])> {
    if plot == Plot::Loss {
        let losses = series.detailed().flat_map(|c| c.loss.iter().map(move |at| (Point::Loss(c), *at)));
        return losses.collect();
    }
    let repeats = series.repeats.len();
    let ends = series.repeats.iter().flat_map(|c| c.ends.iter().map(move |(round, at)| (Point::End(c, *round), *at)));
    let inside = series.detailed().flat_map(|c| c.inside.iter().map(move |at| (Point::Inside(c), *at)));
    let means = series
        .mean
        .iter()
        .filter(|_| repeats > 1)
        .map(|p| (Point::Mean { round: p.round, repeats: p.y.n, half_width: p.y.half_width }, [p.x, p.y.mean]));
    means.chain(ends).chain(inside).collect()
}
