//! How the settings of an experiment on own images come about: from a base, what suits the images, and what the user set.

use std::path::PathBuf;

use super::defaults::{self, Chosen};
use crate::experiment::{Experiment, ExperimentError};

/// An experiment on images that are not looked at yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where the images are.
    pub path: PathBuf,
    /// The experiment that the settings are taken into.
    pub base: Experiment,
    pub take: Take,
    /// Settings of the user as `field=value`; they come last.
    pub set: Vec<String>,
}

/// Which of the settings that suit the images are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    All,
    /// What the images are brought to.
    Shape,
    Nothing,
}

impl Plan {
    /// With every setting that suits the images at a path.
    pub fn suiting(path: PathBuf) -> Self {
        Self { path, base: Experiment::default(), take: Take::All, set: Vec::new() }
    }

    /// The experiment with the settings that were chosen for the images.
    pub fn experiment(&self, chosen: &[Chosen]) -> Result<Experiment, ExperimentError> {
        let mut experiment = match self.take {
            Take::Nothing => defaults::on_data(self.base.clone(), &self.path, &[], false)?,
            take => defaults::on_data(self.base.clone(), &self.path, chosen, take == Take::All)?,
        };
        self.set.iter().try_for_each(|assignment| experiment.set(assignment))?;
        experiment.validated()
    }
}
