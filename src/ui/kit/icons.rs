//! Icons drawn by the painter, so that they need no font.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, vec2};

use super::theme;

/// An icon, named after its picture or its button's action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    StepMinibatches,
    StepRound,
    Stop,
    Reset,
    NewSeed,
    Sun,
    Moon,
    Keys,
    Close,
    Previous,
    Next,
    Fit,
    Save,
    Folded,
    Unfolded,
    Box,
    Lasso,
    Fork,
    Bell,
    More,
    Maximise,
    Restore,
    Eye,
    EyeClosed,
    Tick,
}

impl Icon {
    /// Draws the icon in a square round `center`; `r` is half its side.
    pub fn paint(self, painter: &Painter, center: Pos2, r: f32, color: Color32) {
        let at = |x: f32, y: f32| center + vec2(x, y) * r;
        let line = Stroke::new((r * 0.24).max(1.3), color);
        let fill = |points: Vec<Pos2>| {
            painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
        };
        let stroke = |points: Vec<Pos2>| {
            painter.add(Shape::line(points, line));
        };
        let triangle = |x0: f32, x1: f32, h: f32| fill(vec![at(x0, -h), at(x1, 0.0), at(x0, h)]);
        let bar = |x0: f32, x1: f32, h: f32| {
            painter.rect_filled(Rect::from_two_pos(at(x0, -h), at(x1, h)), CornerRadius::same(1), color);
        };
        let lid = |height: f32| {
            (0..=8).map(|k| k as f32 / 4.0 - 1.0).map(|x| at(x, height * (1.0 - x * x))).collect::<Vec<_>>()
        };
        match self {
            Self::Eye => {
                stroke(lid(-0.62));
                stroke(lid(0.62));
                painter.circle_filled(center, 0.34 * r, color);
            }
            Self::EyeClosed => {
                stroke(lid(0.5));
                for x in [-0.5, 0.0, 0.5] {
                    stroke(vec![at(x, 0.5 * (1.0 - x * x)), at(1.2 * x, 0.5 * (1.0 - x * x) + 0.4)]);
                }
            }
            Self::Tick => stroke(vec![at(-0.75, 0.05), at(-0.2, 0.6), at(0.8, -0.6)]),
            Self::Play => triangle(-0.55, 0.85, 0.85),
            Self::Pause => {
                bar(-0.65, -0.18, 0.8);
                bar(0.18, 0.65, 0.8);
            }
            Self::StepMinibatches => {
                triangle(-0.75, 0.3, 0.7);
                bar(0.45, 0.72, 0.7);
            }
            Self::StepRound => {
                triangle(-0.95, -0.1, 0.65);
                triangle(-0.15, 0.7, 0.65);
                bar(0.7, 0.95, 0.65);
            }
            Self::Stop => {
                painter.rect_filled(Rect::from_center_size(center, Vec2::splat(1.4 * r)), CornerRadius::same(2), color);
            }
            Self::Reset => {
                stroke(arc(center, 0.78 * r, -0.35, 4.6));
                let tip = center + 0.78 * r * vec2((-0.35_f32).cos(), (-0.35_f32).sin());
                fill(vec![tip + vec2(-0.55, -0.12) * r, tip + vec2(0.42, -0.35) * r, tip + vec2(0.1, 0.42) * r]);
            }
            Self::NewSeed => {
                painter.rect_stroke(
                    Rect::from_center_size(center, Vec2::splat(1.6 * r)),
                    CornerRadius::same(3),
                    line,
                    StrokeKind::Middle,
                );
                for (x, y) in [(-0.35, -0.35), (0.35, 0.35), (0.35, -0.35), (-0.35, 0.35)] {
                    painter.circle_filled(at(x, y), 0.16 * r, color);
                }
            }
            Self::Sun => {
                painter.circle_filled(center, 0.42 * r, color);
                for k in 0..8 {
                    let d = Vec2::angled(k as f32 * std::f32::consts::FRAC_PI_4);
                    stroke(vec![center + 0.66 * r * d, center + 0.95 * r * d]);
                }
            }
            Self::Moon => {
                let outer = arc(center, 0.85 * r, 0.5, 4.4);
                let mut points = outer;
                points.extend(arc(center + vec2(0.42, -0.3) * r, 0.62 * r, 4.25, -3.25));
                stroke(points);
            }
            Self::Keys => {
                painter.text(center, Align2::CENTER_CENTER, "?", theme::bold_font(1.9 * r), color);
            }
            Self::Close => {
                stroke(vec![at(-0.6, -0.6), at(0.6, 0.6)]);
                stroke(vec![at(-0.6, 0.6), at(0.6, -0.6)]);
            }
            Self::Previous => stroke(vec![at(0.3, -0.65), at(-0.35, 0.0), at(0.3, 0.65)]),
            Self::Next => stroke(vec![at(-0.3, -0.65), at(0.35, 0.0), at(-0.3, 0.65)]),
            Self::Folded => stroke(vec![at(-0.25, -0.5), at(0.25, 0.0), at(-0.25, 0.5)]),
            Self::Unfolded => stroke(vec![at(-0.5, -0.25), at(0.0, 0.25), at(0.5, -0.25)]),
            Self::Fit => {
                // Centred on the data: four corners would be full screen.
                painter.circle_stroke(center, 0.6 * r, line);
                painter.circle_filled(center, 0.2 * r, color);
                for side in [Vec2::X, Vec2::Y, -Vec2::X, -Vec2::Y] {
                    stroke(vec![center + 0.6 * r * side, center + r * side]);
                }
            }
            Self::Box => {
                let corners = [(-0.8, -0.65), (0.8, -0.65), (0.8, 0.65), (-0.8, 0.65), (-0.8, -0.65)];
                let corners = corners.map(|(x, y)| at(x, y));
                painter.extend(Shape::dashed_line(&corners, line, 0.42 * r, 0.28 * r));
            }
            Self::Fork => {
                stroke(vec![at(-0.45, 0.9), at(-0.45, -0.9)]);
                stroke(vec![at(-0.45, 0.45), at(0.5, -0.1), at(0.5, -0.75)]);
                for (x, y) in [(-0.45, -0.85), (-0.45, 0.85), (0.5, -0.85)] {
                    painter.circle_filled(at(x, y), 0.24 * r, color);
                }
            }
            Self::Bell => {
                let dome =
                    [(-0.85, 0.5), (-0.55, 0.2), (-0.5, -0.4), (-0.2, -0.8), (0.2, -0.8), (0.5, -0.4), (0.55, 0.2)];
                let dome = dome.into_iter().chain([(0.85, 0.5), (-0.85, 0.5)]);
                stroke(dome.map(|(x, y)| at(x, y)).collect());
                stroke(vec![at(-0.22, 0.85), at(0.22, 0.85)]);
            }
            Self::More => {
                for x in [-0.7, 0.0, 0.7] {
                    painter.circle_filled(at(x, 0.0), 0.2 * r, color);
                }
            }
            Self::Maximise => {
                for s in [-1.0, 1.0] {
                    stroke(vec![at(0.1 * s, -0.1 * s), at(0.8 * s, -0.8 * s)]);
                    stroke(vec![at(0.15 * s, -0.8 * s), at(0.8 * s, -0.8 * s), at(0.8 * s, -0.15 * s)]);
                }
            }
            Self::Restore => {
                for s in [-1.0, 1.0] {
                    stroke(vec![at(0.15 * s, -0.15 * s), at(0.85 * s, -0.85 * s)]);
                    stroke(vec![at(0.15 * s, -0.75 * s), at(0.15 * s, -0.15 * s), at(0.75 * s, -0.15 * s)]);
                }
            }
            Self::Lasso => {
                let ring =
                    |k: usize| center + r * vec2(0.85, 0.6) * Vec2::angled(k as f32 * 0.2618) - vec2(0.0, 0.2 * r);
                let ring: Vec<Pos2> = (0..=24).map(ring).collect();
                painter.extend(Shape::dashed_line(&ring, line, 0.42 * r, 0.28 * r));
                stroke(vec![at(0.1, 0.4), at(0.3, 0.95)]);
            }
            Self::Save => {
                stroke(vec![at(0.0, -0.85), at(0.0, 0.3)]);
                stroke(vec![at(-0.42, -0.1), at(0.0, 0.32), at(0.42, -0.1)]);
                stroke(vec![at(-0.8, 0.4), at(-0.8, 0.82), at(0.8, 0.82), at(0.8, 0.4)]);
            }
        }
    }
}

fn arc(center: Pos2, radius: f32, start: f32, sweep: f32) -> Vec<Pos2> {
    const SEGMENTS: usize = 24;
    (0..=SEGMENTS).map(|i| center + radius * Vec2::angled(start + sweep * i as f32 / SEGMENTS as f32)).collect()
}
