//! The models under study, F: one training step, one evaluation, and the gradient that a sampler follows.

mod gradient;
pub mod lenet;
mod lenet_cpu;
pub mod vgg;

pub use gradient::{LatentGradient, latent_gradient};

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Bytes, Device, Int, Tensor, TensorData};

use crate::dataset::ImageShape;
use crate::device::{ComputeDevice, DeviceKind};
use crate::experiment::{Experiment, TargetKind};
use crate::generator::{host, weights};
use crate::rng::Streams;
use lenet_cpu::{LeNetCpu, log_softmax_rows};

/// The networks that can be a target.
#[allow(clippy::large_enum_variant, reason = "there are a handful of networks, and a box would hide their layers")]
#[derive(Module, Debug)]
pub enum Network {
    LeNet(lenet::LeNet),
    Vgg16(vgg::Vgg16),
}

impl Network {
    fn new(experiment: &Experiment, shape: ImageShape, classes: usize, device: &Device) -> Self {
        match experiment.target {
            TargetKind::LeNet => Self::LeNet(lenet::LeNet::new(shape, classes, device)),
            TargetKind::Vgg16 => Self::Vgg16(vgg::Vgg16::new(shape, experiment.target_width, classes, device)),
        }
    }

    fn features(&self, images: Tensor<4>) -> Tensor<2> {
        match self {
            Self::LeNet(net) => net.features(images),
            Self::Vgg16(net) => net.features(images),
        }
    }

    fn head(&self, features: Tensor<2>) -> Tensor<2> {
        match self {
            Self::LeNet(net) => net.head(features),
            Self::Vgg16(net) => net.head(features),
        }
    }

    fn logits(&self, images: Tensor<4>) -> Tensor<2> {
        self.head(self.features(images))
    }
}

/// Images of LeNet classified in about 50 ms on one core; a GPU takes as many of any network.
const LENET_PER_UNIT: usize = 128;
/// VGG-16's work grows with the square of its width: 32 images at 8 channels.
const VGG_WORK_PER_UNIT: usize = 2_048;
const VGG_LEAST_PER_UNIT: usize = 4;

/// Weights that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the target's weights cannot be read or written: {0}")]
pub struct WeightsError(String);

impl WeightsError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A target model in training.
pub struct Target {
    network: Network,
    optimiser: ModuleOptimizer,
    shape: ImageShape,
    classes: usize,
    learning_rate: f64,
    adam_epsilon: f32,
    device: ComputeDevice,
}

impl Target {
    /// A fresh target; its weights depend on the streams' root alone, so paired runs begin alike.
    pub fn new(
        experiment: &Experiment,
        shape: ImageShape,
        classes: usize,
        streams: &Streams,
        device: &ComputeDevice,
    ) -> Self {
        let network = Network::new(experiment, shape, classes, &device.autodiff);
        Self {
            network: weights::fresh(network, &mut streams.get("target-weights", 0)),
            optimiser: adam(experiment.adam_epsilon),
            shape,
            classes,
            learning_rate: experiment.learning_rate,
            adam_epsilon: experiment.adam_epsilon,
            device: device.clone(),
        }
    }

    /// One optimiser step on images `[n, shape.len()]` in [0, 1]; the mean cross entropy before it (nats).
    pub fn train_step(&mut self, images: Vec<f32>, labels: &[u8]) -> f32 {
        let (loss, gradients) = match &self.network {
            Network::LeNet(net) if self.device.kind == DeviceKind::Cpu => {
                LeNetCpu::new(&net.valid(), self.shape).backward(net, &images, labels, &self.device.plain)
            }
            _ => self.loss_and_gradients(images, labels),
        };
        self.network = self.optimiser.step(self.learning_rate, self.network.clone(), gradients);
        weights::settle(&self.network);
        loss
    }

    fn loss_and_gradients(&self, images: Vec<f32>, labels: &[u8]) -> (f32, GradientsParams) {
        let images = image_tensor(images, self.shape, &self.device.autodiff);
        let labels = label_tensor(labels, &self.device.autodiff);
        let loss =
            CrossEntropyLossConfig::new().init(&self.device.autodiff).forward(self.network.logits(images), labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        (loss.into_scalar::<f32>(), gradients)
    }

    /// The model as it is now, with fixed parameters.
    pub fn frozen(&self) -> FrozenTarget {
        let plain = self.network.valid();
        let cpu = match &plain {
            Network::LeNet(net) if self.device.kind == DeviceKind::Cpu => Some(LeNetCpu::new(net, self.shape)),
            _ => None,
        };
        FrozenTarget {
            cpu,
            // By way of `plain`, because a mere clone would share its running statistics with the training. Frozen,
            // normalisations use them: a point's gradient must not depend on the points beside it.
            differentiable: plain.clone().train().freeze(),
            plain,
            shape: self.shape,
            classes: self.classes,
            device: self.device.clone(),
        }
    }

    /// Weights and optimiser state.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<u8>), WeightsError> {
        let weights = self.network.clone().into_record().into_bytes().map_err(WeightsError::new)?;
        let optimiser = self.optimiser.into_bytes().map_err(WeightsError::new)?;
        Ok((weights.to_vec(), optimiser.to_vec()))
    }

    /// Continues from what `to_bytes` gave.
    pub fn load(&mut self, weights: Vec<u8>, optimiser: Vec<u8>) -> Result<(), WeightsError> {
        let record =
            burn::store::ModuleRecord::from_bytes(Bytes::from_bytes_vec(weights)).map_err(WeightsError::new)?;
        self.network = self.network.clone().try_load_record(record).map_err(WeightsError::new)?;
        self.optimiser =
            adam(self.adam_epsilon).from_bytes(Bytes::from_bytes_vec(optimiser)).map_err(WeightsError::new)?;
        Ok(())
    }
}

fn adam(epsilon: f32) -> ModuleOptimizer {
    AdamConfig::new().with_epsilon(epsilon).init()
}

/// A target with fixed parameters: for evaluation, scoring and the latent gradient.
#[derive(Clone)]
pub struct FrozenTarget {
    plain: Network,
    /// The same in the layout that a CPU likes best, where there is one.
    cpu: Option<LeNetCpu>,
    differentiable: Network,
    shape: ImageShape,
    classes: usize,
    device: ComputeDevice,
}

impl FrozenTarget {
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Images classified at once: about 50 ms on one core, and at least enough to be worth a call.
    pub fn images_per_unit(&self) -> usize {
        match (&self.plain, self.device.kind) {
            (Network::Vgg16(net), DeviceKind::Cpu) => {
                (VGG_WORK_PER_UNIT / net.width().pow(2)).clamp(VGG_LEAST_PER_UNIT, LENET_PER_UNIT)
            }
            _ => LENET_PER_UNIT,
        }
    }

    /// Log probabilities of the classes, `[n, classes]`, of images `[n, shape.len()]` in [0, 1].
    pub fn log_probabilities(&self, images: Vec<f32>) -> Vec<f32> {
        match &self.cpu {
            Some(cpu) => log_softmax_rows(&cpu.forward(&images).1, self.classes),
            None => host(log_softmax(self.plain.logits(image_tensor(images, self.shape, &self.device.plain)), 1)),
        }
    }

    /// Penultimate features `[n, width]` and log probabilities `[n, classes]`.
    pub fn features(&self, images: Vec<f32>) -> (Vec<f32>, Vec<f32>) {
        if let Some(cpu) = &self.cpu {
            let (features, logits) = cpu.forward(&images);
            return (features, log_softmax_rows(&logits, self.classes));
        }
        let features = self.plain.features(image_tensor(images, self.shape, &self.device.plain));
        (host(features.clone()), host(log_softmax(self.plain.head(features), 1)))
    }
}

fn image_tensor(images: Vec<f32>, shape: ImageShape, device: &Device) -> Tensor<4> {
    let n = images.len() / shape.len();
    Tensor::from_data(TensorData::new(images, [n, shape.channels, shape.height, shape.width]), device)
}

fn label_tensor(labels: &[u8], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i32> = labels.iter().map(|&l| i32::from(l)).collect();
    let n = labels.len();
    Tensor::from_data(TensorData::new(labels, [n]), device)
}

/// The most probable class and the cross entropy with `label` (nats), from one row of log probabilities.
pub fn prediction(log_probabilities: &[f32], label: u8) -> (u8, f32) {
    let best = log_probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
    let loss = log_probabilities.get(usize::from(label)).map_or(f32::NAN, |l| -l);
    (best.map_or(0, |(class, _)| class as u8), loss)
}
