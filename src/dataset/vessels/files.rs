//! Masks in files: one PNG, or a pair of PNGs for lumen and vessel; and what else lies in a folder of them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::masks::{MaskFault, WallMask};
use super::meaning::{LevelsFault, ReadMask, Reading};
use super::raster::{Raster, RasterError};
use super::reading::{filled, read};
use super::regions::components;
use crate::experiment::MaskLevels;

/// The file or files of one mask.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MaskFiles {
    One(PathBuf),
    /// The same name but for one word in the file's name or its folder's, which is `lumen`, `lum` or `inner` in one and
    /// `vessel`, `media`, `med`, `eem` or `outer` in the other.
    Pair {
        /// The filled shape of the lumen.
        lumen: PathBuf,
        /// The filled shape of the vessel: lumen and wall together.
        vessel: PathBuf,
    },
}

/// A file in a folder of masks that is none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    pub path: PathBuf,
    /// The end of a sentence that begins with the name.
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
    /// More than one shape; column and row from 0, of the smallest one's first pixel.
    #[error(
        "the shape is in {pieces} pieces instead of one; the smallest has {pixels} pixels, the first at column {column}, row {row}; remove what does not belong to it"
    )]
    Pieces { pieces: usize, pixels: usize, column: usize, row: usize },
    #[error(
        "the shapes of lumen and vessel are equal, so that no wall is between them; give the outer border's shape too"
    )]
    NoWallBetween,
    /// Width and height of each, pixels.
    #[error("the lumen's image is {} x {}, the vessel's {} x {}; both must have one size", lumen[0], lumen[1], vessel[0], vessel[1])]
    PairSizes { lumen: [usize; 2], vessel: [usize; 2] },
    /// Column and row from 0, of the first pixel outside.
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
            Self::Levels(
                LevelsFault::SeveralReadings { .. } | LevelsFault::Framed { .. } | LevelsFault::Lined { .. },
            ) => "several-readings",
            Self::Levels(_) => "unclear-levels",
            Self::Fault(_) => "no-mask",
            Self::InPair { error, .. } => error.kind(),
            Self::Pieces { .. } | Self::NoWallBetween | Self::PairSizes { .. } | Self::LumenOutside { .. } => {
                "unfit-pair"
            }
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
            Self::One(path) => {
                let mut read = read(&Raster::read(path)?, levels)?;
                read.reading.half_of_a_pair = half_of_a_pair(path);
                Ok(read)
            }
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
                if inner.filled == outer.filled {
                    return Err(MaskFileError::NoWallBetween);
                }
                let mask = WallMask::drawn(inner.width, inner.height, |i| outer.filled[i] && !inner.filled[i]);
                let pixels = [&inner, &outer].map(|s| s.filled.iter().filter(|f| **f).count());
                Ok(ReadMask { mask, reading: Reading::of_pair([inner.reading, outer.reading], pixels) })
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
        let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match self {
            Self::One(path) => name(path),
            Self::Pair { lumen, vessel } if lumen.parent() == vessel.parent() => {
                format!("{} + {}", name(lumen), name(vessel))
            }
            Self::Pair { lumen, vessel } => {
                let with_folder =
                    |path: &Path| format!("{}/{}", path.parent().map(name).unwrap_or_default(), name(path));
                format!("{} + {}", with_folder(lumen), with_folder(vessel))
            }
        }
    }

    /// The name without its ending, for results; of a pair what both have in common.
    pub fn stem(&self) -> String {
        let stem =
            |path: &Path| path.file_stem().map_or_else(|| "mask".to_owned(), |s| s.to_string_lossy().into_owned());
        match self {
            Self::One(path) => stem(path),
            Self::Pair { lumen, .. } => {
                let whole = stem(lumen);
                let Some((before, after)) = around(&whole, &LUMEN) else { return whole };
                let parts = [before.trim_matches(SEPARATORS), after.trim_matches(SEPARATORS)];
                let left: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
                if left.is_empty() { whole } else { left.join("-") }
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
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && [&LUMEN[..], &VESSEL].iter().any(|words| around(&name, words).is_some()) {
                let inner = Self::of(&path)?;
                pngs.extend(inner.files());
                listing.passed_over.extend(inner.passed_over);
                continue;
            }
            match foreign(&path) {
                Some(why) => listing.passed_over.push(PassedOver { path, why }),
                None => pngs.push(path),
            }
        }
        listing.masks = paired(pngs);
        Ok(listing)
    }

    /// The files of all masks.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.masks.iter().flat_map(MaskFiles::paths).map(Path::to_owned)
    }
}

/// The masks that these files hold, in their order: pairs by their names, all others alone.
pub fn paired(paths: Vec<PathBuf>) -> Vec<MaskFiles> {
    let mut masks: Vec<Option<MaskFiles>> = paths.iter().cloned().map(|p| Some(MaskFiles::One(p))).collect();
    let mut vessels: HashMap<[PathBuf; 2], Vec<usize>> = HashMap::new();
    for (at, path) in paths.iter().enumerate() {
        without_word(path, &VESSEL).into_iter().for_each(|key| vessels.entry(key).or_default().push(at));
    }
    for (at, path) in paths.iter().enumerate() {
        let partners: Vec<usize> =
            without_word(path, &LUMEN).iter().filter_map(|key| vessels.get(key)).flatten().copied().collect();
        // Of several, as of media and EEM, none is taken for the vessel.
        if let [partner] = partners[..]
            && masks[at].is_some()
            && masks[partner].is_some()
        {
            masks[at] = Some(MaskFiles::Pair { lumen: path.clone(), vessel: paths[partner].clone() });
            masks[partner] = None;
        }
    }
    masks.into_iter().flatten().collect()
}

/// Most other files that a message lists.
const QUOTED: usize = 3;
const LUMEN: [&str; 3] = ["lumen", "lum", "inner"];
const VESSEL: [&str; 5] = ["vessel", "media", "med", "eem", "outer"];
const SEPARATORS: [char; 4] = ['-', '_', ' ', '.'];
/// What a name has before and after the first of these words; `None` if it has none of them.
fn around<'a>(name: &'a str, words: &[&str]) -> Option<(&'a str, &'a str)> {
    around_each(name, words).into_iter().next()
}

/// What a name has before and after each of these words that it has.
fn around_each<'a>(name: &'a str, words: &[&str]) -> Vec<(&'a str, &'a str)> {
    let (mut start, mut found) = (0, Vec::new());
    for part in name.split(SEPARATORS) {
        let end = start + part.len();
        if words.iter().any(|w| part.eq_ignore_ascii_case(w)) {
            found.push((&name[..start], &name[end..]));
        }
        // All separators are one byte.
        start = end + 1;
    }
    found
}

/// What both files of a pair have in common: the path before the word, and after it. The word stands in the file's name,
/// or else in that of its folder; of several words each may be the one.
fn without_word(path: &Path, words: &[&str]) -> Vec<[PathBuf; 2]> {
    let text = |name: Option<&'_ OsStr>| name.and_then(OsStr::to_str).unwrap_or_default().to_owned();
    let (stem, folder) = (text(path.file_stem()), path.parent().unwrap_or(Path::new("")));
    let in_name = around_each(&stem, words);
    if !in_name.is_empty() {
        return in_name.into_iter().map(|(before, after)| [folder.join(before), after.into()]).collect();
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    let in_folder = text(folder.file_name());
    let key = |(before, after): (&str, &str)| [above.join(before), Path::new(after).join(&stem)];
    around_each(&in_folder, words).into_iter().map(key).collect()
}

/// Whether a name is that of one file of a pair.
fn half_of_a_pair(path: &Path) -> bool {
    [&LUMEN[..], &VESSEL].iter().any(|words| !without_word(path, words).is_empty())
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
    let pieces = components(width, height, &filled, true);
    match pieces.iter().min_by_key(|piece| piece.len()) {
        None => Err(MaskFault::Empty.into()),
        Some(smallest) if pieces.len() > 1 => {
            let first = smallest.iter().min().copied().unwrap_or_default();
            let (column, row) = (first % width, first / width);
            Err(MaskFileError::Pieces { pieces: pieces.len(), pixels: smallest.len(), column, row })
        }
        Some(_) => Ok(Shape { width, height, filled, reading }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_are_a_pair_if_one_word_differs_and_no_third_fits() {
        for (files, found) in [
            ("x-lumen x-vessel", "x-lumen + x-vessel"),
            ("vessel_lumen_1 vessel_outer_1", "vessel_lumen_1 + vessel_outer_1"),
            ("inner_med_1 inner_lumen_1", "inner_lumen_1 + inner_med_1"),
            ("a_eem a_lumen a_media", "a_eem, a_lumen, a_media"),
            ("a_lumen b_vessel", "a_lumen, b_vessel"),
            ("lumen/1 vessel/1", "lumen/1 + vessel/1"),
        ] {
            let paths = files.split(' ').map(|name| Path::new("f").join(name).with_extension("png")).collect();
            let names: Vec<String> = paired(paths).iter().map(MaskFiles::name).collect();
            assert_eq!(names.join(", ").replace(".png", ""), found, "{files}");
        }
    }
}
