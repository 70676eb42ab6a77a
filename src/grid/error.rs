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
    #[error("{0} with --resume")]
    Full(ArchiveError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{cell}: {source}")]
    Resume { cell: String, source: ResumeError },
    #[error("{cell}: the saved history is of another experiment; choose another folder with --out")]
    OtherExperiment { cell: String },
    #[error("{}: its runs and this grid differ in the {difference}; choose another folder with --out", path.display())]
    OtherWorld { path: PathBuf, difference: GroundDifference },
    #[error("{}: has runs with {field}={before}, not {now}; choose another folder with --out", path.display())]
    OtherSetting { path: PathBuf, field: &'static str, before: String, now: String },
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: is a result of an earlier run; give --resume to continue it, or another folder with --out", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} and {} belong to different grids: {difference}; merge shards of one grid only", first.display(), second.display())]
    OtherGrid { first: PathBuf, second: PathBuf, difference: String },
    #[error("{} and {} are the same cell and differ; `ridgewalk diff` shows where", first.display(), second.display())]
    Differ { first: PathBuf, second: PathBuf },
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
