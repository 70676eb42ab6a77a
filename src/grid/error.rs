//! Why a grid cannot be run or merged.

use std::path::PathBuf;

use crate::archive::ArchiveError;
use crate::round::ResumeError;
use crate::target::WeightsError;

/// A grid that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum GridError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("{cell}: {source}")]
    Resume { cell: String, source: ResumeError },
    #[error("{cell}: the history there was made by another experiment; use another --out, or leave --resume away")]
    OtherExperiment { cell: String },
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("{}: holds results of an earlier run; give --resume to go on with them, or another --out", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} and {} belong to different grids (experiment, data or generator differ); merge the shards of one", first.display(), second.display())]
    OtherGrid { first: PathBuf, second: PathBuf },
    #[error("{} and {} are the same cell and differ; `ridgewalk diff` shows where", first.display(), second.display())]
    Differ { first: PathBuf, second: PathBuf },
    #[error("a worker thread could not be started: {0}")]
    Threads(String),
}
