//! The folders into which sessions are written as they go: what earlier sessions left there, and the limit of their size.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::archive::{self, ArchiveError};
use crate::disk::{FolderLock, LockError};
use crate::grid::WINDOW;
use crate::paths;

/// The limit of all folders together unless the user sets another, bytes.
pub const MOST_BYTES: u64 = 2 << 30;
/// The file that says what a session computes, in its folder.
const SESSION_FILE: &str = "session.toml";

/// What a session computes, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The name of the experiment.
    pub experiment: String,
    /// The variants as text, such as `snn alpha=0.5`.
    pub variants: Vec<String>,
    /// The first repeat, from 1.
    pub first_repeat: usize,
    /// The last repeat, counted like the first: both are of the session's grid, forks aside.
    pub last_repeat: usize,
    /// Rounds of all runs together that have ended.
    pub rounds_done: usize,
    /// Rounds of all runs together, ended or not.
    pub rounds: usize,
    /// Whether no run has rounds left.
    pub finished: bool,
    /// How many forks there are beside the runs of these variants.
    #[serde(default)]
    pub forks: usize,
    /// The names of the runs that the user took off the list, which are not counted.
    #[serde(default)]
    pub removed: Vec<String>,
}

/// The folder of a session that nobody writes into.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    pub folder: PathBuf,
    pub saved: Saved,
    /// The time of the last round.
    pub at: jiff::Timestamp,
    /// All files below the folder.
    pub bytes: u64,
}

/// Why a folder cannot be deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    #[error("{}: holds no session that was written as it went; delete it by hand", .0.display())]
    NoSession(PathBuf),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{}: cannot be deleted ({source}); delete it by hand", folder.display())]
    Delete { folder: PathBuf, source: std::io::Error },
}

impl Saved {
    /// What the session in a folder computes; `None` if the folder has no such file, or an unreadable one.
    pub fn read(folder: &Path) -> Option<Self> {
        toml::from_str(&paths::read_text(&folder.join(SESSION_FILE)).ok()?).ok()
    }

    /// Writes `session.toml` into the session's folder, from which `Command::TakeUp` goes on.
    pub fn write(&self, folder: &Path) -> Result<(), ArchiveError> {
        let path = folder.join(SESSION_FILE);
        let text = toml::to_string(self)
            .map_err(|e| ArchiveError::Write { path: path.clone(), source: std::io::Error::other(e) })?;
        archive::write_atomically(&path, text.as_bytes())
    }
}

/// The user's folder of sessions.
pub fn default_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    etcetera::choose_base_strategy().ok().map(|dirs| dirs.cache_dir().join("ridgewalk").join("runs"))
}

/// A new folder below `root` for a session of this experiment, locked: `2026-11-26-072300-digits`.
pub fn new_folder(root: &Path, experiment: &str) -> Result<(PathBuf, FolderLock), LockError> {
    let name: String = experiment.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let stem = format!("{}-{name}", jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S"));
    let mut number = 1;
    loop {
        let folder = root.join(if number == 1 { stem.clone() } else { format!("{stem}-{number}") });
        number += 1;
        match FolderLock::take_alone(&folder, WINDOW) {
            Ok(lock) if Saved::read(&folder).is_none() => return Ok((folder, lock)),
            Ok(_) | Err(LockError::Busy { .. }) => {}
            Err(e) => return Err(e),
        }
    }
}

/// What earlier sessions left below `root`, the latest first: without those that are being written, or cannot be read. One that
/// may not be written into can still be opened.
pub fn left(root: &Path) -> Vec<Left> {
    /// One look at a time, as each locks the folders for a moment: a second one would take them for being written.
    static LOOKING: Mutex<()> = Mutex::new(());
    let _one = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
    let entries = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut left: Vec<Left> = entries.filter_map(look).collect();
    left.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.folder.cmp(&a.folder)));
    left
}

fn look(folder: PathBuf) -> Option<Left> {
    let saved = Saved::read(&folder)?;
    let lock = FolderLock::take_alone(&folder, WINDOW);
    if matches!(lock, Err(LockError::Busy { .. })) {
        return None;
    }
    let at = folder.join(SESSION_FILE).metadata().and_then(|m| m.modified()).ok()?.try_into().ok()?;
    Some(Left { bytes: bytes_below(&folder), folder, saved, at })
}

/// Bytes of all files below a folder.
pub fn bytes_below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let bytes = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_below(&entry.path()),
        found => found.map_or(0, |found| found.len()),
    };
    entries.map(bytes).sum()
}

/// Deletes the folder of a session that nobody writes into.
pub fn delete(folder: &Path) -> Result<(), DeleteError> {
    if Saved::read(folder).is_none() {
        return Err(DeleteError::NoSession(folder.into()));
    }
    let lock = FolderLock::take_alone(folder, WINDOW)?;
    let deleted = std::fs::remove_dir_all(folder);
    drop(lock);
    deleted.map_err(|source| DeleteError::Delete { folder: folder.into(), source })
}

/// Deletes the oldest folders below `root` until all together have no more than `most` bytes; returns those deleted.
pub fn make_room(root: &Path, most: u64) -> Vec<PathBuf> {
    let mut left = left(root);
    let mut bytes: u64 = left.iter().map(|l| l.bytes).sum();
    let mut deleted = Vec::new();
    while bytes > most
        && let Some(oldest) = left.pop()
    {
        match delete(&oldest.folder) {
            Ok(()) => {
                bytes -= oldest.bytes;
                deleted.push(oldest.folder);
            }
            Err(e) => log::warn!("{e}"),
        }
    }
    deleted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(experiment: &str) -> Saved {
        let variants = vec!["random".into(), "snn alpha=0.5".into()];
        Saved {
            experiment: experiment.into(),
            variants,
            first_repeat: 1,
            last_repeat: 2,
            rounds_done: 3,
            rounds: 12,
            finished: false,
            removed: vec!["snn-02".into()],
            forks: 0,
        }
    }

    #[test]
    fn sessions_are_listed_deleted_and_kept_below_the_limit() {
        let root = tempfile::tempdir().unwrap();
        let none = root.path().join("none");
        assert_eq!((left(&none), make_room(&none, 0)), (Vec::new(), Vec::new()));
        std::fs::create_dir_all(root.path().join("other")).unwrap();
        std::fs::write(root.path().join("other/file"), [0; 100]).unwrap();
        let session = |name: &str, age: u64| {
            let (folder, lock) = new_folder(root.path(), name).unwrap();
            saved(name).write(&folder).unwrap();
            std::fs::create_dir(folder.join("histories")).unwrap();
            std::fs::write(folder.join("histories/a.rwh"), [0; 1_000]).unwrap();
            let then = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            std::fs::File::open(folder.join(SESSION_FILE)).unwrap().set_modified(then).unwrap();
            (folder, lock)
        };
        let sessions = [session("a/b", 30), session("a/b", 20), session("c", 10)];
        assert!(left(root.path()).is_empty(), "they are being written");
        assert!(matches!(delete(&sessions[0].0), Err(DeleteError::Lock(_))));
        let [oldest, older, latest] = sessions.map(|(folder, _)| folder);
        let folders = |found: Vec<Left>| found.into_iter().map(|l| l.folder).collect::<Vec<_>>();
        assert_eq!(folders(left(root.path())), [latest.clone(), older.clone(), oldest.clone()]);
        let first = &left(root.path())[0];
        assert!(first.saved == saved("c") && (1_000..2_000).contains(&first.bytes), "{first:?}");
        assert_eq!(make_room(root.path(), 2 * first.bytes + 100), [oldest]);
        std::fs::write(older.join(SESSION_FILE), "variants = 3").unwrap();
        assert_eq!(folders(left(root.path())), std::slice::from_ref(&latest));
        assert!(matches!(delete(&root.path().join("other")), Err(DeleteError::NoSession(_))));
        delete(&latest).unwrap();
        assert!(!latest.exists() && older.exists());
    }
}
