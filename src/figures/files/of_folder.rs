//! The tables and the curves beside a folder's histories: `curves.csv`, `proposals.csv` and `curves.svg` of all its runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::csv::{curves_csv, proposals_csv};
use super::svg::svg;
use crate::archive::{self, ArchiveError, write_atomically};
use crate::figures::figure::PAGE_WIDTH;
use crate::figures::kinds::curves::curves;
use crate::figures::look::looks::Looks;
use crate::figures::look::theme::Theme;
use crate::grid::{Cell, GridFolder};
use crate::history::History;

/// The runs of a folder, by the stems of their files.
pub type FolderHistories = BTreeMap<String, History>;

/// The histories of a folder, and why some are left out of the tables, one sentence each.
pub fn histories_of(folder: &GridFolder) -> (FolderHistories, Vec<String>) {
    let mut notes = Vec::new();
    let files = folder.histories().unwrap_or_else(|e| {
        notes.push(e.to_string());
        Vec::new()
    });
    let mut histories = FolderHistories::new();
    for path in files {
        match (archive::read_history(&path), path.with_extension("").file_name()) {
            (Ok(history), Some(name)) => {
                histories.insert(name.to_string_lossy().into_owned(), history);
            }
            (Err(e), _) => notes.push(format!("{e}; it is left out of the tables")),
            (Ok(_), None) => {}
        }
    }
    // A copy under another name is no run of its own.
    let cell =
        |name: &String, history: &History| Some(Cell::of(history).name()).filter(|c| !history.is_fork() && c != name);
    let copies: Vec<(String, String)> = histories.iter().filter_map(|(n, h)| Some((n.clone(), cell(n, h)?))).collect();
    for (copy, of) in copies.into_iter().filter(|(_, of)| histories.contains_key(of)).collect::<Vec<_>>() {
        notes.push(format!("{copy}: its run is in {of} too and counts once"));
        histories.remove(&copy);
    }
    (histories, notes)
}

/// Writes the tables and the curves of these runs into their folder; none if there is no run.
pub fn write_tables(folder: &GridFolder, histories: FolderHistories) -> Result<Vec<PathBuf>, ArchiveError> {
    let mut histories: Vec<History> = histories.into_values().collect();
    if histories.is_empty() {
        return Ok(Vec::new());
    }
    histories.sort_by_key(|h| (h.is_fork(), h.header.repeat, h.variant()));
    let drawn = || svg(&curves(&histories, &Looks::of(&histories)), PAGE_WIDTH, &Theme::LIGHT);
    let texts = [curves_csv(&histories), proposals_csv(&histories), drawn()];
    let files: Vec<(PathBuf, String)> = folder.tables().into_iter().zip(texts).collect();
    for (path, text) in &files {
        write_atomically(path, text.as_bytes())?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
