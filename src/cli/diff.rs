//! `ridgewalk diff`: judges what was computed; program, machine, date and paths are told.

use std::path::Path;

use super::out::say;
use crate::archive;
use crate::difference::{Difference, difference};

/// What was found, in lines.
#[derive(Default)]
struct Found {
    /// How many histories differ or have no partner.
    different: usize,
    lines: Vec<String>,
    told: Vec<String>,
}

/// Compares two histories, or the histories of two folders in the order of their names, and says what differs; whether
/// what was computed is equal.
pub fn diff(a: &Path, b: &Path) -> anyhow::Result<bool> {
    let found = compare(a, b)?;
    if found.different == 0 {
        say!("equal except for wall times");
    }
    found.lines.iter().for_each(|line| say!("{line}"));
    found.told.iter().for_each(|told| say!("told, not compared: {told}"));
    Ok(found.different == 0)
}

fn compare(a: &Path, b: &Path) -> anyhow::Result<Found> {
    let (left, right) = (archive::read_histories(a)?, archive::read_histories(b)?);
    let mut found = Found::default();
    if left.len() != right.len() {
        found.different = left.len().abs_diff(right.len());
        found.lines.push(format!("different: {} histories and {}", left.len(), right.len()));
        return Ok(found);
    }
    for (x, y) in left.iter().zip(&right) {
        let Difference { settings, round, told } = difference(x, y);
        for told in told.iter().map(ToString::to_string) {
            if !found.told.contains(&told) {
                found.told.push(told);
            }
        }
        if settings.is_empty() && round.is_none() {
            continue;
        }
        found.different += 1;
        found.lines.push(format!("different: {} of repeat {}", x.variant(), x.header.repeat));
        found.lines.extend(settings.iter().map(|setting| format!("  {setting}")));
        found.lines.push(format!("  {}", round.as_deref().unwrap_or("every round is equal")));
    }
    Ok(found)
}
