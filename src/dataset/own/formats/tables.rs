//! Image files with a table of files and labels beside them, in CSV or TSV.

use std::collections::HashMap;
use std::sync::Arc;

use super::cells::{cells, is_index, label_column};
use super::folders::{Files, is_image};
use crate::dataset::DataError;
use crate::dataset::own::format::{Format, with_labels};
use crate::dataset::own::labels::{self, RawLabel, classes_of};
use crate::dataset::own::listing::{Item, Listing, Part, Unreadable, words};
use crate::dataset::own::tree::{Entry, Tree};

pub struct Tables;

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
        let (mut items, mut raw, mut files, mut unreadable, mut notes) = (vec![], vec![], vec![], vec![], vec![]);
        let mut seen: HashMap<usize, usize> = HashMap::new();
        for (_, file) in candidates(&tree) {
            let Some(table) = Table::read(&tree, file, &images).map_err(|e| tree.fault(Some(file), e))? else {
                continue;
            };
            notes.push(table.note(file));
            for (row, line) in table.rows.into_iter().enumerate() {
                let name = line.get(table.file).cloned().unwrap_or_default();
                let Some(index) = images.find(&name, file) else {
                    let reason = match name.is_empty() {
                        true => format!("row {} of {} names no file", row + 1, file.name()),
                        false => format!("is in {} and not among the images", file.name()),
                    };
                    unreadable.push(Unreadable::new(if name.is_empty() { file.name() } else { name }, reason));
                    continue;
                };
                let label = table.label.and_then(|l| line.get(l)).map_or(RawLabel::Missing, |l| RawLabel::of_text(l));
                if let Some(before) = seen.insert(index, raw.len()) {
                    let other = raw[before] != label;
                    seen.insert(index, before);
                    if other {
                        let reason = "has two rows with different labels; the first is used";
                        notes.push(format!("{} {reason}", tree.files[index].name()));
                    }
                    continue;
                }
                let part = table.part.and_then(|p| line.get(p)).and_then(|p| Part::of(p)).or(table.of);
                items.push(Item { name: tree.files[index].name(), part, label: None });
                raw.push(label);
                files.push(index);
            }
        }
        let unlisted = images.count - seen.len();
        if unlisted > 0 {
            notes.push(format!("images in no row of a table, which are left aside: {unlisted}"));
        }
        let found = classes_of(&raw, labels::names_in(&tree)).map_err(|e| tree.fault(None, e))?;
        notes.extend(found.notes);
        let images = Box::new(Files { tree, files });
        let (items, images) = with_labels(items, found.labels, &found.classes, &mut unreadable, images);
        let format = self.name().to_owned();
        Ok(Listing { format, items, classes: found.classes, images, unreadable, notes })
    }
}

/// The files of a tree that may be tables.
fn candidates(tree: &Tree) -> impl Iterator<Item = (usize, &Entry)> {
    let is_table = |f: &Entry| ["csv", "tsv"].contains(&f.extension().as_str()) && f.bytes <= MOST_BYTES;
    tree.files.iter().enumerate().filter(move |(_, f)| is_table(f))
}

/// The images of a tree by the names that a table may have for them.
struct Known {
    files: HashMap<String, usize>,
    count: usize,
}

impl Known {
    fn of(tree: &Tree) -> Self {
        let (mut files, mut count) = (HashMap::new(), 0);
        for (index, file) in tree.files.iter().enumerate().filter(|(_, f)| is_image(tree, f)) {
            count += 1;
            // With all folders, with some, or without; with its ending or without.
            for from in 0..file.parts.len() {
                let name = file.parts[from..].join("/");
                if let Some((stem, _)) = name.rsplit_once('.') {
                    files.entry(stem.to_owned()).or_insert(index);
                }
                files.entry(name).or_insert(index);
            }
        }
        Self { files, count }
    }

    /// The image that a table names, whose own folder the name may begin at.
    fn find(&self, name: &str, table: &Entry) -> Option<usize> {
        let plain = name.trim().replace('\\', "/");
        let plain = plain.trim_start_matches("./");
        let beside = [&table.parts[..table.parts.len() - 1], &[plain.to_owned()]].concat().join("/");
        let last = plain.rsplit('/').next().unwrap_or(plain);
        [&beside, plain, last].into_iter().find_map(|name| self.files.get(name as &str).copied())
    }
}

/// A table with a column of files.
struct Table {
    header: Option<Vec<String>>,
    rows: Vec<Vec<String>>,
    file: usize,
    label: Option<usize>,
    /// The column that says the split.
    part: Option<usize>,
    /// The split that the name of the table says.
    of: Option<Part>,
}

impl Table {
    /// A table of files, or nothing if it is one of other things.
    fn read(tree: &Tree, file: &Entry, images: &Known) -> Result<Option<Self>, String> {
        let bytes = tree.read_unpacked(file)?;
        let mut rows: Vec<Vec<String>> = Vec::new();
        for record in super::cells::rows(&bytes)?.into_byte_records() {
            let record = record.map_err(|e| format!("cannot be read as a table ({e})"))?;
            rows.push(cells(&record));
            if rows.len() == LOOKED_AT && file_column(&rows, images, file).is_none() {
                return Ok(None);
            }
        }
        let Some(column) = file_column(&rows, images, file) else { return Ok(None) };
        let is_header = rows.first().and_then(|r| r.get(column)).is_some_and(|c| images.find(c, file).is_none());
        let header = is_header.then(|| rows.remove(0));
        let columns = rows.first().map_or(0, Vec::len);
        let names = header.clone().unwrap_or_default();
        let part =
            names.iter().position(|n| ["split", "set", "subset", "usage", "fold"].contains(&n.to_lowercase().as_str()));
        let others =
            (0..columns).filter(|c| *c != column && Some(*c) != part && names.get(*c).is_none_or(|n| !is_index(n)));
        let label = label_column(&names).filter(|l| *l != column).or_else(|| others.into_iter().next());
        let of = words(file.file_name()).iter().find_map(|word| Part::of(word));
        Ok(Some(Self { header, rows, file: column, label, part, of }))
    }

    /// Which of its columns are used.
    fn note(&self, file: &Entry) -> String {
        let name = |column: usize| match self.header.as_ref().and_then(|h| h.get(column)) {
            Some(name) => format!("`{name}`"),
            None => format!("column {}", column + 1),
        };
        let label = self.label.map_or("without labels".into(), |l| format!("labels in {}", name(l)));
        let part = self.part.map(|p| format!(", splits in {}", name(p))).unwrap_or_default();
        format!("{}: files in {}, {label}{part}", file.name(), name(self.file))
    }
}

/// The column most of whose cells name images.
fn file_column(rows: &[Vec<String>], images: &Known, table: &Entry) -> Option<usize> {
    let rows = &rows[..rows.len().min(LOOKED_AT)];
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let found =
        |column: usize| rows.iter().filter(|r| r.get(column).is_some_and(|c| images.find(c, table).is_some())).count();
    let best = (0..columns).rev().max_by_key(|c| found(*c))?;
    (found(best) * 2 >= rows.len().max(2) - 1 && found(best) > 0).then_some(best)
}
