//! A target model F in training, and frozen for predictions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Device, Int, Tensor, TensorData};

use super::nets::{IMAGES_PER_UNIT, Network};
use crate::dataset::{Class, ImageShape};
use crate::device::{ComputeDevice, DeviceKind};
use crate::experiment::{Experiment, Task};
use crate::generator::{host, weights};
use crate::kernels::{self, Adam, log_softmax};
use crate::rng::Streams;

/// The labels that the loss on several images is computed with.
#[derive(Debug, Clone, Copy)]
pub enum Truth<'a> {
    /// The class of each image: cross entropy.
    Classes(&'a [Class]),
    /// The scaled map of each image, one after the other: mean square error.
    Maps(&'a [f32]),
}

impl<'a> From<&'a [Class]> for Truth<'a> {
    fn from(labels: &'a [Class]) -> Self {
        Self::Classes(labels)
    }
}

impl<'a> From<&'a Vec<Class>> for Truth<'a> {
    fn from(labels: &'a Vec<Class>) -> Self {
        Self::Classes(labels)
    }
}

impl<'a, const N: usize> From<&'a [Class; N]> for Truth<'a> {
    fn from(labels: &'a [Class; N]) -> Self {
        Self::Classes(labels)
    }
}

/// Weights that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the target's weights cannot be read or written: {0}")]
pub struct WeightsError(String);

impl WeightsError {
    /// From what a library says; the cause is kept as text.
    pub fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A target model in training.
pub struct Target {
    network: Network,
    optimiser: ModuleOptimizer,
    shape: ImageShape,
    classes: usize,
    /// The unit of the loss: one nat, or the square of the maps' constant in kPa^2.
    unit: f32,
    learning_rate: f64,
    adam_epsilon: f32,
    device: ComputeDevice,
}

impl Target {
    /// An untrained target; its weights depend only on the root of `streams`, so paired runs start with equal weights.
    pub fn new(
        experiment: &Experiment,
        shape: ImageShape,
        classes: usize,
        streams: &Streams,
        device: &ComputeDevice,
    ) -> Self {
        let network = Network::new(experiment.network(), experiment, shape, classes, &device.autodiff);
        Self {
            network: weights::fresh(network, &mut streams.get("target-weights", 0)),
            optimiser: adam(experiment.adam_epsilon),
            shape,
            classes,
            unit: match experiment.dataset.task() {
                Task::Classes => 1.0,
                Task::Maps => experiment.stress_scale_kpa * experiment.stress_scale_kpa,
            },
            learning_rate: experiment.learning_rate,
            adam_epsilon: experiment.adam_epsilon,
            device: device.clone(),
        }
    }

    /// One optimiser step on images `[n, shape.len()]` in [0, 1]; returns the loss before it: the mean cross entropy
    /// (nats), or the mean square error over all pixels (kPa^2).
    pub fn train_step<'a>(&mut self, images: Vec<f32>, truth: impl Into<Truth<'a>>) -> f32 {
        let (loss, gradients) = self.loss_and_gradients(images, truth.into());
        self.network = self.optimiser.step(self.learning_rate, self.network.clone(), gradients);
        weights::settle(&self.network);
        loss * self.unit
    }

    fn loss_and_gradients(&self, images: Vec<f32>, truth: Truth<'_>) -> (f32, GradientsParams) {
        let device = &self.device.autodiff;
        let outputs = self.network.logits(image_tensor(images, self.shape, device));
        let n = outputs.dims()[0];
        // The loss of each image or of each pixel.
        let losses: Tensor<1> = match truth {
            Truth::Classes(labels) => {
                let labels = label_tensor(labels, device).reshape([n, 1]);
                -log_softmax(outputs).gather(1, labels).reshape([n])
            }
            Truth::Maps(maps) => {
                let maps = Tensor::from_data(TensorData::new(maps.to_vec(), outputs.dims()), device);
                (outputs - maps).powi_scalar(2).flatten(0, 1)
            }
        };
        let loss = kernels::mean(losses);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        (loss.into_scalar::<f32>(), gradients)
    }

    /// A copy of the present model with fixed parameters.
    pub fn frozen(&self) -> FrozenTarget {
        let plain = self.network.valid();
        FrozenTarget {
            // From `plain`, because a clone of the network would share its running statistics with the training. Frozen
            // normalisations use them: a point's gradient must not depend on the other points.
            differentiable: plain.clone().train().freeze(),
            plain,
            shape: self.shape,
            classes: self.classes,
            unit: self.unit,
            device: self.device.clone(),
            scored: Arc::default(),
        }
    }

    /// Weights and optimiser state.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<u8>), WeightsError> {
        let weights = self.network.clone().into_record().into_bytes().map_err(WeightsError::new)?;
        let optimiser = self.optimiser.into_bytes().map_err(WeightsError::new)?;
        Ok((weights.to_vec(), optimiser.to_vec()))
    }

    /// Restores the state that `to_bytes` returned.
    pub fn load(&mut self, weights: Vec<u8>, optimiser: Vec<u8>) -> Result<(), WeightsError> {
        self.load_weights(weights)?;
        self.optimiser =
            kernels::restored(adam(self.adam_epsilon), &self.network, optimiser).map_err(WeightsError::new)?;
        Ok(())
    }

    /// Restores weights for evaluation; to continue training, `load` restores the optimiser's state as well.
    pub fn load_weights(&mut self, weights: Vec<u8>) -> Result<(), WeightsError> {
        let record =
            burn::store::ModuleRecord::from_bytes(Bytes::from_bytes_vec(weights)).map_err(WeightsError::new)?;
        self.network = self.network.clone().try_load_record(record).map_err(WeightsError::new)?;
        Ok(())
    }
}

/// Adam's betas, as is usual; the paper gives none.
const BETAS: [f32; 2] = [0.9, 0.999];

fn adam(epsilon: f32) -> ModuleOptimizer {
    Adam::optimiser(BETAS, epsilon)
}

/// A target with fixed parameters: for evaluation, scoring and the latent gradient.
#[derive(Clone)]
pub struct FrozenTarget {
    plain: Network,
    pub(super) differentiable: Network,
    pub(super) shape: ImageShape,
    classes: usize,
    /// The unit of the loss, as in `Target`.
    pub(super) unit: f32,
    pub(super) device: ComputeDevice,
    /// Images that it and its clones were asked about.
    scored: Arc<AtomicUsize>,
}

impl FrozenTarget {
    /// Classes that it tells apart: the columns of `log_probabilities`.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Images that it and its clones were asked about so far, also by their codes.
    pub fn scored(&self) -> usize {
        self.scored.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, images: usize) {
        self.scored.fetch_add(images, Ordering::Relaxed);
    }

    /// Images as the network takes them, counted.
    fn images(&self, images: Vec<f32>) -> Tensor<4> {
        self.count(images.len() / self.shape.len());
        image_tensor(images, self.shape, &self.device.plain)
    }

    /// Images classified at once: about 50 ms on one core, and at least enough to be worth a call.
    pub fn images_per_unit(&self) -> usize {
        match self.device.kind {
            DeviceKind::Cpu => self.plain.images_per_unit(),
            _ => IMAGES_PER_UNIT,
        }
    }

    /// Log probabilities of the classes, `[n, classes]`, of images `[n, shape.len()]` in [0, 1].
    pub fn log_probabilities(&self, images: Vec<f32>) -> Vec<f32> {
        host(log_softmax(self.plain.logits(self.images(images))))
    }

    /// The unit of the loss: one nat, or the square of the maps' constant in kPa^2.
    pub fn unit(&self) -> f32 {
        self.unit
    }

    /// Scaled maps, `[n, pixels]`, of images `[n, shape.len()]` in [0, 1].
    pub fn maps(&self, images: Vec<f32>) -> Vec<f32> {
        host(self.plain.logits(self.images(images)))
    }

    /// Mean square errors of predicted scaled maps, kPa^2, one for each image.
    pub fn map_losses(&self, predicted: &[f32], maps: &[f32], images: usize) -> Vec<f32> {
        let pixels = (maps.len() / images.max(1)).max(1);
        let rows = predicted.chunks_exact(pixels).zip(maps.chunks_exact(pixels));
        rows.map(|(a, b)| self.unit * a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>() / pixels as f32)
            .collect()
    }

    /// Penultimate features `[n, width]` and log probabilities `[n, classes]`, which are empty if labels are maps.
    pub fn features(&self, images: Vec<f32>) -> (Vec<f32>, Vec<f32>) {
        let features = self.plain.features(self.images(images));
        let log_probabilities = match self.plain.kind().task() {
            Task::Classes => host(log_softmax(self.plain.head(features.clone()))),
            Task::Maps => Vec::new(),
        };
        (host(features), log_probabilities)
    }
}

fn image_tensor(images: Vec<f32>, shape: ImageShape, device: &Device) -> Tensor<4> {
    let n = images.len() / shape.len();
    Tensor::from_data(TensorData::new(images, [n, shape.channels, shape.height, shape.width]), device)
}

pub fn label_tensor(labels: &[Class], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i32> = labels.iter().map(|&l| i32::from(l)).collect();
    let n = labels.len();
    Tensor::from_data(TensorData::new(labels, [n]), device)
}

/// The most probable class and the cross entropy with `label` (nats), from one row of log probabilities.
pub fn prediction(log_probabilities: &[f32], label: Class) -> (Class, f32) {
    let loss = log_probabilities.get(usize::from(label)).map_or(f32::NAN, |l| -l);
    (argmax(log_probabilities) as Class, loss)
}

/// Index of the largest value of a row, the first if tied; 0 for an empty row.
pub fn argmax(row: &[f32]) -> usize {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]).then(b.cmp(&a))).unwrap_or(0)
}
