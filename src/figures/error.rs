//! Why figures cannot be drawn or written.

use std::path::PathBuf;

use crate::archive::Foreign;
use crate::combine::CombineError;
use crate::disk::{self, LockError};

/// Why figures cannot be drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// No run was given.
    #[error("there is no history to draw")]
    NoHistory,
    /// Runs that lack what a figure is about; `needs` is the end of a sentence.
    #[error("{title}: nothing to draw in these histories; it needs {needs}")]
    Nothing { title: &'static str, needs: &'static str },
    #[error("{title}: {why}")]
    Refused { title: &'static str, why: String },
    /// Runs that must not be combined.
    #[error(transparent)]
    Apart(#[from] CombineError),
    #[error(
        "{run}, repeat {repeat}, has another embedding than the one beside it (other data or another generator); give its own folder"
    )]
    OtherEmbedding { run: String, repeat: usize },
    #[error("the images along the walks beside {run}, repeat {repeat}, are {foreign}; put back the run's own")]
    OtherAlbum { run: String, repeat: usize, foreign: Foreign },
    #[error("the run of {run} recorded no walks; run it again with --walks N, for example 240")]
    NoWalks { run: String },
    #[error("{}", disk::unwritten(path, source))]
    Write { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A folder of runs or of an export.
    #[error("{}: has runs or their export, whose tables have the names of those of figures; choose another folder (--out on the command line)", path.display())]
    Taken { path: PathBuf },
    #[error("{}: a file is there that is no figure or table of ridgewalk, and it stays as it is; choose another folder (--out on the command line), or move it away", path.display())]
    Foreign { path: PathBuf },
    #[error("{}: has figures of other runs: they and these differ in {difference}; choose another folder (--out on the command line)", path.display())]
    OtherRuns { path: PathBuf, difference: String },
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    #[error("{dpi} dots per inch give an image with no pixels or with too many; choose another resolution")]
    Resolution { dpi: f32 },
}
