//! Images by the names that tables and other programs write: the name a file has by now comes before one that it had.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::images::Images;
use crate::paths::composed;

/// The name of an uploaded file in Label Studio begins with so many hexadecimal digits and a hyphen.
const UPLOAD: usize = 8;

/// Images by names that others write: with other folders above, or with fewer.
pub struct Names<'a> {
    images: &'a Images,
    /// The end of a name, from any of its folders on, with its accents composed.
    ends: HashMap<Cow<'a, str>, Hit>,
    /// The same in small letters, with the ending of the file and without.
    loose: HashMap<String, Hit>,
    by_digest: HashMap<&'a str, Vec<usize>>,
    /// The folders above the images, and above the generated ones, the nearest last.
    above: [Vec<String>; 2],
}

/// The image of a name, or two of several.
type Hit = Result<usize, [usize; 2]>;

/// Why a name is that of no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFound {
    None,
    /// The image of this name in the project of a table is none of this project.
    Other,
    /// Two of the images that it may be.
    Several([usize; 2]),
    /// The image that has the name by now, and the one that had it when the project was made.
    Renamed([usize; 2]),
}

impl NotFound {
    /// The end of a sentence that begins with the name, without what to do.
    pub fn told(self, images: &Images) -> String {
        let name = |image: usize| images.all()[image].place();
        match self {
            Self::None => "is no image of the project".into(),
            Self::Other => "is, in the project of the table, an image that this project does not have".into(),
            Self::Several([one, other]) => {
                format!("fits several images, such as {} and {}; name it with its folder", name(one), name(other))
            }
            Self::Renamed([now, was]) => format!(
                "is the name by now of an image that was {}, and was that of the one that is {} by now; import the table from \
                 the folder of its project, where images.csv says which is meant",
                images.all()[now].file,
                name(was)
            ),
        }
    }
}

impl<'a> Names<'a> {
    /// Names of images that lie in the folder `root`, and of generated ones in that of their `project`.
    pub fn new(images: &'a Images, root: &Path, project: &Path) -> Self {
        let (mut ends, mut loose): (HashMap<Cow<'_, str>, Hit>, HashMap<String, Hit>) = Default::default();
        let mut by_digest: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, image) in images.all().iter().enumerate() {
            by_digest.entry(&image.digest).or_default().push(at);
            for end in ends_of(image.place()) {
                add(&mut ends, composed(end), at);
                loose_of(end).for_each(|name| add(&mut loose, name, at));
            }
        }
        // A name that an image had counts where none has it by now.
        let (mut ends_before, mut loose_before): (HashMap<Cow<'_, str>, Hit>, HashMap<String, Hit>) =
            Default::default();
        for (at, image) in images.all().iter().enumerate().filter(|(_, image)| image.now.is_some()) {
            for end in ends_of(&image.file) {
                add(&mut ends_before, composed(end), at);
                loose_of(end).for_each(|name| add(&mut loose_before, name, at));
            }
        }
        ends_before.into_iter().for_each(|(name, hit)| _ = ends.entry(name).or_insert(hit));
        loose_before.into_iter().for_each(|(name, hit)| _ = loose.entry(name).or_insert(hit));
        let above = [root, project];
        let above = above.map(|path| path.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect());
        Self { images, ends, loose, by_digest, above }
    }

    /// The image of this name: with the folders above it, or with any others if all of its own are named, or without some
    /// of its own, in small letters and without its ending, if no other has that name.
    pub fn find(&self, name: &str) -> Result<usize, NotFound> {
        if let Some(at) = self.images.find_now(name) {
            return Ok(at);
        }
        let name = self.plain(name);
        if let Some(at) = self.images.find_now(&name) {
            return Ok(at);
        }
        let mut hits = vec![self.ends.get(name.as_str())];
        if let Some(Ok(at)) = hits[0] {
            return Ok(*at);
        }
        if let Some(at) = self.below(&name) {
            return Ok(at);
        }
        hits.push(self.loose.get(&small(&name)));
        // With other folders before it, but never without one of the image's own in the place of another.
        let is_told = |rest: &str, hit: &Hit| hit.is_err() || hit.is_ok_and(|at| self.is_whole(at, rest));
        hits.extend(cuts(&name).map(|(_, rest)| self.loose.get(&small(rest)).filter(|hit| is_told(rest, hit))));
        let first = hits.into_iter().flatten().next();
        first.map_or(Err(NotFound::None), |hit| hit.map_err(NotFound::Several))
    }

    /// The image of a name that begins with the folders above the images.
    fn below(&self, name: &str) -> Option<usize> {
        let is_above = |before: &str, image: usize| {
            let before: Vec<&str> = before.split('/').filter(|part| !part.is_empty()).collect();
            let above = &self.above[usize::from(image >= self.images.given())];
            let above = above.iter().map(String::as_str).filter(|part| *part != "/");
            before.iter().rev().copied().eq(above.rev().take(before.len()))
        };
        cuts(name).find_map(|(before, rest)| self.images.find_now(rest).filter(|at| is_above(before, *at)))
    }

    /// A name with slashes between its folders, as Windows does not write them, unless an image has that name.
    fn plain(&self, name: &str) -> String {
        let name = composed(name.trim());
        let is_own = |end: &str| end.contains('\\') && self.ends.contains_key(end);
        let name = if ends_of(&name).any(is_own) { name.into_owned() } else { name.replace('\\', "/") };
        name.strip_prefix("./").unwrap_or(&name).to_owned()
    }

    /// Whether a name has all folders of an image.
    fn is_whole(&self, image: usize, name: &str) -> bool {
        let image = &self.images.all()[image];
        let slashes = |name: &str| name.matches('/').count();
        [image.place(), &image.file].iter().any(|whole| slashes(whole) == slashes(name))
    }

    /// The image with this digest; of copies the one that has the name, or had it.
    pub fn find_digest(&self, digest: &str, name: &str) -> Option<usize> {
        let copies = self.by_digest.get(digest)?;
        let named = |of: &dyn Fn(usize) -> bool| copies.iter().copied().find(|at| of(*at));
        let all = self.images.all();
        named(&|at| all[at].file == name).or_else(|| named(&|at| all[at].place() == name)).or(copies.first().copied())
    }

    /// The image that had a name when the project was made, by a table of which only that is known; an error where
    /// another has it by now.
    pub fn find_before(&self, name: &str) -> Result<usize, NotFound> {
        match (self.images.find_now(name), self.images.find(name)) {
            (Some(now), Some(was)) if now != was => Err(NotFound::Renamed([now, was])),
            _ => self.find(name),
        }
    }

    /// Whether a name is that of one image by now and was that of another.
    pub fn is_passed_on(&self, name: &str) -> bool {
        self.images.find(name) != self.images.find_now(name)
    }

    /// The image that an address ends with, whatever stands before.
    pub fn find_address(&self, address: &str) -> Result<usize, NotFound> {
        let address = decoded(address);
        let tail = &self.plain(address.rsplit_once("?d=").map_or(address.as_str(), |(_, path)| path));
        if let Some(at) = self.images.find_now(tail).or_else(|| self.below(tail)) {
            return Ok(at);
        }
        let uploaded = || {
            let (hash, name) = ends_of(tail).last()?.split_once('-')?;
            let is_upload = hash.len() == UPLOAD && hash.chars().all(|c| c.is_ascii_hexdigit());
            self.ends.get(name).filter(|_| is_upload)
        };
        let hit = ends_of(tail).find_map(|end| self.ends.get(end)).or_else(uploaded);
        hit.map_or(Err(NotFound::None), |hit| hit.map_err(NotFound::Several))
    }
}

/// The first folders of a name and what is left of it, the longest rest first.
fn cuts(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.match_indices('/').map(|(slash, _)| (&name[..slash], &name[slash + 1..]))
}

/// A name, and what is left of it without its first folders, the longest first.
fn ends_of(name: &str) -> impl Iterator<Item = &str> {
    std::iter::once(0).chain(name.match_indices('/').map(|(slash, _)| slash + 1)).map(|start| &name[start..])
}

/// A name as others may write it: in small letters, with its ending and without.
fn loose_of(name: &str) -> impl Iterator<Item = String> {
    let name = small(name);
    let stem = name.rsplit_once('.').map(|(stem, _)| stem.to_owned()).filter(|stem| !stem.is_empty());
    stem.into_iter().chain([name])
}

fn small(name: &str) -> String {
    composed(&name.to_lowercase()).into_owned()
}

/// Adds a name of an image to those that are known.
fn add<K: std::hash::Hash + Eq>(names: &mut HashMap<K, Hit>, name: K, at: usize) {
    let hit = names.entry(name).or_insert(Ok(at));
    if let Some(other) = hit.ok().filter(|other| *other != at) {
        *hit = Err([other, at]);
    }
}

/// An address without percent signs.
fn decoded(address: &str) -> String {
    let bytes = address.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::images::{Image, Purpose};

    /// Images by the names that they had, and have.
    fn images(names: &[(&str, &str)]) -> Images {
        let image = |&(file, now): &(&str, &str)| Image {
            file: file.into(),
            digest: format!("digest of {file}"),
            part: Purpose::Pool,
            now: (file != now).then(|| now.to_owned()),
        };
        Images::new(names.iter().map(image).collect()).unwrap()
    }

    #[test]
    fn images_are_found_by_the_names_that_others_write_and_by_no_others() {
        let all = [
            "circle/1.png",
            "circle/2.png",
            "square/1.png",
            "a b.png",
            "top.png",
            " top.png",
            "cafe\u{301}.png",
            "square/IMG3.png",
        ];
        let images = images(&all.map(|name| (name, name)));
        let names = Names::new(&images, Path::new("/home/me/shapes"), Path::new("/home/me/project"));
        let several = |a, b| Err(NotFound::Several([a, b]));
        for (name, at) in [
            ("circle/1.png", Ok(0)),
            ("./circle/1.png", Ok(0)),
            ("circle\\2.png", Ok(1)),
            ("2.png", Ok(1)),
            ("2", Ok(1)),
            ("Circle/2.PNG", Ok(1)),
            ("img3", Ok(7)),
            ("circle/img3.png", Err(NotFound::None)),
            ("1.png", several(0, 2)),
            ("other/1.png", several(0, 2)),
            ("shapes/circle/1.png", Ok(0)),
            ("/home/me/shapes/square/1.png", Ok(2)),
            ("/home/you/shapes/square/1.png", Ok(2)),
            ("other/top.png", Ok(4)),
            ("shapes/top.png", Ok(4)),
            ("top.png", Ok(4)),
            (" top.png", Ok(5)),
            ("top.png ", Ok(4)),
            ("nothing.png", Err(NotFound::None)),
            ("caf\u{e9}.png", Ok(6)),
            ("cafe\u{301}.png", Ok(6)),
        ] {
            assert_eq!(names.find(name), at, "{name}");
        }
        let told = names.find("1.png").unwrap_err().told(&images);
        assert!(told.contains("such as circle/1.png and square/1.png; name it with its folder"), "{told}");
        for (address, at) in [
            ("/data/local-files/?d=shapes/circle/1.png", Ok(0)),
            ("/data/local-files/?d=a%20b.png", Ok(3)),
            ("https://host/x/y/square/1.png", Ok(2)),
            ("https://host/x/1.png", several(0, 2)),
            ("/data/upload/3/0123abcd-top.png", Ok(4)),
            ("/data/upload/3/0123abcd-1.png", several(0, 2)),
            ("/data/upload/3/other-top.png", Err(NotFound::None)),
            ("s3://bucket/none.png", Err(NotFound::None)),
        ] {
            assert_eq!(names.find_address(address), at, "{address}");
        }
    }

    #[test]
    fn an_address_that_two_images_fit_names_both_and_a_backslash_may_be_part_of_a_name() {
        let images = images(&["x.png", "sub dir/x.png", "back\\slash.png", "a/b.png"].map(|name| (name, name)));
        let at = |root: &str, address: &str| {
            Names::new(&images, Path::new(root), Path::new("/project")).find_address(address)
        };
        // The folder of the images says that nothing is between it and the name.
        assert_eq!(at("/me/imgs", "/data/local-files/?d=imgs/x.png"), Ok(0));
        let unclear = at("/me/photos", "/data/local-files/?d=imgs/x.png");
        assert_eq!(unclear, Err(NotFound::Several([0, 1])));
        assert!(unclear.unwrap_err().told(&images).contains("x.png and sub dir/x.png"));
        assert_eq!(at("/me/photos", "/data/local-files/?d=imgs/sub%20dir/x.png"), Ok(1));
        assert_eq!(at("/me/photos", "/data/local-files/?d=imgs/back%5Cslash.png"), Ok(2));
        let names = Names::new(&images, Path::new("/me/imgs"), Path::new("/project"));
        assert_eq!(
            [r"imgs/back\slash.png", r"a\b.png", r"imgs\a\b.png"].map(|name| names.find(name)),
            [Ok(2), Ok(3), Ok(3)]
        );
    }

    #[test]
    fn the_name_that_a_file_has_by_now_comes_before_one_that_another_had() {
        let images = images(&[("in/0.png", "in/1.png"), ("in/1.png", "in/2.png"), ("in/2.png", "in/3.png")]);
        let names = Names::new(&images, Path::new("/images"), Path::new("/project"));
        for (name, at) in [("in/1.png", 0), ("1.png", 0), ("/x/in/2.png", 1), ("3", 2), ("in/0.png", 0), ("0.PNG", 0)] {
            assert_eq!(names.find(name), Ok(at), "{name}");
        }
        assert_eq!(names.find_address("http://host/in/2.png"), Ok(1));
        assert_eq!((images.find("in/1.png"), images.find_now("in/1.png")), (Some(1), Some(0)));
        assert_eq!(names.find_digest("digest of in/2.png", "in/2.png"), Some(2));
        let unclear = names.find_before("in/1.png").unwrap_err();
        assert_eq!((unclear, names.find_before("in/0.png")), (NotFound::Renamed([0, 1]), Ok(0)));
        assert!(
            unclear.told(&images).contains("that was in/0.png, and was that of the one that is in/2.png"),
            "{}",
            unclear.told(&images)
        );
    }
}
