//! Cached results that do not hold are computed again, with a word, and a generator's file is taken only where it fits.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ridgewalk::dataset::ImageShape;
use ridgewalk::device::ComputeDevice;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::generator::cache::GeneratorCache;
use ridgewalk::generator::file::{self, GeneratorOf};
use ridgewalk::world::{GeneratorFrom, Preparation, Prepared, World, WorldError};

use crate::common::{few_vessels, tiny};
use crate::own_masks::{folder_of, on};

/// A world with what was warned of on the way, and where its generator came from.
pub type Told = (Arc<World>, Vec<String>, GeneratorFrom);

pub fn prepared(experiment: &Experiment, cache: Option<&Path>, given: Option<PathBuf>) -> Result<Told, WorldError> {
    let preparation = Preparation::new(experiment, None, cache.map(GeneratorCache::new), &ComputeDevice::cpu());
    let mut preparation = preparation.with_generator(given);
    let mut warnings = Vec::new();
    loop {
        match preparation.advance()? {
            Some(Prepared::Warned(text)) => warnings.push(text),
            Some(Prepared::Ready { world, from }) => return Ok((world, warnings, from)),
            Some(_) => {}
            None => panic!("no world"),
        }
    }
}

/// The quickest experiment with a stand-in labeller.
pub fn quick() -> Experiment {
    Experiment {
        strategy: Strategy::Si,
        train_size: 150,
        validation_size: 30,
        test_size: 30,
        evaluation_part: 20,
        pool_size: 50,
        generator_epochs: 1,
        labeller_minibatches: 3,
        ..tiny()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_cached_result_that_does_not_hold_is_computed_again_with_a_word() {
    let masks = folder_of(24);
    let what = |file: &Path| match file.to_string_lossy() {
        name if name.ends_with(".safetensors") => "the generator is trained again",
        name if name.ends_with(".maps.gz") => "the masks are solved again",
        name if name.ends_with(".rwm") => "the masks are checked again",
        _ => "the stand-in labeller is trained again",
    };
    let mut kinds = Vec::new();
    for experiment in [quick(), few_vessels(), on(masks.path())] {
        let cache = tempfile::tempdir().unwrap();
        let (world, warnings, from) = prepared(&experiment, Some(cache.path()), None).unwrap();
        assert_eq!((warnings, from), (Vec::new(), GeneratorFrom::Training));
        for file in files(cache.path()) {
            let whole = std::fs::read(&file).unwrap();
            let mut flipped = whole.clone();
            flipped[whole.len() * 3 / 4] ^= 0x04;
            let spoilt = [flipped, whole[..whole.len() / 2].to_vec(), Vec::new(), b"of an earlier version".to_vec()];
            // Checking all masks again takes longest.
            let tried = if what(&file).ends_with("checked again") { 1 } else { spoilt.len() };
            for spoilt in &spoilt[..tried] {
                std::fs::write(&file, spoilt).unwrap();
                let (again, warnings, _) = prepared(&experiment, Some(cache.path()), None).unwrap();
                assert_eq!(warnings.len(), 1, "{warnings:?}");
                assert!(warnings[0].starts_with(&file.display().to_string()), "{warnings:?}");
                assert!(warnings[0].ends_with(what(&file)), "{warnings:?}");
                assert_eq!(again.ground, world.ground);
            }
            // It was cached again, and holds.
            assert_eq!(prepared(&experiment, Some(cache.path()), None).unwrap().1, Vec::<String>::new());
            kinds.push(what(&file));
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
}

#[test]
fn a_generator_that_an_earlier_version_cached_is_trained_again_with_a_word() {
    let cache = tempfile::tempdir().unwrap();
    let digest = prepared(&quick(), Some(cache.path()), None).unwrap().0.ground.generator.clone();
    let file = cache.path().join(format!("{digest}.safetensors"));
    std::fs::rename(&file, file.with_extension("burnpack")).unwrap();
    let (_, warnings, from) = prepared(&quick(), Some(cache.path()), None).unwrap();
    assert_eq!(from, GeneratorFrom::Training);
    assert!(warnings.len() == 1 && warnings[0].contains("no checksum"), "{warnings:?}");
    assert_eq!(prepared(&quick(), Some(cache.path()), None).unwrap().2, GeneratorFrom::Cache);
}

#[test]
fn a_given_generator_is_taken_if_it_fits_and_named_if_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("generator.safetensors");
    let e = quick();
    let (world, ..) = prepared(&e, None, None).unwrap();
    let of = GeneratorOf { experiment: &e, data: world.dataset.digest() };
    file::write(&path, &*world.generator, of).unwrap();
    let (taken, warnings, from) = prepared(&e, None, Some(path.clone())).unwrap();
    assert_eq!((warnings, from), (Vec::new(), GeneratorFrom::File(path.clone())));
    assert_eq!((taken.latent.codes(), &taken.ground), (world.latent.codes(), &world.ground));

    let whole = std::fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let other_file = |bytes: &[u8]| {
        let path = folder.path().join("other.safetensors");
        std::fs::write(&path, bytes).unwrap();
        path
    };
    for (experiment, path, says) in [
        (Experiment { generator_epochs: 2, ..e.clone() }, path.clone(), "generator_epochs=1, not 2"),
        (Experiment { data_seed: 9, ..e.clone() }, path.clone(), "is of other data"),
        (e.clone(), folder.path().join("nowhere"), "cannot be read"),
        (e.clone(), other_file(&whole[..whole.len() - 4]), "no whole safetensors file"),
        (e.clone(), other_file(b"weights"), "no whole safetensors file"),
    ] {
        let error = prepared(&experiment, None, Some(path)).err().unwrap().to_string();
        assert!(error.contains(says) && error.contains(&folder.path().display().to_string()), "{error}");
    }
    let error = prepared(&e, None, Some(other_file(&flipped))).err().unwrap().to_string();
    assert!(error.contains("do not have their checksum"), "{error}");
    // The shapes of its layers are checked too.
    let wide = ImageShape { width: 30, ..world.dataset.shape() };
    let error = file::read(&path, of, wide, &ComputeDevice::cpu()).err().unwrap().to_string();
    assert!(error.contains("has the shape [784, 400], not [840, 400]"), "{error}");
}
