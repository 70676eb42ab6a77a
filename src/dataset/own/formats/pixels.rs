//! Tables with an image a row and a pixel a column, in CSV, with or without a header and a column of labels.

use std::collections::HashSet;
use std::sync::Arc;

use super::cells::{cells, is_index, is_number, label_column, rows};
use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Kind, Number, of_rows};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, MOST_CLASSES, RawLabel, classes_of};
use crate::dataset::own::listing::{Item, Listing, Part, Unreadable};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Pixels;

/// Values are kept with 32 bits: pixels have no more digits.
const FLOAT: Number = Number { kind: Kind::Float, width: 4, big_endian: false };
/// Fewer columns are no image.
const FEWEST_COLUMNS: usize = 9;
/// Rows that are looked at to find the label among columns without names.
const LOOKED_AT: usize = 1_000;

impl Format for Pixels {
    fn name(&self) -> &'static str {
        "CSV of pixels"
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| is_table(tree, f)).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let (mut items, mut raw, mut arrays, mut unreadable, mut notes) = (vec![], vec![], vec![], vec![], vec![]);
        for file in tree.files.iter().filter(|f| is_table(&tree, f)) {
            let fault = |e: String| tree.fault(Some(file), e);
            let table = Table::read(&tree.read_unpacked(file).map_err(fault)?).map_err(fault)?;
            notes.extend(table.notes.iter().map(|note| format!("{}: {note}", file.name())));
            unreadable.extend(
                table
                    .bad
                    .into_iter()
                    .map(|(row, reason)| Unreadable::new(format!("{}, row {row}", file.name()), reason)),
            );
            let part = Part::within(file.file_name());
            items.extend(table.lines.iter().map(|line| Item {
                name: format!("{}, row {line}", file.name()),
                part,
                label: None,
            }));
            raw.extend(table.labels);
            let bytes = table.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            let [height, width, channels] = table.shape;
            arrays.push(Array::in_order(FLOAT, bytes, [table.lines.len(), height, width, channels], true));
        }
        let found = classes_of(&raw, labels::names_in(&tree)).map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let arrays = Arrays::new(arrays);
        notes.extend(arrays.notes());
        let labelled = with_labels(items, found.labels, &found.classes, &mut unreadable, Box::new(arrays));
        let (items, images) = labelled;
        Ok(Listing { format: self.name().into(), items, classes: found.classes, images, unreadable, notes })
    }
}

/// Whether a file is a table of numbers, of as many columns as an image has pixels.
fn is_table(tree: &Tree, file: &Entry) -> bool {
    if !["csv", "tsv", "txt", "data"].contains(&file.extension().as_str()) {
        return false;
    }
    let Ok(bytes) = tree.read_unpacked(file) else { return false };
    let Ok(rows) = rows(&bytes) else { return file.extension() == "csv" };
    let second = rows.into_byte_records().flatten().nth(1).map(|r| cells(&r)).unwrap_or_default();
    second.len() >= FEWEST_COLUMNS && second.iter().filter(|c| is_number(c) || c.is_empty()).count() + 2 >= second.len()
}

/// The images and labels of a table.
struct Table {
    shape: [usize; 3],
    values: Vec<f32>,
    labels: Vec<RawLabel>,
    /// The number of each row in the file, from 1.
    lines: Vec<usize>,
    bad: Vec<(usize, String)>,
    notes: Vec<String>,
}

impl Table {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut start: Vec<Vec<String>> = Vec::new();
        for record in rows(bytes)?.into_byte_records().take(LOOKED_AT) {
            start.push(cells(&record.map_err(|e| format!("cannot be read as a table ({e})"))?));
        }
        let header = start.first().filter(|_| is_header(&start)).cloned();
        let data = &start[usize::from(header.is_some())..];
        let columns = header.as_ref().or(data.first()).map_or(0, Vec::len);
        let mut notes = Vec::new();
        let mut left: Vec<usize> = (0..columns).collect();
        if let Some(header) = &header {
            let mut index: Vec<usize> = left.iter().copied().filter(|c| is_index(&header[*c])).collect();
            index.truncate(1);
            left.retain(|c| !index.contains(c));
            notes.extend(index.iter().map(|c| format!("column {} numbers the rows and is left aside", c + 1)));
        }
        let label = label_of(header.as_deref(), data, &left)?;
        if let Some(label) = label {
            left.retain(|c| *c != label);
            notes.push(match header.as_ref().map(|h| h[label].as_str()).filter(|name| !name.is_empty()) {
                Some(name) => format!("the label is column {} (`{name}`)", label + 1),
                None => format!("the label is taken from column {}, which has no name", label + 1),
            });
        }
        let shape = of_rows(left.len())
            .ok_or_else(|| format!("has {} columns of pixels, which make no square image, grey or RGB", left.len()))?;
        if shape[2] == 3 {
            notes.push("its pixels are read as red, green and blue planes, one after another".into());
        }
        let (mut values, mut labels, mut lines, mut bad) = (vec![], vec![], vec![], vec![]);
        for (i, record) in rows(bytes)?.into_byte_records().enumerate().skip(usize::from(header.is_some())) {
            let record = record.map_err(|e| format!("cannot be read as a table ({e})"))?;
            if record.len() != columns {
                bad.push((i + 1, format!("has {} cells instead of {columns}", record.len())));
                continue;
            }
            let before = values.len();
            let cell = |c: usize| std::str::from_utf8(&record[c]).unwrap_or("?");
            for &column in &left {
                match cell(column).parse::<f32>() {
                    Ok(value) => values.push(value),
                    Err(_) => {
                        let what =
                            if cell(column).is_empty() { "is empty".into() } else { format!("is `{}`", cell(column)) };
                        bad.push((i + 1, format!("its cell {} {what}, not a number", column + 1)));
                        break;
                    }
                }
            }
            if values.len() - before != left.len() {
                values.truncate(before);
                continue;
            }
            labels.push(label.map_or(RawLabel::Missing, |l| RawLabel::of_text(cell(l))));
            lines.push(i + 1);
        }
        Ok(Self { shape, values, labels, lines, bad, notes })
    }
}

/// Whether the first row has names: a word above a number, or the numbers of the columns.
fn is_header(rows: &[Vec<String>]) -> bool {
    let [first, second, ..] = rows else { return false };
    let word = first.iter().zip(second).any(|(name, value)| !is_number(name) && (is_number(value) || value.is_empty()));
    let numbers: Vec<usize> = first.iter().filter_map(|c| c.parse().ok()).collect();
    word || (numbers.len() > 2 && numbers.iter().enumerate().all(|(i, n)| i == *n))
}

/// The column with the label: that of its name, that which has words, or the first or last of which the rest is square.
fn label_of(header: Option<&[String]>, rows: &[Vec<String>], columns: &[usize]) -> Result<Option<usize>, String> {
    let named = header.and_then(label_column);
    let cells = |c: usize| rows.iter().filter_map(move |r| r.get(c).map(String::as_str));
    let words: Vec<usize> =
        columns.iter().copied().filter(|c| cells(*c).any(|v| !v.is_empty() && !is_number(v))).collect();
    let squares = of_rows(columns.len()).is_some();
    let without = of_rows(columns.len().saturating_sub(1)).is_some();
    Ok(match (named, &words[..]) {
        (Some(named), _) => Some(named),
        (None, [column]) if !squares || without => Some(*column),
        (None, _) if squares || !without => None,
        (None, _) => {
            let [first, last] = [columns.first(), columns.last()].map(|c| c.copied().unwrap_or(0));
            // A pixel in a corner is the same everywhere, or has many values.
            let kinds = |c: usize| {
                let values: HashSet<&str> = cells(c).collect();
                let whole = values.iter().all(|v| v.parse::<f64>().is_ok_and(|n| n.fract() == 0.0));
                (whole && (2..=MOST_CLASSES).contains(&values.len())).then_some(values.len())
            };
            match (kinds(first), kinds(last)) {
                (Some(a), Some(b)) if a <= b => Some(first),
                (Some(_), None) => Some(first),
                (_, Some(_)) => Some(last),
                (None, None) => {
                    return Err(format!(
                        "has {} columns without names, and neither the first nor the last is a label; name one `label`",
                        columns.len()
                    ));
                }
            }
        }
    })
}
