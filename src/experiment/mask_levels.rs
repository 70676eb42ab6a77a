//! What the levels of a mask are where a user says so: `wall=1,lumen=2`.

use std::fmt;
use std::str::FromStr;

/// A place in a vessel's cross-section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskPlace {
    Outside,
    Wall,
    Lumen,
}

/// The levels that a user named, as they are written; none if all are to be found.
///
/// A level is a grey value as it stands in the file, the index of a palette, or a colour such as `#ff0000`.
/// Invariant: a level that is wall is nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaskLevels(Vec<(MaskPlace, String)>);

impl MaskPlace {
    /// Every place, from the outside inwards.
    pub const ALL: [Self; 3] = [Self::Outside, Self::Wall, Self::Lumen];

    /// The word before the equals sign in `wall=1,lumen=2`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Wall => "wall",
            Self::Lumen => "lumen",
        }
    }
}

impl MaskLevels {
    /// Levels as they are written; an error if one is wall and something else.
    pub fn new(named: Vec<(MaskPlace, String)>) -> Result<Self, String> {
        let wall = |level: &str| named.iter().any(|(p, l)| *p == MaskPlace::Wall && l == level);
        match named.iter().find(|(place, level)| *place != MaskPlace::Wall && wall(level)) {
            Some((place, level)) => Err(format!("level {level} is both wall and {}; keep one of them", place.name())),
            None => Ok(Self(named)),
        }
    }

    /// Whether no level is named, so that all are to be found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The levels named for a place.
    pub fn of(&self, place: MaskPlace) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(p, _)| *p == place).map(|(_, level)| level.as_str())
    }
}

impl FromStr for MaskLevels {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let named = parts.map(|part| {
            let (name, level) = part.split_once('=').map_or((part, ""), |(name, level)| (name.trim(), level.trim()));
            let place = MaskPlace::ALL.into_iter().find(|p| p.name() == name);
            match place.filter(|_| is_level(level)) {
                Some(place) => Ok((place, level.to_lowercase())),
                None => Err(format!(
                    "`{part}` is no level; write outside, wall or lumen with its value or colour, and commas between them: \
                     wall=1,lumen=2 or wall=#ff0000,lumen=#0000ff"
                )),
            }
        });
        Self::new(named.collect::<Result<_, _>>()?)
    }
}

/// Whether a level is written as one: a number, one with its opacity (`255/128`), a colour, or `transparent`.
fn is_level(level: &str) -> bool {
    let number = |text: &str| text.parse::<u32>().is_ok();
    match level.strip_prefix('#') {
        Some(digits) => [6, 8, 12, 16].contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => {
            level.eq_ignore_ascii_case("transparent")
                || level.split_once('/').map_or(number(level), |(a, b)| number(a) && number(b))
        }
    }
}

impl fmt::Display for MaskLevels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(place, level)| format!("{}={level}", place.name())).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_they_are_written_or_refused_with_an_example() {
        for (text, again) in [
            ("", ""),
            ("wall=1,lumen=2", "wall=1,lumen=2"),
            (" wall = 1 , wall=3, lumen=2,outside=0,", "wall=1,wall=3,lumen=2,outside=0"),
            ("wall=#FF0000,outside=0,lumen=0", "wall=#ff0000,outside=0,lumen=0"),
        ] {
            assert_eq!(text.parse::<MaskLevels>().map(|l| l.to_string()), Ok(again.to_owned()));
        }
        for (text, says) in [
            ("1", "wall=1,lumen=2"),
            ("wall", "`wall` is no level"),
            ("wall=", "`wall=` is no level"),
            ("calcium=3", "outside, wall or lumen"),
            ("wall=1 lumen=2", "`wall=1 lumen=2` is no level"),
            ("wall=#ff,lumen=0", "`wall=#ff` is no level"),
            ("wall=red", "wall=#ff0000"),
            ("wall=1,lumen=1", "level 1 is both wall and lumen"),
        ] {
            let error = text.parse::<MaskLevels>().unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
