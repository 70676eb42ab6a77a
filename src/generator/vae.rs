//! The variational auto-encoder of Tables S9/S10 (MNIST) and S11/S12 (IVUS).
//!
//! Three fully connected layers each for encoder and decoder, ReLU between them, Bernoulli likelihood. Loss: the summed
//! binary cross entropy of the logits plus beta times the KL divergence to N(0, I), averaged over the minibatch (nats).

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{log_sigmoid, sigmoid};
use burn::tensor::{Device, Tensor, TensorData};

use super::schedule::Schedule;
use super::state::TrainingState;
use super::weights::NamedTensor;
use super::{Generator, GeneratorError, GeneratorLosses, GeneratorTraining, TrainingStep, host, weights};
use crate::dataset::Split;
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::kernels::{Activation, Adam, linear, scaled_sum};
use crate::rng::Streams;
use std::sync::Arc;

/// Width of both hidden layers, as in the tables.
const HIDDEN: usize = 400;
/// Adam's betas, as is usual; the paper gives none.
const BETAS: [f32; 2] = [0.9, 0.999];

/// The layers of encoder and decoder.
#[derive(Module, Debug)]
pub struct VaeNet {
    encoder1: Linear,
    encoder2: Linear,
    mean: Linear,
    log_variance: Linear,
    decoder1: Linear,
    decoder2: Linear,
    output: Linear,
}

impl VaeNet {
    /// Untrained layers on `device`; burn's own initial weights must be overwritten.
    pub fn new(image_len: usize, latent_dim: usize, device: &Device) -> Self {
        let linear = |input, output| LinearConfig::new(input, output).init(device);
        Self {
            encoder1: linear(image_len, HIDDEN),
            encoder2: linear(HIDDEN, HIDDEN),
            mean: linear(HIDDEN, latent_dim),
            log_variance: linear(HIDDEN, latent_dim),
            decoder1: linear(latent_dim, HIDDEN),
            decoder2: linear(HIDDEN, HIDDEN),
            output: linear(HIDDEN, image_len),
        }
    }

    /// Mean and log variance of q(z | x), both `[n, latent_dim]`.
    fn encode(&self, images: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let h = linear(&self.encoder1, images, Activation::RELU); // [n, 400]
        let h = linear(&self.encoder2, h, Activation::RELU); // [n, 400]
        (linear(&self.mean, h.clone(), Activation::NONE), linear(&self.log_variance, h, Activation::NONE))
    }

    /// Logits of the pixels, `[n, image_len]`.
    fn logits(&self, codes: Tensor<2>) -> Tensor<2> {
        let h = linear(&self.decoder1, codes, Activation::RELU); // [n, 400]
        let h = linear(&self.decoder2, h, Activation::RELU); // [n, 400]
        linear(&self.output, h, Activation::NONE)
    }
}

/// A trained VAE.
pub struct Vae {
    /// On the autodiff device, frozen: gradients pass through it to the codes.
    frozen: VaeNet,
    /// Without autodiff, for encoding and decoding.
    plain: VaeNet,
    latent_dim: usize,
    image_len: usize,
    device: ComputeDevice,
}

impl Vae {
    fn new(net: &VaeNet, latent_dim: usize, image_len: usize, device: &ComputeDevice) -> Self {
        let (frozen, plain) = (net.clone().freeze(), net.valid());
        Self { frozen, plain, latent_dim, image_len, device: device.clone() }
    }

    /// A VAE from its parameters.
    pub fn from_tensors(
        tensors: Vec<NamedTensor>,
        latent_dim: usize,
        image_len: usize,
        device: &ComputeDevice,
    ) -> Result<Self, String> {
        let net = weights::loaded(VaeNet::new(image_len, latent_dim, &device.autodiff), tensors)?;
        Ok(Self::new(&net, latent_dim, image_len, device))
    }
}

impl Generator for Vae {
    fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    fn image_len(&self) -> usize {
        self.image_len
    }

    fn device(&self) -> &ComputeDevice {
        &self.device
    }

    fn decode_tensor(&self, codes: Tensor<2>) -> Tensor<2> {
        let net = if codes.is_autodiff() { &self.frozen } else { &self.plain };
        sigmoid(net.logits(codes))
    }

    fn encode(&self, images: &[f32]) -> Vec<f32> {
        let n = images.len() / self.image_len;
        let images = Tensor::<2>::from_data(TensorData::new(images.to_vec(), [n, self.image_len]), &self.device.plain);
        host(self.plain.encode(images).0)
    }

    fn tensors(&self) -> Vec<NamedTensor> {
        NamedTensor::all(&self.plain)
    }
}

/// A VAE in training, one minibatch at a time.
pub struct VaeTraining {
    net: VaeNet,
    optimiser: ModuleOptimizer,
    experiment: Experiment,
    streams: Streams,
    device: ComputeDevice,
    image_len: usize,
    schedule: Schedule,
}

impl VaeTraining {
    /// An untrained VAE for the train split; its seed is `experiment.generator_seed`.
    pub fn new(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Self {
        let streams = Streams::new(experiment.generator_seed);
        let image_len = train.shape().len();
        let net = VaeNet::new(image_len, experiment.latent_dim, &device.autodiff);
        let net = weights::fresh(net, &mut streams.get("generator-weights", 0));
        Self {
            net,
            optimiser: Adam::optimiser(BETAS, experiment.adam_epsilon),
            experiment: experiment.clone(),
            streams,
            device: device.clone(),
            image_len,
            schedule: Schedule::new(experiment, train.len()),
        }
    }

    /// The VAE as it is now.
    pub fn vae(&self) -> Vae {
        Vae::new(&self.net, self.experiment.latent_dim, self.image_len, &self.device)
    }
}

impl GeneratorTraining for VaeTraining {
    fn total_steps(&self) -> usize {
        self.schedule.total_steps()
    }

    fn steps_done(&self) -> usize {
        self.schedule.steps_done()
    }

    fn epoch(&self) -> f32 {
        self.schedule.epoch()
    }

    fn advance(&mut self, train: &Split) -> Result<TrainingStep, GeneratorError> {
        let rate = self.schedule.learning_rate(&self.experiment);
        let (step, samples) = self.schedule.next_batch(&self.streams);
        let n = samples.len();
        let dim = self.experiment.latent_dim;
        let noise = self.streams.get("generator-noise", step as u64).normals(n * dim);

        let device = &self.device.autodiff;
        let images = Tensor::<2>::from_data(TensorData::new(train.gather(&samples), [n, self.image_len]), device);
        let noise = Tensor::<2>::from_data(TensorData::new(noise, [n, dim]), device);
        let (mean, log_variance) = self.net.encode(images.clone());
        let codes = mean.clone() + (log_variance.clone() * 0.5).exp() * noise; // [n, dim]
        let logits = self.net.logits(codes); // [n, image_len]
        // BCE with logits: softplus(l) - l x, and softplus(l) = -log sigmoid(-l).
        let reconstruction = scaled_sum(-(log_sigmoid(-logits.clone())) - logits * images, 1.0 / n as f64);
        let spread = log_variance.clone().exp() + mean.clone().powi_scalar(2) - log_variance - 1.0;
        let kl = scaled_sum(spread, 0.5 / n as f64);
        let loss = reconstruction.clone() + kl.clone() * self.experiment.beta;

        let gradients = GradientsParams::from_grads(loss.backward(), &self.net);
        self.net = self.optimiser.step(rate, self.net.clone(), gradients);
        let (reconstruction, code) = (reconstruction.into_scalar::<f32>(), kl.into_scalar::<f32>());
        let losses = GeneratorLosses { reconstruction, code, adversarial: None };
        if !losses.is_finite() {
            return Err(GeneratorError::Diverged { epoch: self.epoch() });
        }
        Ok(TrainingStep { losses, samples, codes: host(mean.inner()) })
    }

    fn state(&self) -> Result<TrainingState, GeneratorError> {
        TrainingState::of(self.steps_done(), &self.net, &[&self.optimiser]).map_err(GeneratorError::Weights)
    }

    fn resume(&mut self, state: TrainingState) -> Result<(), GeneratorError> {
        let steps = state.steps;
        let (net, [optimiser]) = state.restored(&self.net, [&self.optimiser]).map_err(GeneratorError::Weights)?;
        (self.net, self.optimiser) = (net, optimiser);
        self.schedule.go_on_after(steps);
        Ok(())
    }

    fn generator(&self) -> Arc<dyn Generator> {
        Arc::new(self.vae())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_tables_s9_to_s12() {
        // Weights and biases of each fully connected layer of the table, counted by hand.
        let linear = |i: usize, o: usize| i * o + o;
        for (image_len, latent) in [(784, 3), (4096, 3), (784, 2)] {
            let encoder = linear(image_len, 400) + linear(400, 400) + 2 * linear(400, latent);
            let decoder = linear(latent, 400) + linear(400, 400) + linear(400, image_len);
            let net = VaeNet::new(image_len, latent, &Device::flex());
            assert_eq!(net.num_params(), encoder + decoder, "{image_len} {latent}");
        }
    }

    #[test]
    fn layers_have_the_shapes_of_the_tables() {
        let device = Device::flex();
        let net = VaeNet::new(784, 3, &device);
        let (mean, log_variance) = net.encode(Tensor::zeros([5, 784], &device));
        assert_eq!((mean.dims(), log_variance.dims()), ([5, 3], [5, 3]));
        assert_eq!(net.logits(mean).dims(), [5, 784]);
    }
}
