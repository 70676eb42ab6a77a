//! The interface of the networks in the list.

use burn::tensor::Device;

use super::layers::Layer;
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;

/// Images that LeNet evaluates in about 50 ms on one core; a GPU takes this many for any network.
pub const IMAGES_PER_UNIT: usize = 128;

/// What a network that the paper does not have says instead of its table.
pub const NO_TABLE: &str = "not in the paper";

/// Properties of a kind of network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Info {
    /// The table of the paper that describes it, or that it has none.
    pub table: &'static str,
    /// The sides of its images must be multiples of this.
    pub side_multiple: usize,
    /// About its size, with the channels and the image of the table.
    pub size: NetSize,
}

/// A network. It must also have the methods `features`, from images `[n, channels, height, width]` in [0, 1] to
/// `[n, width]`, and `head`, from features to logits `[n, classes]` or scaled maps `[n, pixels]`.
pub trait Net {
    /// Its table in the paper, what images it takes, and its size.
    const INFO: Info;

    /// The network that an experiment describes, for images of this shape.
    fn of(experiment: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self;

    /// Its layers in order, from images to logits or maps, for programs that build it anew.
    fn layers() -> Vec<Layer>;

    /// Images evaluated in about 50 ms on one core.
    fn images_per_unit(&self) -> usize {
        IMAGES_PER_UNIT
    }
}
