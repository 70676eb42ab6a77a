//! Reads every image of a listing on all cores: decoded, looked at, brought to one shape; what cannot be read is left
//! out and named.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fit::fitted;
use super::listing::{Item, Listing, Part, Unreadable};
use super::picture::Changes;
use crate::dataset::ImageShape;
use crate::experiment::{ImageColour, ImageFit};

/// Images that are read at a time.
const CHUNK: usize = 256;
/// An image whose values differ by no more than this of 255 shows nothing.
const NEARLY_CONSTANT: u8 = 4;

/// What images are brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Pixels of a side; images become squares.
    pub side: usize,
    pub colour: ImageColour,
    pub fit: ImageFit,
}

impl Wanted {
    /// One channel for grey and three for RGB, as squares of this side.
    pub fn shape(self) -> ImageShape {
        let channels = match self.colour {
            ImageColour::Grey => 1,
            ImageColour::Rgb => 3,
        };
        ImageShape { channels, height: self.side, width: self.side }
    }
}

/// All images of a listing that can be read, and what was seen of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Those that were read, in the listing's order.
    pub items: Vec<Item>,
    /// Their pixels, channel planes one after the other.
    #[serde(skip)]
    pub pixels: Vec<u8>,
    /// The first 16 bytes of the SHA-256 of each decoded image as it is stored: shape and values.
    pub contents: Vec<[u8; 16]>,
    /// What is left out, those of the listing first, each with the reason.
    pub unreadable: Vec<Unreadable>,
    /// Their shapes (height, width, channels) before, with how many have each.
    pub shapes: BTreeMap<[usize; 3], usize>,
    /// Smallest and largest stored value.
    pub range: [f64; 2],
    /// How many were changed in each way.
    pub changed: Changed,
    /// Names of images whose values hardly differ, in the listing's order.
    pub nearly_constant: Vec<String>,
    /// Images with the same content as an earlier one.
    pub duplicates: Vec<Duplicate>,
}

/// An image with the content of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// Its place among the items that were read.
    pub item: usize,
    /// The place of the first image with that content.
    pub of: usize,
    /// Whether the two have different labels.
    pub disagree: bool,
}

/// How many images were changed in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Values of 16 bits that became 8.
    pub sixteen: usize,
    /// Transparent places that were laid over white.
    pub transparent: usize,
    /// Turned upright, as EXIF data say.
    pub turned: usize,
    /// Colours that became grey.
    pub to_grey: usize,
}

/// An image that was read.
struct Seen {
    shape: [usize; 3],
    range: [f64; 2],
    changes: Changes,
    to_grey: bool,
    constant: bool,
    content: [u8; 16],
    pixels: Vec<u8>,
}

/// Bytes of memory that reading a listing takes: what its files hold already, and the images, twice while they are divided.
pub fn memory(listing: &Listing, wanted: Wanted) -> u64 {
    listing.images.held() + 2 * (listing.items.len() * wanted.shape().len()) as u64
}

/// Reads the images of a listing, some at a time.
pub struct Reader {
    wanted: Wanted,
    reading: Reading,
    /// Items that are done.
    done: usize,
    /// The first image with each content.
    first: HashMap<[u8; 16], usize>,
}

impl Reader {
    pub(super) fn new(listing: &Listing, wanted: Wanted) -> Self {
        let reading = Reading {
            items: Vec::with_capacity(listing.items.len()),
            pixels: Vec::with_capacity(listing.items.len() * wanted.shape().len()),
            contents: Vec::with_capacity(listing.items.len()),
            unreadable: listing.unreadable.clone(),
            shapes: BTreeMap::new(),
            range: [f64::INFINITY, f64::NEG_INFINITY],
            changed: Changed::default(),
            nearly_constant: Vec::new(),
            duplicates: Vec::new(),
        };
        Self { wanted, reading, done: 0, first: HashMap::new() }
    }

    /// How many images are done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Reads the next images on all cores; whether there are more.
    pub fn advance(&mut self, listing: &Listing) -> bool {
        let end = listing.items.len().min(self.done + CHUNK);
        let seen: Vec<Result<Seen, String>> =
            (self.done..end).into_par_iter().map(|i| see(listing, i, self.wanted)).collect();
        for (item, seen) in listing.items[self.done..end].iter().zip(seen) {
            match seen {
                Ok(seen) => self.reading.take(item, seen, &mut self.first),
                Err(reason) => self.reading.unreadable.push(Unreadable::new(item.name.clone(), reason)),
            }
        }
        self.done = end;
        end < listing.items.len()
    }

    pub(super) fn finish(self) -> Reading {
        self.reading
    }
}

/// The first 16 bytes of the SHA-256 of an image's height, width, channels and values.
pub fn content_of(shape: [usize; 3], values: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    shape.iter().for_each(|side| hash.update((*side as u64).to_le_bytes()));
    hash.update(values);
    let mut content = [0; 16];
    content.copy_from_slice(&hash.finalize()[..16]);
    content
}

fn see(listing: &Listing, item: usize, wanted: Wanted) -> Result<Seen, String> {
    let picture = listing.picture(item)?;
    let shape = [picture.height, picture.width, picture.channels];
    let content = content_of(shape, &picture.values);
    let (low, high) = picture.values.iter().fold((u8::MAX, 0), |(l, h), v| (l.min(*v), h.max(*v)));
    let (range, changes) = (picture.range, picture.changes);
    let to_grey = wanted.colour == ImageColour::Grey && picture.channels == 3;
    let picture = match wanted.colour {
        ImageColour::Grey => picture.to_grey(),
        ImageColour::Rgb => picture.to_rgb(),
    };
    let pixels = fitted(&picture, wanted.side, wanted.fit);
    Ok(Seen { shape, range, changes, to_grey, constant: high - low <= NEARLY_CONSTANT, content, pixels })
}

impl Reading {
    fn take(&mut self, item: &Item, seen: Seen, first: &mut HashMap<[u8; 16], usize>) {
        *self.shapes.entry(seen.shape).or_default() += 1;
        self.range = [self.range[0].min(seen.range[0]), self.range[1].max(seen.range[1])];
        self.changed.sixteen += usize::from(seen.changes.sixteen);
        self.changed.transparent += usize::from(seen.changes.transparent);
        self.changed.turned += usize::from(seen.changes.turned);
        self.changed.to_grey += usize::from(seen.to_grey);
        if seen.constant {
            self.nearly_constant.push(item.name.clone());
        }
        match first.get(&seen.content) {
            Some(&of) => {
                let disagree = self.items[of].label != item.label;
                self.duplicates.push(Duplicate { item: self.items.len(), of, disagree });
            }
            None => drop(first.insert(seen.content, self.items.len())),
        }
        self.contents.push(seen.content);
        self.items.push(item.clone());
        self.pixels.extend(seen.pixels);
    }

    /// The shape that most images have.
    pub fn usual_shape(&self) -> [usize; 3] {
        let most = self.shapes.iter().max_by_key(|(shape, count)| (**count, std::cmp::Reverse(**shape)));
        most.map_or([0; 3], |(shape, _)| *shape)
    }

    /// How many images of each split are there, in the order of the splits; `None` for those given in no split.
    pub fn splits(&self) -> BTreeMap<Option<Part>, usize> {
        let mut splits = BTreeMap::new();
        self.items.iter().for_each(|item| *splits.entry(item.part).or_default() += 1);
        splits
    }
}
