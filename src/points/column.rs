//! Columns of metadata: texts as files hold them, and what they are found to be: classes, numbers or texts.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{self, Write as _};

use crate::dataset::Class;
use crate::dataset::own::labels::{MOST_CLASSES, says_missing};
use crate::dataset::own::listing::words;

/// Whole numbers of at most so many kinds are classes, and the rest measurements, unless the name says otherwise.
const FEW_NUMBERS: usize = 20;
/// Names of columns whose whole numbers are classes however many kinds there are.
const CLASS_NAMES: [&str; 7] = ["label", "labels", "class", "classes", "target", "cluster", "category"];
/// Whole numbers from this on are not told from the next.
const LARGEST: f64 = (1_u64 << 53) as f64;

/// Texts one after another in one buffer, so that a million of them are not a million allocations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text behind the others.
    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    /// Texts so far.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a row; empty behind the last.
    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(self.all.len()));
        self.ends.get(row).map_or("", |end| &self.all[start..*end])
    }

    /// The texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Removes the first text and returns it.
    pub fn take_first(&mut self) -> String {
        let Some(end) = self.ends.first().copied() else { return String::new() };
        let first = self.all.drain(..end).collect();
        self.ends.remove(0);
        self.ends.iter_mut().for_each(|e| *e -= end);
        first
    }

    /// The texts of some rows, in their order.
    fn only(&self, rows: impl Iterator<Item = usize>) -> Self {
        let mut kept = Self::default();
        rows.for_each(|row| kept.push(self.get(row)));
        kept
    }

    fn bytes(&self) -> usize {
        self.all.len() + size_of_val(&self.ends[..])
    }
}

/// A column of metadata, one value a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub values: Values,
    written: Written,
}

/// How the cells of a column were written.
#[derive(Debug, Clone, PartialEq)]
enum Written {
    /// As the values are printed.
    AsPrinted,
    /// Whole numbers have a point too: `1.0`.
    WithPoint,
    /// Otherwise, such as `1.50`, or `1` and `1.0` for one class.
    AsIs(Texts),
}

impl Written {
    /// How these numbers were written.
    fn of(numbers: &[f64], texts: Texts) -> Self {
        let mut printed = String::new();
        let mut is_printed = |print: fn(&mut String, f64) -> fmt::Result| {
            numbers.iter().zip(texts.iter()).filter(|(number, _)| !number.is_nan()).all(|(number, text)| {
                printed.clear();
                print(&mut printed, *number).is_ok() && printed == text
            })
        };
        if is_printed(|to, number| write!(to, "{number}")) {
            Self::AsPrinted
        } else if is_printed(|to, number| write!(to, "{number:?}")) {
            Self::WithPoint
        } else {
            Self::AsIs(texts)
        }
    }
}

/// The values of a column by what they are.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// At most 1,000 kinds: their names, and the kind of each point, [`NO_CLASS`] where it is missing.
    Classes {
        /// In the order of the class numbers.
        names: Vec<String>,
        /// One for each point: an index into `names`, or [`NO_CLASS`].
        of: Vec<Class>,
    },
    /// Measurements, NaN where one is missing.
    Numbers(Vec<f64>),
    Texts(Texts),
}

/// The class of a point whose class is missing.
pub const NO_CLASS: Class = Class::MAX;

impl Column {
    /// What the texts of a column are found to be.
    pub fn of(name: String, texts: Texts) -> Self {
        let numbers = if are_ids(&texts) { None } else { numbers(&texts) };
        let kinds = kinds(&texts, MOST_CLASSES.min(texts.len() / 2 + 1));
        let (values, written) = match (numbers, kinds) {
            (Some(numbers), kinds) => match kinds.filter(|k| are_classes(&name, k.len(), &numbers)) {
                Some(kinds) => {
                    let (values, is_merged) = classes(&texts, &kinds, |kind| kind.parse::<f64>().ok());
                    (values, if is_merged { Written::AsIs(texts) } else { Written::AsPrinted })
                }
                None => {
                    let written = Written::of(&numbers, texts);
                    (Values::Numbers(numbers), written)
                }
            },
            (None, Some(kinds)) => (classes(&texts, &kinds, |_| None).0, Written::AsPrinted),
            (None, None) => (Values::Texts(texts), Written::AsPrinted),
        };
        Self { name, values, written }
    }

    /// A column that is stored as numbers.
    pub fn of_numbers(name: String, numbers: Vec<f64>) -> Self {
        let kinds = kinds_of_numbers(&numbers).filter(|kinds| are_classes(&name, kinds.len(), &numbers));
        let values = match kinds {
            Some(kinds) => {
                let place: HashMap<i64, Class> = kinds.iter().enumerate().map(|(i, k)| (*k, i as Class)).collect();
                let class = |v: &f64| place.get(&(*v as i64)).filter(|_| v.is_finite()).copied().unwrap_or(NO_CLASS);
                Values::Classes {
                    names: kinds.iter().map(ToString::to_string).collect(),
                    of: numbers.iter().map(class).collect(),
                }
            }
            None => Values::Numbers(numbers),
        };
        Self { name, values, written: Written::AsPrinted }
    }

    /// Points that it has a value or a gap for.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Classes { of, .. } => of.len(),
            Values::Numbers(numbers) => numbers.len(),
            Values::Texts(texts) => texts.len(),
        }
    }

    /// Whether it is of no point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a point as it was written; empty where it is missing.
    pub fn cell(&self, point: usize) -> Cow<'_, str> {
        match (&self.values, &self.written) {
            (Values::Classes { names, of }, written) => {
                let name = of.get(point).and_then(|class| names.get(usize::from(*class)));
                name.map_or(
                    "",
                    |name| if let Written::AsIs(texts) = written { texts.get(point) } else { name.as_str() },
                )
                .into()
            }
            (Values::Numbers(numbers), written) => match (numbers.get(point), written) {
                (None, _) => "".into(),
                (Some(number), _) if number.is_nan() => "".into(),
                (Some(number), Written::AsPrinted) => number.to_string().into(),
                (Some(number), Written::WithPoint) => format!("{number:?}").into(),
                (Some(_), Written::AsIs(texts)) => texts.get(point).into(),
            },
            (Values::Texts(texts), _) => texts.get(point).into(),
        }
    }

    /// Whether points of one class may be written in several ways.
    pub fn is_merged(&self) -> bool {
        matches!((&self.values, &self.written), (Values::Classes { .. }, Written::AsIs(_)))
    }

    /// What it is, for display.
    pub fn kind(&self) -> &'static str {
        match self.values {
            Values::Classes { .. } => "classes",
            Values::Numbers(_) => "numbers",
            Values::Texts(_) => "texts",
        }
    }

    /// Smallest and largest of the finite numbers.
    pub fn range(&self) -> Option<[f64; 2]> {
        let Values::Numbers(numbers) = &self.values else { return None };
        let ends = numbers
            .iter()
            .filter(|v| v.is_finite())
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(*v), high.max(*v)]);
        (ends[0] <= ends[1]).then_some(ends)
    }

    /// How many points have no value.
    pub fn missing(&self) -> usize {
        match &self.values {
            Values::Classes { of, .. } => of.iter().filter(|c| **c == NO_CLASS).count(),
            Values::Numbers(numbers) => numbers.iter().filter(|v| v.is_nan()).count(),
            Values::Texts(texts) => texts.iter().filter(|t| t.is_empty()).count(),
        }
    }

    /// How many points are of each class; empty if it has none.
    pub fn counts(&self) -> Vec<usize> {
        let Values::Classes { names, of } = &self.values else { return Vec::new() };
        let mut counts = vec![0; names.len()];
        of.iter().filter_map(|c| counts.get_mut(usize::from(*c)).map(|n| *n += 1)).for_each(drop);
        counts
    }

    /// The values of some points, in their order; a class of which none is among them is no class.
    pub fn only(&self, points: &[u32]) -> Self {
        let at = points.iter().map(|p| *p as usize);
        let values = match &self.values {
            Values::Classes { names, of } => {
                let of: Vec<Class> = at.clone().map(|p| of[p]).collect();
                let seen: BTreeSet<Class> = of.iter().copied().filter(|c| *c != NO_CLASS).collect();
                let place: HashMap<Class, Class> = seen.iter().copied().zip(0..).collect();
                Values::Classes {
                    names: seen.iter().filter_map(|c| names.get(usize::from(*c))).cloned().collect(),
                    of: of.iter().map(|c| place.get(c).copied().unwrap_or(NO_CLASS)).collect(),
                }
            }
            Values::Numbers(numbers) => Values::Numbers(at.clone().map(|p| numbers[p]).collect()),
            Values::Texts(texts) => Values::Texts(texts.only(at.clone())),
        };
        let written = match &self.written {
            Written::AsIs(texts) => Written::AsIs(texts.only(at)),
            printed => printed.clone(),
        };
        Self { name: self.name.clone(), values, written }
    }

    /// Bytes of memory that its values take.
    pub fn bytes(&self) -> usize {
        let written = if let Written::AsIs(texts) = &self.written { texts.bytes() } else { 0 };
        let values = match &self.values {
            Values::Classes { of, .. } => size_of_val(&of[..]),
            Values::Numbers(numbers) => size_of_val(&numbers[..]),
            Values::Texts(texts) => texts.bytes(),
        };
        values + written
    }
}

/// Whether a cell stands for a missing value, in the words of programs: in other letters they are names.
pub fn is_missing(cell: &str) -> bool {
    cell.is_empty() || says_missing(cell)
}

/// Whether all cells are digits, of which some would not be the same as numbers: `007`, or with too many digits.
fn are_ids(texts: &Texts) -> bool {
    let there = || texts.iter().filter(|text| !is_missing(text)).map(|text| text.strip_prefix('-').unwrap_or(text));
    let is_id = |digits: &str| {
        let is_long = || digits.parse::<f64>().is_ok_and(|number| number >= LARGEST);
        (digits.len() > 1 && digits.starts_with('0')) || is_long()
    };
    there().all(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())) && there().any(is_id)
}

/// The texts as numbers, if all that are there are numbers, and there is one.
fn numbers(texts: &Texts) -> Option<Vec<f64>> {
    let number = |text: &str| if is_missing(text) { Some(f64::NAN) } else { text.parse().ok() };
    let numbers: Vec<f64> = texts.iter().map(number).collect::<Option<_>>()?;
    numbers.iter().any(|v| !v.is_nan()).then_some(numbers)
}

/// The different texts, missing ones aside, if there are at most so many.
fn kinds(texts: &Texts, most: usize) -> Option<Vec<String>> {
    let mut found: HashSet<&str> = HashSet::new();
    for text in texts.iter().filter(|t| !is_missing(t)) {
        found.insert(text);
        if found.len() > most {
            return None;
        }
    }
    let mut kinds: Vec<String> = found.into_iter().map(str::to_owned).collect();
    // Numbers in their order, then texts in theirs, those that end in a number by that: `class 2`, `class 10`.
    kinds.sort_by_cached_key(|text| {
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let last: u64 = text[stem.len()..].parse().unwrap_or(0);
        let number = text.parse::<f64>().unwrap_or(f64::INFINITY);
        (Ordered(number), stem.to_owned(), last, text.clone())
    });
    (!kinds.is_empty()).then_some(kinds)
}

/// A number that is sorted by.
#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// The different numbers, if all are whole and there are at most 1,000.
fn kinds_of_numbers(numbers: &[f64]) -> Option<Vec<i64>> {
    let mut kinds = BTreeSet::new();
    for number in numbers.iter().filter(|v| v.is_finite()) {
        kinds.insert(*number as i64);
        if kinds.len() > MOST_CLASSES || number.fract() != 0.0 {
            return None;
        }
    }
    (!kinds.is_empty()).then(|| kinds.into_iter().collect())
}

/// Whether numbers of so many kinds are classes.
fn are_classes(name: &str, kinds: usize, numbers: &[f64]) -> bool {
    let is_named = words(name).iter().any(|word| CLASS_NAMES.contains(&word.as_str()));
    let most = if is_named { MOST_CLASSES } else { FEW_NUMBERS };
    kinds <= most && numbers.iter().all(|v| v.is_nan() || (v.fract() == 0.0 && v.abs() < 1e15))
}

/// The classes of texts, of which those in a row with one number are one class, by the first; and whether some are.
fn classes(texts: &Texts, kinds: &[String], number: impl Fn(&str) -> Option<f64>) -> (Values, bool) {
    let mut names: Vec<String> = Vec::new();
    let mut place: HashMap<&str, Class> = HashMap::new();
    for kind in kinds {
        let is_new = names.last().is_none_or(|last| number(last).is_none_or(|last| number(kind) != Some(last)));
        names.extend(is_new.then(|| kind.clone()));
        place.insert(kind, (names.len() - 1) as Class);
    }
    let of = texts.iter().map(|text| place.get(text).copied().unwrap_or(NO_CLASS)).collect();
    let is_merged = names.len() < kinds.len();
    (Values::Classes { names, of }, is_merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cells: &[&str]) -> Texts {
        let mut texts = Texts::default();
        cells.iter().for_each(|cell| texts.push(cell));
        texts
    }

    #[test]
    fn a_column_is_classes_numbers_or_texts() {
        let many: Vec<String> = (0..60).map(|i| (i / 2).to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let names = ["ann", "bob", "cid", "dan"];
        for (name, cells, kind, first, missing) in [
            ("digit", &["7", "3", "3", "", "7", "3"][..], "classes", "7", 1),
            ("animal", &["cat", "dog", "cat", "NaN"], "classes", "cat", 1),
            ("length", &["1.5", "2", "nan", "4"], "numbers", "1.5", 1),
            ("age", &many, "numbers", "0", 0),
            ("label", &many, "classes", "0", 0),
            ("name", &names, "texts", "ann", 0),
            ("empty", &["", "", "", ""], "texts", "", 4),
        ] {
            let column = Column::of(name.into(), texts(cells));
            assert_eq!((column.kind(), &*column.cell(0), column.missing()), (kind, first, missing), "{name}");
            assert_eq!(column.len(), cells.len());
            let turned = column.only(&[3, 0]);
            assert_eq!((turned.len(), turned.cell(1)), (2, column.cell(0)), "{name}");
        }
        let digit = Column::of("digit".into(), texts(&["10", "9", "10", "9"]));
        assert_eq!(digit.counts(), [2, 2]);
        let Values::Classes { names, .. } = Column::of("k".into(), texts(&["k 10", "k 2", "k 10", "k 2"])).values
        else {
            panic!("classes")
        };
        assert_eq!(names, ["k 2", "k 10"]);
        assert_eq!(digit.cell(0), "10", "classes that are numbers are in the order of numbers");
        let kept = digit.only(&[0, 2]);
        assert_eq!((kept.counts(), kept.cell(0)), (vec![2], "10".into()), "a class of no point is none");
        for (name, numbers, kind) in [
            ("digit", vec![3.0, 1.0, f64::NAN], "classes"),
            ("length", vec![3.5, 1.0, 2.0], "numbers"),
            ("age", (0..50).map(f64::from).collect(), "numbers"),
            ("cluster", (0..50).map(f64::from).collect(), "classes"),
        ] {
            assert_eq!(Column::of_numbers(name.into(), numbers).kind(), kind, "{name}");
        }
    }

    #[test]
    fn cells_stay_as_they_were_written() {
        for (name, cells, kind) in [
            ("file", &["012", "011", "010", "9"][..], "texts"),
            ("group", &["007", "008", "007", "008"], "classes"),
            ("user", &["9007199254740993", "9007199254740992", "1", "2"], "texts"),
            ("version", &["1.1", "1.10", "1.20", "2.5"], "numbers"),
            ("length", &["1.0", "2.0", "2.5", "1e300"], "numbers"),
            ("length", &["1.0", "2.0", "2.5", "3.5"], "numbers"),
            ("length", &["1", "2", "2.5", "0.1"], "numbers"),
            ("length", &["05.5", "+2", "-0", "1E3"], "numbers"),
            ("label", &["1", "1.0", "2", "2.0", "1", "2", "1"], "classes"),
        ] {
            let column = Column::of(name.into(), texts(cells));
            assert_eq!(column.kind(), kind, "{cells:?}");
            let only = column.only(&[3, 1]);
            for (place, cell) in cells.iter().enumerate() {
                assert_eq!(column.cell(place), *cell);
            }
            assert_eq!((&*only.cell(0), &*only.cell(1)), (cells[3], cells[1]));
        }
        let label = Column::of("label".into(), texts(&["2.0", "1", "1.0", "2", "1", "None"]));
        let Values::Classes { names, of } = &label.values else { panic!("classes") };
        assert_eq!((names.join(" "), &of[..]), ("1 2".into(), &[1, 0, 0, 1, 0, NO_CLASS][..]));
        assert_eq!((&*label.cell(2), &*label.cell(5), label.is_merged()), ("1.0", "", true));
        let length = Column::of("length".into(), texts(&["1.50", "NA", "2"]));
        assert_eq!((&*length.cell(0), &*length.cell(1), length.missing()), ("1.50", "", 1));
        let plain = |cells: &[&str]| Column::of("length".into(), texts(cells)).bytes();
        assert_eq!((plain(&["1.0", "2.5", "3.0"]), plain(&["1", "2.5", "3.00"])), (24, 24 + 8 + 24));
    }

    #[test]
    fn words_are_missing_values_as_programs_write_them_only() {
        let grade = Column::of("grade".into(), texts(&["none", "mild", "severe", "none", "mild", "None"]));
        assert_eq!((grade.counts(), grade.missing()), (vec![2, 2, 1], 1));
        let element = Column::of("element".into(), texts(&["Na", "K", "Cl", "Na", "K", "Cl", "NA"]));
        assert_eq!((element.counts().len(), element.missing()), (3, 1));
    }

    #[test]
    fn texts_are_kept_in_one_buffer() {
        let mut kept = texts(&["", "ab", "ü", ""]);
        assert_eq!((kept.get(1), kept.get(2), kept.get(3), kept.get(9)), ("ab", "ü", "", ""));
        assert_eq!((kept.take_first(), kept.take_first()), (String::new(), "ab".to_owned()));
        assert_eq!(kept.iter().collect::<Vec<_>>(), ["ü", ""]);
    }
}
