//! How figures are drawn: colours, strokes, ticks, text and layout.

pub mod style;
pub mod theme;
pub mod ticks;
pub mod text;
pub mod layout;
pub mod raster;
