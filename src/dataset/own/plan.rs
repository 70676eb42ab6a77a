//! How the settings of an experiment on own images come about: from a base, what suits the images, and what the user set.

use std::path::PathBuf;

use super::defaults::{self, Chosen};
use crate::experiment::{Experiment, ExperimentError};

/// An experiment on images that are not looked at yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where the images are.
    pub path: PathBuf,
    pub base: Experiment,
    /// Whether every setting that suits the images is taken, or only what they are brought to.
    pub all: bool,
    /// Settings of the user as `field=value`; they come last.
    pub set: Vec<String>,
}

impl Plan {
    /// With every setting that suits the images at a path.
    pub fn suiting(path: PathBuf) -> Self {
        Self { path, base: Experiment::default(), all: true, set: Vec::new() }
    }

    /// The experiment with the settings that were chosen for the images.
    pub fn experiment(&self, chosen: &[Chosen]) -> Result<Experiment, ExperimentError> {
        let mut experiment = defaults::on_data(self.base.clone(), &self.path, chosen, self.all)?;
        self.set.iter().try_for_each(|assignment| experiment.set(assignment))?;
        experiment.validated()
    }
}
