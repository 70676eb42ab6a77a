//! Tables with an image a row and a pixel a column, in CSV, with or without a header and a column of labels; or with all
//! pixels of an image in one cell.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::cells::{
    FEWEST_COLUMNS, cells, counts_rows, in_order_of_numbers, in_train, is_called_split, is_index, is_split,
    label_column, reader, rows, says_no_class, separated, split_column, unread_split, usual_width,
};
use super::corners::corner;
use super::idx::{EXCHANGED, TRANSPOSED, mapping};
use super::label_columns::{LabelsIn, UNCLEAR, is_of_each};
use super::text::{self, is_number};
use crate::dataset::DataError;
use crate::dataset::own::array::{Array, Arrays, Kind, Number, of_rows};
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{RawLabel, classes_of};
use crate::dataset::own::listing::{Item, Listing, Part, Unreadable, words};
use crate::dataset::own::names::{Names, names_in};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Pixels;

/// Values are kept with 32 bits: pixels have no more digits.
const FLOAT: Number = Number { kind: Kind::Float, width: 4, big_endian: false };
/// What is said of columns that are put in order.
const IN_ORDER: &str = "the columns of pixels are put in the order of the numbers in their names";
/// Rows that are looked at to find the label, of a longer table all over it.
const LOOKED_AT: usize = 1_000;
/// Bytes that are looked at to tell a table of pixels.
const START: usize = 1 << 20;

impl Format for Pixels {
    fn name(&self) -> &'static str {
        "CSV of pixels"
    }

    fn claims(&self, tree: &Tree) -> usize {
        tree.files.iter().filter(|f| is_table(tree, f)).count()
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let (mut items, mut raw, mut arrays, mut unreadable, mut notes) = (vec![], vec![], vec![], vec![], vec![]);
        let mut guessed: Option<(usize, String)> = None;
        let (mut unclear, mut names) = (None, None);
        for file in tree.files.iter().filter(|f| is_table(&tree, f)) {
            let fault = |e: String| tree.fault(Some(file), e);
            let mut table = Table::read(&tree.read_unpacked(file).map_err(fault)?).map_err(fault)?;
            if let Some(here) = table.guessed {
                let (there, other) = guessed.get_or_insert_with(|| (here, file.name()));
                if *there != here {
                    let detail = format!(
                        "seems to have its labels in column {}, and {other} in column {}; name the columns",
                        here + 1,
                        *there + 1
                    );
                    return Err(fault(detail));
                }
            }
            unclear = unclear.or(table.unclear.map(fault));
            notes.extend(table.notes.iter().map(|note| format!("{}: {note}", file.name())));
            let name = |row: usize| format!("{}, row {row}", file.name());
            unreadable.extend(table.bad.into_iter().map(|(row, reason)| Unreadable::new(name(row), reason)));
            let part = Part::within(file.file_name());
            let item =
                |(line, told): (&usize, &Option<Part>)| Item { name: name(*line), part: told.or(part), label: None };
            items.extend(table.lines.iter().zip(&table.parts).map(item));
            let transposed = file.file_name().to_lowercase().contains(TRANSPOSED);
            if let Some(letters) = Some(file).filter(|_| transposed).and_then(|file| mapping(&tree, file)) {
                table.labels.iter_mut().for_each(|label| letters.name(label));
                names = Some(Names::in_order(letters.names()));
            }
            raw.append(&mut table.labels);
            let bytes = table.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            let [height, width, channels] = table.shape;
            let array = Array::in_order(FLOAT, bytes, [table.lines.len(), height, width, channels], true);
            let array = array.in_likely_order(&mut notes);
            arrays.push(if transposed { array.transposed() } else { array });
            notes.extend(transposed.then(|| format!("{}: {EXCHANGED}", file.name())));
        }
        let found = classes_of(&raw, names.or_else(|| names_in(&tree)), &|i| items[i].name.clone())
            .map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let arrays = Arrays::new(arrays);
        notes.extend(arrays.notes());
        let warnings = [found.warnings, arrays.warnings()].concat();
        let labelled = with_labels(items, found.labels, &found.classes, &mut unreadable, Box::new(arrays));
        let (items, images) = labelled;
        let format = self.name().into();
        Ok(Listing { format, items, classes: found.classes, images, unreadable, notes, warnings, unclear })
    }
}

/// Whether a file is a table of numbers, of as many columns as an image has pixels, or with as many numbers in one cell.
fn is_table(tree: &Tree, file: &Entry) -> bool {
    if !["csv", "tsv", "txt", "data"].contains(&file.extension().as_str()) {
        return false;
    }
    let Ok(mut bytes) = tree.read_unpacked(file) else { return false };
    bytes.truncate(START);
    let bytes = text::of_table(&bytes, &mut Vec::new());
    let Ok(rows) = rows(&bytes) else { return file.extension() == "csv" };
    let second = rows.into_byte_records().flatten().nth(1).map(|r| cells(&r)).unwrap_or_default();
    let numbers = second.iter().filter(|c| is_number(c) || c.is_empty()).count();
    (second.len() >= FEWEST_COLUMNS && numbers + 3 >= second.len()) || second.iter().any(|cell| is_packed(cell))
}

/// Whether a cell holds the pixels of an image, with spaces between.
fn is_packed(cell: &str) -> bool {
    let mut numbers = cell.split_ascii_whitespace();
    numbers.clone().nth(FEWEST_COLUMNS - 1).is_some() && numbers.all(is_number)
}

/// The images and labels of a table.
struct Table {
    shape: [usize; 3],
    values: Vec<f32>,
    labels: Vec<RawLabel>,
    /// The column of the labels, if it has no name.
    guessed: Option<usize>,
    /// The split that each row says.
    parts: Vec<Option<Part>>,
    /// The number of each row in the file, from 1.
    lines: Vec<usize>,
    bad: Vec<(usize, String)>,
    notes: Vec<String>,
    /// Why it is not clear which column has the labels; none is read then.
    unclear: Option<String>,
}

/// Which column is what.
struct Columns {
    pixels: Vec<usize>,
    /// Whether the one column of pixels holds all of an image.
    packed: bool,
    label: LabelsIn,
    part: Option<usize>,
    /// Why it is not clear which has the labels.
    unclear: Option<String>,
}

impl Table {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut notes = Vec::new();
        let bytes = &text::of_table(bytes, &mut notes)[..];
        let mut start: Vec<Vec<String>> = Vec::new();
        for record in rows(bytes)?.into_byte_records().take(LOOKED_AT) {
            start.push(cells(&record.map_err(|e| format!("cannot be read as a table ({e})"))?));
        }
        let is_mangled = is_mangled(&start);
        if is_mangled {
            notes.push("the first row is no image: pandas has numbered its values, as names that repeat".into());
        }
        let header = start.first().filter(|_| is_mangled || is_header(&start)).cloned();
        let data = &start[usize::from(header.is_some())..];
        // One row that is short, the first too, is left out alone.
        let width = header.as_ref().map_or_else(|| usual_width(data), Vec::len);
        let named = header.as_deref().filter(|_| !is_mangled);
        let is_longer = start.len() == LOOKED_AT;
        let spread = if is_longer { spread(bytes, LOOKED_AT, width)? } else { Vec::new() };
        let looked_at = if spread.is_empty() { data } else { &spread[..] };
        let counts = named.is_none() && counts_rows(data, 0);
        let columns = Columns::find(named, counts, looked_at, width, &mut notes)?;
        let pixels = match columns.packed {
            true => looked_at.first().map_or(0, |row| row[columns.pixels[0]].split_ascii_whitespace().count()),
            false => columns.pixels.len(),
        };
        let shape = of_rows(pixels).ok_or_else(|| {
            let of = if columns.packed { "pixels in a cell" } else { "columns of pixels" };
            format!("has {pixels} {of}, which make no square image, grey or RGB")
        })?;
        let guessed = match columns.label {
            LabelsIn::Column(label) if named.is_none() => Some(label),
            _ => None,
        };
        let (values, labels, parts, lines, bad) = Default::default();
        let unclear = columns.unclear.clone();
        let mut table = Self { shape, values, labels, guessed, parts, lines, bad, notes, unclear };
        let mut no_splits: BTreeMap<String, usize> = BTreeMap::new();
        for (i, record) in rows(bytes)?.into_byte_records().enumerate().skip(usize::from(header.is_some())) {
            let record = record.map_err(|e| format!("cannot be read as a table ({e})"))?;
            if record.len() != width {
                table.bad.push((i + 1, format!("has {} cells instead of {width}", record.len())));
                continue;
            }
            let before = table.values.len();
            match columns.values(&record, pixels, &mut table.values) {
                Ok(()) => {}
                Err(reason) => {
                    table.values.truncate(before);
                    table.bad.push((i + 1, reason));
                    continue;
                }
            }
            table.labels.push(columns.label.of(|column| cell(&record, column)));
            let said = columns.part.map(|p| cell(&record, p));
            let told = said.as_deref().and_then(Part::within);
            if let Some(said) = said.filter(|_| told.is_none()) {
                *no_splits.entry(said.into_owned()).or_default() += 1;
            }
            table.parts.push(told);
            table.lines.push(i + 1);
        }
        table.notes.extend(in_train(&no_splits));
        Ok(table)
    }
}

/// At most so many rows of this width at even distances over all of a table, so that one in the order of its classes shows
/// all of them.
fn spread(bytes: &[u8], most: usize, width: usize) -> Result<Vec<Vec<String>>, String> {
    let (separator, text) = separated(bytes)?;
    let end_of = |from: usize| text[from..].iter().position(|b| *b == b'\n').map(|place| from + place);
    let (mut found, mut end) = (Vec::new(), 0);
    for place in 0..most {
        // The row that is met is passed over: its beginning is not known, and the first may have the names.
        let Some(before) = end_of(end.max(text.len() / most * place)) else { break };
        end = end_of(before + 1).unwrap_or(text.len());
        let record = reader(&text[before + 1..end], separator).into_byte_records().next();
        found.extend(record.and_then(Result::ok).map(|record| cells(&record)).filter(|row| row.len() == width));
    }
    Ok(found)
}

fn cell(record: &csv::ByteRecord, column: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(record.get(column).unwrap_or_default())
}

impl Columns {
    /// By some of the rows; `is_counted` says whether the first column counts them.
    fn find(
        header: Option<&[String]>,
        is_counted: bool,
        rows: &[Vec<String>],
        width: usize,
        notes: &mut Vec<String>,
    ) -> Result<Self, String> {
        let mut left: Vec<usize> = (0..width).collect();
        // What ends each line may be a separator.
        let is_empty = |row: &[String], column: usize| row.get(column).is_none_or(String::is_empty);
        let last = left.last().copied().filter(|last| rows.iter().all(|row| is_empty(row, *last)));
        if let Some(last) = last.filter(|last| header.is_none_or(|header| is_empty(header, *last))) {
            left.pop();
            notes.push(format!("column {} is empty and is left aside", last + 1));
        }
        let index = match header {
            Some(header) => left.iter().copied().find(|c| is_index(&header[*c])),
            None => Some(0).filter(|_| is_counted),
        };
        if let Some(index) = index {
            left.retain(|c| *c != index);
            notes.push(format!("column {} numbers the rows and is left aside", index + 1));
        }
        let part = header.and_then(|header| split_column(header, rows));
        if let Some(part) = part {
            left.retain(|c| *c != part);
            notes.push(format!("the split is column {}", part + 1));
        }
        if let Some(header) = header {
            let has_label = label_column(header).is_some();
            left.retain(|c| !(is_called_split(&header[*c]) || has_label && is_split(&header[*c])));
        }
        let packed = left.iter().copied().find(|c| rows.first().and_then(|r| r.get(*c)).is_some_and(|c| is_packed(c)));
        let by_name = header.filter(|_| packed.is_none()).and_then(|header| counted(header, &left));
        let label = match (packed, header, &by_name) {
            (Some(packed), ..) => {
                left.retain(|c| *c != packed);
                match header {
                    Some(header) => label_beside(header, rows, &left),
                    None => Ok(only(&left).map_or(LabelsIn::Nowhere, LabelsIn::Column)),
                }
            }
            (None, Some(header), Some(pixels)) => {
                let others: Vec<usize> = left.iter().copied().filter(|c| !pixels.contains(c)).collect();
                label_beside(header, rows, &others)
            }
            _ => label_of(header, rows, &left),
        };
        let (label, unclear) = match label {
            Err(why) if why.starts_with(UNCLEAR) => (LabelsIn::Nowhere, Some(why)),
            found => (found?, None),
        };
        let labels: Vec<usize> = match &label {
            LabelsIn::Nowhere => Vec::new(),
            LabelsIn::Column(label) => vec![*label],
            LabelsIn::Columns(columns) => columns.iter().map(|(column, _)| *column).collect(),
        };
        left.retain(|c| !labels.contains(c));
        match labels[..] {
            [] => {}
            [label] => notes.push(match header.map(|h| h[label].as_str()).filter(|name| !name.is_empty()) {
                Some(name) => format!("the label is column {} (`{name}`)", label + 1),
                None => format!("the label is taken from column {}, which has no name", label + 1),
            }),
            _ => notes.push(format!("the label is the column with the 1, of {}", labels.len())),
        }
        if packed.is_none() {
            for column in left.extract_if(.., |c| are_words(rows, *c)) {
                notes.push(format!("column {} has words and is left aside", column + 1));
            }
        }
        if let Some(header) = header {
            for column in left.extract_if(.., |c| by_name.as_ref().is_some_and(|pixels| !pixels.contains(c))) {
                notes.push(format!(
                    "column {} (`{}`) is no pixel by its name and is left aside",
                    column + 1,
                    header[column]
                ));
            }
            let read: Vec<usize> = part.into_iter().chain(labels).chain(left.iter().copied()).collect();
            notes.extend(unread_split(header, rows, &read));
            if packed.is_none()
                && let Some([one, other]) = coordinates(left.iter().map(|c| header[*c].as_str()))
            {
                return Err(format!("has columns of coordinates (`{one}`, `{other}`), and no pixels"));
            }
            if packed.is_none()
                && let Some(order) = in_order_of_numbers(left.iter().map(|c| header[*c].as_str()))
            {
                notes.push(IN_ORDER.into());
                left = order.into_iter().map(|place| left[place]).collect();
            }
        }
        let pixels = packed.map_or(left, |packed| vec![packed]);
        Ok(Self { pixels, packed: packed.is_some(), label, part, unclear })
    }

    /// Adds the pixels of a row; or says what is none.
    fn values(&self, record: &csv::ByteRecord, pixels: usize, into: &mut Vec<f32>) -> Result<(), String> {
        let number = |text: &str, column: usize| {
            text.parse::<f32>().map_err(|_| {
                let what = if text.is_empty() { "is empty".into() } else { format!("is `{text}`") };
                format!("its cell {} {what}, not a number", column + 1)
            })
        };
        if !self.packed {
            return self.pixels.iter().try_for_each(|c| {
                into.push(number(&cell(record, *c), *c)?);
                Ok(())
            });
        }
        let column = self.pixels[0];
        let before = into.len();
        for text in cell(record, column).split_ascii_whitespace() {
            into.push(number(text, column)?);
        }
        match into.len() - before {
            found if found == pixels => Ok(()),
            found => Err(format!("has {found} pixels instead of {pixels}")),
        }
    }
}

/// The columns whose names are one word and a number, if they are most of all, and as many as an image has pixels.
fn counted(header: &[String], columns: &[usize]) -> Option<Vec<usize>> {
    let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for column in columns {
        let name = header[*column].trim();
        let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if word.len() < name.len() {
            families.entry(word).or_default().push(*column);
        }
    }
    let is_image = |pixels: &Vec<usize>| pixels.len() >= FEWEST_COLUMNS && of_rows(pixels.len()).is_some();
    families.into_values().find(|pixels| pixels.len() * 2 > columns.len() && is_image(pixels))
}

/// Two names of columns, if each is that of an x, a y or a z, and not of one of them alone: points, and no pixels.
fn coordinates<'a>(names: impl Iterator<Item = &'a str>) -> Option<[&'a str; 2]> {
    let axis = |name: &str| {
        let said = words(name);
        let plain = said.iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
        let axes: BTreeSet<String> = plain.filter(|word| ["x", "y", "z"].contains(word)).map(str::to_owned).collect();
        if axes.len() == 1 { axes.into_iter().next() } else { None }
    };
    let axes: Vec<(&str, String)> = names.map(|name| Some((name, axis(name)?))).collect::<Option<_>>()?;
    let (one, first) = axes.first()?;
    axes.iter().find(|(_, other)| other != first).map(|(other, _)| [*one, *other])
}

/// Where the labels stand in named columns beside the pixels: in none whose values differ in most rows, or have fractions.
fn label_beside(header: &[String], rows: &[Vec<String>], columns: &[usize]) -> Result<LabelsIn, String> {
    let named = label_column(header);
    let is_fraction =
        |cell: &String| cell.parse::<f64>().is_ok_and(|number| number.is_finite() && number.fract() != 0.0);
    let is_measured = |c: usize| rows.iter().filter_map(|row| row.get(c)).any(is_fraction);
    let may_be = |c: usize| !says_no_class(&header[c]) && !is_index(&header[c]) && !is_of_each(rows, c);
    let is_meant = |c: &usize| named == Some(*c) || (may_be(*c) && !is_measured(*c));
    // Of a file in the order of its classes the rows may have one of them.
    let is_same = |c: &usize| rows.iter().all(|row| row.get(*c) == rows[0].get(*c));
    let meant = || columns.iter().copied().filter(is_meant);
    if named.is_none() && rows.len() + 1 >= LOOKED_AT && meant().count() > 1 && meant().any(|c| is_same(&c)) {
        let names: Vec<String> = meant().map(|c| format!("`{}`", header[c])).collect();
        return Err(format!(
            "{UNCLEAR} column has the labels in the rows that are looked at ({}); name it `label`",
            names.join(", ")
        ));
    }
    LabelsIn::find(Some(header), rows, &columns.iter().copied().filter(is_meant).collect::<Vec<_>>())
}

/// Whether most cells of a column are words.
fn are_words(rows: &[Vec<String>], column: usize) -> bool {
    let words = rows.iter().filter_map(|row| row.get(column)).filter(|v| !v.is_empty() && !is_number(v)).count();
    words * 2 > rows.len()
}

fn only(columns: &[usize]) -> Option<usize> {
    match columns {
        [only] => Some(*only),
        _ => None,
    }
}

/// Whether the first row has names: a word above a number, or the numbers of the columns. An empty cell is a missing pixel.
fn is_header(rows: &[Vec<String>]) -> bool {
    let [first, second, ..] = rows else { return false };
    let word = first.iter().zip(second).any(|(name, value)| {
        !name.is_empty() && !is_number(name) && (is_number(value) || value.is_empty() || is_packed(value))
    });
    let numbers: Vec<usize> = first.iter().filter_map(|c| c.parse().ok()).collect();
    word || (numbers.len() > 2 && numbers.iter().enumerate().all(|(i, n)| i == *n))
}

/// Whether the first row is an image that was taken for names, of which pandas numbers those that repeat: `0, 0.1, 0.2`
/// to `0.10, 0.11` and so on.
fn is_mangled(rows: &[Vec<String>]) -> bool {
    const COUNTED: usize = 11;
    let Some(first) = rows.first() else { return false };
    let counts = |value: &str| {
        let cells: HashSet<&str> = first.iter().map(String::as_str).collect();
        (1..=COUNTED).all(|n| cells.contains(format!("{value}.{n}").as_str()))
    };
    first.len() > COUNTED && ["0", "255", "1"].into_iter().any(counts)
}

/// The column with the label: that of its name, that with words, or the first or last of which the rest is square.
fn label_of(header: Option<&[String]>, rows: &[Vec<String>], columns: &[usize]) -> Result<LabelsIn, String> {
    let named = header.and_then(label_column).filter(|label| columns.contains(label));
    let cells = |c: usize| rows.iter().filter_map(move |r| r.get(c).map(String::as_str));
    let words: Vec<usize> =
        columns.iter().copied().filter(|c| cells(*c).any(|v| !v.is_empty() && !is_number(v))).collect();
    let texts: Vec<usize> = columns.iter().copied().filter(|c| are_words(rows, *c)).collect();
    if let Some(header) = header.filter(|_| named.is_none() && !texts.is_empty()) {
        return label_beside(header, rows, &texts);
    }
    let squares = of_rows(columns.len()).is_some();
    let without = of_rows(columns.len().saturating_sub(1)).is_some();
    let found = match (named, &words[..]) {
        (Some(named), _) => Some(named),
        (None, [column]) if !squares || without => Some(*column),
        (None, _) if squares || !without => None,
        (None, _) => Some(corner(rows, columns)?),
    };
    Ok(found.map_or(LabelsIn::Nowhere, LabelsIn::Column))
}
