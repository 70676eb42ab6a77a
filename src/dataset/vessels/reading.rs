//! What the levels of a mask mean, found from their places: the outside reaches the border, the wall is the ring, the
//! lumen is what the ring encloses.
//!
//! Every set of levels is tried as the wall. It is a reading if it forms one ring that does not touch the border. What
//! else lies within the wall is wall (calcium), what lies within the lumen is lumen (a guide wire); both are counted.

use std::fmt;

use super::levels::{Levels, MOST_LEVELS};
use super::masks::{MaskFault, WallMask};
use super::raster::{PixelValue, Raster};
use super::regions::{components, grown, is_outermost, reachable_from_border};
use crate::experiment::{MaskLevels, MaskPlace};

/// A mask, and how its file was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadMask {
    /// Cleaned: what lies within the wall or the lumen belongs to it. As it is if no reading is a ring, so that
    /// `regions` says what is wrong.
    pub mask: WallMask,
    pub reading: Reading,
}

/// How the levels of a file were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The levels of outside, wall and lumen.
    places: [Vec<String>; 3],
    /// Pixels whose level belongs elsewhere.
    foreign: Vec<Foreign>,
    /// Every level with its number of pixels.
    levels: Vec<(String, usize)>,
    /// Values of a few pixels that are no levels and were read as the level next to them.
    specks: Vec<(String, usize)>,
    /// Whether the file's name is that of one of a pair.
    pub half_of_a_pair: bool,
}

/// Pixels of a level that lie within a place which is not its own, and count as that place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Foreign {
    level: String,
    pixels: usize,
    place: MaskPlace,
}

/// Why the levels of an image are not those of a mask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelsFault {
    #[error(
        "no mask: {values} values, which are not {MOST_LEVELS} levels or fewer with smooth borders; the most frequent are {frequent}; draw outside, wall and lumen in one value each"
    )]
    NoLevels { values: usize, frequent: String },
    #[error("{levels} levels are too many to try all readings; name them with --levels (field `mask_levels`): {found}")]
    TooMany { levels: usize, found: String },
    #[error(
        "its levels can be read in {count} ways: {readings}; choose one of them with --levels (field `mask_levels`)"
    )]
    SeveralReadings { count: usize, readings: String },
    #[error(
        "the wall of level {wall} encloses none of the levels that --levels (field `mask_levels`) takes for the lumen; the file has {found}"
    )]
    OtherLumen { wall: String, found: String },
    #[error(
        "a frame of level {level}, {wide} pixels wide, lies round the image: with it the levels are read as {whole}, without it as {inside}; crop the frame away, or name the levels with --levels (field `mask_levels`)"
    )]
    Framed { level: String, wide: usize, whole: String, inside: String },
    #[error("no level is {names}, which --levels (field `mask_levels`) takes for the {place}; the file has {found}")]
    NotThere { place: &'static str, names: String, found: String },
}

/// A reading with less than this share of the largest lumen of the others takes an island for the lumen; and islands of
/// the wall's level in the lumen are lumen up to this share of it.
const ISLAND: usize = 8;
/// A level on more than one in so many pixels of the image's border is what lies round the vessel, not a cut wall.
const CANVAS: usize = 4;
/// A wider frame is the outside.
const WIDEST_FRAME: usize = 4;
/// All sets of this many levels are tried as the wall.
const MOST_TRIED: usize = 6;
/// Most readings and levels that a message lists.
const QUOTED: usize = 4;
const QUOTED_LEVELS: usize = 8;

/// Finds what is wall in an image.
pub fn read(raster: &Raster, named: &MaskLevels) -> Result<ReadMask, LevelsFault> {
    let levels = levels(raster, named)?;
    let search = Search::new(raster, &levels, named)?;
    let whole = search.best()?;
    let Some((wide, inner, inner_levels)) = search.without_frame() else { return Ok(whole) };
    match Search::new(&inner, &inner_levels, named)?.best() {
        Ok(inside) if whole.mask.regions().is_ok() && inside.mask.regions().is_ok() => Err(LevelsFault::Framed {
            level: search.name(usize::from(levels.of[0])),
            wide,
            whole: whole.reading.to_string(),
            inside: inside.reading.to_string(),
        }),
        _ => Ok(whole),
    }
}

/// The filled shape of an image that shows one, such as a lumen alone: all that the outside does not reach.
pub fn filled(raster: &Raster, named: &MaskLevels) -> Result<(Vec<bool>, Reading), LevelsFault> {
    let (levels, outside) = (levels(raster, named)?, MaskPlace::Outside);
    // The other places cannot be named here: a pair has one shape in each file.
    let named =
        MaskLevels::new(named.of(outside).map(|level| (outside, level.to_owned())).collect()).unwrap_or_default();
    let search = Search::new(raster, &levels, &named)?;
    let shape: Vec<bool> = levels.of.iter().map(|l| usize::from(*l) != search.outside).collect();
    let filled = reachable_from_border(raster.width, raster.height, &shape).iter().map(|out| !out).collect();
    let reading = search.of_wall(shape, Default::default(), Vec::new()).reading;
    Ok((filled, reading))
}

fn levels(raster: &Raster, named: &MaskLevels) -> Result<Levels, LevelsFault> {
    let is_named = |v: &PixelValue| MaskPlace::ALL.iter().any(|p| named.of(*p).any(|n| v.is_called(n)));
    let is_named: Vec<bool> = raster.values.iter().map(is_named).collect();
    Levels::of(raster, &is_named)
        .map_err(|_| LevelsFault::NoLevels { values: raster.values.len(), frequent: found(raster, None) })
}

/// The levels of an image with their numbers of pixels, the most frequent first.
fn found(raster: &Raster, levels: Option<&Levels>) -> String {
    let all: Vec<usize> = levels.map_or_else(|| (0..raster.values.len()).collect(), |l| l.values.clone());
    listed(all.iter().map(|v| (raster.values[*v].name.clone(), raster.values[*v].pixels)).collect())
}

fn listed(mut levels: Vec<(String, usize)>) -> String {
    levels.sort_by_key(|(_, pixels)| std::cmp::Reverse(*pixels));
    let more = if levels.len() > QUOTED_LEVELS { ", ..." } else { "" };
    let parts: Vec<String> =
        levels.iter().take(QUOTED_LEVELS).map(|(name, pixels)| format!("{name} ({pixels} pixels)")).collect();
    parts.join(", ") + more
}

/// An image whose levels are tried as outside, wall and lumen.
struct Search<'a> {
    raster: &'a Raster,
    levels: &'a Levels,
    /// Whether a user named each level for each place.
    named: [Vec<bool>; 3],
    /// The level with most pixels on the image's border.
    outside: usize,
}

/// One way to read an image.
struct Candidate {
    /// Whether each level is wall.
    wall: Vec<bool>,
    places: Vec<MaskPlace>,
    lumen_level: usize,
    lumen_pixels: usize,
    /// Whether what lies in the lumen and has the wall's level is as small as a guide wire.
    is_sure: bool,
}

impl<'a> Search<'a> {
    fn new(raster: &'a Raster, levels: &'a Levels, named: &MaskLevels) -> Result<Self, LevelsFault> {
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
    fn is(&self, place: MaskPlace, level: usize) -> bool {
        self.named[place as usize][level]
    }

    /// Whether this level can be the main one of this place: named for it, or none is.
    fn may_be(&self, place: MaskPlace, level: usize) -> bool {
        self.is(place, level) || !self.is_named(place)
    }

    /// Whether a user named levels for this place.
    fn is_named(&self, place: MaskPlace) -> bool {
        self.named[place as usize].contains(&true)
    }

    fn best(&self) -> Result<ReadMask, LevelsFault> {
        let count = self.levels.values.len();
        let forced: Vec<bool> = (0..count).map(|l| self.is(MaskPlace::Wall, l)).collect();
        let free: Vec<usize> = (0..count)
            .filter(|l| {
                *l != self.outside && !forced[*l] && !self.is(MaskPlace::Outside, *l) && !self.is(MaskPlace::Lumen, *l)
            })
            .collect();
        if free.len() > MOST_TRIED {
            return Err(LevelsFault::TooMany { levels: count, found: found(self.raster, Some(self.levels)) });
        }
        let mut sets: Vec<u32> = (0..1 << free.len()).collect();
        sets.sort_by_key(|set| set.count_ones());
        let (mut readings, mut unsure): (Vec<Candidate>, Vec<Candidate>) = Default::default();
        for set in sets {
            let mut wall = forced.clone();
            free.iter().enumerate().for_each(|(bit, level)| wall[*level] |= set >> bit & 1 == 1);
            let Some(reading) = self.ring(wall) else { continue };
            let alike = if reading.is_sure { &mut readings } else { &mut unsure };
            if alike.iter().all(|r| r.places != reading.places) {
                alike.push(reading);
            }
        }
        let largest = readings.iter().map(|r| r.lumen_pixels).max().unwrap_or(0);
        readings.retain(|r| r.lumen_pixels * ISLAND >= largest);
        if let Some(wall) = self.faulty_wall_of_all(&readings, &free) {
            return self.faulty(&(0..count).map(|l| l == wall).collect::<Vec<bool>>(), &[]);
        }
        // A large island is lumen if another reading is as likely, or if a user named the wall and the lumen.
        if !readings.is_empty() || [MaskPlace::Wall, MaskPlace::Lumen].iter().all(|p| self.is_named(*p)) {
            unsure.retain(|u| u.lumen_pixels * ISLAND >= largest && readings.iter().all(|r| r.places != u.places));
            readings.append(&mut unsure);
        }
        match readings.as_slice() {
            [] => self.faulty(&forced, &free),
            [one] => Ok(self.read_as(one)),
            several => Err(self.several(several)),
        }
    }

    /// The reading in which these levels are the wall, if they form one ring round one lumen.
    fn ring(&self, wall: Vec<bool>) -> Option<Candidate> {
        let (w, h) = (self.raster.width, self.raster.height);
        let is_wall: Vec<bool> = self.levels.of.iter().map(|l| wall[usize::from(*l)]).collect();
        if (0..w * h).any(|i| is_wall[i] && is_outermost(w, h, i)) {
            return None;
        }
        let outside = reachable_from_border(w, h, &is_wall);
        // No wall is on the border, so every pixel of it has four neighbours.
        let meets_outside = |i: &usize| [i - 1, i + 1, i - w, i + w].iter().any(|n| outside[*n]);
        let (outer, islands): (Vec<_>, Vec<_>) =
            components(w, h, &is_wall, true).into_iter().partition(|piece| piece.iter().any(meets_outside));
        let [ring] = outer.as_slice() else { return None };
        let mut places: Vec<MaskPlace> =
            outside.iter().map(|out| if *out { MaskPlace::Outside } else { MaskPlace::Lumen }).collect();
        ring.iter().for_each(|i| places[*i] = MaskPlace::Wall);
        let enclosed: Vec<bool> = places.iter().map(|p| *p == MaskPlace::Lumen).collect();
        let holes = components(w, h, &enclosed, false);
        let main_levels: Vec<usize> = holes.iter().map(|hole| self.main_level(hole, &wall)).collect();
        let is_lumen = |hole: &usize| self.may_be(MaskPlace::Lumen, main_levels[*hole]);
        let lumen = (0..holes.len()).filter(is_lumen).max_by_key(|hole| holes[*hole].len())?;
        let (lumen_level, lumen_pixels) = (main_levels[lumen], holes[lumen].len());
        for (hole, pixels) in holes.iter().enumerate().filter(|(hole, _)| *hole != lumen) {
            if main_levels[hole] == lumen_level || self.is(MaskPlace::Lumen, main_levels[hole]) {
                return None;
            }
            pixels.iter().for_each(|i| places[*i] = MaskPlace::Wall);
        }
        let mut in_lumen = vec![false; w * h];
        let floating = islands.iter().flatten().filter(|i| places[**i] == MaskPlace::Lumen);
        floating.for_each(|i| in_lumen[*i] = true);
        let islands = in_lumen.iter().filter(|i| **i).count();
        // An island that is a ring itself may be the wall.
        let round_them = reachable_from_border(w, h, &in_lumen);
        let is_hollow = round_them.iter().zip(&in_lumen).any(|(round, island)| !round && !island);
        let is_sure = islands * ISLAND < lumen_pixels;
        (!is_hollow).then_some(Candidate { wall, places, lumen_level, lumen_pixels, is_sure })
    }

    /// A level that is the wall rather than what any of these readings takes for it, although it fails a check: what it
    /// surrounds is their lumen and more, and they explain it away as outside or its hole as wall. `None` also if a user
    /// named the wall or the lumen.
    fn faulty_wall_of_all(&self, readings: &[Candidate], free: &[usize]) -> Option<usize> {
        if readings.is_empty() || [MaskPlace::Wall, MaskPlace::Lumen].iter().any(|p| self.is_named(*p)) {
            return None;
        }
        let (w, h) = (self.raster.width, self.raster.height);
        let not_outside = self.levels.of.iter().filter(|l| usize::from(**l) != self.outside).count();
        free.iter().copied().find(|level| {
            let image: Vec<bool> = self.levels.of.iter().map(|l| usize::from(*l) == *level).collect();
            let own: Vec<usize> = (0..w * h).filter(|i| image[*i]).collect();
            let on_border = own.iter().filter(|i| is_outermost(w, h, **i)).count();
            let is_large = own.len() * ISLAND >= not_outside && on_border * CANVAS <= 2 * (w + h);
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

    /// The image and its levels without a frame of one level, and the frame's width; `None` if there is no frame.
    fn without_frame(&self) -> Option<(usize, Raster, Levels)> {
        let (w, h, of) = (self.raster.width, self.raster.height, &self.levels.of);
        let depth = |i: usize| (i % w).min(i / w).min(w - 1 - i % w).min(h - 1 - i / w);
        let mut at_depth = [[0_usize; 2]; WIDEST_FRAME + 1];
        for i in (0..w * h).filter(|i| depth(*i) <= WIDEST_FRAME) {
            at_depth[depth(i)][usize::from(of[i] == of[0])] += 1;
        }
        let wide = at_depth.iter().position(|[others, _]| *others > 0)?;
        let [others, own] = at_depth[wide];
        if wide == 0 || own > others {
            return None;
        }
        let within: Vec<usize> = (0..w * h).filter(|i| depth(*i) >= wide).collect();
        let raster = Raster {
            width: w - 2 * wide,
            height: h - 2 * wide,
            of: within.iter().map(|i| self.raster.of[*i]).collect(),
            values: self.raster.values.clone(),
        };
        let levels = Levels {
            of: within.iter().map(|i| of[*i]).collect(),
            seam: within.iter().map(|i| self.levels.seam[*i]).collect(),
            ..self.levels.clone()
        };
        Some((wide, raster, levels))
    }

    /// The level of most of these pixels that is not wall.
    fn main_level(&self, pixels: &[usize], wall: &[bool]) -> usize {
        let mut counts = vec![0_usize; wall.len()];
        pixels.iter().for_each(|i| counts[usize::from(self.levels.of[*i])] += 1);
        (0..counts.len()).filter(|l| !wall[*l]).max_by_key(|l| counts[*l]).unwrap_or(self.outside)
    }

    fn read_as(&self, reading: &Candidate) -> ReadMask {
        let wall = reading.places.iter().map(|p| *p == MaskPlace::Wall).collect();
        let pixels = |level: &usize| self.raster.values[self.levels.values[*level]].pixels;
        let count = reading.wall.len();
        let main_wall = (0..count).filter(|l| reading.wall[*l]).max_by_key(pixels);
        let own = |place: MaskPlace, level: usize| {
            let main = match place {
                MaskPlace::Outside => Some(self.outside),
                MaskPlace::Wall => main_wall,
                MaskPlace::Lumen => Some(reading.lumen_level),
            };
            main == Some(level) || self.is(place, level)
        };
        let mut counts = vec![[0_usize; 3]; count];
        for (i, place) in reading.places.iter().enumerate().filter(|(i, _)| !self.levels.seam[*i]) {
            counts[usize::from(self.levels.of[i])][*place as usize] += 1;
        }
        let mut foreign = Vec::new();
        for (level, counts) in counts.iter().enumerate() {
            for place in MaskPlace::ALL.into_iter().filter(|p| counts[*p as usize] > 0 && !own(*p, level)) {
                foreign.push(Foreign { level: self.name(level), pixels: counts[place as usize], place });
            }
        }
        let places = MaskPlace::ALL.map(|p| (0..count).filter(|l| own(p, *l)).map(|l| self.name(l)).collect());
        self.of_wall(wall, places, foreign)
    }

    /// The set of levels that comes closest to a wall, as it is; its regions say what is wrong.
    fn faulty(&self, forced: &[bool], free: &[usize]) -> Result<ReadMask, LevelsFault> {
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
        let read = self.of_wall(image(&best), [vec![self.name(self.outside)], names, Vec::new()], Vec::new());
        match read.mask.regions() {
            // Only its lumen's level is not the one that was named.
            Ok(_) => Err(LevelsFault::OtherLumen { wall, found: found(self.raster, Some(self.levels)) }),
            Err(_) => Ok(read),
        }
    }

    fn of_wall(&self, wall: Vec<bool>, places: [Vec<String>; 3], foreign: Vec<Foreign>) -> ReadMask {
        let Raster { width, height, ref values, .. } = *self.raster;
        let told = |of: &[usize]| of.iter().map(|v| (values[*v].name.clone(), values[*v].pixels)).collect();
        let (levels, specks) = (told(&self.levels.values), told(&self.levels.specks));
        let mask = WallMask::drawn(width, height, |i| wall[i]);
        ReadMask { mask, reading: Reading { places, foreign, levels, specks, half_of_a_pair: false } }
    }

    fn several(&self, readings: &[Candidate]) -> LevelsFault {
        let told = readings.iter().take(QUOTED).map(|reading| {
            let mut parts = Vec::new();
            for level in 0..reading.wall.len() {
                let mut at = [0_usize; 3];
                let own = self.levels.of.iter().zip(&reading.places).filter(|(l, _)| usize::from(**l) == level);
                own.for_each(|(_, place)| at[*place as usize] += 1);
                let most = MaskPlace::ALL.into_iter().max_by_key(|p| at[*p as usize]).unwrap_or(MaskPlace::Outside);
                // A level inside another place is no wall of its own unless it is tried as such.
                let place = if reading.wall[level] { MaskPlace::Wall } else { most };
                let islands = place == MaskPlace::Wall && !reading.wall[level];
                if !islands {
                    parts.push((place, self.name(level)));
                }
                if level == reading.lumen_level && place != MaskPlace::Lumen {
                    parts.push((MaskPlace::Lumen, self.name(level)));
                }
            }
            let wall = reading.places.iter().filter(|p| **p == MaskPlace::Wall).count();
            parts.sort_by_key(|(place, _)| *place as usize);
            let levels = MaskLevels::new(parts).unwrap_or_default();
            format!("{levels} (lumen of {} pixels, wall of {wall})", reading.lumen_pixels)
        });
        let readings_text = told.collect::<Vec<_>>().join(" or ");
        LevelsFault::SeveralReadings { count: readings.len(), readings: readings_text }
    }

    fn name(&self, level: usize) -> String {
        self.raster.values[self.levels.values[level]].name.clone()
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

impl Reading {
    /// Of a lumen and a vessel in two files.
    pub fn of_pair([lumen, vessel]: [Self; 2]) -> Self {
        let places = [Vec::new(), vec!["in one file".into()], vec!["in another".into()]];
        let both = |a: Vec<(String, usize)>, b: Vec<(String, usize)>| [a, b].concat();
        let (levels, specks) = (both(lumen.levels, vessel.levels), both(lumen.specks, vessel.specks));
        Self { places, levels, specks, ..Self::default() }
    }

    /// What lies where its level does not belong, for display; `None` if nothing does.
    pub fn note(&self) -> Option<String> {
        let noun = |pixels: usize| if pixels == 1 { "pixel" } else { "pixels" };
        let foreign = self.foreign.iter().map(|f| {
            let (pixels, place) = (f.pixels, f.place.name());
            format!("{pixels} {} of level {} in the {place} read as {place}", noun(pixels), f.level)
        });
        let specks = self
            .specks
            .iter()
            .map(|(value, pixels)| format!("{pixels} {} of value {value} read as what lies around", noun(*pixels)));
        let parts: Vec<String> = foreign.chain(specks).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// What the levels are and were taken for, and what may help, for the end of a message.
    pub fn help(&self) -> String {
        let levels = listed(self.levels.clone());
        match self.levels.len() {
            0 | 1 => format!("the file has one level, {levels}"),
            _ => format!("read as {self}, of the levels {levels}; if the wall is another one, name it with --levels"),
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = MaskPlace::ALL.iter().zip(&self.places).filter(|(_, levels)| !levels.is_empty());
        let parts: Vec<String> = known.map(|(p, levels)| format!("{} {}", p.name(), levels.join(" and "))).collect();
        f.write_str(&parts.join(", "))
    }
}
