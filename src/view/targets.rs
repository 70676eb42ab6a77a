//! The textures that are drawn into, and their transfer to the host.

use super::ViewError;
use super::gpu::{COLOUR_FORMAT, DEPTH_FORMAT, sample_count};

const BYTES_PER_PIXEL: u32 = 4;

/// The image, its depth, and with multisampling its samples.
pub(super) struct Targets {
    pub picture: wgpu::Texture,
    pub picture_view: wgpu::TextureView,
    samples: Option<wgpu::TextureView>,
    depth: wgpu::TextureView,
}

impl Targets {
    pub fn new(device: &wgpu::Device, size: (u32, u32), msaa: bool) -> Self {
        let picture = texture(
            device,
            "latent view",
            size,
            COLOUR_FORMAT,
            1,
            wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_SRC,
        );
        let samples = sample_count(msaa);
        let view = |texture: wgpu::Texture| texture.create_view(&Default::default());
        let none = wgpu::TextureUsages::empty();
        let many = msaa.then(|| view(texture(device, "latent view samples", size, COLOUR_FORMAT, samples, none)));
        let depth = texture(device, "latent view depth", size, DEPTH_FORMAT, samples, none);
        Self { picture_view: picture.create_view(&Default::default()), picture, samples: many, depth: view(depth) }
    }

    /// Begins the pass that draws the image on `background` (a screen colour, 0 to 1).
    pub fn begin<'e>(&self, encoder: &'e mut wgpu::CommandEncoder, background: [f32; 4]) -> wgpu::RenderPass<'e> {
        let [r, g, b, a] = background.map(f64::from);
        let (view, resolve_target, store) = match &self.samples {
            Some(samples) => (samples, Some(&self.picture_view), wgpu::StoreOp::Discard),
            None => (&self.picture_view, None, wgpu::StoreOp::Store),
        };
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("latent view"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a }), store },
            })],
            depth_stencil_attachment: Some(cleared_depth(&self.depth)),
            ..Default::default()
        })
    }
}

pub(super) fn cleared_depth(view: &wgpu::TextureView) -> wgpu::RenderPassDepthStencilAttachment<'_> {
    wgpu::RenderPassDepthStencilAttachment {
        view,
        depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(1.0), store: wgpu::StoreOp::Discard }),
        stencil_ops: None,
    }
}

/// A texture that is drawn into.
pub(super) fn texture(
    device: &wgpu::Device,
    label: &str,
    (width, height): (u32, u32),
    format: wgpu::TextureFormat,
    sample_count: u32,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: usage | wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    })
}

/// A buffer into which a texture of four bytes a pixel is copied, row by row with padding.
pub(super) struct Staging {
    pub buffer: wgpu::Buffer,
    size: (u32, u32),
}

impl Staging {
    pub fn new(device: &wgpu::Device, size: (u32, u32)) -> Self {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("latent view readback"),
            size: u64::from(Self::row_bytes(size.0)) * u64::from(size.1),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        Self { buffer, size }
    }

    pub fn copy(&self, encoder: &mut wgpu::CommandEncoder, texture: &wgpu::Texture) {
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &self.buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(Self::row_bytes(self.size.0)),
                    rows_per_image: None,
                },
            },
            texture.size(),
        );
    }

    /// The pixels without padding; the buffer must have been mapped, and is unmapped.
    pub fn take(&self) -> Result<Vec<u8>, ViewError> {
        let row = Self::row_bytes(self.size.0) as usize;
        let used = (self.size.0 * BYTES_PER_PIXEL) as usize;
        let mapped = self.buffer.get_mapped_range(..).map_err(|error| ViewError::Readback(error.to_string()))?;
        let mut pixels = Vec::with_capacity(used * self.size.1 as usize);
        for padded in mapped.chunks_exact(row) {
            pixels.extend_from_slice(&padded[..used]);
        }
        drop(mapped);
        self.buffer.unmap();
        Ok(pixels)
    }

    fn row_bytes(width: u32) -> u32 {
        (width * BYTES_PER_PIXEL).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
    }
}
