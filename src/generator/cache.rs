//! Trained generators on disk, identified by a hash of the data and of every setting of their training.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::Checkpoints;
pub use super::file::generator_digest;
use super::file::{self, GeneratorFileError, GeneratorOf};
use super::{Generator, GeneratorError};
use crate::dataset::ImageShape;
use crate::device::ComputeDevice;

/// Extension of generators that earlier versions cached, without a checksum.
const EARLIER: &str = "burnpack";

/// Extension of the folder of a generator in training.
const TRAINING: &str = "training";

/// A folder of trained generators, and of those in training.
#[derive(Debug, Clone)]
pub struct GeneratorCache {
    folder: PathBuf,
}

impl GeneratorCache {
    /// A cache in this folder, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder of the cached files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The user's cache folder; `None` if the system defines none.
    pub fn default_folder() -> Option<PathBuf> {
        use etcetera::BaseStrategy as _;
        etcetera::choose_base_strategy().ok().map(|dirs| dirs.cache_dir().join("ridgewalk").join("generators"))
    }

    /// The cached generator, if there is one; an error if there is one that cannot be used.
    pub fn load(
        &self,
        of: GeneratorOf<'_>,
        shape: ImageShape,
        device: &ComputeDevice,
    ) -> Result<Option<Arc<dyn Generator>>, GeneratorFileError> {
        match file::read(&self.file(of), of, shape, device) {
            Ok(generator) => {
                // A kill may have come between the two.
                self.checkpoints(of).remove();
                Ok(Some(generator))
            }
            Err(GeneratorFileError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
                let earlier = self.file(of).with_extension(EARLIER);
                let reason = "it has no checksum, because an earlier version cached it".to_owned();
                if earlier.exists() { Err(GeneratorFileError::Unfit { path: earlier, reason }) } else { Ok(None) }
            }
            Err(e) => Err(e),
        }
    }

    /// Caches a generator.
    pub fn store(&self, of: GeneratorOf<'_>, generator: &dyn Generator) -> Result<(), GeneratorError> {
        file::write(&self.file(of), generator, of)
    }

    /// The checkpoints of a generator's training.
    pub fn checkpoints(&self, of: GeneratorOf<'_>) -> Checkpoints {
        Checkpoints::new(self.file(of).with_extension(TRAINING), generator_digest(of.experiment, of.data))
    }

    /// The name of the file of a generator with this digest.
    pub fn file_name(digest: &str) -> String {
        format!("{digest}.{}", file::EXTENSION)
    }

    fn file(&self, of: GeneratorOf<'_>) -> PathBuf {
        self.folder.join(Self::file_name(&generator_digest(of.experiment, of.data)))
    }
}
