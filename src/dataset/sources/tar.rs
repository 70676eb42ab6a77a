//! Reads the plain files of an archive in the tar format (POSIX ustar), one after another.

use std::io::Read;
use std::path::Path;

use super::idx::{damaged, fault};
use crate::dataset::DataError;

/// A tar file consists of whole blocks of this size.
const BLOCK: usize = 512;
/// Positions of the fields used here: name, size (octal), type, and the directory part of long names.
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const TYPE: usize = 156;
const PREFIX: std::ops::Range<usize> = 345..500;
/// A larger member does not belong to a data set (4 GiB).
const MOST_BYTES: u64 = 1 << 32;

/// Calls `member` with the name and bytes of each plain file of the archive; `path` is for messages.
pub fn read(path: &Path, from: &mut dyn Read, member: &mut dyn FnMut(&str, Vec<u8>)) -> Result<(), DataError> {
    loop {
        let mut header = [0; BLOCK];
        match from.read_exact(&mut header) {
            // An archive may end without its two empty blocks, but only between members.
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Err(fault(path, "is cut short".into())),
            Err(e) => return Err(damaged(path, &e)),
            Ok(()) if header.iter().all(|&b| b == 0) => return Ok(()),
            Ok(()) => {}
        }
        let octal = text(&header[SIZE]);
        let size = u64::from_str_radix(octal.trim(), 8).ok().filter(|&s| s <= MOST_BYTES);
        let size = size.ok_or_else(|| fault(path, format!("is not a tar archive: a member of size `{octal}`")))?;
        let padded = size.div_ceil(BLOCK as u64) * BLOCK as u64;
        let mut bytes = Vec::new();
        (&mut *from).take(padded).read_to_end(&mut bytes).map_err(|e| damaged(path, &e))?;
        if (bytes.len() as u64) < padded {
            return Err(fault(path, "is cut short".into()));
        }
        bytes.truncate(size as usize);
        if matches!(header[TYPE], b'0' | 0) {
            let (prefix, name) = (text(&header[PREFIX]), text(&header[NAME]));
            member(&if prefix.is_empty() { name } else { format!("{prefix}/{name}") }, bytes);
        }
    }
}

/// A field up to its first zero.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|&b| b == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An archive with these files.
    pub fn archive(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, bytes) in members {
            let mut header = [0; BLOCK];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[SIZE.start..SIZE.end - 1].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
            header[TYPE] = b'0';
            out.extend_from_slice(&header);
            out.extend_from_slice(bytes);
            out.resize(out.len().div_ceil(BLOCK) * BLOCK, 0);
        }
        out.resize(out.len() + 2 * BLOCK, 0);
        out
    }

    #[test]
    fn members_come_with_their_names_and_bytes_and_folders_are_skipped() {
        let mut bytes = archive(&[("a", vec![]), ("d/b", vec![7; 513]), ("c", vec![1, 2])]);
        bytes[TYPE] = b'5';
        let mut seen = Vec::new();
        read(Path::new("x.tar"), &mut &bytes[..], &mut |name, bytes| seen.push((name.to_owned(), bytes))).unwrap();
        assert_eq!(seen, [("d/b".to_owned(), vec![7; 513]), ("c".to_owned(), vec![1, 2])]);
    }

    #[test]
    fn a_truncated_file_or_one_that_is_not_an_archive_is_an_error() {
        let good = archive(&[("a", vec![1; 600])]);
        for (bytes, says) in [
            (good[..700].to_vec(), "cut short"),
            (good[..100].to_vec(), "cut short"),
            (vec![b'x'; 2000], "not a tar archive"),
        ] {
            let error = read(Path::new("x.tar"), &mut &bytes[..], &mut |_, _| {}).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("x.tar"), "{error}");
        }
    }
}
