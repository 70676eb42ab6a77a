//! Trained generators on disk, identified by a hash of the data and of every setting of their training.

use std::path::{Path, PathBuf};

use std::sync::Arc;

use super::{Generator, GeneratorError, from_bytes};
use crate::dataset::ImageShape;
use crate::device::ComputeDevice;
use crate::disk;
use crate::experiment::{Digest, Experiment, GeneratorKind};

/// Must change when the same settings lead to another generator than before.
const VAE_RECIPE: &str = "vae-1";
const ALPHA_GAN_RECIPE: &str = "alpha-gan-1";

/// A folder of trained generators.
#[derive(Debug, Clone)]
pub struct GeneratorCache {
    folder: PathBuf,
}

impl GeneratorCache {
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

    /// The cached generator, if there is one that can be read.
    pub fn load(
        &self,
        digest: &str,
        experiment: &Experiment,
        shape: ImageShape,
        device: &ComputeDevice,
    ) -> Option<Arc<dyn Generator>> {
        let bytes = std::fs::read(self.file(digest)).ok()?;
        match from_bytes(bytes, experiment, shape, device) {
            Ok(generator) => Some(generator),
            Err(e) => {
                log::warn!("{}: {e}; the generator will be trained again", self.file(digest).display());
                None
            }
        }
    }

    /// Caches a generator.
    pub fn store(&self, digest: &str, generator: &dyn Generator) -> Result<(), GeneratorError> {
        let (path, bytes) = (self.file(digest), generator.to_bytes()?);
        disk::write_aside(&path, &bytes).map_err(|e| GeneratorError::Weights(format!("{}: {e}", path.display())))
    }

    fn file(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.burnpack"))
    }
}

/// The name of a generator: SHA-256 of the data and all settings that its training depends on, in hex.
pub fn generator_digest(experiment: &Experiment, data_digest: &str) -> String {
    let recipe = match experiment.generator {
        GeneratorKind::Vae => VAE_RECIPE,
        GeneratorKind::AlphaGan => ALPHA_GAN_RECIPE,
    };
    disk::sha256(format!("{recipe} {data_digest} {}", experiment.values(Digest::Generator)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_and_published_generators_keep_their_digest() {
        for (changes, recipe) in [
            ("", "vae-1 DATA 3 1 16 128 0.001 0.0003 1 0.00000001"),
            ("beta=0.5 generator_seed=7 generator_width=8", "vae-1 DATA 3 7 16 128 0.001 0.0003 0.5 0.00000001"),
            (
                "generator=alpha-gan beta=0.5 reconstruction_weight=20",
                "alpha-gan-1 DATA 3 1 16 128 0.001 0.0003 64 20 0.00000001",
            ),
        ] {
            let mut experiment = Experiment::default();
            changes.split_whitespace().for_each(|change| experiment.set(change).unwrap());
            assert_eq!(generator_digest(&experiment, "DATA"), disk::sha256(recipe), "{changes}");
        }
        let default = "fd849a86b43b101d285562e0f6f2de521a2927e40fd3b68effafdbc2d48f1ed3";
        assert_eq!(generator_digest(&Experiment::default(), "DATA"), default);
    }
}
