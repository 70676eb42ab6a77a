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
pub const SPLITS: [&str; 6] = ["split", "set", "subset", "usage", "fold", "partition"];
/// Names of columns that number the rows.
const INDICES: [&str; 5] = ["", "index", "idx", "unnamed", "row"];

/// A reader of all rows of a table.
pub fn rows(bytes: &[u8]) -> Result<csv::Reader<&[u8]>, String> {
    separated(bytes).map(|(separator, rows)| reader(rows, separator))
}

/// The byte between the cells of a table, and its rows.
pub fn separated(bytes: &[u8]) -> Result<(u8, &[u8]), String> {
    let bytes = text_of(bytes)?;
    Ok(text::named_separator(bytes).unwrap_or_else(|| (separator(bytes, 1, b','), bytes)))
}

/// A table of files: what its first lines say, and its rows.
pub struct Numbered<'a> {
    text: &'a [u8],
    /// Where its rows begin.
    start: usize,
    separator: u8,
    /// Lines before its rows that are comments.
    pub comments: usize,
}

impl<'a> Numbered<'a> {
    /// `otherwise` stands between cells where nothing else does in the first lines, of which one may be a cell short;
    /// `is_file` tells the names of images, which may begin with `#` as comments do.
    pub fn of(bytes: &'a [u8], otherwise: u8, is_file: &dyn Fn(&str) -> bool) -> Result<Self, String> {
        let text = text_of(bytes)?;
        let is_row = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            let cells = || line.split(|c: char| c == char::from(otherwise) || SEPARATORS.map(char::from).contains(&c));
            let is_label =
                |cell: &str| LABELS.iter().any(|name| cell.trim_matches([' ', '#', '\r']).eq_ignore_ascii_case(name));
            cells().any(is_file) || cells().skip(1).any(is_label)
        };
        let (comments, named, rows) = text::before_rows(text, is_row);
        // Between spaces a later line may have a comma in its label.
        let lines = if otherwise == b' ' { 1 } else { LOOKED_AT };
        let separator = named.unwrap_or_else(|| separator(rows, lines, otherwise));
        Ok(Self { text, start: text.len() - rows.len(), separator, comments })
    }

    /// How many lines end in a part of the text.
    fn ends(&self, from: usize, to: usize) -> usize {
        let is_end = |&at: &usize| match self.text[at] {
            b'\r' => self.text.get(at + 1) != Some(&b'\n'),
            byte => byte == b'\n',
        };
        (from..to).filter(is_end).count()
    }

    /// Each row with its line as an editor counts them.
    pub fn rows(&self) -> impl Iterator<Item = Result<(usize, Vec<String>), String>> {
        let (mut at, mut line) = (0, 1);
        reader(&self.text[self.start..], self.separator).into_byte_records().map(move |record| {
            let record = record.map_err(|e| format!("cannot be read as a table ({e})"))?;
            // Blank lines before a row are none of it.
            let from = record.position().map_or(at, |p| self.start + p.byte() as usize);
            let blank = self.text[from..].iter().take_while(|b| b"\r\n".contains(b)).count();
            line += self.ends(at, from + blank);
            at = from + blank;
            Ok((line, cells(&record)))
        })
    }

    /// Where a quote makes lines one cell: the first rows without regard to quotes, and what is wrong with them.
    pub fn misquoted(&self) -> Option<(Vec<Vec<String>>, String)> {
        let rows = &self.text[self.start..];
        let (row, what) = text::quotes_end(rows, self.separator).err()?;
        let cell = |cell: &[u8]| String::from_utf8_lossy(cell).trim_matches(['"', ' ', '\r']).to_owned();
        let lines = rows.split(|b| *b == b'\n').take(LOOKED_AT).filter(|line| !line.trim_ascii().is_empty());
        let start = lines.map(|line| line.split(|b| *b == self.separator).map(cell).collect()).collect();
        Some((start, format!("row {}: {what}", self.ends(0, self.start) + row)))
    }
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

/// A reader of rows with that byte between their cells, however many there are in each.
pub fn reader(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
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

/// The column that says the split of each row: by its name, and most of its cells that are not empty do, or some if it is
/// called `split`.
pub fn split_column(header: &[String], rows: &[Vec<String>]) -> Option<usize> {
    let column = header.iter().position(|h| SPLITS.contains(&h.trim().to_lowercase().as_str()))?;
    let cells: Vec<&String> = rows.iter().filter_map(|row| row.get(column)).filter(|c| !c.trim().is_empty()).collect();
    let told = cells.iter().filter(|cell| Part::within(cell).is_some()).count();
    let is_called = header[column].trim().eq_ignore_ascii_case(SPLITS[0]) && told > 0;
    (is_called || told * 2 > cells.len()).then_some(column)
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
            ("a b\nc d\ne f,g\n", b' ', "1 a|b, 2 c|d, 3 e|f,g"),
            ("sep=;\r\na,b;c\r\n1;2\r\n", b',', "2 a,b|c, 3 1|2"),
            ("# by hand\nsep=;\n# once\na;b,c\n", b',', "4 a|b,c"),
            ("# made by hand; 2020\n# twice\na,b\n1,2\n", b',', "3 a|b, 4 1|2"),
            ("# made by hand\n#file,label\n1,2\n", b',', "2 #file|label, 3 1|2"),
            ("# made by hand\n#1.png,2\n", b',', "2 #1.png|2"),
        ] {
            let table = Numbered::of(text.as_bytes(), otherwise, &|name| name == "#1.png").unwrap();
            let rows = table.rows().map(Result::unwrap);
            let shown: Vec<String> = rows.map(|(line, row)| format!("{line} {}", row.join("|"))).collect();
            assert_eq!(shown.join(", "), expected, "{text:?}");
        }
        let rows = |lengths: &[usize]| lengths.iter().map(|n| vec![String::new(); *n]).collect::<Vec<_>>();
        assert_eq!([usual_width(&rows(&[1, 2, 2])), usual_width(&rows(&[1, 2])), usual_width(&[])], [2, 2, 0]);
    }
}
