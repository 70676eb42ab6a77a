//! One process at a time writes into a folder: a lock file that says who it is, and since when.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::aside::{self, is_at};

/// The lock's file, in the folder that it protects.
const LOCK_FILE: &str = ".ridgewalk-lock";
/// More than any description of a process.
const MAX_HOLDER: u64 = 1_000;

/// The right to write into a folder, until it is dropped or the process dies. Within one process it is shared.
#[derive(Debug, Clone)]
#[must_use = "the folder is free again as soon as this is dropped"]
pub struct FolderLock(Arc<Held>);

/// Why a folder cannot be written into.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process writes; `holder` says which and since when, if the lock file tells.
    #[error("{}: {holder} is writing into it; wait for its end, or choose another folder with --out", folder.display())]
    Busy { folder: PathBuf, holder: String },
    #[error("{}", aside::unwritten(folder, why))]
    Folder { folder: PathBuf, why: std::io::Error },
}

/// The locked file; the system unlocks it when it is closed, however the process ends.
#[derive(Debug)]
struct Held {
    file: File,
    path: PathBuf,
}

/// The folders that this process has locked.
static HELD: Mutex<Vec<Weak<Held>>> = Mutex::new(Vec::new());

impl FolderLock {
    /// Locks a folder, created if necessary, for the command `who`, and removes what a kill left unfinished in it.
    pub fn take(folder: &Path, who: &str) -> Result<Self, LockError> {
        let failed = |why| LockError::Folder { folder: folder.into(), why };
        aside::create_folder(folder).map_err(failed)?;
        let path = folder.canonicalize().map_err(failed)?.join(LOCK_FILE);
        let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|held| held.strong_count() > 0);
        if let Some(held) = all.iter().filter_map(Weak::upgrade).find(|held| held.path == path) {
            return Ok(Self(held));
        }
        let file = loop {
            let file =
                File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
            match file.try_lock() {
                // The holder before may have removed it between the two calls.
                Ok(()) if !is_at(&file, &path) => {}
                Ok(()) => break file,
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // Unreadable only if the system locks the bytes as well.
                    let _ = (&file).take(MAX_HOLDER).read_to_string(&mut holder);
                    let holder = if holder.is_empty() { "another process".into() } else { holder };
                    return Err(LockError::Busy { folder: folder.into(), holder });
                }
                Err(TryLockError::Error(e)) if e.kind() == std::io::ErrorKind::Unsupported => {
                    log::warn!("{}: its file system has no locks; run one command at a time in it", folder.display());
                    break file;
                }
                Err(TryLockError::Error(e)) => return Err(failed(e)),
            }
        };
        aside::sweep(folder);
        // Who it is is told to others only: the lock holds without it.
        let _ = file.set_len(0).and_then(|()| (&file).write_all(holder(who).as_bytes()));
        let held = Arc::new(Held { file, path });
        all.push(Arc::downgrade(&held));
        Ok(Self(held))
    }

    /// Locks a folder as [`Self::take`] does, unless anybody has locked it, this process included.
    pub fn take_alone(folder: &Path, who: &str) -> Result<Self, LockError> {
        let lock = Self::take(folder, who)?;
        match Arc::strong_count(&lock.0) {
            1 => Ok(lock),
            _ => Err(LockError::Busy { folder: folder.into(), holder: "this program".into() }),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Removed while it is still locked, so that nobody's lock is removed.
        if is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A command as others are told of it.
fn holder(who: &str) -> String {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("{who} (process {} on {}, since {now})", std::process::id(), host())
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this machine".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_folder_says_who_writes_a_dead_process_holds_nothing_and_a_free_one_is_clean() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("new");
        let lock = FolderLock::take(&folder, "a test").unwrap();
        let again = FolderLock::take(&root.path().join("new/../new"), "the same process").unwrap();
        assert!(FolderLock::take_alone(&folder, "another part of it").is_err());
        drop(lock);
        // As another process would find it.
        let path = folder.join(LOCK_FILE);
        assert!(matches!(File::open(&path).unwrap().try_lock(), Err(TryLockError::WouldBlock)));
        let told = std::fs::read_to_string(&path).unwrap();
        assert!(told.starts_with(&format!("a test (process {} on ", std::process::id())), "{told}");
        drop(again);
        assert!(!path.exists());
        drop(FolderLock::take_alone(&folder, "another part of it").unwrap());

        // The file of a dead process, with an unfinished file of its own.
        std::fs::write(&path, "somebody").unwrap();
        aside::partial(&folder.join("file")).unwrap().keep().unwrap();
        let lock = FolderLock::take(&folder, "the next").unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        drop(lock);

        // That of a living one.
        let other = File::create(&path).unwrap();
        other.lock().unwrap();
        (&other).write_all(b"ridgewalk run (process 7 on away)").unwrap();
        let error = FolderLock::take(&folder, "a third").unwrap_err().to_string();
        assert!(error.contains("ridgewalk run (process 7 on away) is writing into it"), "{error}");
    }
}
