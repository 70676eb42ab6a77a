//! A small residual network for colour images, after He et al. 2016, section 4.2; `docs/networks.md` has its layers.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::layers::Layer;
use super::net::{IMAGES_PER_UNIT, Info, NO_TABLE, Net};
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;
use crate::kernels::{Activation, convolved, linear, normalised, row_means};

/// Stages; each has twice the channels of the one before, and half its sides.
const STAGES: usize = 3;
/// Residual blocks of a stage.
const BLOCKS: usize = 1;

/// The work grows with the square of the width: 16 images at 16 channels take about 50 ms on one core.
const WORK_PER_UNIT: usize = 16 * 16 * 16;
const LEAST_PER_UNIT: usize = 4;

/// The stride of a block: the first of each later stage halves the sides.
fn stride(block: usize) -> usize {
    if block > 0 && block.is_multiple_of(BLOCKS) { 2 } else { 1 }
}

/// A convolution, then a normalisation with or without rectifier.
#[derive(Module, Debug)]
struct Normed {
    convolution: Conv2d,
    norm: BatchNorm,
}

impl Normed {
    /// A convolution with this side of its kernel and this stride; with stride 1 it preserves the size of its input.
    fn new([inputs, outputs]: [usize; 2], kernel: usize, stride: usize, device: &Device) -> Self {
        let p = kernel / 2;
        let config = Conv2dConfig::new([inputs, outputs], [kernel; 2]).with_stride([stride; 2]);
        Self {
            convolution: config.with_padding(PaddingConfig2d::Explicit(p, p, p, p)).init(device),
            norm: BatchNormConfig::new(outputs).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>, activation: Activation) -> Tensor<4> {
        normalised(&self.norm, convolved(&self.convolution, x, Activation::NONE), activation)
    }
}

/// relu(two convolutions of x + x); where the sides are halved, a 1 x 1 convolution brings x to them.
#[derive(Module, Debug)]
struct Block {
    first: Normed,
    second: Normed,
    skip: Option<Normed>,
}

impl Block {
    fn new(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        let [_, outputs] = channels;
        Self {
            first: Normed::new(channels, 3, stride, device),
            second: Normed::new([outputs; 2], 3, 1, device),
            skip: (stride > 1).then(|| Normed::new(channels, 1, stride, device)),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let h = self.first.forward(x.clone(), Activation::RELU);
        let h = self.second.forward(h, Activation::NONE);
        relu(h + self.skip.as_ref().map_or(x.clone(), |skip| skip.forward(x, Activation::NONE)))
    }
}

/// A convolution, three stages of residual blocks, the mean of each channel, and one fully connected layer.
#[derive(Module, Debug)]
pub struct ResNet {
    stem: Normed,
    blocks: Vec<Block>,
    output: Linear,
}

impl ResNet {
    /// A residual network for images of this shape; 16 channels in the first stage are usual.
    pub fn new(shape: ImageShape, width: usize, classes: usize, device: &Device) -> Self {
        let of = |stage: usize| width << stage;
        let block = |i: usize| {
            let (stage, first) = (i / BLOCKS, i.is_multiple_of(BLOCKS));
            let inputs = if first { of(stage.saturating_sub(1)) } else { of(stage) };
            Block::new([inputs, of(stage)], stride(i), device)
        };
        Self {
            stem: Normed::new([shape.channels, width], 3, 1, device),
            blocks: (0..STAGES * BLOCKS).map(block).collect(),
            output: LinearConfig::new(of(STAGES - 1), classes).init(device),
        }
    }

    /// Channels of the first stage.
    fn width(&self) -> usize {
        self.stem.convolution.weight.dims()[0]
    }

    /// The penultimate features, `[n, 4 * width]`, of images `[n, channels, height, width]` in [0, 1].
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let h = self.stem.forward(images, Activation::RELU); // [n, width, 32, 32]
        let h = self.blocks.iter().fold(h, |h, block| block.forward(h)); // .. [n, 4 * width, 8, 8]
        let [n, channels, height, width] = h.dims();
        row_means(h.reshape([n * channels, height * width])).reshape([n, channels])
    }

    /// Logits from penultimate features, `[n, classes]`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        linear(&self.output, features, Activation::NONE)
    }
}

impl Net for ResNet {
    const INFO: Info = Info { table: NO_TABLE, side_multiple: 1, size: NetSize { weights: 1.25e6, values: 8e5 } };

    fn of(experiment: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self {
        Self::new(shape, experiment.target_width, classes, device)
    }

    fn layers() -> Vec<Layer> {
        let normed = |of: String, padding: usize, stride: usize| {
            let convolution = Layer::Convolution { of: format!("{of}.convolution"), padding, stride };
            vec![convolution, Layer::normalisation(format!("{of}.norm"))]
        };
        let mut layers = normed("stem".into(), 1, 1);
        layers.push(Layer::Rectifier);
        for i in 0..STAGES * BLOCKS {
            let stride = stride(i);
            let mut body = normed(format!("blocks.{i}.first"), 1, stride);
            body.push(Layer::Rectifier);
            body.extend(normed(format!("blocks.{i}.second"), 1, 1));
            let skip = if stride > 1 { normed(format!("blocks.{i}.skip"), 0, stride) } else { Vec::new() };
            layers.extend([Layer::Sum { body, skip }, Layer::Rectifier]);
        }
        layers.extend([Layer::Means, Layer::linear("output")]);
        layers
    }

    fn images_per_unit(&self) -> usize {
        (WORK_PER_UNIT / self.width().pow(2)).clamp(LEAST_PER_UNIT, IMAGES_PER_UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_the_table() {
        for (channels, width, classes) in [(3, 16, 10), (1, 4, 47)] {
            // Each normalisation has four values a channel, as burn counts the running ones too.
            let normed = |i: usize, o: usize, kernel: usize| kernel * kernel * i * o + o + 4 * o;
            let [a, b, c] = [width, 2 * width, 4 * width];
            let expected = normed(channels, a, 3)
                + 2 * normed(a, a, 3)
                + (normed(a, b, 3) + normed(b, b, 3) + normed(a, b, 1))
                + (normed(b, c, 3) + normed(c, c, 3) + normed(b, c, 1))
                + (c * classes + classes);
            let shape = ImageShape { channels, height: 32, width: 32 };
            assert_eq!(ResNet::new(shape, width, classes, &Device::flex()).num_params(), expected);
        }
    }

    #[test]
    fn any_side_has_the_same_features() {
        let device = Device::flex();
        for side in [28, 32, 48, 64] {
            let net = ResNet::new(ImageShape { channels: 3, height: side, width: side }, 4, 10, &device);
            let features = net.features(Tensor::zeros([2, 3, side, side], &device));
            assert_eq!(features.dims(), [2, 16], "{side}");
            assert_eq!(net.head(features).dims(), [2, 10]);
        }
    }
}
