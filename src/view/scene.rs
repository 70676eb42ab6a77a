//! The latent view as a whole: owns the textures and the layers, and redraws only if something changed.

use glam::{Vec2, Vec3, vec2};

use super::axes::{self, Tick};
use super::bounds::Bounds;
use super::camera::Camera;
use super::density::DensityScale;
use super::field::{Field, FieldLayer};
use super::gpu::{self, Globals, GlobalsBinding, Pipelines};
use super::lines::{Line, LineBatch, LineLayer};
use super::look::{Crowd, Look, Quality, Sizing};
use super::markers::{Marker, MarkerLayer};
use super::picking::{PickResult, Picker, REACH_PX};
use super::point_style::PointStyle;
use super::points::PointLayer;
use super::pose::Mode;
use super::targets::{Staging, Targets};
use super::{Rgba, ViewError};

/// Storage buffers the point shader reads.
const STORAGE_BUFFERS: u32 = 4;
/// Depths at which fog begins and is thickest, from the middle of the scene, in radii of its box.
const FOG_RANGE: (f32, f32) = (-0.3, 0.75);
/// Largest factor on a disc's size by perspective; at least `MOST_SIZE` of the shaders.
const PICK_MARGIN: f32 = 2.0;
/// Points at a single position are sized as if they covered this share of the image.
const LEAST_AREA: f32 = 0.02;
/// The target is the image itself.
const WHOLE_PICTURE: [f32; 4] = [1.0, 1.0, 0.0, 0.0];

/// A renderer of latent space into a texture of its own.
///
/// Colours are those of the screen: the texture is `Rgba8Unorm`, blending uses gamma-encoded values, and an opaque
/// colour appears unchanged in the texture.
pub struct LatentView {
    device: wgpu::Device,
    queue: wgpu::Queue,
    size: (u32, u32),
    pixel_scale: f32,
    look: Look,
    quality: Quality,
    targets: Targets,
    generation: u64,
    globals: GlobalsBinding,
    points: PointLayer,
    lines: LineLayer,
    grid: LineBatch,
    drawn_lines: LineBatch,
    markers: MarkerLayer,
    field: FieldLayer,
    /// Behind all else, if the density of the unmarked points is shown in their place.
    density: FieldLayer,
    dense: bool,
    density_scale: Option<DensityScale>,
    picker: Picker,
    /// A pick requested while another was in progress; a later request replaces it.
    next_pick: Option<(Camera, Vec2)>,
    last_pick: Option<PickResult>,
    /// The state that the texture shows; `None` if something changed since.
    shown: Option<Shown>,
}

#[derive(Clone, Copy, PartialEq)]
struct Shown {
    camera: Camera,
    limit: usize,
}

impl LatentView {
    /// A view of `width` x `height` physical pixels, with a quality that suits the adapter. `pipelines` are those of the
    /// other views of this device; the default if there is none.
    pub fn new(
        pipelines: &Pipelines,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        width: u32,
        height: u32,
    ) -> Result<Self, ViewError> {
        let available = device.limits().max_storage_buffers_per_shader_stage;
        if available < STORAGE_BUFFERS {
            return Err(ViewError::Unsupported(format!(
                "{available} storage buffers a shader, {STORAGE_BUFFERS} are needed"
            )));
        }
        let software = device.adapter_info().device_type == wgpu::DeviceType::Cpu;
        let quality = if software { Quality::SOFTWARE } else { Quality::HARDWARE };
        let size = allowed_size(device, width, height);
        let layout = GlobalsBinding::layout(device);
        let lines = LineLayer::new(pipelines, device, &layout, quality.msaa);
        Ok(Self {
            device: device.clone(),
            queue: queue.clone(),
            size,
            pixel_scale: 1.0,
            look: Look::dark(),
            quality,
            targets: Targets::new(device, size, quality.msaa),
            generation: 0,
            globals: GlobalsBinding::new(device, &layout),
            points: PointLayer::new(pipelines, device, &layout, quality.msaa),
            grid: lines.batch(device, "grid"),
            drawn_lines: lines.batch(device, "lines"),
            lines,
            markers: MarkerLayer::new(pipelines, device, &layout, quality.msaa),
            field: FieldLayer::new(pipelines, device, &layout, quality.msaa),
            density: FieldLayer::new(pipelines, device, &layout, quality.msaa),
            dense: false,
            density_scale: None,
            picker: Picker::new(device, &layout),
            next_pick: None,
            last_pick: None,
            shown: None,
        })
    }

    /// Replaces all points; colours and styles have one entry for each.
    pub fn set_points(
        &mut self,
        positions: &[[f32; 3]],
        colours: &[Rgba],
        styles: &[PointStyle],
    ) -> Result<(), ViewError> {
        self.touch();
        self.picker.forget();
        let (device, queue) = (&self.device, &self.queue);
        self.points.set(device, queue, positions, colours, styles)
    }

    /// Replaces the points' colours, which is cheaper than setting the points.
    pub fn set_colours(&mut self, colours: &[Rgba]) -> Result<(), ViewError> {
        self.touch();
        self.points.set_colours(&self.device, &self.queue, colours)
    }

    /// Replaces the points' styles, for example after more points were labelled.
    pub fn set_styles(&mut self, styles: &[PointStyle]) -> Result<(), ViewError> {
        self.touch();
        self.points.set_styles(&self.device, &self.queue, styles)
    }

    /// Replaces all lines; later ones are drawn over earlier ones, and cased ones over those without casing.
    pub fn set_lines(&mut self, lines: &[Line]) -> Result<(), ViewError> {
        self.touch();
        let (device, queue) = (&self.device, &self.queue);
        self.lines.write(device, queue, &mut self.drawn_lines, lines)
    }

    /// Replaces all markers; later ones are drawn over earlier ones.
    pub fn set_markers(&mut self, markers: &[Marker]) -> Result<(), ViewError> {
        self.touch();
        self.picker.forget();
        self.markers.set(&self.device, &self.queue, markers)
    }

    /// Shows a field, or none.
    pub fn set_field(&mut self, field: Option<Field<'_>>) -> Result<(), ViewError> {
        self.touch();
        self.field.set(&self.device, &self.queue, field)
    }

    /// Shows the density of the unmarked points in their place, or the points.
    pub fn show_density(&mut self, dense: bool) {
        if dense != self.dense {
            self.dense = dense;
            self.density_scale = None;
            self.touch();
        }
    }

    /// What the colour of the density means, as last drawn; `None` while points are shown.
    pub fn density_scale(&self) -> Option<DensityScale> {
        self.density_scale
    }

    /// The colours and sizes in use.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// Takes other colours and sizes; draws again if they differ.
    pub fn set_look(&mut self, look: Look) {
        if look != self.look {
            self.look = look;
            self.touch();
        }
    }

    /// The limits in use.
    pub fn quality(&self) -> Quality {
        self.quality
    }

    /// Takes other limits; where `msaa` changes, the texture is replaced.
    pub fn set_quality(&mut self, quality: Quality) {
        let old = std::mem::replace(&mut self.quality, quality);
        if old.msaa != quality.msaa {
            self.points.set_msaa(quality.msaa);
            self.lines.set_msaa(quality.msaa);
            self.markers.set_msaa(quality.msaa);
            self.field.set_msaa(quality.msaa);
            self.density.set_msaa(quality.msaa);
            self.renew_targets();
        }
    }

    /// Width and height of the texture in physical pixels.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Changes the size in physical pixels, limited to between 1 and the device's maximum; true if the texture was
    /// replaced.
    pub fn resize(&mut self, width: u32, height: u32) -> bool {
        let size = allowed_size(&self.device, width, height);
        let changes = size != self.size;
        if changes {
            self.size = size;
            self.renew_targets();
        }
        changes
    }

    /// Sets the physical pixels per logical pixel; widths and sizes are given in logical ones.
    pub fn set_pixel_scale(&mut self, scale: f32) {
        if scale.is_finite() && scale > 0.0 && scale != self.pixel_scale {
            self.pixel_scale = scale;
            self.touch();
        }
    }

    /// The texture to display. It is replaced when `texture_generation` changes.
    pub fn texture_view(&self) -> &wgpu::TextureView {
        &self.targets.picture_view
    }

    /// Counts the textures so far: who shows one compares it and takes the new view.
    pub fn texture_generation(&self) -> u64 {
        self.generation
    }

    /// The box of all points except a few outliers (one in a thousand at either end), for `Camera::fit`.
    pub fn core_bounds(&self) -> Option<Bounds> {
        self.points.core()
    }

    /// The box of all points.
    pub fn bounds(&self) -> Option<Bounds> {
        self.points.bounds()
    }

    /// Points that were set, hidden ones included.
    pub fn point_count(&self) -> usize {
        self.points.len()
    }

    /// Where a point lies in the world; `None` beyond the last one.
    pub fn point_position(&self, index: usize) -> Option<Vec3> {
        self.points.position(index)
    }

    /// The numbers along the axes of the image that `camera` shows.
    pub fn ticks(&self, camera: &Camera) -> Vec<Tick> {
        let camera = self.fitted(camera);
        axes::ticks(&camera, &self.box_seen(&camera), self.pixel_scale)
    }

    /// Draws if anything changed since the last time, and returns whether it did. While the camera is `moving`, the
    /// number of unlabelled points is limited by the quality.
    pub fn render(&mut self, camera: &Camera, moving: bool) -> Result<bool, ViewError> {
        let camera = self.fitted(camera);
        let unmarked = self.points.counts().0;
        let limit = match moving {
            _ if self.dense => 0,
            true => unmarked.min(self.quality.max_points_while_moving),
            false => unmarked,
        };
        let wanted = Shown { camera, limit };
        if self.shown == Some(wanted) {
            return Ok(false);
        }
        let (device, queue) = (&self.device, &self.queue);
        self.points.prepare(device, queue, &camera, limit)?;
        if self.dense {
            let density = self.points.density(&camera, self.pixel_scale);
            self.density.set(device, queue, Some(density.field()))?;
            self.density_scale = Some(density.scale);
        }
        let bounds = self.box_seen(&camera);
        let grid = match self.look.show_grid {
            true => axes::lines(&camera, &bounds, &self.look, self.pixel_scale),
            false => Vec::new(),
        };
        self.lines.write(device, queue, &mut self.grid, &grid)?;
        self.globals.write(queue, &self.globals_for(&camera));

        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = self.targets.begin(&mut encoder, gpu::unit(self.look.background));
        pass.set_bind_group(0, &self.globals.group, &[]);
        self.draw_layers(&mut pass, camera.mode(), limit);
        drop(pass);
        queue.submit([encoder.finish()]);
        self.shown = Some(wanted);
        Ok(true)
    }

    /// Requests a pick at a pixel. `poll_pick` returns the result a frame or more later; of the requests meanwhile only
    /// the last is answered.
    pub fn request_pick(&mut self, camera: &Camera, px: Vec2) -> Result<(), ViewError> {
        let camera = self.fitted(camera);
        if self.picker.is_busy() {
            self.next_pick = Some((camera, px));
            return Ok(());
        }
        let globals = self.globals_for(&camera);
        let (device, queue) = (&self.device, &self.queue);
        let reach = PICK_MARGIN * globals.radii.into_iter().fold(0.0, f32::max) + REACH_PX as f32;
        let near = self.points.prepare_pick(device, queue, &camera, px, reach)?;
        let (points, markers) = (&self.points, &self.markers);
        self.picker.start(device, queue, globals, px, |pass| {
            points.draw_ids(pass, &near);
            markers.draw_ids(pass);
        });
        Ok(())
    }

    /// A new result of a pick, if there is one; never waits.
    pub fn poll_pick(&mut self) -> Result<Option<PickResult>, ViewError> {
        if self.picker.is_busy() {
            self.poll_device(wgpu::PollType::Poll)?;
        }
        let answer = self.picker.poll()?;
        if !self.picker.is_busy()
            && let Some((camera, px)) = self.next_pick.take()
        {
            self.request_pick(&camera, px)?;
        }
        self.last_pick = answer.or(self.last_pick);
        Ok(answer)
    }

    /// Whether a result is still pending, so that another frame must poll for it.
    pub fn pick_under_way(&self) -> bool {
        self.picker.is_busy()
    }

    /// The last result of a pick.
    pub fn picked(&self) -> Option<PickResult> {
        self.last_pick
    }

    /// Picks at a pixel and waits for the result: for tests, not for a frame.
    pub fn pick_blocking(&mut self, camera: &Camera, px: Vec2) -> Result<PickResult, ViewError> {
        while self.picker.is_busy() {
            self.poll_device(wgpu::PollType::wait_indefinitely())?;
            self.poll_pick()?;
        }
        self.request_pick(camera, px)?;
        self.poll_device(wgpu::PollType::wait_indefinitely())?;
        let lost = || ViewError::Readback("a pick has no result".to_owned());
        self.poll_pick()?.ok_or_else(lost)
    }

    /// The image last drawn, row by row from the top, four bytes per pixel. Waits for the device: for exports and
    /// tests, not for a frame.
    pub fn read_rgba_blocking(&self) -> Result<Vec<u8>, ViewError> {
        let staging = Staging::new(&self.device, self.size);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        staging.copy(&mut encoder, &self.targets.picture);
        self.queue.submit([encoder.finish()]);
        staging.buffer.map_async(wgpu::MapMode::Read, .., |_| {}); // `take` returns its error
        self.poll_device(wgpu::PollType::wait_indefinitely())?;
        staging.take()
    }

    /// Marks the image as changed.
    fn touch(&mut self) {
        self.shown = None;
    }

    fn renew_targets(&mut self) {
        self.targets = Targets::new(&self.device, self.size, self.quality.msaa);
        self.generation += 1;
        self.touch();
    }

    /// Draws the layers from back to front.
    fn draw_layers(&self, pass: &mut wgpu::RenderPass<'_>, mode: Mode, limit: usize) {
        if self.dense {
            self.density.draw(pass);
        }
        if mode == Mode::Flat {
            self.field.draw(pass);
        }
        self.lines.draw(pass, &self.grid, Mode::Flat);
        self.points.draw_pool(pass, limit);
        self.points.draw_marked(pass, mode);
        if mode == Mode::Orbit {
            self.field.draw(pass); // covers objects behind it, and is covered by those in front
        }
        self.lines.draw(pass, &self.drawn_lines, mode);
        self.markers.draw(pass, mode);
    }

    fn globals_for(&self, camera: &Camera) -> Globals {
        let depth_cue = match camera.mode() {
            Mode::Flat => 0.0,
            Mode::Orbit => 1.0,
        };
        let bounds = self.box_seen(camera);
        let middle = (bounds.centre() - camera.eye()).length();
        let fog_at = |radii: f32| middle + radii * bounds.radius();
        let sizing = self.sizing(camera);
        Globals {
            clip_from_world: camera.clip_from_world(),
            target_from_ndc: WHOLE_PICTURE,
            background: gpu::unit(self.look.background),
            ring: gpu::unit(self.look.ring),
            select: gpu::unit(self.look.select),
            radii: sizing.radii,
            viewport: camera.viewport().into(),
            fog_range: [fog_at(FOG_RANGE.0), fog_at(FOG_RANGE.1)],
            fog_strength: self.look.fog,
            depth_cue,
            reference_depth: camera.reference_depth(),
            pixel_scale: self.pixel_scale,
            pool_alpha: sizing.pool_alpha,
            faded_alpha: self.look.faded_alpha,
            ghost_alpha: self.look.ghost_alpha,
            padding: 0.0,
        }
    }

    fn sizing(&self, camera: &Camera) -> Sizing {
        let (pool, labelled) = self.points.counts();
        let zoom = camera.zoom_factor();
        let logical_px = camera.units_per_px() * zoom * self.pixel_scale;
        let picture = camera.viewport().element_product() / self.pixel_scale.powi(2);
        let area = self.points.spread() / (logical_px * logical_px);
        let area = area.clamp(LEAST_AREA * picture, picture);
        let crowd = Crowd { pool, labelled, area, zoom, solid: camera.mode() == Mode::Orbit };
        Sizing::new(&self.look, crowd, self.pixel_scale)
    }

    /// The box of the data without a few outliers; that of the camera if there is no data.
    fn box_seen(&self, camera: &Camera) -> Bounds {
        self.points.core().unwrap_or(camera.home())
    }

    fn fitted(&self, camera: &Camera) -> Camera {
        camera.with_viewport(vec2(self.size.0 as f32, self.size.1 as f32))
    }

    fn poll_device(&self, poll: wgpu::PollType) -> Result<(), ViewError> {
        match self.device.poll(poll) {
            Ok(_) => Ok(()),
            Err(error) => Err(ViewError::Readback(error.to_string())),
        }
    }
}

fn allowed_size(device: &wgpu::Device, width: u32, height: u32) -> (u32, u32) {
    let most = device.limits().max_texture_dimension_2d;
    (width.clamp(1, most), height.clamp(1, most))
}
