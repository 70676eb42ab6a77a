//! Names of classes as files list them: one a line in the order of their labels, or each beside its number.

use std::collections::BTreeSet;

use super::tree::{Entry, Tree};
use crate::paths::composed;

/// Files with the names of the classes, one a line.
const FILES: [&str; 5] = ["classes.txt", "class_names.txt", "labels.txt", "label_names.txt", "names.txt"];
/// What may stand between a name and its number, and behind a number.
const BETWEEN: [char; 4] = [' ', ',', '\t', ':'];
const BEHIND: [char; 2] = ['.', ')'];

/// Names of classes.
pub struct Names {
    /// As they stand, from label 0.
    in_order: Vec<String>,
    /// The number of each and the name without it, in the order of the numbers, if each has one.
    numbered: Option<Vec<(i64, String)>>,
    /// Whether a text lists them, so that label 0 may have none.
    is_list: bool,
}

/// The classes of labels that are numbers.
pub struct Named {
    /// The label of each class.
    pub numbers: Vec<i64>,
    pub names: Vec<String>,
    /// What was decided.
    pub note: Option<String>,
    /// What may be wrong.
    pub warning: Option<String>,
}

impl Names {
    /// Those of the labels from 0.
    pub fn in_order(names: Vec<String>) -> Self {
        let in_order = names.iter().map(|name| composed(name).into_owned()).collect();
        Self { in_order, numbered: None, is_list: false }
    }

    /// Those of a text with one a line.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = composed(text);
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
        let in_order: Vec<String> = lines.map(str::to_owned).collect();
        let first = |line: &str| line.split_once(BETWEEN).map(|(number, name)| (number.to_owned(), name.to_owned()));
        let last = |line: &str| line.rsplit_once(BETWEEN).map(|(name, number)| (number.to_owned(), name.to_owned()));
        let numbered = numbered(&in_order, first).or_else(|| numbered(&in_order, last));
        (!in_order.is_empty()).then_some(Self { in_order, numbered, is_list: true })
    }

    /// The names as they stand, of which some may be there several times.
    pub fn lines(&self) -> &[String] {
        &self.in_order
    }

    /// Whether a text has some of them several times, as labels are there.
    pub fn repeat(&self) -> bool {
        self.is_list && self.in_order.iter().collect::<BTreeSet<_>>().len() < self.in_order.len()
    }

    /// All that may be meant, with their numbers and without.
    pub fn all(&self) -> Vec<String> {
        let numbered = self.numbered.iter().flatten().map(|(_, name)| name);
        numbered.chain(&self.in_order).cloned().collect()
    }

    /// The names in their order, if all of these classes are among them.
    pub fn with(&self, classes: &[String]) -> Option<Vec<String>> {
        let numbered = self.numbered.as_ref().map(|all| all.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>());
        let mut lists = numbered.into_iter().chain([self.in_order.clone()]);
        lists.find(|names| classes.iter().all(|class| names.contains(class)))
    }

    /// The names of labels that are these numbers, in their order; `None` if they are of others.
    pub fn of_numbers(&self, labels: &[i64]) -> Option<Named> {
        let named = |numbers, note, warning| {
            let names = self.in_order.clone();
            Some(Named { numbers, names, note, warning })
        };
        if let Some(all) = &self.numbered {
            let (numbers, names): (Vec<i64>, Vec<String>) = all.iter().cloned().unzip();
            if labels.iter().all(|label| numbers.contains(label)) {
                return Some(Named { numbers, names, note: None, warning: None });
            }
        }
        let count = self.in_order.len() as i64;
        if labels.iter().all(|label| (0..count).contains(label)) {
            let is_shifted = self.is_list && labels.first() == Some(&1);
            let warning = is_shifted.then(|| {
                format!(
                    "the labels begin at 1, and the names of classes are counted from 0: if `{}` is meant to be label 1, \
                     all names are wrong by one; write its number before each name",
                    self.in_order[0]
                )
            });
            return named((0..count).collect(), None, warning);
        }
        let note = || format!("the {count} names of classes are those of the labels from 1 to {count}");
        match self.is_list && labels.iter().copied().eq(1..=count) {
            true => named((1..=count).collect(), Some(note()), None),
            false => None,
        }
    }
}

/// Lines with a whole number each, in the order of the numbers; `None` if two have one number, or one name.
fn numbered(lines: &[String], parts: impl Fn(&str) -> Option<(String, String)>) -> Option<Vec<(i64, String)>> {
    let of = |line: &String| {
        let (number, name) = parts(line)?;
        Some((number.trim_end_matches(BEHIND).parse().ok()?, name.trim().to_owned()))
    };
    let mut all: Vec<(i64, String)> = lines.iter().map(of).collect::<Option<_>>()?;
    all.sort();
    let numbers: BTreeSet<i64> = all.iter().map(|(number, _)| *number).collect();
    let names: BTreeSet<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
    let are_of_each = [numbers.len(), names.len()] == [all.len(); 2] && !names.contains("");
    are_of_each.then_some(all)
}

/// The file that lists the names of the classes.
pub fn names_file(tree: &Tree) -> Option<&Entry> {
    FILES.iter().find_map(|name| tree.find(name))
}

/// The names of the classes that a file of the tree lists.
pub fn names_in(tree: &Tree) -> Option<Names> {
    let file = names_file(tree)?;
    Names::of_text(&String::from_utf8_lossy(&tree.read_unpacked(file).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beside_names_are_their_labels_and_names_alone_count_from_0_or_1() {
        // The list, the labels, the names of the classes, how many sentences are told, and how many of them warn.
        for (list, labels, names, told) in [
            ("cat|dog|owl", "0 1 2", "cat|dog|owl", [0, 0]),
            ("cat|dog|owl", "0 2", "cat|dog|owl", [0, 0]),
            ("cat|dog|owl", "1 2", "cat|dog|owl", [0, 1]),
            ("cat|dog|owl", "1 2 3", "cat|dog|owl", [1, 0]),
            ("cat|dog|owl", "1 2 4", "", [0, 0]),
            ("1 cat|2 dog|3 owl", "1 2", "cat|dog|owl", [0, 0]),
            ("1 cat|2 dog|3 owl", "0 1 2", "1 cat|2 dog|3 owl", [0, 0]),
            ("2: owl|0: barn cat|1: dog", "0 1 2", "barn cat|dog|owl", [0, 0]),
            ("owl 2|barn cat 0|dog 1", "0 1", "barn cat|dog|owl", [0, 0]),
            ("owl,12|cat,5", "5 12", "cat|owl", [0, 0]),
            ("1. cat|2. dog", "1 2", "cat|dog", [0, 0]),
            ("grade 1|grade 2", "0 1", "grade 1|grade 2", [0, 0]),
            ("Boeing 707|Airbus 320", "0 1", "Boeing 707|Airbus 320", [0, 0]),
            ("1 cat|1 dog", "0 1", "1 cat|1 dog", [0, 0]),
        ] {
            let labels: Vec<i64> = labels.split(' ').map(|label| label.parse().unwrap()).collect();
            let found = Names::of_text(&list.replace('|', "\n")).unwrap().of_numbers(&labels);
            assert_eq!(found.is_some(), !names.is_empty(), "{list}: {labels:?}");
            let Some(found) = found else { continue };
            assert_eq!(found.names.join("|"), names, "{list}: {labels:?}");
            assert_eq!([usize::from(found.note.is_some()), usize::from(found.warning.is_some())], told, "{list}");
            assert_eq!(found.names.len(), found.numbers.len(), "{list}");
        }
        let given = Names::in_order(["a", "b"].map(str::to_owned).to_vec());
        assert!(given.of_numbers(&[1]).is_some_and(|found| found.warning.is_none()));
        assert!(given.of_numbers(&[1, 2]).is_none());
    }

    #[test]
    fn classes_that_are_words_have_the_order_of_the_list() {
        let ordered = |list: &str, classes: &str| {
            let classes: Vec<String> = classes.split('|').map(str::to_owned).collect();
            Names::of_text(&list.replace('|', "\n")).unwrap().with(&classes).map(|names| names.join("|"))
        };
        assert_eq!(ordered("dog|cat|owl", "cat|dog").as_deref(), Some("dog|cat|owl"));
        assert_eq!(ordered("2 owl|1 dog", "dog|owl").as_deref(), Some("dog|owl"));
        assert_eq!(ordered("2 owl|1 dog", "1 dog|2 owl").as_deref(), Some("2 owl|1 dog"));
        assert_eq!(ordered("dog|cat", "dog|owl"), None);
        assert!(Names::of_text(" \n").is_none());
    }
}
