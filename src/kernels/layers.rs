//! The layers of burn's modules: on the CPU by this module, elsewhere by burn itself.

use std::sync::Arc;

use burn::backend::Dispatch;
use burn::module::Param;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{BatchNorm, Linear, PaddingConfig2d};
use burn::tensor::activation::{self, leaky_relu, relu};
use burn::tensor::module::{avg_pool2d, interpolate, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};

use super::activation::Activation;
use super::convolution::{Convolution, Geometry};
use super::given::Given;
use super::layer::Layer;
use super::losses::{LogSoftmax, Sums};
use super::normalisation::{Affine, Normalisation};
use super::operation::Layers;
use super::pooling::{AveragePool, Double, MaxPool};
use super::products;

/// A convolution with bias and rectifier.
pub fn convolved(layer: &Conv2d, x: Tensor<4>, activation: Activation) -> Tensor<4> {
    if !on_cpu(&x) || layer.groups != 1 || layer.dilation != [1, 1] {
        return activated(layer.forward(x), activation);
    }
    let [_, channels, height, width] = x.dims();
    let [out, _, kernel_height, kernel_width] = layer.weight.dims();
    let padding = match layer.padding {
        PaddingConfig2d::Explicit(top, left, bottom, right) if top == bottom && left == right => [top, left],
        PaddingConfig2d::Valid => [0, 0],
        _ => return activated(layer.forward(x), activation),
    };
    let geometry = Geometry {
        image: [channels, height, width],
        out,
        kernel: [kernel_height, kernel_width],
        stride: layer.stride,
        padding,
    };
    let bias = bias(&layer.bias, out, &x.device());
    three(x, layer.weight.val(), bias, Arc::new(Convolution { geometry, transposed: false, activation })).0
}

/// A transposed convolution with bias and rectifier.
pub fn convolved_transposed(layer: &ConvTranspose2d, x: Tensor<4>, activation: Activation) -> Tensor<4> {
    if !on_cpu(&x) || layer.groups != 1 || layer.dilation != [1, 1] || layer.padding_out != [0, 0] {
        return activated(layer.forward(x), activation);
    }
    let [_, out, height, width] = x.dims();
    let [_, channels, kernel_height, kernel_width] = layer.weight.dims();
    let kernel = [kernel_height, kernel_width];
    let side = |d: usize, s: usize| (s - 1) * layer.stride[d] + kernel[d] - 2 * layer.padding[d];
    let geometry = Geometry {
        image: [channels, side(0, height), side(1, width)],
        out,
        kernel,
        stride: layer.stride,
        padding: layer.padding,
    };
    let bias = bias(&layer.bias, channels, &x.device());
    three(x, layer.weight.val(), bias, Arc::new(Convolution { geometry, transposed: true, activation })).0
}

/// Batch normalisation with rectifier: by the minibatch in training, which moves the running statistics, else by these.
pub fn normalised(layer: &BatchNorm, x: Tensor<4>, activation: Activation) -> Tensor<4> {
    if !on_cpu(&x) {
        return activated(layer.forward(x), activation);
    }
    let [_, channels, height, width] = x.dims();
    let places = height * width;
    let (scale, shift) = (layer.gamma.val(), layer.beta.val());
    if !(x.device().is_autodiff() && layer.training.is_enabled()) {
        let (mean, variance) = (layer.running_mean.value(), layer.running_var.value());
        let scale = scale / (variance + layer.epsilon).sqrt();
        let shift = shift - mean * scale.clone();
        return three(x, scale, shift, Arc::new(Affine { channels, places, activation })).0;
    }
    let epsilon = layer.epsilon as f32;
    let (y, moments) = three(x, scale, shift, Arc::new(Normalisation { channels, places, epsilon, activation }));
    let moments = Tensor::<1>::from_dispatch(moments.into_dispatch()).detach();
    let moved = |state: Tensor<1>, from: usize| {
        let new = moments.clone().slice(from..from + channels);
        (state * (1.0 - layer.momentum) + new * layer.momentum).detach()
    };
    layer.running_mean.update(moved(layer.running_mean.value_sync(), 0));
    layer.running_var.update(moved(layer.running_var.value_sync(), channels));
    y
}

/// The largest value of each 2 x 2 block, then a rectifier.
pub fn max_pooled(x: Tensor<4>, activation: Activation) -> Tensor<4> {
    if !on_cpu(&x) {
        return activated(max_pool2d(x, MaxPoolOptions::new([2, 2])), activation);
    }
    let [_, _, height, width] = x.dims();
    one(x, Arc::new(MaxPool { height, width, activation }))
}

/// The mean of each 2 x 2 block.
pub fn average_pooled(x: Tensor<4>) -> Tensor<4> {
    if !on_cpu(&x) {
        return avg_pool2d(x, AvgPoolOptions::new([2, 2]));
    }
    let [_, _, height, width] = x.dims();
    one(x, Arc::new(AveragePool { height, width }))
}

/// Each pixel 2 x 2 times.
pub fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    if !on_cpu(&x) {
        return interpolate(
            x,
            InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([2 * height, 2 * width]),
        );
    }
    one(x, Arc::new(Double { height, width }))
}

/// A fully connected layer with bias and rectifier.
pub fn linear(layer: &Linear, x: Tensor<2>, activation: Activation) -> Tensor<2> {
    if !on_cpu(&x) {
        return activated(layer.forward(x), activation);
    }
    let [inputs, outputs] = layer.weight.dims();
    let bias = bias(&layer.bias, outputs, &x.device());
    three(x, layer.weight.val(), bias, Arc::new(products::Linear { inputs, outputs, activation })).0
}

/// Log probabilities of rows of logits `[n, classes]`.
pub fn log_softmax(logits: Tensor<2>) -> Tensor<2> {
    if !on_cpu(&logits) {
        return activation::log_softmax(logits, 1);
    }
    let [_, classes] = logits.dims();
    one(logits, Arc::new(LogSoftmax { classes }))
}

/// The sum of all values times a factor, `[1]`.
pub fn scaled_sum<const D: usize>(x: Tensor<D>, factor: f64) -> Tensor<1> {
    if !on_cpu(&x) {
        return x.sum() * factor;
    }
    let columns = x.shape().num_elements();
    one(x, Arc::new(Sums { columns, factor }))
}

/// The mean of all values, `[1]`.
pub fn mean<const D: usize>(x: Tensor<D>) -> Tensor<1> {
    let count = x.shape().num_elements();
    scaled_sum(x, 1.0 / count as f64)
}

/// The mean of each row, `[n]`.
pub fn row_means(x: Tensor<2>) -> Tensor<1> {
    let [n, columns] = x.dims();
    if !on_cpu(&x) {
        return x.mean_dim(1).reshape([n]);
    }
    one(x, Arc::new(Sums { columns, factor: 1.0 / columns as f64 }))
}

/// Values `[n, len]` that were computed for the rows of `x`, `[n, numbers]`, with the gradient of their slopes
/// `[n, len, numbers]`.
pub fn given(x: Tensor<2>, values: Vec<f32>, slopes: Vec<f32>, len: usize) -> Tensor<2> {
    if on_cpu(&x) {
        return one(x, Arc::new(Given { values, slopes, len }));
    }
    let ([n, numbers], device) = (x.dims(), x.device());
    let slopes = Tensor::<3>::from_data(TensorData::new(slopes, [n, len, numbers]), &device);
    // Zero, with the gradient of what it is multiplied by.
    let change = (x.clone() - x.detach()).reshape([n, numbers, 1]);
    Tensor::from_data(TensorData::new(values, [n, len]), &device) + slopes.matmul(change).reshape([n, len])
}

fn activated<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    match activation {
        Activation::NONE => x,
        Activation::RELU => relu(x),
        _ => leaky_relu(x, f64::from(activation.slope())),
    }
}

/// Whether the layers of this module compute it.
pub(super) fn on_cpu<const D: usize>(x: &Tensor<D>) -> bool {
    x.device().inner() == Device::flex()
}

fn bias(bias: &Option<Param<Tensor<1>>>, len: usize, device: &Device) -> Tensor<1> {
    bias.as_ref().map_or_else(|| Tensor::zeros([len], device), Param::val)
}

fn one<const D: usize, const E: usize>(x: Tensor<D>, layer: Arc<dyn Layer<1>>) -> Tensor<E> {
    Tensor::from_dispatch(<Dispatch as Layers>::one(x.into_dispatch(), layer).0)
}

/// The output, and what the forward pass kept.
fn three<const D: usize, const W: usize>(
    x: Tensor<D>,
    weights: Tensor<W>,
    bias: Tensor<1>,
    layer: Arc<dyn Layer<3>>,
) -> (Tensor<D>, Tensor<1>) {
    let (x, weights, bias) = (x.into_dispatch(), weights.into_dispatch(), bias.into_dispatch());
    let (output, kept) = <Dispatch as Layers>::three(x, weights, bias, layer);
    (Tensor::from_dispatch(output), Tensor::from_dispatch(kept))
}
