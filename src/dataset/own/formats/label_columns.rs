//! Where the labels of a table of files stand.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ops::RangeInclusive;

use super::cells::{label_column, says_no_class, speaks_of_labels};
use super::file_column::is_file_name;
use super::text::is_number;
use crate::dataset::own::labels::{MOST_CLASSES, RawLabel, says_missing};

/// Whole numbers by which findings and grades are written: -1 where it is not certain, 0 and 1, and grades of one digit.
const GRADES: RangeInclusive<f64> = -1.0..=9.0;
/// How it is said that the labels may stand in more than one place.
pub const UNCLEAR: &str = "does not say which";

/// Where the labels of a table stand.
pub enum LabelsIn {
    Nowhere,
    Column(usize),
    /// A column a class, with the name of the class and a 1 in one of them.
    Columns(Vec<(usize, String)>),
}

impl LabelsIn {
    /// The columns of the labels among those that are neither files nor splits; or why it is not clear.
    pub fn find(header: Option<&[String]>, rows: &[Vec<String>], others: &[usize]) -> Result<Self, String> {
        // Files beside the images, such as their masks, are no labels.
        let has_files = |column: usize| rows.iter().all(|row| row.get(column).is_some_and(|cell| is_file_name(cell)));
        let columns = others.len() + 1;
        let others: Vec<usize> =
            others.iter().copied().filter(|column| rows.is_empty() || !has_files(*column)).collect();
        if let Some(named) = header.and_then(label_column).filter(|label| others.contains(label)) {
            return Ok(Self::Column(named));
        }
        let name = |column: usize| header.and_then(|h| h.get(column)).map(String::as_str);
        let speaks = |column: usize| name(column).is_some_and(|name| speaks_of_labels(name, false));
        let may_be = |column: &usize| !name(*column).is_some_and(says_no_class);
        let meant: Vec<usize> = others.iter().copied().filter(may_be).collect();
        match others[..] {
            [] => return Ok(Self::Nowhere),
            [only] if meant == [only] && (header.is_none() || speaks(only) || !is_of_each(rows, only)) => {
                return Ok(Self::Column(only));
            }
            _ => {}
        }
        let bit = |row: &[String], column: usize| row.get(column).and_then(|cell| bit(cell));
        let is_hot = |row: &Vec<String>| {
            let ones = meant.iter().filter(|c| bit(row, **c) == Some(true)).count();
            ones == 1 && meant.iter().filter(|c| bit(row, **c) == Some(false)).count() + 1 == meant.len()
        };
        if meant.len() > 1 && rows.iter().all(is_hot) {
            let names: Option<Vec<&str>> = meant.iter().map(|column| name(*column)).collect();
            if let Some(names) = names {
                return Ok(Self::Columns(meant.into_iter().zip(without_common(&names)).collect()));
            }
        }
        let cells = |column: usize| rows.iter().filter_map(move |r| r.get(column)).filter(|c| !c.is_empty());
        let repeats = |column: &usize| {
            let kinds: HashSet<&String> = cells(*column).collect();
            (2..=MOST_CLASSES.min(rows.len() / 2)).contains(&kinds.len())
        };
        // Words that repeat are classes, and so may numbers be that go from 0 or 1 without a gap, or are grades.
        let likely: Vec<usize> = meant.iter().copied().filter(repeats).collect();
        let known = |column: usize| cells(column).filter(|cell| !says_missing(cell));
        let (words, numbers): (Vec<usize>, Vec<usize>) =
            likely.into_iter().partition(|column| known(*column).any(|cell| !is_number(cell)));
        let is_counted = |column: &usize| {
            let kinds: BTreeSet<u64> = cells(*column).map_while(|cell| cell.parse().ok()).collect();
            let first = kinds.first().copied().unwrap_or(u64::MAX);
            let is_gapless = first <= 1 && kinds.iter().copied().eq((first..).take(kinds.len()));
            is_gapless && cells(*column).all(|cell| cell.parse::<u64>().is_ok())
        };
        let is_graded = |column: &usize| {
            let grade = |cell: &String| cell.parse().ok().filter(|n: &f64| GRADES.contains(n) && n.fract() == 0.0);
            let grades: Option<BTreeSet<i64>> = known(*column).map(|cell| Some(grade(cell)? as i64)).collect();
            grades.is_some_and(|grades| grades.len() > 1)
        };
        let rivals: Vec<usize> = numbers.into_iter().filter(|c| is_counted(c) || is_graded(c)).collect();
        let mut spoken = meant.iter().copied().filter(|column| speaks(*column));
        match (&words[..], &rivals[..], header.is_some()) {
            ([only], [], _) => Ok(Self::Column(*only)),
            ([], [only], false) if is_counted(only) => Ok(Self::Column(*only)),
            // The only one that speaks of labels, beside none of words.
            ([], _, true) if spoken.clone().count() == 1 => Ok(spoken.next().map_or(Self::Nowhere, Self::Column)),
            (.., true) => {
                let names: Vec<String> = others.iter().filter_map(|c| Some(format!("`{}`", name(*c)?))).collect();
                Err(format!(
                    "{UNCLEAR} column has the labels ({}); name it `label`, or keep one column a class with a 1 \
                     in one of them",
                    names.join(", ")
                ))
            }
            (.., false) => Err(format!(
                "{UNCLEAR} of its columns has the labels; give it a first line with the names of its {} columns, \
                 `file` and `label` among them",
                columns
            )),
        }
    }

    /// The label of a row, by its cells.
    pub fn of<'a>(&self, cell: impl Fn(usize) -> Cow<'a, str>) -> RawLabel {
        match self {
            Self::Nowhere => RawLabel::Missing,
            Self::Column(column) => RawLabel::of_text(&cell(*column)),
            Self::Columns(columns) => {
                let mut hot = columns.iter().filter(|(column, _)| bit(&cell(*column)) == Some(true));
                match (hot.next(), hot.next()) {
                    (Some((_, name)), None) => RawLabel::Name(name.clone()),
                    _ => RawLabel::Missing,
                }
            }
        }
    }
}

/// Names of columns without the words that all begin with, unless what is left of one is empty or a number.
fn without_common(names: &[&str]) -> Vec<String> {
    let first = names.first().copied().unwrap_or_default();
    let differs = |(at, c): &(usize, char)| !names.iter().all(|name| name[*at..].starts_with(*c));
    let common = first.char_indices().find(differs).map_or(first, |(at, _)| &first[..at]);
    let end = common.rfind(['_', '.', ':', '/']).map_or(0, |at| at + 1);
    let is_name = |name: &&str| !name[end..].is_empty() && !is_number(&name[end..]);
    let end = if names.iter().all(is_name) { end } else { 0 };
    names.iter().map(|name| name[end..].to_owned()).collect()
}

/// A 1 or a 0, as numbers and as programs write them in words.
fn bit(cell: &str) -> Option<bool> {
    cell.to_ascii_lowercase().parse().ok().or(match cell.parse::<f64>() {
        Ok(1.0) => Some(true),
        Ok(0.0) => Some(false),
        _ => None,
    })
}

/// Fewer rows may have a class each.
const FEW: usize = 10;

/// Whether a column has a value of its own for most rows, as sizes and dates, and no classes.
pub fn is_of_each(rows: &[Vec<String>], column: usize) -> bool {
    let kinds: HashSet<&str> = rows.iter().filter_map(|row| row.get(column)).map(String::as_str).collect();
    rows.len() >= FEW && kinds.len() * 2 > rows.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_labels_is_taken_only_if_no_other_may_be_meant() {
        // Columns behind that of the files: words or numbers of two, three or many kinds.
        let cell = |kind: &str, row: usize| match kind {
            "word" => ["a", "b"][row % 2].to_owned(),
            "sex" => ["m", "f"][row / 2 % 2].to_owned(),
            "bit" => (row / 3 % 2).to_string(),
            "grade" => (1 + row % 3).to_string(),
            "high" => [2, 3, 5][row / 2 % 3].to_string(),
            "share" => format!("{}.0", row / 3 % 2),
            "doubt" => ["1.0", "0.0", "-1.0", "", "nan"][row / 2 % 5].to_owned(),
            "years" => format!("{}.0", 30 + row / 2),
            "width" => (90 + row % 3).to_string(),
            "note" => format!("n{row}"),
            "real" => format!("0.{row}"),
            kind => unreachable!("{kind}"),
        };
        for (names, kinds, chosen) in [
            ("breed", "word", Some(1)),
            ("breed,width,note", "word width note", Some(1)),
            ("score,breed", "real word", Some(2)),
            ("sex,malignant", "sex bit", None),
            ("annotator,verdict", "sex bit", None),
            ("side,level", "word grade", None),
            ("side,level", "word high", None),
            ("sex,malignant", "sex share", None),
            ("view,oedema", "word doubt", None),
            ("sex,age,malignant", "sex years share", None),
            ("breed,age", "word years", Some(1)),
            ("", "share real", None),
            ("breed,fold", "word bit", Some(1)),
            ("sex,breed", "sex word", None),
            ("width,height", "width grade", None),
            ("", "word note", Some(1)),
            ("", "grade real", Some(1)),
            ("", "sex bit", None),
            ("", "width real", None),
            ("sex,label", "sex bit", Some(2)),
            ("bytes", "note", None),
            ("caption_class", "note", Some(1)),
            ("tumour,age_class", "word sex", None),
            ("width,tumour class", "width bit", Some(2)),
            ("predicted_label,true_label", "word sex", Some(2)),
            ("class_name,height", "word width", Some(1)),
            ("x,y,species", "width width word", Some(3)),
            ("patient", "sex", None),
            ("lesion_id", "sex", None),
            ("set", "sex", None),
            ("y_pred", "bit", None),
            ("class_id", "bit", Some(1)),
            ("Patient Gender", "sex", Some(1)),
            ("patient,width", "sex width", None),
            ("Patient ID,breed", "sex word", Some(2)),
            ("breed,prediction", "word sex", Some(1)),
            ("Finding Labels,Patient Gender", "word sex", Some(1)),
            ("dx,sex", "word sex", Some(1)),
        ] {
            let kinds: Vec<&str> = kinds.split(' ').collect();
            let row = |i: usize| {
                [format!("{i}.png")].into_iter().chain(kinds.iter().map(|kind| cell(kind, i))).collect::<Vec<_>>()
            };
            let rows: Vec<Vec<String>> = (0..12).map(row).collect();
            let header: Vec<String> = format!("file,{names}").split(',').map(str::to_owned).collect();
            let header = Some(&header[..]).filter(|_| !names.is_empty());
            let others: Vec<usize> = (1..=kinds.len()).collect();
            let found = match LabelsIn::find(header, &rows, &others) {
                Ok(LabelsIn::Column(column)) => Some(column),
                _ => None,
            };
            assert_eq!(found, chosen, "{names}: {kinds:?}");
        }
    }

    #[test]
    fn classes_in_columns_have_their_names_without_what_all_begin_with() {
        for (names, classes) in [
            ("cat,dog", "cat,dog"),
            ("label_cat,label_dog", "cat,dog"),
            ("is_cat,is_cattle", "cat,cattle"),
            ("label_a_cat,label_a_dog", "cat,dog"),
            ("grade_1,grade_2", "grade_1,grade_2"),
            ("label_,label_dog", "label_,label_dog"),
            ("\u{e9}a,\u{e8}b", "\u{e9}a,\u{e8}b"),
        ] {
            assert_eq!(without_common(&names.split(',').collect::<Vec<_>>()).join(","), classes);
        }
    }
}
