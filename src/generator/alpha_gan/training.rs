//! Training of the alpha-GAN (Rosca et al. 2017, Algorithm 1): four losses, one step of each network per minibatch.
//!
//! With R(p) = -log p + log(1 - p), which is minus the logit: the encoder minimises lambda |x - G(E(x))| + R(C(E(x))),
//! the generator lambda |x - G(E(x))| + R(D(G(E(x)))) + R(D(G(z))), the discriminator
//! -2 log D(x) - log(1 - D(G(E(x)))) - log(1 - D(G(z))), the code discriminator -log(1 - C(E(x))) - log C(z).

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Tensor, TensorData};
use std::sync::Arc;

use super::{AlphaGan, AlphaGanNets};
use crate::dataset::{ImageShape, Split};
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::generator::schedule::Schedule;
use crate::generator::state::TrainingState;
use crate::generator::{
    Adversarial, Generator, GeneratorError, GeneratorLosses, GeneratorTraining, TrainingStep, host, weights,
};
use crate::kernels::{Adam, mean};
use crate::rng::Streams;

/// Adam's betas, as in the paper of Rosca et al.
const BETAS: [f32; 2] = [0.5, 0.9];

/// An alpha-GAN in training, one minibatch at a time.
pub struct AlphaGanTraining {
    nets: AlphaGanNets,
    optimisers: Optimisers,
    experiment: Experiment,
    streams: Streams,
    device: ComputeDevice,
    shape: ImageShape,
    schedule: Schedule,
}

struct Optimisers {
    encoder: ModuleOptimizer,
    generator: ModuleOptimizer,
    discriminator: ModuleOptimizer,
    code_discriminator: ModuleOptimizer,
}

impl Optimisers {
    fn all(&self) -> [&ModuleOptimizer; 4] {
        [&self.encoder, &self.generator, &self.discriminator, &self.code_discriminator]
    }
}

impl AlphaGanTraining {
    /// An untrained alpha-GAN for the train split; its seed is `experiment.generator_seed`.
    pub fn new(experiment: &Experiment, train: &Split, device: &ComputeDevice) -> Self {
        let streams = Streams::new(experiment.generator_seed);
        let shape = train.shape();
        let nets = AlphaGanNets::new(experiment, shape, &device.autodiff);
        let adam = || Adam::optimiser(BETAS, experiment.adam_epsilon);
        Self {
            nets: weights::fresh(nets, &mut streams.get("generator-weights", 0)),
            optimisers: Optimisers {
                encoder: adam(),
                generator: adam(),
                discriminator: adam(),
                code_discriminator: adam(),
            },
            experiment: experiment.clone(),
            streams,
            device: device.clone(),
            shape,
            schedule: Schedule::new(experiment, train.len()),
        }
    }

    /// The losses of encoder and generator together, for one backward pass: each part reaches only its own network, and
    /// the reconstruction loss reaches both.
    fn play(&self, images: &Tensor<4>, codes: &Tensor<2>, noise: Tensor<2>) -> Play {
        let judge = self.nets.discriminator.clone().no_grad();
        let code_judge = self.nets.code_discriminator.clone().no_grad();
        let rebuilt = self.nets.generator.forward(codes.clone()); // [n, channels, height, width]
        let reconstruction = mean((rebuilt - images.clone()).abs());
        let hidden = -mean(code_judge.forward(codes.clone()));
        let fakes = self.nets.generator.forward(Tensor::cat(vec![codes.clone().detach(), noise], 0)); // [2n, ...]
        // The mean over 2n times 2: the sum of the two means over n.
        let adversarial = -mean(judge.forward(fakes.clone())) * 2.0;
        let weight = self.experiment.reconstruction_weight;
        let total = reconstruction.clone() * weight + hidden.clone() + adversarial.clone();
        Play { total, reconstruction, hidden, adversarial, fakes: fakes.detach() }
    }

    /// The discriminator's loss and its accuracy in percent, real and generated images with equal weight.
    fn judge(&self, real: Tensor<4>, fakes: Tensor<4>) -> (Tensor<1>, f32) {
        let real = self.nets.discriminator.forward(real); // [n, 1]
        let fakes = self.nets.discriminator.forward(fakes); // [2n, 1]
        let right = (share_above(&real, true) + share_above(&fakes, false)) / 2.0;
        let loss = -mean(log_sigmoid(real)) * 2.0 - mean(log_sigmoid(-fakes)) * 2.0;
        (loss, right)
    }

    /// The code discriminator's loss and its accuracy in percent; real codes are those from the prior.
    fn judge_codes(&self, prior: Tensor<2>, codes: Tensor<2>) -> (Tensor<1>, f32) {
        let prior = self.nets.code_discriminator.forward(prior); // [n, 1]
        let codes = self.nets.code_discriminator.forward(codes); // [n, 1]
        let right = (share_above(&prior, true) + share_above(&codes, false)) / 2.0;
        let loss = -mean(log_sigmoid(prior)) - mean(log_sigmoid(-codes));
        (loss, right)
    }
}

/// Losses and images of encoder and generator on a minibatch.
struct Play {
    total: Tensor<1>,
    reconstruction: Tensor<1>,
    hidden: Tensor<1>,
    adversarial: Tensor<1>,
    /// G(E(x)), then G(z), without gradients.
    fakes: Tensor<4>,
}

impl GeneratorTraining for AlphaGanTraining {
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
        let (n, dim) = (samples.len(), self.experiment.latent_dim);
        let device = &self.device.autodiff;
        let noise = self.streams.get("generator-noise", step as u64).normals(n * dim);
        let noise = Tensor::<2>::from_data(TensorData::new(noise, [n, dim]), device);
        let images = AlphaGan::images(&train.gather(&samples), self.shape, device);

        let codes = self.nets.encoder.forward(images.clone()); // [n, dim]
        let play = self.play(&images, &codes, noise.clone());
        let diversity = diversity(play.fakes.clone().narrow(0, n, n), images.clone());
        let mut gradients = play.total.backward();
        let for_encoder = GradientsParams::from_module(&mut gradients, &self.nets.encoder);
        let for_generator = GradientsParams::from_module(&mut gradients, &self.nets.generator);
        let (loss, image_accuracy) = self.judge(images, play.fakes);
        let for_discriminator = GradientsParams::from_grads(loss.backward(), &self.nets.discriminator);
        let (code_loss, code_accuracy) = self.judge_codes(noise, codes.clone().detach());
        let for_codes = GradientsParams::from_grads(code_loss.backward(), &self.nets.code_discriminator);

        let AlphaGanNets { encoder, generator, discriminator, code_discriminator } = self.nets.clone();
        let optimisers = &mut self.optimisers;
        self.nets = AlphaGanNets {
            encoder: optimisers.encoder.step(rate, encoder, for_encoder),
            generator: optimisers.generator.step(rate, generator, for_generator),
            discriminator: optimisers.discriminator.step(rate, discriminator, for_discriminator),
            code_discriminator: optimisers.code_discriminator.step(rate, code_discriminator, for_codes),
        };
        weights::settle(&self.nets);

        let value = |t: Tensor<1>| t.into_scalar::<f32>();
        let losses = GeneratorLosses {
            // From [-1, 1] to [0, 1].
            reconstruction: value(play.reconstruction) / 2.0,
            code: value(play.hidden),
            adversarial: Some(Adversarial {
                generator: value(play.adversarial),
                discriminator: value(loss),
                code_discriminator: value(code_loss),
                image_accuracy,
                code_accuracy,
                diversity,
            }),
            kept: None,
        };
        if !losses.is_finite() {
            return Err(GeneratorError::Diverged { epoch: self.epoch() });
        }
        Ok(TrainingStep { losses, samples, codes: host(codes.inner()) })
    }

    fn state(&self) -> Result<TrainingState, GeneratorError> {
        let state = TrainingState::of(self.steps_done(), &self.nets, &self.optimisers.all());
        state.map_err(GeneratorError::Weights)
    }

    fn resume(&mut self, state: TrainingState) -> Result<(), GeneratorError> {
        let steps = state.steps;
        let restored = state.restored(&self.nets, self.optimisers.all());
        let (nets, [encoder, generator, discriminator, code_discriminator]) =
            restored.map_err(GeneratorError::Weights)?;
        self.nets = nets;
        self.optimisers = Optimisers { encoder, generator, discriminator, code_discriminator };
        self.schedule.go_on_after(steps);
        Ok(())
    }

    fn generator(&self) -> Arc<dyn Generator> {
        Arc::new(AlphaGan::new(&self.nets, &self.experiment, self.shape, &self.device))
    }
}

/// Percentage of logits above zero, or not above it.
fn share_above(logits: &Tensor<2>, above: bool) -> f32 {
    let values = host(logits.clone().inner());
    100.0 * values.iter().filter(|v| (**v > 0.0) == above).count() as f32 / values.len().max(1) as f32
}

/// Diversity of the generated images: the root of the ratio of their mean variance over the minibatch to that of the
/// real images. 1 is as diverse as the data, 0 is total collapse.
fn diversity(made: Tensor<4>, real: Tensor<4>) -> f32 {
    let spread = |t: Tensor<4>| mean(t.inner().var_bias(0)).into_scalar::<f32>();
    let real = spread(real);
    if real > 0.0 { (spread(made) / real).sqrt() } else { f32::NAN }
}
