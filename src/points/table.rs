//! Tables of text with coordinates, metadata or both: TSV and CSV, with or without a header.

use csv::{ByteRecord, ReaderBuilder, Trim};
use rayon::prelude::*;

use super::column::{Column, Texts, is_missing};
use super::coordinates::{self, Coordinates};
use crate::dataset::own::formats::cells;
use crate::dataset::own::formats::text::{self, is_number};

/// Rows that are looked at to find which columns are numbers.
const LOOKED_AT: usize = 200;

/// Words that are names of columns where they begin a column that does not have them again.
const HEADS: [&str; 14] = [
    "label", "labels", "class", "classes", "target", "category", "cluster", "name", "id", "index", "file", "filename",
    "word", "words",
];

/// What a table of points holds.
pub struct Table {
    pub coordinates: Coordinates,
    pub columns: Vec<Column>,
}

fn is_tsv(name: &str) -> bool {
    name.to_lowercase().trim_end_matches(".gz").ends_with(".tsv")
}

/// Whether a TSV has quotes round cells, as R writes it: round all of its first line, or of a column in the lines that are
/// looked at.
fn is_quoted(rows: &[u8]) -> bool {
    let lines = rows.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(LOOKED_AT);
    let is_quoted = |cell: &[u8]| matches!(cell.trim_ascii(), [b'"', .., b'"']);
    let lines: Vec<Vec<bool>> = lines.map(|line| line.split(|b| *b == b'\t').map(is_quoted).collect()).collect();
    let Some(first) = lines.first().filter(|_| lines.len() > 1) else { return false };
    let column = |c: usize| lines.iter().all(|line| line.get(c) == Some(&true));
    first.iter().all(|quoted| *quoted) || (0..first.len()).any(column)
}

/// A reader of the rows of a table; a TSV has no quotes, as TensorBoard's Embedding Projector writes and reads it, unless
/// they stand round whole cells.
fn reader<'a>(bytes: &'a [u8], name: &str) -> Result<csv::Reader<&'a [u8]>, String> {
    // What is no text is refused the same way whatever stands between its cells.
    let (separator, rows) = cells::separated(bytes)?;
    let is_quoted = is_tsv(name) && is_quoted(rows);
    if !is_tsv(name) || is_quoted {
        let separator = if is_quoted { b'\t' } else { separator };
        text::quotes_end(rows, separator).map_err(|(line, what)| format!("line {line} of the table: {what}"))?;
        return Ok(cells::reader(rows, separator));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).trim(Trim::All);
    Ok(builder.delimiter(b'\t').quoting(false).from_reader(bytes))
}

/// Whether the first row counts the columns of numbers, as pandas names them, and is no point of its own.
fn counts_columns(rows: &[Vec<String>], numbers: &[usize]) -> bool {
    let [first, second, ..] = rows else { return false };
    let counted: Vec<usize> = numbers.iter().copied().filter(|c| !is_missing(&first[*c])).collect();
    let counts = |row: &[String], from: usize| {
        counted.iter().enumerate().all(|(i, c)| row.get(*c).is_some_and(|cell| *cell == (from + i).to_string()))
    };
    counted.len() > 1 && counts(first, 0) && !counts(second, counted.len())
}

fn shown(cell: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(cell)
}

fn broken(e: csv::Error) -> String {
    format!("cannot be read as a table ({e})")
}

/// The points in a table whose columns of numbers are coordinates, and the others metadata.
pub fn points(bytes: &[u8], name: &str, notes: &mut Vec<String>) -> Result<Table, String> {
    let bytes = &text::of_table(bytes, notes)[..];
    let mut looked_at: Vec<Vec<String>> = Vec::new();
    for record in reader(bytes, name)?.into_byte_records().take(LOOKED_AT) {
        looked_at.push(cells::cells(&record.map_err(broken)?));
    }
    let Some(first) = looked_at.first() else { return Err("is empty".into()) };
    let width = first.len();
    let rest = &looked_at[1.min(looked_at.len() - 1)..];
    let cell = |row: &'_ [String], column: usize| row.get(column).cloned().unwrap_or_default();
    // A few words among numbers are faults of their rows, which are left out by name.
    let are_numbers = |column: &usize| {
        let cells: Vec<String> = rest.iter().map(|row| cell(row, *column)).filter(|c| !is_missing(c)).collect();
        let found = cells.iter().filter(|c| is_number(c)).count();
        found > 0 && found * 3 >= cells.len() * 2
    };
    let mut numbers: Vec<usize> = (0..width).filter(are_numbers).collect();
    let is_counted = counts_columns(&looked_at, &numbers);
    if is_counted {
        notes.push("the first row counts the columns, so it is their header and no point".into());
    }
    // A header has a word over a column of numbers.
    let is_named = numbers.iter().any(|c| !is_number(&first[*c]) && !is_missing(&first[*c]));
    let has_header = looked_at.len() > 1 && (is_counted || is_named);
    let header = has_header.then(|| first.clone());
    if header.is_none() && numbers.len() > 2 && numbers[0] == 0 && cells::counts_rows(&looked_at, 0) {
        notes.push("column 1 counts the rows and is no coordinate".into());
        numbers.remove(0);
    }
    let axes = coordinates::choose(header.as_deref(), &numbers)?;
    let others: Vec<usize> = (0..width).filter(|c| !axes.contains(c)).collect();

    let mut values = Vec::new();
    let mut texts = vec![Texts::default(); others.len()];
    let mut record = ByteRecord::new();
    let mut reader = reader(bytes, name)?;
    let (mut ragged, mut row) = (0, 0);
    while reader.read_byte_record(&mut record).map_err(broken)? {
        row += 1;
        if has_header && row == 1 {
            continue;
        }
        if record.len() != width {
            ragged += 1;
            if ragged == 1 {
                // As rows that are left out are counted.
                let at = row - 1 - usize::from(has_header);
                notes.push(format!("row {at}, counted from 0, has {} cells instead of {width}", record.len()));
            }
        }
        // What is no number is left out with its row, as a missing one is.
        let number = |c: &usize| record.get(*c).and_then(|b| std::str::from_utf8(b).ok()?.parse().ok());
        values.extend(axes.iter().map(|c| number(c).unwrap_or(f32::NAN)));
        texts.iter_mut().zip(&others).for_each(|(t, c)| t.push(&shown(record.get(*c).unwrap_or_default())));
    }
    if ragged > 1 {
        notes.push(format!("{ragged} rows have another number of cells than the first, {width}"));
    }
    let column = |c: usize| match &header {
        Some(names) if !names[c].is_empty() => names[c].clone(),
        _ => format!("column {}", c + 1),
    };
    let names: Vec<String> = axes.iter().map(|c| column(*c)).collect();
    if header.is_some() || !others.is_empty() {
        notes.push(format!("coordinates are {}", coordinates::short(&names)));
    }
    let untyped: Vec<(usize, Texts)> = others.into_iter().zip(texts).collect();
    let columns = untyped.into_par_iter().map(|(c, texts)| Column::of(column(c), texts)).collect();
    Ok(Table { coordinates: Coordinates::new(values, names), columns })
}

/// The first cell of a column, if it is a name of columns and no value.
fn head(texts: &Texts) -> Option<&str> {
    let first = texts.get(0);
    let is_head = HEADS.iter().any(|head| first.eq_ignore_ascii_case(head));
    (is_head && texts.len() > 1 && texts.iter().skip(1).all(|text| text != first)).then_some(first)
}

/// The metadata of `points` points: with a header if the table has a row more than there are points.
pub fn metadata(bytes: &[u8], name: &str, points: usize, notes: &mut Vec<String>) -> Result<Vec<Column>, String> {
    let bytes = &text::of_metadata(bytes, is_tsv(name), points, notes)?[..];
    let mut texts: Vec<Texts> = Vec::new();
    let mut record = ByteRecord::new();
    let mut reader = reader(bytes, name)?;
    let (mut rows, mut ragged) = (0, 0);
    while reader.read_byte_record(&mut record).map_err(broken)? {
        if rows == 0 {
            texts.resize(record.len(), Texts::default());
        }
        ragged += usize::from(record.len() != texts.len() && record.iter().any(|cell| !cell.is_empty()));
        texts.iter_mut().enumerate().for_each(|(c, t)| t.push(&shown(record.get(c).unwrap_or_default())));
        rows += 1;
    }
    let names: Vec<String> = match rows {
        _ if rows == points => {
            if let Some(head) = texts.iter().find_map(head) {
                return Err(format!(
                    "has as many rows as there are points, {points}, so it should have no header, but begins with `{head}`; \
                     add the row that is missing, or remove the header"
                ));
            }
            let first = texts.first().map_or("", |texts| texts.get(0));
            notes.push(format!("{name}: as many rows as points, so there is no header; the first value is `{first}`"));
            (1..=texts.len()).map(|c| format!("column {c}")).collect()
        }
        _ if rows == points + 1 => texts.iter_mut().map(Texts::take_first).collect(),
        _ => {
            let header = rows.saturating_sub(1);
            return Err(format!(
                "has {rows} rows ({header} without a header), but there are {points} points; it must have one row a \
                 point, and may have a header"
            ));
        }
    };
    if ragged > 0 {
        let is = if ragged == 1 { "1 row has".into() } else { format!("{ragged} rows have") };
        notes.push(format!("{name}: {is} another number of cells than the first, {}", names.len()));
    }
    let named = names.into_iter().enumerate().map(|(c, name)| match name.is_empty() {
        true => format!("column {}", c + 1),
        false => name,
    });
    let untyped: Vec<(String, Texts)> = named.zip(texts).collect();
    Ok(untyped.into_par_iter().map(|(name, texts)| Column::of(name, texts)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_headers_or_none_and_any_separator() {
        for (name, text, dim, axes, columns) in [
            ("a.tsv", "1\t2\n3\t4\n", 2, "column 1", 0),
            ("a.csv", "x,y,kind\n1,2,a\n3,4,b\n", 2, "x", 1),
            ("a.csv", "\u{feff}x;y;z\r\n1;2;3\r\n4;5;6\r\n", 3, "x", 0),
            ("a.txt", "1.0e+00 2 3\n4 5 6\n", 3, "column 1", 0),
            ("a.csv", "a,1,2\nb,3,4\n", 2, "column 2", 1),
            ("a.csv", "x,y\n1,2\n", 2, "x", 0),
            ("a.csv", "x;y;k\n1,5;2,5;a\n3,5;4,5;b\n", 2, "x", 1),
            ("a.txt", "  1.7  -0.4\n 22.2   0.9\n", 2, "column 1", 0),
            ("a.tsv", "\"x\"\t\"y\"\t\"k\"\n\"1\"\t\"2\"\t\"a\"\n\"3\"\t\"4\"\t\"b\"\n", 2, "x", 1),
            ("a.tsv", "\"x\"\t\"y\"\n1\t2\n3\t4\n", 2, "x", 0),
        ] {
            let found = points(text.as_bytes(), name, &mut Vec::new()).unwrap();
            assert_eq!((found.coordinates.dim, found.columns.len()), (dim, columns), "{text}");
            assert_eq!(found.coordinates.names[0], axes, "{text}");
            assert_eq!(found.coordinates.rows(), text.lines().count() - usize::from(text.contains('x')), "{text}");
        }
        for (text, rows, dim, axes, columns) in [
            ("0,1\n5,6\n7,8\n", 2, 2, "0", 0),
            (",0,1\n0,5,6\n1,7,8\n", 2, 2, "0", 1),
            ("0,5,6\n1,7,8\n2,9,4\n", 3, 2, "column 2", 1),
            ("0,5\n1,7\n2,9\n", 3, 2, "column 1", 0),
            ("0,1,label\n5.5,6,a\n7,8,b\n", 2, 2, "0", 1),
            ("0,1\n2,3\n4,5\n", 3, 2, "column 1", 0),
        ] {
            let found = points(text.as_bytes(), "a.csv", &mut Vec::new()).unwrap();
            let counts = (found.coordinates.rows(), found.coordinates.dim, found.columns.len());
            assert_eq!(counts, (rows, dim, columns), "{text}");
            assert_eq!(found.coordinates.names[0], axes, "{text}");
        }
        let mut notes = Vec::new();
        let odd = points(b"x,y\n1,2\n3\nfour,5\n6,nan\n", "a.csv", &mut notes).unwrap();
        assert_eq!(odd.coordinates.values.iter().filter(|v| v.is_nan()).count(), 3);
        assert!(notes[0].contains("row 1, counted from 0, has 1 cells instead of 2"), "{notes:?}");
        let error = points(b"x,y,k\n1,2,\"a\n3,4,b\n", "a.csv", &mut notes).err();
        assert_eq!(error.as_deref(), Some("line 2 of the table: a quote is not closed; close it, or remove it"));
    }

    #[test]
    fn metadata_have_a_header_if_they_have_a_row_more() {
        for (name, text, points, first, cell) in [
            ("m.tsv", "one\ntwo\n", 2, "column 1", "one"),
            ("m.tsv", "word\tcount\n\"\t3\nb, c\t4\n", 2, "word", "\""),
            ("m.csv", "word,count\n\"b, c\",4\nd,5\n", 2, "word", "b, c"),
            ("m.csv", "label\n4\n5\n", 2, "label", "4"),
            ("m.tsv", "word\n\nb\n", 2, "word", ""),
            ("m.tsv", "word\tn\n\"a\"\t1\nb\t2\n", 2, "word", "\"a\""),
            ("m.tsv", "\"word\"\t\"n\"\n\"a\tb\"\t1\n\"c\"\t2\n", 2, "word", "a\tb"),
        ] {
            let columns = metadata(text.as_bytes(), name, points, &mut Vec::new()).unwrap();
            assert_eq!((columns[0].name.as_str(), &*columns[0].cell(0)), (first, cell), "{text}");
        }
        let error = metadata(b"label\nb\nc\n", "m.tsv", 3, &mut Vec::new()).unwrap_err();
        assert!(error.contains("no header, but begins with `label`; add the row that is missing"), "{error}");
        let mut notes = Vec::new();
        metadata(b"class\nother\nclass\n", "m.tsv", 3, &mut notes).unwrap();
        assert!(notes[0].contains("no header; the first value is `class`"), "{notes:?}");
        let error = metadata(b"a\nb\nc\nd\n", "m.tsv", 2, &mut Vec::new()).unwrap_err();
        assert!(error.contains("4 rows (3 without a header), but there are 2 points"), "{error}");
    }
}
