//! A latent view as an egui texture: rendered only when needed, moved by the mouse, and picked from.

use egui::{Pos2, Rect, Response, Ui, vec2};
use egui_wgpu::RenderState;
use glam::Vec2;

use crate::ui::kit::frugal;
use crate::view::{Camera, LatentView, PickResult, Pipelines, ViewError};

/// The view on the device and its texture.
pub struct ViewTexture {
    pub view: LatentView,
    id: egui::TextureId,
    generation: u64,
    /// Pointer position and camera of the last pick.
    asked_at: Option<(Pos2, Camera)>,
}

/// Seconds after the last movement until the view is rendered in full quality.
pub const SETTLE_SECONDS: f64 = 0.18;
/// Logarithm of the zoom factor per point of scrolling.
const ZOOM_PER_POINT: f32 = 0.004;

impl ViewTexture {
    pub fn new(gpu: &RenderState, size: egui::Vec2) -> Result<Self, ViewError> {
        let pipelines: Pipelines =
            gpu.renderer.write().callback_resources.entry().or_insert_with(Pipelines::default).clone();
        let view = LatentView::new(&pipelines, &gpu.device, &gpu.queue, size.x as u32, size.y as u32)?;
        let id =
            gpu.renderer.write().register_native_texture(&gpu.device, view.texture_view(), wgpu::FilterMode::Nearest);
        let generation = view.texture_generation();
        Ok(Self { view, id, generation, asked_at: None })
    }

    /// Resizes the texture to `rect`; returns its size in screen pixels.
    pub fn resize(&mut self, rect: Rect, pixels_per_point: f32) -> Vec2 {
        let size = (rect.size() * pixels_per_point).round();
        self.view.resize(size.x as u32, size.y as u32);
        self.view.set_pixel_scale(pixels_per_point);
        Vec2::new(size.x, size.y)
    }

    /// Renders the view if needed, and shows the texture.
    pub fn show(
        &mut self,
        ui: &Ui,
        rect: Rect,
        camera: &Camera,
        moving: bool,
        gpu: &RenderState,
    ) -> Result<(), ViewError> {
        if self.view.render(camera, moving)? {
            frugal::touch(ui.ctx(), self.id);
        }
        if self.view.texture_generation() != self.generation {
            self.generation = self.view.texture_generation();
            let view = self.view.texture_view();
            gpu.renderer.write().update_egui_texture_from_wgpu_texture(
                &gpu.device,
                view,
                wgpu::FilterMode::Nearest,
                self.id,
            );
        }
        let uv = Rect::from_min_max(Pos2::ZERO, egui::pos2(1.0, 1.0));
        ui.painter().image(self.id, rect, uv, egui::Color32::WHITE);
        Ok(())
    }

    /// Starts picking at `at`; the result arrives in a later frame, `None` until then.
    pub fn pick(
        &mut self,
        ui: &Ui,
        rect: Rect,
        at: Option<Pos2>,
        camera: &Camera,
    ) -> Result<Option<PickResult>, ViewError> {
        match at {
            Some(at) if self.asked_at != Some((at, *camera)) => {
                self.asked_at = Some((at, *camera));
                let px = (at - rect.min) * ui.pixels_per_point();
                self.view.request_pick(camera, Vec2::new(px.x, px.y))?;
            }
            Some(_) => {}
            None => self.asked_at = None,
        }
        let answer = self.view.poll_pick()?;
        if answer.is_some() || self.view.pick_under_way() {
            ui.ctx().request_repaint();
        }
        Ok(answer.filter(|_| at.is_some()))
    }
}

/// Moves the camera by drags (with the primary button only if it `turns`) and the wheel; returns whether it moved.
pub fn steer(camera: &mut Camera, ui: &Ui, rect: Rect, response: &Response, turns: bool) -> bool {
    let scale = ui.pixels_per_point();
    let delta = response.drag_delta() * scale;
    let delta = Vec2::new(delta.x, delta.y);
    let shift = ui.input(|i| i.modifiers.shift);
    let primary = response.dragged_by(egui::PointerButton::Primary);
    let mut moved = false;
    if delta != Vec2::ZERO && (turns || !primary || shift) {
        if primary && !shift {
            camera.orbit(delta);
        } else {
            camera.pan(delta);
        }
        moved = true;
    }
    if let Some(at) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta.y, i.zoom_delta()));
        let factor = (scroll * ZOOM_PER_POINT).exp() * pinch;
        if (factor - 1.0).abs() > f32::EPSILON {
            let px = (at - rect.min) * scale;
            camera.zoom(factor, Vec2::new(px.x, px.y));
            moved = true;
        }
    }
    moved
}

/// The screen position of a point of the world.
pub fn on_screen(rect: Rect, camera: &Camera, pixels_per_point: f32, place: glam::Vec3) -> Option<Pos2> {
    camera.project(place).map(|at| rect.min + vec2(at.px.x, at.px.y) / pixels_per_point)
}
