//! The plane of the decision field in 3-D: its outline, its name, and a handle that moves it along axis 3.

use egui::{Align2, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};
use glam::Vec3;

use super::field::{FieldOptions, SLICES};
use super::view_texture;
use crate::field::Plane;
use crate::ui::kit::theme::{self, size};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::view::Camera;

/// Radius of the handle, and its distance from the view's edge, points.
const HANDLE: f32 = 8.0;
const EDGE: f32 = 14.0;
/// Shortest length on the screen, points, that a standard deviation along the axis may have: seen along the axis, a drag
/// would move the plane without end.
const LEAST_REACH: f32 = 8.0;

/// The plane as asked for, so that it follows the handle before its field is computed.
pub fn ui(ui: &mut Ui, rect: Rect, camera: &Camera, plane: &Plane, field: &mut FieldOptions, cx: &Cx<'_>) {
    let dim = cx.snapshot.latent_dim;
    if dim < 3 {
        return;
    }
    let scale = ui.pixels_per_point();
    let on_screen = |place: Vec3| view_texture::on_screen(rect, camera, scale, place);
    let axes = &cx.state.axes;
    let origin = Vec3::from(axes.place(&plane.origin));
    let [u, v] = [&plane.edge_u, &plane.edge_v].map(|edge| Vec3::from(axes.vector(edge)));
    let corners = [origin, origin + u, origin + u + v, origin + v];
    let painter = ui.painter_at(rect);
    let outline: Vec<Pos2> = corners.iter().chain(&corners[..1]).filter_map(|c| on_screen(*c)).collect();
    painter.extend(Shape::dashed_line(&outline, Stroke::new(1.0, cx.theme.faint), 4.0, 4.0));
    // The handle stands at the corner that is furthest to the right.
    let right = corners.iter().filter_map(|c| Some((*c, on_screen(*c)?))).max_by(|a, b| a.1.x.total_cmp(&b.1.x));
    let Some((corner, at)) = right else { return };
    let sigma = cx.state.generator.latent_scale;
    let along = on_screen(corner + sigma * Vec3::Z).map_or(Vec2::ZERO, |end| end - at);
    let at = at.clamp(rect.min + Vec2::splat(EDGE), rect.max - Vec2::splat(EDGE));
    let area = Rect::from_center_size(at, Vec2::splat(2.0 * HANDLE + 4.0));
    let response = ui.interact(area, ui.scope_id().with("plane of the field"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(field.slice), "Plane of the field"));
    let reach = along.length().max(LEAST_REACH);
    // Seen along its axis, the plane moves with a drag upwards.
    let direction = if along.length() > LEAST_REACH { along / along.length() } else { vec2(0.0, -1.0) };
    if response.dragged() {
        field.slice =
            (field.slice + response.drag_delta().dot(direction) / reach).clamp(*SLICES.start(), *SLICES.end());
    }
    if response.double_clicked() {
        field.slice = 0.0;
    }
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let ink = if lit { cx.theme.accent } else { cx.theme.text };
    painter.circle(at, HANDLE, cx.theme.panel, Stroke::new(1.5, ink));
    for side in [-1.0, 1.0] {
        painter.arrow(at, direction * side * (HANDLE - 2.0), Stroke::new(1.3, ink));
    }
    let rest = if dim > 3 { ", the others at their mean" } else { "" };
    let where_ = match field.slice {
        0.0 => "through the centre".to_owned(),
        slice => format!("at {} σ on axis 3", words::signed(slice, 2)).replace('-', "\u{2212}"),
    };
    let name = format!("field over axes 1 and 2, {where_}{rest}");
    let galley = painter.layout(name, theme::font(size::CAPTION), cx.theme.weak, rect.width() - 2.0 * EDGE);
    let mut text = Align2::RIGHT_CENTER.anchor_size(at + vec2(-HANDLE - 6.0, 0.0), galley.size());
    if text.left() < rect.left() + EDGE {
        // Without room beside the handle, the name stands below it.
        text = Align2::RIGHT_TOP.anchor_size(pos2(rect.right() - EDGE, at.y + HANDLE + 4.0), galley.size());
    }
    painter.rect_filled(text.expand2(vec2(3.0, 1.0)), 2.0, cx.theme.background.gamma_multiply(0.8));
    painter.galley(text.min, galley, cx.theme.weak);
    let tip = "Drag to move the field's plane along axis 3; a double click puts it back through the centre of the data";
    response.on_hover_cursor(egui::CursorIcon::Grab).on_hover_text(tip);
}
