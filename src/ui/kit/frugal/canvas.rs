//! The image of the window, kept from frame to frame: triangles are drawn into parts of it, and it is shown as a whole.

use egui::epaint::{ClippedPrimitive, Primitive, Vertex};
use egui::{PaintCallbackInfo, Rect};
use egui_wgpu::{CallbackResources, CallbackTrait, Renderer};
use wgpu::util::DeviceExt as _;

/// The name and the source of the shader.
pub const SHADER: (&str, &str) = ("frugal", include_str!("../../../../shaders/frugal.wgsl"));

/// What the images are drawn with.
pub struct Brushes {
    paint: wgpu::RenderPipeline,
    copy: wgpu::RenderPipeline,
    copied: wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
}

/// The image of the window.
pub struct Canvas {
    pub picture: wgpu::Texture,
    view: wgpu::TextureView,
    shown: Shown,
}

/// The finished image, on its way to the screen.
#[derive(Clone)]
pub struct Shown {
    copy: wgpu::RenderPipeline,
    group: wgpu::BindGroup,
}

impl Brushes {
    /// For a screen whose pixels have `format`.
    pub fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(SHADER.0),
            source: wgpu::ShaderSource::Wgsl(SHADER.1.into()),
        });
        let texture = wgpu::BindingType::Texture {
            multisampled: false,
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
        };
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        let flags = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: wgpu::BufferSize::new(16),
        };
        let layout = |types: &[wgpu::BindingType]| {
            let entry = |(binding, ty): (u32, &wgpu::BindingType)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::FRAGMENT,
                ty: *ty,
                count: None,
            };
            let entries: Vec<_> = (0..).zip(types).map(entry).collect();
            device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(SHADER.0), entries: &entries })
        };
        // That of egui's own renderer, whose groups are drawn with.
        let painted = layout(&[texture, sampler, flags]);
        let copied = layout(&[texture]);
        let corners = wgpu::VertexBufferLayout {
            array_stride: size_of::<Vertex>() as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4],
        };
        let pipeline = |vertex, fragment, layout: &wgpu::BindGroupLayout, buffers: &[_], blend| {
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(SHADER.0),
                bind_group_layouts: &[Some(layout)],
                immediate_size: 0,
            });
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(SHADER.0),
                layout: Some(&layout),
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some(vertex),
                    compilation_options: Default::default(),
                    buffers,
                },
                primitive: wgpu::PrimitiveState::default(),
                depth_stencil: None,
                multisample: wgpu::MultisampleState::default(),
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(fragment),
                    compilation_options: Default::default(),
                    targets: &[Some(wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL })],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        let blend = Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING);
        Self {
            paint: pipeline("corner", "paint", &painted, &[Some(corners)], blend),
            copy: pipeline("everywhere", "copy", &copied, &[], None),
            copied,
            format,
        }
    }

    /// A canvas of `size` pixels, on which nothing was drawn yet.
    pub fn canvas(&self, device: &wgpu::Device, size: [u32; 2]) -> Canvas {
        let [width, height] = size.map(|s| s.clamp(1, device.limits().max_texture_dimension_2d));
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("the window"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: self.format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                | wgpu::TextureUsages::TEXTURE_BINDING
                | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let view = texture.create_view(&Default::default());
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("the window"),
            layout: &self.copied,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) }],
        });
        Canvas { picture: texture, view, shown: Shown { copy: self.copy.clone(), group } }
    }

    /// Draws `primitives` in each of the `areas` (points), where they are on top of each other as in the list.
    pub fn draw(
        &self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        renderer: &Renderer,
        canvas: &Canvas,
        primitives: &[ClippedPrimitive],
        areas: &[Rect],
        scale: f32,
    ) {
        let [width, height] = canvas.size().map(|s| s as f32);
        let mut corners: Vec<Vertex> = Vec::new();
        let mut indices: Vec<u32> = Vec::new();
        let mut parts = Vec::new();
        for ClippedPrimitive { clip_rect, primitive } in primitives {
            let Primitive::Mesh(mesh) = primitive else { continue };
            let Some(texture) = renderer.texture(&mesh.texture_id) else { continue };
            let (base, first) = (corners.len() as i32, indices.len() as u32);
            corners.extend(mesh.vertices.iter().map(|corner| {
                let (x, y) = (corner.pos.x * scale / width, corner.pos.y * scale / height);
                Vertex { pos: egui::pos2(2.0 * x - 1.0, 1.0 - 2.0 * y), ..*corner }
            }));
            indices.extend(&mesh.indices);
            parts.push((clip_rect, &texture.bind_group, first..indices.len() as u32, base));
        }
        if parts.is_empty() {
            return;
        }
        let buffer = |contents: &[u8], usage| {
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(SHADER.0), contents, usage })
        };
        let corners = buffer(bytemuck::cast_slice(&corners), wgpu::BufferUsages::VERTEX);
        let indices = buffer(bytemuck::cast_slice(&indices), wgpu::BufferUsages::INDEX);
        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("the window"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &canvas.view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        pass.set_pipeline(&self.paint);
        pass.set_vertex_buffer(0, corners.slice(..));
        pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
        for area in areas {
            let area = pixels(*area, scale, canvas.size(), f32::floor, f32::ceil);
            for (clip, group, range, base) in &parts {
                // Rounded as egui's own renderer does.
                let clip = pixels(**clip, scale, canvas.size(), f32::round, f32::round);
                let [left, top] = [0, 1].map(|n| clip[n].max(area[n]));
                let [right, bottom] = [2, 3].map(|n| clip[n].min(area[n]));
                if left < right && top < bottom {
                    pass.set_scissor_rect(left, top, right - left, bottom - top);
                    pass.set_bind_group(0, *group, &[]);
                    pass.draw_indexed(range.clone(), *base, 0..1);
                }
            }
        }
        drop(pass);
        queue.submit([encoder.finish()]);
    }
}

impl Canvas {
    /// Width and height, pixels.
    pub fn size(&self) -> [u32; 2] {
        [self.picture.width(), self.picture.height()]
    }

    /// What shows the image on the screen.
    pub fn shown(&self) -> Shown {
        self.shown.clone()
    }
}

impl CallbackTrait for Shown {
    fn paint(&self, info: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, _: &CallbackResources) {
        let [width, height] = info.screen_size_px.map(|s| s as f32);
        pass.set_viewport(0.0, 0.0, width, height, 0.0, 1.0);
        pass.set_pipeline(&self.copy);
        pass.set_bind_group(0, &self.group, &[]);
        pass.draw(0..3, 0..1);
    }
}

/// Left, top, right and bottom of an area in pixels of an image of `size`.
fn pixels(area: Rect, scale: f32, size: [u32; 2], low: fn(f32) -> f32, high: fn(f32) -> f32) -> [u32; 4] {
    let [width, height] = size.map(|s| s as f32);
    [
        low(area.min.x * scale).clamp(0.0, width),
        low(area.min.y * scale).clamp(0.0, height),
        high(area.max.x * scale).clamp(0.0, width),
        high(area.max.y * scale).clamp(0.0, height),
    ]
    .map(|v| v as u32)
}
