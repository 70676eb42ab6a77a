//! A table with the rows that are asked for, in their order.

use std::sync::Arc;

use super::query::Query;
use super::table::{Column, Table};

/// What the user asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The images that accuracy is measured on, in place of the train images.
    pub evaluation: bool,
    pub query: String,
    pub sort: Column,
    pub descending: bool,
    /// Only images of the present selection.
    pub selected: bool,
}

/// A table with the rows that were asked for, in their order.
#[derive(Debug, Clone)]
pub struct Made {
    pub table: Arc<Table>,
    pub rows: Arc<Vec<u32>>,
    /// What is wrong with the query; the rows are then those of no query.
    pub fault: Option<String>,
}

impl Made {
    pub fn of(table: Arc<Table>, asked: &Asked, chosen: Option<&[u32]>) -> Self {
        let (query, fault) = match Query::read(&asked.query, &table) {
            Ok(query) => (query, None),
            Err(fault) => (Query::default(), Some(fault)),
        };
        let all = 0..table.len() as u32;
        let holds = |row: &u32| query.holds(&table, *row as usize);
        let mut rows: Vec<u32> = match chosen {
            Some(chosen) => chosen.iter().copied().filter(|row| all.contains(row)).filter(holds).collect(),
            None => all.filter(holds).collect(),
        };
        if let Some(values) = table.values(asked.sort) {
            // What is unknown comes last in either direction; rows that are equal keep the order of their indices.
            let key = |row: &u32| values[*row as usize];
            rows.sort_by(|a, b| match (key(a), key(b)) {
                (a, b) if a.is_nan() || b.is_nan() => a.is_nan().cmp(&b.is_nan()),
                (a, b) if asked.descending => b.total_cmp(&a),
                (a, b) => a.total_cmp(&b),
            });
        }
        Self { table, rows: Arc::new(rows), fault }
    }
}
