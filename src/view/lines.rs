//! Thick lines and arrows: segments in the world with widths in pixels.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use glam::Vec3;

use super::gpu::{self, Family, Output, Pipelines, StorageBuffer, Variant};
use super::pose::Mode;
use super::{Rgba, ViewError};

const VERTICES_PER_LINE: u32 = 6;
const ARROW: u32 = 1;
const DASHED: u32 = 2;
const ON_TOP: u32 = 4;
const CASED: u32 = 8;
/// Values of `phase` in the shader.
const PHASE_CASING: f64 = 1.0;
const PHASE_HIDDEN: f64 = 2.0;

/// One straight segment with round ends.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Line {
    a: [f32; 3],
    width_px: f32,
    b: [f32; 3],
    flags: u32,
    colour_a: Rgba,
    colour_b: Rgba,
    trim_a_px: f32,
    trim_b_px: f32,
}

impl Line {
    /// A plain segment; widths are in logical pixels.
    pub fn new(a: [f32; 3], b: [f32; 3], width_px: f32, colour: Rgba) -> Self {
        Self { a, width_px, b, flags: 0, colour_a: colour, colour_b: colour, trim_a_px: 0.0, trim_b_px: 0.0 }
    }

    /// Adds an arrow head at `b`.
    pub fn arrow(mut self) -> Self {
        self.flags |= ARROW;
        self
    }

    /// Draws the line with gaps, whose lengths are in pixels and do not depend on the distance.
    pub fn dashed(mut self) -> Self {
        self.flags |= DASHED;
        self
    }

    /// Draws the line above all points, even if they hide it, and without fog.
    pub fn on_top(mut self) -> Self {
        self.flags |= ON_TOP;
        self
    }

    /// Adds a border in the background colour, and draws the line above all lines without one.
    pub fn cased(mut self) -> Self {
        self.flags |= CASED;
        self
    }

    /// Sets the colour at `a`, which changes evenly to the line's colour at `b`.
    pub fn from_colour(mut self, colour: Rgba) -> Self {
        self.colour_a = colour;
        self
    }

    /// Leaves out this many pixels at either end, for instance for a marker.
    pub fn trimmed(mut self, at_a_px: f32, at_b_px: f32) -> Self {
        self.trim_a_px = at_a_px.max(0.0);
        self.trim_b_px = at_b_px.max(0.0);
        self
    }

    fn is_finite(&self) -> bool {
        Vec3::from(self.a).is_finite() && Vec3::from(self.b).is_finite()
    }
}

/// The segments between consecutive points.
pub fn polyline(points: &[[f32; 3]], width_px: f32, colour: Rgba) -> Vec<Line> {
    points.windows(2).map(|pair| Line::new(pair[0], pair[1], width_px, colour)).collect()
}

/// A list of lines on the device, those with casing last.
pub(super) struct LineBatch {
    buffer: StorageBuffer,
    group: wgpu::BindGroup,
    plain: Range<u32>,
    cased: Range<u32>,
}

/// The pipelines of lines.
pub(super) struct LineLayer {
    layout: wgpu::BindGroupLayout,
    family: Arc<Family>,
    pipelines: Drawn,
}

struct Drawn {
    line: wgpu::RenderPipeline,
    casing: wgpu::RenderPipeline,
    hidden: wgpu::RenderPipeline,
}

impl LineLayer {
    pub fn new(pipelines: &Pipelines, device: &wgpu::Device, globals: &wgpu::BindGroupLayout, msaa: bool) -> Self {
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("lines"),
            entries: &[gpu::storage_entry(0)],
        });
        let family = Family::of(pipelines, device, "lines", gpu::LINES_SHADER, "vs_line", [globals, &layout]);
        Self { layout, pipelines: Drawn::new(&family, msaa), family }
    }

    pub fn set_msaa(&mut self, msaa: bool) {
        self.pipelines = Drawn::new(&self.family, msaa);
    }

    pub fn batch(&self, device: &wgpu::Device, what: &'static str) -> LineBatch {
        let buffer = StorageBuffer::new(device, what);
        LineBatch { group: bind(device, &self.layout, &buffer), buffer, plain: 0..0, cased: 0..0 }
    }

    pub fn write(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        batch: &mut LineBatch,
        lines: &[Line],
    ) -> Result<(), ViewError> {
        let finite = || lines.iter().filter(|line| line.is_finite()).copied();
        let mut ordered: Vec<Line> = finite().filter(|line| line.flags & CASED == 0).collect();
        let plain = ordered.len() as u32;
        ordered.extend(finite().filter(|line| line.flags & CASED != 0));
        if batch.buffer.write(device, queue, &ordered)? {
            batch.group = bind(device, &self.layout, &batch.buffer);
        }
        batch.plain = 0..plain;
        batch.cased = plain..ordered.len() as u32;
        Ok(())
    }

    /// Draws a batch; in 3-D, the parts hidden by points are drawn faintly first.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, batch: &LineBatch, mode: Mode) {
        pass.set_bind_group(1, &batch.group, &[]);
        let all = [
            (&self.pipelines.hidden, &batch.plain),
            (&self.pipelines.line, &batch.plain),
            (&self.pipelines.casing, &batch.cased),
            (&self.pipelines.hidden, &batch.cased),
            (&self.pipelines.line, &batch.cased),
        ];
        for (pipeline, lines) in all {
            let flat_has_none = mode == Mode::Flat && *pipeline == self.pipelines.hidden;
            if lines.is_empty() || flat_has_none {
                continue;
            }
            pass.set_pipeline(pipeline);
            pass.draw(lines.start * VERTICES_PER_LINE..lines.end * VERTICES_PER_LINE, 0..1);
        }
    }
}

impl Drawn {
    fn new(family: &Family, msaa: bool) -> Self {
        let pipeline = |phase: &[(&str, f64)], depth_compare| {
            family.pipeline(&Variant {
                fragment: "fs_line",
                constants: phase,
                output: Output::Colour { msaa },
                depth_write: false, // their edges are transparent
                depth_compare,
            })
        };
        Self {
            line: pipeline(&[], wgpu::CompareFunction::LessEqual),
            casing: pipeline(&[("phase", PHASE_CASING)], wgpu::CompareFunction::LessEqual),
            hidden: pipeline(&[("phase", PHASE_HIDDEN)], wgpu::CompareFunction::Greater),
        }
    }
}

fn bind(device: &wgpu::Device, layout: &wgpu::BindGroupLayout, buffer: &StorageBuffer) -> wgpu::BindGroup {
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("lines"),
        layout,
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.buffer().as_entire_binding() }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polyline_joins_each_pair_of_points() {
        let points = [[0.0; 3], [1.0, 0.0, 0.0], [1.0, 2.0, 0.0]];
        for (count, want) in [(0, 0), (1, 0), (2, 1), (3, 2)] {
            let lines = polyline(&points[..count], 2.0, [1, 2, 3, 4]);
            assert_eq!(lines.len(), want);
            for (line, pair) in lines.iter().zip(points.windows(2)) {
                assert_eq!((line.a, line.b), (pair[0], pair[1]));
            }
        }
    }
}
