//! Figure 2 of the paper for one real proposal: p, its gradient, p', and the labelled neighbour or generated sample.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Align, Align2, Color32, CornerRadius, Galley, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::dataset::{Class, ImageShape};
use crate::engine::questions::explain::Explained;
use crate::experiment::Task;
use crate::history::{LatentStep, Proposal};
use crate::ui::kit::class_bars;
use crate::ui::kit::facts::norm;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// The map's share of the width.
const MAP: f32 = 0.4;
/// Margin of the map on each side, as a multiple of the step's length.
const AROUND: f32 = 0.9;
/// Largest number of samples on the map.
const MOST_DOTS: usize = 3_000;
const BARS: f32 = 74.0;
/// Height of the names above the images.
const HEAD_LINE: f32 = 24.0;
/// Radius of the three points, and size of the arrow's head.
const POINT: f32 = 5.5;
const HEAD: f32 = 12.0;

pub fn ui(ui: &mut Ui, area: Rect, proposal: &Proposal, explained: Option<&Explained>, cx: &mut Cx<'_>) {
    let Some(step) = &proposal.step else { return };
    let side = (MAP * area.width()).min(area.height());
    map(ui, Rect::from_min_size(area.min, Vec2::splat(side)), step, cx);
    let right = Rect::from_min_max(pos2(area.left() + side + space::L, area.top()), area.max);
    images_in_order(ui, right, proposal, step, explained, cx);
}

/// A plane through the three points of a step, in which all distances between them are true.
struct StepPlane {
    origin: Vec<f32>,
    across: Vec<f32>,
    up: Vec<f32>,
}

impl StepPlane {
    /// In two dimensions the latent plane; in more, the plane through p, p' and the neighbour.
    fn of(step: &LatentStep) -> Self {
        let dim = step.from.len();
        let unit = |axis: usize| (0..dim).map(|k| f32::from(u8::from(k == axis))).collect::<Vec<f32>>();
        if dim <= 2 {
            return Self { origin: step.from.clone(), across: unit(0), up: unit(1) };
        }
        let across = normalised(&minus(&step.to, &step.from)).unwrap_or_else(|| unit(0));
        let rest = minus(&step.neighbour, &step.from);
        let along = dot(&rest, &across);
        let rest: Vec<f32> = rest.iter().zip(&across).map(|(r, a)| r - along * a).collect();
        // If the three points lie on a line, any direction across it will do.
        let beside = || {
            let axis = (0..dim).min_by(|a, b| across[*a].abs().total_cmp(&across[*b].abs())).unwrap_or(0);
            let e = unit(axis);
            let along = dot(&e, &across);
            normalised(&e.iter().zip(&across).map(|(e, a)| e - along * a).collect::<Vec<f32>>())
        };
        let up = normalised(&rest).or_else(beside).unwrap_or_else(|| unit(1));
        Self { origin: step.from.clone(), across, up }
    }

    /// A code's position in the plane, and its distance from the plane.
    fn place(&self, code: &[f32]) -> (Vec2, f32) {
        let d = minus(code, &self.origin);
        let at = vec2(dot(&d, &self.across), dot(&d, &self.up));
        (at, (dot(&d, &d) - at.length_sq()).max(0.0).sqrt())
    }
}

fn minus(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn normalised(v: &[f32]) -> Option<Vec<f32>> {
    let length = norm(v);
    (length > f32::EPSILON).then(|| v.iter().map(|x| x / length).collect())
}

/// The map of the step's neighbourhood in latent space.
fn map(ui: &Ui, rect: Rect, step: &LatentStep, cx: &Cx<'_>) {
    let painter = ui.painter_at(rect);
    painter.rect(rect, CornerRadius::same(8), cx.theme.panel, Stroke::new(1.0, cx.theme.line), StrokeKind::Inside);
    let plane = StepPlane::of(step);
    let points = [&step.from, &step.to, &step.neighbour].map(|c| plane.place(c).0);
    let middle = (points[0] + points[1]) / 2.0;
    let length = (points[1] - points[0]).length().max((points[2] - points[1]).length()).max(1e-4);
    let reach = length * (0.5 + AROUND);
    let at = |v: Vec2| -> Pos2 { rect.center() + vec2(v.x - middle.x, middle.y - v.y) * (rect.width() / 2.0 / reach) };
    if let (Some(codes), Some(dataset)) = (&cx.snapshot.codes, &cx.state.dataset) {
        let dim = cx.snapshot.latent_dim.max(1);
        let near = codes.chunks_exact(dim).enumerate().filter_map(|(sample, code)| {
            let (place, off) = plane.place(code);
            let inside = (place - middle).abs().max_elem() < reach && off < length;
            inside.then_some((sample, place))
        });
        let near: Vec<_> = near.collect();
        let run = cx.shown_snapshot();
        let before = cx.state.shown_round();
        for (sample, place) in near.iter().step_by(near.len().div_ceil(MOST_DOTS).max(1)) {
            let round = run.and_then(|r| r.labelled_in.get(*sample)).map_or(0, |r| usize::from(*r));
            let color = theme::class_color(dataset.train.label(*sample));
            // Samples labelled before this round were no candidates.
            if (1..before).contains(&round) {
                painter.circle(at(*place), 3.0, color, Stroke::new(1.0, cx.theme.text));
            } else {
                painter.circle_filled(at(*place), 2.0, color.gamma_multiply(0.75));
            }
        }
    }
    let [p, moved, neighbour] = points.map(at);
    painter.line_segment([p, moved], Stroke::new(3.0, cx.theme.accent));
    if (moved - p).length() > 4.0 * HEAD {
        let ahead = (moved - p).normalized();
        let (foot, aside) = (moved - ahead * (POINT + HEAD), ahead.rot90() * HEAD / 2.0);
        let head = vec![moved - ahead * POINT, foot + aside, foot - aside];
        painter.add(Shape::convex_polygon(head, cx.theme.accent, Stroke::NONE));
    }
    painter.extend(Shape::dashed_line(&[moved, neighbour], Stroke::new(2.0, cx.theme.text), 5.0, 4.0));
    // p' and n are often close together, so their names are on opposite sides.
    let names =
        [(p, "p", cx.theme.text, -20.0), (moved, "p'", cx.theme.accent, -22.0), (neighbour, "n", cx.theme.text, 4.0)];
    for (point, name, fill, down) in names {
        painter.circle(point, POINT, fill, Stroke::new(2.0, cx.theme.panel));
        let galley = painter.layout_no_wrap(name.to_owned(), theme::bold_font(size::BODY), cx.theme.text);
        let label = Rect::from_min_size(point + vec2(8.0, down), galley.size());
        painter.rect_filled(label.expand(2.0), CornerRadius::same(3), cx.theme.panel.gamma_multiply(0.85));
        painter.galley(label.min, galley, cx.theme.text);
    }
    let text = match step.from.len() {
        0..=2 => "latent space near the step; ringed: labelled before",
        _ => "the plane through p, p' and n; ringed: labelled before",
    };
    let note = painter.layout(text.to_owned(), theme::font(size::CAPTION), cx.theme.weak, rect.width() - 20.0);
    let place = Align2::LEFT_BOTTOM.anchor_size(pos2(rect.left() + 10.0, rect.bottom() - 8.0), note.size());
    painter.rect_filled(place.expand(2.0), CornerRadius::same(3), cx.theme.panel.gamma_multiply(0.85));
    painter.galley(place.min, note, cx.theme.weak);
}

/// A caption in centred lines that are at most this wide.
fn caption(ui: &Ui, text: String, width: f32, ink: Color32) -> Arc<Galley> {
    let mut job = LayoutJob::simple(text, theme::font(size::CAPTION), ink, width);
    job.halign = Align::Center;
    ui.painter().layout_job(job)
}

/// The images along the step, from the anchor to the labelled sample.
fn images_in_order(
    ui: &mut Ui,
    area: Rect,
    proposal: &Proposal,
    step: &LatentStep,
    explained: Option<&Explained>,
    cx: &mut Cx<'_>,
) {
    const COLUMNS: f32 = 4.0;
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let gap = 30.0;
    let width = (area.width() - (COLUMNS - 1.0) * gap) / COLUMNS;
    let task = cx.state.experiment.dataset.task();
    let class = |c: Class| cx.state.class_name(c);
    let alpha = cx.state.shown_experiment().alpha;
    let version = cx.state.answers.explain.version;
    let captions = [
        (
            "x",
            format!("anchor, a {}", class(step.parent_label)),
            match (step.parent as usize).checked_sub(dataset.train.len()) {
                None => format!("train {}", words::thousands(step.parent as usize)),
                Some(number) => format!("generated {}", words::thousands(number + 1)),
            },
        ),
        ("G(p)", "p = E(x), decoded".into(), format!("loss {} {}", words::fixed(step.loss, 3), task.loss_unit())),
        (
            "G(p')",
            format!("p' = p + {alpha} σ d"),
            format!("gradient |dL/dp| {}", words::significant(norm(&step.gradient))),
        ),
        match proposal.made {
            None => {
                ("n", format!("labelled: a {}", class(proposal.label)), format!("{:.3} from p'", step.snap_distance))
            }
            Some(_) if task == Task::Classes => {
                ("generated", format!("labelled a {}", class(proposal.label)), "by the stand-in labeller".into())
            }
            Some(_) => ("generated", "labelled by the tool".into(), "p' itself".into()),
        },
    ];
    let known = explained.is_some_and(|e| !e.probabilities.is_empty());
    let text = match (known, explained.is_some()) {
        (true, _) => {
            "bars: F at the end of the previous round, whose loss the step increases; bold: the anchor's label"
        }
        (false, true) => {
            "The weights of the previous round were not saved, so F's predictions for these images are not shown."
        }
        (false, false) => "",
    };
    let note = ui.painter().layout(text.to_owned(), theme::font(size::CAPTION), cx.theme.weak, area.width());
    ui.painter().galley(pos2(area.left(), area.bottom() - note.size().y), note.clone(), cx.theme.weak);
    let captions = captions.map(|(name, what, number)| {
        let [what, number] = [(what, cx.theme.text), (number, cx.theme.weak)]
            .map(|(text, ink)| caption(ui, text, width + gap - space::S, ink));
        (name, what, number)
    });
    let lines = captions.iter().map(|(_, what, number)| what.size().y + number.size().y).fold(0.0, f32::max);
    let rest = HEAD_LINE + space::S + lines + space::S + BARS + space::S + note.size().y;
    let side = width.min((area.height() - rest).max(24.0));
    for (i, (name, what, number)) in captions.into_iter().enumerate() {
        let left = area.left() + i as f32 * (width + gap);
        let square = Rect::from_min_size(pos2(left + (width - side) / 2.0, area.top() + HEAD_LINE), Vec2::splat(side));
        let center = square.center().x;
        ui.painter().text(
            pos2(center, area.top() + 10.0),
            Align2::CENTER_CENTER,
            name,
            theme::bold_font(size::BODY),
            cx.theme.text,
        );
        if i > 0 {
            let from = pos2(left - gap + 5.0, square.center().y);
            ui.painter().arrow(from, vec2(gap - 10.0, 0.0), Stroke::new(1.5, cx.theme.weak));
        }
        let texture = match (i, explained) {
            (0, _) => cx.images.sample(ui, &dataset, step.parent),
            (1, Some(e)) => Some(cx.images.get(ui, "decoded p", version, dataset.shape(), &e.decoded)),
            (2, Some(e)) => Some(cx.images.get(ui, "decoded p'", version, dataset.shape(), &e.moved)),
            _ => None,
        };
        match texture {
            Some(texture) => images::paint(ui, &texture, square),
            None if i == 3 => bought(ui, square, proposal, cx),
            None if i == 0 => {
                if let Some((_, anchor)) = cx.state.bought(step.parent).map(|(round, p)| (round, p.clone())) {
                    bought(ui, square, &anchor, cx);
                }
            }
            None => {}
        }
        let below = square.bottom() + space::S;
        let second = below + what.size().y;
        ui.painter().galley(pos2(center, below), what, cx.theme.text);
        ui.painter().galley(pos2(center, second), number, cx.theme.weak);
        let probabilities = explained.map(|e| match i {
            1 => e.probabilities.as_slice(),
            2 => e.moved_probabilities.as_slice(),
            _ => &[],
        });
        if let Some(probabilities) = probabilities.filter(|p| !p.is_empty()) {
            let chart = Rect::from_min_size(pos2(left, below + lines + space::S), vec2(width, BARS));
            let truth = Some(step.parent_label);
            class_bars::bars(ui.painter(), chart, &dataset.classes, probabilities, truth, cx.theme);
        }
    }
}

/// The image that was labelled, from the data set or generated.
pub fn bought(ui: &Ui, at: Rect, proposal: &Proposal, cx: &mut Cx<'_>) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let texture = match &proposal.made {
        None => cx.images.sample(ui, &dataset, proposal.sample),
        Some(made) => {
            let shape = ImageShape { channels: 1, ..dataset.shape() };
            let pixels: Vec<u8> = made.image().iter().map(|v| (v * 255.0).round() as u8).collect();
            Some(cx.images.get(ui, ("generated sample", cx.state.focus.run, proposal.sample), 0, shape, &pixels))
        }
    };
    if let Some(texture) = texture {
        images::paint(ui, &texture, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plane of a step contains its three points and keeps their distances.
    #[test]
    fn the_plane_of_a_step_keeps_its_distances() {
        for (from, to, neighbour) in [
            (vec![0.0, 1.0], vec![0.5, 1.2], vec![0.4, 0.9]),
            (vec![0.0, 1.0, -2.0], vec![0.5, 1.2, -1.0], vec![0.4, 0.9, -1.4]),
            (vec![0.0; 3], vec![0.0, 0.0, 1.0], vec![0.0, 0.0, 2.0]),
            (vec![1.0, 2.0, 3.0, 4.0], vec![1.5, 2.0, 3.0, 3.0], vec![0.0, 2.5, 3.5, 4.0]),
        ] {
            let points = [from.clone(), to.clone(), neighbour.clone()];
            let (parent, parent_label, loss, snap_distance) = (0, 0, 0.0, 0.0);
            let step = LatentStep { parent, parent_label, loss, from, gradient: vec![], to, neighbour, snap_distance };
            let plane = StepPlane::of(&step);
            let places = points.each_ref().map(|p| plane.place(p));
            for i in 0..3 {
                assert!(places[i].1 < 1e-3, "{points:?} {}", places[i].1);
                for k in 0..i {
                    let (near, far) = ((places[i].0 - places[k].0).length(), norm(&minus(&points[i], &points[k])));
                    assert!((near - far).abs() < 1e-4, "{points:?}: {near} {far}");
                }
            }
        }
    }
}
