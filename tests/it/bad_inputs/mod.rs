//! A table of inputs that are bad, odd, or look bad and are not: one row each, given to the program as a user would.
//!
//! A row says what lies in an otherwise empty folder, the command that is run there, whether it succeeds, and what is
//! said. Whatever the row, the program never panics, hangs, or tells a cause twice, and what a row `keeps` is unchanged.

mod row;
mod masks;
mod waveforms;
mod experiments;
mod commands;
mod data;
mod histories;
mod own;
mod points;

use row::{Row, check};

/// Every row of every table.
fn tables() -> [(&'static str, Vec<Row>); 8] {
    [
        ("masks", masks::rows()),
        ("waveforms", waveforms::rows()),
        ("experiments", experiments::rows()),
        ("commands", commands::rows()),
        ("data", data::rows()),
        ("histories", histories::rows()),
        ("own", own::rows()),
        ("points", points::rows()),
    ]
}

#[test]
fn each_does_what_is_right() {
    let rows: Vec<(&str, Row)> =
        tables().into_iter().flat_map(|(t, rows)| rows.into_iter().map(move |r| (t, r))).collect();
    assert!(rows.len() >= 120, "{} rows", rows.len());
    let mut names: Vec<_> = rows.iter().map(|(_, r)| r.what).collect();
    names.sort_unstable();
    assert_eq!(names.windows(2).find(|n| n[0] == n[1]), None, "two rows have one name");
    let failed = check(&rows);
    assert!(failed.is_empty(), "{} of {} rows:\n\n{}", failed.len(), rows.len(), failed.join("\n\n"));
}
