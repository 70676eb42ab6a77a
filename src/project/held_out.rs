//! "Which labels are wrong?": networks that were trained without a part of the labels each say what that part is
//! (cross-validation), and a label is doubted where they are as sure of another class as they are of those labelled so.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::ProjectError;
use super::images::scattered;
use super::rounds::Predictions;
use super::store::Project;
use crate::archive::{self, Whole};
use crate::dataset::Class;

const FILE: &str = "held-out.rwp";
const MAGIC: &str = "ridgewalk held-out predictions";
/// Networks, each of which is trained without its part of the labels.
pub(super) const PARTS: usize = 5;
/// Fewer labels say nothing: two in each part.
const FEWEST: usize = 2 * PARTS;

/// What networks say of the labels that they were not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// The round whose labels were checked, from 1.
    pub round: usize,
    /// The images, ascending, each of which one network predicts that has not seen its label.
    images: Vec<u32>,
    /// Log probabilities of these images, in their order.
    predictions: Predictions,
}

impl Whole for HeldOut {
    fn fault(&self) -> Option<String> {
        let (images, rows) = (self.images.len(), self.predictions.images());
        self.predictions.fault().or((images != rows).then(|| format!("{rows} predictions of {images} images")))
    }
}

impl HeldOut {
    pub(super) fn new(round: usize, classes: usize, mut rows: Vec<(usize, Vec<f32>)>) -> Self {
        rows.sort_unstable_by_key(|(image, _)| *image);
        let images = rows.iter().map(|(image, _)| *image as u32).collect();
        let log_probabilities = rows.into_iter().flat_map(|(_, row)| row).collect();
        Self { round, images, predictions: Predictions { round, classes, log_probabilities, trained_on: Vec::new() } }
    }

    /// Log probabilities of an image; `None` of one that was not checked.
    pub fn row(&self, image: usize) -> Option<&[f32]> {
        Some(self.predictions.row(self.place(image)?))
    }

    /// The most probable class of an image and its probability.
    pub fn guess(&self, image: usize) -> Option<(Class, f32)> {
        self.predictions.guess(self.place(image)?)
    }

    fn place(&self, image: usize) -> Option<usize> {
        self.images.binary_search(&(image as u32)).ok()
    }

    /// How many labels were checked.
    pub fn checked(&self) -> usize {
        self.images.len()
    }

    /// The labels that are denied, each with the guess and its probability: another class is the most probable, and at
    /// least as probable as it is on average for the images that are labelled so (confident learning: Northcutt, Jiang and
    /// Chuang, 2021, Section 3.1).
    pub(super) fn denied(&self, labels: &[(usize, Class)]) -> Vec<(usize, Class, f32)> {
        let checked: Vec<(usize, Class, &[f32])> =
            labels.iter().filter_map(|&(image, class)| Some((image, class, self.row(image)?))).collect();
        let mut of_class: HashMap<Class, (f32, usize)> = HashMap::new();
        for (_, class, row) in &checked {
            let Some(own) = row.get(usize::from(*class)) else { continue };
            let (sum, count) = of_class.entry(*class).or_default();
            (*sum, *count) = (*sum + own.exp(), *count + 1);
        }
        let is_sure = |guess: Class, p: f32| of_class.get(&guess).is_some_and(|(sum, count)| p >= sum / *count as f32);
        let denied = checked.iter().filter_map(|&(image, class, _)| {
            let (guess, p) = self.guess(image)?;
            (guess != class && is_sure(guess, p)).then_some((image, guess, p))
        });
        denied.collect()
    }

    /// What was found last for a round; none if there are other rounds by now.
    pub(super) fn read(project: &Project, rounds: usize) -> Option<Self> {
        // A damaged one is none: it can be found again.
        archive::read(&project.folder().join(FILE), MAGIC).ok().filter(|found: &Self| found.round == rounds)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), ProjectError> {
        Ok(archive::write(&folder.join(FILE), MAGIC, self)?)
    }
}

/// Labels in parts that have as many of each class as can be, in an order that files have no part in. A label that is the
/// only one of its class is in none: without it, no network knows the class.
pub(super) fn parts(labels: &[(usize, Class)]) -> Result<Vec<Vec<usize>>, ProjectError> {
    let mut of_class: Vec<(Class, u64, usize)> =
        labels.iter().map(|(at, class)| (*class, scattered(*at), *at)).collect();
    of_class.sort_unstable();
    let groups = of_class.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    let checked: Vec<usize> = groups.flatten().map(|(_, _, image)| *image).collect();
    if checked.len() < FEWEST {
        let what = format!(
            "only {} of the labels of the last round can be checked, those of classes with two at least; label more first, \
             {FEWEST} or more can be",
            checked.len()
        );
        return Err(ProjectError::Refused(what));
    }
    Ok((0..PARTS).map(|part| checked.iter().skip(part).step_by(PARTS).copied().collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_each_label_once_and_none_a_whole_class() {
        let labels: Vec<(usize, Class)> =
            (0..40).map(|i| (i, (i % 3) as Class)).chain([(40, 3), (41, 4), (42, 4)]).collect();
        let parts = parts(&labels).unwrap();
        let mut all: Vec<usize> = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..43).filter(|i| *i != 40).collect::<Vec<_>>(), "all but the only one of its class");
        assert!(parts.iter().all(|part| (8..=9).contains(&part.len())), "{parts:?}");
        let part_of = |image| parts.iter().position(|part| part.contains(&image));
        assert_ne!(part_of(41), part_of(42), "one stays to be learnt from");
        let error = super::parts(&labels[38..]).unwrap_err().to_string();
        assert!(error.contains("only 2 of the labels"), "{error}");
    }

    /// Images 0 to 3 are of class 0, of which the networks are little sure, 4 to 7 of class 1, of which they are sure.
    #[test]
    fn a_label_is_denied_where_another_class_is_as_probable_as_for_its_own() {
        let p_of_0 = [0.6, 0.6, 0.6, 0.2, 0.1, 0.05, 0.65, 0.45];
        let rows = p_of_0.iter().enumerate().map(|(i, p)| (i, vec![f32::ln(*p), f32::ln(1.0 - p)])).collect();
        let found = HeldOut::new(3, 2, rows);
        let labels: Vec<(usize, Class)> = (0..8).map(|i| (i, (i / 4) as Class)).collect();
        let denied: Vec<(usize, Class)> = found.denied(&labels).iter().map(|(i, guess, _)| (*i, *guess)).collect();
        // Class 0 has 0.5 on average, class 1 0.69: image 3 is 0.8 a one, image 6 0.65 a zero.
        assert_eq!(denied, [(3, 1), (6, 0)]);
        assert_eq!((found.checked(), found.row(9)), (8, None));
        // A label that was corrected is denied no more.
        let corrected: Vec<(usize, Class)> = labels.iter().map(|&(i, c)| (i, if i == 3 { 1 } else { c })).collect();
        assert_eq!(found.denied(&corrected).iter().map(|d| d.0).collect::<Vec<_>>(), [6]);
    }
}
