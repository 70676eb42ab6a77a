//! The interface of data sources: the origin of their images, their shape, and how they are read.

use std::path::{Path, PathBuf};

use super::error::DataError;
use super::images::{Dataset, ImageShape};
use crate::experiment::Experiment;

/// A source of a data set, listed in `sources`.
pub trait Source: Sync {
    /// Whether images are generated, published or the user's own, which decides where they are looked for.
    fn origin(&self) -> Origin<'_>;

    /// The shape of every image.
    fn shape(&self, experiment: &Experiment) -> ImageShape;

    /// All of its images, or as many as the experiment requests if they are generated; the error names the faulty file
    /// and says what to do. Files are searched for in `data_dir`, or where `locate` says.
    fn read(&self, experiment: &Experiment, data_dir: Option<&Path>) -> Result<Dataset, DataError>;

    /// How many images its train split has if an experiment asks for all of them, if that is always the same.
    fn train_images(&self) -> Option<usize> {
        None
    }

    /// Whether it is often incomplete on disk, so that fewer images than requested are used, and reported.
    fn is_often_partial(&self) -> bool {
        false
    }
}

/// The origin of a source's images.
#[derive(Clone, Copy)]
pub enum Origin<'a> {
    /// Generated from a seed.
    Generated,
    /// Read from files published under this source's name.
    Published(&'a dyn Files),
    /// Read from a place that the experiment names.
    OwnFolder,
}

/// Files of a published data set in a folder.
pub trait Files: Sync {
    /// Short name of the data set, of its usual folder, and for `ridgewalk fetch`.
    fn name(&self) -> &'static str;

    /// Folders whose names begin with this, in lower case, are searched too.
    fn prefix(&self) -> Option<&'static str> {
        None
    }

    /// Whether a folder of this name, in lower case, has files of the same names that are another data set.
    fn is_another(&self, _folder: &str) -> bool {
        false
    }

    /// Its files in a folder.
    fn there_in(&self, folder: &Path) -> Vec<PathBuf>;

    /// The files that a folder lacks to be read.
    fn missing_in(&self, folder: &Path) -> Vec<String>;

    /// Why what is in a folder cannot be read: another edition of the data set, or its sibling.
    fn objection(&self, _folder: &Path) -> Option<DataError> {
        None
    }

    /// The editions of it that are known by their checksums.
    fn editions(&self) -> &'static [Edition] {
        &[]
    }

    /// Compares the hashes of its files in a folder with the published ones.
    fn hashes(&self, folder: &Path) -> Result<Hashes, DataError>;
}

/// An edition of a published data set whose files are not the published bytes.
pub struct Edition {
    /// What it is, as captions say it after "Data: ".
    pub name: &'static str,
    /// Its files without `.gz`, and the MD5 of each unpacked.
    pub files: &'static [(&'static str, &'static str)],
}

/// Result of comparing the hashes of files with the published ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hashes {
    /// Every file has its published hash.
    Published,
    /// At least one file has another hash.
    Different,
    /// Files that were published only as part of an archive.
    Loose,
    /// Files of an edition that is known by their checksums, with its name; they are not the published ones.
    Edition(&'static str),
}

impl Hashes {
    /// As text.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Published => "the published files",
            Self::Different => "not the published files",
            Self::Loose => "loose files: only the archive has a published checksum",
            Self::Edition(name) => name,
        }
    }
}

/// The sizes of train and test that an experiment requests from a generated source; the usual ones for 0.
pub fn sizes_or(experiment: &Experiment, usual: [usize; 2]) -> [usize; 2] {
    let asked = [experiment.train_size, experiment.test_size];
    std::array::from_fn(|i| if asked[i] == 0 { usual[i] } else { asked[i] })
}
