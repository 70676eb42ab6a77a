//! Editions of published data sets that are not the published bytes, known by the checksums of their files: a new one is
//! an entry here, and captions call it by its name.

use std::path::PathBuf;

use crate::dataset::DataError;
use crate::dataset::files::published::md5_from;
use crate::dataset::packed::open;
use crate::dataset::source::Edition;

/// The editions of CIFAR-10 that are known.
pub const CIFAR10: &[Edition] = &[Edition {
    // Two train batches and the test batch in the official order and with the official labels; the pixels went through
    // JPEG once, apart from the first 1,017 images of each file.
    name: "JPEG-decoded CIFAR-10, 20,000 of 50,000",
    files: &[
        ("data_batch_1.bin", "4b43c8bd25d185d1ccb9c3c03b32ad45"),
        ("data_batch_2.bin", "0d5c3b47a208aee37b6bae545ec87b4c"),
        ("test_batch.bin", "5ccfa012d95397f001327e5ca4b59a92"),
    ],
}];

/// The name of the edition that these files are, each with its name without `.gz`; files are only read if all names fit.
pub fn edition(editions: &[Edition], files: &[(String, PathBuf)]) -> Result<Option<&'static str>, DataError> {
    let names = |e: &&Edition| e.files.iter().map(|(name, _)| *name).eq(files.iter().map(|(name, _)| name.as_str()));
    let Some(edition) = editions.iter().find(names) else { return Ok(None) };
    for ((_, path), (_, md5)) in files.iter().zip(edition.files) {
        let found = md5_from(&mut open(path)?).map_err(|source| DataError::Io { path: path.clone(), source })?;
        if found != *md5 {
            return Ok(None);
        }
    }
    Ok(Some(edition.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::packed::tests::gz;

    #[test]
    fn an_edition_is_known_by_all_of_its_files_loose_or_packed() {
        const KNOWN: &[Edition] = &[Edition {
            name: "an edition",
            files: &[("a", "900150983cd24fb0d6963f7d28e17f72"), ("b", "f96b697d7cb7938d525a2f31aaf161d0")],
        }];
        let folder = tempfile::tempdir().unwrap();
        let found = |a: &[u8], b: Option<&[u8]>| {
            let of = |(name, bytes): (&str, &[u8])| {
                let path = folder.path().join(name);
                std::fs::write(&path, bytes).unwrap();
                (name.to_owned(), path)
            };
            let files: Vec<_> = [Some(("a", a)), b.map(|b| ("b", b))].into_iter().flatten().map(of).collect();
            edition(KNOWN, &files).unwrap()
        };
        assert_eq!(found(b"abc", Some(b"message digest")), Some("an edition"));
        assert_eq!(found(&gz(b"abc"), Some(b"message digest")), Some("an edition"));
        assert_eq!(found(b"abd", Some(b"message digest")), None);
        assert_eq!(found(b"abc", None), None);
    }
}
