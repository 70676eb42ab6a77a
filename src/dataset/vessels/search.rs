//! An image whose levels are tried as outside, wall and lumen, and one way to read them.

use super::levels::Levels;
use super::lines::Line;
use super::masks::WallMask;
use super::meaning::{LevelsFault, ReadMask, Reading, listed};
use super::raster::{PixelValue, Raster};
use super::regions::is_outermost;
use crate::experiment::{MaskLevels, MaskPlace};

/// A reading with less than this share of the largest lumen of the others takes an island for the lumen; and islands of
/// the wall's level in the lumen are lumen up to this share of it.
pub const ISLAND: usize = 8;

/// An image whose levels are tried as outside, wall and lumen.
pub struct Search<'a> {
    pub raster: &'a Raster,
    pub levels: &'a Levels,
    /// Whether a user named each level for each place.
    pub named: [Vec<bool>; 3],
    /// The level with most pixels on the image's border.
    pub outside: usize,
}

/// One way to read an image.
pub struct Candidate {
    /// Whether each level is wall.
    pub wall: Vec<bool>,
    pub places: Vec<MaskPlace>,
    pub lumen_level: usize,
    pub lumen_pixels: usize,
    /// Whether what lies in the lumen and has the wall's level is as small as a guide wire.
    pub is_sure: bool,
    /// Thin lines between two places, which are cut half-way.
    pub halved: Vec<Line>,
    /// A thin line that is most of a border and may be of either side.
    pub drawn: Option<Line>,
}

impl<'a> Search<'a> {
    pub fn new(raster: &'a Raster, levels: &'a Levels, named: &MaskLevels) -> Result<Self, LevelsFault> {
        let of_place = |place: MaskPlace| -> Result<Vec<bool>, LevelsFault> {
            let is = |v: &usize| named.of(place).any(|n| raster.values[*v].is_called(n));
            let there: Vec<bool> = levels.values.iter().map(is).collect();
            if named.of(place).next().is_some() && !there.contains(&true) {
                let names = named.of(place).collect::<Vec<_>>().join(" or ");
                return Err(LevelsFault::NotThere { place: place.name(), names, found: found(raster, Some(levels)) });
            }
            Ok(there)
        };
        let named = [of_place(MaskPlace::Outside)?, of_place(MaskPlace::Wall)?, of_place(MaskPlace::Lumen)?];
        let (w, h) = (raster.width, raster.height);
        let mut border = vec![0_usize; levels.values.len()];
        for i in (0..w * h).filter(|i| is_outermost(w, h, *i)) {
            border[usize::from(levels.of[i])] += 1;
        }
        let mut search = Self { raster, levels, named, outside: 0 };
        let may_be = |level: &usize| search.may_be(MaskPlace::Outside, *level) && !search.is(MaskPlace::Wall, *level);
        search.outside = (0..border.len()).filter(may_be).max_by_key(|l| border[*l]).unwrap_or(0);
        Ok(search)
    }

    /// Whether a user named this level for this place.
    pub fn is(&self, place: MaskPlace, level: usize) -> bool {
        self.named[place as usize][level]
    }

    /// Whether this level can be the main one of this place: named for it, or none is.
    pub fn may_be(&self, place: MaskPlace, level: usize) -> bool {
        self.is(place, level) || !self.is_named(place)
    }

    /// Whether a user named levels for this place.
    pub fn is_named(&self, place: MaskPlace) -> bool {
        self.named[place as usize].contains(&true)
    }

    /// The main levels of outside, wall and lumen.
    pub fn main_levels(&self, reading: &Candidate) -> [usize; 3] {
        let pixels = |level: &usize| self.raster.values[self.levels.values[*level]].pixels;
        let wall = (0..reading.wall.len()).filter(|l| reading.wall[*l]).max_by_key(pixels);
        [self.outside, wall.unwrap_or(self.outside), reading.lumen_level]
    }

    /// The level of most of these pixels that is not wall.
    pub fn main_level(&self, pixels: &[usize], wall: &[bool]) -> usize {
        let mut counts = vec![0_usize; wall.len()];
        pixels.iter().for_each(|i| counts[usize::from(self.levels.of[*i])] += 1);
        (0..counts.len()).filter(|l| !wall[*l]).max_by_key(|l| counts[*l]).unwrap_or(self.outside)
    }

    pub fn of_wall(&self, wall: Vec<bool>, reading: Reading) -> ReadMask {
        let Raster { width, height, ref values, .. } = *self.raster;
        let told = |of: &[usize]| of.iter().map(|v| (values[*v].name.clone(), values[*v].pixels)).collect();
        let (levels, specks): (Vec<_>, Vec<_>) = (told(&self.levels.values), told(&self.levels.specks));
        let is_known = |v: &usize| self.levels.values.contains(v) || self.levels.specks.contains(v);
        let between: Vec<usize> = (0..values.len()).filter(|v| !is_known(v)).collect();
        let between = told(&between);
        let reading = Reading { levels, specks, between, ..reading };
        ReadMask { mask: WallMask::drawn(width, height, |i| wall[i]), reading }
    }

    pub fn names(&self, levels: &[usize]) -> String {
        levels.iter().map(|l| self.name(*l)).collect::<Vec<_>>().join(" and ")
    }

    pub fn name(&self, level: usize) -> String {
        self.raster.values[self.levels.values[level]].name.clone()
    }
}

impl Candidate {
    pub fn vessel_pixels(&self) -> usize {
        self.places.iter().filter(|p| **p != MaskPlace::Outside).count()
    }
}

pub fn levels(raster: &Raster, named: &MaskLevels) -> Result<Levels, LevelsFault> {
    let is_named = |v: &PixelValue| MaskPlace::ALL.iter().any(|p| named.of(*p).any(|n| v.is_called(n)));
    let is_named: Vec<bool> = raster.values.iter().map(is_named).collect();
    Levels::of(raster, &is_named)
        .map_err(|_| LevelsFault::NoLevels { values: raster.values.len(), frequent: found(raster, None) })
}

/// The levels of an image with their numbers of pixels, the most frequent first.
pub fn found(raster: &Raster, levels: Option<&Levels>) -> String {
    let all: Vec<usize> = levels.map_or_else(|| (0..raster.values.len()).collect(), |l| l.values.clone());
    listed(all.iter().map(|v| (raster.values[*v].name.clone(), raster.values[*v].pixels)).collect())
}
