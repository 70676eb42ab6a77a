//! Loads the data of an experiment: reads the source, takes the first N images, splits validation from train.

use std::path::Path;

use super::own::splits::VALIDATION_SHARE;
use super::source::Origin;
use super::sources::source;
use super::{DataError, Dataset, Split};
use crate::experiment::Experiment;
use crate::rng::Streams;

/// The validation split is the same for every seed of a run, so that runs can be compared.
const SPLIT_SEED: u64 = 0;

/// The data of an experiment, its sides padded to a multiple of `side_multiple`, which the models need. Published data
/// is searched for in `data_dir`, or where `locate` says.
///
/// `train_size` and `test_size` take the first N images, 0 all that the source has; generated sources have as many as
/// requested. The validation split is taken from train, unless the source has one.
pub fn load(experiment: &Experiment, side_multiple: usize, data_dir: Option<&Path>) -> Result<Dataset, DataError> {
    let source = source(experiment.dataset);
    let whole = source.read(experiment, data_dir).map_err(|e| match source.origin() {
        Origin::Published(files) => e.advising_to_fetch(files.name()),
        Origin::Generated | Origin::OwnFolder => e,
    })?;
    brought(whole, experiment, side_multiple)
}

/// Data that were read, brought to what an experiment and its models need.
pub fn brought(whole: Dataset, experiment: &Experiment, side_multiple: usize) -> Result<Dataset, DataError> {
    let source = source(experiment.dataset);
    let wanted = source.shape(experiment);
    if whole.shape() != wanted {
        let s = whole.shape();
        let detail = format!(
            "its images are {} x {}, but the models need {} x {}",
            s.height, s.width, wanted.height, wanted.width
        );
        return Err(DataError::Mismatch { what: format!("{} from {}", whole.provenance, whole.place), detail });
    }
    let mut provenance = whole.provenance;
    let mut sizes = match source.origin() {
        // They are a share of each class, and were taken.
        Origin::OwnFolder => [0, 0],
        Origin::Generated | Origin::Published(_) => [experiment.train_size, experiment.test_size],
    };
    if source.is_often_partial() {
        for (size, (split, what)) in sizes.iter_mut().zip([(&whole.train, "train"), (&whole.test, "test")]) {
            if *size > split.len() {
                provenance += &format!("; {size} {what} images asked for, all {} there are used", split.len());
                *size = 0;
            }
        }
    }
    let train = first(whole.train, sizes[0], "train_size", &whole.name)?;
    let mut test = first(whole.test, sizes[1], "test_size", &whole.name)?;
    let (mut train, mut validation) = match whole.validation.is_empty() {
        true => split(&train, experiment.validation_size),
        false => (train, whole.validation),
    };
    if experiment.imbalance > 1.0 && experiment.dataset.task().has_classes() {
        train = thinned(&train, whole.classes.len(), experiment.imbalance);
        provenance += &format!("; classes thinned out to 1 : {}", experiment.imbalance);
    }
    if wanted.padded(side_multiple) != wanted {
        for split in [&mut train, &mut validation, &mut test] {
            *split = split.padded(side_multiple);
        }
        let s = train.shape();
        provenance += &format!("; padded to {} x {}", s.height, s.width);
    }
    Ok(Dataset::new(&whole.name, provenance, whole.classes, train, validation, test)?.found_in(whole.place))
}

/// The first `size` images, or all if it is 0; if there are fewer, the error names the field.
fn first(split: Split, size: usize, field: &str, name: &str) -> Result<Split, DataError> {
    if size > split.len() {
        let detail = format!("{size} images were requested, but {name} has {}; 0 takes all", split.len());
        return Err(DataError::Mismatch { what: format!("field `{field}`"), detail });
    }
    if size == 0 || size == split.len() {
        return Ok(split);
    }
    let samples: Vec<u32> = (0..size as u32).collect();
    Ok(split.subset(&samples))
}

/// Fewer images of each class than of the one before it: the first of each, of the last one in `ratio`, at least one.
fn thinned(train: &Split, classes: usize, ratio: f32) -> Split {
    let mut left = vec![0; classes];
    (0..train.len()).for_each(|s| left[usize::from(train.label(s))] += 1);
    let most = left.iter().copied().max().unwrap_or(0) as f32;
    for (class, left) in left.iter_mut().enumerate() {
        let share = ratio.powf(-(class as f32) / (classes.max(2) - 1) as f32);
        *left = (*left).min(((most * share).round() as usize).max(1));
    }
    let kept = (0..train.len() as u32).filter(|&s| {
        let left = &mut left[usize::from(train.label(s as usize))];
        let keep = *left > 0;
        *left -= usize::from(keep);
        keep
    });
    train.subset(&kept.collect::<Vec<_>>())
}

/// Train and validation: `size` random images, at most a sixth, are moved out of train; both keep their order.
fn split(train: &Split, size: usize) -> (Split, Split) {
    let size = size.min(train.len() / VALIDATION_SHARE);
    let mut samples: Vec<u32> = (0..train.len() as u32).collect();
    let chosen = Streams::new(SPLIT_SEED).get("validation-split", 0).choose(&samples, size);
    let mut taken = vec![false; train.len()];
    chosen.iter().for_each(|&s| taken[s as usize] = true);
    let mut validation = chosen;
    validation.sort_unstable();
    samples.retain(|&s| !taken[s as usize]);
    (train.subset(&samples), train.subset(&validation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Class, ImageShape};

    /// Images of one pixel, whose value is their index.
    fn counted(n: u8) -> Split {
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        Split::new(shape, (0..n).collect(), (0..n).map(|i| Class::from(i % 10)).collect()).unwrap()
    }

    #[test]
    fn validation_leaves_train_at_random_and_both_keep_their_order() {
        for (n, asked, validation) in
            [(120, 0, 0), (120, 7, 7), (120, 20, 20), (120, 21, 20), (120, 5_000, 20), (5, 3, 0)]
        {
            let (train, held) = split(&counted(n), asked);
            assert_eq!((train.len(), held.len()), (usize::from(n) - validation, validation));
            assert!(train.pixels().is_sorted() && held.pixels().is_sorted());
            let mut all = [train.pixels(), held.pixels()].concat();
            all.sort_unstable();
            assert_eq!(all, (0..n).collect::<Vec<u8>>());
        }
        let (_, held) = split(&counted(120), 20);
        assert!(
            held.pixels().windows(2).any(|w| w[1] > w[0] + 1),
            "not merely the first or the last: {:?}",
            held.pixels()
        );
    }

    #[test]
    fn classes_are_thinned_out_from_the_first_to_the_last() {
        let counts = |split: &Split| {
            let of = |class: usize| (0..split.len()).filter(|&s| usize::from(split.label(s)) == class).count();
            (0..10).map(of).collect::<Vec<_>>()
        };
        let all = counted(250);
        for (ratio, expected) in
            [(1.0, [25; 10]), (10.0, [25, 19, 15, 12, 9, 7, 5, 4, 3, 3]), (10_000.0, [25, 9, 3, 1, 1, 1, 1, 1, 1, 1])]
        {
            let thin = thinned(&all, 10, ratio);
            assert_eq!(counts(&thin), expected, "{ratio}");
            assert!(thin.pixels().is_sorted(), "{ratio}");
        }
    }

    #[test]
    fn the_first_n_are_taken_and_too_many_is_an_error_that_names_the_field() {
        for (size, last) in [(0, 119), (1, 0), (50, 49), (120, 119)] {
            assert_eq!(first(counted(120), size, "train_size", "mnist").unwrap().pixels().last(), Some(&last));
        }
        let error = first(counted(120), 121, "train_size", "mnist").unwrap_err().to_string();
        assert!(error.contains("train_size") && error.contains("121") && error.contains("120"), "{error}");
    }
}
