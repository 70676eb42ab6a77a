//! The rounds of a project on disk: its history and checkpoints, as in a folder of runs, and what was predicted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::ProjectError;
use super::store::Project;
use crate::archive::{self, Checkpoint, HISTORIES, HISTORY_EXTENSION, Whole};
use crate::dataset::Class;
use crate::history::History;
use crate::target::argmax;

/// The name of a project's run.
const RUN: &str = "project";
const PREDICTIONS: &str = "predictions.rwp";
const MAGIC: &str = "ridgewalk predictions";

/// What the target predicts for every image of a project at the end of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predictions {
    pub round: usize,
    pub classes: usize,
    /// Log probabilities, `[images, classes]`, in the order of the images; of images set aside too.
    pub log_probabilities: Vec<f32>,
}

impl Whole for Predictions {
    fn fault(&self) -> Option<String> {
        let is_table = self.classes > 0 && self.log_probabilities.len().is_multiple_of(self.classes);
        (!is_table).then(|| format!("{} numbers for {} classes", self.log_probabilities.len(), self.classes))
    }
}

impl Predictions {
    /// Log probabilities of the classes of an image.
    pub fn row(&self, image: usize) -> &[f32] {
        self.log_probabilities.get(image * self.classes..(image + 1) * self.classes).unwrap_or_default()
    }

    /// The most probable class of an image and its probability.
    pub fn guess(&self, image: usize) -> Option<(Class, f32)> {
        let row = self.row(image);
        let best = argmax(row);
        row.get(best).map(|l| (best as Class, l.exp()))
    }
}

/// The completed rounds of a project: its history, and the weights with which it goes on; none if there are more classes
/// since, so that the next round begins with an untrained target.
pub fn read(project: &Project) -> Result<Option<(History, Option<Checkpoint>)>, ProjectError> {
    let path = history(project.folder());
    let checkpoint = archive::checkpoint_beside(&path);
    // A round without its checkpoint was cut off by a kill, and is computed again.
    if !path.exists() || !checkpoint.exists() {
        return Ok(None);
    }
    let (mut history, checkpoint) = (archive::read_history(&path)?, archive::read_checkpoint(&checkpoint)?);
    history.rounds.truncate(checkpoint.rounds);
    history.header.origins.retain(|o| o.from_round <= checkpoint.rounds);
    let is_same = history.header.classes.len() == project.classes().len();
    with_classes(&mut history, project.classes());
    Ok(Some((history, is_same.then_some(checkpoint))))
}

/// The history with all classes that the project has by now: new ones were behind the others in every round before.
fn with_classes(history: &mut History, classes: &[String]) {
    let (before, now) = (history.header.classes.len(), classes.len());
    if before >= now {
        return;
    }
    history.header.classes = classes.to_vec();
    for record in history.rounds.iter_mut().map(Arc::make_mut).filter(|r| r.confusion.len() == before * before) {
        let mut confusion = vec![0; now * now];
        for (row, counts) in record.confusion.chunks_exact(before).enumerate() {
            confusion[row * now..row * now + before].copy_from_slice(counts);
        }
        record.confusion = confusion;
    }
}

/// What was predicted at the end of the last round; none before the first.
pub fn predictions(project: &Project, rounds: usize) -> Result<Option<Predictions>, ProjectError> {
    let path = project.folder().join(PREDICTIONS);
    if rounds == 0 || !path.exists() {
        return Ok(None);
    }
    let read: Predictions = archive::read(&path, MAGIC)?;
    let is_whole = read.log_probabilities.len() == read.classes * project.images().len();
    Ok(Some(read).filter(|p| is_whole && p.round == rounds))
}

/// Writes a round that has ended.
pub(super) fn write(
    project: &Project,
    history: &History,
    checkpoint: &Checkpoint,
    predictions: &Predictions,
) -> Result<(), ProjectError> {
    let path = self::history(project.folder());
    archive::write_history(&path, history)?;
    let weights = Checkpoint { optimiser: Vec::new(), ..checkpoint.clone() };
    archive::write_checkpoint(&archive::weights_in(&weights_of(project.folder()), checkpoint.rounds), &weights)?;
    archive::write(&project.folder().join(PREDICTIONS), MAGIC, predictions)?;
    // The last: after a kill, a round without it is computed again.
    Ok(archive::write_checkpoint(&archive::checkpoint_beside(&path), checkpoint)?)
}

fn history(folder: &Path) -> PathBuf {
    folder.join(HISTORIES).join(format!("{RUN}.{HISTORY_EXTENSION}"))
}

fn weights_of(folder: &Path) -> PathBuf {
    folder.join(archive::WEIGHTS).join(RUN)
}
