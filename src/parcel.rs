//! A session with what its window shows, packed as one file (`*.ridgewalk`) that another machine opens: a zip archive whose
//! list of contents has a version and a checksum for each file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use zip::result::ZipError;

use crate::archive::{self, ArchiveError, HISTORIES, HISTORY_EXTENSION};
use crate::disk::{self, LockError};
use crate::engine::autosave;
use crate::generator::cache::GeneratorCache;
use crate::history::History;
use crate::identity::VERSION;

/// Extension of such a file.
pub const EXTENSION: &str = "ridgewalk";
/// The place of the window in its session, as the window writes it.
pub const WINDOW_FILE: &str = "window.json";
/// The list of contents, and its version.
const CONTENTS: &str = "contents.json";
const FORMAT: u32 = 1;
/// Folders inside: histories that were opened beside the session's runs, and the session's generator.
const OPENED: &str = "opened";
const GENERATORS: &str = "generator";
/// Folders between that of a session and its deepest files.
const DEPTH: usize = 2;
/// What one file inside may unpack to, bytes: more than the weights of any network here.
const MOST_BYTES: u64 = 4 << 30;

/// What is packed.
pub struct Parcel {
    /// The name of the experiment.
    pub name: String,
    /// The folder into which the session is written as it goes, with all that is needed to go on.
    pub folder: Option<PathBuf>,
    /// The session's runs, for a session without a folder.
    pub runs: Vec<History>,
    /// Histories shown beside them.
    pub opened: Vec<History>,
    /// Where a file of the session's generator may lie; the first one that is there is packed.
    pub generators: Vec<PathBuf>,
    /// The content of [`WINDOW_FILE`].
    pub window: Vec<u8>,
}

/// What was unpacked.
#[derive(Debug, PartialEq)]
pub struct Unpacked {
    /// A new folder below that of the sessions, with the session's files.
    pub folder: PathBuf,
    /// Whether the session can go on; else its runs can be looked at.
    pub goes_on: bool,
    /// Histories that were shown beside the session's runs.
    pub opened: Vec<History>,
    /// The content of [`WINDOW_FILE`], for the window to take up.
    pub window: Vec<u8>,
}

/// Why a file cannot be packed or unpacked: one sentence with its end.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{}", disk::unwritten(path, source))]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{}: cannot be read ({source}).", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// The end of a sentence that begins with the path.
    #[error("{}: {reason}.", path.display())]
    Unfit { path: PathBuf, reason: String },
}

/// The list of contents.
#[derive(Serialize, Deserialize)]
struct Contents {
    format: u32,
    /// The version of the program that wrote it.
    program: String,
    /// The name of the experiment.
    name: String,
    /// SHA-256 by name.
    files: BTreeMap<String, String>,
}

/// Writes the file.
pub fn pack(path: &Path, parcel: &Parcel) -> Result<(), ParcelError> {
    let write = |source| ParcelError::Write { path: path.into(), source };
    let mut packed = Packed::new().map_err(write)?;
    packed.add(WINDOW_FILE, &parcel.window).map_err(write)?;
    let scratch = tempfile::tempdir().map_err(write)?;
    let histories = |packed: &mut Packed, folder: &str, list: &[History]| -> Result<(), ParcelError> {
        for (n, history) in list.iter().enumerate() {
            let file = scratch.path().join("history");
            archive::write_history(&file, history)?;
            packed.add_file(&format!("{folder}/{n:03}.{HISTORY_EXTENSION}"), &file)?;
        }
        Ok(())
    };
    match &parcel.folder {
        Some(folder) => packed.add_folder(folder, "", DEPTH)?,
        None => histories(&mut packed, HISTORIES, &parcel.runs)?,
    }
    histories(&mut packed, OPENED, &parcel.opened)?;
    if let Some(generator) = parcel.generators.iter().find(|file| file.is_file()) {
        let digest = parcel.runs.first().map(|run| run.header.generator_digest.as_str()).unwrap_or_default();
        packed.add_file(&format!("{GENERATORS}/{}", GeneratorCache::file_name(digest)), generator)?;
    }
    let mut whole = packed.finish(&parcel.name).map_err(write)?;
    disk::write_aside_with(path, |file| std::io::copy(&mut whole, file).map(drop)).map_err(write)
}

/// Unpacks a file into a new folder below `sessions`, and its generator into the folder of the `generators`; on an error
/// nothing is left there.
pub fn unpack(path: &Path, sessions: &Path, generators: Option<&Path>) -> Result<Unpacked, ParcelError> {
    let unfit = |reason: String| ParcelError::Unfit { path: path.into(), reason };
    let (mut zip, contents) = open(path)?;
    let mut bytes =
        |name: &str| content(&mut zip, name).map_err(|reason| unfit(format!("is damaged: {name} {reason}")));
    let (folder, lock) = autosave::new_folder(sessions, &contents.name)?;
    let mut take = || {
        let (mut window, mut opened) = (Vec::new(), Vec::new());
        for (name, hash) in &contents.files {
            let content = bytes(name)?;
            if disk::sha256(&content) != *hash {
                return Err(unfit(format!("is damaged: {name} does not have its checksum")));
            }
            let parts: Vec<&str> = Path::new(name).components().filter_map(plain).collect();
            if parts.join("/") != *name || parts.is_empty() {
                return Err(unfit(format!("is damaged: {name} is no name of a file in it")));
            }
            let put = |path: PathBuf| {
                disk::write_aside(&path, &content)
                    .map_err(|source| ParcelError::Write { path: path.clone(), source })?;
                Ok::<_, ParcelError>(path)
            };
            match parts[..] {
                [OPENED, _] => {
                    let file = put(folder.join(OPENED))?;
                    opened.push(archive::read_history(&file)?);
                    std::fs::remove_file(&file).map_err(|source| ParcelError::Write { path: file, source })?;
                }
                // One that is there already is as good, and may be in use.
                [GENERATORS, file] => {
                    let place = generators.map(|folder| folder.join(file)).filter(|place| !place.exists());
                    place.map(put).transpose()?;
                }
                _ => drop(put(folder.join(name))?),
            }
            if name == WINDOW_FILE {
                window = content;
            }
        }
        Ok((window, opened))
    };
    let taken = take();
    let goes_on = autosave::Saved::read(&folder).is_some();
    if taken.is_err() {
        // The error says what is wrong; an empty folder harms nothing.
        let _ = std::fs::remove_dir_all(&folder);
    }
    drop(lock);
    let (window, opened) = taken?;
    Ok(Unpacked { folder, goes_on, opened, window })
}

/// An error if a file is none that [`unpack`] reads; what is inside is not checked.
pub fn check(path: &Path) -> Result<(), ParcelError> {
    open(path).map(drop)
}

/// The archive and its list of contents.
fn open(path: &Path) -> Result<(zip::ZipArchive<File>, Contents), ParcelError> {
    let read = |source| ParcelError::Read { path: path.into(), source };
    let unfit = |reason: String| ParcelError::Unfit { path: path.into(), reason };
    let zip = zip::ZipArchive::new(File::open(path).map_err(read)?);
    let mut zip = zip.map_err(|e| unfit(format!("is no file of \"Save the view\", or it is damaged ({e})")))?;
    let list = content(&mut zip, CONTENTS).map_err(|reason| unfit(format!("is damaged: {CONTENTS} {reason}")))?;
    let contents: Contents =
        serde_json::from_slice(&list).map_err(|e| unfit(format!("is damaged: {CONTENTS} cannot be read ({e})")))?;
    if contents.format > FORMAT {
        let Contents { format, program, .. } = contents;
        return Err(unfit(format!("was saved by a later version ({program}, format {format}); this is {VERSION}")));
    }
    Ok((zip, contents))
}

/// The name of a part of a path below a folder.
fn plain(part: Component<'_>) -> Option<&str> {
    match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    }
}

/// The bytes of one file; what is wrong with it, as the end of a sentence.
fn content(zip: &mut zip::ZipArchive<File>, name: &str) -> Result<Vec<u8>, String> {
    let member = zip.by_name(name).map_err(|e| match e {
        ZipError::FileNotFound => "is missing".to_owned(),
        e => format!("cannot be read ({e})"),
    })?;
    if member.size() > MOST_BYTES {
        return Err(format!("is larger than {} GiB", MOST_BYTES >> 30));
    }
    let mut bytes = Vec::new();
    member.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|e| format!("cannot be read ({e})"))?;
    Ok(bytes)
}

/// An archive that is being filled, in a temporary file.
struct Packed {
    zip: zip::ZipWriter<File>,
    files: BTreeMap<String, String>,
}

impl Packed {
    fn new() -> std::io::Result<Self> {
        Ok(Self { zip: zip::ZipWriter::new(tempfile::tempfile()?), files: BTreeMap::new() })
    }

    fn add(&mut self, name: &str, content: &[u8]) -> std::io::Result<()> {
        self.put(name, content)?;
        self.files.insert(name.to_owned(), disk::sha256(content));
        Ok(())
    }

    /// Histories and weights are compressed already.
    fn put(&mut self, name: &str, content: &[u8]) -> std::io::Result<()> {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        self.zip.start_file(name, options.large_file(true))?;
        self.zip.write_all(content)
    }

    fn add_file(&mut self, name: &str, path: &Path) -> Result<(), ParcelError> {
        let content = std::fs::read(path).map_err(|source| ParcelError::Read { path: path.into(), source })?;
        self.add(name, &content).map_err(|source| ParcelError::Write { path: name.into(), source })
    }

    /// The files of a session's folder; those that start with a point are of the moment.
    fn add_folder(&mut self, folder: &Path, above: &str, depth: usize) -> Result<(), ParcelError> {
        let read = |source| ParcelError::Read { path: folder.into(), source };
        for entry in std::fs::read_dir(folder).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(read)?;
            if kind.is_dir() && depth > 0 {
                self.add_folder(&entry.path(), &format!("{above}{name}/"), depth - 1)?;
            } else if kind.is_file() && !name.starts_with('.') && name != WINDOW_FILE {
                self.add_file(&format!("{above}{name}"), &entry.path())?;
            }
        }
        Ok(())
    }

    /// The finished archive, from its start.
    fn finish(mut self, name: &str) -> std::io::Result<File> {
        let files = std::mem::take(&mut self.files);
        let contents = Contents { format: FORMAT, program: VERSION.to_owned(), name: name.to_owned(), files };
        self.put(CONTENTS, &serde_json::to_vec_pretty(&contents)?)?;
        let mut file = self.zip.finish().map_err(std::io::Error::from)?;
        file.rewind()?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(folder: Option<PathBuf>, generators: Vec<PathBuf>) -> Parcel {
        let histories = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/cifar10-small/histories");
        let runs: Vec<History> = archive::read_histories(histories.as_ref()).unwrap().into_iter().take(2).collect();
        Parcel { name: "tiny".into(), folder, opened: runs[1..].to_vec(), runs, generators, window: b"{}".to_vec() }
    }

    #[test]
    fn a_session_arrives_whole_with_its_generator_and_what_was_opened_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let [from, to, cache] = ["from", "to", "cache"].map(|name| root.path().join(name));
        let generator = root.path().join("g.safetensors");
        std::fs::write(&generator, "weights").unwrap();
        let (session, lock) = autosave::new_folder(&from, "tiny").unwrap();
        drop(lock);
        let runs = parcel(None, Vec::new()).runs;
        archive::write_history(&session.join("histories/a-01.rwh"), &runs[0]).unwrap();
        disk::write_aside(&session.join("weights/a-01/01.rwc"), b"w").unwrap();
        let saved = autosave::Saved {
            experiment: "tiny".into(),
            variants: vec!["random".into()],
            first_repeat: 1,
            last_repeat: 1,
            rounds_done: 1,
            rounds: 1,
            forks: 0,
            finished: true,
            removed: Vec::new(),
        };
        saved.write(&session).unwrap();
        let file = root.path().join("a.ridgewalk");
        for folder in [Some(session.clone()), None] {
            let parcel = parcel(folder.clone(), vec![root.path().join("none"), generator.clone()]);
            pack(&file, &parcel).unwrap();
            let found = unpack(&file, &to, Some(&cache)).unwrap();
            assert_eq!(
                (found.goes_on, &found.opened, &found.window[..]),
                (folder.is_some(), &parcel.opened, &b"{}"[..])
            );
            let arrived = archive::read_histories(&found.folder).unwrap();
            assert_eq!(arrived, parcel.runs[..if folder.is_some() { 1 } else { 2 }]);
            assert_eq!(autosave::Saved::read(&found.folder), folder.map(|_| saved.clone()));
            let name = format!("{}.safetensors", parcel.runs[0].header.generator_digest);
            assert_eq!(std::fs::read(cache.join(name)).unwrap(), b"weights");
        }
    }

    #[test]
    fn a_damaged_file_leaves_nothing_and_is_refused_in_one_line() {
        let root = tempfile::tempdir().unwrap();
        let (file, to) = (root.path().join("a.ridgewalk"), root.path().join("to"));
        pack(&file, &parcel(None, Vec::new())).unwrap();
        let whole = std::fs::read(&file).unwrap();
        let changed = |text: &str, with: &str| {
            let at = whole.windows(text.len()).rposition(|w| w == text.as_bytes()).unwrap();
            let mut bytes = whole.clone();
            bytes[at..at + with.len()].copy_from_slice(with.as_bytes());
            bytes
        };
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for (bytes, said) in [
            (whole[..whole.len() / 2].to_vec(), "is no file of"),
            (b"text".to_vec(), "is no file of"),
            (Vec::new(), "is no file of"),
            (flipped, "is damaged: "),
            (changed("contents.json", "contents.jsox"), "contents.json is missing"),
        ] {
            std::fs::write(&file, bytes).unwrap();
            let error = unpack(&file, &to, None).unwrap_err().to_string();
            assert!(
                error.contains(said) && !error.contains('\n') && error.starts_with(file.to_str().unwrap()),
                "{error}"
            );
            assert_eq!(std::fs::read_dir(&to).into_iter().flatten().count(), 0, "{error}");
        }
        assert!(unpack(&root.path().join("none"), &to, None).unwrap_err().to_string().contains("cannot be read"));
    }

    #[test]
    fn names_that_lead_elsewhere_and_later_versions_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a.ridgewalk");
        for (name, format, said) in
            [("../x", FORMAT, "is no name"), ("/x", FORMAT, "is no name"), ("x", FORMAT + 1, "a later version")]
        {
            let mut packed = Packed::new().unwrap();
            packed.put(name, b"x").unwrap();
            let files = BTreeMap::from([(name.to_owned(), disk::sha256(b"x"))]);
            let contents = Contents { format, program: "9".into(), name: "a".into(), files };
            packed.put(CONTENTS, &serde_json::to_vec(&contents).unwrap()).unwrap();
            let mut whole = packed.zip.finish().unwrap();
            whole.rewind().unwrap();
            std::io::copy(&mut whole, &mut File::create(&file).unwrap()).unwrap();
            let error = unpack(&file, &root.path().join("to"), None).unwrap_err().to_string();
            assert!(error.contains(said), "{name}: {error}");
        }
        assert!(!root.path().join("x").exists());
    }
}
