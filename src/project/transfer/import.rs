//! Import of labels: all of a file or nothing, and every objection listed unless the caller has decided.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::done::{Conflict, Import, told_of};
use super::incoming::Incoming;
use super::read::read;
use crate::dataset::own::labels::{self, natural};
use crate::dataset::own::listing::Part;
use crate::disk;
use crate::project::batch;
use crate::project::error::{ProjectError, in_file};
use crate::project::images::Purpose;
use crate::project::log::{Answer, Row};
use crate::project::names::{Names, NotFound};
use crate::project::rounds;
use crate::project::store::{AGREED, Project, Said, TEST, user};
use crate::project::words::{counted, nearest, verb};
use crate::statistics::Agreement;

/// What proposed an image that no batch holds.
const IMPORTED: &str = "import";

/// What is to be done with a label that contradicts another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// The label of the file counts, and the last one within it.
    Replace,
    /// The label that is there stays, and the first one of the file counts.
    Keep,
}

/// What an import may do without asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Classes that the project does not have are added.
    pub new_classes: bool,
    /// Labels of images that the project does not have are passed over.
    pub skip_unknown: bool,
    /// What becomes of a label that contradicts another; `None` makes it an objection.
    pub on_conflict: Option<OnConflict>,
}

/// Takes labels into a project.
pub fn import(project: &mut Project, incoming: &[Incoming], told: Told) -> Result<Import, ProjectError> {
    let mut looked = Looked::at(project, incoming, told);
    let new = looked.new_classes(project);
    let other = looked.other_answers(project);
    let is_for_test =
        |(image, label): &&(usize, &Incoming)| is_for(label, Part::Test) && project.images().is_pooled(*image);
    let told_test = looked.wanted.iter().filter(is_for_test).count();
    let take = looked.labels(project);
    let Looked { mut done, mut objections, .. } = looked;
    if !objections.is_empty() {
        objections.extend(done.agreement.as_ref().map(told_of));
        objections.extend(done.not_compared());
        return Err(ProjectError::Objections(objections));
    }
    let classes = new.into_iter().map(str::to_owned).collect();
    project.all_or_nothing(|project| take_in(project, &mut done, classes, take, &other, told_test))?;
    done.copies_disagree = project.copies_disagree();
    Ok(done)
}

/// Labels of a file that were looked at, and what is to be said of them.
struct Looked<'a> {
    told: Told,
    done: Import,
    objections: Vec<String>,
    /// In the order of the file, the last or the first label of each image.
    wanted: Vec<(usize, &'a Incoming)>,
    /// Where the label of an image is among them.
    place_of: HashMap<usize, usize>,
    /// The first row with the digest of each image.
    digests: HashMap<usize, &'a Incoming>,
    /// Answers that are no labels.
    others: Vec<(usize, Answer, &'a Incoming)>,
}

impl<'a> Looked<'a> {
    /// Finds the image of each label, and what the file says of it.
    fn at(project: &Project, incoming: &'a [Incoming], told: Told) -> Self {
        let (wanted, place_of, digests, others) = Default::default();
        let mut all = Self { told, done: Import::default(), objections: Vec::new(), wanted, place_of, digests, others };
        let names = Names::new(project.images(), Path::new(&project.settings().images), project.folder());
        for label in incoming {
            let said = said_by(project, label);
            // What was taken back is not there.
            if said == Answer::Undone {
                continue;
            }
            if said == Answer::Label && label.label.is_empty() {
                *if label.lacks_choice { &mut all.done.no_choice } else { &mut all.done.empty } += 1;
                continue;
            }
            let image = match image_of(&names, label) {
                Ok(image) => image,
                Err(_) if said == Answer::Skipped => continue,
                Err(_) if told.skip_unknown => {
                    all.done.unknown += 1;
                    continue;
                }
                Err(why) => {
                    let (place, name, why) = (&label.place, label.name(), why.told(project.images()));
                    all.objections.push(format!("{place}: {name} {why}; --skip-unknown passes it over"));
                    continue;
                }
            };
            all.done.passed_on += usize::from(label.digest.is_none() && names.is_passed_on(label.name()));
            all.compare_names(project, image, label);
            if said != Answer::Label {
                all.others.push((image, said, label));
            } else if project.images().all()[image].part == Purpose::Aside {
                let (place, name) = (&label.place, label.name());
                all.objections.push(format!("{place}: {name} is set aside by the experiment's splits"));
            } else {
                all.want(image, label);
            }
        }
        all
    }

    /// Looks whether the name of a row is that of another image than its digest: of one that was renamed since the table was
    /// written, or of one whose row was copied from another's.
    fn compare_names(&mut self, project: &Project, image: usize, label: &'a Incoming) {
        if label.digest.is_none() || label.is_log {
            return;
        }
        let images = project.images();
        let is_anothers = |name: &str| {
            let named = images.find_now(name);
            named.is_some_and(|named| images.all()[named].digest != images.all()[image].digest)
        };
        let is_other = is_anothers(label.name());
        let place = images.all()[image].place();
        match *self.digests.entry(image).or_insert(label) {
            first if first.name() != label.name() && (is_other || is_anothers(first.name())) => {
                self.objections.push(format!(
                    "{}: {} has the digest of {place}, as {} on {}; put the right one there, or leave the cell empty",
                    label.place,
                    label.name(),
                    first.name(),
                    first.place
                ));
            }
            _ if is_other => {
                self.done.by_digest += 1;
                self.done.first_by_digest.get_or_insert_with(|| [label.name(), place].map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Takes a label, unless the file has another one of the image that counts.
    fn want(&mut self, image: usize, label: &'a Incoming) {
        let Some(&at) = self.place_of.get(&image) else {
            self.place_of.insert(image, self.wanted.len());
            self.wanted.push((image, label));
            return;
        };
        let (_, before) = self.wanted[at];
        match self.told.on_conflict {
            _ if before.label == label.label => {}
            Some(OnConflict::Replace) => self.wanted[at].1 = label,
            Some(OnConflict::Keep) => {}
            None => self.objections.push(format!(
                "{}: {} is {}, and {} on {}; {CONFLICT}",
                label.place,
                label.name(),
                label.label,
                before.label,
                before.place
            )),
        }
    }

    /// The classes that the project does not have.
    fn new_classes(&mut self, project: &Project) -> BTreeSet<&'a str> {
        let labels = self.wanted.iter().map(|(_, label)| label.label.as_str());
        let new: BTreeSet<&str> = labels.filter(|label| project.class(label).is_none()).collect();
        if self.told.new_classes || project.classes().is_empty() {
            return new;
        }
        for class in &new {
            let mut with = self.wanted.iter().filter(|(_, label)| label.label == *class);
            let Some((image, label)) = with.next() else { continue };
            let file = project.images().all()[*image].place();
            let more = match with.count() {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            self.objections.push(format!(
                "{}: `{class}`, of {file}{more}, is none of the {}; --new-classes adds it",
                label.place,
                nearest(project.classes(), class)
            ));
        }
        new
    }

    /// The answers that are no labels and are to be taken.
    fn other_answers(&mut self, project: &Project) -> Vec<(usize, Answer, &'a Incoming)> {
        let mut take = Vec::new();
        for (image, said, label) in std::mem::take(&mut self.others) {
            if let Some(at) = self.place_of.get(&image) {
                let (_, first) = self.wanted[*at];
                match self.told.on_conflict {
                    _ if said == Answer::Skipped => {}
                    Some(_) => self.done.kept_others += 1,
                    None => self.objections.push(format!(
                        "{}: {} is {}, and {} on {}; {CONFLICT}",
                        label.place,
                        label.name(),
                        said.told(),
                        first.label,
                        first.place
                    )),
                }
                continue;
            }
            let file = &project.images().all()[image].file;
            // Later is no answer that contradicts one.
            let before = project.log().last(file).filter(|row| !matches!(row.answer, Answer::Undone | Answer::Skipped));
            match (before, self.told.on_conflict) {
                (None, _) => take.push((image, said, label)),
                (Some(before), _) if before.answer == said => self.done.same_others += 1,
                (Some(_), _) if said == Answer::Skipped => {}
                (Some(_), Some(OnConflict::Replace)) => take.push((image, said, label)),
                (Some(_), Some(OnConflict::Keep)) => self.done.kept_others += 1,
                (Some(before), None) => self.objections.push(format!(
                    "{}: {} is {}, and {} in the project; {OURS}",
                    label.place,
                    label.name(),
                    said.told(),
                    if before.label.is_empty() { before.answer.told() } else { &before.label }
                )),
            }
        }
        take
    }

    /// The labels that are to be taken; how far they agree with those of the project is told.
    fn labels(&mut self, project: &Project) -> Vec<(usize, &'a Incoming)> {
        let (theirs, mut pairs, mut take) = (Independent::of(project), Vec::new(), Vec::new());
        // The project's own answers, as it exports them, are not those of another person.
        let is_ours = |(image, label): &(usize, &Incoming)| {
            let same = |row: &Row| row.time == label.time && row.who == label.who && row.label == label.label;
            project.label_of(*image).is_some_and(same)
        };
        let is_own = self.wanted.iter().all(is_ours);
        for &(image, label) in &self.wanted {
            let Some(before) = project.label_of(image) else {
                take.push((image, label));
                continue;
            };
            match theirs.of_another(&before.file, &who_of(label)).filter(|_| !is_own) {
                Some(other) => pairs.push((other, label.label.as_str())),
                None => self.done.of_one_person += 1,
            }
            match (before.label == label.label, self.told.on_conflict) {
                (true, _) => self.done.same += 1,
                (false, Some(OnConflict::Keep)) => {
                    self.done.kept += 1;
                    let (label, who) = (label.label.clone(), label.who.clone());
                    self.done.conflicts.push(Conflict { image, label, who });
                }
                (false, Some(OnConflict::Replace)) => {
                    self.done.replaced += 1;
                    take.push((image, label));
                }
                (false, None) => {
                    let there = if before.who.is_empty() { "the project".to_owned() } else { before.who.clone() };
                    self.objections.push(format!(
                        "{}: {} is {}, and {} by {there} in the project; {OURS}",
                        label.place,
                        label.name(),
                        label.label,
                        before.label
                    ));
                }
            }
        }
        self.done.agreement = Agreement::of(&pairs);
        take
    }
}

/// Writes what an import brings, the labels last: what a kill leaves of it says nothing of an image, and importing the file
/// again does the rest. `told_test` labels of the pool are for the test.
fn take_in(
    project: &mut Project,
    done: &mut Import,
    mut classes: Vec<String>,
    take: Vec<(usize, &Incoming)>,
    other: &[(usize, Answer, &Incoming)],
    told_test: usize,
) -> Result<(), ProjectError> {
    classes.sort_by(|a, b| natural(a, b));
    if !classes.is_empty() {
        project.add_classes(&classes)?;
    }
    let alike = labels::alike(project.classes().iter().map(String::as_str)).filter(|_| !classes.is_empty());
    done.alike = alike.map(|[first, second]| {
        format!("the classes `{first}` and `{second}` differ in capitals or spaces only, and are two classes here")
    });
    done.new_classes = classes;
    let is_told = |(_, label): &&(usize, &Incoming)| is_for(label, Part::Test);
    let taken = take.iter().filter(is_told).map(|(image, _)| *image);
    // What was trained on stays so, and an experiment's splits are its own.
    let is_new = |image: &usize| project.label_of(*image).is_none() && !project.has_labelled_copy(*image);
    let is_free = |image: &usize| !project.settings().splits_of_experiment && is_new(image);
    let held: Vec<usize> = taken.filter(|image| project.images().is_pooled(*image)).filter(is_free).collect();
    (done.held, done.not_held) = (held.len(), told_test - held.len());
    project.hold_for_test(&held)?;
    let is_pooled = |image: usize| project.images().is_pooled(image);
    done.validation = take.iter().filter(|(image, label)| is_for(label, Part::Validation) && is_pooled(*image)).count();
    let odd = || take.iter().filter(|(image, label)| !label.no_split.is_empty() && is_pooled(*image));
    done.no_split = odd().count();
    done.first_no_split = odd().next().map(|(_, label)| label.no_split.clone()).unwrap_or_default();
    done.others = other.len();
    let take: Vec<(usize, Answer, &Incoming)> =
        take.into_iter().map(|(image, label)| (image, Answer::Label, label)).collect();
    let mut said = answers(project, &take)?;
    for (image, _) in &said {
        let is_test = project.images().all()[*image].part.is_test();
        *if is_test { &mut done.test } else { &mut done.train } += 1;
    }
    said.extend(answers(project, other)?);
    project.say_all(said)
}

/// Who gave a label: whoever takes it in, if the file does not say.
fn who_of(label: &Incoming) -> String {
    if label.who.is_empty() { user() } else { label.who.clone() }
}

/// The labels that people gave of their own accord: not to decide between two of them.
struct Independent<'a>(HashMap<&'a str, Vec<&'a Row>>);

impl<'a> Independent<'a> {
    fn of(project: &'a Project) -> Self {
        let mut all: HashMap<&str, Vec<&Row>> = HashMap::new();
        for row in project.log().rows() {
            let of_image = all.entry(&row.file).or_default();
            match row.answer {
                Answer::Label if row.strategy != AGREED => of_image.push(row),
                Answer::Undone => of_image.clear(),
                _ => {}
            }
        }
        Self(all)
    }

    /// The last label of an image by somebody else; what was taken from this person is none.
    fn of_another(&self, file: &str, who: &str) -> Option<&'a str> {
        self.0.get(file)?.iter().rev().find(|row| row.who != who).map(|row| row.label.as_str())
    }
}

fn is_for(label: &Incoming, part: Part) -> bool {
    label.part == Some(part)
}

/// What a label of a file says: the name of another answer in the place of a class is that answer, unless a class is
/// called so.
fn said_by(project: &Project, label: &Incoming) -> Answer {
    let named = Answer::named(&label.label.to_lowercase()).filter(|_| label.answer == Answer::Label);
    named.filter(|_| project.class(&label.label).is_none()).unwrap_or(label.answer)
}

/// An error if what is at `path` is not to be written over: a file without `mark`, which is somebody else's, or one with
/// labels that the project does not have.
pub fn may_write(project: &Project, path: &Path, mark: &str) -> Result<(), ProjectError> {
    disk::refuse_foreign(path, mark.as_bytes()).map_err(ProjectError::Refused)?;
    let labels = not_imported(project, path)?;
    if labels == 0 {
        return Ok(());
    }
    let (count, are) = (counted(labels, "label"), verb(labels, "is", "are"));
    Err(in_file(path, format!("has {count} that {are} not imported; import what is there first, or give another name")))
}

/// How many labels of a file the project has never had, as when a batch was filled in and not imported; 0 without a file.
fn not_imported(project: &Project, path: &Path) -> Result<usize, ProjectError> {
    if !std::fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() > 0) {
        return Ok(0);
    }
    let says = |row: &'_ Row| if row.label.is_empty() { row.answer.name().to_owned() } else { row.label.clone() };
    let said: HashSet<(&str, String)> = project.log().rows().iter().map(|row| (row.file.as_str(), says(row))).collect();
    let names = Names::new(project.images(), Path::new(&project.settings().images), project.folder());
    let is_known = |label: &Incoming| {
        let image = image_of(&names, label).map(|image| project.images().all()[image].file.as_str());
        image.is_ok_and(|file| said.contains(&(file, label.label.clone())))
    };
    Ok(read(path)?.iter().filter(|label| !label.label.is_empty() && !is_known(label)).count())
}

fn image_of(names: &Names<'_>, label: &Incoming) -> Result<usize, NotFound> {
    if let Some(digest) = &label.digest {
        match names.find_digest(digest, label.name()) {
            Some(image) => return Ok(image),
            None if label.is_log => return Err(NotFound::Other),
            // Such as one that was made smaller: its name says what it is.
            None => {}
        }
    }
    let find = |file: &String| if label.is_log { names.find_before(file) } else { names.find(file) };
    let mut found = label.files.iter().map(find).reduce(Result::or).unwrap_or(Err(NotFound::None));
    if let Some(address) = label.address.as_ref().filter(|_| found.is_err()) {
        found = names.find_address(address).or_else(|why| if why == NotFound::None { found } else { Err(why) });
    }
    found
}

/// What decides between two labels of a file, and between one of a file and the project's.
const CONFLICT: &str = "--replace takes the later one, --keep the earlier";
const OURS: &str = "--replace takes the file's, --keep the project's";

/// The rows of labels, with what proposed each image.
fn answers(project: &Project, labels: &[(usize, Answer, &Incoming)]) -> Result<Vec<(usize, Said)>, ProjectError> {
    let round = rounds::read(project)?.map_or(0, |(history, _)| history.rounds.len()) + 1;
    let mut proposed: HashMap<usize, String> = HashMap::new();
    for batch in batch::of_round(project, round)? {
        for pick in &batch.picks {
            proposed.entry(pick.image as usize).or_insert_with(|| batch.strategy.clone());
        }
    }
    let said = |&(image, answer, label): &(usize, Answer, &Incoming)| {
        let is_test = project.images().all()[image].part.is_test();
        let strategy = match (is_test, proposed.get(&image)) {
            (true, _) => TEST.to_owned(),
            (false, Some(strategy)) => strategy.clone(),
            (false, None) => IMPORTED.to_owned(),
        };
        let class = project.class(&label.label).filter(|_| answer == Answer::Label);
        let who = who_of(label);
        let (seconds, time) = (label.seconds, label.time.clone());
        (image, Said { answer, class, round, strategy, seconds, time, who, guess: String::new() })
    };
    Ok(labels.iter().map(said).collect())
}
