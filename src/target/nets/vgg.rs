//! VGG-16, the target model for CIFAR-10 (Table S8, with the corrections explained in `docs/networks.md`).

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor};

use super::layers::Layer;
use super::net::{IMAGES_PER_UNIT, Info, Net};
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;
use crate::kernels::{Activation, convolved, linear, max_pooled, normalised};

/// For each stage: its channels in units of the first stage's, and its convolutions; each stage ends in max pooling.
const STAGES: [(usize, usize); 5] = [(1, 2), (2, 2), (4, 3), (8, 3), (8, 3)];

/// The work grows with the square of the width: 32 images at 8 channels take about 50 ms on one core.
const WORK_PER_UNIT: usize = 2_048;
const LEAST_PER_UNIT: usize = 4;

/// Thirteen convolutions with batch normalisation in five stages, and one fully connected layer.
#[derive(Module, Debug)]
pub struct Vgg16 {
    convolutions: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    output: Linear,
}

impl Vgg16 {
    /// A VGG-16 for images of this shape; the table has 64 channels in the first stage.
    pub fn new(shape: ImageShape, width: usize, classes: usize, device: &Device) -> Self {
        let outputs: Vec<usize> = STAGES.iter().flat_map(|&(units, layers)| vec![units * width; layers]).collect();
        let inputs = std::iter::once(shape.channels).chain(outputs.iter().copied());
        let conv = |(i, o): (usize, &usize)| {
            Conv2dConfig::new([i, *o], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(device)
        };
        let side = |s: usize| s >> STAGES.len();
        let flat = STAGES[STAGES.len() - 1].0 * width * side(shape.height) * side(shape.width);
        Self {
            convolutions: inputs.zip(&outputs).map(conv).collect(),
            norms: outputs.iter().map(|&o| BatchNormConfig::new(o).init(device)).collect(),
            output: LinearConfig::new(flat, classes).init(device),
        }
    }

    /// Channels of the first stage.
    pub fn width(&self) -> usize {
        self.convolutions.first().map_or(0, |c| c.weight.dims()[0])
    }

    /// The penultimate features, `[n, 8 * width]`, of images `[n, channels, 32, 32]` in [0, 1].
    pub fn features(&self, images: Tensor<4>) -> Tensor<2> {
        let mut h = images;
        let mut layers = self.convolutions.iter().zip(&self.norms);
        for (_, count) in STAGES {
            for (conv, norm) in layers.by_ref().take(count) {
                h = normalised(norm, convolved(conv, h, Activation::NONE), Activation::RELU);
            }
            h = max_pooled(h, Activation::NONE); // [n, .., 16, 16], 8 x 8, 4 x 4, 2 x 2, 1 x 1
        }
        h.flatten(1, 3)
    }

    /// Logits from penultimate features, `[n, classes]`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        linear(&self.output, features, Activation::NONE)
    }
}

impl Net for Vgg16 {
    const INFO: Info =
        Info { table: "Table S8", side_multiple: 1 << STAGES.len(), size: NetSize { weights: 1.47e7, values: 8.3e5 } };

    fn of(experiment: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self {
        Self::new(shape, experiment.target_width, classes, device)
    }

    fn layers() -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut at = 0;
        for (_, count) in STAGES {
            for _ in 0..count {
                let (convolution, norm) = (format!("convolutions.{at}"), format!("norms.{at}"));
                layers.extend([Layer::convolution(convolution, 1), Layer::normalisation(norm), Layer::Rectifier]);
                at += 1;
            }
            layers.push(Layer::MaxPooling);
        }
        layers.extend([Layer::Flattening, Layer::linear("output")]);
        layers
    }

    fn images_per_unit(&self) -> usize {
        (WORK_PER_UNIT / self.width().pow(2)).clamp(LEAST_PER_UNIT, IMAGES_PER_UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIFAR: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };

    #[test]
    fn parameters_are_those_of_vgg_16_at_every_width() {
        // torchvision's vgg16_bn has 14,723,136 parameters in its convolutions and normalisations; then 512 -> 10.
        // burn also counts the running mean and variance of the 4,224 normalised channels.
        let net = Vgg16::new(CIFAR, 64, 10, &Device::flex());
        assert_eq!(net.num_params(), 14_723_136 + 5_130 + 2 * 4_224);
        for width in [1, 8, 16] {
            let channels: Vec<usize> = [1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8].map(|u| u * width).to_vec();
            let mut expected = 8 * width * 10 + 10;
            let mut input = 3;
            for o in channels {
                expected += 9 * input * o + o + 4 * o;
                input = o;
            }
            assert_eq!(Vgg16::new(CIFAR, width, 10, &Device::flex()).num_params(), expected, "{width}");
        }
    }

    #[test]
    fn layers_have_the_shapes_of_table_s8_as_corrected() {
        let device = Device::flex();
        let net = Vgg16::new(CIFAR, 64, 10, &device);
        let sizes: Vec<[usize; 2]> =
            net.convolutions.iter().map(|c| [c.weight.dims()[1], c.weight.dims()[0]]).collect();
        let table = [
            [3, 64],
            [64, 64],
            [64, 128],
            [128, 128],
            [128, 256],
            [256, 256],
            [256, 256],
            [256, 512],
            [512, 512],
            [512, 512],
            [512, 512],
            [512, 512],
            [512, 512],
        ];
        assert_eq!(sizes, table);
        let features = net.features(Tensor::zeros([2, 3, 32, 32], &device));
        assert_eq!(features.dims(), [2, 512]);
        assert_eq!(net.head(features).dims(), [2, 10]);
    }
}
