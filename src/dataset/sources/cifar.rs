//! CIFAR-10 in its official binary layout (one label byte, then red, green and blue planes of 32 x 32): loose or packed
//! files, or the archive.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::idx::{damaged, fault, open};
use super::tar;
use crate::dataset::files::{locate, published};
use crate::dataset::source::{Files, Hashes, Origin, Source};
use crate::dataset::{DataError, Dataset, ImageShape, Split};
use crate::experiment::Experiment;

/// The shape of every image of CIFAR-10.
const SHAPE: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };
/// Name of the published archive; its members are in a folder.
pub const ARCHIVE: &str = "cifar-10-binary.tar.gz";
/// Number of train batches in the whole data set; any of them may be missing.
const BATCHES: usize = 5;
const TEST: &str = "test_batch.bin";
const CLASS_NAMES: &str = "batches.meta.txt";
/// Class names if there is no `batches.meta.txt`.
const CLASSES: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
/// Names of the data set's edition for Python.
const PICKLED: [&str; 3] = ["cifar-10-python.tar.gz", "cifar-10-batches-py", "data_batch_1"];
/// A file with more records (3 GB) does not belong to CIFAR-10.
const MOST_RECORDS: u64 = 1_000_000;

/// CIFAR-10 as a source.
pub struct Cifar10;

impl Source for Cifar10 {
    fn origin(&self) -> Origin<'_> {
        Origin::Published(self)
    }

    fn shape(&self) -> ImageShape {
        SHAPE
    }

    fn read(&self, _: &Experiment, data_dir: Option<&Path>) -> Result<Dataset, DataError> {
        let found = locate::first(self, data_dir)?;
        CifarFolder { name: found.name, provenance: found.provenance(), path: found.path }.read()
    }

    fn is_often_partial(&self) -> bool {
        true
    }
}

impl Files for Cifar10 {
    fn name(&self) -> &'static str {
        "cifar10"
    }

    fn prefix(&self) -> Option<&'static str> {
        Some("cifar")
    }

    /// Files of the Python edition count, so that reading them says what is wrong.
    fn any_in(&self, folder: &Path) -> bool {
        self.enough_in(folder) || PICKLED.iter().any(|p| folder.join(p).exists())
    }

    fn enough_in(&self, folder: &Path) -> bool {
        has_loose_files(folder) || folder.join(ARCHIVE).is_file()
    }

    fn hashes(&self, folder: &Path) -> Result<Hashes, DataError> {
        if has_loose_files(folder) {
            return Ok(Hashes::Loose);
        }
        for file in published::of(self.name())?.files {
            let path = folder.join(&file.name);
            if !path.is_file() || published::md5_of(&path)? != file.md5 {
                return Ok(Hashes::Different);
            }
        }
        Ok(Hashes::Published)
    }
}

/// CIFAR-10, complete or in part, in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CifarFolder {
    /// The data set's short name, such as `cifar10`.
    name: &'static str,
    path: PathBuf,
    /// Its folder and what its hashes say, as text.
    provenance: String,
}

impl CifarFolder {
    /// Reads and checks both splits.
    fn read(&self) -> Result<Dataset, DataError> {
        let files = self.files()?;
        let (mut train, mut test, mut batches) = (Records::default(), Records::default(), 0);
        let mut classes = CLASSES.map(str::to_owned).to_vec();
        for (name, path, bytes) in files {
            match name.as_str() {
                CLASS_NAMES => classes = class_names(&path, &bytes)?,
                TEST => test.add(&path, &bytes)?,
                _ => {
                    train.add(&path, &bytes)?;
                    batches += 1;
                }
            }
        }
        let missing = match (batches, test.labels.is_empty()) {
            (0, _) => Some("data_batch_1.bin"),
            (_, true) => Some(TEST),
            _ => None,
        };
        if let Some(missing) = missing {
            return Err(self.fault(format!("{missing} missing; `ridgewalk fetch {}` completes the folder", self.name)));
        }
        let part = if batches < BATCHES { format!(", {batches} of {BATCHES} train batches") } else { String::new() };
        let none = Split::new(SHAPE, Vec::new(), Vec::new())?;
        let provenance = format!("{}{part}", self.provenance);
        Dataset::new(self.name, provenance, classes, train.split()?, none, test.split()?)
    }

    fn fault(&self, detail: String) -> DataError {
        fault(&self.path, detail)
    }

    /// Name, path for messages, and bytes of each file found, train batches in order. Loose files take precedence over
    /// the archive.
    fn files(&self) -> Result<Vec<(String, PathBuf, Vec<u8>)>, DataError> {
        let mut files = Vec::new();
        for name in names() {
            if let Some(path) = loose(&self.path, &name) {
                let mut bytes = Vec::new();
                let most = MOST_RECORDS * record() as u64;
                open(&path)?.take(most).read_to_end(&mut bytes).map_err(|e| damaged(&path, &e))?;
                files.push((name, path, bytes));
            }
        }
        if files.iter().any(|(name, ..)| name != CLASS_NAMES) {
            return Ok(files);
        }
        let archive = self.path.join(ARCHIVE);
        if archive.is_file() {
            return read_archive(&archive);
        }
        match PICKLED.iter().map(|p| self.path.join(p)).find(|p| p.exists()) {
            Some(path) => Err(pickled(&path)),
            None => Ok(files),
        }
    }
}

/// Whether the folder has loose batches, which are read instead of an archive.
fn has_loose_files(folder: &Path) -> bool {
    names().iter().any(|n| n != CLASS_NAMES && loose(folder, n).is_some())
}

fn names() -> Vec<String> {
    let batches = (1..=BATCHES).map(|i| format!("data_batch_{i}.bin"));
    batches.chain([TEST.to_owned(), CLASS_NAMES.to_owned()]).collect()
}

fn loose(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")].into_iter().map(|n| folder.join(n)).find(|p| p.is_file())
}

fn read_archive(path: &Path) -> Result<Vec<(String, PathBuf, Vec<u8>)>, DataError> {
    let wanted = names();
    let mut files = Vec::new();
    let mut python = false;
    tar::read(path, &mut open(path)?, &mut |member, bytes| {
        let name = member.rsplit('/').next().unwrap_or_default().to_owned();
        python |= name == PICKLED[2];
        if wanted.contains(&name) {
            files.push((name, path.join(member), bytes));
        }
    })?;
    if python && files.iter().all(|(name, ..)| name == CLASS_NAMES) {
        return Err(pickled(path));
    }
    // Ordered by name, whatever the order in the archive.
    files.sort_by_key(|(name, ..)| wanted.iter().position(|w| w == name));
    Ok(files)
}

fn pickled(path: &Path) -> DataError {
    fault(
        path,
        format!(
            "is the edition for Python (pickle), which only Python can read; take the binary version, {ARCHIVE}, \
             from https://www.cs.toronto.edu/~kriz/cifar.html, or run `ridgewalk fetch cifar10`"
        ),
    )
}

fn class_names(path: &Path, bytes: &[u8]) -> Result<Vec<String>, DataError> {
    let text = String::from_utf8_lossy(bytes);
    let names: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    match names.len() == CLASSES.len() {
        true => Ok(names),
        false => Err(fault(path, format!("names {} classes instead of {}", names.len(), CLASSES.len()))),
    }
}

/// Bytes of a record: label and planes.
fn record() -> usize {
    1 + SHAPE.len()
}

/// The records of one split.
#[derive(Default)]
struct Records {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Records {
    fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), DataError> {
        let (whole, rest) = (bytes.len() / record(), bytes.len() % record());
        if rest != 0 {
            let detail = format!("is cut short: {whole} records of {} bytes and {rest} bytes of another", record());
            return Err(fault(path, detail));
        }
        if whole == 0 {
            return Err(fault(path, "is empty".into()));
        }
        for (i, record) in bytes.chunks_exact(record()).enumerate() {
            if usize::from(record[0]) >= CLASSES.len() {
                let detail = format!("label {} in record {i}, but there are {} classes", record[0], CLASSES.len());
                return Err(fault(path, detail));
            }
            self.labels.push(record[0]);
            self.pixels.extend_from_slice(&record[1..]);
        }
        Ok(())
    }

    fn split(self) -> Result<Split, DataError> {
        Split::new(SHAPE, self.pixels, self.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// `n` records, each with its index as first pixel.
    fn records(n: u8) -> Vec<u8> {
        (0..n).flat_map(|i| [vec![i % 10, i], vec![200; SHAPE.len() - 1]].concat()).collect()
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn folder(path: &Path) -> CifarFolder {
        CifarFolder { name: "cifar10", path: path.into(), provenance: "here".into() }
    }

    #[test]
    fn any_number_of_batches_and_records_is_read_in_order_loose_packed_or_from_the_archive() {
        let members =
            [("b/test_batch.bin", records(3)), ("b/data_batch_2.bin", records(5)), ("b/data_batch_1.bin", records(2))];
        for how in ["loose", "packed", "archive"] {
            let root = tempfile::tempdir().unwrap();
            match how {
                "archive" => std::fs::write(root.path().join(ARCHIVE), gz(&tar::tests::archive(&members))).unwrap(),
                _ => members.iter().for_each(|(name, bytes)| {
                    let name = name.trim_start_matches("b/");
                    let (name, bytes) =
                        if how == "packed" { (format!("{name}.gz"), gz(bytes)) } else { (name.into(), bytes.clone()) };
                    std::fs::write(root.path().join(name), bytes).unwrap();
                }),
            }
            assert!(Cifar10.any_in(root.path()), "{how}");
            let data = folder(root.path()).read().unwrap();
            assert_eq!((data.train.len(), data.test.len(), data.shape()), (7, 3, SHAPE), "{how}");
            let firsts: Vec<u8> = (0..7).map(|s| data.train.image(s)[0]).collect();
            assert_eq!(firsts, [0, 1, 0, 1, 2, 3, 4], "{how}");
            assert_eq!(data.train.labels(), [0, 1, 0, 1, 2, 3, 4], "{how}");
            assert_eq!(data.classes[9], "truck");
            assert_eq!(data.provenance, "here, 2 of 5 train batches");
        }
    }

    #[test]
    fn class_names_come_from_the_file_that_is_there() {
        let root = tempfile::tempdir().unwrap();
        for name in ["data_batch_1.bin", TEST] {
            std::fs::write(root.path().join(name), records(1)).unwrap();
        }
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        std::fs::write(root.path().join(CLASS_NAMES), names.join("\r\n") + "\n\n").unwrap();
        assert_eq!(folder(root.path()).read().unwrap().classes, names);
        std::fs::write(root.path().join(CLASS_NAMES), "a\nb\n").unwrap();
        let error = folder(root.path()).read().unwrap_err().to_string();
        assert!(error.contains("names 2 classes instead of 10"), "{error}");
    }

    #[test]
    fn every_malformation_is_one_error_that_names_the_file() {
        let good = records(4);
        let mut bad_label = good.clone();
        bad_label[record()] = 10;
        for (name, bytes, file, says) in [
            ("short", good[..good.len() - 1].to_vec(), "data_batch_1.bin", "cut short: 3 records of 3073 bytes"),
            ("long", [&good[..], &[1, 2]].concat(), "data_batch_1.bin", "4 records of 3073 bytes and 2 bytes"),
            ("empty", vec![], "data_batch_1.bin", "is empty"),
            ("label", bad_label, "data_batch_1.bin", "label 10 in record 1"),
            ("packed, cut", gz(&good)[..40].to_vec(), "data_batch_1.bin.gz", "cut short"),
            (
                "archive, cut",
                gz(&tar::tests::archive(&[("data_batch_1.bin", good.clone())]))[..90].to_vec(),
                ARCHIVE,
                "cut short",
            ),
            (
                "no test",
                gz(&tar::tests::archive(&[("data_batch_1.bin", good.clone())])),
                ARCHIVE,
                "test_batch.bin missing",
            ),
            ("python", gz(&tar::tests::archive(&[("p/data_batch_1", vec![128, 2])])), ARCHIVE, "binary version"),
            ("python", vec![1], "cifar-10-python.tar.gz", "binary version"),
            ("python", vec![128, 2], "data_batch_1", "ridgewalk fetch cifar10"),
        ] {
            let root = tempfile::tempdir().unwrap();
            std::fs::write(root.path().join(file), bytes).unwrap();
            if file.starts_with("data_batch_1.bin") {
                std::fs::write(root.path().join(TEST), records(1)).unwrap();
            }
            assert!(Cifar10.any_in(root.path()), "{name}");
            let error = folder(root.path()).read().unwrap_err().to_string();
            let named = if name == "no test" { root.path().to_path_buf() } else { root.path().join(file) };
            assert!(error.contains(says) && error.contains(named.to_str().unwrap()), "{name}: {error}");
        }
    }
}
