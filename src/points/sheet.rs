//! What was understood of an embedding's files: as JSON, and as text.

use std::fmt::Write as _;

use serde::Serialize;

use super::column::Column;
use super::images::Thumbnails;
use super::set::Points;
use crate::dataset::own::tree::size;

/// What was understood.
#[derive(Debug, Serialize)]
pub struct Sheet {
    pub format: String,
    pub points: usize,
    pub dimensions: usize,
    pub axes: Vec<String>,
    pub columns: Vec<ColumnSheet>,
    /// What the thumbnails are.
    pub images: Option<String>,
    /// Rows that are no points, from 0, each with the reason; at most 1,000 are named.
    pub left_out: Vec<LeftOut>,
    /// Memory that the points take.
    pub memory_bytes: usize,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct LeftOut {
    pub row: usize,
    pub reason: String,
}

/// A column of metadata.
#[derive(Debug, Serialize)]
pub struct ColumnSheet {
    pub name: String,
    /// `classes`, `numbers` or `texts`.
    pub kind: &'static str,
    /// How many classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Points without a value.
    pub missing: usize,
}

impl Sheet {
    /// Puts together what was understood of the files.
    pub fn new(points: &Points) -> Self {
        let left_out =
            points.left_out.iter().map(|(row, reason)| LeftOut { row: *row, reason: reason.clone() }).collect();
        Self {
            format: points.format.clone(),
            points: points.len(),
            dimensions: points.dim,
            axes: points.axes.clone(),
            columns: points.columns.iter().map(ColumnSheet::new).collect(),
            images: points.images.as_ref().map(Thumbnails::name),
            left_out,
            memory_bytes: points.bytes(),
            notes: points.notes.clone(),
            warnings: warnings(points),
        }
    }

    /// The sheet as text.
    pub fn text(&self) -> String {
        const NAMED: usize = 5;
        let mut out = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<12}{value}");
        };
        line("format", self.format.clone());
        line("points", format!("{} in {} dimensions", self.points, self.dimensions));
        for column in &self.columns {
            line("column", column.words());
        }
        if let Some(images) = &self.images {
            line("images", images.clone());
        }
        line("memory", size(self.memory_bytes as u64));
        for left in self.left_out.iter().take(NAMED) {
            line("left out", format!("row {}: {}", left.row, left.reason));
        }
        if self.left_out.len() > NAMED {
            line("left out", format!("and {} more (--json names them)", self.left_out.len() - NAMED));
        }
        self.notes.iter().for_each(|note| line("note", note.clone()));
        self.warnings.iter().for_each(|warning| line("warning", warning.clone()));
        out.truncate(out.trim_end().len());
        out
    }
}

impl ColumnSheet {
    fn new(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            kind: column.kind(),
            classes: (column.kind() == "classes").then(|| column.counts().len()),
            range: column.range(),
            missing: column.missing(),
        }
    }

    /// The column in a line.
    pub fn words(&self) -> String {
        let what = match (self.classes, self.range) {
            (Some(1), _) => "1 class".into(),
            (Some(n), _) => format!("{n} classes"),
            (_, Some([low, high])) => format!("numbers from {low} to {high}"),
            _ => self.kind.to_owned(),
        };
        let missing = if self.missing > 0 { format!(", {} missing", self.missing) } else { String::new() };
        format!("{}: {what}{missing}", self.name)
    }
}

/// What may be wrong, a sentence each.
fn warnings(points: &Points) -> Vec<String> {
    let first = points.code(0);
    let flat: Vec<&str> = (0..points.dim)
        .filter(|axis| points.codes.iter().skip(*axis).step_by(points.dim).all(|v| *v == first[*axis]))
        .map(|axis| points.axes[axis].as_str())
        .collect();
    let all = (flat.len() == points.dim).then(|| "all points lie at one place".to_owned());
    let some = (!flat.is_empty() && all.is_none()).then(|| {
        format!(
            "the same value in all points: {}",
            super::coordinates::short(&flat.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
        )
    });
    all.into_iter().chain(some).collect()
}
