//! The files that own data are read from, in one order and by name: those of a folder, a zip or a tar archive, or one.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::listing::Unreadable;
use super::walk::Walk;
use crate::dataset::packed::{GZIP, damaged, fault, known, open, unpacked};
use crate::dataset::{DataError, tar};
use crate::paths;

/// The largest file that is read at once, and the most that is unpacked into memory (8 GiB).
const MOST_BYTES: u64 = 1 << 33;
/// A file of an archive that is larger than this, and was packed more than so many times smaller, is a trap.
const SUSPICIOUS: (u64, u64) = (1 << 28, 200);
/// First bytes of a zip archive: with files, and without any.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// The place of the word `ustar` in a tar archive.
const USTAR: std::ops::Range<usize> = 257..262;
/// What systems leave behind in folders and archives.
const LEFT_BEHIND: [&str; 6] =
    ["__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir", "$RECYCLE.BIN", "System Volume Information"];

/// The files below a place, ordered by name.
pub struct Tree {
    pub path: PathBuf,
    pub container: Container,
    pub files: Vec<Entry>,
    /// Folders, links and members that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Folders without a file below them, as names.
    pub empty: Vec<String>,
    /// What was left aside, a sentence each.
    pub notes: Vec<String>,
    archive: Option<Mutex<Box<dyn Members>>>,
}

/// What holds the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    Folder,
    Zip,
    Tar,
    File,
}

/// A file of a tree.
pub struct Entry {
    /// Its folders and its name, from the folder above all files.
    pub parts: Vec<String>,
    pub bytes: u64,
    at: At,
}

enum At {
    Disk(PathBuf),
    Member(usize),
    Memory(Vec<u8>),
}

/// The members of a zip archive, on disk or in memory.
trait Members: Send {
    fn read(&mut self, index: usize, into: &mut Vec<u8>) -> Result<(), String>;

    fn count(&self) -> usize;
}

impl<R: Read + Seek + Send> Members for ZipArchive<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn read(&mut self, index: usize, into: &mut Vec<u8>) -> Result<(), String> {
        let member = self.by_index(index).map_err(|e| format!("cannot be unpacked ({e})"))?;
        let size = member.size();
        let read = member.take(size + 1).read_to_end(into).map_err(|e| format!("cannot be unpacked ({e})"))?;
        match read as u64 == size {
            true => Ok(()),
            false => Err(format!("unpacks to another size than the {size} bytes that the archive says")),
        }
    }
}

impl Entry {
    fn of_file((parts, bytes, path): (Vec<String>, u64, PathBuf)) -> Self {
        Self { parts, bytes, at: At::Disk(path) }
    }

    /// Its name with its folders.
    pub fn name(&self) -> String {
        self.parts.join("/")
    }

    /// Its path, unless it is a member of an archive.
    pub fn on_disk(&self) -> Option<&Path> {
        match &self.at {
            At::Disk(path) => Some(path),
            At::Member(_) | At::Memory(_) => None,
        }
    }

    /// The folders that it lies in, from the folder above all files.
    pub fn folders(&self) -> &[String] {
        self.parts.split_last().map_or(&[], |(_, folders)| folders)
    }

    /// Its name without its folders.
    pub fn file_name(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }

    /// What follows the last point of its name, in lower case; of a packed file, that before `.gz`.
    pub fn extension(&self) -> String {
        let name = self.file_name().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_owned())
    }
}

impl Tree {
    /// The files at a path: the error says why there are none.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let place = paths::expanded(path);
        let io = |source| DataError::Io { path: place.clone(), source };
        if place.metadata().map_err(io)?.is_dir() {
            return Ok(Self::of_folder(place));
        }
        paths::open(&place).map_err(io)?;
        let mut start = Vec::new();
        open(&place)?.take(512).read_to_end(&mut start).map_err(|e| damaged(&place, &e))?;
        let raw = first_bytes(&place).map_err(io)?;
        if ZIP.iter().any(|magic| raw.starts_with(magic)) {
            let (archive, packed) = (File::open(&place).map_err(io)?, place.metadata().map_err(io)?.len());
            let archive = ZipArchive::new(archive).map_err(|e| damaged_zip(&place, &e))?;
            let mut tree = Self::of_zip(place.clone(), archive, packed)?;
            tree.notes.extend(named_twice(&end_of(&place).map_err(io)?, &tree));
            return Ok(tree);
        }
        if start.get(USTAR) == Some(b"ustar") || is_named_tar(&place) {
            return Self::of_tar(place);
        }
        if raw.starts_with(&GZIP) && ZIP.iter().any(|magic| start.starts_with(magic)) {
            return Err(fault(&place, "is a zip archive packed with gzip; unpack it once".into()));
        }
        if start.is_empty() {
            return Err(fault(&place, "is empty".into()));
        }
        if let Some(what) = known(&start).filter(|what| what.contains("archive") || what.contains("pointer")) {
            return Err(fault(&place, format!("is {what}")));
        }
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = place.metadata().map_err(io)?.len();
        let file = Entry { parts: vec![name], bytes, at: At::Disk(place.clone()) };
        Ok(Self::new(place, Container::File, vec![file], None))
    }

    /// The files of a zip archive in memory, such as an NPZ in a folder.
    pub fn in_memory(path: PathBuf, bytes: Vec<u8>) -> Result<Self, DataError> {
        let packed = bytes.len() as u64;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged_zip(&path, &e))?;
        Self::of_zip(path, archive, packed)
    }

    fn new(path: PathBuf, container: Container, files: Vec<Entry>, archive: Option<Box<dyn Members>>) -> Self {
        let archive = archive.map(Mutex::new);
        let (unreadable, empty, notes) = (Vec::new(), Vec::new(), Vec::new());
        let mut tree = Self { path, container, files, unreadable, empty, notes, archive };
        tree.leave_aside();
        tree.files.sort_by(|a, b| a.parts.cmp(&b.parts));
        tree.without_twins();
        tree.without_outer_folders();
        tree
    }

    /// Removes all but the last of files of one name, the one that would be left of an archive when it is unpacked, and
    /// says so: labels go by names.
    fn without_twins(&mut self) {
        let mut all = std::mem::take(&mut self.files).into_iter().peekable();
        while let Some(file) = all.next() {
            if all.peek().is_none_or(|next| next.parts != file.parts) {
                self.files.push(file);
                continue;
            }
            let reason = match file.name().contains(char::REPLACEMENT_CHARACTER) {
                true => "has a name that is not UTF-8 and reads like another's; rename it",
                false => "is in the archive twice, and the last is read; rename one of them",
            };
            self.unreadable.push(Unreadable::new(file.name(), reason));
        }
    }

    fn of_folder(path: PathBuf) -> Self {
        let mut walk = Walk::default();
        let above = path.canonicalize().into_iter().collect();
        walk.folder(&path, &mut Vec::new(), &above);
        let mut tree = Self::new(path, Container::Folder, walk.files.into_iter().map(Entry::of_file).collect(), None);
        tree.unreadable.extend(walk.unreadable);
        tree.empty = walk.empty;
        tree.notes.extend(walk.left.iter().map(|(name, what)| format!("{name} {what} and is left aside")));
        tree
    }

    /// Only the image files, without the tables beside them.
    pub fn with_images_alone(mut self) -> Self {
        self.files.retain(is_image_name);
        self.without_outer_folders();
        self
    }

    /// The files of a zip archive of `packed` bytes.
    fn of_zip<R: Read + Seek + Send + 'static>(
        path: PathBuf,
        mut archive: ZipArchive<R>,
        packed: u64,
    ) -> Result<Self, DataError> {
        let (mut files, mut unreadable, mut all) = (Vec::new(), Vec::new(), 0_u64);
        for index in 0..archive.len() {
            let member = archive.by_index_raw(index).map_err(|e| damaged_zip(&path, &e))?;
            if member.is_dir() {
                continue;
            }
            let (name, bytes) = (member.name().to_owned(), member.size());
            all = all.saturating_add(bytes);
            let reason = match () {
                () if member.enclosed_name().is_none() => Some("its path leads out of the archive; it is not read"),
                () if member.is_symlink() => Some("is a link, which is not followed in an archive"),
                () if member.encrypted() => Some("is encrypted; unpack the archive with its password"),
                () => None,
            };
            if let Some(reason) = reason {
                unreadable.push(Unreadable::new(name, reason));
            } else if let Some(reason) = trap(bytes, member.compressed_size()) {
                unreadable.push(Unreadable::new(name, reason));
            } else {
                files.push(Entry { parts: parts(&name), bytes, at: At::Member(index) });
            }
        }
        if let Some(reason) = trap(all, packed) {
            return Err(fault(&path, reason));
        }
        let mut tree = Self::new(path, Container::Zip, files, Some(Box::new(archive)));
        tree.unreadable.extend(unreadable);
        Ok(tree)
    }

    fn of_tar(path: PathBuf) -> Result<Self, DataError> {
        let on_disk = path.metadata().map_or(0, |m| m.len());
        let (mut files, mut unreadable) = (Vec::new(), Vec::new());
        // What is unpacked is limited before it is kept: a gzip file may be a trap too.
        let limit = on_disk.saturating_mul(SUSPICIOUS.1).clamp(SUSPICIOUS.0, MOST_BYTES);
        let mut from = open(&path)?.take(limit);
        let links = tar::read(&path, &mut from, &mut |_| true, &mut |name, bytes| {
            if name.starts_with('/') || name.split('/').any(|part| part == "..") {
                let reason = "its path leads out of the archive; it is not read";
                unreadable.push(Unreadable::new(name, reason));
            } else {
                files.push(Entry { parts: parts(name), bytes: bytes.len() as u64, at: At::Memory(bytes) });
            }
        })
        .map_err(|e| match from.limit() {
            0 => fault(&path, format!("unpacks to more than {}; unpack it into a folder and give that", size(limit))),
            _ => e,
        })?;
        let reason = "is a link, which is not followed in an archive";
        unreadable.extend(links.into_iter().map(|link| Unreadable::new(link, reason)));
        let mut tree = Self::new(path, Container::Tar, files, None);
        tree.unreadable.extend(unreadable);
        Ok(tree)
    }

    /// Removes hidden files and what systems leave behind, and says so.
    fn leave_aside(&mut self) {
        let is_left = |part: &String| part.starts_with('.') || LEFT_BEHIND.contains(&part.as_str());
        let before = self.files.len();
        self.files.retain(|file| !file.parts.iter().any(is_left));
        match before - self.files.len() {
            0 => {}
            1 => self.notes.push("1 hidden file is left aside".into()),
            n => self.notes.push(format!("{n} hidden files are left aside")),
        }
    }

    /// Removes folders that lie above all files, unless their files lie directly in them: then they may be a class.
    fn without_outer_folders(&mut self) {
        while let Some(outer) = self.files.first().filter(|f| f.parts.len() > 1).map(|f| f.parts[0].clone()) {
            let shared = self.files.iter().all(|f| f.parts.len() > 1 && f.parts[0] == outer);
            let deeper = self.files.iter().any(|f| f.parts.len() > 2 || !is_image_name(f));
            if !shared || !deeper || super::listing::Part::of(&outer).is_some() {
                return;
            }
            self.files.iter_mut().for_each(|f| drop(f.parts.remove(0)));
            self.empty.iter_mut().for_each(|e| *e = e.strip_prefix(&format!("{outer}/")).unwrap_or(e).to_owned());
        }
    }

    /// Bytes of files that are held in memory.
    pub fn held(&self) -> u64 {
        self.files.iter().map(|f| if let At::Memory(bytes) = &f.at { bytes.len() as u64 } else { 0 }).sum()
    }

    /// A digest of the names and bytes of all files, read on all cores; an error if one of them cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], DataError> {
        let of = |path: &Path| hash(path).map_err(|source| DataError::Io { path: path.into(), source });
        let mut all = Sha256::new();
        if self.container != Container::Folder {
            all.update(of(&self.path)?);
            return Ok(all.finalize().into());
        }
        let digests: Result<Vec<_>, DataError> =
            (self.files.par_iter().filter_map(|f| if let At::Disk(path) = &f.at { Some((f, path)) } else { None }))
                .map(|(file, path)| Ok((file.name(), of(path)?)))
                .collect();
        for (name, digest) in digests? {
            all.update((name.len() as u64).to_le_bytes());
            all.update(name);
            all.update(digest);
        }
        Ok(all.finalize().into())
    }

    /// The bytes of a file as they are stored.
    pub fn read(&self, file: &Entry) -> Result<Vec<u8>, String> {
        if file.bytes > MOST_BYTES {
            return Err(format!("has {}, more than is read at once", size(file.bytes)));
        }
        match &file.at {
            At::Memory(bytes) => Ok(bytes.clone()),
            At::Disk(path) => paths::open(path)
                .and_then(|mut f| {
                    let mut bytes = Vec::new();
                    f.read_to_end(&mut bytes).map(|_| bytes)
                })
                .map_err(|e| format!("cannot be read ({e})")),
            At::Member(index) => {
                let Some(archive) = &self.archive else { return Err("its archive is closed".into()) };
                // No room for the size that the archive states: it may be anything.
                let mut bytes = Vec::new();
                archive.lock().unwrap_or_else(PoisonError::into_inner).read(*index, &mut bytes)?;
                Ok(bytes)
            }
        }
    }

    /// The bytes of a file, unpacked if they are gzip.
    pub fn read_unpacked(&self, file: &Entry) -> Result<Vec<u8>, String> {
        let bytes = self.read(file)?;
        if !bytes.starts_with(&GZIP) {
            return Ok(bytes);
        }
        let limit = (bytes.len() as u64).saturating_mul(SUSPICIOUS.1 * 4).clamp(SUSPICIOUS.0, MOST_BYTES);
        let mut whole = Vec::new();
        let read = unpacked(&bytes[..]).take(limit + 1).read_to_end(&mut whole);
        match read {
            Err(e) => Err(format!("the gzip data are cut short or damaged ({e})")),
            Ok(n) if n as u64 > limit => Err(format!("unpacks to more than {}; unpack it first", size(limit))),
            Ok(_) => Ok(whole),
        }
    }

    /// The first bytes of a file.
    pub fn start(&self, file: &Entry, length: usize) -> Vec<u8> {
        match &file.at {
            At::Memory(bytes) => bytes[..bytes.len().min(length)].to_vec(),
            At::Disk(path) => {
                let mut bytes = Vec::new();
                let _ = paths::open(path).and_then(|f| f.take(length as u64).read_to_end(&mut bytes));
                bytes
            }
            At::Member(_) => self
                .read(file)
                .map(|mut b| {
                    b.truncate(length);
                    b
                })
                .unwrap_or_default(),
        }
    }

    /// An error about a file of the tree, or about the tree as a whole.
    pub fn fault(&self, file: Option<&Entry>, detail: impl Into<String>) -> DataError {
        let path = match (self.container, file) {
            (Container::File, _) | (_, None) => self.path.clone(),
            (_, Some(file)) => self.path.join(file.name()),
        };
        fault(&path, detail.into())
    }

    /// The file with this name in the tree, the case of its letters aside, at the top or in any folder.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let named = |f: &&Entry| f.file_name().eq_ignore_ascii_case(name);
        self.files.iter().filter(named).min_by_key(|f| f.parts.len())
    }
}

/// Whether a file is an image by its name.
pub fn is_image_name(file: &Entry) -> bool {
    super::picture::ENDINGS.contains(&file.extension().as_str())
}

/// The SHA-256 of a file.
fn hash(path: &Path) -> std::io::Result<[u8; 32]> {
    let (mut file, mut hash, mut buffer) = (paths::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// A size for display.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Why a file is not unpacked: it would be far larger than any image or table is when packed.
fn trap(bytes: u64, packed: u64) -> Option<String> {
    let (large, times) = SUSPICIOUS;
    (bytes > large && bytes / packed.max(1) > times).then(|| {
        format!("unpacks to {} from {}, as traps for programs do; it is not unpacked", size(bytes), size(packed))
    })
}

fn parts(name: &str) -> Vec<String> {
    let parts = name.split(['/', '\\']).filter(|p| !p.is_empty() && *p != ".");
    parts.map(str::to_owned).collect()
}

fn is_named_tar(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    [".tar", ".tar.gz", ".tgz"].iter().any(|ending| name.ends_with(ending))
}

/// That a zip archive has names more than once, of which its reader knows the last alone: by the number of members in the
/// record at its `end`.
fn named_twice(end: &[u8], tree: &Tree) -> Option<String> {
    let at = end.windows(4).rposition(|bytes| bytes == ZIP[1])?;
    let told = u16::from_le_bytes(*end.get(at + 10..)?.first_chunk()?);
    let known = tree.archive.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).count();
    // Larger numbers stand elsewhere.
    let lost = usize::from(told).checked_sub(known).filter(|lost| *lost > 0 && told < u16::MAX)?;
    Some(format!("of its {told} files, {lost} with the name of a later one, which is read instead; rename them"))
}

/// The last bytes of a file, among them the last record of a zip archive with its comment.
fn end_of(path: &Path) -> std::io::Result<Vec<u8>> {
    const MOST: u64 = 22 + u16::MAX as u64;
    let (mut file, mut end) = (File::open(path)?, Vec::new());
    let from = file.metadata()?.len().saturating_sub(MOST);
    file.seek(SeekFrom::Start(from))?;
    file.read_to_end(&mut end)?;
    Ok(end)
}

fn damaged_zip(path: &Path, error: &zip::result::ZipError) -> DataError {
    fault(path, format!("the zip archive is cut short or damaged ({error})"))
}

fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(8).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_is_read_and_shown_as_well_as_it_can_be() {
        use std::os::unix::ffi::OsStrExt as _;
        let root = tempfile::tempdir().unwrap();
        let class = root.path().join(OsStr::from_bytes(b"caf\xe9"));
        std::fs::create_dir(&class).unwrap();
        std::fs::write(class.join(OsStr::from_bytes(b"\xff.png")), "bytes").unwrap();
        std::fs::create_dir(root.path().join("other")).unwrap();
        std::fs::write(root.path().join("other/1.png"), "").unwrap();
        // A second one that reads the same is not taken for it.
        std::fs::write(class.join(OsStr::from_bytes(b"\xfe.png")), "bytes").unwrap();
        let tree = Tree::open(root.path()).unwrap();
        assert!(tree.unreadable[0].reason.contains("not UTF-8"), "{:?}", tree.unreadable);
        assert_eq!(tree.files.iter().map(Entry::name).collect::<Vec<_>>(), ["caf\u{fffd}/\u{fffd}.png", "other/1.png"]);
        assert_eq!(tree.read(&tree.files[0]).unwrap(), b"bytes");
    }
}
