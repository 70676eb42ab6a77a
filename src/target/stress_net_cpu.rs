//! The network of Table S6 on the CPU, channels last, forward and backward.
//!
//! It computes the same function as [`StressNet`](super::stress_net::StressNet), several times as fast as the backend
//! on maps with few channels. Tests compare both passes and the running statistics with burn's autodiff.

use burn::module::Param;
use burn::nn::BatchNorm;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, aview1};

use super::convolution::{Geometry, Pooled, column_sums, matrix, values};
use super::stress_net::StressNet;
use crate::generator::host;

/// Side of the square masks and maps.
const SIDE: usize = 64;

/// The network with its kernels in the layout of `Geometry`.
#[derive(Debug, Clone)]
pub struct StressNetCpu {
    down: Vec<Layer>,
    up: Vec<Layer>,
    output: Layer,
}

/// A convolution or transposed convolution, with the operations that follow it.
#[derive(Debug, Clone)]
struct Layer {
    /// `[kernel * kernel * in, out]`; transposed: `[kernel * kernel * out, in]`.
    weight: Array2<f32>,
    bias: Vec<f32>,
    kernel: usize,
    norm: Option<Norm>,
}

/// Batch normalisation; each field has a value for each channel.
#[derive(Debug, Clone)]
struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
    running_mean: Vec<f32>,
    running_variance: Vec<f32>,
    epsilon: f32,
}

/// The statistics to normalise with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Training,
    Evaluation,
}

/// Values of one layer that the backward pass needs.
struct Trace {
    /// `[n, side, side, in]`
    input: Vec<f32>,
    /// Geometry of the convolution, or of the one that is transposed.
    geometry: Geometry,
    normalised: Normalised,
    /// Output of the rectifier; empty for the last layer.
    rectified: Array2<f32>,
    pooled: Option<Pooled>,
    /// Side of the square images that were normalised.
    side: usize,
}

/// The normalised values `[rows, channels]` and the statistics used for them.
#[derive(Default)]
struct Normalised {
    values: Array2<f32>,
    mean: Vec<f32>,
    variance: Vec<f32>,
}

impl StressNetCpu {
    /// A copy of `net` in its present state; `net` has plain parameters, without gradients.
    pub fn new(net: &StressNet) -> Self {
        let bias =
            |bias: &Option<Param<Tensor<1>>>, out| bias.as_ref().map_or_else(|| vec![0.0; out], |b| host(b.val()));
        let norm = |n: &BatchNorm| Norm {
            scale: host(n.gamma.val()),
            shift: host(n.beta.val()),
            running_mean: host(n.running_mean.value()),
            running_variance: host(n.running_var.value()),
            epsilon: n.epsilon as f32,
        };
        // [out, in, k, k], transposed [in, out, k, k]: the channels on the larger side of the kernel come first.
        let layer = |weight: &Param<Tensor<4>>, b: &Option<Param<Tensor<1>>>, out, norm| {
            let [_, wide, kernel, _] = weight.dims();
            let weight = matrix(host(weight.val().permute([2, 3, 1, 0])), kernel * kernel * wide);
            Layer { weight, bias: bias(b, out), kernel, norm }
        };
        let down = net.down.iter().zip(&net.down_norm);
        let down = down.map(|(c, n)| layer(&c.weight, &c.bias, c.weight.dims()[0], Some(norm(n)))).collect();
        let norms = net.up_norm.iter().map(|n| Some(norm(n))).chain([None]);
        let up = net.up.iter().chain([&net.output]).zip(norms);
        let mut up: Vec<Layer> = up.map(|(c, norm)| layer(&c.weight, &c.bias, c.weight.dims()[1], norm)).collect();
        let output = up.remove(up.len() - 1);
        Self { down, up, output }
    }

    /// Maps in [0, 1], `[n, 4096]`, of masks `[n, 4096]`, normalised by the running statistics.
    pub fn forward(&self, masks: &[f32]) -> Vec<f32> {
        self.pass(masks, Mode::Evaluation).1
    }

    /// The mean square error and its gradient for each parameter of `net`, of which `self` is a copy; also updates the
    /// running statistics of `net`.
    pub fn backward(&self, net: &StressNet, masks: &[f32], maps: &[f32], device: &Device) -> (f32, GradientsParams) {
        let (traces, predicted) = self.pass(masks, Mode::Training);
        let n = masks.len() / (SIDE * SIDE);
        let count = maps.len() as f32;
        let mut loss = 0.0_f64;
        let slope = |(&p, &t): (&f32, &f32)| {
            loss += f64::from((p - t) * (p - t));
            2.0 * (p - t) / count * p * (1.0 - p)
        };
        let mut gradient: Vec<f32> = predicted.iter().zip(maps).map(slope).collect(); // [n, 64, 64, 1]
        let mut gradients = GradientsParams::new();
        let (down_traces, up_traces) = traces.split_at(self.down.len());
        let transposed = net.up.iter().zip(net.up_norm.iter().map(Some)).chain([(&net.output, None)]);
        let layers: Vec<_> = self.up.iter().chain([&self.output]).zip(up_traces).zip(transposed).collect();
        for ((layer, trace), (parameters, norm)) in layers.into_iter().rev() {
            let channels = layer.bias.len();
            let d = match (&layer.norm, norm) {
                (Some(of), Some(norm)) => {
                    let d = matrix(shrunk(&gradient, n, trace.side, channels), d_rows(n, trace));
                    of.backward(norm, trace, rectified_only(d, &trace.rectified), &mut gradients, device)
                }
                _ => matrix(gradient, d_rows(n, trace)),
            };
            register_bias(&parameters.bias, &d, &mut gradients, device);
            let d = values(d); // [n, side, side, out]
            let input = matrix(trace.input.clone(), trace.input.len() / layer.weight.ncols());
            let weight = trace.geometry.kernel_gradient(&d, &input);
            gradients.register(parameters.weight.id, kernel_tensor(weight, trace.geometry, device));
            gradient = values(trace.geometry.convolve(&d, &layer.weight));
        }
        let layers = self.down.iter().zip(down_traces).zip(net.down.iter().zip(&net.down_norm)).rev();
        for ((layer, trace), (parameters, norm)) in layers {
            let Some(of) = &layer.norm else { continue };
            let d = match &trace.pooled {
                Some(pooled) => pooled.backward(&gradient),
                None => rectified_only(matrix(gradient, d_rows(n, trace)), &trace.rectified),
            };
            let d = of.backward(norm, trace, d, &mut gradients, device);
            register_bias(&parameters.bias, &d, &mut gradients, device);
            let weight = trace.geometry.kernel_gradient(&trace.input, &d);
            gradients.register(parameters.weight.id, kernel_tensor(weight, trace.geometry, device));
            gradient = trace.geometry.spread(&d, &layer.weight);
        }
        ((loss / f64::from(count)) as f32, gradients)
    }

    /// The trace of every layer, and the maps.
    fn pass(&self, masks: &[f32], mode: Mode) -> (Vec<Trace>, Vec<f32>) {
        let n = masks.len() / (SIDE * SIDE);
        let mut traces = Vec::with_capacity(self.down.len() + self.up.len() + 1);
        let (mut h, mut side, mut channels) = (masks.to_vec(), SIDE, 1); // [n, side, side, channels]
        for (at, layer) in self.down.iter().enumerate() {
            let geometry = Geometry { image: [side, side, channels], kernel: layer.kernel };
            let outputs = geometry.convolve(&h, &layer.weight) + aview1(&layer.bias);
            (side, channels) = (side + 1 - layer.kernel, layer.bias.len());
            let (normalised, outputs) = layer.normalise(outputs, mode);
            let input = h;
            let pools = at + 1 < self.down.len();
            let (rectified, pooled) = if pools {
                let pooled = Pooled::new(&values(outputs), &vec![0.0; channels], side, side);
                h = pooled.values.clone();
                (Array2::default((0, 0)), Some(pooled))
            } else {
                let rectified = outputs.mapv_into(relu);
                h = values(rectified.clone());
                (rectified, None)
            };
            traces.push(Trace { input, geometry, normalised, rectified, pooled, side });
            side = if pools { side / 2 } else { side };
        }
        for layer in &self.up {
            let (geometry, outputs) = layer.transposed(&h, side);
            (side, channels) = (side + layer.kernel - 1, layer.bias.len());
            let (normalised, outputs) = layer.normalise(outputs, mode);
            let rectified = outputs.mapv_into(relu);
            let input = std::mem::replace(&mut h, grown(&values(rectified.clone()), n, side, channels));
            traces.push(Trace { input, geometry, normalised, rectified, pooled: None, side });
            side *= 2;
        }
        let (geometry, outputs) = self.output.transposed(&h, side);
        let none = Array2::default((0, 0));
        let normalised = Normalised::default();
        let last = Trace { input: h, geometry, normalised, rectified: none, pooled: None, side: SIDE };
        traces.push(last);
        (traces, values(outputs.mapv_into(|v| 1.0 / (1.0 + (-v).exp()))))
    }
}

impl Layer {
    /// A transposed convolution of `[n, side, side, in]`: its geometry, and `[n * (side + kernel - 1)^2, out]`.
    fn transposed(&self, h: &[f32], side: usize) -> (Geometry, Array2<f32>) {
        let wide = side + self.kernel - 1;
        let geometry = Geometry { image: [wide, wide, self.bias.len()], kernel: self.kernel };
        let input = matrix(h.to_vec(), h.len() / self.weight.ncols());
        let rows = input.nrows() / (side * side) * wide * wide;
        (geometry, matrix(geometry.spread(&input, &self.weight), rows) + aview1(&self.bias))
    }

    /// The normalised values and the layer's outputs (scaled and shifted).
    fn normalise(&self, h: Array2<f32>, mode: Mode) -> (Normalised, Array2<f32>) {
        let Some(norm) = &self.norm else { return (Normalised::default(), h) };
        let (rows, channels, mut h) = (h.nrows(), h.ncols(), values(h));
        let (mean, variance) = match mode {
            Mode::Evaluation => (norm.running_mean.clone(), norm.running_variance.clone()),
            Mode::Training => statistics(&h, channels),
        };
        let inverse: Vec<f32> = variance.iter().map(|v| 1.0 / (v + norm.epsilon).sqrt()).collect();
        for row in h.chunks_exact_mut(channels) {
            for ((v, mean), inverse) in row.iter_mut().zip(&mean).zip(&inverse) {
                *v = (*v - mean) * inverse;
            }
        }
        let mut outputs = h.clone();
        for row in outputs.chunks_exact_mut(channels) {
            for ((v, scale), shift) in row.iter_mut().zip(&norm.scale).zip(&norm.shift) {
                *v = *v * scale + shift;
            }
        }
        // Only training needs them again.
        let h = if mode == Mode::Training { matrix(h, rows) } else { Array2::default((0, 0)) };
        (Normalised { values: h, mean, variance }, matrix(outputs, rows))
    }
}

impl Norm {
    /// The gradient of the normalisation's input from that of its outputs; also registers the gradients of scale and
    /// shift, and updates the running statistics.
    fn backward(
        &self,
        net: &BatchNorm,
        trace: &Trace,
        d_outputs: Array2<f32>,
        gradients: &mut GradientsParams,
        device: &Device,
    ) -> Array2<f32> {
        let normalised = &trace.normalised;
        let rows = d_outputs.nrows() as f32;
        let d_shift = column_sums(&d_outputs);
        let d_scale = column_sums(&(&d_outputs * &normalised.values));
        let vector = |v: &[f32]| Tensor::<1>::from_data(TensorData::new(v.to_vec(), [v.len()]), device);
        gradients.register(net.gamma.id, vector(&d_scale));
        gradients.register(net.beta.id, vector(&d_shift));
        let momentum = net.momentum;
        for (running, now) in [(&net.running_mean, &normalised.mean), (&net.running_var, &normalised.variance)] {
            let before = running.value_sync();
            let now = Tensor::<1>::from_data(TensorData::new(now.clone(), [now.len()]), &before.device());
            running.update(before * (1.0 - momentum) + now * momentum);
        }
        let inverse = normalised.variance.iter().map(|v| 1.0 / (v + self.epsilon).sqrt());
        let factors: Vec<f32> = self.scale.iter().zip(inverse).map(|(scale, inverse)| scale * inverse).collect();
        let mean = |sums: Vec<f32>| -> Vec<f32> { sums.into_iter().map(|sum| sum / rows).collect() };
        let (shifts, scales) = (mean(d_shift), mean(d_scale));
        let (rows, channels, mut d) = (d_outputs.nrows(), d_outputs.ncols(), values(d_outputs));
        let normalised = normalised.values.as_slice().unwrap_or_default();
        for (d, x) in d.chunks_exact_mut(channels).zip(normalised.chunks_exact(channels)) {
            for (c, (d, x)) in d.iter_mut().zip(x).enumerate() {
                *d = factors[c] * (*d - shifts[c] - x * scales[c]);
            }
        }
        matrix(d, rows)
    }
}

fn d_rows(n: usize, trace: &Trace) -> usize {
    n * trace.side * trace.side
}

/// Written so that NaN is passed on: a diverged model must not look healthy.
fn relu(v: f32) -> f32 {
    if v < 0.0 { 0.0 } else { v }
}

/// The gradient, set to zero where the rectifier blocked it.
fn rectified_only(mut d: Array2<f32>, rectified: &Array2<f32>) -> Array2<f32> {
    d.zip_mut_with(rectified, |d, v| *d = if *v == 0.0 { 0.0 } else { *d });
    d
}

/// The gradient of a kernel in the layer's layout, `[narrow, wide, kernel, kernel]`.
fn kernel_tensor(gradient: Array2<f32>, Geometry { kernel, image }: Geometry, device: &Device) -> Tensor<4> {
    let shape = [kernel, kernel, image[2], gradient.ncols()];
    Tensor::<4>::from_data(TensorData::new(values(gradient), shape), device).permute([3, 2, 0, 1])
}

fn register_bias(bias: &Option<Param<Tensor<1>>>, d: &Array2<f32>, gradients: &mut GradientsParams, device: &Device) {
    if let Some(bias) = bias {
        let sum = TensorData::new(column_sums(d), [d.ncols()]);
        gradients.register(bias.id, Tensor::<1>::from_data(sum, device));
    }
}

/// Mean and variance of each column over all rows.
fn statistics(h: &[f32], columns: usize) -> (Vec<f32>, Vec<f32>) {
    let rows = (h.len() / columns) as f32;
    let mut mean = vec![0.0; columns];
    for row in h.chunks_exact(columns) {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
    }
    mean.iter_mut().for_each(|mean| *mean /= rows);
    let mut variance = vec![0.0; columns];
    for row in h.chunks_exact(columns) {
        for ((variance, x), mean) in variance.iter_mut().zip(row).zip(&mean) {
            *variance += (x - mean) * (x - mean);
        }
    }
    variance.iter_mut().for_each(|variance| *variance /= rows);
    (mean, variance)
}

/// Up-samples `[n, side, side, channels]` by a factor of 2: each pixel is repeated 2 x 2 times.
fn grown(h: &[f32], n: usize, side: usize, channels: usize) -> Vec<f32> {
    let mut result = Vec::with_capacity(4 * n * side * side * channels);
    for row in h.chunks_exact(side * channels) {
        let start = result.len();
        row.chunks_exact(channels).for_each(|pixel| {
            result.extend_from_slice(pixel);
            result.extend_from_slice(pixel);
        });
        result.extend_from_within(start..);
    }
    result
}

/// The adjoint of `grown`: the sum over each 2 x 2 block of `[n, 2 side, 2 side, channels]`.
fn shrunk(h: &[f32], n: usize, side: usize, channels: usize) -> Vec<f32> {
    let mut result = vec![0.0; n * side * side * channels];
    let wide = 2 * side * channels;
    for (row, line) in h.chunks_exact(wide).enumerate() {
        let to = &mut result[row / 2 * side * channels..][..side * channels];
        for (x, pixel) in line.chunks_exact(channels).enumerate() {
            to[x / 2 * channels..][..channels].iter_mut().zip(pixel).for_each(|(t, p)| *t += p);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use burn::module::Module;

    use super::*;
    use crate::generator::weights;
    use crate::rng::Streams;

    fn net(device: &Device) -> StressNet {
        weights::fresh(StressNet::new(device), &mut Streams::new(3).get("net", 0))
    }

    fn masks(n: usize) -> Vec<f32> {
        let mut rng = Streams::new(4).get("masks", 0);
        (0..n * SIDE * SIDE).map(|_| rng.uniform()).collect()
    }

    fn tensor(masks: &[f32], device: &Device) -> Tensor<4> {
        let n = masks.len() / (SIDE * SIDE);
        Tensor::from_data(TensorData::new(masks.to_vec(), [n, 1, SIDE, SIDE]), device)
    }

    /// Loss, gradients and running statistics of a training step, and the maps of an evaluation after it.
    #[test]
    fn agrees_with_autodiff() {
        let plain = Device::flex();
        let autodiff = plain.clone().autodiff();
        let (ours, theirs) = (net(&autodiff), net(&autodiff));
        let (images, maps) = (masks(3), masks(6)[3 * SIDE * SIDE..].to_vec());

        let outputs = theirs.head(theirs.features(tensor(&images, &autodiff)));
        let truth = Tensor::<2>::from_data(TensorData::new(maps.clone(), [3, SIDE * SIDE]), &autodiff);
        let loss = (outputs - truth).powi_scalar(2).mean();
        let expected = GradientsParams::from_grads(loss.backward(), &theirs);

        let (our_loss, gradients) = StressNetCpu::new(&ours.valid()).backward(&ours, &images, &maps, &plain);
        close("loss", &[our_loss], &host(loss.inner()));
        let norms = |net: &StressNet| [&net.down_norm[..], &net.up_norm[..]].concat();
        for (a, b) in norms(&ours).iter().zip(&norms(&theirs)) {
            same::<1>("scale", a.gamma.id, &gradients, b.gamma.id, &expected);
            same::<1>("shift", a.beta.id, &gradients, b.beta.id, &expected);
        }
        for (a, b) in ours.down.iter().zip(&theirs.down) {
            same::<4>("kernel", a.weight.id, &gradients, b.weight.id, &expected);
        }
        for (a, b) in ours.up.iter().chain([&ours.output]).zip(theirs.up.iter().chain([&theirs.output])) {
            same::<4>("kernel", a.weight.id, &gradients, b.weight.id, &expected);
        }
        let last = |net: &StressNet| net.output.bias.as_ref().unwrap().id;
        same::<1>("bias", last(&ours), &gradients, last(&theirs), &expected);

        let (ours, theirs) = (ours.valid(), theirs.valid());
        for (a, b) in norms(&ours).iter().zip(&norms(&theirs)) {
            close("mean", &host(a.running_mean.value()), &host(b.running_mean.value()));
            close("variance", &host(a.running_var.value()), &host(b.running_var.value()));
        }
        let maps = theirs.head(theirs.features(tensor(&images, &plain)));
        close("maps", &StressNetCpu::new(&ours).forward(&images), &host(maps));
    }

    fn same<const D: usize>(
        what: &str,
        our_id: burn::module::ParamId,
        ours: &GradientsParams,
        id: burn::module::ParamId,
        expected: &GradientsParams,
    ) {
        let (ours, expected) = (ours.get::<D>(our_id).unwrap(), expected.get::<D>(id).unwrap());
        assert_eq!(ours.dims(), expected.dims(), "{what}");
        close(what, &host(ours), &host(expected));
    }

    fn close(what: &str, ours: &[f32], expected: &[f32]) {
        assert_eq!(ours.len(), expected.len(), "{what}");
        let scale = expected.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        assert!(scale > 0.0, "{what} is all zero");
        for (i, (a, b)) in ours.iter().zip(expected).enumerate() {
            assert!((a - b).abs() <= 1e-4 * scale, "{what}[{i}]: {a} against {b}, largest {scale}");
        }
    }

    /// A diverged model must not look healthy.
    #[test]
    fn a_nan_passes_through() {
        let ours = StressNetCpu::new(&net(&Device::flex().autodiff()).valid());
        assert!(ours.forward(&vec![f32::NAN; SIDE * SIDE]).iter().all(|v| v.is_nan()));
    }
}
