//! A person at a project: what is still to be labelled, what was said, and the way back.

use std::collections::HashSet;

use super::batch::{Batch, Pick};
use super::held_out::HeldOut;
use super::images::Purpose;
use super::list::{self, LASSO, List, SECOND_LOOK};
use super::log::{Answer, Row};
use super::region::Region;
use super::standing::{Known, Standing};
use super::steps::{Step, Steps};
use super::store::{AGREED, Said, TEST, user};
use super::transfer::Conflict;
use crate::dataset::Class;

/// A person at a project.
#[derive(Debug, Clone)]
pub struct Sitting {
    known: Known,
    standing: Standing,
    list: List,
    queues: [Vec<usize>; List::ALL.len()],
    /// Test images with a label.
    tested: usize,
    region: Region,
    /// Labels of another person that are not those here.
    conflicts: Vec<Conflict>,
    /// Labelled images that were put off: they come last in their list, and keep their labels.
    put_off: Vec<usize>,
    steps: Steps,
    /// An image that is looked at again, in place of the next one.
    again: Option<usize>,
    /// Whether the model's guess was shown for the present image.
    guess_shown: bool,
    /// What is written by now: the step that it makes once it is on the disk.
    pending: Option<Step>,
    /// The number of changes.
    pub version: u64,
}

impl Sitting {
    /// Begins with the batch of the round, or with the test where no batch is out.
    pub fn new(known: Known, standing: Standing) -> Self {
        let list = if standing.batches.is_empty() { List::Test } else { List::Round };
        let queues = Default::default();
        let mut sitting = Self {
            known,
            standing,
            list,
            queues,
            tested: 0,
            region: Region::default(),
            conflicts: Vec::new(),
            put_off: Vec::new(),
            steps: Steps::default(),
            again: None,
            guess_shown: false,
            pending: None,
            version: 0,
        };
        sitting.refresh();
        if sitting.waiting(list) == 0 {
            sitting.list = List::Round;
        }
        sitting
    }

    /// What was said of each image so far, answers of this sitting included.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// What the project computed last.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The list that is gone through.
    pub fn list(&self) -> List {
        self.list
    }

    /// Whether an import left labels that contradict those here, decided by now or not.
    pub fn has_conflicts(&self) -> bool {
        !self.conflicts.is_empty()
    }

    /// Images of a list that wait for an answer, in their order.
    pub fn queue(&self, list: List) -> &[usize] {
        &self.queues[list as usize]
    }

    /// Images of a list that wait for an answer.
    pub fn waiting(&self, list: List) -> usize {
        self.queue(list).len()
    }

    /// Images of a list that were answered or never have to be, as far as that is known.
    pub fn done(&self, list: List) -> usize {
        match list {
            List::Round => self.of_round().len() - self.waiting(list),
            List::Test => self.tested,
            List::Doubts => self.standing.doubts.len() - self.waiting(list),
            List::Labelled => 0,
            List::Region => self.region.images().len() - self.waiting(list),
            List::Conflicts => self.conflicts.len() - self.waiting(list),
        }
    }

    /// The images of the round's batches, in their order, each once.
    pub fn of_round(&self) -> Vec<usize> {
        let mut seen = HashSet::new();
        let picks = self.standing.batches.iter().flat_map(|batch| &batch.picks).map(|pick| pick.image as usize);
        let is_proposed = |image: &usize| self.known.parts.get(*image).is_some_and(|part| part.is_proposed());
        picks.filter(|image| is_proposed(image) && seen.insert(*image)).collect()
    }

    /// The image that is asked about.
    pub fn image(&self) -> Option<usize> {
        self.again.or_else(|| self.next())
    }

    /// The next image of the list.
    fn next(&self) -> Option<usize> {
        let asks = !matches!(self.list, List::Labelled | List::Region);
        self.queue(self.list).first().copied().filter(|_| asks)
    }

    /// Whether the image was answered before and is looked at again.
    pub fn looks_back(&self) -> bool {
        self.again.is_some()
    }

    /// The pick that proposed an image in this round, and what proposed it.
    pub fn pick(&self, image: usize) -> Option<(&Pick, &str)> {
        let of = |batch: &'_ Batch| batch.picks.iter().position(|pick| pick.image as usize == image);
        self.standing.batches.iter().find_map(|batch| Some((&batch.picks[of(batch)?], batch.strategy.as_str())))
    }

    /// What networks that have not seen its label say of an image, at a second look.
    fn held_out(&self, image: usize) -> Option<&HeldOut> {
        let found = self.standing.held_out.as_deref().filter(|_| self.list == List::Doubts);
        found.filter(|found| found.row(image).is_some())
    }

    /// The model's guess and its probability; at a second look, of the network that has not seen the label, if there is one.
    pub fn guess(&self, image: usize) -> Option<(Class, f32)> {
        let held_out = self.held_out(image).and_then(|found| found.guess(image));
        held_out.or_else(|| self.standing.predictions.as_ref()?.guess(image))
    }

    /// The log probabilities behind the guess, and whether they are of a network that has not seen the label.
    pub fn guessed(&self, image: usize) -> Option<(&[f32], bool)> {
        let held_out = self.held_out(image).and_then(|found| Some((found.row(image)?, true)));
        held_out.or_else(|| Some((self.standing.predictions.as_ref()?.row(image), false)))
    }

    /// Whether the model's guess is shown for the present image, so that its label says that it was.
    pub fn is_guess_shown(&self) -> bool {
        self.guess_shown
    }

    /// Shows the model's guess for this image, and for others that are shown with it; it is recorded with their labels.
    pub fn show_guess(&mut self, image: Option<usize>) {
        self.guess_shown = image.is_some_and(|image| self.guess(image).is_some());
        self.version += 1;
    }

    /// The images of the list `Region`, with the classes that they would get.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Goes through those of these images that have no label; false if there are none.
    pub fn take_region(&mut self, images: Vec<usize>) -> bool {
        self.region = Region::new(images.into_iter().filter(|image| self.known.is_open(*image)).collect());
        self.go_to(List::Region);
        self.refresh();
        !self.region.images().is_empty()
    }

    /// Changes what the images of the region would get; nothing is said of them before it is confirmed.
    pub fn change_region(&mut self, change: impl FnOnce(&mut Region)) {
        change(&mut self.region);
        self.refresh();
    }

    /// Goes through another list.
    pub fn go_to(&mut self, list: List) {
        self.list = list;
        self.leave();
    }

    /// Looks at the image that was answered before this one, if there is one.
    pub fn go_back(&mut self) -> bool {
        let before = self.steps.before(self.again, self.next());
        before.into_iter().for_each(|image| self.choose(image));
        before.is_some()
    }

    /// Looks at an image again.
    pub fn choose(&mut self, image: usize) {
        self.again = Some(image);
        self.changed();
    }

    /// Goes on with the next image.
    pub fn leave(&mut self) {
        self.again = None;
        self.changed();
    }

    /// One image nearer to the next one.
    pub fn go_forward(&mut self) {
        match self.steps.after(self.again, self.next()) {
            Some(image) => self.choose(image),
            None => self.leave(),
        }
    }

    /// What is to be written for an answer about images, all of one class if it is a label; it counts once `written` is
    /// called.
    pub fn answer(
        &mut self,
        images: &[usize],
        answer: Answer,
        class: Option<Class>,
        seconds: Option<f64>,
    ) -> Vec<(usize, Said)> {
        let given: Vec<(usize, Option<Class>)> = images.iter().map(|image| (*image, class)).collect();
        self.say(&given, answer, seconds)
    }

    /// What is to be written for the images of the region that were given a class; it counts once `written` is called.
    pub fn confirm(&mut self, seconds: Option<f64>) -> Vec<(usize, Said)> {
        let given: Vec<(usize, Option<Class>)> =
            self.region.given().map(|(image, class)| (image, Some(class))).collect();
        self.say(&given, Answer::Label, seconds)
    }

    fn say(&mut self, given: &[(usize, Option<Class>)], answer: Answer, seconds: Option<f64>) -> Vec<(usize, Said)> {
        let seconds = seconds.map(|s| (s / given.len().max(1) as f64 * 100.0).round() / 100.0);
        let said = |(image, class): &(usize, Option<Class>)| {
            let (class, before) = (*class, self.known.rows[*image].as_ref());
            let strategy = match (self.list, before) {
                (List::Doubts, _) => SECOND_LOOK.into(),
                (List::Region, _) => LASSO.into(),
                (List::Conflicts, _) => AGREED.into(),
                (_, Some(row)) if row.answer == Answer::Label => row.strategy.clone(),
                _ if self.known.parts[*image].is_test() => TEST.into(),
                // Of an earlier round, if its label was taken back since.
                (_, row) => match self.pick(*image) {
                    Some((_, strategy)) => strategy.to_owned(),
                    None => row.map_or_else(String::new, |row| row.strategy.clone()),
                },
            };
            let name = |(guess, _): (Class, f32)| self.known.classes.get(usize::from(guess)).cloned();
            let guess = self.guess(*image).filter(|_| self.guess_shown).and_then(name).unwrap_or_default();
            let (round, time, who) = (self.standing.round, String::new(), user());
            (*image, Said { answer, class, round, strategy, seconds, time, who, guess })
        };
        let all = given.iter().map(said).collect();
        let before = given.iter().map(|(image, _)| (*image, self.known.rows[*image].clone()));
        self.pending = Some(Step { list: self.list, before: before.collect(), is_answer: true });
        all
    }

    /// What is to be written to take the last step back; nothing if there is none.
    pub fn undo(&mut self) -> Vec<(usize, Said)> {
        let Some(step) = self.steps.last() else { return Vec::new() };
        let back = |(image, before): &(usize, Option<Row>)| {
            let said = match before.as_ref().filter(|row| row.answer != Answer::Undone) {
                Some(row) => {
                    Said::again(row, self.known.classes.iter().position(|c| *c == row.label).map(|at| at as Class))
                }
                None => {
                    let strategy = self.known.rows[*image].as_ref().map_or("", |row| row.strategy.as_str());
                    Said::other(Answer::Undone, self.standing.round, strategy)
                }
            };
            (*image, said)
        };
        let said = step.before.iter().map(back).collect();
        self.pending = None;
        said
    }

    /// What was written: the rows that count for these images by now. Returns the images of which an answer was taken back.
    pub fn written(&mut self, rows: Vec<(usize, Row)>) -> Vec<usize> {
        let classes: Vec<(usize, Option<Class>)> = rows.iter().map(|(at, _)| (*at, self.known.class_of(*at))).collect();
        rows.into_iter().for_each(|(image, row)| self.known.rows[image] = Some(row));
        let mut undone = Vec::new();
        match self.pending.take() {
            Some(step) => self.steps.push(step),
            None => {
                if let Some(step) = self.steps.pop() {
                    self.list = step.list;
                    undone = step.before.into_iter().map(|(image, _)| image).collect();
                }
                if self.list == List::Region {
                    // As it was before it was confirmed.
                    self.region.restore(&classes);
                }
            }
        }
        self.leave();
        self.refresh();
        // What was taken back is shown again, also where it does not wait: of a batch before, or with the label before.
        if let [image] = undone[..]
            && self.list != List::Region
            && self.image() != Some(image)
        {
            self.choose(image);
        }
        undone
    }

    /// Nothing could be written.
    pub fn not_written(&mut self) {
        self.pending = None;
    }

    /// How many answers can be taken back.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// The image of the last step, with what was said of it.
    pub fn last(&self) -> Option<(usize, &Row)> {
        let (image, _) = self.steps.last()?.before.first()?;
        Some((*image, self.known.rows[*image].as_ref()?))
    }

    /// Takes over classes, names and parts after they were changed.
    pub fn take_known(&mut self, classes: Vec<String>, parts: Vec<Purpose>) {
        self.known.classes = classes;
        self.known.take_parts(parts);
        self.refresh();
    }

    /// Takes over what an import changed; labels of the other that contradict those here are gone through, but those that
    /// were decided before.
    pub fn take_import(&mut self, known: Known, conflicts: Vec<Conflict>) {
        self.known = known;
        let is_decided = |image: usize| self.known.rows[image].as_ref().is_some_and(|row| row.strategy == AGREED);
        self.conflicts = conflicts.into_iter().filter(|conflict| !is_decided(conflict.image)).collect();
        self.refresh();
        if !self.conflicts.is_empty() {
            self.go_to(List::Conflicts);
        }
    }

    /// What another person says of an image, if it is not the label here.
    pub fn conflict(&self, image: usize) -> Option<&Conflict> {
        self.conflicts.iter().find(|conflict| conflict.image == image)
    }

    /// Puts images off if they have labels already, so that skipping them takes nothing back; false if one has none.
    pub fn put_off(&mut self, images: &[usize]) -> bool {
        let can = !images.is_empty() && images.iter().all(|image| self.known.class_of(*image).is_some());
        if can {
            self.put_off.retain(|other| !images.contains(other));
            self.put_off.extend(images);
            let before = images.iter().map(|image| (*image, None)).collect();
            self.steps.push(Step { list: self.list, before, is_answer: false });
            self.changed();
            self.refresh();
        }
        can
    }

    /// Takes over what was computed.
    pub fn take(&mut self, standing: Standing) {
        self.standing = standing;
        self.changed();
        self.refresh();
    }

    /// Why there is nothing to learn; `None` if a round can be trained.
    pub fn no_training(&self) -> Option<&str> {
        // What is said now, the standing follows a moment later.
        let learns = self.known.classes.len() > 1 && self.labels_of_round() > 0;
        self.standing.no_training.as_deref().filter(|_| !learns)
    }

    /// Labels for training that no round has seen, as far as a person gave them here.
    pub fn labels_of_round(&self) -> usize {
        self.of_round().iter().filter(|image| self.known.class_of(**image).is_some()).count()
    }

    fn changed(&mut self) {
        self.guess_shown = false;
        self.version += 1;
    }

    fn refresh(&mut self) {
        self.version += 1;
        self.known.grow(&self.standing.generated);
        let known = &self.known;
        self.region.keep(|image| known.is_open(image));
        let is_tested = |image: &usize| known.parts[*image].is_test() && known.class_of(*image).is_some();
        self.tested = (0..known.rows.len()).filter(is_tested).count();
        self.queues = list::queues(known, &self.standing, self.of_round(), &self.region, &self.conflicts);
        for list in [List::Doubts, List::Conflicts] {
            let place = |image: &usize| self.put_off.iter().position(|other| other == image).map_or(0, |at| at + 1);
            self.queues[list as usize].sort_by_key(place);
        }
    }
}

#[cfg(test)]
mod tests;
