//! Search over metadata: words in texts and classes, and values or ranges in numbers.

use rayon::prelude::*;

use super::column::{Column, Values};
use super::set::Points;

/// The points whose metadata match a text, in one column or in any, ascending.
///
/// A text matches where it occurs, whatever the case of its letters; `=text` matches whole cells. Numbers match
/// `3`, `>3`, `<3`, `>=3`, `<=3` and `3..5`; where any column may match, they match as texts.
pub fn search(points: &Points, column: Option<usize>, text: &str) -> Vec<u32> {
    let wanted = Wanted::of(text.trim());
    let columns: Vec<&Column> = match column {
        Some(column) => points.columns.get(column).into_iter().collect(),
        None => points.columns.iter().collect(),
    };
    if wanted.text.is_empty() || columns.is_empty() {
        return Vec::new();
    }
    let tests: Vec<Test<'_>> = columns.iter().map(|c| Test::of(c, &wanted, column.is_some())).collect();
    let is_found = |point: &u32| tests.iter().any(|test| test.holds(*point as usize));
    (0..points.len() as u32).into_par_iter().filter(is_found).collect()
}

/// What is looked for.
struct Wanted {
    /// In lower case.
    text: String,
    whole: bool,
    /// The numbers from and to which a number matches, ends included or not.
    range: Option<Range>,
}

#[derive(Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
    ends: bool,
}

impl Wanted {
    fn of(text: &str) -> Self {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let range = |low, high, ends| Some(Range { low, high, ends });
        let (below, above) = (f64::NEG_INFINITY, f64::INFINITY);
        let range = match () {
            () if text.starts_with(">=") => number(&text[2..]).and_then(|v| range(v, above, true)),
            () if text.starts_with("<=") => number(&text[2..]).and_then(|v| range(below, v, true)),
            () if text.starts_with('>') => number(&text[1..]).and_then(|v| range(v, above, false)),
            () if text.starts_with('<') => number(&text[1..]).and_then(|v| range(below, v, false)),
            () => match text.split_once("..") {
                Some((low, high)) => number(low).zip(number(high)).and_then(|(low, high)| range(low, high, true)),
                None => number(text.trim_start_matches('=')).and_then(|v| range(v, v, true)),
            },
        };
        let whole = text.starts_with('=');
        Self { text: text.trim_start_matches('=').trim().to_lowercase(), whole, range }
    }

    fn is_in(&self, cell: &str) -> bool {
        if self.text.is_ascii() && cell.is_ascii() {
            // A million cells in lower case would be a million allocations.
            let (cell, text) = (cell.as_bytes(), self.text.as_bytes());
            return match self.whole {
                true => cell.eq_ignore_ascii_case(text),
                false => cell.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text)),
            };
        }
        match self.whole {
            true => cell.to_lowercase() == self.text,
            false => cell.to_lowercase().contains(&self.text),
        }
    }

    /// Whether it can be a part of a number as text.
    fn may_be_number(&self) -> bool {
        self.text.chars().all(|c| c.is_ascii_digit() || "+-.einfa".contains(c))
    }
}

/// How the points of a column are tested.
enum Test<'a> {
    /// Which classes match.
    Classes(&'a [crate::dataset::Class], Vec<bool>),
    Numbers(&'a [f64], Range),
    Cells(&'a Column, &'a Wanted),
    Nothing,
}

impl<'a> Test<'a> {
    fn of(column: &'a Column, wanted: &'a Wanted, alone: bool) -> Self {
        match (&column.values, wanted.range) {
            (Values::Classes { names, of }, _) if alone || !column.is_merged() => {
                let match_of = |name: &String| match (wanted.range, name.parse::<f64>()) {
                    (Some(range), Ok(number)) if alone => range.holds(number),
                    _ => wanted.is_in(name),
                };
                Self::Classes(of, names.iter().map(match_of).collect())
            }
            (Values::Numbers(numbers), Some(range)) if alone => Self::Numbers(numbers, range),
            (Values::Numbers(_), _) if !wanted.may_be_number() => Self::Nothing,
            _ => Self::Cells(column, wanted),
        }
    }

    fn holds(&self, point: usize) -> bool {
        match self {
            Self::Classes(of, matches) => {
                of.get(point).and_then(|c| matches.get(usize::from(*c))).copied().unwrap_or(false)
            }
            Self::Numbers(numbers, range) => numbers.get(point).is_some_and(|v| range.holds(*v)),
            Self::Cells(column, wanted) => wanted.is_in(&column.cell(point)),
            Self::Nothing => false,
        }
    }
}

impl Range {
    fn holds(self, number: f64) -> bool {
        let Self { low, high, ends } = self;
        if ends { low <= number && number <= high } else { low < number && number < high }
    }
}

#[cfg(test)]
mod tests {
    use super::super::set::tests::of_codes;
    use super::*;
    use crate::points::Texts;

    #[test]
    fn words_whole_cells_and_ranges_are_found() {
        let column = |name: &str, cells: [&str; 6]| {
            let mut texts = Texts::default();
            cells.iter().for_each(|cell| texts.push(cell));
            Column::of(name.into(), texts)
        };
        let mut points = of_codes(vec![0.0; 12], 2);
        points.columns = vec![
            column("kind", ["Cat", "dog", "cat", "dog", "dogfish", "dog"]),
            column("length", ["1.5", "2", "30", "4.25", "", "2"]),
            column("note", ["a", "b", "c", "d", "e", "Cat 2"]),
        ];
        for (column, text, found) in [
            (None, "CAT", &[0, 2, 5][..]),
            (Some(0), "dog", &[1, 3, 4, 5]),
            (Some(0), "=dog", &[1, 3, 5]),
            (Some(1), "2", &[1, 5]),
            (Some(1), "> 2", &[2, 3]),
            (Some(1), ">=2", &[1, 2, 3, 5]),
            (Some(1), "2..5", &[1, 3, 5]),
            (Some(1), "<2", &[0]),
            (None, "  ", &[]),
            (Some(9), "2", &[]),
            (None, "nowhere", &[]),
        ] {
            assert_eq!(search(&points, column, text), found, "{text}");
        }
    }
}
