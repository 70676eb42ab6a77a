//! The skeletons of the built-in digits: several ways of writing each, read from `data/strokes.toml`.

use serde::Deserialize;

use crate::dataset::DataError;

/// Digits 0..=9.
pub const CLASSES: usize = 10;
const FILE: &str = "data/strokes.toml";
const TEXT: &str = include_str!("../../../data/strokes.toml");

/// A point of the unit page: x to the right, y down; a digit is one unit high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// A point that a stroke goes through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knot {
    pub at: Point,
    /// Whether the pen turns sharply here.
    pub corner: bool,
}

/// One way of writing a digit, between two extremes.
///
/// Invariant: `from` and `to` have the same strokes with the same number of knots, at least two each.
#[derive(Debug, Clone)]
pub struct Way {
    digit: u8,
    weight: f32,
    from: Vec<Vec<Knot>>,
    to: Vec<Vec<Knot>>,
}

impl Way {
    /// The strokes at a share `t` of the way between the extremes; `t` may be slightly outside [0, 1].
    pub fn between(&self, t: f32) -> Vec<Vec<Knot>> {
        let mix = |a: f32, b: f32| a + t * (b - a);
        let knot = |(a, b): (&Knot, &Knot)| Knot {
            at: Point { x: mix(a.at.x, b.at.x), y: mix(a.at.y, b.at.y) },
            corner: if t < 0.5 { a.corner } else { b.corner },
        };
        self.from.iter().zip(&self.to).map(|(a, b)| a.iter().zip(b).map(knot).collect()).collect()
    }
}

/// Every way of writing every digit.
///
/// Invariant: each of the ten digits has at least one way of positive weight.
#[derive(Debug, Clone)]
pub struct Skeletons {
    ways: Vec<Vec<Way>>, // [digit][way]
}

impl Skeletons {
    /// The skeletons that are part of the program.
    pub fn built_in() -> Result<Self, DataError> {
        Self::parse(TEXT)
    }

    fn parse(text: &str) -> Result<Self, DataError> {
        let file: File = toml::from_str(text).map_err(|e| fault(e.message().to_owned()))?;
        let mut ways = vec![Vec::new(); CLASSES];
        for entry in file.way {
            let way = entry.checked()?;
            ways.get_mut(usize::from(way.digit))
                .ok_or_else(|| fault(format!("{} is not a digit", way.digit)))?
                .push(way);
        }
        match ways.iter().position(Vec::is_empty) {
            Some(digit) => Err(fault(format!("no way to write {digit}"))),
            None => Ok(Self { ways }),
        }
    }

    /// The way of writing a digit at `share` in [0, 1) of the total weight.
    pub fn pick(&self, digit: usize, share: f32) -> &Way {
        let ways = &self.ways[digit];
        let mut left = share * ways.iter().map(|w| w.weight).sum::<f32>();
        let passed = |w: &&Way| {
            left -= w.weight;
            left < 0.0
        };
        ways.iter().find(passed).unwrap_or(&ways[ways.len() - 1])
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    way: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    digit: u8,
    name: String,
    weight: f32,
    from: Vec<String>,
    to: Option<Vec<String>>,
}

impl Entry {
    fn checked(self) -> Result<Way, DataError> {
        let wrong = |detail: String| fault(format!("digit {}, `{}`: {detail}", self.digit, self.name));
        let strokes = |texts: &[String]| texts.iter().map(|t| knots(t)).collect::<Result<Vec<_>, _>>();
        let from = strokes(&self.from).map_err(wrong)?;
        let to = strokes(self.to.as_ref().unwrap_or(&self.from)).map_err(wrong)?;
        let counts = |s: &[Vec<Knot>]| s.iter().map(Vec::len).collect::<Vec<_>>();
        if counts(&from) != counts(&to) {
            return Err(wrong("`from` and `to` do not have the same points".into()));
        }
        if from.is_empty() || from.iter().any(|s| s.len() < 2) {
            return Err(wrong("a stroke needs two points".into()));
        }
        if !(self.weight > 0.0 && self.weight.is_finite()) {
            return Err(wrong("the weight must be above 0".into()));
        }
        Ok(Way { digit: self.digit, weight: self.weight, from, to })
    }
}

/// Knots from text like `x,y x,y^ ...`, where `^` marks a corner.
fn knots(text: &str) -> Result<Vec<Knot>, String> {
    let number = |t: &str| t.parse::<f32>().ok().filter(|v| v.is_finite());
    text.split_whitespace()
        .map(|word| {
            let (pair, corner) = word.strip_suffix('^').map_or((word, false), |p| (p, true));
            let parts = pair.split_once(',').and_then(|(x, y)| Some((number(x)?, number(y)?)));
            parts
                .map(|(x, y)| Knot { at: Point { x, y }, corner })
                .ok_or_else(|| format!("`{word}` is not a point x,y"))
        })
        .collect()
}

fn fault(detail: String) -> DataError {
    DataError::Format { path: FILE.into(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_has_several_ways_for_each_digit() {
        let skeletons = Skeletons::built_in().unwrap();
        assert!(
            skeletons.ways.iter().all(|w| w.len() >= 4),
            "{:?}",
            skeletons.ways.iter().map(Vec::len).collect::<Vec<_>>()
        );
        for way in skeletons.ways.iter().flatten() {
            for knot in way.between(0.0).iter().chain(&way.between(1.0)).flatten() {
                assert!((-0.1..1.0).contains(&knot.at.x) && (-0.1..1.1).contains(&knot.at.y), "{way:?}");
            }
        }
    }

    #[test]
    fn ways_are_picked_in_proportion_to_their_weight() {
        let mut text = String::new();
        for digit in 0..10 {
            for (name, weight) in [("a", 1.0), ("b", 3.0)] {
                text += &format!("[[way]]\ndigit={digit}\nname='{name}'\nweight={weight:?}\nfrom=['0,0 1,1']\n");
            }
        }
        let skeletons = Skeletons::parse(&text).unwrap();
        for (share, weight) in [(0.0, 1.0), (0.24, 1.0), (0.26, 3.0), (0.999, 3.0)] {
            assert_eq!(skeletons.pick(4, share).weight, weight, "{share}");
        }
    }

    #[test]
    fn between_is_linear_and_reaches_both_ends() {
        let way =
            Way { digit: 0, weight: 1.0, from: vec![knots("0,0 1,2^").unwrap()], to: vec![knots("1,1 1,4").unwrap()] };
        for (t, x, y, corner) in [(0.0, 1.0, 2.0, true), (0.25, 1.0, 2.5, true), (1.0, 1.0, 4.0, false)] {
            assert_eq!(way.between(t)[0][1], Knot { at: Point { x, y }, corner });
        }
    }

    #[test]
    fn each_fault_is_named() {
        let way = |body: &str| format!("[[way]]\ndigit=1\nname='n'\nweight=1\n{body}");
        for (text, names) in [
            (way("from=['0,0 1;1']"), "`1;1` is not a point"),
            (way("from=['0,0 nan,1']"), "`nan,1` is not a point"),
            (way("from=['0,0']"), "two points"),
            (way("from=[]"), "two points"),
            (way("from=['0,0 1,1']\nto=['0,0 1,1 2,2']"), "same points"),
            (way("from=['0,0 1,1']").replace("weight=1", "weight=0"), "above 0"),
            (way("from=['0,0 1,1']").replace("digit=1", "digit=12"), "12 is not a digit"),
            (way("from=['0,0 1,1']"), "no way to write 0"),
            (way("colour=1"), "colour"),
        ] {
            let error = Skeletons::parse(&text).unwrap_err().to_string();
            assert!(error.contains(names) && error.contains(FILE), "{error}");
        }
    }
}
