//! Masks beside images, which are image files too: told by the names of their folders, or of files, and those of images.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::layout::OF_IMAGES;
use crate::dataset::own::listing::words;
use crate::dataset::own::tree::{Entry, Tree, is_image_name};

/// Words for masks in the names of folders.
const MASKS: [&str; 16] = [
    "segmentation class",
    "segmentation object",
    "segmentation",
    "segmentations",
    "ground truth",
    "groundtruth",
    "gt",
    "mask",
    "masks",
    "msk",
    "trimap",
    "trimaps",
    "annotation",
    "annotations",
    "label",
    "labels",
];
/// Ends of the name of a mask beside its image, and of one in a folder of masks.
const ENDS: [&str; 4] = ["mask", "masks", "segmentation", "trimap"];
const ENDS_THERE: [&str; 9] = ["mask", "masks", "segmentation", "trimap", "seg", "gt", "label", "labels", "l"];
/// Folders that are named in a sentence.
const MOST_NAMED: usize = 3;

/// Removes the images in folders of masks, by their names, that are called as the images beside these folders; what is to
/// be told of them, and of folders that may be such.
pub fn leave_aside(tree: &mut Tree) -> Vec<String> {
    let mut all: BTreeMap<&[String], Vec<&Entry>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| is_image_name(file)) {
        all.entry(file.folders()).or_default().push(file);
    }
    let first = |folders: &[String]| folders.iter().position(|folder| is_of_masks(folder));
    let (masks, images): (Vec<_>, Vec<_>) = all.iter().partition(|(folders, _)| first(folders).is_some());
    let mut names: HashMap<Vec<String>, HashSet<String>> = HashMap::new();
    for (folders, files) in images.iter().filter(|_| !masks.is_empty()) {
        names.entry(plain(folders)).or_default().extend(files.iter().map(|file| stem(file.file_name())));
    }
    // Of each folder of masks: its images that are called as one in the same place, and all of them.
    let mut of_folder: BTreeMap<&[String], ([usize; 2], HashSet<String>)> = BTreeMap::new();
    for (folders, files) in masks {
        let there = names.get(&plain(folders));
        let Some(at) = first(folders) else { continue };
        let (counts, stems) = of_folder.entry(&folders[..=at]).or_default();
        for file in files {
            let (own, of) = (stem(file.file_name()), mask_of(file));
            counts[0] += usize::from(there.is_some_and(|names| names.contains(&own) || names.contains(&of)));
            counts[1] += 1;
            stems.insert(of);
        }
    }
    let (pairs, others): (Vec<_>, Vec<_>) =
        of_folder.into_iter().partition(|(_, ([same, count], _))| same * 10 >= count * 9);
    let mut warnings: Vec<String> =
        told_pairs(&pairs.iter().map(|(f, (n, _))| (f.join("/"), n[1])).collect::<Vec<_>>());
    let doubtful = others.iter().filter_map(|(folder, (_, stems))| Some((folder, beside(folder, stems, &images)?)));
    warnings.extend(doubtful.take(1).map(|(folder, (other, count))| {
        let folder = folder.join("/");
        format!(
            "{count} images in {other} are called as those in {folder}: if {folder} holds masks and no images of a class, \
             remove it"
        )
    }));
    let left: HashSet<Vec<String>> = pairs.iter().map(|(folder, _)| folder.to_vec()).collect();
    let is_left = |file: &Entry| (1..file.parts.len()).any(|n| left.contains(&file.parts[..n]));
    tree.files.retain(|file| !is_image_name(file) || !is_left(file));
    warnings
}

/// That images are left aside as masks: their folders, each with its number.
fn told_pairs(folders: &[(String, usize)]) -> Vec<String> {
    let count: usize = folders.iter().map(|(_, count)| count).sum();
    let shown: Vec<&str> = folders.iter().take(MOST_NAMED).map(|(name, _)| name.as_str()).collect();
    let more = folders.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let told = format!(
        "{count} images in {}{more} are called as other images, and left aside as their masks, by the name of the folder; \
         if they are images of a class, rename it",
        shown.join(", ")
    );
    if folders.is_empty() { Vec::new() } else { vec![told] }
}

/// The folder beside one that has nothing but a word for masks in its name, if most of the masks are called as images
/// there; and how many of these images there are.
fn beside(
    folder: &[String],
    masks: &HashSet<String>,
    images: &[(&&[String], &Vec<&Entry>)],
) -> Option<(String, usize)> {
    let (own, above) = folder.split_last()?;
    // Faces with a mask are a class, beside others of any name.
    if own.eq_ignore_ascii_case("mask") || !without(own, &MASKS).is_empty() {
        return None;
    }
    let mut same: BTreeMap<&String, usize> = BTreeMap::new();
    for (folders, files) in images.iter().filter(|(folders, _)| folders.starts_with(above)) {
        let Some(other) = folders.get(above.len()) else { continue };
        *same.entry(other).or_default() += files.iter().filter(|file| masks.contains(&stem(file.file_name()))).count();
    }
    let (other, count) = same.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 10 >= masks.len() * 9).then(|| ([above, std::slice::from_ref(other)].concat().join("/"), count))
}

/// Which of some images are masks of another one in the same folder, by the ends of their names: `x_mask.png` of `x.png`.
/// Nothing if some are called so and have no image.
pub fn of_one_folder(images: &[&Entry]) -> HashSet<usize> {
    let stems: Vec<String> = images.iter().map(|file| stem(file.file_name())).collect();
    let called: Vec<(usize, &str)> = stems.iter().enumerate().filter_map(|(i, s)| Some((i, base(s, &ENDS)?))).collect();
    if called.is_empty() {
        return HashSet::new();
    }
    let known: HashSet<(&[String], &str)> = images.iter().zip(&stems).map(|(f, s)| (f.folders(), s.as_str())).collect();
    let is_of_one = |(i, base): &(usize, &str)| known.contains(&(images[*i].folders(), *base));
    let found: HashSet<usize> = called.iter().filter(|mask| is_of_one(mask)).map(|(i, _)| *i).collect();
    if found.len() * 10 >= called.len() * 9 { found } else { HashSet::new() }
}

/// A name without one of some words at its end, and a number behind this: `x` of `x_mask_1`.
pub fn base<'a>(name: &'a str, ends: &[&str]) -> Option<&'a str> {
    let is_between = |c: char| "_-. ".contains(c);
    let rest = name.trim_end_matches(|c: char| c.is_ascii_digit() || is_between(c));
    let before = ends.iter().filter_map(|end| rest.strip_suffix(*end)).find(|before| before.ends_with(is_between))?;
    Some(before.trim_end_matches(is_between)).filter(|base| !base.is_empty())
}

/// The name of a file without its ending, in small letters.
pub fn stem(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase()
}

/// The name of the image that a file in a folder of masks has the name of.
fn mask_of(file: &Entry) -> String {
    let stem = stem(file.file_name());
    base(&stem, &ENDS_THERE).map(str::to_owned).unwrap_or(stem)
}

fn is_of_masks(folder: &str) -> bool {
    without(folder, &MASKS) != words(folder).join(" ")
}

/// Folders without what says that images, or masks, are in them.
fn plain(folders: &[String]) -> Vec<String> {
    let plain = folders.iter().map(|folder| without(&without(folder, &MASKS), &OF_IMAGES));
    plain.filter(|folder| !folder.is_empty()).collect()
}

/// The words of a name without some.
fn without(name: &str, some: &[&str]) -> String {
    let said = format!(" {} ", words(name).join(" "));
    some.iter().fold(said, |said, word| said.replace(&format!(" {word} "), " ")).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    /// The images that are left of some, and what is told, with numbers of images at the ends of names of folders.
    fn left(folders: &str) -> (String, Vec<String>) {
        let root = tempfile::tempdir().unwrap();
        for folder in folders.split(", ") {
            let (name, end) = folder.split_once('*').unwrap_or((folder, ""));
            for image in 0..12 {
                let path = root.path().join(name).join(format!("{image}{end}.png"));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                disk::write_aside(&path, b"x").unwrap();
            }
        }
        let mut tree = Tree::open(root.path()).unwrap();
        let told = leave_aside(&mut tree);
        let mut folders: Vec<String> = tree.files.iter().map(|file| file.folders().join("/")).collect();
        folders.dedup();
        (folders.join(", "), told)
    }

    #[test]
    fn folders_of_masks_are_left_aside_and_classes_are_not() {
        for (given, kept) in [
            ("images, masks", "images"),
            ("annotations/trimaps, images", "images"),
            ("JPEGImages, SegmentationClass, SegmentationObject", "JPEGImages"),
            ("a/images, a/masks, b/images, b/masks", "a/images, b/images"),
            ("train, train_masks*_mask", "train"),
            ("images*_l, masks*_l", "images"),
            ("test/image, test/label, train/image, train/label", "test/image, train/image"),
            ("images/train, labels/train", "images/train"),
            ("bad/Bmp/A, bad/Msk/A, good/Bmp/A, good/Msk/A", "bad/Bmp/A, good/Bmp/A"),
            // Classes, whose files may be called alike.
            ("cat, dog", "cat, dog"),
            ("mask, no_mask", "mask, no_mask"),
            ("mask, unmasked", "mask, unmasked"),
            ("with_mask, without_mask", "with_mask, without_mask"),
            ("images, masks*-other", "images, masks"),
            ("cat, dog, labels", "cat, dog, labels"),
        ] {
            assert_eq!(left(given).0, kept, "{given}");
        }
        let told = left("images, masks").1;
        assert!(told.len() == 1 && told[0].starts_with("12 images in masks are called as other images"), "{told:?}");
        let told = left("cxr, masks").1;
        assert!(told.len() == 1 && told[0].starts_with("12 images in cxr are called as those in masks"), "{told:?}");
        assert_eq!([left("cat, dog").1, left("mask, unmasked").1], [Vec::<String>::new(), Vec::new()]);
    }

    #[test]
    fn masks_in_the_folder_of_their_images_are_told_by_the_ends_of_names() {
        assert_eq!(base("benign (1)_mask", &ENDS), Some("benign (1)"));
        assert_eq!(base("benign (1)_mask_1", &ENDS), Some("benign (1)"));
        assert_eq!([base("mask_1", &ENDS), base("unmask", &ENDS), base("x-1", &ENDS)], [None; 3]);
    }
}
