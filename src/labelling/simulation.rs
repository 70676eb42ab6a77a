//! A labelling tool at work on a data set: the stress maps of its images, kept on disk, and those of images made later.
//!
//! Maps are divided by one fixed constant, so that a network that ends in a sigmoid can learn them.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use flate2::{Compression, read::GzDecoder, write::GzEncoder};

use super::fem::FemTool;
use super::fem::stress::StressMeasure;
use super::{ImageRef, Label, LabellingTool, Refusal};
use crate::dataset::vessels::burden_band;
use crate::dataset::vessels::masks::{MaskFault, WallMask};
use crate::dataset::{Dataset, ImageShape, Split};
use crate::disk;
use crate::experiment::{Experiment, StressKind};

/// Changes whenever the same masks and fields would give other maps.
const RECIPE_VERSION: &str = "fem-1";
/// A decoded value above this is wall, for the tool and for training.
const THRESHOLD: f32 = 0.5;

/// A map divided by the constant, `[height * width]`.
pub type ScaledMap = Arc<Vec<f32>>;

/// The maps of a split's images, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SolvedMaps {
    maps: Vec<ScaledMap>,
    /// What each took to solve.
    seconds: Vec<f32>,
}

impl SolvedMaps {
    pub fn len(&self) -> usize {
        self.maps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.maps.is_empty()
    }

    pub fn map(&self, sample: u32) -> &ScaledMap {
        &self.maps[sample as usize]
    }

    /// Seconds that the tool took for one image.
    pub fn seconds(&self, sample: u32) -> f32 {
        self.seconds.get(sample as usize).copied().unwrap_or(0.0)
    }

    /// Maps with the seconds that each took.
    pub fn of(solved: impl Iterator<Item = (ScaledMap, f32)>) -> Self {
        let (maps, seconds) = solved.unzip();
        Self { maps, seconds }
    }

    fn push(&mut self, map: ScaledMap, seconds: f32) {
        self.maps.push(map);
        self.seconds.push(seconds);
    }
}

/// An image made by decoding a latent point, with the label that a tool gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeSample {
    /// The decoded image as the tool and the target see it: of a mask, 0 or 1 for each pixel.
    pub image: Vec<f32>,
    /// Its class; of a mask, its band of plaque burden.
    pub label: u8,
    /// Where labels are maps.
    pub map: Option<ScaledMap>,
    pub seconds: f32,
}

/// The labelling tool of an experiment, and the maps of its data set.
pub struct Simulation {
    pub tool: FemTool,
    /// kPa that a value of 1 stands for.
    pub scale: f32,
    shape: ImageShape,
    pub train: SolvedMaps,
    pub validation: SolvedMaps,
    pub test: SolvedMaps,
}

/// The finite-element tool that an experiment describes.
pub fn fem_tool(experiment: &Experiment) -> FemTool {
    let mut tool = FemTool::default();
    tool.waveform = tool.waveform.clone().with_peak(experiment.systolic_mmhg);
    tool.measure = match experiment.stress {
        StressKind::MaxPrincipal => StressMeasure::MaxPrincipal,
        StressKind::VonMises => StressMeasure::VonMises,
    };
    tool.threshold = THRESHOLD;
    tool
}

/// A mask of the data set that the tool refuses: the data are at fault, so nothing can begin.
#[derive(Debug, thiserror::Error)]
#[error("mask {number} of the data set cannot be labelled: {refusal}")]
pub struct Unlabelled {
    pub number: usize,
    pub refusal: Refusal,
}

impl Simulation {
    /// The tool that `experiment` describes; no image is labelled yet.
    pub fn new(experiment: &Experiment, shape: ImageShape) -> Self {
        let tool = fem_tool(experiment);
        let none = SolvedMaps::default;
        Self { tool, scale: experiment.stress_scale_kpa, shape, train: none(), validation: none(), test: none() }
    }

    /// Images labelled so far, of all splits.
    pub fn solved(&self) -> usize {
        self.train.len() + self.validation.len() + self.test.len()
    }

    /// Labels the next image of the data set: test first, then validation, then train.
    pub fn solve_next(&mut self, dataset: &Dataset) -> Result<(), Unlabelled> {
        let number = self.solved();
        let (split, at) = match number.checked_sub(dataset.test.len()) {
            None => (&dataset.test, number),
            Some(rest) if rest < dataset.validation.len() => (&dataset.validation, rest),
            Some(rest) => (&dataset.train, rest - dataset.validation.len()),
        };
        let made = self.label_image(&gather(split, at)).map_err(|refusal| Unlabelled { number, refusal })?;
        let maps = if number < dataset.test.len() {
            &mut self.test
        } else if number < dataset.test.len() + dataset.validation.len() {
            &mut self.validation
        } else {
            &mut self.train
        };
        maps.push(made.map.unwrap_or_default(), made.seconds);
        Ok(())
    }

    /// The label of an image in [0, 1], as of a decoded latent point; thresholded first.
    pub fn label_image(&self, pixels: &[f32]) -> Result<MadeSample, Refusal> {
        let start = Instant::now();
        let ImageShape { width, height, .. } = self.shape;
        let Label::Map(map) = self.tool.label(ImageRef { width, height, pixels })? else {
            return Err(Refusal::Program { program: self.tool.name().into(), reason: "it gave no map".into() });
        };
        let mask = self.mask(pixels).ok_or(Refusal::Mask(MaskFault::Empty))?;
        Ok(MadeSample {
            image: mask.to_values(),
            label: burden_band(&mask),
            map: Some(Arc::new(map.values().iter().map(|v| v / self.scale).collect())),
            seconds: start.elapsed().as_secs_f32(),
        })
    }

    /// What the tool takes an image in [0, 1] for; none where it has not the data set's size.
    pub fn mask(&self, pixels: &[f32]) -> Option<WallMask> {
        WallMask::from_values(self.shape.width, self.shape.height, pixels, THRESHOLD)
    }

    /// Names the maps of a data set: SHA-256 over its masks and all that the tool was told, in hex.
    fn digest(&self, dataset: &Dataset) -> String {
        let peak = self.tool.waveform.systolic_kpa();
        disk::sha256(format!("{RECIPE_VERSION} {} {peak} {:?} {}", dataset.digest(), self.tool.measure, self.scale))
    }
}

fn gather(split: &Split, at: usize) -> Vec<f32> {
    split.gather(&[at as u32])
}

/// A folder of solved maps.
#[derive(Debug, Clone)]
pub struct MapCache {
    folder: PathBuf,
}

impl MapCache {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Fills in the maps of the whole data set from disk; false where they are not there, or not whole.
    pub fn load(&self, simulation: &mut Simulation, dataset: &Dataset) -> bool {
        let read = || -> Option<[SolvedMaps; 3]> {
            let file = std::fs::File::open(self.file(simulation, dataset)).ok()?;
            let mut values = GzDecoder::new(std::io::BufReader::new(file));
            let len = dataset.shape().len();
            let mut split = |count: usize| (0..count).map(|_| read_map(&mut values, len)).collect::<Option<Vec<_>>>();
            let all = [split(dataset.test.len())?, split(dataset.validation.len())?, split(dataset.train.len())?];
            Some(all.map(|maps| SolvedMaps::of(maps.into_iter())))
        };
        let Some([test, validation, train]) = read() else { return false };
        (simulation.test, simulation.validation, simulation.train) = (test, validation, train);
        true
    }

    /// Caches the maps of the whole data set.
    pub fn store(&self, simulation: &Simulation, dataset: &Dataset) -> std::io::Result<()> {
        disk::write_aside_with(&self.file(simulation, dataset), |file| {
            let mut out = GzEncoder::new(std::io::BufWriter::new(file), Compression::fast());
            for split in [&simulation.test, &simulation.validation, &simulation.train] {
                for (map, seconds) in split.maps.iter().zip(&split.seconds) {
                    out.write_all(&seconds.to_le_bytes())?;
                    let bytes: Vec<u8> = map.iter().flat_map(|v| v.to_le_bytes()).collect();
                    out.write_all(&bytes)?;
                }
            }
            out.finish()?.flush()
        })
    }

    fn file(&self, simulation: &Simulation, dataset: &Dataset) -> PathBuf {
        self.folder.join(format!("{}.maps.gz", simulation.digest(dataset)))
    }
}

/// One map with its seconds.
fn read_map(values: &mut impl std::io::Read, len: usize) -> Option<(ScaledMap, f32)> {
    let mut bytes = vec![0; (len + 1) * size_of::<f32>()];
    values.read_exact(&mut bytes).ok()?;
    let mut numbers = bytes.chunks_exact(size_of::<f32>()).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let seconds = numbers.next()?;
    let map: Vec<f32> = numbers.collect();
    map.iter().all(|v| v.is_finite()).then(|| (Arc::new(map), seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::DatasetKind;

    fn small() -> (Experiment, Dataset) {
        let experiment = Experiment {
            dataset: DatasetKind::Ivus,
            train_size: 8,
            test_size: 2,
            validation_size: 1,
            ..Experiment::default()
        };
        let dataset = crate::dataset::load(&experiment, 1, None).unwrap();
        (experiment, dataset)
    }

    #[test]
    fn a_data_set_is_labelled_once_and_found_again() {
        let (experiment, dataset) = small();
        let mut solved = Simulation::new(&experiment, dataset.shape());
        let all = dataset.test.len() + dataset.validation.len() + dataset.train.len();
        while solved.solved() < all {
            solved.solve_next(&dataset).unwrap();
        }
        assert_eq!((solved.test.len(), solved.validation.len(), solved.train.len()), (2, 1, 7));
        // Stress is where the wall is, and below the constant for most of it.
        for sample in 0..7_u32 {
            let wall = dataset.train.image(sample as usize);
            let map = solved.train.map(sample);
            assert!(map.iter().zip(wall).all(|(v, w)| (*v != 0.0) == (*w > 0)));
            let mean = map.iter().sum::<f32>() / wall.iter().filter(|w| **w > 0).count() as f32;
            assert!((0.02..0.6).contains(&mean), "{mean}");
        }
        let folder = tempfile::tempdir().unwrap();
        let cache = MapCache::new(folder.path().join("maps"));
        let mut again = Simulation::new(&experiment, dataset.shape());
        assert!(!cache.load(&mut again, &dataset));
        cache.store(&solved, &dataset).unwrap();
        assert!(cache.load(&mut again, &dataset));
        assert_eq!((&again.train, &again.validation, &again.test), (&solved.train, &solved.validation, &solved.test));
        let other = Experiment { systolic_mmhg: 130.0, ..experiment };
        assert!(!cache.load(&mut Simulation::new(&other, dataset.shape()), &dataset));
    }

    #[test]
    fn a_made_image_is_thresholded_labelled_or_refused() {
        let (experiment, dataset) = small();
        let tool = Simulation::new(&experiment, dataset.shape());
        let soft: Vec<f32> = dataset.train.gather(&[0]).iter().map(|v| 0.2 + 0.6 * v).collect();
        let made = tool.label_image(&soft).unwrap();
        assert_eq!(made.image, dataset.train.gather(&[0]));
        assert_eq!(made.label, dataset.train.label(0));
        assert!(made.map.unwrap().iter().all(|v| v.is_finite()) && made.seconds > 0.0);
        let nothing = tool.label_image(&vec![0.4; soft.len()]).unwrap_err();
        assert_eq!(nothing, Refusal::Mask(MaskFault::Empty));
    }
}
