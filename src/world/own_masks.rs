//! The user's own masks as a data set: a folder of PNG files, checked one by one by the labelling tool, with a report.
//!
//! A file is first checked at its own size, so that an error names a pixel of the file; then the vessel is resampled to
//! the grid of the networks and solved. Accepted masks are split by the experiment's data seed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::archive::{self, Whole};
use crate::dataset::vessels::files::{Listing, MaskFiles};
use crate::dataset::vessels::masks::WallMask;
use crate::dataset::vessels::{self, VESSEL_SHAPE};
use crate::dataset::{DataError, Dataset, Split, VALIDATION_SHARE};
use crate::disk;
use crate::experiment::{Experiment, MaskLevels};
use crate::history::Made;
use crate::labelling::simulation::{MadeSample, Simulation, SolvedMaps};
use crate::labelling::{FileRefusal, Refusal};
use crate::paths;
use crate::rng::Streams;

/// Least number of accepted masks: fewer are not enough for training and evaluation.
pub const LEAST_MASKS: usize = 24;
/// Version of the check; changed whenever it would give other results for the same files and settings.
const RECIPE: &str = "own-masks-6";
const MAGIC: &str = "ridgewalk masks";
const EXTENSION: &str = "rwm";
/// Most rejected masks that an error lists.
const QUOTED: usize = 3;

/// Results of checking the files of a folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MaskReport {
    pub folder: PathBuf,
    /// By name, in the order in which they are solved.
    pub accepted: Vec<AcceptedMask>,
    /// Masks that were rejected, each with the reason.
    pub refused: Vec<RefusedMask>,
    /// Files that are no masks.
    pub passed_over: Vec<PassedOverFile>,
}

/// An accepted file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptedMask {
    /// File name in the folder.
    pub file: String,
    /// The levels of outside, wall and lumen.
    pub read: String,
    /// What was read as another place than that of its level.
    pub note: Option<String>,
}

/// A file that is no mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassedOverFile {
    pub file: String,
    /// Why it is none, as the end of a sentence.
    pub why: String,
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
        let all = self.accepted.len() + self.refused.len();
        format!("{} of {all} masks accepted, {} rejected", self.accepted.len(), self.refused.len())
    }

    /// What a user should look at: rejected masks, masks with foreign levels and files that are none, each with why.
    pub fn remarks(&self) -> impl Iterator<Item = (&str, String)> {
        let refused = self.refused.iter().map(|r| (r.file.as_str(), format!("rejected: {}", r.reason)));
        let noted =
            self.accepted.iter().filter_map(|a| Some((a.file.as_str(), format!("accepted: {}", a.note.as_ref()?))));
        let others = self.passed_over.iter().map(|p| (p.file.as_str(), format!("passed over: {}", p.why)));
        refused.chain(noted).chain(others)
    }

    /// Every file of the folder as CSV, one a line: rejected, accepted, passed over.
    pub fn csv(&self) -> String {
        let mut out = "file,verdict,kind,reason,read,note\n".to_owned();
        let mut line = |file: &str, verdict: &str, kind: &str, rest: [&str; 3]| {
            let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let rest = rest.map(|text| if text.is_empty() { String::new() } else { quoted(text) });
            let _ = writeln!(out, "{},{verdict},{kind},{}", quoted(file), rest.join(","));
        };
        self.refused.iter().for_each(|r| line(&r.file, "rejected", &r.kind, [&r.reason, "", ""]));
        for accepted in &self.accepted {
            line(&accepted.file, "accepted", "", ["", &accepted.read, accepted.note.as_deref().unwrap_or("")]);
        }
        self.passed_over.iter().for_each(|p| line(&p.file, "passed over", "", [&p.why, "", ""]));
        out
    }
}

/// Why a folder is not a data set.
#[derive(Debug, thiserror::Error)]
pub enum MasksError {
    #[error("{}: the folder of masks cannot be read ({source}); choose another", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("{}: it is a file; give the folder that has the masks", path.display())]
    File { path: PathBuf },
    #[error("{}: the folder has no PNG file{others}; choose the folder with the masks", path.display())]
    Empty { path: PathBuf, others: String },
    /// Fewer masks than a data set needs were accepted.
    #[error("{}: {}; at least {LEAST_MASKS} are needed. Add masks or fix the rejected ones{}", report.folder.display(), report.summary(), quoted(report))]
    TooFew { report: MaskReport },
    /// A split is to have more masks than there are for it.
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
    levels: MaskLevels,
    listing: Listing,
    simulation: Simulation,
    hash: Sha256,
    hashed: usize,
    judged: Vec<Judged>,
    /// The hash of files and settings, and the cache file of the results, once all files are hashed.
    digest: String,
    file: Option<PathBuf>,
    /// Whether the results were loaded from there; why not, if the file is there.
    found: bool,
    spoilt: Option<String>,
    cache: Option<PathBuf>,
}

/// The cached results of the files and settings of this hash; the packed file has a checksum of its own.
#[derive(Serialize, Deserialize)]
struct Verdicts {
    digest: String,
    judged: Vec<Judged>,
}

impl Whole for Verdicts {}

/// The result for one file.
#[derive(Clone, Serialize, Deserialize)]
enum Judged {
    Accepted { mask: Made, map: Vec<f32>, seconds: f32, read: String, note: Option<String> },
    Refused { kind: String, reason: String },
}

impl MaskChecking {
    /// The PNG files of the experiment's folder, by name; no file is read yet. `cache` is the folder for results and
    /// maps.
    pub fn new(experiment: &Experiment, cache: Option<&Path>) -> Result<Self, MasksError> {
        let folder = paths::expanded(&experiment.masks);
        if folder.is_file() {
            return Err(MasksError::File { path: folder });
        }
        let listing = Listing::of(&folder).map_err(|source| MasksError::Folder { path: folder.clone(), source })?;
        if listing.masks.is_empty() {
            return Err(MasksError::Empty { path: folder, others: listing.others() });
        }
        // An experiment was checked before.
        let levels: MaskLevels = experiment.mask_levels.parse().unwrap_or_default();
        let simulation = Simulation::new(experiment, VESSEL_SHAPE);
        let mut hash = Sha256::new();
        let peak = simulation.tool.waveform.systolic_kpa();
        hash.update(format!("{RECIPE} {peak} {:?} {} {levels}", simulation.tool.measure, simulation.scale));
        Ok(Self {
            experiment: experiment.clone(),
            folder,
            levels,
            listing,
            simulation,
            hash,
            hashed: 0,
            judged: Vec::new(),
            digest: String::new(),
            file: None,
            found: false,
            spoilt: None,
            cache: cache.map(Path::to_owned),
        })
    }

    /// Files checked so far, and the total.
    pub fn progress(&self) -> (usize, usize) {
        (self.judged.len(), self.listing.masks.len())
    }

    /// Hashes or checks one file; false when all are checked.
    pub fn advance(&mut self) -> bool {
        let masks = &self.listing.masks;
        if let Some(files) = masks.get(self.hashed) {
            for path in files.paths() {
                self.hash.update(name(path));
                // A file that cannot be read is rejected when it is checked.
                let bytes = paths::read(path).unwrap_or_default();
                self.hash.update((bytes.len() as u64).to_le_bytes());
                self.hash.update(bytes);
            }
            self.hashed += 1;
            if self.hashed == masks.len() {
                self.find();
            }
            return true;
        }
        let Some(files) = masks.get(self.judged.len()) else { return false };
        let judged = match judge(&self.simulation, files, &self.levels) {
            Ok(accepted) => accepted,
            Err(refusal) => Judged::Refused { kind: refusal.kind().to_owned(), reason: refusal.to_string() },
        };
        self.judged.push(judged);
        true
    }

    /// Loads cached results for the same files, if there are any.
    fn find(&mut self) {
        let digest = disk::hex(self.hash.clone().finalize());
        self.file = self.cache.as_ref().map(|folder| folder.join(format!("{digest}.{EXTENSION}")));
        self.digest.clone_from(&digest);
        let Some(file) = self.file.as_ref().filter(|f| f.exists()) else { return };
        let found = archive::read::<Verdicts>(file, MAGIC).map_err(|e| e.to_string()).and_then(|verdicts| {
            let whole = verdicts.digest == digest && verdicts.judged.len() == self.listing.masks.len();
            let foreign = || format!("{}: the cached result is of other masks or settings", file.display());
            if whole { Ok(verdicts.judged) } else { Err(foreign()) }
        });
        match found {
            Ok(judged) => (self.judged, self.found) = (judged, true),
            Err(e) => self.spoilt = Some(e),
        }
    }

    /// Why masks are checked although cached results are there; told once.
    pub fn spoilt(&mut self) -> Option<String> {
        self.spoilt.take()
    }

    /// Caches the results.
    pub fn keep(&self) -> Result<(), archive::ArchiveError> {
        let verdicts = || Verdicts { digest: self.digest.clone(), judged: self.judged.clone() };
        match self.file.as_ref().filter(|_| !self.found) {
            Some(file) => archive::write(file, MAGIC, &verdicts()),
            None => Ok(()),
        }
    }

    /// What became of every file of the folder.
    pub fn report(&self) -> MaskReport {
        let passed_over =
            self.listing.passed_over.iter().map(|p| PassedOverFile { file: name(&p.path), why: p.why.into() });
        let mut report =
            MaskReport { folder: self.folder.clone(), passed_over: passed_over.collect(), ..MaskReport::default() };
        let mut walls: HashMap<&[u16], String> = HashMap::new();
        for (files, judged) in self.listing.masks.iter().zip(&self.judged) {
            let file = files.name();
            match judged {
                Judged::Accepted { mask, read, note, .. } => {
                    let first = walls.entry(&mask.runs).or_insert_with(|| file.clone());
                    let copy = (*first != file).then(|| {
                        format!(
                            "the same wall as {first}; leave copies out, as one may be tested on that was trained on"
                        )
                    });
                    let notes: Vec<String> = note.iter().cloned().chain(copy).collect();
                    let note = (!notes.is_empty()).then(|| notes.join(", "));
                    report.accepted.push(AcceptedMask { file, read: read.clone(), note });
                }
                Judged::Refused { kind, reason } => {
                    report.refused.push(RefusedMask { file, kind: kind.clone(), reason: reason.clone() });
                }
            }
        }
        report
    }

    /// The data set of the accepted masks, with their maps.
    pub fn finish(mut self) -> Result<(Dataset, Simulation), MasksError> {
        let report = self.report();
        if report.accepted.len() < LEAST_MASKS {
            return Err(MasksError::TooFew { report });
        }
        let mut masks = Vec::new();
        let mut maps = Vec::new();
        let mut names = Vec::new();
        for (judged, files) in std::mem::take(&mut self.judged).into_iter().zip(&self.listing.masks) {
            if let Judged::Accepted { mask, map, seconds, .. } = judged {
                names.push(files.name());
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
            // The folder is no part of it: the same masks elsewhere are the same data.
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
fn judge(simulation: &Simulation, files: &MaskFiles, levels: &MaskLevels) -> Result<Judged, FileRefusal> {
    let read = files.read(levels)?;
    // Checked before the margin is added, so that an error names a pixel of the file.
    read.mask.regions().map_err(|fault| FileRefusal::of(fault.into(), &read.reading))?;
    let MadeSample { image, map, seconds, .. } =
        on_the_grid(simulation, &read.mask).map_err(|refusal| of_the_file(&read.mask, refusal))?;
    let map = map.map(|m| m.to_vec()).unwrap_or_default();
    let (read, note) = (read.reading.to_string(), read.reading.note());
    Ok(Judged::Accepted { mask: Made::mask(Vec::new(), &image), map, seconds, read, note })
}

fn on_the_grid(simulation: &Simulation, mask: &WallMask) -> Result<MadeSample, Refusal> {
    let mask = mask.squared().resampled(VESSEL_SHAPE.width, VESSEL_SHAPE.height)?;
    simulation.label_image(&mask.to_values())
}

/// What a refusal on the models' grid is for the file, whose own wall may be thick enough.
fn of_the_file(mask: &WallMask, refusal: Refusal) -> FileRefusal {
    let (grid, side) = (VESSEL_SHAPE.width, mask.width().max(mask.height()));
    match (&refusal, mask.thinnest()) {
        (Refusal::Mask(_) | Refusal::WallTooThin { .. }, Some((pixels, [column, row]))) if side > grid => {
            let on_grid = pixels * grid as f64 / side as f64;
            FileRefusal::GridTooCoarse { grid, pixels, on_grid, column, row }
        }
        _ => refusal.into(),
    }
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
    fn a_report_is_a_table_of_every_file_with_quotes_doubled() {
        let refused = RefusedMask { file: "a \"b\".png".into(), kind: "no-lumen".into(), reason: "no lumen".into() };
        let accepted = |file: &str, note: Option<&str>| AcceptedMask {
            file: file.into(),
            read: "outside 0, wall 2, lumen 1".into(),
            note: note.map(Into::into),
        };
        let report = MaskReport {
            folder: "masks".into(),
            accepted: vec![accepted("c.png", None), accepted("d.png", Some("3 pixels"))],
            refused: vec![refused],
            passed_over: vec![PassedOverFile { file: "Thumbs.db".into(), why: "no PNG".into() }],
        };
        let lines = [
            "file,verdict,kind,reason,read,note",
            "\"a \"\"b\"\".png\",rejected,no-lumen,\"no lumen\",,",
            "\"c.png\",accepted,,,\"outside 0, wall 2, lumen 1\",",
            "\"d.png\",accepted,,,\"outside 0, wall 2, lumen 1\",\"3 pixels\"",
            "\"Thumbs.db\",passed over,,\"no PNG\",,",
        ];
        assert_eq!(report.csv().lines().collect::<Vec<_>>(), lines);
        assert_eq!(report.summary(), "2 of 3 masks accepted, 1 rejected");
        let remarks: Vec<String> = report.remarks().map(|(file, why)| format!("{file} {why}")).collect();
        assert_eq!(
            remarks,
            ["a \"b\".png rejected: no lumen", "d.png accepted: 3 pixels", "Thumbs.db passed over: no PNG"]
        );
        let error = MasksError::TooFew { report }.to_string();
        assert!(error.contains("at least 24 are needed") && error.contains("a \"b\".png: no lumen"), "{error}");
    }
}
