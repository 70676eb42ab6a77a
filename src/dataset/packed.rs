//! Files as they are published: gzipped or raw, told apart by their first bytes and not by their names.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use crate::dataset::DataError;

/// The first bytes of a gzip file.
pub const GZIP: [u8; 2] = [0x1f, 0x8b];

/// First bytes of files that stand under the name of another one, and what they are.
const OTHERS: [(&[u8], &str); 8] = [
    (b"PK", "a zip archive; unpack it"),
    (b"\xfd7zX", "an xz archive; unpack it"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive; unpack it"),
    (b"<", "a web page; the download failed"),
    (b"vers", "a Git LFS pointer, not the file; `git lfs pull` gets it"),
    (b"\x93NUM", "a NumPy file"),
    (b"\x89PNG", "a PNG image"),
];

/// What a file is by its first bytes, as the end of a sentence, if it is known.
pub fn known(start: &[u8]) -> Option<&'static str> {
    OTHERS.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what)
}

/// The name of a file in its folder.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The bytes of a file, unpacked if the first two are those of gzip, whatever its name.
pub fn open(path: &Path) -> Result<Box<dyn Read>, DataError> {
    let io = |source| DataError::Io { path: path.into(), source };
    let mut file = BufReader::new(File::open(path).map_err(io)?);
    let packed = file.fill_buf().map_err(io)?.starts_with(&GZIP);
    Ok(if packed { Box::new(unpacked(file)) } else { Box::new(file) })
}

/// What the members of a gzip file unpack to.
pub fn unpacked(file: impl BufRead) -> impl Read {
    Members(Some(GzDecoder::new(file)))
}

/// Reads all members of a gzip file. As with gunzip, zeros behind them are padding; anything else is an error.
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.0 else { return Ok(0) };
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(mut rest) = self.0.take().map(GzDecoder::into_inner) else { return Ok(0) };
            match after_padding(&mut rest)? {
                None => {}
                Some(byte) if byte == GZIP[0] => self.0 = Some(GzDecoder::new(rest)),
                Some(_) => {
                    let detail = "there are bytes behind it that are neither gzip nor zeros";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, detail));
                }
            }
        }
    }
}

/// The next byte that is not zero, which is left unread; `None` at the end.
fn after_padding(rest: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let bytes = rest.fill_buf()?;
        let (zeros, length) = (bytes.iter().take_while(|&&b| b == 0).count(), bytes.len());
        let found = bytes.get(zeros).copied();
        rest.consume(zeros);
        if found.is_some() || length == 0 {
            return Ok(found);
        }
    }
}

pub fn damaged(path: &Path, error: &io::Error) -> DataError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => fault(path, "the gzip data is cut short".into()),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            fault(path, format!("the gzip data is damaged ({error})"))
        }
        _ => DataError::Io { path: path.into(), source: io::Error::new(error.kind(), error.to_string()) },
    }
}

pub fn fault(path: &Path, detail: String) -> DataError {
    DataError::Format { path: path.into(), detail }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::disk;
    use std::io::Write as _;

    /// Gzipped.
    pub fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn files_are_read_by_their_content_and_zeros_behind_gzip_are_padding() {
        let (text, root) = (b"the content".to_vec(), tempfile::tempdir().unwrap());
        let zeros = |n| vec![0; n];
        for (case, bytes, expected) in [
            ("raw", text.clone(), Ok(text.clone())),
            ("empty", vec![], Ok(vec![])),
            ("packed", gz(&text), Ok(text.clone())),
            ("two members", [gz(&text[..3]), gz(&text[3..])].concat(), Ok(text.clone())),
            ("padded", [gz(&text), zeros(512)].concat(), Ok(text.clone())),
            ("padded beyond the buffer", [gz(&text), zeros(100_000)].concat(), Ok(text.clone())),
            ("padded between", [gz(&text[..3]), zeros(9), gz(&text[3..])].concat(), Ok(text.clone())),
            ("rubbish", [gz(&text), b"rubbish".to_vec()].concat(), Err("neither gzip nor zeros")),
            ("rubbish after zeros", [gz(&text), zeros(9), vec![1]].concat(), Err("neither gzip nor zeros")),
            ("half a member", [gz(&text), gz(&text)[..12].to_vec()].concat(), Err("cut short")),
        ] {
            let path = root.path().join("file");
            disk::write_aside(&path, &bytes).unwrap();
            let mut found = Vec::new();
            let read = open(&path).unwrap().read_to_end(&mut found);
            match expected {
                Ok(expected) => assert_eq!((read.unwrap(), found), (expected.len(), expected), "{case}"),
                Err(says) => {
                    let error = damaged(&path, &read.unwrap_err()).to_string();
                    assert!(error.contains(says), "{case}: {error}");
                }
            }
        }
    }
}
