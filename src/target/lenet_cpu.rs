//! LeNet's forward and backward pass on the CPU, channels last (Table S7).
//!
//! It computes the same function as [`LeNet`](super::lenet::LeNet), several times as fast as the backend's convolutions
//! with few channels. Tests compare both passes with burn's autodiff.

use burn::module::Param;
use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, aview1};

use super::convolution::{Geometry, Pooled, column_sums, matrix, transposed, values};
use super::lenet::LeNet;
use crate::dataset::ImageShape;
use crate::generator::host;

/// A LeNet with its kernels in the layout of `Geometry`.
#[derive(Debug, Clone)]
pub struct LeNetCpu {
    shape: ImageShape,
    kernel: usize,
    /// `[kernel * kernel * in, out]` and `[out]`, for each convolution.
    convolutions: [(Array2<f32>, Vec<f32>); 2],
    /// `[in, out]` and `[out]`, for each fully connected layer.
    linear: [(Array2<f32>, Vec<f32>); 2],
}

/// Values of the forward pass that the backward pass needs.
struct Activations {
    first: Stage,
    second: Stage,
    /// Output of the second stage, channels first, `[n, flat]`, the order in which the table flattens it.
    flat: Array2<f32>,
    /// `[n, 500]`
    features: Array2<f32>,
    /// `[n, classes]`
    logits: Array2<f32>,
}

/// A convolution with pooling and rectifier.
struct Stage {
    /// `[n, height, width, in]`
    input: Vec<f32>,
    geometry: Geometry,
    pooled: Pooled,
}

impl LeNetCpu {
    /// A copy of `net` in its present state; `net` has plain parameters, without gradients.
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

    /// The mean cross entropy (nats) and its gradient for each parameter of `net`, of which `self` is a copy.
    pub fn backward(&self, net: &LeNet, images: &[f32], labels: &[u8], device: &Device) -> (f32, GradientsParams) {
        let a = self.activations(images);
        let [_, (kernel2, _)] = &self.convolutions;
        let [(hidden, _), (output, _)] = &self.linear;
        let (loss, d_logits) = cross_entropy(&a.logits, labels);
        let mut d_features = d_logits.dot(&output.t()); // [n, 500]
        d_features.zip_mut_with(&a.features, |d, v| *d = if *v == 0.0 { 0.0 } else { *d });
        let d_flat = values(d_features.dot(&hidden.t())); // [n, flat]
        let pooled = &a.second.pooled;
        let d_convolved2 = pooled.backward(&transposed(&d_flat, pooled.channels, pooled.height * pooled.width));
        let d_first = a.second.geometry.spread(&d_convolved2, kernel2);
        let d_convolved1 = a.first.pooled.backward(&d_first);

        let kernel = |stage: &Stage, d_convolved: &Array2<f32>| {
            let Geometry { kernel, image } = stage.geometry;
            let d = stage.geometry.kernel_gradient(&stage.input, d_convolved);
            let shape = [kernel, kernel, image[2], d.ncols()];
            Tensor::<4>::from_data(TensorData::new(values(d), shape), device).permute([3, 2, 0, 1])
        };
        let weight = |d: Array2<f32>| {
            let shape = [d.nrows(), d.ncols()];
            Tensor::<2>::from_data(TensorData::new(values(d), shape), device)
        };
        let mut gradients = GradientsParams::new();
        gradients.register(net.conv1.weight.id, kernel(&a.first, &d_convolved1));
        gradients.register(net.conv2.weight.id, kernel(&a.second, &d_convolved2));
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
        let first = self.stage(0, transposed(images, channels, height * width), [height, width, channels]);
        let Pooled { height, width, channels, .. } = first.pooled;
        let second = self.stage(1, first.pooled.values.clone(), [height, width, channels]);
        let Pooled { height, width, channels, ref values, .. } = second.pooled;
        let flat = matrix(transposed(values, height * width, channels), n);
        let [(hidden, hidden_bias), (output, output_bias)] = &self.linear;
        let mut features = flat.dot(hidden) + aview1(hidden_bias); // [n, 500]
        // `max` would hide a NaN.
        features.mapv_inplace(|v| if v < 0.0 { 0.0 } else { v });
        let logits = features.dot(output) + aview1(output_bias); // [n, classes]
        Activations { first, second, flat, features, logits }
    }

    fn stage(&self, layer: usize, input: Vec<f32>, image: [usize; 3]) -> Stage {
        let (weight, bias) = &self.convolutions[layer];
        let geometry = Geometry { image, kernel: self.kernel };
        let [rows, columns] = geometry.result();
        let convolved = values(geometry.convolve(&input, weight)); // [n * rows * columns, out]
        Stage { input, geometry, pooled: Pooled::new(&convolved, bias, rows, columns) }
    }
}

/// The mean cross entropy (nats) and its gradient with respect to the logits, `[n, classes]`.
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

#[cfg(test)]
mod tests {
    use burn::module::Module;
    use burn::nn::loss::CrossEntropyLossConfig;
    use burn::tensor::Int;

    use super::*;
    use crate::generator::weights;
    use crate::rng::Streams;

    /// Both passes agree with burn's autodiff for the image size of the table and for odd sizes with three channels.
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
