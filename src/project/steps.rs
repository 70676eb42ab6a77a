//! What a person did in a sitting, step by step, and the way back through the images.

use std::collections::HashSet;

use super::list::List;
use super::log::Row;

/// One step of a person: the images that an answer was about, with what was said of them before; or that were put off.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub list: List,
    pub before: Vec<(usize, Option<Row>)>,
    /// Whether something was said; what was only put off has nothing to be taken back.
    pub is_answer: bool,
}

/// The steps of a sitting, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    /// How many answers there are.
    pub fn len(&self) -> usize {
        self.0.iter().filter(|step| step.is_answer).count()
    }

    /// The last answer.
    pub fn last(&self) -> Option<&Step> {
        self.0.iter().rfind(|step| step.is_answer)
    }

    pub fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Takes the last answer back.
    pub fn pop(&mut self) -> Option<Step> {
        let at = self.0.iter().rposition(|step| step.is_answer)?;
        Some(self.0.remove(at))
    }

    /// The image that was answered or put off before one, which is `next` unless another is looked at again: `again`.
    pub fn before(&self, again: Option<usize>, next: Option<usize>) -> Option<usize> {
        let images = self.images(next);
        let at = again.and_then(|image| images.iter().position(|other| *other == image));
        Some(images[at.unwrap_or(images.len()).checked_sub(1)?])
    }

    /// The image that was answered or put off after the one that is looked at again; `None` if that is `next`.
    pub fn after(&self, again: Option<usize>, next: Option<usize>) -> Option<usize> {
        let images = self.images(next);
        let at = images.iter().position(|image| Some(*image) == again)?;
        images.get(at + 1).copied()
    }

    /// The images that were answered or put off, each once however often it was, in the order of their last steps; without
    /// `next`.
    fn images(&self, next: Option<usize>) -> Vec<usize> {
        let mut seen = HashSet::new();
        let answered = self.0.iter().rev().flat_map(|step| step.before.iter().rev().map(|(image, _)| *image));
        let mut images: Vec<usize> = answered.filter(|image| Some(*image) != next && seen.insert(*image)).collect();
        images.reverse();
        images
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(images: &[usize], is_answer: bool) -> Step {
        Step { list: List::Round, before: images.iter().map(|image| (*image, None)).collect(), is_answer }
    }

    #[test]
    fn the_way_back_shows_what_was_put_off_and_takes_none_of_it_back() {
        let mut steps = Steps::default();
        [(&[1], true), (&[2], false)].into_iter().for_each(|(images, is_answer)| steps.push(step(images, is_answer)));
        assert_eq!((steps.before(None, Some(7)), steps.before(Some(2), Some(7))), (Some(2), Some(1)));
        assert_eq!((steps.len(), steps.last().map(|step| step.before[0].0)), (1, Some(1)));
        assert_eq!(steps.pop().map(|step| step.before[0].0), Some(1));
        assert_eq!((steps.len(), steps.pop().is_none(), steps.before(None, Some(7))), (0, true, Some(2)));
    }

    #[test]
    fn the_way_back_goes_through_images_however_often_each_was_answered() {
        let mut steps = Steps::default();
        // Image 3 was given three classes, 0 and 1 were answered together, and 4 was put off and is asked about again.
        for images in [&[3][..], &[5], &[4], &[3], &[0, 1], &[3]] {
            steps.push(step(images, true));
        }
        let next = Some(4);
        let mut again = None;
        let mut seen = Vec::new();
        while let Some(image) = steps.before(again, next) {
            again = Some(image);
            seen.push(image);
        }
        assert_eq!(seen, [3, 1, 0, 5], "each press shows another image");
        let mut forward = Vec::new();
        while let Some(image) = steps.after(again, next) {
            again = Some(image);
            forward.push(image);
        }
        assert_eq!(forward, [0, 1, 3]);
        assert_eq!(
            (steps.before(Some(9), next), steps.after(Some(9), next)),
            (Some(3), None),
            "one of another sitting"
        );
    }
}
