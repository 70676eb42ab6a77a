//! Properties of published files: names, sizes, MD5 and mirrors, read from `data/downloads.toml`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use md5::{Digest as _, Md5};
use serde::Deserialize;

use crate::dataset::DataError;
use crate::disk::hex;

const FILE: &str = "data/downloads.toml";
const TEXT: &str = include_str!("../../../data/downloads.toml");
/// Bytes read at once.
const CHUNK: usize = 1 << 16;

/// A data set that can be downloaded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// URLs in the order in which they are tried; a file's name is appended.
    pub mirrors: Vec<String>,
    pub files: Vec<PublishedFile>,
}

/// A published file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedFile {
    pub name: String,
    /// Size of the file as it is downloaded.
    pub bytes: u64,
    /// MD5 in hex of the file as it is downloaded.
    pub md5: String,
    /// MD5 in hex of the unpacked file, which is accepted in its place; empty if only the packed one can be read.
    #[serde(default)]
    pub unpacked: String,
}

/// The published files of the data set `name`.
pub fn of(name: &str) -> Result<Published, DataError> {
    let fault = |detail: String| DataError::Format { path: FILE.into(), detail };
    let mut all: BTreeMap<String, Published> = toml::from_str(TEXT).map_err(|e| fault(e.message().to_owned()))?;
    all.remove(name).ok_or_else(|| {
        fault(format!(
            "`{name}` cannot be downloaded; there are {}",
            all.keys().cloned().collect::<Vec<_>>().join(", ")
        ))
    })
}

/// The MD5 of a file in hex.
pub fn md5_of(path: &Path) -> Result<String, DataError> {
    let io = |source| DataError::Io { path: path.into(), source };
    md5_from(&mut File::open(path).map_err(io)?).map_err(io)
}

/// The MD5 of all that can be read, in hex.
pub fn md5_from(file: &mut dyn Read) -> io::Result<String> {
    let mut hash = Md5::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hex(hash.finalize())),
            n => hash.update(&chunk[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_is_that_of_rfc_1321() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for (text, md5) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(md5_of(&path).unwrap(), md5);
        }
    }

    #[test]
    fn every_mirror_is_https_and_every_file_has_its_checksum() {
        for name in ["mnist", "cifar10"] {
            let published = of(name).unwrap();
            assert!(published.mirrors.iter().all(|m| m.starts_with("https://") && m.ends_with('/')), "{name}");
            assert!(published.files.iter().all(|f| f.md5.len() == 32 && f.bytes > 0), "{name}");
        }
        assert!(of("nothing").unwrap_err().to_string().contains("there are cifar10, mnist"));
    }
}
