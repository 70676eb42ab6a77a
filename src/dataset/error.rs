//! Errors of data sets: each names the file and says what to do.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::disk;

/// Why a data set cannot be read or downloaded.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("{}: cannot be read ({source}); check that the file exists and is readable", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: cannot be written ({source}); {}", path.display(), advice(source))]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{}: {detail}", path.display())]
    Format { path: PathBuf, detail: String },
    #[error("{what}: {detail}")]
    Mismatch { what: String, detail: String },
    #[error("{}: its checksum is {found} instead of {expected}; delete the file and fetch it again", path.display())]
    Checksum { path: PathBuf, expected: String, found: String },
    #[error(
        "{name} was not found in {}, nor in the folders below{}{}; run `ridgewalk fetch {name}`, set RIDGEWALK_DATA, or \
         give --data-dir",
        display_list(searched),
        display_others(others),
        display_seen(seen)
    )]
    NotFound {
        name: String,
        searched: Vec<PathBuf>,
        /// Folders with files of the same names, which by their own names are other data sets.
        others: Vec<PathBuf>,
        /// Some of the files that lie there instead; a link to nothing is marked as such.
        seen: Vec<String>,
    },
    #[error(
        "{}: is no folder, so {name} is not in it; run `ridgewalk fetch {name}`, or give another with --data-dir",
        path.display()
    )]
    NoFolder { name: String, path: PathBuf },
    #[error(
        "{}: {} missing (looked for in {} and the folders below){}; `ridgewalk fetch {name}` completes the folder",
        path.display(),
        missing.join(", "),
        display_list(searched),
        display_apart(apart)
    )]
    Partial {
        name: &'static str,
        path: PathBuf,
        missing: Vec<String>,
        searched: Vec<PathBuf>,
        /// Other folders with some of the files.
        apart: Vec<PathBuf>,
    },
    #[error("{name}: the download was cancelled; files that were complete are kept")]
    Cancelled { name: String },
    #[error(
        "{url}: download failed ({detail}); check the connection and fetch again, or put the files into a folder and \
         give --data-dir{}",
        display_kept(kept)
    )]
    Download {
        url: String,
        detail: String,
        /// The files that are there.
        kept: Vec<String>,
    },
}

impl DataError {
    /// For a damaged file of a published data set: adds what to do, unless the error says so already.
    pub fn advising_to_fetch(self, name: &str) -> Self {
        match self {
            Self::Format { path, detail } if !detail.contains("ridgewalk fetch") => Self::Format {
                path,
                detail: format!("{detail}; delete the file and run `ridgewalk fetch {name}`, or give --data-dir"),
            },
            other => other,
        }
    }
}

/// What to do about a file that cannot be written.
fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        _ if disk::is_full(error) => "make room and fetch again: files that are complete are kept",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "give a folder that you may write to with --data-dir"
        }
        _ => "give another folder with --data-dir",
    }
}

fn display_kept(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; kept: {}", names.join(", ")) }
}

fn display_others(paths: &[PathBuf]) -> String {
    let other =
        |p: &PathBuf| format!("; {} is by its name another data set (to use it, give that folder itself)", p.display());
    paths.iter().map(other).collect()
}

fn display_seen(seen: &[String]) -> String {
    if seen.is_empty() { String::new() } else { format!("; seen there: {}", seen.join(", ")) }
}

fn display_apart(folders: &[PathBuf]) -> String {
    match folders {
        [] => String::new(),
        _ => format!("; others of the files lie in {}: put them into one folder", display_list(folders)),
    }
}

fn display_list(paths: &[PathBuf]) -> String {
    paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_about_a_file_that_cannot_be_written_follows_from_the_cause() {
        for (kind, says) in [
            (ErrorKind::StorageFull, "make room and fetch again"),
            (ErrorKind::PermissionDenied, "may write to with --data-dir"),
            (ErrorKind::ReadOnlyFilesystem, "may write to with --data-dir"),
            (ErrorKind::NotADirectory, "another folder with --data-dir"),
        ] {
            let error = DataError::Write { path: "a/file".into(), source: kind.into() }.to_string();
            assert!(error.starts_with("a/file: cannot be written") && error.contains(says), "{error}");
        }
    }
}
