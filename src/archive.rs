//! Histories and checkpoints on disk: versioned, compact, and never half written.
//!
//! A file is a line that names its kind and version, then gzipped MessagePack with named fields, so that a later
//! version of the program can read it when fields were added.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::disk;
use crate::history::{FORMAT_VERSION, History};

/// Extension of a history file.
pub const HISTORY_EXTENSION: &str = "rwh";
/// Folders of a run's histories and of its checkpoints.
pub const HISTORIES: &str = "histories";
pub const CHECKPOINTS: &str = "checkpoints";
/// Folder of the weights at the ends of rounds.
pub const WEIGHTS: &str = "weights";
/// Extension of a checkpoint file.
pub const CHECKPOINT_EXTENSION: &str = "rwc";

/// File of the embedding, in a folder of runs.
pub const EMBEDDING_FILE: &str = "embedding.rwe";
/// Extension of a file with the images along walks.
pub const ALBUM_EXTENSION: &str = "rwa";

/// First words of the files of the embedding and of the images along walks.
pub const EMBEDDING_MAGIC: &str = "ridgewalk embedding";
pub const ALBUM_MAGIC: &str = "ridgewalk album";
const HISTORY_MAGIC: &str = "ridgewalk history";
const CHECKPOINT_MAGIC: &str = "ridgewalk checkpoint";
/// A first line longer than this is no first line of ours.
const MAX_MAGIC: usize = 64;

/// What a run needs beside its history to go on bit-equal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Completed rounds at that moment.
    pub rounds: usize,
    pub weights: Vec<u8>,
    /// Empty where it was not kept: such weights can be looked at, and no run can go on from them.
    pub optimiser: Vec<u8>,
}

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{}: cannot be written ({source}); choose another folder (--out on the command line)", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{}: cannot be read ({source})", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: is no {wanted} file; {detail}", path.display())]
    Format { path: PathBuf, wanted: &'static str, detail: String },
    #[error("{}: no history (*.{HISTORY_EXTENSION}) is there", path.display())]
    NoHistory { path: PathBuf },
}

/// Writes a history; a reader sees the old file or the new one, never half of it.
pub fn write_history(path: &Path, history: &History) -> Result<(), ArchiveError> {
    write(path, HISTORY_MAGIC, history)
}

pub fn read_history(path: &Path) -> Result<History, ArchiveError> {
    read(path, HISTORY_MAGIC)
}

pub fn write_checkpoint(path: &Path, checkpoint: &Checkpoint) -> Result<(), ArchiveError> {
    write(path, CHECKPOINT_MAGIC, checkpoint)
}

pub fn read_checkpoint(path: &Path) -> Result<Checkpoint, ArchiveError> {
    read(path, CHECKPOINT_MAGIC)
}

/// A run as it was saved: enough to look at, and with a checkpoint enough to go on with.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRun {
    pub history: History,
    pub checkpoint: Option<Checkpoint>,
    /// Weights at the ends of earlier rounds, without optimiser state.
    pub weights: Vec<Checkpoint>,
}

/// The runs at `path` that have this repeat, with their checkpoints where there are any. A fork is one of them only where
/// `path` is its own file: in a folder it stands beside a run of the same strategy.
pub fn read_runs(path: &Path, repeat: usize) -> Result<Vec<SavedRun>, ArchiveError> {
    let mut runs = Vec::new();
    for file in history_files(path)? {
        let history = read_history(&file)?;
        if history.header.repeat == repeat && (path.is_file() || !history.is_fork()) {
            let checkpoint = checkpoint_beside(&file);
            let checkpoint = if checkpoint.exists() { Some(read_checkpoint(&checkpoint)?) } else { None };
            let weights = weights_beside(&file, &history).into_iter().filter(|p| p.exists());
            let weights = weights.map(|path| read_checkpoint(&path)).collect::<Result<_, _>>()?;
            runs.push(SavedRun { history, checkpoint, weights });
        }
    }
    Ok(runs)
}

/// Where `ridgewalk run` keeps the checkpoint of the history at `path`: `../checkpoints/NAME.rwc`.
pub fn checkpoint_beside(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    // Not as a path's extension: the value of a field in the name may have a point.
    name.push(format!(".{CHECKPOINT_EXTENSION}"));
    folder.join(CHECKPOINTS).join(name)
}

/// Where the weights of each round of the history at `path` are kept: `../weights/NAME/ROUND.rwc`.
pub fn weights_beside(path: &Path, history: &History) -> Vec<PathBuf> {
    let folder = path.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let folder = folder.join(WEIGHTS).join(path.file_stem().map(PathBuf::from).unwrap_or_default());
    history.rounds.iter().map(|r| weights_in(&folder, r.round)).collect()
}

/// The weights at the end of a round, in the folder of its run.
pub fn weights_in(folder: &Path, round: usize) -> PathBuf {
    folder.join(format!("{round:02}")).with_extension(CHECKPOINT_EXTENSION)
}

/// The histories at `path`: a file, or every history below a folder, ordered by file name.
pub fn read_histories(path: &Path) -> Result<Vec<History>, ArchiveError> {
    history_files(path)?.iter().map(|f| read_history(f)).collect()
}

/// The history files at `path`, one at least: itself, or every one below a folder, ordered by name.
pub fn history_files(path: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    if path.is_file() {
        return Ok(vec![path.into()]);
    }
    let mut files = Vec::new();
    collect(path, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(ArchiveError::NoHistory { path: path.into() });
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ArchiveError> {
    let error = |source| ArchiveError::Read { path: folder.into(), source };
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == HISTORY_EXTENSION) {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes any file aside and renames it into place.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    disk::write_aside(path, bytes).map_err(|source| ArchiveError::Write { path: path.into(), source })
}

/// Writes a value as a file whose first line says `magic` and the version.
pub fn write<T: Serialize>(path: &Path, magic: &'static str, value: &T) -> Result<(), ArchiveError> {
    let packed = rmp_serde::to_vec_named(value)
        .map_err(|e| ArchiveError::Write { path: path.into(), source: std::io::Error::other(e) })?;
    let mut bytes = format!("{magic} {FORMAT_VERSION}\n").into_bytes();
    let mut encoder = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::fast());
    let finished = encoder.write_all(&packed).and_then(|()| encoder.finish().map(|_| ()));
    finished.map_err(|source| ArchiveError::Write { path: path.into(), source })?;
    write_atomically(path, &bytes)
}

/// Reads what `write` wrote with the same `magic`.
pub fn read<T: DeserializeOwned>(path: &Path, magic: &'static str) -> Result<T, ArchiveError> {
    let bytes = std::fs::read(path).map_err(|source| ArchiveError::Read { path: path.into(), source })?;
    let format = |detail: String| ArchiveError::Format { path: path.into(), wanted: magic, detail };
    let line_end = bytes.iter().take(MAX_MAGIC).position(|&b| b == b'\n');
    let first = line_end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok()).unwrap_or_default();
    match first.strip_prefix(magic).map(|v| v.trim().parse::<u32>()) {
        Some(Ok(FORMAT_VERSION)) => {}
        Some(Ok(version)) => {
            return Err(format(format!("its version is {version}, this program reads {FORMAT_VERSION}")));
        }
        _ => return Err(format("its first line does not say so".into())),
    }
    let mut packed = Vec::new();
    let body = &bytes[line_end.map_or(0, |end| end + 1)..];
    flate2::read::GzDecoder::new(body)
        .read_to_end(&mut packed)
        .map_err(|e| format(format!("it is damaged or cut off ({e})")))?;
    rmp_serde::from_slice(&packed).map_err(|e| format(format!("it is damaged ({e})")))
}
