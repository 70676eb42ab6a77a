//! IDX files of any type, size and number of classes: MNIST and those that have its format, EMNIST turned as it is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Kind, Number, of_rows};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{RawLabel, classes_of};
use crate::dataset::own::listing::{Item, Listing, Part, words};
use crate::dataset::own::names::{Names, names_in};
use crate::dataset::own::tree::{Entry, Tree};
use crate::dataset::packed::GZIP;

pub struct Idx;

/// What is in the names of files whose images have rows and columns exchanged, and what is said of them.
pub const TRANSPOSED: &str = "emnist";
pub const EXCHANGED: &str = "rows and columns are exchanged, as EMNIST's images are stored transposed";
/// Words in the names of files that do not tell one data set from another.
const COMMON: [&str; 20] = [
    "images", "labels", "image", "label", "imgs", "img", "data", "targets", "x", "y", "ubyte", "byte", "uint8",
    "short", "int", "int32", "float", "float32", "double", "gz",
];
/// Endings of the names of files that may be IDX.
const ENDINGS: [&str; 4] = ["", "idx", "ubyte", "bin"];

impl Format for Idx {
    fn name(&self) -> &'static str {
        "IDX"
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| is_idx(tree, f)).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let files: Vec<&Entry> = tree.files.iter().filter(|f| is_idx(&tree, f)).collect();
        let letters = files.first().and_then(|file| mapping(&tree, file));
        let mut sets: BTreeMap<_, Vec<(&Entry, Idxed)>> = BTreeMap::new();
        for file in files {
            let fault = |e: String| tree.fault(Some(file), e);
            let found = Idxed::read(tree.read_unpacked(file).map_err(fault)?).map_err(fault)?;
            sets.entry((Part::within(file.file_name()), set_of(file))).or_default().push((file, found));
        }
        let mut names: Vec<&String> = sets.keys().map(|(_, set)| set).collect();
        names.sort();
        names.dedup();
        if names.len() > 1 {
            let names: Vec<String> =
                names.iter().map(|n| if n.is_empty() { "one without a name" } else { n }.to_owned()).collect();
            let detail = format!("holds several data sets ({}); put the files of one into a folder", names.join(", "));
            return Err(tree.fault(None, detail));
        }
        let transposed = names.first().is_some_and(|name| name.contains(TRANSPOSED));
        let (mut items, mut raw, mut arrays, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for ((part, _), files) in sets {
            let (mut images, mut labels): (Vec<_>, Vec<_>) =
                files.into_iter().partition(|(file, idx)| idx.is_images(file));
            // Of equal files the last is taken: that in the fewest folders, and not packed.
            images.sort_by_key(|(file, _)| std::cmp::Reverse((file.parts.len(), file.file_name().ends_with(".gz"))));
            let Some((file, idx)) = images.pop() else {
                let Some((file, _)) = labels.first() else { continue };
                return Err(tree.fault(Some(file), "are labels, and no file of images of the same split is there"));
            };
            for (other, _) in images.iter().filter(|(_, same)| *same == idx) {
                notes.push(format!("{} is left aside: it has the content of {}", other.name(), file.name()));
            }
            if let Some((other, _)) = images.iter().find(|(_, other)| *other != idx) {
                let detail = format!("is one of two files of images of one split; the other is {}", file.name());
                return Err(tree.fault(Some(other), detail));
            }
            // Those beside the images are theirs.
            labels.sort_by_key(|(labels, _)| labels.folders() != file.folders());
            notes.extend(labels.iter().skip(1).map(|(stray, _)| {
                format!("{} is left aside: other labels of {} are there", stray.name(), file.name())
            }));
            let ([count, height, width, channels], first) = idx.image_sides().map_err(|e| tree.fault(Some(file), e))?;
            let found = match labels.first() {
                None => vec![RawLabel::Missing; count],
                Some((label_file, labels)) => {
                    let found = labels.labels();
                    if found.len() != count {
                        let detail = format!("has {} labels, and {} has {count} images", found.len(), file.name());
                        return Err(tree.fault(Some(label_file), detail));
                    }
                    found
                }
            };
            notes.extend(labels.is_empty().then(|| format!("{} has no file of labels", file.name())));
            items.extend((0..count).map(|i| Item { name: format!("{}[{i}]", file.name()), part, label: None }));
            raw.extend(found);
            let is_flat = idx.sizes.len() == 2;
            let mut array = Array::in_order(idx.number, idx.values, [count, height, width, channels], first);
            if is_flat {
                array = array.in_likely_order(&mut notes);
            }
            arrays.push(if transposed { array.transposed() } else { array });
        }
        let names = match letters {
            Some(letters) => {
                raw.iter_mut().for_each(|label| letters.name(label));
                Some(Names::in_order(letters.names()))
            }
            None => names_in(&tree),
        };
        let found = classes_of(&raw, names, &|i| items[i].name.clone()).map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        notes.extend(transposed.then(|| EXCHANGED.into()));
        let arrays = Arrays::new(arrays);
        notes.extend(arrays.notes());
        let mut unreadable = Vec::new();
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, Box::new(arrays));
        Ok(Listing {
            format: self.name().into(),
            items,
            classes: found.classes,
            images,
            unreadable,
            notes,
            warnings: found.warnings,
            unclear: None,
        })
    }
}

/// Whether a file is IDX by its first bytes: two zeros, a type, a number of dimensions.
fn is_idx(tree: &Tree, file: &Entry) -> bool {
    let extension = file.extension();
    let may_be = ENDINGS.contains(&extension.as_str()) || extension.contains("ubyte") || extension.starts_with("idx");
    if !may_be {
        return false;
    }
    let mut start = tree.start(file, 4);
    if start.starts_with(&GZIP) {
        start = tree.read_unpacked(file).map(|b| b[..b.len().min(4)].to_vec()).unwrap_or_default();
    }
    let is_named = file.file_name().contains("ubyte") || file.file_name().contains("-idx");
    matches!(start[..], [0, 0, kind, 1..=4] if number(kind).is_some()) || is_named
}

/// How values of a type are stored, by its code.
fn number(code: u8) -> Option<Number> {
    let (kind, width) = match code {
        0x08 => (Kind::Unsigned, 1),
        0x09 => (Kind::Signed, 1),
        0x0b => (Kind::Signed, 2),
        0x0c => (Kind::Signed, 4),
        0x0d => (Kind::Float, 4),
        0x0e => (Kind::Float, 8),
        _ => return None,
    };
    Some(Number { kind, width, big_endian: true })
}

/// The data set that a file is of by its name: `emnist-letters`.
fn set_of(file: &Entry) -> String {
    let common = |word: &String| Part::of(word).is_some() || COMMON.contains(&word.as_str()) || word.starts_with("idx");
    words(file.file_name()).into_iter().filter(|word| !common(word)).collect::<Vec<_>>().join("-")
}

/// An IDX file.
#[derive(PartialEq)]
struct Idxed {
    number: Number,
    sizes: Vec<usize>,
    values: Vec<u8>,
}

impl Idxed {
    fn read(bytes: Vec<u8>) -> Result<Self, String> {
        let cut = || "is cut short within its header".to_owned();
        let [first, second, kind, dimensions] = *bytes.first_chunk().ok_or_else(cut)?;
        let number = number(kind).filter(|_| (first, second) == (0, 0)).ok_or_else(|| {
            format!("begins with {:#010x}, as no IDX file does", u32::from_be_bytes([first, second, kind, dimensions]))
        })?;
        let header = 4 + 4 * usize::from(dimensions);
        let sizes = bytes.get(4..header).ok_or_else(cut)?.chunks_exact(4);
        let sizes: Vec<usize> = sizes.map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize).collect();
        if sizes.is_empty() || sizes.contains(&0) {
            return Err(format!("has the sizes {sizes:?}: there is nothing in it"));
        }
        let wanted = sizes.iter().try_fold(number.width, |n, size| n.checked_mul(*size));
        let there = bytes.len() - header;
        match wanted {
            Some(wanted) if wanted == there => Ok(Self { number, sizes, values: bytes[header..].to_vec() }),
            Some(wanted) if wanted < there => {
                Err(format!("has more than the {wanted} bytes that its sizes {sizes:?} say"))
            }
            Some(wanted) => Err(format!("is cut short: {there} of {wanted} bytes after its header")),
            None => Err(format!("has sizes {sizes:?} that no file has: its header is damaged")),
        }
    }

    fn is_images(&self, file: &Entry) -> bool {
        let words = words(file.file_name());
        match () {
            () if words.iter().any(|w| w.starts_with("label")) => false,
            () if words.iter().any(|w| w.starts_with("image")) => true,
            () => self.sizes.len() > 1,
        }
    }

    /// Number, height, width and channels of its images, and whether the channels come first.
    fn image_sides(&self) -> Result<([usize; 4], bool), String> {
        match self.sizes[..] {
            [n, d] => of_rows(d).map(|[h, w, c]| ([n, h, w, c], c == 3)),
            [n, h, w] => Some(([n, h, w, 1], false)),
            [n, h, w, c @ (1 | 3 | 4)] => Some(([n, h, w, c], false)),
            [n, c @ (1 | 3 | 4), h, w] => Some(([n, h, w, c], true)),
            _ => None,
        }
        .ok_or_else(|| format!("has the sizes {:?}, which are not those of images", self.sizes))
    }

    /// The first number of each row: QMNIST has more, which tell who wrote it.
    fn labels(&self) -> Vec<RawLabel> {
        let row = self.sizes[1..].iter().product::<usize>().max(1) * self.number.width;
        self.values.chunks_exact(row).map(|b| RawLabel::Number(self.number.value(b))).collect()
    }
}

/// The letters of EMNIST's labels, of which some may be missing.
pub struct Letters(BTreeMap<u32, String>);

impl Letters {
    /// Makes a number the letters that it stands for.
    pub fn name(&self, label: &mut RawLabel) {
        let number = match label {
            RawLabel::Number(number) => Some(*number),
            RawLabel::Cell(cell) => cell.parse().ok(),
            RawLabel::Name(_) | RawLabel::Missing => None,
        };
        let number = number.filter(|number| *number >= 0.0 && number.fract() == 0.0);
        if let Some(name) = number.and_then(|number| self.0.get(&(number as u32))) {
            *label = RawLabel::Name(name.clone());
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.0.values().cloned().collect()
    }
}

/// The letters in EMNIST's file of `label code` or `label capital small`: that whose name the images' name begins with, or
/// the only one.
pub fn mapping(tree: &Tree, images: &Entry) -> Option<Letters> {
    const NAME: &str = "mapping.txt";
    let all: Vec<&Entry> = tree.files.iter().filter(|f| f.file_name().ends_with(NAME)).collect();
    let is_of = |file: &&&Entry| images.file_name().starts_with(file.file_name().trim_end_matches(NAME));
    let only = all.first().filter(|_| all.len() == 1);
    let file = all.iter().find(is_of).or(only)?;
    let text = String::from_utf8(tree.read_unpacked(file).ok()?).ok()?;
    let line = |line: &str| {
        let numbers: Vec<u32> = line.split_whitespace().map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let (label, codes) = numbers.split_first()?;
        Some((*label, codes.iter().filter_map(|code| char::from_u32(*code)).collect()))
    };
    text.lines().filter(|l| !l.trim().is_empty()).map(line).collect::<Option<BTreeMap<_, _>>>().map(Letters)
}
