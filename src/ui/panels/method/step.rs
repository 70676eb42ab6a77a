//! Figure 2 of the paper for one real proposal: p, its gradient, p', and the labelled neighbour or generated sample.

use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{Align, Align2, Color32, CornerRadius, Galley, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::map::{Map, Plane};
use crate::dataset::{Class, Dataset, ImageShape};
use crate::engine::questions::explain::Explained;
use crate::experiment::{GeneratedDetail, Task};
use crate::history::{LatentStep, Proposal};
use crate::ui::kit::class_bars;
use crate::ui::kit::facts::norm;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// The map's share of the width.
pub const MAP: f32 = 0.4;
/// Margin of the map on each side, as a multiple of the step's length.
const AROUND: f32 = 0.9;
const BARS: f32 = 74.0;
/// The images beside each other, and what lies between two of them.
const COLUMNS: f32 = 4.0;
const GAP: f32 = 30.0;
/// Height of the names above the images.
const HEAD_LINE: f32 = 24.0;
/// Radius of the three points, and size of the arrow's head.
pub const POINT: f32 = 5.5;
const HEAD: f32 = 12.0;
/// Distance of a name's middle from its point.
const NAME_FROM: f32 = 18.0;

pub fn ui(ui: &mut Ui, area: Rect, proposal: &Proposal, explained: Option<&Explained>, cx: &mut Cx<'_>) {
    let Some(step) = &proposal.step else { return };
    let side = (MAP * area.width()).min(area.height());
    map(ui, Rect::from_min_size(area.min, Vec2::splat(side)), step, proposal.made.is_some(), cx);
    let right = Rect::from_min_max(pos2(area.left() + side + space::L, area.top()), area.max);
    let Some(dataset) = cx.state.dataset.clone() else { return };
    images_in_order(ui, right, &Shown { proposal, step, explained, dataset }, cx);
}

/// The map of the step's neighbourhood in latent space.
fn map(ui: &Ui, rect: Rect, step: &LatentStep, made: bool, cx: &Cx<'_>) {
    let points = [&step.from, &step.to, &step.neighbour].map(Vec::as_slice);
    let plane = Plane::through(points);
    let points = points.map(|c| plane.place(c).0);
    let length = (points[1] - points[0]).length().max((points[2] - points[1]).length()).max(1e-4);
    let map = Map::new(ui, rect, plane, (points[0] + points[1]) / 2.0, length * (0.5 + AROUND), cx);
    map.dots(length, cx);
    let painter = &map.painter;
    let [p, moved, neighbour] = points.map(|v| map.at(v));
    painter.line_segment([p, moved], Stroke::new(3.0, cx.theme.accent));
    if (moved - p).length() > 4.0 * HEAD {
        let ahead = (moved - p).normalized();
        let (foot, aside) = (moved - ahead * (POINT + HEAD), ahead.rot90() * HEAD / 2.0);
        let head = vec![moved - ahead * POINT, foot + aside, foot - aside];
        painter.add(Shape::convex_polygon(head, cx.theme.accent, Stroke::NONE));
    }
    // A generated sample lies at p' itself.
    let snaps = neighbour != p && neighbour != moved;
    if snaps {
        painter.extend(Shape::dashed_line(&[moved, neighbour], Stroke::new(2.0, cx.theme.text), 5.0, 4.0));
    }
    let points = [p, moved, neighbour];
    let points = &points[..if snaps { 3 } else { 2 }];
    let fills = [cx.theme.text, cx.theme.accent, cx.theme.text];
    for (point, fill) in points.iter().zip(fills) {
        painter.circle(*point, POINT, fill, Stroke::new(2.0, cx.theme.panel));
    }
    for (at, name) in places_of_names(points).into_iter().zip(["p", "p'", "n"]) {
        let galley = painter.layout_no_wrap(name.to_owned(), theme::bold_font(size::BODY), cx.theme.text);
        let label = Rect::from_center_size(at, galley.size());
        painter.rect_filled(label.expand(2.0), CornerRadius::same(3), cx.theme.panel.gamma_multiply(0.85));
        painter.galley(label.min, galley, cx.theme.text);
    }
    let text = match step.from.len() {
        _ if made => "p, and p' where the sample was generated; ringed: labelled before",
        _ if !snaps => "p, and p' where its path ends, by the straight line; ringed: labelled before",
        0..=2 => "latent space near the step; ringed: labelled before",
        _ => "the plane through p, p' and n; ringed: labelled before",
    };
    map.note(text, cx);
}

/// The middle of each point's name: beside the point, where it is furthest from the other points and the names before.
fn places_of_names(points: &[Pos2]) -> Vec<Pos2> {
    let mut names: Vec<Pos2> = Vec::new();
    for (i, point) in points.iter().enumerate() {
        let others: Vec<Pos2> = points[..i].iter().chain(&points[i + 1..]).chain(&names).copied().collect();
        let room = |at: &Pos2| others.iter().map(|other| at.distance(*other)).fold(f32::INFINITY, f32::min);
        let around = [(1, -1), (-1, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1)];
        let around = around.map(|(x, y)| *point + NAME_FROM * vec2(x as f32, y as f32).normalized());
        names.extend(around.into_iter().reduce(|best, at| if room(&at) > room(&best) { at } else { best }));
    }
    names
}

/// A caption in centred lines that are at most this wide.
fn caption(ui: &Ui, text: String, width: f32, ink: Color32) -> Arc<Galley> {
    let mut job = LayoutJob::simple(text, theme::font(size::CAPTION), ink, width);
    job.halign = Align::Center;
    ui.painter().layout_job(job)
}

/// The images along the step, from the anchor to the labelled sample.
fn images_in_order(ui: &mut Ui, area: Rect, shown: &Shown<'_>, cx: &mut Cx<'_>) {
    let width = (area.width() - (COLUMNS - 1.0) * GAP) / COLUMNS;
    let note = ui.painter().layout(shown.note(cx).to_owned(), theme::font(size::CAPTION), cx.theme.weak, area.width());
    ui.painter().galley(pos2(area.left(), area.bottom() - note.size().y), note.clone(), cx.theme.weak);
    let captions = shown.captions(cx).map(|(name, what, number)| {
        let [what, number] = [(what, cx.theme.text), (number, cx.theme.weak)]
            .map(|(text, ink)| caption(ui, text, width + GAP - space::S, ink));
        (name, what, number)
    });
    let lines = captions.iter().map(|(_, what, number)| what.size().y + number.size().y).fold(0.0, f32::max);
    let rest = HEAD_LINE + space::S + lines + space::S + BARS + space::S + note.size().y;
    let side = width.min((area.height() - rest).max(24.0));
    for (i, (name, what, number)) in captions.into_iter().enumerate() {
        let left = area.left() + i as f32 * (width + GAP);
        let square = Rect::from_min_size(pos2(left + (width - side) / 2.0, area.top() + HEAD_LINE), Vec2::splat(side));
        let center = square.center().x;
        let (head, font) = (pos2(center, area.top() + 10.0), theme::bold_font(size::BODY));
        ui.painter().text(head, Align2::CENTER_CENTER, name, font, cx.theme.text);
        if i > 0 {
            let from = pos2(left - GAP + 5.0, square.center().y);
            ui.painter().arrow(from, vec2(GAP - 10.0, 0.0), Stroke::new(1.5, cx.theme.weak));
        }
        shown.image(ui, square, i, cx);
        let below = square.bottom() + space::S;
        let second = below + what.size().y;
        ui.painter().galley(pos2(center, below), what, cx.theme.text);
        ui.painter().galley(pos2(center, second), number, cx.theme.weak);
        if let Some(probabilities) = shown.probabilities(i) {
            let chart = Rect::from_min_size(pos2(left, below + lines + space::S), vec2(width, BARS));
            let truth = Some(shown.step.parent_label);
            class_bars::bars(ui, chart, &shown.dataset.classes, probabilities, truth, cx.theme);
        }
    }
}

/// A step, its proposal and what the engine said of it; the images are the anchor, G(p), G(p'), and what was labelled.
struct Shown<'a> {
    proposal: &'a Proposal,
    step: &'a LatentStep,
    explained: Option<&'a Explained>,
    dataset: Arc<Dataset>,
}

impl Shown<'_> {
    /// The name of each image, what it is, and a number of it.
    fn captions(&self, cx: &Cx<'_>) -> [(&'static str, String, String); 4] {
        let class = |c: Class| cx.state.class_name(c);
        let task = cx.state.experiment.dataset.task();
        let alpha = cx.state.shown_experiment().alpha;
        let (step, own) = (self.step, self.proposal.is_its_own_anchor());
        [
            (
                "x",
                format!("{}: {}", if own { "predicted" } else { "anchor" }, class(step.parent_label)),
                match (step.parent as usize).checked_sub(self.dataset.train.len()) {
                    None => format!("train {}", words::thousands(step.parent as usize)),
                    Some(number) => format!("generated {}", words::thousands(number + 1)),
                },
            ),
            ("G(p)", "p = E(x), decoded".into(), format!("loss {} {}", words::fixed(step.loss, 3), task.loss_unit())),
            (
                "G(p')",
                if own { "p', the end of its path".into() } else { format!("p' = p + {alpha} σ d") },
                match self.explained.filter(|e| own && !e.moved_probabilities.is_empty()) {
                    Some(e) => flip(e, step, cx),
                    None => format!("gradient |dL/dp| {}", words::significant(norm(&step.gradient))),
                },
            ),
            self.caption_of_labelled(task, cx),
        ]
    }

    fn caption_of_labelled(&self, task: Task, cx: &Cx<'_>) -> (&'static str, String, String) {
        let class = cx.state.class_name(self.proposal.label);
        if self.proposal.made.is_none() {
            let name = if self.proposal.is_its_own_anchor() { "x" } else { "n" };
            let distance = format!("{:.3} latent units from p'", self.step.snap_distance);
            return (name, format!("labelled: {class}"), distance);
        }
        let at_the_end = match cx.state.shown_experiment().generated_detail {
            GeneratedDetail::Decoded => "p' itself".to_owned(),
            GeneratedDetail::Restored => "the anchor changed as G(p) into G(p')".to_owned(),
        };
        match task {
            Task::Classes => ("generated", format!("labelled by the stand-in: {class}"), at_the_end),
            Task::Maps => ("generated", "labelled by the tool".into(), at_the_end),
        }
    }

    /// What the bars are, or why there are none.
    fn note(&self, cx: &Cx<'_>) -> &'static str {
        let known = self.explained.is_some_and(|e| !e.probabilities.is_empty());
        match (known, self.explained.is_some()) {
            (true, _) if self.proposal.is_its_own_anchor() => {
                "bars: F at the end of the previous round; bold: the class predicted at x"
            }
            (true, _) => {
                "bars: F at the end of the previous round, whose loss the step increases; bold: the anchor's label"
            }
            (false, true) if cx.state.experiment.dataset.task() == Task::Maps => "",
            (false, true) => {
                "The weights of the previous round were not saved, so F's predictions for these images are not shown."
            }
            (false, false) => "",
        }
    }

    /// Draws an image, as far as it is known.
    fn image(&self, ui: &Ui, square: Rect, i: usize, cx: &mut Cx<'_>) {
        let (dataset, version) = (&self.dataset, cx.state.answers.explain.version);
        let texture = match (i, self.explained) {
            (0, _) => cx.images.sample(ui, dataset, self.step.parent),
            (1, Some(e)) => Some(cx.images.get(ui, "decoded p", version, dataset.shape(), &e.decoded)),
            (2, Some(e)) => Some(cx.images.get(ui, "decoded p'", version, dataset.shape(), &e.moved)),
            _ => None,
        };
        match texture {
            Some(texture) => images::paint(ui, &texture, square),
            None if i == 3 => bought(ui, square, self.proposal, cx),
            None if i == 0 => {
                if let Some((_, anchor)) = cx.state.bought(self.step.parent).map(|(round, p)| (round, p.clone())) {
                    bought(ui, square, &anchor, cx);
                }
            }
            None => {}
        }
    }

    /// What F says of an image, if it was asked and could say.
    fn probabilities(&self, i: usize) -> Option<&[f32]> {
        let explained = self.explained?;
        let rows = match i {
            1 => &explained.probabilities,
            2 => &explained.moved_probabilities,
            _ => return None,
        };
        Some(rows.as_slice()).filter(|rows| !rows.is_empty())
    }
}

/// Where the path of a sample that is its own anchor ends: with another class predicted, or with the same one.
fn flip(explained: &Explained, step: &LatentStep, cx: &Cx<'_>) -> String {
    let rows = &explained.moved_probabilities;
    let there = (0..rows.len()).max_by(|a, b| rows[*a].total_cmp(&rows[*b])).unwrap_or(0) as Class;
    if there == step.parent_label {
        "no flip: the path ended before".into()
    } else {
        format!("flips to a {}", cx.state.class_name(there))
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

    #[test]
    fn no_name_lies_under_a_point_or_on_another_name() {
        // The end of the step and the neighbour meet from every side, near and far.
        for degrees in (0..360).step_by(15) {
            for snap in [3.0, 10.0, 20.0, 60.0] {
                let (p, moved) = (pos2(0.0, 0.0), pos2(80.0, 0.0));
                let neighbour = moved + snap * Vec2::angled((degrees as f32).to_radians());
                let points = [p, moved, neighbour];
                let names = places_of_names(&points);
                for (i, name) in names.iter().enumerate() {
                    let others = (0..3).filter(|k| *k != i).flat_map(|k| [points[k], names[k]]);
                    let nearest = others.map(|at| name.distance(at)).fold(f32::INFINITY, f32::min);
                    assert!(nearest > 14.0, "{degrees} degrees, {snap}: name {i} is {nearest:.1} from another");
                }
            }
        }
    }
}
