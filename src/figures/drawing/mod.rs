//! How figures are drawn: ticks, text, layout and pixels.

pub mod ticks;
pub mod text;
pub mod layout;
pub mod raster;
