//! The images of a project, read and compared with their digests: moved ones are found again, changed ones named.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::ProjectError;
use super::store::Project;
use crate::dataset::own::fit::fitted;
use crate::dataset::own::listing::Listing;
use crate::dataset::own::opening::Opening;
use crate::dataset::own::picture::Picture;
use crate::dataset::own::{formats, wanted};
use crate::dataset::{Dataset, ImageShape, Split};
use crate::device::ComputeDevice;
use crate::disk;
use crate::experiment::ImageFit;
use crate::generator::cache::GeneratorCache;
use crate::world::{Preparation, side_multiple};

/// The project's own cache, in its folder: its generator, and the decoded images if they are many.
const CACHE: &str = "cache";
/// Names that are told of a long list.
const MOST_TOLD: usize = 10;

/// The images of a project, in its order.
pub struct Pictures {
    /// Where they were found.
    pub place: PathBuf,
    /// All of them, without labels, not padded.
    pub all: Split,
    /// What was noticed, a sentence each.
    pub notes: Vec<String>,
    listing: Listing,
    /// The place in the listing of each image.
    items: Vec<usize>,
}

impl Pictures {
    /// Reads the images of a project, from another place than it knows if one is given. `progress` is told how many of
    /// how many are read, and says whether to go on.
    pub fn read(
        project: &mut Project,
        place: Option<&Path>,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Self, ProjectError> {
        let places = match place {
            Some(place) => vec![place.to_path_buf()],
            None => project.settings().places(project.folder()),
        };
        let there = places.iter().find(|place| place.exists()).cloned();
        let place = there.ok_or_else(|| {
            let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
            let places = places.join(" and not at ");
            ProjectError::Refused(format!("the images are not at {places}; give their place with --images PATH"))
        })?;
        let wanted = wanted(project.experiment());
        let mut opening = Opening::begin(formats::find(&place)?, wanted, Some(&project.folder().join(CACHE)))?;
        let mut notes: Vec<String> = opening.warning().into_iter().collect();
        while opening.advance() {
            let (done, all) = opening.progress();
            if !progress(done, all) {
                return Err(ProjectError::Cancelled);
            }
        }
        let (listing, reading, warning) = opening.finish();
        notes.extend(warning);
        let of_listing: HashMap<&str, usize> =
            listing.items.iter().enumerate().map(|(at, item)| (item.name.as_str(), at)).collect();
        let digests: Vec<String> = reading.contents.iter().map(disk::hex).collect();
        let by_name: HashMap<&str, usize> =
            reading.items.iter().enumerate().map(|(at, item)| (item.name.as_str(), at)).collect();
        let images = project.images().all();
        // By name and digest first, so that of equal images each keeps its own.
        let mut found: Vec<Option<usize>> = vec![None; images.len()];
        let mut taken = vec![false; reading.items.len()];
        for (image, found) in images.iter().zip(&mut found) {
            let at = by_name.get(image.place()).or_else(|| by_name.get(image.file.as_str())).copied();
            *found = at.filter(|&at| digests[at] == image.digest && !taken[at]);
            found.iter().for_each(|&at| taken[at] = true);
        }
        let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
        for at in (0..digests.len()).rev().filter(|&at| !taken[at]) {
            free.entry(digests[at].as_str()).or_default().push(at);
        }
        let (mut lost, mut moved) = (Vec::new(), Vec::new());
        for (image, found) in images.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            *found = free.get_mut(image.digest.as_str()).and_then(Vec::pop);
            match found {
                Some(at) => {
                    taken[*at] = true;
                    moved.push(format!("{} is now {}", image.place(), reading.items[*at].name));
                }
                None if by_name.contains_key(image.place()) => lost.push(format!("{} has changed", image.place())),
                None => {
                    let why = reading.unreadable.iter().find(|u| u.file == image.place());
                    let why = why.map_or("is not there".to_owned(), |u| u.reason.clone());
                    lost.push(format!("{} {why}", image.place()));
                }
            }
        }
        if !lost.is_empty() {
            let (count, all, place) = (lost.len(), images.len(), place.display());
            return Err(ProjectError::Refused(format!(
                "{place}: {count} of the {all} images of the project are not as they were: {}; put them back, or make a \
                 new project of the images with the labels in {}",
                told(&lost),
                project.folder().join(super::log::LABELS).display()
            )));
        }
        let at: Vec<usize> = found.into_iter().flatten().collect();
        let now = at.iter().enumerate().map(|(image, &at)| {
            let name = &reading.items[at].name;
            (image, (*name != images[image].file).then(|| name.clone()))
        });
        let now: Vec<(usize, Option<String>)> = now.collect();
        if !moved.is_empty() {
            notes.push(format!("found under other names: {}", told(&moved)));
        }
        let new = taken.iter().filter(|taken| !**taken).count();
        if new > 0 {
            notes.push(format!("{new} images at {} are not of the project, and are left aside", place.display()));
        }
        let samples: Vec<u32> = at.iter().map(|&at| at as u32).collect();
        let names = at.iter().map(|&at| (reading.items[at].name.clone(), 1));
        let all = Split::new(wanted.shape(), reading.pixels, vec![0; reading.items.len()])?;
        let all = all.subset(&samples).read_from(names);
        let items = at.iter().filter_map(|&at| of_listing.get(reading.items[at].name.as_str()).copied()).collect();
        project.images_are_named(now)?;
        project.images_are_at(&place)?;
        Ok(Self { place, all, notes, listing, items })
    }

    /// The file that holds nothing but this image.
    pub fn file(&self, image: usize) -> Option<PathBuf> {
        self.listing.images.file(*self.items.get(image)?)
    }

    /// An image as it is stored, no side longer than `most` pixels: its planes and their shape; the error is the end of a
    /// sentence that begins with its name.
    pub fn large(&self, image: usize, most: usize) -> Result<(ImageShape, Vec<u8>), String> {
        let item = self.items.get(image).ok_or("is not there")?;
        let picture = self.listing.picture(*item)?;
        let Picture { width, height, channels, .. } = picture;
        let long = width.max(height);
        if long <= most {
            let plane = |channel: usize| picture.values.iter().skip(channel).step_by(channels).copied();
            return Ok((ImageShape { channels, height, width }, (0..channels).flat_map(plane).collect()));
        }
        let square = fitted(&picture, most, ImageFit::Fit);
        let inside = |length: usize| ((length as f64 / long as f64 * most as f64).round() as usize).max(1);
        let shape = ImageShape { channels, height: inside(height), width: inside(width) };
        let (top, left) = ((most - shape.height) / 2, (most - shape.width) / 2);
        let rows =
            (0..channels).flat_map(|channel| (0..shape.height).map(move |y| (channel * most + top + y) * most + left));
        Ok((shape, rows.flat_map(|start| square[start..start + shape.width].iter().copied()).collect()))
    }

    /// Prepares the world of the project: its generator is trained once and kept in its folder.
    pub fn preparation(&self, project: &Project, device: &ComputeDevice) -> Result<Preparation, ProjectError> {
        let embedded: Vec<u32> = (0..project.images().embedded() as u32).collect();
        let experiment = project.experiment();
        let about = format!("own images: {}, {} images", self.listing.format, embedded.len());
        let dataset = Dataset::unlabelled("own", about, self.all.subset(&embedded))?;
        let dataset = dataset.found_in(self.place.display().to_string());
        let cache = GeneratorCache::new(project.folder().join(CACHE));
        Ok(Preparation::new(experiment, None, Some(cache), device).with_dataset(dataset).without_new_runs())
    }

    /// Images of the project, padded as the models need, with these labels.
    pub fn labelled(
        &self,
        project: &Project,
        images: &[(usize, crate::dataset::Class)],
    ) -> Result<Split, ProjectError> {
        let samples: Vec<u32> = images.iter().map(|(image, _)| *image as u32).collect();
        let labels = images.iter().map(|(_, class)| *class).collect();
        let split = self.all.subset(&samples).with_labels(labels)?;
        let multiple = side_multiple(project.experiment());
        Ok(if split.shape().padded(multiple) == split.shape() { split } else { split.padded(multiple) })
    }
}

/// The first names of a list, and how many more there are.
pub(super) fn told(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_TOLD);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
