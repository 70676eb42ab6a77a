//! LeNet, the target model for MNIST (Table S7).

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::layers::Layer;
use super::net::{Info, Net};
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;
use crate::kernels::{Activation, convolved, linear, max_pooled};

/// Channels of the two convolutions and width of the hidden layer, as in the table.
const CHANNELS: [usize; 2] = [20, 50];
const HIDDEN: usize = 500;
/// Side of the kernels, as in the table.
const KERNEL: usize = 5;

/// Two convolutions with max pooling, two fully connected layers.
#[derive(Module, Debug)]
pub struct LeNet {
    conv1: Conv2d,
    conv2: Conv2d,
    hidden: Linear,
    output: Linear,
}

impl LeNet {
    /// A LeNet for images of this shape; on 28 x 28 grey images the hidden layer has 800 inputs, as in the table.
    pub fn new(shape: ImageShape, classes: usize, device: &Device) -> Self {
        Self::wide(1, shape, classes, device)
    }

    /// A LeNet with so many times the channels and features.
    pub fn wide(times: usize, shape: ImageShape, classes: usize, device: &Device) -> Self {
        let side = |s: usize| (((s + 1 - KERNEL) / 2) + 1 - KERNEL) / 2;
        let ([first, second], width) = (CHANNELS.map(|c| times * c), times * HIDDEN);
        let flat = second * side(shape.height) * side(shape.width);
        let conv = |i, o| Conv2dConfig::new([i, o], [KERNEL, KERNEL]).init(device);
        Self {
            conv1: conv(shape.channels, first),
            conv2: conv(first, second),
            hidden: LinearConfig::new(flat, width).init(device),
            output: LinearConfig::new(width, classes).init(device),
        }
    }

    /// The penultimate features, `[n, 500]`, of images `[n, channels, height, width]` in [0, 1].
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        // The rectifier of the larger of two values is the larger of the two rectified, and costs a quarter.
        let stage = |layer, h| max_pooled(convolved(layer, h, Activation::NONE), Activation::RELU);
        let h = stage(&self.conv1, images); // [n, 20, 12, 12]
        let h = stage(&self.conv2, h); // [n, 50, 4, 4]
        linear(&self.hidden, h.flatten(1, 3), Activation::RELU) // [n, 500]
    }

    /// Logits from penultimate features, `[n, classes]`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        linear(&self.output, features, Activation::NONE)
    }
}

impl Net for LeNet {
    const INFO: Info = Info { table: "Table S7", side_multiple: 1, size: NetSize { weights: 4.3e5, values: 2e4 } };

    fn of(_: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self {
        Self::new(shape, classes, device)
    }

    fn layers() -> Vec<Layer> {
        use Layer::{Flattening, MaxPooling, Rectifier};
        let stage = |of: &str| [Layer::convolution(of, 0), MaxPooling, Rectifier];
        let ends = [Flattening, Layer::linear("hidden"), Rectifier, Layer::linear("output")];
        ["conv1", "conv2"].into_iter().flat_map(stage).chain(ends).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MNIST: ImageShape = ImageShape { channels: 1, height: 28, width: 28 };

    #[test]
    fn parameters_are_those_of_table_s7() {
        let net = LeNet::new(MNIST, 10, &Device::flex());
        // 5x5 convolutions 1 -> 20 -> 50, then 800 -> 500 -> 10, each with biases.
        let expected = (25 * 20 + 20) + (25 * 20 * 50 + 50) + (800 * 500 + 500) + (500 * 10 + 10);
        assert_eq!((net.num_params(), expected), (431_080, 431_080));
    }

    #[test]
    fn layers_have_the_shapes_of_table_s7() {
        let device = Device::flex();
        let net = LeNet::new(MNIST, 10, &device);
        let features = net.features(Tensor::zeros([3, 1, 28, 28], &device));
        assert_eq!(features.dims(), [3, 500]);
        assert_eq!(net.head(features).dims(), [3, 10]);
    }
}
