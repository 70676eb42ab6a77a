//! What a project gives to others: its labels, the predictions for every image, and a folder of images a class.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::batch::{guess, heads, probabilities};
use crate::disk;
use crate::project::create::is_taken;
use crate::project::error::{ProjectError, in_file};
use crate::project::images::Purpose;
use crate::project::log::{Answer, Row};
use crate::project::pictures::Pictures;
use crate::project::rounds;
use crate::project::store::Project;

/// What a table has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Each image with an answer that counts: a label, not sure, or none of these.
    Labels,
    /// Every image, with guess and probabilities.
    Predictions,
}

/// The first columns of an exported table, and of no other of a project.
pub const HEAD: [&str; 8] = ["file", "label", "split", "round", "strategy", "seconds", "time", "who"];

/// The table of a project's images; a row about each that counts.
pub fn table(project: &Project, what: Table) -> Result<Vec<u8>, ProjectError> {
    let rounds = rounds::read(project)?.map_or(0, |(history, _)| history.rounds.len());
    let predictions = match what {
        Table::Labels => None,
        Table::Predictions => Some(rounds::predictions(project, rounds)?.ok_or_else(|| {
            ProjectError::Refused(
                "there are no predictions of the last round; train it first, again if no label is new".into(),
            )
        })?),
    };
    let written = |e: csv::Error| ProjectError::Refused(format!("the table cannot be written ({e})"));
    let mut table = csv::Writer::from_writer(Vec::new());
    let fixed = HEAD.map(str::to_owned);
    // Behind the columns of earlier versions.
    let fixed = fixed.into_iter().chain(["answer", "digest"].map(str::to_owned));
    let guessed = ["guess", "confidence"].map(str::to_owned).into_iter().chain(heads(project));
    table.write_record(fixed.chain(guessed.filter(|_| predictions.is_some()))).map_err(written)?;
    for (at, image) in project.images().all().iter().enumerate() {
        let is_told = |row: &&Row| matches!(row.answer, Answer::Label | Answer::NotSure | Answer::NoneOfThese);
        let row = project.log().last(&image.file).filter(is_told).filter(|_| image.part != Purpose::Aside);
        if row.is_none() && predictions.is_none() {
            continue;
        }
        let text = |of: fn(&Row) -> String| row.map(of).unwrap_or_default();
        let split = match image.part {
            Purpose::Pool => "train",
            Purpose::Drawn | Purpose::Test => "test",
            Purpose::Aside => "aside",
            Purpose::Generated => "generated",
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
            text(|r| r.answer.name().to_owned()),
            image.digest.clone(),
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

/// What [`folders`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// Images that have a second name there.
    pub linked: usize,
    /// Images that were copied, because a second name is not possible.
    pub copied: usize,
    /// Of all these, how many were generated.
    pub generated: usize,
    /// Classes whose folder has another name, with that name.
    pub renamed: Vec<(String, String)>,
}

/// Puts every labelled image into a folder for its class below `out`, by a hard link or else as a copy.
pub fn folders(project: &Project, pictures: &Pictures, out: &Path) -> Result<Folders, ProjectError> {
    let (all, of_class) = (places(project, pictures, out)?, folder_names(project.classes()));
    let mut done = Folders { generated: project.labels()?.generated.len(), ..Folders::default() };
    for (from, to) in all {
        let unwritten = |source| ProjectError::Write { path: to.clone(), source };
        disk::create_folder(to.parent().unwrap_or(out)).map_err(unwritten)?;
        match disk::link_or_copy(&from, &to).map_err(unwritten)? {
            true => done.linked += 1,
            false => done.copied += 1,
        }
    }
    let names = project.classes().iter().cloned().zip(of_class);
    done.renamed = names.filter(|(class, name)| class != name).collect();
    Ok(done)
}

/// An error if [`folders`] cannot put the images there, known before anything is written.
pub fn can_put(project: &Project, pictures: &Pictures, out: &Path) -> Result<(), ProjectError> {
    places(project, pictures, out).map(drop)
}

/// The file of every labelled image, and the one that it becomes below `out`.
fn places(project: &Project, pictures: &Pictures, out: &Path) -> Result<Vec<(PathBuf, PathBuf)>, ProjectError> {
    if is_taken(out) {
        return Err(ProjectError::Taken(out.into()));
    }
    let of_class = folder_names(project.classes());
    let mut all: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut taken: HashSet<PathBuf> = HashSet::new();
    for (at, image) in project.images().all().iter().enumerate().filter(|(_, image)| image.part != Purpose::Aside) {
        let Some(class) = project.label_of(at).and_then(|row| project.class(&row.label)) else { continue };
        let file = pictures.file(at).ok_or_else(|| {
            let what = "is no file of its own, but a part of an array, a table or an archive; unpack the images first";
            in_file(pictures.place.join(image.place()), what)
        })?;
        let short = image.place().rsplit('/').next().unwrap_or_default();
        let long = image.place().replace('/', "_");
        let class = out.join(&of_class[usize::from(class)]);
        // Two images may have one name in their folders.
        let names = [short, &long].map(|name| class.join(name)).into_iter();
        let numbered = (2..).map(|n| class.join(format!("{n}-{long}")));
        let to = names.chain(numbered).find(|to| taken.insert(to.clone()));
        all.extend(to.map(|to| (file, to)));
    }
    Ok(all)
}

/// A folder for each class, each below one folder and no two alike on any system: its name, if it can be that of a
/// folder.
fn folder_names(classes: &[String]) -> Vec<String> {
    let plain = |class: &String| {
        let name: String =
            class.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
        // No way up, no hidden folder, and nothing that Windows cuts off.
        let bare = name.trim_matches('.');
        if bare == name { name } else { format!("_{bare}_") }
    };
    let mut names: Vec<String> = classes.iter().map(plain).collect();
    let mut order: Vec<usize> = (0..classes.len()).collect();
    // A class that can have its own name has it.
    order.sort_by_key(|&class| names[class] != classes[class]);
    let mut taken = HashSet::new();
    for class in order {
        let numbered = (2..).map(|n| format!("{}-{n}", names[class]));
        let free = std::iter::once(names[class].clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        names[class] = free.unwrap_or_default();
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_folder_of_its_own_below_the_one_that_was_given() {
        let classes = ["a/b", "a_b", "..", ".", "Cat", "cat", "C:", "c\\..", "a_b-2"].map(str::to_owned);
        let found = folder_names(&classes);
        assert_eq!(found, ["a_b-3", "a_b", "__", "__-2", "Cat", "cat-2", "C_", "_c__", "a_b-2"]);
    }
}
