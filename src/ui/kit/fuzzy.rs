//! How well a few typed letters name something: by words, in any order, also with letters left out.

/// The points of a word found at the beginning of a word, inside one, with letters left out, and in what is said of it.
const BEGINS: i32 = 100;
const INSIDE: i32 = 60;
const SCATTERED: i32 = 30;
const SAID: i32 = 10;

/// How well `query` names something with this name and these further words; `None` if it does not. Every word of the query
/// must be found. An empty query names everything equally.
pub fn score(query: &str, name: &str, more: &str) -> Option<i32> {
    let (name, more) = (name.to_lowercase(), more.to_lowercase());
    let words = query.split_whitespace().map(str::to_lowercase);
    let found: Option<i32> = words.map(|word| word_score(&word, &name, &more)).sum();
    // Of names found equally well the shorter ones are meant.
    found.map(|score| if query.trim().is_empty() { 0 } else { 100 * score - name.chars().count() as i32 })
}

fn word_score(word: &str, name: &str, more: &str) -> Option<i32> {
    if begins(word, name) {
        let whole = name.split(|c: char| !c.is_alphanumeric()).any(|w| w == word);
        return Some(BEGINS + if whole { 1 } else { 0 });
    }
    if name.contains(word) {
        return Some(INSIDE);
    }
    if begins(word, more) {
        return Some(SAID);
    }
    is_scattered(word, name).then_some(SCATTERED)
}

/// Whether a word of the text begins so.
fn begins(word: &str, text: &str) -> bool {
    let is_start = |(at, _): (usize, &str)| !text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(is_start)
}

/// Whether the letters of a word stand in a name in their order, the first of them at the beginning of a word.
fn is_scattered(word: &str, name: &str) -> bool {
    let mut left = word.chars().peekable();
    let mut before = ' ';
    let mut begun = false;
    for c in name.chars() {
        if left.peek() == Some(&c) && (begun || !before.is_alphanumeric()) {
            begun = true;
            left.next();
        }
        before = c;
    }
    left.peek().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_stands_first() {
        let names = [
            ("Step to the end of the round", "runs to the end"),
            ("Show the next round", "moves the playhead"),
            ("Stop", "ends here"),
            ("Step length α", "how far a step goes"),
            ("Dark or light theme", "switches between the two"),
            ("Reset the panels", "puts them back"),
            ("Reset", "starts a new session"),
        ];
        for (query, expected) in [
            ("st", Some("Stop")),
            ("step len", Some("Step length α")),
            ("LIGHT", Some("Dark or light theme")),
            ("round next", Some("Show the next round")),
            ("dlt", Some("Dark or light theme")),
            ("playhead", Some("Show the next round")),
            ("reset", Some("Reset")),
            ("reset pan", Some("Reset the panels")),
            ("xyz", None),
            // Inside a word of what is said of something it is none.
            ("layhea", None),
            ("α", Some("Step length α")),
        ] {
            let scored = names.iter().filter_map(|(name, more)| Some((score(query, name, more)?, *name)));
            assert_eq!(scored.max_by_key(|(s, _)| *s).map(|(_, name)| name), expected, "{query}");
        }
        assert!(names.iter().all(|(name, more)| score("  ", name, more) == Some(0)));
    }
}
