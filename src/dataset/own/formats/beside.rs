//! What tables that lie beside folders of classes, or images without labels, say of them.

use std::collections::{BTreeMap, HashMap};

use super::cells::{self, in_train, label_column};
use super::file_column::{is_called, is_file_name};
use super::file_table::{Table, not_found, told_absent, told_twice};
use super::folders::{self, LEFT_ASIDE, is_image};
use super::groups;
use super::known::NotFound;
use super::label_columns::LabelsIn;
use super::split_columns::Splits;
use super::table_names::{MOST_BYTES, candidates, known, split_of};
use super::text::is_number;
use crate::dataset::own::listing::{Listing, Part};
use crate::dataset::own::tree::Tree;

/// Adds to image files in folders what tables beside them say: their splits, and why no labels are read.
pub fn read(tree: &Tree, listing: &mut Listing) {
    listing.warnings.extend(strange(tree));
    listing.notes.extend(wordy(tree).filter(|_| listing.classes.is_empty()));
    if candidates(tree).next().is_none() {
        return;
    }
    let images = known(tree);
    let mut parts: HashMap<String, Part> = HashMap::new();
    let mut no_splits: BTreeMap<String, usize> = BTreeMap::new();
    let [mut read, mut divided, mut groups_in]: [Vec<String>; 3] = Default::default();
    let has_classes = !listing.classes.is_empty();
    for file in candidates(tree) {
        let Ok(Some(mut table)) = Table::read(tree, file, &images) else { continue };
        let name = file.name();
        if let Some(why) = table.doubt(&images, file.folders(), has_classes) {
            if has_classes && table.is_of_several(&listing.classes) {
                let help = "or give the folder of the images alone";
                listing.unclear.get_or_insert_with(|| tree.fault(Some(file), format!("{why}, {help}")));
                continue;
            }
            let told = format!("no label is read from {name}, which {why}");
            listing.warnings.extend(table.is_named.then_some(told));
            continue;
        }
        if !table.is_sure {
            continue;
        }
        groups_in.extend(groups::column(&table));
        let taken = "names images, but has no labels in a column that is called so; the classes are the folders";
        match table.label {
            Ok(LabelsIn::Nowhere) if !has_classes && table.splits == Splits::Nowhere && split_of(file).is_none() => {
                listing.notes.push(format!("{name} names images, and has no labels; give it a column `label`"));
            }
            Ok(LabelsIn::Nowhere) => {}
            Ok(LabelsIn::Column(_) | LabelsIn::Columns(_)) => listing.warnings.push(format!("{name} {taken}")),
            Err(_) => listing.notes.push(format!("{name} {taken}")),
        }
        listing.notes.extend(table.notes.iter().map(|note| format!("{name}: {note}")));
        if table.splits == Splits::Nowhere && split_of(file).is_none() {
            continue;
        }
        table.label = Ok(LabelsIn::Nowhere);
        listing.notes.push(table.note(file));
        let mut absent: Vec<String> = Vec::new();
        for (line, row) in table.lines.iter().zip(&table.rows) {
            let told = table.told(row, &mut no_splits);
            match images.find(table.name_in(row), file.folders(), told) {
                Ok(index) => {
                    let there = told.map(|part| *parts.entry(tree.files[index].name()).or_insert(part));
                    divided.extend((there != told).then(|| tree.files[index].name()));
                }
                Err(NotFound::None) if table.is_list => absent.push(table.name_in(row).to_owned()),
                Err(why) => listing.unreadable.push(not_found(table.name_in(row), why, *line, file)),
            }
        }
        listing.warnings.extend(told_absent(file, &absent));
        read.push(name);
    }
    listing.notes.extend(in_train(&no_splits));
    listing.warnings.extend(told_twice(&divided, "splits"));
    for item in &mut listing.items {
        item.part = parts.get(&item.name).copied().or(item.part);
    }
    listing.warnings.extend(groups::told(&groups_in, &listing.items));
    let without = listing.items.iter().filter(|item| item.part.is_none()).count();
    if !parts.is_empty() && without > 0 {
        listing.notes.push(format!("images whose split no table says are in train: {without}"));
    }
    if !read.is_empty() {
        listing.notes.retain(|note| !note.starts_with(LEFT_ASIDE));
        let is_aside = |i: &usize| !is_image(tree, &tree.files[*i]) && !read.contains(&tree.files[*i].name());
        let aside: Vec<usize> = (0..tree.files.len()).filter(is_aside).collect();
        listing.notes.extend(folders::left_aside(tree, &aside));
    }
}

/// A text whose first line has the name of an image and more behind it than a label: it is read as no table.
fn wordy(tree: &Tree) -> Option<String> {
    let texts = || tree.files.iter().filter(|f| f.extension() == "txt" && f.bytes <= MOST_BYTES);
    texts().next()?;
    let images = known(tree);
    let file = texts().find(|file| {
        let bytes = tree.read_unpacked(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut cells = lines.next().unwrap_or_default().split_whitespace();
        let names = cells.next().is_some_and(|name| !is_number(name) && images.has(name, file.folders()));
        names && cells.count() > 1
    })?;
    let help = "if labels are in it, save it as CSV with columns file and label";
    Some(format!("{} has names of images with more than a label behind them, and is not read; {help}", file.name()))
}

/// A table that was meant to have labels, by the name of a column, and the first of its names, if none is among the
/// images.
fn strange(tree: &Tree) -> Option<String> {
    let images = known(tree);
    candidates(tree).find_map(|file| {
        let bytes = tree.read_unpacked(file).ok()?;
        if bytes.trim_ascii().is_empty() && file.extension() != "txt" {
            return Some(format!("{} is empty; no label is read from it", file.name()));
        }
        let mut rows = match cells::rows(&bytes) {
            Ok(rows) => rows.into_byte_records(),
            Err(no_text) => return Some(format!("{} {no_text}; no label is read from it", file.name())),
        };
        let header = cells::cells(&rows.next()?.ok()?);
        label_column(&header)?;
        let first = cells::cells(&rows.next()?.ok()?);
        let is_of_files = |(cell, name): &(&String, &String)| is_called(name) || is_file_name(cell);
        let (name, named) = (
            file.name(),
            first.iter().zip(&header).rev().filter(is_of_files).max_by_key(|(cell, _)| is_file_name(cell))?.0,
        );
        (!images.has(named, file.folders())).then(|| {
            format!("{name} has labels, but of none of the images that are here: its first row names `{named}`")
        })
    })
}
