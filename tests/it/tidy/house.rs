//! Which file of the crate imports which, and the rings among them.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Path, Source};

/// A module's path from the crate's root.
type Module = Vec<String>;

pub struct House {
    rooms: BTreeMap<Module, (String, Source)>,
}

/// That one file imports another, with the first path that says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    pub from: String,
    pub to: String,
    pub by: String,
}

impl House {
    /// From the files' paths below `src` and their texts.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut rooms: BTreeMap<Module, (String, Source)> = files
            .into_iter()
            .map(|(file, text)| {
                let module = module(&file);
                let source = Source::read(&module, &text);
                (module, (file, source))
            })
            .collect();
        let tests: Vec<Module> =
            rooms.iter().flat_map(|(module, (_, s))| s.test_children.iter().map(|t| child(module, t))).collect();
        rooms.retain(|module, _| !tests.iter().any(|t| module.starts_with(t)));
        Self { rooms }
    }

    /// Each import of one file by another, once.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows: BTreeMap<(&str, &str), String> = BTreeMap::new();
        for (file, source) in self.rooms.values() {
            let used = source.bound.values().chain(&source.written).map(|p| (p, false));
            let mut paths: Vec<(&Path, bool)> = used.chain(source.globs.iter().map(|p| (p, true))).collect();
            paths.sort_by_key(|(p, _)| (p.line, &p.segments));
            for (path, glob) in paths {
                let Some((to, is_module)) = self.absolute(source, path).and_then(|p| self.resolve(&p, 0)) else {
                    continue;
                };
                // A module that is bound and never named further is not read; where it is, the longer path counts.
                if to != file && (glob || !is_module) {
                    let by = format!("{} (line {})", path.segments.join("::"), path.line);
                    arrows.entry((file, to)).or_insert(by);
                }
            }
        }
        arrows.into_iter().map(|((from, to), by)| Arrow { from: from.to_owned(), to: to.to_owned(), by }).collect()
    }

    /// Each folder's file with its child modules in the order of their `mod` lines.
    pub fn families(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.rooms.values().map(|(file, s)| (file.as_str(), s.children.as_slice())).filter(|(_, c)| !c.is_empty())
    }

    /// `path` from the crate's root; `None` if it begins in another crate or in the file's own items.
    fn absolute(&self, source: &Source, path: &Path) -> Option<Module> {
        let mut place = path.place.clone();
        let mut segments = path.segments.as_slice();
        match segments[0].as_str() {
            "crate" => place.clear(),
            "self" => {}
            "super" => {
                place.pop();
                while segments.get(1).is_some_and(|s| s == "super") {
                    place.pop();
                    segments = &segments[1..];
                }
            }
            name if self.rooms.contains_key(&child(&place, name)) => return Some([&place, segments].concat()),
            name => {
                let bound = source.bound.get(name).filter(|b| b.segments[0] != name)?;
                return Some([&self.absolute(source, bound)?, &segments[1..]].concat());
            }
        }
        Some([&place, &segments[1..]].concat())
    }

    /// The file that defines what stands at `path`, and whether that is the module itself.
    fn resolve(&self, path: &[String], hops: usize) -> Option<(&str, bool)> {
        let inside = (0..=path.len()).rev().find(|n| self.rooms.contains_key(&path[..*n]))?;
        let (module, rest) = path.split_at(inside);
        let (file, source) = &self.rooms[module];
        let Some(name) = rest.first() else { return Some((file, true)) };
        if !source.items.contains(name) && hops < 8 {
            if let Some(bound) = source.bound.get(name).and_then(|b| self.absolute(source, b)) {
                return self.resolve(&[&bound, &rest[1..]].concat(), hops + 1);
            }
            for glob in source.globs.iter().filter_map(|g| self.absolute(source, g)) {
                let found = self.rooms.get(&glob).is_some_and(|(_, s)| {
                    s.items.contains(name) || s.bound.contains_key(name) || s.inner_items.contains(name)
                });
                if found {
                    return self.resolve(&[&glob, rest].concat(), hops + 1);
                }
            }
        }
        Some((file, false))
    }
}

/// The files that import each other, directly or in a ring: each ring with the arrows inside it.
pub fn rings(arrows: &[Arrow]) -> Vec<(Vec<String>, Vec<Arrow>)> {
    let reach = |from: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(file) = open.pop() {
            for arrow in arrows.iter().filter(|a| a.from == file) {
                if seen.insert(arrow.to.clone()) {
                    open.push(arrow.to.clone());
                }
            }
        }
        seen
    };
    let files: BTreeSet<&str> = arrows.iter().map(|a| a.from.as_str()).collect();
    let reached: BTreeMap<&str, BTreeSet<String>> = files.iter().map(|f| (*f, reach(f))).collect();
    let together = |a: &str, b: &str| {
        reached.get(a).is_some_and(|r| r.contains(b)) && reached.get(b).is_some_and(|r| r.contains(a))
    };
    let mut rings: Vec<(Vec<String>, Vec<Arrow>)> = Vec::new();
    for file in files.iter().filter(|f| together(f, f)) {
        if !rings.iter().any(|(ring, _)| ring.iter().any(|f| f == file)) {
            let ring = files.iter().filter(|f| together(file, f)).map(|f| (*f).to_owned()).collect::<Vec<_>>();
            let inside = arrows.iter().filter(|a| ring.contains(&a.from) && ring.contains(&a.to)).cloned().collect();
            rings.push((ring, inside));
        }
    }
    rings
}

fn child(module: &[String], name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The module that a file below `src` is.
fn module(file: &str) -> Module {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

#[test]
fn an_import_leads_to_the_file_that_defines_it() {
    let house = |a: &str| {
        let files = [
            ("lib.rs", "pub mod a;\npub mod b;\npub mod c;"),
            ("a.rs", a),
            ("b/mod.rs", "mod d;\nmod e;\npub use d::D;\npub use e::*;\nuse crate::c::C;\npub struct B;"),
            ("b/d.rs", "pub struct D;\npub fn b() {}"),
            ("b/e.rs", "macro_rules! m { () => { pub enum E {} } }\npub use super::d::D as Other;"),
            ("c/mod.rs", "pub mod c;\npub use c::C;\n#[cfg(test)]\nmod tests;"),
            ("c/c.rs", "pub struct C;"),
            ("c/tests.rs", "use crate::a::A;"),
        ];
        House::new(files.map(|(f, t)| (f.to_owned(), t.to_owned())))
    };
    for (text, expected) in [
        ("use crate::b::B;", "b/mod.rs"),
        ("use crate::b::D;", "b/d.rs"),
        ("use crate::b::E;", "b/e.rs"),
        ("use crate::b::Other;", "b/d.rs"),
        ("use crate::b::C;", "c/c.rs"),
        ("use crate::c::c;", ""),
        ("use crate::c::c;\nfn f() { c::C }", "c/c.rs"),
        ("use super::b as x;\nfn f() { x::d::b() }", "b/d.rs"),
        ("use super::b;\nuse b::D;", "b/d.rs"),
        ("fn f() -> crate::b::unknown {}", "b/mod.rs"),
        ("use crate::b::*;", "b/mod.rs"),
        ("use std::fmt;\nfn f() { fmt::B; Self::C; A::b() }\nstruct A;", ""),
        ("mod inner { use super::super::b::D; use super::A; }\nstruct A;", "b/d.rs"),
    ] {
        let arrows = house(text).arrows();
        let to: Vec<&str> = arrows.iter().filter(|a| a.from == "a.rs").map(|a| a.to.as_str()).collect();
        assert_eq!(to.join(" "), expected, "{text}");
        assert!(!arrows.iter().any(|a| a.from == "c/tests.rs"), "tests are not part of the house");
    }
}

#[test]
fn rings_are_found_whole() {
    let arrow = |a: &str| {
        let (from, to) = a.split_once('-').unwrap();
        Arrow { from: from.into(), to: to.into(), by: String::new() }
    };
    for (arrows, expected) in [
        ("a-b b-c a-c", ""),
        ("a-b b-a", "ab"),
        ("a-b b-c c-a c-d d-e", "abc"),
        ("a-b b-a b-c c-d d-c", "ab cd"),
        ("a-b b-a b-c c-b", "abc"),
    ] {
        let arrows: Vec<Arrow> = arrows.split(' ').map(arrow).collect();
        let found: Vec<String> = rings(&arrows).iter().map(|(files, _)| files.concat()).collect();
        assert_eq!(found.join(" "), expected);
    }
}
