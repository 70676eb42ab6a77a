//! Where data is on this machine: the folder given, `RIDGEWALK_DATA`, or the user's data folder.

use std::path::{Path, PathBuf};

use etcetera::{AppStrategy as _, AppStrategyArgs, choose_app_strategy};

use crate::dataset::DataError;
use crate::dataset::source::{Files, Hashes};
use crate::paths;

/// The environment variable that names a folder with data.
pub const VARIABLE: &str = "RIDGEWALK_DATA";

/// Folders below a root are searched this deep: torchvision writes `MNIST/raw`, and archives unpack into folders.
const DEPTH: usize = 3;
/// Most folders that are looked into below a root: it may be a whole home.
const MOST_FOLDERS: usize = 4_096;
/// Most files that are named when none of the data set's is there.
const MOST_SEEN: usize = 4;

/// A data set on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The data set's short name, as `ridgewalk fetch` takes it.
    pub name: &'static str,
    /// The folder that holds its files.
    pub path: PathBuf,
    /// Whether its files are the published ones, by their MD5.
    pub hashes: Hashes,
    /// Files in folders that come first but lack others, or are empty.
    pub unused: Vec<PathBuf>,
}

impl Found {
    /// What its hashes say, as text.
    pub fn provenance(&self) -> String {
        format!("{} ({})", self.name, self.hashes.describe())
    }

    /// Its folder, and files that were not used.
    pub fn place(&self) -> String {
        let why = |file: &PathBuf| if is_empty(file) { "it is empty" } else { "others are missing or empty there" };
        let unused = self.unused.iter().map(|p| format!("; {} is not used, as {}", p.display(), why(p)));
        self.path.display().to_string() + &unused.collect::<String>()
    }
}

/// The first folder with all the files that are needed, in `data_dir` only, or without it in `RIDGEWALK_DATA`, the
/// user's data folder and the usual places. The error says what is missing, and where it was looked for.
pub fn first(files: &dyn Files, data_dir: Option<&Path>) -> Result<Found, DataError> {
    if let Some(path) = data_dir.filter(|given| !given.is_dir()) {
        return Err(DataError::NoFolder { name: files.name().into(), path: path.into() });
    }
    let roots = roots(data_dir);
    let (folders, others): (Vec<_>, Vec<_>) = folders(files, &roots).into_iter().partition(|f| !f.another);
    let folders: Vec<PathBuf> = folders.into_iter().map(|f| f.path).collect();
    let (mut partial, name) = (Vec::new(), files.name());
    // Empty files are told of where no others are.
    let (empty, there): (Vec<_>, Vec<_>) = folders
        .iter()
        .filter(|f| !files.there_in(f).is_empty())
        .partition(|f| files.there_in(f).iter().any(|file| is_empty(file)));
    for path in there.iter().chain(&empty).copied() {
        if files.missing_in(path).is_empty() {
            partial.extend(empty.iter().filter(|f| **f != path).map(|f| f.to_path_buf()));
            let unused = distinct(partial).iter().flat_map(|folder| files.there_in(folder)).collect();
            return Ok(Found { name, hashes: files.hashes(path)?, path: path.clone(), unused });
        }
        partial.push(path.clone());
    }
    let searched: Vec<PathBuf> = roots.iter().flat_map(|r| [r.clone(), r.join(name)]).collect();
    let mut partial = distinct(partial).into_iter();
    if let Some(path) = partial.next() {
        let missing = files.missing_in(&path);
        return Err(DataError::Partial { name, path, missing, searched, apart: partial.collect() });
    }
    let others: Vec<PathBuf> = others.into_iter().map(|f| f.path).collect();
    let objection = folders.iter().chain(&others).find_map(|f| files.objection(f));
    let others = others.into_iter().filter(|f| !files.there_in(f).is_empty()).collect();
    // Not of a home that happens to be searched.
    let seen = if data_dir.is_some() { seen(&folders) } else { Vec::new() };
    Err(objection.unwrap_or(DataError::NotFound { name: name.into(), searched, others, seen }))
}

fn is_empty(file: &Path) -> bool {
    file.metadata().is_ok_and(|m| m.len() == 0)
}

/// Some of the files in the folders, the first of which is the root, with how many more there are.
fn seen(folders: &[PathBuf]) -> Vec<String> {
    let root = folders.first().cloned().unwrap_or_default();
    let mut paths = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
        let mut own: Vec<PathBuf> = entries.filter(|p| !p.is_dir()).collect();
        own.sort();
        paths.extend(own);
    }
    let more = paths.len().saturating_sub(MOST_SEEN);
    let named = |path: &PathBuf| {
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        if path.exists() { name } else { format!("{name} (a link to nothing)") }
    };
    let named: Vec<String> = paths.iter().take(MOST_SEEN).map(named).collect();
    let depth = (folders.len() > 1 && named.is_empty()).then(|| format!("no file, to {DEPTH} folders deep"));
    named.into_iter().chain(depth).chain((more > 0).then(|| format!("{more} more"))).collect()
}

/// Every folder with all the files that are needed, by the same search; unreadable folders are left out.
pub fn all(files: &dyn Files, data_dir: Option<&Path>) -> Vec<Found> {
    let folders = folders(files, &roots(data_dir)).into_iter().filter(|f| !f.another).map(|f| f.path);
    let complete = folders.filter(|f| !files.there_in(f).is_empty() && files.missing_in(f).is_empty());
    let found =
        |path: PathBuf| Some(Found { name: files.name(), hashes: files.hashes(&path).ok()?, path, unused: Vec::new() });
    distinct(complete.collect()).into_iter().filter_map(found).collect()
}

/// A folder to look into.
struct Folder {
    path: PathBuf,
    /// Whether a name on the way to it is that of another data set.
    another: bool,
    /// Whether a name on the way to it is that of the data set.
    named: bool,
}

/// The folders searched, best first: of each root itself, then those below it with the data set's name on their way,
/// then the others; of these the shallow ones first, ordered by name.
fn folders(files: &dyn Files, roots: &[PathBuf]) -> Vec<Folder> {
    let mut folders = Vec::new();
    for root in roots {
        let mut below = vec![Folder { path: root.clone(), another: false, named: false }];
        let mut level = 0..1;
        for _ in 0..DEPTH {
            for i in level.clone() {
                let inside = inside(files, &below[i]);
                below.extend(inside);
            }
            below.truncate(MOST_FOLDERS);
            level = level.end..below.len();
        }
        // The sort is stable: within both kinds the order of the levels stays.
        below[1..].sort_by_key(|f| !f.named);
        folders.extend(below);
    }
    folders
}

/// The folders in a folder, ordered by name.
fn inside(files: &dyn Files, folder: &Folder) -> Vec<Folder> {
    let entries = std::fs::read_dir(&folder.path).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    paths.sort();
    let below = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let named = name == files.name() || files.prefix().is_some_and(|prefix| name.starts_with(prefix));
        Folder { another: folder.another || files.is_another(&name), named: folder.named || named, path }
    };
    paths.into_iter().map(below).collect()
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

/// Where other programs keep such files: torchvision in `data` by custom, Keras in the user's home.
fn usual() -> impl Iterator<Item = PathBuf> {
    [Path::new("data").to_path_buf(), paths::expanded("~/.keras/datasets")].into_iter().filter(|p| p.is_dir())
}

fn roots(data_dir: Option<&Path>) -> Vec<PathBuf> {
    match data_dir {
        Some(given) => vec![given.into()],
        None => {
            let variable = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(paths::expanded);
            variable.into_iter().chain(user_data_folder()).chain(usual()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::sources::cifar::{self, Cifar10};
    use crate::dataset::sources::idx::Mnist;

    /// Writes small files that are not the published ones.
    fn write(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
    }

    const MNIST: [&str; 4] = [
        "train-images-idx3-ubyte.gz",
        "train-labels.idx1-ubyte",
        "t10k-images.idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte",
    ];

    const EMNIST: [&str; 4] = [
        "emnist-balanced-train-images-idx3-ubyte",
        "emnist-balanced-train-labels-idx1-ubyte",
        "emnist-balanced-test-images-idx3-ubyte",
        "emnist-balanced-test-labels-idx1-ubyte",
    ];

    #[test]
    fn data_are_found_where_they_usually_lie() {
        let mnist = |folder: &str| MNIST.map(|name| format!("{folder}{name}"));
        let unzipped = MNIST.map(|name| format!("{name}/{}", name.trim_end_matches(".gz")));
        let one = |name: &str| vec![name.to_owned()];
        let batches = |folder: &str| ["data_batch_3.bin", "test_batch.bin.gz"].map(|n| format!("{folder}{n}")).to_vec();
        // The files there are, the folder that is found, and the number of folders named as not used.
        let rows: [(&dyn Files, Vec<String>, &str, usize); 15] = [
            (&Mnist, mnist("").to_vec(), "", 0),
            (&Mnist, mnist("mnist/").to_vec(), "mnist", 0),
            (&Mnist, mnist("MNIST/raw/").to_vec(), "MNIST/raw", 0),
            (&Mnist, mnist("archive/").to_vec(), "archive", 0),
            (&Mnist, mnist("a/b/c/").to_vec(), "a/b/c", 0),
            (&Mnist, unzipped.to_vec(), "", 0),
            (&Mnist, [one("train-labels-idx1-ubyte.gz"), mnist("mnist/").to_vec()].concat(), "mnist", 1),
            (&Mnist, [mnist("FashionMNIST/raw/"), mnist("MNIST/raw/")].concat(), "MNIST/raw", 0),
            (&Mnist, [mnist("a/"), mnist("mnist/")].concat(), "mnist", 0),
            (&Cifar10, batches(""), "", 0),
            (&Cifar10, batches("cifar10/"), "cifar10", 0),
            (&Cifar10, batches("cifar-10-batches-bin/"), "cifar-10-batches-bin", 0),
            (&Cifar10, batches("x/y/"), "x/y", 0),
            (&Cifar10, one(cifar::ARCHIVES[0]), "", 0),
            (&Cifar10, [one("cifar-10-python.tar.gz"), batches("cifar10/")].concat(), "cifar10", 0),
        ];
        for (files, names, folder, unused) in rows {
            let root = tempfile::tempdir().unwrap();
            write(root.path(), &names.iter().map(String::as_str).collect::<Vec<_>>());
            let found = first(files, Some(root.path())).unwrap_or_else(|e| panic!("{names:?}: {e}"));
            assert_eq!((found.path, found.unused.len()), (root.path().join(folder), unused), "{names:?}");
            assert_eq!(
                all(files, Some(root.path())).len(),
                1 + usize::from(folder == "mnist" && names[0].starts_with("a/"))
            );
        }
    }

    #[test]
    fn empty_files_hide_no_whole_ones() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &MNIST.map(|name| format!("mnist/{name}")).each_ref().map(String::as_str));
        for name in MNIST {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        let found = first(&Mnist, Some(root.path())).unwrap();
        assert_eq!((&found.path, found.unused.len()), (&root.path().join("mnist"), MNIST.len()));
        assert!(found.place().ends_with("t10k-labels-idx1-ubyte is not used, as it is empty"), "{}", found.place());
        // Where there are no others, they are what was found.
        std::fs::remove_dir_all(root.path().join("mnist")).unwrap();
        assert_eq!(first(&Mnist, Some(root.path())).unwrap().path, root.path());
    }

    #[test]
    fn what_is_not_found_is_named_with_the_places_searched() {
        let mnist = |folder: &str| MNIST.map(|name| format!("{folder}{name}"));
        let one = |name: &str| vec![name.to_owned()];
        let rows: [(&dyn Files, Vec<String>, &[&str]); 16] = [
            (
                &Mnist,
                EMNIST.map(str::to_owned).to_vec(),
                &["emnist-balanced-test-images-idx3-ubyte and 3 more", "expected are train-images-idx3-ubyte, train-"],
            ),
            (&Mnist, EMNIST.map(|n| format!("EMNIST/raw/{n}.gz")).to_vec(), &["EMNIST/raw: has IDX files of other"]),
            (&Mnist, vec![], &["mnist was not found in", "nor in the folders below", "RIDGEWALK_DATA"]),
            (&Mnist, mnist("")[..1].to_vec(), &["train-labels-idx1-ubyte, t10k-images", "missing", "looked for in"]),
            (&Mnist, mnist("mnist/")[1..].to_vec(), &["mnist: train-images-idx3-ubyte missing"]),
            (&Mnist, mnist("FashionMNIST/raw/").to_vec(), &["not found", "FashionMNIST/raw is by its name another"]),
            (&Mnist, one("mnist.npz"), &["mnist.npz", "Keras"]),
            (
                &Mnist,
                one("mnist/train-images-idx3-ubyte (1).gz"),
                &["seen there: mnist/train-images-idx3-ubyte (1).gz"],
            ),
            (&Mnist, mnist("a/b/c/d/").to_vec(), &["seen there: no file, to 3 folders deep"]),
            (
                &Mnist,
                [&mnist("train/")[..2], &mnist("test/")[2..]].concat(),
                &["train-images-idx3-ubyte", "missing", "train: put them into one folder"],
            ),
            (&Cifar10, one("cifar-10-binary.zip"), &["seen there: cifar-10-binary.zip"]),
            (&Cifar10, one("test_batch.bin"), &["data_batch_1.bin missing"]),
            (&Cifar10, one("data_batch_2.bin"), &["test_batch.bin missing"]),
            (&Cifar10, one("cifar-10-python.tar.gz"), &["edition for Python", "binary version"]),
            (&Cifar10, one("cifar-10-batches-py/data_batch_1"), &["edition for Python", "ridgewalk fetch cifar10"]),
            (&Cifar10, one("cifar-100-binary/train.bin"), &["CIFAR-100", "ridgewalk fetch cifar10"]),
        ];
        for (files, names, says) in rows {
            let root = tempfile::tempdir().unwrap();
            write(root.path(), &names.iter().map(String::as_str).collect::<Vec<_>>());
            let error = first(files, Some(root.path())).unwrap_err().to_string();
            assert!(says.iter().all(|part| error.contains(part)), "{names:?}: {error}");
            assert!(error.contains(root.path().to_str().unwrap()), "{names:?}: {error}");
            assert_eq!(all(files, Some(root.path())), [], "{names:?}");
        }
    }

    #[test]
    fn a_folder_that_is_none_is_named() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &["file"]);
        for name in ["nowhere", "file"] {
            let error = first(&Mnist, Some(&root.path().join(name))).unwrap_err().to_string();
            assert!(error.contains(&format!("{name}: is no folder, so mnist is not in it")), "{error}");
        }
    }

    #[test]
    fn a_download_goes_into_the_folder_given() {
        for name in ["mnist", "cifar10"] {
            assert_eq!(download_folder(name, Some(Path::new("d"))), Some(Path::new("d").join(name)));
        }
    }
}
