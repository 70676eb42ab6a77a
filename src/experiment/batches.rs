//! The minibatches of an experiment: how many a round has, and smaller ones for a device that runs out of memory.

use super::fields::Experiment;

/// With fewer images per minibatch the statistics of batch normalisation are noise.
const LEAST_BATCH: usize = 8;

/// A network that is trained in minibatches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trained {
    /// The network that makes latent space, in minibatches of `generator_batch`.
    Generator,
    /// The network F, in minibatches of `batch_size`.
    Target,
}

impl Experiment {
    /// Optimiser steps in a round with `labelled` samples.
    pub fn minibatches_in_round(&self, labelled: usize) -> usize {
        if self.epochs_per_round > 0 {
            self.epochs_per_round * labelled.div_ceil(self.batch_size)
        } else {
            self.minibatches_per_round
        }
    }

    /// Images per minibatch of a network.
    pub fn batch_of(&self, network: Trained) -> usize {
        match network {
            Trained::Generator => self.generator_batch,
            Trained::Target => self.batch_size,
        }
    }

    /// The experiment with minibatches of one network half as large; `None` if that is fewer than `LEAST_BATCH`.
    pub fn with_half_batches(&self, of: Trained) -> Option<Self> {
        let half = Some(self.batch_of(of) / 2).filter(|&half| half >= LEAST_BATCH)?;
        Some(match of {
            Trained::Generator => Self { generator_batch: half, ..self.clone() },
            Trained::Target => Self { batch_size: half, ..self.clone() },
        })
    }
}
