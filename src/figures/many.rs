//! Data with many classes: which of them a figure names, and the rest together.

use super::figure::{Key, Sample};
use super::look::style::Ink;

/// Most classes that a figure names one by one.
pub const NAMED: usize = 12;

/// The classes that are named, in their order: all of few, or else those with the largest counts, one fewer than `NAMED`.
pub fn named(counts: &[usize]) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..counts.len()).collect();
    if counts.len() > NAMED {
        classes.sort_by_key(|class| std::cmp::Reverse(counts[*class]));
        classes.truncate(NAMED - 1);
        classes.sort_unstable();
    }
    classes
}

/// A key for each class that is named, and one for all others.
pub fn keys(classes: &[String], named: &[usize]) -> Vec<Key> {
    let key = |text: String, ink: Ink| Key { text, sample: Sample::Band { ink, opacity: 1.0 } };
    let mut keys: Vec<Key> = named.iter().map(|class| key(classes[*class].clone(), Ink::Class(*class))).collect();
    let others = classes.len() - named.len();
    if others > 0 {
        keys.push(key(of_others(others), Ink::Muted));
    }
    keys
}

/// What the classes that are not named are called.
pub fn of_others(count: usize) -> String {
    format!("{count} other classes")
}

/// A name along an axis: the beginning of a long one.
pub fn short(name: &str) -> String {
    const MOST: usize = 18;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
    }
}

/// Every how many classes one is named along an axis.
pub fn stride(classes: usize) -> usize {
    classes.div_ceil(2 * NAMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_classes_are_all_named_and_of_many_the_largest() {
        assert_eq!(named(&[3, 0, 5]), [0, 1, 2]);
        let mut counts = vec![1; 47];
        (30..41).for_each(|class| counts[class] = class);
        assert_eq!(named(&counts), (30..41).collect::<Vec<_>>());
        let classes: Vec<String> = (0..47).map(|c| c.to_string()).collect();
        let keys = keys(&classes, &named(&counts));
        assert_eq!((keys.len(), &*keys[0].text, &*keys[11].text), (NAMED, "30", "36 other classes"));
        assert_eq!(
            ["a rather long name", "a rather long name of a class"].map(short),
            ["a rather long name", "a rather long name…"]
        );
        assert_eq!([2, 24, 47, 100, 1_000].map(stride), [1, 1, 2, 5, 42]);
    }
}
