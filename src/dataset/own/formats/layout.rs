//! What the folders of images mean: classes, splits above or below them, and folders around all.

use std::collections::{BTreeMap, BTreeSet};

use crate::dataset::own::listing::Part;

/// What the folders of an image say.
#[derive(Debug, PartialEq)]
pub enum Place<'a> {
    Inside {
        part: Option<Part>,
        class: Option<&'a str>,
        /// Whether it lies in a folder inside that of its class.
        deeper: bool,
    },
    /// It lies beside folders of splits.
    Outside,
}

impl<'a> Place<'a> {
    pub fn class(&self) -> Option<&'a str> {
        match self {
            Self::Inside { class, .. } => *class,
            Self::Outside => None,
        }
    }

    fn of(part: Option<Part>, folders: &'a [String]) -> Self {
        Self::Inside { part, class: folders.first().map(String::as_str), deeper: folders.len() > 1 }
    }
}

/// What the folders of each image say.
pub fn places<'a>(images: &[&'a [String]]) -> Vec<Place<'a>> {
    let outer = around(images);
    let images: Vec<&[String]> = images.iter().map(|folders| &folders[outer..]).collect();
    if are_splits(&images) {
        let twice = twice(&images);
        return images.iter().map(|folders| below_split(folders, &twice)).collect();
    }
    let second = |folders: &&[String]| folders.get(1).and_then(|name| Part::of(name));
    let parts: BTreeSet<Option<Part>> = images.iter().map(second).collect();
    if parts.len() > 1 && !parts.contains(&None) {
        let class = |folders: &&'a [String]| match *folders {
            [class, _, rest @ ..] => {
                Place::Inside { part: second(folders), class: Some(class), deeper: !rest.is_empty() }
            }
            _ => Place::of(None, folders),
        };
        return images.iter().map(class).collect();
    }
    images.iter().map(|folders| Place::of(None, folders)).collect()
}

/// A folder of a split beside classes, and one of these that is in it too.
pub fn both<'a>(images: &[&'a [String]]) -> Option<(&'a str, &'a str)> {
    let outer = around(images);
    let images: Vec<&[String]> = images.iter().map(|folders| &folders[outer..]).collect();
    if are_splits(&images) {
        return None;
    }
    let tops: BTreeSet<&str> = images.iter().filter_map(|f| f.first()).map(String::as_str).collect();
    images.iter().find_map(|folders| match folders {
        [split, class, ..] if Part::of(split).is_some() && split != class && tops.contains(class.as_str()) => {
            Some((split.as_str(), class.as_str()))
        }
        _ => None,
    })
}

/// The folders at the top, if they hold folders of the same names, at least two, as splits hold classes; and two of these.
pub fn shared<'a>(images: &[&'a [String]]) -> Option<(Vec<&'a str>, [&'a str; 2])> {
    let outer = around(images);
    let mut within: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for folders in images.iter().filter_map(|f| f.get(outer..)) {
        let Some((top, rest)) = folders.split_first() else { continue };
        within.entry(top).or_default().extend(rest.first().map(String::as_str));
    }
    let all = within.values().cloned().reduce(|a, b| &a & &b)?;
    let mut names = all.into_iter();
    let two = [names.next()?, names.next()?];
    (within.len() > 1).then(|| (within.into_keys().collect(), two))
}

/// How many folders lie around all images and mean nothing.
fn around(images: &[&[String]]) -> usize {
    let mut outer = 0;
    while let Some(first) = images.first().and_then(|f| f.get(outer)).filter(|name| Part::of(name).is_none())
        && images.iter().all(|f| f.get(outer) == Some(first))
    {
        outer += 1;
    }
    outer
}

/// Whether the folders at the top are splits: if all are called so, or if those with classes in them are, one of them
/// train. Images beside them, and other folders, are in no split then.
fn are_splits(images: &[&[String]]) -> bool {
    let tops: BTreeSet<&String> = images.iter().filter_map(|f| f.first()).collect();
    let with_classes: BTreeSet<&String> = images.iter().filter(|f| f.len() > 1).filter_map(|f| f.first()).collect();
    let parts = |tops: &BTreeSet<&String>| tops.iter().map(|t| Part::within(t)).collect::<BTreeSet<_>>();
    let are_several =
        |parts: &BTreeSet<Option<Part>>| parts.contains(&Some(Part::Train)) && parts.iter().flatten().count() > 1;
    let all = parts(&tops);
    let are_exact = !tops.is_empty() && tops.iter().all(|top| Part::of(top).is_some());
    are_exact || (are_several(&all) && !all.contains(&None)) || are_several(&parts(&with_classes))
}

/// The folders at the top that hold nothing but a folder of their own name: `seg_train/seg_train`.
fn twice<'a>(images: &[&'a [String]]) -> BTreeSet<&'a str> {
    let top = |f: &&'a [String]| f.first().map(String::as_str);
    let is_once = |f: &&&'a [String]| f.first() != f.get(1);
    let once: BTreeSet<&str> = images.iter().filter(is_once).filter_map(top).collect();
    images.iter().filter_map(top).filter(|top| !once.contains(top)).collect()
}

/// An image beside or in a folder of a split.
fn below_split<'a>(folders: &'a [String], twice: &BTreeSet<&str>) -> Place<'a> {
    let Some((top, rest)) = folders.split_first() else { return Place::Outside };
    let Some(part) = Part::within(top) else { return Place::Outside };
    Place::of(Some(part), if twice.contains(top.as_str()) { &rest[1..] } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_hold_the_same_folders_may_be_splits() {
        for (folders, expected) in [
            ("trian/a trian/b test/a test/b", Some((vec!["test", "trian"], ["a", "b"]))),
            ("x/trian/a x/trian/b x/test/a x/test/b", Some((vec!["test", "trian"], ["a", "b"]))),
            ("cat/a cat/b dog/a", None),
            ("cat/a dog/a", None),
            ("a b", None),
        ] {
            let of = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
            let folders_of: Vec<Vec<String>> = folders.split(' ').map(of).collect();
            assert_eq!(shared(&folders_of.iter().map(Vec::as_slice).collect::<Vec<_>>()), expected, "{folders}");
        }
    }

    #[test]
    fn folders_are_splits_classes_or_nothing() {
        // The folders of images, and what they say: split and class, `-` for none, `outside`.
        for (folders, expected) in [
            ("a b", "- a|- b"),
            ("x/a x/b", "- a|- b"),
            ("x/y/a x/y/b/c", "- a|- b"),
            ("only only", "- -|- -"),
            ("wrap/images wrap/images", "- -|- -"),
            ("x/train/a x/train/a", "train a|train a"),
            ("train/a Testing/b validation/a", "train a|test b|validation a"),
            ("x/train/a x/test/b", "train a|test b"),
            ("train/a test/b .", "train a|test b|outside"),
            ("train/a test/b pred", "train a|test b|outside"),
            ("train/a test", "train a|test -"),
            ("train test", "train -|test -"),
            ("train_images test_images", "train -|test -"),
            ("training_set/a test_set/a", "train a|test a"),
            ("seg_train/seg_train/a seg_train/seg_train/b seg_test/seg_test/a", "train a|train b|test a"),
            ("a/train b/train a/test b/test", "train a|train b|test a|test b"),
            ("train plane car", "- train|- plane|- car"),
            ("train/a plane/b", "- train|- plane"),
            ("train/a/b train/c", "train a|train c"),
            ("a/x b .", "- a|- b|- -"),
        ] {
            let path = |path: &str| match path {
                "." => Vec::new(),
                path => path.split('/').map(str::to_owned).collect::<Vec<_>>(),
            };
            let folders_of: Vec<Vec<String>> = folders.split(' ').map(path).collect();
            let images: Vec<&[String]> = folders_of.iter().map(Vec::as_slice).collect();
            let shown = |place: &Place<'_>| match place {
                Place::Outside => "outside".to_owned(),
                Place::Inside { part, class, .. } => {
                    format!("{} {}", part.map_or("-", Part::name), class.unwrap_or("-"))
                }
            };
            let found: Vec<String> = places(&images).iter().map(shown).collect();
            assert_eq!(found.join("|"), expected, "{folders}");
        }
    }
}
