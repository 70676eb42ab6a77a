//! Generated vessel cross-sections as a data set: 64 x 64 masks of the wall, drawn from `plaques`.
//!
//! Their labels are stress maps, which a labelling tool computes. Their classes are bands of plaque burden, used for
//! stratified parts and for the colours of points on the screen; no target of maps sees them.

pub mod polar;
pub mod regions;
pub mod masks;
pub mod plaques;
mod normals;
pub mod soft;
mod content;
mod raster;
mod levels;
mod lines;
pub mod meaning;
mod search;
mod seams;
mod faulty;
pub mod reading;
pub mod files;

use std::path::Path;

use super::source::{Origin, Source, sizes_or};
use super::{Class, DataError, Dataset, ImageShape, Split};
use crate::experiment::Experiment;
use crate::rng::Streams;
use masks::WallMask;
use plaques::{Plaque, PlaqueRanges};

/// Masks to train on, of the paper's 1,200.
pub const TRAIN: usize = 990;
/// Masks that are held out, of the paper's 1,200 (section 4.2).
pub const TEST: usize = 210;
/// The input shape of the models of Tables S6, S11 and S12.
pub const VESSEL_SHAPE: ImageShape = ImageShape { channels: 1, height: 64, width: 64 };

/// Upper ends of the bands of plaque burden, as shares of the vessel's area: about a fifth of the masks in each.
const BURDENS: [f64; 4] = [0.40, 0.50, 0.55, 0.60];
const BANDS: [&str; 5] =
    ["burden below 40 %", "burden 40-50 %", "burden 50-55 %", "burden 55-60 %", "burden above 60 %"];

/// Generated vessels as a source; the seed determines all of them.
pub struct Vessels;

impl Source for Vessels {
    fn origin(&self) -> Origin<'_> {
        Origin::Generated
    }

    fn shape(&self, _: &Experiment) -> ImageShape {
        VESSEL_SHAPE
    }

    fn train_images(&self) -> Option<usize> {
        Some(TRAIN)
    }

    fn read(&self, experiment: &Experiment, _: Option<&Path>) -> Result<Dataset, DataError> {
        let [train, test] = sizes_or(experiment, [TRAIN, TEST]);
        vessels(experiment.data_seed, train, test)
    }
}

/// The user's own masks, which the world reads together with the labelling tool.
pub struct OwnMasks;

impl Source for OwnMasks {
    fn origin(&self) -> Origin<'_> {
        Origin::OwnFolder
    }

    fn shape(&self, _: &Experiment) -> ImageShape {
        VESSEL_SHAPE
    }

    fn read(&self, experiment: &Experiment, _: Option<&Path>) -> Result<Dataset, DataError> {
        let detail = "they are read together with the labelling tool, which checks each of them".into();
        Err(DataError::Mismatch { what: format!("masks in {}", experiment.masks), detail })
    }
}

/// All cross-sections of an experiment's generated data, train before test.
pub fn plaques_of(experiment: &Experiment) -> Result<Vec<Plaque>, DataError> {
    let [train, test] = sizes_or(experiment, [TRAIN, TEST]);
    generated(experiment.data_seed, train + test)
}

fn generated(seed: u64, count: usize) -> Result<Vec<Plaque>, DataError> {
    let mut rng = Streams::new(seed).get("vessels", 0);
    // 53 bits of a stream's number give a double in [0, 1).
    let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    PlaqueRanges::default()
        .generate(count, &mut uniform)
        .map_err(|e| DataError::Mismatch { what: "generated vessels".into(), detail: e.to_string() })
}

fn vessels(seed: u64, train: usize, test: usize) -> Result<Dataset, DataError> {
    let masks: Vec<WallMask> = generated(seed, train + test)?.into_iter().map(|p| p.mask).collect();
    let (train, test) = masks.split_at(train);
    Dataset::new(
        "ivus",
        format!("generated vessel cross-sections, seed {seed}"),
        bands(),
        split(train.iter())?,
        split([].iter())?,
        split(test.iter())?,
    )
}

/// A split of masks of that shape.
pub fn split<'a>(masks: impl Iterator<Item = &'a WallMask> + Clone) -> Result<Split, DataError> {
    let pixels = masks.clone().flat_map(|m| m.wall().iter().map(|w| if *w { u8::MAX } else { 0 })).collect();
    Split::new(VESSEL_SHAPE, pixels, masks.map(burden_band).collect())
}

/// Names of the classes of vessels: bands of plaque burden.
pub fn bands() -> Vec<String> {
    BANDS.map(str::to_owned).to_vec()
}

/// The band of plaque burden of a mask, from numbers of pixels; the last band if there is no lumen.
pub fn burden_band(mask: &WallMask) -> Class {
    let burden = mask.regions().map_or(1.0, |regions| {
        let count = |image: &[bool]| image.iter().filter(|v| **v).count() as f64;
        1.0 - count(&regions.lumen) / count(&regions.vessel)
    });
    BURDENS.iter().filter(|top| burden >= **top).count() as Class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_determines_the_masks_and_every_band_has_some() {
        let read = |seed| vessels(seed, 150, 30).unwrap();
        let (a, b, c) = (read(1), read(1), read(2));
        assert_eq!(a.digest(), b.digest());
        assert_ne!(a.digest(), c.digest());
        assert_eq!((a.train.len(), a.test.len(), a.shape().len()), (150, 30, 4096));
        for band in 0..BANDS.len() as Class {
            let share = a.train.labels().iter().filter(|l| **l == band).count();
            assert!((12..=60).contains(&share), "{band}: {share} of 150");
        }
    }

    #[test]
    fn a_ring_is_in_the_band_of_its_areas() {
        for (inner, band) in [(16.0_f64, 0), (14.5, 1), (13.8, 2), (12.9, 3), (10.0, 4)] {
            let wall = (0..64 * 64).map(|i| {
                let r = (f64::from(i % 64) - 31.5).hypot(f64::from(i / 64) - 31.5);
                (inner..20.0).contains(&r)
            });
            let mask = WallMask::new(64, 64, wall.collect()).unwrap();
            assert_eq!(burden_band(&mask), band, "{inner}");
        }
    }
}
