//! Samples as discs: positions, colours and styles in storage buffers, read by the vertex shader.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use glam::{Vec2, Vec3};

use super::bounds::Bounds;
use super::camera::Camera;
use super::density::Density;
use super::gpu::{self, Family, Output, Pipelines, StorageBuffer, Variant};
use super::order::{DrawOrder, FADED, LABELLED, POOL, SELECTED, group_of};
use super::point_style::PointStyle;
use super::pose::Mode;
use super::{Rgba, ViewError};

const VERTICES_PER_POINT: u32 = 3;
/// Share of the points excluded at either end of each axis from the core of the cloud.
const CORE_SHARE: f32 = 0.001;
/// Ratio of the area of a uniform square to the square of its standard deviation.
const AREA_OF_VARIANCE: f32 = 12.0;

/// The layer of points.
///
/// Invariant: `colours` and `styles` have one entry for each position.
pub(super) struct PointLayer {
    positions: Vec<[f32; 3]>,
    colours: Vec<Rgba>,
    styles: Vec<PointStyle>,
    bounds: Option<Bounds>,
    core: Option<Bounds>,
    spread: f32,
    /// Largest size factor of any style.
    largest: f32,
    order: DrawOrder,
    /// The state for which the order on the device was computed.
    ordered_for: Ordering,
    buffers: [StorageBuffer; 4],
    /// The points near a cursor, used instead of the drawing order.
    candidates: StorageBuffer,
    candidate_count: u32,
    layout: wgpu::BindGroupLayout,
    group: wgpu::BindGroup,
    family: Arc<Family>,
    pipelines: Drawn,
    pick: wgpu::RenderPipeline,
}

#[derive(Clone, Copy, PartialEq)]
enum Ordering {
    Scattered,
    ByDepth { camera: Camera, limit: usize },
}

struct Drawn {
    pool: wgpu::RenderPipeline,
    marked: wgpu::RenderPipeline,
    ghosts: wgpu::RenderPipeline,
}

const ORDER: usize = 0;
const POSITIONS: usize = 1;
const COLOURS: usize = 2;
const STYLES: usize = 3;

impl PointLayer {
    pub fn new(pipelines: &Pipelines, device: &wgpu::Device, globals: &wgpu::BindGroupLayout, msaa: bool) -> Self {
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("points"),
            entries: &[0, 1, 2, 3].map(gpu::storage_entry),
        });
        let buffers = ["draw order", "point positions", "point colours", "point styles"]
            .map(|what| StorageBuffer::new(device, what));
        let group = bind(device, &layout, &buffers[ORDER], &buffers);
        let family = Family::of(pipelines, device, "points", gpu::POINTS_SHADER, "vs_point", [globals, &layout]);
        let pick = family.pipeline(&variant("fs_pick", Output::Pick));
        Self {
            positions: Vec::new(),
            colours: Vec::new(),
            styles: Vec::new(),
            bounds: None,
            core: None,
            spread: 0.0,
            largest: 1.0,
            order: DrawOrder::default(),
            ordered_for: Ordering::Scattered,
            buffers,
            candidates: StorageBuffer::new(device, "points near the cursor"),
            candidate_count: 0,
            group,
            layout,
            pipelines: Drawn::new(&family, msaa),
            family,
            pick,
        }
    }

    pub fn set_msaa(&mut self, msaa: bool) {
        self.pipelines = Drawn::new(&self.family, msaa);
    }

    pub fn set(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        positions: &[[f32; 3]],
        colours: &[Rgba],
        styles: &[PointStyle],
    ) -> Result<(), ViewError> {
        check_length("colours", positions.len(), colours.len())?;
        check_length("styles", positions.len(), styles.len())?;
        self.buffers[POSITIONS].check(device, std::mem::size_of_val(positions))?;
        self.positions.clear();
        self.positions.extend_from_slice(positions);
        self.bounds = Bounds::of(positions.iter().copied().map(Vec3::from));
        self.core = Bounds::of_core(positions, CORE_SHARE);
        self.spread = spread(positions);
        self.write(device, queue, POSITIONS, positions)?;
        self.set_colours(device, queue, colours)?;
        self.set_styles(device, queue, styles)
    }

    pub fn set_colours(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        colours: &[Rgba],
    ) -> Result<(), ViewError> {
        check_length("colours", self.positions.len(), colours.len())?;
        self.colours.clear();
        self.colours.extend_from_slice(colours);
        self.write(device, queue, COLOURS, colours)
    }

    pub fn set_styles(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        styles: &[PointStyle],
    ) -> Result<(), ViewError> {
        check_length("styles", self.positions.len(), styles.len())?;
        self.styles.clear();
        // Points that are not finite, as from a diverged model, are not drawn.
        self.styles.extend(styles.iter().zip(&self.positions).map(|(&style, position)| {
            match Vec3::from(*position).is_finite() {
                true => style,
                false => style | PointStyle::HIDDEN,
            }
        }));
        let styles = std::mem::take(&mut self.styles);
        self.largest = styles.iter().map(|style| style.scale()).fold(1.0, f32::max);
        self.write(device, queue, STYLES, &styles)?;
        self.order = DrawOrder::new(&styles);
        self.styles = styles;
        self.write_order(device, queue, Ordering::Scattered)
    }

    pub fn len(&self) -> usize {
        self.positions.len()
    }

    pub fn position(&self, index: usize) -> Option<Vec3> {
        self.positions.get(index).copied().map(Vec3::from)
    }

    /// The box of all finite points.
    pub fn bounds(&self) -> Option<Bounds> {
        self.bounds
    }

    /// The box of all but a few outliers.
    pub fn core(&self) -> Option<Bounds> {
        self.core
    }

    /// The area over which the points spread, in the world.
    pub fn spread(&self) -> f32 {
        self.spread
    }

    /// Numbers of unmarked and of labelled points.
    pub fn counts(&self) -> (usize, usize) {
        let count = |group: usize| self.order.range(group).len();
        (count(FADED) + count(POOL), count(LABELLED))
    }

    /// The density of the unmarked points as the camera sees it; faded ones do not count.
    pub fn density(&self, camera: &Camera, pixel_scale: f32) -> Density {
        let pool = self.order.range(POOL);
        let points = &self.order.indices()[pool.start as usize..pool.end as usize];
        Density::of(camera, pixel_scale, points, |point| (self.positions[point as usize], self.colours[point as usize]))
    }

    /// Updates the drawing order on the device.
    pub fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        camera: &Camera,
        limit: usize,
    ) -> Result<(), ViewError> {
        let wanted = match camera.mode() {
            Mode::Flat => Ordering::Scattered,
            Mode::Orbit => Ordering::ByDepth { camera: *camera, limit },
        };
        if self.ordered_for == wanted {
            return Ok(());
        }
        match camera.mode() {
            Mode::Flat => self.order.scatter(),
            Mode::Orbit => {
                let depth = camera.clip_from_world().row(3);
                self.order.sort_by_depth(&self.positions, depth, limit);
            }
        }
        self.write_order(device, queue, wanted)
    }

    /// Draws the unmarked points, at most `limit` of them.
    pub fn draw_pool(&self, pass: &mut wgpu::RenderPass<'_>, limit: usize) {
        pass.set_pipeline(&self.pipelines.pool);
        pass.set_bind_group(1, &self.group, &[]);
        for group in [FADED, POOL] {
            draw(pass, self.order.limited(group, limit));
        }
    }

    /// Draws labelled and selected points; in 3-D, those hidden by others are drawn faintly first.
    pub fn draw_marked(&self, pass: &mut wgpu::RenderPass<'_>, mode: Mode) {
        pass.set_bind_group(1, &self.group, &[]);
        for group in [LABELLED, SELECTED] {
            if mode == Mode::Orbit {
                pass.set_pipeline(&self.pipelines.ghosts);
                draw(pass, self.order.range(group));
            }
            pass.set_pipeline(&self.pipelines.marked);
            draw(pass, self.order.range(group));
        }
    }

    /// Finds the points that may be visible within `reach` pixels of `px`; the others need not be drawn again. `reach`
    /// includes the radius of the largest usual disc.
    pub fn prepare_pick(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        camera: &Camera,
        px: Vec2,
        reach: f32,
    ) -> Result<wgpu::BindGroup, ViewError> {
        let clip_from_world = camera.clip_from_world();
        let viewport = camera.viewport();
        let centre = (px / viewport - 0.5) * Vec2::new(2.0, -2.0);
        let reach = Vec2::splat(2.0 * reach * self.largest) / viewport;
        let near = |position: &[f32; 3]| {
            let clip = clip_from_world * Vec3::from(*position).extend(1.0);
            let off = clip.truncate().truncate() - centre * clip.w;
            off.abs().cmple(reach * clip.w).all()
        };
        let mut found: Vec<(usize, u32)> = self
            .positions
            .iter()
            .enumerate()
            .filter(|(_, position)| near(position))
            .filter_map(|(index, _)| Some((group_of(self.styles[index])?, index as u32)))
            .collect();
        found.sort_unstable();
        let order: Vec<u32> = found.into_iter().map(|(_, index)| index).collect();
        self.candidates.write(device, queue, &order)?;
        self.candidate_count = order.len() as u32;
        Ok(bind(device, &self.layout, &self.candidates, &self.buffers))
    }

    /// Draws the indices of the points found by `prepare_pick`, which created `group`.
    pub fn draw_ids(&self, pass: &mut wgpu::RenderPass<'_>, group: &wgpu::BindGroup) {
        pass.set_pipeline(&self.pick);
        pass.set_bind_group(1, group, &[]);
        draw(pass, 0..self.candidate_count);
    }

    fn write_order(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, ordering: Ordering) -> Result<(), ViewError> {
        if self.buffers[ORDER].write(device, queue, self.order.indices())? {
            self.group = bind(device, &self.layout, &self.buffers[ORDER], &self.buffers);
        }
        self.ordered_for = ordering;
        Ok(())
    }

    fn write<T: Pod>(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        which: usize,
        data: &[T],
    ) -> Result<(), ViewError> {
        if self.buffers[which].write(device, queue, data)? {
            self.group = bind(device, &self.layout, &self.buffers[ORDER], &self.buffers);
        }
        Ok(())
    }
}

impl Drawn {
    fn new(family: &Family, msaa: bool) -> Self {
        let output = Output::Colour { msaa };
        Self {
            pool: family.pipeline(&variant("fs_pool", output)),
            marked: family.pipeline(&variant("fs_marked", output)),
            ghosts: family.pipeline(&Variant {
                constants: &[("ghost", 1.0)],
                depth_write: false,
                depth_compare: wgpu::CompareFunction::Greater,
                ..variant("fs_marked", output)
            }),
        }
    }
}

/// Points are sorted, so they may both blend and write their depth. Equal depths pass the test: in 2-D all depths are
/// equal, and later points are drawn over earlier ones.
fn variant(fragment: &str, output: Output) -> Variant<'_> {
    Variant { fragment, constants: &[], output, depth_write: true, depth_compare: wgpu::CompareFunction::LessEqual }
}

fn draw(pass: &mut wgpu::RenderPass<'_>, points: Range<u32>) {
    if !points.is_empty() {
        pass.draw(points.start * VERTICES_PER_POINT..points.end * VERTICES_PER_POINT, 0..1);
    }
}

fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    order: &StorageBuffer,
    [_, positions, colours, styles]: &[StorageBuffer; 4],
) -> wgpu::BindGroup {
    let buffers = [order, positions, colours, styles];
    let entry = |binding: usize| wgpu::BindGroupEntry {
        binding: binding as u32,
        resource: buffers[binding].buffer().as_entire_binding(),
    };
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("points"),
        layout,
        entries: &[0, 1, 2, 3].map(entry),
    })
}

/// The area over which the points spread, seen along the axis of least spread, as if they were uniform.
fn spread(positions: &[[f32; 3]]) -> f32 {
    let finite = || positions.iter().map(|p| Vec3::from(*p)).filter(|p| p.is_finite());
    let count = finite().count().max(1) as f32;
    let mean = finite().sum::<Vec3>() / count;
    let variance = finite().map(|p| (p - mean) * (p - mean)).sum::<Vec3>() / count;
    let [x, y, z] = variance.to_array();
    AREA_OF_VARIANCE * (x * y).max(y * z).max(x * z).sqrt()
}

fn check_length(what: &'static str, points: usize, got: usize) -> Result<(), ViewError> {
    if points == got { Ok(()) } else { Err(ViewError::LengthMismatch { what, points, got }) }
}
