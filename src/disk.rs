//! Atomic writing of files, and hashes as text.

use std::io::Write;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// Writes a temporary file and renames it to `path`; its folder is created if necessary.
pub fn write_aside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_aside_with(path, |file| file.write_all(bytes))
}

/// Lets `write` fill a temporary file and renames it to `path`; its folder is created if necessary.
pub fn write_aside_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    write(&mut file)?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// The SHA-256 of some bytes in hex.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(Sha256::digest(bytes))
}

/// Bytes in hex, as checksums are written.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha_256_is_that_of_fips_180_4() {
        for (text, hash) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            assert_eq!(sha256(text), hash);
        }
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new/folder/file");
        write_aside(&path, b"first").unwrap();
        write_aside(&path, b"second").unwrap();
        let failed = write_aside_with(&path, |file| {
            file.write_all(b"half")?;
            Err(std::io::Error::other("broken off"))
        });
        assert_eq!((failed.is_err(), std::fs::read(&path).unwrap().as_slice()), (true, &b"second"[..]));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
    }
}
