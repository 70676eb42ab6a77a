//! `images.csv`: the images of a project by name and digest, and what each is for.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::error::{ProjectError, admit_filled, in_file, unread};
use super::generated::Generated;
use crate::archive;
use crate::disk;
use crate::paths;

/// The file, in the folder of its project.
pub const IMAGES: &str = "images.csv";
const COLUMNS: [&str; 4] = ["file", "digest", "part", "now"];

/// What an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
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

impl Purpose {
    const GIVEN: [Self; 4] = [Self::Pool, Self::Drawn, Self::Test, Self::Aside];

    /// The word in the column `part` of `images.csv`.
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
    /// What it is for.
    pub part: Purpose,
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
    /// By the names that they had, which the labels have.
    by_file: HashMap<String, usize>,
    /// By the names that they have by now.
    by_place: HashMap<String, usize>,
    /// The given images that have copies, with these.
    copies: Vec<Vec<usize>>,
}

impl Images {
    /// Images in their order; the error names one that is there twice.
    pub fn new(all: Vec<Image>) -> Result<Self, String> {
        if !all.is_sorted_by_key(|image| (!image.part.is_embedded(), image.part == Purpose::Generated)) {
            return Err("images of the pool stand behind others".into());
        }
        let (mut by_file, mut by_place) = (HashMap::new(), HashMap::new());
        for (at, image) in all.iter().enumerate() {
            if by_file.insert(image.file.clone(), at).is_some() {
                return Err(format!("{} is there twice", image.file));
            }
            by_place.entry(image.place().to_owned()).or_insert(at);
        }
        let mut of_digest: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, image) in all.iter().enumerate().filter(|(_, image)| image.part != Purpose::Generated) {
            of_digest.entry(&image.digest).or_default().push(at);
        }
        let copies = of_digest.into_values().filter(|group| group.len() > 1).collect();
        Ok(Self { all, by_file, by_place, copies })
    }

    pub(super) fn read(path: &Path) -> Result<Self, ProjectError> {
        let bytes = paths::read(path).map_err(|e| unread(path, &e))?;
        admit_filled(path, &bytes)?;
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let cut = |e: csv::Error| in_file(path, format!("is damaged ({e}); put back a copy of it"));
        if reader.headers().map_err(cut)?.iter().ne(COLUMNS) {
            return Err(in_file(path, format!("its first line is not {}", COLUMNS.join(","))));
        }
        let mut all = Vec::new();
        for record in reader.records() {
            let record = record.map_err(cut)?;
            let part = Purpose::GIVEN.into_iter().find(|part| part.name() == &record[2]);
            let part = part.ok_or_else(|| in_file(path, format!("`{}` is no part", &record[2])))?;
            let now = Some(record[3].to_owned()).filter(|now| !now.is_empty());
            all.push(Image { file: record[0].to_owned(), digest: record[1].to_owned(), part, now });
        }
        Self::new(all).map_err(|what| in_file(path, what))
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), ProjectError> {
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

    /// In the order of their places: those of the latent space first, generated ones last.
    pub fn all(&self) -> &[Image] {
        &self.all
    }

    /// Images given and generated.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is no image at all.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The images that were given to the project: all but the generated ones.
    pub fn given(&self) -> usize {
        self.all.partition_point(|image| image.part != Purpose::Generated)
    }

    /// Takes in generated images behind all others.
    pub fn extend(&mut self, generated: &[Generated]) -> Result<(), String> {
        let image = |g: &Generated| Image {
            file: g.file.clone(),
            digest: g.digest.clone(),
            part: Purpose::Generated,
            now: None,
        };
        *self = Self::new(self.all.iter().cloned().chain(generated.iter().map(image)).collect())?;
        Ok(())
    }

    /// A digest of the names and pixels of the given images, in their order, which never change.
    pub fn digest(&self) -> String {
        let given = self.all[..self.given()].iter();
        disk::sha256(given.map(|image| format!("{}\0{}\n", image.file, image.digest)).collect::<String>())
    }

    /// The images in the latent space.
    pub fn embedded(&self) -> usize {
        self.all.partition_point(|image| image.part.is_embedded())
    }

    /// The image that had this name when the project was made, as the labels name it; else the one that has it by now.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_file.get(name).or_else(|| self.by_place.get(name)).copied()
    }

    /// The image that has this name by now, as the files are called; else the one that had it when the project was made.
    pub fn find_now(&self, name: &str) -> Option<usize> {
        self.by_place.get(name).or_else(|| self.by_file.get(name)).copied()
    }

    /// The given images that have the same pixels as others, in groups.
    pub fn copies(&self) -> &[Vec<usize>] {
        &self.copies
    }

    /// Whether an image of the pool is here.
    pub fn is_pooled(&self, image: usize) -> bool {
        self.all.get(image).is_some_and(|image| image.part == Purpose::Pool)
    }

    /// Draws images of the pool for the test.
    pub fn draw(&mut self, images: &[usize]) {
        images.iter().for_each(|&at| self.all[at].part = Purpose::Drawn);
    }

    /// Gives drawn images back to the pool.
    pub fn give_back(&mut self, images: &[usize]) {
        images.iter().for_each(|&at| self.all[at].part = Purpose::Pool);
    }

    /// Takes over the names that images have by now.
    pub fn moved(&mut self, now: impl IntoIterator<Item = (usize, Option<String>)>) -> Result<(), String> {
        let mut all = self.all.clone();
        now.into_iter().for_each(|(at, now)| all[at].now = now);
        *self = Self::new(all)?;
        Ok(())
    }
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
        let image = |name: &&str| Image { file: (*name).into(), digest: "0".into(), part: Purpose::Pool, now: None };
        Images::new(names.iter().map(image).collect()).unwrap()
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
            (vec![image("a", Purpose::Pool), image("a", Purpose::Pool)], "twice"),
            (vec![image("a", Purpose::Test), image("b", Purpose::Pool)], "behind others"),
        ] {
            assert!(Images::new(bad).unwrap_err().contains(says));
        }
    }
}
