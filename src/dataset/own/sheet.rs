//! The sheet of own data: what was understood, what is wrong, and what a run would do with it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::defaults::Chosen;
use super::labels;
use super::listing::{Listing, Part, Unreadable};
use super::reading::{Duplicate, Reading, Wanted, memory};
use super::splits::{Sizes, divide};
use super::tree::size;

/// A class with fewer train images is told.
const FEW: usize = 10;
/// The columns of the list of what is left out.
pub const LEFT_OUT_HEAD: [&str; 2] = ["file", "reason"];
/// Names that are shown of a long list.
const MOST_SHOWN: usize = 5;
/// Values of 16 bits that are all below this part of white are those of a camera with fewer bits.
const DARK: f64 = 0.5;
/// Of fewer test images each is more than two points of an accuracy.
const FEW_TESTED: usize = 50;

/// What is known of own data before anything is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sheet {
    pub format: String,
    /// Images that can be read, of all splits.
    pub images: usize,
    /// What is left out, each with the reason.
    pub unreadable: Vec<Unreadable>,
    /// Images of each class, in the order of the class numbers, also of those that have none.
    pub classes: Vec<Counted>,
    /// The splits that have images; those that are not given are divided by the data seed.
    pub splits: Vec<GivenSplit>,
    /// Height, width and channels that most images have.
    pub shape: [usize; 3],
    /// Every shape that images have, the most frequent first.
    pub shapes: Vec<Shaped>,
    /// Smallest and largest stored value.
    pub range: [f64; 2],
    /// Images with the content of an earlier one, of any split.
    pub duplicates: usize,
    /// Images with the content of one of an earlier split, where train comes before validation and test.
    pub duplicates_across_splits: usize,
    /// Images whose values hardly differ.
    pub near_constant: usize,
    /// Bytes of memory that reading them takes.
    pub memory_bytes: u64,
    /// The settings that suit the data, each with its reason.
    pub defaults: Vec<Chosen>,
    /// What was decided, changed or left aside.
    pub notes: Vec<String>,
    /// What may be wrong.
    pub warnings: Vec<String>,
}

/// Images of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub name: String,
    pub count: usize,
}

/// A split, and whether it came with the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenSplit {
    pub name: &'static str,
    pub count: usize,
    /// Whether it came with the data; of train, whether the test split did.
    pub given: bool,
}

/// Images of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shaped {
    /// Height, width and channels as stored.
    pub shape: [usize; 3],
    pub count: usize,
}

impl Sheet {
    /// Puts together what `listing` and `reading` found; splits that are not given are divided by `seed`, as a run
    /// does.
    pub fn new(listing: &Listing, reading: &Reading, wanted: Wanted, defaults: Vec<Chosen>, seed: u64) -> Self {
        let mut counts = vec![0; listing.classes.len()];
        reading.items.iter().filter_map(|i| i.label).for_each(|l| counts[usize::from(l)] += 1);
        let classes: Vec<Counted> =
            listing.classes.iter().zip(counts).map(|(name, count)| Counted { name: name.clone(), count }).collect();
        let division = divide(&reading.items, Sizes::default(), seed);
        let only = reading
            .items
            .first()
            .and_then(|item| item.part)
            .filter(|part| *part != Part::Train && reading.items.iter().all(|item| item.part == Some(*part)));
        let mut of_item = vec![Part::Train; reading.items.len()];
        division.validation.iter().for_each(|i| of_item[*i as usize] = Part::Validation);
        division.test.iter().for_each(|i| of_item[*i as usize] = Part::Test);
        let given = |part| match part {
            Part::Train => division.given_test,
            Part::Validation => division.given_validation,
            Part::Test => division.given_test,
        };
        let splits =
            [(Part::Train, &division.train), (Part::Validation, &division.validation), (Part::Test, &division.test)];
        let splits = splits.into_iter().filter(|(_, samples)| !samples.is_empty());
        let splits: Vec<GivenSplit> =
            splits.map(|(part, s)| GivenSplit { name: part.name(), count: s.len(), given: given(part) }).collect();
        let mut shapes: Vec<Shaped> =
            reading.shapes.iter().map(|(shape, count)| Shaped { shape: *shape, count: *count }).collect();
        shapes.sort_by_key(|s| std::cmp::Reverse(s.count));
        let mut sheet = Self {
            format: listing.format.clone(),
            images: reading.items.len(),
            unreadable: reading.unreadable.clone(),
            classes,
            splits,
            shape: reading.usual_shape(),
            shapes,
            range: if reading.items.is_empty() { [0.0; 2] } else { reading.range },
            duplicates: reading.duplicates.len(),
            duplicates_across_splits: across_splits(&reading.duplicates, &of_item),
            near_constant: reading.nearly_constant.len(),
            memory_bytes: memory(listing, wanted),
            defaults,
            notes: listing.notes.clone(),
            warnings: listing.warnings.clone(),
        };
        let mut trained = vec![false; sheet.classes.len()];
        for (item, _) in reading.items.iter().zip(&of_item).filter(|(_, part)| **part == Part::Train) {
            item.label.and_then(|label| trained.get_mut(usize::from(label))).into_iter().for_each(|t| *t = true);
        }
        sheet.warnings.extend(only.map(|part| {
            let name = part.name();
            format!("all images are given as {name}, so this split is divided anew; is the train split elsewhere?")
        }));
        sheet.tell_changes(reading, wanted);
        sheet.warn(reading, &trained);
        sheet
    }

    /// What is done to the images.
    fn tell_changes(&mut self, reading: &Reading, wanted: Wanted) {
        let changed = reading.changed;
        for (count, what) in [
            (changed.sixteen, "16 bits become 8"),
            (changed.transparent, "transparent places are laid over white"),
            (changed.turned, "turned upright, as EXIF data say"),
            (changed.to_grey, "colours become grey"),
        ] {
            if count > 0 {
                self.notes.push(format!("{what}: {}", images(count)));
            }
        }
        let resized = self.shapes.iter().filter(|s| s.shape[..2] != [wanted.side; 2]).map(|s| s.count).sum::<usize>();
        if resized > 0 {
            let fit = wanted.fit.label();
            self.notes.push(format!("brought to {0} x {0} ({fit}): {1}", wanted.side, images(resized)));
        }
        if !self.splits.iter().any(|s| s.name == "test" && s.given) && self.splits.len() > 1 {
            self.notes.push("no test split is given: a sixth of each class is taken by the data seed".into());
        }
    }

    /// What may be wrong; `trained` says which classes have a train image.
    fn warn(&mut self, reading: &Reading, trained: &[bool]) {
        let mut warnings = Vec::new();
        let all: usize = self.classes.iter().map(|c| c.count).sum();
        match self.classes.iter().filter(|c| c.count > 0).count() {
            0 => warnings.push(
                "there are no labels: nothing can be learned from the images before some are labelled by hand".into(),
            ),
            1 => warnings.push("there is one class only: there is nothing to tell apart".into()),
            _ => {}
        }
        let mut few: Vec<&Counted> = self.classes.iter().filter(|c| c.count < FEW).collect();
        few.sort_by_key(|c| c.count);
        let few: Vec<String> = few.iter().map(|c| format!("{} ({})", c.name, c.count)).collect();
        if !few.is_empty() {
            warnings.push(format!("classes with fewer than {FEW} images: {}", some(&few)));
        }
        warnings.extend(labels::alike(self.classes.iter().map(|class| class.name.as_str())).map(|[first, second]| {
            format!("`{first}` and `{second}` are two classes, and differ in capitals or spaces only")
        }));
        let untrained = self.classes.iter().zip(trained).filter(|(class, trained)| class.count > 0 && !**trained);
        let untrained: Vec<String> = untrained.map(|(class, _)| class.name.clone()).collect();
        if !untrained.is_empty() {
            warnings.push(format!("classes without a train image, which no run can learn: {}", some(&untrained)));
        }
        let largest = self.classes.iter().map(|c| c.count).max().unwrap_or(0);
        if all > 0 && largest * 10 > all * 9 && self.classes.len() > 1 {
            warnings.push(format!("one class has {largest} of {all} images"));
        }
        let of = |name| self.splits.iter().find(|s| s.name == name).map_or(0, |s| s.count);
        if of("test") > of("train") {
            warnings.push(format!("there are more test images ({}) than train images ({})", of("test"), of("train")));
        }
        if self.images > 1 && self.duplicates + 1 == self.images {
            warnings.push("all images are the same".into());
        } else if self.duplicates > 0 {
            let first = &reading.duplicates[0];
            let [name, of] = [first.item, first.of].map(|i| reading.items[i].name.as_str());
            warnings.push(format!("the content of another image: {}, such as {name} of {of}", images(self.duplicates)));
        }
        if self.duplicates_across_splits > 0 {
            let count = images(self.duplicates_across_splits);
            warnings.push(format!("the content of an image of another split, which makes results too good: {count}"));
        }
        let disagree = reading.duplicates.iter().filter(|d| d.disagree).count();
        if disagree > 0 {
            warnings.push(format!("the content of another image with another label: {}", images(disagree)));
        }
        if self.near_constant > 0 {
            let names = some(&reading.nearly_constant);
            warnings.push(format!("nearly of one colour: {}, {names}", images(self.near_constant)));
        }
        let [_, high] = self.range;
        let sixteen = reading.changed.sixteen;
        if sixteen > 0 && high < DARK * f64::from(u16::MAX) {
            warnings.push(match reading.items.len() - sixteen {
                0 => format!("the images are dark: their largest value is {high} of {}", u16::MAX),
                others => format!(
                    "{} of 16 bits are dark beside {others} of 8: their values go no higher than {high} of {}",
                    images(sixteen),
                    u16::MAX
                ),
            });
        }
        let tested = self.splits.iter().find(|split| split.name == Part::Test.name()).map_or(0, |split| split.count);
        if !self.classes.is_empty() && (1..FEW_TESTED).contains(&tested) {
            let each = 100.0 / tested as f64;
            warnings.push(format!(
                "{tested} test {}: each is {each:.1} points of an accuracy, so that small differences say nothing",
                if tested == 1 { "image" } else { "images" }
            ));
        }
        if !self.unreadable.is_empty() {
            let n = self.unreadable.len();
            warnings.push(format!("{n} {} left out", if n == 1 { "file or image is" } else { "files or images are" }));
        }
        self.warnings.append(&mut warnings);
    }

    /// What is left out with the reasons, as CSV.
    pub fn left_out(&self) -> std::io::Result<Vec<u8>> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(LEFT_OUT_HEAD)?;
        for left in &self.unreadable {
            table.write_record([&left.file, &left.reason])?;
        }
        table.into_inner().map_err(|e| e.into_error())
    }

    /// The sheet as lines of text; long lists are shortened.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        let mut line = |name: &str, value: String| lines.push(format!("{name:<14} {value}"));
        line("format", self.format.clone());
        line("images", format!("{} (reading them takes {} of memory)", self.images, size(self.memory_bytes)));
        let splits: Vec<String> = (self.splits.iter())
            .map(|s| format!("{} {}{}", s.name, s.count, if s.given { "" } else { " (by the data seed)" }))
            .collect();
        line("splits", splits.join(", "));
        let classes: Vec<String> = self.classes.iter().map(|c| format!("{} ({})", c.name, c.count)).collect();
        line(
            "classes",
            match classes.len() {
                0 => "none".into(),
                n => format!("{n}: {}", shortened(&classes, 12)),
            },
        );
        let shapes: Vec<String> = self.shapes.iter().map(|s| format!("{} ({})", shape(s.shape), s.count)).collect();
        line("shape", if shapes.len() == 1 { shape(self.shape) } else { shortened(&shapes, 4) });
        line("range", format!("{} to {}", self.range[0], self.range[1]));
        line("duplicates", format!("{}, {} of them in another split", self.duplicates, self.duplicates_across_splits));
        line("near constant", self.near_constant.to_string());
        for (title, sentences) in [("notes", &self.notes), ("warnings", &self.warnings)] {
            sentences.iter().enumerate().for_each(|(i, s)| line(if i == 0 { title } else { "" }, s.clone()));
        }
        for (i, c) in self.defaults.iter().enumerate() {
            line(if i == 0 { "defaults" } else { "" }, format!("{} = {}: {}", c.field, c.value, c.reason));
        }
        for (i, u) in self.unreadable.iter().enumerate() {
            let name = u.file.replace(char::is_control, "\u{fffd}");
            line(if i == 0 { "left out" } else { "" }, format!("{name}: {}", u.reason));
        }
        lines.join("\n")
    }
}

/// How many images have the content of an image of an earlier split: of the test, one that is in train.
fn across_splits(duplicates: &[Duplicate], parts: &[Part]) -> usize {
    let mut same: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for duplicate in duplicates {
        same.entry(duplicate.of).or_insert_with(|| vec![duplicate.of]).push(duplicate.item);
    }
    let later = |items: &Vec<usize>| {
        let first = items.iter().map(|i| parts[*i]).min();
        items.iter().filter(|i| Some(parts[**i]) != first).count()
    };
    same.values().map(later).sum()
}

fn images(count: usize) -> String {
    if count == 1 { "1 image".into() } else { format!("{count} images") }
}

fn shape([height, width, channels]: [usize; 3]) -> String {
    format!("{width} x {height} {}", if channels == 1 { "grey" } else { "RGB" })
}

pub(super) fn some(names: &[String]) -> String {
    shortened(names, MOST_SHOWN)
}

/// The first of a list of names, and how many more there are.
fn shortened(names: &[String], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
