//! Numbers with what they count, for messages in the window and the shell.

/// `1 image`, `2 images`.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// The verb that goes with so many.
pub fn verb<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Names with commas between them; one that holds a comma or a quote stands in quotes, as it is typed.
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| quoted(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// A name as it stands in a list.
pub fn quoted(name: &str) -> String {
    match name.contains([',', '"']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_owned(),
    }
}

/// More names than these are not all told.
const MOST_NAMES: usize = 12;
/// How many of them are told then.
const NEAREST: usize = 3;

/// The classes, or of many those that are spelled most like a name: `classes a, b`, or `40 classes, the nearest of which
/// are a, b, c`.
pub fn nearest(classes: &[String], name: &str) -> String {
    if classes.len() <= MOST_NAMES {
        return format!("classes {}", listed(classes));
    }
    let mut near: Vec<&String> = classes.iter().collect();
    near.sort_by_cached_key(|class| distance(class, name));
    format!("{} classes, the nearest of which are {}", classes.len(), listed(&near[..NEAREST]))
}

/// How many letters are to be changed, added or removed to get from one name to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let [from, to] = [from, to].map(|name| name.to_lowercase().chars().collect::<Vec<char>>());
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let best = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_are_quoted_and_of_many_the_nearest_are_told() {
        assert_eq!(listed(&["9", "new, class", "a \"b\""]), "9, \"new, class\", \"a \"\"b\"\"\"");
        assert_eq!(nearest(&["a".to_owned(), "b, c".to_owned()], "d"), "classes a, \"b, c\"");
        let many: Vec<String> = (0..300).map(|class| format!("species {class:03}")).collect();
        let told = nearest(&many, "Specie 217");
        assert!(told.starts_with("300 classes, the nearest of which are species 217, species "), "{told}");
        for (from, to, letters) in [("kitten", "sitting", 3), ("", "ab", 2), ("same", "Same", 0)] {
            assert_eq!(distance(from, to), letters, "{from} {to}");
        }
    }
}
