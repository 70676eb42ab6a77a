//! The rounds of a project on disk: its history and checkpoints, as in a folder of runs, and what was predicted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{ProjectError, in_file};
use super::images::IMAGES;
use super::log::LABELS;
use super::settings::SETTINGS;
use super::store::Project;
use super::terms::is_same_network;
use super::words::{counted, verb};
use crate::archive::{self, CHECKPOINTS, Checkpoint, HISTORIES, HISTORY_EXTENSION, Whole};
use crate::dataset::Class;
use crate::history::History;
use crate::target::argmax;

/// The name of a project's run.
const RUN: &str = "project";
const PREDICTIONS: &str = "predictions.rwp";
const MAGIC: &str = "ridgewalk predictions";
/// The folder of what each round guessed.
const GUESSES: &str = "guesses";
const GUESSES_MAGIC: &str = "ridgewalk guesses";
const GUESSES_EXTENSION: &str = "rwg";

/// What the target predicts for every image of a project at the end of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predictions {
    /// The round at whose end the target was asked, from 1.
    pub round: usize,
    /// Classes that the target knew then: columns of the log probabilities.
    pub classes: usize,
    /// Log probabilities, `[images, classes]`, in the order of the images; of images set aside too, and of generated ones
    /// as far as there were any.
    pub log_probabilities: Vec<f32>,
    /// The images that the round was trained on, with their classes then; empty in projects of earlier versions.
    #[serde(default)]
    pub trained_on: Vec<(usize, Class)>,
}

impl Whole for Predictions {
    fn fault(&self) -> Option<String> {
        let is_table = self.classes > 0 && self.log_probabilities.len().is_multiple_of(self.classes);
        (!is_table).then(|| format!("{} numbers for {} classes", self.log_probabilities.len(), self.classes))
    }
}

impl Predictions {
    /// How many images were predicted, the first ones of all.
    pub fn images(&self) -> usize {
        self.log_probabilities.len() / self.classes.max(1)
    }

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

/// The class that a round guessed for each image, so that it is measured on test labels that come later too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Guesses(Vec<Class>);

impl Whole for Guesses {}

impl Guesses {
    fn of(predictions: &Predictions) -> Self {
        Self((0..predictions.images()).filter_map(|image| Some(predictions.guess(image)?.0)).collect())
    }

    /// How many of these labels were guessed right, and how many guessed at all.
    pub fn right(&self, labels: &[(usize, Class)]) -> (usize, usize) {
        let guessed = labels.iter().filter_map(|(image, class)| Some(self.0.get(*image)? == class));
        guessed.fold((0, 0), |(right, all), is_right| (right + usize::from(is_right), all + 1))
    }
}

/// The completed rounds of a project.
struct Found {
    history: History,
    checkpoint: Option<Checkpoint>,
    /// That the checkpoint is lost, and what stands in for it.
    lost: Option<String>,
}

/// The completed rounds of a project: its history, and the weights with which it goes on; none if there are more classes
/// or another network since, so that the next round begins with an untrained target.
pub fn read(project: &Project) -> Result<Option<(History, Option<Checkpoint>)>, ProjectError> {
    Ok(found(project)?.map(|found| (found.history, found.checkpoint)))
}

/// What is lost of the rounds or damaged, and what it means, a sentence each.
pub fn lost(project: &Project) -> Result<Vec<String>, ProjectError> {
    let Some(Found { history, lost, .. }) = found(project)? else { return Ok(Vec::new()) };
    let predicted = predictions(project, history.rounds.len())?;
    let without = predicted.is_none();
    let trained_on = predicted.map_or(Vec::new(), |predicted| predicted.trained_on);
    let names = trained_on.iter().filter_map(|(image, _)| Some(project.images().all().get(*image)?.file.as_str()));
    let unsaid: Vec<&str> = names.filter(|name| project.log().last(name).is_none()).collect();
    let rows = unsaid.first().map(|first| {
        let (images, have) = (counted(unsaid.len(), "image"), verb(unsaid.len(), "has", "have"));
        format!(
            "{LABELS}: {images} that the last round was trained on, such as {first}, {have} no row any more; put back a copy of \
             it, unless the rows were removed on purpose"
        )
    });
    let guesses = format!(
        "{PREDICTIONS} is not that of the last round, is damaged or is not there: accuracy and guesses are unknown; \
         training the last round again (--again) writes it"
    );
    Ok(lost.into_iter().chain(without.then_some(guesses)).chain(rows).collect())
}

/// An error if the images in latent space, by their SHA-256, are no longer those of the rounds so far: before a generator
/// is trained on them.
pub(super) fn admit_images(project: &Project, data: &str) -> Result<(), ProjectError> {
    let header = archive::read_header(&history(project.folder())).ok();
    match header.and_then(|header| header.ground().differs_in_data(data)) {
        None => Ok(()),
        Some(difference) => {
            let (first, second) = (difference.first, difference.second);
            let what = format!(
                "its images, {}, are not those of the rounds so far (SHA-256 {first} and {second}), as when lines of it are \
                 lost; put back a copy of it, or {}",
                project.images().embedded(),
                begin()
            );
            Err(in_file(project.folder().join(IMAGES), what))
        }
    }
}

/// Removes a class that was added by mistake: an error if an image has it, or a round was trained with it.
pub fn remove_class(project: &mut Project, name: &str) -> Result<(), ProjectError> {
    let Some(class) = project.class(name) else { return Ok(()) };
    let refused = |what: String| Err(ProjectError::Refused(format!("`{name}` stays: {what}")));
    let labels = project.labels()?;
    let has_it = labels.trained().chain(&labels.test).filter(|(_, of)| *of == class).count();
    if has_it > 0 {
        return refused(format!("{} {} it", counted(has_it, "image"), verb(has_it, "has", "have")));
    }
    let header = archive::read_header(&history(project.folder())).ok();
    if header.is_some_and(|header| header.classes.iter().any(|known| known == name)) {
        return refused("a round was trained with it, and it is one of the network's outputs".into());
    }
    let kept = project.classes().iter().filter(|known| *known != name).cloned().collect();
    project.keep_classes(kept)
}

/// How to leave the rounds so far behind.
fn begin() -> String {
    let weights = archive::WEIGHTS;
    format!("to begin with round 1 and all labels, move {HISTORIES}, {CHECKPOINTS}, {weights} and {PREDICTIONS} away")
}

fn found(project: &Project) -> Result<Option<Found>, ProjectError> {
    let (folder, path) = (project.folder(), history(project.folder()));
    let checkpoint_path = archive::checkpoint_beside(&path);
    let named = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let begin = begin();
    if !path.exists() {
        // The first that is written of a round.
        return match [&checkpoint_path, &weights_of(folder), &folder.join(PREDICTIONS)].iter().find(|p| p.exists()) {
            Some(other) => {
                Err(in_file(&path, format!("is not there, and {} is; put it back, or {begin}", named(other))))
            }
            None => Ok(None),
        };
    }
    let history = archive::read_history(&path);
    let mut history = history.map_err(|e| ProjectError::Refused(format!("{e}; put a copy back, or {begin}")))?;
    let rounds = history.rounds.len();
    let (checkpoint, lost) = match archive::read_checkpoint(&checkpoint_path) {
        Ok(checkpoint) => (Some(checkpoint), None),
        // A first round without its checkpoint was cut off by a kill, and is computed again.
        Err(_) if !checkpoint_path.exists() && rounds < 2 && !folder.join(PREDICTIONS).exists() => return Ok(None),
        Err(_) => {
            let spare = archive::weights_in(&weights_of(folder), rounds);
            let weights = archive::read_checkpoint(&spare).ok();
            let instead = match weights {
                Some(_) => format!("the next round goes on from {}, without the optimiser's state", named(&spare)),
                None => "the next round begins with an untrained network".into(),
            };
            let lost = format!("{} is lost or damaged: {instead}, unless a copy is put back", named(&checkpoint_path));
            (weights, Some(lost))
        }
    };
    if let Some(checkpoint) = &checkpoint {
        // A round behind it was cut off by a kill, and is computed again.
        history = history.up_to(checkpoint.rounds);
    }
    let (before, now) = (&history.header.classes, project.classes());
    if !now.starts_with(before) {
        let (before, now) = (before.join(", "), now.join(", "));
        let what = format!(
            "the classes were {before} in the rounds so far, and are {now}: their order is that of the network's outputs; \
             put them back in that order, new ones behind them"
        );
        return Err(in_file(folder.join(SETTINGS), what));
    }
    let is_same = before.len() == now.len() && is_same_network(&history.header.experiment, project.experiment());
    with_classes(&mut history, now);
    Ok(Some(Found { history, checkpoint: checkpoint.filter(|_| is_same), lost }))
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

/// What was predicted at the end of the last round; none before the first, or if it cannot be read.
pub fn predictions(project: &Project, rounds: usize) -> Result<Option<Predictions>, ProjectError> {
    let path = project.folder().join(PREDICTIONS);
    // Damaged ones are none: `lost` tells it, and the next round writes them again.
    let read = archive::read(&path, MAGIC).ok().filter(|_| rounds > 0);
    let images = project.images().given()..=project.images().len();
    Ok(read.filter(|p: &Predictions| images.contains(&p.images()) && p.round == rounds))
}

/// Writes predictions of the last round with those of images that were generated since.
pub(super) fn keep_predictions(project: &Project, predictions: &Predictions) -> Result<(), ProjectError> {
    Ok(archive::write(&project.folder().join(PREDICTIONS), MAGIC, predictions)?)
}

/// What a round guessed; `None` of rounds of earlier versions, or if it cannot be read.
pub(super) fn guesses(project: &Project, round: usize) -> Option<Guesses> {
    archive::read(&guesses_of(project, round), GUESSES_MAGIC).ok()
}

fn guesses_of(project: &Project, round: usize) -> PathBuf {
    project.folder().join(GUESSES).join(format!("{round:02}.{GUESSES_EXTENSION}"))
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
    keep_predictions(project, predictions)?;
    archive::write(&guesses_of(project, checkpoint.rounds), GUESSES_MAGIC, &Guesses::of(predictions))?;
    // The last: after a kill, a round without it is computed again.
    Ok(archive::write_checkpoint(&archive::checkpoint_beside(&path), checkpoint)?)
}

fn history(folder: &Path) -> PathBuf {
    folder.join(HISTORIES).join(format!("{RUN}.{HISTORY_EXTENSION}"))
}

fn weights_of(folder: &Path) -> PathBuf {
    folder.join(archive::WEIGHTS).join(RUN)
}
