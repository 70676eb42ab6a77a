//! The query line of the table: words such as `class=3 predicted!=3 loss>1 round<=4 forgotten`, all of which must hold.

use super::table::{Column, Table};

/// A query that fits a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query(Vec<Term>);

/// One word of it.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    column: Column,
    test: Test,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    Compares(Comparison, f32),
    /// Another column's value.
    Equals(Column, bool),
    /// Whether the value is known.
    Known(bool),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The comparisons as they are typed; longer ones first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("!=", Comparison::Unequal),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
];

impl Query {
    /// Reads a query on a table; the error names the word that is wrong, and what to do.
    pub fn read(text: &str, table: &Table) -> Result<Self, String> {
        words(text).iter().map(|word| term(word, table)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a row is meant. What is unknown is neither equal nor unequal to anything.
    pub fn holds(&self, table: &Table, row: usize) -> bool {
        self.0.iter().all(|term| {
            let value = table.value(term.column, row);
            match term.test {
                Test::Known(known) => value.is_some() == known,
                Test::Equals(other, equal) => {
                    let both = value.zip(table.value(other, row));
                    both.is_some_and(|(a, b)| (a == b) == equal)
                }
                Test::Compares(comparison, than) => value.is_some_and(|value| match comparison {
                    Comparison::Equal => value == than,
                    Comparison::Unequal => value != than,
                    Comparison::Less => value < than,
                    Comparison::AtMost => value <= than,
                    Comparison::More => value > than,
                    Comparison::AtLeast => value >= than,
                }),
            }
        })
    }
}

/// The words of a text; what stands between double quotes belongs together.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn term(word: &str, table: &Table) -> Result<Term, String> {
    // The first comparison in the word, the longest of those that begin there.
    let at = word.find(['=', '<', '>', '!']);
    let typed = at.and_then(|at| COMPARISONS.iter().find(|(typed, _)| word[at..].starts_with(typed)).map(|c| (at, c)));
    match typed {
        Some((at, (typed, comparison))) => {
            let column = column(&word[..at], word, table)?;
            let test = test(column, *comparison, word[at + typed.len()..].trim(), word, table)?;
            Ok(Term { column, test })
        }
        None => flag(word, table),
    }
}

/// A word without a comparison.
fn flag(word: &str, table: &Table) -> Result<Term, String> {
    let is = |column, test| Ok(Term { column: self::column(column, word, table)?, test });
    let equal = |value| Test::Compares(Comparison::Equal, value);
    match word.to_lowercase().as_str() {
        "right" => is("wrong", equal(0.0)),
        "wrong" => is("wrong", equal(1.0)),
        "labelled" | "labeled" => is("round", Test::Known(true)),
        "unlabelled" | "unlabeled" => is("round", Test::Known(false)),
        known @ ("learned" | "forgotten" | "verdict" | "snap" | "strategy") => is(known, Test::Known(true)),
        _ => {
            let words = "right, wrong, labelled, unlabelled, learned or forgotten";
            Err(format!("`{word}`: write a comparison such as class=3 or loss>1, or one of {words}"))
        }
    }
}

fn column(name: &str, word: &str, table: &Table) -> Result<Column, String> {
    let there = || table.columns().map(Column::name).collect::<Vec<_>>().join(", ");
    let Some(column) = Column::ALL.into_iter().find(|c| c.name() == name.to_lowercase()) else {
        return Err(format!("`{word}`: there is no column `{name}`; these are {}", there()));
    };
    if table.values(column).is_some() {
        return Ok(column);
    }
    let why = match column {
        Column::Flips | Column::Learned | Column::Forgotten => {
            "histories hold the predictions of each round for the images that accuracy is measured on only: choose those"
        }
        Column::Loss | Column::Margin | Column::Round | Column::Strategy | Column::Snap | Column::Verdict => {
            "it is known of train images only: choose those"
        }
        _ => "labels are maps here",
    };
    Err(format!("`{word}`: {why}"))
}

fn test(column: Column, comparison: Comparison, value: &str, word: &str, table: &Table) -> Result<Test, String> {
    if value.is_empty() {
        return Err(format!("`{word}`: a value is missing at its end"));
    }
    let other = Column::ALL.into_iter().find(|c| c.name() == value && table.values(*c).is_some());
    match (comparison, other) {
        (Comparison::Equal, Some(other)) => return Ok(Test::Equals(other, true)),
        (Comparison::Unequal, Some(other)) => return Ok(Test::Equals(other, false)),
        _ => {}
    }
    if !column.is_named() {
        let (digits, unit) = value.strip_suffix('%').map_or((value, 1.0), |digits| (digits, 0.01));
        let number = digits.parse::<f32>().ok().filter(|n| n.is_finite());
        let number = number.ok_or_else(|| format!("`{word}`: `{value}` is no number"))?;
        return Ok(Test::Compares(comparison, number * unit));
    }
    let names = table.names(column);
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
    let wanted = plain(value);
    let whole = names.iter().position(|name| plain(name) == wanted);
    let begins = || {
        let mut those = names.iter().enumerate().filter(|(_, name)| plain(name).starts_with(&wanted));
        those.next().filter(|_| those.next().is_none()).map(|(place, _)| place)
    };
    let numbered = || value.parse::<usize>().ok().filter(|place| *place < names.len());
    let place = whole.or_else(begins).or_else(numbered).ok_or_else(|| {
        const MOST: usize = 12;
        let mut known = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
        if names.len() > MOST {
            known += " and so on";
        }
        format!("`{word}`: `{value}` is none of {known}")
    })?;
    Ok(Test::Compares(comparison, place as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::panels::samples::table::tests::small;

    #[test]
    fn a_query_finds_the_rows_in_which_all_words_hold() {
        let table = small();
        for (text, expected) in [
            ("", vec![0, 1, 2]),
            ("class=zero", vec![0]),
            ("class=0", vec![0]),
            ("class!=0", vec![1, 2]),
            ("class=\"one, or so\"", vec![1, 2]),
            ("class=one round=1", vec![2]),
            ("round<=3", vec![0, 2]),
            ("labelled strategy=entropy", vec![0]),
            ("strategy=first", vec![2]),
            ("unlabelled", vec![1]),
            ("snap>0.2 snap < 1", vec![]),
            ("snap>0.2 snap<1", vec![0]),
            ("verdict=crossing", vec![1]),
            ("index>=1 index!=2", vec![1]),
            ("predicted=class", vec![]),
        ] {
            let found =
                Query::read(text, &table).map(|q| (0..3).filter(|row| q.holds(&table, *row)).collect::<Vec<_>>());
            match text {
                "snap>0.2 snap < 1" => assert!(found.is_err(), "a comparison is one word"),
                _ => assert_eq!(found.as_ref(), Ok(&expected), "{text}"),
            }
        }
    }

    #[test]
    fn an_error_names_the_word_and_what_to_do() {
        let table = small();
        for (text, word, says) in [
            ("class=0 clas=4", "`clas=4`", "there is no column `clas`"),
            ("loss>abc", "`loss>abc`", "`abc` is no number"),
            ("loss>", "`loss>`", "a value is missing"),
            ("forgotten", "`forgotten`", "accuracy is measured on"),
            ("strategy=badge", "`strategy=badge`", "is none of first set"),
            ("nice", "`nice`", "write a comparison"),
            ("loss>nan", "`loss>nan`", "is no number"),
            ("class=3", "`class=3`", "is none of zero, one, or so"),
        ] {
            let error = Query::read(text, &table).unwrap_err();
            assert!(error.contains(word) && error.contains(says), "{text}: {error}");
        }
    }
}
