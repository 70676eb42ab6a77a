//! A person at a project: what is still to be labelled, what was said, and the way back.

use std::collections::HashSet;

use super::batch::{self, Batch, Pick};
use super::error::ProjectError;
use super::images::Part;
use super::log::{Answer, Row};
use super::rounds::{self, Predictions};
use super::status::Status;
use super::store::{Project, Said, TEST, user};
use crate::dataset::Class;

/// What a label is proposed by that was given at a second look, in its column `strategy`.
const SECOND_LOOK: &str = "second-look";

/// A list of images that a person goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// The batch of the round in progress.
    Round,
    /// The images of the test that have no label yet.
    Test,
    /// Labels that the model denies.
    Doubts,
    /// All labelled images, the latest first.
    Labelled,
}

impl List {
    pub const ALL: [Self; 4] = [Self::Round, Self::Test, Self::Doubts, Self::Labelled];
}

/// What a project computed last, read from its files.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The round in progress, from 1.
    pub round: usize,
    /// What was proposed for it.
    pub batches: Vec<Batch>,
    pub status: Status,
    /// What the last round's model predicts.
    pub predictions: Option<Predictions>,
    /// The images of the doubts of the status.
    doubts: Vec<usize>,
}

impl Standing {
    pub fn of(project: &Project) -> Result<Self, ProjectError> {
        let status = Status::of(project)?;
        let round = status.rounds + 1;
        let doubts = status.doubts.iter().filter_map(|doubt| project.images().find(&doubt.file)).collect();
        let (batches, predictions) = (batch::of_round(project, round)?, rounds::predictions(project, status.rounds)?);
        Ok(Self { round, batches, status, predictions, doubts })
    }
}

/// What a person has said of each image, as the project's files say it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub classes: Vec<String>,
    /// The names of the images by now.
    pub names: Vec<String>,
    pub parts: Vec<Part>,
    /// The last answer about each image.
    pub rows: Vec<Option<Row>>,
}

impl Known {
    pub fn of(project: &Project) -> Self {
        let images = project.images().all();
        Self {
            classes: project.classes().to_vec(),
            names: images.iter().map(|image| image.place().to_owned()).collect(),
            parts: images.iter().map(|image| image.part).collect(),
            rows: images.iter().map(|image| project.log().last(&image.file).cloned()).collect(),
        }
    }

    /// The class that an image is labelled with.
    pub fn class_of(&self, image: usize) -> Option<Class> {
        let row = self.rows.get(image)?.as_ref().filter(|row| row.answer == Answer::Label)?;
        self.classes.iter().position(|class| *class == row.label).map(|at| at as Class)
    }
}

/// One step of a person: the images that an answer was about, with what was said of them before.
#[derive(Debug, Clone)]
struct Step {
    list: List,
    before: Vec<(usize, Option<Row>)>,
}

/// A person at a project.
#[derive(Debug, Clone)]
pub struct Sitting {
    known: Known,
    standing: Standing,
    list: List,
    queues: [Vec<usize>; List::ALL.len()],
    /// Test images with a label.
    tested: usize,
    steps: Vec<Step>,
    /// How many steps back an image is looked at again; 0 for the next one.
    back: usize,
    /// An image that was chosen to be looked at again.
    chosen: Option<usize>,
    /// Whether the model's guess was shown for the present image.
    guess_shown: bool,
    /// What is written by now: the step that it makes once it is on the disk.
    pending: Option<Step>,
    /// The number of changes.
    pub version: u64,
}

impl Sitting {
    pub fn new(known: Known, standing: Standing) -> Self {
        let list = if standing.batches.is_empty() { List::Test } else { List::Round };
        let queues = Default::default();
        let mut sitting = Self {
            known,
            standing,
            list,
            queues,
            tested: 0,
            steps: Vec::new(),
            back: 0,
            chosen: None,
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

    pub fn known(&self) -> &Known {
        &self.known
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub fn list(&self) -> List {
        self.list
    }

    /// Images of a list that wait for an answer, in their order.
    pub fn queue(&self, list: List) -> &[usize] {
        &self.queues[list as usize]
    }

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
        }
    }

    /// The images of the round's batches, in their order, each once.
    pub fn of_round(&self) -> Vec<usize> {
        let mut seen = HashSet::new();
        let picks = self.standing.batches.iter().flat_map(|batch| &batch.picks).map(|pick| pick.image as usize);
        picks.filter(|image| self.known.parts.get(*image) == Some(&Part::Pool) && seen.insert(*image)).collect()
    }

    /// The image that is asked about.
    pub fn image(&self) -> Option<usize> {
        let earlier = || {
            let step = self.steps.get(self.steps.len().checked_sub(self.back)?)?;
            step.before.first().map(|(image, _)| *image)
        };
        match (self.chosen, self.back) {
            (Some(image), _) => Some(image),
            (None, 0) if self.list == List::Labelled => None,
            (None, 0) => self.queue(self.list).first().copied(),
            (None, _) => earlier(),
        }
    }

    /// Whether the image was answered before and is looked at again.
    pub fn looks_back(&self) -> bool {
        self.back > 0 || self.chosen.is_some()
    }

    /// The pick that proposed an image in this round, and what proposed it.
    pub fn pick(&self, image: usize) -> Option<(&Pick, &str)> {
        let of = |batch: &'_ Batch| batch.picks.iter().position(|pick| pick.image as usize == image);
        self.standing.batches.iter().find_map(|batch| Some((&batch.picks[of(batch)?], batch.strategy.as_str())))
    }

    /// The model's guess and its probability.
    pub fn guess(&self, image: usize) -> Option<(Class, f32)> {
        self.standing.predictions.as_ref()?.guess(image)
    }

    pub fn is_guess_shown(&self) -> bool {
        self.guess_shown
    }

    /// Shows the model's guess for the present image, which is recorded with its label.
    pub fn show_guess(&mut self) {
        self.guess_shown = self.image().is_some_and(|image| self.guess(image).is_some());
        self.version += 1;
    }

    /// Goes through another list.
    pub fn go_to(&mut self, list: List) {
        self.list = list;
        self.leave();
    }

    /// Looks at the image before, if there is one.
    pub fn go_back(&mut self) -> bool {
        let can = self.back < self.steps.len();
        if can {
            (self.back, self.chosen) = (self.back + 1, None);
            self.changed();
        }
        can
    }

    /// Looks at a labelled image again.
    pub fn choose(&mut self, image: usize) {
        self.leave();
        self.chosen = Some(image);
    }

    /// Goes on with the next image.
    pub fn leave(&mut self) {
        (self.back, self.chosen) = (0, None);
        self.changed();
    }

    /// One image nearer to the next one.
    pub fn go_forward(&mut self) {
        let back = self.back.saturating_sub(1);
        self.leave();
        self.back = back;
    }

    /// What is to be written for an answer about images, each with its class if it is a label; it counts once `written`
    /// is called.
    pub fn answer(
        &mut self,
        images: &[usize],
        answer: Answer,
        class: Option<Class>,
        seconds: Option<f64>,
    ) -> Vec<(usize, Said)> {
        let seconds = seconds.map(|s| (s / images.len().max(1) as f64 * 100.0).round() / 100.0);
        let said = |image: &usize| {
            let before = self.known.rows[*image].as_ref();
            let strategy = match (self.list, before) {
                (List::Doubts, _) => SECOND_LOOK.into(),
                (_, Some(row)) if row.answer == Answer::Label => row.strategy.clone(),
                _ if self.known.parts[*image].is_test() => TEST.into(),
                _ => self.pick(*image).map_or_else(String::new, |(_, strategy)| strategy.to_owned()),
            };
            let name = |(guess, _): (Class, f32)| self.known.classes.get(usize::from(guess)).cloned();
            let guess = self.guess(*image).filter(|_| self.guess_shown).and_then(name).unwrap_or_default();
            let (round, time, who) = (self.standing.round, String::new(), user());
            (*image, Said { answer, class, round, strategy, seconds, time, who, guess })
        };
        let all = images.iter().map(said).collect();
        let before = images.iter().map(|image| (*image, self.known.rows[*image].clone()));
        self.pending = Some(Step { list: self.list, before: before.collect() });
        all
    }

    /// What is to be written to take the last step back; nothing if there is none.
    pub fn undo(&mut self) -> Vec<(usize, Said)> {
        let Some(step) = self.steps.last() else { return Vec::new() };
        let back = |(image, before): &(usize, Option<Row>)| {
            let said = match before.as_ref().filter(|row| row.answer != Answer::Undone) {
                Some(row) => Said {
                    answer: row.answer,
                    class: self.known.classes.iter().position(|c| *c == row.label).map(|at| at as Class),
                    round: row.round,
                    strategy: row.strategy.clone(),
                    seconds: row.seconds,
                    time: row.time.clone(),
                    who: row.who.clone(),
                    guess: row.guess.clone(),
                },
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

    /// What was written: the rows that count for these images by now.
    pub fn written(&mut self, rows: Vec<(usize, Row)>) {
        rows.into_iter().for_each(|(image, row)| self.known.rows[image] = Some(row));
        match self.pending.take() {
            Some(step) => self.steps.push(step),
            None => {
                if let Some(step) = self.steps.pop() {
                    self.list = step.list;
                }
            }
        }
        self.leave();
        self.refresh();
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
    pub fn take_known(&mut self, classes: Vec<String>, parts: Vec<Part>) {
        (self.known.classes, self.known.parts) = (classes, parts);
        self.refresh();
    }

    /// Takes over what was computed.
    pub fn take(&mut self, standing: Standing) {
        self.standing = standing;
        self.changed();
        self.refresh();
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
        let round = self.standing.round;
        let known = &self.known;
        let waits = |image: &usize| match known.rows[*image].as_ref() {
            None => true,
            Some(row) => match row.answer {
                Answer::Undone => true,
                Answer::Skipped => row.round != round,
                Answer::Label | Answer::NotSure | Answer::NoneOfThese => false,
            },
        };
        let doubted = |image: &usize| {
            known.rows[*image]
                .as_ref()
                .is_some_and(|row| row.answer == Answer::Label && !(row.strategy == SECOND_LOOK && row.round == round))
        };
        let all = 0..known.rows.len();
        self.tested = all.clone().filter(|i| known.parts[*i].is_test() && known.class_of(*i).is_some()).count();
        let mut labelled: Vec<usize> = all.clone().filter(|image| known.class_of(*image).is_some()).collect();
        let time = |image: &usize| known.rows[*image].as_ref().map(|row| row.time.as_str());
        labelled.sort_by(|a, b| time(b).cmp(&time(a)).then(a.cmp(b)));
        self.queues = [
            self.of_round().into_iter().filter(waits).collect(),
            all.filter(|image| known.parts[*image].is_test()).filter(waits).collect(),
            self.standing.doubts.iter().copied().filter(doubted).collect(),
            labelled,
        ];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(images: &[u32]) -> Standing {
        let pick = |image: &u32| Pick { image: *image, score: None, step: None };
        let batch = Batch { round: 1, strategy: "snn".into(), picks: images.iter().map(pick).collect() };
        Standing { round: 1, batches: vec![batch], status: Status::default(), predictions: None, doubts: Vec::new() }
    }

    fn sitting() -> Sitting {
        let parts = [Part::Pool, Part::Pool, Part::Drawn, Part::Pool].to_vec();
        let known = Known {
            classes: vec!["cat".into(), "dog".into()],
            names: (0..4).map(|i| format!("{i}.png")).collect(),
            rows: vec![None; parts.len()],
            parts,
        };
        Sitting::new(known, standing(&[3, 0, 1]))
    }

    /// Writes as a project does.
    fn write(sitting: &mut Sitting, said: Vec<(usize, Said)>) {
        let row = |(image, said): (usize, Said)| {
            let label = said.class.map(|c| sitting.known.classes[usize::from(c)].clone()).unwrap_or_default();
            let Said { answer, round, strategy, seconds, time, who, guess, .. } = said;
            let file = sitting.known.names[image].clone();
            (image, Row { file, label, round, strategy, seconds, time, who, answer, guess })
        };
        let rows = said.into_iter().map(row).collect();
        sitting.written(rows);
    }

    fn label(sitting: &mut Sitting, class: Class) {
        let image = sitting.image().unwrap();
        let said = sitting.answer(&[image], Answer::Label, Some(class), Some(1.0));
        assert_eq!(sitting.image(), Some(image), "the next image shows when this one is on the disk");
        write(sitting, said);
    }

    #[test]
    fn images_are_asked_for_in_the_order_of_the_batch_and_undone_ones_come_back() {
        let mut s = sitting();
        assert_eq!((s.list(), s.image()), (List::Round, Some(3)));
        label(&mut s, 1);
        label(&mut s, 0);
        assert_eq!((s.image(), s.known.class_of(3), s.known.class_of(0)), (Some(1), Some(1), Some(0)));
        let said = s.undo();
        assert_eq!(said[0].1.answer, Answer::Undone);
        write(&mut s, said);
        assert_eq!((s.image(), s.known.class_of(0)), (Some(0), None));
        let image = s.image().unwrap();
        let said = s.answer(&[image], Answer::NotSure, None, None);
        write(&mut s, said);
        assert_eq!((s.image(), s.waiting(List::Round)), (Some(1), 1));
    }

    #[test]
    fn a_label_is_changed_later_and_undone_to_what_it_was() {
        let mut s = sitting();
        label(&mut s, 1);
        assert!(s.go_back() && !s.go_back());
        assert_eq!((s.image(), s.looks_back()), (Some(3), true));
        label(&mut s, 0);
        assert_eq!((s.known.class_of(3), s.image()), (Some(0), Some(0)), "and on with the next one");
        let said = s.undo();
        write(&mut s, said);
        assert_eq!(s.known.class_of(3), Some(1));
        let said = s.undo();
        write(&mut s, said);
        assert_eq!((s.known.class_of(3), s.image(), s.undo().len()), (None, Some(3), 0));
    }

    #[test]
    fn a_whole_batch_is_one_step_and_the_test_is_a_list_of_its_own() {
        let mut s = sitting();
        let said = s.answer(&[3, 0], Answer::Label, Some(0), Some(3.0));
        assert!(said.iter().all(|(_, said)| said.strategy == "snn" && said.seconds == Some(1.5)));
        write(&mut s, said);
        assert_eq!((s.image(), s.labels_of_round()), (Some(1), 2));
        let said = s.undo();
        write(&mut s, said);
        assert_eq!(s.queue(List::Round), [3, 0, 1]);
        s.go_to(List::Test);
        assert_eq!(s.image(), Some(2));
        let said = s.answer(&[2], Answer::Label, Some(0), None);
        assert_eq!(said[0].1.strategy, TEST);
        write(&mut s, said);
        assert_eq!((s.image(), s.queue(List::Labelled)), (None, &[2][..]));
        s.choose(2);
        assert_eq!(s.image(), Some(2));
    }
}
