//! Convolutional layers of a VAE, for colours and larger images: `docs/networks.md` has them as a table.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor};

use super::posterior::Posterior;
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::generator::NetSize;
use crate::kernels::{Activation, convolved, convolved_transposed, linear, normalised};

/// Side, stride and padding of the kernels: each convolution halves both sides exactly, each transposed one doubles them.
const KERNEL: [usize; 2] = [4, 4];
const STRIDE: [usize; 2] = [2, 2];
const PADDING: usize = 1;
/// The innermost maps have at least this side.
const INNERMOST: usize = 4;
/// Slope of the leaky rectifiers below zero.
const LEAKY: Activation = Activation::leaky(0.2);

/// The sides of images must be multiples of this, so that they can be halved twice.
pub const SIDE_MULTIPLE: usize = 4;
/// About the size for 64 x 64 images in colours.
pub const CONVOLUTIONAL_SIZE: NetSize = NetSize { weights: 1.5e6, values: 2.5e5 };

/// The work grows with width and pixels: 128 images of 32 x 32 at width 64 take about 50 ms on one core.
const WORK_PER_UNIT: usize = 128 * 64 * 32 * 32;
const LEAST_PER_UNIT: usize = 16;
const MOST_PER_UNIT: usize = 512;

/// Strided convolutions down to maps of 4 to 7 pixels a side, and transposed ones up again.
#[derive(Module, Debug)]
pub struct ConvolutionalNet {
    down: Vec<Conv2d>,
    down_norms: Vec<BatchNorm>,
    mean: Linear,
    log_variance: Linear,
    input: Linear,
    up: Vec<ConvTranspose2d>,
    up_norms: Vec<BatchNorm>,
    width: usize,
    /// Channels, height and width of an image, and of the innermost maps.
    image: [usize; 3],
    inner: [usize; 3],
}

impl ConvolutionalNet {
    /// Untrained layers on `device`; burn's own initial weights must be overwritten.
    pub fn new(shape: ImageShape, width: usize, latent_dim: usize, device: &Device) -> Self {
        let halvings = halvings(shape.height.min(shape.width));
        // Half the width, the width, then twice the width.
        let channels: Vec<usize> = (0..halvings).map(|i| ((width << i) / 2).clamp(1, 2 * width)).collect();
        let inner = [channels[halvings - 1], shape.height >> halvings, shape.width >> halvings];
        let flat = inner.iter().product();
        let inputs = std::iter::once(shape.channels).chain(channels.iter().copied());
        let pairs: Vec<[usize; 2]> = inputs.zip(&channels).map(|(i, o)| [i, *o]).collect();
        let norm = |channels: usize| BatchNormConfig::new(channels).init(device);
        let padding = PaddingConfig2d::Explicit(PADDING, PADDING, PADDING, PADDING);
        let down = |pair: &[usize; 2]| {
            Conv2dConfig::new(*pair, KERNEL).with_stride(STRIDE).with_padding(padding.clone()).init(device)
        };
        let up = |[i, o]: &[usize; 2]| {
            let config = ConvTranspose2dConfig::new([*o, *i], KERNEL).with_stride(STRIDE);
            config.with_padding([PADDING; 2]).init(device)
        };
        let linear = |input, output| LinearConfig::new(input, output).init(device);
        Self {
            down: pairs.iter().map(down).collect(),
            down_norms: channels.iter().map(|&c| norm(c)).collect(),
            mean: linear(flat, latent_dim),
            log_variance: linear(flat, latent_dim),
            input: linear(latent_dim, flat),
            up: pairs.iter().rev().map(up).collect(),
            up_norms: pairs.iter().rev().take(halvings - 1).map(|&[i, _]| norm(i)).collect(),
            width,
            image: [shape.channels, shape.height, shape.width],
            inner,
        }
    }
}

impl Posterior for ConvolutionalNet {
    fn of(experiment: &Experiment, shape: ImageShape, device: &Device) -> Self {
        Self::new(shape, experiment.generator_width, experiment.latent_dim, device)
    }

    fn features(&self, images: Tensor<2>) -> Tensor<2> {
        let [n, _] = images.dims();
        let [channels, height, width] = self.image;
        let mut h = images.reshape([n, channels, height, width]);
        for (conv, norm) in self.down.iter().zip(&self.down_norms) {
            h = normalised(norm, convolved(conv, h, Activation::NONE), LEAKY); // [n, w/2, 16, 16], [n, w, 8, 8], ..
        }
        h.flatten(1, 3)
    }

    fn heads(&self) -> [&Linear; 2] {
        [&self.mean, &self.log_variance]
    }

    fn logits(&self, codes: Tensor<2>) -> Tensor<2> {
        let [n, _] = codes.dims();
        let [channels, height, width] = self.inner;
        let mut h = linear(&self.input, codes, LEAKY).reshape([n, channels, height, width]);
        for (i, conv) in self.up.iter().enumerate() {
            h = convolved_transposed(conv, h, Activation::NONE); // [n, w, 8, 8], [n, w/2, 16, 16], ..
            if let Some(norm) = self.up_norms.get(i) {
                h = normalised(norm, h, LEAKY);
            }
        }
        h.flatten(1, 3)
    }

    fn images_per_unit(&self) -> usize {
        let [_, height, width] = self.image;
        (WORK_PER_UNIT / (self.width * height * width)).clamp(LEAST_PER_UNIT, MOST_PER_UNIT)
    }
}

/// How often a side is halved: as long as it is even and leaves at least the innermost side.
fn halvings(side: usize) -> usize {
    let mut halvings = 0;
    while (side >> halvings).is_multiple_of(2) && side >> (halvings + 1) >= INNERMOST {
        halvings += 1;
    }
    halvings
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use burn::tensor::activation::leaky_relu;

    use super::*;
    use crate::generator::{host, weights};
    use crate::rng::Streams;

    fn shape(channels: usize, side: usize) -> ImageShape {
        ImageShape { channels, height: side, width: side }
    }

    #[test]
    fn layers_have_the_shapes_of_the_table_at_every_side() {
        let device = Device::flex();
        for (channels, side, inner) in [
            (1, 28, [64, 7, 7]),
            (3, 32, [128, 4, 4]),
            (3, 48, [128, 6, 6]),
            (1, 64, [128, 4, 4]),
            (3, 60, [64, 15, 15]),
        ] {
            let net = ConvolutionalNet::new(shape(channels, side), 64, 5, &device);
            assert_eq!(net.inner, inner, "{side}");
            let [mean, log_variance] = net.posterior(Tensor::zeros([2, channels * side * side], &device));
            assert_eq!((mean.dims(), log_variance.dims()), ([2, 5], [2, 5]));
            assert_eq!(net.logits(mean).dims(), [2, channels * side * side], "{side}");
        }
    }

    #[test]
    fn parameters_are_those_of_the_table() {
        let conv = |i: usize, o: usize| 16 * i * o + o;
        let linear = |i: usize, o: usize| i * o + o;
        // burn counts the two running values of a normalised channel, too.
        let norm = |channels: usize| 4 * channels;
        let flat = 128 * 4 * 4;
        let down = conv(3, 32) + conv(32, 64) + conv(64, 128) + norm(32) + norm(64) + norm(128);
        let up = conv(128, 64) + conv(64, 32) + conv(32, 3) + norm(64) + norm(32);
        let expected = down + 2 * linear(flat, 16) + linear(16, flat) + up;
        let net = ConvolutionalNet::new(shape(3, 32), 64, 16, &Device::flex());
        assert_eq!(net.num_params(), expected);
    }

    #[test]
    fn the_decoder_and_its_gradient_are_those_of_burns_own_layers() {
        let device = Device::flex().autodiff();
        let net = ConvolutionalNet::new(shape(3, 32), 6, 4, &device);
        let net = weights::fresh(net, &mut Streams::new(1).get("generator-weights", 0)).freeze();
        let codes = || {
            let values = Streams::new(2).get("codes", 0).normals(5 * 4);
            Tensor::<2>::from_data(TensorData::new(values, [5, 4]), &device)
        };
        let burns = |codes: Tensor<2>| {
            let [channels, height, width] = net.inner;
            let mut h = leaky_relu(net.input.forward(codes), 0.2).reshape([5, channels, height, width]);
            for (i, conv) in net.up.iter().enumerate() {
                h = conv.forward(h);
                h = net.up_norms.get(i).map_or(h.clone(), |norm| leaky_relu(norm.forward(h), 0.2));
            }
            h.flatten::<2>(1, 3)
        };
        let passes = |of: &dyn Fn(Tensor<2>) -> Tensor<2>| {
            let codes = codes().require_grad();
            let logits = of(codes.clone());
            let gradients = logits.clone().powi_scalar(2).sum().backward();
            [host(logits.inner()), host(codes.grad(&gradients).unwrap())]
        };
        for (ours, expected) in passes(&|c| net.logits(c)).iter().zip(passes(&burns)) {
            let scale = expected.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
            assert!(scale > 0.0 && ours.len() == expected.len());
            assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4 * scale));
        }
    }
}
