//! One frame of a film of a run: the latent space as it is labelled round by round, and the learning curves so far.

use std::sync::Arc;

use super::curves::{mean_line, value_panel};
use super::figure4::ground;
use crate::dataset::Class;
use crate::figures::captions::data_sentence;
use crate::figures::data::{Histories, mean_trace, task};
use crate::figures::drawing::ticks::number;
use crate::figures::figure::{Axis, Cloud, Columns, Figure, Item, LegendPlace, Line, Panel, Ticks};
use crate::figures::look::style::{Dash, Ink, Stroke};
use crate::figures::many;
use crate::history::{History, Metric, Proposal, RoundRecord};
use crate::statistics::groups;
use crate::trajectory::Embedding;

/// Points: of all samples, of those labelled before, and of those that this round labels.
const ALL: (f64, f64) = (0.8, 0.16);
const LABELLED: (f64, f64) = (1.5, 0.95);
const NEW: (f64, f64) = (2.6, 1.0);
/// A step, points.
const STEP_WIDTH: f64 = 0.8;
/// Share of the codes on each side that may lie outside.
const STRAYS: f64 = 0.001;
/// Margin around the codes, as a share of their extent.
const PAD: f64 = 0.04;
/// In the first part of a round its steps grow, in the rest the target learns.
const STEPS: f64 = 0.5;

/// A moment of a film.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// The round, from 0, and how much of it is over, 0 to 1.
    pub round: usize,
    pub share: f64,
    /// How far the latent space is turned about its second dimension, radians, if it turns; of one or two dimensions it
    /// does not.
    pub turn: Option<f64>,
}

/// The run whose latent space is shown, beside the curves of all runs; `aspect` is the height of a panel over its width.
pub fn film_frame(shown: &History, histories: &Histories, embedding: &Embedding, at: Moment, aspect: f64) -> Figure {
    let classes = &shown.header.classes;
    Figure {
        name: "film".into(),
        title: format!("A film of {}", shown.label()),
        caption: data_sentence(&histories.all),
        panels: vec![latent(shown, embedding, at, aspect), curves(shown, histories, at, aspect)],
        columns: Columns { narrow: 2, wide: 2 },
        legend: LegendPlace::Auto,
        keys: many::keys(classes, &many::named(&labelled(shown, classes.len()))),
        shared_axes: false,
        tallest: Figure::TALLEST,
    }
}

/// How often each class is labelled in the run.
pub(super) fn labelled(shown: &History, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for label in shown.rounds.iter().flat_map(|r| &r.proposals).map(|p| usize::from(p.label)) {
        if let Some(count) = counts.get_mut(label) {
            *count += 1;
        }
    }
    counts
}

/// How codes are projected, and the ranges that hold them from every side.
pub(super) struct Camera {
    turn: f64,
    pub(super) ranges: [[f64; 2]; 2],
}

impl Camera {
    pub(super) fn new(embedding: &Embedding, turn: f64, aspect: f64) -> Self {
        let dim = embedding.dim.max(1);
        let codes = || embedding.codes.chunks_exact(dim);
        let range = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            let at = |share: f64| values.get(((values.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(0.0);
            [at(STRAYS), at(1.0 - STRAYS)]
        };
        let of = |axis: usize| range(codes().map(|c| coordinate(c, axis)).collect());
        let [wide, high] = if dim > 2 {
            // Turned by any angle, a code is at most this far from the axis.
            let far = range(codes().map(|c| coordinate(c, 0).hypot(coordinate(c, 2))).collect())[1];
            [[-far, far], of(1)]
        } else {
            [of(0), of(1)]
        };
        let extent = |[low, end]: [f64; 2]| (end - low).max(f64::MIN_POSITIVE) * (1.0 + 2.0 * PAD);
        // One unit is as long in both directions.
        let width = extent(wide).max(extent(high) / aspect);
        let around = |[low, end]: [f64; 2], side: f64| [(low + end - side) / 2.0, (low + end + side) / 2.0];
        let turn = if dim > 2 { turn } else { 0.0 };
        Self { turn, ranges: [around(wide, width), around(high, width * aspect)] }
    }

    pub(super) fn place(&self, code: &[f32]) -> [f64; 2] {
        let (sin, cos) = self.turn.sin_cos();
        [cos * coordinate(code, 0) + sin * coordinate(code, 2), coordinate(code, 1)]
    }
}

/// An axis of this range without numbers.
pub(super) fn bare(range: [f64; 2], label: String) -> Axis {
    Axis { range: Some(range), ..Axis::linear(&label) }.ticks(Ticks::Named(Vec::new()))
}

/// What lies along the axes of a projection, which is turned about the second dimension or not.
pub(super) fn axes(dim: usize, turned: bool) -> [String; 2] {
    let of = if dim > 3 { format!(" of {dim}") } else { String::new() };
    match dim {
        0 | 1 => ["dimension 1".to_owned(), String::new()],
        3.. if turned => [format!("dimensions 1 and 3{of}, turned"), format!("dimension 2{of}")],
        _ => [format!("dimension 1{of}"), format!("dimension 2{of}")],
    }
}

fn coordinate(code: &[f32], axis: usize) -> f64 {
    code.get(axis).copied().map_or(0.0, f64::from)
}

fn latent(shown: &History, embedding: &Embedding, at: Moment, aspect: f64) -> Panel {
    let camera = Camera::new(embedding, at.turn.unwrap_or(0.0), aspect);
    let codes = embedding.codes.chunks_exact(embedding.dim.max(1));
    let all = ground(ALL, embedding.labels.len());
    let mut items = vec![cloud(codes.map(|c| camera.place(c)).collect(), embedding.labels.clone(), all)];
    let before = at.round.min(shown.rounds.len());
    let (points, classes) = placed(&shown.rounds[..before], embedding, &camera);
    items.push(cloud(points, classes, LABELLED));
    let mut labels = shown.rounds[..before].last().map_or(0, |r| r.labels);
    if let Some(record) = shown.rounds.get(at.round) {
        labels = record.labels;
        let grown = (at.share / STEPS).min(1.0);
        items.push(Item::Line(steps(record, &camera, grown)));
        let (mut points, mut classes) = placed(&shown.rounds[before..=before], embedding, &camera);
        // One after the other, as the steps grow.
        let arrived = (points.len() as f64 * grown).round() as usize;
        points.truncate(arrived);
        classes.truncate(arrived);
        items.push(cloud(points, classes, NEW));
    }
    let [across, up] = axes(embedding.dim, at.turn.is_some());
    let of = shown.header.experiment.rounds.max(shown.rounds.len());
    Panel {
        title: format!("{}, round {} of {of}, {} labels", shown.label(), at.round + 1, number(labels as f64, 0)),
        x: bare(camera.ranges[0], across),
        y: bare(camera.ranges[1], up),
        aspect,
        items,
    }
}

/// Where the samples of some rounds are, and their labels.
pub(super) fn placed(
    records: &[Arc<RoundRecord>],
    embedding: &Embedding,
    camera: &Camera,
) -> (Vec<[f64; 2]>, Vec<Class>) {
    let place = |p: &Proposal| match (&p.made, p.train_sample().and_then(|s| embedding.code(s))) {
        (Some(made), _) => Some(camera.place(&made.code)),
        (None, Some(code)) => Some(camera.place(code)),
        (None, None) => None,
    };
    records.iter().flat_map(|r| &r.proposals).filter_map(|p| Some((place(p)?, p.label))).unzip()
}

pub(super) fn cloud(points: Vec<[f64; 2]>, classes: Vec<Class>, (radius, opacity): (f64, f64)) -> Item {
    Item::Cloud(Cloud { points, classes, ink: None, radius, opacity })
}

/// The steps of a round, grown to this share of their length.
fn steps(record: &RoundRecord, camera: &Camera, grown: f64) -> Line {
    let mut points = Vec::new();
    for step in record.proposals.iter().filter_map(|p| p.step.as_ref()) {
        let [from, to] = [&step.from, &step.to].map(|code| camera.place(code));
        points.extend([from, std::array::from_fn(|axis| from[axis] + grown * (to[axis] - from[axis])), [f64::NAN; 2]]);
    }
    let stroke = Stroke { ink: Ink::Text, width: STEP_WIDTH, dash: Dash::Solid, opacity: 0.8 };
    Line { series: "steps".into(), in_legend: false, points, stroke: Some(stroke), mark: None, steps: false }
}

/// The curves of all runs up to the moment.
fn curves(shown: &History, histories: &Histories, at: Moment, aspect: f64) -> Panel {
    let labels = |round: usize| shown.rounds.get(round).map_or(0.0, |r| r.labels as f64);
    let before = at.round.checked_sub(1).map_or(0.0, labels);
    let learned = ((at.share - STEPS) / (1.0 - STEPS)).clamp(0.0, 1.0);
    let now = before + learned * (labels(at.round) - before);
    let mut panel = value_panel(&histories.drawn.compared);
    panel.aspect = aspect;
    let groups = groups(&histories.drawn.compared);
    let what = if task(&histories.drawn.compared).lower_is_better() { "Error" } else { "Accuracy" };
    let repeated = groups.iter().any(|g| g.histories.len() > 1);
    panel.title = format!("{what} so far, {}", if repeated { "means of all repeats" } else { "all runs" });
    let whole = Metric::whole(task(&histories.drawn.compared));
    for group in &groups {
        let ends = mean_line(group, &mean_trace(group, whole), true, &histories.drawn.looks);
        if let Item::Line(mut line) = ends {
            line.points.retain(|p| p[0] <= now + 1e-9);
            panel.items.push(Item::Line(line));
        }
    }
    panel
}
