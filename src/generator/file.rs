//! A trained generator as a file, in the cache and for `--generator`: safetensors of its parameters, with what it is of
//! and the hash of its weights in the metadata.

use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use safetensors::tensor::{Dtype, SafeTensors};

use super::weights::NamedTensor;
use super::{Generator, GeneratorError, from_tensors};
use crate::dataset::ImageShape;
use crate::device::ComputeDevice;
use crate::disk;
use crate::experiment::{Digest, Experiment, Field, GeneratorKind};
use crate::paths;

/// Must change when the same settings lead to another generator than before.
const VAE_RECIPE: &str = "vae-2";
const CONV_VAE_RECIPE: &str = "conv-vae-1";
const PCA_RECIPE: &str = "pca-1";
const PLAQUE_RECIPE: &str = "plaque-1";
const CODES_RECIPE: &str = "codes-1";
const ALPHA_GAN_RECIPE: &str = "alpha-gan-3";
/// Extension of a generator's file.
pub const EXTENSION: &str = "safetensors";
/// The entry of the metadata, a JSON object.
const METADATA: &str = "ridgewalk";
/// Its keys, beside one for each field that the generator depends on.
const FORMAT: &str = "kind";
const DATA: &str = "data_sha256";
const DIGEST: &str = "settings_sha256";
const WEIGHTS: &str = "weights_sha256";
/// Must change when a file is to be read in another way.
const VERSION: &str = "generator 1";
/// The kind of generator decides which other fields apply.
const KIND: &str = "generator";

/// Why a file is not the generator that is wanted; one sentence without its end.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorFileError {
    #[error("{}: cannot be read ({source})", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: {reason}", path.display())]
    Unfit { path: PathBuf, reason: String },
}

/// What a generator is of: the experiment's settings of it, and the SHA-256 of the data.
#[derive(Clone, Copy)]
pub struct GeneratorOf<'a> {
    pub experiment: &'a Experiment,
    /// SHA-256 of the data, in hex.
    pub data: &'a str,
}

impl GeneratorOf<'_> {
    /// The fields that the generator depends on.
    fn fields(&self) -> impl Iterator<Item = &'static Field> {
        Field::named(KIND).into_iter().chain(self.experiment.fields_of(Digest::Generator))
    }
}

/// Writes a generator's file.
pub fn write(path: &Path, generator: &dyn Generator, of: GeneratorOf<'_>) -> Result<(), GeneratorError> {
    let error = |e: &dyn std::fmt::Display| GeneratorError::Weights(format!("{}: {e}", path.display()));
    let tensors = generator.tensors();
    let mut facts = BTreeMap::from([
        (FORMAT.to_owned(), VERSION.to_owned()),
        (DATA.to_owned(), of.data.to_owned()),
        (DIGEST.to_owned(), generator_digest(of.experiment, of.data)),
        (WEIGHTS.to_owned(), NamedTensor::hash(&tensors)),
    ]);
    facts.extend(of.fields().map(|f| (f.name.to_owned(), f.get(of.experiment))));
    // One entry, because the entries of safetensors' metadata have no order, and equal generators have equal files.
    let facts = serde_json::to_string(&facts).map_err(|e| error(&e))?;
    let metadata = HashMap::from([(METADATA.to_owned(), facts)]);
    let file = NamedTensor::to_safetensors(&tensors, Some(metadata)).map_err(|e| error(&e))?;
    disk::write_aside(path, &file).map_err(|e| GeneratorError::Unwritten(disk::unwritten(path, &e)))
}

/// Reads a generator's file; an error names what it is of instead, or what is wrong with it.
pub fn read(
    path: &Path,
    of: GeneratorOf<'_>,
    shape: ImageShape,
    device: &ComputeDevice,
) -> Result<Arc<dyn Generator>, GeneratorFileError> {
    let bytes = paths::read(path).map_err(|source| GeneratorFileError::Read { path: path.into(), source })?;
    let tensors = checked(&bytes, of);
    let generator = tensors.and_then(|tensors| from_tensors(tensors, of.experiment, shape, device));
    generator.map_err(|reason| GeneratorFileError::Unfit { path: path.into(), reason })
}

/// An error if a file at `path` is anything else than this generator, so that it must not be replaced.
pub fn check_free(path: &Path, generator: &dyn Generator, of: GeneratorOf<'_>) -> Result<(), GeneratorFileError> {
    let bytes = match std::fs::read(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        read => read.map_err(|source| GeneratorFileError::Read { path: path.into(), source })?,
    };
    let same = checked(&bytes, of).and_then(|there| {
        let same = NamedTensor::hash(&there) == NamedTensor::hash(&generator.tensors());
        same.then_some(()).ok_or_else(|| "its generator has other weights".to_owned())
    });
    let taken = |reason| format!("{reason}, and it would be replaced; choose another folder with --out");
    same.map_err(|reason| GeneratorFileError::Unfit { path: path.into(), reason: taken(reason) })
}

/// The SHA-256 of the weights in a generator's file, whatever it is of; an error names what is wrong with it.
pub fn weights_of(path: &Path) -> Result<String, GeneratorFileError> {
    let bytes = paths::read(path).map_err(|source| GeneratorFileError::Read { path: path.into(), source })?;
    let weights = facts(&bytes).and_then(|facts| Ok(NamedTensor::hash(&tensors(&bytes, &facts)?)));
    weights.map_err(|reason| GeneratorFileError::Unfit { path: path.into(), reason })
}

/// What a file says of its generator.
struct Facts(BTreeMap<String, String>);

impl Facts {
    fn said(&self, key: &str) -> &str {
        self.0.get(key).map_or("nothing", String::as_str)
    }
}

fn damaged(why: &dyn std::fmt::Display) -> String {
    format!("it is no whole safetensors file ({why})")
}

fn facts(bytes: &[u8]) -> Result<Facts, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(&e))?;
    let facts = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA));
    let facts = Facts(facts.and_then(|f| serde_json::from_str(f).ok()).unwrap_or_default());
    match facts.said(FORMAT) {
        VERSION => Ok(facts),
        "nothing" => Err("it does not say of which generator it is; `ridgewalk generator` writes one".into()),
        other => Err(format!("it is of the kind `{other}`, not `{VERSION}`")),
    }
}

/// The parameters in the bytes of a file, if they are what is wanted and whole.
fn checked(bytes: &[u8], of: GeneratorOf<'_>) -> Result<Vec<NamedTensor>, String> {
    let facts = facts(bytes)?;
    let said = |key: &str| facts.said(key);
    for field in of.fields() {
        let (there, wanted) = (said(field.name), field.get(of.experiment));
        if there != wanted {
            return Err(format!("its generator has {}={there}, not {wanted}", field.name));
        }
    }
    if said(DATA) != of.data {
        return Err(format!("its generator is of other data (SHA-256 {}, not {})", said(DATA), of.data));
    }
    if said(DIGEST) != generator_digest(of.experiment, of.data) {
        return Err("its generator was trained by another version of the training".into());
    }
    tensors(bytes, &facts)
}

fn tensors(bytes: &[u8], facts: &Facts) -> Result<Vec<NamedTensor>, String> {
    let mut tensors = Vec::new();
    for (name, view) in SafeTensors::deserialize(bytes).map_err(|e| damaged(&e))?.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(format!("`{name}` is of type {:?}, not F32", view.dtype()));
        }
        let values = view.data().chunks_exact(size_of::<f32>()).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        tensors.push(NamedTensor { name: name.to_owned(), shape: view.shape().to_vec(), values: values.collect() });
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    if NamedTensor::hash(&tensors) != facts.said(WEIGHTS) {
        return Err("its weights do not have their checksum: it is damaged".into());
    }
    Ok(tensors)
}

/// The name of a generator: SHA-256 of the data and all settings that its training depends on, in hex.
pub fn generator_digest(experiment: &Experiment, data_digest: &str) -> String {
    let recipe = match experiment.generator {
        GeneratorKind::Vae => VAE_RECIPE,
        GeneratorKind::ConvVae => CONV_VAE_RECIPE,
        GeneratorKind::Pca => PCA_RECIPE,
        GeneratorKind::Plaque => PLAQUE_RECIPE,
        GeneratorKind::Codes => CODES_RECIPE,
        GeneratorKind::AlphaGan => ALPHA_GAN_RECIPE,
    };
    disk::sha256(format!("{recipe} {data_digest} {}", experiment.values(Digest::Generator)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_generators_keep_their_digest_until_their_recipe_changes() {
        for (changes, recipe) in [
            ("", "vae-2 DATA 3 1 12 128 0.001 0.0003 1 0.00000001"),
            ("beta=0.5 generator_seed=7 generator_width=8", "vae-2 DATA 3 7 12 128 0.001 0.0003 0.5 0.00000001"),
            (
                "generator=alpha-gan beta=0.5 reconstruction_weight=20",
                "alpha-gan-3 DATA 3 1 12 128 0.001 0.0003 64 20 0.00000001",
            ),
        ] {
            let mut experiment = Experiment::default();
            changes.split_whitespace().for_each(|change| experiment.set(change).unwrap());
            assert_eq!(generator_digest(&experiment, "DATA"), disk::sha256(recipe), "{changes}");
        }
        let default = "f3908a20950167030fe4d52fde80fb14e33a639479f0a0bbc607c39060fcf66a";
        assert_eq!(generator_digest(&Experiment::default(), "DATA"), default);
    }
}
