//! Numbers with what they count, for messages in the window and the shell.

use crate::experiment::edit_distance;

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
    near.sort_by_cached_key(|class| edit_distance(&class.to_lowercase(), &name.to_lowercase()));
    format!("{} classes, the nearest of which are {}", classes.len(), listed(&near[..NEAREST]))
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
    }
}
