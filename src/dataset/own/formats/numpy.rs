//! NumPy's arrays, one a file (NPY) or several (NPZ): images, labels and splits by their names. Python objects in them
//! are never unpickled.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::cells::is_predicted;
use super::label_columns::UNCLEAR;
use super::npy::{Stored, StoredKind};
use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Number, of_rows};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, RawLabel, classes_of, one_hot};
use crate::dataset::own::listing::{Item, Listing, Part, words};
use crate::dataset::own::names::{Names, names_file, names_in};
use crate::dataset::own::tree::{Container, Tree};

pub(super) struct Numpy;

/// The name of the format in one file.
pub const NPZ: &str = "NumPy arrays";
/// Words in the names of arrays.
const IMAGES: [&str; 10] = ["images", "image", "x", "data", "imgs", "img", "pixels", "samples", "xtrain", "xtest"];
const LABELS: [&str; 9] = ["labels", "label", "y", "target", "targets", "class", "ytrain", "ytest", "classes"];
const NAMES: [&str; 6] = ["names", "classes", "categories", "classnames", "targetnames", "labelnames"];

impl Format for Numpy {
    fn name(&self) -> &'static str {
        NPZ
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| ["npy", "npz"].contains(&f.extension().as_str()) || is_npy(tree, f)).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let (mut arrays, mut notes) = (Vec::new(), Vec::new());
        read_all(&tree, "", &mut arrays)?;
        let fault = |e: String| tree.fault(None, e);
        let mut unclear = None;
        let mut names = class_names(&mut arrays).map(Names::in_order).or_else(|| names_in(&tree));
        // A text with a line an image has the labels of the images, and no names.
        let mut lines = names.take_if(|names| names.repeat());
        let text = names_file(&tree).map(|file| file.name()).unwrap_or_default();
        let (mut items, mut raw, mut images, mut used) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for part in [None, Some(Part::Train), Some(Part::Validation), Some(Part::Test)] {
            let group: Vec<usize> = (0..arrays.len()).filter(|i| arrays[*i].part == part).collect();
            let Some((image, shape)) = image_array(&arrays, &group).map_err(fault)? else { continue };
            if let Some(why) = rivals(&tree, &arrays, &group, image) {
                return Err(fault(why));
            }
            let count = arrays[image].count();
            let label = label_array(&arrays, &group, image, count).or_else(|why| match why.starts_with(UNCLEAR) {
                true => {
                    unclear.get_or_insert_with(|| fault(why));
                    Ok(None)
                }
                false => Err(fault(why)),
            })?;
            let in_text = lines.take_if(|lines| label.is_none() && lines.lines().len() == count);
            let found = match (label, &in_text) {
                (Some(label), _) => labels_of(&arrays[label], count, &mut notes).map_err(fault)?,
                (None, Some(lines)) => lines.lines().iter().map(|line| RawLabel::of_text(line)).collect(),
                (None, None) => vec![RawLabel::Missing; count],
            };
            used.extend([Some(image), label].into_iter().flatten());
            let name = &arrays[image].name;
            items.extend((0..count).map(|i| Item { name: format!("{name}[{i}]"), part, label: None }));
            raw.extend(found);
            let labels = match label {
                Some(label) => format!("labels in {}", arrays[label].name),
                None if in_text.is_some() => format!("labels in {text}, one a line"),
                None => "without labels".into(),
            };
            notes.push(format!("{name}: {}, {labels}", shape.words));
            images.push((image, shape));
        }
        if images.is_empty() {
            let shapes: Vec<String> = arrays.iter().map(Named::words).collect();
            return Err(fault(format!("has no array of images; it has {}", shapes.join(", "))));
        }
        let no_label = raw.iter().all(|label| *label == RawLabel::Missing);
        match lines.map(|lines| lines.lines().len()) {
            Some(lines) if no_label => {
                return Err(fault(format!(
                    "has {text} with {lines} lines, of which some are the same, for {} images: expected are a line an image, \
                     or a class a line",
                    raw.len()
                )));
            }
            Some(_) => notes.push(format!("{text} is left aside: some of its lines are the same")),
            None => {}
        }
        let left: Vec<String> = (0..arrays.len()).filter(|i| !used.contains(i)).map(|i| arrays[i].words()).collect();
        if !left.is_empty() {
            let help = if no_label { "; call the one with the labels `labels`" } else { "" };
            notes.push(format!("arrays that are not read: {}{help}", left.join(", ")));
        }
        let mut taken: Vec<Option<Named>> = arrays.into_iter().map(Some).collect();
        let stored = images.into_iter().filter_map(|(i, shape)| Some(shape.of(taken[i].take()?, &mut notes))).collect();
        let found = classes_of(&raw, names, &|i| items[i].name.clone()).map_err(fault)?;
        notes.extend(found.notes);
        let arrays = Arrays::new(stored);
        notes.extend(arrays.notes());
        let warnings = [found.warnings, arrays.warnings()].concat();
        let mut unreadable = Vec::new();
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, Box::new(arrays));
        let format = self.name().into();
        Ok(Listing { format, items, classes: found.classes, images, unreadable, notes, warnings, unclear })
    }
}

fn is_npy(tree: &Tree, file: &crate::dataset::own::tree::Entry) -> bool {
    tree.container == Container::File && tree.start(file, 6) == b"\x93NUMPY"
}

/// An array with its name.
struct Named {
    name: String,
    words: Vec<String>,
    part: Option<Part>,
    shape: Vec<usize>,
    fortran: bool,
    values: Values,
}

#[derive(PartialEq)]
enum Values {
    Numbers(Number, Vec<u8>),
    Texts(Vec<String>),
    /// Python objects, which are code.
    Pickled,
    Other,
}

impl Named {
    fn count(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    fn is(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| names.contains(&word.as_str()))
    }

    /// Whether nothing but labels is said in its name, without the file that it is in.
    fn is_plain(&self) -> bool {
        let said = words(self.own_name());
        said.iter().all(|word| LABELS.contains(&word.as_str()) || Part::of(word).is_some())
    }

    /// Its name without that of the file that it is in.
    fn own_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is a file of its own.
    fn is_alone(&self, tree: &Tree) -> bool {
        // The files of a zip that have no folder are those of an NPZ.
        !self.file().ends_with(".npz") && (tree.container != Container::Zip || self.name.contains('/'))
    }

    /// Whether it is called images, whatever its folder is called.
    fn is_called_images(&self) -> bool {
        words(self.own_name()).iter().any(|word| IMAGES.contains(&word.as_str()))
    }

    /// The file that it is in, if there are several.
    fn file(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(file, _)| file)
    }

    /// Whether NumPy has named it (`arr_1`).
    fn has_no_name(&self) -> bool {
        words(self.own_name()).first().is_some_and(|word| word == "arr")
    }

    /// Whether its values may be those of labels that have no name: words that repeat, or whole numbers that do. `true` if
    /// they are words, or go from 0 or 1 without a gap.
    fn may_be_labels(&self) -> Option<bool> {
        let (kinds, is_sure) = match &self.values {
            Values::Texts(texts) => (texts.iter().collect::<HashSet<_>>().len(), true),
            Values::Numbers(..) => {
                let numbers = self.numbers()?;
                let kinds: BTreeSet<i64> = numbers.iter().map(|number| *number as i64).collect();
                let first = kinds.first().copied().unwrap_or(-1);
                let is_gapless = (0..=1).contains(&first) && kinds.iter().copied().eq((first..).take(kinds.len()));
                (kinds.len(), numbers.iter().all(|number| number.fract() == 0.0).then_some(is_gapless)?)
            }
            Values::Pickled | Values::Other => return None,
        };
        (2..=self.count() / 2).contains(&kinds).then_some(is_sure)
    }

    /// Its name and shape.
    fn words(&self) -> String {
        let sides: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        let of = match &self.values {
            Values::Pickled => " of pickled Python objects",
            Values::Texts(_) => " of texts",
            Values::Other => " of another type",
            Values::Numbers(..) => "",
        };
        format!("{} ({}{of})", self.name, if sides.is_empty() { "one value".into() } else { sides.join(" x ") })
    }

    /// The array whose bytes these are.
    fn read(name: String, bytes: &[u8]) -> Result<Self, String> {
        let Stored { shape, fortran, kind, bytes } = Stored::read(bytes)?;
        let words = words(&name);
        let part = words.iter().find_map(|w| Part::of(w)).or(match () {
            () if words.iter().any(|w| w == "xtrain" || w == "ytrain") => Some(Part::Train),
            () if words.iter().any(|w| w == "xtest" || w == "ytest") => Some(Part::Test),
            () => None,
        });
        let values = values(kind, bytes);
        Ok(Self { name, words, part, shape, fortran, values })
    }

    /// Its numbers in the order of its first axis, if it has few axes.
    fn numbers(&self) -> Option<Vec<f64>> {
        let Values::Numbers(number, bytes) = &self.values else { return None };
        let values: Vec<f64> = bytes.chunks_exact(number.width).map(|b| number.value(b)).collect();
        match self.shape[..] {
            [rows, columns] if self.fortran => {
                Some((0..rows * columns).map(|i| values[(i % columns) * rows + i / columns]).collect())
            }
            _ => Some(values),
        }
    }
}

fn values(kind: StoredKind, bytes: &[u8]) -> Values {
    match kind {
        StoredKind::Numbers(number) => Values::Numbers(number, bytes.to_vec()),
        StoredKind::Bytes(width) => {
            let text = |b: &[u8]| String::from_utf8_lossy(b).trim_end_matches('\0').to_owned();
            Values::Texts(bytes.chunks_exact(width.max(1)).map(text).collect())
        }
        StoredKind::Letters(width, four) => {
            let letter = |b: &[u8]| char::from_u32(four.value(b) as u32).filter(|c| *c != '\0');
            let text = |b: &[u8]| b.chunks_exact(4).filter_map(letter).collect();
            Values::Texts(bytes.chunks_exact(width.max(1)).map(text).collect())
        }
        StoredKind::Pickled => Values::Pickled,
        StoredKind::Other => Values::Other,
    }
}

/// Every array of a tree, those of the NPZ files in it included.
fn read_all(tree: &Tree, before: &str, arrays: &mut Vec<Named>) -> Result<(), DataError> {
    for file in &tree.files {
        let fault = |e: String| tree.fault(Some(file), e);
        match file.extension().as_str() {
            "npz" if tree.container != Container::File => {
                let inner = Tree::in_memory(tree.path.join(file.name()), tree.read(file).map_err(fault)?)?;
                read_all(&inner, &format!("{}/", file.name()), arrays)?;
            }
            "npy" => {
                let bytes = tree.read_unpacked(file).map_err(fault)?;
                let name = file.name();
                let name = name.strip_suffix(".npy").unwrap_or(&name);
                arrays.push(Named::read(format!("{before}{name}"), &bytes).map_err(fault)?);
            }
            _ if tree.container == Container::File => {
                let bytes = tree.read_unpacked(file).map_err(fault)?;
                arrays.push(Named::read(file.name(), &bytes).map_err(fault)?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The names of the classes, taken out of the arrays.
fn class_names(arrays: &mut Vec<Named>) -> Option<Vec<String>> {
    // Names of columns, as scikit-learn's `feature_names`, are none of classes.
    let is_names = |a: &Named| {
        a.is(&NAMES)
            && !a.is(&["feature", "features", "file", "files"])
            && matches!(&a.values, Values::Texts(t) if t.len() <= labels::MOST_CLASSES)
    };
    let alone = arrays.iter().filter(|a| is_names(a)).count() == 1;
    let at = arrays.iter().position(is_names).filter(|_| alone)?;
    // Labels as texts are as many as the images are.
    let is_label =
        arrays.iter().enumerate().any(|(i, a)| i != at && a.shape.len() > 1 && a.count() == arrays[at].count());
    match arrays[at].values {
        Values::Texts(_) if !is_label => match arrays.remove(at).values {
            Values::Texts(names) => Some(names),
            _ => None,
        },
        _ => None,
    }
}

/// How an array holds its images.
struct Shape {
    sides: [usize; 4],
    channels_first: bool,
    words: String,
}

impl Shape {
    fn of_sides(shape: &[usize]) -> Option<Self> {
        let (sides, channels_first, order) = match *shape {
            [n, d] => {
                let [height, width, channels] = of_rows(d)?;
                (
                    [n, height, width, channels],
                    channels == 3,
                    if channels == 3 { "rows of red, green and blue" } else { "rows" },
                )
            }
            [n, h, w] => ([n, h, w, 1], false, "grey"),
            // Four channels only where neither end has one or three.
            [n, h, w, c @ (1 | 3)] => ([n, h, w, c], false, "channels last"),
            [n, c @ (1 | 3), h, w] => ([n, h, w, c], true, "channels first"),
            [n, h, w, 4] => ([n, h, w, 4], false, "channels last"),
            [n, 4, h, w] => ([n, h, w, 4], true, "channels first"),
            _ => return None,
        };
        let [n, h, w, _] = sides;
        Some(Self { sides, channels_first, words: format!("{n} images of {w} x {h}, {order}") })
    }

    fn of(&self, array: Named, notes: &mut Vec<String>) -> Array {
        let [n, h, w, c] = self.sides;
        let (number, bytes) = match array.values {
            Values::Numbers(number, bytes) => (number, bytes),
            _ => (Number::BYTE, Vec::new()),
        };
        let mut found = Array::in_order(number, bytes, self.sides, self.channels_first);
        if array.fortran {
            // The first axis is the fastest; rows of pixels are unfolded.
            found.steps = match (array.shape.len(), self.channels_first) {
                (2, _) => [1, w * n, n, h * w * n],
                (3, _) => [1, n, n * h, 0],
                (_, false) => [1, n, n * h, n * h * w],
                (_, true) => [1, n * c, n * c * h, n],
            };
        }
        if array.shape.len() == 2 { found.in_likely_order(notes) } else { found }
    }
}

/// The array with the images of a group: by its name, or as the only one of such a shape.
fn image_array(arrays: &[Named], group: &[usize]) -> Result<Option<(usize, Shape)>, String> {
    let named: Vec<usize> = group.iter().copied().filter(|i| arrays[*i].is(&IMAGES)).collect();
    if let Some(pickled) = named.iter().find(|i| matches!(arrays[**i].values, Values::Pickled)) {
        let name = &arrays[*pickled].name;
        return Err(format!(
            "{name} holds pickled Python objects, which are programs and are never run; save numbers instead"
        ));
    }
    let is_number = |i: &usize| matches!(arrays[*i].values, Values::Numbers(..));
    let of = |among: &[usize]| {
        let shaped =
            among.iter().filter(|i| is_number(i)).filter_map(|i| Some((*i, Shape::of_sides(&arrays[*i].shape)?)));
        // With its axes before one whose pixels are in rows.
        shaped.max_by_key(|(i, shape)| (arrays[*i].shape.len(), shape.sides.iter().product::<usize>(), usize::MAX - i))
    };
    if let Some(found) = of(&named) {
        return match found.1.sides.iter().all(|side| *side > 0) {
            true => Ok(Some(found)),
            false => Err(format!("{} is empty", arrays[found.0].words())),
        };
    }
    if let Some(array) = named.first() {
        return Err(format!(
            "{} is no array of images: expected are N x H x W, with 1, 3 or 4 channels last or first, or \
                            N x D with D a square",
            arrays[*array].words()
        ));
    }
    let others: Vec<usize> = group.iter().copied().filter(|i| !arrays[*i].is(&LABELS)).collect();
    let found = of(&others).filter(|(_, shape)| shape.sides.iter().all(|side| *side > 0));
    match (found, &others[..]) {
        (Some(found), _) => Ok(Some(found)),
        (None, [only]) if matches!(arrays[*only].values, Values::Pickled) => {
            let name = &arrays[*only].name;
            Err(format!(
                "{name} holds pickled Python objects, which are programs and are never run; save numbers instead"
            ))
        }
        _ => Ok(None),
    }
}

/// That other files have images of the same split, so that these are several sets, or have an image or a class each.
fn rivals(tree: &Tree, arrays: &[Named], group: &[usize], image: usize) -> Option<String> {
    let taken = &arrays[image];
    let is_rival = |other: &&Named| {
        other.name != taken.name
            && !other.is(&LABELS)
            && other.is(&IMAGES) == taken.is(&IMAGES)
            && matches!(other.values, Values::Numbers(..))
            && other.shape.len() == taken.shape.len()
            && (taken.shape.len() > 2 || other.shape[1..] == taken.shape[1..])
            && Shape::of_sides(&other.shape).is_some()
    };
    let others: Vec<&Named> = group.iter().map(|i| &arrays[*i]).filter(is_rival).collect();
    let is_of_many = |other: &&&Named| {
        let is_one = |array: &Named| array.is_alone(tree) && !array.is_called_images();
        is_one(taken) && is_one(other)
    };
    let many = others.iter().filter(is_of_many).count();
    if let Some(second) = others.iter().find(is_of_many) {
        let more = if many > 1 { format!(" and {} more", many - 1) } else { String::new() };
        return Some(format!(
            "has several files that may be the images: {}, {}{more}; expected are one file with all images, called \
             `images`, and one with the label of each, called `labels`",
            taken.words(),
            second.words()
        ));
    }
    let is_of_another_set = |other: &&&Named| {
        other.file() != taken.file() && (&other.shape, &other.values) != (&taken.shape, &taken.values)
    };
    let other = others.iter().find(is_of_another_set)?;
    Some(format!(
        "has images of one split in two files: {} and {}; put the files of one set into a folder of their own",
        taken.name, other.name
    ))
}

/// The array with the labels of a group.
fn label_array(arrays: &[Named], group: &[usize], image: usize, count: usize) -> Result<Option<usize>, String> {
    let may_be = |i: &usize| *i != image && !arrays[*i].shape.is_empty() && !is_predicted(arrays[*i].own_name());
    let others: Vec<usize> = group.iter().copied().filter(may_be).collect();
    let named: Vec<usize> = others.iter().copied().filter(|i| arrays[*i].is(&LABELS)).collect();
    let shown = |some: &[usize]| some.iter().map(|i| format!("`{}`", arrays[*i].name)).collect::<Vec<_>>().join(", ");
    // Of two such names, as `target` and `target_names`, the one with as many entries as there are images, in their file,
    // and of the plainest name.
    let is_elsewhere = |i: &usize| arrays[*i].file() != arrays[image].file();
    let key =
        |i: &usize| (arrays[*i].count() != count, is_elsewhere(i), arrays[*i].shape.len(), !arrays[*i].is_plain());
    if let Some(&label) = named.iter().min_by_key(|i| key(i)) {
        let equal: Vec<usize> = named.iter().copied().filter(|i| key(i) == key(&label)).collect();
        if equal.len() > 1 && arrays[label].count() == count {
            return Err(format!("{UNCLEAR} array has the labels ({}); call the right one `labels`", shown(&equal)));
        }
        let array = &arrays[label];
        return match &array.values {
            Values::Pickled => Err(format!(
                "{} holds pickled Python objects, which are programs and are never run; save numbers or texts, as with \
                 `.astype(str)`",
                array.name
            )),
            _ if array.count() == count || array.shape == [1, count] => Ok(Some(label)),
            _ => {
                Err(format!("{} has {} labels for {count} images in {}", array.name, array.count(), arrays[image].name))
            }
        };
    }
    let fitting: Vec<usize> = others.into_iter().filter(|i| arrays[*i].shape == [count]).collect();
    if let [only] = fitting[..]
        && arrays[only].has_no_name()
    {
        return Ok(Some(only));
    }
    let is_likely = |i: usize| Some((i, arrays[i].may_be_labels()? || arrays[i].has_no_name()));
    let likely: Vec<(usize, bool)> = fitting.into_iter().filter_map(is_likely).collect();
    match likely[..] {
        [] | [(_, false)] => Ok(None),
        [(only, true)] => Ok(Some(only)),
        _ => {
            let names = shown(&likely.iter().map(|(i, _)| *i).collect::<Vec<_>>());
            Err(format!("{UNCLEAR} array has the labels ({names}); call it `labels`"))
        }
    }
}

/// The labels in an array: one a row, or one of several columns.
fn labels_of(array: &Named, count: usize, notes: &mut Vec<String>) -> Result<Vec<RawLabel>, String> {
    if let Values::Texts(texts) = &array.values {
        return Ok(texts
            .iter()
            .map(|t| if t.is_empty() { RawLabel::Missing } else { RawLabel::Name(t.clone()) })
            .collect());
    }
    let no_labels =
        || format!("{} is no array of labels: expected are N numbers or texts, or N rows with one 1", array.words());
    let numbers = array.numbers().ok_or_else(no_labels)?;
    match array.shape[..] {
        [_] | [_, 1] => Ok(numbers.into_iter().map(RawLabel::Number).collect()),
        // One row of them all, as MATLAB writes them.
        [1, _] if count > 1 => Ok(numbers.into_iter().map(RawLabel::Number).collect()),
        [_, columns] => {
            let labels = one_hot(&numbers, columns).ok_or_else(no_labels)?;
            notes.push(format!("{}: the label is the column with the 1", array.name));
            Ok(labels)
        }
        _ => Err(no_labels()),
    }
}
