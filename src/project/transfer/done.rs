//! What an import did, and how it is told.

use crate::project::words::{counted, listed, verb};
use crate::statistics::Agreement;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Import {
    /// Labels taken in for training.
    pub train: usize,
    /// Labels taken in for the test.
    pub test: usize,
    /// Of these, labels that replaced another.
    pub replaced: usize,
    /// Labels that were there already.
    pub same: usize,
    /// Labels that contradicted one that was there, which stayed.
    pub kept: usize,
    /// Labels of images that the project does not have, which were passed over.
    pub unknown: usize,
    /// Labels whose image has its name by now, while another image had it before.
    pub passed_on: usize,
    /// Rows whose image goes by their digest, while another image has their name.
    pub by_digest: usize,
    /// The name in the first of these rows, and the image of its digest.
    pub first_by_digest: Option<[String; 2]>,
    /// Of those for the test, images that were in the pool and are held back because the file says so.
    pub held: usize,
    /// Labels for training although the file says that their images are for the test.
    pub not_held: usize,
    /// Labels for training although the file says that their images are for validation.
    pub validation: usize,
    /// Rows without a label.
    pub empty: usize,
    /// Annotations of Label Studio that choose no class.
    pub no_choice: usize,
    /// Labels for training whose file says a split that is none.
    pub no_split: usize,
    /// The first of these splits, as the file says it.
    pub first_no_split: String,
    /// Other answers: not sure, none of these, later.
    pub others: usize,
    /// Such answers that were there already.
    pub same_others: usize,
    /// Such answers about images with another answer, which stayed.
    pub kept_others: usize,
    pub new_classes: Vec<String>,
    /// Classes that may be one that was spelled twice, as a sentence.
    pub alike: Option<String>,
    /// That copies of one image have different labels by now, as a sentence.
    pub copies_disagree: Option<String>,
    /// The labels of the file that contradicted one that was there, which stayed.
    pub conflicts: Vec<Conflict>,
    /// How far the labels of the file agree with those that other people gave here, over the images that have both.
    pub agreement: Option<Agreement>,
    /// Images that have a label in both, but of one person.
    pub of_one_person: usize,
}

/// A label of a file that is not the one here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Its place among the images of the project.
    pub image: usize,
    /// The class that the file says.
    pub label: String,
    /// Who gave it, if the file says so.
    pub who: String,
}

/// An agreement as a sentence.
pub(super) fn told_of(agreement: &Agreement) -> String {
    let Agreement { both, equal, kappa } = agreement;
    let share = 100.0 * *equal as f64 / *both as f64;
    let kappa = kappa.map_or_else(|| "not defined for one class".to_owned(), |kappa| format!("{kappa:.2}"));
    let (have, are) = (verb(*both, "has", "have"), verb(*equal, "is", "are"));
    format!(
        "{} {have} labels of two people: {equal} {are} equal ({share:.1} %), kappa {kappa}",
        counted(*both, "image")
    )
}

impl Import {
    /// What was done, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let Self { train, test, new_classes, alike, agreement, .. } = self;
        let taken = counted(*train, "label");
        let mut all = vec![format!(
            "{taken} for training and {test} for the test {} taken in",
            verb(train + test, "was", "were")
        )];
        for (count, one, many) in [
            (self.replaced, "of them replaces another label", "of them replace another label"),
            (self.same, "label was there already", "labels were there already"),
            (
                self.kept,
                "label differs from that which is there, which stays",
                "labels differ from those that are there, which stay",
            ),
            (
                self.unknown,
                "label is of an image that the project does not have",
                "labels are of images that the project does not have",
            ),
            (
                self.held,
                "image is held back for the test, as the file says",
                "images are held back for the test, as the file says",
            ),
            (
                self.not_held,
                "label counts for training here, and is of a test image in the file",
                "labels count for training here, and are of test images in the file",
            ),
            (
                self.validation,
                "label counts for training, and is of a validation image in the file: a project has no such split",
                "labels count for training, and are of validation images in the file: a project has no such split",
            ),
            (
                self.passed_on,
                "name is that of one image by now and was that of another before: it is read as the name by now",
                "names are those of one image by now and were those of another before: they are read as the names by now",
            ),
            (self.empty, "row has no label", "rows have no label"),
            (
                self.no_choice,
                "annotation has no choice of a class, and of Label Studio only `choices` are read, no boxes or texts",
                "annotations have no choice of a class, and of Label Studio only `choices` are read, no boxes or texts",
            ),
            (
                self.others,
                "other answer (not sure, none of these, skipped) was taken in too",
                "other answers (not sure, none of these, skipped) were taken in too",
            ),
            (self.same_others, "other answer was there already", "other answers were there already"),
            (
                self.kept_others,
                "answer that is no label differs from that which is there, which stays",
                "answers that are no labels differ from those that are there, which stay",
            ),
        ] {
            if count > 0 {
                all.push(format!("{count} {}", verb(count, one, many)));
            }
        }
        if let Some([name, image]) = &self.first_by_digest {
            let (rows, go) = (counted(self.by_digest, "row"), verb(self.by_digest, "goes", "go"));
            all.push(format!(
                "{rows} {go} by the digest, to an image that has another name, as after a rename: such as {name} to {image}"
            ));
        }
        if self.no_split > 0 {
            let (rows, count) = (counted(self.no_split, "row"), verb(self.no_split, "counts", "count"));
            let said = &self.first_no_split;
            all.push(format!(
                "{rows} whose split is none of train, validation and test, such as `{said}`, {count} for training"
            ));
        }
        if !new_classes.is_empty() {
            all.push(format!("new classes: {}", listed(new_classes)));
        }
        all.extend(alike.clone());
        all.extend(self.copies_disagree.clone());
        all.extend(agreement.as_ref().map(told_of));
        all.extend(self.not_compared());
        all
    }

    /// Of how many images no agreement is told, and why; `None` if of none.
    pub(super) fn not_compared(&self) -> Option<String> {
        let (count, has) = (self.of_one_person, verb(self.of_one_person, "has", "have"));
        let images = counted(count, if self.agreement.is_some() { "more image" } else { "image" });
        (count > 0).then(|| {
            format!(
                "{images} {has} labels of one person in both, which are not compared; a column `who` says whose labels they \
                 are"
            )
        })
    }
}
