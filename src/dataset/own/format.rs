//! The interface of a format of own images, and what all formats do with labels.

use std::path::PathBuf;
use std::sync::Arc;

use super::listing::{Images, Item, Listing, Unreadable};
use super::picture::Picture;
use super::tree::Tree;
use crate::dataset::{Class, DataError};

/// A format, told by content.
pub trait Format: Sync {
    /// What data in it are called.
    fn name(&self) -> &'static str;

    /// How many files of a tree it would read; 0 if it is not the tree's format.
    fn claims(&self, tree: &Tree) -> usize;

    /// The images of a tree, not yet decoded.
    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError>;
}

/// The items that have a label, with their images, and behind these the images of those that have none; where none has,
/// there are no classes and all are kept.
pub fn with_labels(
    items: Vec<Item>,
    labels: Vec<Result<Class, String>>,
    classes: &[String],
    unreadable: &mut Vec<Unreadable>,
    images: Box<dyn Images>,
) -> (Vec<Item>, Box<dyn Images>) {
    let (mut kept, mut places) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    let mut beside = Vec::new();
    for (place, (item, label)) in items.into_iter().zip(labels).enumerate() {
        match label {
            Err(reason) if !classes.is_empty() => {
                unreadable.push(Unreadable::new(item.name, reason));
                beside.push(place);
            }
            label => {
                kept.push(Item { label: label.ok(), ..item });
                places.push(place);
            }
        }
    }
    places.append(&mut beside);
    (kept, Box::new(Selected { images, places }))
}

/// Some of the images of a listing.
struct Selected {
    images: Box<dyn Images>,
    places: Vec<usize>,
}

impl Images for Selected {
    fn picture(&self, item: usize) -> Result<Picture, String> {
        self.images.picture(self.places[item])
    }

    fn file(&self, item: usize) -> Option<PathBuf> {
        self.images.file(self.places[item])
    }

    fn held(&self) -> u64 {
        self.images.held()
    }

    fn are_files(&self) -> bool {
        self.images.are_files()
    }
}
