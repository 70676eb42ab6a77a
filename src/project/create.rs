//! A new project: its images and settings, the splits of an experiment if it is to repeat one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::{ProjectError, in_file};
use super::images::{IMAGES, Image, Images, Purpose};
use super::log::{LABELS, Log};
use super::pictures::told;
use super::settings::{self, SETTINGS, Settings};
use super::store::{EXPERIMENT, Project};
use super::terms::{self, Passed};
use crate::archive;
use crate::dataset::own::listing::{self, Listing};
use crate::dataset::own::opening::Opening;
use crate::dataset::own::reading::Reading;
use crate::dataset::own::{defaults, formats, wanted};
use crate::dataset::{self, Split};
use crate::disk::{self, FolderLock};
use crate::experiment::{DatasetKind, Experiment, Field, IMAGE_SIDES, NeighbourPool, Strategy};
use crate::paths;

/// Images in a batch of a project, unless another number is given. How many an experiment buys in a round follows from the
/// number of its images instead.
pub const BATCH: usize = defaults::BY_HAND;
/// What proposes images to people unless they say otherwise: with few labels the best of those that were compared
/// (docs/results.md).
pub const PROPOSES: Strategy = Strategy::Ridge;
/// What a project is made from.
#[derive(Debug, Clone, Default)]
pub struct New {
    /// A folder, file or archive with the images.
    pub images: PathBuf,
    /// Names of the classes in their order; empty for those of `like`, or of the first import.
    pub classes: Vec<String>,
    /// An experiment whose settings, splits and first set are taken, and its data folder.
    pub like: Option<(Experiment, Option<PathBuf>)>,
    /// Changes of single fields, as `field=value`.
    pub set: Vec<String>,
}

/// A new project, and what was noticed.
pub struct Created {
    pub project: Project,
    /// What was decided or noticed, a sentence each.
    pub notes: Vec<String>,
    /// Labels that the images come with.
    pub labels: Vec<OwnLabel>,
}

/// A label that an image comes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLabel {
    /// The place of the image among those of the project.
    pub image: usize,
    /// Its name as the data have it.
    pub class: String,
    /// The split that it is given in.
    pub part: Option<listing::Part>,
}

/// Makes a project in a new or empty folder. `progress` is told how many images of how many are read, and says whether
/// to go on.
pub fn create(
    folder: &Path,
    new: &New,
    who: &str,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Created, ProjectError> {
    if is_taken(folder) {
        return Err(ProjectError::Taken(folder.into()));
    }
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    if let Some(other) = whole.ancestors().skip(1).find(|above| Settings::read(above).is_ok()) {
        return Err(in_file(folder, format!("lies in the project {}; give a folder outside of it", other.display())));
    }
    settings::names(&new.classes).map_err(|what| ProjectError::Refused(format!("classes: {what}")))?;
    let place = std::path::absolute(paths::expanded(&new.images)).unwrap_or_else(|_| new.images.clone());
    let find = if new.like.is_none() { formats::find_to_label } else { formats::find };
    let found = find(&place)?;
    let suiting = |listing: &Listing, items: &[listing::Item]| -> Result<Experiment, ProjectError> {
        let chosen = defaults::choose(listing, items, 0);
        let base = defaults::on_data(Experiment::default(), &place, &chosen, true)?;
        Ok(Experiment { samples_per_round: BATCH, strategy: PROPOSES, ..base })
    };
    let (base, splits) = match &new.like {
        None => (suiting(&found.listing, &found.listing.items)?, None),
        Some((experiment, data_dir)) => {
            let (experiment, splits) = like(experiment, &place, data_dir.as_deref())?;
            (experiment, Some(splits))
        }
    };
    let (mut experiment, passed) = of_project(base, &new.set, splits.is_some())?;
    let mut opening = Opening::begin(found, wanted(&experiment), None)?;
    while opening.advance() {
        let (done, all) = opening.progress();
        if !progress(done, all) {
            return Err(ProjectError::Cancelled);
        }
    }
    let (listing, reading, _) = opening.finish();
    if reading.items.is_empty() {
        let why: Vec<String> = reading.unreadable.iter().map(|u| format!("{} {}", u.file, u.reason)).collect();
        return Err(in_file(&place, format!("no image can be read: {}", told(&why))));
    }
    if splits.is_none() {
        (experiment, _) = of_project(suiting(&listing, &reading.items)?, &new.set, false)?;
    }
    let order = match &splits {
        None => (0..reading.items.len()).map(|item| (item, Purpose::Pool)).collect(),
        Some(splits) => splits.order(&reading)?,
    };
    let classes = match &splits {
        Some(splits) if new.classes.is_empty() || new.classes == splits.classes => splits.classes.clone(),
        Some(splits) => {
            let theirs = splits.classes.join(",");
            return Err(ProjectError::Refused(format!("--classes: the experiment has {theirs}; leave --classes out")));
        }
        None => new.classes.clone(),
    };
    let image = |&(item, part): &(usize, Purpose)| Image {
        file: reading.items[item].name.clone(),
        digest: disk::hex(reading.contents[item]),
        part,
        now: None,
    };
    let images = Images::new(order.iter().map(image).collect()).map_err(|what| in_file(&place, what))?;
    let labels = order.iter().enumerate().filter_map(|(image, (item, _))| {
        let item = &reading.items[*item];
        let class = listing.classes.get(usize::from(item.label?))?.clone();
        Some(OwnLabel { image, class, part: item.part })
    });
    let labels = labels.collect();
    let lock = FolderLock::take_alone(folder, who)?;
    // Another may have made one while the images were read.
    if is_taken(folder) {
        return Err(ProjectError::Taken(folder.into()));
    }
    let mut settings = Settings::new(folder, &place, &images, classes);
    settings.splits_of_experiment = splits.is_some();
    if let Err(e) = write(folder, &images, &experiment, &settings) {
        // As on a full disk: the folder can be used again once there is room.
        for name in [IMAGES, LABELS, EXPERIMENT, SETTINGS] {
            let _ = std::fs::remove_file(folder.join(name));
        }
        return Err(e);
    }
    let mut notes = notes(&listing, &reading);
    let meant = passed.into_iter().filter(|(name, _)| OF_LABELS.contains(name) && splits.is_some());
    notes.extend(meant.map(|(name, value)| {
        format!(
            "--as: {name} = {value} is left out: the labels are those of people, and the images those of the splits"
        )
    }));
    Ok(Created { project: Project::read(folder, Some(lock))?, notes, labels })
}

/// Writes the files of a project.
fn write(folder: &Path, images: &Images, experiment: &Experiment, settings: &Settings) -> Result<(), ProjectError> {
    images.write(&folder.join(IMAGES))?;
    Log::create(&folder.join(LABELS))?;
    archive::write_atomically(&folder.join(EXPERIMENT), experiment.to_toml().as_bytes())?;
    // The last: without it the folder is no project yet.
    settings.write(folder)
}

/// Whether a folder has files that are not hidden, or is a file.
pub(super) fn is_taken(folder: &Path) -> bool {
    let hidden = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    folder.is_file() || std::fs::read_dir(folder).is_ok_and(|all| all.flatten().any(|entry| !hidden(entry)))
}

fn notes(listing: &Listing, reading: &Reading) -> Vec<String> {
    let mut notes = [&listing.notes[..], &listing.warnings].concat();
    let left: Vec<String> = reading.unreadable.iter().map(|u| format!("{} {}", u.file, u.reason)).collect();
    if !left.is_empty() {
        notes.push(format!("left out: {}", told(&left)));
    }
    if let Some(first) = reading.duplicates.first() {
        let [name, of] = [first.item, first.of].map(|i| reading.items[i].name.as_str());
        let count = reading.duplicates.len();
        notes.push(format!("with the content of another image: {count}, such as {name} of {of}"));
    }
    notes
}

/// Fields that an experiment's labels and rounds are made by.
const OF_LABELS: [&str; 5] =
    ["label_noise", "imbalance", "generated_share", "generated_density_quantile", "generated_detail"];

/// The settings of a project: without an end, and without a split that only labels could make; and what was left out of
/// `base` for that.
fn of_project(base: Experiment, set: &[String], is_like: bool) -> Result<(Experiment, Passed), ProjectError> {
    let (mut experiment, passed) = terms::in_project(base)?;
    let own: Vec<(&Field, String)> =
        Field::all().filter(|f| terms::is_of_project(f)).map(|f| (f, f.get(&experiment))).collect();
    for assignment in set {
        let named = |e| ProjectError::Refused(format!("--set {assignment}: {e}"));
        experiment.set(assignment).map_err(named)?;
    }
    if let Some((field, value)) = own.iter().find(|(field, value)| field.get(&experiment) != *value) {
        let name = field.name;
        let detail = format!("--set {name}: in a project it is {value}; leave it out");
        return Err(ProjectError::Refused(detail));
    }
    if !experiment.codes.is_empty() {
        // The project may be worked on from any folder.
        let whole = std::path::absolute(paths::expanded(&experiment.codes));
        experiment.codes = whole.map_or(experiment.codes, |path| path.to_string_lossy().into_owned());
    }
    let experiment = experiment.validated()?;
    if is_like && !experiment.generator.has_networks() {
        // Their rows are in the order of reading, and the images of the project in that of the splits.
        let detail = "--as: codes of your own have the order of the images, not that of splits; leave --as out";
        return Err(ProjectError::Refused(detail.into()));
    }
    experiment.check_decoder(&[experiment.strategy])?;
    if experiment.neighbours == NeighbourPool::All {
        let detail = "field `neighbours`: all proposes images that are labelled already; set neighbours=unlabelled";
        return Err(ProjectError::Refused(detail.into()));
    }
    Ok((experiment, passed))
}

/// The splits of an experiment.
struct Splits {
    train: Split,
    test: Split,
    classes: Vec<String>,
}

/// The settings of a project that is to repeat an experiment on the images at `place`, and its splits.
fn like(experiment: &Experiment, place: &Path, data_dir: Option<&Path>) -> Result<(Experiment, Splits), ProjectError> {
    let refused = |what: String| ProjectError::Refused(format!("--as: {what}"));
    if !experiment.dataset.task().has_classes() {
        return Err(refused(format!(
            "the labels of {} are stress maps; give an experiment of classes",
            experiment.name
        )));
    }
    let own = experiment.dataset == DatasetKind::Own;
    let data = place.to_string_lossy().into_owned();
    // Its own images, while they are there: those of the project are to be the same.
    let is_moved = own && !paths::expanded(&experiment.data).exists();
    let source = if is_moved { Experiment { data: data.clone(), ..experiment.clone() } } else { experiment.clone() };
    let found = dataset::load(&source, 1, data_dir)?;
    let shape = found.shape();
    if !own && (shape.height != shape.width || !IMAGE_SIDES.contains(&shape.height)) {
        return Err(refused(format!("its images are {} x {}", shape.height, shape.width)));
    }
    let test = found.evaluation(experiment.evaluate_on).clone();
    if test.is_empty() {
        return Err(refused("it has no images to evaluate on; set validation_size or evaluate_on=test".into()));
    }
    let mut base = Experiment { data, ..experiment.clone() };
    base.set("dataset=own")?;
    if !own {
        base.set(&format!("image_side={}", shape.height))?;
        base.set(if shape.channels == 1 { "image_colour=grey" } else { "image_colour=rgb" })?;
        base.set("image_fit=fit")?;
    }
    Ok((base, Splits { train: found.train, test, classes: found.classes }))
}

impl Splits {
    /// The items of a reading in the order of the splits, by their names and pixels, or by their pixels alone.
    fn order(&self, reading: &Reading) -> Result<Vec<(usize, Purpose)>, ProjectError> {
        let length = self.train.shape().len();
        let pixels: Vec<&[u8]> = reading.pixels.chunks_exact(length).collect();
        let by_name: HashMap<&str, usize> =
            reading.items.iter().enumerate().map(|(at, item)| (item.name.as_str(), at)).collect();
        let mut alike: HashMap<&[u8], Vec<usize>> = HashMap::new();
        (0..pixels.len()).rev().for_each(|item| alike.entry(pixels[item]).or_default().push(item));
        let mut taken = vec![false; pixels.len()];
        let (mut order, mut missing) = (Vec::new(), 0);
        for (split, part) in [(&self.train, Purpose::Pool), (&self.test, Purpose::Test)] {
            for sample in 0..split.len() {
                let image = split.image(sample);
                let named = split.origin(sample).0.and_then(|name| by_name.get(name).copied());
                let named = named.filter(|&item| pixels[item] == image && !taken[item]);
                let found = named.or_else(|| {
                    let alike = alike.get_mut(image)?;
                    while let Some(item) = alike.pop() {
                        if !taken[item] {
                            return Some(item);
                        }
                    }
                    None
                });
                match found {
                    Some(item) => {
                        taken[item] = true;
                        order.push((item, part));
                    }
                    None => missing += 1,
                }
            }
        }
        if missing > 0 {
            let all = self.train.len() + self.test.len();
            return Err(ProjectError::Refused(format!(
                "--as: {missing} of the {all} images of the experiment's splits are not among those of --images; give the \
                 images that it runs on"
            )));
        }
        order.extend((0..pixels.len()).filter(|&item| !taken[item]).map(|item| (item, Purpose::Aside)));
        Ok(order)
    }
}
