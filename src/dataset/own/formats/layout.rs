//! What the folders of images mean: classes, splits above or below them, and folders around all.

use std::collections::{BTreeMap, BTreeSet};

use crate::dataset::own::listing::{Part, words};

/// Words for images of any class in the names of folders.
pub const OF_IMAGES: [&str; 13] = [
    "images",
    "image",
    "img",
    "imgs",
    "jpegimages",
    "bmp",
    "jpg",
    "jpeg",
    "png",
    "pictures",
    "photos",
    "data",
    "dataset",
];
/// Words for images without a class.
const OF_NONE: [&str; 4] = ["all", "unknown", "unlabeled", "unlabelled"];

/// What the folders of an image say.
#[derive(Debug, PartialEq)]
pub enum Place<'a> {
    Inside {
        part: Option<Part>,
        class: Option<&'a str>,
        /// The folder inside that of its class which it lies in.
        inner: Option<&'a str>,
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
        let [class, inner] = [0, 1].map(|at| folders.get(at).map(String::as_str));
        Self::Inside { part, class, inner }
    }
}

/// What the folders of each image say.
pub fn places<'a>(images: &[&'a [String]]) -> Vec<Place<'a>> {
    let outer = around(images);
    let images: Vec<&[String]> = images.iter().map(|folders| &folders[outer..]).collect();
    if are_splits(&images) {
        return below_splits(&images);
    }
    let second = |folders: &&[String]| folders.get(1).and_then(|name| Part::of(name));
    let parts: BTreeSet<Option<Part>> = images.iter().map(second).collect();
    if (parts.len() > 1 && !parts.contains(&None)) || hold_splits(&images) {
        let class = |folders: &&'a [String]| match *folders {
            [class, _, rest @ ..] if second(folders).is_some() => {
                let inner = rest.first().map(String::as_str);
                Place::Inside { part: second(folders), class: Some(class), inner }
            }
            _ => Place::Outside,
        };
        return images.iter().map(class).collect();
    }
    images.iter().map(|folders| Place::of(None, folders)).collect()
}

/// Whether all folders at the top, of which there are several, hold train and another split; what lies beside these is in
/// no split then.
fn hold_splits(images: &[&[String]]) -> bool {
    let mut within: BTreeMap<&str, BTreeSet<Part>> = BTreeMap::new();
    for folders in images {
        let Some(top) = folders.first() else { continue };
        within.entry(top).or_default().extend(folders.get(1).and_then(|name| Part::of(name)));
    }
    within.len() > 1 && within.values().all(|parts| parts.contains(&Part::Train) && parts.len() > 1)
}

/// The first two classes of which one has the name of train, and the other that of another split.
pub fn called_splits<'a>(classes: &'a [String]) -> Option<[&'a str; 2]> {
    let is_train = |name: &&'a String| Part::within(name) == Some(Part::Train);
    let is_other = |name: &&'a String| Part::within(name).is_some_and(|part| part != Part::Train);
    Some([classes.iter().find(is_train)?, classes.iter().find(is_other)?].map(String::as_str))
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

/// What the folders of images beside and in folders of splits say. Folders around all classes mean nothing there either.
fn below_splits<'a>(images: &[&'a [String]]) -> Vec<Place<'a>> {
    let twice = twice(images);
    let below = |folders: &&'a [String]| {
        let (top, rest) = folders.split_first()?;
        Part::within(top).map(|part| (part, top.as_str(), if twice.contains(top.as_str()) { &rest[1..] } else { rest }))
    };
    let mut found: Vec<Option<(Part, &str, &[String])>> = images.iter().map(below).collect();
    let inside: Vec<&[String]> = found.iter().flatten().map(|(_, _, rest)| *rest).collect();
    let shared = (0..).take_while(|at| all_same(&inside, *at)).count();
    // What all share is the class if nothing below it differs.
    let kinds: BTreeSet<&String> = inside.iter().filter_map(|rest| rest.get(shared)).collect();
    let around = if kinds.len() > 1 { shared } else { shared.saturating_sub(1) };
    found.iter_mut().flatten().for_each(|(_, _, rest)| *rest = &rest[around..]);
    let mut classes: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for &(_, top, rest) in found.iter().flatten() {
        classes.entry(top).or_default().insert(rest.first().map(String::as_str));
    }
    let is_class = |name: &str| classes.values().any(|names| names.len() > 1 && names.contains(&Some(name)));
    let is_nothing = |names: &BTreeSet<Option<&str>>| match names.first() {
        Some(Some(only)) => names.len() == 1 && means_nothing(only) && !is_class(only),
        _ => false,
    };
    let nothing: BTreeSet<&str> = classes.iter().filter(|(_, names)| is_nothing(names)).map(|(top, _)| *top).collect();
    let place = |found: Option<(Part, &'a str, &'a [String])>| match found {
        Some((part, top, rest)) => Place::of(Some(part), if nothing.contains(top) { &rest[1..] } else { rest }),
        None => Place::Outside,
    };
    found.into_iter().map(place).collect()
}

/// Whether all images lie in a folder of one name there.
fn all_same(images: &[&[String]], at: usize) -> bool {
    images.first().and_then(|first| first.get(at)).is_some_and(|name| images.iter().all(|f| f.get(at) == Some(name)))
}

/// Whether a folder says by its name that images are in it, and no more.
fn means_nothing(name: &str) -> bool {
    let is_nothing = |word: &str| OF_IMAGES.contains(&word) || OF_NONE.contains(&word) || Part::within(word).is_some();
    words(name).iter().all(|word| is_nothing(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_are_called_splits_are_told() {
        let told = |classes: &str| {
            let classes: Vec<String> = classes.split(' ').map(str::to_owned).collect();
            called_splits(&classes).map(|two| two.map(str::to_owned))
        };
        let two = |one: &str, other: &str| Some([one.to_owned(), other.to_owned()]);
        assert_eq!(told("gt box_test box_train query"), two("box_train", "box_test"));
        assert_eq!([told("train plane"), told("training running"), told("test x")], [None, None, None]);
    }

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
            ("train test1", "train -|test -"),
            ("train2017 val2017", "train -|validation -"),
            ("training validation evaluation", "train -|validation -|test -"),
            ("training/a evaluation/b", "train a|test b"),
            ("bounding_box_train bounding_box_test query", "- bounding_box_train|- bounding_box_test|- query"),
            ("train/images/a train/images/b test/images/a", "train a|train b|test a"),
            ("train/data/images/a train/data/images/b test/data/images/b", "train a|train b|test b"),
            ("train/pets/a test/pets/b", "train a|test b"),
            ("train/a/x train/a/y test/b", "train a|train a|test b"),
            ("train/a/images train/b/images val/images test/images", "train a|train b|validation -|test -"),
            ("train/images test/images", "train -|test -"),
            ("train/images train/photos test/images", "train images|train photos|test images"),
            ("train/a train/b test/unknown", "train a|train b|test -"),
            ("train/a train/b test/c", "train a|train b|test c"),
            ("train_images test_images", "train -|test -"),
            ("training_set/a test_set/a", "train a|test a"),
            ("seg_train/seg_train/a seg_train/seg_train/b seg_test/seg_test/a", "train a|train b|test a"),
            ("a/train b/train a/test b/test", "train a|train b|test a|test b"),
            ("a/train a/test b/train b/test a .", "train a|test a|train b|test b|outside|outside"),
            ("a/train/x a/test a/other b/train b/test", "train a|test a|outside|train b|test b"),
            ("a/train a/test b", "- a|- a|- b"),
            ("train plane car", "- train|- plane|- car"),
            ("training running cycling", "- training|- running|- cycling"),
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
