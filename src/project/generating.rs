//! Images that a strategy generates: decoded, kept in the project, and shown to a person once each.

use std::collections::{HashMap, HashSet};

use super::batch::Pick;
use super::error::{ProjectError, in_file};
use super::generated::{self, GENERATED, Generated};
use super::log::Row;
use super::store::Project;
use crate::dataset::ImageShape;
use crate::history::LatentStep;
use crate::sampler::{Candidate, Place};
use crate::world::World;

/// New images with their pixels.
type New = Vec<(Generated, Vec<u8>)>;

/// The generated images of a batch in the making.
pub(super) struct Generating<'a> {
    project: &'a Project,
    world: &'a World,
    round: usize,
    /// The images by their digests: equal pixels are one image.
    known: HashMap<String, usize>,
    taken: HashSet<usize>,
    /// The images of the points that were taken, in their order.
    images: Vec<usize>,
    new: New,
}

impl<'a> Generating<'a> {
    pub fn new(project: &'a Project, world: &'a World, round: usize) -> Self {
        let given = project.images().given();
        let all = project.generated().iter().enumerate();
        let known = all.map(|(at, image)| (image.digest.clone(), given + at)).collect();
        Self { project, world, round, known, taken: HashSet::new(), images: Vec::new(), new: Vec::new() }
    }

    /// Whether a candidate is to be proposed: not an image that a person has answered already, or one that is in the
    /// batch.
    pub fn takes(&mut self, candidate: &Candidate) -> bool {
        let Place::Point(point) = &candidate.place else { return true };
        if !point.iter().all(|value| value.is_finite()) {
            return false;
        }
        let pixels = self.world.generator.decode_bytes(point);
        let digest = generated::digest(self.world.dataset.shape(), &pixels);
        let next = self.project.images().len() + self.new.len();
        let image = *self.known.entry(digest.clone()).or_insert(next);
        let waits = image == next || self.waits(image);
        if !waits || !self.taken.insert(image) {
            return false;
        }
        if image == next {
            let (file, point) = (generated::file(self.project.generated().len() + self.new.len()), point.clone());
            let (round, strategy) = (self.round, String::new());
            let anchor = candidate.step.as_ref().map(|step| self.anchor(step)).unwrap_or_default();
            self.new.push((Generated { file, digest, round, strategy, anchor, point }, pixels));
        }
        self.images.push(image);
        true
    }

    fn waits(&self, image: usize) -> bool {
        let all = self.project.images().all();
        all.get(image).is_none_or(|image| Row::waits(self.project.log().last(&image.file), self.round))
    }

    /// The name of the image from whose point a step starts.
    fn anchor(&self, step: &LatentStep) -> String {
        let sample = step.parent as usize;
        let image = if sample < self.world.latent.len() { Some(sample) } else { self.project.at_point(&step.from) };
        image.map(|image| self.project.images().all()[image].file.clone()).unwrap_or_default()
    }

    /// The picks of the candidates that were taken, and the images that are new, proposed by `strategy`.
    pub fn picks(mut self, candidates: Vec<Candidate>, strategy: &str) -> (Vec<Pick>, New) {
        self.new.iter_mut().for_each(|(image, _)| image.strategy = strategy.to_owned());
        let given = self.project.images().given();
        let (generated, new) = (self.project.generated(), &self.new);
        let point = |image: usize| {
            let at = image.checked_sub(given)?;
            generated
                .get(at)
                .or_else(|| new.get(at - generated.len()).map(|(image, _)| image))
                .map(|image| &image.point)
        };
        let mut images = self.images.iter();
        let pick = |candidate: Candidate| match candidate.place {
            Place::Sample(image) => Some(Pick { image, score: candidate.score, step: candidate.step }),
            Place::Point(_) => {
                let image = *images.next()?;
                // Another point may have the same image.
                let step = candidate.step.filter(|step| point(image) == Some(&step.to));
                Some(Pick { image: image as u32, score: candidate.score, step })
            }
        };
        let picks = candidates.into_iter().filter_map(pick).collect();
        (picks, self.new)
    }
}

/// Writes new images, which are then of the project.
pub(super) fn keep(project: &mut Project, new: &[(Generated, Vec<u8>)], shape: ImageShape) -> Result<(), ProjectError> {
    if let Some((taken, _)) = new.iter().find(|(image, _)| project.images().find(&image.file).is_some()) {
        let what = format!("an image that was given is called {} too; rename its folder", taken.file);
        return Err(in_file(project.folder().join(GENERATED), what));
    }
    generated::write(project.folder(), project.generated(), new, shape)?;
    project.follow()
}
