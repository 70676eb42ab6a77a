//! Tables of text, cells with commas, semicolons or tabs between them, as programs write them.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, Trim};

use super::text::{self, is_spaced};

use crate::dataset::own::listing::{Part, words};

/// Fewer columns of numbers are no image.
pub const FEWEST_COLUMNS: usize = 9;
/// Lines that are looked at to find what stands between cells.
const LOOKED_AT: usize = 20;
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
const SPLITS: [&str; 5] = ["split", "set", "subset", "usage", "fold"];
/// Names of columns that number the rows.
const INDICES: [&str; 5] = ["", "index", "idx", "unnamed", "row"];

/// A reader of the rows of a table, all of them, with the bytes that separate its cells.
pub fn rows(bytes: &[u8]) -> Result<csv::Reader<&[u8]>, String> {
    let bytes = text_of(bytes)?;
    Ok(reader(bytes, separator(bytes, 1, b',')))
}

/// The rows of a table of files, each with its line as an editor counts them; `otherwise` stands between cells where
/// nothing else does in the first lines, of which one may be a cell short.
pub fn numbered(
    bytes: &[u8],
    otherwise: u8,
) -> Result<impl Iterator<Item = Result<(usize, Vec<String>), String>>, String> {
    let bytes = text_of(bytes)?;
    let (mut at, mut line) = (0, 1);
    let ends = |from: usize, to: usize| {
        (from..to).filter(|&b| bytes[b] == b'\n' || (bytes[b] == b'\r' && bytes.get(b + 1) != Some(&b'\n'))).count()
    };
    Ok(reader(bytes, separator(bytes, LOOKED_AT, otherwise)).into_byte_records().map(move |record| {
        let record = record.map_err(|e| format!("cannot be read as a table ({e})"))?;
        // Blank lines before a row are none of it.
        let from = record.position().map_or(at, |p| p.byte() as usize);
        let blank = bytes[from..].iter().take_while(|b| b"\r\n".contains(b)).count();
        line += ends(at, from + blank);
        at = from + blank;
        Ok((line, cells(&record)))
    }))
}

/// The first rows of a table with a quote that makes lines one cell, without regard to its quotes, and what is wrong with
/// them.
pub fn misquoted(bytes: &[u8]) -> Option<(Vec<Vec<String>>, String)> {
    let bytes = text_of(bytes).ok().filter(|bytes| bytes.contains(&b'"'))?;
    let separator = separator(bytes, LOOKED_AT, b',');
    let (row, what) = text::quotes_end(bytes, separator).err()?;
    let cell = |cell: &[u8]| String::from_utf8_lossy(cell).trim_matches(['"', ' ', '\r']).to_owned();
    let lines = bytes.split(|b| *b == b'\n').take(LOOKED_AT).filter(|line| !line.trim_ascii().is_empty());
    let rows = lines.map(|line| line.split(|b| *b == separator).map(cell).collect()).collect();
    Some((rows, format!("row {row}: {what}")))
}

/// The bytes of a text without its mark; or what it is else.
fn text_of(bytes: &[u8]) -> Result<&[u8], String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is a text in UTF-16; save it as UTF-8".into());
    }
    if bytes.contains(&0) {
        return Err("is no text: it has bytes that are zero".into());
    }
    Ok(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes))
}

/// The byte between cells: by the first of so many lines that has one.
fn separator(bytes: &[u8], lines: usize, otherwise: u8) -> u8 {
    let of = |line: &[u8]| {
        let count = |separator: &u8| line.iter().filter(|b| *b == separator).count();
        let is_spaced = std::str::from_utf8(line).is_ok_and(is_spaced);
        let most = SEPARATORS.iter().rev().copied().filter(|s| count(s) > 0).max_by_key(count);
        if is_spaced { Some(b' ') } else { most }
    };
    bytes.split(|b| *b == b'\n').take(lines).find_map(of).unwrap_or(otherwise)
}

fn reader(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).trim(Trim::All);
    builder.from_reader(bytes)
}

/// How many cells most rows have; of two numbers that as many have, the larger.
pub fn usual_width(rows: &[Vec<String>]) -> usize {
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *widths.entry(row.len()).or_default() += 1);
    widths.into_iter().max_by_key(|(width, rows)| (*rows, *width)).map_or(0, |(width, _)| width)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_lines_that_an_editor_counts_and_one_may_be_short() {
        for (text, otherwise, expected) in [
            ("a,b\n\n1,2\n3\n", b',', "1 a|b, 3 1|2, 4 3"),
            ("\u{feff}a;b\r\n\r\n\r\n1;2\r\n3;4", b',', "1 a|b, 4 1|2, 5 3|4"),
            ("a,b\r1,2\r3,4", b',', "1 a|b, 2 1|2, 3 3|4"),
            ("a,b\n\"1\n2\",3\n4,5\n", b',', "1 a|b, 2 1\n2|3, 4 4|5"),
            ("short\na;b\n", b',', "1 short, 2 a|b"),
            ("a b\nc d\n", b' ', "1 a|b, 2 c|d"),
        ] {
            let rows = numbered(text.as_bytes(), otherwise).unwrap().map(Result::unwrap);
            let shown: Vec<String> = rows.map(|(line, row)| format!("{line} {}", row.join("|"))).collect();
            assert_eq!(shown.join(", "), expected, "{text:?}");
        }
        let rows = |lengths: &[usize]| lengths.iter().map(|n| vec![String::new(); *n]).collect::<Vec<_>>();
        assert_eq!([usual_width(&rows(&[1, 2, 2])), usual_width(&rows(&[1, 2])), usual_width(&[])], [2, 2, 0]);
    }
}
