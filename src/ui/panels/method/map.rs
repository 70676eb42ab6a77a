//! A square of latent space on the screen: the plane through three points, and the samples near it.

use egui::{Align2, CornerRadius, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::ui::kit::facts::norm;
use crate::ui::kit::theme::{self, size};
use crate::ui::panel::Cx;

/// Largest number of samples on the map.
const MOST_DOTS: usize = 3_000;

/// A plane through three points, such as those of a step, in which all distances between them are true.
pub struct Plane {
    origin: Vec<f32>,
    across: Vec<f32>,
    up: Vec<f32>,
}

impl Plane {
    /// In two dimensions the latent plane; in more, the plane through the points, such as p, p' and the neighbour.
    pub fn through([first, second, third]: [&[f32]; 3]) -> Self {
        let dim = first.len();
        let unit = |axis: usize| (0..dim).map(|k| f32::from(u8::from(k == axis))).collect::<Vec<f32>>();
        if dim <= 2 {
            return Self { origin: first.to_vec(), across: unit(0), up: unit(1) };
        }
        let across = normalised(&minus(second, first)).unwrap_or_else(|| unit(0));
        let rest = minus(third, first);
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
        Self { origin: first.to_vec(), across, up }
    }

    /// A code's position in the plane, and its distance from the plane.
    pub fn place(&self, code: &[f32]) -> (Vec2, f32) {
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

/// A framed square that shows a part of a plane.
pub struct Map {
    pub painter: Painter,
    rect: Rect,
    plane: Plane,
    middle: Vec2,
    reach: f32,
}

impl Map {
    /// The part of `plane` within `reach` of `middle`.
    pub fn new(ui: &Ui, rect: Rect, plane: Plane, middle: Vec2, reach: f32, cx: &Cx<'_>) -> Self {
        let painter = ui.painter_at(rect);
        painter.rect(rect, CornerRadius::same(8), cx.theme.panel, Stroke::new(1.0, cx.theme.line), StrokeKind::Inside);
        Self { painter, rect, plane, middle, reach }
    }

    /// Where a place of the plane is on the screen.
    pub fn at(&self, place: Vec2) -> Pos2 {
        self.rect.center() + vec2(place.x - self.middle.x, self.middle.y - place.y) * self.scale()
    }

    /// Points on the screen for a length of one in latent space.
    pub fn scale(&self) -> f32 {
        self.rect.width() / 2.0 / self.reach
    }

    /// Some of the samples within `thickness` of the plane, with their places on it.
    pub fn near(&self, thickness: f32, cx: &Cx<'_>) -> Vec<(usize, Vec2)> {
        let Some(codes) = &cx.snapshot.codes else { return Vec::new() };
        let near = codes.chunks_exact(cx.snapshot.latent_dim.max(1)).enumerate().filter_map(|(sample, code)| {
            let (place, off) = self.plane.place(code);
            let inside = (place - self.middle).abs().max_elem() < self.reach && off < thickness;
            inside.then_some((sample, place))
        });
        let near: Vec<_> = near.collect();
        let every = near.len().div_ceil(MOST_DOTS).max(1);
        near.into_iter().step_by(every).collect()
    }

    /// The samples within `thickness` of the plane in the colours of their classes, ringed if they were labelled before.
    pub fn dots(&self, thickness: f32, cx: &Cx<'_>) {
        let Some(dataset) = &cx.state.dataset else { return };
        let run = cx.shown_snapshot();
        let before = cx.state.shown_round();
        for (sample, place) in &self.near(thickness, cx) {
            let round = run.and_then(|r| r.labelled_in.get(*sample)).map_or(0, |r| usize::from(*r));
            let color = theme::class_color(dataset.train.label(*sample));
            // Samples labelled before this round were no candidates.
            if (1..before).contains(&round) {
                self.painter.circle(self.at(*place), 3.0, color, Stroke::new(1.0, cx.theme.text));
            } else {
                self.painter.circle_filled(self.at(*place), 2.0, color.gamma_multiply(0.75));
            }
        }
    }

    /// What the map shows, in its lower left corner.
    pub fn note(&self, text: &str, cx: &Cx<'_>) {
        let width = self.rect.width() - 20.0;
        let note = self.painter.layout(text.to_owned(), theme::font(size::CAPTION), cx.theme.weak, width);
        let corner = pos2(self.rect.left() + 10.0, self.rect.bottom() - 8.0);
        let place = Align2::LEFT_BOTTOM.anchor_size(corner, note.size());
        self.painter.rect_filled(place.expand(2.0), CornerRadius::same(3), cx.theme.panel.gamma_multiply(0.85));
        self.painter.galley(place.min, note, cx.theme.weak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plane contains its three points and keeps their distances.
    #[test]
    fn the_plane_keeps_distances() {
        for (from, to, neighbour) in [
            (vec![0.0, 1.0], vec![0.5, 1.2], vec![0.4, 0.9]),
            (vec![0.0, 1.0, -2.0], vec![0.5, 1.2, -1.0], vec![0.4, 0.9, -1.4]),
            (vec![0.0; 3], vec![0.0, 0.0, 1.0], vec![0.0, 0.0, 2.0]),
            (vec![1.0, 2.0, 3.0, 4.0], vec![1.5, 2.0, 3.0, 3.0], vec![0.0, 2.5, 3.5, 4.0]),
        ] {
            let plane = Plane::through([&from, &to, &neighbour]);
            let points = [from, to, neighbour];
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
