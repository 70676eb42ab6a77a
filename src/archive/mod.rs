//! Histories and checkpoints on disk: versioned, compact, and written atomically.
//!
//! A file is one line with its kind and version, followed by gzipped MessagePack with named fields, so that a later
//! version of the program can read it after fields were added.

mod checkpoint;
mod whole;

pub use checkpoint::{Checkpoint, CheckpointOf, Foreign};
pub use whole::Whole;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::disk;
use crate::history::{FORMAT_VERSION, Header, History};
use crate::paths;

/// Extension of a history file.
pub const HISTORY_EXTENSION: &str = "rwh";
/// Folders between one that holds runs and its histories.
const DEPTH: usize = 3;
/// Folder of the histories, in a folder of runs.
pub const HISTORIES: &str = "histories";
/// Folder of the checkpoints, in a folder of runs.
pub const CHECKPOINTS: &str = "checkpoints";
/// Folder of the weights at the ends of rounds.
pub const WEIGHTS: &str = "weights";
/// Extension of a checkpoint file.
pub const CHECKPOINT_EXTENSION: &str = "rwc";

/// File of the generator, in a folder of runs to which it was given as a file.
pub const GENERATOR_FILE: &str = "generator.safetensors";
/// File of the embedding, in a folder of runs.
pub const EMBEDDING_FILE: &str = "embedding.rwe";
/// File that lists an export, in its folder.
pub const EXPORT_LIST: &str = "export.json";
/// Extension of a file with the images along walks.
pub const ALBUM_EXTENSION: &str = "rwa";

/// The first line of an embedding's file begins with these words.
pub const EMBEDDING_MAGIC: &str = "ridgewalk embedding";
/// The first line of the file with a run's images along walks begins with these words.
pub const ALBUM_MAGIC: &str = "ridgewalk album";
const HISTORY_MAGIC: &str = "ridgewalk history";
const CHECKPOINT_MAGIC: &str = "ridgewalk checkpoint";
/// What a file may unpack to, bytes: this much, or for a large file this many times its size. Ours shrink to a third.
const MOST_UNPACKED: u64 = 64 << 20;
const MOST_TIMES: u64 = 200;
/// A longer first line belongs to no file of this program.
const MAX_MAGIC: usize = 64;

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{}", disk::unwritten(path, source))]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{}: cannot be read ({source})", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: cannot be read as a {wanted} file: {detail}", path.display())]
    Format { path: PathBuf, wanted: &'static str, detail: String },
    #[error("{}: no history (*.{HISTORY_EXTENSION}) is in it; choose a folder of `ridgewalk run`", path.display())]
    NoHistory { path: PathBuf },
}

/// Writes a history; a reader sees the old file or the new one, never a part of it.
pub fn write_history(path: &Path, history: &History) -> Result<(), ArchiveError> {
    write(path, HISTORY_MAGIC, history)
}

/// The whole history in a `.rwh` file; an error names a file that is of another kind, damaged or cut off.
pub fn read_history(path: &Path) -> Result<History, ArchiveError> {
    read(path, HISTORY_MAGIC)
}

/// The header of a history.
pub fn read_header(path: &Path) -> Result<Header, ArchiveError> {
    /// Its rounds are passed over.
    #[derive(Deserialize)]
    struct Beginning {
        header: Header,
    }
    impl Whole for Beginning {
        fn fault(&self) -> Option<String> {
            self.header.fault()
        }
    }
    read::<Beginning>(path, HISTORY_MAGIC).map(|beginning| beginning.header)
}

/// Writes a checkpoint; a reader sees the old file or the new one, never a part of it.
pub fn write_checkpoint(path: &Path, checkpoint: &Checkpoint) -> Result<(), ArchiveError> {
    write(path, CHECKPOINT_MAGIC, checkpoint)
}

/// The checkpoint in a `.rwc` file; whether it is of the history beside it, `Checkpoint::foreign` tells.
pub fn read_checkpoint(path: &Path) -> Result<Checkpoint, ArchiveError> {
    read(path, CHECKPOINT_MAGIC)
}

/// A saved run: it can be viewed, and with a checkpoint it can be continued.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedRun {
    pub history: History,
    /// The state at its last complete round; `None` if none lies beside, and the run can only be viewed.
    pub checkpoint: Option<Checkpoint>,
    /// Weights at the ends of earlier rounds, without optimiser state.
    pub weights: Vec<Checkpoint>,
    /// The file of their generator, if it lies beside.
    pub generator: Option<PathBuf>,
}

/// The runs of this repeat at `path`, with their checkpoints if there are any. A fork is included only if `path` is its
/// own file: a folder also holds a run of the same strategy.
pub fn read_runs(path: &Path, repeat: usize) -> Result<Vec<SavedRun>, ArchiveError> {
    let mut runs = Vec::new();
    for file in history_files(path)? {
        let history = read_history(&file)?;
        if history.header.repeat == repeat && (path.is_file() || !history.is_fork()) {
            runs.push(with_weights(&file, history)?);
        }
    }
    Ok(runs)
}

/// The run whose history is at `path`, with its checkpoints if there are any.
pub fn read_run(path: &Path) -> Result<SavedRun, ArchiveError> {
    with_weights(path, read_history(path)?)
}

fn with_weights(path: &Path, history: History) -> Result<SavedRun, ArchiveError> {
    let checkpoint = checkpoint_beside(path);
    let checkpoint = if checkpoint.exists() { Some(read_checkpoint(&checkpoint)?) } else { None };
    let weights = weights_beside(path, &history).into_iter().filter(|p| p.exists());
    let weights = weights.map(|path| read_checkpoint(&path)).collect::<Result<_, _>>()?;
    let generator = Some(folder_of(path).join(GENERATOR_FILE)).filter(|file| file.is_file());
    Ok(SavedRun { history, checkpoint, weights, generator })
}

/// The folder of runs of the history at `path`.
fn folder_of(path: &Path) -> &Path {
    path.parent().and_then(Path::parent).unwrap_or(Path::new("."))
}

/// The path at which `ridgewalk run` saves the checkpoint of the history at `path`: `../checkpoints/NAME.rwc`.
pub fn checkpoint_beside(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    // Not as a path's extension: the value of a field in the name may have a point.
    name.push(format!(".{CHECKPOINT_EXTENSION}"));
    folder_of(path).join(CHECKPOINTS).join(name)
}

/// The paths at which the weights of each round of the history at `path` are saved: `../weights/NAME/ROUND.rwc`.
pub fn weights_beside(path: &Path, history: &History) -> Vec<PathBuf> {
    let folder = folder_of(path).join(WEIGHTS).join(path.file_stem().map(PathBuf::from).unwrap_or_default());
    history.rounds.iter().map(|r| weights_in(&folder, r.round)).collect()
}

/// The path of the weights at the end of a round, in the folder of its run.
pub fn weights_in(folder: &Path, round: usize) -> PathBuf {
    folder.join(format!("{round:02}")).with_extension(CHECKPOINT_EXTENSION)
}

/// The histories at `path`: a file, or every history below a folder, ordered by file name.
pub fn read_histories(path: &Path) -> Result<Vec<History>, ArchiveError> {
    history_files(path)?.iter().map(|f| read_history(f)).collect()
}

/// The history files at `path`, at least one: the file itself, or every one below a folder, ordered by name.
pub fn history_files(path: &Path) -> Result<Vec<PathBuf>, ArchiveError> {
    // Whatever is no folder is said when it is read.
    if path.exists() && !path.is_dir() {
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

/// Whether a folder is one of a run or of runs: a history lies in it, not far below. Links are not followed.
pub fn holds_history(folder: &Path) -> bool {
    holds(folder, DEPTH)
}

fn holds(folder: &Path, depth: usize) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => depth > 0 && holds(&entry.path(), depth - 1),
        Ok(_) => entry.path().extension().is_some_and(|e| e == HISTORY_EXTENSION),
        Err(_) => false,
    })
}

/// Whether a file is hidden, as those are that macOS puts beside others on foreign disks (`._snn-01.rwh`).
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ArchiveError> {
    let error = |source| ArchiveError::Read { path: folder.into(), source };
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == HISTORY_EXTENSION) && !is_hidden(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes a temporary file and renames it to `path`, so that a reader never sees a part of it.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    disk::write_aside(path, bytes).map_err(|source| ArchiveError::Write { path: path.into(), source })
}

/// Writes a value as a file whose first line holds `magic` and the version.
pub fn write<T: Serialize>(path: &Path, magic: &'static str, value: &T) -> Result<(), ArchiveError> {
    let packed = rmp_serde::to_vec_named(value)
        .map_err(|e| ArchiveError::Write { path: path.into(), source: std::io::Error::other(e) })?;
    let mut bytes = format!("{magic} {FORMAT_VERSION}\n").into_bytes();
    let mut encoder = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::fast());
    let finished = encoder.write_all(&packed).and_then(|()| encoder.finish().map(|_| ()));
    finished.map_err(|source| ArchiveError::Write { path: path.into(), source })?;
    write_atomically(path, &bytes)
}

/// Reads a value that [`write`] wrote with the same `magic`.
pub fn read<T: DeserializeOwned + Whole>(path: &Path, magic: &'static str) -> Result<T, ArchiveError> {
    let bytes = paths::read(path).map_err(|source| ArchiveError::Read { path: path.into(), source })?;
    let format = |detail: String| ArchiveError::Format { path: path.into(), wanted: magic, detail };
    let line_end = bytes.iter().take(MAX_MAGIC).position(|&b| b == b'\n');
    let first = line_end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok()).unwrap_or_default();
    match first.strip_prefix(magic).map(|v| v.trim().parse::<u32>()) {
        Some(Ok(FORMAT_VERSION)) => {}
        Some(Ok(version)) => {
            let written =
                if version > FORMAT_VERSION { ", it was written by a newer version of this program" } else { "" };
            return Err(format(format!("its format is {version}{written}; this program reads {FORMAT_VERSION}")));
        }
        _ if bytes.is_empty() => return Err(format("it is empty".into())),
        _ => return Err(format(format!("its first line is not `{magic} {FORMAT_VERSION}`"))),
    }
    let mut packed = Vec::new();
    let body = &bytes[line_end.map_or(0, |end| end + 1)..];
    let most = MOST_UNPACKED.max(body.len() as u64 * MOST_TIMES);
    let mut decoder = flate2::bufread::GzDecoder::new(body);
    let unpacked = (&mut decoder).take(most + 1).read_to_end(&mut packed);
    unpacked.map_err(|e| format(format!("it is damaged or cut off ({e})")))?;
    if packed.len() as u64 > most {
        return Err(format(format!("it is damaged (it unpacks to more than {most} bytes)")));
    }
    let behind = decoder.into_inner().len();
    if behind > 0 {
        return Err(format(format!("it is damaged ({behind} bytes stand behind its end)")));
    }
    let value: T = rmp_serde::from_slice(&packed).map_err(|e| format(format!("it is damaged ({e})")))?;
    match value.fault() {
        Some(fault) => Err(format(format!("it is damaged ({fault})"))),
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_that_unpacks_beyond_all_measure_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zeros.rwe");
        for (megabytes, says) in [(1, "it is damaged (invalid type"), (80, "it unpacks to more than")] {
            let packed = rmp_serde::to_vec_named(&vec![0_u8; megabytes << 20]).unwrap();
            let mut bytes = format!("{EMBEDDING_MAGIC} {FORMAT_VERSION}\n").into_bytes();
            let mut encoder = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::best());
            encoder.write_all(&packed).and_then(|()| encoder.finish().map(|_| ())).unwrap();
            write_atomically(&path, &bytes).unwrap();
            let error = read::<Vec<String>>(&path, EMBEDDING_MAGIC).unwrap_err().to_string();
            assert!(error.contains("zeros.rwe") && error.contains(says), "{error}");
        }
    }
}
