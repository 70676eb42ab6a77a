//! What a format found in own data before any image is decoded: names, splits, labels, and where the images are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::picture::Picture;
use crate::dataset::Class;
use crate::guard::guarded;

/// Images of a data set and their labels, not yet decoded.
pub struct Listing {
    /// What the files are, for display.
    pub format: String,
    pub items: Vec<Item>,
    /// Names of the classes, in the order of their labels; empty without labels.
    pub classes: Vec<String>,
    /// Those of the items; behind them, in their order, those that lie `IN_NO_CLASS`.
    pub images: Box<dyn Images>,
    /// What is left out already, with the reason.
    pub unreadable: Vec<Unreadable>,
    /// What was decided or left aside, a sentence each.
    pub notes: Vec<String>,
    /// What may be wrong, a sentence each.
    pub warnings: Vec<String>,
}

impl Listing {
    /// With the images that lie beside the folders of classes, which have no label: where people label, any image will do.
    pub fn with_beside(mut self) -> Self {
        let (beside, unreadable): (Vec<Unreadable>, _) =
            std::mem::take(&mut self.unreadable).into_iter().partition(|u| u.reason == IN_NO_CLASS);
        self.unreadable = unreadable;
        self.items.extend(beside.into_iter().map(|u| Item { name: u.file, part: None, label: None }));
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

/// Why an image is left out that lies beside the folders of classes.
pub const IN_NO_CLASS: &str = "lies in no folder of a class";

/// An image, file or folder that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    pub file: String,
    pub reason: String,
}

impl Unreadable {
    pub fn new(file: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { file: file.into(), reason: reason.into() }
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
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

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
            "train" | "training" => Some(Self::Train),
            "val" | "valid" | "validation" | "dev" | "eval" => Some(Self::Validation),
            "test" | "testing" | "t10k" => Some(Self::Test),
            _ => None,
        }
    }

    /// The split that a word of a name says: `x_train`, `test-00000-of-00001.parquet`.
    pub fn within(name: &str) -> Option<Self> {
        words(name).iter().find_map(|word| Self::of(word))
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
