//! Own images on their way into memory: room for them is looked for first, and decoded ones are taken from the disk.

use std::path::Path;

use super::decoded::Decoded;
use super::formats::Found;
use super::listing::Listing;
use super::reading::{Reader, Reading, Wanted, memory};
use super::tree::size;
use crate::dataset::DataError;
use crate::device;

/// Images being read, a unit of work at a time.
pub struct Opening {
    /// What is being read; `Opening::finish` returns it with the images.
    pub listing: Listing,
    state: State,
    decoded: Option<Decoded>,
    /// What is wrong with decoded images on disk, or why they cannot be kept.
    warning: Option<String>,
}

enum State {
    Reading(Box<Reader>),
    Read(Box<Reading>),
}

impl Opening {
    /// Begins to read what was found; `cache` is the folder of decoded images. Refused if it does not fit into memory.
    pub fn begin(found: Found, wanted: Wanted, cache: Option<&Path>) -> Result<Self, DataError> {
        let takes = memory(&found.listing, wanted) - found.listing.images.held();
        if let Some(free) = device::free_memory().filter(|free| takes > *free) {
            let detail = format!(
                "reading {} images takes {} of memory, and {} are free; choose a smaller `image_side`, grey images, or \
                 fewer of them",
                found.listing.items.len(),
                size(takes),
                size(free)
            );
            return Err(DataError::Format { path: found.tree.path.clone(), detail });
        }
        let decoded = cache.map_or(Ok(None), |folder| Decoded::of(&found, wanted, folder)).unwrap_or_default();
        let (kept, warning) = match decoded.as_ref().map_or(Ok(None), Decoded::load) {
            Ok(kept) => (kept, None),
            Err(spoilt) => (None, Some(format!("{spoilt}; the images are decoded again"))),
        };
        let reader = || State::Reading(Box::new(Reader::new(&found.listing, wanted)));
        let state = kept.map_or_else(reader, |kept| State::Read(Box::new(kept)));
        Ok(Self { listing: found.listing, state, decoded, warning })
    }

    /// How many of how many images are done.
    pub fn progress(&self) -> (usize, usize) {
        let total = self.listing.items.len();
        match &self.state {
            State::Reading(reader) => (reader.done(), total),
            State::Read(_) => (total, total),
        }
    }

    /// Reads the next images; whether there are more.
    pub fn advance(&mut self) -> bool {
        match &mut self.state {
            State::Reading(reader) => reader.advance(&self.listing),
            State::Read(_) => false,
        }
    }

    /// What is to be told, once.
    pub fn warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// All images, and what could not be kept on disk; the rest is read first.
    pub fn finish(mut self) -> (Listing, Reading, Option<String>) {
        while self.advance() {}
        match self.state {
            State::Read(reading) => (self.listing, *reading, self.warning),
            State::Reading(reader) => {
                let reading = reader.finish();
                let kept = self.decoded.map_or(Ok(()), |decoded| decoded.store(&reading));
                let told = kept.err().map(|e| format!("the decoded images could not be cached: {e}"));
                (self.listing, reading, self.warning.or(told))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::*;
    use crate::dataset::own::formats;
    use crate::disk;
    use crate::experiment::{ImageColour, ImageFit};

    const IMAGES: usize = 2_000;

    /// A zip archive of many small images in two classes; the first has the grey value `first`.
    fn archive(first: u8) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for i in 0..IMAGES {
            let value = if i == 0 { first } else { i as u8 };
            let image = image::GrayImage::from_fn(3, 2, |x, y| image::Luma([value ^ (40 * (x + 3 * y)) as u8]));
            let mut png = Cursor::new(Vec::new());
            image.write_to(&mut png, image::ImageFormat::Png).unwrap();
            zip.start_file(format!("{}/{i}.png", i % 2), stored).unwrap();
            zip.write_all(png.get_ref()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn many_images_are_decoded_once_and_again_when_they_or_the_decoded_ones_changed() {
        let root = tempfile::tempdir().unwrap();
        let (path, cache) = (root.path().join("images.zip"), root.path().join("cache"));
        let wanted = Wanted { side: 28, colour: ImageColour::Grey, fit: ImageFit::Fit };
        let begin = || Opening::begin(formats::find(&path).unwrap(), wanted, Some(&cache)).unwrap();
        disk::write_aside(&path, &archive(7)).unwrap();
        let mut opening = begin();
        let (mut units, (mut before, total)) = (1, opening.progress());
        assert_eq!((before, total), (0, IMAGES));
        while opening.advance() {
            let done = opening.progress().0;
            assert!(done > before);
            (units, before) = (units + 1, done);
        }
        assert!(units > 5, "{units} units of work");
        let (_, first, warning) = opening.finish();
        assert_eq!((first.items.len(), warning), (IMAGES, None));

        let again = begin();
        assert_eq!(again.progress(), (IMAGES, IMAGES));
        assert!(again.finish().1 == first);

        let kept = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
        let mut bytes = std::fs::read(&kept).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&kept, bytes).unwrap();
        let (_, decoded, warning) = begin().finish();
        assert!(decoded == first && warning.unwrap().ends_with("the images are decoded again"));

        disk::write_aside(&path, &archive(8)).unwrap();
        assert_eq!(begin().progress().0, 0);
        let (_, other, _) = begin().finish();
        assert!(other.pixels != first.pixels && other.items == first.items);
    }
}
