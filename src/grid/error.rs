//! Why a grid cannot be run or merged.

use std::path::PathBuf;

use crate::archive::ArchiveError;
use crate::disk::{self, LockError};
use crate::identity::GroundDifference;
use crate::round::ResumeError;
use crate::target::WeightsError;

/// Why a grid stops.
#[derive(Debug, thiserror::Error)]
pub enum GridError {
    #[error(transparent)]
    Archive(ArchiveError),
    /// No room for what a grid writes.
    #[error("{0} with --resume")]
    Full(ArchiveError),
    /// A file of a run that is damaged or cut off.
    #[error("{0}; move it elsewhere to run it again")]
    Damaged(ArchiveError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{cell}: {source}")]
    Resume { cell: String, source: ResumeError },
    /// Other data or another latent space.
    #[error("{}: it and this grid differ in the {difference}; {}, or choose another folder", path.display(), difference.help())]
    OtherWorld { path: PathBuf, difference: GroundDifference },
    /// Another value of a setting.
    #[error("{}: it and this grid differ in {difference}; choose another folder", path.display())]
    OtherSetting { path: PathBuf, difference: String },
    #[error("{}: has no checkpoint to continue from, and its rounds come out differently here ({difference}); continue it where it was computed, or choose another folder with --out", path.display())]
    NotRepeated { path: PathBuf, difference: String },
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: cannot be read as the experiment of the runs that lie there; put it right, or remove it, and the settings given now are written in its place", path.display())]
    Unread { path: PathBuf },
    #[error("{}: is a result of an earlier run; give --resume to continue it, or another folder with --out", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} and {} belong to different grids: {difference}; merge shards of one grid only", first.display(), second.display())]
    OtherGrid { first: PathBuf, second: PathBuf, difference: String },
    /// One run computed twice, with other content.
    #[error("{} and {} are the same run and differ ({difference}); leave one of them out", first.display(), second.display())]
    Differ { first: PathBuf, second: PathBuf, difference: String },
    #[error("{}: a file is there that no run wrote, and it stays as it is; choose another folder with --out, or move it away", path.display())]
    Foreign { path: PathBuf },
    #[error("{}: is in the folder already, with its steps or its checkpoint, and a merge takes nothing away; give a new folder with --out", path.display())]
    Whole { path: PathBuf },
    #[error("{}: is the place of the histories of a grid; choose another folder with --out", path.display())]
    Inside { path: PathBuf },
    #[error("{}: the folder is gone, and nothing more is written; put it back where it was, and give the command again with --resume", path.display())]
    Gone { path: PathBuf },
    #[error("a worker thread could not be started: {0}")]
    Threads(String),
}

impl From<ArchiveError> for GridError {
    fn from(error: ArchiveError) -> Self {
        match &error {
            ArchiveError::Write { source, .. } if disk::is_full(source) => Self::Full(error),
            _ => Self::Archive(error),
        }
    }
}
