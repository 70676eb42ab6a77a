//! Picking: draws the indices of the objects near the cursor into a tiny target and reads it back without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use glam::{Vec2, vec2};

use super::ViewError;
use super::gpu::{self, Globals, GlobalsBinding};
use super::targets::{self, Staging};

/// Side of the square around the cursor, in pixels; odd, so that it has a middle.
pub(super) const REACH_PX: u32 = 9;
/// Marks indices of markers; `MARKER_BIT` of the shader.
const MARKER_BIT: u32 = 1 << 31;

const WAITING: u8 = 0;
const READY: u8 = 1;
const FAILED: u8 = 2;

/// The position and the result of a pick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PickResult {
    /// The cursor, physical pixels.
    pub px: Vec2,
    /// The object nearest to the cursor; `None` on empty space.
    pub hit: Option<Hit>,
}

/// What lies under the cursor, or near it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub target: Target,
    /// From the cursor to the nearest pixel of the object.
    pub distance_px: f32,
}

/// A picked object, by its index in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Index into the points that were set.
    Point(usize),
    /// Index into the markers that were set.
    Marker(usize),
}

/// The pass, its tiny target, and at most one pick in progress.
pub(super) struct Picker {
    globals: GlobalsBinding,
    ids: wgpu::Texture,
    ids_view: wgpu::TextureView,
    depth: wgpu::TextureView,
    staging: Staging,
    under_way: Option<UnderWay>,
}

struct UnderWay {
    px: Vec2,
    state: Arc<AtomicU8>,
    /// The data changed after the pick started, so its result is outdated.
    stale: bool,
}

impl Picker {
    pub fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout) -> Self {
        let size = (REACH_PX, REACH_PX);
        let ids = targets::texture(device, "picked numbers", size, gpu::PICK_FORMAT, 1, wgpu::TextureUsages::COPY_SRC);
        let depth = targets::texture(device, "picking depth", size, gpu::DEPTH_FORMAT, 1, wgpu::TextureUsages::empty());
        Self {
            globals: GlobalsBinding::new(device, layout),
            ids_view: ids.create_view(&Default::default()),
            ids,
            depth: depth.create_view(&Default::default()),
            staging: Staging::new(device, size),
            under_way: None,
        }
    }

    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Marks the pick in progress as outdated, because the data changed.
    pub fn forget(&mut self) {
        if let Some(under_way) = &mut self.under_way {
            under_way.stale = true;
        }
    }

    /// Starts a pick at `px`; `globals` are those of the image and `draw` draws indices.
    /// Does nothing while another pick is in progress.
    pub fn start(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        globals: Globals,
        px: Vec2,
        draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
    ) {
        if self.is_busy() {
            return;
        }
        self.globals
            .write(queue, &Globals { target_from_ndc: target_from_ndc(px, Vec2::from(globals.viewport)), ..globals });
        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("picking"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.ids_view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: Some(targets::cleared_depth(&self.depth)),
            ..Default::default()
        });
        pass.set_bind_group(0, &self.globals.group, &[]);
        draw(&mut pass);
        drop(pass);
        self.staging.copy(&mut encoder, &self.ids);
        queue.submit([encoder.finish()]);

        let state = Arc::new(AtomicU8::new(WAITING));
        let told = Arc::clone(&state);
        self.staging.buffer.map_async(wgpu::MapMode::Read, .., move |outcome| {
            let new = if outcome.is_ok() { READY } else { FAILED };
            told.store(new, Ordering::Release);
        });
        self.under_way = Some(UnderWay { px, state, stale: false });
    }

    /// The result, if it is ready and not outdated.
    pub fn poll(&mut self) -> Result<Option<PickResult>, ViewError> {
        let Some(under_way) = &self.under_way else {
            return Ok(None);
        };
        let (px, stale) = (under_way.px, under_way.stale);
        match under_way.state.load(Ordering::Acquire) {
            WAITING => Ok(None),
            READY => {
                self.under_way = None;
                let bytes = self.staging.take()?;
                let hit = nearest(&bytes, px);
                Ok((!stale).then_some(PickResult { px, hit }))
            }
            _ => {
                self.under_way = None;
                Err(ViewError::Readback("picking".to_owned()))
            }
        }
    }
}

/// Upper left pixel of the square around the cursor.
fn corner(px: Vec2) -> Vec2 {
    px.floor() - (REACH_PX / 2) as f32
}

/// Scale and shift that make the square around the cursor fill the target.
fn target_from_ndc(px: Vec2, viewport: Vec2) -> [f32; 4] {
    let reach = REACH_PX as f32;
    let scale = viewport / reach;
    let beyond = (viewport - 2.0 * corner(px)) / reach;
    [scale.x, scale.y, beyond.x - 1.0, 1.0 - beyond.y]
}

fn nearest(bytes: &[u8], px: Vec2) -> Option<Hit> {
    let (words, _) = bytes.as_chunks::<4>();
    words
        .iter()
        .enumerate()
        .filter_map(|(i, &word)| {
            let id = u32::from_le_bytes(word);
            let column = (i as u32 % REACH_PX) as f32;
            let row = (i as u32 / REACH_PX) as f32;
            let pixel = corner(px) + vec2(column, row) + 0.5;
            Some(Hit { target: target(id)?, distance_px: (pixel - px).length() })
        })
        .min_by(|a, b| a.distance_px.total_cmp(&b.distance_px))
}

fn target(id: u32) -> Option<Target> {
    if id == 0 {
        None
    } else if id & MARKER_BIT != 0 {
        Some(Target::Marker((id & !MARKER_BIT) as usize))
    } else {
        Some(Target::Point((id - 1) as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_around_the_cursor_fills_the_target() {
        let viewport = vec2(640.0, 480.0);
        let px = vec2(100.7, 30.2);
        let [sx, sy, tx, ty] = target_from_ndc(px, viewport);
        for (at, want) in [
            (vec2(96.0, 26.0), vec2(-1.0, 1.0)),
            (vec2(105.0, 35.0), vec2(1.0, -1.0)),
            (vec2(100.5, 30.5), vec2(0.0, 0.0)),
        ] {
            let ndc = (at / viewport - 0.5) * vec2(2.0, -2.0);
            let got = ndc * vec2(sx, sy) + vec2(tx, ty);
            assert!((got - want).length() < 1e-3, "{at}: {got} is not {want}");
        }
    }

    #[test]
    fn the_nearest_index_wins() {
        let px = vec2(50.5, 50.5);
        let mut ids = [0_u32; (REACH_PX * REACH_PX) as usize];
        let at = |column: u32, row: u32| (row * REACH_PX + column) as usize;
        let found = |ids: &[u32]| nearest(bytemuck::cast_slice(ids), px).map(|hit| hit.target);
        assert_eq!(found(&ids), None);
        ids[at(0, 0)] = 7;
        assert_eq!(found(&ids), Some(Target::Point(6)));
        ids[at(6, 4)] = MARKER_BIT | 3;
        assert_eq!(found(&ids), Some(Target::Marker(3)));
        ids[at(4, 4)] = 1;
        assert_eq!(found(&ids), Some(Target::Point(0)));
    }
}
