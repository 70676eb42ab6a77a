//! Files written as a whole or not at all, files that grow by whole pieces, saved settings that are mended, folders that one process writes at a time, and hashes as text.

mod aside;
mod append;
mod lock;
mod mended;
mod replace;

pub use append::Appended;
pub use aside::{create_folder, is_full, partial, sweep, unwritten, write_aside, write_aside_with};
pub use lock::{FolderLock, LockError};
pub use mended::mend_zoom;
pub use replace::{link_or_copy, refuse_foreign};

use sha2::{Digest as _, Sha256};

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
}
