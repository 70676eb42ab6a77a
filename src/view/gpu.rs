//! The parts that all layers share: globals, growing buffers, pipelines and targets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::{Pod, Zeroable};
use glam::Mat4;
use wgpu::util::DeviceExt;

use super::ViewError;

/// Gamma-encoded values in a format without conversion: colours are shown exactly as given.
pub(super) const COLOUR_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
pub(super) const DEPTH_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
pub(super) const PICK_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Uint;
/// Samples per pixel with multisampling; every device supports four.
const MSAA_SAMPLES: u32 = 4;

macro_rules! shader {
    ($name:literal) => {
        concat!(include_str!("../../shaders/common.wgsl"), include_str!(concat!("../../shaders/", $name, ".wgsl")))
    };
}

pub(super) const POINTS_SHADER: &str = shader!("points");
pub(super) const LINES_SHADER: &str = shader!("lines");
pub(super) const MARKERS_SHADER: &str = shader!("markers");
pub(super) const FIELD_SHADER: &str = shader!("field");

/// The name and complete source of every shader of the view.
pub const SHADERS: [(&str, &str); 4] =
    [("points", POINTS_SHADER), ("lines", LINES_SHADER), ("markers", MARKERS_SHADER), ("field", FIELD_SHADER)];

/// `Globals` of `common.wgsl`, which every shader has.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct Globals {
    pub clip_from_world: Mat4,
    pub target_from_ndc: [f32; 4],
    pub background: [f32; 4],
    pub ring: [f32; 4],
    pub select: [f32; 4],
    pub radii: [f32; 4],
    pub viewport: [f32; 2],
    pub fog_range: [f32; 2],
    pub fog_strength: f32,
    pub depth_cue: f32,
    pub reference_depth: f32,
    pub pixel_scale: f32,
    pub pool_alpha: f32,
    pub faded_alpha: f32,
    pub ghost_alpha: f32,
    pub padding: f32,
}

/// The uniform buffer of the globals, with its bind group.
pub(super) struct GlobalsBinding {
    buffer: wgpu::Buffer,
    pub group: wgpu::BindGroup,
}

impl GlobalsBinding {
    pub fn layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
        device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("latent view globals"),
            entries: &[uniform_entry(0)],
        })
    }

    pub fn new(device: &wgpu::Device, layout: &wgpu::BindGroupLayout) -> Self {
        let buffer = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("latent view globals"),
            contents: bytemuck::bytes_of(&Globals::zeroed()),
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        });
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("latent view globals"),
            layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.as_entire_binding() }],
        });
        Self { buffer, group }
    }

    pub fn write(&self, queue: &wgpu::Queue, globals: &Globals) {
        queue.write_buffer(&self.buffer, 0, bytemuck::bytes_of(globals));
    }
}

pub(super) fn uniform_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

pub(super) fn storage_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Storage { read_only: true },
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

/// A storage buffer that is reallocated only to grow.
pub(super) struct StorageBuffer {
    what: &'static str,
    buffer: wgpu::Buffer,
}

impl StorageBuffer {
    /// Large enough for one instance of any layer, so that an empty layer can be bound.
    const LEAST_BYTES: u64 = 256;

    pub fn new(device: &wgpu::Device, what: &'static str) -> Self {
        let buffer = Self::allocate(device, what, Self::LEAST_BYTES);
        Self { what, buffer }
    }

    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Whether `bytes` can be bound on this device.
    pub fn check(&self, device: &wgpu::Device, bytes: usize) -> Result<(), ViewError> {
        let limits = device.limits();
        let limit = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        if bytes as u64 > limit {
            return Err(ViewError::TooLarge { what: self.what, bytes: bytes as u64, limit });
        }
        Ok(())
    }

    /// Writes the contents; true if the buffer was reallocated, so that bind groups must be created again.
    pub fn write<T: Pod>(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, data: &[T]) -> Result<bool, ViewError> {
        let bytes: &[u8] = bytemuck::cast_slice(data);
        self.check(device, bytes.len())?;
        let grows = bytes.len() as u64 > self.buffer.size();
        if grows {
            self.buffer = Self::allocate(device, self.what, bytes.len() as u64);
        }
        if !bytes.is_empty() {
            queue.write_buffer(&self.buffer, 0, bytes);
        }
        Ok(grows)
    }

    fn allocate(device: &wgpu::Device, what: &'static str, size: u64) -> wgpu::Buffer {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(what),
            size,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }
}

/// The common properties of a layer's pipelines, shared by all views of a device: a software driver compiles megabytes for
/// each pipeline.
pub(super) struct Family {
    device: wgpu::Device,
    label: &'static str,
    module: wgpu::ShaderModule,
    layout: wgpu::PipelineLayout,
    vertex: &'static str,
    made: Mutex<HashMap<Properties, wgpu::RenderPipeline>>,
}

/// What one pipeline of a family differs in from the others, as a key; constants by their bits.
type Properties = (String, Vec<(String, u64)>, Output, bool, wgpu::CompareFunction);

/// The pipelines of all views of one device.
#[derive(Clone, Default)]
pub struct Pipelines(Arc<Mutex<Vec<Arc<Family>>>>);

/// The properties of one pipeline of a family.
pub(super) struct Variant<'a> {
    pub fragment: &'a str,
    pub constants: &'a [(&'a str, f64)],
    pub output: Output,
    pub depth_write: bool,
    pub depth_compare: wgpu::CompareFunction,
}

/// The target that a pipeline draws to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Output {
    Colour { msaa: bool },
    Pick,
}

impl Family {
    /// The family of this name among those of a device.
    pub fn of(
        pipelines: &Pipelines,
        device: &wgpu::Device,
        label: &'static str,
        source: &'static str,
        vertex: &'static str,
        groups: [&wgpu::BindGroupLayout; 2],
    ) -> Arc<Self> {
        let mut families = pipelines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there = families.iter().find(|family| family.label == label).cloned();
        there.unwrap_or_else(|| {
            let family = Arc::new(Self::new(device, label, source, vertex, groups));
            families.push(Arc::clone(&family));
            family
        })
    }

    fn new(
        device: &wgpu::Device,
        label: &'static str,
        source: &'static str,
        vertex: &'static str,
        groups: [&wgpu::BindGroupLayout; 2],
    ) -> Self {
        Self {
            device: device.clone(),
            label,
            module: device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(source.into()),
            }),
            layout: device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(label),
                bind_group_layouts: &groups.map(Some),
                immediate_size: 0,
            }),
            vertex,
            made: Mutex::default(),
        }
    }

    pub fn pipeline(&self, variant: &Variant<'_>) -> wgpu::RenderPipeline {
        let constants = variant.constants.iter().map(|(name, value)| ((*name).to_owned(), value.to_bits())).collect();
        let Variant { fragment, output, depth_write, depth_compare, .. } = *variant;
        let properties = (fragment.to_owned(), constants, output, depth_write, depth_compare);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(properties).or_insert_with(|| self.compiled(variant)).clone()
    }

    fn compiled(&self, variant: &Variant<'_>) -> wgpu::RenderPipeline {
        let (format, blend, samples) = match variant.output {
            Output::Colour { msaa } => {
                (COLOUR_FORMAT, Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING), sample_count(msaa))
            }
            Output::Pick => (PICK_FORMAT, None, 1),
        };
        let options = wgpu::PipelineCompilationOptions { constants: variant.constants, ..Default::default() };
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(self.label),
            layout: Some(&self.layout),
            vertex: wgpu::VertexState {
                module: &self.module,
                entry_point: Some(self.vertex),
                compilation_options: options.clone(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: Some(wgpu::DepthStencilState {
                format: DEPTH_FORMAT,
                depth_write_enabled: Some(variant.depth_write),
                depth_compare: Some(variant.depth_compare),
                stencil: wgpu::StencilState::default(),
                bias: wgpu::DepthBiasState::default(),
            }),
            multisample: wgpu::MultisampleState { count: samples, ..Default::default() },
            fragment: Some(wgpu::FragmentState {
                module: &self.module,
                entry_point: Some(variant.fragment),
                compilation_options: options,
                targets: &[Some(wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL })],
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

/// A screen colour as numbers from 0 to 1.
pub(super) fn unit(colour: super::Rgba) -> [f32; 4] {
    colour.map(|channel| f32::from(channel) / 255.0)
}

pub(super) fn sample_count(msaa: bool) -> u32 {
    if msaa { MSAA_SAMPLES } else { 1 }
}
