//! The display options of the latent view, and the item under the pointer.

use super::field::FieldOptions;
use super::scene::{Coloring, Layers};
use crate::ui::state::{Along, WalkPoint};

/// The display options; saved between starts.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ViewOptions {
    pub coloring: Coloring,
    pub layers: Layers,
    pub field: FieldOptions,
    /// Show the legend beside the view, unfolded.
    #[serde(default = "yes")]
    pub legend: bool,
    /// Write the names of the classes at their places.
    #[serde(default = "yes")]
    pub names: bool,
    /// Show images in place of points where the view is zoomed in.
    #[serde(default = "yes")]
    pub images: bool,
    /// Show the density of the images that are not labelled in place of their points.
    #[serde(default)]
    pub density: bool,
    /// The directions shown of more than three dimensions.
    #[serde(default)]
    pub along: Along,
    /// Show several rounds side by side.
    #[serde(default)]
    pub by_round: bool,
}

impl ViewOptions {
    /// The layers that are drawn; walks only beside a panel that is about them.
    pub fn layers_in(&self, walks_shown: bool) -> Layers {
        Layers { walks: self.layers.walks && walks_shown, ..self.layers }
    }

    /// What the colours on the screen show.
    pub fn seen_coloring(&self) -> Coloring {
        if self.by_round { Coloring::Class } else { self.coloring }
    }
}

fn yes() -> bool {
    true
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            coloring: Coloring::Class,
            layers: Layers { labelled: true, proposals: true, walks: true },
            field: FieldOptions::default(),
            legend: true,
            names: true,
            images: true,
            density: false,
            along: Along::default(),
            by_round: false,
        }
    }
}

/// The sample or walk point under the pointer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hovered {
    pub sample: Option<u32>,
    pub walk_point: Option<WalkPoint>,
}
