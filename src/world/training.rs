//! The training of a world's generator, saved on the way: after a kill it goes on from its last checkpoint, bit-equal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::codes::first_codes;
use crate::dataset::Dataset;
use crate::device::ComputeDevice;
use crate::experiment::Experiment;
use crate::generator::cache::GeneratorCache;
use crate::generator::checkpoint::{Checkpoint, Checkpoints, Pace};
use crate::generator::file::GeneratorOf;
use crate::generator::{self, Generator, GeneratorError, GeneratorLosses, GeneratorTraining};
use crate::identity::Origin;

/// Points of the curve of losses that a checkpoint holds, about.
const LOSSES: usize = 500;

/// A generator in training with its forming embedding.
pub struct Training {
    training: Box<dyn GeneratorTraining>,
    /// `None` without a cache.
    checkpoints: Option<Checkpoints>,
    dim: usize,
    codes: Vec<f32>,
    losses: Vec<(f32, GeneratorLosses)>,
    pace: Pace,
    device: String,
    /// Whether it was said that it cannot be saved.
    complained: bool,
}

/// A training that goes on from a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    /// Passes over the data done so far.
    pub epoch: f32,
    /// Passes over the data in all.
    pub epochs: usize,
    /// The losses on the way.
    pub losses: Vec<(f32, GeneratorLosses)>,
}

impl std::fmt::Display for Resumed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "The training of the generator goes on after epoch {:.1} of {}.", self.epoch, self.epochs)
    }
}

impl Training {
    /// The training of the experiment's generator: from its checkpoint if there is one, which is then returned, else
    /// from the beginning. What is wrong with a checkpoint, and what must be known of it, is added to `warnings`.
    pub fn begin(
        training: Box<dyn GeneratorTraining>,
        experiment: &Experiment,
        dataset: &Dataset,
        cache: Option<&GeneratorCache>,
        device: &ComputeDevice,
        warnings: &mut impl Extend<String>,
    ) -> (Self, Option<Resumed>) {
        let of = GeneratorOf { experiment, data: dataset.digest() };
        let mut begun = Self {
            training,
            checkpoints: cache.map(|cache| cache.checkpoints(of)),
            dim: experiment.latent_dim,
            codes: Vec::new(),
            losses: Vec::new(),
            pace: Pace::default(),
            device: device.description.clone(),
            complained: false,
        };
        let here = begun.origin();
        match begun.go_on(dataset) {
            Ok(None) => (begun, None),
            Ok(Some(before)) => {
                let program = |o: &Origin| (o.program.clone(), o.commit.clone());
                if program(&before) != program(&here) || before.may_part_from(&here) {
                    warnings.extend([format!(
                        "The training of the generator began with {}, and goes on with {}: it may part in its last \
                         bits from one that did not move.",
                        before.describe(),
                        here.describe()
                    )]);
                }
                let (epoch, epochs) = (begun.training.epoch(), generator::epochs(experiment));
                let losses = begun.losses.clone();
                (begun, Some(Resumed { epoch, epochs, losses }))
            }
            Err(spoilt) => {
                warnings.extend([format!("{spoilt}; the training of the generator begins again")]);
                (begun, None)
            }
        }
    }

    /// Goes on from the last checkpoint, and returns by what it was made; `None` if there is none.
    fn go_on(&mut self, dataset: &Dataset) -> Result<Option<Origin>, String> {
        let Some(checkpoints) = &self.checkpoints else { return Ok(None) };
        let Some(saved) = checkpoints.read().map_err(|spoilt| spoilt.to_string())? else { return Ok(None) };
        let Checkpoint { state, codes, losses, pace, origin } = saved;
        let whole = state.steps < self.training.total_steps() && codes.len() == dataset.train.len() * self.dim;
        let resumed = if whole { self.training.resume(state).map_err(|e| e.to_string()) } else { Err("is cut".into()) };
        resumed.map_err(|e| checkpoints.spoilt(format!("does not fit ({e})")).to_string())?;
        (self.codes, self.losses, self.pace) = (codes, losses, pace);
        Ok(Some(origin))
    }

    /// Trains on the next minibatch; passes over the data done so far, and the losses.
    pub fn advance(&mut self, dataset: &Dataset) -> Result<(f32, GeneratorLosses), GeneratorError> {
        if self.codes.is_empty() {
            // The embedding before training; each minibatch then updates its own images.
            self.codes = first_codes(&*self.training.generator(), dataset);
        }
        let start = Instant::now();
        let step = self.training.advance(&dataset.train)?;
        self.pace.stepped(start.elapsed());
        for (code, &sample) in step.codes.chunks_exact(self.dim).zip(&step.samples) {
            self.codes[sample as usize * self.dim..][..self.dim].copy_from_slice(code);
        }
        let epoch = self.training.epoch();
        if self.training.steps_done().is_multiple_of(self.training.total_steps().div_ceil(LOSSES)) {
            self.losses.push((epoch, step.losses));
        }
        Ok((epoch, step.losses))
    }

    pub fn is_done(&self) -> bool {
        self.training.is_done()
    }

    /// Minibatches done, and in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.training.steps_done(), self.training.total_steps())
    }

    /// The seconds that are left; `None` before the pace is known.
    pub fn left(&self) -> Option<f32> {
        let (done, total) = self.progress();
        self.pace.seconds_for(total - done)
    }

    /// The embedding as it forms, `[train.len(), latent_dim]`; empty before the first minibatch.
    pub fn codes(&self) -> &[f32] {
        &self.codes
    }

    pub fn generator(&self) -> Arc<dyn Generator> {
        self.training.generator()
    }

    /// Writes a checkpoint if it is time for one; returns why not, the first time.
    pub fn write_if_due(&mut self) -> Option<String> {
        let per_epoch = self.training.epoch().fract() == 0.0;
        self.checkpoints.as_ref().filter(|checkpoints| checkpoints.due(per_epoch))?;
        let failed = self.write()?.err()?;
        let again = std::mem::replace(&mut self.complained, true);
        (!again).then(|| format!("The generator in training is not saved on the way: {failed}"))
    }

    /// Writes a checkpoint as the training is left, unless the last one is younger than `least`. The passes over the
    /// data that are kept, or why it is not; `None` if there is nothing to keep, or nowhere.
    pub fn keep(&mut self, least: Duration) -> Option<Result<f32, String>> {
        self.checkpoints.as_ref().filter(|checkpoints| checkpoints.age() >= least)?;
        Some(self.write()?.map(|()| self.training.epoch()))
    }

    fn write(&mut self) -> Option<Result<(), String>> {
        let origin = self.origin();
        let checkpoints = self.checkpoints.as_mut().filter(|_| self.training.steps_done() > 0)?;
        let (codes, losses) = (self.codes.clone(), self.losses.clone());
        let state = self.training.state().map_err(|e| e.to_string());
        let saved = state.map(|state| Checkpoint { state, codes, losses, pace: self.pace, origin });
        Some(saved.and_then(|checkpoint| checkpoints.write(&checkpoint)))
    }

    /// Deletes the checkpoint, because the trained generator is in the cache.
    pub fn forget(self) {
        self.checkpoints.into_iter().for_each(Checkpoints::remove);
    }

    fn origin(&self) -> Origin {
        Origin::here(&self.device, 1)
    }
}
