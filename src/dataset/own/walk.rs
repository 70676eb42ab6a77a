//! The files below a folder, through links, and what of it cannot be read.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::listing::Unreadable;
use crate::paths;

/// Folders are searched this deep.
const DEPTH: usize = 32;
/// More files than any data set has.
const MOST_FILES: usize = 5_000_000;
/// What the folder of a labelling project has, and one of runs.
const PROJECT: [&str; 3] = ["project.toml", "images.csv", "experiment.toml"];
const RUNS: [&str; 2] = ["experiment.toml", "histories"];
/// Files that say of a folder of tables or of figures that this program wrote them, and what stands near their beginning.
const WRITTEN: [(&str, &str); 2] =
    [("export.json", "\"program\": \"ridgewalk "), ("README.txt", "Figures and tables, drawn by ridgewalk")];
const BEGINNING: u64 = 256;

/// What a folder holds.
#[derive(Default)]
pub struct Walk {
    /// Each file's folders and name, its size and its path.
    pub files: Vec<(Vec<String>, u64, PathBuf)>,
    /// Folders of this program's own, whose tables and images are none of those around them, and what each is.
    pub left: Vec<(String, &'static str)>,
    pub unreadable: Vec<Unreadable>,
    pub empty: Vec<String>,
}

impl Walk {
    /// Takes the files of a folder; `above` are the folders around it, so that no link leads round in a circle.
    pub fn folder(&mut self, path: &Path, parts: &mut Vec<String>, above: &HashSet<PathBuf>) {
        let mut unreadable = |parts: &[String], reason: String| {
            let name = if parts.is_empty() { ".".into() } else { parts.join("/") };
            self.unreadable.push(Unreadable::new(name, reason));
        };
        if parts.len() > DEPTH {
            return unreadable(parts, format!("lies more than {DEPTH} folders deep"));
        }
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) => return unreadable(parts, format!("the folder cannot be read ({e})")),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        let before = self.files.len() + self.unreadable.len();
        for path in paths {
            parts.push(path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned());
            self.entry(&path, parts, above);
            parts.pop();
            if self.files.len() > MOST_FILES {
                return self.unreadable.push(Unreadable::new(parts.join("/"), "more files than can be read"));
            }
        }
        if before == self.files.len() + self.unreadable.len() && !parts.is_empty() {
            self.empty.push(parts.join("/"));
        }
    }

    fn entry(&mut self, path: &Path, parts: &mut Vec<String>, above: &HashSet<PathBuf>) {
        let is_link = path.is_symlink();
        let found = match path.metadata() {
            Ok(found) => found,
            Err(e) => {
                let reason = match e.kind() {
                    std::io::ErrorKind::NotFound if is_link => "is a link to nothing".to_owned(),
                    _ if is_link => format!("is a link that leads nowhere ({e})"),
                    _ => format!("cannot be read ({e})"),
                };
                return self.unreadable.push(Unreadable::new(parts.join("/"), reason));
            }
        };
        if found.is_dir() {
            let mut inside = above.clone();
            if path.canonicalize().is_ok_and(|real| !inside.insert(real)) {
                let reason = "is a link to a folder that it lies in";
                return self.unreadable.push(Unreadable::new(parts.join("/"), reason));
            }
            if let Some(what) = written(path) {
                return self.left.push((parts.join("/"), what));
            }
            return self.folder(path, parts, &inside);
        }
        if !found.is_file() {
            return self.unreadable.push(Unreadable::new(parts.join("/"), "is a pipe or a device"));
        }
        self.files.push((parts.clone(), found.len(), path.into()));
    }
}

/// What a folder is, if this program wrote it.
fn written(path: &Path) -> Option<&'static str> {
    let has = |names: &[&str]| names.iter().all(|name| path.join(name).exists());
    let says = |(name, what): &(&str, &str)| {
        let mut start = Vec::new();
        let read = paths::open(&path.join(name)).and_then(|file| file.take(BEGINNING).read_to_end(&mut start));
        read.is_ok() && start.windows(what.len()).any(|bytes| bytes == what.as_bytes())
    };
    if has(&PROJECT) {
        return Some("is a project of its own");
    }
    if has(&RUNS) {
        return Some("has the results of runs");
    }
    WRITTEN.iter().any(says).then_some("has tables or figures of this program")
}
