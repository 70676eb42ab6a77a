//! Labels as files hold them (numbers, names, one of many columns, none) made into classes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::listing::{MEANS_NONE, NO_LABEL};
use super::names::Names;
use crate::dataset::Class;
use crate::paths::composed;

/// The most classes of a data set.
pub const MOST_CLASSES: usize = 1_000;
/// Whole numbers from this on are not told from the next.
const LARGEST: f64 = (1_u64 << 53) as f64;
/// Cells by which programs say that a row has no label, as they write them.
const MISSING: [&str; 10] = ["nan", "NaN", "NA", "N/A", "n/a", "<NA>", "null", "NULL", "None", "?"];
/// What stands between names where a label has several.
const SEVERAL: [char; 3] = ['|', ';', ','];
/// What stands for a letter that could not be read.
const LOST: char = char::REPLACEMENT_CHARACTER;
/// What is said of such letters.
const NOT_UTF8: &str = "that are not UTF-8, so classes may be mixed up; save it as UTF-8";

/// A label as a file holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum RawLabel {
    /// As an array of numbers has it; whole or not.
    Number(f64),
    Name(String),
    /// A cell of a table, whose other cells say whether it is a number or a name.
    Cell(String),
    /// An empty cell: the image has no label.
    Missing,
}

impl RawLabel {
    /// A cell of a table.
    pub fn of_text(text: &str) -> Self {
        match text.trim() {
            "" => Self::Missing,
            cell => Self::Cell(cell.into()),
        }
    }
}

/// The whole number of a cell in plain digits, perhaps with noughts behind a point or a comma: `3`, `3.0`. A name such as
/// `007` is none, nor is what loses a digit as a number.
fn whole(cell: &str) -> Option<f64> {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (digits, noughts) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit())
        && (!digits.starts_with('0') || digits == "0" && !cell.starts_with('-'));
    let is_whole = !noughts.is_empty() && noughts.bytes().all(|b| b == b'0');
    let number: f64 = digits.parse().ok().filter(|n| is_plain && is_whole && *n < LARGEST)?;
    Some(if cell.starts_with('-') { -number } else { number })
}

/// Whether a cell is one of the words by which programs say that a value is missing.
pub fn says_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

/// Whether a cell says that there is no label, which it does not where it is listed as a class.
fn is_missing(cell: &str, names: &[String]) -> bool {
    says_missing(cell) && !names.iter().any(|name| name == cell)
}

/// That rows have a word for a missing label.
fn missing_words(raw: &[RawLabel], names: &[String]) -> Option<String> {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for label in raw {
        if let RawLabel::Cell(cell) = label
            && is_missing(cell, names)
        {
            *words.entry(cell).or_default() += 1;
        }
    }
    let words: Vec<String> = words.iter().map(|(word, rows)| format!("`{word}` ({rows})")).collect();
    let help = "if it is a class, give it another name, or list it in classes.txt";
    (!words.is_empty())
        .then(|| format!("rows without a label, because of a word that says so: {}; {help}", words.join(", ")))
}

/// Cells made numbers where all of them are whole numbers, and names as they are written where one is none; what is told
/// of it.
fn understood(
    raw: &[RawLabel],
    names: &[String],
    row: &dyn Fn(usize) -> String,
    notes: &mut Vec<String>,
) -> Result<Vec<RawLabel>, String> {
    let is_missing = |cell: &str| is_missing(cell, names);
    let known = raw.iter().enumerate().filter_map(|(place, label)| match label {
        RawLabel::Cell(cell) if !is_missing(cell) => Some((place, cell.as_str())),
        _ => None,
    });
    let cells: Vec<(usize, &str)> = known.collect();
    let has_names = raw.iter().any(|label| matches!(label, RawLabel::Name(_)));
    let are_whole = !has_names && cells.iter().all(|(_, cell)| whole(cell).is_some());
    let number = |cell: &str| cell.parse::<f64>().ok().filter(|n| n.is_finite());
    if !has_names
        && !are_whole
        && cells.iter().all(|(_, cell)| number(cell).is_some())
        && let Some((place, cell)) = cells.iter().find(|(_, cell)| number(cell).is_some_and(|n| n.fract() != 0.0))
    {
        return Err(measured(&row(*place), cell));
    }
    let mut written: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for (_, cell) in cells {
        let value = if are_whole { whole(cell) } else { number(cell) };
        if let Some(value) = value {
            written.entry(value.to_bits()).or_default().insert(cell);
        }
    }
    let several: Vec<String> = (written.values().filter(|ways| ways.len() > 1))
        .map(|ways| ways.iter().map(|way| format!("`{way}`")).collect::<Vec<_>>().join(" and "))
        .collect();
    if let Some(first) = several.first() {
        let more = if several.len() > 1 { format!(", and {} more", several.len() - 1) } else { String::new() };
        notes.push(match are_whole {
            true => format!("labels that are one whole number are one class: {first}{more}"),
            false => format!("labels are names as they are written: {first} differ{more}"),
        });
    }
    let label = |label: &RawLabel| match label {
        RawLabel::Cell(cell) if is_missing(cell) => RawLabel::Missing,
        RawLabel::Cell(cell) => match whole(cell).filter(|_| are_whole) {
            Some(number) => RawLabel::Number(number),
            None => RawLabel::Name(cell.clone()),
        },
        other => other.clone(),
    };
    Ok(raw.iter().map(label).collect())
}

/// What is said of a label that is no class.
fn measured(row: &str, label: impl std::fmt::Display) -> String {
    format!("{row} has the label {label}, no whole number: labels must be classes, not measurements")
}

/// Labels with their classes.
#[derive(Debug, PartialEq)]
pub struct Labels {
    /// The class of each image; or why it has none.
    pub labels: Vec<Result<Class, String>>,
    /// Names of the classes in the order of the class numbers.
    pub classes: Vec<String>,
    /// What was decided, a sentence each.
    pub notes: Vec<String>,
    /// What may be wrong, a sentence each.
    pub warnings: Vec<String>,
}

/// The classes of labels, which may have `names` for the whole numbers; `row` says where a label stands.
pub fn classes_of(raw: &[RawLabel], names: Option<Names>, row: &dyn Fn(usize) -> String) -> Result<Labels, String> {
    let (mut notes, mut warnings) = (Vec::new(), Vec::new());
    let listed = &names.as_ref().map(Names::all).unwrap_or_default()[..];
    notes.extend(missing_words(raw, listed));
    let without = |place: usize| match &raw[place] {
        RawLabel::Cell(cell) => format!("has the label `{cell}`, {MEANS_NONE}"),
        _ => NO_LABEL.into(),
    };
    let raw = &understood(raw, listed, row, &mut notes)?[..];
    let is_lost = |label: &RawLabel| matches!(label, RawLabel::Name(name) if name.contains(LOST));
    if let Some(place) = raw.iter().position(is_lost) {
        return Err(format!("{} has a label with letters {NOT_UTF8}", row(place)));
    }
    if let Some(lost) = listed.iter().find(|name| name.contains(LOST)) {
        return Err(format!("the name `{lost}` of a class has letters {NOT_UTF8}"));
    }
    if raw.iter().any(|label| matches!(label, RawLabel::Name(_))) {
        let name = |label: &RawLabel| match label {
            RawLabel::Number(n) => Some(n.to_string()),
            RawLabel::Name(name) | RawLabel::Cell(name) => Some(composed(name).into_owned()),
            RawLabel::Missing => None,
        };
        let raw: Vec<Option<String>> = raw.iter().map(name).collect();
        let mut classes: Vec<String> = raw.iter().flatten().cloned().collect();
        classes.sort_by(|a, b| natural(a, b));
        classes.dedup();
        // The order of a list of names is kept.
        if let Some(names) = names.and_then(|names| names.with(&classes)) {
            classes = names;
        }
        few(classes.len())?;
        notes.extend(several_in_one(&classes));
        let of_name: BTreeMap<&String, usize> = classes.iter().zip(0..).collect();
        let label = |(place, name): (usize, &Option<String>)| match name {
            Some(name) => Ok(of_name.get(name).copied().unwrap_or(0) as Class),
            None => Err(without(place)),
        };
        let labels = raw.iter().enumerate().map(label).collect();
        return Ok(Labels { labels, classes, notes, warnings });
    }
    let number = |label: &RawLabel| match label {
        RawLabel::Number(n) if n.is_finite() => Some(*n),
        _ => None,
    };
    let numbers: Vec<Option<f64>> = raw.iter().map(number).collect();
    if let Some((place, n)) =
        numbers.iter().enumerate().find_map(|(i, n)| n.filter(|n| n.fract() != 0.0).map(|n| (i, n)))
    {
        return Err(measured(&row(place), n));
    }
    if let Some((place, large)) =
        numbers.iter().enumerate().find_map(|(i, n)| n.filter(|n| n.abs() >= LARGEST).map(|n| (i, n)))
    {
        return Err(format!(
            "{} has the label {large}, too large a number to be told from the next; number the classes from 0",
            row(place)
        ));
    }
    let mut values: Vec<i64> = numbers.iter().flatten().map(|n| *n as i64).collect();
    values.sort_unstable();
    values.dedup();
    // -1 beside the classes from 0 is the custom for a missing label; beside 1 alone it is a class.
    let missing = values.first().is_some_and(|v| *v == -1) && values.get(1) == Some(&0);
    if missing {
        values.remove(0);
    }
    if let Some(negative) = values.iter().find(|v| **v < 0) {
        notes.push(format!("the negative label {negative} is taken as a class"));
    }
    let classes = match names.as_ref().map(|names| (names.lines().len(), names.of_numbers(&values))) {
        Some((_, Some(named))) => {
            notes.extend(named.note);
            warnings.extend(named.warning);
            values = named.numbers;
            named.names
        }
        unnamed => {
            notes.extend(unnamed.map(|(n, _)| {
                let (low, high) = (values.first().unwrap_or(&0), values.last().unwrap_or(&0));
                format!("the {n} names of classes are not used: the labels go from {low} to {high}")
            }));
            values.iter().map(ToString::to_string).collect()
        }
    };
    few(values.len())?;
    let label = |(place, n): (usize, &Option<f64>)| match n {
        None => Err(without(place)),
        Some(n) => match values.binary_search(&(*n as i64)) {
            Ok(place) => Ok(place as Class),
            Err(_) => Err(format!("has the label {n}, {MEANS_NONE}")),
        },
    };
    Ok(Labels { labels: numbers.iter().enumerate().map(label).collect(), classes, notes, warnings })
}

/// Labels that are numbers by the names of their own file, where files number their classes differently; what is told of
/// it. `named` has the names of each file and where its labels begin.
pub fn joined_by_name(raw: &mut [RawLabel], named: &mut [(usize, Option<Vec<String>>)]) -> Option<String> {
    let mut lists = named.iter().filter_map(|(_, names)| names.as_ref());
    let first = lists.next()?;
    if lists.all(|names| names == first) {
        return None;
    }
    let ends: Vec<usize> = named.iter().skip(1).map(|(from, _)| *from).chain([raw.len()]).collect();
    for ((from, names), to) in named.iter_mut().zip(ends) {
        let names = names.take().unwrap_or_default();
        for label in &mut raw[*from..to] {
            if let RawLabel::Number(n) = *label
                && let Some(name) = names.get(n as usize).filter(|_| n >= 0.0)
            {
                *label = RawLabel::Name(name.clone());
            }
        }
    }
    Some(
        "the files number their classes differently, so that their labels are joined by the names of the classes"
            .into(),
    )
}

/// That labels name several classes at once, and are classes of their own.
fn several_in_one(classes: &[String]) -> Option<String> {
    let all: BTreeSet<&str> = classes.iter().map(String::as_str).collect();
    let is_several = |class: &&String| class.contains(SEVERAL) && class.split(SEVERAL).any(|p| all.contains(p.trim()));
    let several: Vec<&String> = classes.iter().filter(is_several).collect();
    let (first, n) = (several.first()?, several.len());
    let help = "an image has one class here; leave one name in each row, or leave these rows out";
    Some(format!("labels with several names, such as `{first}`, are classes of their own ({n} of them): {help}"))
}

fn few(classes: usize) -> Result<(), String> {
    match classes > MOST_CLASSES {
        true => Err(format!("there are {classes} different labels, and at most {MOST_CLASSES} classes can be learned")),
        false => Ok(()),
    }
}

/// The class of each row of a table of `columns` numbers, of which one is 1 and the others are 0.
pub fn one_hot(values: &[f64], columns: usize) -> Option<Vec<RawLabel>> {
    let row = |row: &[f64]| {
        let place = row.iter().position(|v| *v == 1.0)?;
        let rest = row.iter().filter(|v| **v == 0.0).count();
        (rest + 1 == row.len()).then_some(RawLabel::Number(place as f64))
    };
    values.chunks_exact(columns.max(1)).map(row).collect()
}

/// Names as people order them: whole numbers by their value, before words.
pub fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(x), Ok(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

/// Two names that differ in capitals or spaces alone: most probably one class that was spelled twice.
pub fn alike<'a>(classes: impl IntoIterator<Item = &'a str>) -> Option<[&'a str; 2]> {
    let plain = |name: &str| composed(&name.to_lowercase()).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut there: HashMap<String, &str> = HashMap::new();
    classes.into_iter().find_map(|class| Some([there.insert(plain(class), class)?, class]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_number_their_classes_differently_are_joined_by_name() {
        let names = |text: &str| Some(text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let mut labels: Vec<RawLabel> = [0.0, 1.0, 0.0, 1.0].map(RawLabel::Number).into();
        assert!(joined_by_name(&mut labels, &mut [(0, names("a b")), (2, names("a b"))]).is_none());
        assert!(joined_by_name(&mut labels, &mut [(0, names("a b")), (2, names("b a"))]).is_some());
        assert_eq!(labels, ["a", "b", "b", "a"].map(|name| RawLabel::Name(name.into())));
    }

    #[test]
    fn cells_are_numbers_only_where_all_are_whole_and_what_is_merged_is_told() {
        // Cells, the classes, and what is told.
        for (cells, classes, note) in [
            ("1e2 100 a12 12e1 120", "100 120 12e1 1e2 a12", "`100` and `1e2` differ, and 1 more"),
            ("1.10 1.1 v", "1.1 1.10 v", "`1.1` and `1.10` differ"),
            ("1 1.0 2 02", "1 02 2 1.0", "`1` and `1.0` differ, and 1 more"),
            ("1 1.0 2 3.00", "1 2 3", "one class: `1` and `1.0`"),
            ("1.0 2.0", "1 2", ""),
            ("3,0 3,00 0,0", "0 3", "one class: `3,0` and `3,00`"),
            ("1,0 1,1", "1,0 1,1", ""),
            ("9007199254740992 9007199254740993", "9007199254740992 9007199254740993", "differ"),
            ("-1 -1.0 2", "-1 2", "one class: `-1` and `-1.0`"),
            ("1e2 5", "5 1e2", ""),
            ("a,0 ,0", ",0 a,0", ""),
            ("inf 1", "1 inf", ""),
        ] {
            let found = classes_of(&cells.split(' ').map(RawLabel::of_text).collect::<Vec<_>>(), None).unwrap();
            assert_eq!(found.classes.join(" "), classes, "{cells}");
            let told = found.notes.iter().find(|told| !told.contains("negative"));
            assert_eq!(told.is_some(), !note.is_empty(), "{cells}: {told:?}");
            assert!(told.is_none_or(|told| told.contains(note)), "{cells}: {told:?}");
        }
    }

    #[test]
    fn a_word_for_a_missing_label_is_counted_and_none_where_it_is_listed_as_a_class() {
        let found = classes_of(&raw("cat,NA,dog,?,NA,none"), None).unwrap();
        assert_eq!(found.classes, ["cat", "dog", "none"]);
        assert!(found.notes[0].contains("`?` (1), `NA` (2)"), "{:?}", found.notes);
        assert!(found.labels[1].as_ref().unwrap_err().contains("has the label `NA`"));
        let names = ["nan", "pita"].map(str::to_owned);
        let found = classes_of(&raw("nan,pita,nan"), Some(names.to_vec())).unwrap();
        assert_eq!((found.labels, found.notes), (vec![Ok(0), Ok(1), Ok(0)], Vec::new()));
    }

    #[test]
    fn labels_of_several_names_are_told() {
        let of = |cells: &str| classes_of(&cells.split(' ').map(RawLabel::of_text).collect::<Vec<_>>(), None).unwrap();
        assert!(of("mass cyst|mass cyst|none").notes[0].contains("`cyst|mass`, are classes of their own (1 of them)"));
        assert_eq!(of("a|b c|d a;b").notes, Vec::<String>::new());
    }

    #[test]
    fn lost_letters_are_refused() {
        for (cells, names) in [("th\u{fffd},b", None), ("0,1", Some(vec!["a".to_owned(), "\u{fffd}".to_owned()]))] {
            let error = classes_of(&raw(cells), names).unwrap_err();
            assert!(error.contains("not UTF-8") && (error.contains("row 2") || error.contains("the name")), "{error}");
        }
    }

    fn classes_of(raw: &[RawLabel], names: Option<Vec<String>>) -> Result<Labels, String> {
        let names = names.and_then(|names| Names::of_text(&names.join("\n")));
        super::classes_of(raw, names, &|place| format!("row {}", place + 2))
    }

    fn raw(cells: &str) -> Vec<RawLabel> {
        cells.split(',').map(RawLabel::of_text).collect()
    }

    #[test]
    fn names_that_differ_in_case_or_spaces_are_told_and_accents_are_composed() {
        assert_eq!(alike(["disc", "ring", "disk"]), None);
        assert_eq!(alike(["disc", "ring", "Disc"]), Some(["disc", "Disc"]));
        assert_eq!(alike(["big disc", "big  disc"]), Some(["big disc", "big  disc"]));
        let found = classes_of(&raw("gr\u{f6}\u{df}e,gro\u{308}\u{df}e"), None).unwrap();
        assert_eq!((found.classes, found.labels), (vec!["gr\u{f6}\u{df}e".to_owned()], vec![Ok(0), Ok(0)]));
    }

    #[test]
    fn labels_of_every_kind_become_classes_or_say_what_they_are() {
        let names = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        // The labels, names of classes, the classes, the place of each label's class.
        for (cells, given, classes, places) in [
            ("0,1,2,1", None, "0 1 2", "0 1 2 1"),
            ("10,2,2.0", None, "2 10", "1 0 0"),
            ("0,1,2", Some("a b c"), "a b c", "0 1 2"),
            ("0,2", Some("a b c"), "a b c", "0 2"),
            ("1,2,3", Some("a b c"), "a b c", "0 1 2"),
            ("1,2,4", Some("a b c"), "1 2 4", "0 1 2"),
            ("2,1,2", Some("b,2 a,1 c,3"), "a b c", "1 0 1"),
            ("dog,cat,dog", None, "cat dog", "1 0 1"),
            ("dog,cat", Some("dog cat eel"), "dog cat eel", "0 1"),
            ("10,9,x", None, "9 10 x", "1 0 2"),
            ("-1,1,-1", None, "-1 1", "0 1 0"),
            ("-1,0,1", None, "0 1", "- 0 1"),
            ("0,,nan,1", None, "0 1", "0 - - 1"),
            ("007,001", None, "001 007", "1 0"),
        ] {
            let found = classes_of(&raw(cells), given.map(names)).unwrap();
            let place = |l: &Result<Class, String>| l.as_ref().map_or("-".to_owned(), ToString::to_string);
            let shown: Vec<String> = found.labels.iter().map(place).collect();
            assert_eq!((found.classes.join(" "), shown.join(" ")), (classes.to_owned(), places.to_owned()), "{cells}");
        }
        let large = vec![RawLabel::Number(9.3e18)];
        let many: Vec<RawLabel> = (0..1_001).map(|n| RawLabel::Number(f64::from(n))).collect();
        for (labels, says) in [
            (raw("0.5,1"), "row 2 has the label 0.5, no whole number"),
            (many, "1001 different labels"),
            (large, "too large a number"),
        ] {
            assert!(classes_of(&labels, None).unwrap_err().contains(says), "{says}");
        }
    }

    #[test]
    fn a_row_with_one_1_is_a_class() {
        let numbers = |places: &[f64]| places.iter().map(|p| RawLabel::Number(*p)).collect::<Vec<_>>();
        assert_eq!(one_hot(&[0.0, 1.0, 1.0, 0.0], 2), Some(numbers(&[1.0, 0.0])));
        for values in [[0.0, 0.0], [1.0, 1.0], [0.5, 0.5], [2.0, 0.0]] {
            assert_eq!(one_hot(&values, 2), None, "{values:?}");
        }
    }
}
