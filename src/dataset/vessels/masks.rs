//! Vessel-wall masks: their representation, their faults, and reading a user's own PNG files.

use std::path::{Path, PathBuf};

use super::regions::{components, grown, reachable_from_border, way_to_border};

/// A cross-section of a vessel: true where the wall is. The lumen is the hole that the wall encloses.
///
/// Invariant: wall.len() == width * height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallMask {
    width: usize,
    height: usize,
    wall: Vec<bool>,
}

/// The two filled shapes of a wall, row by row; the lumen is inside the vessel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledRegions {
    pub lumen: Vec<bool>,
    pub vessel: Vec<bool>,
}

/// Why a mask is not one vessel wall around one lumen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskFault {
    #[error("the mask is empty: no pixel is wall")]
    Empty,
    #[error("the vessel touches the image's border at column {column}, row {row}")]
    TouchesBorder { column: usize, row: usize },
    #[error("the mask has {count} separate pieces of wall instead of one")]
    SeveralComponents { count: usize },
    #[error("no lumen: the wall encloses no hole")]
    NoLumen,
    #[error("the wall encloses {count} holes instead of one lumen")]
    SeveralLumens { count: usize },
    #[error("the wall is thinner than a pixel near column {column}, row {row}")]
    WallThinnerThanPixel { column: usize, row: usize },
}

/// Why a file has no valid mask.
#[derive(Debug, thiserror::Error)]
pub enum MaskFileError {
    #[error("cannot read the image: {0}")]
    Unreadable(#[from] image::ImageError),
    #[error("cannot read: {0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Fault(#[from] MaskFault),
}

/// The outcome for each file of a folder, ordered by name.
#[derive(Debug, Default)]
pub struct MaskReport {
    pub accepted: Vec<(PathBuf, WallMask)>,
    pub refused: Vec<(PathBuf, MaskFileError)>,
}

impl WallMask {
    /// `None` if the number of values is not width * height.
    pub fn new(width: usize, height: usize, wall: Vec<bool>) -> Option<Self> {
        (wall.len() == width * height).then_some(Self { width, height, wall })
    }

    /// Wall where the value is above `threshold`; NaN is not wall.
    pub fn from_values(width: usize, height: usize, values: &[f32], threshold: f32) -> Option<Self> {
        Self::new(width, height, values.iter().map(|v| *v > threshold).collect())
    }

    /// Grey values of either convention: a wall mask (bright is wall), or three levels for the outside, the wall and
    /// the lumen enclosed by it.
    pub fn from_grey(width: usize, height: usize, grey: &[u8]) -> Option<Self> {
        let wall_level = wall_of_three_levels(width, height, grey);
        let is_wall = |g: &u8| wall_level.map_or(*g >= HALF_GREY, |level| *g == level);
        Self::new(width, height, grey.iter().map(is_wall).collect())
    }

    /// Reads a PNG of any size; its regions are not checked yet.
    pub fn from_png(path: &Path) -> Result<Self, MaskFileError> {
        let grey = image::ImageReader::open(path)?.with_guessed_format()?.decode()?.into_luma8();
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        Self::from_grey(width, height, grey.as_raw()).ok_or(MaskFileError::Fault(MaskFault::Empty))
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether each pixel is wall, row by row from the top.
    pub fn wall(&self) -> &[bool] {
        &self.wall
    }

    /// 1 for wall and 0 elsewhere, the input of a network.
    pub fn to_values(&self) -> Vec<f32> {
        self.wall.iter().map(|w| f32::from(u8::from(*w))).collect()
    }

    /// Fills lumen and vessel, or returns the first fault. A wall that has gaps, in one piece or several, is reported
    /// as too thin.
    ///
    /// Wall pixels connect over corners, all others only over edges, so a closed chain of wall pixels encloses a
    /// region.
    pub fn regions(&self) -> Result<FilledRegions, MaskFault> {
        let (w, h) = (self.width, self.height);
        let place = |i: usize| (i % w, i / w);
        if !self.wall.contains(&true) {
            return Err(MaskFault::Empty);
        }
        let on_border = |i: &usize| {
            let (x, y) = place(*i);
            x == 0 || y == 0 || x + 1 == w || y + 1 == h
        };
        if let Some((column, row)) = (0..w * h).filter(|i| self.wall[*i]).find(on_border).map(place) {
            return Err(MaskFault::TouchesBorder { column, row });
        }
        let outside = reachable_from_border(w, h, &self.wall);
        let lumen: Vec<bool> = self.wall.iter().zip(&outside).map(|(wall, out)| !wall && !out).collect();
        let pieces = components(w, h, &self.wall, true).len();
        let holes = components(w, h, &lumen, false).len();
        if let (0, Some(gap)) = (holes, self.gap_in_the_wall()) {
            return Err(gap);
        }
        if pieces > 1 {
            return Err(MaskFault::SeveralComponents { count: pieces });
        }
        match holes {
            0 => Err(MaskFault::NoLumen),
            1 => {
                let pinch = (0..w * h).filter(|i| lumen[*i]).find(|i| {
                    let (x, y) = place(*i);
                    // The lumen is enclosed, so it is not on the border.
                    [i - w - 1, i - w + 1, i + w - 1, i + w + 1].iter().any(|d| outside[*d]) && x > 0 && y > 0
                });
                if let Some((column, row)) = pinch.map(place) {
                    return Err(MaskFault::WallThinnerThanPixel { column, row });
                }
                Ok(FilledRegions { lumen, vessel: outside.iter().map(|out| !out).collect() })
            }
            count => Err(MaskFault::SeveralLumens { count }),
        }
    }

    /// The mask with a margin on two opposite sides, so that its height equals its width.
    pub fn squared(&self) -> Self {
        let side = self.width.max(self.height);
        let (left, top) = ((side - self.width) / 2, (side - self.height) / 2);
        let mut wall = vec![false; side * side];
        for (y, row) in self.wall.chunks_exact(self.width.max(1)).enumerate() {
            wall[(y + top) * side + left..][..self.width].copy_from_slice(row);
        }
        Self { width: side, height: side, wall }
    }

    /// The mask on another grid: lumen and vessel are averaged over the area of each new pixel and thresholded at a
    /// half.
    pub fn resampled(&self, width: usize, height: usize) -> Result<Self, MaskFault> {
        let regions = self.regions()?;
        let vessel = super::regions::area_average(self.width, self.height, &regions.vessel, width, height);
        let lumen = super::regions::area_average(self.width, self.height, &regions.lumen, width, height);
        let wall = vessel.iter().zip(&lumen).map(|(v, l)| *v > 0.5 && *l <= 0.5).collect();
        Self::new(width, height, wall).ok_or(MaskFault::Empty)
    }

    /// A gap in a wall that encloses no hole but would if it were one pixel thicker.
    fn gap_in_the_wall(&self) -> Option<MaskFault> {
        let (w, h) = (self.width, self.height);
        let thicker = grown(w, h, &self.wall);
        let outside = reachable_from_border(w, h, &thicker);
        let hole: Vec<bool> = thicker.iter().zip(&outside).map(|(wall, out)| !wall && !out).collect();
        let most = components(w, h, &hole, false).into_iter().max_by_key(Vec::len)?;
        if most.len() < LEAST_BROKEN_LUMEN {
            return None;
        }
        let place = |i: usize| (i % w, i / w);
        // The way out of the hole leads through the gap, where it crosses the thickened wall between two wall pixels.
        let way = way_to_border(w, h, &self.wall, *most.first()?);
        let narrow = |i: &usize| {
            let (x, y) = place(*i);
            let inner = x > 0 && y > 0 && x + 1 < w && y + 1 < h;
            let pairs = [1, w, w + 1, w - 1];
            inner && pairs.iter().any(|d| self.wall[i - d] && self.wall[i + d])
        };
        let gap = way.iter().find(|i| narrow(i)).or_else(|| way.iter().find(|i| thicker[**i]))?;
        let (column, row) = place(*gap);
        Some(MaskFault::WallThinnerThanPixel { column, row })
    }
}

/// Reads and checks every PNG directly in `folder`.
pub fn read_folder(folder: &Path) -> std::io::Result<MaskReport> {
    let mut report = MaskReport::default();
    for path in png_files(folder)? {
        let checked = WallMask::from_png(&path).and_then(|mask| {
            mask.regions()?;
            Ok(mask)
        });
        match checked {
            Ok(mask) => report.accepted.push((path, mask)),
            Err(error) => report.refused.push((path, error)),
        }
    }
    Ok(report)
}

/// The PNG files directly in `folder`, sorted by name.
pub fn png_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

impl std::fmt::Display for MaskReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} masks accepted, {} rejected", self.accepted.len(), self.refused.len())?;
        for (path, error) in &self.refused {
            writeln!(f, "{}: {error}", path.display())?;
        }
        Ok(())
    }
}

/// Grey values of at least this are wall.
const HALF_GREY: u8 = 128;
/// A smaller hole in the thickened wall (in pixels) is a dent, not a lumen with a gap.
const LEAST_BROKEN_LUMEN: usize = 9;

/// The grey level of the wall if there are exactly three levels and one of them never touches the outside.
fn wall_of_three_levels(width: usize, height: usize, grey: &[u8]) -> Option<u8> {
    let mut seen = [false; 256];
    grey.iter().for_each(|g| seen[usize::from(*g)] = true);
    let levels: Vec<u8> = (0..=u8::MAX).filter(|g| seen[usize::from(*g)]).collect();
    let outside = *grey.first()?;
    let [a, b]: [u8; 2] = levels.iter().copied().filter(|g| *g != outside).collect::<Vec<_>>().try_into().ok()?;
    let touches_outside = |level: u8| {
        (0..width * height).filter(|i| grey[*i] == level).any(|i| {
            let (x, y) = (i % width, i / width);
            x == 0
                || y == 0
                || x + 1 == width
                || y + 1 == height
                || [i - 1, i + 1, i - width, i + width].iter().any(|d| grey[*d] == outside)
        })
    };
    match (touches_outside(a), touches_outside(b)) {
        (true, false) => Some(a),
        (false, true) => Some(b),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mask from rows in which `#` is wall.
    fn mask(rows: &[&str]) -> WallMask {
        let wall = rows.iter().flat_map(|r| r.chars().map(|c| c == '#')).collect();
        WallMask::new(rows[0].len(), rows.len(), wall).expect("a rectangle")
    }

    #[test]
    fn each_fault_is_found_on_a_mask_that_has_it() {
        let table = [
            (mask(&["....", "....", "...."]), MaskFault::Empty),
            (mask(&["...", "##.", "..."]), MaskFault::TouchesBorder { column: 0, row: 1 }),
            (mask(&[".......", ".#...#.", "......."]), MaskFault::SeveralComponents { count: 2 }),
            (mask(&[".....", ".###.", ".###.", "....."]), MaskFault::NoLumen),
            (mask(&[".......", ".#####.", ".#.#.#.", ".#####.", "......."]), MaskFault::SeveralLumens { count: 2 }),
            (
                mask(&["......", ".###..", ".#.#..", ".#..#.", ".####.", "......"]),
                MaskFault::WallThinnerThanPixel { column: 3, row: 3 },
            ),
            (
                mask(&[
                    ".........",
                    ".#######.",
                    ".#.....#.",
                    ".#.......",
                    ".#.....#.",
                    ".#.....#.",
                    ".#.....#.",
                    ".#######.",
                    ".........",
                ]),
                MaskFault::WallThinnerThanPixel { column: 7, row: 3 },
            ),
        ];
        for (mask, fault) in table {
            assert_eq!(mask.regions(), Err(fault));
        }
    }

    #[test]
    fn a_ring_is_filled() {
        let ring = mask(&[".....", ".###.", ".#.#.", ".###.", "....."]);
        let regions = ring.regions().expect("a ring");
        assert_eq!(regions.lumen.iter().filter(|l| **l).count(), 1);
        assert_eq!(regions.vessel.iter().filter(|v| **v).count(), 9);
    }

    #[test]
    fn both_grey_conventions_give_the_same_wall() {
        let ring = mask(&[".....", ".###.", ".#.#.", ".###.", "....."]);
        let regions = ring.regions().expect("a ring");
        for (outside, wall, lumen) in [(0, 255, 0), (0, 128, 255), (0, 255, 100), (0, 40, 20), (255, 0, 128)] {
            let grey: Vec<u8> = (0..25)
                .map(|i| match (regions.vessel[i], regions.lumen[i]) {
                    (_, true) => lumen,
                    (true, _) => wall,
                    _ => outside,
                })
                .collect();
            assert_eq!(WallMask::from_grey(5, 5, &grey), Some(ring.clone()), "{outside} {wall} {lumen}");
        }
    }

    #[test]
    fn a_folder_is_reported_file_by_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let save = |name: &str, grey: Vec<u8>| {
            image::GrayImage::from_raw(5, 5, grey).expect("5 x 5").save(folder.path().join(name)).expect("saved");
        };
        let ring = mask(&[".....", ".###.", ".#.#.", ".###.", "....."]);
        save("b.png", ring.wall().iter().map(|w| if *w { 255 } else { 0 }).collect());
        save("a.png", vec![0; 25]);
        std::fs::write(folder.path().join("c.png"), "no image").expect("written");
        std::fs::write(folder.path().join("notes.txt"), "ignored").expect("written");

        let report = read_folder(folder.path()).expect("readable");
        assert_eq!(report.accepted.len(), 1);
        assert_eq!(report.accepted[0].1, ring);
        assert!(matches!(report.refused[0].1, MaskFileError::Fault(MaskFault::Empty)));
        assert!(matches!(report.refused[1].1, MaskFileError::Unreadable(_)));
        assert!(report.to_string().starts_with("1 masks accepted, 2 rejected"));
    }

    #[test]
    fn a_square_has_its_margin_on_both_sides() {
        for (rows, square) in [
            (&["##", "##"][..], &["##", "##"][..]),
            (&["###"], &["...", "###", "..."]),
            (&["#", "#", "#", "#"], &[".#..", ".#..", ".#..", ".#.."]),
        ] {
            assert_eq!(mask(rows).squared(), mask(square));
        }
    }

    #[test]
    fn resampling_keeps_the_areas() {
        let n = 128_usize;
        let wall = (0..n * n)
            .map(|i| {
                let (x, y) = ((i % n) as f64 - 63.5, (i / n) as f64 - 63.5);
                (20.0..40.0).contains(&x.hypot(y))
            })
            .collect();
        let large = WallMask::new(n, n, wall).expect("square");
        let small = large.resampled(64, 64).expect("one wall");
        let count = |m: &WallMask| m.wall().iter().filter(|w| **w).count() as f64;
        assert!((count(&small) * 4.0 / count(&large) - 1.0).abs() < 0.02);
    }
}
