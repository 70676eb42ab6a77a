//! What a project computes: the next batch by a strategy, and a round of training on all labels there are, with the same
//! `Run` as every experiment.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::batch::{self, Batch, unproposed};
use super::error::{ProjectError, in_file};
use super::generating::{self, Generating};
use super::log::Answer;
use super::pictures::Pictures;
use super::rounds::{self, Predictions};
use super::store::{EXPERIMENT, Labels, Project};
use super::terms;
use crate::dataset::Class;
use crate::experiment::{Experiment, Variant};
use crate::history::{Proposal, RoundRecord};
use crate::labelling::Refusal;
use crate::labelling::people::People;
use crate::round::Run;
use crate::sampler::{Candidate, Place};
use crate::world::{World, side_multiple};

/// The images and the models of a project in memory.
pub struct Desk {
    pub pictures: Arc<Pictures>,
    /// Without labels.
    world: Arc<World>,
}

/// How far a round is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    /// Optimiser steps done of all.
    Training { done: usize, all: usize },
    /// Images done of all, for guesses and exports.
    Predicting { done: usize, all: usize },
}

impl Desk {
    /// The desk of a project, once `Pictures::preparation` has prepared its world.
    pub fn new(pictures: impl Into<Arc<Pictures>>, world: Arc<World>) -> Self {
        Self { pictures: pictures.into(), world }
    }

    /// The world, whose images have no labels.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The world with the labels that there are by now.
    pub(super) fn labelled_world(&self, project: &Project, labels: &Labels) -> Result<Arc<World>, ProjectError> {
        let mut train = vec![0; self.world.dataset.train.len()];
        labels.train.iter().for_each(|(image, class)| train[*image] = *class);
        let test = self.pictures.labelled(project, &labels.test)?;
        // Before the first import there is no class, and nothing has a label.
        let classes = Some(project.classes()).filter(|c| !c.is_empty()).unwrap_or(&self.world.dataset.classes);
        let dataset = self.world.dataset.with_labels(classes.to_vec(), train, test)?;
        Ok(Arc::new(self.world.with_labels(Arc::new(dataset)).with_people(self.people(project)?)))
    }

    /// People as the labelling tool of generated images: what was said of each.
    fn people(&self, project: &Project) -> Result<People, ProjectError> {
        let mut people = People::new(self.world.dataset.shape());
        for (at, generated) in project.generated().iter().enumerate() {
            let image = project.images().given() + at;
            let Some(row) = project.log().last(&generated.file) else { continue };
            let said = match row.answer {
                Answer::Label => project.class(&row.label).ok_or(Refusal::Unanswered),
                Answer::NoneOfThese => Err(Refusal::NoSuchThing),
                Answer::Undone | Answer::Skipped | Answer::NotSure => Err(Refusal::Unanswered),
            };
            people.hear(&generated.point, self.pictures.generated_pixels(project, image)?, said);
        }
        Ok(people)
    }

    /// The run of a project at the end of its last round.
    fn run(&self, project: &Project, labels: &Labels, since: &Since) -> Result<Run, ProjectError> {
        let world = self.labelled_world(project, labels)?;
        let (history, checkpoint) = match rounds::read(project)? {
            Some(found) => found,
            None => (Run::new(&world, project.experiment(), 1).history().clone(), None),
        };
        let mut withheld: Vec<u32> = project.passed_over(since.round).into_iter().map(|image| image as u32).collect();
        let parts = project.images().all()[..project.images().embedded()].iter().enumerate();
        withheld.extend(parts.filter(|(_, image)| image.part.is_test()).map(|(at, _)| at as u32));
        let class_of = classes_of(&world, labels);
        Ok(Run::by_hand(&world, history, checkpoint, project.experiment(), &class_of, &withheld)?)
    }

    /// Proposes images to label: `count` of them, or as many as the pool still has. The same labels and rounds give the
    /// same batch. Generated ones are on the disk, and in the project, when this returns.
    pub fn propose(
        &self,
        project: &mut Project,
        strategy: Option<&Variant>,
        count: usize,
        interrupted: &dyn Fn(f32) -> bool,
    ) -> Result<Batch, ProjectError> {
        let setup = can_propose(project, strategy)?;
        let labels = project.labels()?;
        let since = Since::of(project, &labels)?;
        let mut run = self.run(project, &labels, &since)?;
        let also: Vec<Candidate> = since.new.iter().map(|image| unproposed(project, *image)).collect();
        let mut generating = Generating::new(project, &self.world, since.round);
        let candidates =
            run.next_candidates(&setup, &also, count, &mut |candidate| generating.takes(candidate), interrupted);
        let candidates = candidates.map_err(|_| ProjectError::Cancelled)?;
        if candidates.is_empty() && count > 0 {
            let why = match setup.generates_in(since.round) {
                true => "the generator makes no image that was not answered already; train a round first",
                false => "every image of the pool is labelled, or a copy of one that is; nothing is left to propose",
            };
            return Err(ProjectError::Refused(why.into()));
        }
        let strategy = match (since.round, strategy) {
            (1, _) if setup.generates_in(1) => "first set, generated".to_owned(),
            (1, _) => format!("first set, {}", setup.first_set),
            (_, Some(variant)) => variant.to_string(),
            (_, None) => setup.strategy.to_string(),
        };
        let (picks, new) = generating.picks(candidates, &strategy);
        let batch = Batch { round: since.round, strategy, picks };
        if !new.is_empty() {
            generating::keep(project, &new, self.world.dataset.shape())?;
        }
        self.predict_new(project, &run, since.round - 1)?;
        batch::keep(project, &batch)?;
        Ok(batch)
    }

    /// Predicts what was generated since the last round by the model of that round.
    fn predict_new(&self, project: &Project, run: &Run, round: usize) -> Result<(), ProjectError> {
        let Some(mut predictions) = rounds::predictions(project, round)? else { return Ok(()) };
        let new: Vec<(usize, Class)> = (predictions.images()..project.images().len()).map(|image| (image, 0)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let split = self.pictures.labelled(project, &new)?;
        let rows = run.log_probabilities(&split, &mut |_| true);
        if rows.len() == new.len() * predictions.classes {
            predictions.log_probabilities.extend(rows);
            rounds::keep_predictions(project, &predictions)?;
        }
        Ok(())
    }

    /// Trains one round on all labels there are, and predicts every image. `progress` is told how far it is, and says
    /// whether to go on; nothing is written before the end. `again` trains also if no label is new.
    pub fn train(
        &self,
        project: &Project,
        again: bool,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Arc<RoundRecord>, ProjectError> {
        can_train(project, again)?;
        let labels = project.labels()?;
        let since = Since::of(project, &labels)?;
        let mut run = self.run(project, &labels, &since)?;
        let round = since.round;
        let is_new: HashSet<usize> = since.new.iter().copied().collect();
        let mut candidates = in_order(project, round, since.new)?;
        let is_labelled = |point: &[f32]| project.at_point(point).is_some_and(|image| is_new.contains(&image));
        renumber(&mut candidates, since.points, self.world.latent.len(), is_labelled);
        run.begin_with(candidates);
        while run.rounds_done() < round {
            if let Some((done, all)) = run.steps_in_round()
                && !progress(Progress::Training { done, all })
            {
                return Err(ProjectError::Cancelled);
            }
            // Never interrupted within a step.
            let _ = run.advance(&|| false);
        }
        let record = run.history().rounds.last().cloned().unwrap_or_else(|| Arc::new(RoundRecord::empty(round)));
        if record.diverged {
            let rate = project.experiment().learning_rate;
            let what = format!(
                "the training diverged, and the round was not kept; give a learning_rate below {rate} in experiment.toml"
            );
            return Err(ProjectError::Refused(what));
        }
        let predictions = self.predict(project, &run, round, progress)?;
        rounds::write(project, run.history(), &run.checkpoint()?, &predictions)?;
        Ok(record)
    }

    /// What the target predicts for every image: those of the test in the chunks of the evaluation, with its results.
    fn predict(
        &self,
        project: &Project,
        run: &Run,
        round: usize,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Predictions, ProjectError> {
        let (all, classes) = (project.images().len(), project.classes().len());
        let labels = project.labels()?;
        let (trained_on, tested) = (labels.trained().copied().collect(), labels.test);
        let is_tested: HashSet<usize> = tested.iter().map(|(image, _)| *image).collect();
        let others: Vec<(usize, Class)> = (0..all).filter(|at| !is_tested.contains(at)).map(|at| (at, 0)).collect();
        let mut log_probabilities = vec![0.0; all * classes];
        let mut before = 0;
        for images in [tested, others].iter().filter(|images| !images.is_empty()) {
            let split = self.pictures.labelled(project, images)?;
            let rows =
                run.log_probabilities(&split, &mut |done| progress(Progress::Predicting { done: before + done, all }));
            if rows.len() != images.len() * classes {
                return Err(ProjectError::Cancelled);
            }
            for ((image, _), row) in images.iter().zip(rows.chunks_exact(classes)) {
                log_probabilities[image * classes..(image + 1) * classes].copy_from_slice(row);
            }
            before += images.len();
        }
        Ok(Predictions { round, classes, log_probabilities, trained_on })
    }
}

/// The settings that a batch is proposed by; an error if none can be, known before anything is computed.
pub fn can_propose(project: &Project, strategy: Option<&Variant>) -> Result<Experiment, ProjectError> {
    let since = Since::of(project, &project.labels()?)?;
    if since.round > 1 && since.is_fresh {
        let what = "there is a class more since the last round, or a network that is not trained yet; train a round \
                    first";
        return Err(ProjectError::Refused(what.into()));
    }
    let setup = match strategy {
        Some(variant) => variant.resolve(project.experiment())?.experiment,
        None => project.experiment().clone(),
    };
    setup.check_decoder(&[setup.strategy])?;
    Ok(setup)
}

/// An error if a round cannot be trained, known before anything is computed; `again` trains also if no label is new.
pub fn can_train(project: &Project, again: bool) -> Result<(), ProjectError> {
    let labels = project.labels()?;
    let refused = |what: String| Err(ProjectError::Refused(what));
    if labels.trained().next().is_none() {
        let what = "no image is labelled for training yet; label some of those that are proposed first";
        return refused(what.into());
    }
    if project.classes().len() < 2 {
        let what = "there is one class only, so there is nothing to tell apart; label images of another class";
        return refused(what.into());
    }
    let since = Since::of(project, &labels)?;
    if since.new.is_empty() && !since.has_changed && !since.is_fresh && !again {
        let last = since.round - 1;
        return refused(format!("no label is new since round {last}; label more images first"));
    }
    Ok(())
}

/// That all labels for training are of one class although there are others, a sentence; `None` if not.
pub fn one_class(project: &Project) -> Result<Option<String>, ProjectError> {
    let labels = project.labels()?;
    let known: BTreeSet<Class> = labels.trained().map(|(_, class)| *class).collect();
    let [only] = known.into_iter().collect::<Vec<_>>()[..] else { return Ok(None) };
    let name = project.classes().get(usize::from(only)).filter(|_| project.classes().len() > 1);
    Ok(name.map(|name| {
        format!("every label for training is `{name}`, so the model knows nothing else; label images of another class")
    }))
}

/// What has changed since the last round.
struct Since {
    /// The next round.
    round: usize,
    /// The images that are labelled since, ascending.
    new: Vec<usize>,
    /// Whether the next round begins with an untrained target: it is the first, there are more classes or another
    /// network, or the weights are lost.
    is_fresh: bool,
    /// The points of the generated images of earlier rounds, in the order of their numbers.
    points: Vec<Vec<f32>>,
    /// Whether a label of an earlier round is another by now, or was taken back.
    has_changed: bool,
}

impl Since {
    fn of(project: &Project, labels: &Labels) -> Result<Self, ProjectError> {
        let found = rounds::read(project)?;
        if let Some((history, _)) = &found {
            terms::stay(&history.header.experiment, project.experiment(), side_multiple)
                .map_err(|what| in_file(project.folder().join(EXPERIMENT), what))?;
        }
        let records = found.as_ref().map(|(history, _)| &history.rounds[..]).unwrap_or_default();
        let class_of: HashMap<usize, Class> = labels.trained().copied().collect();
        let proposals = || records.iter().flat_map(|r| &r.proposals);
        let known: HashMap<usize, Class> = proposals().filter_map(|p| Some((project.image_of(p)?, p.label))).collect();
        let images = labels.trained().map(|(image, _)| *image);
        // A proposal keeps the label that it was bought with: what was put right since then the last round has seen.
        let last = rounds::predictions(project, records.len())?.map(|last| last.trained_on);
        let before = match last.filter(|trained_on| !trained_on.is_empty()) {
            Some(trained_on) => trained_on.into_iter().collect(),
            None => known.clone(),
        };
        let is_back = |image: &usize| class_of.contains_key(image) && !before.contains_key(image);
        Ok(Self {
            round: records.len() + 1,
            new: images.filter(|image| !known.contains_key(image)).collect(),
            is_fresh: found.as_ref().is_none_or(|(_, checkpoint)| checkpoint.is_none()),
            points: proposals().filter_map(|p| Some(p.made.as_ref()?.code.clone())).collect(),
            has_changed: before.iter().any(|(image, class)| class_of.get(image) != Some(class))
                || known.keys().any(is_back),
        })
    }
}

/// The candidates of a round: the images that are labelled since the last one, in the order in which they were proposed,
/// others behind them by their numbers. So the order in which a person labels them changes no result. Generated ones that
/// a person rejected in this round are among them, for the record.
fn in_order(project: &Project, round: usize, new: Vec<usize>) -> Result<Vec<Candidate>, ProjectError> {
    let mut left: BTreeSet<usize> = new.into_iter().collect();
    let rejected = project.generated().iter().enumerate().filter(|(_, generated)| {
        let row = project.log().last(&generated.file);
        row.is_some_and(|row| row.answer == Answer::NoneOfThese && row.round == round)
    });
    left.extend(rejected.map(|(at, _)| project.images().given() + at));
    let batches = batch::of_round(project, round)?;
    let mut candidates = Vec::new();
    for pick in batches.iter().flat_map(|batch| &batch.picks) {
        if left.remove(&(pick.image as usize)) {
            candidates.push(pick.candidate(project));
        }
    }
    candidates.extend(left.into_iter().map(|image| unproposed(project, image)));
    Ok(candidates)
}

/// Gives the anchors that were generated the numbers that they have in the run: behind the `given` samples, first those of
/// earlier rounds, which lie at `points`, then the new ones in their order.
fn renumber(
    candidates: &mut [Candidate],
    mut points: Vec<Vec<f32>>,
    given: usize,
    is_labelled: impl Fn(&[f32]) -> bool,
) {
    points.extend(candidates.iter().filter_map(|candidate| match &candidate.place {
        Place::Point(point) => is_labelled(point).then(|| point.clone()),
        Place::Sample(_) => None,
    }));
    let steps = candidates.iter_mut().filter_map(|candidate| candidate.step.as_mut());
    for step in steps.filter(|step| step.parent as usize >= given) {
        if let Some(at) = points.iter().position(|point| *point == step.from) {
            step.parent = (given + at) as u32;
        }
    }
}

/// The class that a proposal of the project's history has by now.
pub(super) fn classes_of(world: &World, labels: &Labels) -> impl Fn(&Proposal) -> Option<Class> {
    let labelled: HashMap<u32, Class> = labels.train.iter().map(|(image, class)| (*image as u32, *class)).collect();
    move |proposal| match &proposal.made {
        None => labelled.get(&proposal.sample).copied(),
        Some(made) => world.label_point(&made.code)?.ok().map(|made| made.label),
    }
}
