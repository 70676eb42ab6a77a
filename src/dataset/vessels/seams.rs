//! Thin lines in a reading of a mask: seams are cut half-way, drawn lines are told.

use std::collections::BTreeSet;

use super::levels::between;
use super::lines::{Line, cover_the_border, lines, widest};
use super::masks::WallMask;
use super::meaning::{LevelsFault, pixels};
use super::regions::{components, grown, neighbours};
use super::search::{Candidate, Search};
use crate::experiment::MaskPlace;

impl Search<'_> {
    /// Cuts thin lines between two places half-way. They are seams of a resized drawing if their value lies between
    /// those of both sides and there is more of their level elsewhere; another line is cut if the user named wall and
    /// lumen, but not the line.
    pub fn cut_lines(&self, reading: &mut Candidate) {
        let (w, h) = (self.raster.width, self.raster.height);
        let main = self.main_levels(reading);
        let foreign = self.levels.of.iter().zip(&reading.places).map(|(level, place)| {
            let at = usize::from(*level);
            (main[*place as usize] != at && !self.is(*place, at)).then_some(*level)
        });
        let foreign: Vec<Option<u8>> = foreign.collect();
        let found = lines(w, h, &reading.places, &foreign);
        if found.is_empty() {
            return;
        }
        let mut elsewhere = vec![0_usize; reading.wall.len()];
        self.levels.of.iter().for_each(|l| elsewhere[usize::from(*l)] += 1);
        found.iter().flat_map(|l| &l.pixels).for_each(|(i, _)| elsewhere[usize::from(self.levels.of[*i])] -= 1);
        let decided = [MaskPlace::Wall, MaskPlace::Lumen].iter().all(|p| self.is_named(*p));
        let is_seam = |line: &Line| {
            let sides = line.sides.map(|side| main[side as usize]);
            line.levels.iter().all(|level| elsewhere[*level] > 0 && self.is_between(*level, sides))
        };
        let are_cut: Vec<bool> = found.iter().map(|line| decided || is_seam(line)).collect();
        let (cut, left): (Vec<_>, Vec<_>) = found.into_iter().zip(are_cut).partition(|(_, is_cut)| *is_cut);
        let [cut, mut left] = [cut, left].map(|lines| lines.into_iter().map(|(line, _)| line).collect::<Vec<Line>>());
        let mut places = reading.places.clone();
        for line in &cut {
            line.pixels.iter().for_each(|(i, is_inner)| places[*i] = line.sides[usize::from(*is_inner)]);
        }
        if WallMask::drawn(w, h, |i| places[i] == MaskPlace::Wall).regions().is_ok() {
            reading.lumen_pixels = places.iter().filter(|p| **p == MaskPlace::Lumen).count();
            reading.places = places;
            reading.halved = cut;
        } else {
            left.extend(cut);
        }
        if !decided {
            let covers = |line: &Line| {
                let alike: Vec<&Line> = left.iter().filter(|l| l.sides == line.sides).collect();
                cover_the_border(w, h, &reading.places, &alike)
            };
            let longest = (0..left.len()).filter(|l| covers(&left[*l])).max_by_key(|l| left[*l].pixels.len());
            reading.drawn = longest.map(|l| left.swap_remove(l));
        }
    }

    /// Whether a level's value lies between those of two others, as a colour or as an index.
    pub fn is_between(&self, level: usize, [a, b]: [usize; 2]) -> bool {
        let value = |level: usize| &self.raster.values[self.levels.values[level]];
        let number = |level: usize| value(level).name.parse::<f64>().ok();
        let by_number = |(a, b, v): (f64, f64, f64)| a.min(b) < v && v < a.max(b);
        between(value(a).colour, value(b).colour, value(level).colour)
            .is_some_and(|(along, _)| along > 0.0 && along < 1.0)
            || number(a).zip(number(b)).zip(number(level)).is_some_and(|((a, b), v)| by_number((a, b, v)))
    }

    /// What is said of a file in which a level's values lie in thin lines between those of two others, as they do after
    /// resizing with interpolation; empty for other files.
    pub fn interpolated(&self) -> String {
        let (w, h, of) = (self.raster.width, self.raster.height, &self.levels.of);
        let is_seam = |level: &usize| {
            let own: Vec<bool> = of.iter().map(|l| usize::from(*l) == *level).collect();
            let others = own.iter().map(|own| !own).collect();
            let near = (0..widest(w, h).div_ceil(2)).fold(others, |image: Vec<bool>, _| grown(w, h, &image));
            let is_between = |piece: &Vec<usize>| {
                let beside = |i: &usize| neighbours(w, h, *i, false).map(|n| usize::from(of[n]));
                let beside: BTreeSet<usize> = piece.iter().flat_map(beside).collect();
                beside.iter().any(|a| beside.iter().any(|b| self.is_between(*level, [*a, *b])))
            };
            let pieces = components(w, h, &own, true).into_iter();
            let thin = pieces.filter(|piece| piece.iter().all(|i| near[*i]) && is_between(piece));
            thin.map(|piece| piece.len()).sum::<usize>() * 2 > w.max(h)
        };
        let seams: Vec<usize> = (0..self.levels.values.len()).filter(is_seam).collect();
        match seams.as_slice() {
            [] => String::new(),
            _ => format!(
                ", perhaps because it was resized with interpolation (level {} in thin lines between others; if so, save it with nearest neighbour)",
                self.names(&seams)
            ),
        }
    }

    pub fn lined(&self, reading: &Candidate, line: &Line) -> LevelsFault {
        let main = self.main_levels(reading).map(|level| self.name(level));
        let sides = line.sides.map(|side| format!("{} {}", side.name(), main[side as usize])).join(" and ");
        let levels = format!("wall={},lumen={}", main[1], main[2]);
        let own = reading.places.iter().filter(|p| **p == MaskPlace::Wall).count();
        let in_line = line.pixels.iter().filter(|(i, _)| reading.places[*i] == MaskPlace::Wall).count();
        let (without, with) = (own - in_line, own - in_line + line.pixels.len());
        let line = format!("level {}, {} wide,", self.names(&line.levels), pixels(line.wide));
        LevelsFault::Lined { line, sides, with, without, levels, why: self.interpolated() }
    }
}
