//! A table of image files as it is read: which of its columns is what, and what may be wrong with it.

use std::collections::BTreeMap;

use super::cells::{
    FEWEST_COLUMNS, Numbered, counts_rows, is_called_split, is_index, label_column, split_column, unread_split,
    usual_width,
};
use super::file_column::{self, LOOKED_AT, is_file_name, is_head};
use super::folders::is_image;
use super::known::{Known, NotFound};
use super::label_columns::LabelsIn;
use super::text::{self, is_number};
use crate::dataset::own::listing::{Part, Unreadable, words};
use crate::dataset::own::tree::{Entry, Tree};

/// A larger table is none of files.
const MOST_BYTES: u64 = 1 << 30;

/// The files of a tree that may be tables.
pub fn candidates(tree: &Tree) -> impl Iterator<Item = &Entry> {
    // A text beside folders of classes lists files, boxes or whatever; beside one folder of images it says their labels.
    let mut folders = tree.files.iter().filter(|f| is_image(tree, f)).map(Entry::folders);
    let is_flat = folders.next().is_some_and(|first| folders.all(|other| other == first));
    let endings: &[&str] = if is_flat { &["csv", "tsv", "txt"] } else { &["csv", "tsv"] };
    let is_table = |f: &Entry| endings.contains(&f.extension().as_str()) && f.bytes <= MOST_BYTES && !is_form(f);
    tree.files.iter().filter(move |f| is_table(f))
}

/// Whether a table is one to fill in, as competitions give it: its labels are none.
pub fn is_form(file: &Entry) -> bool {
    file.extension() == "csv" && words(file.file_name()).iter().any(|word| word == "submission")
}

/// The images of a tree by the names that tables have for them.
pub fn known(tree: &Tree) -> Known {
    Known::of(tree, |file| is_image(tree, file))
}

/// A row that names no image.
pub fn not_found(name: &str, why: NotFound, line: usize, table: &Entry) -> Unreadable {
    let table = table.name();
    match why {
        _ if name.is_empty() => Unreadable::new(table.clone(), format!("row {line} of {table} names no file")),
        NotFound::None => Unreadable::new(name, format!("is in {table} and not among the images")),
        NotFound::Several => {
            let reason = format!("is in {table} and may be one of several images of that name; name its folder");
            Unreadable::new(name, reason)
        }
    }
}

/// A table with a column of files.
pub struct Table {
    pub header: Option<Vec<String>>,
    pub rows: Vec<Vec<String>>,
    /// The line of each row, as an editor counts them.
    pub lines: Vec<usize>,
    /// How many columns there are.
    columns: usize,
    file: usize,
    pub label: Result<LabelsIn, String>,
    /// Whether the column of the labels is called so, and has some.
    pub is_named: bool,
    /// Whether its files have the endings of images, or their column is called so.
    pub is_sure: bool,
    /// Whether each of its names may be that of several images.
    pub is_unclear: bool,
    /// The column that says the split.
    pub part: Option<usize>,
    /// The split that the name of the table says.
    of: Option<Part>,
    /// What else is to be said of it.
    pub notes: Vec<String>,
}

impl Table {
    /// A table of files, or nothing if it is one of other things.
    pub fn read(tree: &Tree, file: &Entry, images: &Known) -> Result<Option<Self>, String> {
        let bytes = tree.read_unpacked(file)?;
        let folder = file.folders();
        let of = Part::within(file.file_name());
        let (mut rows, mut lines): (Vec<Vec<String>>, Vec<usize>) = (Vec::new(), Vec::new());
        let is_text = file.extension() == "txt";
        let table = Numbered::of(&bytes, if is_text { b' ' } else { b',' }, &|name| images.has(name, folder))?;
        if let Some((rows, fault)) = (!is_text).then(|| table.misquoted()).flatten() {
            let is_of_files = file_column(&rows, images, folder, of) != Ok(None);
            return Ok(is_of_files.then(|| Self::faulty(fault, is_named(&rows))));
        }
        for row in table.rows() {
            let (line, row) = row?;
            // A text with more in a line is none.
            if is_text && row.len() > 2 {
                return Ok(None);
            }
            rows.push(row);
            lines.push(line);
            if rows.len() == LOOKED_AT
                && file_column(&rows, images, folder, of) == Ok(None)
                && !rows.iter().flatten().any(|cell| is_file_name(cell))
            {
                return Ok(None);
            }
        }
        // A text with one word in a line is a list.
        if is_text && usual_width(&rows) != 2 {
            return Ok(None);
        }
        let column = match file_column(&rows, images, folder, of) {
            Ok(None) => return Ok(None),
            Ok(Some(column)) => column,
            Err(two) => return Ok(Some(Self::faulty(either(&rows, two, images, folder), is_named(&rows)))),
        };
        if is_of_pixels(&rows, column) {
            return Ok(None);
        }
        // Names that may be those of several images each say nothing: numbers of rounds are no images.
        let cell = |row: &Vec<String>| row.get(column).cloned().unwrap_or_default();
        let is_unclear = !rows.iter().any(|row| images.find(&cell(row), folder, of).is_ok());
        let is_called = rows.first().is_some_and(|row| file_column::is_called(&cell(row)));
        let is_sure = is_called || rows.iter().filter(|row| is_file_name(&cell(row))).count() * 2 > rows.len();
        if is_unclear && !is_sure {
            return Ok(None);
        }
        let is_header = rows.first().is_some_and(|row| is_head(&cell(row), |name| images.has(name, folder)));
        let header = is_header.then(|| rows.remove(0));
        lines.drain(..usize::from(is_header));
        // One row that is short, the first too, takes no column from the others.
        let columns = header.as_ref().map_or_else(|| usual_width(&rows), Vec::len);
        let names = header.clone().unwrap_or_default();
        let part = split_column(&names, &rows).filter(|part| *part != column);
        let others: Vec<usize> = (0..columns)
            .filter(|c| *c != column && Some(*c) != part)
            .filter(|c| names.get(*c).map_or_else(|| !counts_rows(&rows, *c), |n| !is_index(n) && !is_called_split(n)))
            .collect();
        let label = LabelsIn::find(header.as_deref(), &rows, &others);
        let named = label_column(&names).filter(|named| others.contains(named));
        let has_label = |row: &Vec<String>| named.is_some_and(|c| row.get(c).is_some_and(|cell| !cell.is_empty()));
        let is_named = rows.iter().any(has_label);
        let read: Vec<usize> = match label {
            Ok(LabelsIn::Column(label)) => [part, Some(label)].into_iter().flatten().collect(),
            _ => part.into_iter().collect(),
        };
        let mut notes: Vec<String> = text::passed_over(table.comments).into_iter().collect();
        notes.extend(unread_split(&names, &rows, &read));
        let file = column;
        Ok(Some(Self { header, rows, lines, columns, file, label, is_named, is_sure, is_unclear, part, of, notes }))
    }

    /// A table of files that is refused if labels are read from it.
    fn faulty(fault: String, is_named: bool) -> Self {
        let (rows, lines, notes) = (Vec::new(), Vec::new(), Vec::new());
        let (header, label, part, of) = (None, Err(fault), None, None);
        let (is_sure, is_unclear) = (true, false);
        Self { header, rows, lines, columns: 0, file: 0, label, is_named, is_sure, is_unclear, part, of, notes }
    }

    /// The name of an image in a row.
    pub fn name_in<'a>(&self, row: &'a [String]) -> &'a str {
        row.get(self.file).map_or("", String::as_str)
    }

    /// The split that a row says, or the name of the table; what is none is counted.
    pub fn told(&self, row: &[String], no_splits: &mut BTreeMap<String, usize>) -> Option<Part> {
        let said = self.part.and_then(|part| row.get(part));
        let told = said.and_then(|said| Part::within(said)).or(self.of);
        if let Some(said) = said.filter(|_| told.is_none()) {
            *no_splits.entry(said.clone()).or_default() += 1;
        }
        told
    }

    /// An error where a comma too many may have cut a name or a label, or a second column may have another one.
    pub fn is_plain(&self, labels: &LabelsIn) -> Result<(), String> {
        let is_longer = |row: &Vec<String>| row.iter().skip(self.columns).any(|cell| !cell.is_empty());
        if let Some(at) = self.rows.iter().position(is_longer) {
            let (cells, columns, s) = (self.rows[at].len(), self.columns, if self.columns == 1 { "" } else { "s" });
            let of = if self.header.is_some() { "of the first line" } else { "that most rows have" };
            return Err(format!(
                "row {} has {cells} cells for the {columns} column{s} {of}; put a name or a class that holds a comma in \
                 quotes",
                self.lines[at]
            ));
        }
        let label = match labels {
            LabelsIn::Column(label) => Some(*label),
            LabelsIn::Columns(_) | LabelsIn::Nowhere => None,
        };
        let spans = |row: &Vec<String>| {
            [Some(self.file), label].into_iter().flatten().any(|c| row.get(c).is_some_and(|cell| cell.contains('\n')))
        };
        if let Some(at) = self.rows.iter().position(spans) {
            return Err(format!(
                "row {} has a name or a class that goes on in the next line; put its quotes right",
                self.lines[at]
            ));
        }
        let Some(header) = &self.header else { return Ok(()) };
        for column in [Some(self.file), label, self.part].into_iter().flatten() {
            let is_same = |name: &&String| name.trim().eq_ignore_ascii_case(header[column].trim());
            if header.get(column).is_some_and(|name| !name.trim().is_empty())
                && header.iter().filter(is_same).count() > 1
            {
                return Err(format!("has the column `{}` twice; remove or rename one", header[column].trim()));
            }
        }
        Ok(())
    }

    /// Which of its columns are used.
    pub fn note(&self, file: &Entry) -> String {
        let name = |column: usize| match self.header.as_ref().and_then(|h| h.get(column)) {
            Some(name) => format!("`{name}`"),
            None => format!("column {}", column + 1),
        };
        let label = match &self.label {
            Ok(LabelsIn::Column(label)) => format!("labels in {}", name(*label)),
            Ok(LabelsIn::Columns(columns)) => format!("the label is the column with the 1, of {}", columns.len()),
            Ok(LabelsIn::Nowhere) | Err(_) => "without labels".into(),
        };
        let part = self.part.map(|p| format!(", splits in {}", name(p))).unwrap_or_default();
        format!("{}: files in {}, {label}{part}", file.name(), name(self.file))
    }
}

/// Whether the first row calls a column a label.
fn is_named(rows: &[Vec<String>]) -> bool {
    rows.first().is_some_and(|header| label_column(header).is_some())
}

/// Whether a column is one of many of numbers: a table of pixels, whose values may be names of images by chance.
fn is_of_pixels(rows: &[Vec<String>], column: usize) -> bool {
    let Some(last) = rows.last() else { return false };
    let numbers = last.iter().filter(|cell| is_number(cell)).count();
    numbers >= FEWEST_COLUMNS && numbers + 3 >= last.len() && last.get(column).is_some_and(|cell| is_number(cell))
}

/// The column that names the images; or two of which either may be meant.
fn file_column(
    rows: &[Vec<String>],
    images: &Known,
    folder: &[String],
    part: Option<Part>,
) -> Result<Option<usize>, [usize; 2]> {
    let width = rows.iter().take(LOOKED_AT).map(Vec::len).max().unwrap_or(0);
    let column = |c: usize| {
        let name = head(rows, c, images, folder).cloned();
        let from = usize::from(name.is_some());
        (name, from..rows.len())
    };
    let columns: Vec<file_column::Column> = (0..width).map(column).collect();
    let cell = |row: usize, column: usize| rows[row].get(column).map_or("", String::as_str).into();
    file_column::choose(&columns, &cell, &|cell| images.find(cell, folder, part))
}

/// The name of a column, if its first cell is one.
fn head<'a>(rows: &'a [Vec<String>], column: usize, images: &Known, folder: &[String]) -> Option<&'a String> {
    let first = rows.first().and_then(|row| row.get(column));
    first.filter(|cell| is_head(cell, |name| images.has(name, folder)))
}

/// That two columns may name the images.
fn either(rows: &[Vec<String>], two: [usize; 2], images: &Known, folder: &[String]) -> String {
    let [one, other] = two.map(|column| match head(rows, column, images, folder) {
        Some(name) if !name.is_empty() => format!("`{name}`"),
        _ => format!("column {}", column + 1),
    });
    format!(
        "names other images in {one} than in {other}; call the right one `file`, in a first line with the names of the columns"
    )
}
