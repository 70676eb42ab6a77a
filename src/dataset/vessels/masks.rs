//! Vessel-wall masks: their representation and their faults.

use super::regions::{components, grown, is_outermost, reachable_from_border, way_to_border};

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
    /// `[height * width]`, true within the inner border.
    pub lumen: Vec<bool>,
    /// `[height * width]`, true within the outer border: lumen and wall.
    pub vessel: Vec<bool>,
}

/// Why a mask is not one vessel wall around one lumen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskFault {
    #[error("the mask is empty: no pixel is wall")]
    Empty,
    /// A wall pixel on the image's edge; column and row from 0, from the top left.
    #[error("the vessel touches the image's border at column {column}, row {row}")]
    TouchesBorder { column: usize, row: usize },
    /// Pieces, where pixels connect over corners.
    #[error("the mask has {count} separate pieces of wall instead of one")]
    SeveralComponents { count: usize },
    #[error("no lumen: the wall encloses no hole")]
    NoLumen,
    /// Holes, where pixels connect over edges only.
    #[error("the wall encloses {count} holes instead of one lumen")]
    SeveralLumens { count: usize },
    /// A gap or a pinch: column and row from 0 of a pixel there.
    #[error("the wall is thinner than a pixel near column {column}, row {row}")]
    WallThinnerThanPixel { column: usize, row: usize },
}

impl MaskFault {
    /// Identifier for tables and counts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty-mask",
            Self::TouchesBorder { .. } => "touches-border",
            Self::SeveralComponents { .. } => "several-components",
            Self::NoLumen => "no-lumen",
            Self::SeveralLumens { .. } => "several-lumens",
            Self::WallThinnerThanPixel { .. } => "wall-too-thin",
        }
    }

    /// Column and row of the faulty pixel, if there is one.
    pub fn pixel(&self) -> Option<[usize; 2]> {
        match self {
            Self::TouchesBorder { column, row } | Self::WallThinnerThanPixel { column, row } => Some([*column, *row]),
            _ => None,
        }
    }
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

    /// Wall where `is_wall` says so of a pixel's index, row by row.
    pub fn drawn(width: usize, height: usize, is_wall: impl Fn(usize) -> bool) -> Self {
        Self { width, height, wall: (0..width * height).map(is_wall).collect() }
    }

    /// Columns of pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
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

    /// The separate pieces of wall, the largest first: the indices of the pixels of each, row by row.
    pub fn pieces(&self) -> Vec<Vec<usize>> {
        let mut pieces = components(self.width, self.height, &self.wall, true);
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        pieces
    }

    /// Whether it would be one wall round one lumen with wall and everything else exchanged.
    pub fn is_perhaps_inverted(&self) -> bool {
        Self::drawn(self.width, self.height, |i| !self.wall[i]).regions().is_ok()
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
        let mut outermost = (0..w * h).filter(|i| self.wall[*i] && is_outermost(w, h, *i));
        if let Some((column, row)) = outermost.next().map(place) {
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

    /// The least thickness of the wall, in pixels along rows, columns and diagonals, with a pixel of the lumen's border
    /// there; `None` if it is no wall round a lumen.
    pub fn thinnest(&self) -> Option<(f64, [usize; 2])> {
        let FilledRegions { lumen, vessel } = self.regions().ok()?;
        let (w, h) = (self.width, self.height);
        let diagonal = std::f64::consts::SQRT_2;
        let row = w as isize;
        let ways = [(1, 1.0), (row, 1.0), (row + 1, diagonal), (row - 1, diagonal)];
        let both_ways = ways.into_iter().flat_map(|(step, length)| [(step, length), (-step, length)]);
        // The wall is not on the image's border, so a way through it ends in the image.
        let at = |from: usize, steps: isize| from.checked_add_signed(steps).unwrap_or_default();
        let mut thinnest: Option<(f64, usize)> = None;
        for (step, length) in both_ways {
            for i in (0..w * h).filter(|i| lumen[*i] && self.wall[at(*i, step)]) {
                let wall = (1..).take_while(|n| self.wall[at(i, n * step)]).count();
                let thick = wall as f64 * length;
                if !vessel[at(i, (wall as isize + 1) * step)] && thinnest.is_none_or(|(least, _)| thick < least) {
                    thinnest = Some((thick, i));
                }
            }
        }
        thinnest.map(|(pixels, i)| (pixels, [i % w, i / w]))
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

/// A smaller hole in the thickened wall (in pixels) is a dent, not a lumen with a gap.
const LEAST_BROKEN_LUMEN: usize = 9;

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
    fn the_thinnest_place_is_measured_in_pixels() {
        let rows = ["........", ".######.", ".######.", ".##..##.", ".##..##.", ".######.", "........"];
        assert_eq!(mask(&rows).thinnest(), Some((1.0, [3, 4])));
        assert_eq!(mask(&["....", ".##.", "...."]).thinnest(), None);
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
