//! Why runs cannot be exported.

use std::path::{Path, PathBuf};

use crate::archive::{ArchiveError, Foreign};
use crate::combine::CombineError;
use crate::disk::{self, LockError};
use crate::neighbours::IndexError;

/// Why an export stops.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("{}: the embedding cannot be used: {source}", path.display())]
    Embedding { path: PathBuf, source: IndexError },
    #[error("{}", disk::unwritten(path, source))]
    Write { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Writing a row of a table failed.
    #[error(transparent)]
    Row(#[from] std::io::Error),
    /// Runs of two experiments, or of other data or another latent space.
    #[error("{} and {} differ in {what}; export the runs of one experiment at a time", first.display(), second.display())]
    Mixed { first: PathBuf, second: PathBuf, what: String },
    /// One run twice, with other content.
    #[error("{} and {}: {source}", first.display(), second.display())]
    Twice { first: PathBuf, second: PathBuf, source: CombineError },
    #[error("--generator {}: cannot be used for these runs: {why}", path.display())]
    Generator { path: PathBuf, why: String },
    #[error("{}: has files, but not those of an export of these runs; choose another folder with --out", path.display())]
    Taken { path: PathBuf },
    #[error("{}: has an export of other runs: it and this one differ in {difference}; choose another folder with --out", path.display())]
    OtherRuns { path: PathBuf, difference: String },
    #[error("{}: is a checkpoint {foreign}; put back the run's own files, or remove it", path.display())]
    OtherCheckpoint { path: PathBuf, foreign: Foreign },
    #[error("weights of {what}: {detail}")]
    Weights { what: String, detail: String },
}

impl ExportError {
    /// A row that could not be written, with the file that it belongs to.
    pub fn at(self, path: &Path) -> Self {
        match self {
            Self::Row(source) => Self::Write { path: path.into(), source },
            other => other,
        }
    }

    pub(super) fn weights(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Weights { what: what.into(), detail: error.to_string() }
    }
}
