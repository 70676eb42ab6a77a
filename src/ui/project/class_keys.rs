//! A key for each class, and type-ahead where there are more classes than keys.

use crate::dataset::Class;

/// The keys of the first classes, in their order.
const DIGITS: &str = "1234567890";
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// The key of each class.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassKeys {
    keys: Vec<Option<char>>,
    /// Whether letters begin a search, because not every class has a key.
    pub types: bool,
}

impl ClassKeys {
    /// A class whose name is one character has that character, or the same letter in small; of the others the first ten
    /// have digits, the next ones letters. If there are more, letters begin a search.
    pub fn new(classes: &[String]) -> Self {
        let is_key = |c: &char| c.is_alphanumeric() || c.is_ascii_graphic();
        let single = |name: &String| name.chars().next().filter(is_key).filter(|c| name.len() == c.len_utf8());
        let singles: Vec<Option<char>> = classes.iter().map(single).collect();
        let small = |c: char| c.to_lowercase().next().unwrap_or(c);
        let own = |c: char| if singles.contains(&Some(small(c))) { c } else { small(c) };
        let mut keys: Vec<Option<char>> = singles.iter().map(|c| c.map(own)).collect();
        let words = keys.iter().filter(|key| key.is_none()).count();
        let free = |keys: &[Option<char>], all: &str| -> Vec<char> {
            all.chars().filter(|c| !keys.contains(&Some(*c))).collect()
        };
        let (digits, letters) = (free(&keys, DIGITS), free(&keys, LETTERS));
        let types = words > digits.len() + letters.len();
        let letters = if types { Vec::new() } else { letters };
        let mut given = digits.into_iter().chain(letters);
        keys.iter_mut().filter(|key| key.is_none()).for_each(|key| *key = given.next());
        Self { keys, types }
    }

    pub fn key(&self, class: usize) -> Option<char> {
        self.keys.get(class).copied().flatten()
    }

    /// What a letter does, in a line.
    pub fn told(&self) -> &'static str {
        let taken = LETTERS.chars().filter(|c| self.class(*c).is_some()).count();
        match (self.types, taken) {
            (false, _) => "The key of a class labels the image",
            (true, 0) => "A letter begins to search by name; Enter takes the first that is found",
            (true, taken) if taken == LETTERS.len() => {
                "The key of a class labels the image; / begins to search by name, Enter takes the first that is found"
            }
            (true, _) => {
                "A letter that is no key begins to search by name, as / does; Enter takes the first that is found"
            }
        }
    }

    /// The class of a key, in large or small where only one of the two is a key.
    pub fn class(&self, typed: char) -> Option<Class> {
        let of = |c: char| self.keys.iter().position(|key| *key == Some(c)).map(|at| at as Class);
        of(typed).or_else(|| of(typed.to_lowercase().next()?))
    }
}

/// The classes that a typed text means, the likeliest first: names that begin with it, words that do, names that hold it.
pub fn found(classes: &[String], typed: &str) -> Vec<Class> {
    let typed = typed.trim().to_lowercase();
    let rank = |name: &str| {
        let name = name.to_lowercase();
        match () {
            () if name == typed => Some(0),
            () if name.starts_with(&typed) => Some(1),
            () if name.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(&typed)) => Some(2),
            () if name.contains(&typed) => Some(3),
            () => None,
        }
    };
    let mut found: Vec<(u8, Class)> =
        classes.iter().enumerate().filter_map(|(at, name)| Some((rank(name)?, at as Class))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, class)| class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &str) -> Vec<String> {
        names.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn each_class_has_a_key_of_its_own_and_a_digit_its_own_digit() {
        let many: String = (0..40).map(|i| format!("kind{i} ")).collect();
        let letters = "0 1 2 A B a b C";
        for (classes, keys, types) in [
            ("ripe unripe rotten", "123", false),
            ("0 1 2 3 4 5 6 7 8 9", "0123456789", false),
            ("2 none 1", "231", false),
            ("ü ß none", "üß1", false),
            (letters, "012ABabc", false),
            ("k1 k2 k3 k4 k5 k6 k7 k8 k9 k10 k11 a", "1234567890ba", false),
            (many.trim(), "1234567890", true),
        ] {
            let classes = names(classes);
            let found = ClassKeys::new(&classes);
            let given: String = (0..classes.len()).filter_map(|class| found.key(class)).collect();
            assert_eq!((given.as_str(), found.types), (keys, types));
            for (class, key) in (0..classes.len()).filter_map(|class| Some((class, found.key(class)?))) {
                assert_eq!(found.class(key), Some(class as Class), "{key}");
            }
        }
        let told = |classes: &str| ClassKeys::new(&names(classes)).told();
        assert!(told("a b").starts_with("The key") && told(many.trim()).starts_with("A letter begins"));
        assert!(told(format!("a b {many}").trim_end()).starts_with("A letter that is no key"));
        let all: String = LETTERS.chars().map(|c| format!("{c} ")).collect();
        assert!(told(&format!("{all}{}", many.trim_end())).contains("; / begins"));
        let found = ClassKeys::new(&names(letters));
        assert_eq!([found.class('C'), found.class('A'), found.class('a')], [Some(7), Some(3), Some(5)]);
        assert_eq!(found.class('x'), None);
    }

    #[test]
    fn type_ahead_finds_beginnings_before_what_is_inside() {
        let classes = names("concat cat sea-cat category dog");
        for (typed, expected) in [("cat", vec![1, 3, 2, 0]), ("DO", vec![4]), ("x", vec![]), ("", vec![0, 1, 2, 3, 4])]
        {
            assert_eq!(found(&classes, typed), expected, "{typed}");
        }
    }
}
