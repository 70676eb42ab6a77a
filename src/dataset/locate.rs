//! Where data lies on this machine: the folder given, `RIDGEWALK_DATA`, or the user's data folder.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};

use super::idx::{IdxFolder, PARTS};
use super::{DataError, published};

/// Short name, command-line name and subfolder of MNIST.
pub const MNIST: &str = "mnist";
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
        let hashes = if self.published { "the published files" } else { "not the published files" };
        format!("{} from {} ({hashes})", self.name, self.path.display())
    }

    /// The reader of its files.
    pub fn reader(&self) -> IdxFolder {
        IdxFolder { name: self.name.clone(), path: self.path.clone(), provenance: self.provenance() }
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

/// Every complete data set found, with the same search, for `ridgewalk info`. Unreadable ones are left out.
pub fn found(data_dir: Option<&Path>) -> Vec<Found> {
    let mut paths = folders(&roots(data_dir));
    paths.retain(|f| PARTS.iter().all(|p| p.find(f).is_some()));
    let mut seen = Vec::new();
    paths.retain(|f| {
        let canonical = f.canonicalize().unwrap_or_else(|_| f.clone());
        let fresh = !seen.contains(&canonical);
        seen.push(canonical);
        fresh
    });
    let one = |path: PathBuf| {
        published::matches(MNIST, &path).ok().map(|published| Found { name: MNIST.into(), path, published })
    };
    paths.into_iter().filter_map(one).collect()
}

/// The folder that `ridgewalk fetch` writes to: the one given, `RIDGEWALK_DATA`, or the user's data folder; in it, `mnist`.
pub fn download_folder(data_dir: Option<&Path>) -> Option<PathBuf> {
    roots(data_dir).into_iter().next().map(|r| r.join(MNIST))
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
        let error = super::super::Reader::read(&mnist(Some(root.path())).unwrap().reader()).unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte") && error.contains("missing"), "{error}");
    }

    #[test]
    fn a_download_goes_into_the_folder_given() {
        assert_eq!(download_folder(Some(Path::new("d"))), Some(Path::new("d").join("mnist")));
    }
}
