//! What is wrong with a mask that has no reading, or readings that explain its wall away.

use super::masks::{MaskFault, WallMask};
use super::meaning::{LevelsFault, ReadMask, Reading};
use super::regions::{components, grown, is_outermost, reachable_from_border};
use super::search::{Candidate, ISLAND, Search, found};
use crate::experiment::MaskPlace;

/// A level on more than one in so many pixels of the image's border is what lies round the vessel, not a cut wall.
const CANVAS: usize = 4;
/// Inside a disc, a smaller share of it is a wire or a catheter rather than the lumen of a wall.
const WIRE: usize = 5;

impl Search<'_> {
    /// The outside's level if the image may cut the vessel off on all sides: then the four corners are of another level
    /// than most of the border, and these readings take the vessel's wall for what lies round it.
    pub fn cut_on_all_sides(&self, readings: &[Candidate]) -> Option<usize> {
        let (w, h, of) = (self.raster.width, self.raster.height, &self.levels.of);
        let level = usize::from(of[0]);
        let is_corner = [w - 1, w * (h - 1), w * h - 1].iter().all(|i| usize::from(of[*i]) == level);
        let is_named = MaskPlace::ALL.iter().any(|p| self.is_named(*p));
        (!is_named && is_corner && level != self.outside && readings.iter().all(|r| !r.wall[level])).then_some(level)
    }

    /// A level that is the wall rather than what any of these readings takes for it, although it fails a check: what it
    /// surrounds is their lumen and more, and they explain it away as outside or its hole as wall. `None` also if a user
    /// named the wall or the lumen.
    pub fn faulty_wall_of_all(&self, readings: &[Candidate], free: &[usize]) -> Option<usize> {
        if readings.is_empty() || [MaskPlace::Wall, MaskPlace::Lumen].iter().any(|p| self.is_named(*p)) {
            return None;
        }
        let (w, h) = (self.raster.width, self.raster.height);
        let not_outside = self.levels.of.iter().filter(|l| usize::from(**l) != self.outside).count();
        free.iter().copied().find(|level| {
            let image: Vec<bool> = self.levels.of.iter().map(|l| usize::from(*l) == *level).collect();
            let own: Vec<usize> = (0..w * h).filter(|i| image[*i]).collect();
            let on_border = own.iter().filter(|i| is_outermost(w, h, **i)).count();
            let is_canvas = on_border * CANVAS > 2 * (w + h) && !readings.iter().all(|r| r.is_sliver(WIRE));
            let is_large = own.len() * ISLAND >= not_outside && !is_canvas;
            if !is_large || WallMask::new(w, h, image.clone()).is_none_or(|mask| mask.regions().is_ok()) {
                return false;
            }
            let hole = |image: &[bool]| {
                let outside = reachable_from_border(w, h, image);
                let enclosed: Vec<bool> = image.iter().zip(outside).map(|(own, out)| !own && !out).collect();
                components(w, h, &enclosed, false).into_iter().max_by_key(Vec::len)
            };
            let hole = hole(&image).or_else(|| hole(&grown(w, h, &image))).unwrap_or_default();
            readings.iter().all(|reading| {
                let lumen: Vec<usize> = (0..w * h).filter(|i| reading.places[*i] == MaskPlace::Lumen).collect();
                let lost = own.iter().filter(|i| reading.places[**i] == MaskPlace::Outside).count();
                let fills = reading.lumen_pixels * ISLAND < hole.len() && lies_in(w, &lumen, &hole);
                fills || (lost * 2 > own.len() && lies_in(w, &lumen, &own))
            })
        })
    }

    /// The set of levels that comes closest to a wall, as it is; its regions say what is wrong.
    pub fn faulty(&self, forced: &[bool], free: &[usize]) -> Result<ReadMask, LevelsFault> {
        let single = |level: usize| (0..forced.len()).map(|l| l == level).collect::<Vec<bool>>();
        let sets: Vec<Vec<bool>> =
            if forced.contains(&true) { vec![forced.to_vec()] } else { free.iter().map(|l| single(*l)).collect() };
        let image = |set: &Vec<bool>| self.levels.of.iter().map(|l| set[usize::from(*l)]).collect::<Vec<bool>>();
        let (w, h) = (self.raster.width, self.raster.height);
        let away = |set: &Vec<bool>| {
            let fault = WallMask::new(w, h, image(set)).and_then(|mask| mask.regions().err());
            let rank = match fault {
                None | Some(MaskFault::WallThinnerThanPixel { .. }) => 0,
                Some(MaskFault::SeveralLumens { .. }) => 1,
                Some(MaskFault::SeveralComponents { .. }) => 2,
                Some(MaskFault::TouchesBorder { .. }) => 3,
                Some(MaskFault::NoLumen) => 4,
                Some(MaskFault::Empty) => 5,
            };
            (rank, std::cmp::Reverse(image(set).iter().filter(|v| **v).count()))
        };
        let best = sets.iter().min_by_key(|set| away(set)).cloned().unwrap_or_else(|| vec![false; forced.len()]);
        let names: Vec<String> = (0..best.len()).filter(|l| best[*l]).map(|l| self.name(l)).collect();
        let wall = names.join(" and ");
        let places = [vec![self.name(self.outside)], names, Vec::new()];
        let read = self.of_wall(image(&best), Reading { places, ..Reading::default() });
        match read.mask.regions() {
            // Only its lumen's level is not the one that was named.
            Ok(_) => Err(LevelsFault::OtherLumen { wall, found: found(self.raster, Some(self.levels)) }),
            Err(_) => Ok(read),
        }
    }
}

/// Whether the rectangle round these pixels of an image lies in that round the others.
fn lies_in(width: usize, inner: &[usize], outer: &[usize]) -> bool {
    let range = |of: &[usize], at: fn(usize, usize) -> usize| {
        let all = of.iter().map(|i| at(*i, width));
        Some(all.clone().min()?..=all.max()?)
    };
    [|i, w| i % w, |i, w| i / w].into_iter().all(|at: fn(usize, usize) -> usize| {
        let (inner, outer) = (range(inner, at), range(outer, at));
        inner.zip(outer).is_some_and(|(i, o)| o.contains(i.start()) && o.contains(i.end()))
    })
}
