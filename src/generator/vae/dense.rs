//! The fully connected layers of Tables S9/S10 (MNIST) and S11/S12 (IVUS): three each for encoder and decoder, ReLU between
//! them.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::posterior::Posterior;
use crate::dataset::ImageShape;
use crate::experiment::Experiment;
use crate::kernels::{Activation, linear};

/// Width of both hidden layers, as in the tables.
const HIDDEN: usize = 400;
/// Images of 28 x 28 encoded in about 50 ms on one core.
const IMAGES_PER_UNIT: usize = 2_048;

/// The layers of encoder and decoder.
#[derive(Module, Debug)]
pub struct DenseNet {
    encoder1: Linear,
    encoder2: Linear,
    mean: Linear,
    log_variance: Linear,
    decoder1: Linear,
    decoder2: Linear,
    output: Linear,
}

impl DenseNet {
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
}

impl Posterior for DenseNet {
    fn of(experiment: &Experiment, shape: ImageShape, device: &Device) -> Self {
        Self::new(shape.len(), experiment.latent_dim, device)
    }

    fn features(&self, images: Tensor<2>) -> Tensor<2> {
        let h = linear(&self.encoder1, images, Activation::RELU); // [n, 400]
        linear(&self.encoder2, h, Activation::RELU) // [n, 400]
    }

    fn heads(&self) -> [&Linear; 2] {
        [&self.mean, &self.log_variance]
    }

    fn logits(&self, codes: Tensor<2>) -> Tensor<2> {
        let h = linear(&self.decoder1, codes, Activation::RELU); // [n, 400]
        let h = linear(&self.decoder2, h, Activation::RELU); // [n, 400]
        linear(&self.output, h, Activation::NONE)
    }

    fn images_per_unit(&self) -> usize {
        IMAGES_PER_UNIT
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
            let net = DenseNet::new(image_len, latent, &Device::flex());
            assert_eq!(net.num_params(), encoder + decoder, "{image_len} {latent}");
        }
    }

    #[test]
    fn layers_have_the_shapes_of_the_tables() {
        let device = Device::flex();
        let net = DenseNet::new(784, 3, &device);
        let [mean, log_variance] = net.posterior(Tensor::zeros([5, 784], &device));
        assert_eq!((mean.dims(), log_variance.dims()), ([5, 3], [5, 3]));
        assert_eq!(net.logits(mean).dims(), [5, 784]);
    }
}
