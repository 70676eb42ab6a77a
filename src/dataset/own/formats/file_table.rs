//! A table of image files as it is read: which of its columns is what, and what may be wrong with it.

use std::collections::{BTreeMap, HashSet};

use super::cells::{
    FEWEST_COLUMNS, IN_NO_NAME, Numbered, counts_rows, is_called_split, is_index, label_column, unread_split,
    usual_width,
};
use super::file_column::{self, LOOKED_AT, is_file_name, is_head};
use super::known::{Known, NotFound};
use super::label_columns::LabelsIn;
use super::split_columns::{Splits, whether};
use super::table_names::{split_in_name, split_of};
use super::text::{self, is_number};
use crate::dataset::own::listing::{Part, Unreadable};
use crate::dataset::own::tree::{Entry, Tree};

/// Images that plain numbers do not name by chance, row after row.
const MANY_NAMED: usize = 20;

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
    let (more, has) = match files.iter().collect::<HashSet<_>>().len() - 1 {
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
    /// Whether it is a table of pixels, or of other measurements.
    is_of_numbers: bool,
    /// Whether its files are plain numbers, in a column that is not called one of files.
    is_numbered: bool,
    /// Whether the name of this column may be that of one with files.
    suits: bool,
    /// The columns that say the split.
    pub splits: Splits,
    /// The split that the name of the table says.
    pub of: Option<Part>,
    /// What else is to be said of it.
    pub notes: Vec<String>,
}

impl Table {
    /// A table of files, or nothing if it is one of other things.
    pub fn read(tree: &Tree, file: &Entry, images: &Known) -> Result<Option<Self>, String> {
        let bytes = tree.read_unpacked(file)?;
        let folder = file.folders();
        let of = split_in_name(file);
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
            let table = Self { is_of_numbers: true, ..Self::faulty(String::new(), true) };
            return Ok(is_named(&rows).then_some(table));
        }
        // Names that may be those of several images each say nothing: numbers of rounds are no images.
        let cell = |row: &Vec<String>| row.get(column).cloned().unwrap_or_default();
        let mut is_unclear = !rows.iter().any(|row| images.find(&cell(row), folder, of).is_ok());
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
        let mut notes: Vec<String> = text::passed_over(table.comments).into_iter().collect();
        let names = header.clone().unwrap_or_default();
        let within = joined(&names, &mut rows, column, &|name| images.find(name, folder, of));
        if let Some(within) = within {
            is_unclear = false;
            notes.push(format!("the files in `{name}` are those in the folders in `{}`", names[within]));
        }
        let denied = without_denied(&names, &mut rows, &mut lines, column);
        notes.extend(
            denied.map(|n| format!("rows with a 0 in `Confidence` say what an image is not: {n} are passed over")),
        );
        // One row that is short, the first too, takes no column from the others.
        let columns = header.as_ref().map_or_else(|| usual_width(&rows), Vec::len);
        let splits = Some(Splits::find(&names, &rows)).filter(|found| !found.columns().contains(&column));
        let splits = splits.unwrap_or(Splits::Nowhere);
        let said = splits.columns();
        let others: Vec<usize> = (0..columns)
            .filter(|c| *c != column && Some(*c) != within && !said.contains(c))
            .filter(|c| names.get(*c).map_or_else(|| !counts_rows(&rows, *c), |n| !is_index(n) && !is_called_split(n)))
            .collect();
        let label = LabelsIn::find(header.as_deref(), &rows, &others);
        let named = label_column(&names).filter(|named| others.contains(named));
        let has_label = |row: &Vec<String>| named.is_some_and(|c| row.get(c).is_some_and(|cell| !cell.is_empty()));
        let is_named = rows.iter().any(has_label);
        let read: Vec<usize> = match label {
            Ok(LabelsIn::Column(label)) => said.into_iter().chain([label]).collect(),
            _ => said,
        };
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
            is_of_numbers: false,
            is_numbered,
            suits,
            splits,
            of,
            notes,
        }))
    }

    /// Why no label is read from it, though it seems to have some: it may be about other things than these images.
    /// `is_told` says that folders, or a table of files, have their labels too.
    pub fn doubt(&self, images: &Known, folder: &[String], is_told: bool) -> Option<&'static str> {
        if self.is_of_numbers {
            return Some("has many columns of numbers; leave the columns of files and labels alone in it");
        }
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
        let found = self.found(images, folder);
        let named = found.iter().flatten().collect::<HashSet<_>>().len();
        // Most images, or many of them, of which nearly all rows speak, with labels that repeat.
        let is_of_many = named >= MANY_NAMED && named * 10 >= self.rows.len() * 9 && kinds * 2 <= self.rows.len();
        let is_of_these = named * 2 > images.count || is_of_many;
        let is_clear = self.suits && !found.contains(&Err(NotFound::Several)) && is_of_these;
        (is_told && !is_clear)
            .then_some("names images by plain numbers, which may mean other things; name them with folder and ending")
    }

    /// The image of each row.
    pub fn found(&self, images: &Known, folder: &[String]) -> Vec<Result<usize, NotFound>> {
        let told = |row: &Vec<String>| self.told(row, &mut BTreeMap::new());
        self.rows.iter().map(|row| images.find(self.name_in(row), folder, told(row))).collect()
    }

    /// Whether it has labels by names that several images have, and other ones than these classes.
    pub fn is_of_several(&self, classes: &[String]) -> bool {
        let is_class = |label: &String| classes.iter().any(|class| class.eq_ignore_ascii_case(label));
        let is_other = |column: usize| {
            let mut labels = self.rows.iter().filter_map(|row| row.get(column)).filter(|label| !label.is_empty());
            labels.any(|label| !is_class(label))
        };
        let is_named = self.is_named && self.is_unclear && !self.is_numbered;
        is_named && matches!(self.label, Ok(LabelsIn::Column(label)) if is_other(label))
    }

    /// Whether it may have labels.
    pub fn has_labels(&self) -> bool {
        !matches!(self.label, Ok(LabelsIn::Nowhere))
    }

    /// Whether it names files, and its labels are called so: it says more than numbers do.
    pub fn is_plainly_of_files(&self) -> bool {
        self.is_named && !self.is_numbered && !self.is_unclear && !self.is_of_numbers
    }

    /// A table of files that is refused if labels are read from it.
    fn faulty(fault: String, is_named: bool) -> Self {
        let (rows, lines, notes) = (Vec::new(), Vec::new(), Vec::new());
        let (header, label, splits, of) = (None, Err(fault), Splits::Nowhere, None);
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
            is_of_numbers: false,
            is_numbered: false,
            suits: true,
            splits,
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
        let said = match self.splits.of(row) {
            Some(Ok(part)) => return Some(part),
            Some(Err(said)) => Some(said),
            None => None,
        };
        if let Some(said) = said.filter(|_| self.of.is_none()) {
            *no_splits.entry(said).or_default() += 1;
        }
        self.of
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
        for column in [self.file].into_iter().chain(label).chain(self.splits.columns()) {
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
        let said: Vec<String> = self.splits.columns().into_iter().map(name).collect();
        let part = match self.of {
            _ if !said.is_empty() => format!(", splits in {}", said.join(" and ")),
            Some(of) => format!(", in {} by its name", of.name()),
            None => String::new(),
        };
        format!("{}: files in {}, {label}{part}", file.name(), name(self.file))
    }
}

/// Whether the first row calls a column a label.
fn is_named(rows: &[Vec<String>]) -> bool {
    rows.first().is_some_and(|header| label_column(header).is_some())
}

/// The column with the folders of files whose names several images have, and these names with their folders, if all of
/// them are those of one image then.
fn joined(
    header: &[String],
    rows: &mut [Vec<String>],
    column: usize,
    find: &dyn Fn(&str) -> Result<usize, NotFound>,
) -> Option<usize> {
    let name = |row: &[String]| row.get(column).cloned().unwrap_or_default();
    let alone: Vec<Result<usize, NotFound>> = rows.iter().map(|row| find(&name(row))).collect();
    if !alone.contains(&Err(NotFound::Several)) {
        return None;
    }
    let label = label_column(header);
    let with = |row: &[String], folder: usize| format!("{}/{}", row.get(folder).map_or("", String::as_str), name(row));
    let is_right = |folder: usize| {
        rows.iter().zip(&alone).all(|(row, alone)| match (find(&with(row, folder)), alone) {
            (Ok(_), Err(NotFound::Several)) => true,
            (found, alone) => found == *alone && *alone != Err(NotFound::Several),
        })
    };
    let folder = (0..header.len()).find(|c| *c != column && Some(*c) != label && is_right(*c))?;
    for row in rows.iter_mut().filter(|row| row.len() > column) {
        row[column] = with(row, folder);
    }
    Some(folder)
}

/// Takes out rows that say with a 0 in `Confidence` what an image is not, where another says with a 1 what it is; how many.
fn without_denied(
    header: &[String],
    rows: &mut Vec<Vec<String>>,
    lines: &mut Vec<usize>,
    column: usize,
) -> Option<usize> {
    let sure = header.iter().position(|name| name.trim().eq_ignore_ascii_case("confidence"))?;
    let says = |row: &[String]| row.get(sure).and_then(|cell| whether(cell));
    if !rows.iter().all(|row| says(row).is_some()) {
        return None;
    }
    let known: HashSet<String> =
        rows.iter().filter(|row| says(row) == Some(true)).filter_map(|row| row.get(column)).cloned().collect();
    let is_denied =
        |row: &Vec<String>| says(row) == Some(false) && row.get(column).is_some_and(|name| known.contains(name));
    let denied: Vec<bool> = rows.iter().map(is_denied).collect();
    let (mut of_rows, mut of_lines) = (denied.iter(), denied.iter());
    rows.retain(|_| of_rows.next() != Some(&true));
    lines.retain(|_| of_lines.next() != Some(&true));
    Some(denied.iter().filter(|is| **is).count()).filter(|n| *n > 0)
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
