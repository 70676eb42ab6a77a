//! What every network of the list is.

use burn::tensor::Device;

use crate::dataset::ImageShape;
use crate::experiment::Experiment;

/// Images of LeNet evaluated in about 50 ms on one core; a GPU takes as many of any network.
pub const IMAGES_PER_UNIT: usize = 128;

/// What is known of a network before there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Where the paper describes it.
    pub table: &'static str,
    /// The sides of its images are multiples of this.
    pub side_multiple: usize,
}

/// A network. Besides it has `features`, from images `[n, channels, height, width]` in [0, 1] to `[n, width]`, and `head`,
/// from features to logits `[n, classes]` or scaled maps `[n, pixels]`.
pub trait Net {
    const INFO: Info;

    /// The network of an experiment for images of this shape.
    fn of(experiment: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self;

    /// Images evaluated in about 50 ms on one core.
    fn images_per_unit(&self) -> usize {
        IMAGES_PER_UNIT
    }
}
