//! LeNet with twice the channels and features: the larger network that a LeNet is compared with; not in the paper.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::layers::Layer;
use super::lenet::LeNet;
use super::net::{IMAGES_PER_UNIT, Info, NO_TABLE, Net};
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;

/// How many times the channels of Table S7.
const TIMES: usize = 2;

/// A wide LeNet.
#[derive(Module, Debug)]
pub struct WideLeNet {
    net: LeNet,
}

impl WideLeNet {
    /// The penultimate features, `[n, 1000]`, of images `[n, channels, height, width]` in [0, 1].
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        self.net.features(images)
    }

    /// Logits from penultimate features, `[n, classes]`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        self.net.head(features)
    }
}

impl Net for WideLeNet {
    const INFO: Info = Info { table: NO_TABLE, side_multiple: 1, size: NetSize { weights: 1.71e6, values: 4e4 } };

    fn of(_: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self {
        Self { net: LeNet::wide(TIMES, shape, classes, device) }
    }

    fn layers() -> Vec<Layer> {
        LeNet::layers().into_iter().map(|layer| layer.in_network("net")).collect()
    }

    fn images_per_unit(&self) -> usize {
        IMAGES_PER_UNIT / (TIMES * TIMES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_twice_the_channels() {
        let shape = ImageShape { channels: 1, height: 28, width: 28 };
        let net = WideLeNet::of(&Experiment::default(), shape, 10, &Device::flex());
        let expected = (25 * 40 + 40) + (25 * 40 * 100 + 100) + (1_600 * 1_000 + 1_000) + (1_000 * 10 + 10);
        assert_eq!((net.num_params(), expected), (1_712_150, 1_712_150));
    }
}
