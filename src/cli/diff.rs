//! `ridgewalk diff`: judges what was computed; program, machine, date and paths are told.

use std::collections::BTreeSet;
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

/// The names of the histories at a path, without their folders.
fn names(path: &Path) -> anyhow::Result<BTreeSet<String>> {
    let files = archive::history_files(path)?;
    Ok(files.iter().filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned())).collect())
}

fn compare(a: &Path, b: &Path) -> anyhow::Result<Found> {
    let (left, right) = (archive::read_histories(a)?, archive::read_histories(b)?);
    let mut found = Found::default();
    if left.len() != right.len() {
        found.different = left.len().abs_diff(right.len());
        let (one, two) = (names(a)?, names(b)?);
        let only = |names: Vec<&String>, path: &Path| {
            let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
            (!names.is_empty()).then(|| format!("; only in {}: {}", path.display(), names.join(", ")))
        };
        let only: String = [only(one.difference(&two).collect(), a), only(two.difference(&one).collect(), b)]
            .into_iter()
            .flatten()
            .collect();
        found.lines.push(format!("different: {} histories and {}{only}", left.len(), right.len()));
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
