//! A field: an image laid over a parallelogram in the world, such as decision regions over a latent plane.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use wgpu::util::DeviceExt;

use super::ViewError;
use super::gpu::{self, Family, Output, Pipelines, Variant};

const CHANNELS: usize = 4;
const VERTICES: u32 = 6;

/// Interpolation of the image between its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// None, for classes.
    Nearest,
    /// Linear, for values.
    Linear,
}

/// An image and its position in the world. The first pixel is at `origin`, rows run along `edge_u` and follow each
/// other along `edge_v`; the edges span the whole image.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Columns of pixels.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// Red, green, blue and straight alpha of each pixel, row by row.
    pub rgba: &'a [u8],
    /// The outer corner of the first pixel.
    pub origin: [f32; 3],
    /// From that corner along the first row, over the whole image.
    pub edge_u: [f32; 3],
    /// From that corner from row to row, over the whole image.
    pub edge_v: [f32; 3],
    /// Opacity of the image, 0 to 1.
    pub alpha: f32,
    pub filter: Filter,
}

/// `Plane` of the shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Plane {
    origin: [f32; 4],
    edge_u: [f32; 4],
    edge_v: [f32; 4],
    alpha: f32,
    padding: [f32; 3],
}

/// The layer of the field.
pub(super) struct FieldLayer {
    layout: wgpu::BindGroupLayout,
    family: Arc<Family>,
    pipeline: wgpu::RenderPipeline,
    /// The displayed field.
    shown: Option<wgpu::BindGroup>,
}

impl FieldLayer {
    pub fn new(pipelines: &Pipelines, device: &wgpu::Device, globals: &wgpu::BindGroupLayout, msaa: bool) -> Self {
        let fragment_entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty,
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("field"),
            entries: &[
                gpu::uniform_entry(0),
                fragment_entry(
                    1,
                    wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                ),
                fragment_entry(2, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
            ],
        });
        let family = Family::of(pipelines, device, "field", gpu::FIELD_SHADER, "vs_field", [globals, &layout]);
        Self { layout, pipeline: pipeline(&family, msaa), family, shown: None }
    }

    pub fn set_msaa(&mut self, msaa: bool) {
        self.pipeline = pipeline(&self.family, msaa);
    }

    pub fn set(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        field: Option<Field<'_>>,
    ) -> Result<(), ViewError> {
        self.shown = match field {
            Some(field) => Some(self.upload(device, queue, &field)?),
            None => None,
        };
        Ok(())
    }

    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>) {
        if let Some(shown) = &self.shown {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(1, shown, &[]);
            pass.draw(0..VERTICES, 0..1);
        }
    }

    fn upload(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        field: &Field<'_>,
    ) -> Result<wgpu::BindGroup, ViewError> {
        let side = device.limits().max_texture_dimension_2d;
        let (width, height) = (field.width, field.height);
        let wanted = width as usize * height as usize * CHANNELS;
        let fits = (1..=side).contains(&width) && (1..=side).contains(&height);
        if !fits || field.rgba.len() != wanted {
            return Err(ViewError::BadImage { width, height, bytes: field.rgba.len() });
        }
        let texture = device.create_texture_with_data(
            queue,
            &wgpu::TextureDescriptor {
                label: Some("field"),
                size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: gpu::COLOUR_FORMAT,
                usage: wgpu::TextureUsages::TEXTURE_BINDING,
                view_formats: &[],
            },
            wgpu::util::TextureDataOrder::LayerMajor,
            &premultiplied(field.rgba),
        );
        let filter = match field.filter {
            Filter::Nearest => wgpu::FilterMode::Nearest,
            Filter::Linear => wgpu::FilterMode::Linear,
        };
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("field"),
            mag_filter: filter,
            min_filter: filter,
            ..Default::default()
        });
        let pad = |[x, y, z]: [f32; 3]| [x, y, z, 0.0];
        let plane = Plane {
            origin: pad(field.origin),
            edge_u: pad(field.edge_u),
            edge_v: pad(field.edge_v),
            alpha: field.alpha.clamp(0.0, 1.0),
            padding: [0.0; 3],
        };
        let buffer = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("field"),
            contents: bytemuck::bytes_of(&plane),
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let view = texture.create_view(&Default::default());
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        Ok(device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("field"),
            layout: &self.layout,
            entries: &[
                entry(0, buffer.as_entire_binding()),
                entry(1, wgpu::BindingResource::TextureView(&view)),
                entry(2, wgpu::BindingResource::Sampler(&sampler)),
            ],
        }))
    }
}

fn pipeline(family: &Family, msaa: bool) -> wgpu::RenderPipeline {
    family.pipeline(&Variant {
        fragment: "fs_field",
        constants: &[],
        output: Output::Colour { msaa },
        depth_write: false, // objects behind it stay visible
        depth_compare: wgpu::CompareFunction::LessEqual,
    })
}

/// Premultiplied, so that filtering takes no colour from transparent pixels.
fn premultiplied(rgba: &[u8]) -> Vec<u8> {
    let (pixels, _) = rgba.as_chunks::<CHANNELS>();
    pixels
        .iter()
        .flat_map(|&[r, g, b, a]| {
            let times = |channel: u8| ((u32::from(channel) * u32::from(a) + 127) / 255) as u8;
            [times(r), times(g), times(b), a]
        })
        .collect()
}
