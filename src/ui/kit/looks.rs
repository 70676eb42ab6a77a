//! The style of a run, as the figures define it, for egui: colour, line style, points and swatches.

use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use egui_plot::{LineStyle, MarkerShape, Points};

use super::theme::Theme;
use crate::figures::{Dash, Mark, Outline, StrategyStyle};

/// Radius of marks in plots.
const MARK_RADIUS: f32 = 4.0;
/// Radius of a swatch's mark, and its stroke width.
const SWATCH_RADIUS: f32 = 3.8;
const SWATCH_STROKE: f32 = 1.3;

/// The line style of a run in a plot; egui's plots have no dash-dot.
pub fn line_style(style: StrategyStyle) -> LineStyle {
    match style.dash {
        Dash::Solid => LineStyle::Solid,
        Dash::Dashed => LineStyle::dashed_loose(),
        Dash::DashDot => LineStyle::dashed_dense(),
        Dash::Dotted => LineStyle::dotted_dense(),
    }
}

/// Plot points in a run's colour and mark.
pub fn marked<'a>(points: Points<'a>, style: StrategyStyle, theme: &Theme) -> Points<'a> {
    let mark = style.mark;
    let shape = match mark {
        Mark::Disc | Mark::Circle => MarkerShape::Circle,
        Mark::Square | Mark::OpenSquare => MarkerShape::Square,
        Mark::Triangle | Mark::OpenTriangle => MarkerShape::Up,
        Mark::Down | Mark::OpenDown => MarkerShape::Down,
        Mark::Diamond | Mark::OpenDiamond => MarkerShape::Diamond,
        Mark::Cross => MarkerShape::Cross,
        Mark::Plus => MarkerShape::Plus,
        Mark::Star => MarkerShape::Asterisk,
    };
    points.shape(shape).filled(!mark.is_open()).color(theme.ink(style.ink)).radius(MARK_RADIUS)
}

/// A run's line through screen points.
pub fn line(path: &[Pos2], style: StrategyStyle, stroke: Stroke) -> Vec<Shape> {
    let [dashes, gaps]: [&[f32]; 2] = match style.dash {
        Dash::Solid => return vec![Shape::line(path.to_vec(), stroke)],
        Dash::Dashed => [&[5.0], &[3.0]],
        Dash::DashDot => [&[5.0, 1.5], &[2.5, 2.5]],
        Dash::Dotted => [&[1.5], &[2.5]],
    };
    Shape::dashed_line_with_offset(path, stroke, dashes, gaps, 0.0)
}

/// A run's mark for a legend.
pub fn mark_swatch(ui: &mut Ui, style: StrategyStyle) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), Sense::hover());
    mark(ui.painter(), rect.center(), style, Theme::of(ui.visuals()));
}

/// A run's mark at a place, in the size of a legend's.
pub fn mark(painter: &Painter, center: Pos2, style: StrategyStyle, theme: &Theme) {
    let mark = style.mark;
    let stroke = Stroke::new(SWATCH_STROKE, theme.ink(style.ink));
    let fill = if mark.is_open() { Color32::TRANSPARENT } else { stroke.color };
    let at = |[x, y]: [f64; 2]| center + SWATCH_RADIUS * vec2(x as f32, y as f32);
    match mark.outline() {
        Outline::Round(radius) => {
            painter.circle(center, SWATCH_RADIUS * radius as f32, fill, stroke);
        }
        Outline::Closed(corners) => {
            painter.add(Shape::convex_polygon(corners.into_iter().map(at).collect(), fill, stroke));
        }
        Outline::Strokes(ends) => {
            for [x, y] in ends {
                painter.line_segment([at([-x, -y]), at([x, y])], stroke);
            }
        }
    }
}

/// A short piece of a run's line for a legend.
pub fn line_swatch(ui: &mut Ui, style: StrategyStyle, width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, 14.0), Sense::hover());
    let Rect { min, max } = rect;
    let path = [min.x, max.x].map(|x| pos2(x, rect.center().y));
    let color = Theme::of(ui.visuals()).ink(style.ink);
    ui.painter().extend(line(&path, style, Stroke::new(width, color)));
}
