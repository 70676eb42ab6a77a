//! The origin of a run: experiment, data, generator and program, and the run that it was forked from.

use serde::{Deserialize, Serialize};

use crate::experiment::{Experiment, Own};
use crate::identity::{Ground, Origin};

/// Version of the format, in every file; a reader rejects other versions.
pub const FORMAT_VERSION: u32 = 1;

/// The origin of a run: experiment, data, generator and program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the record, `FORMAT_VERSION` when it was written.
    pub format: u32,
    /// The experiment with this run's own strategy and seed.
    pub experiment: Experiment,
    /// Which of the paired repeats, from 1.
    pub repeat: usize,
    /// SHA-256 of the data (`Dataset::digest`).
    pub data_digest: String,
    /// What the data are, for display; no place on a machine.
    pub data_provenance: String,
    /// SHA-256 of the trained generator's configuration and data, its name in the cache.
    pub generator_digest: String,
    /// SHA-256 of the generator's weights (`NamedTensor::hash`); `None` in histories of earlier versions: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_weights: Option<String>,
    /// SHA-256 of the train split's codes (`Ground::hash_codes`); `None` in histories of earlier versions: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes_digest: Option<String>,
    /// By what its rounds were computed, one entry for each time that program or machine changed; empty in histories of
    /// earlier versions: unknown. Never compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// The device that computed the run, as text.
    pub device: String,
    /// Version of this program.
    pub program: String,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Mean standard deviation of the embedding's axes: the unit of alpha.
    pub latent_scale: f32,
    /// The labelling tool, as text; `None` if all labels are the data set's own, and in histories of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels_from: Option<String>,
    /// The fields that were set for this run only, not for the rest of its grid.
    #[serde(default, skip_serializing_if = "Own::is_empty")]
    pub own: Own,
    /// The fork this run began with, if any; `experiment` holds the settings after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked: Option<Box<Fork>>,
}

impl Header {
    /// The data and the latent space of the run.
    pub fn ground(&self) -> Ground {
        Ground {
            data: self.data_digest.clone(),
            generator: self.generator_digest.clone(),
            weights: self.generator_weights.clone(),
            codes: self.codes_digest.clone(),
            scale: self.latent_scale,
        }
    }

    /// Records by what a round was computed, if that has changed since the round before.
    pub fn continues_on(&mut self, origin: Origin) {
        if self.origins.last().is_none_or(|last| !last.is_like(&origin)) {
            self.origins.push(origin);
        }
    }

    /// The header without what is told but never compared: origins, device, program, and the place of the data.
    pub fn compared(&self) -> Self {
        let (none, experiment) = (String::new, self.experiment.placeless());
        Self {
            experiment,
            origins: Vec::new(),
            device: none(),
            program: none(),
            data_provenance: none(),
            ..self.clone()
        }
    }

    /// The experiment of the first round: that of the oldest run this one was forked from.
    pub fn first_experiment(&self) -> &Experiment {
        let mut first = &self.experiment;
        let mut fork = self.forked.as_deref();
        while let Some(f) = fork {
            first = &f.experiment;
            fork = f.parent.as_deref();
        }
        first
    }

    /// The experiment of a round: before a fork, that of its parent.
    pub fn experiment_in(&self, round: usize) -> &Experiment {
        let (mut experiment, mut fork) = (&self.experiment, self.forked.as_deref());
        while let Some(parent) = fork.filter(|f| f.round >= round) {
            (experiment, fork) = (&parent.experiment, parent.parent.as_deref());
        }
        experiment
    }
}

/// The run that another was forked from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fork {
    /// The last round that both share.
    pub round: usize,
    /// The parent's experiment, used until the end of `round`.
    pub experiment: Experiment,
    /// The parent's own fork, if any.
    pub parent: Option<Box<Fork>>,
}

#[cfg(test)]
impl Header {
    /// The header of a run of this experiment on made-up data, for tests.
    pub fn made_up(experiment: Experiment) -> Self {
        Self {
            format: FORMAT_VERSION,
            experiment,
            repeat: 1,
            data_digest: "data".into(),
            data_provenance: String::new(),
            generator_digest: "generator".into(),
            generator_weights: None,
            codes_digest: None,
            origins: Vec::new(),
            device: String::new(),
            program: String::new(),
            classes: Vec::new(),
            latent_scale: 1.0,
            labels_from: None,
            own: Own::default(),
            forked: None,
        }
    }
}
