//! The folder of a grid and the paths of its files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::cells::Cell;
use crate::archive::{
    self, ALBUM_EXTENSION, ArchiveError, CHECKPOINT_EXTENSION, CHECKPOINTS, EMBEDDING_FILE, GENERATOR_FILE, HISTORIES,
    HISTORY_EXTENSION, WEIGHTS,
};

/// The folder of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct GridFolder(PathBuf);

impl GridFolder {
    /// The folder at this path; nothing is read or made.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Whether it is still where its runs began: one that is made anew by the next file has neither of these.
    pub fn is_there(&self) -> bool {
        self.experiment().is_file() || self.embedding().is_file()
    }

    /// Whether it is, or lies in, the folder of a grid's histories, where its own would be taken for those of that grid.
    pub(super) fn is_in_another(&self) -> bool {
        let path = std::path::absolute(&self.0).unwrap_or_else(|_| self.0.clone());
        let of_grid = |p: &Path| p == path || p.parent().is_some_and(|grid| Self::new(grid).experiment().is_file());
        path.ancestors().any(|p| p.file_name().is_some_and(|n| n == HISTORIES) && of_grid(p))
    }

    /// The grid folder of a path: a grid folder itself, its folder of histories, or one history.
    pub fn around(path: &Path) -> Self {
        let up = |p: &Path| p.parent().map(Path::to_path_buf).unwrap_or_default();
        let is_history = path.extension().is_some_and(|e| e == HISTORY_EXTENSION);
        let folder = if is_history { up(path) } else { path.to_path_buf() };
        Self(if folder.file_name().is_some_and(|n| n == HISTORIES) { up(&folder) } else { folder })
    }

    /// The folder itself, above those of histories, checkpoints, weights and walks.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The history of a cell, in the folder of histories.
    pub fn history(&self, cell: &Cell) -> PathBuf {
        self.named(HISTORIES, &cell.name(), HISTORY_EXTENSION)
    }

    /// The latest state of a cell, in the folder of checkpoints.
    pub fn checkpoint(&self, cell: &Cell) -> PathBuf {
        self.named(CHECKPOINTS, &cell.name(), CHECKPOINT_EXTENSION)
    }

    /// The weights of a cell at the end of a round.
    pub fn weights(&self, cell: &Cell, round: usize) -> PathBuf {
        archive::weights_in(&self.0.join(WEIGHTS).join(cell.name()), round)
    }

    /// The images along the walks of a cell.
    pub fn album(&self, cell: &Cell) -> PathBuf {
        self.album_named(&cell.name())
    }

    /// The images along the walks of the run of this name.
    pub fn album_named(&self, name: &str) -> PathBuf {
        self.named("walks", name, ALBUM_EXTENSION)
    }

    pub(super) fn named(&self, folder: &str, name: &str, extension: &str) -> PathBuf {
        self.0.join(folder).join(format!("{name}.{extension}"))
    }

    /// The files of all histories in it, forks too, ordered by name.
    pub fn histories(&self) -> Result<Vec<PathBuf>, ArchiveError> {
        let folder = self.0.join(HISTORIES);
        match archive::history_files(&folder) {
            Err(ArchiveError::NoHistory { .. }) => Ok(Vec::new()),
            Err(ArchiveError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            files => files,
        }
    }

    /// The report on the user's own masks.
    pub fn masks_report(&self) -> PathBuf {
        self.0.join("masks-report.csv")
    }

    /// The tables and the figure of all its runs.
    pub fn tables(&self) -> [PathBuf; 3] {
        ["curves.csv", "proposals.csv", "curves.svg"].map(|name| self.0.join(name))
    }

    /// The embedding that all cells share.
    pub fn embedding(&self) -> PathBuf {
        self.0.join(EMBEDDING_FILE)
    }

    /// The generator that all cells share, if it was given as a file.
    pub fn generator(&self) -> PathBuf {
        self.0.join(GENERATOR_FILE)
    }

    /// The experiment of the grid, usable with `--experiment`.
    pub fn experiment(&self) -> PathBuf {
        self.0.join("experiment.toml")
    }
}
