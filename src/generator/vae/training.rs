//! The training of a VAE, whatever its layers, with a Bernoulli likelihood. Loss: the summed binary cross entropy of the
//! logits plus beta times the KL divergence to N(0, I), averaged over the minibatch (nats).

use std::sync::Arc;

use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Tensor, TensorData};

use super::posterior::Posterior;
use crate::dataset::Split;
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::generator::auto_encoder::AutoEncoder;
use crate::generator::schedule::Schedule;
use crate::generator::state::TrainingState;
use crate::generator::{Generator, GeneratorError, GeneratorLosses, GeneratorTraining, TrainingStep, host, weights};
use crate::kernels::{Adam, scaled_sum};
use crate::rng::Streams;

/// Adam's betas, as is usual; the paper gives none.
const BETAS: [f32; 2] = [0.9, 0.999];

/// A VAE in training, one minibatch at a time.
pub struct VaeTraining<L> {
    net: L,
    optimiser: ModuleOptimizer,
    experiment: Experiment,
    streams: Streams,
    device: ComputeDevice,
    image_len: usize,
    schedule: Schedule,
}

impl<L: Posterior> VaeTraining<L> {
    /// An untrained VAE for the train split; its seed is `experiment.generator_seed`.
    pub fn new(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Self {
        let streams = Streams::new(experiment.generator_seed);
        let net = L::of(experiment, train.shape(), &device.autodiff);
        let net = weights::fresh(net, &mut streams.get("generator-weights", 0));
        Self {
            net,
            optimiser: Adam::optimiser(BETAS, experiment.adam_epsilon),
            experiment: experiment.clone(),
            streams,
            device: device.clone(),
            image_len: train.shape().len(),
            schedule: Schedule::new(experiment, train.len()),
        }
    }

    /// The VAE as it is now.
    pub fn vae(&self) -> AutoEncoder<L> {
        AutoEncoder::new(&self.net, self.experiment.latent_dim, self.image_len, &self.device)
    }
}

impl<L: Posterior> GeneratorTraining for VaeTraining<L> {
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
        let [mean, log_variance] = self.net.posterior(images.clone());
        let codes = mean.clone() + (log_variance.clone() * 0.5).exp() * noise; // [n, dim]
        let logits = self.net.logits(codes); // [n, image_len]
        // BCE with logits: softplus(l) - l x, and softplus(l) = -log sigmoid(-l).
        let reconstruction = scaled_sum(-(log_sigmoid(-logits.clone())) - logits * images, 1.0 / n as f64);
        let spread = log_variance.clone().exp() + mean.clone().powi_scalar(2) - log_variance - 1.0;
        let kl = scaled_sum(spread, 0.5 / n as f64);
        let loss = reconstruction.clone() + kl.clone() * self.experiment.beta;

        let gradients = GradientsParams::from_grads(loss.backward(), &self.net);
        self.net = self.optimiser.step(rate, self.net.clone(), gradients);
        weights::settle(&self.net);
        let (reconstruction, code) = (reconstruction.into_scalar::<f32>(), kl.into_scalar::<f32>());
        let losses = GeneratorLosses { reconstruction, code, ..GeneratorLosses::default() };
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
