//! The list of data sources: a new source needs a file, a line here, and a row of `DatasetKind`.

pub mod idx;
pub mod editions;
pub mod cifar;

use std::path::Path;

use super::files::locate::{self, Found};
use super::source::{Files, Origin, Source};
use super::{own, strokes, vessels};
use crate::experiment::DatasetKind;

/// The source of a data set.
pub fn source(dataset: DatasetKind) -> &'static dyn Source {
    match dataset {
        DatasetKind::Digits => &strokes::Digits,
        DatasetKind::Mnist => &idx::Mnist,
        DatasetKind::Cifar10 => &cifar::Cifar10,
        DatasetKind::Ivus => &vessels::Vessels,
        DatasetKind::Masks => &vessels::OwnMasks,
        DatasetKind::Own => &own::OwnImages,
    }
}

/// The data sets that are generated.
pub fn generated() -> impl Iterator<Item = DatasetKind> {
    DatasetKind::ALL.iter().copied().filter(|d| matches!(source(*d).origin(), Origin::Generated))
}

/// The files of every published data set; `ridgewalk fetch` uses their names.
pub fn published() -> impl Iterator<Item = &'static dyn Files> {
    DatasetKind::ALL.iter().filter_map(|d| match source(*d).origin() {
        Origin::Published(files) => Some(files),
        Origin::Generated | Origin::OwnFolder => None,
    })
}

/// Every published data set on this machine, by the same search as for an experiment; unreadable ones are left
/// out.
pub fn found(data_dir: Option<&Path>) -> Vec<Found> {
    published().flat_map(|files| locate::all(files, data_dir)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::files::published;
    use crate::dataset::load;
    use crate::experiment::Experiment;

    fn load_from(dataset: DatasetKind, folder: &Path) -> Result<crate::dataset::Dataset, crate::dataset::DataError> {
        let place = folder.to_string_lossy().into_owned();
        let (masks, data) = (place.clone(), place);
        let experiment = Experiment { dataset, masks, data, train_size: 12, test_size: 6, ..Experiment::default() };
        load(&experiment, 1, Some(folder))
    }

    /// Reads nothing, an empty folder with its name, and a broken file of each published name.
    #[test]
    fn every_source_rejects_a_broken_folder_by_name_and_says_what_to_do() {
        for dataset in DatasetKind::ALL {
            let root = tempfile::tempdir().unwrap();
            let Origin::Published(files) = source(*dataset).origin() else {
                match load_from(*dataset, root.path()) {
                    Ok(data) => assert_eq!((data.train.len(), data.test.len()), (10, 6), "generated"),
                    Err(e) => assert!(e.to_string().contains(&*root.path().to_string_lossy()), "{e}"),
                }
                continue;
            };
            let folder = root.path().join(files.name());
            let error = |named: &Path| {
                let text = load_from(*dataset, root.path()).unwrap_err().to_string();
                assert!(text.contains(&*named.to_string_lossy()), "{} is not named: {text}", named.display());
                assert!(text.contains(&format!("ridgewalk fetch {}", files.name())), "{text}");
            };
            error(&folder);
            std::fs::create_dir(&folder).unwrap();
            error(&folder);
            for file in published::of(files.name()).unwrap().files {
                std::fs::write(folder.join(&file.name), "broken").unwrap();
                error(&folder);
            }
            assert!(
                files.missing_in(&folder).is_empty(),
                "{}: published under other names than those read",
                files.name()
            );
        }
    }

    #[test]
    fn a_source_reads_or_generates_images_of_its_shape() {
        for dataset in generated() {
            let data = load_from(dataset, Path::new("nowhere")).unwrap();
            assert_eq!(
                (data.shape(), data.name.as_str()),
                (source(dataset).shape(&Experiment::default()), dataset.name())
            );
        }
    }

    #[test]
    fn what_can_be_fetched_is_published_and_named_like_its_data_set() {
        for files in published() {
            assert!(!published::of(files.name()).unwrap().files.is_empty());
            assert!(files.name().parse::<DatasetKind>().is_ok(), "{}", files.name());
        }
        let names: Vec<_> = published().map(|f| f.name()).collect();
        let error = published::of("nothing").unwrap_err().to_string();
        assert!(names.iter().all(|n| error.contains(n)), "{error}");
    }
}
