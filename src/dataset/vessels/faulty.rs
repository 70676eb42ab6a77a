//! What is wrong with a mask that has no reading, or readings that explain its wall away.

use std::ops::RangeInclusive;

use super::masks::{MaskFault, WallMask};
use super::meaning::{LevelsFault, ReadMask, Reading};
use super::regions::{components, grown, reachable_from_border};
use super::search::{Candidate, ISLAND, Search, found};
use crate::experiment::MaskPlace;

/// Levels of a wall that fails a check and of what lies round it.
pub struct FaultyWall {
    pub wall: usize,
    pub outside: usize,
}

impl Search<'_> {
    /// A level that is the wall rather than what any of these readings takes for it, although it fails a check, with the
    /// level round it: what it surrounds is their lumen and more, and they explain it away as outside or its hole as
    /// wall. Without a reading only the level on most of the image's border may be such a wall. `None` also if a user
    /// named the wall or the lumen.
    pub fn faulty_wall_of_all(&self, readings: &[Candidate], free: &[usize]) -> Option<FaultyWall> {
        if [MaskPlace::Wall, MaskPlace::Lumen].iter().any(|p| self.is_named(*p)) {
            return None;
        }
        let (w, h, of) = (self.raster.width, self.raster.height, &self.levels.of);
        let may_be_cut = |outside: &usize| {
            let at_corner = [0, w - 1, w * (h - 1), w * h - 1].iter().any(|i| usize::from(of[*i]) == *outside);
            !(self.is(MaskPlace::Outside, *outside) || readings.is_empty() && at_corner)
        };
        let free = free.iter().copied().filter(|_| !readings.is_empty());
        free.chain(Some(self.outside).filter(may_be_cut)).find_map(|wall| self.faulty_wall(wall, readings))
    }

    fn faulty_wall(&self, wall: usize, readings: &[Candidate]) -> Option<FaultyWall> {
        let (w, h, of) = (self.raster.width, self.raster.height, &self.levels.of);
        let image: Vec<bool> = of.iter().map(|l| usize::from(*l) == wall).collect();
        let own: Vec<usize> = (0..w * h).filter(|i| image[*i]).collect();
        WallMask::new(w, h, image.clone())?.regions().err()?;
        let corner = round_corner(w, h, &image)?;
        let not_outside = of.iter().filter(|l| usize::from(**l) != self.outside).count();
        if own.len() * ISLAND < not_outside {
            return None;
        }
        let hole = |image: &[bool]| {
            let outside = reachable_from_border(w, h, image);
            let enclosed: Vec<bool> = image.iter().zip(outside).map(|(own, out)| !own && !out).collect();
            components(w, h, &enclosed, false).into_iter().max_by_key(Vec::len)
        };
        let hole = hole(&image).or_else(|| hole(&grown(w, h, &image))).unwrap_or_default();
        let is_explained_away = |reading: &Candidate| {
            let lumen: Vec<usize> = (0..w * h).filter(|i| reading.places[*i] == MaskPlace::Lumen).collect();
            let lost = own.iter().filter(|i| reading.places[**i] == MaskPlace::Outside).count();
            let fills = reading.lumen_pixels * ISLAND < hole.len() && lies_in(w, &lumen, &hole);
            let is_filled = || hole.iter().all(|i| reading.places[*i] == MaskPlace::Wall);
            let fills_its_own =
                readings.len() == 1 && reading.wall[wall] && reading.lumen_pixels < hole.len() && is_filled();
            fills || fills_its_own || (lost * 2 > own.len() && lies_in(w, &lumen, &own))
        };
        let outside = if wall == self.outside { usize::from(of[corner]) } else { self.outside };
        readings.iter().all(is_explained_away).then_some(FaultyWall { wall, outside })
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

/// A corner of the image that this level leaves open but for a straight bar, as the round border of a vessel does; the
/// part of a screen that shows a vessel has bars beside it.
fn round_corner(width: usize, height: usize, level: &[bool]) -> Option<usize> {
    let corners = [0, width - 1, width * (height - 1), width * height - 1];
    let round = components(width, height, &reachable_from_border(width, height, level), false);
    let bar = |piece: &[usize]| {
        let [columns, rows] = [|i, w| i % w, |i, w| i / w].map(|at| range(piece, width, at));
        columns.zip(rows).is_some_and(|(c, r)| c.count() * r.count() == piece.len())
    };
    round.iter().filter(|piece| !bar(piece)).find_map(|piece| corners.into_iter().find(|c| piece.contains(c)))
}

/// The columns or rows of pixels, from the least to the largest.
fn range(of: &[usize], width: usize, at: fn(usize, usize) -> usize) -> Option<RangeInclusive<usize>> {
    let all = of.iter().map(|i| at(*i, width));
    Some(all.clone().min()?..=all.max()?)
}

/// Whether the rectangle round these pixels of an image lies in that round the others.
fn lies_in(width: usize, inner: &[usize], outer: &[usize]) -> bool {
    [|i, w| i % w, |i, w| i / w].into_iter().all(|at: fn(usize, usize) -> usize| {
        let (inner, outer) = (range(inner, width, at), range(outer, width, at));
        inner.zip(outer).is_some_and(|(i, o)| o.contains(i.start()) && o.contains(i.end()))
    })
}
