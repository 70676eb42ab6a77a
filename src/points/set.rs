//! Points with metadata and images, one entry a point.

use std::borrow::Cow;

use super::column::Column;
use super::images::Thumbnails;

/// Points with their metadata.
///
/// Invariant: `codes` has `dim` finite values a point; `rows` and each column have one entry a point.
pub struct Points {
    /// What the files are, for display.
    pub format: String,
    /// `[points, dim]`
    pub codes: Vec<f32>,
    /// Numbers in a code.
    pub dim: usize,
    /// The name of each axis.
    pub axes: Vec<String>,
    pub columns: Vec<Column>,
    pub images: Option<Thumbnails>,
    /// The row of each point in its file, from 0, if some rows were left out.
    pub(super) rows: Option<Vec<u32>>,
    /// The rows that are no points, from 0, each with the reason.
    pub left_out: Vec<(usize, String)>,
    /// What was decided or left aside, a sentence each.
    pub notes: Vec<String>,
}

impl Points {
    /// Points, without the rows that were left out.
    pub fn len(&self) -> usize {
        self.codes.len() / self.dim.max(1)
    }

    /// Whether no row is a point.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The coordinates of a point.
    pub fn code(&self, point: usize) -> &[f32] {
        self.codes.get(point * self.dim..(point + 1) * self.dim).unwrap_or_default()
    }

    /// The row of a point in its file, from 0.
    pub fn row(&self, point: usize) -> usize {
        self.rows.as_ref().and_then(|rows| rows.get(point)).map_or(point, |row| *row as usize)
    }

    /// The value of a point in a column, as text.
    pub fn cell(&self, column: usize, point: usize) -> Cow<'_, str> {
        self.columns.get(column).map_or("".into(), |c| c.cell(point))
    }

    /// The column to colour by at first: the first with classes, or the first with numbers.
    pub fn first_colour(&self) -> Option<usize> {
        let of = |kind: &str| self.columns.iter().position(|c| c.kind() == kind);
        of("classes").or_else(|| of("numbers"))
    }

    /// Bytes of memory that they take.
    pub fn bytes(&self) -> usize {
        let rows = self.rows.as_ref().map_or(0, |rows| size_of_val(&rows[..]));
        let columns: usize = self.columns.iter().map(Column::bytes).sum();
        size_of_val(&self.codes[..]) + rows + columns + self.images.as_ref().map_or(0, Thumbnails::bytes)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Points without metadata.
    pub fn of_codes(codes: Vec<f32>, dim: usize) -> Points {
        Points {
            format: String::new(),
            axes: (1..=dim).map(|axis| format!("axis {axis}")).collect(),
            codes,
            dim,
            columns: Vec::new(),
            images: None,
            rows: None,
            left_out: Vec::new(),
            notes: Vec::new(),
        }
    }
}
