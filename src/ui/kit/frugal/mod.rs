//! Painting on a software adapter: only what changed is drawn, by a shader without the branches of egui's own.

mod damage;
mod canvas;

use std::collections::HashSet;

use egui::epaint::ClippedShape;
use egui::{Context, FullOutput, Rect, Shape, TextureId};
use egui_wgpu::RenderState;

use super::theme::Theme;
use canvas::{Brushes, Canvas};

pub use canvas::SHADER;

/// A plugin of egui that takes the shapes of each frame, draws those that changed into an image of its own, and has the
/// image shown in their place.
pub struct Frugal {
    gpu: RenderState,
    brushes: Brushes,
    canvas: Option<Canvas>,
    scale: f32,
    /// What the image shows.
    before: Vec<ClippedShape>,
    /// Textures whose content is another since then.
    changed: HashSet<TextureId>,
}

impl Frugal {
    /// Painting for the window of `gpu`, whatever its adapter.
    pub fn new(gpu: &RenderState) -> Self {
        let brushes = Brushes::new(&gpu.device, gpu.target_format);
        Self { gpu: gpu.clone(), brushes, canvas: None, scale: 1.0, before: Vec::new(), changed: HashSet::new() }
    }
}

/// Paints frugally from now on, if the window is drawn by processors.
pub fn install(ctx: &Context, gpu: Option<&RenderState>) {
    let software = |gpu: &&RenderState| gpu.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
    if let Some(gpu) = gpu.filter(software).filter(|gpu| !gpu.target_format.is_srgb()) {
        ctx.add_plugin(Frugal::new(gpu));
    }
}

/// Says that the content of a texture that egui does not know is another.
pub fn touch(ctx: &Context, texture: TextureId) {
    ctx.with_plugin(|frugal: &mut Frugal| frugal.changed.insert(texture));
}

impl egui::Plugin for Frugal {
    fn debug_name(&self) -> &'static str {
        "frugal"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let scale = output.pixels_per_point;
        let screen = ctx.viewport_rect();
        let size = [screen.width(), screen.height()].map(|s| (s * scale).round() as u32);
        if output.shapes.iter().any(|shape| matches!(shape.shape, Shape::Callback(_))) {
            // Drawn by egui as it is.
            self.canvas = None;
            return;
        }
        let mut renderer = self.gpu.renderer.write();
        for (id, deltas) in output.textures_delta.set.drain() {
            // What is new in the texture of glyphs is used by new shapes alone.
            if id != TextureId::default() {
                self.changed.insert(id);
            }
            for delta in deltas {
                renderer.update_texture(&self.gpu.device, &self.gpu.queue, id, &delta);
            }
        }
        let ground = Shape::rect_filled(screen, 0, Theme::of(&ctx.global_style().visuals).window);
        let mut shapes = vec![ClippedShape::new(screen, ground)];
        shapes.append(&mut output.shapes);
        let is_new = self.scale != scale || self.canvas.as_ref().is_none_or(|canvas| canvas.size() != size);
        let areas = match is_new {
            true => vec![screen],
            false => damage::differing(&self.before, &shapes, &self.changed),
        };
        let canvas = match self.canvas.take().filter(|_| !is_new) {
            Some(canvas) => canvas,
            None => self.brushes.canvas(&self.gpu.device, size),
        };
        let meets = |shape: &&ClippedShape| {
            let extent = damage::extent(shape);
            areas.iter().any(|area: &Rect| area.intersects(extent))
        };
        let drawn: Vec<ClippedShape> = shapes.iter().filter(meets).cloned().collect();
        if !drawn.is_empty() {
            let primitives = ctx.tessellate(drawn, scale);
            let device = (&self.gpu.device, &self.gpu.queue);
            self.brushes.draw(device, &renderer, &canvas, &primitives, &areas, scale);
        }
        let shown = egui_wgpu::Callback::new_paint_callback(screen, canvas.shown());
        output.shapes = vec![ClippedShape::new(screen, Shape::Callback(shown))];
        self.changed.clear();
        (self.canvas, self.scale, self.before) = (Some(canvas), scale, shapes);
    }
}

#[cfg(test)]
mod tests {
    use egui::{Color32, FontId, RawInput, pos2, vec2};
    use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};

    use super::*;

    /// Whole rows of a buffer.
    const SIZE: [u32; 2] = [256, 96];

    fn pixels(frugal: &Frugal) -> Vec<u8> {
        let (device, queue) = (&frugal.gpu.device, &frugal.gpu.queue);
        let picture = &frugal.canvas.as_ref().unwrap().picture;
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(4 * SIZE[0] * SIZE[1]),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&Default::default());
        let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * SIZE[0]), rows_per_image: None };
        let to = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
        encoder.copy_texture_to_buffer(picture.as_image_copy(), to, picture.size());
        queue.submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |_| {});
        device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
        buffer.slice(..).get_mapped_range().unwrap().to_vec()
    }

    /// Frames that have nearly everything in common, as those of a window have.
    fn frame(ctx: &Context, n: usize) {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE[0] as f32, SIZE[1] as f32))),
            ..RawInput::default()
        };
        let _ = ctx.run_ui(input, |ui| {
            let painter = ui.painter();
            for row in 0..6 {
                let at = pos2(3.0, 15.5 * row as f32);
                let text = if n % 5 == row { "hovered" } else { "a row of text" };
                painter.text(at, egui::Align2::LEFT_TOP, text, FontId::proportional(13.0), Color32::WHITE);
                painter.circle_filled(at + vec2(150.3, 7.0), 6.5, Color32::from_rgb(40 * row as u8, 90, 200));
            }
            let moved = vec2(37.7 * (n % 4) as f32, 5.3 * n as f32);
            let soft = Color32::from_rgba_unmultiplied(250, 170, 20, 120);
            painter.rect_filled(Rect::from_min_size(pos2(90.0, 8.0) + moved, vec2(60.4, 20.2)), 5, soft);
            if n.is_multiple_of(3) {
                painter.line_segment([pos2(10.0, 90.0), pos2(240.0, 4.0 + n as f32)], (1.5, Color32::RED));
            }
        });
    }

    #[test]
    fn what_is_drawn_in_parts_is_what_is_drawn_whole() {
        let gpu = create_render_state(default_wgpu_setup(), Default::default());
        let ctx = Context::default();
        ctx.add_plugin(Frugal::new(&gpu));
        let mut pictures = Vec::new();
        for n in 0..12 {
            frame(&ctx, n);
            let parts = ctx.with_plugin(|frugal: &mut Frugal| pixels(frugal)).unwrap();
            ctx.with_plugin(|frugal: &mut Frugal| frugal.canvas = None).unwrap();
            frame(&ctx, n);
            let whole = ctx.with_plugin(|frugal: &mut Frugal| pixels(frugal)).unwrap();
            assert!(parts == whole, "frame {n}");
            pictures.push(whole);
        }
        pictures.dedup();
        assert_eq!(pictures.len(), 12, "the frames differ");
    }
}
