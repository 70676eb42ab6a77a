//! The user's own masks as a data set: a folder of PNG files, checked one by one by the labelling tool, with a report.
//!
//! A file is first checked at its own size, so that an error names a pixel of the file; then the vessel is resampled to
//! the grid of the networks and solved. Accepted masks are split by the experiment's data seed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::archive;
use crate::dataset::vessels::masks::{WallMask, png_files};
use crate::dataset::vessels::{self, VESSEL_SHAPE};
use crate::dataset::{DataError, Dataset, Split};
use crate::disk;
use crate::experiment::Experiment;
use crate::history::Made;
use crate::labelling::simulation::{MadeSample, Simulation, SolvedMaps};
use crate::labelling::{FileRefusal, Refusal};
use crate::paths;
use crate::rng::Streams;

/// Least number of accepted masks: fewer are not enough for training and evaluation.
pub const LEAST_MASKS: usize = 24;
/// Validation gets at most one in this many masks outside the test split.
const VALIDATION_SHARE: usize = 6;
/// Version of the check; changed whenever it would give other results for the same files and settings.
const RECIPE: &str = "own-masks-1";
const MAGIC: &str = "ridgewalk masks";
const EXTENSION: &str = "rwm";
/// Most rejected masks that an error lists.
const QUOTED: usize = 3;

/// Results of checking the files of a folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MaskReport {
    pub folder: PathBuf,
    pub accepted: usize,
    pub refused: Vec<RefusedMask>,
}

/// A rejected file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedMask {
    /// File name in the folder.
    pub file: String,
    /// The kind of rejection, one word.
    pub kind: String,
    /// The reason, one sentence.
    pub reason: String,
}

impl MaskReport {
    /// The numbers of accepted and rejected masks, for display.
    pub fn summary(&self) -> String {
        let all = self.accepted + self.refused.len();
        format!("{} of {all} masks accepted, {} rejected", self.accepted, self.refused.len())
    }

    /// The rejected masks as CSV, one a line.
    pub fn csv(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut out = "file,kind,reason\n".to_owned();
        for refused in &self.refused {
            let _ = writeln!(out, "{},{},{}", quoted(&refused.file), refused.kind, quoted(&refused.reason));
        }
        out
    }
}

/// Why a folder is not a data set.
#[derive(Debug, thiserror::Error)]
pub enum MasksError {
    #[error("{}: the folder of masks cannot be read ({source}); choose another", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("{}: the folder has no PNG file; choose the folder with the masks", path.display())]
    Empty { path: PathBuf },
    #[error("{}: {}; at least {LEAST_MASKS} are needed. Add masks or fix the rejected ones{}", report.folder.display(), report.summary(), quoted(report))]
    TooFew { report: MaskReport },
    #[error(
        "field `{field}`: {asked} masks are wanted, but only {there} are available; give fewer, or 0 for the default"
    )]
    Size { field: &'static str, asked: usize, there: usize },
    #[error(transparent)]
    Data(#[from] DataError),
}

fn quoted(report: &MaskReport) -> String {
    let lines = report.refused.iter().take(QUOTED).map(|r| format!("{}: {}", r.file, r.reason));
    let more = report.refused.len().saturating_sub(QUOTED);
    let mut text: String = lines.map(|l| format!("; {l}")).collect();
    if more > 0 {
        let _ = write!(text, "; and {more} more");
    }
    text
}

/// Checks a folder of masks: each file is read for the hash, then checked, one per unit of work.
pub struct MaskChecking {
    experiment: Experiment,
    folder: PathBuf,
    files: Vec<PathBuf>,
    simulation: Simulation,
    hash: Sha256,
    hashed: usize,
    judged: Vec<Judged>,
    /// The cache file of the results, once all files are hashed.
    file: Option<PathBuf>,
    cache: Option<PathBuf>,
}

/// The result for one file.
#[derive(Clone, Serialize, Deserialize)]
enum Judged {
    Accepted { mask: Made, map: Vec<f32>, seconds: f32 },
    Refused { kind: String, reason: String },
}

impl MaskChecking {
    /// The PNG files of the experiment's folder, by name; no file is read yet. `cache` is the folder for results and
    /// maps.
    pub fn new(experiment: &Experiment, cache: Option<&Path>) -> Result<Self, MasksError> {
        let folder = paths::expanded(&experiment.masks);
        let files = png_files(&folder).map_err(|source| MasksError::Folder { path: folder.clone(), source })?;
        if files.is_empty() {
            return Err(MasksError::Empty { path: folder });
        }
        let simulation = Simulation::new(experiment, VESSEL_SHAPE);
        let mut hash = Sha256::new();
        let peak = simulation.tool.waveform.systolic_kpa();
        hash.update(format!("{RECIPE} {peak} {:?} {}", simulation.tool.measure, simulation.scale));
        Ok(Self {
            experiment: experiment.clone(),
            folder,
            files,
            simulation,
            hash,
            hashed: 0,
            judged: Vec::new(),
            file: None,
            cache: cache.map(Path::to_owned),
        })
    }

    /// Files checked so far, and the total.
    pub fn progress(&self) -> (usize, usize) {
        (self.judged.len(), self.files.len())
    }

    /// Hashes or checks one file; false when all are checked.
    pub fn advance(&mut self) -> bool {
        if let Some(path) = self.files.get(self.hashed) {
            self.hash.update(name(path));
            // A file that cannot be read is rejected when it is checked.
            let bytes = std::fs::read(path).unwrap_or_default();
            self.hash.update((bytes.len() as u64).to_le_bytes());
            self.hash.update(bytes);
            self.hashed += 1;
            if self.hashed == self.files.len() {
                self.find();
            }
            return true;
        }
        let Some(path) = self.files.get(self.judged.len()) else { return false };
        let judged = match judge(&self.simulation, path) {
            Ok(MadeSample { image, map, seconds, .. }) => {
                let map = map.map(|m| m.to_vec()).unwrap_or_default();
                Judged::Accepted { mask: Made::mask(Vec::new(), &image), map, seconds }
            }
            Err(refusal) => Judged::Refused { kind: refusal.kind().to_owned(), reason: refusal.to_string() },
        };
        self.judged.push(judged);
        true
    }

    /// Loads cached results for the same files, if there are any.
    fn find(&mut self) {
        let digest = disk::hex(self.hash.clone().finalize());
        self.file = self.cache.as_ref().map(|folder| folder.join(format!("{digest}.{EXTENSION}")));
        let found = self.file.as_ref().filter(|f| f.exists()).and_then(|f| archive::read(f, MAGIC).ok());
        self.judged = found.filter(|j: &Vec<Judged>| j.len() == self.files.len()).unwrap_or_default();
    }

    /// Caches the results.
    pub fn keep(&self) -> Result<(), archive::ArchiveError> {
        match self.file.as_ref().filter(|f| !f.exists()) {
            Some(file) => archive::write(file, MAGIC, &self.judged),
            None => Ok(()),
        }
    }

    /// The check without its cache file, after caching failed.
    pub fn unkept(self) -> Self {
        Self { file: None, ..self }
    }

    /// The number of accepted masks, and every rejected one with its file and reason.
    pub fn report(&self) -> MaskReport {
        let refused = self.files.iter().zip(&self.judged).filter_map(|(path, judged)| match judged {
            Judged::Accepted { .. } => None,
            Judged::Refused { kind, reason } => {
                Some(RefusedMask { file: name(path), kind: kind.clone(), reason: reason.clone() })
            }
        });
        let refused: Vec<RefusedMask> = refused.collect();
        MaskReport { folder: self.folder.clone(), accepted: self.judged.len() - refused.len(), refused }
    }

    /// The data set of the accepted masks, with their maps.
    pub fn finish(mut self) -> Result<(Dataset, Simulation), MasksError> {
        let report = self.report();
        if report.accepted < LEAST_MASKS {
            return Err(MasksError::TooFew { report });
        }
        let mut masks = Vec::new();
        let mut maps = Vec::new();
        let mut names = Vec::new();
        for (judged, path) in std::mem::take(&mut self.judged).into_iter().zip(&self.files) {
            if let Judged::Accepted { mask, map, seconds } = judged {
                names.push(name(path));
                let image = mask.image();
                masks.extend(WallMask::from_values(VESSEL_SHAPE.width, VESSEL_SHAPE.height, &image, 0.5));
                maps.push((Arc::new(map), seconds));
            }
        }
        let places = Places::of(&self.experiment, masks.len())?;
        let split = |of: &[usize]| -> Result<Split, DataError> {
            let split = vessels::split(of.iter().map(|&i| &masks[i]))?;
            Ok(split.read_from(of.iter().map(|&i| (names[i].clone(), 1))))
        };
        let dataset = Dataset::new(
            "masks",
            format!("own masks: {}, split by data seed {}", report.summary(), self.experiment.data_seed),
            vessels::bands(),
            split(&places.train)?,
            split(&places.validation)?,
            split(&places.test)?,
        )?
        .found_in(self.folder.display().to_string());
        let solved = |of: &[usize]| SolvedMaps::of(of.iter().map(|&i| maps[i].clone()));
        let simulation = &mut self.simulation;
        simulation.train = solved(&places.train);
        simulation.validation = solved(&places.validation);
        simulation.test = solved(&places.test);
        Ok((dataset, self.simulation))
    }
}

/// The masks of each split, by their indices among the accepted ones and in the order of their names.
#[derive(Debug, PartialEq)]
struct Places {
    train: Vec<usize>,
    validation: Vec<usize>,
    test: Vec<usize>,
}

impl Places {
    /// The test split is drawn first: `test_size` masks, or the paper's share of 210 in 1,200; the rest is split as in
    /// the other data sets.
    fn of(experiment: &Experiment, masks: usize) -> Result<Self, MasksError> {
        let Experiment { train_size, test_size, validation_size, data_seed, .. } = *experiment;
        let usual = (masks * vessels::TEST).div_ceil(vessels::TEST + vessels::TRAIN);
        let test = if test_size == 0 { usual } else { test_size };
        if test >= masks {
            return Err(MasksError::Size { field: "test_size", asked: test, there: masks - 1 });
        }
        let rest = masks - test;
        if train_size > rest {
            return Err(MasksError::Size { field: "train_size", asked: train_size, there: rest });
        }
        let train = if train_size == 0 { rest } else { train_size };
        let validation = validation_size.min(train / VALIDATION_SHARE);
        let mut order: Vec<usize> = (0..masks).collect();
        Streams::new(data_seed).get("masks-split", 0).shuffle(&mut order);
        let sorted = |part: &[usize]| {
            let mut part = part.to_vec();
            part.sort_unstable();
            part
        };
        let (held, rest) = order.split_at(test);
        let (chosen, rest) = rest.split_at(validation);
        Ok(Self { test: sorted(held), validation: sorted(chosen), train: sorted(&rest[..train - validation]) })
    }
}

/// The mask on the networks' grid with its map; or why it is rejected, with a pixel of the file if possible.
fn judge(simulation: &Simulation, path: &Path) -> Result<MadeSample, FileRefusal> {
    let mask = WallMask::from_png(path)?;
    // Checked before the margin is added, so that an error names a pixel of the file.
    mask.regions().map_err(Refusal::from)?;
    let mask = mask.squared().resampled(VESSEL_SHAPE.width, VESSEL_SHAPE.height).map_err(Refusal::from)?;
    Ok(simulation.label_image(&mask.to_values())?)
}

fn name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_split_by_the_data_seed() {
        let with = |train_size, test_size, data_seed| Experiment {
            train_size,
            test_size,
            data_seed,
            validation_size: 150,
            ..Experiment::default()
        };
        for (masks, train_size, test_size, expected) in [
            (1_200, 0, 0, [840, 150, 210]),
            (120, 0, 0, [83, 16, 21]),
            (120, 50, 30, [42, 8, 30]),
            (24, 0, 0, [16, 3, 5]),
        ] {
            let places = Places::of(&with(train_size, test_size, 1), masks).unwrap();
            let sizes = [&places.train, &places.validation, &places.test].map(Vec::len);
            assert_eq!(sizes, expected, "{masks} {train_size} {test_size}");
            let mut all = [places.train.clone(), places.validation.clone(), places.test.clone()].concat();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), sizes.iter().sum::<usize>());
            assert_eq!(Places::of(&with(train_size, test_size, 1), masks).unwrap(), places);
            assert_ne!(Places::of(&with(train_size, test_size, 2), masks).unwrap(), places);
        }
        for (train_size, test_size, says) in [(0, 30, "test_size"), (26, 5, "train_size")] {
            let error = Places::of(&with(train_size, test_size, 1), 30).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_report_is_a_table_with_quotes_doubled() {
        let refused = RefusedMask { file: "a \"b\".png".into(), kind: "no-lumen".into(), reason: "no lumen".into() };
        let report = MaskReport { folder: "masks".into(), accepted: 3, refused: vec![refused] };
        assert_eq!(report.csv(), "file,kind,reason\n\"a \"\"b\"\".png\",no-lumen,\"no lumen\"\n");
        assert_eq!(report.summary(), "3 of 4 masks accepted, 1 rejected");
        let error = MasksError::TooFew { report }.to_string();
        assert!(error.contains("at least 24 are needed") && error.contains("a \"b\".png: no lumen"), "{error}");
    }
}
