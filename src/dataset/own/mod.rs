//! Images of one's own from files of any usual format: found by content, checked, brought to one shape, and divided.
//!
//! `formats::find` says what is there, `defaults::choose` what would suit it, `opening::Opening` decodes all of it on all
//! cores, `sheet::Sheet` says what was understood and what is wrong, and `splits::divide` makes the data set.

pub mod picture;
pub mod fit;
pub mod listing;
mod walk;
pub mod tree;
pub mod names;
pub mod labels;
pub mod array;
pub mod format;
pub mod formats;
pub mod reading;
mod decoded;
pub mod opening;
pub mod splits;
pub mod defaults;
pub mod plan;
pub mod sheet;
pub mod contact;

use std::collections::BTreeSet;
use std::path::Path;

use super::source::{Origin, Source};
use super::{Class, DataError, Dataset, ImageShape, Split};
use crate::experiment::Experiment;
use listing::Listing;
use opening::Opening;
use reading::{Reading, Wanted};
use splits::{Sizes, divide};

/// The user's own images as a source.
pub struct OwnImages;

impl Source for OwnImages {
    fn origin(&self) -> Origin<'_> {
        Origin::OwnFolder
    }

    fn shape(&self, experiment: &Experiment) -> ImageShape {
        wanted(experiment).shape()
    }

    fn read(&self, experiment: &Experiment, _: Option<&Path>) -> Result<Dataset, DataError> {
        let found = formats::find(Path::new(&experiment.data))?;
        let (listing, reading, _) = Opening::begin(found, wanted(experiment), None)?.finish();
        dataset(experiment, &listing, reading)
    }
}

/// What an experiment brings its images to.
pub fn wanted(experiment: &Experiment) -> Wanted {
    Wanted { side: experiment.image_side, colour: experiment.image_colour, fit: experiment.image_fit }
}

/// An error if none of the images at a path could be read.
pub fn some_read(path: &Path, listing: &Listing, reading: &Reading) -> Result<(), DataError> {
    match nothing_to_learn(listing, reading).filter(|_| reading.items.is_empty()) {
        Some(detail) => Err(DataError::Format { path: path.into(), detail }),
        None => Ok(()),
    }
}

/// Why no run can learn from images that were read, as the end of a sentence; `None` if one can.
pub fn nothing_to_learn(listing: &Listing, reading: &Reading) -> Option<String> {
    let with_images: BTreeSet<Class> = reading.items.iter().filter_map(|i| i.label).collect();
    match with_images.iter().collect::<Vec<_>>()[..] {
        [] if reading.items.is_empty() => {
            let why: Vec<String> = reading.unreadable.iter().map(|u| format!("{} {}", u.file, u.reason)).collect();
            Some(format!("no image can be read: {}", sheet::some(&why)))
        }
        [] => {
            let help = "label them by hand (docs/labelling-by-hand.md), or put them into one folder a class, or give a table \
                        of files and labels (docs/data.md)";
            Some(format!("has no labels, so there is nothing to learn; {help}"))
        }
        [only] => {
            let name = listing.classes.get(usize::from(*only)).map_or("", String::as_str);
            Some(format!("has one class only, {name}: there is nothing to tell apart"))
        }
        _ => None,
    }
}

/// The data set of an experiment from images that were read; an error if there is nothing to learn.
pub fn dataset(experiment: &Experiment, listing: &Listing, reading: Reading) -> Result<Dataset, DataError> {
    let refused = |detail: String| DataError::Mismatch { what: experiment.data.clone(), detail };
    if let Some(why) = nothing_to_learn(listing, &reading) {
        return Err(refused(why));
    }
    let Experiment { train_size: train, validation_size: validation, test_size: test, data_seed, .. } = *experiment;
    let whole = divide(&reading.items, Sizes::default(), data_seed);
    for (field, size, there) in [("train_size", train, whole.train.len()), ("test_size", test, whole.test.len())] {
        if size > there {
            let detail = format!("{size} images were requested, but own has {there}; 0 takes all");
            return Err(DataError::Mismatch { what: format!("field `{field}`"), detail });
        }
    }
    let division = divide(&reading.items, Sizes { train, validation, test }, data_seed);
    if division.train.is_empty() || division.test.is_empty() {
        let count = reading.items.len();
        return Err(refused(format!("has {count} images, too few for a train and a test split; give at least twelve")));
    }
    let shape = wanted(experiment).shape();
    let labels = reading.items.iter().map(|i| i.label.unwrap_or(0)).collect();
    let all = Split::new(shape, reading.pixels, labels)?;
    let all = all.read_from(reading.items.iter().map(|i| (i.name.clone(), 1)));
    let left_out = match reading.unreadable.len() {
        0 => String::new(),
        n => format!(", {n} left out"),
    };
    let provenance = format!(
        "own images: {}, {} images{left_out}, {} x {} {} ({}), split seed {data_seed}",
        listing.format,
        all.len(),
        shape.height,
        shape.width,
        experiment.image_colour,
        experiment.image_fit
    );
    let [train, validation, test] =
        [&division.train, &division.validation, &division.test].map(|samples| all.subset(samples));
    let found = Dataset::new("own", provenance, listing.classes.clone(), train, validation, test)?;
    Ok(found.found_in(experiment.data.clone()))
}
