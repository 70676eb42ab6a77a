//! The four networks of the alpha-GAN (Tables S1 to S5), with the corrections explained in `docs/networks.md`.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Tensor};

use crate::dataset::ImageShape;
use crate::kernels::{Activation, average_pooled, convolved, doubled, linear, normalised};

/// Slope of the leaky rectifiers below zero; the tables do not give one, and 0.2 is usual in adversarial networks.
const LEAKY: Activation = Activation::leaky(0.2);
/// Halvings between an image and the innermost feature maps, as in the tables.
const HALVINGS: usize = 3;
/// Width of the code discriminator, as in Table S5.
const CODE_HIDDEN: usize = 700;

/// The sides of images must be multiples of this.
pub const SIDE_MULTIPLE: usize = 1 << HALVINGS;

/// Table S1 with its skip connection: block(x) + x.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    conv1: Conv2d,
    norm1: BatchNorm,
    conv2: Conv2d,
    norm2: BatchNorm,
}

impl ResidualBlock {
    fn new(width: usize, device: &Device) -> Self {
        let norm = || BatchNormConfig::new(width).init(device);
        Self {
            conv1: convolution(width, width, 3, device),
            norm1: norm(),
            conv2: convolution(width, width, 3, device),
            norm2: norm(),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let h = normalised(&self.norm1, convolved(&self.conv1, x.clone(), Activation::NONE), LEAKY); // [n, width, h, w]
        normalised(&self.norm2, convolved(&self.conv2, h, Activation::NONE), LEAKY) + x
    }
}

/// Tables S2 and S4: encoder and image discriminator differ only in their outputs.
#[derive(Module, Debug)]
pub struct Pyramid {
    conv: Conv2d,
    blocks: Vec<ResidualBlock>,
    output: Linear,
}

impl Pyramid {
    pub fn new(shape: ImageShape, width: usize, outputs: usize, device: &Device) -> Self {
        Self {
            conv: convolution(shape.channels, width, 5, device),
            blocks: (0..HALVINGS).map(|_| ResidualBlock::new(width, device)).collect(),
            output: LinearConfig::new(inner(shape, width).iter().product(), outputs).init(device),
        }
    }

    /// Images in [-1, 1], `[n, channels, height, width]`, to `[n, outputs]`.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let mut h = relu(average_pooled(convolved(&self.conv, images, Activation::NONE))); // [n, width, 16, 16]
        for (i, block) in self.blocks.iter().enumerate() {
            h = block.forward(h);
            if i + 1 < self.blocks.len() {
                h = average_pooled(h); // [n, width, 8, 8], [n, width, 4, 4]
            }
        }
        linear(&self.output, h.flatten(1, 3), Activation::NONE)
    }
}

/// Table S3, with up-sampling where the table has pooling.
#[derive(Module, Debug)]
pub struct Decoder {
    input: Linear,
    blocks: Vec<ResidualBlock>,
    output: Conv2d,
    /// Channels, height and width of the innermost feature maps.
    inner: [usize; 3],
}

impl Decoder {
    pub fn new(shape: ImageShape, width: usize, latent_dim: usize, device: &Device) -> Self {
        let inner = inner(shape, width);
        Self {
            input: LinearConfig::new(latent_dim, inner.iter().product()).init(device),
            blocks: (0..=HALVINGS).map(|_| ResidualBlock::new(width, device)).collect(),
            output: convolution(width, shape.channels, 1, device),
            inner,
        }
    }

    /// Codes `[n, latent_dim]` to images in [-1, 1], `[n, channels, height, width]`.
    pub fn forward(&self, codes: Tensor<2>) -> Tensor<4> {
        let [n, _] = codes.dims();
        let [channels, height, width] = self.inner;
        let mut h = linear(&self.input, codes, Activation::RELU).reshape([n, channels, height, width]); // [n, width, 4, 4]
        for (i, block) in self.blocks.iter().enumerate() {
            if i > 0 {
                h = doubled(h); // [n, width, 8, 8], 16 x 16, 32 x 32
            }
            h = block.forward(h);
        }
        tanh(convolved(&self.output, h, Activation::NONE))
    }
}

/// Table S5; its sigmoid is part of the losses, which take logits.
#[derive(Module, Debug)]
pub struct CodeDiscriminator {
    layers: Vec<Linear>,
}

impl CodeDiscriminator {
    pub fn new(latent_dim: usize, device: &Device) -> Self {
        let widths = [latent_dim, CODE_HIDDEN, CODE_HIDDEN, 1];
        Self { layers: widths.windows(2).map(|w| LinearConfig::new(w[0], w[1]).init(device)).collect() }
    }

    /// Codes `[n, latent_dim]` to logits `[n, 1]` that they come from the prior.
    pub fn forward(&self, codes: Tensor<2>) -> Tensor<2> {
        let mut h = codes;
        for (i, layer) in self.layers.iter().enumerate() {
            let activation = if i + 1 < self.layers.len() { LEAKY } else { Activation::NONE };
            h = linear(layer, h, activation); // [n, 700], [n, 700], [n, 1]
        }
        h
    }
}

/// Channels, height and width after all halvings.
fn inner(shape: ImageShape, width: usize) -> [usize; 3] {
    [width, shape.height >> HALVINGS, shape.width >> HALVINGS]
}

/// A convolution that preserves the size of its input.
fn convolution(inputs: usize, outputs: usize, kernel: usize, device: &Device) -> Conv2d {
    let p = kernel / 2;
    Conv2dConfig::new([inputs, outputs], [kernel, kernel])
        .with_padding(PaddingConfig2d::Explicit(p, p, p, p))
        .init(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIFAR: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };

    /// Parameters, counted by hand, of a convolution, a fully connected layer, and a residual block (two convolutions,
    /// two normalisations with scale, shift, running mean and running variance).
    fn conv(i: usize, o: usize, k: usize) -> usize {
        k * k * i * o + o
    }
    fn linear(i: usize, o: usize) -> usize {
        i * o + o
    }
    fn block(w: usize) -> usize {
        2 * conv(w, w, 3) + 2 * (2 * w) + RUNNING * w
    }
    /// Running values of a residual block for each channel: not parameters, but counted by burn.
    const RUNNING: usize = 4;

    #[test]
    fn parameters_are_those_of_tables_s1_to_s5_as_corrected() {
        let device = Device::flex();
        for (shape, width, latent) in
            [(CIFAR, 64, 3), (CIFAR, 16, 3), (ImageShape { channels: 1, ..CIFAR }, 64, 3), (CIFAR, 64, 2)]
        {
            let flat = width * 4 * 4;
            let pyramid = |outputs| conv(shape.channels, width, 5) + 3 * block(width) + linear(flat, outputs);
            assert_eq!(Pyramid::new(shape, width, latent, &device).num_params(), pyramid(latent));
            assert_eq!(Pyramid::new(shape, width, 1, &device).num_params(), pyramid(1));
            let decoder = linear(latent, flat) + 4 * block(width) + conv(width, shape.channels, 1);
            assert_eq!(Decoder::new(shape, width, latent, &device).num_params(), decoder);
            let code = linear(latent, 700) + linear(700, 700) + linear(700, 1);
            assert_eq!(CodeDiscriminator::new(latent, &device).num_params(), code);
        }
        // Full width on CIFAR-10, without running values: encoder, generator, image and code discriminator.
        let [e, g, d] =
            [conv(3, 64, 5) + linear(1024, 3), linear(3, 1024) + conv(64, 3, 1), conv(3, 64, 5) + linear(1024, 1)];
        let trained = block(64) - RUNNING * 64;
        assert_eq!([e + 3 * trained, g + 4 * trained, d + 3 * trained], [230_275, 300_739, 228_225]);
    }

    #[test]
    fn layers_have_the_shapes_of_the_tables_as_corrected() {
        let device = Device::flex();
        let encoder = Pyramid::new(CIFAR, 64, 3, &device);
        let images = Tensor::<4>::zeros([2, 3, 32, 32], &device);
        let stem = average_pooled(convolved(&encoder.conv, images.clone(), Activation::NONE));
        assert_eq!(stem.dims(), [2, 64, 16, 16]);
        assert_eq!(encoder.blocks[0].forward(stem).dims(), [2, 64, 16, 16]);
        let codes = encoder.forward(images.clone());
        assert_eq!(codes.dims(), [2, 3]);
        let generator = Decoder::new(CIFAR, 64, 3, &device);
        assert_eq!(generator.input.forward(codes.clone()).dims(), [2, 1024]);
        assert_eq!(generator.inner, [64, 4, 4]);
        assert_eq!(doubled(Tensor::<4>::zeros([2, 64, 4, 4], &device)).dims(), [2, 64, 8, 8]);
        assert_eq!(generator.forward(codes.clone()).dims(), [2, 3, 32, 32]);
        assert_eq!(Pyramid::new(CIFAR, 64, 1, &device).forward(images).dims(), [2, 1]);
        assert_eq!(CodeDiscriminator::new(3, &device).forward(codes).dims(), [2, 1]);
    }

    #[test]
    fn doubling_repeats_each_pixel() {
        let x = Tensor::<4>::from_data([[[[1.0f32, 2.0], [3.0, 4.0]]]], &Device::flex());
        let expected = [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 3.0, 3.0, 4.0, 4.0];
        assert_eq!(crate::generator::host(doubled(x)), expected);
    }
}
