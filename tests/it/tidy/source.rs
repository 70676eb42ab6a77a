//! One source file as its imports show it: the items it defines, the names its `use` items bind, the paths it writes.

use std::collections::{BTreeSet, HashMap};

/// A path as written: the module it stands in (inline modules included), its segments and its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub place: Vec<String>,
    pub segments: Vec<String>,
    pub line: usize,
}

#[derive(Debug, Default)]
pub struct Source {
    /// Child modules in files of their own, in the order of their `mod` lines.
    pub children: Vec<String>,
    /// Child modules that only tests compile.
    pub test_children: Vec<String>,
    /// Items at the top of the file, inline modules included.
    pub items: BTreeSet<String>,
    /// Types, traits and constants further inside, such as those that a macro writes.
    pub inner_items: BTreeSet<String>,
    /// What `use` items bind, by the name they bind.
    pub bound: HashMap<String, Path>,
    /// Paths of `use ...::*`, without the star.
    pub globs: Vec<Path>,
    /// Paths in expressions and types: two segments at least.
    pub written: Vec<Path>,
}

impl Source {
    /// Reads the text of the module `module`, without what only tests compile.
    pub fn read(module: &[String], text: &str) -> Self {
        let tokens = tokens(text);
        let mut source = Self::default();
        let mut inline: Vec<(String, usize)> = Vec::new();
        let mut depth = 0;
        let mut at = 0;
        while at < tokens.len() {
            let (here, (line, token)) = (at, tokens[at]);
            let next = |n: usize| tokens.get(here + n).map_or("", |t| t.1);
            let place = || module.iter().cloned().chain(inline.iter().map(|i| i.0.clone())).collect::<Vec<_>>();
            match token {
                "#" if (1..=6).map(next).eq(["[", "cfg", "(", "test", ")", "]"]) => {
                    let end = item_end(&tokens, at + 7);
                    let item = &tokens[at + 7..end];
                    if let Some(child) = item.windows(3).find(|w| w[0].1 == "mod" && w[2].1 == ";") {
                        source.test_children.push(child[1].1.to_owned());
                    }
                    at = end;
                    continue;
                }
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    inline.pop_if(|(_, d)| *d == depth);
                }
                "mod" if next(2) == ";" => source.children.push(next(1).to_owned()),
                "mod" if next(2) == "{" => {
                    source.items.insert(next(1).to_owned());
                    inline.push((next(1).to_owned(), depth));
                    depth += 1;
                    at += 3;
                    continue;
                }
                // `use<'a>` is a bound.
                "use" if next(1) != "<" => {
                    let place = place();
                    let mut leaves = Vec::new();
                    at = tree(&tokens, at + 1, &[], &mut leaves);
                    for (segments, name) in leaves {
                        let path = Path { place: place.clone(), segments, line };
                        match name {
                            Some(name) => drop(source.bound.insert(name, path)),
                            None => source.globs.push(path),
                        }
                    }
                    continue;
                }
                "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static" | "macro_rules" => {
                    let name = (1..4).map(next).find(|t| is_name(t) && *t != "fn" && *t != "mut");
                    let items = if depth == 0 { &mut source.items } else { &mut source.inner_items };
                    if depth == 0 || token != "fn" {
                        items.extend(name.map(str::to_owned));
                    }
                }
                name if is_name(name) && next(1) == "::" && is_name(next(2)) => {
                    let mut segments = vec![name.to_owned()];
                    while tokens.get(at + 1).is_some_and(|t| t.1 == "::")
                        && tokens.get(at + 2).is_some_and(|t| is_name(t.1))
                    {
                        segments.push(tokens[at + 2].1.to_owned());
                        at += 2;
                    }
                    source.written.push(Path { place: place(), segments, line });
                }
                _ => {}
            }
            at += 1;
        }
        source
    }
}

/// The leaves of a `use` tree from `at`, each with the name it binds (`None` for a star); returns where it ends.
fn tree(
    tokens: &[(usize, &str)],
    mut at: usize,
    prefix: &[String],
    leaves: &mut Vec<(Vec<String>, Option<String>)>,
) -> usize {
    let mut path = prefix.to_vec();
    while let Some((_, token)) = tokens.get(at) {
        match *token {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|t| t.1 != "}") {
                    at = tree(tokens, at, &path, leaves);
                    at += usize::from(tokens.get(at).is_some_and(|t| t.1 == ","));
                }
                return at + 1;
            }
            "*" => {
                leaves.push((path, None));
                return at + 1;
            }
            "as" => {
                leaves.push((path, tokens.get(at + 1).map(|t| t.1.to_owned())));
                return at + 2;
            }
            name if is_name(name) => {
                // `{self, ..}` binds the module itself.
                if name != "self" || path.is_empty() {
                    path.push(name.to_owned());
                }
                at += 1;
            }
            _ => break,
        }
    }
    let name = path.last().cloned();
    leaves.push((path, name));
    at
}

/// Where the item that begins at `at` ends: behind its `;` or its closing brace.
fn item_end(tokens: &[(usize, &str)], at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, (_, token)) in tokens.iter().enumerate().skip(at) {
        match *token {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if depth == 0 && *token == "}" {
                    return i + 1;
                }
            }
            ";" if depth == 0 => return i + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs, each with its line; no comments, no strings, no characters, no numbers.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if c == '"' {
            quoted(rest, '"').unwrap_or(rest.len())
        } else if c == '\'' {
            // A lifetime has no closing quote right behind its first letter.
            let character = rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\'');
            if character { quoted(rest, '\'').unwrap_or(rest.len()) } else { 1 }
        } else if is_name(rest) {
            tokens.push((line, &rest[..word]));
            word
        } else if c.is_ascii_digit() {
            word
        } else if rest.starts_with("::") {
            tokens.push((line, "::"));
            2
        } else {
            if !c.is_whitespace() {
                tokens.push((line, &rest[..c.len_utf8()]));
            }
            c.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        at += length;
    }
    tokens
}

/// The length of the raw string that `text` begins with.
fn raw_string(text: &str) -> Option<usize> {
    let behind = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = behind.find(|c| c != '#')?;
    let body = behind[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(text.len() - body.len() + body.find(&end)? + end.len())
}

/// The length of the quoted text that `text` begins with.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return Some(at + 1);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

#[test]
fn paths_are_read_as_written() {
    let written = |text: &str| {
        let source = Source::read(&["a".to_owned()], text);
        let mut all: Vec<String> =
            source.bound.iter().map(|(n, p)| format!("{n} = {}", p.segments.join("::"))).collect();
        all.extend(source.globs.iter().map(|p| format!("* = {}", p.segments.join("::"))));
        all.extend(source.written.iter().map(|p| p.segments.join("::")));
        all.sort();
        all.join(", ")
    };
    for (text, expected) in [
        ("use crate::b::C;", "C = crate::b::C"),
        ("pub use super::b as d;", "d = super::b"),
        ("use crate::{b, c::{self, D, e::F as G}};", "D = crate::c::D, G = crate::c::e::F, b = crate::b, c = crate::c"),
        ("pub(crate) use b::*;", "* = b"),
        ("use crate::b::{\n    C,\n    D,\n};", "C = crate::b::C, D = crate::b::D"),
        ("fn f() -> crate::b::C { super::d::E::new() }", "crate::b::C, super::d::E::new"),
        ("fn f() { g::<crate::b::C>(x.collect::<Vec<_>>()) }", "crate::b::C"),
        ("// crate::b::C\n/* crate::d::E */ fn f() { \"crate::g::H\"; r#\"crate::i::\"J\"#; 'x'; '\\''; '\"' }", ""),
        ("fn f<'a>(x: &'a str) { crate::b::C }", "crate::b::C"),
        ("#[cfg(test)]\nmod tests { use crate::b::C; }\nuse crate::d::E;", "E = crate::d::E"),
        ("#[cfg(test)]\nmod tests;\nuse crate::d::E;", "E = crate::d::E"),
        ("#[cfg(test)]\n#[expect(x)]\npub fn f(x: [u8; 2]) -> crate::b::C { 1 }", ""),
        ("macro_rules! m { () => { $crate::b::C } }", "crate::b::C"),
    ] {
        assert_eq!(written(text), expected, "{text}");
    }
}

#[test]
fn items_are_those_at_the_top() {
    let source = Source::read(
        &[],
        "mod b;\npub(crate) mod c;\n#[cfg(test)]\nmod tests;\npub const fn f() { const INNER: u8 = 1; }\npub struct S;\n\
         impl S { pub fn g() { super::x::y() } }\nmod i { pub const N: u8 = 1; use super::S as T; }\nstatic mut Z: u8 = 0;",
    );
    assert_eq!(source.children, ["b", "c"]);
    assert_eq!(source.test_children, ["tests"]);
    assert_eq!(source.items.iter().map(String::as_str).collect::<Vec<_>>(), ["S", "Z", "f", "i"]);
    assert_eq!(source.inner_items.iter().map(String::as_str).collect::<Vec<_>>(), ["INNER", "N"]);
    assert_eq!(
        source.bound["T"],
        Path { place: vec!["i".into()], segments: vec!["super".into(), "S".into()], line: 8 }
    );
}
