//! What the levels of a mask mean, found from their places: the outside reaches the border, the wall is the ring, the
//! lumen is what the ring encloses.
//!
//! Every set of levels is tried as the wall. It is a reading if it forms one ring that does not touch the border. What
//! else lies within the wall is wall (calcium), what lies within the lumen is lumen (a guide wire); both are counted.

use super::faulty::FaultyWall;
use super::levels::Levels;
use super::lines::{Line, widest};
use super::meaning::{Foreign, Halved, LevelsFault, ReadMask, Reading, pixels};
use super::raster::Raster;
use super::regions::{components, grown, is_outermost, neighbours, reachable_from_border};
use super::search::{Candidate, ISLAND, Search, found, levels};
use crate::experiment::{MaskLevels, MaskPlace};

/// A wider frame is the outside.
const WIDEST_FRAME: usize = 4;
/// All sets of this many levels are tried as the wall.
const MOST_TRIED: usize = 6;
/// Most readings that a message lists.
const QUOTED: usize = 4;

/// Finds what is wall in an image.
pub fn read(raster: &Raster, named: &MaskLevels) -> Result<ReadMask, LevelsFault> {
    let levels = levels(raster, named)?;
    let search = Search::new(raster, &levels, named)?;
    let whole = search.best()?;
    let Some((wide, inner, inner_levels)) = search.without_frame() else { return Ok(whole) };
    let inside = match Search::new(&inner, &inner_levels, named)?.best() {
        Ok(inside) if inside.mask.regions().is_ok() => format!("as {}", inside.reading),
        Err(LevelsFault::SeveralReadings { .. } | LevelsFault::Lined { .. }) => "in several ways".to_owned(),
        _ => return Ok(whole),
    };
    if whole.mask.regions().is_err() {
        return Ok(whole);
    }
    let level = search.name(usize::from(levels.of[0]));
    Err(LevelsFault::Framed { level, wide: pixels(wide), whole: whole.reading.to_string(), inside })
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
    let reading = search.of_wall(shape, Reading::default()).reading;
    Ok((filled, reading))
}

impl Search<'_> {
    fn best(&self) -> Result<ReadMask, LevelsFault> {
        let count = self.levels.values.len();
        let forced: Vec<bool> = (0..count).map(|l| self.is(MaskPlace::Wall, l)).collect();
        let free: Vec<usize> = (0..count)
            .filter(|l| {
                *l != self.outside && !forced[*l] && !self.is(MaskPlace::Outside, *l) && !self.is(MaskPlace::Lumen, *l)
            })
            .collect();
        let free = if free.len() > MOST_TRIED { self.without_islands(free) } else { free };
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
        // A large island is lumen if another reading is as likely, or if a user named the wall and the lumen.
        if !readings.is_empty() || [MaskPlace::Wall, MaskPlace::Lumen].iter().all(|p| self.is_named(*p)) {
            unsure.retain(|u| u.lumen_pixels * ISLAND >= largest && readings.iter().all(|r| r.places != u.places));
            readings.append(&mut unsure);
        }
        if let Some(FaultyWall { wall, outside }) = self.faulty_wall_of_all(&readings, &free) {
            let (raster, levels, named) = (self.raster, self.levels, self.named.clone());
            let wall: Vec<bool> = (0..count).map(|l| l == wall).collect();
            return Self { raster, levels, named, outside }.faulty(&wall, &[]);
        }
        match readings.as_slice() {
            [] => self.faulty(&forced, &free),
            [Candidate { drawn: Some(line), .. }] => Err(self.lined(&readings[0], line)),
            [one] => Ok(self.read_as(one)),
            _ => Err(self.several(readings)),
        }
    }

    /// Levels without those that lie in small islands within one other level each, as spots of calcium do: they belong to
    /// what lies round them, whatever it is.
    fn without_islands(&self, levels: Vec<usize>) -> Vec<usize> {
        let (w, h, of) = (self.raster.width, self.raster.height, &self.levels.of);
        let count = self.levels.values.len();
        let (mut pixels, mut beside) = (vec![0_usize; count], vec![vec![false; count]; count]);
        for i in 0..w * h {
            let level = usize::from(of[i]);
            pixels[level] += 1;
            beside[level][level] |= is_outermost(w, h, i);
            neighbours(w, h, i, false)
                .map(|n| usize::from(of[n]))
                .filter(|n| *n != level)
                .for_each(|n| beside[level][n] = true);
        }
        let in_vessel: usize = (0..count).filter(|l| *l != self.outside).map(|l| pixels[l]).sum();
        let is_island = |level: &usize| {
            pixels[*level] * ISLAND * ISLAND < in_vessel && beside[*level].iter().filter(|b| **b).count() == 1
        };
        levels.into_iter().filter(|level| !is_island(level)).collect()
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
        if is_hollow {
            return None;
        }
        let is_sure = islands * ISLAND < lumen_pixels;
        if !is_sure {
            // What is left round the islands may be no more than a seam: then they are the lumen.
            let round = (0..widest(w, h)).fold(in_lumen, |image, _| grown(w, h, &image));
            if round.iter().zip(&places).all(|(near, place)| *near || *place != MaskPlace::Lumen) {
                return None;
            }
        }
        let (halved, drawn) = (Vec::new(), None);
        let mut reading = Candidate { wall, places, lumen_level, lumen_pixels, is_sure, halved, drawn };
        self.cut_lines(&mut reading);
        Some(reading)
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

    fn read_as(&self, reading: &Candidate) -> ReadMask {
        let wall = reading.places.iter().map(|p| *p == MaskPlace::Wall).collect();
        let (count, main) = (reading.wall.len(), self.main_levels(reading));
        let own = |place: MaskPlace, level: usize| main[place as usize] == level || self.is(place, level);
        let mut is_told: Vec<bool> = self.levels.seam.clone();
        reading.halved.iter().flat_map(|l| &l.pixels).for_each(|(i, _)| is_told[*i] = true);
        let mut counts = vec![[0_usize; 3]; count];
        for (i, place) in reading.places.iter().enumerate().filter(|(i, _)| !is_told[*i]) {
            counts[usize::from(self.levels.of[i])][*place as usize] += 1;
        }
        let mut foreign = Vec::new();
        for (level, counts) in counts.iter().enumerate() {
            for place in MaskPlace::ALL.into_iter().filter(|p| counts[*p as usize] > 0 && !own(*p, level)) {
                foreign.push(Foreign { level: self.name(level), pixels: counts[place as usize], place });
            }
        }
        let mut halved: Vec<Halved> = Vec::new();
        for Line { levels, sides, pixels, .. } in &reading.halved {
            let level = self.names(levels);
            match halved.iter_mut().find(|h| h.level == level && h.sides == *sides) {
                Some(alike) => alike.pixels += pixels.len(),
                None => halved.push(Halved { level, pixels: pixels.len(), sides: *sides }),
            }
        }
        let places = MaskPlace::ALL.map(|p| (0..count).filter(|l| own(p, *l)).map(|l| self.name(l)).collect());
        let areas = [reading.lumen_pixels, reading.vessel_pixels()];
        self.of_wall(wall, Reading { places, foreign, halved, areas, ..Reading::default() })
    }

    /// Several readings, those first of which the levels say most.
    fn several(&self, mut readings: Vec<Candidate>) -> LevelsFault {
        readings.sort_by_cached_key(|reading| {
            let main = self.main_levels(reading);
            let pixels = self.levels.of.iter().map(|l| usize::from(*l)).zip(&reading.places);
            let is_elsewhere = |(level, place): &(usize, &MaskPlace)| match place {
                MaskPlace::Wall => !reading.wall[*level],
                _ => main[**place as usize] != *level,
            };
            pixels.filter(is_elsewhere).count()
        });
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
        let more = readings.len().saturating_sub(QUOTED);
        let more = if more > 0 { format!(", or in {more} more") } else { String::new() };
        let told = told.collect::<Vec<_>>().join(" or ") + &more;
        LevelsFault::SeveralReadings { count: readings.len(), readings: told, why: self.interpolated() }
    }
}
