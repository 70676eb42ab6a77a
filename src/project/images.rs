//! `images.csv`: the images of a project by name and digest, and what each is for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::error::{ProjectError, in_file, unread};
use super::generated::Generated;
use crate::archive;
use crate::paths::{self, composed};

/// The file, in the folder of its project.
pub const IMAGES: &str = "images.csv";
const COLUMNS: [&str; 4] = ["file", "digest", "part", "now"];
/// The name of an uploaded file in Label Studio begins with so many hexadecimal digits and a hyphen.
const UPLOAD: usize = 8;

/// What an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It may be proposed and trained on.
    Pool,
    /// Drawn from the pool for the test: in the latent space like all others, and its label is never trained on.
    Drawn,
    /// Kept for the test by the splits of an experiment.
    Test,
    /// Used for nothing, by the splits of an experiment.
    Aside,
    /// Decoded from a latent point, in a table of its own.
    Generated,
}

impl Part {
    const GIVEN: [Self; 4] = [Self::Pool, Self::Drawn, Self::Test, Self::Aside];

    pub fn name(self) -> &'static str {
        match self {
            Self::Pool => "pool",
            Self::Drawn => "drawn",
            Self::Test => "test",
            Self::Aside => "aside",
            Self::Generated => "generated",
        }
    }

    /// Whether the latent space holds it.
    pub fn is_embedded(self) -> bool {
        matches!(self, Self::Pool | Self::Drawn)
    }

    /// Whether it may be proposed and trained on.
    pub fn is_proposed(self) -> bool {
        matches!(self, Self::Pool | Self::Generated)
    }

    /// Whether its label is for the test.
    pub fn is_test(self) -> bool {
        matches!(self, Self::Drawn | Self::Test)
    }
}

/// An image of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its name when the project was made, which the labels have.
    pub file: String,
    /// The first 16 bytes of the SHA-256 of its pixels, in hex.
    pub digest: String,
    pub part: Part,
    /// Its name by now, if it was moved since.
    pub now: Option<String>,
}

impl Image {
    /// The name that it has by now.
    pub fn place(&self) -> &str {
        self.now.as_deref().unwrap_or(&self.file)
    }
}

/// All images of a project.
///
/// Invariant: names are unique, those of the latent space come first, in the order of its samples, and generated ones last.
#[derive(Debug, Clone)]
pub struct Images {
    all: Vec<Image>,
    by_name: HashMap<String, usize>,
}

impl Images {
    /// Images in their order; the error names one that is there twice.
    pub fn new(all: Vec<Image>) -> Result<Self, String> {
        if !all.is_sorted_by_key(|image| (!image.part.is_embedded(), image.part == Part::Generated)) {
            return Err("images of the pool stand behind others".into());
        }
        let mut by_name = HashMap::new();
        for (at, image) in all.iter().enumerate() {
            if by_name.insert(image.file.clone(), at).is_some() {
                return Err(format!("{} is there twice", image.file));
            }
        }
        for (at, now) in all.iter().enumerate().filter_map(|(at, image)| Some((at, image.now.clone()?))) {
            by_name.entry(now).or_insert(at);
        }
        Ok(Self { all, by_name })
    }

    pub fn read(path: &Path) -> Result<Self, ProjectError> {
        let bytes = paths::read(path).map_err(|e| unread(path, &e))?;
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let cut = |e: csv::Error| in_file(path, format!("is damaged ({e}); put back a copy of it"));
        if reader.headers().map_err(cut)?.iter().ne(COLUMNS) {
            return Err(in_file(path, format!("its first line is not {}", COLUMNS.join(","))));
        }
        let mut all = Vec::new();
        for record in reader.records() {
            let record = record.map_err(cut)?;
            let part = Part::GIVEN.into_iter().find(|part| part.name() == &record[2]);
            let part = part.ok_or_else(|| in_file(path, format!("`{}` is no part", &record[2])))?;
            let now = Some(record[3].to_owned()).filter(|now| !now.is_empty());
            all.push(Image { file: record[0].to_owned(), digest: record[1].to_owned(), part, now });
        }
        Self::new(all).map_err(|what| in_file(path, what))
    }

    pub fn write(&self, path: &Path) -> Result<(), ProjectError> {
        let mut table = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| in_file(path, e);
        table.write_record(COLUMNS).map_err(failed)?;
        for image in &self.all[..self.given()] {
            let now = image.now.as_deref().unwrap_or_default();
            table.write_record([&image.file, &image.digest, image.part.name(), now]).map_err(failed)?;
        }
        let bytes = table.into_inner().map_err(|e| in_file(path, e))?;
        Ok(archive::write_atomically(path, &bytes)?)
    }

    pub fn all(&self) -> &[Image] {
        &self.all
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The images that were given to the project: all but the generated ones.
    pub fn given(&self) -> usize {
        self.all.partition_point(|image| image.part != Part::Generated)
    }

    /// Takes in generated images behind all others.
    pub fn extend(&mut self, generated: &[Generated]) -> Result<(), String> {
        let image =
            |g: &Generated| Image { file: g.file.clone(), digest: g.digest.clone(), part: Part::Generated, now: None };
        *self = Self::new(self.all.iter().cloned().chain(generated.iter().map(image)).collect())?;
        Ok(())
    }

    /// The images in the latent space.
    pub fn embedded(&self) -> usize {
        self.all.partition_point(|image| image.part.is_embedded())
    }

    /// The place of the image with this name, as it was or is.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether an image of the pool is here.
    pub fn is_pooled(&self, image: usize) -> bool {
        self.all.get(image).is_some_and(|image| image.part == Part::Pool)
    }

    /// Draws images of the pool for the test.
    pub fn draw(&mut self, images: &[usize]) {
        images.iter().for_each(|&at| self.all[at].part = Part::Drawn);
    }

    /// Gives drawn images back to the pool.
    pub fn give_back(&mut self, images: &[usize]) {
        images.iter().for_each(|&at| self.all[at].part = Part::Pool);
    }

    /// Takes over the names that images have by now.
    pub fn moved(&mut self, now: impl IntoIterator<Item = (usize, Option<String>)>) -> Result<(), String> {
        let mut all = self.all.clone();
        now.into_iter().for_each(|(at, now)| all[at].now = now);
        *self = Self::new(all)?;
        Ok(())
    }
}

/// Images by names that others write: with other folders above, or with fewer.
pub struct Names<'a> {
    images: &'a Images,
    /// The end of a name, from any of its folders on, with its accents composed; `None` if several images have it.
    ends: HashMap<Cow<'a, str>, Option<usize>>,
    /// The folders above the images, and above the generated ones, the nearest last.
    above: [Vec<String>; 2],
}

impl<'a> Names<'a> {
    /// Names of images that lie in the folder `root`, and of generated ones in that of their `project`.
    pub fn new(images: &'a Images, root: &Path, project: &Path) -> Self {
        let mut ends: HashMap<Cow<'_, str>, Option<usize>> = HashMap::new();
        for (at, image) in images.all().iter().enumerate() {
            for name in [Some(image.file.as_str()), image.now.as_deref()].into_iter().flatten() {
                let starts = name.match_indices('/').map(|(slash, _)| slash + 1).chain([0]);
                for start in starts {
                    ends.entry(composed(&name[start..]))
                        .and_modify(|other| *other = other.filter(|other| *other == at))
                        .or_insert(Some(at));
                }
            }
        }
        let above = [root, project];
        let above = above.map(|path| path.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect());
        Self { images, ends, above }
    }

    /// The image of this name: with the folders above it, or without some of its own if no other has that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        if let Some(at) = self.images.find(name) {
            return Some(at);
        }
        let name = plain(name);
        if let Some(at) = self.images.find(&name).or_else(|| self.ends.get(name.as_str()).copied().flatten()) {
            return Some(at);
        }
        let is_above = |before: &str, image: usize| {
            let before: Vec<&str> = before.split('/').filter(|part| !part.is_empty()).collect();
            let above = &self.above[usize::from(image >= self.images.given())];
            let above = above.iter().map(String::as_str).filter(|part| *part != "/");
            before.iter().rev().copied().eq(above.rev().take(before.len()))
        };
        let mut cuts = name.match_indices('/').map(|(slash, _)| (&name[..slash], &name[slash + 1..]));
        cuts.find_map(|(before, rest)| self.images.find(rest).filter(|image| is_above(before, *image)))
    }

    /// The image that an address ends with, whatever stands before.
    pub fn find_address(&self, address: &str) -> Option<usize> {
        let address = plain(&decoded(address));
        let tail = address.rsplit_once("?d=").map_or(address.as_str(), |(_, path)| path);
        let starts = std::iter::once(0).chain(tail.match_indices('/').map(|(slash, _)| slash + 1));
        let found = starts.clone().find_map(|start| self.ends.get(&tail[start..]).copied().flatten());
        found.or_else(|| {
            let (hash, name) = tail[starts.last()?..].split_once('-')?;
            let is_upload = hash.len() == UPLOAD && hash.chars().all(|c| c.is_ascii_hexdigit());
            self.ends.get(name).copied().flatten().filter(|_| is_upload)
        })
    }
}

fn plain(name: &str) -> String {
    let name = composed(name.trim()).replace('\\', "/");
    name.strip_prefix("./").unwrap_or(&name).to_owned()
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

/// The place of an image in a random order, the same at any time: whoever stops within the test has labelled a random part of
/// it, although files have the order of their classes (the finaliser of SplitMix64).
pub(super) fn scattered(image: usize) -> u64 {
    let mixed = (image as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(names: &[&str]) -> Images {
        let image = |name: &&str| Image { file: (*name).into(), digest: "0".into(), part: Part::Pool, now: None };
        Images::new(names.iter().map(image).collect()).unwrap()
    }

    #[test]
    fn images_are_found_by_the_names_that_others_write_and_by_no_others() {
        let images = images(&[
            "circle/1.png",
            "circle/2.png",
            "square/1.png",
            "a b.png",
            "top.png",
            " top.png",
            "cafe\u{301}.png",
        ]);
        let names = Names::new(&images, Path::new("/home/me/shapes"), Path::new("/home/me/project"));
        for (name, at) in [
            ("circle/1.png", Some(0)),
            ("./circle/1.png", Some(0)),
            ("circle\\2.png", Some(1)),
            ("2.png", Some(1)),
            ("1.png", None),
            ("shapes/circle/1.png", Some(0)),
            ("/home/me/shapes/square/1.png", Some(2)),
            ("/home/you/shapes/square/1.png", None),
            ("other/top.png", None),
            ("shapes/top.png", Some(4)),
            ("top.png", Some(4)),
            (" top.png", Some(5)),
            ("top.png ", Some(4)),
            ("nothing.png", None),
            ("caf\u{e9}.png", Some(6)),
            ("cafe\u{301}.png", Some(6)),
        ] {
            assert_eq!(names.find(name), at, "{name}");
        }
        for (address, at) in [
            ("/data/local-files/?d=shapes/circle/1.png", Some(0)),
            ("/data/local-files/?d=a%20b.png", Some(3)),
            ("https://host/x/y/square/1.png", Some(2)),
            ("/data/upload/3/0123abcd-top.png", Some(4)),
            ("/data/upload/3/0123abcd-1.png", None),
            ("/data/upload/3/other-top.png", None),
            ("s3://bucket/none.png", None),
        ] {
            assert_eq!(names.find_address(address), at, "{address}");
        }
    }

    #[test]
    fn the_table_reads_back_and_keeps_its_invariant() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(IMAGES);
        let mut images = images(&["a.png", "b,\n\"c\".png", "d.png"]);
        images.draw(&[1]);
        images.moved([(2, Some("e.png".into()))]).unwrap();
        images.write(&path).unwrap();
        let read = Images::read(&path).unwrap();
        assert_eq!((read.all(), read.embedded()), (images.all(), 3));
        assert_eq!((read.find("e.png"), read.find("d.png"), read.all()[2].place()), (Some(2), Some(2), "e.png"));
        let image = |file: &str, part| Image { file: file.into(), digest: String::new(), part, now: None };
        for (bad, says) in [
            (vec![image("a", Part::Pool), image("a", Part::Pool)], "twice"),
            (vec![image("a", Part::Test), image("b", Part::Pool)], "behind others"),
        ] {
            assert!(Images::new(bad).unwrap_err().contains(says));
        }
    }
}
