//! The latent view: renders points, lines and fields into a texture of its own, with wgpu and glam only.
//!
//! The input is plain instances and a [`Camera`], the output a texture for a user interface. It knows no other module
//! of this program. Nothing is drawn unless something changed, and only calls named `..._blocking` wait for the device.

mod error;
pub mod look;
pub mod bounds;
mod pose;
pub mod camera;
mod gpu;
pub mod lines;
pub mod axes;
pub mod field;
mod density;
pub mod markers;
mod point_style;
mod order;
pub mod points;
mod targets;
pub mod picking;
pub mod scene;

pub use axes::{Axis, Tick};
pub use bounds::Bounds;
pub use camera::{Camera, Projected, Ray};
pub use density::DensityScale;
pub use error::ViewError;
pub use field::{Field, Filter};
pub use gpu::{Pipelines, SHADERS};
pub use lines::{Line, polyline};
pub use look::{Look, Quality, Rgba};
pub use markers::{Marker, Shape};
pub use picking::{Hit, PickResult, Target};
pub use point_style::PointStyle;
pub use pose::Mode;
pub use scene::LatentView;
