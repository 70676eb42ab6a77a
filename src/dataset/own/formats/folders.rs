//! Image files in one folder a class, with folders of splits above or below them or without; or in one folder without
//! classes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layout::{self, Place};
use super::masks;
use crate::dataset::own::format::Format;
use crate::dataset::own::labels::{MOST_CLASSES, natural};
use crate::dataset::own::listing::{IN_NO_CLASS, Images, Item, Listing, Unreadable};
use crate::dataset::own::names::names_in;
use crate::dataset::own::picture::{self, Picture};
use crate::dataset::own::tree::{Entry, Tree, is_image_name};
use crate::dataset::{Class, DataError};
use crate::paths::composed;

pub struct Folders;

/// Endings of files that are expected beside images: texts and tables.
const BESIDE: [&str; 16] =
    ["txt", "md", "csv", "tsv", "json", "xml", "html", "pdf", "yaml", "yml", "toml", "log", "py", "ipynb", "db", "doc"];
/// Endings of files that may hold labels, and are not read.
const MAY_LABEL: [&str; 6] = ["xlsx", "xls", "ods", "json", "jsonl", "ndjson"];
/// Bytes that tell an image.
const START: usize = 16;
/// Names of a list that are told.
const MOST_NAMED: usize = 3;

impl Format for Folders {
    fn name(&self) -> &'static str {
        "image files"
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| is_image(tree, f)).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let (mut images, others): (Vec<_>, Vec<_>) =
            (0..tree.files.len()).partition(|i| is_image(&tree, &tree.files[*i]));
        let of_others = masks::of_one_folder(&images.iter().map(|i| &tree.files[*i]).collect::<Vec<_>>());
        let of_others: HashSet<usize> = of_others.into_iter().map(|place| images[place]).collect();
        images.retain(|image| !of_others.contains(image));
        let places = layout::places(&images.iter().map(|i| tree.files[*i].folders()).collect::<Vec<_>>());
        let named = |folder: &str| composed(folder).into_owned();
        let mut classes: Vec<String> = places.iter().filter_map(|p| p.class().map(named)).collect();
        classes.sort_by(|a, b| natural(a, b));
        classes.dedup();
        if classes.len() > MOST_CLASSES {
            let detail = format!(
                "has {} folders of images, and at most {MOST_CLASSES} classes can be learned; give a folder with one \
                 sub-folder a class",
                classes.len()
            );
            return Err(tree.fault(None, detail));
        }
        if let Some((split, class)) = layout::both(&images.iter().map(|i| tree.files[*i].folders()).collect::<Vec<_>>())
        {
            let detail = format!(
                "has the folder `{class}` and another one in `{split}`, so classes and splits lie beside each other; give \
                 a folder with one of them, or put all classes into folders of splits"
            );
            return Err(tree.fault(None, detail));
        }
        let (mut notes, mut warnings) = (Vec::new(), Vec::new());
        if let Some(mask) = of_others.iter().min() {
            let (count, name) = (of_others.len(), tree.files[*mask].name());
            warnings.push(format!(
                "images called as masks of those beside them, which are left aside: {count}, such as {name}"
            ));
        }
        let names = names_in(&tree).and_then(|names| names.with(&classes));
        if let Some(names) = names.filter(|_| !classes.is_empty()) {
            classes = names;
        }
        let (mut items, mut files, mut beside, mut unreadable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (i, place) in images.iter().zip(&places) {
            let name = tree.files[*i].name();
            let part = match place {
                Place::Outside => {
                    unreadable.push(Unreadable::new(name, "lies in no folder of a split"));
                    continue;
                }
                Place::Inside { class: None, .. } if !classes.is_empty() => {
                    unreadable.push(Unreadable::new(name, IN_NO_CLASS));
                    beside.push(*i);
                    continue;
                }
                Place::Inside { part, .. } => *part,
            };
            let label = place.class().and_then(|name| classes.iter().position(|c| *c == composed(name)));
            items.push(Item { name, part, label: label.map(|p| p as Class) });
            files.push(*i);
        }
        let split = items.iter().any(|item| item.part.is_some());
        notes.extend(inner(&places));
        if !split {
            let shared = layout::shared(&images.iter().map(|i| tree.files[*i].folders()).collect::<Vec<_>>());
            warnings.extend(shared.map(|(folders, [one, other])| {
                format!(
                    "{} are read as classes, and hold folders of the same names ({one}, {other}): if these are the \
                     classes, give one of the outer folders alone, or call those that are splits `train` and `test`",
                    first_of(&folders)
                )
            }));
            warnings.extend(layout::called_splits(&classes).map(|[train, other]| {
                format!(
                    "`{train}` and `{other}` are read as classes, and are called as splits: if they are splits, give a \
                     folder without those beside them"
                )
            }));
        }
        notes.extend(left_aside(&tree, &others));
        notes.extend(unread_labels(&tree, &others).filter(|_| classes.is_empty()));
        notes.extend(tree.empty.iter().map(|folder| format!("the folder {folder} is empty, so it is no class")));
        let format = match (classes.is_empty(), split) {
            (false, false) => "image files, a folder a class",
            (false, true) => "image files, a folder a class in folders of splits",
            (true, _) => "image files without labels",
        };
        files.append(&mut beside);
        let images = Box::new(Files { tree, files });
        Ok(Listing { format: format.into(), items, classes, images, unreadable, notes, warnings, unclear: None })
    }
}

/// That images lie in folders inside those of their classes, and what if these are the classes.
fn inner(places: &[Place<'_>]) -> Option<String> {
    let of = |place: &Place<'_>| match *place {
        Place::Inside { class: Some(class), inner: Some(inner), .. } => Some(format!("{class}/{inner}")),
        _ => None,
    };
    let inner: BTreeSet<String> = places.iter().filter_map(of).collect();
    let first = inner.first()?;
    let names: HashSet<&str> = inner.iter().filter_map(|inner| inner.rsplit('/').next()).collect();
    let help = "; if they are the classes, put them beside each other in one folder";
    let help = if names.len() > 1 { help } else { "" };
    let count = inner.len();
    Some(format!("folders inside the folder of a class are read as part of the class: {count}, such as {first}{help}"))
}

/// The first of some names, and how many more there are.
fn first_of(names: &[impl AsRef<str>]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(AsRef::as_ref).collect();
    let more = names.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The class of each image by its folder, where folders are classes: several, with several images each.
pub fn classes(tree: &Tree) -> Option<HashMap<usize, String>> {
    let images: Vec<usize> = (0..tree.files.len()).filter(|i| is_image(tree, &tree.files[*i])).collect();
    let folders: Vec<&[String]> = images.iter().map(|i| tree.files[*i].folders()).collect();
    let places = layout::places(&folders);
    let class = |(image, place): (&usize, &Place<'_>)| Some((*image, composed(place.class()?).into_owned()));
    let classes: HashMap<usize, String> = images.iter().zip(&places).filter_map(class).collect();
    let kinds = classes.values().collect::<HashSet<_>>().len();
    let are_classes = (2..=MOST_CLASSES).contains(&kinds) && kinds * 2 <= classes.len();
    (are_classes && layout::both(&folders).is_none()).then_some(classes)
}

/// The image files of a tree that are not listed yet, without labels.
pub fn others(tree: &Arc<Tree>, listed: &HashSet<&str>) -> (Vec<Item>, Box<dyn Images>) {
    let files = (0..tree.files.len()).filter(|&i| is_image(tree, &tree.files[i]));
    let named: Vec<(usize, String)> = files.map(|i| (i, tree.files[i].name())).collect();
    let (files, items) = named
        .into_iter()
        .filter(|(_, name)| !listed.contains(name.as_str()))
        .map(|(i, name)| (i, Item { name, part: None, label: None }))
        .unzip();
    (items, Box::new(Files { tree: Arc::clone(tree), files }))
}

/// Image files of a tree, decoded one by one.
pub struct Files {
    pub tree: Arc<Tree>,
    /// The file of each image.
    pub files: Vec<usize>,
}

impl Images for Files {
    fn picture(&self, item: usize) -> Result<Picture, String> {
        let file = &self.tree.files[self.files[item]];
        picture::decode(&self.tree.read_unpacked(file)?)
    }

    fn held(&self) -> u64 {
        self.tree.held()
    }

    fn are_files(&self) -> bool {
        true
    }

    fn file(&self, item: usize) -> Option<PathBuf> {
        self.tree.files[self.files[item]].on_disk().map(Path::to_path_buf)
    }
}

/// Whether a file is an image by its name, or by its content where its name says nothing.
pub fn is_image(tree: &Tree, file: &Entry) -> bool {
    is_image_name(file)
        || picture::UNREAD.contains(&file.extension().as_str())
        || (!BESIDE.contains(&file.extension().as_str()) && picture::is_image(&tree.start(file, START)))
}

/// What is said of a file that may hold the labels of images that have none.
fn unread_labels(tree: &Tree, files: &[usize]) -> Option<String> {
    let mut files = files.iter().map(|i| &tree.files[*i]);
    let name = files.find(|f| MAY_LABEL.contains(&f.extension().as_str()))?.name();
    Some(format!("{name} is not read; if labels are in it, save it as CSV with columns file and label"))
}

/// The beginning of what is said of files that are no images.
pub const LEFT_ASIDE: &str = "files that are no images are left aside";

/// What is said of files that are no images.
pub fn left_aside(tree: &Tree, files: &[usize]) -> Option<String> {
    let names: Vec<String> = files.iter().map(|i| tree.files[*i].name()).collect();
    (!names.is_empty()).then(|| format!("{LEFT_ASIDE}: {}", first_of(&names)))
}
