//! A table of image files as it is read: which of its columns is what, and what may be wrong with it.

use std::collections::{BTreeMap, HashSet};

use super::cells::{
    FEWEST_COLUMNS, IN_NO_NAME, Numbered, counts_rows, is_called_split, is_index, label_column, split_column,
    unread_split, usual_width,
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
/// Images that plain numbers do not name by chance, row after row.
const MANY_NAMED: usize = 20;

/// The files of a tree that may be tables.
pub fn candidates(tree: &Tree) -> impl Iterator<Item = &Entry> {
    // A text beside folders of classes lists a split by its name, or boxes or whatever; beside one folder of images it
    // says their labels too.
    let mut folders = tree.files.iter().filter(|f| is_image(tree, f)).map(Entry::folders);
    let is_flat = folders.next().is_some_and(|first| folders.all(|other| other == first));
    let may_be = move |f: &Entry| match f.extension().as_str() {
        "csv" | "tsv" => true,
        "txt" => is_flat || split_of(f).is_some(),
        _ => false,
    };
    tree.files.iter().filter(move |f| may_be(f) && f.bytes <= MOST_BYTES && !is_form(f))
}

/// The split that a table is called, and nothing else.
pub fn split_of(file: &Entry) -> Option<Part> {
    Part::of(file.file_name().split('.').next().unwrap_or_default())
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

/// That names in a list are of no image here.
pub fn told_absent(list: &Entry, names: &[String]) -> Option<String> {
    let first = names.first()?;
    let name = list.name();
    Some(format!("names in {name} that no image has: {}, {first} the first of them", names.len()))
}

/// That images have two rows which differ in their labels or splits.
pub fn told_twice(files: &[String], what: &str) -> Option<String> {
    let first = files.first()?;
    let (more, has) = match files.len() - 1 {
        0 => (String::new(), "has"),
        more => (format!(" and {more} more"), "have"),
    };
    Some(format!("{first}{more} {has} two rows with different {what}; the first is used"))
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
    /// Whether it has a name in each line, and says the split of these by its own.
    pub is_list: bool,
    /// Whether each of its names may be that of several images.
    is_unclear: bool,
    /// Whether its files are plain numbers, in a column that is not called one of files.
    is_numbered: bool,
    /// Whether the name of this column may be that of one with files.
    suits: bool,
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
        let filled = || bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(LOOKED_AT);
        let names = filled().filter(|line| images.has(&String::from_utf8_lossy(line.trim_ascii()), folder)).count();
        let between = match is_text {
            // In a list a line is a name, with the spaces and commas in it.
            true if names * 2 > filled().count() => IN_NO_NAME,
            true => b' ',
            false => b',',
        };
        let table = Numbered::of(&bytes, between, &|name| images.has(name, folder))?;
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
        // A text with one name in a line is a list, which says a split if it is called so.
        let is_list = is_text && usual_width(&rows) == 1 && split_of(file).is_some();
        if is_text && usual_width(&rows) != 2 && !is_list {
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
        let most = |is: &dyn Fn(&str) -> bool| rows.iter().filter(|row| is(&cell(row))).count() * 2 > rows.len();
        let are_numbers = most(&is_number);
        let is_sure = is_called || most(&is_file_name) || is_list && !are_numbers;
        if is_unclear && !is_sure {
            return Ok(None);
        }
        let is_header =
            !is_list && rows.first().is_some_and(|row| is_head(&cell(row), |name| images.has(name, folder)));
        let header = is_header.then(|| rows.remove(0));
        let name = header.as_ref().map(&cell).unwrap_or_default();
        let is_numbered = are_numbers && !file_column::is_called_files(&name);
        let suits = file_column::suits(&name).is_some();
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
        Ok(Some(Self {
            header,
            rows,
            lines,
            columns,
            file,
            label,
            is_named,
            is_sure,
            is_list,
            is_unclear,
            is_numbered,
            suits,
            part,
            of,
            notes,
        }))
    }

    /// Why no label is read from it, though it seems to have some: it may be about other things than these images.
    /// `is_told` says that folders, or a table of files, have their labels too.
    pub fn doubt(&self, images: &Known, folder: &[String], is_told: bool) -> Option<&'static str> {
        if self.is_unclear {
            return Some("names images by names that several of them have; name them with their folders");
        }
        if !self.is_numbered || !self.has_labels() {
            return None;
        }
        let kinds = match self.label {
            Ok(LabelsIn::Column(label)) => self.rows.iter().map(|row| row.get(label)).collect::<HashSet<_>>().len(),
            _ => 1,
        };
        if kinds == self.rows.len() && (2..images.count).contains(&kinds) {
            return Some("has another label in each row, as a list of classes has");
        }
        let told = |row: &Vec<String>| self.told(row, &mut BTreeMap::new());
        let find = |row: &Vec<String>| images.find(self.name_in(row), folder, told(row));
        let found: Vec<Result<usize, NotFound>> = self.rows.iter().map(find).collect();
        let named = found.iter().flatten().collect::<HashSet<_>>().len();
        // Most images, or many of them, of which nearly all rows speak, with labels that repeat.
        let is_of_many = named >= MANY_NAMED && named * 10 >= self.rows.len() * 9 && kinds * 2 <= self.rows.len();
        let is_of_these = named * 2 > images.count || is_of_many;
        let is_clear = self.suits && !found.contains(&Err(NotFound::Several)) && is_of_these;
        (is_told && !is_clear)
            .then_some("names images by plain numbers, which may mean other things; name them with folder and ending")
    }

    /// Whether it may have labels.
    pub fn has_labels(&self) -> bool {
        !matches!(self.label, Ok(LabelsIn::Nowhere))
    }

    /// Whether it names files, and its labels are called so: it says more than numbers do.
    pub fn is_plainly_of_files(&self) -> bool {
        self.is_named && !self.is_numbered && !self.is_unclear
    }

    /// A table of files that is refused if labels are read from it.
    fn faulty(fault: String, is_named: bool) -> Self {
        let (rows, lines, notes) = (Vec::new(), Vec::new(), Vec::new());
        let (header, label, part, of) = (None, Err(fault), None, None);
        Self {
            header,
            rows,
            lines,
            columns: 0,
            file: 0,
            label,
            is_named,
            is_sure: true,
            is_list: false,
            is_unclear: false,
            is_numbered: false,
            suits: true,
            part,
            of,
            notes,
        }
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
        let part = match (self.part, self.of) {
            (Some(part), _) => format!(", splits in {}", name(part)),
            (None, Some(of)) => format!(", in {} by its name", of.name()),
            (None, None) => String::new(),
        };
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
