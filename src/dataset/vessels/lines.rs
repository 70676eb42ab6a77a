//! Thin lines of a level between two places of a mask: the seam of class numbers that were resized, and lines that a tool
//! drew between its classes.

use std::collections::{HashMap, VecDeque};

use super::regions::{components, neighbours};
use crate::experiment::MaskPlace;

/// A thin line between two places whose levels are of neither.
pub struct Line {
    pub levels: Vec<usize>,
    /// The outer place and the inner one.
    pub sides: [MaskPlace; 2],
    /// Each pixel, and whether it is of the inner place if the border lies half-way.
    pub pixels: Vec<(usize, bool)>,
    /// Pixels from side to side, at the widest place.
    pub wide: usize,
}

/// The widest line of a small image, pixels; of a large one this share of its side.
const WIDEST: usize = 2;
const WIDEST_SHARE: usize = 64;

/// The width of the widest line of an image, pixels.
pub fn widest(width: usize, height: usize) -> usize {
    WIDEST.max(width.max(height) / WIDEST_SHARE)
}

/// The lines among the pixels that lie where their level does not belong; `foreign` has their level, and none for all
/// other pixels.
pub fn lines(width: usize, height: usize, places: &[MaskPlace], foreign: &[Option<u8>]) -> Vec<Line> {
    let own: Vec<bool> = foreign.iter().map(Option::is_some).collect();
    let pieces = components(width, height, &own, true);
    let line = |piece: &Vec<usize>| {
        let mut levels: Vec<usize> = piece.iter().filter_map(|i| foreign[*i]).map(usize::from).collect();
        levels.sort_unstable();
        levels.dedup();
        line(width, height, places, &own, piece, levels)
    };
    pieces.iter().filter_map(line).collect()
}

/// Whether these lines are most of the border between their sides, which are the same for all.
pub fn cover_the_border(width: usize, height: usize, places: &[MaskPlace], lines: &[&Line]) -> bool {
    let Some([outer, inner]) = lines.first().map(|l| l.sides) else { return false };
    let mut on_line = vec![false; places.len()];
    lines.iter().flat_map(|l| &l.pixels).for_each(|(i, _)| on_line[*i] = true);
    let (mut covered, mut open) = (0_usize, 0_usize);
    for i in (0..places.len()).filter(|i| places[*i] == inner && !on_line[*i]) {
        let near = |test: &dyn Fn(usize) -> bool| neighbours(width, height, i, false).any(test);
        if near(&|n| on_line[n]) {
            covered += 1;
        } else if near(&|n| places[n] == outer) {
            open += 1;
        }
    }
    covered > open
}

/// The piece as a line; `None` if it is too wide, or does not lie between two places.
fn line(w: usize, h: usize, places: &[MaskPlace], own: &[bool], piece: &[usize], levels: Vec<usize>) -> Option<Line> {
    let widest = widest(w, h);
    // A line that winds through all of the image is none.
    if piece.len() > widest * 4 * (w + h) {
        return None;
    }
    let mut beside = [false; 3];
    let around = |i: &usize| neighbours(w, h, *i, false).filter(|n| !own[*n]);
    piece.iter().flat_map(around).for_each(|n| beside[places[n] as usize] = true);
    let sides = match beside {
        [true, true, false] => [MaskPlace::Outside, MaskPlace::Wall],
        [false, true, true] => [MaskPlace::Wall, MaskPlace::Lumen],
        _ => return None,
    };
    let steps = |corners: bool| sides.map(|side| steps_from(w, h, places, own, piece, side, corners));
    let wide = {
        let [outer, inner] = steps(true);
        let of = |steps: &HashMap<usize, usize>, i: &usize| steps.get(i).copied().unwrap_or(1);
        piece.iter().map(|i| of(&outer, i) + of(&inner, i) - 1).max()?
    };
    if wide > widest {
        return None;
    }
    let [outer, inner] = steps(false);
    let is_inner = |i: &usize| match (outer.get(i), inner.get(i)) {
        // In the middle every other pixel, so that areas are right.
        (Some(out), Some(inn)) if out == inn => (i % w + i / w).is_multiple_of(2),
        (Some(out), Some(inn)) => inn < out,
        (_, inn) => inn.is_some(),
    };
    let pixels = piece.iter().map(|i| (*i, is_inner(i))).collect();
    Some(Line { levels, sides, pixels, wide })
}

/// The number of steps from a side to each pixel of a piece that can be reached from it within the piece, from 1.
fn steps_from(
    w: usize,
    h: usize,
    places: &[MaskPlace],
    own: &[bool],
    piece: &[usize],
    side: MaskPlace,
    corners: bool,
) -> HashMap<usize, usize> {
    let touches = |i: &usize| neighbours(w, h, *i, corners).any(|n| !own[n] && places[n] == side);
    let mut queue: VecDeque<usize> = piece.iter().copied().filter(touches).collect();
    let mut steps: HashMap<usize, usize> = queue.iter().map(|i| (*i, 1)).collect();
    while let Some(i) = queue.pop_front() {
        let next = steps.get(&i).map_or(1, |s| s + 1);
        for n in neighbours(w, h, i, corners).filter(|n| own[*n]) {
            steps.entry(n).or_insert_with(|| {
                queue.push_back(n);
                next
            });
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a drawing (`.` outside, `#` wall, `o` lumen) and its pixels of another level, in the place that
    /// follows them.
    fn drawn(rows: &[&str]) -> (Vec<MaskPlace>, Vec<Option<u8>>) {
        let all = rows.iter().flat_map(|r| r.chars());
        let place = |c: char| match c {
            '.' | '0' => MaskPlace::Outside,
            '#' => MaskPlace::Wall,
            _ => MaskPlace::Lumen,
        };
        (all.clone().map(place).collect(), all.map(|c| c.to_digit(10).map(|d| d as u8)).collect())
    }

    #[test]
    fn a_line_is_cut_half_way() {
        let (places, foreign) = drawn(&["..####33oo##..", "..####33oo##..", "..####33oo##.."]);
        let found = lines(14, 3, &places, &foreign);
        let [line] = found.as_slice() else { panic!("{} lines", found.len()) };
        assert_eq!((&line.levels[..], line.wide), (&[3][..], 2));
        assert_eq!(line.sides, [MaskPlace::Wall, MaskPlace::Lumen]);
        for (pixel, is_inner) in &line.pixels {
            assert_eq!(*is_inner, pixel % 14 == 7);
        }
        assert!(!cover_the_border(14, 3, &places, &[line]), "the lumen's other border has none");
        // Of a line of one pixel every other is of the inner place.
        let (places, foreign) = drawn(&["###3ooo", "###3ooo", "###3ooo", "###3ooo"]);
        let found = lines(7, 4, &places, &foreign);
        assert_eq!(found[0].pixels.iter().filter(|(_, is_inner)| *is_inner).count(), 2);
        assert!(cover_the_border(7, 4, &places, &[&found[0]]));
    }

    #[test]
    fn what_is_wide_or_lies_in_one_place_is_no_line() {
        for rows in [&["###333ooo", "###333ooo"][..], &["###33####", "###33####"], &["..3oo", "..3oo"]] {
            let (places, foreign) = drawn(rows);
            assert!(lines(rows[0].len(), rows.len(), &places, &foreign).is_empty(), "{rows:?}");
        }
    }
}
