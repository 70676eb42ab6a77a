//! A file that grows by whole pieces: each is on the disk when it was appended, and a failure leaves none of it.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::aside::is_at;

/// A file open to be appended to.
#[derive(Debug)]
pub struct Appended {
    file: File,
    end: u64,
}

impl Appended {
    /// Opens a file of which the first `end` bytes are whole; what stands behind them, as a kill leaves it, is removed.
    pub fn open(path: &Path, end: u64) -> std::io::Result<Self> {
        let mut file = File::options().write(true).open(path)?;
        if file.metadata()?.len() != end {
            file.set_len(end)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::Start(end))?;
        Ok(Self { file, end })
    }

    /// Whether the file is the one at `path`, and as it was left here: nobody has put another there or written into it.
    pub fn is_still_at(&self, path: &Path) -> bool {
        is_at(&self.file, path) && self.file.metadata().is_ok_and(|there| there.len() == self.end)
    }

    /// Appends a piece and flushes it to the disk.
    pub fn append(&mut self, piece: &[u8]) -> std::io::Result<()> {
        if let Err(why) = self.file.write_all(piece).and_then(|()| self.file.sync_data()) {
            let _ = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::Start(self.end)));
            return Err(why);
        }
        self.end += piece.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_what_was_not_whole_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "whole\nhal").unwrap();
        let mut file = Appended::open(&path, 6).unwrap();
        file.append(b"one\n").unwrap();
        file.append(b"two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "whole\none\ntwo\n");
        assert!(Appended::open(&folder.path().join("none"), 0).is_err());
        assert!(file.is_still_at(&path));
        std::fs::write(&path, "written by another").unwrap();
        assert!(!file.is_still_at(&path));
    }
}
