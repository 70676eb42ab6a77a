//! The display options of the latent view, and the item under the pointer.

use super::field::FieldOptions;
use super::scene::{Coloring, Layers};
use crate::ui::state::WalkPoint;

/// The display options; saved between starts.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ViewOptions {
    pub coloring: Coloring,
    pub layers: Layers,
    pub field: FieldOptions,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            coloring: Coloring::Class,
            layers: Layers { labelled: true, proposals: true, walks: true },
            field: FieldOptions::default(),
        }
    }
}

/// The sample or walk point under the pointer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hovered {
    pub sample: Option<u32>,
    pub walk_point: Option<WalkPoint>,
}
