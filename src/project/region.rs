//! Images of a region of the latent space with the classes that they would get: nothing is written before it is confirmed.

use std::collections::BTreeMap;

use crate::dataset::Class;

/// The images, and what was done with them so far.
#[derive(Debug, Clone, Default)]
pub struct Region {
    now: Draft,
    /// As it was before each change.
    before: Vec<Draft>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Draft {
    images: Vec<usize>,
    given: BTreeMap<usize, Class>,
}

impl Region {
    /// Images by their places in the project; none has a class yet.
    pub fn new(images: Vec<usize>) -> Self {
        Self { now: Draft { images, given: BTreeMap::new() }, before: Vec::new() }
    }

    /// Those that are not left out, in their order.
    pub fn images(&self) -> &[usize] {
        &self.now.images
    }

    /// The class that an image would get.
    pub fn class_of(&self, image: usize) -> Option<Class> {
        self.now.given.get(&image).copied()
    }

    /// The images that would get a class, in their order.
    pub fn given(&self) -> impl Iterator<Item = (usize, Class)> {
        self.now.images.iter().filter_map(|image| Some((*image, self.class_of(*image)?)))
    }

    /// Gives images a class, in place of one given before; `undo` takes it back.
    pub fn give(&mut self, images: &[usize], class: Class) {
        self.change(|draft| draft.given.extend(images.iter().map(|image| (*image, class))));
    }

    /// Leaves images out; nothing is said of them.
    pub fn take_out(&mut self, images: &[usize]) {
        self.change(|draft| {
            draft.images.retain(|image| !images.contains(image));
            draft.given.retain(|image, _| !images.contains(image));
        });
    }

    fn change(&mut self, change: impl FnOnce(&mut Draft)) {
        let before = self.now.clone();
        change(&mut self.now);
        if self.now != before {
            self.before.push(before);
        }
    }

    /// Takes the last change back; false if there is none.
    pub fn undo(&mut self) -> bool {
        let before = self.before.pop();
        let can = before.is_some();
        self.now = before.unwrap_or_else(|| std::mem::take(&mut self.now));
        can
    }

    /// Leaves out images that have an answer by now.
    pub(super) fn keep(&mut self, is_open: impl Fn(usize) -> bool) {
        if !self.now.images.iter().all(|image| is_open(*image)) {
            self.now.images.retain(|image| is_open(*image));
            self.now.given.retain(|image, _| is_open(*image));
            self.before.clear();
        }
    }

    /// Takes images in again whose answers were taken back, with the classes that they had.
    pub(super) fn restore(&mut self, classes: &[(usize, Option<Class>)]) {
        let back: Vec<usize> = classes.iter().map(|(image, _)| *image).collect();
        self.now.images.retain(|image| !back.contains(image));
        self.now.images.splice(0..0, back);
        self.now.given.extend(classes.iter().filter_map(|(image, class)| Some((*image, (*class)?))));
        self.before.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_a_region_is_taken_back_and_those_that_have_an_answer_leave_it() {
        let mut region = Region::new(vec![4, 2, 7]);
        region.give(&[4, 2, 7], 1);
        region.give(&[2], 0);
        region.give(&[2], 0);
        region.take_out(&[4]);
        assert_eq!(region.given().collect::<Vec<_>>(), [(2, 0), (7, 1)]);
        assert!(region.undo() && region.undo());
        assert_eq!(region.given().collect::<Vec<_>>(), [(4, 1), (2, 1), (7, 1)]);
        assert!(region.undo() && !region.undo() && region.given().next().is_none());
        region.give(&[7], 0);
        region.keep(|image| image != 2);
        assert_eq!((region.images(), region.class_of(7)), (&[4, 7][..], Some(0)));
        region.restore(&[(2, Some(1)), (7, None)]);
        assert_eq!((region.images(), region.class_of(2)), (&[2, 7, 4][..], Some(1)));
    }
}
