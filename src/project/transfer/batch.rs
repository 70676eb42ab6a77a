//! Batches as files: a table with the model's guess and its scores, or Label Studio's tasks.

use super::label_studio::Task;
use crate::project::batch::Batch;
use crate::project::error::ProjectError;
use crate::project::rounds::{self, Predictions};
use crate::project::store::{Project, TEST};

/// An image of a batch with what the model makes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The image's name by now.
    pub file: String,
    pub digest: String,
    pub is_generated: bool,
    /// The round to come, from 1.
    pub round: usize,
    pub strategy: String,
    /// The strategy's score, if it has one.
    pub score: Option<f32>,
    /// The guess of the model of the last round, and its probability.
    pub guess: Option<(String, f32)>,
    /// The probability of each class.
    pub probabilities: Vec<f32>,
}

/// The rows of images that were proposed for training (`batch`) or drawn for the test (`test`).
pub fn rows(project: &Project, batch: Option<&Batch>, test: &[usize]) -> Result<Vec<Row>, ProjectError> {
    let rounds = rounds::read(project)?.map_or(0, |(history, _)| history.rounds.len());
    let predictions = rounds::predictions(project, rounds)?;
    let row = |image: usize, strategy: &str, score| Row {
        file: project.images().all()[image].place().to_owned(),
        digest: project.images().all()[image].digest.clone(),
        is_generated: image >= project.images().given(),
        round: rounds + 1,
        strategy: strategy.to_owned(),
        score,
        guess: guess(project, predictions.as_ref(), image),
        probabilities: probabilities(project, predictions.as_ref(), image),
    };
    let picks = batch.into_iter().flat_map(|b| b.picks.iter().map(|p| row(p.image as usize, &b.strategy, p.score)));
    Ok(picks.chain(test.iter().map(|image| row(*image, TEST, None))).collect())
}

pub(super) fn guess(project: &Project, predictions: Option<&Predictions>, image: usize) -> Option<(String, f32)> {
    let (class, probability) = predictions?.guess(image)?;
    Some((project.classes().get(usize::from(class))?.clone(), probability))
}

/// The probability of each class that the model knows; none before the first round, and zeros for an image that it has not
/// seen.
pub(super) fn probabilities(project: &Project, predictions: Option<&Predictions>, image: usize) -> Vec<f32> {
    let Some(predictions) = predictions else { return Vec::new() };
    let known = predictions.row(image).iter().map(|l| l.exp());
    // A class that came since the last round has none.
    known.chain(std::iter::repeat(0.0)).take(project.classes().len()).collect()
}

/// The heads of the columns of probabilities.
pub(super) fn heads(project: &Project) -> impl Iterator<Item = String> {
    project.classes().iter().map(|class| format!("p {class}"))
}

/// The first columns of a batch, and of no other table of a project.
const HEAD: [&str; 7] = ["file", "label", "guess", "confidence", "score", "strategy", "round"];

/// What every batch has near its beginning, as a table or as tasks.
pub fn mark(is_json: bool) -> String {
    if is_json { "\"data\": {\n      \"file\":".into() } else { HEAD.join(",") }
}

/// A table with an empty column for the label, so that it can be filled in and imported.
pub fn csv(project: &Project, rows: &[Row]) -> Result<Vec<u8>, ::csv::Error> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let fixed = HEAD.into_iter().chain(["digest"]).map(str::to_owned);
    let has_guesses = rows.iter().any(|row| !row.probabilities.is_empty());
    table.write_record(fixed.chain(heads(project).filter(|_| has_guesses)))?;
    for row in rows {
        let (guess, confidence) = match &row.guess {
            Some((guess, p)) => (guess.clone(), rounded(p)),
            None => (String::new(), String::new()),
        };
        let score = row.score.map(|s| s.to_string()).unwrap_or_default();
        let (strategy, round) = (row.strategy.clone(), row.round.to_string());
        let fixed = [row.file.clone(), String::new(), guess, confidence, score, strategy, round, row.digest.clone()];
        table.write_record(fixed.into_iter().chain(row.probabilities.iter().map(rounded)))?;
    }
    table.into_inner().map_err(|e| e.into_error().into())
}

/// A probability for people; an export has all of its digits.
fn rounded(p: &f32) -> String {
    format!("{p:.4}")
}

/// Label Studio's tasks; `prefix` is put before the name of each image.
pub fn json(rows: &[Row], prefix: &str) -> Result<Vec<u8>, serde_json::Error> {
    let task = |row: &Row| {
        let guess = row.guess.as_ref().map(|(guess, p)| (guess.as_str(), *p));
        let Row { file, strategy, round, .. } = row;
        Task { file, prefix, strategy, round: *round, guess, model: round - 1 }.json()
    };
    let tasks: Vec<_> = rows.iter().map(task).collect();
    serde_json::to_vec_pretty(&tasks)
}
