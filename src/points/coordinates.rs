//! The coordinates of points: one row a point, and which columns of a table they stand in.

use std::collections::BTreeMap;

use crate::dataset::own::formats::cells::{is_index, label_column};

/// Coordinates row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    /// `[rows, dim]`
    pub values: Vec<f32>,
    pub dim: usize,
    /// The name of each axis.
    pub names: Vec<String>,
}

impl Coordinates {
    pub fn new(values: Vec<f32>, names: Vec<String>) -> Self {
        Self { values, dim: names.len(), names }
    }

    /// Those whose axes have no names.
    pub fn unnamed(values: Vec<f32>, dim: usize) -> Self {
        Self { values, dim, names: (1..=dim).map(|axis| format!("axis {axis}")).collect() }
    }

    pub fn rows(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }
}

/// The columns that are coordinates, by their names, among those that are numbers; the rest are metadata. Without names
/// all numbers are.
pub fn choose(names: Option<&[String]>, numbers: &[usize]) -> Result<Vec<usize>, String> {
    let Some(names) = names else { return enough(numbers.to_vec(), &[]) };
    let name = |column: &usize| names.get(*column).map_or("", String::as_str);
    let mut families: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for column in numbers {
        if let Some(stem) = numbered(name(column)) {
            families.entry(stem).or_default().push(*column);
        }
    }
    // Of two families that are as large, the one that comes first in the table.
    let largest = families.into_values().filter(|f| f.len() > 1).max_by_key(|f| (f.len(), std::cmp::Reverse(f[0])));
    let lettered = || {
        let ends = |letter: char| {
            numbers.iter().copied().filter(move |c| {
                let name = name(c).to_lowercase();
                let rest = name.strip_suffix(letter);
                rest.is_some_and(|r| r.is_empty() || r.ends_with(['_', '-', '.', ' ']))
            })
        };
        let family = |x: usize| {
            let name = name(&x);
            let stem = name[..name.len() - 1].to_lowercase();
            let same = |letter: char| ends(letter).find(|c| names[*c].to_lowercase() == format!("{stem}{letter}"));
            let y = same('y')?;
            Some([Some(x), Some(y), same('z')].into_iter().flatten().collect::<Vec<_>>())
        };
        ends('x').find_map(family)
    };
    if let Some(found) = largest.or_else(lettered) {
        return Ok(found);
    }
    let label = label_column(names);
    let is_id = |c: &usize| is_index(name(c)) || name(c).eq_ignore_ascii_case("id");
    let others: Vec<usize> = numbers.iter().copied().filter(|c| Some(*c) != label && !is_id(c)).collect();
    enough(others, names)
}

fn enough(columns: Vec<usize>, names: &[String]) -> Result<Vec<usize>, String> {
    match columns.len() {
        0 | 1 => {
            let names = if names.is_empty() { String::new() } else { format!("; its columns are {}", short(names)) };
            let found = if columns.is_empty() { "no column" } else { "one column" };
            Err(format!("has {found} of numbers that can be coordinates, and at least two are needed{names}"))
        }
        _ => Ok(columns),
    }
}

/// What stands before the number at the end of a name: `pc` of `PC_12`; nothing if no number ends it.
fn numbered(name: &str) -> Option<String> {
    let stem = name.trim().trim_end_matches(|c: char| c.is_ascii_digit());
    (stem.len() < name.trim().len()).then(|| stem.trim_end_matches(['_', '-', '.', ' ', '[', '(']).to_lowercase())
}

/// Names for display, at most a dozen.
pub fn short(names: &[String]) -> String {
    const MOST: usize = 12;
    let more = names.len().saturating_sub(MOST);
    let list: Vec<&str> = names.iter().take(MOST).map(|n| if n.is_empty() { "(no name)" } else { n }).collect();
    let list = list.join(", ");
    if more > 0 { format!("{list} and {more} more") } else { list }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_found_by_the_names_of_columns() {
        for (names, numbers, found) in [
            ("x,y,label", &[0, 1, 2][..], Some(&[0, 1][..])),
            ("id,label,X,Y,Z", &[0, 1, 2, 3, 4], Some(&[2, 3, 4])),
            ("umap_x,age,umap_y", &[0, 1, 2], Some(&[0, 2])),
            ("label,pixel0,pixel1,pixel2", &[0, 1, 2, 3], Some(&[1, 2, 3])),
            ("umap1,umap2,PC_1,PC_2,PC_3", &[0, 1, 2, 3, 4], Some(&[2, 3, 4])),
            ("a1,a2,b1,b2", &[0, 1, 2, 3], Some(&[0, 1])),
            ("0,1,2", &[0, 1, 2], Some(&[0, 1, 2])),
            ("name,width,height,class", &[1, 2, 3], Some(&[1, 2])),
            (",width,height", &[0, 1, 2], Some(&[1, 2])),
            ("name,width", &[1], None),
            ("name,kind", &[], None),
        ] {
            let header: Vec<String> = names.split(',').map(str::to_owned).collect();
            assert_eq!(choose(Some(&header), numbers).ok().as_deref(), found, "{names}");
        }
        assert_eq!(choose(None, &[1, 2, 5]).unwrap(), [1, 2, 5]);
        assert!(choose(None, &[1]).unwrap_err().contains("one column"));
    }
}
