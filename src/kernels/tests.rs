//! Every layer against burn's own, forward and backward, at the tables' sizes and at odd ones.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::{leaky_relu, relu};
use burn::tensor::{Device, Tensor, TensorData};

use super::products::{Matrix, product};
use super::*;
use crate::generator::{host, weights};
use crate::rng::Streams;

const ACTIVATIONS: [Activation; 3] = [Activation::NONE, Activation::RELU, Activation::leaky(0.2)];

fn device() -> Device {
    Device::flex().autodiff()
}

fn normals<const D: usize>(name: &str, shape: [usize; D]) -> Tensor<D> {
    let values = Streams::new(5).get(name, 0).normals(shape.iter().product());
    Tensor::from_data(TensorData::new(values, shape), &device())
}

fn activated<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    match activation {
        Activation::NONE => x,
        Activation::RELU => relu(x),
        _ => leaky_relu(x, f64::from(activation.slope())),
    }
}

fn close(what: &str, ours: &[f32], expected: &[f32]) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0f32, |most, v| most.max(v.abs()));
    assert!(scale > 0.0, "{what} is all zero");
    for (i, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 2e-5 * scale, "{what}[{i}]: {a} against {b}, largest {scale}");
    }
}

/// The output of a layer, and the gradients of its input and of its two parameters for a random gradient of the output.
fn passes<const D: usize, const W: usize>(
    forward: impl Fn(Tensor<D>) -> Tensor<D>,
    x: &Tensor<D>,
    weight: &Param<Tensor<W>>,
    bias: &Param<Tensor<1>>,
) -> [Vec<f32>; 4] {
    let x = x.clone().require_grad();
    let y = forward(x.clone());
    let d = normals("gradient", y.dims());
    let gradients = (y.clone() * d).sum().backward();
    let of_x = x.grad(&gradients).map(host).unwrap();
    let of_weight = weight.val().grad(&gradients).map(host).unwrap();
    let of_bias = bias.val().grad(&gradients).map(host).unwrap();
    [host(y.inner()), of_x, of_weight, of_bias]
}

fn agree(what: &str, ours: [Vec<f32>; 4], expected: [Vec<f32>; 4]) {
    for ((part, ours), expected) in ["output", "input", "weight", "bias"].iter().zip(ours).zip(expected) {
        close(&format!("{what}: {part}"), &ours, &expected);
    }
}

/// Channels in and out, kernel, stride, padding, height, width and images.
type Sizes = ([usize; 2], [usize; 2], [usize; 2], [usize; 2], [usize; 3]);
/// Those of the tables, then odd ones.
const CONVOLUTIONS: [Sizes; 16] = [
    ([1, 20], [5, 5], [1, 1], [0, 0], [28, 28, 5]),
    ([20, 50], [5, 5], [1, 1], [0, 0], [12, 12, 3]),
    ([3, 8], [3, 3], [1, 1], [1, 1], [32, 32, 3]),
    ([16, 16], [3, 3], [1, 1], [1, 1], [2, 2, 70]),
    ([64, 64], [3, 3], [1, 1], [1, 1], [32, 32, 2]),
    ([32, 48], [3, 3], [1, 1], [1, 1], [2, 2, 300]),
    ([40, 33], [3, 3], [1, 1], [0, 0], [9, 6, 21]),
    ([33, 35], [3, 3], [1, 1], [1, 0], [5, 13, 7]),
    ([32, 37], [3, 3], [1, 1], [0, 2], [3, 1, 2]),
    ([1, 8], [2, 2], [1, 1], [0, 0], [64, 64, 2]),
    ([3, 6], [5, 5], [1, 1], [2, 2], [32, 32, 2]),
    ([8, 3], [1, 1], [1, 1], [0, 0], [32, 32, 2]),
    ([3, 7], [3, 5], [2, 1], [1, 2], [31, 17, 3]),
    ([2, 3], [4, 4], [2, 2], [1, 1], [9, 8, 3]),
    ([2, 2], [3, 3], [1, 1], [3, 3], [3, 3, 2]),
    ([5, 4], [1, 1], [2, 2], [0, 0], [7, 6, 33]),
];

#[test]
fn convolutions_agree_with_burns() {
    for (i, ([inputs, out], kernel, stride, [top, left], [height, width, n])) in CONVOLUTIONS.into_iter().enumerate() {
        let config = Conv2dConfig::new([inputs, out], kernel).with_stride(stride);
        let config = config.with_padding(PaddingConfig2d::Explicit(top, left, top, left));
        let layer: Conv2d = weights::fresh(config.init(&device()), &mut Streams::new(3).get("layer", i as u64));
        let x = normals("x", [n, inputs, height, width]);
        let activation = ACTIVATIONS[i % ACTIVATIONS.len()];
        let bias = layer.bias.as_ref().unwrap();
        let ours = passes(|x| convolved(&layer, x, activation), &x, &layer.weight, bias);
        let expected = passes(|x| activated(layer.forward(x), activation), &x, &layer.weight, bias);
        agree(&format!("{inputs} to {out}, {kernel:?}, {height} x {width}"), ours, expected);
    }
}

#[test]
fn transposed_convolutions_agree_with_burns() {
    let odd = [([64, 32], [2, 2], [1, 1], [0, 0], [6, 6, 40]), ([8, 1], [3, 3], [1, 1], [0, 0], [62, 62, 2])];
    for (i, ([inputs, out], kernel, stride, padding, [height, width, n])) in
        odd.into_iter().chain(CONVOLUTIONS).enumerate()
    {
        // A transposed convolution may not crop more than it makes.
        if (0..2).any(|d| ([height, width][d] - 1) * stride[d] + kernel[d] <= 2 * padding[d]) {
            continue;
        }
        let config = ConvTranspose2dConfig::new([inputs, out], kernel).with_stride(stride).with_padding(padding);
        let layer: ConvTranspose2d =
            weights::fresh(config.init(&device()), &mut Streams::new(3).get("layer", i as u64));
        let x = normals("x", [n, inputs, height, width]);
        let activation = ACTIVATIONS[i % ACTIVATIONS.len()];
        let bias = layer.bias.as_ref().unwrap();
        let ours = passes(|x| convolved_transposed(&layer, x, activation), &x, &layer.weight, bias);
        let expected = passes(|x| activated(layer.forward(x), activation), &x, &layer.weight, bias);
        agree(&format!("transposed {inputs} to {out}, {kernel:?}, {height} x {width}"), ours, expected);
    }
}

#[test]
fn normalisations_agree_with_burns_in_training_and_frozen() {
    for (i, [n, channels, height, width]) in [[5, 8, 32, 32], [64, 16, 2, 2], [3, 5, 7, 3]].into_iter().enumerate() {
        let layer: BatchNorm = BatchNormConfig::new(channels).init(&device());
        let layer = BatchNorm {
            gamma: Param::from_tensor(normals("scale", [channels])),
            beta: Param::from_tensor(normals("shift", [channels])),
            ..layer
        };
        let other: BatchNorm = BatchNorm {
            running_mean: burn::module::RunningState::new(Tensor::zeros([channels], &device())),
            running_var: burn::module::RunningState::new(Tensor::ones([channels], &device())),
            ..layer.clone()
        };
        let x = normals("x", [n, channels, height, width]) * 3.0 + 10.0;
        let activation = ACTIVATIONS[i % ACTIVATIONS.len()];
        let ours = passes(|x| normalised(&layer, x, activation), &x, &layer.gamma, &layer.beta);
        let expected = passes(|x| activated(other.forward(x), activation), &x, &other.gamma, &other.beta);
        agree(&format!("normalisation of {channels} channels"), ours, expected);
        for (ours, expected) in [(&layer.running_mean, &other.running_mean), (&layer.running_var, &other.running_var)] {
            close("running statistics", &host(ours.value_sync().inner()), &host(expected.value_sync().inner()));
        }
        use burn::module::Module as _;
        let frozen = other.clone().freeze();
        let x = x.require_grad();
        let d = normals("gradient", x.dims());
        let of = |y: Tensor<4>| {
            let gradients = (y.clone() * d.clone()).sum().backward();
            (host(y.inner()), x.grad(&gradients).map(host).unwrap())
        };
        let (ours, expected) =
            (of(normalised(&frozen, x.clone(), activation)), of(activated(frozen.forward(x.clone()), activation)));
        close("frozen output", &ours.0, &expected.0);
        close("frozen input", &ours.1, &expected.1);
    }
}

#[test]
fn pooling_and_doubling_agree_with_burns() {
    use burn::tensor::module::{avg_pool2d, interpolate, max_pool2d};
    use burn::tensor::ops::{AvgPoolOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions};

    type Layer<'a> = (&'a str, &'a dyn Fn(Tensor<4>) -> Tensor<4>, &'a dyn Fn(Tensor<4>) -> Tensor<4>);
    for shape in [[3, 4, 24, 24], [2, 3, 7, 5], [1, 2, 2, 2]] {
        let [_, _, height, width] = shape;
        let twice = InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([2 * height, 2 * width]);
        let layers: [Layer<'_>; 4] = [
            ("maximum", &|x| max_pooled(x, Activation::NONE), &|x| {
                max_pool2d(x, MaxPoolOptions::new([2, 2]).with_stride([2, 2]))
            }),
            ("rectified", &|x| max_pooled(x, Activation::RELU), &|x| {
                relu(max_pool2d(x, MaxPoolOptions::new([2, 2]).with_stride([2, 2])))
            }),
            ("mean", &average_pooled, &|x| avg_pool2d(x, AvgPoolOptions::new([2, 2]).with_stride([2, 2]))),
            ("doubled", &doubled, &|x| interpolate(x, twice.clone())),
        ];
        for (name, ours, expected) in layers {
            let x = normals("x", shape).require_grad();
            let of = |y: Tensor<4>| {
                let gradients = (y.clone() * normals("gradient", y.dims())).sum().backward();
                (host(y.inner()), x.grad(&gradients).map(host).unwrap())
            };
            let (ours, expected) = (of(ours(x.clone())), of(expected(x.clone())));
            close(name, &ours.0, &expected.0);
            close(name, &ours.1, &expected.1);
        }
    }
}

#[test]
fn fully_connected_layers_agree_with_burns() {
    for (i, (n, inputs, outputs)) in [(64, 784, 400), (130, 3, 400), (1, 500, 10), (70, 5, 1)].into_iter().enumerate() {
        let layer: Linear = LinearConfig::new(inputs, outputs).init(&device());
        let layer = weights::fresh(layer, &mut Streams::new(3).get("layer", i as u64));
        let x = normals("x", [n, inputs]);
        let activation = ACTIVATIONS[i % ACTIVATIONS.len()];
        let bias = layer.bias.as_ref().unwrap();
        let ours = passes(|x| linear(&layer, x, activation), &x, &layer.weight, bias);
        let expected = passes(|x| activated(layer.forward(x), activation), &x, &layer.weight, bias);
        agree(&format!("{inputs} to {outputs}"), ours, expected);
    }
}

/// The sums are wider than the lanes of any processor, and no multiple of them.
#[test]
fn losses_are_burns() {
    let (n, classes) = (7, 21);
    let with = |log_softmax: &dyn Fn(Tensor<2>) -> Tensor<2>, mean: &dyn Fn(Tensor<2>) -> Tensor<1>| {
        let x = (normals("x", [n, classes]) * 5.0).require_grad();
        let y = log_softmax(x.clone());
        let loss = mean(y.clone() * normals("gradient", [n, classes]));
        let gradient = x.grad(&loss.backward()).map(host).unwrap();
        [host(y.inner()), host(loss.inner()), gradient]
    };
    let burns = with(&|x| burn::tensor::activation::log_softmax(x, 1), &Tensor::mean);
    let by_row = |x| mean(row_means(x));
    for (which, ours) in [("mean", with(&log_softmax, &mean)), ("mean of rows", with(&log_softmax, &by_row))] {
        for ((part, ours), burns) in ["log probabilities", "loss", "gradient"].iter().zip(ours).zip(&burns) {
            close(&format!("{which}: {part}"), &ours, burns);
        }
    }
    let diverged = log_softmax(Tensor::from_data([[1.0, f32::NAN, 2.0]], &device()));
    assert!(host(diverged.inner()).iter().all(|v| v.is_nan()));
}

/// Sums are cut at the same points for any number of threads.
#[test]
fn bits_do_not_depend_on_threads() {
    let layer: Conv2d =
        Conv2dConfig::new([6, 5], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(&device());
    let layer = weights::fresh(layer, &mut Streams::new(3).get("layer", 0));
    let norm: BatchNorm = BatchNormConfig::new(5).init(&device());
    let dense: Linear = weights::fresh(LinearConfig::new(320, 7).init(&device()), &mut Streams::new(3).get("layer", 1));
    let x = normals("x", [150, 6, 16, 16]);
    let all = || {
        let forward = |x: Tensor<4>| {
            let y = normalised(&norm, convolved(&layer, x, Activation::RELU), Activation::NONE);
            let y = linear(&dense, max_pooled(y, Activation::NONE).flatten(1, 3), Activation::RELU);
            y.reshape([150, 7, 1, 1])
        };
        passes(forward, &x, &layer.weight, layer.bias.as_ref().unwrap())
    };
    let of = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(all);
    let bits = |results: [Vec<f32>; 4]| results.map(|v| v.into_iter().map(f32::to_bits).collect::<Vec<_>>());
    let one = bits(of(1));
    assert!([2, 3, 7].into_iter().all(|threads| bits(of(threads)) == one));
}

/// A diverged model must not look healthy.
#[test]
fn a_nan_passes_through() {
    let layer: Conv2d =
        weights::fresh(Conv2dConfig::new([1, 4], [3, 3]).init(&device()), &mut Streams::new(3).get("layer", 0));
    let norm: BatchNorm = BatchNormConfig::new(4).init(&device());
    let x = Tensor::<4>::full([2, 1, 6, 6], f32::NAN, &device());
    let y = max_pooled(normalised(&norm, convolved(&layer, x, Activation::RELU), Activation::RELU), Activation::RELU);
    assert!(host(y.inner()).iter().all(|v| v.is_nan()));
}

/// The same bits as burn's Adam over several steps.
#[test]
fn adam_is_burns() {
    use burn::optim::{AdamConfig, GradientsParams};

    let start: Linear = weights::fresh(LinearConfig::new(30, 20).init(&device()), &mut Streams::new(3).get("layer", 1));
    let after = |mut optimiser: burn::optim::ModuleOptimizer| {
        let mut layer = start.clone();
        for step in 0..5 {
            let x = normals(&format!("x{step}"), [8, 30]);
            let gradients = GradientsParams::from_grads(layer.forward(x).powi_scalar(2).mean().backward(), &layer);
            layer = optimiser.step(0.01, layer, gradients);
        }
        let values = [host(layer.weight.val().inner()), host(layer.bias.unwrap().val().inner())].concat();
        (values.into_iter().map(f32::to_bits).collect::<Vec<_>>(), optimiser.into_bytes().unwrap())
    };
    let ours = after(Adam::optimiser([0.9, 0.999], 1e-8));
    let burns = after(AdamConfig::new().with_epsilon(1e-8).init());
    assert_eq!(ours.0, burns.0);
    // Each can continue from the other's state.
    assert!(Adam::optimiser([0.9, 0.999], 1e-8).from_bytes(burns.1).is_ok());
    assert!(AdamConfig::new().init().from_bytes(ours.1).is_ok());
}

/// A state that belongs to no parameter is an error and no end of the program.
#[test]
fn a_foreign_state_of_an_optimiser_is_refused() {
    let bytes = burn::tensor::Bytes::from_bytes_vec(vec![0; 8]);
    let lost = burn_pack::Tensor::new("lost".into(), burn::tensor::DType::F32, [2], None, bytes);
    let state = burn_pack::Writer::new(vec![lost]).into_bytes().unwrap().to_vec();
    let layer: Linear = LinearConfig::new(3, 2).init(&device());
    let adam = || Adam::optimiser([0.9, 0.999], 1e-8);
    let refused = |state| restored(adam(), &layer, state).err().unwrap();
    assert!(refused(state).contains("lost belongs to no parameter"));
    assert!(!refused(vec![1, 2, 3]).is_empty());
    // A state of this layer, and of one with the same identities and another shape.
    let trained = |layer: Linear| {
        let mut optimiser = adam();
        let x = Tensor::<2>::ones([4, layer.weight.dims()[0]], &device());
        let gradients = layer.forward(x).mean().backward();
        let _ = optimiser.step(0.1, layer.clone(), burn::optim::GradientsParams::from_grads(gradients, &layer));
        optimiser.into_bytes().unwrap().to_vec()
    };
    assert!(restored(adam(), &layer, trained(layer.clone())).is_ok());
    let weight = Param::initialized(layer.weight.id, Tensor::ones([5, 2], &device()).require_grad());
    let other = refused(trained(Linear { weight, ..layer.clone() }));
    assert!(other.contains("has the shape [5, 2], its parameter [3, 2]"), "{other}");
}

/// A sum too small for a number is a plain zero, whatever sign the kernel of a processor would give it.
#[test]
fn a_product_that_underflows_is_a_positive_zero() {
    let (a, b) = ([1e-30; 6], [-1e-30; 6]);
    for [rows, inner, columns] in [[1, 1, 6], [6, 1, 1], [2, 3, 2]] {
        let result = product(Matrix::new(&a, rows, inner), Matrix::new(&b, inner, columns));
        assert!(result.iter().all(|v| v.to_bits() == 0), "{result:?}");
    }
}
