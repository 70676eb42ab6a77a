//! Where a project stands: what is labelled, how good the model is, where the curve goes, and which labels it doubts.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::batch;
use super::error::ProjectError;
use super::held_out::{HeldOut, PARTS};
use super::larger::Larger;
use super::log::{Answer, Row, plausible};
use super::rounds::{self, Predictions};
use super::store::{Labels, Project};
use super::words::{counted, verb};
use crate::dataset::Class;
use crate::experiment::Experiment;
use crate::history::RoundRecord;
use crate::statistics::{Proportion, Reached, forecast};

/// The level of the interval of the accuracy.
const LEVEL: f64 = 0.95;
/// A label is doubted if the model gives another class at least this probability.
const SURE: f32 = 0.95;
/// How many labels the pace is taken from.
const PACE_OF: usize = 20;

/// Where a project stands; the keys of `ridgewalk project status --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Status {
    /// Images that were given to the project.
    pub images: usize,
    /// Labels for training.
    pub labelled: usize,
    pub classes: Vec<String>,
    /// Rounds that are complete.
    pub rounds: usize,
    /// Percent correct of the labelled test images by the model of the last round; `None` without these or a round.
    pub accuracy: Option<f32>,
    /// Lower end of the Wilson interval of the accuracy, 95 %, in percent.
    pub accuracy_low: Option<f32>,
    /// Upper end of the Wilson interval of the accuracy, 95 %, in percent.
    pub accuracy_high: Option<f32>,
    /// Labels for testing.
    pub test_images: usize,
    /// Test labels that were changed once there was a model.
    pub test_labels_changed: usize,
    /// The accuracy with the labels that these had before; `None` if there are none.
    pub accuracy_before_changes: Option<f32>,
    /// How many images to label before the next round: those of the batch that is out without an answer; the next batch
    /// if none is out.
    pub next_batch: usize,
    /// The images of the batch that is out; 0 if none is.
    pub batch: usize,
    /// Test images that are drawn or kept and not labelled yet.
    pub test_images_unlabelled: usize,
    /// Images that can be proposed.
    pub pool: usize,
    /// Images that are copies of others, which are proposed, labelled or for the test instead.
    pub copies: usize,
    /// That copies have different labels, if some have.
    pub copies_disagree: Option<String>,
    /// Labels for training of each class, in the order of the classes.
    pub labelled_by_class: Vec<usize>,
    /// Labels for training that the last round has not seen.
    pub new_labels: usize,
    /// Test labels more that would halve the interval.
    pub test_images_to_halve: Option<usize>,
    /// The rounds with their labels and their accuracy, percent, on the test images that are labelled by now.
    pub curve: Vec<Point>,
    /// The accuracy to be expected with twice and four times the labels of the last round.
    pub forecast: Vec<Expected>,
    /// Why there is no forecast, if there is none.
    pub no_forecast: Option<String>,
    /// How many of the new labels are not what the model of the last round guesses.
    pub disagreed: Option<Share>,
    /// Labels that deserve a second look, the surest first: those that the model denies with a probability of at least 95 %;
    /// of those that were checked, the ones that networks deny which have not seen them.
    pub doubts: Vec<Doubt>,
    /// What a check of the labels of the last round came to, if that was asked.
    pub checked: Option<Checked>,
    /// How many guesses on test images of at least that probability are right: how much a doubt is worth.
    pub sure_and_right: Option<Share>,
    /// Images that were generated for people to label.
    pub generated: usize,
    /// Generated images that have a label, which `labelled` counts too.
    pub generated_labelled: usize,
    /// Generated images of which was said that they are none of the classes.
    pub generated_rejected: usize,
    /// Median seconds for a label, of the last 20 that were timed.
    pub seconds_per_label: Option<f64>,
    /// How a larger network fares on the labels of the last round, if that was asked.
    pub larger: Option<Larger>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    pub round: usize,
    pub labels: usize,
    pub accuracy: Option<f32>,
    /// On how many test images that is.
    pub test_images: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    pub labels: usize,
    pub accuracy: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    pub count: usize,
    pub of: usize,
}

/// A label that deserves a second look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Doubt {
    pub file: String,
    pub label: String,
    pub guess: String,
    /// The probability of the guess.
    pub confidence: f32,
    /// Whether it is the guess of a network that has not seen the label.
    pub held_out: bool,
}

/// A check of labels by networks that have not seen them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Checked {
    /// How many networks there were, each trained without its part of the labels.
    pub networks: usize,
    /// Labels that were checked.
    pub labels: usize,
    /// Labels that are denied, as they are by now.
    pub denied: usize,
}

impl Checked {
    /// What was found, a sentence.
    pub fn sentence(&self) -> String {
        let Self { networks, labels, denied } = *self;
        let (of, are) = (counted(labels, "label"), verb(denied, "is", "are"));
        format!("{denied} of {of} {are} denied by networks that have not seen them ({networks}, each without its part)")
    }
}

impl Status {
    /// What changes of test labels did to the accuracy, a clause; `None` if there are none.
    pub fn changes(&self) -> Option<String> {
        let (before, labels) = (self.accuracy_before_changes?, counted(self.test_labels_changed, "test label"));
        let why = "a model calls for a second look only where it disagrees";
        Some(format!("{before:.1} % with {labels} as given before there was a model: {why}"))
    }

    /// The present state of a project, from its files alone.
    pub fn of(project: &Project) -> Result<Self, ProjectError> {
        let labels = project.labels()?;
        let history = rounds::read(project)?.map(|(history, _)| history);
        let rounds = history.as_ref().map_or(0, |h| h.rounds.len());
        let predictions = rounds::predictions(project, rounds)?;
        let correct = predictions.as_ref().map(|p| self::correct(p, &labels.test));
        let before = before_second_looks(project, &labels.test);
        let changed = before.iter().zip(&labels.test).filter(|(before, now)| before != now).count();
        let accuracy = correct.and_then(|correct| Proportion::wilson(correct, labels.test.len(), LEVEL));
        let percent = |share: fn(&Proportion) -> f64| accuracy.as_ref().map(|a| (100.0 * share(a)) as f32);
        let mut labelled_by_class = vec![0; project.classes().len()];
        labels.trained().for_each(|(_, class)| labelled_by_class[usize::from(*class)] += 1);
        let proposals = history.iter().flat_map(|h| &h.rounds).flat_map(|r| &r.proposals);
        let seen: HashSet<usize> = proposals.filter_map(|p| project.image_of(p)).collect();
        let new: Vec<(usize, Class)> = labels.trained().filter(|(image, _)| !seen.contains(image)).copied().collect();
        let new_labels = new.len();
        let images = project.images().all();
        let passed: HashSet<usize> = project.passed_over(rounds + 1).into_iter().collect();
        let is_free = |at: &usize| project.images().is_pooled(*at) && project.label_of(*at).is_none();
        let pool = (0..images.len()).filter(is_free).filter(|at| !passed.contains(at)).count();
        let out: HashSet<usize> = batch::of_round(project, rounds + 1)?
            .iter()
            .flat_map(|batch| &batch.picks)
            .map(|pick| pick.image as usize)
            .filter(|image| images.get(*image).is_some_and(|image| image.part.is_proposed()))
            .collect();
        let waits = |image: &&usize| Row::waits(project.log().last(&images[**image].file), rounds + 1);
        let open = out.iter().filter(waits).count();
        let Experiment { strategy, samples_per_round, .. } = *project.experiment();
        let next = if strategy.generates_samples() { samples_per_round } else { samples_per_round.min(pool) };
        let rejected = project
            .generated()
            .iter()
            .filter(|image| project.log().last(&image.file).is_some_and(|row| row.answer == Answer::NoneOfThese));
        let records = history.iter().flat_map(|h| &h.rounds);
        let curve: Vec<Point> = records.map(|r| point(project, r, &labels.test)).collect();
        let (forecast, no_forecast) = forecasts(&curve);
        let held_out = HeldOut::read(project, rounds);
        let doubts = doubts(project, predictions.as_ref(), held_out.as_ref(), &labels);
        Ok(Self {
            images: project.images().given(),
            labelled: labels.trained().count(),
            classes: project.classes().to_vec(),
            rounds,
            accuracy: correct.filter(|_| accuracy.is_some()).map(|c| 100.0 * c as f32 / labels.test.len() as f32),
            accuracy_low: percent(|a| a.low),
            accuracy_high: percent(|a| a.high),
            test_images: labels.test.len(),
            test_labels_changed: changed,
            accuracy_before_changes: predictions
                .as_ref()
                .filter(|_| changed > 0)
                .map(|p| 100.0 * self::correct(p, &before) as f32 / before.len() as f32),
            next_batch: if out.is_empty() { next } else { open },
            batch: out.len(),
            test_images_unlabelled: images
                .iter()
                .enumerate()
                .filter(|(at, image)| image.part.is_test() && !project.is_given_up(*at))
                .count()
                - labels.test.len(),
            pool,
            copies: project.spare_copies(rounds + 1).len(),
            copies_disagree: project.copies_disagree(),
            labelled_by_class,
            new_labels,
            test_images_to_halve: accuracy.map(|a| a.to_halve()),
            curve,
            forecast,
            no_forecast,
            disagreed: predictions.as_ref().filter(|_| !new.is_empty()).map(|p| {
                let of = new.len();
                Share { count: of - self::correct(p, &new), of }
            }),
            checked: held_out.as_ref().map(|found| Checked {
                networks: PARTS,
                labels: found.checked(),
                denied: doubts.iter().filter(|doubt| doubt.held_out).count(),
            }),
            doubts,
            generated: project.generated().len(),
            generated_labelled: labels.generated.len(),
            generated_rejected: rejected.count(),
            sure_and_right: predictions.as_ref().and_then(|p| sure_and_right(p, &labels.test)),
            seconds_per_label: pace(
                project
                    .log()
                    .rows()
                    .iter()
                    .filter(|row| row.answer == Answer::Label)
                    .filter_map(|row| plausible(row.seconds)),
            ),
            larger: Larger::read(project, rounds)?,
        })
    }
}

/// How many of these labels the model guesses.
fn correct(predictions: &Predictions, labels: &[(usize, Class)]) -> usize {
    let is_right =
        |(image, class): &&(usize, Class)| predictions.guess(*image).is_some_and(|(guess, _)| guess == *class);
    labels.iter().filter(is_right).count()
}

/// The test labels as they were before the first round: a model calls for a second look where it denies a label, and
/// nowhere else. A label that was taken back was not given.
fn before_second_looks(project: &Project, test: &[(usize, Class)]) -> Vec<(usize, Class)> {
    let mut first: HashMap<&str, &str> = HashMap::new();
    for Row { file, label, round, answer, .. } in project.log().rows() {
        match answer {
            Answer::Label if *round > 1 => _ = first.entry(file).or_insert(label),
            Answer::Label => _ = first.insert(file, label),
            _ => _ = first.remove(file.as_str()),
        }
    }
    let before = |&(image, now): &(usize, Class)| {
        let class = first.get(project.images().all()[image].file.as_str());
        (image, class.and_then(|class| project.class(class)).unwrap_or(now))
    };
    test.iter().map(before).collect()
}

/// A round with its accuracy on the present test labels; as it was measured at its end where its guesses are not known.
fn point(project: &Project, record: &RoundRecord, test: &[(usize, Class)]) -> Point {
    let RoundRecord { round, labels, .. } = *record;
    let (accuracy, test_images) = match rounds::guesses(project, round).map(|guesses| guesses.right(test)) {
        Some((_, 0)) => (None, 0),
        Some((right, of)) => (Some(100.0 * right as f32 / of as f32), of),
        None => match record.final_accuracy() {
            Some(accuracy) if record.predicted.is_empty() => (Some(accuracy), test.len()),
            accuracy => (accuracy, record.predicted.len()),
        },
    };
    Point { round, labels, accuracy, test_images }
}

/// The forecasts at twice and four times the labels of the last round, or why there are none.
fn forecasts(curve: &[Point]) -> (Vec<Expected>, Option<String>) {
    let reached = curve.iter().filter_map(|p| {
        Some(Reached { labels: p.labels, accuracy: f64::from(p.accuracy?), measured_on: p.test_images })
    });
    let reached: Vec<Reached> = reached.collect();
    let last = curve.last().map_or(0, |p| p.labels);
    let (mut found, mut why) = (Vec::new(), None);
    for times in [2, 4] {
        match forecast(&reached, times * last) {
            Ok(f) => found.push(Expected { labels: f.labels, accuracy: f.accuracy, low: f.low, high: f.high }),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    (found, why)
}

/// How many of the sure guesses on test images are right; `None` if there is none.
fn sure_and_right(predictions: &Predictions, test: &[(usize, Class)]) -> Option<Share> {
    let is_sure = |(image, _): &&(usize, Class)| predictions.guess(*image).is_some_and(|(_, p)| p >= SURE);
    let sure: Vec<(usize, Class)> = test.iter().filter(is_sure).copied().collect();
    (!sure.is_empty()).then(|| Share { count: correct(predictions, &sure), of: sure.len() })
}

/// Labels that deserve a second look, the surest first: of what was checked, those that are denied by networks which have not
/// seen them; of all others, those that the model is sure to be wrong.
fn doubts(
    project: &Project,
    predictions: Option<&Predictions>,
    held_out: Option<&HeldOut>,
    labels: &Labels,
) -> Vec<Doubt> {
    let trained: Vec<(usize, Class)> = labels.trained().copied().collect();
    let checked = |image: usize| held_out.is_some_and(|found| found.row(image).is_some());
    let by_model =
        trained.iter().chain(&labels.test).filter(|(image, _)| !checked(*image)).filter_map(|&(image, class)| {
            let (guess, confidence) = predictions?.guess(image)?;
            (guess != class && confidence >= SURE).then_some((image, guess, confidence, false))
        });
    let denied = held_out.map(|found| found.denied(&trained)).unwrap_or_default();
    let denied = denied.into_iter().map(|(image, guess, confidence)| (image, guess, confidence, true));
    let class_of: HashMap<usize, Class> = trained.iter().chain(&labels.test).copied().collect();
    let name = |class: Class| project.classes().get(usize::from(class)).cloned();
    let doubt = |(image, guess, confidence, held_out): (usize, Class, f32, bool)| {
        let file = project.images().all()[image].place().to_owned();
        Some(Doubt { file, label: name(*class_of.get(&image)?)?, guess: name(guess)?, confidence, held_out })
    };
    let mut doubts: Vec<Doubt> = by_model.chain(denied).filter_map(doubt).collect();
    doubts.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.file.cmp(&b.file)));
    doubts
}

/// Seconds for a label: the median of the last ones that were timed, so that neither a pause nor the first day counts.
pub fn pace(seconds: impl DoubleEndedIterator<Item = f64>) -> Option<f64> {
    let mut last: Vec<f64> = seconds.rev().take(PACE_OF).collect();
    last.sort_by(f64::total_cmp);
    last.get(last.len() / 2).copied()
}
