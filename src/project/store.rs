//! A project in its folder: opened by one process at a time, each label on the disk before the next one is asked for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::error::{ProjectError, admit_filled, in_file, unread};
use super::generated::{self, GENERATED, Generated};
use super::images::{IMAGES, Image, Images, Purpose};
use super::log::{Answer, LABELS, Log, Row, time_of};
use super::settings::{self, Settings};
use super::terms;
use super::words::{counted, verb};
use crate::dataset::Class;
use crate::disk::FolderLock;
use crate::experiment::Experiment;
use crate::history::Proposal;
use crate::paths::{self, composed};
use crate::rng::Streams;

/// The settings of sampling and training, in the folder of a project as in one of runs.
pub const EXPERIMENT: &str = "experiment.toml";
/// What labels of test images are proposed by, in their column `strategy`.
pub const TEST: &str = "test";
/// The same for a label that decides between two people.
pub(super) const AGREED: &str = "agreement";

/// A project: its settings, its images and what people said of them.
#[derive(Debug)]
pub struct Project {
    folder: PathBuf,
    settings: Settings,
    experiment: Experiment,
    images: Images,
    generated: Vec<Generated>,
    log: Log,
    /// What is passed over of its files, or put right, a sentence each.
    passed: Vec<String>,
    /// None if it was opened to be looked at.
    lock: Option<FolderLock>,
}

/// A person's answer about an image, and how it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub answer: Answer,
    /// The class, if the answer is a label.
    pub class: Option<Class>,
    pub round: usize,
    /// What proposed the image.
    pub strategy: String,
    pub seconds: Option<f64>,
    /// When, as RFC 3339; now if it is empty.
    pub time: String,
    pub who: String,
    /// The class that the model guessed, if the person was shown it.
    pub guess: String,
}

impl Said {
    /// A label given now by the user of this machine.
    pub fn label(class: Class, round: usize, strategy: impl Into<String>) -> Self {
        let (time, guess) = (String::new(), String::new());
        let (strategy, who) = (strategy.into(), user());
        Self { answer: Answer::Label, class: Some(class), round, strategy, seconds: None, time, who, guess }
    }

    /// What was said before, once more; `class` is that of the row's label.
    pub(super) fn again(row: &Row, class: Option<Class>) -> Self {
        Self {
            answer: row.answer,
            class,
            round: row.round,
            strategy: row.strategy.clone(),
            seconds: row.seconds,
            time: row.time.clone(),
            who: row.who.clone(),
            guess: row.guess.clone(),
        }
    }

    /// An answer that is no label, given now by the user of this machine.
    pub fn other(answer: Answer, round: usize, strategy: impl Into<String>) -> Self {
        Self { answer, class: None, ..Self::label(0, round, strategy) }
    }
}

/// The name of the user of this machine.
pub fn user() -> String {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(named).unwrap_or_else(|| "unknown".into())
}

/// The images that are labelled now, by their places among the images of the project, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    pub train: Vec<(usize, Class)>,
    pub test: Vec<(usize, Class)>,
    /// For training too.
    pub generated: Vec<(usize, Class)>,
}

impl Labels {
    /// Those for training.
    pub fn trained(&self) -> impl Iterator<Item = &(usize, Class)> {
        self.train.iter().chain(&self.generated)
    }
}

impl Project {
    /// Opens a project to change it, for the command `who`; an error that names the holder if another process has it.
    pub fn open(folder: &Path, who: &str) -> Result<Self, ProjectError> {
        // Before a lock is put into a folder that is no project.
        Settings::read(folder)?;
        let lock = FolderLock::take_alone(folder, who)?;
        Self::read(folder, Some(lock))
    }

    /// Opens a project to look at it, also while another process has it.
    pub fn look(folder: &Path) -> Result<Self, ProjectError> {
        Self::read(folder, None)
    }

    pub(super) fn read(folder: &Path, lock: Option<FolderLock>) -> Result<Self, ProjectError> {
        let settings = Settings::read(folder)?;
        let path = folder.join(EXPERIMENT);
        let text = paths::read_text(&path).map_err(|e| unread(&path, &e))?;
        admit_filled(&path, text.as_bytes())?;
        let experiment = Experiment::from_toml(&text).map_err(|e| ProjectError::Refused(e.in_file(&path)))?;
        let (experiment, changed) = terms::in_project(experiment).map_err(|e| in_file(&path, e))?;
        let mut images = Images::read(&folder.join(IMAGES))?;
        settings.check(&images).map_err(|what| in_file(folder.join(IMAGES), what))?;
        let generated = generated::read(folder, experiment.latent_dim)?;
        images.extend(&generated).map_err(|what| in_file(folder.join(GENERATED), what))?;
        let mut log = Log::open(&folder.join(LABELS), lock.is_some())?;
        let sorted = log.in_order(settings.times_in_order);
        let settings_of =
            |(name, value)| format!("{EXPERIMENT}: `{name}` = {value} is passed over; a project has none");
        let mut passed: Vec<String> = changed.into_iter().map(settings_of).chain(sorted).collect();
        let strange: BTreeSet<&str> =
            log.rows().iter().map(|row| row.file.as_str()).filter(|file| images.find(file).is_none()).collect();
        // Their names are given again by their numbers, and labels must not pass to other images.
        if let Some(first) = strange.iter().find(|file| generated::is_one(file)) {
            let what = format!(
                "does not list {first}, about which {LABELS} has a row; put back a copy of the table, or remove the rows \
                 about such images from {LABELS}"
            );
            return Err(in_file(folder.join(GENERATED), what));
        }
        if let Some(first) = strange.first() {
            let (images, are) = (counted(strange.len(), "image"), verb(strange.len(), "is", "are"));
            passed.push(format!(
                "{LABELS}: rows about {images} that {are} not in {IMAGES}, such as {first}, are passed over"
            ));
        }
        let project = Self { folder: folder.into(), settings, experiment, images, generated, log, passed, lock };
        project.labels()?;
        Ok(project)
    }

    /// What was found and put right when it was opened, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let torn = self.log.torn.as_ref().map(|line| {
            format!(
                "{LABELS}: its last line was cut off (`{line}`), as a kill leaves it; it is {}, and the image is not \
                 labelled by it",
                if self.lock.is_some() { "removed" } else { "passed over" }
            )
        });
        torn.into_iter().chain(self.passed.iter().cloned()).collect()
    }

    /// Where the project lies: all its files are in it, the images are not.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The settings of its strategy, networks and rounds.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// All images that were given and generated, by name, digest and place.
    pub fn images(&self) -> &Images {
        &self.images
    }

    /// The generated images, which are the last ones of all.
    pub fn generated(&self) -> &[Generated] {
        &self.generated
    }

    /// The image that was proposed in a round of the project's history.
    pub fn image_of(&self, proposal: &Proposal) -> Option<usize> {
        match &proposal.made {
            None => Some(proposal.sample as usize),
            Some(made) => self.at_point(&made.code),
        }
    }

    /// The generated image of a latent point.
    pub fn at_point(&self, point: &[f32]) -> Option<usize> {
        let at = self.generated.iter().position(|image| image.point == point)?;
        Some(self.images.given() + at)
    }

    /// Takes in what was generated since for this project, in another view of it.
    pub fn follow(&mut self) -> Result<(), ProjectError> {
        let all = generated::read(&self.folder, self.experiment.latent_dim)?;
        let new = all.get(self.generated.len()..).unwrap_or_default();
        if !new.is_empty() {
            self.images.extend(new).map_err(|what| in_file(self.folder.join(GENERATED), what))?;
            self.generated = all;
        }
        Ok(())
    }

    /// Every answer that was given, as `labels.csv` has them.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Names of the classes in the order of their numbers.
    pub fn classes(&self) -> &[String] {
        &self.settings.classes
    }

    /// The number of a class.
    pub fn class(&self, name: &str) -> Option<Class> {
        let name = composed(name);
        self.settings.classes.iter().position(|class| composed(class) == name).map(|at| at as Class)
    }

    /// The label that an image has now.
    pub fn label_of(&self, image: usize) -> Option<&Row> {
        self.log.label(&self.images.all()[image].file)
    }

    /// Every label that counts.
    pub fn labels(&self) -> Result<Labels, ProjectError> {
        let mut labels = Labels::default();
        let tested = self.copies_of_test();
        for (at, image) in self.images.all().iter().enumerate() {
            let Some(row) = self.log.label(&image.file) else { continue };
            let class = self.class(&row.label).ok_or_else(|| {
                let what = format!(
                    "{} is a `{}`, which is none of the classes in project.toml; put that name back into `classes` there, \
                     in its place, and to move labels to another class export them, change them, and import them with \
                     --replace",
                    row.file, row.label
                );
                in_file(self.folder.join(LABELS), what)
            })?;
            match image.part {
                Purpose::Pool if tested.contains(&at) => {}
                Purpose::Pool => labels.train.push((at, class)),
                Purpose::Drawn | Purpose::Test => labels.test.push((at, class)),
                Purpose::Generated => labels.generated.push((at, class)),
                Purpose::Aside => {}
            }
        }
        Ok(labels)
    }

    /// Images of the pool that are not to be proposed in this round, by what a person said of them or of a copy.
    pub fn passed_over(&self, round: usize) -> Vec<usize> {
        let tested = self.copies_of_test();
        let is_out = |at: &usize| self.is_put_off(*at, round) || (tested.contains(at) && self.label_of(*at).is_some());
        let pool = (0..self.images.given()).filter(|at| self.images.is_pooled(*at));
        pool.filter(is_out).chain(self.spare_copies(round)).collect()
    }

    /// Whether an image was given up, or is not asked for again in this round.
    fn is_put_off(&self, image: usize, round: usize) -> bool {
        let last = self.log.last(&self.images.all()[image].file);
        self.is_given_up(image) || last.is_some_and(|row| row.answer == Answer::Skipped && row.round == round)
    }

    /// Images of the pool without an answer that are copies: of images that have one or are for the test, or else of the
    /// first of them, which stands for all. An experiment's splits are its own.
    pub fn spare_copies(&self, round: usize) -> Vec<usize> {
        let is_open =
            |at: &usize| self.images.is_pooled(*at) && self.label_of(*at).is_none() && !self.is_put_off(*at, round);
        let spare = |group: &Vec<usize>| {
            let stands = usize::from(group.iter().all(is_open));
            group.iter().copied().filter(is_open).skip(stands).collect::<Vec<_>>()
        };
        let groups = self.images.copies().iter().filter(|_| !self.settings.splits_of_experiment);
        groups.flat_map(spare).collect()
    }

    /// Images of the pool that are copies of test images: they are never trained on.
    fn copies_of_test(&self) -> HashSet<usize> {
        let groups = self.images.copies().iter().filter(|_| !self.settings.splits_of_experiment);
        let is_tested = |group: &&Vec<usize>| group.iter().any(|at| self.images.all()[*at].part.is_test());
        groups.filter(is_tested).flatten().copied().filter(|at| self.images.is_pooled(*at)).collect()
    }

    /// Whether a copy of an image has a label for training.
    pub fn has_labelled_copy(&self, image: usize) -> bool {
        let group = self.images.copies().iter().find(|group| group.contains(&image));
        let is_trained = |at: &usize| *at != image && self.images.is_pooled(*at) && self.label_of(*at).is_some();
        group.is_some_and(|group| group.iter().any(is_trained))
    }

    /// That copies of one image have different labels, a sentence; `None` if all have the same.
    pub fn copies_disagree(&self) -> Option<String> {
        let of_group = |group: &Vec<usize>| {
            let mut rows = group.iter().filter_map(|at| Some((*at, &self.label_of(*at)?.label)));
            let (first, label) = rows.next()?;
            let (other, also) = rows.find(|(_, also)| *also != label)?;
            let name = |at: usize| self.images.all()[at].place();
            Some(format!("{} is labelled `{label}`, and its copy {} `{also}`", name(first), name(other)))
        };
        let mut all = self.images.copies().iter().filter_map(of_group);
        let (first, more) = (all.next()?, all.count());
        let more = if more > 0 { format!(", and so are {more} more images and their copies") } else { String::new() };
        Some(format!("{first}{more}; put one of them right"))
    }

    /// Whether a person was not sure of an image, or said that it is none of the classes: it is not asked for again.
    pub fn is_given_up(&self, image: usize) -> bool {
        let last = self.log.last(&self.images.all()[image].file);
        last.is_some_and(|row| matches!(row.answer, Answer::NotSure | Answer::NoneOfThese))
    }

    /// Appends an answer about an image; it is on the disk when this returns.
    pub fn say(&mut self, image: usize, said: Said) -> Result<(), ProjectError> {
        self.say_all(vec![(image, said)])
    }

    /// Appends answers; they are on the disk when this returns.
    pub fn say_all(&mut self, said: Vec<(usize, Said)>) -> Result<(), ProjectError> {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        // Times of an image never go back, so that the order of its rows can be found again.
        let time = |file: &str, said: &str| {
            let last = self.log.last(file).map(|row| row.time.as_str()).unwrap_or_default();
            let is_late = |time: &&str| !time.is_empty() && time_of(time) >= time_of(last);
            [said, &now, last].into_iter().find(is_late).unwrap_or(&now).to_owned()
        };
        let row = |(image, said): (usize, Said)| Row {
            file: self.images.all()[image].file.clone(),
            label: said.class.and_then(|c| self.settings.classes.get(usize::from(c)).cloned()).unwrap_or_default(),
            round: said.round,
            strategy: said.strategy,
            seconds: said.seconds,
            time: time(&self.images.all()[image].file, &said.time),
            who: said.who,
            answer: said.answer,
            guess: said.guess,
        };
        let rows: Vec<Row> = said.into_iter().map(row).collect();
        if let Some(row) = rows.iter().find(|row| (row.answer == Answer::Label) == row.label.is_empty()) {
            return Err(ProjectError::Refused(format!("{}: a label needs a class of the project", row.file)));
        }
        self.log.append(rows)
    }

    /// That the labels were replaced or deleted by somebody else and written again, once.
    pub fn take_replaced(&mut self) -> Option<String> {
        self.log.take_replaced()
    }

    /// Makes a change of several files: where it fails, settings and images are as they were before.
    pub(super) fn all_or_nothing<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, ProjectError>,
    ) -> Result<T, ProjectError> {
        let (settings, images) = (self.settings.clone(), self.images.clone());
        change(self).map_err(|why| match self.put_back(settings, images) {
            Ok(()) => why,
            Err(also) => ProjectError::Refused(format!("{why}; and what was changed by then stays ({also})")),
        })
    }

    fn put_back(&mut self, settings: Settings, images: Images) -> Result<(), ProjectError> {
        if self.settings != settings {
            settings.write(&self.folder)?;
            self.settings = settings;
        }
        if self.images.all() != images.all() {
            images.write(&self.folder.join(IMAGES))?;
            self.images = images;
        }
        Ok(())
    }

    /// Adds classes, behind those that are there.
    pub fn add_classes(&mut self, new: &[String]) -> Result<(), ProjectError> {
        let mut settings = self.settings.clone();
        settings.classes.extend_from_slice(new);
        settings::names(&settings.classes).map_err(ProjectError::Refused)?;
        settings.write(&self.folder)?;
        self.settings = settings;
        Ok(())
    }

    /// Takes over classes of which one was removed.
    pub(super) fn keep_classes(&mut self, classes: Vec<String>) -> Result<(), ProjectError> {
        let settings = Settings { classes, ..self.settings.clone() };
        settings.write(&self.folder)?;
        self.settings = settings;
        Ok(())
    }

    /// Takes over where the images are by now.
    pub(super) fn images_are_at(&mut self, place: &Path) -> Result<(), ProjectError> {
        let mut settings = self.settings.clone();
        settings.set_images(&self.folder, place);
        if settings != self.settings && self.lock.is_some() {
            settings.write(&self.folder)?;
        }
        self.settings = settings;
        Ok(())
    }

    /// Takes over the names that images have by now.
    pub(super) fn images_are_named(&mut self, now: Vec<(usize, Option<String>)>) -> Result<(), ProjectError> {
        let path = self.folder.join(IMAGES);
        let mut images = self.images.clone();
        images.moved(now).map_err(|what| in_file(&path, what))?;
        if images.all() != self.images.all() && self.lock.is_some() {
            images.write(&path)?;
        }
        self.images = images;
        Ok(())
    }

    /// `count` images to label for the test, drawn at random: first those drawn before and not labelled yet. Fewer if the
    /// splits of an experiment, or the pool, have no more. Those that are `spared` come last.
    pub fn draw_test(&mut self, count: usize, spared: &[usize]) -> Result<Vec<usize>, ProjectError> {
        let mut order: Vec<usize> = (0..self.images.given()).collect();
        Streams::new(self.experiment.seed).get("project-test-set", 0).shuffle(&mut order);
        let spared: HashSet<&usize> = spared.iter().collect();
        order.sort_by_key(|image| spared.contains(image));
        let open = |at: &&usize| self.label_of(**at).is_none() && !self.is_given_up(**at);
        let part = |at: usize| self.images.all()[at].part;
        let before = order.iter().filter(open).filter(|at| part(**at).is_test());
        let mut drawn: Vec<usize> = before.take(count).copied().collect();
        if !self.settings.splits_of_experiment {
            let is_free = |at: &usize| open(&at) && part(*at) == Purpose::Pool;
            let fresh = self.distinct(&order, is_free, count - drawn.len());
            self.hold_for_test(&fresh)?;
            drawn.extend(fresh);
        }
        Ok(drawn)
    }

    /// The first images of an order that are free, at most so many, and no two of them copies; images with a copy that is
    /// not free are passed over.
    fn distinct(&self, order: &[usize], is_free: impl Fn(&usize) -> bool, count: usize) -> Vec<usize> {
        let mut copies: HashMap<&str, Vec<usize>> = HashMap::new();
        for at in order {
            copies.entry(&self.images.all()[*at].digest).or_default().push(*at);
        }
        let mut drawn: Vec<usize> = Vec::new();
        for at in order {
            let Some(group) = copies.remove(self.images.all()[*at].digest.as_str()) else { continue };
            if drawn.len() < count && group.iter().all(&is_free) {
                drawn.push(*at);
            }
        }
        drawn
    }

    /// Takes images out of the pool, for the test.
    pub fn hold_for_test(&mut self, which: &[usize]) -> Result<(), ProjectError> {
        self.change_images(which, Images::draw)
    }

    /// Gives drawn test images back to the pool about which nothing was ever said, and returns how many. Those that were put
    /// off stay, because a test without what is hard would flatter the model, and so do copies of images that stay.
    pub fn give_back_test(&mut self) -> Result<usize, ProjectError> {
        let images = self.images.all();
        let is_untouched = |image: &Image| self.log.last(&image.file).is_none();
        let drawn = || images.iter().enumerate().filter(|(_, image)| image.part == Purpose::Drawn);
        let kept: HashSet<&str> =
            drawn().filter(|(_, image)| !is_untouched(image)).map(|(_, image)| image.digest.as_str()).collect();
        let given: Vec<usize> =
            drawn().filter(|(_, image)| !kept.contains(image.digest.as_str())).map(|(at, _)| at).collect();
        self.change_images(&given, Images::give_back)?;
        Ok(given.len())
    }

    fn change_images(&mut self, which: &[usize], change: fn(&mut Images, &[usize])) -> Result<(), ProjectError> {
        if which.is_empty() {
            return Ok(());
        }
        let mut images = self.images.clone();
        change(&mut images, which);
        images.write(&self.folder.join(IMAGES))?;
        self.images = images;
        Ok(())
    }
}
