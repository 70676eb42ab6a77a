//! The images of a tree by the names that tables have for them.

use std::collections::HashMap;

use crate::dataset::own::listing::Part;
use crate::dataset::own::tree::{Entry, Tree};
use crate::paths::composed;

/// Images by the names that a table may have for them: with more folders above than there are here, or with fewer, and
/// never with another folder in the place of one.
pub struct Known {
    /// By the whole name as it is.
    whole: HashMap<String, usize>,
    /// By the end of a name from any of its folders on, with its ending and without, in small letters.
    ends: HashMap<String, Hits>,
    /// Images in the tree.
    pub count: usize,
}

/// The images whose name has this end.
#[derive(Default)]
struct Hits {
    /// Those of which it is the whole name.
    whole: Hit,
    /// Those in folders of no split, and in those of each split.
    of_split: [Hit; 1 + Part::ALL.len()],
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Hit {
    #[default]
    None,
    One(usize),
    Several,
}

impl Hit {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, hit) | (hit, Self::None) => hit,
            (one, other) if one == other => one,
            _ => Self::Several,
        }
    }
}

impl Hits {
    /// Its image: that of the whole name, or else that in a folder of the split, or else the only one.
    fn image(&self, part: Option<Part>) -> Hit {
        let there = part.map_or(Hit::None, |part| self.of_split[1 + part as usize]);
        match (self.whole, there) {
            (Hit::One(image), _) | (_, Hit::One(image)) => Hit::One(image),
            _ => self.of_split.into_iter().fold(Hit::None, Hit::and),
        }
    }
}

/// Why a name is none of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFound {
    /// No image has the name.
    None,
    /// More than one image has the name, or an end of it.
    Several,
}

/// A name in small letters, however its accents are written.
fn loose(name: &str) -> String {
    composed(&name.to_lowercase()).into_owned()
}

/// The folders and the file of a name, as another machine may write it, without those that lead nowhere or upwards.
fn parts(name: &str) -> Vec<String> {
    let plain = name.trim().replace('\\', "/");
    // What stands behind the name in an address says how the image is wanted.
    let plain = if plain.contains("://") { plain.split(['?', '#']).next().unwrap_or_default() } else { &plain };
    plain.split('/').filter(|part| !["", ".", ".."].contains(part)).map(str::to_owned).collect()
}

impl Known {
    /// The names of those files of `tree` of which `is_image` says so; an index is the file's place in the tree.
    pub fn of(tree: &Tree, is_image: impl Fn(&Entry) -> bool) -> Self {
        let mut known = Self { whole: HashMap::new(), ends: HashMap::new(), count: 0 };
        for (index, file) in tree.files.iter().enumerate().filter(|(_, f)| is_image(f)) {
            known.count += 1;
            known.whole.insert(file.name(), index);
            let split = file.folders().iter().find_map(|folder| Part::within(folder));
            for from in 0..file.parts.len() {
                let name = loose(&file.parts[from..].join("/"));
                let stem = name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
                for name in stem.into_iter().chain([name]) {
                    let hits = known.ends.entry(name).or_default();
                    let there = &mut hits.of_split[split.map_or(0, |part| 1 + part as usize)];
                    *there = there.and(Hit::One(index));
                    if from == 0 {
                        hits.whole = hits.whole.and(Hit::One(index));
                    }
                }
            }
        }
        known
    }

    /// The image that a table in `folder` names, which may be a table of one split.
    pub fn find(&self, name: &str, folder: &[String], part: Option<Part>) -> Result<usize, NotFound> {
        if let Some(image) = self.exactly(name, folder) {
            return Ok(image);
        }
        let parts = parts(&loose(name));
        if parts.is_empty() {
            return Err(NotFound::None);
        }
        let beside = loose(&[folder, &parts].concat().join("/"));
        let end = |name: &str| self.ends.get(name).map_or(Hit::None, |hits| hits.image(part));
        let whole = |from: usize| self.ends.get(&parts[from..].join("/")).map_or(Hit::None, |hits| hits.whole);
        let hits = [end(&beside), end(&parts.join("/"))].into_iter().chain((1..parts.len()).map(whole));
        match hits.into_iter().find(|hit| *hit != Hit::None) {
            Some(Hit::One(image)) => Ok(image),
            Some(Hit::Several) => Err(NotFound::Several),
            Some(Hit::None) | None => Err(NotFound::None),
        }
    }

    /// The image of this very name, beside the table or from the folder above all files.
    pub fn exactly(&self, name: &str, folder: &[String]) -> Option<usize> {
        let plain = name.trim().replace('\\', "/");
        let plain = plain.trim_start_matches("./");
        let (mut above, mut below) = (folder, plain);
        while let (Some(rest), Some((_, outer))) = (below.strip_prefix("../"), above.split_last()) {
            (above, below) = (outer, rest);
        }
        let beside = [above, &[below.to_owned()]].concat().join("/");
        [beside.as_str(), plain].into_iter().find_map(|name| self.whole.get(name)).copied()
    }

    /// Whether a name has more folders than the image has here.
    pub fn is_longer(&self, name: &str, image: &Entry) -> bool {
        parts(name).len() > image.parts.len()
    }

    /// Whether a cell of a table in `folder` names an image, or several.
    pub fn has(&self, name: &str, folder: &[String]) -> bool {
        self.find(name, folder, None) != Err(NotFound::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    #[test]
    fn names_have_more_folders_or_fewer_and_never_others() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b/1.png", "b/2.png", "b/c/3.png", "train/4.png", "test/4.png", "\u{e4}.PNG"] {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            disk::write_aside(&path, b"x").unwrap();
        }
        let tree = Tree::open(root.path()).unwrap();
        let known = Known::of(&tree, |_| true);
        let found = |name: &str, folder: &str, part| {
            let folder: Vec<String> = folder.split('/').filter(|f| !f.is_empty()).map(str::to_owned).collect();
            match known.find(name, &folder, part) {
                Ok(image) => tree.files[image].name(),
                Err(NotFound::None) => "-".into(),
                Err(NotFound::Several) => "several".into(),
            }
        };
        for (name, folder, image) in [
            ("b/1.png", "", "b/1.png"),
            ("1.png", "b", "b/1.png"),
            ("1.png", "tables", "b/1.png"),
            ("../b/1.png", "tables", "b/1.png"),
            ("1", "", "b/1.png"),
            ("./B\\1.PNG", "", "b/1.png"),
            ("/home/me/b/1.png", "", "b/1.png"),
            ("https://example.org/b/1.png?w=300", "", "b/1.png"),
            ("a/1.png", "", "-"),
            ("b/1.png", "a", "b/1.png"),
            ("a/c/3.png", "", "-"),
            ("c/3.png", "", "b/c/3.png"),
            ("x/b/c/3.png", "", "b/c/3.png"),
            ("b/3.png", "", "-"),
            ("any/where/a\u{308}.png", "", "\u{e4}.PNG"),
            ("4.png", "", "several"),
            ("4.png", "train", "train/4.png"),
            ("gone.png", "", "-"),
            ("", "", "-"),
        ] {
            assert_eq!(found(name, folder, None), image, "{name} beside {folder}");
        }
        assert_eq!(found("4.png", "", Some(Part::Test)), "test/4.png");
        assert_eq!(found("4", "", Some(Part::Validation)), "several");
        assert_eq!(found("1.png", "", Some(Part::Test)), "b/1.png");
    }
}
