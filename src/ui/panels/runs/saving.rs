//! "Save runs…": asks for a folder, and before runs that lie there are written again; then the engine writes the runs of the
//! session from now on, and others are copied as they are.

use std::path::{Path, PathBuf};

use egui::Context;

use crate::archive::{self, HISTORY_EXTENSION};
use crate::engine::planned::PlannedRun;
use crate::engine::protocol::Command;
use crate::figures::{histories_of, write_tables};
use crate::grid::{Cell, GridFolder, Keep, merge, unlike};
use crate::history::History;
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::panel::Cx;
use crate::ui::state::{AppState, Entry, GroupKey, RunKey};

/// The dialog, the question before files are replaced, and the copying.
pub struct Saving {
    export: Export,
    /// The runs that the dialog is about.
    runs: Vec<RunKey>,
    /// Whether they are all of a session, with which those to come are written.
    all: bool,
    /// What the engine is to write, until nothing stands in the way.
    keep: Option<Command>,
}

impl Default for Saving {
    fn default() -> Self {
        let hint = "Folder for the runs, new or existing";
        let export = Export::new("Save runs", hint, "Save", Wanted::Folder);
        Self { export, runs: Vec::new(), all: true, keep: None }
    }
}

impl Saving {
    /// Asks where to write all runs of a session, and those to come.
    pub fn ask(&mut self, runs: Vec<RunKey>, state: &AppState) {
        (self.runs, self.all) = (runs, true);
        self.export.open(|| state.folder_for_runs());
    }

    /// Asks where to write a run.
    pub fn ask_one(&mut self, run: RunKey, state: &AppState) {
        (self.runs, self.all) = (vec![run], false);
        self.export.open(|| state.folder_for_runs());
    }

    /// Shows the dialog and the question, and reports what was copied.
    pub fn ui(&mut self, ctx: &Context, cx: &mut Cx<'_>) {
        if let Some(folder) = self.export.ui(ctx, |_| {}) {
            self.save_into(ctx, folder, cx);
        }
        match (self.export.outcome(ctx), self.keep.is_some()) {
            (Some(Ok(_)), true) => cx.commands.extend(self.keep.take()),
            (outcome, _) => cx.report(outcome),
        }
    }

    /// Writes the chosen runs: those of the present session from now on, others as they are.
    fn save_into(&mut self, ctx: &Context, folder: PathBuf, cx: &Cx<'_>) {
        let entries: Vec<&Entry> = self.runs.iter().filter_map(|key| cx.state.list.entry(*key)).collect();
        let live = entries.iter().find_map(|e| e.live());
        let is_live = live.is_some();
        // What this window writes there already is no other's.
        let others = entries.iter().filter(|e| e.saved.as_ref().is_none_or(|path| !path.starts_with(&folder)));
        let cells: Vec<Cell> = others.filter_map(|e| cell(cx.state, e)).collect();
        let group = |key: GroupKey| cx.state.list.group(key)?.path.clone();
        let file = |e: &Entry| e.autosaved.clone().or_else(|| e.saved.clone()).or_else(|| group(e.group));
        let kept = entries.iter().filter_map(|e| Some((file(e), e.kept()?.clone())));
        let (files, lost): (Vec<_>, Vec<_>) = kept.partition(|(file, _)| file.is_some());
        let files: Vec<(PathBuf, History)> = files.into_iter().filter_map(|(file, run)| Some((file?, run))).collect();
        self.keep = live.map(|run| Command::Keep { folder: folder.clone(), only: (!self.all).then_some(run) });
        self.export.start(ctx, move || {
            if !lost.is_empty() {
                let count = lost.len();
                return Err(format!(
                    "{count} of these runs have no files to copy: they came with a view, or their files were deleted. \
                     Their figures and tables can be exported."
                ));
            }
            let there = written_again(&GridFolder::around(&folder), &cells);
            // The engine writes the runs of the session.
            let write = move || if is_live { Ok(String::new()) } else { copy(&files, &folder) };
            Ok(Prepared::new(there, write))
        });
    }
}

/// The cell of a run, begun or not; a fork has none, and a file of its own.
fn cell(state: &AppState, entry: &Entry) -> Option<Cell> {
    match state.history_of(entry) {
        Some(history) => (!history.is_fork()).then(|| Cell::of(&history)),
        None => {
            let live = entry.live()?;
            state.planned.iter().find(|planned| planned.id == live && planned.parent.is_none()).map(PlannedRun::cell)
        }
    }
}

/// The files of a folder that these runs would be written over: none, unless it has some of the same runs.
fn written_again(folder: &GridFolder, cells: &[Cell]) -> Vec<PathBuf> {
    let is_there = |cell: &Cell, path: &Path| {
        // Another run is not written over: it is refused.
        let there = archive::read_header(path);
        there.is_ok_and(|there| unlike(&there.experiment, &cell.experiment, &["rounds"]).is_none())
    };
    let files = cells.iter().map(|cell| (cell, folder.history(cell)));
    let files: Vec<PathBuf> = files.filter(|(cell, path)| is_there(cell, path)).map(|(_, path)| path).collect();
    if files.is_empty() {
        return files;
    }
    [folder.experiment()].into_iter().chain(folder.tables()).filter(|path| path.exists()).chain(files).collect()
}

/// Copies runs with all that is beside them: those of a grid together, forks one by one.
fn copy(files: &[(PathBuf, History)], folder: &Path) -> Result<String, String> {
    let into = GridFolder::new(folder);
    let (forks, cells): (Vec<_>, Vec<_>) = files.iter().partition(|(_, history)| history.is_fork());
    let mut paths: Vec<PathBuf> = cells.iter().map(|(path, _)| path.clone()).collect();
    paths.dedup();
    if !paths.is_empty() {
        merge(&paths, &into, Keep::Everything).map_err(|e| e.to_string())?;
    }
    for (path, history) in forks.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == HISTORY_EXTENSION)) {
        let name = path.file_name().unwrap_or_default();
        archive::write_history(&folder.join(archive::HISTORIES).join(name), history).map_err(|e| e.to_string())?;
    }
    write_tables(&into, histories_of(&into).0).map_err(|e| e.to_string())?;
    Ok(format!("Saved {} runs into {}", files.len(), folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::history::Header;

    #[test]
    fn runs_of_the_same_settings_are_asked_about_and_the_tables_with_them() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = GridFolder::new(scratch.path());
        let of = |batch_size: usize| History::new(Header::made_up(Experiment { batch_size, ..Experiment::default() }));
        let mine = [Cell::of(&of(64))];
        assert!(written_again(&folder, &mine).is_empty());
        let path = folder.history(&mine[0]);
        for (there, asked) in [(of(32), false), (of(64), true)] {
            archive::write_history(&path, &there).unwrap();
            let [curves, ..] = folder.tables();
            archive::write_atomically(&curves, b"").unwrap();
            let expected = if asked { vec![curves, path.clone()] } else { Vec::new() };
            assert_eq!(written_again(&folder, &mine), expected);
        }
    }
}
