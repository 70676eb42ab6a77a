//! A generator in training between two minibatches, as bytes.

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};

use crate::kernels;

/// All that the minibatches to come depend on. Random streams are named by epoch and minibatch, so they have no state of
/// their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingState {
    /// Minibatches done.
    pub steps: usize,
    /// Weights and running statistics, with the identities by which the optimisers know them.
    pub(super) weights: Vec<u8>,
    /// The state of each optimiser.
    pub(super) optimisers: Vec<Vec<u8>>,
}

impl TrainingState {
    pub(super) fn of<M: Module>(steps: usize, networks: &M, optimisers: &[&ModuleOptimizer]) -> Result<Self, String> {
        let weights = networks.clone().into_record().into_bytes().map_err(unusable)?.to_vec();
        let states = optimisers.iter().map(|o| o.into_bytes().map(|bytes| bytes.to_vec()).map_err(unusable));
        Ok(Self { steps, weights, optimisers: states.collect::<Result<_, _>>()? })
    }

    /// A state without networks, as the training wrote it.
    pub(super) fn of_bytes(steps: usize, bytes: Vec<u8>) -> Self {
        Self { steps, weights: bytes, optimisers: Vec::new() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.weights
    }

    /// The networks and optimisers in this state; those given are of the same training in any state.
    pub(super) fn restored<M: Module, const N: usize>(
        self,
        networks: &M,
        optimisers: [&ModuleOptimizer; N],
    ) -> Result<(M, [ModuleOptimizer; N]), String> {
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(self.weights)).map_err(unusable)?;
        let networks = networks.clone().try_load_record(record).map_err(unusable)?;
        let pairs = optimisers.into_iter().zip(self.optimisers);
        let restored = pairs.map(|(o, state)| kernels::restored(o.clone(), &networks, state));
        let restored = restored.collect::<Result<Vec<_>, _>>()?;
        Ok((networks, restored.try_into().map_err(|_| unusable("an optimiser is missing"))?))
    }
}

fn unusable(error: impl std::fmt::Display) -> String {
    error.to_string()
}
