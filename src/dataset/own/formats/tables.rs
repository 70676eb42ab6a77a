//! Image files with a table of files and labels beside them, in CSV or TSV.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::cells::{FEWEST_COLUMNS, Numbered, cells, counts_rows, is_index, label_column, split_column, usual_width};
use super::folders::{Files, is_image};
use super::text::{self, is_number};
use crate::dataset::DataError;
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, MOST_CLASSES, RawLabel, classes_of};
use crate::dataset::own::listing::{IN_NO_ROW, Item, Listing, Part, Unreadable, words};
use crate::dataset::own::picture::ENDINGS;
use crate::dataset::own::tree::{Entry, Tree};
use crate::paths::composed;

pub struct Tables;

/// Names of a column with files.
const FILES: [&str; 9] = ["file", "filename", "file_name", "image", "image_id", "img", "path", "name", "id"];
/// Rows that are looked at to find the column with the files.
const LOOKED_AT: usize = 200;
/// A larger table is none of files.
const MOST_BYTES: u64 = 1 << 30;

impl Format for Tables {
    fn name(&self) -> &'static str {
        "image files with a table of labels"
    }

    fn claims(&self, tree: &Tree) -> usize {
        if candidates(tree).next().is_none() {
            return 0;
        }
        let images = Known::of(tree);
        let found = candidates(tree).filter(|(_, f)| Table::read(tree, f, &images).is_ok_and(|t| t.is_some()));
        match found.count() {
            0 => 0,
            tables => images.count + tables,
        }
    }

    fn list(&self, tree: Arc<Tree>) -> Result<Listing, DataError> {
        let images = Known::of(&tree);
        let mut items: Vec<Item> = Vec::new();
        let (mut raw, mut files, mut unreadable, mut notes) = (vec![], vec![], vec![], vec![]);
        // The table of each label, and its line there.
        let mut at: Vec<(usize, usize)> = Vec::new();
        let mut warnings = Vec::new();
        let mut seen: HashMap<usize, usize> = HashMap::new();
        let mut no_splits: BTreeMap<String, usize> = BTreeMap::new();
        let [mut contradicted, mut divided, mut read]: [Vec<String>; 3] = Default::default();
        let forms = tree.files.iter().filter(|f| is_form(f)).map(Entry::name);
        notes.extend(forms.map(|name| format!("{name} is a form for answers by its name, and not read")));
        for (_, file) in candidates(&tree) {
            let table = match Table::read(&tree, file, &images) {
                Ok(Some(table)) => table,
                // A text need not be a table.
                Err(_) if file.extension() == "txt" => continue,
                Ok(None) => continue,
                Err(e) => return Err(tree.fault(Some(file), e)),
            };
            notes.push(table.note(file));
            notes.extend(text::passed_over(table.comments).map(|passed| format!("{}: {passed}", file.name())));
            read.push(file.name());
            let labels = table.label.as_ref().map_err(|e| tree.fault(Some(file), e))?;
            table.is_plain(labels).map_err(|e| tree.fault(Some(file), e))?;
            for (line, row) in table.lines.into_iter().zip(table.rows) {
                let name = row.get(table.file).cloned().unwrap_or_default();
                let index = match images.find(&name, file) {
                    Ok(index) => index,
                    Err(why) => {
                        unreadable.push(not_found(name, why, line, file));
                        continue;
                    }
                };
                let label = labels.of(&row, table.header.as_deref());
                let said = table.part.and_then(|p| row.get(p));
                let told = said.and_then(|p| Part::within(p)).or(table.of);
                if let Some(said) = said.filter(|_| told.is_none()) {
                    *no_splits.entry(said.clone()).or_default() += 1;
                }
                let part = told.or_else(|| tree.files[index].folders().iter().find_map(|folder| Part::of(folder)));
                if let Some(&before) = seen.get(&index) {
                    let name = || tree.files[index].name();
                    contradicted.extend((raw[before] != label).then(name));
                    divided.extend((items[before].part != part).then(name));
                    continue;
                }
                seen.insert(index, raw.len());
                items.push(Item { name: tree.files[index].name(), part, label: None });
                raw.push(label);
                at.push((read.len() - 1, line));
                files.push(index);
            }
        }
        if !no_splits.is_empty() {
            let rows: Vec<String> = no_splits
                .iter()
                .map(|(name, rows)| match name.trim() {
                    "" => format!("an empty cell ({rows})"),
                    name => format!("`{name}` ({rows})"),
                })
                .collect();
            notes.push(format!(
                "rows whose split is none of train, validation and test are in train: {}",
                rows.join(", ")
            ));
        }
        for (files, what) in [(&contradicted, "labels"), (&divided, "splits")] {
            warnings.extend(files.first().map(|first| {
                let (more, has) = match files.len() - 1 {
                    0 => (String::new(), "has"),
                    more => (format!(" and {more} more"), "have"),
                };
                format!("{first}{more} {has} two rows with different {what}; the first is used")
            }));
        }
        let unlisted = images.count - seen.len();
        if unlisted > 0 {
            warnings.push(format!("{IN_NO_ROW}: {unlisted}"));
        }
        // A table called `labels.txt` lists no names.
        let names = labels::names_file(&tree).filter(|file| !read.contains(&file.name()));
        let names = names.and_then(|_| labels::names_in(&tree));
        let found = classes_of(&raw, names, &|i| format!("row {} of {}", at[i].1, read[at[i].0]))
            .map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let images = Box::new(Files { tree, files });
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, images);
        let format = self.name().to_owned();
        Ok(Listing { format, items, classes: found.classes, images, unreadable, notes, warnings })
    }
}

/// A table that was meant to have labels, by the name of a column, and the first of its names, if none is among the
/// images.
pub fn strange(tree: &Tree) -> Option<String> {
    let images = Known::of(tree);
    candidates(tree).find_map(|(_, file)| {
        let bytes = tree.read_unpacked(file).ok()?;
        if bytes.trim_ascii().is_empty() && file.extension() != "txt" {
            return Some(format!("{} is empty; no label is read from it", file.name()));
        }
        let mut rows = match super::cells::rows(&bytes) {
            Ok(rows) => rows.into_byte_records(),
            Err(no_text) => return Some(format!("{} {no_text}; no label is read from it", file.name())),
        };
        let header = cells(&rows.next()?.ok()?);
        label_column(&header)?;
        let first = cells(&rows.next()?.ok()?);
        let named = first.iter().zip(&header).find(|(_, name)| FILES.contains(&name.trim().to_lowercase().as_str()))?.0;
        let (name, named) = (file.name(), named.clone());
        (!images.has(&named, file)).then(|| {
            format!("{name} has labels, but of none of the images that are here: its first row names `{named}`")
        })
    })
}

/// A row that names no image.
fn not_found(name: String, why: NotFound, line: usize, table: &Entry) -> Unreadable {
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

/// The files of a tree that may be tables.
fn candidates(tree: &Tree) -> impl Iterator<Item = (usize, &Entry)> {
    // A text beside folders of classes lists files, boxes or whatever; beside one folder of images it says their labels.
    let mut folders = tree.files.iter().filter(|f| is_image(tree, f)).map(Entry::folders);
    let is_flat = folders.next().is_some_and(|first| folders.all(|other| other == first));
    let endings: &[&str] = if is_flat { &["csv", "tsv", "txt"] } else { &["csv", "tsv"] };
    let is_table = |f: &Entry| endings.contains(&f.extension().as_str()) && f.bytes <= MOST_BYTES && !is_form(f);
    tree.files.iter().enumerate().filter(move |(_, f)| is_table(f))
}

/// Whether a table is one to fill in, as competitions give it: its labels are none.
fn is_form(file: &Entry) -> bool {
    file.extension() == "csv" && words(file.file_name()).iter().any(|word| word == "submission")
}

/// The images of a tree by the names that a table may have for them.
struct Known {
    /// With all folders and the ending.
    whole: HashMap<String, usize>,
    /// With all folders, with some, or without; with the ending or without; in lower case. Nothing for several images.
    files: HashMap<String, Option<usize>>,
    count: usize,
}

/// A name in small letters, however its accents are written.
fn loose(name: &str) -> String {
    composed(&name.to_lowercase()).into_owned()
}

/// Why a name is none of an image.
#[derive(Debug, PartialEq)]
enum NotFound {
    None,
    Several,
}

impl Known {
    fn of(tree: &Tree) -> Self {
        let (mut whole, mut files, mut count) = (HashMap::new(), HashMap::new(), 0);
        for (index, file) in tree.files.iter().enumerate().filter(|(_, f)| is_image(tree, f)) {
            count += 1;
            whole.insert(file.name(), index);
            for from in 0..file.parts.len() {
                let name = loose(&file.parts[from..].join("/"));
                let stem = name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
                for name in stem.into_iter().chain([name]) {
                    let same = |found: &mut Option<usize>| *found = found.filter(|f| *f == index);
                    files.entry(name).and_modify(same).or_insert(Some(index));
                }
            }
        }
        Self { whole, files, count }
    }

    /// The image that a table names: beside the table, or else with as many of the folders of its name as there are.
    fn find(&self, name: &str, table: &Entry) -> Result<usize, NotFound> {
        let plain = name.trim().replace('\\', "/");
        let plain = plain.trim_start_matches("./");
        let beside = [table.folders(), &[plain.to_owned()]].concat().join("/");
        if let Some(index) = [&beside, plain].into_iter().find_map(|name| self.whole.get(name as &str)) {
            return Ok(*index);
        }
        let mut rest = Some(loose(plain));
        let found = |name: &str| self.files.get(name).copied();
        let mut first = found(&loose(&beside));
        while first.is_none()
            && let Some(name) = rest
        {
            first = found(&name);
            rest = name.split_once('/').map(|(_, rest)| rest.to_owned());
        }
        first.ok_or(NotFound::None)?.ok_or(NotFound::Several)
    }

    fn has(&self, name: &str, table: &Entry) -> bool {
        self.find(name, table) != Err(NotFound::None)
    }
}

/// Where the labels of a table stand.
enum LabelsIn {
    Nowhere,
    Column(usize),
    /// A column a class, with a 1 in one of them.
    Columns(Vec<usize>),
}

impl LabelsIn {
    /// The columns of the labels among those that are neither files nor splits; or why it is not clear.
    fn find(header: Option<&[String]>, rows: &[Vec<String>], others: &[usize]) -> Result<Self, String> {
        if let Some(named) = header.and_then(label_column).filter(|label| others.contains(label)) {
            return Ok(Self::Column(named));
        }
        match *others {
            [] => return Ok(Self::Nowhere),
            [only] => return Ok(Self::Column(only)),
            _ => {}
        }
        let cell = |row: &[String], column: usize| row.get(column).and_then(|c| c.parse::<f64>().ok());
        let is_hot = |row: &Vec<String>| {
            let ones = others.iter().filter(|c| cell(row, **c) == Some(1.0)).count();
            ones == 1 && others.iter().filter(|c| cell(row, **c) == Some(0.0)).count() + 1 == others.len()
        };
        if header.is_some() && rows.iter().all(is_hot) {
            return Ok(Self::Columns(others.to_vec()));
        }
        // Words that repeat are classes.
        let repeats = |column: &usize| {
            let cells = || rows.iter().filter_map(|r| r.get(*column)).filter(|c| !c.is_empty());
            let kinds: HashSet<&String> = cells().collect();
            cells().any(|c| !is_number(c)) && (2..=MOST_CLASSES.min(rows.len() / 2)).contains(&kinds.len())
        };
        let words: Vec<usize> = others.iter().copied().filter(repeats).collect();
        match (&words[..], header) {
            ([only], _) => Ok(Self::Column(*only)),
            (_, Some(header)) => {
                let names: Vec<String> = others.iter().filter_map(|c| Some(format!("`{}`", header.get(*c)?))).collect();
                Err(format!(
                    "does not say which column has the labels ({}); name it `label`, or keep one column a class with a 1 \
                     in one of them",
                    names.join(", ")
                ))
            }
            (_, None) => Ok(Self::Column(others[0])),
        }
    }

    fn of(&self, row: &[String], header: Option<&[String]>) -> RawLabel {
        let cell = |column: usize| row.get(column).map_or("", String::as_str);
        match self {
            Self::Nowhere => RawLabel::Missing,
            Self::Column(column) => RawLabel::of_text(cell(*column)),
            Self::Columns(columns) => {
                let hot = columns.iter().find(|c| cell(**c).parse::<f64>() == Ok(1.0));
                let name = hot.and_then(|c| header?.get(*c)).cloned();
                name.map_or(RawLabel::Missing, RawLabel::Name)
            }
        }
    }
}

/// A table with a column of files.
struct Table {
    /// Lines before it that are comments.
    comments: usize,
    header: Option<Vec<String>>,
    rows: Vec<Vec<String>>,
    /// The line of each row, as an editor counts them.
    lines: Vec<usize>,
    /// How many columns there are.
    columns: usize,
    file: usize,
    label: Result<LabelsIn, String>,
    /// The column that says the split.
    part: Option<usize>,
    /// The split that the name of the table says.
    of: Option<Part>,
}

impl Table {
    /// A table of files, or nothing if it is one of other things.
    fn read(tree: &Tree, file: &Entry, images: &Known) -> Result<Option<Self>, String> {
        let bytes = tree.read_unpacked(file)?;
        let (mut rows, mut lines): (Vec<Vec<String>>, Vec<usize>) = (Vec::new(), Vec::new());
        let is_text = file.extension() == "txt";
        let table = Numbered::of(&bytes, if is_text { b' ' } else { b',' }, &|name| images.has(name, file))?;
        let comments = table.comments;
        if let Some((rows, fault)) = (!is_text).then(|| table.misquoted()).flatten() {
            let (header, label) = (None, Err(fault));
            let faulty =
                |file| Self { comments, header, rows: vec![], lines, columns: 0, file, label, part: None, of: None };
            return Ok(file_column(&rows, images, file).map(faulty));
        }
        for row in table.rows() {
            let (line, row) = row?;
            // A text with more in a line is none.
            if is_text && row.len() > 2 {
                return Ok(None);
            }
            rows.push(row);
            lines.push(line);
            if rows.len() == LOOKED_AT && file_column(&rows, images, file).is_none() {
                return Ok(None);
            }
        }
        // A text with one word in a line is a list.
        if is_text && usual_width(&rows) != 2 {
            return Ok(None);
        }
        let Some(column) = file_column(&rows, images, file).filter(|c| !is_of_pixels(&rows, *c)) else {
            return Ok(None);
        };
        // Names that may be those of several images each say nothing: numbers of rounds are no images.
        let is_one = |row: &Vec<String>| row.get(column).is_some_and(|name| images.find(name, file).is_ok());
        if !rows.iter().any(is_one) {
            return Ok(None);
        }
        // A name of a file that is missing is no header.
        let is_name =
            |cell: &str| cell.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&&*ending.to_lowercase()));
        let is_header = rows.first().and_then(|r| r.get(column)).is_some_and(|c| !images.has(c, file) && !is_name(c));
        let header = is_header.then(|| rows.remove(0));
        lines.drain(..usize::from(is_header));
        // One row that is short, the first too, takes no column from the others.
        let columns = header.as_ref().map_or_else(|| usual_width(&rows), Vec::len);
        let names = header.clone().unwrap_or_default();
        let part = split_column(&names, &rows).filter(|part| *part != column);
        let others: Vec<usize> = (0..columns)
            .filter(|c| *c != column && Some(*c) != part)
            .filter(|c| names.get(*c).map_or_else(|| !counts_rows(&rows, *c), |name| !is_index(name)))
            .collect();
        let label = LabelsIn::find(header.as_deref(), &rows, &others);
        let of = Part::within(file.file_name());
        Ok(Some(Self { comments, header, rows, lines, columns, file: column, label, part, of }))
    }

    /// An error where a comma too many may have cut a name or a label, or a second column may have another one.
    fn is_plain(&self, labels: &LabelsIn) -> Result<(), String> {
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
    fn note(&self, file: &Entry) -> String {
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

/// Whether a column is one of many of numbers: a table of pixels, whose values may be names of images by chance.
fn is_of_pixels(rows: &[Vec<String>], column: usize) -> bool {
    let Some(last) = rows.last() else { return false };
    let numbers = last.iter().filter(|cell| is_number(cell)).count();
    numbers >= FEWEST_COLUMNS && numbers + 3 >= last.len() && last.get(column).is_some_and(|cell| is_number(cell))
}

/// The column most of whose cells name images.
fn file_column(rows: &[Vec<String>], images: &Known, table: &Entry) -> Option<usize> {
    let rows = &rows[..rows.len().min(LOOKED_AT)];
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let found = |column: usize| rows.iter().filter(|r| r.get(column).is_some_and(|c| images.has(c, table))).count();
    let best = (0..columns).rev().max_by_key(|c| found(*c))?;
    (found(best) * 2 >= rows.len().max(2) - 1 && found(best) > 0).then_some(best)
}
