//! LeNet's forward and backward pass on the CPU, channels last: matrix products over patches (Table S7).
//!
//! The same function as [`LeNet`](super::lenet::LeNet), several times as fast as the backend's convolutions with few
//! channels. Tests hold both passes against burn's autodiff.

use burn::module::Param;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, aview1};

use super::lenet::LeNet;
use crate::dataset::ImageShape;
use crate::generator::host;

/// LeNet with its kernels laid out for patches.
#[derive(Debug, Clone)]
pub struct LeNetCpu {
    shape: ImageShape,
    kernel: usize,
    /// `[kernel * kernel * in, out]` and `[out]`, for each convolution.
    convolutions: [(Array2<f32>, Vec<f32>); 2],
    /// `[in, out]` and `[out]`, for each fully connected layer.
    linear: [(Array2<f32>, Vec<f32>); 2],
}

/// What the forward pass leaves behind for the backward pass.
struct Activations {
    first: Stage,
    second: Stage,
    /// The second stage's output channels first, `[n, flat]`, as the table flattens it.
    flat: Array2<f32>,
    /// `[n, 500]`
    features: Array2<f32>,
    /// `[n, classes]`
    logits: Array2<f32>,
}

/// A convolution, pooled and rectified.
struct Stage {
    /// `[n * out_height * out_width, kernel * kernel * in]`
    patches: Array2<f32>,
    pooled: Pooled,
    /// Of the input: height, width, channels.
    input: [usize; 3],
}

/// The largest of each 2 x 2 block, bias added, negative values cut off.
pub(super) struct Pooled {
    /// `[n, height, width, channels]`
    pub(super) values: Vec<f32>,
    /// Which of its four was the largest; `CUT` where nothing flows back.
    winners: Vec<u8>,
    height: usize,
    width: usize,
    channels: usize,
    /// Size of what was pooled.
    rows: usize,
    columns: usize,
}

/// A winner below zero: the rectifier lets no gradient through.
const CUT: u8 = u8::MAX;

impl LeNetCpu {
    /// The network as it is now; `net` holds plain parameters, without gradients.
    pub fn new(net: &LeNet, shape: ImageShape) -> Self {
        let bias =
            |bias: &Option<Param<Tensor<1>>>, out| bias.as_ref().map_or_else(|| vec![0.0; out], |b| host(b.val()));
        let convolution = |layer: &Conv2d| {
            let [out, inputs, kernel, _] = layer.weight.dims();
            let columns = host(layer.weight.val().permute([2, 3, 1, 0])); // [kernel, kernel, in, out]
            (matrix(columns, kernel * kernel * inputs), bias(&layer.bias, out))
        };
        let linear = |layer: &Linear| {
            let [inputs, out] = layer.weight.dims();
            (matrix(host(layer.weight.val()), inputs), bias(&layer.bias, out))
        };
        Self {
            shape,
            kernel: net.conv1.weight.dims()[2],
            convolutions: [convolution(&net.conv1), convolution(&net.conv2)],
            linear: [linear(&net.hidden), linear(&net.output)],
        }
    }

    /// The penultimate features `[n, 500]` and the logits `[n, classes]` of images `[n, shape.len()]`.
    pub fn forward(&self, images: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let activations = self.activations(images);
        (values(activations.features), values(activations.logits))
    }

    /// The mean cross entropy (nats) and its gradient for each parameter of `net`, whose copy this is.
    pub fn backward(&self, net: &LeNet, images: &[f32], labels: &[u8], device: &Device) -> (f32, GradientsParams) {
        let a = self.activations(images);
        let n = labels.len();
        let [_, (kernel2, _)] = &self.convolutions;
        let [(hidden, _), (output, _)] = &self.linear;
        let (loss, d_logits) = cross_entropy(&a.logits, labels);
        let mut d_features = d_logits.dot(&output.t()); // [n, 500]
        d_features.zip_mut_with(&a.features, |d, v| *d = if *v == 0.0 { 0.0 } else { *d });
        let d_flat = values(d_features.dot(&hidden.t())); // [n, flat]
        let pooled = &a.second.pooled;
        let d_convolved2 = pooled.backward(&transposed(&d_flat, pooled.channels, pooled.height * pooled.width));
        let d_patches = values(d_convolved2.dot(&kernel2.t()));
        let d_first = overlap_add(&d_patches, n, a.second.input, self.kernel);
        let d_convolved1 = a.first.pooled.backward(&d_first);

        let kernel = |d: Array2<f32>, inputs: usize| {
            let shape = [self.kernel, self.kernel, inputs, d.ncols()];
            Tensor::<4>::from_data(TensorData::new(values(d), shape), device).permute([3, 2, 0, 1])
        };
        let weight = |d: Array2<f32>| {
            let shape = [d.nrows(), d.ncols()];
            Tensor::<2>::from_data(TensorData::new(values(d), shape), device)
        };
        let mut gradients = GradientsParams::new();
        let d_kernel1 = a.first.patches.t().dot(&d_convolved1);
        let d_kernel2 = a.second.patches.t().dot(&d_convolved2);
        gradients.register(net.conv1.weight.id, kernel(d_kernel1, a.first.input[2]));
        gradients.register(net.conv2.weight.id, kernel(d_kernel2, a.second.input[2]));
        gradients.register(net.hidden.weight.id, weight(a.flat.t().dot(&d_features)));
        gradients.register(net.output.weight.id, weight(a.features.t().dot(&d_logits)));
        let biases = [
            (&net.conv1.bias, &d_convolved1),
            (&net.conv2.bias, &d_convolved2),
            (&net.hidden.bias, &d_features),
            (&net.output.bias, &d_logits),
        ];
        for (bias, gradient) in biases {
            if let Some(bias) = bias {
                let sum = TensorData::new(column_sums(gradient), [gradient.ncols()]);
                gradients.register(bias.id, Tensor::<1>::from_data(sum, device));
            }
        }
        (loss, gradients)
    }

    fn activations(&self, images: &[f32]) -> Activations {
        let ImageShape { channels, height, width } = self.shape;
        let n = images.len() / self.shape.len();
        let first = self.stage(0, &transposed(images, channels, height * width), [height, width, channels]);
        let Pooled { height, width, channels, .. } = first.pooled;
        let second = self.stage(1, &first.pooled.values, [height, width, channels]);
        let Pooled { height, width, channels, ref values, .. } = second.pooled;
        let flat = matrix(transposed(values, height * width, channels), n);
        let [(hidden, hidden_bias), (output, output_bias)] = &self.linear;
        let mut features = flat.dot(hidden) + aview1(hidden_bias); // [n, 500]
        // Not `max`, which would hide a NaN.
        features.mapv_inplace(|v| if v < 0.0 { 0.0 } else { v });
        let logits = features.dot(output) + aview1(output_bias); // [n, classes]
        Activations { first, second, flat, features, logits }
    }

    fn stage(&self, layer: usize, input: &[f32], shape: [usize; 3]) -> Stage {
        let (weight, bias) = &self.convolutions[layer];
        let [height, width, channels] = shape;
        let n = input.len() / (height * width * channels);
        let (rows, columns) = (height + 1 - self.kernel, width + 1 - self.kernel);
        let patches = matrix(patches(input, n, shape, self.kernel), n * rows * columns);
        let convolved = values(patches.dot(weight)); // [n * rows * columns, out]
        Stage { patches, pooled: Pooled::new(&convolved, bias, rows, columns), input: shape }
    }
}

impl Pooled {
    /// Pools `[n, rows, columns, bias.len()]`; an odd last row or column is left out, as the table's sizes do.
    pub(super) fn new(convolved: &[f32], bias: &[f32], rows: usize, columns: usize) -> Self {
        let channels = bias.len();
        let (height, width) = (rows / 2, columns / 2);
        let n = convolved.len() / (rows * columns * channels);
        let mut values = vec![0.0; n * height * width * channels];
        let mut winners = vec![CUT; values.len()];
        let cells = values.chunks_exact_mut(channels).zip(winners.chunks_exact_mut(channels)).enumerate();
        for (cell, (values, winners)) in cells {
            let (image, y, x) = (cell / (height * width), cell / width % height, cell % width);
            let at = ((image * rows + 2 * y) * columns + 2 * x) * channels;
            let below = at + columns * channels;
            let four = [at, at + channels, below, below + channels].map(|start| &convolved[start..start + channels]);
            for c in 0..channels {
                let (mut best, mut winner) = (four[0][c], 0);
                for (k, row) in four.iter().enumerate().skip(1) {
                    if row[c] > best {
                        (best, winner) = (row[c], k as u8);
                    }
                }
                let value = best + bias[c];
                // Written so that a NaN passes on: a diverged model must not look healthy.
                if value <= 0.0 {
                    continue;
                }
                values[c] = value;
                winners[c] = winner;
            }
        }
        Self { values, winners, height, width, channels, rows, columns }
    }

    /// The gradient of what was pooled, `[n * rows * columns, channels]`.
    pub(super) fn backward(&self, gradient: &[f32]) -> Array2<f32> {
        let Self { height, width, channels, rows, columns, .. } = *self;
        let images = self.values.len() / (height * width * channels);
        let mut result = vec![0.0; images * rows * columns * channels];
        let cells = gradient.chunks_exact(channels).zip(self.winners.chunks_exact(channels)).enumerate();
        for (cell, (gradient, winners)) in cells {
            let (image, y, x) = (cell / (height * width), cell / width % height, cell % width);
            let at = (image * rows + 2 * y) * columns + 2 * x;
            for (c, (&g, &winner)) in gradient.iter().zip(winners).enumerate() {
                if winner != CUT {
                    let position = at + usize::from(winner / 2) * columns + usize::from(winner % 2);
                    result[position * channels + c] = g;
                }
            }
        }
        matrix(result, images * rows * columns)
    }
}

/// The `kernel` x `kernel` patches of `[n, height, width, channels]`, a row for each place the kernel fits.
pub(super) fn patches(input: &[f32], n: usize, [height, width, channels]: [usize; 3], kernel: usize) -> Vec<f32> {
    let (rows, columns, run) = (height + 1 - kernel, width + 1 - kernel, kernel * channels);
    let mut patches = vec![0.0; n * rows * columns * kernel * run];
    for (place, patch) in patches.chunks_exact_mut(kernel * run).enumerate() {
        let (image, y, x) = (place / (rows * columns), place / columns % rows, place % columns);
        for (k, line) in patch.chunks_exact_mut(run).enumerate() {
            let start = ((image * height + y + k) * width + x) * channels;
            line.copy_from_slice(&input[start..start + run]);
        }
    }
    patches
}

/// The adjoint of `patches`: each patch added back where it was taken.
pub(super) fn overlap_add(patches: &[f32], n: usize, [height, width, channels]: [usize; 3], kernel: usize) -> Vec<f32> {
    let (rows, columns, run) = (height + 1 - kernel, width + 1 - kernel, kernel * channels);
    let mut sum = vec![0.0; n * height * width * channels];
    for (place, patch) in patches.chunks_exact(kernel * run).enumerate() {
        let (image, y, x) = (place / (rows * columns), place / columns % rows, place % columns);
        for (k, line) in patch.chunks_exact(run).enumerate() {
            let start = ((image * height + y + k) * width + x) * channels;
            sum[start..start + run].iter_mut().zip(line).for_each(|(s, v)| *s += v);
        }
    }
    sum
}

/// The mean cross entropy (nats) and its gradient for the logits, `[n, classes]`.
fn cross_entropy(logits: &Array2<f32>, labels: &[u8]) -> (f32, Array2<f32>) {
    let scale = 1.0 / labels.len() as f32;
    let mut gradient = log_softmax_rows(&values(logits.clone()), logits.ncols());
    let mut loss = 0.0;
    for (row, &label) in gradient.chunks_exact_mut(logits.ncols()).zip(labels) {
        let label = usize::from(label);
        loss -= row[label] * scale;
        row.iter_mut().for_each(|v| *v = v.exp() * scale);
        row[label] -= scale;
    }
    (loss, matrix(gradient, labels.len()))
}

/// Log probabilities of rows of logits.
pub fn log_softmax_rows(logits: &[f32], classes: usize) -> Vec<f32> {
    let mut result = logits.to_vec();
    for row in result.chunks_exact_mut(classes) {
        let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let log_sum = row.iter().map(|v| (v - top).exp()).sum::<f32>().ln() + top;
        row.iter_mut().for_each(|v| *v -= log_sum);
    }
    result
}

/// Each `[rows, columns]` of `values` transposed.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    if rows == 1 || columns == 1 {
        return values.to_vec();
    }
    let mut result = vec![0.0; values.len()];
    for (from, to) in values.chunks_exact(rows * columns).zip(result.chunks_exact_mut(rows * columns)) {
        for (i, row) in from.chunks_exact(columns).enumerate() {
            for (j, v) in row.iter().enumerate() {
                to[j * rows + i] = *v;
            }
        }
    }
    result
}

pub(super) fn column_sums(rows: &Array2<f32>) -> Vec<f32> {
    rows.sum_axis(ndarray::Axis(0)).to_vec()
}

/// Row-major values as a matrix of so many rows.
pub(super) fn matrix(values: Vec<f32>, rows: usize) -> Array2<f32> {
    let columns = values.len() / rows.max(1);
    Array2::from_shape_vec((rows, columns), values).unwrap_or_default()
}

/// The values of a matrix, row-major.
pub(super) fn values(matrix: Array2<f32>) -> Vec<f32> {
    if matrix.is_standard_layout() { matrix.into_raw_vec_and_offset().0 } else { matrix.iter().copied().collect() }
}

#[cfg(test)]
mod tests {
    use burn::module::Module;
    use burn::nn::loss::CrossEntropyLossConfig;
    use burn::tensor::Int;

    use super::*;
    use crate::generator::weights;
    use crate::rng::Streams;

    /// Both passes agree with burn's autodiff, on the table's size and on one with odd sizes and three channels.
    #[test]
    fn agrees_with_autodiff() {
        let plain = Device::flex();
        let autodiff = plain.clone().autodiff();
        for (channels, side, n) in [(1, 28, 5), (3, 31, 2)] {
            let shape = ImageShape { channels, height: side, width: side };
            let net = weights::fresh(LeNet::new(shape, 10, &autodiff), &mut Streams::new(3).get("net", 0));
            let images: Vec<f32> = Streams::new(4).get("images", 0).normals(n * shape.len());
            let labels: Vec<u8> = (0..n as u8).map(|i| i * 7 % 10).collect();

            let input = Tensor::<4>::from_data(TensorData::new(images.clone(), [n, channels, side, side]), &autodiff);
            let truth: Vec<i32> = labels.iter().map(|&l| i32::from(l)).collect();
            let truth = Tensor::<1, Int>::from_data(TensorData::new(truth, [n]), &autodiff);
            let features = net.features(input);
            let logits = net.head(features.clone());
            let loss = CrossEntropyLossConfig::new().init(&autodiff).forward(logits.clone(), truth);
            let expected = GradientsParams::from_grads(loss.backward(), &net);

            let ours = LeNetCpu::new(&net.valid(), shape);
            let (our_features, our_logits) = ours.forward(&images);
            let (our_loss, gradients) = ours.backward(&net, &images, &labels, &plain);
            close("features", &our_features, &host(features.inner()));
            close("logits", &our_logits, &host(logits.inner()));
            close("loss", &[our_loss], &host(loss.inner()));
            for layer in [&net.conv1, &net.conv2] {
                same::<4>("kernel", layer.weight.id, &gradients, &expected);
                same::<1>("bias", layer.bias.as_ref().unwrap().id, &gradients, &expected);
            }
            for layer in [&net.hidden, &net.output] {
                same::<2>("weight", layer.weight.id, &gradients, &expected);
                same::<1>("bias", layer.bias.as_ref().unwrap().id, &gradients, &expected);
            }
        }
    }

    fn same<const D: usize>(what: &str, id: burn::module::ParamId, ours: &GradientsParams, expected: &GradientsParams) {
        let (ours, expected) = (ours.get::<D>(id).unwrap(), expected.get::<D>(id).unwrap());
        assert_eq!(ours.dims(), expected.dims(), "{what}");
        close(what, &host(ours), &host(expected));
    }

    fn close(what: &str, ours: &[f32], expected: &[f32]) {
        assert_eq!(ours.len(), expected.len(), "{what}");
        let scale = expected.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        assert!(scale > 0.0, "{what} is all zero");
        for (i, (a, b)) in ours.iter().zip(expected).enumerate() {
            assert!((a - b).abs() <= 1e-5 * scale, "{what}[{i}]: {a} against {b}, largest {scale}");
        }
    }

    /// A diverged model must not look healthy.
    #[test]
    fn a_nan_passes_through() {
        let plain = Device::flex();
        let shape = ImageShape { channels: 1, height: 28, width: 28 };
        let autodiff = plain.clone().autodiff();
        let net = weights::fresh(LeNet::new(shape, 10, &autodiff), &mut Streams::new(3).get("net", 0));
        let ours = LeNetCpu::new(&net.valid(), shape);
        let (_, logits) = ours.forward(&vec![f32::NAN; shape.len()]);
        assert!(logits.iter().all(|v| v.is_nan()), "{logits:?}");
    }
}
