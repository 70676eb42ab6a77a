//! The list of formats that own data are read from: a new one is a file and a line in `FORMATS`.

mod layout;
mod masks;
mod folders;
pub mod text;
pub mod cells;
mod split_columns;
pub mod known;
pub mod file_column;
mod label_columns;
mod table_names;
mod file_table;
mod groups;
mod tables;
mod beside;
mod idx;
mod corners;
mod pixels;
pub mod npy;
mod numpy;
mod cifar;
#[cfg(feature = "parquet")]
mod fields;
#[cfg(feature = "parquet")]
mod parquet;

use std::path::Path;
use std::sync::Arc;

use super::format::Format;
use super::listing::{IN_NO_ROW, Listing};
use super::tree::{Container, Entry, Tree};
use crate::dataset::DataError;
use crate::guard::guarded;

/// Bytes of a table that tell whether it names image files.
const START: usize = 1 << 12;

/// Every format; of those that claim equally many files the first is taken.
pub const FORMATS: &[&dyn Format] = &[
    &tables::Tables,
    &idx::Idx,
    &cifar::Cifar,
    &numpy::Numpy,
    #[cfg(feature = "parquet")]
    &parquet::Parquet,
    &pixels::Pixels,
    &folders::Folders,
];

/// The images found at a path, and the files that they lie in.
pub struct Found {
    pub listing: Listing,
    pub tree: Arc<Tree>,
}

/// The images at a path in the format that they are found to have; an error where it is not clear which their labels are.
pub fn find(path: &Path) -> Result<Found, DataError> {
    let mut found = find_in_images(path)?;
    match found.listing.unclear.take() {
        Some(unclear) => Err(unclear),
        None => Ok(found),
    }
}

/// The images at a path for people to label: those that have no label, or no row in a table, too.
pub fn find_to_label(path: &Path) -> Result<Found, DataError> {
    let Found { listing, tree } = find_in_images(path)?;
    let mut listing = listing.with_beside();
    // That a table, as one of patients, has no clear labels is no matter where people are to give them.
    listing.warnings.extend(listing.unclear.take().map(|unclear| format!("no label is read: {unclear}")));
    let unlisted = listing.warnings.iter().position(|warning| warning.starts_with(IN_NO_ROW));
    if let Some(warning) = unlisted {
        listing.warnings.remove(warning);
        let listed = listing.items.iter().map(|item| item.name.as_str()).collect();
        let (items, images) = folders::others(&tree, &listed);
        let (count, are) = (items.len(), if items.len() == 1 { "image is" } else { "images are" });
        listing.notes.push(format!("{count} {are} in no row of a table, and without a label"));
        listing = listing.followed_by(items, images);
    }
    Ok(Found { listing, tree })
}

/// The image files at a path, without the tables that lie beside them.
pub fn find_files(path: &Path) -> Result<Found, DataError> {
    find_in(Tree::open(path)?.with_images_alone())
}

/// What is at a path without the masks of its images.
fn find_in_images(path: &Path) -> Result<Found, DataError> {
    let mut tree = Tree::open(path)?;
    let of_masks = masks::leave_aside(&mut tree);
    let mut found = find_in(tree)?;
    found.listing.warnings.splice(0..0, of_masks);
    Ok(found)
}

fn find_in(mut tree: Tree) -> Result<Found, DataError> {
    let (mut notes, unreadable) = (std::mem::take(&mut tree.notes), std::mem::take(&mut tree.unreadable));
    let (container, tree) = (tree.container, Arc::new(tree));
    let mut best: Option<(usize, &dyn Format)> = None;
    for &format in FORMATS {
        let claims = format.claims(&tree);
        if claims > best.map_or(0, |(most, _)| most) {
            best = Some((claims, format));
        }
    }
    let Some((_, format)) = best else { return Err(nothing(&tree, unreadable.first().map(|u| u.reason.as_str()))) };
    let listed = guarded(|| format.list(Arc::clone(&tree)));
    let mut listing = listed.map_err(|damaged| tree.fault(None, damaged))??;
    if let Some(packed) = match container {
        Container::Zip if format.name() != numpy::NPZ => Some("a zip archive"),
        Container::Tar => Some("a tar archive"),
        _ => None,
    } {
        listing.format += &format!(", in {packed}");
    }
    listing.unreadable.splice(0..0, unreadable);
    if format.name() == folders::Folders.name() {
        beside::read(&tree, &mut listing);
        listing.warnings.extend(groups::told_by_names(&listing));
    }
    notes.append(&mut listing.notes);
    listing.notes = notes;
    if listing.items.is_empty() {
        let reason = listing.unreadable.first().map(|u| format!(": {} {}", u.file, u.reason)).unwrap_or_default();
        return Err(tree.fault(None, format!("has no image that can be read{reason}")));
    }
    Ok(Found { listing, tree })
}

/// What is at a path in which no format finds anything.
fn nothing(tree: &Tree, unreadable: Option<&str>) -> DataError {
    let expected = "images in one folder a class, a table of files and labels, NPZ or NPY, IDX, CIFAR's binary files, \
                    a CSV of pixels, or Parquet with images";
    let names: Vec<String> = tree.files.iter().take(3).map(Entry::name).collect();
    let more = tree.files.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let is_archive = |f: &&Entry| ["zip", "tar", "tgz", "7z", "rar"].contains(&f.extension().as_str());
    let archives: Vec<&Entry> = tree.files.iter().filter(is_archive).collect();
    let pickled = tree.files.iter().find(|f| matches!(tree.start(f, 2)[..], [0x80, 2..=5]));
    if let Some(pickled) = pickled {
        let detail = format!(
            "holds pickled Python objects ({}), which are programs and are never run; take the binary version of CIFAR, or \
             save arrays as NPZ",
            pickled.name()
        );
        return tree.fault(None, detail);
    }
    let detail = match (&archives[..], tree.files.is_empty(), unreadable) {
        (_, true, Some(reason)) => format!("has nothing that can be read: {reason}"),
        (_, true, None) => format!("is empty; expected are {expected}"),
        ([only], ..)
            if tree.container == Container::Folder && ["zip", "tar", "tgz"].contains(&only.extension().as_str()) =>
        {
            format!("holds an archive; give that: {}", only.name())
        }
        ([first, ..], ..) => format!("holds archives, such as {}; unpack them into one folder", first.name()),
        #[cfg(not(feature = "parquet"))]
        _ if tree.files.iter().any(|f| f.extension() == "parquet") => {
            "is Parquet, which this program was built without (feature `parquet`)".into()
        }
        ([], ..) if tree.files.iter().any(|file| names_images(tree, file)) => {
            "is a table that names image files, which are not in it; give the folder that has the table and the images"
                .into()
        }
        ([], ..) if tree.container == Container::File => {
            format!("is in no format of images that is known; expected are {expected}")
        }
        ([], ..) => {
            format!("holds {}{more}, and no images that are known; expected are {expected}", names.join(", "))
        }
    };
    tree.fault(None, detail)
}

/// Whether a file alone is a table, or a text, with names of image files.
fn names_images(tree: &Tree, file: &Entry) -> bool {
    let bytes = if tree.container == Container::File { tree.start(file, START) } else { Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    text.split([',', ';', '\t', '\n', '\r', '"']).filter(|cell| file_column::is_file_name(cell)).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    #[test]
    fn images_beside_a_table_without_clear_labels_can_be_labelled() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: String, bytes: &[u8]| disk::write_aside(&root.path().join(name), bytes).unwrap();
        (0..12).for_each(|image| write(format!("{image}.png"), b"x"));
        let rows: String = (0..12).map(|image| format!("{image}.png,p{}\n", image / 4)).collect();
        write("people.csv".into(), format!("file,patient_id\n{rows}").as_bytes());

        assert!(find(root.path()).is_err_and(|error| error.to_string().contains("`patient_id`")));
        let listing = find_to_label(root.path()).unwrap().listing;
        assert_eq!((listing.items.len(), listing.classes.len()), (12, 0));
        assert!(
            listing.warnings.iter().any(|warning| warning.starts_with("no label is read: ")),
            "{:?}",
            listing.warnings
        );
    }
}
