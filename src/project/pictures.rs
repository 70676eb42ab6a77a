//! The images of a project, read and compared with their digests: moved ones are found again, changed ones named.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::error::{ProjectError, in_file};
use super::generated::{self, Generated};
use super::images::Image;
use super::rounds;
use super::store::Project;
use super::words::{counted, verb};
use crate::dataset::own::fit::fitted;
use crate::dataset::own::formats::{self, Found};
use crate::dataset::own::listing::Listing;
use crate::dataset::own::opening::Opening;
use crate::dataset::own::picture::Picture;
use crate::dataset::own::reading::content_of;
use crate::dataset::own::wanted;
use crate::dataset::{Class, Dataset, ImageShape, Split};
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
    /// All that were given, without labels, not padded.
    pub all: Split,
    /// What was noticed, a sentence each.
    pub notes: Vec<String>,
    listing: Listing,
    /// The place in the listing of each image that was given.
    items: Vec<usize>,
    /// What each of them holds.
    contents: Vec<[u8; 16]>,
    /// The folder of the project, where the generated ones lie.
    folder: PathBuf,
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
        let (found, passed_over) = found_at(&place, project)?;
        let mut opening = Opening::begin(found, wanted, Some(&project.folder().join(CACHE)))?;
        let mut notes: Vec<String> = passed_over.into_iter().chain(opening.warning()).collect();
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
        let images = &project.images().all()[..project.images().given()];
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
        let mut lost_generated = Vec::new();
        for Generated { file, digest, .. } in project.generated() {
            match generated::pixels(&project.folder().join(file)) {
                Ok((_, _, now)) if now == *digest => {}
                Ok(_) => lost_generated.push(format!("{file} has changed")),
                Err(why) => lost_generated.push(format!("{file} {why}")),
            }
        }
        if !lost_generated.is_empty() {
            let (count, all) = (lost_generated.len(), counted(project.generated().len(), "generated image"));
            let are = verb(count, "is", "are");
            let what = format!("{count} of the {all} {are} not as before: {}", told(&lost_generated));
            return Err(in_file(project.folder(), format!("{what}; put them back from a copy of the project")));
        }
        if !lost.is_empty() {
            let (count, all, place) = (lost.len(), project.images().given(), place.display());
            let (images, are) = (counted(all, "image"), verb(count, "is", "are"));
            return Err(ProjectError::Refused(format!(
                "{place}: {count} of the {images} of the project {are} not as before: {}; put them back, or make a \
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
            let (images, are) = (counted(new, "image"), verb(new, "is", "are"));
            notes.push(format!("{images} at {} {are} not of the project, and {are} left aside", place.display()));
        }
        let samples: Vec<u32> = at.iter().map(|&at| at as u32).collect();
        let names = at.iter().map(|&at| (reading.items[at].name.clone(), 1));
        let all = Split::new(wanted.shape(), reading.pixels, vec![0; reading.items.len()])?;
        let all = all.subset(&samples).read_from(names);
        let items = at.iter().filter_map(|&at| of_listing.get(reading.items[at].name.as_str()).copied()).collect();
        let contents = at.iter().map(|&at| reading.contents[at]).collect();
        project.images_are_named(now)?;
        project.images_are_at(&place)?;
        Ok(Self { place, all, notes, listing, items, contents, folder: project.folder().into() })
    }

    /// The file that holds nothing but this image.
    pub fn file(&self, image: usize) -> Option<PathBuf> {
        if let Some(generated) = self.generated(image) {
            return Some(generated);
        }
        self.listing.images.file(*self.items.get(image)?)
    }

    /// Where an image lies, if it was generated.
    fn generated(&self, image: usize) -> Option<PathBuf> {
        let number = image.checked_sub(self.all.len())?;
        Some(self.folder.join(generated::file(number)))
    }

    /// Whether an image was generated: it is shown as it is stored only.
    pub fn is_generated(&self, image: usize) -> bool {
        image >= self.all.len()
    }

    /// The pixels of a generated image, as the models see it.
    pub(super) fn generated_pixels(&self, project: &Project, image: usize) -> Result<Vec<u8>, ProjectError> {
        let refused = |what: &str| {
            let Image { file, .. } = &project.images().all()[image];
            in_file(self.folder.join(file), format!("{what}; put it back from a copy of the project"))
        };
        let path = self.generated(image).ok_or_else(|| refused("was not generated"))?;
        let (_, pixels, digest) = generated::pixels(&path).map_err(|why| refused(&why))?;
        let is_same = project.images().all()[image].digest == digest;
        if is_same { Ok(pixels) } else { Err(refused("has changed")) }
    }

    /// An image as it is stored, no side longer than `most` pixels: its planes and their shape; the error is the end of a
    /// sentence that begins with its name.
    pub fn large(&self, image: usize, most: usize) -> Result<(ImageShape, Vec<u8>), String> {
        if let Some(path) = self.generated(image) {
            return generated::pixels(&path).map(|(shape, pixels, _)| (shape, pixels));
        }
        let item = self.items.get(image).ok_or("is not there")?;
        let picture = self.listing.picture(*item)?;
        let Picture { width, height, channels, .. } = picture;
        if content_of([height, width, channels], &picture.values) != self.contents[image] {
            return Err("has changed since the project was opened".into());
        }
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
        rounds::admit_images(project, dataset.digest())?;
        let cache = GeneratorCache::new(project.folder().join(CACHE));
        let preparation = Preparation::new(experiment, None, Some(cache), device).with_dataset(dataset);
        // People label what is generated.
        Ok(preparation.for_strategies(&[]).without_new_runs())
    }

    /// Images of the project, padded as the models need, with these labels.
    pub fn labelled(&self, project: &Project, images: &[(usize, Class)]) -> Result<Split, ProjectError> {
        let given = images.iter().map(|(image, _)| *image).filter(|image| !self.is_generated(*image));
        let samples: Vec<u32> = given.map(|image| image as u32).collect();
        let labels: Vec<Class> = images.iter().map(|(_, class)| *class).collect();
        let split = self.all.subset(&samples);
        let multiple = side_multiple(project.experiment());
        let split = if split.shape().padded(multiple) == split.shape() { split } else { split.padded(multiple) };
        if samples.len() == images.len() {
            return Ok(split.with_labels(labels)?);
        }
        let (mut pixels, mut next) = (Vec::with_capacity(images.len() * split.shape().len()), 0);
        for (image, _) in images {
            match self.is_generated(*image) {
                true => pixels.extend(self.generated_pixels(project, *image)?),
                false => {
                    pixels.extend_from_slice(split.image(next));
                    next += 1;
                }
            }
        }
        Ok(Split::new(split.shape(), pixels, labels)?)
    }
}

/// The images at a place, and what is to be noted: a table that was put beside them since has no say in what the images of
/// the project are.
fn found_at(place: &Path, project: &Project) -> Result<(Found, Option<String>), ProjectError> {
    let known: HashSet<&str> =
        project.images().all().iter().flat_map(|image| [image.place(), image.file.as_str()]).collect();
    let there = |found: &Found| found.listing.items.iter().filter(|item| known.contains(item.name.as_str())).count();
    let found = formats::find_to_label(place);
    let count = found.as_ref().map_or(0, &there);
    if count < project.images().given()
        && let Ok(Found { listing, tree }) = formats::find_files(place)
        && let files = (Found { listing: listing.with_beside(), tree })
        && there(&files) > count
    {
        let note = "tables that lie among the images now are passed over, so that the images of the project are found";
        return Ok((files, Some(note.into())));
    }
    Ok((found?, None))
}

/// The first names of a list, and how many more there are.
pub(super) fn told(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_TOLD);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
