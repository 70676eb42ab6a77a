//! Decoded images on disk: a large set of image files is decoded once, and again when a byte of it has changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::formats::Found;
use super::reading::{Reading, Wanted};
use crate::cache::{self, Spoilt};
use crate::dataset::DataError;
use crate::disk;

/// Must change when the same files are to be decoded to other pixels.
const VERSION: &str = "ridgewalk images 2";
/// Fewer images are decoded again each time.
const MANY: usize = 2_000;
/// Most bytes of decoded images on disk; the oldest files go first.
const MOST_BYTES: u64 = 8_000_000_000;
/// The ending of the files.
const ENDING: &str = "rwi";
/// Bytes of the length of what precedes the pixels.
const LENGTH: usize = 8;

/// The place on disk of the decoded images of some files.
pub struct Decoded {
    folder: PathBuf,
    key: String,
}

impl Decoded {
    /// The place in a folder, by the content of all files; `None` where decoding is little work.
    pub fn of(found: &Found, wanted: Wanted, folder: &Path) -> Result<Option<Self>, DataError> {
        if found.listing.items.len() < MANY || !found.listing.images.are_files() {
            return Ok(None);
        }
        let mut hash = Sha256::new();
        hash.update(VERSION);
        hash.update(format!("{wanted:?}"));
        hash.update(found.tree.digest()?);
        // The same files are read with the images that have no label and without.
        found.listing.items.iter().for_each(|item| hash.update([item.name.as_bytes(), &[0]].concat()));
        Ok(Some(Self { folder: folder.into(), key: disk::hex(hash.finalize()) }))
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("images-{}.{ENDING}", &self.key[..16]))
    }

    /// The images, if they are there and whole.
    pub fn load(&self) -> Result<Option<Reading>, Spoilt> {
        let path = self.path();
        let Some(mut bytes) = cache::read(&path, &self.key)? else { return Ok(None) };
        let reading = parsed(&mut bytes);
        reading.map(Some).ok_or(Spoilt { path, reason: "was written by another version".into() })
    }

    /// Keeps the images; the oldest of other sets are deleted if all together are too large.
    pub fn store(&self, reading: &Reading) -> std::io::Result<()> {
        let head = rmp_serde::to_vec(reading).map_err(std::io::Error::other)?;
        let length = (head.len() as u64).to_le_bytes();
        make_room(&self.folder, reading.pixels.len() as u64);
        cache::write(&self.path(), &self.key, &[&length[..], &head, &reading.pixels].concat())
    }
}

/// The content of a file.
fn parsed(bytes: &mut Vec<u8>) -> Option<Reading> {
    let length = u64::from_le_bytes(bytes.get(..LENGTH)?.try_into().ok()?);
    let start = LENGTH.checked_add(usize::try_from(length).ok()?)?;
    let reading: Reading = rmp_serde::from_slice(bytes.get(LENGTH..start)?).ok()?;
    Some(Reading { pixels: bytes.split_off(start), ..reading })
}

/// Deletes the oldest decoded images until there is room for `more` bytes.
fn make_room(folder: &Path, more: u64) {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |path: PathBuf| {
        let facts = path.metadata().ok()?;
        Some((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), facts.len(), path))
    };
    let decoded = files.map(|f| f.path()).filter(|path| path.extension().is_some_and(|e| e == ENDING));
    let mut files: Vec<_> = decoded.filter_map(of).collect();
    files.sort();
    let mut bytes = more + files.iter().map(|(_, bytes, _)| bytes).sum::<u64>();
    for (_, size, path) in files {
        if bytes <= MOST_BYTES {
            return;
        }
        if std::fs::remove_file(path).is_ok() {
            bytes -= size;
        }
    }
}
