//! The image-to-image network for IVUS: from a mask to its stress map (Table S6).
//!
//! As printed, the table maps 64 x 64 to 63 x 63; here the last transposed convolution has kernel 3, 62 -> 64.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::layers::Layer;
use super::net::{Info, Net};
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;
use crate::kernels::{Activation, convolved, convolved_transposed, doubled, max_pooled, normalised};

/// Channels after each convolution and, in reverse, before each transposed one, as in the table.
const CHANNELS: [usize; 5] = [8, 16, 32, 64, 64];
/// Side of the kernels, as in the table, and of the last one, as corrected.
const KERNEL: usize = 2;
const LAST_KERNEL: usize = 3;

/// Masks evaluated in about 50 ms on one core.
const MASKS_PER_UNIT: usize = 32;

/// Five convolutions down to 2 x 2 and five transposed ones back up, batch normalisation after each but the last.
#[derive(Module, Debug)]
pub struct StressNet {
    down: Vec<Conv2d>,
    down_norm: Vec<BatchNorm>,
    up: Vec<ConvTranspose2d>,
    up_norm: Vec<BatchNorm>,
    output: ConvTranspose2d,
}

impl StressNet {
    /// The network of the table, for grey images of 64 x 64.
    pub fn new(device: &Device) -> Self {
        let kernel = [KERNEL, KERNEL];
        let inputs = std::iter::once(1).chain(CHANNELS);
        let norm = |c: &usize| BatchNormConfig::new(*c).init(device);
        let mirrored: Vec<usize> = CHANNELS.iter().rev().copied().collect();
        let up = mirrored.iter().zip(&mirrored[1..]);
        Self {
            down: inputs.zip(CHANNELS).map(|(i, o)| Conv2dConfig::new([i, o], kernel).init(device)).collect(),
            down_norm: CHANNELS.iter().map(norm).collect(),
            up: up.map(|(i, o)| ConvTranspose2dConfig::new([*i, *o], kernel).init(device)).collect(),
            up_norm: mirrored[1..].iter().map(norm).collect(),
            output: ConvTranspose2dConfig::new([CHANNELS[0], 1], [LAST_KERNEL, LAST_KERNEL]).init(device),
        }
    }

    /// The values in the middle of the network, `[n, 256]`, of masks `[n, 1, 64, 64]` in [0, 1].
    pub fn features(&self, masks: Tensor<4>) -> Tensor<2> {
        let mut h = masks;
        for (layer, (convolution, norm)) in self.down.iter().zip(&self.down_norm).enumerate() {
            h = normalised(norm, convolved(convolution, h, Activation::NONE), Activation::RELU);
            if layer + 1 < self.down.len() {
                h = max_pooled(h, Activation::NONE); // [n, 8, 31, 31], [n, 16, 15, 15], [n, 32, 7, 7], [n, 64, 3, 3]
            }
        }
        h.flatten(1, 3) // [n, 64 * 2 * 2]
    }

    /// Maps in [0, 1], `[n, 4096]`, from `features`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        let [n, _] = features.dims();
        let mut h = features.reshape([n, CHANNELS[CHANNELS.len() - 1], 2, 2]);
        for (convolution, norm) in self.up.iter().zip(&self.up_norm) {
            let convolved = convolved_transposed(convolution, h, Activation::NONE);
            h = doubled(normalised(norm, convolved, Activation::RELU)); // sides 6, 14, 30, 62
        }
        sigmoid(convolved_transposed(&self.output, h, Activation::NONE)).flatten(1, 3) // [n, 1, 64, 64]
    }
}

impl Net for StressNet {
    const INFO: Info = Info { table: "Table S6", side_multiple: 64, size: NetSize { weights: 5.6e4, values: 1e5 } };

    fn of(_: &Experiment, _: ImageShape, _: usize, device: &Device) -> Self {
        Self::new(device)
    }

    fn layers() -> Vec<Layer> {
        let mut layers = Vec::new();
        for at in 0..CHANNELS.len() {
            let (convolution, norm) = (format!("down.{at}"), format!("down_norm.{at}"));
            layers.extend([Layer::convolution(convolution, 0), Layer::normalisation(norm), Layer::Rectifier]);
            layers.extend((at + 1 < CHANNELS.len()).then_some(Layer::MaxPooling));
        }
        for at in 0..CHANNELS.len() - 1 {
            let (of, norm) = (format!("up.{at}"), format!("up_norm.{at}"));
            layers.extend([Layer::TransposedConvolution { of }, Layer::normalisation(norm)]);
            layers.extend([Layer::Rectifier, Layer::Doubling]);
        }
        layers.extend([Layer::TransposedConvolution { of: "output".into() }, Layer::Sigmoid, Layer::Flattening]);
        layers
    }

    fn images_per_unit(&self) -> usize {
        MASKS_PER_UNIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_table_s6() {
        let net = StressNet::new(&Device::flex());
        let layer = |kernel: usize, i: usize, o: usize| kernel * kernel * i * o + o;
        // As printed, except for the last kernel; scale, shift and the two running statistics of each normalisation.
        let down = layer(2, 1, 8) + layer(2, 8, 16) + layer(2, 16, 32) + layer(2, 32, 64) + layer(2, 64, 64);
        let up = layer(2, 64, 64) + layer(2, 64, 32) + layer(2, 32, 16) + layer(2, 16, 8) + layer(3, 8, 1);
        let normalised = [8, 16, 32, 64, 64, 64, 32, 16, 8].iter().sum::<usize>();
        assert_eq!(down + up + 2 * normalised, 55_289);
        assert_eq!(net.num_params(), down + up + 4 * normalised);
    }

    #[test]
    fn layers_have_the_shapes_of_table_s6_as_corrected() {
        let device = Device::flex();
        let net = StressNet::new(&device);
        let features = net.features(Tensor::zeros([3, 1, 64, 64], &device));
        assert_eq!(features.dims(), [3, 256]);
        assert_eq!(net.head(features).dims(), [3, 4096]);
    }
}
