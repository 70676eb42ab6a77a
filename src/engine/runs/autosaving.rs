//! The folder of a session into which its runs are written as rounds end.

use std::path::PathBuf;

use crate::disk::{FolderLock, LockError};
use crate::engine::autosave;
use crate::grid::GridFolder;

/// Where the runs of a session are written unasked.
pub enum Autosaving {
    Off,
    /// In a folder below this one, which is created when the first round ends.
    Below(PathBuf),
    In {
        folder: GridFolder,
        _lock: FolderLock,
    },
}

impl Autosaving {
    /// The folder, created if it is not there yet; `None` if nothing is written.
    pub fn folder(&mut self, experiment: &str) -> Result<Option<GridFolder>, LockError> {
        if let Self::Below(root) = self {
            let (folder, lock) = autosave::new_folder(root, experiment)?;
            *self = Self::In { folder: GridFolder::new(folder), _lock: lock };
        }
        Ok(match self {
            Self::In { folder, .. } => Some(folder.clone()),
            Self::Off | Self::Below(_) => None,
        })
    }
}
