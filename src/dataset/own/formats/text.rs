//! A text before it is read as a table: what programs write between its cells and beside its rows.

use std::borrow::Cow;

/// Whether a cell is a number.
pub fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}

/// Lines that are looked at to find how numbers are written.
const LOOKED_AT: usize = 20;

/// What is said where decimal commas were made points.
const DECIMAL_COMMAS: &str = "the commas of numbers are decimal points";

/// The byte between cells and the rest of a text whose first line names it, as spreadsheets write it: `sep=;`.
pub fn named_separator(text: &[u8]) -> Option<(u8, &[u8])> {
    let line = text.split(|b| *b == b'\n').next()?;
    let told = line.strip_suffix(b"\r").unwrap_or(line);
    match told {
        [name @ .., separator @ (b',' | b';' | b'\t' | b'|')] if name.eq_ignore_ascii_case(b"sep=") => {
            Some((*separator, text.get(line.len() + 1..).unwrap_or_default()))
        }
        _ => None,
    }
}

/// What stands before the rows of a table: how many comments, the byte between cells if it is named, and the rest of its
/// text.
pub fn before_rows(text: &[u8], is_row: impl Fn(&[u8]) -> bool) -> (usize, Option<u8>, &[u8]) {
    let (before, rest) = comments(text, &is_row);
    let Some((separator, rest)) = named_separator(rest) else { return (before, None, rest) };
    let (after, rest) = comments(rest, &is_row);
    (before + after, Some(separator), rest)
}

/// How many lines before a table are comments and no row, and the rest of its text.
fn comments(text: &[u8], is_row: impl Fn(&[u8]) -> bool) -> (usize, &[u8]) {
    let (mut rest, mut comments) = (text, 0);
    while let Some(line) = rest.split(|b| *b == b'\n').next().filter(|line| is_comment(line) && !is_row(line)) {
        comments += 1;
        rest = rest.get(line.len() + 1..).unwrap_or_default();
    }
    (comments, rest)
}

/// What is said of such lines.
pub fn passed_over(comments: usize) -> Option<String> {
    match comments {
        0 => None,
        1 => Some("1 line before the table, which begins with #, is passed over".into()),
        n => Some(format!("{n} lines before the table, which begin with #, are passed over")),
    }
}

/// The text of a table of numbers: comments before it passed over, spaces that align columns made one, decimal commas
/// made points.
pub fn of_table<'a>(bytes: &'a [u8], notes: &mut Vec<String>) -> Cow<'a, [u8]> {
    let (comments, rest) = comments(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes), |_| false);
    notes.extend(passed_over(comments));
    said_if_damaged(rest, notes);
    let Ok(text) = std::str::from_utf8(rest) else { return Cow::Borrowed(rest) };
    if text.lines().next().is_some_and(is_spaced) {
        let one = |line: &str| line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        return Cow::Owned(text.lines().map(one).collect::<Vec<_>>().join("\n").into_bytes());
    }
    if let Some(dotted) = quoted_with_points(text) {
        notes.push(DECIMAL_COMMAS.into());
        return Cow::Owned(dotted);
    }
    if has_decimal_commas(text) {
        notes.push(DECIMAL_COMMAS.into());
        let dotted = |cell: &str| if is_with_comma(cell) { cell.replace(',', ".") } else { cell.to_owned() };
        let row = |line: &str| line.split_inclusive([';', '\t']).map(dotted).collect::<String>();
        return Cow::Owned(text.lines().map(row).collect::<Vec<_>>().join("\n").into_bytes());
    }
    Cow::Borrowed(rest)
}

/// An error, with its line, if a quote is not closed, or closed in the middle of a cell, so that lines would become one
/// cell.
pub fn quotes_end(text: &[u8], separator: u8) -> Result<(), (usize, &'static str)> {
    let (mut begins, mut line, mut opened) = (true, 1, None);
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        line += usize::from(byte == b'\n');
        match (byte, opened) {
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => drop(bytes.next()),
            (b'"', Some(at)) => {
                opened = None;
                if bytes.peek().is_some_and(|&next| next != separator && !b"\r\n".contains(&next)) {
                    return Err((at, "a quote is closed in the middle of a cell; put the quotes right"));
                }
            }
            (b'"', None) if begins => opened = Some(line),
            _ => {}
        }
        begins = opened.is_none() && (byte == separator || b"\r\n".contains(&byte));
    }
    opened.map_or(Ok(()), |at| Err((at, "a quote is not closed; close it, or remove it")))
}

/// The text of metadata, in which a blank line is a row where there must be one a point.
pub fn of_metadata<'a>(
    bytes: &'a [u8],
    is_tsv: bool,
    points: usize,
    notes: &mut Vec<String>,
) -> Result<Cow<'a, [u8]>, String> {
    said_if_damaged(bytes, notes);
    let all: Vec<&[u8]> = bytes.trim_ascii_end().split(|b| *b == b'\n').collect();
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    let blank = all.iter().filter(|line| is_blank(line)).count();
    // A quoted cell may hold blank lines.
    if blank == 0 || (!is_tsv && bytes.contains(&b'"')) {
        return Ok(Cow::Borrowed(bytes));
    }
    let fits = |rows: usize| rows == points || rows == points + 1;
    if !fits(all.len()) {
        return Ok(Cow::Borrowed(bytes));
    }
    let is_one_column = all.iter().all(|line| !line.iter().any(|b| b",;\t|".contains(b)));
    if fits(all.len() - blank) && !is_one_column {
        let lines = if blank == 1 { "a blank line".to_owned() } else { format!("{blank} blank lines") };
        return Err(format!(
            "has {lines}, so that it may have a header and a row a point or not; fill them, or take them out"
        ));
    }
    let empty: &[u8] = if is_tsv { b"\t" } else { b"\"\"" };
    let filled: Vec<&[u8]> = all.iter().map(|line| if is_blank(line) { empty } else { *line }).collect();
    Ok(Cow::Owned(filled.join(&b'\n')))
}

/// A line that is said to be a comment, as `numpy.savetxt` writes its header; a column may be named `#` too.
fn is_comment(line: &[u8]) -> bool {
    matches!(line.trim_ascii(), [b'#', next, ..] if !b",;\t|".contains(next))
}

/// Numbers with spaces between, as many as there are.
pub fn is_spaced(line: &str) -> bool {
    let cells: Vec<&str> = line.split_ascii_whitespace().collect();
    cells.len() > 1 && !line.trim().contains('\t') && cells.iter().all(|cell| is_number(cell))
}

fn is_with_comma(cell: &str) -> bool {
    let cell = cell.trim_end_matches([';', '\t']);
    cell.matches(',').count() == 1 && !cell.contains('.') && is_number(cell.replace(',', ".").trim())
}

/// Semicolons or tabs between cells, and a comma in some of the numbers, none of which has a point.
fn has_decimal_commas(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).collect();
    let cells = || lines.iter().flat_map(|line| line.split([';', '\t'])).map(str::trim);
    !text.contains('"')
        && [';', '\t'].iter().any(|between| lines.iter().all(|line| line.contains(*between)))
        && cells().any(is_with_comma)
        && !cells().any(|cell| cell.contains('.') && is_number(cell))
}

/// A table whose numbers stand in quotes because of their decimal commas, with points; `None` if it is no such table, or if
/// the commas may part thousands: three digits follow each, and no nought stands before one.
fn quoted_with_points(text: &str) -> Option<Vec<u8>> {
    if !text.contains('"') {
        return None;
    }
    let first = text.lines().next().unwrap_or_default();
    let between = [',', ';', '\t'].into_iter().max_by_key(|c| (first.matches(*c).count(), *c == ',')).unwrap_or(',');
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(between as u8).trim(csv::Trim::All);
    let records = || builder.from_reader(text.as_bytes()).into_records();
    let start: Vec<csv::StringRecord> = records().take(LOOKED_AT).collect::<Result<_, _>>().ok()?;
    let cells = || start.iter().flat_map(csv::StringRecord::iter);
    let parts_thousands = |cell: &str| {
        cell.split_once(',').is_none_or(|(whole, digits)| digits.len() == 3 && whole.trim_start_matches('-') != "0")
    };
    if cells().any(|cell| cell.contains('.') && is_number(cell))
        || cells().filter(|cell| is_with_comma(cell)).all(parts_thousands)
    {
        return None;
    }
    let mut dotted = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for record in records() {
        let record = record.ok()?;
        let dotted_cell = |cell: &str| if is_with_comma(cell) { cell.replace(',', ".") } else { cell.to_owned() };
        dotted.write_record(record.iter().map(dotted_cell)).ok()?;
    }
    dotted.into_inner().ok()
}

fn said_if_damaged(bytes: &[u8], notes: &mut Vec<String>) {
    let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if std::str::from_utf8(bytes).is_err() && !is_wide {
        notes.push("is not UTF-8 throughout: what is not is shown as \u{fffd}; save it as UTF-8".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_beside_a_table_is_taken_out() {
        for (given, wanted, note) in [
            ("# x y\n1 2\n", "1 2", "1 line before"),
            ("#a\n# b\nx,y\n1,2\n", "x,y\n1,2\n", "2 lines before"),
            ("#,x,y\n0,1,2\n", "#,x,y\n0,1,2\n", ""),
            ("  1.0   2.0\n 3.0  4.0\n", "1.0 2.0\n3.0 4.0", ""),
            ("1\t\t2\n", "1\t\t2\n", ""),
            ("x;y;k\n1,5;2;a,b\n", "x;y;k\n1.5;2;a,b", "decimal points"),
            ("x\ty\n1,5\t2\n", "x\ty\n1.5\t2", "decimal points"),
            ("x;y\n1,5;2.5\n", "x;y\n1,5;2.5\n", ""),
            ("1,5\n2,5\n", "1,5\n2,5\n", ""),
            ("x,y,k\n\"1,5\",2,\"a,b\"\n", "x,y,k\n1.5,2,\"a,b\"\n", "decimal points"),
            ("x,y\n\"1,500\",\"0,125\"\n", "x,y\n1.500,0.125\n", "decimal points"),
            ("x,y\n\"1,500\",2\n", "x,y\n\"1,500\",2\n", ""),
            ("x,y\n\"1,5\",2.5\n", "x,y\n\"1,5\",2.5\n", ""),
        ] {
            let mut notes = Vec::new();
            assert_eq!(String::from_utf8_lossy(&of_table(given.as_bytes(), &mut notes)), wanted, "{given}");
            assert_eq!(notes.len(), usize::from(!note.is_empty()), "{notes:?}");
            assert!(notes.iter().all(|n| n.contains(note)), "{notes:?}");
        }
        let mut notes = Vec::new();
        of_table(b"x,n\xe4me\n1,2\n", &mut notes);
        assert!(notes[0].contains("not UTF-8"), "{notes:?}");
    }

    #[test]
    fn quotes_that_would_make_lines_one_cell_are_found() {
        let (middle, open) = ("closed in the middle of a cell", "is not closed");
        for (text, fault) in [
            ("a,\"b, c\"\r\nd,\"e \"\"f\"\"\"\n", None),
            ("a,\"b\nc\"\n", None),
            ("a,b \"c\n", None),
            ("a,\"b\nc,\"d\n", Some((1, middle))),
            ("a,b\nc,\"d\ne,f\n", Some((2, open))),
            ("a,b\n\"c,d\n", Some((2, open))),
        ] {
            let found = quotes_end(text.as_bytes(), b',').err();
            assert_eq!(found.map(|(line, _)| line), fault.map(|(line, _)| line), "{text:?}");
            assert!(found.is_none_or(|(_, what)| fault.is_some_and(|(_, words)| what.contains(words))), "{text:?}");
        }
    }

    #[test]
    fn a_blank_line_of_metadata_is_a_row_where_one_is_missing() {
        for (given, points, wanted) in [
            ("word\na\n\nc\n", 3, Some("word\na\n\"\"\nc")),
            ("a\n\nc\n", 3, Some("a\n\"\"\nc")),
            ("a\n\nc\n", 2, Some("a\n\"\"\nc")),
            ("a,b\n1,2\n\n3,4\n", 3, None),
            ("a,b\n\n1,2\n3,4\n\n\n", 2, Some("a,b\n\n1,2\n3,4\n\n\n")),
            ("a\nb\n\n", 2, Some("a\nb\n\n")),
        ] {
            let found = of_metadata(given.as_bytes(), false, points, &mut Vec::new());
            let found = found.map(|text| String::from_utf8_lossy(&text).into_owned());
            assert_eq!(found.ok().as_deref(), wanted, "{given:?}");
        }
        let tsv = of_metadata(b"a\tb\n\n", true, 1, &mut Vec::new()).unwrap();
        assert_eq!(&*tsv, b"a\tb\n\n");
    }
}
