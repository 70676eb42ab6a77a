//! The latent view: a renderer of points, lines and fields into a texture of its own; it knows wgpu and glam, and nothing of ours.
//!
//! In go plain instances and a [`Camera`]; out comes a texture that a user interface can show. Nothing is
//! drawn unless something changed, and no call but those named `..._blocking` waits for the device.

pub mod axes;
pub mod bounds;
pub mod camera;
pub mod field;
mod gpu;
pub mod lines;
pub mod look;
pub mod markers;
mod order;
pub mod picking;
pub mod points;
mod pose;
pub mod scene;
mod targets;

pub use axes::{Axis, Tick};
pub use bounds::Bounds;
pub use camera::{Camera, Mode, Projected, Ray};
pub use field::{Field, Filter};
pub use gpu::SHADERS;
pub use lines::{Line, polyline};
pub use look::{Look, Quality};
pub use markers::{Marker, Shape};
pub use picking::{Hit, PickResult, Target};
pub use points::PointStyle;
pub use scene::LatentView;

/// A colour as the screen shows it: red, green, blue and straight (not premultiplied) alpha.
pub type Rgba = [u8; 4];

/// Why the view could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    #[error("this graphics device cannot draw the latent view: {0}")]
    Unsupported(String),
    #[error("{what}: {bytes} bytes are more than the {limit} this graphics device can bind")]
    TooLarge { what: &'static str, bytes: u64, limit: u64 },
    #[error("{what}: {got} values for {points} points")]
    LengthMismatch { what: &'static str, points: usize, got: usize },
    #[error("a field image of {width} x {height} pixels with {bytes} bytes")]
    BadImage { width: u32, height: u32, bytes: usize },
    #[error("reading the picture back failed: {0}")]
    Readback(String),
}
