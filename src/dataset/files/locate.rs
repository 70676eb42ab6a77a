//! Where data is on this machine: the folder given, `RIDGEWALK_DATA`, or the user's data folder.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};

use crate::dataset::DataError;
use crate::dataset::source::{Files, Hashes};

/// The environment variable that names a folder with data.
pub const VARIABLE: &str = "RIDGEWALK_DATA";

/// A data set on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub name: &'static str,
    /// The folder that holds its files.
    pub path: PathBuf,
    pub hashes: Hashes,
}

impl Found {
    /// Its folder and what its hashes say, as text.
    pub fn provenance(&self) -> String {
        format!("{} from {} ({})", self.name, self.path.display(), self.hashes.describe())
    }
}

/// The first folder with any of the files, searched for in `data_dir` only, or without it in `RIDGEWALK_DATA` or the
/// user's data folder. The error lists the folders searched.
pub fn first(files: &dyn Files, data_dir: Option<&Path>) -> Result<Found, DataError> {
    let searched = folders(files, &roots(data_dir));
    match searched.iter().find(|f| files.any_in(f)) {
        Some(path) => Ok(Found { name: files.name(), hashes: files.hashes(path)?, path: path.clone() }),
        None => Err(DataError::NotFound { name: files.name().into(), searched }),
    }
}

/// Every folder with enough of the files to be listed, by the same search; unreadable folders are left out.
pub fn all(files: &dyn Files, data_dir: Option<&Path>) -> Vec<Found> {
    let mut folders = folders(files, &roots(data_dir));
    folders.retain(|f| files.enough_in(f));
    let found = |path: PathBuf| Some(Found { name: files.name(), hashes: files.hashes(&path).ok()?, path });
    distinct(folders).into_iter().filter_map(found).collect()
}

/// The folders searched: each root, in it the folder with the data set's name, and then those with its prefix, ordered
/// by name.
fn folders(files: &dyn Files, roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for root in roots {
        folders.extend([root.clone(), root.join(files.name())]);
        let Some(prefix) = files.prefix() else { continue };
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        let named = |e: &std::fs::DirEntry| e.file_name().to_string_lossy().to_lowercase().starts_with(prefix);
        let mut others: Vec<PathBuf> = entries.filter(named).map(|e| e.path()).filter(|p| p.is_dir()).collect();
        others.retain(|p| !folders.contains(p));
        others.sort();
        folders.extend(others);
    }
    folders
}

/// Removes folders that are other names of earlier ones.
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

/// The folder that `ridgewalk fetch` writes to: one with the data set's name in `data_dir`, in `RIDGEWALK_DATA`, or in
/// the user's data folder.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::source::Source as _;
    use crate::dataset::sources::cifar::{self, Cifar10};
    use crate::dataset::sources::idx::Mnist;
    use crate::experiment::Experiment;

    #[test]
    fn mnist_is_found_in_the_folder_or_its_subfolder_and_only_there_once_a_folder_is_given() {
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
            let found = first(&Mnist, Some(root.path())).unwrap();
            assert_eq!(found, Found { name: "mnist", path: folder, hashes: Hashes::Different });
            assert!(found.provenance().contains("not the published files"));
        }
        let empty = tempfile::tempdir().unwrap();
        match first(&Mnist, Some(empty.path())) {
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
        assert_eq!(all(&Mnist, Some(root.path())), []);
        let error = Mnist.read(&Experiment::default(), Some(root.path())).unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte") && error.contains("missing"), "{error}");
    }

    #[test]
    fn a_download_goes_into_the_folder_given() {
        for name in ["mnist", "cifar10"] {
            assert_eq!(download_folder(name, Some(Path::new("d"))), Some(Path::new("d").join(name)));
        }
    }

    #[test]
    fn cifar_10_is_found_directly_in_its_folder_or_in_one_with_its_prefix() {
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
            let hashes = if file.contains(".bin") { Hashes::Loose } else { Hashes::Different };
            assert_eq!(first(&Cifar10, Some(root.path())).unwrap(), Found { name: "cifar10", path: folder, hashes });
        }
        let empty = tempfile::tempdir().unwrap();
        let error = first(&Cifar10, Some(empty.path())).unwrap_err().to_string();
        assert!(error.contains("ridgewalk fetch cifar10") && error.contains("RIDGEWALK_DATA"), "{error}");
    }
}
