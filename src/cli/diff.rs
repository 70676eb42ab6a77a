//! `ridgewalk diff`: judges what was computed; program, machine, date and paths are told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// Compares two histories, or the histories of two folders by their names, and says what differs; whether
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

/// The histories at a path by their names; with their folders if two have one name.
fn named(path: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let files = archive::history_files(path)?;
    let short = |file: &Path| file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let long = |file: &Path| file.strip_prefix(path).unwrap_or(file).display().to_string();
    let named = |name: &dyn Fn(&Path) -> String| -> BTreeMap<_, _> {
        files.iter().map(|file| (name(file), file.clone())).collect()
    };
    let by_short = named(&short);
    Ok(if by_short.len() == files.len() { by_short } else { named(&long) })
}

/// The names that only the first has, as the end of a sentence; empty if there are none.
fn only(names: &BTreeMap<String, PathBuf>, others: &BTreeMap<String, PathBuf>, path: &Path) -> String {
    let only: Vec<&str> = names.keys().filter(|n| !others.contains_key(*n)).map(String::as_str).collect();
    if only.is_empty() { String::new() } else { format!("; only in {}: {}", path.display(), only.join(", ")) }
}

fn compare(a: &Path, b: &Path) -> anyhow::Result<Found> {
    let (left, right) = (named(a)?, named(b)?);
    let mut found = Found::default();
    let mut pairs: Vec<(&PathBuf, &PathBuf)> =
        left.iter().filter_map(|(name, file)| Some((file, right.get(name)?))).collect();
    if pairs.is_empty() && left.len() == right.len() {
        // Of other names altogether, such as two files.
        pairs = left.values().zip(right.values()).collect();
    }
    let missing = [left.len(), right.len()].map(|count| count - pairs.len());
    if missing != [0, 0] {
        found.different = missing.iter().sum();
        // A damaged one is no history that the other side lacks.
        for file in left.values().chain(right.values()).filter(|f| pairs.iter().all(|(x, y)| x != f && y != f)) {
            archive::read_history(file)?;
        }
        let only = only(&left, &right, a) + &only(&right, &left, b);
        found.lines.push(format!("different: {} histories and {}{only}", left.len(), right.len()));
    }
    for (x, y) in pairs {
        let (x, y) = (&archive::read_history(x)?, &archive::read_history(y)?);
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
