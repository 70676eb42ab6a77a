//! Tables of text, cells with commas, semicolons or tabs between them, as programs write them.

use csv::{ReaderBuilder, Trim};

use super::text::is_spaced;

use crate::dataset::own::listing::{Part, words};

/// Fewer columns of numbers are no image.
pub const FEWEST_COLUMNS: usize = 9;
/// What may stand between cells, the most likely first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Names of the column with the label.
const LABELS: [&str; 13] = [
    "label",
    "labels",
    "class",
    "target",
    "y",
    "category",
    "species",
    "digit",
    "emotion",
    "diagnosis",
    "classes",
    "targets",
    "letter",
];
/// Names of the column with the split.
pub const SPLITS: [&str; 5] = ["split", "set", "subset", "usage", "fold"];
/// Names of columns that number the rows.
const INDICES: [&str; 5] = ["", "index", "idx", "unnamed", "row"];

/// A reader of the rows of a table, all of them, with the bytes that separate its cells.
pub fn rows(bytes: &[u8]) -> Result<csv::Reader<&[u8]>, String> {
    rows_by(bytes, b',')
}

/// A reader of the rows of a text, between whose cells may be spaces.
pub fn words_of(bytes: &[u8]) -> Result<csv::Reader<&[u8]>, String> {
    rows_by(bytes, b' ')
}

/// A reader of rows, with a byte that separates cells where no other is in the first row.
fn rows_by(bytes: &[u8], otherwise: u8) -> Result<csv::Reader<&[u8]>, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is a text in UTF-16; save it as UTF-8".into());
    }
    if bytes.contains(&0) {
        return Err("is no text: it has bytes that are zero".into());
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |separator: &u8| first.iter().filter(|b| *b == separator).count();
    let most = SEPARATORS.iter().rev().copied().filter(|s| count(s) > 0).max_by_key(count).unwrap_or(otherwise);
    let is_spaced = std::str::from_utf8(first).is_ok_and(is_spaced);
    let separator = if is_spaced { b' ' } else { most };
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).trim(Trim::All);
    Ok(builder.from_reader(bytes))
}

/// A row as texts; bytes that are not UTF-8 are replaced.
pub fn cells(record: &csv::ByteRecord) -> Vec<String> {
    record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

/// The column that has the label by its name.
pub fn label_column(header: &[String]) -> Option<usize> {
    let named = |name: &str| header.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    LABELS.iter().find_map(|name| named(name)).or_else(|| {
        header.iter().position(|h| words(h).iter().any(|word| ["label", "class", "category"].contains(&word.as_str())))
    })
}

/// The column that says the split of each row: by its name, and most of its cells do.
pub fn split_column(header: &[String], rows: &[Vec<String>]) -> Option<usize> {
    let column = header.iter().position(|h| SPLITS.contains(&h.trim().to_lowercase().as_str()))?;
    let told = rows.iter().filter(|r| r.get(column).is_some_and(|cell| Part::within(cell).is_some())).count();
    (told * 2 > rows.len()).then_some(column)
}

/// Whether a column numbers the rows, by its name.
pub fn is_index(name: &str) -> bool {
    let is_id = name.trim().eq_ignore_ascii_case("id");
    is_id || words(name).first().map_or(name.trim().is_empty(), |word| INDICES.contains(&word.as_str()))
}

/// Whether a column counts the rows, from 0 or 1.
pub fn counts_rows(rows: &[Vec<String>], column: usize) -> bool {
    let number = |row: &Vec<String>| row.get(column).and_then(|cell| cell.parse::<usize>().ok());
    let Some(first) = rows.first().and_then(number).filter(|first| *first <= 1) else { return false };
    rows.len() > 2 && rows.iter().zip(first..).all(|(row, count)| number(row) == Some(count))
}
