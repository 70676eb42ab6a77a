//! What the user chose to see of the latent space, and what lies under the pointer.

use super::field::FieldOptions;
use super::scene::{Coloring, Layers};
use crate::ui::state::WalkPoint;

/// What the user chose to see; saved between starts.
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

/// What lies under the pointer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hovered {
    pub sample: Option<u32>,
    pub walk_point: Option<WalkPoint>,
}
