//! Images with labels: a split, and a data set of three splits.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::error::DataError;
use crate::disk;
use crate::experiment::{DataFacts, EvaluationSplit};

/// The class of an image: its place among the classes of its data set.
pub type Class = u16;

/// Height, width and channels of every image of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ImageShape {
    /// 1 for grey, 3 for RGB (planes, not interleaved).
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl ImageShape {
    /// Values in one image.
    pub fn len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Whether an image of this shape has no value: one of its sides, or the number of channels, is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// This shape with both sides increased to a multiple of `multiple`.
    pub fn padded(self, multiple: usize) -> Self {
        let up = |side: usize| side.next_multiple_of(multiple);
        Self { channels: self.channels, height: up(self.height), width: up(self.width) }
    }
}

/// Images and their labels.
///
/// Invariant: `pixels.len() == labels.len() * shape.len()` and `origins.len() == labels.len()`.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    shape: ImageShape,
    pixels: Vec<u8>,
    labels: Vec<Class>,
    origins: Vec<InFile>,
    /// Names of the files that the images were read from; none if they were generated.
    files: Arc<Vec<String>>,
}

/// The file, as an index into a split's files, and the place in it that an image was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
struct InFile {
    file: u32,
    place: u32,
}

impl Split {
    /// A split of `labels.len()` images, channel planes one after the other, 0..=255.
    pub fn new(shape: ImageShape, pixels: Vec<u8>, labels: Vec<Class>) -> Result<Self, DataError> {
        if pixels.len() != labels.len() * shape.len() {
            return Err(DataError::Mismatch {
                what: "pixels and labels".into(),
                detail: format!(
                    "{} pixel values for {} labels of {} values each",
                    pixels.len(),
                    labels.len(),
                    shape.len()
                ),
            });
        }
        let origins = (0..labels.len() as u32).map(|place| InFile { file: 0, place }).collect();
        Ok(Self { shape, pixels, labels, origins, files: Arc::default() })
    }

    /// This split as read from these files, one after the other, with their numbers of images.
    pub fn read_from(mut self, files: impl IntoIterator<Item = (String, usize)>) -> Self {
        let (files, counts): (Vec<String>, Vec<usize>) = files.into_iter().unzip();
        let places = counts
            .iter()
            .enumerate()
            .flat_map(|(file, &count)| (0..count as u32).map(move |place| InFile { file: file as u32, place }));
        self.origins.iter_mut().zip(places).for_each(|(origin, place)| *origin = place);
        self.files = Arc::new(files);
        self
    }

    /// The name of the file that an image was read from, `None` if it was generated, and its place there from 0: among
    /// the images of the file, or among those generated for the split.
    pub fn origin(&self, sample: usize) -> (Option<&str>, u32) {
        let InFile { file, place } = self.origins[sample];
        (self.files.get(file as usize).map(String::as_str), place)
    }

    /// The place of an image's file among all that were read, from 0.
    pub fn file(&self, sample: usize) -> usize {
        self.origins[sample].file as usize
    }

    /// How many files were read, for all splits together.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The shape of every image of the split.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Images in the split.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image, as in the validation split of data without one.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The true class of each image. A sampler never sees this, only the labels that it paid for.
    pub fn labels(&self) -> &[Class] {
        &self.labels
    }

    /// The true class of one image, by its index from 0 into the split; panics beyond the end.
    pub fn label(&self, sample: usize) -> Class {
        self.labels[sample]
    }

    /// All pixels, one image after another.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The pixels of one image, channel planes one after the other.
    pub fn image(&self, sample: usize) -> &[u8] {
        let n = self.shape.len();
        &self.pixels[sample * n..(sample + 1) * n]
    }

    /// Pixels of the images `samples` in [0, 1], one after the other: `[samples.len(), shape.len()]`.
    pub fn gather(&self, samples: &[u32]) -> Vec<f32> {
        let mut out = Vec::with_capacity(samples.len() * self.shape.len());
        for &s in samples {
            out.extend(self.image(s as usize).iter().map(|&v| f32::from(v) / 255.0));
        }
        out
    }

    /// The images with a black margin, so that both sides are multiples of `multiple`; an odd pixel is added below and
    /// on the right.
    pub fn padded(&self, multiple: usize) -> Self {
        let ImageShape { height, width, .. } = self.shape;
        let shape = self.shape.padded(multiple);
        let (top, left) = ((shape.height - height) / 2, (shape.width - width) / 2);
        let mut pixels = vec![0; self.len() * shape.len()];
        for (i, row) in self.pixels.chunks_exact(width.max(1)).enumerate() {
            let (plane, y) = (i / height, i % height);
            let at = (plane * shape.height + top + y) * shape.width + left;
            pixels[at..at + width].copy_from_slice(row);
        }
        let Self { labels, origins, files, .. } = self;
        Self { shape, pixels, labels: labels.clone(), origins: origins.clone(), files: Arc::clone(files) }
    }

    /// The same images with other labels; an error unless there is one for each.
    pub fn with_labels(self, labels: Vec<Class>) -> Result<Self, DataError> {
        let Self { shape, pixels, origins, files, .. } = self;
        Ok(Self { origins, files, ..Self::new(shape, pixels, labels)? })
    }

    /// A split of the images `samples` and their labels.
    pub fn subset(&self, samples: &[u32]) -> Self {
        let mut pixels = Vec::with_capacity(samples.len() * self.shape.len());
        let mut labels = Vec::with_capacity(samples.len());
        let mut origins = Vec::with_capacity(samples.len());
        for &s in samples {
            pixels.extend_from_slice(self.image(s as usize));
            labels.push(self.label(s as usize));
            origins.push(self.origins[s as usize]);
        }
        Self { shape: self.shape, pixels, labels, origins, files: Arc::clone(&self.files) }
    }
}

/// A data set with its splits.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Short name, such as `mnist`.
    pub name: String,
    /// What it is, for display and for histories, which name no place on a machine: `built-in digits, seed 1`, or what
    /// the hashes of its files say.
    pub provenance: String,
    /// Where it was found on this machine, for display; empty if it was generated.
    pub place: String,
    /// Names of the classes, in the order of their labels.
    pub classes: Vec<String>,
    /// What strategies choose from: the data set D of the paper, without validation images.
    pub train: Split,
    /// Taken from train, never from test; it is for choosing settings.
    pub validation: Split,
    /// Held out for the reported accuracy; no choice is made on it.
    pub test: Split,
    digest: String,
}

impl Dataset {
    /// A data set in which every label has a class. `validation` may be empty.
    pub fn new(
        name: &str,
        provenance: String,
        classes: Vec<String>,
        train: Split,
        validation: Split,
        test: Split,
    ) -> Result<Self, DataError> {
        for (which, split) in [("train", &train), ("validation", &validation), ("test", &test)] {
            if let Some(bad) = split.labels().iter().find(|&&l| usize::from(l) >= classes.len()) {
                return Err(DataError::Mismatch {
                    what: format!("the {which} labels of {name}"),
                    detail: format!("label {bad} with only {} classes", classes.len()),
                });
            }
            if split.shape() != train.shape() {
                return Err(DataError::Mismatch {
                    what: format!("the {which} images of {name}"),
                    detail: "their size is not that of the train images".into(),
                });
            }
        }
        if train.is_empty() || test.is_empty() {
            return Err(DataError::Mismatch {
                what: name.into(),
                detail: "the train or the test split is empty".into(),
            });
        }
        let place = String::new();
        let mut dataset =
            Self { name: name.into(), provenance, place, classes, train, validation, test, digest: String::new() };
        dataset.digest = dataset.hashed();
        Ok(dataset)
    }

    /// Images whose labels are not known yet: all of them to sample from, none to evaluate on, and one class without a
    /// name. Its digest is that of the images, and stays with every label.
    pub fn unlabelled(name: &str, provenance: String, images: Split) -> Result<Self, DataError> {
        if images.is_empty() {
            return Err(DataError::Mismatch { what: name.into(), detail: "there is no image to label".into() });
        }
        let train = Split { labels: vec![0; images.len()], ..images };
        let none = train.subset(&[]);
        let (place, classes) = (String::new(), vec![String::new()]);
        let (validation, test) = (none.clone(), none);
        let mut dataset =
            Self { name: name.into(), provenance, place, classes, train, validation, test, digest: String::new() };
        dataset.digest = dataset.hashed();
        Ok(dataset)
    }

    /// The same images with the labels that are known by now, one for each image of the train split, and with those of
    /// the test split. The digest stays.
    pub fn with_labels(&self, classes: Vec<String>, train: Vec<Class>, test: Split) -> Result<Self, DataError> {
        let bad = train.iter().chain(test.labels()).find(|l| usize::from(**l) >= classes.len());
        let wrong = |detail: String| DataError::Mismatch { what: format!("the labels of {}", self.name), detail };
        if let Some(bad) = bad {
            return Err(wrong(format!("label {bad} with only {} classes", classes.len())));
        }
        if test.shape() != self.shape() {
            return Err(wrong("the size of the test images is not that of the train images".into()));
        }
        Ok(Self { classes, train: self.train.clone().with_labels(train)?, test, ..self.clone() })
    }

    /// SHA-256 of shapes, pixels and labels of all splits.
    fn hashed(&self) -> String {
        let mut hash = Sha256::new();
        for split in [&self.train, &self.validation, &self.test] {
            let s = split.shape();
            for v in [split.len(), s.channels, s.height, s.width] {
                hash.update((v as u64).to_le_bytes());
            }
            hash.update(split.pixels());
            // A byte each while that is enough, as in all histories of ten classes.
            match self.classes.len() <= 1 + usize::from(u8::MAX) {
                true => split.labels().iter().for_each(|label| hash.update([*label as u8])),
                false => split.labels().iter().for_each(|label| hash.update(label.to_le_bytes())),
            }
        }
        disk::hex(hash.finalize())
    }

    /// The same data with both sides of every image increased to a multiple of `multiple`.
    pub fn padded(self, multiple: usize) -> Self {
        if self.shape().padded(multiple) == self.shape() {
            return self;
        }
        let [train, validation, test] = [&self.train, &self.validation, &self.test].map(|s| s.padded(multiple));
        let mut dataset = Self { train, validation, test, ..self };
        dataset.digest = dataset.hashed();
        dataset
    }

    /// The same data, found in this place.
    pub fn found_in(self, place: String) -> Self {
        Self { place, ..self }
    }

    /// SHA-256 of shapes, pixels and labels of all splits, in hex: identifies the data in histories and caches.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The shape of every image of the three splits.
    pub fn shape(&self) -> ImageShape {
        self.train.shape()
    }

    /// What an experiment needs to know of it.
    pub fn facts(&self) -> DataFacts {
        let [train, validation, test] = [&self.train, &self.validation, &self.test].map(Split::len);
        DataFacts { train, validation, test, classes: self.classes.len() }
    }

    /// The split for measuring accuracies.
    pub fn evaluation(&self, on: EvaluationSplit) -> &Split {
        match on {
            EvaluationSplit::Test => &self.test,
            EvaluationSplit::Validation => &self.validation,
        }
    }
}
