//! Columns that tables have in common.

use crate::export::cells::{Column, Kind};

/// The columns that name the run, then these.
pub fn of_run(columns: &[(&'static str, Kind)]) -> Vec<Column> {
    let run = [("run", Kind::Text), ("strategy", Kind::Text), ("repeat", Kind::Whole), ("seed", Kind::Seed)];
    plain(&[&run, columns].concat())
}

/// These columns alone.
pub fn plain(columns: &[(&'static str, Kind)]) -> Vec<Column> {
    columns.iter().map(|&(name, kind)| Column { name, kind }).collect()
}
