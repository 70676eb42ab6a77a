//! The levels of an image, and the level of each of its pixels: what lies on the seam between two levels belongs to the
//! nearer of them.
//!
//! Drawn without smooth borders, a mask has as many values as levels. With smooth (anti-aliased) borders it has many
//! more: the values of a seam lie between those of the two levels that meet there. They are recognised because no
//! pixel of theirs is surrounded by its own value.

use super::raster::Raster;

/// The levels of an image.
///
/// Invariant: `of.len()` is the number of pixels, each below `values.len()`.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// The value of each level, as an index of the image's values.
    pub values: Vec<usize>,
    /// The level of each pixel.
    pub of: Vec<u8>,
    /// Whether a pixel's own value is that of no level, or only by chance, on a seam.
    pub seam: Vec<bool>,
    /// Values of so few pixels that they are no levels, and lie between no two.
    pub specks: Vec<usize>,
}

/// More levels than this are an image, not classes.
pub const MOST_LEVELS: usize = 12;
/// From this many values that are nowhere surrounded by themselves, an image counts as one with smooth borders.
const SEAM_VALUES: usize = 3;
/// Fewer pixels than this share of the image's side are a speck.
const SPECK: f64 = 1.0 / 3.0;
/// How far from the line between two colours a value of their seam may lie, as a share of their distance.
const OFF_THE_LINE: f64 = 0.1;
/// The part of the line on which a value is between its ends, with some room for noise.
const BETWEEN: std::ops::Range<f64> = -0.05..1.05;
/// With smooth borders, values this close to a level (as a share of the range) are that level with noise.
const NOISE: f64 = 1.0 / 32.0;
/// What sharp resizing adds beyond a border: values this close to a level of the range are that level, overshot.
const OVERSHOT: f64 = 0.1;
/// A level has at least this many times the pixels of one that is only noise beside it.
const NOISE_PIXELS: usize = 8;
/// With smooth borders, a level that is nowhere surrounded by itself differs from all others by this share of the range.
const APART: f64 = 0.15;
/// The levels of a seam are searched this far away, in grains.
const REACH: usize = 12;
/// A mask has more pixels inside its regions than on their seams.
const MOST_SEAM: f64 = 0.75;
/// Of no level.
const NONE: u32 = u32::MAX;

/// Why an image has no levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoLevels;

impl Levels {
    /// The levels of an image; the values `named` by a user are levels whatever they look like.
    pub fn of(raster: &Raster, named: &[bool]) -> Result<Self, NoLevels> {
        let (grain, count) = (grain(raster), raster.values.len());
        let few = SPECK * ((raster.width * raster.height) as f64).sqrt();
        let solid = solid(raster, grain, few);
        let solids = solid.iter().filter(|s| **s).count();
        let smooth = count - solids >= SEAM_VALUES && (solids > 0 || count > MOST_LEVELS);
        let mut values: Vec<usize> = (0..count).filter(|v| solid[*v] || named[*v]).collect();
        if smooth {
            drop_noise(raster, named, &mut values);
            add_extremes(raster, &mut values, &solid, few);
        } else {
            let is_speck = |v: usize| solids > 1 && (raster.values[v].pixels as f64) < few;
            values.extend((0..count).filter(|v| !(solid[*v] || named[*v] || is_speck(*v))));
        }
        values.sort_unstable();
        if values.len() > MOST_LEVELS {
            return Err(NoLevels);
        }
        let colours: Vec<[f64; 4]> = values.iter().map(|v| raster.values[*v].colour).collect();
        let level_of_value: Vec<u32> = (0..count).map(|v| level_of(raster, v, &values, smooth)).collect();
        let mut certain: Vec<u32> = raster.of.iter().map(|v| level_of_value[*v as usize]).collect();
        if smooth {
            let cores = cores(raster.width, raster.height, &certain, grain);
            let has_cores = (0..values.len() as u32).map(|l| (0..cores.len()).any(|i| cores[i] && certain[i] == l));
            let has_cores: Vec<bool> = has_cores.collect();
            let anchored = anchored(raster, &certain, cores);
            for (level, anchored) in certain.iter_mut().zip(anchored) {
                if *level != NONE && has_cores[*level as usize] && !anchored {
                    *level = NONE;
                }
            }
        }
        let seam: Vec<bool> = certain.iter().map(|l| *l == NONE).collect();
        let busiest = values.iter().map(|v| raster.values[*v].pixels).max().unwrap_or(0);
        let on_seams = seam.iter().filter(|s| **s).count() as f64;
        if smooth && on_seams > MOST_SEAM * (raster.of.len() - busiest) as f64 {
            return Err(NoLevels);
        }
        let explained = |v: usize| smooth && is_between(raster, &values, v);
        let specks = (0..count).filter(|v| level_of_value[*v] == NONE && !explained(*v)).collect();
        let range = range(&colours);
        let found = Seam { raster, certain: &certain, colours: &colours, range, grain };
        let of = (0..certain.len()).map(|i| if seam[i] { found.nearer(i) } else { certain[i] as u8 }).collect();
        Ok(Self { values, of, seam, specks })
    }
}

/// Whether each value somewhere is surrounded by itself, or fills squares of two pixels with more than a few pixels, as a
/// thin wall does and a seam does not.
fn solid(raster: &Raster, grain: usize, few: f64) -> Vec<bool> {
    let (w, h) = (raster.width, raster.height);
    let mut solid = vec![false; raster.values.len()];
    let cores = cores(w, h, &raster.of, grain);
    cores.iter().zip(&raster.of).filter(|(core, _)| **core).for_each(|(_, v)| solid[*v as usize] = true);
    let mut in_squares = vec![0_usize; solid.len()];
    for (y, x) in (grain..h).flat_map(|y| (grain..w).map(move |x| (y, x))) {
        let i = y * w + x;
        let v = raster.of[i];
        if [i - grain, i - grain * w, i - grain * w - grain].iter().all(|n| raster.of[*n] == v) {
            in_squares[v as usize] += 1;
        }
    }
    solid.iter_mut().zip(in_squares).for_each(|(solid, squares)| *solid |= squares as f64 >= few);
    solid
}

/// The level that a value is, with smooth borders also but for some noise.
fn level_of(raster: &Raster, value: usize, levels: &[usize], smooth: bool) -> u32 {
    let colour = |v: usize| raster.values[v].colour;
    let range = levels.iter().map(|l| distance(colour(*l), colour(value))).fold(0.0, f64::max);
    let away = |l: &usize| distance(colour(levels[*l]), colour(value));
    match levels.iter().position(|l| *l == value) {
        Some(level) => level as u32,
        None if !smooth => NONE,
        None => {
            let nearest = (0..levels.len()).min_by(|a, b| away(a).total_cmp(&away(b)));
            nearest.filter(|l| away(l) < NOISE * range).map_or(NONE, |l| l as u32)
        }
    }
}

/// The side of the squares of equal pixels that an image consists of: above 1 for one that was enlarged.
fn grain(raster: &Raster) -> usize {
    let (w, h) = (raster.width, raster.height);
    let differs = |a: &usize, b: usize| raster.of[*a] != raster.of[b];
    let columns = (1..w).filter(|x| (0..h).any(|y| differs(&(y * w + x), y * w + x - 1)));
    let rows = (1..h).filter(|y| (0..w).any(|x| differs(&(y * w + x), (y - 1) * w + x)));
    let spacing = |edges: Vec<usize>| edges.windows(2).fold(0, |g, e| common_divisor(g, e[1] - e[0]));
    common_divisor(spacing(columns.collect()), spacing(rows.collect())).max(1)
}

fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// Whether each pixel is surrounded by its own value.
fn cores(w: usize, h: usize, of: &[u32], grain: usize) -> Vec<bool> {
    let alike = |i: usize| {
        let (x, y) = (i % w, i / w);
        let near = |at: usize, end: usize| [at.checked_sub(grain), Some(at), Some(at + grain).filter(|n| *n < end)];
        near(y, h).into_iter().flatten().all(|ny| near(x, w).into_iter().flatten().all(|nx| of[ny * w + nx] == of[i]))
    };
    (0..of.len()).map(alike).collect()
}

/// Whether each pixel is connected through its own level to one that is surrounded by it.
fn anchored(raster: &Raster, of: &[u32], cores: Vec<bool>) -> Vec<bool> {
    let (w, h) = (raster.width, raster.height);
    let mut stack: Vec<usize> = (0..cores.len()).filter(|i| cores[*i]).collect();
    let mut reached = cores;
    while let Some(i) = stack.pop() {
        let (x, y) = (i % w, i / w);
        let left_right = [(x > 0).then(|| i - 1), (x + 1 < w).then_some(i + 1)];
        let up_down = [(y > 0).then(|| i - w), (y + 1 < h).then_some(i + w)];
        for n in left_right.into_iter().chain(up_down).flatten() {
            if !reached[n] && of[n] == of[i] {
                reached[n] = true;
                stack.push(n);
            }
        }
    }
    reached
}

/// Leaves out levels that are another one with a little noise, or overshot.
fn drop_noise(raster: &Raster, named: &[bool], values: &mut Vec<usize>) {
    let colour = |v: usize| raster.values[v].colour;
    let range = range(&values.iter().map(|v| colour(*v)).collect::<Vec<_>>());
    let all = values.clone();
    values.retain(|v| {
        named[*v]
            || !all.iter().any(|other| {
                distance(colour(*v), colour(*other)) < OVERSHOT * range
                    && raster.values[*v].pixels * NOISE_PIXELS < raster.values[*other].pixels
            })
    });
}

/// Adds values that lie on no line between two levels, those furthest from all levels first, while more than a few
/// pixels have such values.
fn add_extremes(raster: &Raster, values: &mut Vec<usize>, solid: &[bool], few: f64) {
    let colour = |v: usize| raster.values[v].colour;
    while values.len() <= MOST_LEVELS {
        let away = |v: usize| values.iter().map(move |l| distance(colour(*l), colour(v)));
        // Without a level, every value is as far away as any.
        let is_apart = |v: usize| away(v).fold(f64::INFINITY, f64::min) > APART * away(v).fold(0.0, f64::max);
        let unexplained: Vec<usize> = (0..raster.values.len())
            .filter(|v| !solid[*v] && !values.contains(v) && is_apart(*v) && !is_between(raster, values, *v))
            .collect();
        if (unexplained.iter().map(|v| raster.values[*v].pixels).sum::<usize>() as f64) < few {
            return;
        }
        let further = |a: &usize, b: &usize| {
            let nearest = |v: usize| away(v).fold(f64::INFINITY, f64::min);
            nearest(*a).total_cmp(&nearest(*b)).then(raster.values[*a].pixels.cmp(&raster.values[*b].pixels))
        };
        let Some(furthest) = unexplained.iter().copied().max_by(further) else { return };
        values.push(furthest);
    }
}

/// Whether a value is one that a seam of two of these levels may have.
fn is_between(raster: &Raster, levels: &[usize], value: usize) -> bool {
    let colour = |v: &usize| raster.values[*v].colour;
    levels.iter().any(|a| levels.iter().any(|b| between(colour(a), colour(b), colour(&value)).is_some()))
}

/// Where between two colours a value lies (0..=1) and how far from their line; `None` if it is not between them.
pub fn between(a: [f64; 4], b: [f64; 4], v: [f64; 4]) -> Option<(f64, f64)> {
    let dot = |p: [f64; 4], q: [f64; 4]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f64>();
    let minus = |p: [f64; 4], q: [f64; 4]| std::array::from_fn(|i| p[i] - q[i]);
    let (line, way): ([f64; 4], [f64; 4]) = (minus(b, a), minus(v, a));
    let length = dot(line, line);
    if length == 0.0 {
        return None;
    }
    let along = dot(way, line) / length;
    let off = ((dot(way, way) - along * along * length).max(0.0) / length).sqrt();
    (BETWEEN.contains(&along) && off < OFF_THE_LINE).then_some((along, off))
}

/// The greatest distance of two colours.
fn range(colours: &[[f64; 4]]) -> f64 {
    colours.iter().flat_map(|a| colours.iter().map(|b| distance(*a, *b))).fold(0.0, f64::max)
}

fn distance(a: [f64; 4], b: [f64; 4]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Pixels whose own value is no level.
struct Seam<'a> {
    raster: &'a Raster,
    certain: &'a [u32],
    colours: &'a [[f64; 4]],
    /// The greatest distance of two levels.
    range: f64,
    grain: usize,
}

impl Seam<'_> {
    /// Of the two nearest levels that the pixel's value lies between, the nearer in colour; at half-way the brighter. A
    /// value that lies between none gets the nearest in colour of those next to it.
    fn nearer(&self, pixel: usize) -> u8 {
        let value = self.raster.values[self.raster.of[pixel] as usize].colour;
        let mut next_to_it = Vec::new();
        for reach in 1..=REACH {
            let seen = self.levels_around(pixel, reach * self.grain);
            let pairs = seen.iter().flat_map(|a| seen.iter().map(move |b| (*a, *b))).filter(|(a, b)| a < b);
            let met = pairs.filter_map(|(a, b)| {
                let (along, off) = between(self.colours[a], self.colours[b], value)?;
                let brighter_is_b = bright(self.colours[b]) > bright(self.colours[a]);
                let is_b = along > 0.5 || (along == 0.5 && brighter_is_b);
                Some((off, if is_b { b } else { a }))
            });
            if let Some((_, level)) = met.min_by(|a, b| a.0.total_cmp(&b.0)) {
                return level as u8;
            }
            let away = |level: &usize| distance(self.colours[*level], value);
            let nearest = seen.iter().copied().min_by(|a, b| away(a).total_cmp(&away(b)));
            if let Some(overshot) = nearest.filter(|level| away(level) < OVERSHOT * self.range) {
                return overshot as u8;
            }
            if next_to_it.is_empty() {
                next_to_it = seen;
            }
        }
        if next_to_it.is_empty() {
            next_to_it = (0..self.colours.len()).collect();
        }
        let away = |level: &usize| distance(self.colours[*level], value);
        next_to_it.into_iter().min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or(0) as u8
    }

    fn levels_around(&self, pixel: usize, reach: usize) -> Vec<usize> {
        let (w, h) = (self.raster.width, self.raster.height);
        let span = |at: usize, end: usize| at.saturating_sub(reach)..(at + reach + 1).min(end);
        let mut there = vec![false; self.colours.len()];
        for y in span(pixel / w, h) {
            self.certain[y * w..][span(pixel % w, w)]
                .iter()
                .filter(|l| **l != NONE)
                .for_each(|l| there[*l as usize] = true);
        }
        (0..there.len()).filter(|l| there[*l]).collect()
    }
}

fn bright(colour: [f64; 4]) -> f64 {
    colour.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The grey levels of a drawing in which each letter is a value, and the level of each pixel as its grey.
    fn levels(rows: &[&str], grey: impl Fn(char) -> u8) -> (Vec<String>, Vec<String>) {
        let drawn: Vec<u8> = rows.iter().flat_map(|r| r.chars().map(&grey)).collect();
        let raster = Raster::of_grey(rows[0].len(), rows.len(), &drawn);
        let found = Levels::of(&raster, &vec![false; raster.values.len()]).unwrap();
        let name = |v: usize| raster.values[v].name.clone();
        let of: Vec<String> = found.of.iter().map(|l| name(found.values[usize::from(*l)])).collect();
        (found.values.iter().map(|v| name(*v)).collect(), of)
    }

    #[test]
    fn few_values_are_levels_however_thin_they_are() {
        let rows = ["......", ".####.", ".#oo#.", ".#oo#.", ".####.", "......"];
        let (values, of) = levels(&rows, |c| match c {
            '#' => 1,
            'o' => 2,
            _ => 0,
        });
        assert_eq!(values.len(), 3);
        assert_eq!(of[7], "1");
    }

    #[test]
    fn a_seam_goes_to_the_nearer_of_the_levels_that_meet_there() {
        // Left of the wall (9) lies 0, right of it 5; half-way is another value on each side.
        let rows = ["0000269999865555555"; 9];
        let (values, of) = levels(&rows, |c| 20 * (c as u8 - b'0'));
        assert_eq!(values, ["0", "180", "100"]);
        let row: Vec<&str> = of[..19].iter().map(String::as_str).collect();
        assert_eq!(row[3..7], ["0", "0", "180", "180"], "40 and 120 between 0 and 180");
        assert_eq!(row[9..13], ["180", "180", "100", "100"], "160 and 120 between 180 and 100");
        // A seam from 9 to 0 that passes through the value of a third level.
        let rows = ["55555999997531000055555"; 9];
        let (values, of) = levels(&rows, |c| 20 * (c as u8 - b'0'));
        assert_eq!(values, ["100", "180", "0"]);
        let row: Vec<&str> = of[..23].iter().map(String::as_str).collect();
        assert_eq!(row[9..15], ["180", "180", "180", "0", "0", "0"]);
    }

    #[test]
    fn an_enlarged_image_has_the_levels_of_the_small_one() {
        let small = ["000000024699999999", "000000024699999999", "000000002469999999", "000000002469999999"];
        let thrice = |row: &&str| {
            let wide: String = row.chars().flat_map(|c| [c; 3]).collect();
            [wide.clone(), wide.clone(), wide]
        };
        let large: Vec<String> = small.iter().flat_map(thrice).collect();
        let large: Vec<&str> = large.iter().map(String::as_str).collect();
        for rows in [&small[..], &large] {
            assert_eq!(levels(rows, |c| 20 * (c as u8 - b'0')).0, ["0", "180"]);
        }
    }

    #[test]
    fn noise_has_no_levels() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let drawn: Vec<u8> = (0..64 * 64).map(|_| noise()).collect();
        let raster = Raster::of_grey(64, 64, &drawn);
        assert_eq!(Levels::of(&raster, &vec![false; raster.values.len()]), Err(NoLevels));
    }
}
