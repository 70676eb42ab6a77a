//! How the levels of a mask were read, for people: what each was taken for, what counted elsewhere, and why nothing fits.

use std::fmt;

use super::levels::MOST_LEVELS;
use super::masks::WallMask;
use crate::experiment::MaskPlace;

/// A mask, and how its file was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadMask {
    /// Cleaned: what lies within the wall or the lumen belongs to it. As it is if no reading is a ring, so that
    /// `regions` says what is wrong.
    pub mask: WallMask,
    /// Which level was taken for what, and what counted elsewhere.
    pub reading: Reading,
}

/// How the levels of a file were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The levels of outside, wall and lumen.
    pub(super) places: [Vec<String>; 3],
    /// Pixels whose level belongs elsewhere.
    pub(super) foreign: Vec<Foreign>,
    /// Pixels of thin lines between two places, which are of both half and half.
    pub(super) halved: Vec<Halved>,
    /// Every level with its number of pixels.
    pub(super) levels: Vec<(String, usize)>,
    /// Values of the image that are no levels, as smooth borders have, with their numbers of pixels.
    pub(super) between: Vec<(String, usize)>,
    /// Values of a few pixels that are no levels and were read as the level next to them.
    pub(super) specks: Vec<(String, usize)>,
    /// Pixels of the lumen and of the vessel; zeros if no lumen was found.
    pub(super) areas: [usize; 2],
    /// Whether the file's name is that of one of a pair.
    pub half_of_a_pair: bool,
}

/// Pixels of a level that lie within a place which is not its own, and count as that place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    pub level: String,
    pub pixels: usize,
    pub place: MaskPlace,
}

/// Pixels of a level on the border of two places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halved {
    pub level: String,
    pub pixels: usize,
    pub sides: [MaskPlace; 2],
}

/// Why the levels of an image are not those of a mask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelsFault {
    #[error(
        "no mask: {values} values, of which most pixels lie beside others, as in a photograph or after JPEG, or which are more than {MOST_LEVELS} levels; the most frequent are {frequent}; draw outside, wall and lumen in one value each, or name them with --levels (field `mask_levels`)"
    )]
    NoLevels { values: usize, frequent: String },
    #[error("{levels} levels are too many to try all readings; name them with --levels (field `mask_levels`): {found}")]
    TooMany { levels: usize, found: String },
    #[error("its levels can be read in {count} ways{why}: {readings}; choose one with --levels (field `mask_levels`)")]
    SeveralReadings { count: usize, readings: String, why: String },
    #[error(
        "the wall of level {wall} encloses none of the levels that --levels (field `mask_levels`) takes for the lumen; the file has {found}"
    )]
    OtherLumen { wall: String, found: String },
    #[error(
        "a frame of level {level}, {wide} wide, lies round the image: with it the levels are read as {whole}, without it {inside}; crop the frame away, or name the levels with --levels (field `mask_levels`)"
    )]
    Framed { level: String, wide: String, whole: String, inside: String },
    #[error(
        "a line of {line} lies between {sides}{why}: with it the wall has {with} pixels, without it {without}; draw the mask without lines, or name wall and lumen with --levels {levels} (field `mask_levels`), which puts the border half-way into it"
    )]
    Lined { line: String, sides: String, with: usize, without: usize, levels: String, why: String },
    #[error("no level is {names}, which --levels (field `mask_levels`) takes for the {place}; the file has {found}")]
    NotThere { place: &'static str, names: String, found: String },
}

/// The borders of a smaller lumen are known too badly, pixels.
const SMALL_LUMEN: usize = 128;
/// How far a border may lie from where it was found, pixels.
const BORDER: f64 = 0.2;
/// A lumen of less than this share of the vessel may be a guide wire in it.
const SLIVER: usize = 10;
/// Most values of a few pixels that a note lists.
const QUOTED_SPECKS: usize = 3;
/// Most levels that a message lists.
const QUOTED_LEVELS: usize = 8;

/// Levels with their numbers of pixels, the most frequent first.
pub(super) fn listed(mut levels: Vec<(String, usize)>) -> String {
    levels.sort_by_key(|(_, pixels)| std::cmp::Reverse(*pixels));
    let more = if levels.len() > QUOTED_LEVELS { ", ..." } else { "" };
    let parts: Vec<String> =
        levels.iter().take(QUOTED_LEVELS).map(|(name, pixels)| format!("{name} ({pixels} pixels)")).collect();
    parts.join(", ") + more
}

/// A number of pixels, for display.
pub(super) fn pixels(count: usize) -> String {
    format!("{count} {}", if count == 1 { "pixel" } else { "pixels" })
}

impl Reading {
    /// Of a lumen and a vessel in two files, with their numbers of pixels.
    pub fn of_pair([lumen, vessel]: [Self; 2], areas: [usize; 2]) -> Self {
        let places = [Vec::new(), vec!["in one file".into()], vec!["in another".into()]];
        let specks = [lumen.specks, vessel.specks].concat();
        Self { places, specks, areas, ..Self::default() }
    }

    /// What lies where its level does not belong, and what is doubtful about the lumen, for display; `None` if nothing is.
    pub fn note(&self) -> Option<String> {
        let foreign = self.foreign.iter().map(|f| {
            let place = f.place.name();
            format!("{} of level {} in the {place} read as {place}", pixels(f.pixels), f.level)
        });
        let halved = self.halved.iter().map(|h| {
            let [outer, inner] = h.sides.map(MaskPlace::name);
            format!("{} of level {} between {outer} and {inner} read as both, half and half", pixels(h.pixels), h.level)
        });
        let specks = match self.specks.as_slice() {
            few if few.len() <= QUOTED_SPECKS => {
                let told = |(value, count): &(String, usize)| {
                    format!("{} of value {value} read as what lies around", pixels(*count))
                };
                few.iter().map(told).collect()
            }
            many => {
                let all: usize = many.iter().map(|(_, count)| count).sum();
                vec![format!("{} of {} other values read as what lies around", pixels(all), many.len())]
            }
        };
        let parts: Vec<String> = foreign.chain(halved).chain(specks).chain(self.doubts()).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn is_of_a_pair(&self) -> bool {
        self.places[0].is_empty() && !self.places[2].is_empty()
    }

    fn doubts(&self) -> impl Iterator<Item = String> {
        let [lumen, vessel] = self.areas;
        let across = 2.0 * (lumen as f64 / std::f64::consts::PI).sqrt();
        let small = (1..SMALL_LUMEN).contains(&lumen).then(|| {
            let percent = 100.0 * 4.0 * BORDER / across;
            format!("the lumen is only {across:.0} pixels across, so that its area is known to about {percent:.0} %")
        });
        let sliver = (lumen * SLIVER < vessel).then(|| {
            let percent = 100.0 * lumen as f64 / vessel as f64;
            format!(
                "the lumen is {percent:.1} % of the vessel; if it is a guide wire, name wall and lumen with --levels"
            )
        });
        small.into_iter().chain(sliver)
    }

    /// What the levels are and were taken for, and what may help, for the end of a message.
    pub fn help(&self) -> String {
        let levels = listed(self.levels.clone());
        let (smooth, such_as) = match self.between.iter().max_by_key(|(_, pixels)| *pixels) {
            None => Default::default(),
            Some((often, _)) => (
                format!(
                    "; {} values more lie between them, as after resizing, smoothing or JPEG: save it without, if you can",
                    self.between.len()
                ),
                format!(", such as wall={often}"),
            ),
        };
        match self.levels.len() {
            _ if self.is_of_a_pair() => "of each file the shape is all that its outside does not reach; if the outside of one is another level, name it with --levels outside=0".into(),
            0 | 1 => format!("the file has one level, {levels}"),
            _ => format!("read as {self}, of the levels {levels}{smooth}; if the wall is another one, name it with --levels{such_as}"),
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
