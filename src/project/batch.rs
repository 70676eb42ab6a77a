//! Batches: the images that were proposed in the round in progress, with their reasons, as labels are awaited.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::ProjectError;
use super::store::Project;
use crate::archive::{self, Whole};
use crate::history::LatentStep;
use crate::sampler::{Candidate, Place};

const MAGIC: &str = "ridgewalk batches";
/// Folder of the batches, a file for each round.
const FOLDER: &str = "batches";
const EXTENSION: &str = "rwb";

/// Images that were proposed together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The round that it was proposed for, from 1.
    pub round: usize,
    /// The strategy, with values of its own fields: `snn alpha=0.5`; in round 1 the way of the first set.
    pub strategy: String,
    /// In the order in which they are asked about.
    pub picks: Vec<Pick>,
}

/// An image that was proposed, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// Its place among the images of the project, which is that of its sample unless it was generated.
    pub image: u32,
    /// The strategy's score; higher is better. `None` if it has none.
    pub score: Option<f32>,
    /// The step in latent space that led to it.
    pub step: Option<LatentStep>,
}

impl Pick {
    pub(super) fn candidate(&self, project: &Project) -> Candidate {
        Candidate { score: self.score, step: self.step.clone(), ..unproposed(project, self.image as usize) }
    }
}

/// An image as a candidate that nothing proposed.
pub(super) fn unproposed(project: &Project, image: usize) -> Candidate {
    let generated = image.checked_sub(project.images().given()).and_then(|at| project.generated().get(at));
    let place = generated.map_or(Place::Sample(image as u32), |generated| Place::Point(generated.point.clone()));
    Candidate { place, score: None, step: None }
}

impl Whole for Batch {}

/// The batches of a round, in the order in which they were proposed.
pub fn of_round(project: &Project, round: usize) -> Result<Vec<Batch>, ProjectError> {
    let path = path(project.folder(), round);
    match path.exists() {
        false => Ok(Vec::new()),
        true => {
            let read = archive::read(&path, MAGIC);
            read.map_err(|e| ProjectError::Refused(format!("{e}; move it away, and its images are proposed anew")))
        }
    }
}

/// The images of the first set. No model chose them, so that a test that spares them is no easier; those of later rounds
/// are hard for a model.
pub fn first_set(project: &Project) -> Result<Vec<usize>, ProjectError> {
    let first = of_round(project, 1)?;
    Ok(first.iter().flat_map(|batch| &batch.picks).map(|pick| pick.image as usize).collect())
}

/// Adds a batch to those of its round, unless it is there.
pub(super) fn keep(project: &Project, batch: &Batch) -> Result<(), ProjectError> {
    let mut all = of_round(project, batch.round)?;
    if !all.contains(batch) {
        all.push(batch.clone());
        archive::write(&path(project.folder(), batch.round), MAGIC, &all)?;
    }
    Ok(())
}

fn path(folder: &Path, round: usize) -> PathBuf {
    folder.join(FOLDER).join(format!("{round:02}.{EXTENSION}"))
}
