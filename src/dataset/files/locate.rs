//! Where data lies on this machine: the folder given, `RIDGEWALK_DATA`, or the user's data folder.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};

use super::published;
use crate::dataset::formats::cifar::{self, CifarFolder};
use crate::dataset::formats::idx::{IdxFolder, PARTS};
use crate::dataset::{DataError, Reader};

/// Short name, command-line name and subfolder of MNIST.
pub const MNIST: &str = "mnist";
/// The same of CIFAR-10; folders whose names begin with `cifar` are looked into too.
pub const CIFAR10: &str = "cifar10";
const CIFAR_PREFIX: &str = "cifar";
/// The variable that names a folder with data.
pub const VARIABLE: &str = "RIDGEWALK_DATA";

/// A data set on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    /// The folder that holds its files.
    pub path: PathBuf,
    /// Whether every file has the hash that its publisher gives.
    pub published: bool,
}

impl Found {
    /// Where it is and what its hashes say, for people.
    pub fn provenance(&self) -> String {
        format!("{} from {} ({})", self.name, self.path.display(), self.hashes())
    }

    /// What the files' hashes say.
    pub fn hashes(&self) -> &'static str {
        match self.published {
            true => "the published files",
            false if self.name == CIFAR10 && cifar::has_loose_files(&self.path) => {
                "loose files: only the archive has a published checksum"
            }
            false => "not the published files",
        }
    }

    /// The reader of its files.
    pub fn reader(&self) -> Box<dyn Reader> {
        let (name, path, provenance) = (self.name.clone(), self.path.clone(), self.provenance());
        match self.name.as_str() {
            CIFAR10 => Box::new(CifarFolder { name, path, provenance }),
            _ => Box::new(IdxFolder { name, path, provenance }),
        }
    }
}

/// MNIST in the folder given, and only there; without one, in `RIDGEWALK_DATA` or the user's data folder. In each it
/// may lie directly or in a subfolder `mnist`. The error lists what was searched.
pub fn mnist(data_dir: Option<&Path>) -> Result<Found, DataError> {
    let searched = folders(&roots(data_dir));
    let path = searched.iter().find(|f| has_any(f)).cloned();
    let path = path.ok_or_else(|| DataError::NotFound { name: MNIST.into(), searched })?;
    let published = published::matches(MNIST, &path)?;
    Ok(Found { name: MNIST.into(), path, published })
}

/// CIFAR-10, searched for in the same way; in each root it may lie directly, in `cifar10`, or in a folder whose name
/// begins with `cifar`.
pub fn cifar10(data_dir: Option<&Path>) -> Result<Found, DataError> {
    let searched = cifar_folders(&roots(data_dir));
    let path = searched.iter().find(|f| cifar::is_there(f)).cloned();
    let path = path.ok_or_else(|| DataError::NotFound { name: CIFAR10.into(), searched })?;
    found_cifar(path)
}

fn found_cifar(path: PathBuf) -> Result<Found, DataError> {
    let archive = !cifar::has_loose_files(&path) && path.join(cifar::ARCHIVE).is_file();
    let published = archive && published::archive_matches(CIFAR10, &path)?;
    Ok(Found { name: CIFAR10.into(), path, published })
}

/// Each root, `cifar10` in it, and whatever else there begins with `cifar`, by name.
fn cifar_folders(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for root in roots {
        folders.extend([root.clone(), root.join(CIFAR10)]);
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        let named = |e: &std::fs::DirEntry| e.file_name().to_string_lossy().to_lowercase().starts_with(CIFAR_PREFIX);
        let mut others: Vec<PathBuf> = entries.filter(named).map(|e| e.path()).filter(|p| p.is_dir()).collect();
        others.retain(|p| !folders.contains(p));
        others.sort();
        folders.extend(others);
    }
    folders
}

/// Every complete data set found, with the same search, for `ridgewalk info`. Unreadable ones are left out.
pub fn found(data_dir: Option<&Path>) -> Vec<Found> {
    let roots = roots(data_dir);
    let mut mnist = folders(&roots);
    mnist.retain(|f| PARTS.iter().all(|p| p.find(f).is_some()));
    let one = |path: PathBuf| {
        published::matches(MNIST, &path).ok().map(|published| Found { name: MNIST.into(), path, published })
    };
    let mut cifar = cifar_folders(&roots);
    cifar.retain(|f| cifar::has_loose_files(f) || f.join(cifar::ARCHIVE).is_file());
    let cifar = distinct(cifar).into_iter().filter_map(|path| found_cifar(path).ok());
    distinct(mnist).into_iter().filter_map(one).chain(cifar).collect()
}

/// The folders without those that are another's other name.
fn distinct(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = Vec::new();
    folders.retain(|f| {
        let canonical = f.canonicalize().unwrap_or_else(|_| f.clone());
        let fresh = !seen.contains(&canonical);
        seen.push(canonical);
        fresh
    });
    folders
}

/// The folder that `ridgewalk fetch` writes to: the one given, `RIDGEWALK_DATA`, or the user's data folder; in
/// it, a folder of the data set's name.
pub fn download_folder(name: &str, data_dir: Option<&Path>) -> Option<PathBuf> {
    roots(data_dir).into_iter().next().map(|r| r.join(name))
}

/// The user's data folder for this program.
pub fn user_data_folder() -> Option<PathBuf> {
    let args = AppStrategyArgs { top_level_domain: "org".into(), author: String::new(), app_name: "ridgewalk".into() };
    choose_app_strategy(args).ok().map(|s| s.data_dir())
}

fn roots(data_dir: Option<&Path>) -> Vec<PathBuf> {
    match data_dir {
        Some(given) => vec![given.into()],
        None => {
            let variable = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
            variable.into_iter().chain(user_data_folder()).collect()
        }
    }
}

/// Each root, and `mnist` in it.
fn folders(roots: &[PathBuf]) -> Vec<PathBuf> {
    roots.iter().flat_map(|r| [r.clone(), r.join(MNIST)]).collect()
}

fn has_any(folder: &Path) -> bool {
    PARTS.iter().any(|p| p.find(folder).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mnist_is_found_in_the_folder_or_its_subfolder_and_nowhere_else_once_a_folder_is_given() {
        for (file, inside) in [
            ("train-images-idx3-ubyte.gz", ""),
            ("train-labels.idx1-ubyte", ""),
            ("t10k-labels-idx1-ubyte", "mnist"),
            ("t10k-images.idx3-ubyte.gz", "mnist"),
        ] {
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join(inside);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), "x").unwrap();
            let found = mnist(Some(root.path())).unwrap();
            assert_eq!(found, Found { name: "mnist".into(), path: folder, published: false });
            assert!(found.provenance().contains("not the published files"));
        }
        let empty = tempfile::tempdir().unwrap();
        match mnist(Some(empty.path())) {
            Err(DataError::NotFound { searched, .. }) => {
                assert_eq!(searched, [empty.path().to_path_buf(), empty.path().join("mnist")])
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_incomplete_folder_is_not_listed_but_is_reported_when_read() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("train-images-idx3-ubyte.gz"), "x").unwrap();
        assert_eq!(found(Some(root.path())), []);
        let error = mnist(Some(root.path())).unwrap().reader().read().unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte") && error.contains("missing"), "{error}");
    }

    #[test]
    fn a_download_goes_into_the_folder_given() {
        for name in [MNIST, CIFAR10] {
            assert_eq!(download_folder(name, Some(Path::new("d"))), Some(Path::new("d").join(name)));
        }
    }

    #[test]
    fn cifar_10_is_found_directly_in_its_folder_or_in_one_that_begins_like_it() {
        for (file, inside) in [
            ("data_batch_3.bin", ""),
            ("test_batch.bin.gz", "cifar10"),
            ("data_batch_1.bin", "cifar-10-batches-bin"),
            (cifar::ARCHIVE, ""),
            ("cifar-10-python.tar.gz", "cifar10"),
        ] {
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join(inside);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), "x").unwrap();
            assert_eq!(
                cifar10(Some(root.path())).unwrap(),
                Found { name: "cifar10".into(), path: folder, published: false }
            );
        }
        let empty = tempfile::tempdir().unwrap();
        let error = cifar10(Some(empty.path())).unwrap_err().to_string();
        assert!(error.contains("ridgewalk fetch cifar10") && error.contains("RIDGEWALK_DATA"), "{error}");
    }
}
