//! What can be asked of the rounds of a project, which train over again for it and change nothing: whether a larger network
//! would help, and which labels networks deny that have not seen them.

use std::collections::{HashMap, HashSet};

use super::batch::unproposed;
use super::desk::{Desk, Progress, classes_of};
use super::error::ProjectError;
use super::held_out::{HeldOut, parts};
use super::larger::{Larger, Results, with_larger};
use super::rounds;
use super::store::{Labels, Project};
use crate::dataset::Class;
use crate::experiment::Experiment;
use crate::history::History;
use crate::round::Run;
use crate::sampler::Candidate;
use crate::target::argmax;

/// An error if there is nothing to compare a larger target on, known before anything is computed; otherwise its settings.
pub fn can_enlarge(project: &Project) -> Result<Experiment, ProjectError> {
    let refused = |what: &str| ProjectError::Refused(what.into());
    if project.labels()?.test.is_empty() {
        return Err(refused("no test image is labelled, so networks cannot be compared; label some first"));
    }
    trained(project)?;
    with_larger(project.experiment()).ok_or_else(|| refused("there is no larger network than that of this project"))
}

/// An error if no label can be checked, known before anything is computed.
pub fn can_check(project: &Project) -> Result<(), ProjectError> {
    parts(&learned(project, &trained(project)?, &project.labels()?)).map(drop)
}

/// The rounds; an error if there are none.
fn trained(project: &Project) -> Result<History, ProjectError> {
    let found = rounds::read(project)?.map(|(history, _)| history);
    found.ok_or_else(|| ProjectError::Refused("no round is trained yet; train one first".into()))
}

/// The images that the rounds were trained on, with the labels that they have by now.
fn learned(project: &Project, history: &History, labels: &Labels) -> Vec<(usize, Class)> {
    let class_of: HashMap<usize, Class> = labels.trained().copied().collect();
    let images: HashSet<usize> =
        history.rounds.iter().flat_map(|r| &r.proposals).filter_map(|p| project.image_of(p)).collect();
    images.into_iter().filter_map(|image| Some((image, *class_of.get(&image)?))).collect()
}

impl Desk {
    /// Trains a larger target over again on the rounds of the project, and compares it with the present one on the test
    /// images; nothing of the project changes but what `status` tells of it.
    pub fn larger(
        &self,
        project: &Project,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Larger, ProjectError> {
        let setup = can_enlarge(project)?;
        let began = std::time::Instant::now();
        let labels = project.labels()?;
        let history = trained(project)?;
        let rounds = history.rounds.len();
        let predictions = rounds::predictions(project, rounds)?.ok_or_else(|| {
            let what = "there are no predictions of the last round to compare with; train it again (--again) first";
            ProjectError::Refused(what.into())
        })?;
        let run = self.over_again(project, &labels, &history, &setup, &HashSet::new(), &mut |done, all| {
            progress(Progress::Training { done, all })
        })?;
        let rows = self.rows(project, &run, &labels.test, &mut |done| {
            progress(Progress::Predicting { done, all: labels.test.len() })
        })?;
        let right: Vec<(bool, bool)> = labels
            .test
            .iter()
            .zip(&rows)
            .map(|((image, class), row)| {
                let present = predictions.guess(*image).map(|(guess, _)| guess);
                (present == Some(*class), argmax(row) == usize::from(*class))
            })
            .collect();
        let trained_on = history.rounds.last().map_or(0, |r| r.labels);
        let results =
            Results { right: &right, round: rounds, labels: trained_on, seconds: began.elapsed().as_secs_f32() };
        let found = Larger::of(project.experiment(), &setup, &results).ok_or(ProjectError::Cancelled)?;
        found.write(project.folder())?;
        Ok(found)
    }

    /// Trains networks over again on the rounds of the project, each without a part of the labels, and keeps what they say
    /// of that part; nothing of the project changes but the doubts.
    pub fn check_labels(
        &self,
        project: &Project,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<HeldOut, ProjectError> {
        let labels = project.labels()?;
        let history = trained(project)?;
        let learned = learned(project, &history, &labels);
        let parts = parts(&learned)?;
        let class_of: HashMap<usize, Class> = learned.into_iter().collect();
        let mut found = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let without: HashSet<usize> = part.iter().copied().collect();
            let setup = project.experiment();
            let run = self.over_again(project, &labels, &history, setup, &without, &mut |done, all| {
                progress(Progress::Training { done: at * all + done, all: parts.len() * all })
            })?;
            let images: Vec<(usize, Class)> = part.iter().map(|image| (*image, class_of[image])).collect();
            let rows = self
                .rows(project, &run, &images, &mut |done| progress(Progress::Predicting { done, all: part.len() }))?;
            found.extend(part.iter().copied().zip(rows));
        }
        let found = HeldOut::new(history.rounds.len(), project.classes().len(), found);
        found.write(project.folder())?;
        Ok(found)
    }

    /// A target trained over again on the rounds of a project, without the labels of some images. `progress` is told the
    /// optimiser steps done of about all.
    fn over_again(
        &self,
        project: &Project,
        labels: &Labels,
        history: &History,
        setup: &Experiment,
        without: &HashSet<usize>,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Run, ProjectError> {
        let world = self.labelled_world(project, labels)?;
        let mut run = Run::new(&world, setup, 1);
        let class_of = classes_of(&world, labels);
        let sets = history.rounds.iter().map(|record| -> Vec<Candidate> {
            let kept = record.proposals.iter().filter(|p| class_of(p).is_some()).filter_map(|p| project.image_of(p));
            kept.filter(|image| !without.contains(image)).map(|image| unproposed(project, image)).collect()
        });
        // Without a first label there is nothing to train on; a later round may have been trained again on the same ones.
        let sets: Vec<Vec<Candidate>> = sets.skip_while(Vec::is_empty).collect();
        let count = sets.len();
        for (at, set) in sets.into_iter().enumerate() {
            run.begin_with(set);
            while run.rounds_done() <= at {
                if let Some((done, all)) = run.steps_in_round()
                    && !progress(at * all + done, count * all)
                {
                    return Err(ProjectError::Cancelled);
                }
                // Never interrupted within a step.
                let _ = run.advance(&|| false);
            }
        }
        if run.history().rounds.iter().any(|record| record.diverged) {
            let what = "a training over again diverged, so nothing can be told; give a smaller learning_rate";
            return Err(ProjectError::Refused(what.into()));
        }
        Ok(run)
    }

    /// Log probabilities of images, a row each.
    fn rows(
        &self,
        project: &Project,
        run: &Run,
        images: &[(usize, Class)],
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Vec<Vec<f32>>, ProjectError> {
        let classes = project.classes().len();
        let rows = run.log_probabilities(&self.pictures.labelled(project, images)?, progress);
        let is_whole = rows.len() == images.len() * classes;
        is_whole.then(|| rows.chunks_exact(classes).map(<[f32]>::to_vec).collect()).ok_or(ProjectError::Cancelled)
    }
}
