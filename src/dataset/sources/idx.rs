//! The IDX format of MNIST, gzipped or raw: every malformation is one error that names the file.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::dataset::files::{locate, published};
use crate::dataset::packed::{GZIP, damaged, fault, file_name, known, open};
use crate::dataset::source::{Files, Hashes, Origin, Source};
use crate::dataset::{Class, DataError, Dataset, ImageShape, Split};
use crate::experiment::Experiment;

/// Digits 0..=9; Fashion-MNIST and similar data sets have ten classes too.
const CLASSES: usize = 10;
/// Magic numbers of IDX files of unsigned bytes with three dimensions and with one.
const IMAGES: u32 = 0x0000_0803;
const LABELS: u32 = 0x0000_0801;
/// The types of values in the third byte of a magic number: their bytes and names.
const TYPES: [(u8, usize, &str); 6] = [
    (0x08, 1, "unsigned bytes"),
    (0x09, 1, "signed bytes"),
    (0x0b, 2, "whole numbers of 16 bits"),
    (0x0c, 4, "whole numbers of 32 bits"),
    (0x0d, 4, "floating-point numbers of 32 bits"),
    (0x0e, 8, "floating-point numbers of 64 bits"),
];
/// Types of labels that are read: whole numbers.
const WHOLE: std::ops::RangeInclusive<u8> = 0x08..=0x0c;
/// Largest number of bytes that a header may announce (4 GiB): five million images of MNIST.
const MOST_BYTES: u64 = 1 << 32;

/// A file of a data set in IDX format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdxFile {
    /// `train` or `t10k`.
    pub split: &'static str,
    /// `images` or `labels`.
    pub what: &'static str,
    /// Dimensions of the array, which the name has: 3 for images, 1 for labels.
    pub dimensions: usize,
}

/// The four files of MNIST.
pub const FILES: [IdxFile; 4] = [
    IdxFile { split: "train", what: "images", dimensions: 3 },
    IdxFile { split: "train", what: "labels", dimensions: 1 },
    IdxFile { split: "t10k", what: "images", dimensions: 3 },
    IdxFile { split: "t10k", what: "labels", dimensions: 1 },
];

impl IdxFile {
    /// The official name, without `.gz`.
    pub fn name(&self) -> String {
        format!("{}-{}-idx{}-ubyte", self.split, self.what, self.dimensions)
    }

    /// The file in `folder` under any of its usual names: `-` or `.` before `idx`, with or without `.gz`; or in a
    /// folder of such a name, into which archives unpack.
    pub fn find(&self, folder: &Path) -> Option<PathBuf> {
        let dotted = format!("{}-{}.idx{}-ubyte", self.split, self.what, self.dimensions);
        let names: Vec<String> = [self.name(), dotted].into_iter().flat_map(|n| [format!("{n}.gz"), n]).collect();
        let here = names.iter().map(|n| folder.join(n));
        let below = names.iter().map(|outer| folder.join(outer)).flat_map(|f| names.iter().map(move |n| f.join(n)));
        // One that has something in it before an empty one.
        let is_empty = |path: &PathBuf| path.metadata().is_ok_and(|m| m.len() == 0);
        here.chain(below).filter(|p| p.is_file()).min_by_key(is_empty)
    }

    /// What is missing if its file is not there.
    fn missing(&self, folder: &Path) -> String {
        let name = self.name();
        let taken = [name.clone(), format!("{name}.gz")].into_iter().find(|n| folder.join(n).is_dir());
        taken.map_or(name.clone(), |taken| format!("{name} ({taken} is a folder without it)"))
    }
}

/// Data sets with the same names of files, by what the names of their folders contain.
const SIBLINGS: [&str; 6] = ["fashion", "kmnist", "emnist", "qmnist", "notmnist", "medmnist"];
/// The edition that Keras downloads.
const KERAS: &str = "mnist.npz";

/// MNIST as a source.
pub struct Mnist;

impl Source for Mnist {
    fn origin(&self) -> Origin<'_> {
        Origin::Published(self)
    }

    fn shape(&self, _: &Experiment) -> ImageShape {
        ImageShape { channels: 1, height: 28, width: 28 }
    }

    fn train_images(&self) -> Option<usize> {
        Some(60_000)
    }

    fn read(&self, _: &Experiment, data_dir: Option<&Path>) -> Result<Dataset, DataError> {
        let found = locate::first(self, data_dir)?;
        Ok(read_folder(found.name, found.provenance(), &found.path)?.found_in(found.place()))
    }
}

impl Files for Mnist {
    fn name(&self) -> &'static str {
        "mnist"
    }

    fn is_another(&self, folder: &str) -> bool {
        SIBLINGS.iter().any(|name| folder.contains(name))
    }

    fn there_in(&self, folder: &Path) -> Vec<PathBuf> {
        FILES.iter().filter_map(|p| p.find(folder)).collect()
    }

    fn missing_in(&self, folder: &Path) -> Vec<String> {
        FILES.iter().filter(|p| p.find(folder).is_none()).map(|p| p.missing(folder)).collect()
    }

    fn objection(&self, folder: &Path) -> Option<DataError> {
        let path = folder.join(KERAS);
        if path.is_file() {
            let what = "is the edition for Keras (NPZ), which is not read; run `ridgewalk fetch mnist`";
            return Some(fault(&path, what.into()));
        }
        let others = other_names(folder);
        let first = others.first()?;
        let more = others.len() - 1;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let what = format!(
            "has IDX files of other names ({first}{more}), as EMNIST has, which are not read; expected are {}, each also \
             with .gz: copy four files of ten classes under these names into a folder and give it with --data-dir, or run \
             `ridgewalk fetch mnist`",
            FILES.map(|p| p.name()).join(", ")
        );
        Some(fault(folder, what))
    }

    fn hashes(&self, folder: &Path) -> Result<Hashes, DataError> {
        let published = published::of(self.name())?;
        for part in FILES {
            let Some(path) = part.find(folder) else { return Ok(Hashes::Different) };
            let found = published::md5_of(&path)?;
            let known = published.files.iter().find(|f| f.name.starts_with(&part.name()));
            if !known.is_some_and(|k| k.md5 == found || k.unpacked == found) {
                return Ok(Hashes::Different);
            }
        }
        Ok(Hashes::Published)
    }
}

/// The files in a folder that are IDX by their names, which are those of another data set: `emnist-letters-test-images-
/// idx3-ubyte`.
fn other_names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.filter(|e| e.path().is_file()).map(|e| e.file_name().to_string_lossy().into_owned());
    let known = FILES.map(|p| p.name());
    let is_other = |name: &String| {
        let plain = name.to_lowercase().replace(".idx", "-idx");
        plain.trim_end_matches(".gz").ends_with("-ubyte")
            && plain.contains("-idx")
            && !known.iter().any(|k| plain.starts_with(k))
    };
    let mut others: Vec<String> = names.filter(is_other).collect();
    others.sort();
    others
}

/// MNIST, or any data set with ten classes in its format, in one folder; both splits are checked.
fn read_folder(name: &str, provenance: String, folder: &Path) -> Result<Dataset, DataError> {
    let path = |part: IdxFile| part.find(folder).ok_or_else(|| fault(folder, format!("{} missing", part.name())));
    let [train_images, train_labels, test_images, test_labels] = FILES.map(path);
    let (train_images, test_images) = (train_images?, test_images?);
    let train = read_split(&train_images, &train_labels?)?;
    let test = read_split(&test_images, &test_labels?)?;
    if train.shape() != test.shape() {
        let (a, b) = (train.shape(), test.shape());
        let train = train_images.display();
        let detail = format!(
            "images of {} x {}, but {train} has {} x {}: one of the two is of another data set",
            b.height, b.width, a.height, a.width
        );
        return Err(fault(&test_images, detail));
    }
    let [train, test] = [(train, &train_images), (test, &test_images)].map(|(split, path)| {
        let count = split.len();
        split.read_from([(file_name(path), count)])
    });
    let validation = Split::new(train.shape(), Vec::new(), Vec::new())?;
    let classes = (0..CLASSES).map(|d| d.to_string()).collect();
    Dataset::new(name, provenance, classes, train, validation, test)
}

/// Reads a split from its two files.
pub fn read_split(images: &Path, labels: &Path) -> Result<Split, DataError> {
    let (shape, pixels) = read_images(images)?;
    let labels_read = read_labels(labels)?;
    let count = pixels.len() / shape.len();
    if labels_read.len() != count {
        let detail = format!(
            "{} labels, but {} has {count} images: one of the two is of another split or data set",
            labels_read.len(),
            images.display()
        );
        return Err(fault(labels, detail));
    }
    Split::new(shape, pixels, labels_read)
}

/// Reads the images of an IDX file of three dimensions.
pub fn read_images(path: &Path) -> Result<(ImageShape, Vec<u8>), DataError> {
    let (sizes, pixels, _) = read(path, IMAGES, "images")?;
    Ok((ImageShape { channels: 1, height: sizes[1] as usize, width: sizes[2] as usize }, pixels))
}

/// Reads the labels of an IDX file of one dimension, whole numbers below ten.
pub fn read_labels(path: &Path) -> Result<Vec<Class>, DataError> {
    let (_, bytes, width) = read(path, LABELS, "labels")?;
    let class = |(place, value): (usize, &[u8])| {
        // Big-endian; a negative number of one byte reads as 128 or above.
        let value = value.iter().fold(0_u32, |value, &byte| value << 8 | u32::from(byte));
        let class = |value: u32| Class::try_from(value).ok().filter(|&class| usize::from(class) < CLASSES);
        class(value).ok_or_else(|| {
            let little = width > 1 && class(value.swap_bytes() >> (32 - 8 * width)).is_some();
            let hint = if little { ": its numbers are little-endian; write them big-endian" } else { "" };
            fault(path, format!("label {value} at place {place}, but there are {CLASSES} classes{hint}"))
        })
    };
    bytes.chunks_exact(width).enumerate().map(class).collect()
}

/// Sizes, bytes, and bytes of a value of an IDX file. Memory grows with the bytes read, not with those that the header
/// announces.
fn read(path: &Path, magic: u32, what: &str) -> Result<(Vec<u32>, Vec<u8>, usize), DataError> {
    let mut file = open(path)?;
    let found = word(&mut *file, path)?;
    let width = width(found, magic).map_err(|hint| {
        fault(path, format!("begins with {found:#010x}, but IDX {what} begin with {magic:#010x}{hint}"))
    })?;
    let dimensions = magic & 0xff;
    let sizes = (0..dimensions).map(|_| word(&mut *file, path)).collect::<Result<Vec<_>, _>>()?;
    if let Some(zero) = sizes.iter().position(|&s| s == 0) {
        return Err(fault(path, format!("size {zero} of {sizes:?} is zero: there are no {what} in it")));
    }
    let promised = sizes.iter().try_fold(width as u64, |n, &s| n.checked_mul(u64::from(s)));
    let Some(promised) = promised.filter(|&n| n <= MOST_BYTES) else {
        return Err(fault(
            path,
            format!("sizes {sizes:?} promise more than {MOST_BYTES} bytes: the header is damaged"),
        ));
    };
    let mut bytes = Vec::new();
    file.take(promised + 1).read_to_end(&mut bytes).map_err(|e| damaged(path, &e))?;
    match (bytes.len() as u64).cmp(&promised) {
        std::cmp::Ordering::Less => {
            Err(fault(path, format!("is cut short: {} of {promised} bytes after the header", bytes.len())))
        }
        std::cmp::Ordering::Greater => {
            Err(fault(path, format!("has more than the {promised} bytes that its sizes {sizes:?} promise")))
        }
        std::cmp::Ordering::Equal => Ok((sizes, bytes, width)),
    }
}

/// The bytes of a value in a file that begins with `found`, if it can be read as `magic`; else what is known about it,
/// as the end of a sentence.
fn width(found: u32, magic: u32) -> Result<usize, String> {
    let [first, second, kind, dimensions] = found.to_be_bytes();
    let known_type = TYPES.iter().find(|(code, ..)| (first, second, *code) == (0, 0, kind));
    let same_dimensions = u32::from(dimensions) == magic & 0xff;
    match known_type {
        Some((_, width, _)) if found == magic || (magic == LABELS && same_dimensions && WHOLE.contains(&kind)) => {
            Ok(*width)
        }
        Some(_) if found == IMAGES => Err(": this is a file of images".into()),
        Some(_) if found == LABELS => Err(": this is a file of labels".into()),
        Some((_, _, name)) => Err(format!(": this is IDX of {name} with {dimensions} dimensions")),
        None if found.swap_bytes() == magic => Err(": its numbers are little-endian; write them big-endian".into()),
        None if [first, second] == GZIP => Err(": this is gzip inside gzip; unpack it once".into()),
        None => Err(known(&found.to_be_bytes()).map_or_else(String::new, |what| format!(": this is {what}"))),
    }
}

/// Reads the next big-endian word of a header.
fn word(file: &mut dyn Read, path: &Path) -> Result<u32, DataError> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes).map_err(|e| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => fault(path, "is cut short within the header".into()),
        _ => damaged(path, &e),
    })?;
    Ok(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::packed::tests::gz;

    /// An IDX file with this magic number, sizes and body.
    fn idx(magic: u32, sizes: &[u32], body: &[u8]) -> Vec<u8> {
        let words = std::iter::once(&magic).chain(sizes);
        words.flat_map(|w| w.to_be_bytes()).chain(body.iter().copied()).collect()
    }

    fn flipped(mut bytes: Vec<u8>, back: usize) -> Vec<u8> {
        let i = bytes.len() - back;
        bytes[i] ^= 0x55;
        bytes
    }

    #[test]
    fn images_and_labels_are_read_raw_and_packed_under_any_name() {
        let body: Vec<u8> = (0..2 * 3 * 4).collect();
        let images = idx(IMAGES, &[2, 3, 4], &body);
        let labels = idx(LABELS, &[2], &[7, 9]);
        type Pack = fn(&[u8]) -> Vec<u8>;
        let split_up: Pack = |b| [gz(&b[..5]), gz(&b[5..])].concat();
        for (separator, pack) in [("-", <[u8]>::to_vec as Pack), (".", <[u8]>::to_vec), ("-", gz), (".", split_up)] {
            for ending in ["", ".gz"] {
                let folder = tempfile::tempdir().unwrap();
                let name = |what: &str, n| folder.path().join(format!("train-{what}{separator}idx{n}-ubyte{ending}"));
                std::fs::write(name("images", 3), pack(&images)).unwrap();
                std::fs::write(name("labels", 1), pack(&labels)).unwrap();
                let [i, l] = [FILES[0], FILES[1]].map(|p| p.find(folder.path()).unwrap());
                let split = read_split(&i, &l).unwrap();
                assert_eq!(split.shape(), ImageShape { channels: 1, height: 3, width: 4 });
                assert_eq!((split.pixels(), split.labels()), (&body[..], &[7, 9][..]));
            }
        }
    }

    #[test]
    fn every_malformation_names_the_file_and_the_fault() {
        let good = idx(IMAGES, &[2, 3, 4], &[1; 24]);
        let rows: &[(&str, Vec<u8>, &str)] = &[
            ("empty", vec![], "cut short within the header"),
            ("one byte", vec![0], "cut short within the header"),
            ("only magic", IMAGES.to_be_bytes().to_vec(), "cut short within the header"),
            ("half a size", good[..14].to_vec(), "cut short within the header"),
            ("no body", good[..16].to_vec(), "cut short: 0 of 24"),
            ("one byte short", good[..39].to_vec(), "cut short: 23 of 24"),
            ("one byte long", [&good[..], &[0]].concat(), "more than the 24 bytes"),
            ("labels", idx(LABELS, &[24], &[1; 24]), "this is a file of labels"),
            ("floats", idx(0x0000_0d03, &[2, 3, 4], &[1; 96]), "begins with 0x00000d03"),
            ("floats named", idx(0x0000_0d03, &[2, 3, 4], &[1; 96]), "IDX of floating-point numbers of 32 bits"),
            ("zip", b"PK\x03\x04 and so on".to_vec(), "this is a zip archive"),
            ("pointer", b"version https://git-lfs.github.com/spec/v1".to_vec(), "Git LFS pointer"),
            (
                "little-endian",
                idx(IMAGES.swap_bytes(), &[2, 3, 4], &[1; 24]),
                "0x03080000, but IDX images begin with 0x00000803: its numbers are little-endian",
            ),
            ("packed twice", gz(&gz(&good)), "this is gzip inside gzip"),
            ("text", b"<html>not found</html>".to_vec(), "this is a web page"),
            ("no images", idx(IMAGES, &[0, 28, 28], &[]), "size 0 of [0, 28, 28] is zero"),
            ("no rows", idx(IMAGES, &[2, 0, 28], &[]), "size 1 of"),
            ("no columns", idx(IMAGES, &[2, 28, 0], &[]), "size 2 of"),
            ("a promise that overflows", idx(IMAGES, &[u32::MAX; 3], &[1; 24]), "the header is damaged"),
            ("a promise beyond reason", idx(IMAGES, &[u32::MAX, 28, 28], &[1; 24]), "the header is damaged"),
            ("a promise of gigabytes", idx(IMAGES, &[5_000_000, 28, 28], &[1; 24]), "cut short: 24 of 3920000000"),
            ("packed, short", gz(&good[..39]), "cut short: 23 of 24"),
            ("packed, long", gz(&[&good[..], &[0]].concat()), "more than the 24 bytes"),
            ("packed, cut", gz(&good)[..20].to_vec(), "cut short"),
            ("packed, only its magic", GZIP.to_vec(), "cut short"),
            ("packed, wrong checksum", flipped(gz(&good), 6), "gzip data is damaged"),
            ("packed, damaged header", flipped(gz(&good), gz(&good).len() - 2), "gzip data is damaged"),
            ("packed, trailing rubbish", [gz(&good), b"rubbish".to_vec()].concat(), "gzip data is"),
        ];
        let folder = tempfile::tempdir().unwrap();
        for (case, bytes, fault) in rows {
            let path = folder.path().join("broken-idx3");
            std::fs::write(&path, bytes).unwrap();
            let error = read_images(&path).expect_err(case).to_string();
            assert!(error.contains(fault) && error.contains("broken-idx3"), "{case}: {error}");
        }
    }

    #[test]
    fn labels_are_checked_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: Vec<u8>| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
            folder.path().join(name)
        };
        let images = file("i", idx(IMAGES, &[2, 1, 1], &[0; 2]));
        for (labels, fault) in [
            (idx(LABELS, &[2], &[3, 10]), "label 10 at place 1"),
            (idx(0x0000_0901, &[2], &[3, 255]), "label 255 at place 1"),
            (idx(0x0000_0c01, &[2], &[0, 0, 0, 3, 0, 0, 1, 0]), "label 256 at place 1"),
            (idx(0x0000_0c01, &[2], &[0, 0, 0, 3]), "cut short: 4 of 8"),
            (idx(0x0000_0d01, &[2], &[0; 8]), "IDX of floating-point numbers of 32 bits with 1 dimensions"),
            (idx(LABELS, &[3], &[1, 2, 3]), "3 labels, but"),
            (idx(LABELS, &[1], &[1]), "1 labels, but"),
            (idx(IMAGES, &[2, 1, 1], &[0; 2]), "this is a file of images"),
        ] {
            let path = file("the-labels", labels);
            let error = read_split(&images, &path).unwrap_err().to_string();
            assert!(error.contains(fault) && error.contains("the-labels"), "{error}");
        }
        let error = read_images(&folder.path().join("nowhere")).unwrap_err();
        assert!(matches!(&error, DataError::Io { path, .. } if path.ends_with("nowhere")), "{error}");
    }

    #[test]
    fn labels_are_whole_numbers_of_any_width() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels");
        for (magic, body) in [
            (LABELS, vec![7, 9]),
            (0x0000_0901, vec![7, 9]),
            (0x0000_0b01, vec![0, 7, 0, 9]),
            (0x0000_0c01, vec![0, 0, 0, 7, 0, 0, 0, 9]),
        ] {
            std::fs::write(&path, idx(magic, &[2], &body)).unwrap();
            assert_eq!(read_labels(&path).unwrap(), [7, 9], "{magic:#010x}");
        }
    }
}
