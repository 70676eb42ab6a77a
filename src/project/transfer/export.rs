//! What a project gives to others: its labels, the predictions for every image, and a folder of images a class.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::batch::{guess, heads, probabilities};
use crate::disk;
use crate::project::create::is_taken;
use crate::project::error::{ProjectError, in_file};
use crate::project::images::Part;
use crate::project::pictures::Pictures;
use crate::project::rounds;
use crate::project::store::Project;

/// What a table has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Each labelled image.
    Labels,
    /// Every image, with guess and probabilities.
    Predictions,
}

/// The table of a project's images; a row about each that counts.
pub fn table(project: &Project, what: Table) -> Result<Vec<u8>, ProjectError> {
    let rounds = rounds::read(project)?.map_or(0, |(history, _)| history.rounds.len());
    let predictions = match what {
        Table::Labels => None,
        Table::Predictions => Some(rounds::predictions(project, rounds)?.ok_or_else(|| {
            ProjectError::Refused("there are no predictions yet; `ridgewalk project train` first".into())
        })?),
    };
    let written = |e: csv::Error| ProjectError::Refused(format!("the table cannot be written ({e})"));
    let mut table = csv::Writer::from_writer(Vec::new());
    let fixed = ["file", "label", "split", "round", "strategy", "seconds", "time", "who"].map(str::to_owned);
    let guessed = ["guess", "confidence"].map(str::to_owned).into_iter().chain(heads(project));
    table.write_record(fixed.into_iter().chain(guessed.filter(|_| predictions.is_some()))).map_err(written)?;
    for (at, image) in project.images().all().iter().enumerate() {
        let row = project.label_of(at).filter(|_| image.part != Part::Aside);
        if row.is_none() && predictions.is_none() {
            continue;
        }
        let text = |of: fn(&crate::project::log::Row) -> String| row.map(of).unwrap_or_default();
        let split = match image.part {
            Part::Pool => "train",
            Part::Drawn | Part::Test => "test",
            Part::Aside => "aside",
        };
        let mut cells = vec![
            image.place().to_owned(),
            text(|r| r.label.clone()),
            split.to_owned(),
            text(|r| r.round.to_string()),
            text(|r| r.strategy.clone()),
            text(|r| r.seconds.map(|s| s.to_string()).unwrap_or_default()),
            text(|r| r.time.clone()),
            text(|r| r.who.clone()),
        ];
        if let Some(predictions) = &predictions {
            let (guess, confidence) = guess(project, Some(predictions), at).unwrap_or_default();
            cells.extend([guess, confidence.to_string()]);
            cells.extend(probabilities(project, Some(predictions), at).iter().map(f32::to_string));
        }
        table.write_record(cells).map_err(written)?;
    }
    table.into_inner().map_err(|e| written(e.into_error().into()))
}

/// Puts every labelled image into a folder with the name of its class below `out`, by a hard link or else as a copy.
/// Returns how many were linked and how many copied.
pub fn folders(project: &Project, pictures: &Pictures, out: &Path) -> Result<(usize, usize), ProjectError> {
    if is_taken(out) {
        return Err(ProjectError::Taken(out.into()));
    }
    let mut all: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut taken: HashSet<PathBuf> = HashSet::new();
    for (at, image) in project.images().all().iter().enumerate().filter(|(_, image)| image.part != Part::Aside) {
        let Some(row) = project.label_of(at) else { continue };
        let file = pictures.file(at).ok_or_else(|| {
            let what = "is no file of its own, but a part of an array, a table or an archive; unpack the images first";
            in_file(pictures.place.join(image.place()), what)
        })?;
        let short = image.place().rsplit('/').next().unwrap_or_default();
        let long = image.place().replace('/', "_");
        let class = out.join(row.label.replace(['/', '\\'], "_"));
        // Two images may have one name in their folders.
        let names = [short, &long].map(|name| class.join(name)).into_iter();
        let numbered = (2..).map(|n| class.join(format!("{n}-{long}")));
        let to = names.chain(numbered).find(|to| taken.insert(to.clone()));
        all.extend(to.map(|to| (file, to)));
    }
    let (mut linked, mut copied) = (0, 0);
    for (from, to) in all {
        let unwritten = |source| ProjectError::Write { path: to.clone(), source };
        disk::create_folder(to.parent().unwrap_or(out)).map_err(unwritten)?;
        match std::fs::hard_link(&from, &to) {
            Ok(()) => linked += 1,
            Err(_) => {
                std::fs::copy(&from, &to).map_err(unwritten)?;
                copied += 1;
            }
        }
    }
    Ok((linked, copied))
}
