//! The label of a table of pixels without names: the first of its columns or the last, of which one is a pixel in a corner.

use std::collections::BTreeMap;

use crate::dataset::own::labels::MOST_CLASSES;

/// How much the values of a column in a corner are like pixels, and not like labels: the less comes first.
#[derive(PartialEq, PartialOrd)]
struct Kinds {
    /// Whether one value is that of nearly all rows, as the background is.
    is_background: bool,
    /// Whether they are several and no count from 0 or 1.
    has_gaps: bool,
    kinds: usize,
}

impl Kinds {
    /// `None` if the values cannot be labels: a pixel in a corner is the same everywhere, or no whole number.
    fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for cell in cells.filter(|cell| !cell.is_empty()) {
            let value = cell.parse::<f64>().ok().filter(|v| v.fract() == 0.0 && v.abs() < 1e9)?;
            *counts.entry(value as i64).or_default() += 1;
        }
        let (rows, kinds) = (counts.values().sum::<usize>(), counts.len());
        let (low, high) = (*counts.keys().next()?, *counts.keys().last()?);
        let most = counts.values().max().copied().unwrap_or(0);
        (2..=MOST_CLASSES).contains(&kinds).then_some(Self {
            is_background: most * 5 > rows * 4,
            has_gaps: kinds > 2 && (low > 1 || high - low + 1 != kinds as i64),
            kinds,
        })
    }
}

/// The first or the last of some columns, whichever is less like a pixel in a corner.
pub fn corner(rows: &[Vec<String>], columns: &[usize]) -> Result<usize, String> {
    let cells = |c: usize| rows.iter().filter_map(move |r| r.get(c).map(String::as_str));
    let [first, last] = [columns.first(), columns.last()].map(|c| c.copied().unwrap_or(0));
    match (Kinds::of(cells(first)), Kinds::of(cells(last))) {
        (Some(a), Some(b)) if a <= b => Ok(first),
        (Some(_), None) => Ok(first),
        (_, Some(_)) => Ok(last),
        (None, None) => Err(format!(
            "has {} columns without names, and neither the first nor the last is a label; name one `label`",
            columns.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_in_the_corner_that_is_less_like_a_pixel() {
        // The first and the last column, and which has the label.
        for (first, last, label) in [
            ("0 1 2 0 1 2", "0 0 0 0 0 0", Some(0)),
            ("0 0 0 0 0 0", "0 1 2 0 1 2", Some(2)),
            ("0 1 2 0 1 2", "0 0 0 0 0 9", Some(0)),
            ("0 1 - 0 1 2", "3 90 7 0 255 8", Some(0)),
            ("4 1 80 0 1 2", "0 - 1 1 0 1", Some(2)),
            ("0 0 0 0 0 0", "0 0 0 0 0 0", None),
            ("- - - - - -", "0.5 1 0 1 0 1", None),
        ] {
            let cell = |text: &str| if text == "-" { String::new() } else { text.to_owned() };
            let row = |(a, b)| vec![cell(a), "7".to_owned(), cell(b)];
            let rows: Vec<Vec<String>> = first.split(' ').zip(last.split(' ')).map(row).collect();
            assert_eq!(corner(&rows, &[0, 1, 2]).ok(), label, "{first} and {last}");
        }
    }
}
