//! Where a table says the split of each row: in a column of words, or in columns that each say of one split whether.

use super::cells::{asks_split, split_column, split_flag};
use crate::dataset::own::listing::Part;

/// Where the splits of the rows of a table stand.
#[derive(Debug, PartialEq)]
pub enum Splits {
    Nowhere,
    /// In words.
    Column(usize),
    /// In columns that say of one split each whether a row is in it.
    Flags(Vec<(usize, Part)>),
}

impl Splits {
    /// The columns of splits, if it is clear which these are.
    pub fn find(header: &[String], rows: &[Vec<String>]) -> Self {
        if let Some(column) = split_column(header, rows) {
            return Self::Column(column);
        }
        let flag = |(column, name): (usize, &String)| Some((column, split_flag(name)?));
        let flags = || header.iter().enumerate().filter_map(flag).filter(|(c, part)| says_whether(rows, *c, *part));
        // One word that is no question may be that of anything.
        let asked: Vec<(usize, Part)> = flags().filter(|(column, _)| asks_split(&header[*column])).collect();
        let found =
            if asked.is_empty() { Some(flags().collect()).filter(|all: &Vec<_>| all.len() > 1) } else { Some(asked) };
        let found: Vec<(usize, Part)> = found.unwrap_or_default();
        let is_twice = |(column, part): &(usize, Part)| found.iter().any(|(c, p)| p == part && c != column);
        match found.is_empty() || found.iter().any(is_twice) {
            true => Self::Nowhere,
            false => Self::Flags(found),
        }
    }

    pub fn columns(&self) -> Vec<usize> {
        match self {
            Self::Nowhere => Vec::new(),
            Self::Column(column) => vec![*column],
            Self::Flags(flags) => flags.iter().map(|(column, _)| *column).collect(),
        }
    }

    /// The split of a row, or its cells if they say none.
    pub fn of(&self, row: &[String]) -> Option<Result<Part, String>> {
        let flags = match self {
            Self::Nowhere => return None,
            Self::Column(column) => {
                let cell = row.get(*column)?;
                return Some(Part::within(cell).ok_or_else(|| cell.clone()));
            }
            Self::Flags(flags) => flags,
        };
        let cell = |column: usize| row.get(column).map_or("", String::as_str);
        let said: Option<Vec<bool>> = flags.iter().map(|(column, _)| whether(cell(*column))).collect();
        let there = said.and_then(|said| {
            let in_it: Vec<Part> = flags.iter().zip(said).filter(|(_, is)| *is).map(|((_, part), _)| *part).collect();
            match in_it[..] {
                [] => rest(flags),
                [one] => Some(one),
                _ => None,
            }
        });
        let cells = || flags.iter().map(|(column, _)| cell(*column)).collect::<Vec<_>>().join(", ");
        Some(there.ok_or_else(cells))
    }
}

/// The split of rows that are in none of some: train, or else test.
fn rest(flags: &[(usize, Part)]) -> Option<Part> {
    [Part::Train, Part::Test].into_iter().find(|part| flags.iter().all(|(_, said)| said != part))
}

/// Whether a column says of each row whether it is in a split, which some are and some are not; of most images nobody
/// says that they are for validation.
fn says_whether(rows: &[Vec<String>], column: usize, part: Part) -> bool {
    let cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
    let Some(said) = cells.map(|cell| whether(cell)).collect::<Option<Vec<bool>>>() else { return false };
    let are_in = said.iter().filter(|is| **is).count();
    let most = if part == Part::Validation { said.len() / 2 } else { said.len() };
    said.len() * 2 > rows.len() && (1..=most).contains(&are_in) && are_in < said.len()
}

/// A yes or a no, as programs write them.
pub fn whether(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" => Some(true),
        "0" | "0.0" | "false" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_words_or_the_answers_of_questions_that_are_asked_once() {
        // The columns, the rows, and the split of each; nothing if no column says splits.
        for (header, rows, expected) in [
            ("file,split", "a,train;b,test;c,held", "train test held"),
            ("file,is_test", "a,True;b,False", "test train"),
            ("file,is_train", "a,1;b,0", "train test"),
            ("file,isTrainingImage", "a,1;b,0;c,", "train test -"),
            ("file,is_valid", "a,1;b,0;c,0", "validation train train"),
            ("file,is_valid", "a,1;b,1;c,0", ""),
            ("file,is_val,is_test", "a,1,0;b,0,1;c,0,0;d,1,1", "validation test train 1, 1"),
            ("file,is_train,is_val", "a,1,0;b,0,1;c,0,0", "train validation test"),
            ("file,is_validation,is_final_validation", "a,1,0;b,0,1;c,0,0", ""),
            ("file,train", "a,1;b,0", ""),
            ("file,train,test", "a,1,0;b,0,1", "train test"),
            ("file,is_test", "a,0;b,0", ""),
            ("file,is_test", "a,0;b,2", ""),
            ("file,is_cat", "a,0;b,1", ""),
        ] {
            let row = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
            let rows: Vec<Vec<String>> = rows.split(';').map(row).collect();
            let splits = Splits::find(&row(header), &rows);
            let said = |row: &Vec<String>| {
                splits.of(row).map(|said| said.map_or_else(|cells| cells, |part| part.name().to_owned()))
            };
            let said: Vec<String> =
                rows.iter().filter_map(said).map(|s| if s.is_empty() { "-".into() } else { s }).collect();
            assert_eq!(said.join(" "), expected, "{header}: {rows:?}");
            assert_eq!(splits.columns().is_empty(), expected.is_empty(), "{header}");
        }
    }
}
