//! Drawing a box or a lasso in the latent view, and the outline of what is selected.

use egui::{Color32, Pos2, Rect, Response, Shape, Stroke, Ui};
use glam::Vec2;

use super::scene;
use crate::ui::kit::theme::Theme;
use crate::ui::panel::Cx;
use crate::ui::state::BrushTool;
use crate::view::Camera;

/// The stroke that is being drawn.
#[derive(Debug, Default)]
pub struct BrushStroke {
    points: Vec<Pos2>,
}

/// Least distance between two points of a lasso, screen points.
const SPACING: f32 = 3.0;
/// Least number of corners of an outline.
const CORNERS: usize = 3;

impl BrushStroke {
    /// Whether a primary drag draws a selection instead of moving the camera or the probe.
    pub fn takes_drags(ui: &Ui, cx: &Cx<'_>) -> bool {
        let ready = cx.state.generator.ready && !cx.snapshot.forming;
        cx.state.brush.tool != BrushTool::Off && ready && !ui.input(|i| i.modifiers.shift)
    }

    /// Follows a drag; at its end the samples inside are selected.
    pub fn ui(&mut self, ui: &Ui, rect: Rect, response: &Response, camera: &Camera, cx: &mut Cx<'_>) {
        let (tool, takes) = (cx.state.brush.tool, Self::takes_drags(ui, cx));
        let Some(outline) = self.follow(ui, rect, response, tool, takes, cx.theme) else { return };
        let Some(codes) = cx.snapshot.codes.as_ref() else { return };
        let axes = cx.state.axes.clone();
        let places = scene::positions(codes, cx.snapshot.latent_dim, &axes);
        cx.state.brush.select(*camera, outline, &places, &axes);
        ui.ctx().request_repaint();
    }

    /// Draws along a drag, which begins a stroke if it `takes` drags; at its end the outline, in pixels of the view.
    pub fn follow(
        &mut self,
        ui: &Ui,
        rect: Rect,
        response: &Response,
        tool: BrushTool,
        takes: bool,
        theme: &Theme,
    ) -> Option<Vec<Vec2>> {
        let primary = egui::PointerButton::Primary;
        if response.drag_started_by(primary) && takes {
            // A drag is recognised some points after the press, so the stroke starts at the press.
            self.points = ui.input(|i| i.pointer.press_origin()).into_iter().collect();
        }
        if self.points.is_empty() {
            return None;
        }
        if let Some(at) = ui.input(|i| i.pointer.latest_pos()).map(|at| at.clamp(rect.min, rect.max)) {
            match tool {
                BrushTool::Box => self.points = vec![self.points[0], at],
                _ if self.points.last().is_none_or(|last| last.distance(at) >= SPACING) => self.points.push(at),
                _ => {}
            }
        }
        let outline = self.outline(tool);
        paint(ui, rect, &outline, theme);
        if !response.drag_stopped_by(primary) {
            return None;
        }
        self.points.clear();
        let scale = ui.pixels_per_point();
        let px = |p: &Pos2| Vec2::new((p.x - rect.left()) * scale, (p.y - rect.top()) * scale);
        (outline.len() >= CORNERS).then(|| outline.iter().map(px).collect())
    }

    fn outline(&self, tool: BrushTool) -> Vec<Pos2> {
        match (tool, &self.points[..]) {
            (BrushTool::Box, [a, b]) => {
                let r = Rect::from_two_pos(*a, *b);
                vec![r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom()]
            }
            _ => self.points.clone(),
        }
    }
}

/// The outline of the present selection, if this camera can show it.
pub fn selection_outline(ui: &Ui, rect: Rect, camera: &Camera, cx: &Cx<'_>) {
    let selection = cx.state.brush.selection.as_ref().filter(|s| s.is_drawn_along(&cx.state.axes));
    let Some(region) = selection.and_then(|s| s.region()) else { return };
    let Some(seen) = region.seen_from(camera) else { return };
    let scale = ui.pixels_per_point();
    let outline: Vec<Pos2> = seen.iter().map(|px| rect.min + egui::vec2(px.x, px.y) / scale).collect();
    paint(ui, rect, &outline, cx.theme);
}

fn paint(ui: &Ui, rect: Rect, outline: &[Pos2], theme: &Theme) {
    const DASH: f32 = 5.0;
    let painter = ui.painter_at(rect);
    let mut closed = outline.to_vec();
    closed.extend(outline.first());
    let background: Color32 = theme.background.gamma_multiply(0.8);
    painter.add(Shape::line(closed.clone(), Stroke::new(3.0, background)));
    painter.extend(Shape::dashed_line(&closed, Stroke::new(1.5, theme.accent), DASH, DASH * 0.6));
}
