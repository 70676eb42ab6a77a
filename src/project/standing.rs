//! What is known of a project while a person is at it: what was computed last, and what was said of each image.

use std::collections::HashSet;
use std::sync::Arc;

use super::batch::{self, Batch};
use super::desk::can_train;
use super::error::ProjectError;
use super::generated::Generated;
use super::held_out::HeldOut;
use super::images::Purpose;
use super::log::{Answer, Row};
use super::rounds::{self, Predictions};
use super::status::Status;
use super::store::Project;
use crate::dataset::Class;

/// What a project computed last, read from its files.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The round in progress, from 1.
    pub round: usize,
    /// What was proposed for it.
    pub batches: Vec<Batch>,
    /// What the project has, as of the last reading.
    pub status: Status,
    /// Why no round can be trained on the labels there are; `None` if one can.
    pub no_training: Option<String>,
    /// What the last round's model predicts.
    pub predictions: Option<Predictions>,
    /// What networks say of the labels that they have not seen, if that was asked after the last round.
    pub held_out: Option<Arc<HeldOut>>,
    /// The images of the doubts of the status.
    pub(super) doubts: Vec<usize>,
    /// The generated images.
    pub generated: Vec<Generated>,
}

impl Standing {
    /// Reads it from the project's files; an error names one that is damaged.
    pub fn of(project: &Project) -> Result<Self, ProjectError> {
        let status = Status::of(project)?;
        let round = status.rounds + 1;
        let doubts = status.doubts.iter().filter_map(|doubt| project.images().find_now(&doubt.file)).collect();
        let (batches, predictions) = (batch::of_round(project, round)?, rounds::predictions(project, status.rounds)?);
        let held_out = HeldOut::read(project, status.rounds).map(Arc::new);
        let no_training = can_train(project, false).err().map(|e| e.to_string());
        let generated = project.generated().to_vec();
        Ok(Self { round, batches, status, no_training, predictions, held_out, doubts, generated })
    }
}

/// What a person has said of each image, as the project's files say it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Names of the classes in the order of their numbers.
    pub classes: Vec<String>,
    /// The names of the images by now.
    pub names: Vec<String>,
    /// What each image is for.
    pub parts: Vec<Purpose>,
    /// The last answer about each image.
    pub rows: Vec<Option<Row>>,
    /// Copies of other images, which stand for them.
    pub spare: HashSet<usize>,
}

impl Known {
    /// Of all images of the project, by their places.
    pub fn of(project: &Project) -> Self {
        let images = project.images().all();
        Self {
            classes: project.classes().to_vec(),
            names: images.iter().map(|image| image.place().to_owned()).collect(),
            parts: images.iter().map(|image| image.part).collect(),
            rows: images.iter().map(|image| project.log().last(&image.file).cloned()).collect(),
            // What was put off in any round may be shown again.
            spare: project.spare_copies(0).into_iter().collect(),
        }
    }

    /// The number of images that were given, of which the generated ones come behind.
    fn given(&self) -> usize {
        self.parts.iter().position(|part| *part == Purpose::Generated).unwrap_or(self.parts.len())
    }

    /// Takes in images that were generated since.
    pub(super) fn grow(&mut self, generated: &[Generated]) {
        let there = self.parts.len() - self.given();
        for image in generated.iter().skip(there) {
            self.names.push(image.file.clone());
            self.parts.push(Purpose::Generated);
            self.rows.push(None);
        }
    }

    /// Takes over parts of images; what was generated since stays.
    pub(super) fn take_parts(&mut self, parts: Vec<Purpose>) {
        self.parts.iter_mut().zip(parts).for_each(|(part, now)| *part = now);
    }

    /// The generated image, if it is one.
    pub fn generated<'a>(&self, standing: &'a Standing, image: usize) -> Option<&'a Generated> {
        standing.generated.get(image.checked_sub(self.given())?)
    }

    /// Whether an image of the pool may get its first label: it has no answer, or one that puts it off, and no copy stands
    /// for it.
    pub fn is_open(&self, image: usize) -> bool {
        let row = self.rows.get(image).and_then(Option::as_ref);
        self.parts.get(image) == Some(&Purpose::Pool)
            && !self.spare.contains(&image)
            && row.is_none_or(|row| matches!(row.answer, Answer::Undone | Answer::Skipped))
    }

    /// Whether test images were drawn of which nothing was ever said.
    pub fn has_untouched_test(&self) -> bool {
        self.parts.iter().zip(&self.rows).any(|(part, row)| *part == Purpose::Drawn && row.is_none())
    }

    /// Test images that were put off until the next round.
    pub fn test_put_off(&self) -> usize {
        let is_put_off = |row: &Option<Row>| row.as_ref().is_some_and(|row| row.answer == Answer::Skipped);
        self.parts.iter().zip(&self.rows).filter(|(part, row)| part.is_test() && is_put_off(row)).count()
    }

    /// The class that an image is labelled with.
    pub fn class_of(&self, image: usize) -> Option<Class> {
        let row = self.rows.get(image)?.as_ref().filter(|row| row.answer == Answer::Label)?;
        self.classes.iter().position(|class| *class == row.label).map(|at| at as Class)
    }
}
