//! Reads the plain files of an archive in the tar format (POSIX ustar and pax, GNU), one after another.

use std::io::Read;
use std::path::Path;

use super::packed::{damaged, fault, known};
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
/// The longest name of a member, and the longest list of attributes.
const LONGEST_NAME: u64 = 1 << 16;

/// Calls `member` with the name and bytes of each plain file of the archive that `wanted` names, and returns the names of
/// links, which are not followed; `path` is for messages.
pub fn read(
    path: &Path,
    from: &mut dyn Read,
    wanted: &mut dyn FnMut(&str) -> bool,
    member: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<Vec<String>, DataError> {
    let mut links = Vec::new();
    // The name and size of the next member, where its own header has no room for them.
    let (mut long_name, mut long_size) = (None, None);
    loop {
        let mut header = Vec::with_capacity(BLOCK);
        (&mut *from).take(BLOCK as u64).read_to_end(&mut header).map_err(|e| damaged(path, &e))?;
        if header.len() < BLOCK {
            // An archive may end without its two empty blocks, but only between members.
            let what = known(&header).map_or("is cut short".into(), |what| format!("is not a tar archive but {what}"));
            return Err(fault(path, what));
        }
        if header.iter().all(|&b| b == 0) {
            return Ok(links);
        }
        let size = long_size.take().or_else(|| size(&header[SIZE])).filter(|&s| s <= MOST_BYTES);
        let not_tar = || match known(&header) {
            Some(what) => format!("is not a tar archive but {what}"),
            None => format!("is not a tar archive: a member of size `{}`", text(&header[SIZE])),
        };
        let size = size.ok_or_else(|| fault(path, not_tar()))?;
        let kind = header[TYPE];
        if matches!(kind, b'L' | b'x') {
            if size > LONGEST_NAME {
                return Err(fault(path, "is not a tar archive: a name without end".into()));
            }
            let bytes = content(path, from, size)?;
            if kind == b'L' {
                long_name = Some(text(&bytes));
            } else {
                long_name = attribute(&bytes, "path").or(long_name);
                long_size = attribute(&bytes, "size").and_then(|size| size.parse().ok());
            }
            continue;
        }
        let name = long_name.take().unwrap_or_else(|| {
            let (prefix, name) = (text(&header[PREFIX]), text(&header[NAME]));
            if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
        });
        if matches!(kind, b'0' | b'7' | 0) && wanted(&name) {
            member(&name, content(path, from, size)?);
        } else {
            let padded = padded(size);
            let skipped = std::io::copy(&mut (&mut *from).take(padded), &mut std::io::sink());
            if skipped.map_err(|e| damaged(path, &e))? < padded {
                return Err(fault(path, "is cut short".into()));
            }
            if matches!(kind, b'1' | b'2') {
                links.push(name);
            }
        }
    }
}

/// The content of a member with the padding behind it removed.
fn content(path: &Path, from: &mut dyn Read, size: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    from.take(padded(size)).read_to_end(&mut bytes).map_err(|e| damaged(path, &e))?;
    if (bytes.len() as u64) < padded(size) {
        return Err(fault(path, "is cut short".into()));
    }
    bytes.truncate(size as usize);
    Ok(bytes)
}

fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64) * BLOCK as u64
}

/// A size: octal, or binary (GNU) if the first bit is set.
fn size(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, binary)) => binary.iter().try_fold(0_u64, |size, &b| size.checked_mul(256)?.checked_add(b.into())),
        _ => u64::from_str_radix(text(field).trim(), 8).ok(),
    }
}

/// The value of an attribute in the lines of a pax header: `length key=value`.
fn attribute(lines: &[u8], key: &str) -> Option<String> {
    let lines = String::from_utf8_lossy(lines);
    let found = lines.lines().find_map(|line| line.split_once(' ')?.1.strip_prefix(key)?.strip_prefix('='));
    found.map(str::to_owned)
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

    fn all(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, DataError> {
        let mut seen = Vec::new();
        let mut member = |name: &str, bytes| seen.push((name.to_owned(), bytes));
        read(Path::new("x.tar"), &mut &bytes[..], &mut |_| true, &mut member)?;
        Ok(seen)
    }

    #[test]
    fn members_come_with_their_names_and_bytes_and_folders_are_skipped() {
        let mut bytes = archive(&[("a", vec![]), ("d/b", vec![7; 513]), ("c", vec![1, 2])]);
        bytes[TYPE] = b'2';
        let links = read(Path::new("x.tar"), &mut &bytes[..], &mut |_| true, &mut |_, _| {}).unwrap();
        assert_eq!(links, ["a"]);
        bytes[TYPE] = b'5';
        assert_eq!(all(&bytes).unwrap(), [("d/b".to_owned(), vec![7; 513]), ("c".to_owned(), vec![1, 2])]);
        let mut seen = Vec::new();
        let mut member = |name: &str, _| seen.push(name.to_owned());
        read(Path::new("x.tar"), &mut &bytes[..], &mut |name| name == "c", &mut member).unwrap();
        assert_eq!(seen, ["c"]);
    }

    #[test]
    fn long_names_are_read_as_gnu_and_pax_write_them() {
        let long = format!("{}/data_batch_1.bin", "folder".repeat(30));
        let pax = |text: &str| format!("{} {text}\n", text.len() + 4).into_bytes();
        let gnu_name = [long.as_bytes(), &[0]].concat();
        for (kind, attributes) in [(b'L', gnu_name), (b'x', [pax("mtime=12"), pax(&format!("path={long}"))].concat())] {
            let mut bytes = archive(&[("././@", attributes), ("folderfolder", vec![5; 3]), ("b", vec![6])]);
            bytes[TYPE] = kind;
            assert_eq!(all(&bytes).unwrap(), [(long.clone(), vec![5; 3]), ("b".to_owned(), vec![6])]);
        }
        let mut binary = archive(&[("a", vec![9; 4])]);
        binary[SIZE].fill(0);
        (binary[SIZE.start], binary[SIZE.end - 1]) = (0x80, 4);
        assert_eq!(all(&binary).unwrap(), [("a".to_owned(), vec![9; 4])]);
        let mut endless = archive(&[("a", vec![9; 4])]);
        endless[TYPE] = b'L';
        endless[SIZE.start..SIZE.end - 1].copy_from_slice(b"07777777777");
        assert!(all(&endless).unwrap_err().to_string().contains("a name without end"));
    }

    #[test]
    fn a_truncated_file_or_one_that_is_not_an_archive_is_an_error() {
        let good = archive(&[("a", vec![1; 600])]);
        for (bytes, says) in [
            (good[..700].to_vec(), "cut short"),
            (good[..100].to_vec(), "cut short"),
            (vec![b'x'; 2000], "not a tar archive"),
            ([&b"BZh9"[..], &[0; 2000]].concat(), "not a tar archive but a bzip2 archive; unpack it"),
        ] {
            let error = all(&bytes).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("x.tar"), "{error}");
        }
    }
}
