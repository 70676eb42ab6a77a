//! The rows of `labels.csv`, and how they stand in the file.

use std::path::Path;

use super::error::{ProjectError, in_file};
use crate::dataset::own::formats::text::quotes_end;

/// The columns of the table, and of no other.
pub const COLUMNS: [&str; 9] = ["file", "label", "round", "strategy", "seconds", "time", "who", "answer", "guess"];

/// Nobody looks longer at an image, seconds.
pub const MOST_SECONDS: f64 = 1e6;

/// The seconds that a label took, if they can be.
pub fn plausible(seconds: Option<f64>) -> Option<f64> {
    seconds.filter(|s| (0.0..=MOST_SECONDS).contains(s))
}

/// What a person said of an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Answer {
    /// It is of the class in the column `label`.
    #[default]
    Label,
    /// The label given before is taken back.
    Undone,
    /// Later: it may be proposed again in the next round.
    Skipped,
    NotSure,
    NoneOfThese,
}

impl Answer {
    pub(super) const ALL: [Self; 5] = [Self::Label, Self::Undone, Self::Skipped, Self::NotSure, Self::NoneOfThese];

    /// The name in the file; nothing for a label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Label => "",
            Self::Undone => "undone",
            Self::Skipped => "skipped",
            Self::NotSure => "not-sure",
            Self::NoneOfThese => "none-of-these",
        }
    }

    /// What it is, in words.
    pub fn told(self) -> &'static str {
        match self {
            Self::Label => "labelled",
            Self::Undone => "undone",
            Self::Skipped => "skipped",
            Self::NotSure => "not sure",
            Self::NoneOfThese => "none of these",
        }
    }

    /// The answer of a name in the file.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The image's name in the project.
    pub file: String,
    /// A class, or empty unless the answer is a label.
    pub label: String,
    /// The round that the answer was given for, from 1.
    pub round: usize,
    /// What proposed the image: a strategy, `test`, `lasso`, or `import` for labels of images that nothing proposed.
    pub strategy: String,
    /// How long the person took, if that is known.
    pub seconds: Option<f64>,
    pub time: String,
    pub who: String,
    pub answer: Answer,
    /// The class that the model guessed, if the person was shown it.
    pub guess: String,
}

impl Row {
    /// Whether the image of its last row, if it has one, waits for an answer in a round.
    pub fn waits(last: Option<&Self>, round: usize) -> bool {
        last.is_none_or(|row| match row.answer {
            Answer::Undone => true,
            Answer::Skipped => row.round != round,
            Answer::Label | Answer::NotSure | Answer::NoneOfThese => false,
        })
    }
}

/// Rows as they stand in the file.
pub fn text(rows: impl Iterator<Item = [String; COLUMNS.len()]>) -> std::io::Result<Vec<u8>> {
    let mut text = csv::Writer::from_writer(Vec::new());
    for row in rows {
        text.write_record(row)?;
    }
    text.into_inner().map_err(|e| e.into_error())
}

/// The cells of a row.
pub fn cells(row: &Row) -> [String; 9] {
    [
        row.file.clone(),
        row.label.clone(),
        row.round.to_string(),
        row.strategy.clone(),
        row.seconds.map(|s| s.to_string()).unwrap_or_default(),
        row.time.clone(),
        row.who.clone(),
        row.answer.name().to_owned(),
        row.guess.clone(),
    ]
}

/// The rows of the file, and where the last whole one ends.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<(Vec<Row>, usize), ProjectError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let (mut rows, mut end, mut record) = (Vec::new(), 0, csv::ByteRecord::new());
    loop {
        if !reader.read_byte_record(&mut record).map_err(|e| in_file(path, format!("cannot be read ({e})")))? {
            break;
        }
        let after = reader.position().byte() as usize;
        // The reader stops between the two characters that end a line on Windows.
        let after = after + usize::from(after > 0 && bytes[after - 1] == b'\r' && bytes.get(after) == Some(&b'\n'));
        let line = record.position().map_or(0, csv::Position::line);
        let bad = |what: &str| in_file(path, format!("line {line}: {what}; put the line right or remove it"));
        // Only what has no end was cut off by a kill.
        if after >= bytes.len() && is_torn(&bytes[end..]).map_err(bad)? {
            break;
        }
        if record.len() != COLUMNS.len() {
            return Err(bad(&format!("{} cells instead of {}", record.len(), COLUMNS.len())));
        }
        if end == 0 {
            if record.iter().ne(COLUMNS.map(str::as_bytes)) {
                let head = COLUMNS.join(",");
                let help = "move that line to the top if another program has sorted the file, else put it there";
                return Err(in_file(path, format!("line 1: is not the header {head}; {help}")));
            }
        } else {
            rows.push(row(&record).map_err(|what| bad(&what))?);
        }
        end = after;
    }
    match end {
        0 => Err(in_file(path, "is empty or cut off; the labels are lost unless there is a copy of it")),
        _ => Ok((rows, end)),
    }
}

/// Whether the last row of a file was cut off; or that a quote hides other rows in it.
fn is_torn(rest: &[u8]) -> Result<bool, &'static str> {
    if quotes_end(rest, b',').is_ok() && rest.last() == Some(&b'\n') {
        return Ok(false);
    }
    // A name may go on in the next line, but a line that ends with all its cells is a row.
    let is_row = |line: &[u8]| line.iter().filter(|b| **b == b',').count() >= COLUMNS.len() - 1;
    match rest.split_inclusive(|b| *b == b'\n').any(|line| line.ends_with(b"\n") && is_row(line)) {
        true => Err("a quote is not closed, or closed in the middle of a cell"),
        false => Ok(true),
    }
}

fn row(record: &csv::ByteRecord) -> Result<Row, String> {
    let text = |place: usize| String::from_utf8(record[place].to_vec()).map_err(|_| "is no UTF-8".to_owned());
    let (file, label, answer) = (text(0)?, text(1)?, text(7)?);
    let answer = Answer::named(&answer).ok_or_else(|| format!("`{answer}` is no answer"))?;
    if label.is_empty() && answer == Answer::Label {
        return Err("has no label".into());
    }
    let round = text(2)?.parse().map_err(|_| "the round is no whole number".to_owned())?;
    let seconds = Some(text(4)?).filter(|s| !s.is_empty());
    let number = |s: String| plausible(s.parse().ok()).ok_or("the seconds are no number from 0 to 1000000");
    let seconds = seconds.map(number).transpose()?;
    Ok(Row { file, label, round, strategy: text(3)?, seconds, time: text(5)?, who: text(6)?, answer, guess: text(8)? })
}
