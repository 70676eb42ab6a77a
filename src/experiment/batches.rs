//! The minibatches of an experiment: how many a round has, and smaller ones for a device without memory.

use super::fields::Experiment;

/// Below this many images the statistics of a batch normalisation are noise.
const LEAST_BATCH: usize = 8;

/// A network that is trained in minibatches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trained {
    Generator,
    Target,
}

impl Experiment {
    /// Optimiser steps of one round with `labelled` samples.
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

    /// The experiment with minibatches of a network half as large; `None` if they are as small as a training can use.
    pub fn with_half_batches(&self, of: Trained) -> Option<Self> {
        let half = Some(self.batch_of(of) / 2).filter(|&half| half >= LEAST_BATCH)?;
        Some(match of {
            Trained::Generator => Self { generator_batch: half, ..self.clone() },
            Trained::Target => Self { batch_size: half, ..self.clone() },
        })
    }
}
