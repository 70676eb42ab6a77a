//! Data sets end to end: the built-in digits and real MNIST through `dataset::load`, and its error messages.

use std::path::{Path, PathBuf};

use ridgewalk::dataset::files::locate;
use ridgewalk::dataset::source::Hashes;
use ridgewalk::dataset::{self, Class, DataError, sources};
use ridgewalk::experiment::{DatasetKind, Experiment};

/// The folder of `RIDGEWALK_DATA`; without it, reports that the test is skipped.
fn real_data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(locate::VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED {test}: {} is not set, so there is no real MNIST to read", locate::VARIABLE);
    }
    folder
}

fn experiment(dataset: DatasetKind, train_size: usize, test_size: usize, validation_size: usize) -> Experiment {
    Experiment { dataset, train_size, test_size, validation_size, ..Experiment::default() }
}

#[test]
fn the_built_in_digits_load_with_the_requested_sizes() {
    // Requested: train, test, validation. Loaded: the same, after validation was split from train.
    for (asked, had) in
        [((0, 0, 5_000), (16_667, 4_000, 3_333)), ((900, 200, 100), (800, 200, 100)), ((60, 10, 0), (60, 10, 0))]
    {
        let data = dataset::load(&experiment(DatasetKind::Digits, asked.0, asked.1, asked.2), 1, None).unwrap();
        assert_eq!((data.train.len(), data.test.len(), data.validation.len()), had);
        assert_eq!((data.classes.len(), data.shape().len()), (10, 784));
        assert_eq!(data.provenance, "built-in digits, seed 1");
    }
}

#[test]
fn the_digest_identifies_the_data() {
    let base = experiment(DatasetKind::Digits, 120, 20, 20);
    let digest = |e: &Experiment| dataset::load(e, 1, None).unwrap().digest().to_owned();
    assert_eq!(digest(&base), digest(&Experiment { seed: 9, rounds: 3, ..base.clone() }));
    for other in [
        Experiment { data_seed: 2, ..base.clone() },
        Experiment { train_size: 121, ..base.clone() },
        Experiment { test_size: 21, ..base.clone() },
        Experiment { validation_size: 19, ..base.clone() },
    ] {
        assert_ne!(digest(&base), digest(&other));
    }
}

#[test]
fn missing_mnist_is_an_error_that_says_where_it_was_searched_for_and_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let error = dataset::load(&experiment(DatasetKind::Mnist, 0, 0, 0), 1, Some(empty.path())).unwrap_err();
    assert!(matches!(error, DataError::NotFound { .. }));
    let text = error.to_string();
    for part in [empty.path().join("mnist").to_str().unwrap(), "ridgewalk fetch mnist", "RIDGEWALK_DATA", "--data-dir"]
    {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn real_mnist_loads_with_the_published_counts() {
    let Some(folder) = real_data("real_mnist_loads_with_the_published_counts") else { return };
    for data_dir in [None, Some(folder.as_path())] {
        let data = dataset::load(&experiment(DatasetKind::Mnist, 0, 0, 5_000), 1, data_dir).unwrap();
        assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (55_000, 5_000, 10_000));
        // Images of each class in the test split, as published.
        let count = |d: Class| data.test.labels().iter().filter(|&&l| l == d).count();
        assert_eq!((0..10).map(count).collect::<Vec<_>>(), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
        assert_eq!(&data.test.labels()[..5], [7, 2, 1, 0, 4]);
        assert!(data.provenance.contains("(the published files)"), "{}", data.provenance);
    }
    assert!(sources::found(Some(&folder)).iter().any(|f| f.name == "mnist" && f.hashes == Hashes::Published));
}

#[test]
fn jpeg_decoded_cifar_10_is_known_by_its_checksums() {
    let Some(folder) = real_data("jpeg_decoded_cifar_10_is_known_by_its_checksums") else { return };
    let folder = folder.join("cifar-10-jpeg");
    if !folder.is_dir() {
        eprintln!("SKIPPED jpeg_decoded_cifar_10_is_known_by_its_checksums: there is no {}", folder.display());
        return;
    }
    let data = dataset::load(&experiment(DatasetKind::Cifar10, 0, 0, 2_000), 1, Some(&folder)).unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (18_000, 2_000, 10_000));
    assert_eq!(data.provenance, "cifar10 (JPEG-decoded CIFAR-10, 20,000 of 50,000), 2 of 5 train batches");
}

#[test]
fn the_sizes_of_real_mnist_take_the_first_images_and_too_many_is_an_error() {
    let Some(folder) = real_data("the_sizes_of_real_mnist_take_the_first_images_and_too_many_is_an_error") else {
        return;
    };
    let data = dataset::load(&experiment(DatasetKind::Mnist, 10, 5, 0), 1, Some(&folder)).unwrap();
    assert_eq!(data.train.labels(), [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(data.test.labels(), [7, 2, 1, 0, 4]);
    let error = dataset::load(&experiment(DatasetKind::Mnist, 60_001, 0, 0), 1, Some(&folder)).unwrap_err().to_string();
    assert!(error.contains("train_size") && error.contains("60000"), "{error}");
}

#[test]
fn files_other_than_the_published_ones_are_accepted_and_reported_as_such() {
    let folder = tempfile::tempdir().unwrap();
    write_mnist_like(folder.path(), 28);
    let data = dataset::load(&experiment(DatasetKind::Mnist, 0, 0, 0), 1, Some(folder.path())).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (3, 2));
    assert!(data.provenance.contains("not the published files"), "{}", data.provenance);
    let found = sources::found(Some(folder.path()));
    assert_eq!(found.iter().map(|f| f.hashes).collect::<Vec<_>>(), [Hashes::Different]);
    write_mnist_like(folder.path(), 32);
    let error =
        dataset::load(&experiment(DatasetKind::Mnist, 0, 0, 0), 1, Some(folder.path())).unwrap_err().to_string();
    assert!(error.contains("32 x 32") && error.contains("28 x 28"), "{error}");
}

/// Three train and two test images of `side` x `side` in raw IDX.
fn write_mnist_like(folder: &Path, side: u8) {
    for (name, count) in [("train", 3_u8), ("t10k", 2)] {
        let header = |n: u8, sizes: &[u8]| {
            [&[0, 0, 8, n][..], &sizes.iter().flat_map(|&s| [0, 0, 0, s]).collect::<Vec<_>>()].concat()
        };
        let pixels = vec![9; usize::from(count) * usize::from(side) * usize::from(side)];
        std::fs::write(
            folder.join(format!("{name}-images-idx3-ubyte")),
            [header(3, &[count, side, side]), pixels].concat(),
        )
        .unwrap();
        std::fs::write(
            folder.join(format!("{name}-labels-idx1-ubyte")),
            [header(1, &[count]), (0..count).collect()].concat(),
        )
        .unwrap();
    }
}

#[test]
fn real_cifar_10_loads_in_colour_and_says_what_of_it_is_there() {
    let test = "real_cifar_10_loads_in_colour_and_says_what_of_it_is_there";
    let Some(folder) = std::env::var_os(locate::VARIABLE).map(std::path::PathBuf::from) else {
        return eprintln!("SKIPPED {test}: {} is not set, so there is no real CIFAR-10 to read", locate::VARIABLE);
    };
    if sources::found(Some(&folder)).iter().all(|f| f.name != "cifar10") {
        return eprintln!("SKIPPED {test}: no CIFAR-10 in {}", folder.display());
    }
    let e = Experiment { train_size: 60_000, test_size: 100, ..Experiment::preset("cifar10-small").unwrap() };
    let data = dataset::load(&e, 1, Some(&folder)).unwrap();
    assert!(data.provenance.contains("60000 train images asked for, all"), "{}", data.provenance);
    let shape = data.shape();
    assert_eq!((shape.channels, shape.height, shape.width, data.test.len()), (3, 32, 32, 100));
    assert_eq!(data.classes[0], "airplane");
    // The first five test images are a cat, two ships, an airplane and a frog; the first pixel of the cat is known.
    assert_eq!(&data.test.labels()[..5], [3, 8, 8, 0, 6]);
    let first = |channel: usize| i32::from(data.test.image(0)[channel * 1_024]);
    for (channel, value) in [158, 112, 49].into_iter().enumerate() {
        assert!((first(channel) - value).abs() <= 12, "{channel}: {}", first(channel));
    }
}
