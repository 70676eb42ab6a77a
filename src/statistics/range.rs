//! Ranges of labels, over which the areas under learning curves are taken apart.

use std::fmt;
use std::str::FromStr;

/// From some labels to some others, or to the end of the curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelRange {
    from: usize,
    to: Option<usize>,
}

impl LabelRange {
    /// Few labels, and many.
    pub const USUAL: [Self; 2] = [Self { from: 20, to: Some(200) }, Self { from: 200, to: None }];

    /// The part of it that curves from `first` to `last` labels have; `None` if they have none of it.
    pub fn within(self, first: f64, last: f64) -> Option<[f64; 2]> {
        let from = first.max(self.from as f64);
        let to = self.to.map_or(last, |to| last.min(to as f64));
        (from < to).then_some([from, to])
    }
}

/// In tables: `20 to 200`, `200 to end`.
impl fmt::Display for LabelRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{} to {to}", self.from),
            None => write!(f, "{} to end", self.from),
        }
    }
}

/// On the command line: `20-200`, `200-`.
impl FromStr for LabelRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no range of labels; give two whole numbers as in 20-200, or 200- to the end");
        let (from, to) = text.trim().split_once('-').ok_or_else(wrong)?;
        let from = from.trim().parse().map_err(|_| wrong())?;
        let to = match to.trim() {
            "" => None,
            to => Some(to.parse().map_err(|_| wrong())?),
        };
        if to.is_some_and(|to| to <= from) { Err(wrong()) } else { Ok(Self { from, to }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_cut_to_what_curves_have() {
        let range = |text: &str| text.parse::<LabelRange>();
        assert_eq!(["20-200", " 200 - "].map(|text| range(text).unwrap()), LabelRange::USUAL);
        assert_eq!(LabelRange::USUAL.map(|r| r.to_string()), ["20 to 200", "200 to end"]);
        for text in ["", "20", "-200", "200-20", "20-20", "a-b", "20-200-400"] {
            assert!(range(text).unwrap_err().contains("20-200"), "{text}");
        }
        let [few, many] = LabelRange::USUAL;
        for (first, last, in_few, in_many) in [
            (10.0, 100.0, Some([20.0, 100.0]), None),
            (20.0, 400.0, Some([20.0, 200.0]), Some([200.0, 400.0])),
            (500.0, 5_000.0, None, Some([500.0, 5_000.0])),
            (10.0, 200.0, Some([20.0, 200.0]), None),
        ] {
            assert_eq!((few.within(first, last), many.within(first, last)), (in_few, in_many), "{first} to {last}");
        }
    }
}
