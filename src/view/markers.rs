//! Markers: outlined shapes sized in pixels, for the points of a walk, probes and anchors.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use glam::Vec3;

use super::gpu::{self, Family, Output, Pipelines, StorageBuffer, Variant};
use super::pose::Mode;
use super::{Rgba, ViewError};

const VERTICES_PER_MARKER: u32 = 6;
const ON_TOP: u32 = 16;
const CASED: u32 = 32;
const DEFAULT_STROKE_PX: f32 = 1.2;

/// The outline of a marker, in the order of the shader's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Disc,
    /// Only the outline; the fill is ignored.
    Ring,
    Diamond,
    Square,
    Triangle,
    Cross,
}

/// One marker; picking reports its index in the list.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Marker {
    position: [f32; 3],
    diameter_px: f32,
    fill: Rgba,
    stroke: Rgba,
    stroke_px: f32,
    flags: u32,
}

impl Marker {
    /// A shape with its fill colour; sizes are in logical pixels.
    pub fn new(shape: Shape, position: [f32; 3], diameter_px: f32, fill: Rgba) -> Self {
        Self { position, diameter_px, fill, stroke: fill, stroke_px: DEFAULT_STROKE_PX, flags: shape as u32 }
    }

    /// Gives the outline another colour than the fill, and a width in logical pixels.
    pub fn stroke(mut self, colour: Rgba, width_px: f32) -> Self {
        self.stroke = colour;
        self.stroke_px = width_px.max(0.0);
        self
    }

    /// Draws the marker above all points, even if they hide it, and without fog.
    pub fn on_top(mut self) -> Self {
        self.flags |= ON_TOP;
        self
    }

    /// Adds a border in the background colour.
    pub fn cased(mut self) -> Self {
        self.flags |= CASED;
        self
    }
}

/// The layer of markers.
pub(super) struct MarkerLayer {
    count: usize,
    buffer: StorageBuffer,
    layout: wgpu::BindGroupLayout,
    group: wgpu::BindGroup,
    family: Arc<Family>,
    pipelines: Drawn,
    pick: wgpu::RenderPipeline,
}

struct Drawn {
    seen: wgpu::RenderPipeline,
    hidden: wgpu::RenderPipeline,
}

impl MarkerLayer {
    pub fn new(pipelines: &Pipelines, device: &wgpu::Device, globals: &wgpu::BindGroupLayout, msaa: bool) -> Self {
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("markers"),
            entries: &[gpu::storage_entry(0)],
        });
        let buffer = StorageBuffer::new(device, "markers");
        let family = Family::of(pipelines, device, "markers", gpu::MARKERS_SHADER, "vs_marker", [globals, &layout]);
        let pick = family.pipeline(&Variant {
            fragment: "fs_pick",
            constants: &[],
            output: Output::Pick,
            depth_write: true,
            depth_compare: wgpu::CompareFunction::LessEqual,
        });
        Self {
            count: 0,
            group: bind(device, &layout, &buffer),
            buffer,
            layout,
            pipelines: Drawn::new(&family, msaa),
            family,
            pick,
        }
    }

    pub fn set_msaa(&mut self, msaa: bool) {
        self.pipelines = Drawn::new(&self.family, msaa);
    }

    pub fn set(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, markers: &[Marker]) -> Result<(), ViewError> {
        // A marker that is not finite keeps its index but is not drawn.
        let drawn: Vec<Marker> = markers
            .iter()
            .map(|&marker| match Vec3::from(marker.position).is_finite() {
                true => marker,
                false => Marker { position: [0.0; 3], diameter_px: 0.0, ..marker },
            })
            .collect();
        if self.buffer.write(device, queue, &drawn)? {
            self.group = bind(device, &self.layout, &self.buffer);
        }
        self.count = markers.len();
        Ok(())
    }

    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, mode: Mode) {
        if mode == Mode::Orbit {
            self.draw_with(pass, &self.pipelines.hidden);
        }
        self.draw_with(pass, &self.pipelines.seen);
    }

    /// Draws the markers' indices instead of their colours.
    pub fn draw_ids(&self, pass: &mut wgpu::RenderPass<'_>) {
        self.draw_with(pass, &self.pick);
    }

    fn draw_with(&self, pass: &mut wgpu::RenderPass<'_>, pipeline: &wgpu::RenderPipeline) {
        if self.count > 0 {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(1, &self.group, &[]);
            pass.draw(0..self.count as u32 * VERTICES_PER_MARKER, 0..1);
        }
    }
}

impl Drawn {
    fn new(family: &Family, msaa: bool) -> Self {
        let pipeline = |constants: &[(&str, f64)], depth_compare| {
            family.pipeline(&Variant {
                fragment: "fs_marker",
                constants,
                output: Output::Colour { msaa },
                depth_write: false, // their edges are transparent
                depth_compare,
            })
        };
        Self {
            seen: pipeline(&[], wgpu::CompareFunction::LessEqual),
            hidden: pipeline(&[("ghost", 1.0)], wgpu::CompareFunction::Greater),
        }
    }
}

fn bind(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, buffer: &StorageBuffer) -> wgpu::BindGroup {
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("markers"),
        layout,
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.buffer().as_entire_binding() }],
    })
}
