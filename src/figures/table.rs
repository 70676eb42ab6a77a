//! `Table`: cells with a caption, written as markdown, CSV or LaTeX.

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Stem of the file it is written to.
    pub name: String,
    pub caption: String,
    /// A name for each column.
    pub header: Vec<String>,
    /// Cells as they are printed, as many a row as the header has.
    pub rows: Vec<Vec<String>>,
    /// Number of columns from the left that hold text; the others hold numbers and are aligned right.
    pub words: usize,
    /// Indices of the rows with a thin rule above, from 0 below the header.
    pub rules: Vec<usize>,
    /// Sentences below the table.
    pub notes: Vec<String>,
    /// The same numbers for programs, header first: one value a column, all digits; empty if the cells are as good.
    pub data: Vec<Vec<String>>,
}

impl Table {
    /// The table as GitHub markdown, caption above and notes below.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let escaped = |row: &Vec<String>| line(row.iter().map(|c| c.replace('|', "\\|")).collect());
        let mut out = format!("**{}**\n\n", self.caption);
        out += &escaped(&self.header);
        out += &line((0..self.header.len()).map(|i| if i < self.words { "---" } else { "---:" }.into()).collect());
        out.extend(self.rows.iter().map(escaped));
        out.extend(self.notes.iter().map(|n| format!("\n{n}\n")));
        out
    }

    /// The table as CSV: its numbers for programs, or else its cells with plain minus signs and without thousands
    /// separators.
    pub fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        if !self.data.is_empty() {
            return self.data.iter().map(|row| line(row.iter().map(|c| field(c)).collect())).collect();
        }
        let rows = std::iter::once(&self.header).chain(&self.rows);
        rows.map(|row| line(row.iter().map(|c| field(&plain(c))).collect())).collect()
    }
}

/// A value with all of its digits, or an empty cell.
pub fn cell(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

/// One field of CSV, quoted where it must be (RFC 4180).
pub fn field(text: &str) -> String {
    let mut record = csv::WriterBuilder::new().buffer_capacity(text.len() + 1).from_writer(Vec::new());
    // A second field, because an empty one alone is quoted. Writing into memory always succeeds.
    let written = record.write_record([text, ""]).ok().and_then(|()| record.into_inner().ok());
    let mut field = written.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    field.truncate(field.trim_end_matches('\n').len().saturating_sub(1));
    field
}

/// A cell with plain minus signs and without thousands separators.
fn plain(cell: &str) -> String {
    let cell = cell.replace('\u{2212}', "-");
    let number = cell.replace(',', "");
    if number.parse::<f64>().is_ok() { number } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_what_only_people_read() {
        for (cell, expect) in
            [("1,398", "1398"), ("\u{2212}0.25", "-0.25"), ("a, b", "a, b"), ("\u{b1}0.3", "\u{b1}0.3")]
        {
            assert_eq!(plain(cell), expect);
        }
    }

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        for (text, expect) in [
            ("snn", "snn"),
            ("", ""),
            ("a\n", "\"a\n\""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(field(text), expect);
        }
    }
}
