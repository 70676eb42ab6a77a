//! CIFAR-10 in its official binary layout (one label byte, then red, green and blue planes of 32 x 32): loose or packed
//! files, or the archive.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::editions::{CIFAR10, edition};
use crate::dataset::files::{locate, published};
use crate::dataset::packed::{damaged, fault, file_name, known, open};
use crate::dataset::source::{Edition, Files, Hashes, Origin, Source};
use crate::dataset::{Class, DataError, Dataset, ImageShape, Split, tar};
use crate::experiment::Experiment;

/// The shape of every image of CIFAR-10.
const SHAPE: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };
/// Name of the published archive, as it is and unpacked; its members are in a folder.
pub const ARCHIVES: [&str; 2] = ["cifar-10-binary.tar.gz", "cifar-10-binary.tar"];
/// Number of train batches in the whole data set; any of them may be missing.
const BATCHES: usize = 5;
/// Images in each.
const IN_BATCH: usize = 10_000;
const TEST: &str = "test_batch.bin";
const CLASS_NAMES: &str = "batches.meta.txt";
/// Class names if there is no `batches.meta.txt`.
const CLASSES: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
/// Names of the data set's edition for Python.
const PICKLED: [&str; 3] = ["cifar-10-python.tar.gz", "cifar-10-batches-py", "data_batch_1"];
/// Files of CIFAR-100, and the bytes of its records: they have a second label.
const HUNDRED: [&str; 5] =
    ["cifar-100-binary.tar.gz", "cifar-100-python.tar.gz", "cifar-100-python", "train.bin", "test.bin"];
const HUNDRED_RECORD: usize = 2 + 3 * 32 * 32;
/// A file with more records (300 MB) does not belong to CIFAR-10, which has 10,000 in each.
const MOST_RECORDS: u64 = 100_000;

/// CIFAR-10 as a source.
pub struct Cifar10;

impl Source for Cifar10 {
    fn origin(&self) -> Origin<'_> {
        Origin::Published(self)
    }

    fn shape(&self, _: &Experiment) -> ImageShape {
        SHAPE
    }

    fn train_images(&self) -> Option<usize> {
        Some(BATCHES * IN_BATCH)
    }

    fn read(&self, _: &Experiment, data_dir: Option<&Path>) -> Result<Dataset, DataError> {
        let found = locate::first(self, data_dir)?;
        let read = read_folder(found.name, &found.provenance(), &found.path).map_err(|e| match e {
            DataError::Format { path, detail } if has_loose_files(&found.path) && archive_in(&found.path).is_some() => {
                fault(&path, format!("{detail}; without the loose files the archive beside them would be read"))
            }
            other => other,
        });
        Ok(read?.found_in(found.place()))
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

    fn there_in(&self, folder: &Path) -> Vec<PathBuf> {
        names()
            .iter()
            .filter(|n| *n != CLASS_NAMES)
            .filter_map(|n| loose(folder, n))
            .chain(archive_in(folder))
            .collect()
    }

    /// Any train batch will do: it is often incomplete on disk.
    fn missing_in(&self, folder: &Path) -> Vec<String> {
        let (batches, there) = (names(), |n: &&String| loose(folder, n).is_some());
        if archive_in(folder).is_some() && !batches.iter().any(|n| there(&n)) {
            return Vec::new();
        }
        let train = batches[..BATCHES].iter().find(there).is_none().then(|| batches[0].clone());
        let test = loose(folder, TEST).is_none().then(|| TEST.to_owned());
        train.into_iter().chain(test).collect()
    }

    fn objection(&self, folder: &Path) -> Option<DataError> {
        let there = |name: &&str| loose(folder, name).or_else(|| Some(folder.join(name)).filter(|path| path.exists()));
        let python = PICKLED.iter().find_map(there).map(|path| pickled(&path));
        python.or_else(|| HUNDRED.iter().find_map(there).map(|path| hundred(&path)))
    }

    fn editions(&self) -> &'static [Edition] {
        CIFAR10
    }

    fn hashes(&self, folder: &Path) -> Result<Hashes, DataError> {
        if has_loose_files(folder) {
            let batches = names().into_iter().filter(|name| name != CLASS_NAMES);
            let files: Vec<_> = batches.filter_map(|name| Some((name.clone(), loose(folder, &name)?))).collect();
            return Ok(edition(self.editions(), &files)?.map_or(Hashes::Loose, Hashes::Edition));
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

/// CIFAR-10, complete or in part, in one folder; both splits are checked.
fn read_folder(name: &str, provenance: &str, folder: &Path) -> Result<Dataset, DataError> {
    let (mut train, mut test, mut batches) = (Records::default(), Records::default(), 0);
    let mut classes = CLASSES.map(str::to_owned).to_vec();
    for (name, path, bytes) in files(folder)? {
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
        let path = archive_in(folder).unwrap_or_else(|| folder.to_owned());
        return Err(fault(&path, format!("{missing} missing")));
    }
    let part = if batches < BATCHES { format!(", {batches} of {BATCHES} train batches") } else { String::new() };
    let none = Split::new(SHAPE, Vec::new(), Vec::new())?;
    Dataset::new(name, format!("{provenance}{part}"), classes, train.split()?, none, test.split()?)
}

/// A file of the data set: its name, its path for messages, and its bytes.
type NamedBytes = (String, PathBuf, Vec<u8>);

/// The files in a folder, train batches in order. Loose files take precedence over the archive.
fn files(folder: &Path) -> Result<Vec<NamedBytes>, DataError> {
    let mut files = Vec::new();
    for name in names() {
        if let Some(path) = loose(folder, &name) {
            let mut bytes = Vec::new();
            let most = MOST_RECORDS * record() as u64 + 1;
            open(&path)?.take(most).read_to_end(&mut bytes).map_err(|e| damaged(&path, &e))?;
            files.push((name, path, bytes));
        }
    }
    match archive_in(folder) {
        Some(archive) if files.iter().all(|(name, ..)| name == CLASS_NAMES) => read_archive(&archive),
        _ => Ok(files),
    }
}

fn archive_in(folder: &Path) -> Option<PathBuf> {
    ARCHIVES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
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

fn read_archive(path: &Path) -> Result<Vec<NamedBytes>, DataError> {
    let names = names();
    let last = |member: &str| member.rsplit('/').next().unwrap_or_default().to_owned();
    let (mut files, mut others) = (Vec::new(), Vec::new());
    let mut wanted = |member: &str| {
        let wanted = names.contains(&last(member));
        if !wanted {
            others.push(last(member));
        }
        wanted
    };
    let mut member = |member: &str, bytes| files.push((last(member), path.join(member), bytes));
    tar::read(path, &mut open(path)?, &mut wanted, &mut member)?;
    if files.iter().all(|(name, ..)| name == CLASS_NAMES) {
        let has = |known: &[&str]| others.iter().any(|name| known.contains(&name.as_str()));
        if has(&PICKLED) {
            return Err(pickled(path));
        }
        if has(&HUNDRED) {
            return Err(hundred(path));
        }
    }
    // Ordered by name, whatever the order in the archive.
    files.sort_by_key(|(name, ..)| names.iter().position(|n| n == name));
    Ok(files)
}

fn pickled(path: &Path) -> DataError {
    fault(
        path,
        format!(
            "is the edition for Python (pickle), which only Python can read; take the binary version, {}, \
             from https://www.cs.toronto.edu/~kriz/cifar.html, or run `ridgewalk fetch cifar10`",
            ARCHIVES[0]
        ),
    )
}

fn hundred(path: &Path) -> DataError {
    fault(path, "is CIFAR-100, whose images have two labels; CIFAR-10 is read: run `ridgewalk fetch cifar10`".into())
}

fn class_names(path: &Path, bytes: &[u8]) -> Result<Vec<String>, DataError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
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
    labels: Vec<Class>,
    files: Vec<(String, usize)>,
}

impl Records {
    fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), DataError> {
        let (whole, rest) = (bytes.len() / record(), bytes.len() % record());
        if whole as u64 >= MOST_RECORDS {
            return Err(fault(path, format!("has more than {MOST_RECORDS} records: it is no file of CIFAR-10")));
        }
        if rest != 0 && bytes.len().is_multiple_of(HUNDRED_RECORD) {
            return Err(hundred(path));
        }
        if let Some(what) = known(bytes) {
            return Err(fault(path, format!("is no file of CIFAR-10 but {what}")));
        }
        if rest != 0 {
            let detail =
                format!("is too long or cut short: {whole} records of {} bytes and {rest} bytes of another", record());
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
            self.labels.push(record[0].into());
            self.pixels.extend_from_slice(&record[1..]);
        }
        self.files.push((file_name(path), whole));
        Ok(())
    }

    fn split(self) -> Result<Split, DataError> {
        Ok(Split::new(SHAPE, self.pixels, self.labels)?.read_from(self.files))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::packed::tests::gz;

    /// `n` records, each with its index as first pixel.
    fn records(n: u8) -> Vec<u8> {
        (0..n).flat_map(|i| [vec![i % 10, i], vec![200; SHAPE.len() - 1]].concat()).collect()
    }

    fn read(folder: &Path) -> Result<Dataset, DataError> {
        Cifar10.read(&Experiment::default(), Some(folder))
    }

    #[test]
    fn any_number_of_batches_and_records_is_read_in_order_loose_packed_or_from_the_archive() {
        let members =
            [("b/test_batch.bin", records(3)), ("b/data_batch_2.bin", records(5)), ("b/data_batch_1.bin", records(2))];
        for how in ["loose", "packed", "archive"] {
            let root = tempfile::tempdir().unwrap();
            match how {
                "archive" => std::fs::write(root.path().join(ARCHIVES[0]), gz(&tar::tests::archive(&members))).unwrap(),
                _ => members.iter().for_each(|(name, bytes)| {
                    let name = name.trim_start_matches("b/");
                    let (name, bytes) =
                        if how == "packed" { (format!("{name}.gz"), gz(bytes)) } else { (name.into(), bytes.clone()) };
                    std::fs::write(root.path().join(name), bytes).unwrap();
                }),
            }
            let data = read(root.path()).unwrap();
            assert_eq!((data.train.len(), data.test.len(), data.shape()), (7, 3, SHAPE), "{how}");
            let firsts: Vec<u8> = (0..7).map(|s| data.train.image(s)[0]).collect();
            assert_eq!(firsts, [0, 1, 0, 1, 2, 3, 4], "{how}");
            assert_eq!(data.train.labels(), [0, 1, 0, 1, 2, 3, 4], "{how}");
            // Validation and first-N selections keep it.
            let kept = data.train.subset(&[6, 1]).padded(64);
            let origins = [kept.origin(0), kept.origin(1)].map(|(file, place)| (file.unwrap_or_default(), place));
            let ending = if how == "packed" { ".gz" } else { "" };
            let named = [(format!("data_batch_2.bin{ending}"), 4), (format!("data_batch_1.bin{ending}"), 1)];
            assert_eq!(origins.map(|(file, place)| (file.to_owned(), place)), named, "{how}");
            assert_eq!(data.classes[9], "truck");
            let how_known = if how == "archive" { "not the published files" } else { Hashes::Loose.describe() };
            assert_eq!(data.provenance, format!("cifar10 ({how_known}), 2 of 5 train batches"));
            assert_eq!(data.place, root.path().display().to_string());
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
        assert_eq!(read(root.path()).unwrap().classes, names);
        std::fs::write(root.path().join(CLASS_NAMES), "a\nb\n").unwrap();
        let error = read(root.path()).unwrap_err().to_string();
        assert!(error.contains("names 2 classes instead of 10"), "{error}");
    }

    #[test]
    fn every_malformation_is_one_error_that_names_the_file() {
        let good = records(4);
        let mut bad_label = good.clone();
        bad_label[record()] = 10;
        for (name, bytes, file, says) in [
            (
                "web page",
                b"<html>not found</html>".to_vec(),
                "data_batch_1.bin",
                "is no file of CIFAR-10 but a web page",
            ),
            ("short", good[..good.len() - 1].to_vec(), "data_batch_1.bin", "cut short: 3 records of 3073 bytes"),
            (
                "long",
                [&good[..], &[1, 2]].concat(),
                "data_batch_1.bin",
                "too long or cut short: 4 records of 3073 bytes and 2 bytes",
            ),
            ("empty", vec![], "data_batch_1.bin", "is empty"),
            ("label", bad_label, "data_batch_1.bin", "label 10 in record 1"),
            ("CIFAR-100 under the names of CIFAR-10", vec![1; 2 * HUNDRED_RECORD], "data_batch_1.bin", "is CIFAR-100"),
            ("packed, cut", gz(&good)[..40].to_vec(), "data_batch_1.bin.gz", "cut short"),
            (
                "archive, cut",
                gz(&tar::tests::archive(&[("data_batch_1.bin", good.clone())]))[..90].to_vec(),
                ARCHIVES[0],
                "cut short",
            ),
            (
                "no test",
                gz(&tar::tests::archive(&[("data_batch_1.bin", good.clone())])),
                ARCHIVES[0],
                "test_batch.bin missing",
            ),
            ("CIFAR-100", gz(&tar::tests::archive(&[("c/train.bin", vec![1])])), ARCHIVES[0], "is CIFAR-100"),
            ("CIFAR-100, loose", vec![1], "test.bin", "is CIFAR-100"),
            ("python", gz(&tar::tests::archive(&[("p/data_batch_1", vec![128, 2])])), ARCHIVES[0], "binary version"),
            ("python", vec![1], "cifar-10-python.tar.gz", "binary version"),
            ("python", vec![128, 2], "data_batch_1", "ridgewalk fetch cifar10"),
        ] {
            let root = tempfile::tempdir().unwrap();
            std::fs::write(root.path().join(file), bytes).unwrap();
            if file.starts_with("data_batch_1.bin") {
                std::fs::write(root.path().join(TEST), records(1)).unwrap();
            }
            let error = read(root.path()).unwrap_err().to_string();
            let named = root.path().join(file);
            assert!(error.contains(says) && error.contains(named.to_str().unwrap()), "{name}: {error}");
        }
    }
}
