//! Cached results on disk: what can be computed again, in files that say what they are of and carry a checksum.
//!
//! The first line is `ridgewalk cache 1 KEY SHA-256`, of the content that follows. A file that does not hold is never
//! used: its reader says so and computes the result again.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::disk;

const MAGIC: &str = "ridgewalk cache";
/// Must change when a file of the same kind is to be read in another way.
const VERSION: &str = "1";
/// A longer first line belongs to no cached result.
const LONGEST_LINE: usize = 256;

/// A cached result that is there and cannot be used; one sentence without its end.
#[derive(Debug, thiserror::Error)]
#[error("{}: the cached result {reason}", path.display())]
pub struct Spoilt {
    pub path: PathBuf,
    /// The end of a sentence that begins with "the cached result".
    pub reason: String,
}

/// The content of the file at `path` if it is of `key` and whole; `None` if there is no file.
pub fn read(path: &Path, key: &str) -> Result<Option<Vec<u8>>, Spoilt> {
    let mut bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Spoilt { path: path.into(), reason: format!("cannot be read ({e})") }),
    };
    match checked(&bytes, key) {
        Ok(start) => Ok(Some(bytes.split_off(start))),
        Err(reason) => Err(Spoilt { path: path.into(), reason }),
    }
}

/// Where the content starts in the bytes of a file; or what is wrong with it.
fn checked(bytes: &[u8], key: &str) -> Result<usize, String> {
    if bytes.is_empty() {
        return Err("is empty".into());
    }
    let end = bytes.iter().take(LONGEST_LINE).position(|b| *b == b'\n');
    let line = end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok()).and_then(|line| line.strip_prefix(MAGIC));
    let (Some(end), Some(line)) = (end, line) else {
        return Err("has no checksum: an earlier version wrote it, or it is damaged".into());
    };
    let [version, of, hash] = line.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err("is damaged in its first line".into());
    };
    match () {
        () if version != VERSION => Err("was written by another version".into()),
        () if of != key => Err("is of other data or settings".into()),
        () if disk::sha256(&bytes[end + 1..]) != hash => Err("does not have its checksum: damaged or cut off".into()),
        () => Ok(end + 1),
    }
}

/// Caches a result of `key`.
pub fn write(path: &Path, key: &str, content: &[u8]) -> std::io::Result<()> {
    disk::write_aside_with(path, |file| {
        writeln!(file, "{MAGIC} {VERSION} {key} {}", disk::sha256(content))?;
        file.write_all(content)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_back_whole_or_its_file_says_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache/result");
        assert_eq!(read(&path, "key").unwrap(), None);
        for content in [&b"some\ncontent"[..], b""] {
            write(&path, "key", content).unwrap();
            assert_eq!(read(&path, "key").unwrap().as_deref(), Some(content));
        }
        write(&path, "key", b"some\ncontent").unwrap();
        let whole = std::fs::read(&path).unwrap();
        // Every byte is under the checksum, or is the checksum.
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            std::fs::write(&path, &flipped).unwrap();
            let error = read(&path, "key").unwrap_err().to_string();
            assert!(error.contains("cache/result: the cached result "), "{at}: {error}");
        }
        let later = String::from_utf8(whole.clone()).unwrap().replacen("cache 1", "cache 2", 1);
        for (bytes, says) in [
            (&whole[..whole.len() - 1], "does not have its checksum"),
            (b"", "is empty"),
            (b"content without a first line", "has no checksum"),
            (b"ridgewalk cache 1\n", "damaged in its first line"),
            (later.as_bytes(), "written by another version"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = read(&path, "key").unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        std::fs::write(&path, &whole).unwrap();
        assert!(read(&path, "another").unwrap_err().to_string().contains("other data or settings"));
    }
}
