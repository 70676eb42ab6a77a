//! How things look: inks, marks and strokes, the look of each strategy and variant, and the colours behind the inks.

pub mod style;
pub mod looks;
pub mod classes;
pub mod theme;
