//! Why something cannot be done with a project: each names the file or the field and says what to do.

use std::path::{Path, PathBuf};

use crate::archive::ArchiveError;
use crate::dataset::DataError;
use crate::disk::{self, LockError};
use crate::experiment::ExperimentError;
use crate::neighbours::IndexError;
use crate::round::ResumeError;
use crate::target::WeightsError;
use crate::world::WorldError;

/// Why something cannot be done with a project: a whole sentence, with the file or the field.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    #[error("{}: is no project ({why}); make a new project, or give the folder of one", folder.display())]
    NoProject { folder: PathBuf, why: String },
    /// The folder for a new project is not empty.
    #[error("{}: holds files already; give a new or an empty folder", .0.display())]
    Taken(PathBuf),
    #[error("{}: {holder} has this project open; close it there, or wait for its end", folder.display())]
    Busy { folder: PathBuf, holder: String },
    /// `detail` is the end of a sentence that begins with the path.
    #[error("{}: {detail}", path.display())]
    File { path: PathBuf, detail: String },
    #[error("{}", disk::unwritten(path, source))]
    Write { path: PathBuf, source: std::io::Error },
    /// One sentence that says what to do.
    #[error("{0}")]
    Refused(String),
    /// An import that would change something that it was not told to: a line for each objection.
    #[error("nothing was imported:\n{}", .0.join("\n"))]
    Objections(Vec<String>),
    /// The caller asked to stop.
    #[error("cancelled; the labels are on disk, and nothing else was changed")]
    Cancelled,
    #[error(transparent)]
    Lock(LockError),
    #[error(transparent)]
    Data(DataError),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Resume(#[from] ResumeError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Embedding(#[from] IndexError),
}

impl From<LockError> for ProjectError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy { folder, holder } => Self::Busy { folder, holder },
            other => Self::Lock(other),
        }
    }
}

impl From<DataError> for ProjectError {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Cancelled { .. } => Self::Cancelled,
            other => Self::Data(other),
        }
    }
}

/// An error about a file.
pub fn in_file(path: impl Into<PathBuf>, detail: impl std::fmt::Display) -> ProjectError {
    ProjectError::File { path: path.into(), detail: detail.to_string() }
}

/// An error about a file of a project in which nothing stands.
pub fn admit_filled(path: &Path, content: &[u8]) -> Result<(), ProjectError> {
    match content.trim_ascii().is_empty() {
        true => Err(in_file(path, "is empty; put it back from a copy of the project")),
        false => Ok(()),
    }
}

/// An error about a file of a project that cannot be read.
pub fn unread(path: &Path, why: &std::io::Error) -> ProjectError {
    match why.kind() {
        std::io::ErrorKind::NotFound => in_file(path, "is not there; put it back from a copy of the project"),
        _ => in_file(path, format!("cannot be read ({why})")),
    }
}
