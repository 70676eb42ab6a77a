//! Masks in files: one PNG, or a pair of PNGs for lumen and vessel; and what else lies in a folder of them.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::masks::{MaskFault, WallMask};
use super::raster::{Raster, RasterError};
use super::reading::{LevelsFault, ReadMask, Reading, filled, read};
use super::regions::components;
use crate::experiment::MaskLevels;

/// The file or files of one mask.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MaskFiles {
    One(PathBuf),
    /// The same name but for one word, which is `lumen` or `lum` in one and `vessel`, `media`, `med`, `eem` or `outer`
    /// in the other.
    Pair {
        lumen: PathBuf,
        vessel: PathBuf,
    },
}

/// A file in a folder of masks that is none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    pub path: PathBuf,
    pub why: &'static str,
}

/// What lies in a folder of masks, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub masks: Vec<MaskFiles>,
    pub passed_over: Vec<PassedOver>,
}

/// Why a file, or a pair, has no mask.
#[derive(Debug, thiserror::Error)]
pub enum MaskFileError {
    #[error(transparent)]
    Raster(#[from] RasterError),
    #[error(transparent)]
    Levels(#[from] LevelsFault),
    #[error(transparent)]
    Fault(#[from] MaskFault),
    #[error("{}: {error}", path.display())]
    InPair { path: PathBuf, error: Box<Self> },
    #[error("the shape is in {pieces} pieces instead of one")]
    Pieces { pieces: usize },
    #[error("the lumen's image is {} x {}, the vessel's {} x {}; both must have one size", lumen[0], lumen[1], vessel[0], vessel[1])]
    PairSizes { lumen: [usize; 2], vessel: [usize; 2] },
    #[error(
        "{pixels} pixels of the lumen are outside the vessel, the first at column {column}, row {row}; check that the two belong together"
    )]
    LumenOutside { pixels: usize, column: usize, row: usize },
}

impl MaskFileError {
    /// Identifier for tables and counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Raster(_) => "unreadable",
            Self::Levels(LevelsFault::SeveralReadings { .. }) => "several-readings",
            Self::Levels(_) => "unclear-levels",
            Self::Fault(_) => "no-mask",
            Self::InPair { error, .. } => error.kind(),
            Self::Pieces { .. } | Self::PairSizes { .. } | Self::LumenOutside { .. } => "unfit-pair",
        }
    }
}

impl WallMask {
    /// Reads a PNG of any size and kind; its regions are not checked yet.
    pub fn from_png(path: &Path) -> Result<Self, MaskFileError> {
        Ok(MaskFiles::One(path.to_owned()).read(&MaskLevels::default())?.mask)
    }
}

impl MaskFiles {
    /// The mask with what its levels were taken for; its regions are not checked yet.
    pub fn read(&self, levels: &MaskLevels) -> Result<ReadMask, MaskFileError> {
        match self {
            Self::One(path) => Ok(read(&Raster::read(path)?, levels)?),
            Self::Pair { lumen, vessel } => {
                let shape = |path: &Path| {
                    shape(path, levels)
                        .map_err(|error| MaskFileError::InPair { path: path.into(), error: error.into() })
                };
                let (inner, outer) = (shape(lumen)?, shape(vessel)?);
                let [lumen, vessel] = [&inner, &outer].map(|s| [s.width, s.height]);
                if lumen != vessel {
                    return Err(MaskFileError::PairSizes { lumen, vessel });
                }
                let beyond = || (0..inner.filled.len()).filter(|i| inner.filled[*i] && !outer.filled[*i]);
                if let Some(first) = beyond().next() {
                    let (column, row) = (first % inner.width, first / inner.width);
                    return Err(MaskFileError::LumenOutside { pixels: beyond().count(), column, row });
                }
                let mask = WallMask::drawn(inner.width, inner.height, |i| outer.filled[i] && !inner.filled[i]);
                Ok(ReadMask { mask, reading: Reading::of_pair([inner.reading, outer.reading]) })
            }
        }
    }

    /// The paths, the lumen's first.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::One(path) => vec![path],
            Self::Pair { lumen, vessel } => vec![lumen, vessel],
        }
    }

    /// The name of the file without its folder; of a pair both.
    pub fn name(&self) -> String {
        let names = self.paths().into_iter().map(|p| p.file_name().unwrap_or(p.as_os_str()).to_string_lossy());
        names.collect::<Vec<_>>().join(" + ")
    }

    /// The name without its ending, for results; of a pair what both have in common.
    pub fn stem(&self) -> String {
        let stem =
            |path: &Path| path.file_stem().map_or_else(|| "mask".to_owned(), |s| s.to_string_lossy().into_owned());
        match self {
            Self::One(path) => stem(path),
            Self::Pair { lumen, .. } => {
                let stem = stem(lumen);
                let left = pair_key(&stem, &LUMEN).map(|key| key.replace(PLACE, ""));
                let left = left.unwrap_or_default().replace("--", "-").replace("__", "_");
                let left = left.trim_matches(SEPARATORS);
                if left.is_empty() { stem } else { left.to_owned() }
            }
        }
    }
}

impl fmt::Display for MaskFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<String> = self.paths().iter().map(|p| p.display().to_string()).collect();
        f.write_str(&paths.join(" + "))
    }
}

impl Listing {
    /// What was passed over, for a message about too few masks: `, only x.jpg (no PNG)`; empty if nothing was.
    pub fn others(&self) -> String {
        let named = |p: &PassedOver| format!("{} ({})", p.path.file_name().unwrap_or_default().display(), p.why);
        let others: Vec<String> = self.passed_over.iter().take(QUOTED).map(named).collect();
        let more = if self.passed_over.len() > QUOTED { ", ..." } else { "" };
        if others.is_empty() { String::new() } else { format!(", only {}{more}", others.join(", ")) }
    }

    /// What lies directly in `folder`. Everything is listed: as a mask, readable or not, or as passed over.
    pub fn of(folder: &Path) -> std::io::Result<Self> {
        let mut paths = std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        let mut listing = Self::default();
        let mut pngs = Vec::new();
        for path in paths {
            match foreign(&path) {
                Some(why) => listing.passed_over.push(PassedOver { path, why }),
                None => pngs.push(path),
            }
        }
        listing.masks = paired(pngs);
        Ok(listing)
    }
}

/// The masks that these files hold, in their order: pairs by their names, all others alone.
pub fn paired(paths: Vec<PathBuf>) -> Vec<MaskFiles> {
    let key = |path: &Path, words: &[&str]| {
        let stem = pair_key(&path.file_stem()?.to_string_lossy(), words)?;
        Some((path.parent().map(Path::to_owned), stem))
    };
    let mut masks: Vec<Option<MaskFiles>> = paths.iter().cloned().map(|p| Some(MaskFiles::One(p))).collect();
    for (at, path) in paths.iter().enumerate() {
        let Some(wanted) = key(path, &LUMEN) else { continue };
        let partner =
            (0..paths.len()).find(|p| masks[*p].is_some() && key(&paths[*p], &VESSEL).as_ref() == Some(&wanted));
        if let Some(partner) = partner {
            masks[at] = Some(MaskFiles::Pair { lumen: path.clone(), vessel: paths[partner].clone() });
            masks[partner] = None;
        }
    }
    masks.into_iter().flatten().collect()
}

/// Most other files that a message lists.
const QUOTED: usize = 3;
const LUMEN: [&str; 2] = ["lumen", "lum"];
const VESSEL: [&str; 5] = ["vessel", "media", "med", "eem", "outer"];
const SEPARATORS: [char; 4] = ['-', '_', ' ', '.'];
/// Stands for the word that tells the files of a pair apart.
const PLACE: &str = "\u{0}";

/// The name with the word that makes it one of a pair replaced; `None` if it has none.
fn pair_key(stem: &str, words: &[&str]) -> Option<String> {
    let lower = stem.to_lowercase();
    let mut start = 0;
    for part in lower.split(SEPARATORS) {
        if words.contains(&part) {
            return Some(format!("{}{PLACE}{}", &lower[..start], &lower[start + part.len()..]));
        }
        start += part.len() + 1;
    }
    None
}

/// Why a path is no mask by its name and place alone; `None` if it should be one.
fn foreign(path: &Path) -> Option<&'static str> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let is_png = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    match name.to_ascii_lowercase().as_str() {
        ".ds_store" | "thumbs.db" | "desktop.ini" => return Some("kept by the system for showing the folder"),
        "masks-report.csv" => return Some("a report of `ridgewalk run`"),
        n if n.starts_with("._") => return Some("kept by macOS beside a file of this name"),
        n if n.starts_with('.') => return Some("a hidden file"),
        _ => {}
    }
    if path.is_dir() {
        return Some("a folder; give it by itself if it holds masks");
    }
    let has_result =
        |stem: &str, endings: &[&str]| endings.iter().any(|e| path.with_file_name(format!("{stem}{e}")).exists());
    for (ending, others) in [
        ("_stress.png", ["_stress.npy", "_summary.json"]),
        ("_stress.npy", ["_stress.png", "_summary.json"]),
        ("_mesh.vtk", ["_stress.npy", "_summary.json"]),
        ("_summary.json", ["_stress.npy", "_mesh.vtk"]),
    ] {
        if name.strip_suffix(ending).is_some_and(|stem| has_result(stem, &others)) {
            return Some("a result of `ridgewalk label`");
        }
    }
    let is_image = |e: &OsStr| IMAGES.iter().any(|i| e.eq_ignore_ascii_case(i));
    match path.extension() {
        _ if is_png => None,
        Some(e) if is_image(e) => Some("an image of another format; save the mask as PNG"),
        _ => Some("no PNG"),
    }
}

const IMAGES: [&str; 12] = ["jpg", "jpeg", "tif", "tiff", "bmp", "gif", "webp", "pgm", "ppm", "dcm", "nii", "npy"];

/// The filled shape in one file of a pair.
struct Shape {
    width: usize,
    height: usize,
    filled: Vec<bool>,
    reading: Reading,
}

fn shape(path: &Path, levels: &MaskLevels) -> Result<Shape, MaskFileError> {
    let raster = Raster::read(path)?;
    let (filled, reading) = filled(&raster, levels)?;
    let (width, height) = (raster.width, raster.height);
    match components(width, height, &filled, true).len() {
        0 => Err(MaskFault::Empty.into()),
        1 => Ok(Shape { width, height, filled, reading }),
        pieces => Err(MaskFileError::Pieces { pieces }),
    }
}
