//! What a source of data is: where its images come from, their shape, and how they are read.

use std::path::Path;

use super::error::DataError;
use super::images::{Dataset, ImageShape};
use crate::experiment::Experiment;

/// A source of a data set; `sources` lists them.
pub trait Source: Sync {
    fn origin(&self) -> Origin<'_>;

    /// The shape of every image.
    fn shape(&self) -> ImageShape;

    /// All of its images, or as many as the experiment asks for where they are generated; the error names the file at
    /// fault and says what to do. Files are searched for in `data_dir`, or where `locate` says.
    fn read(&self, experiment: &Experiment, data_dir: Option<&Path>) -> Result<Dataset, DataError>;

    /// Whether often only a part of it is there, so that fewer images than asked for are used, and reported.
    fn is_often_partial(&self) -> bool {
        false
    }
}

/// Where the images of a source come from.
#[derive(Clone, Copy)]
pub enum Origin<'a> {
    /// They are generated from a seed.
    Generated,
    /// From files that are published under this source's name.
    Published(&'a dyn Files),
    /// From a folder that the experiment names.
    OwnFolder,
}

/// Files of a published data set, as they lie in a folder.
pub trait Files: Sync {
    /// Short name of the data set, of its usual folder, and of what `ridgewalk fetch` downloads.
    fn name(&self) -> &'static str;

    /// Folders are searched too if their names begin so, in lower case.
    fn prefix(&self) -> Option<&'static str> {
        None
    }

    /// Whether any of its files are in a folder, so that reading it says what is missing.
    fn any_in(&self, folder: &Path) -> bool;

    /// Whether the folder has enough of them to be listed.
    fn enough_in(&self, folder: &Path) -> bool;

    /// What the hashes of its files in a folder say.
    fn hashes(&self, folder: &Path) -> Result<Hashes, DataError>;
}

/// What the hashes of files say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashes {
    /// Every file has the hash that its publisher gives.
    Published,
    Different,
    /// Files that were packed when they were published.
    Loose,
}

impl Hashes {
    /// As text.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Published => "the published files",
            Self::Different => "not the published files",
            Self::Loose => "loose files: only the archive has a published checksum",
        }
    }
}

/// The sizes of train and test that an experiment asks a generated source for; the usual ones for 0.
pub fn sizes_or(experiment: &Experiment, usual: [usize; 2]) -> [usize; 2] {
    let asked = [experiment.train_size, experiment.test_size];
    std::array::from_fn(|i| if asked[i] == 0 { usual[i] } else { asked[i] })
}
