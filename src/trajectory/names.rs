//! The names of walks: one letter or several, the same in the window, in `walks.csv`, in an export and in Figure 4.

/// Offset from a walk's number to that of its baseline, the walk from the same start that never restarts.
pub const FIRST_BASELINE: usize = 1 << 20;

/// The letters of a walk by its number: a for 0, z for 25, aa for 26; a baseline has those of its walk with a prime.
pub fn walk_name(walk: usize) -> String {
    if walk < FIRST_BASELINE { letters(walk) } else { format!("{}\u{2032}", letters(walk - FIRST_BASELINE)) }
}

fn letters(mut index: usize) -> String {
    const ALPHABET: usize = 26;
    let mut out = Vec::new();
    loop {
        out.push(b'a' + (index % ALPHABET) as u8);
        if index < ALPHABET {
            break;
        }
        index = index / ALPHABET - 1;
    }
    out.reverse();
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_are_named_like_columns_of_a_sheet_and_baselines_after_their_walks() {
        let rows = [(0, "a"), (25, "z"), (26, "aa"), (51, "az"), (52, "ba"), (701, "zz"), (702, "aaa")];
        for (walk, name) in rows {
            assert_eq!(walk_name(walk), name);
            assert_eq!(walk_name(FIRST_BASELINE + walk), format!("{name}\u{2032}"));
        }
    }
}
