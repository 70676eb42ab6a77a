//! The list of all runs of the window: those of the present session, those of earlier sessions, and opened histories.

use std::path::{Path, PathBuf};

use super::run::RunState;
use crate::combine::{agree, is_same_run};
use crate::engine::planned::{PlannedRun, RunId};
use crate::experiment::{Experiment, names};
use crate::grid::GridFolder;
use crate::history::History;

/// Identifies a run of the list for as long as the window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(u64);

/// Identifies a group of the list for as long as the window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(u64);

/// All runs, by groups.
#[derive(Debug, Clone, Default)]
pub struct RunList {
    groups: Vec<Group>,
    entries: Vec<Entry>,
    /// Number of changes so far of what is shown and of the kept runs.
    pub version: u64,
    /// Saved runs that are to be shown, until they are read.
    pub wanted: Option<Recall>,
    /// Whether the user is to be asked where the runs of the present session are written.
    pub saves: bool,
    /// Folders of sessions that were deleted.
    pub deleted: Vec<PathBuf>,
    /// The folder of the session that the engine was asked to take up.
    pub(super) taken_up: Option<PathBuf>,
    last_key: u64,
    /// The changes that can be undone, each with its number.
    undo: Vec<(u64, Undo)>,
    changes: u64,
}

/// The runs of a session, or of what was opened at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub key: GroupKey,
    /// The experiment of its first run.
    pub experiment: Experiment,
    /// Whether it was opened from files; else it is a session of this window.
    pub is_opened: bool,
    /// The folder or file from which its runs can be replayed.
    pub path: Option<PathBuf>,
    /// What it was opened from: that, or a view as one file, which holds histories and is none.
    pub from: Option<PathBuf>,
}

/// One run of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: RunKey,
    pub group: GroupKey,
    pub run: Of,
    /// The name of its variant, its seed if its group has several, and where it was forked.
    name: String,
    /// The name given by the user.
    title: Option<String>,
    /// Whether curves, figures and tests show it.
    pub shown: bool,
    pub removed: bool,
    /// The file that the user had it saved to.
    pub saved: Option<PathBuf>,
    /// The file that it was written to by itself.
    pub autosaved: Option<PathBuf>,
}

/// Where a run's results are.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// In the present session.
    Live(RunId),
    /// A former session's or an opened one.
    Kept(Box<History>),
}

/// Saved runs to be shown in all views, in place of the present session.
#[derive(Debug, Clone, PartialEq)]
pub enum Recall {
    /// Show the runs at this path as they are; only those of one repeat, or all.
    Replay { path: PathBuf, repeat: Option<usize> },
    /// Go on with the session of this folder, at once or when rounds are run.
    TakeUp { folder: PathBuf, and_run: bool },
    /// Go back to the session that was replaced by the present one.
    Undo { folder: PathBuf },
}

/// A change that can be undone, with what was before.
#[derive(Debug, Clone, PartialEq)]
pub enum Undo {
    /// Runs that were shown or not, as they were before.
    Shown(Vec<(RunKey, bool)>),
    /// The name that the user had given before.
    Renamed(RunKey, Option<String>),
    Removed(Vec<RunKey>),
    /// A session was replaced by the next one; its folder.
    Replaced(PathBuf),
}

/// Largest number of changes that can be undone.
const MOST_UNDONE: usize = 100;

impl Entry {
    /// Its name on the screen.
    pub fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// Whether it is in the list, and shown.
    pub fn is_shown(&self) -> bool {
        self.shown && !self.removed
    }

    /// The name that a kept run shares with its other repeats, without its seed.
    pub fn variant_name(&self) -> String {
        let seed = self.kept().map(|history| format!(", seed {}", history.seed()));
        seed.map_or_else(|| self.name.clone(), |seed| self.name.replacen(&seed, "", 1))
    }

    /// The history of a kept run.
    pub fn kept(&self) -> Option<&History> {
        match &self.run {
            Of::Live(_) => None,
            Of::Kept(history) => Some(history),
        }
    }

    /// The id of a run of the present session.
    pub fn live(&self) -> Option<RunId> {
        match self.run {
            Of::Live(run) => Some(run),
            Of::Kept(_) => None,
        }
    }
}

impl RunList {
    /// The groups, the newest first; without those whose runs are all removed.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().rev().filter(|g| self.entries_of(g.key).next().is_some())
    }

    /// The group of a key, also one whose runs are all removed.
    pub fn group(&self, key: GroupKey) -> Option<&Group> {
        self.groups.iter().find(|g| g.key == key)
    }

    /// The runs that are not removed.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| !e.removed)
    }

    /// The runs of a group that are not removed.
    pub fn entries_of(&self, group: GroupKey) -> impl Iterator<Item = &Entry> {
        self.entries().filter(move |e| e.group == group)
    }

    /// The run of a key, removed or not.
    pub fn entry(&self, key: RunKey) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }

    /// The entry of a run of the present session, removed or not.
    pub fn of_live(&self, run: RunId) -> Option<&Entry> {
        self.entries.iter().find(|e| e.live() == Some(run))
    }

    /// The kept runs that are shown.
    pub fn kept_shown(&self) -> impl Iterator<Item = (RunKey, &History)> {
        self.entries().filter(|e| e.shown).filter_map(|e| Some((e.key, e.kept()?)))
    }

    /// The path from which the latest histories were opened, if they can be replayed from there.
    pub fn opened_from(&self) -> Option<&Path> {
        self.groups().find(|g| g.is_opened)?.path.as_deref()
    }

    /// The folder that the present session is written into, once there is one.
    pub fn session_folder(&self) -> Option<&Path> {
        self.groups.iter().rev().find(|g| !g.is_opened)?.path.as_deref()
    }

    /// A session with these runs begins.
    pub(super) fn begin(&mut self, experiment: &Experiment, runs: &[PlannedRun]) {
        if runs.is_empty() {
            return;
        }
        let path = self.taken_up.take();
        // What is taken up was kept of the same files, and comes again.
        let same = |g: &Group| !g.is_opened && path.is_some() && g.path == path;
        let same: Vec<GroupKey> = self.groups.iter().filter(|g| same(g)).map(|g| g.key).collect();
        let mut before: Vec<Entry> = self.entries.extract_if(.., |e| same.contains(&e.group)).collect();
        self.groups.retain(|g| !same.contains(&g.key));
        let key = GroupKey(self.next_key());
        self.groups.push(Group { key, experiment: experiment.clone(), is_opened: false, path, from: None });
        self.add(runs, runs);
        for entry in self.entries.iter_mut().filter(|e| e.live().is_some()) {
            if let Some(at) = before.iter().position(|b| b.name == entry.name) {
                // With its key, by which changes of it can be undone. Two forks may have one name.
                let again = before.remove(at);
                (entry.key, entry.title) = (again.key, again.title);
            }
        }
        let is_undone =
            |key: RunKey| self.undo.iter().any(|(_, u)| matches!(u, Undo::Removed(keys) if keys.contains(&key)));
        let removed = self.entries.iter().filter(|e| e.live().is_some() && e.removed && !is_undone(e.key));
        let removed: Vec<RunKey> = removed.map(|e| e.key).collect();
        if !removed.is_empty() {
            self.undoable(Undo::Removed(removed));
        }
        self.forget_changes();
    }

    /// Runs are added to the present session, which then has all of `session`.
    pub(super) fn add(&mut self, runs: &[PlannedRun], session: &[PlannedRun]) {
        let Some(group) = self.groups.iter().rev().find(|g| !g.is_opened).map(|g| g.key) else { return };
        for run in runs {
            let entry = self.push(group, Of::Live(run.id), String::new(), true);
            entry.removed = run.removed;
        }
        // A name depends on the others of its session.
        for entry in &mut self.entries {
            let planned = entry.live().and_then(|id| session.iter().find(|p| p.id == id));
            entry.name = planned.map_or_else(|| std::mem::take(&mut entry.name), |p| p.label(session));
        }
        self.version += 1;
    }

    /// The present session ends: what has ended a round is kept, and hidden; a run that is there already, as far as the new
    /// one goes or further, is not kept twice. Returns the number of runs that stay, and the folder of their session.
    pub(super) fn keep(&mut self, runs: &[RunState]) -> (usize, Option<PathBuf>) {
        let ended: Vec<(RunId, History)> = runs.iter().filter_map(|run| Some((run.id, run.history()?))).collect();
        let mut kept = 0;
        let session = self.groups.iter().rev().find(|g| !g.is_opened).cloned();
        for entry in std::mem::take(&mut self.entries) {
            let Of::Live(run) = entry.run else {
                self.entries.push(entry);
                continue;
            };
            let Some((_, history)) = ended.iter().find(|(id, _)| *id == run) else { continue };
            let is_in = |long: &History, short: &History| {
                long.rounds.len() >= short.rounds.len() && is_same_run(long, short) && agree(long, short).is_ok()
            };
            let kept_entry = Entry { run: Of::Kept(Box::new(history.clone())), shown: false, ..entry };
            if kept_entry.removed {
                self.entries.push(kept_entry);
                continue;
            }
            kept += 1;
            if self.entries().any(|e| e.kept().is_some_and(|other| is_in(other, history))) {
                continue;
            }
            self.entries.retain(|e| e.removed || !e.kept().is_some_and(|other| is_in(history, other)));
            self.entries.push(kept_entry);
        }
        self.groups.retain(|g| self.entries.iter().any(|e| e.group == g.key));
        self.version += 1;
        let folder = session.filter(|_| kept > 0).and_then(|g| g.path);
        if let Some(folder) = folder.clone() {
            self.undoable(Undo::Replaced(folder));
        }
        (kept, folder)
    }

    /// Adds opened histories as a group; those opened from the same path before leave.
    pub fn open(&mut self, histories: Vec<History>, path: PathBuf) {
        self.open_from(histories, Some(path.clone()), path);
    }

    /// Adds the histories that a view holds as one file, from which they cannot be replayed.
    pub fn open_view(&mut self, histories: Vec<History>, view: PathBuf) {
        self.open_from(histories, None, view);
    }

    fn open_from(&mut self, histories: Vec<History>, path: Option<PathBuf>, from: PathBuf) {
        let Some(first) = histories.first() else { return };
        let from = Some(from);
        let before = self.groups.iter().find(|g| g.is_opened && g.from == from).map(|g| g.key);
        self.groups.retain(|g| Some(g.key) != before);
        self.entries.retain(|e| Some(e.group) != before);
        let group = Group {
            key: GroupKey(self.next_key()),
            experiment: first.header.experiment.clone(),
            is_opened: true,
            path,
            from,
        };
        let names = names(histories.iter().map(|h| (&h.header.experiment, &h.header.own)));
        let several = histories.iter().any(|h| h.seed() != histories[0].seed());
        for (history, name) in histories.into_iter().zip(names) {
            let mut label = if history.is_fork() { history.label() } else { name.label() };
            if several && !history.is_fork() {
                label += &format!(", seed {}", history.seed());
            }
            self.push(group.key, Of::Kept(Box::new(history)), label, true);
        }
        self.groups.push(group);
        self.version += 1;
        self.forget_changes();
    }

    /// Shows or hides runs in curves, figures and tests.
    pub fn show(&mut self, keys: &[RunKey], on: bool) {
        let before = self.change(keys, |entry| std::mem::replace(&mut entry.shown, on));
        self.undoable(Undo::Shown(before));
    }

    /// Shows these runs and hides all others.
    pub fn show_only(&mut self, keys: &[RunKey]) {
        self.version += 1;
        let entries = self.entries.iter_mut().filter(|e| !e.removed);
        let before = entries.map(|e| (e.key, std::mem::replace(&mut e.shown, keys.contains(&e.key)))).collect();
        self.undoable(Undo::Shown(before));
    }

    /// Names a run; an empty name is its own.
    pub fn rename(&mut self, key: RunKey, title: &str) {
        let title = Some(title.trim().to_owned()).filter(|t| !t.is_empty());
        for (key, before) in self.change(&[key], |entry| std::mem::replace(&mut entry.title, title.clone())) {
            self.undoable(Undo::Renamed(key, before));
        }
    }

    /// Takes runs off the list.
    pub(super) fn remove(&mut self, keys: &[RunKey]) {
        self.change(keys, |entry| entry.removed = true);
        self.undoable(Undo::Removed(keys.to_vec()));
    }

    /// Puts removed runs back.
    pub(super) fn put_back(&mut self, keys: &[RunKey]) {
        self.change(keys, |entry| entry.removed = false);
        self.undo.retain(|(_, undo)| !matches!(undo, Undo::Removed(removed) if removed == keys));
    }

    /// Records where a live run is saved.
    pub(super) fn saved(&mut self, run: RunId, path: Option<&PathBuf>) {
        let live = self.entries.iter_mut().filter(|e| e.live() == Some(run));
        live.for_each(|entry| entry.saved = path.cloned());
    }

    /// Records the file to which a live run is written by itself; its session can then be taken up from there.
    pub(super) fn autosaved(&mut self, run: RunId, path: PathBuf) {
        let Some(entry) = self.entries.iter_mut().find(|e| e.live() == Some(run)) else { return };
        if let Some(group) = self.groups.iter_mut().find(|g| g.key == entry.group) {
            group.path = Some(GridFolder::around(&path).path().to_path_buf());
        }
        entry.autosaved = Some(path);
    }

    /// The files of a folder were deleted: nothing is replayed, copied or brought back from there any more.
    pub(super) fn forget_folder(&mut self, folder: &Path) {
        let is_gone = |path: &mut PathBuf| path.starts_with(folder);
        self.groups.iter_mut().for_each(|group| drop(group.path.take_if(is_gone)));
        self.entries.iter_mut().for_each(|entry| drop(entry.autosaved.take_if(is_gone)));
        self.undo.retain(|(_, undo)| !matches!(undo, Undo::Replaced(replaced) if replaced.starts_with(folder)));
        self.deleted.push(folder.to_path_buf());
        self.version += 1;
    }

    /// The session that was to come back is not wanted after all; it still can.
    pub fn keep_undo(&mut self, folder: PathBuf) {
        self.undoable(Undo::Replaced(folder));
    }

    /// Records a change that can be undone.
    pub(super) fn undoable(&mut self, undo: Undo) {
        self.changes += 1;
        self.undo.push((self.changes, undo));
        if self.undo.len() > MOST_UNDONE {
            self.undo.remove(0);
        }
    }

    /// The last change, if it is later than the first `since` ones; it is taken off the stack.
    pub(super) fn last_change(&mut self, since: u64) -> Option<Undo> {
        self.undo.pop_if(|(number, _)| *number > since).map(|(_, undo)| undo)
    }

    /// Number of changes so far that could be undone.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Forgets the changes of what is no longer there.
    fn forget_changes(&mut self) {
        let Self { undo, entries, groups, .. } = self;
        let session = groups.iter().rev().find(|g| !g.is_opened);
        let is_there = |key: &RunKey| entries.iter().any(|e| e.key == *key);
        undo.retain(|(_, undo)| match undo {
            Undo::Shown(before) => before.iter().any(|(key, _)| is_there(key)),
            Undo::Renamed(key, _) => is_there(key),
            Undo::Removed(keys) => keys.iter().any(is_there),
            Undo::Replaced(folder) => session.is_none_or(|now| now.path.as_ref() != Some(folder)),
        });
    }

    /// Takes back a change of names or of what is shown.
    pub(super) fn restore(&mut self, undo: Undo) {
        match undo {
            Undo::Shown(before) => before.into_iter().for_each(|(key, shown)| {
                self.change(&[key], |entry| entry.shown = shown);
            }),
            Undo::Renamed(key, title) => {
                self.change(&[key], |entry| entry.title = title.clone());
            }
            Undo::Removed(keys) => self.put_back(&keys),
            Undo::Replaced(folder) => self.wanted = Some(Recall::Undo { folder }),
        }
    }

    /// What would be undone next, in words.
    pub fn undo_text(&self) -> Option<String> {
        let count = |n: usize| if n == 1 { "the run".to_owned() } else { format!("{n} runs") };
        Some(match &self.undo.last()?.1 {
            Undo::Shown(before) => format!("show or hide {}", count(before.len())),
            Undo::Renamed(..) => "rename the run".into(),
            Undo::Removed(keys) => format!("remove {}", count(keys.len())),
            Undo::Replaced(_) => "the change to another session".into(),
        })
    }

    /// Changes entries and returns what was before.
    fn change<T>(&mut self, keys: &[RunKey], mut change: impl FnMut(&mut Entry) -> T) -> Vec<(RunKey, T)> {
        self.version += 1;
        let wanted = self.entries.iter_mut().filter(|e| keys.contains(&e.key));
        wanted.map(|entry| (entry.key, change(entry))).collect()
    }

    fn push(&mut self, group: GroupKey, run: Of, name: String, shown: bool) -> &mut Entry {
        let key = RunKey(self.next_key());
        let entry = Entry { key, group, run, name, title: None, shown, removed: false, saved: None, autosaved: None };
        self.entries.push_mut(entry)
    }

    fn next_key(&mut self) -> u64 {
        self.last_key += 1;
        self.last_key
    }
}
