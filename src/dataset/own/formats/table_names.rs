//! Which files may be tables of images, and what their names say.

use std::collections::BTreeSet;

use super::folders::is_image;
use super::known::Known;
use crate::dataset::own::listing::{Part, words};
use crate::dataset::own::tree::{Entry, Tree};

/// A larger table is none of files.
pub const MOST_BYTES: u64 = 1 << 30;
/// Words that may stand beside the split in the name of a list.
const LISTS: [&str; 7] = ["list", "lists", "file", "files", "images", "names", "ids"];

/// The files of a tree that may be tables.
pub fn candidates(tree: &Tree) -> impl Iterator<Item = &Entry> {
    // A list of train and validation together says less than one of each.
    let has_validation = tree.files.iter().any(|f| f.extension() == "txt" && split_of(f) == Some(Part::Validation));
    let is_of_both = |f: &Entry| words(f.file_name()).iter().any(|word| Part::of(word) == Some(Part::Validation));
    let is_list =
        move |f: &Entry| split_of(f).is_some_and(|of| of != Part::Train || !(has_validation && is_of_both(f)));
    // A text beside folders of classes lists a split by its name, or boxes or whatever; beside one folder of images it
    // says their labels too.
    let mut folders = tree.files.iter().filter(|f| is_image(tree, f)).map(Entry::folders);
    let is_flat = folders.next().is_some_and(|first| folders.all(|other| other == first));
    let may_be = move |f: &Entry| match f.extension().as_str() {
        "csv" | "tsv" => true,
        "txt" => is_flat || is_list(f),
        _ => false,
    };
    tree.files.iter().filter(move |f| may_be(f) && f.bytes <= MOST_BYTES && !is_form(f))
}

/// The split that a table is called, and nothing else; a text may be called the list of one: `test_list.txt`.
pub fn split_of(file: &Entry) -> Option<Part> {
    let name = file.file_name().split('.').next().unwrap_or_default();
    let is_plain = |word: &String| Part::of(word).is_some() || LISTS.contains(&word.as_str());
    let is_list = || file.extension() == "txt" && words(name).iter().all(is_plain);
    Part::of(name).or_else(|| split_in_name(file).filter(|_| is_list()))
}

/// The split of the rows of a table by a word of its name; of two none, but train and validation are both for training.
pub fn split_in_name(file: &Entry) -> Option<Part> {
    let parts: BTreeSet<Part> = words(file.file_name()).iter().filter_map(|word| Part::of(word)).collect();
    match parts.into_iter().collect::<Vec<_>>()[..] {
        [only] | [only, Part::Validation] => Some(only),
        _ => None,
    }
}

/// Whether a table is one to fill in, as competitions give it: its labels are none.
pub fn is_form(file: &Entry) -> bool {
    file.extension() == "csv" && file.file_name().to_lowercase().contains("submission")
}

/// The images of a tree by the names that tables have for them.
pub fn known(tree: &Tree) -> Known {
    Known::of(tree, |file| is_image(tree, file))
}
