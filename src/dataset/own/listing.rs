//! What a format found in own data before any image is decoded: names, splits, labels, and where the images are.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::picture::Picture;
use crate::dataset::{Class, DataError};
use crate::guard::guarded;

/// Images of a data set and their labels, not yet decoded.
pub struct Listing {
    /// What the files are, for display.
    pub format: String,
    pub items: Vec<Item>,
    /// Names of the classes, in the order of their labels; empty without labels.
    pub classes: Vec<String>,
    /// Those of the items; behind them, in their order, those that are left out for want of a label alone.
    pub images: Box<dyn Images>,
    /// What is left out already, with the reason.
    pub unreadable: Vec<Unreadable>,
    /// What was decided or left aside, a sentence each.
    pub notes: Vec<String>,
    /// What may be wrong, a sentence each.
    pub warnings: Vec<String>,
    /// Why labels that seem to be there are not read, which is a fault where people do not give them.
    pub unclear: Option<DataError>,
}

impl Listing {
    /// With the images that have no label, in a table or array or beside the folders of classes: where people label, any
    /// image will do.
    pub fn with_beside(mut self) -> Self {
        let (beside, unreadable): (Vec<Unreadable>, _) =
            std::mem::take(&mut self.unreadable).into_iter().partition(Unreadable::lacks_label);
        self.unreadable = unreadable;
        self.items.extend(beside.into_iter().map(|u| Item { name: u.file, part: None, label: None }));
        self
    }

    /// With other images behind its own, which have no label.
    pub fn followed_by(mut self, items: Vec<Item>, images: Box<dyn Images>) -> Self {
        // An image that has a row, and is left out for another reason than its label, is no longer left out.
        let named: HashSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
        self.unreadable.retain(|u| !named.contains(u.file.as_str()));
        let first = self.items.len();
        self.images = Box::new(Joined { first: self.images, count: first, others: images });
        self.items.extend(items);
        self
    }

    /// The image of an item; or why it cannot be read, as the end of a sentence.
    pub fn picture(&self, item: usize) -> Result<Picture, String> {
        guarded(|| self.images.picture(item))?
    }
}

/// One image of a listing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its file, or its place in an array.
    pub name: String,
    /// The split that it was given in.
    pub part: Option<Part>,
    /// Its place among `Listing::classes`; `None` without labels.
    pub label: Option<Class>,
}

/// Where the images of a listing come from.
pub trait Images: Send + Sync {
    /// The image with this index among the items; or why it cannot be read, as the end of a sentence.
    fn picture(&self, item: usize) -> Result<Picture, String>;

    /// The file on disk that holds nothing but this image.
    fn file(&self, _item: usize) -> Option<PathBuf> {
        None
    }

    /// Bytes that are held in memory until the images are read.
    fn held(&self) -> u64 {
        0
    }

    /// Whether each image is a file that must be decoded, which takes longer than to read it from a cache.
    fn are_files(&self) -> bool {
        false
    }
}

/// Images of one listing, and others of the same files behind them.
struct Joined {
    first: Box<dyn Images>,
    count: usize,
    others: Box<dyn Images>,
}

impl Images for Joined {
    fn picture(&self, item: usize) -> Result<Picture, String> {
        match item.checked_sub(self.count) {
            None => self.first.picture(item),
            Some(other) => self.others.picture(other),
        }
    }

    fn file(&self, item: usize) -> Option<PathBuf> {
        match item.checked_sub(self.count) {
            None => self.first.file(item),
            Some(other) => self.others.file(other),
        }
    }

    fn held(&self) -> u64 {
        self.first.held()
    }

    fn are_files(&self) -> bool {
        self.first.are_files()
    }
}

/// Why an image is left out that lies beside the folders of classes.
pub const IN_NO_CLASS: &str = "lies in no folder of a class";
/// Why an image is left out whose row, or place in an array, has no label; and the end of it where a number stands for that.
pub const NO_LABEL: &str = "has no label";
pub(super) const MEANS_NONE: &str = "which means that it has none";
/// The end of why an image is left out that has more than one label.
pub const SEVERAL_LABELS: &str = "labels, and an image has one class here";
/// The warning of images that no table names, before their number.
pub const IN_NO_ROW: &str = "images in no row of a table, which are left aside";

/// An image, file or folder that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Its name in the data.
    pub file: String,
    /// The end of a sentence that begins with the name.
    pub reason: String,
}

impl Unreadable {
    pub(super) fn new(file: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { file: file.into(), reason: reason.into() }
    }

    /// Whether it is an image that lacks nothing but a label.
    fn lacks_label(&self) -> bool {
        [IN_NO_CLASS, NO_LABEL].contains(&self.reason.as_str())
            || [MEANS_NONE, SEVERAL_LABELS].iter().any(|end| self.reason.ends_with(end))
    }
}

/// A split that the data come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    Train,
    Validation,
    Test,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Its name, as in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }

    /// The split that a folder, an array or a file has the name of.
    pub fn of(name: &str) -> Option<Self> {
        match name.to_lowercase().as_str() {
            "train" | "training" | "trn" => Some(Self::Train),
            "val" | "valid" | "validation" | "dev" | "eval" => Some(Self::Validation),
            "test" | "testing" | "tst" | "t10k" | "evaluation" => Some(Self::Test),
            _ => None,
        }
    }

    /// The split that a word of a name says, a number behind it or not: `x_train`, `test-00000-of-00001.parquet`, `val2017`.
    pub fn within(name: &str) -> Option<Self> {
        let plain = |word: &str| Self::of(word.trim_end_matches(|c: char| c.is_ascii_digit()));
        words(name).iter().find_map(|word| Self::of(word).or_else(|| plain(word)))
    }
}

/// The words of a name, in lower case; capitals within it begin a word: `xTrain`.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
        } else {
            if c.is_uppercase() && before.is_lowercase() {
                words.push(String::new());
            }
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}
