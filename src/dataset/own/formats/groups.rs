//! Images that are of one patient or one film, which a test split that is drawn image by image does not keep together.

use std::collections::{BTreeSet, HashSet};

use super::file_table::Table;
use super::label_columns::LabelsIn;
use super::masks::{base, stem};
use crate::dataset::own::listing::{Item, Listing, Part, words};

/// Words for those whom several images are of, and those that may stand beside them.
const GROUPS: [&str; 13] = [
    "patient",
    "patients",
    "subject",
    "subjects",
    "participant",
    "participants",
    "donor",
    "lesion",
    "study",
    "case",
    "video",
    "slide",
    "driver",
];
const OF_GROUPS: [&str; 8] = ["id", "uid", "no", "nr", "number", "code", "name", "key"];
/// Words for parts or copies of one image or film, with a number behind them.
const PARTS: [&str; 7] = ["frame", "aug", "augmented", "crop", "patch", "tile", "slice"];
/// Fewer values are kinds of something, and no patients.
const FEWEST: usize = 3;
const LEAK: &str =
    "may be both in train and in test, which makes results too good: the test split is drawn image by image";

/// The column of a table, neither of its files nor of its labels, that says of whom each image is, if several are of one.
pub fn column(table: &Table) -> Option<String> {
    let header = table.header.as_deref()?;
    let label = match table.label {
        Ok(LabelsIn::Column(label)) => Some(label),
        _ => None,
    };
    let is_of_files = |column: usize| {
        let is_file = |row: &Vec<String>| row.get(column).is_some_and(|cell| cell == table.name_in(row));
        table.rows.iter().all(is_file)
    };
    let found = (0..header.len())
        .find(|c| Some(*c) != label && is_of_several(&header[*c], *c, &table.rows) && !is_of_files(*c))?;
    Some(header[found].trim().to_owned())
}

/// Whether a column is called as one of patients or the like, and some of them have several rows.
fn is_of_several(name: &str, column: usize, rows: &[Vec<String>]) -> bool {
    let (groups, others): (Vec<_>, Vec<_>) = words(name).into_iter().partition(|w| GROUPS.contains(&w.as_str()));
    let cells = || rows.iter().filter_map(move |row| row.get(column)).filter(|cell| !cell.is_empty());
    let kinds = cells().collect::<HashSet<_>>().len();
    !groups.is_empty()
        && others.iter().all(|word| OF_GROUPS.contains(&word.as_str()))
        && (FEWEST..cells().count()).contains(&kinds)
}

/// What is told of images that columns say to be of one, where their test split is drawn.
pub fn told(columns: &[String], items: &[Item]) -> Option<String> {
    let column = columns.first().filter(|_| is_drawn(items))?;
    Some(format!("images of one `{column}` {LEAK}; give a column `split`"))
}

/// What is told of images that folders inside those of classes, or the names of files, say to be of one.
pub fn told_by_names(listing: &Listing) -> Option<String> {
    if listing.classes.is_empty() || !is_drawn(&listing.items) {
        return None;
    }
    let help = "put them into folders `train` and `test`";
    let names = listing.items.iter().map(|item| item.name.rsplit_once('/').unwrap_or(("", item.name.as_str())));
    let is_group = |folder: &&str| {
        let first = words(folder).into_iter().next().unwrap_or_default();
        let word = first.trim_end_matches(|c: char| c.is_ascii_digit());
        folder.ends_with(|c: char| c.is_ascii_digit())
            && GROUPS.contains(&word)
            && !listing.classes.iter().any(|class| class == folder)
    };
    let groups: BTreeSet<&str> = names.clone().flat_map(|(folders, _)| folders.split('/')).filter(is_group).collect();
    if let Some(group) = groups.first().filter(|_| groups.len() >= FEWEST && groups.len() < listing.items.len()) {
        return Some(format!("images in one folder of a patient or the like, such as {group}, {LEAK}; {help}"));
    }
    let parts: Vec<(&str, String)> =
        names.filter_map(|(folders, name)| Some((folders, base(&stem(name), &PARTS)?.to_owned()))).collect();
    let of: HashSet<&(&str, String)> = parts.iter().collect();
    let are_parts = parts.len() * 2 > listing.items.len() && of.len() * 2 <= parts.len();
    let (_, first) = parts.first().filter(|_| are_parts)?;
    Some(format!("images that are parts or copies of one by their names, such as those of `{first}`, {LEAK}; {help}"))
}

/// Whether the test split is not given.
fn is_drawn(items: &[Item]) -> bool {
    let test = items.iter().filter(|item| item.part == Some(Part::Test)).count();
    test == 0 || test == items.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_patients_with_several_images_each_is_told() {
        for (name, values, found) in [
            ("patient_id", 4, true),
            ("Patient ID", 4, true),
            ("lesion_id", 4, true),
            ("subject", 4, true),
            ("patient_id", 12, false),
            ("case", 2, false),
            ("patient_age", 4, false),
            ("breed", 4, false),
        ] {
            let rows: Vec<Vec<String>> = (0..12).map(|i| vec![format!("{i}.png"), (i % values).to_string()]).collect();
            assert_eq!(is_of_several(name, 1, &rows), found, "{name} of {values}");
        }
        let item = |part| Item { name: String::new(), part, label: None };
        let columns = ["patient_id".to_owned()];
        assert!(
            told(&columns, &[item(None), item(None)]).unwrap().starts_with("images of one `patient_id` may be both")
        );
        assert_eq!(told(&columns, &[item(None), item(Some(Part::Test))]), None);
    }
}
