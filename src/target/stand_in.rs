//! The stand-in labeller, which takes the place of a labelling tool (S in Algorithm 2): a classifier trained on the
//! whole labelled train split, then frozen. Not in the paper: it lets SI run on digits, which no simulation labels.
//!
//! It is trained on every label of the train split, which no sampler sees, and on none of validation or test.

use std::path::PathBuf;
use std::time::Instant;

use super::model::{FrozenTarget, Target, prediction};
use crate::cache;
use crate::dataset::{Class, Dataset, ImageShape, Split};
use crate::device::ComputeDevice;
use crate::disk;
use crate::experiment::{DatasetKind, Digest, Experiment, TargetKind};
use crate::labelling::simulation::MadeSample;
use crate::labelling::{ImageRef, Label, LabellingTool, Refusal};
use crate::rng::{Rng, Streams};

/// Its name wherever its labels are shown.
pub const NAME: &str = "stand-in labeller: frozen classifier";
/// Must change when the same data and settings lead to another classifier than before.
const RECIPE: &str = "stand-in-1";
/// Its training is part of the data, so it does not use F's settings.
const BATCH: usize = 64;
const LEARNING_RATE: f64 = 1e-3;
/// PyTorch's default.
const ADAM_EPSILON: f32 = 1e-8;
/// A decoded image is rounded to these grey levels, those of the data set, before it is labelled and stored.
const GREY_LEVELS: f32 = 255.0;

/// The trained classifier.
pub struct StandIn {
    model: FrozenTarget,
    shape: ImageShape,
    minibatches: usize,
    /// Percent correct on the validation split; `None` if there is no such split.
    accuracy: Option<f32>,
}

impl LabellingTool for StandIn {
    fn name(&self) -> &str {
        NAME
    }

    fn label(&self, image: ImageRef<'_>) -> Result<Label, Refusal> {
        let pixels = image.in_shape(self.shape)?;
        let row = self.model.log_probabilities(pixels.to_vec());
        if pixels.iter().chain(&row).any(|v| !v.is_finite()) {
            return Err(Refusal::NonFinite { what: "image or its probabilities" });
        }
        Ok(Label::Class(usize::from(prediction(&row, 0).0)))
    }
}

impl StandIn {
    /// The origin of its labels, for display.
    pub fn origin(&self) -> String {
        let trained = format!("{NAME} (LeNet, {} minibatches of the train split)", self.minibatches);
        match self.accuracy {
            Some(percent) => format!("{trained}, {percent:.1} % on validation"),
            None => format!("{trained}, accuracy not measured: no validation split"),
        }
    }

    /// Percent correct on the validation split.
    pub fn accuracy(&self) -> Option<f32> {
        self.accuracy
    }

    /// The label of a decoded image in [0, 1], rounded to the grey levels of the data set.
    pub fn label_image(&self, pixels: &[f32]) -> Result<MadeSample, Refusal> {
        let start = Instant::now();
        let image: Vec<f32> = pixels.iter().map(|v| (v * GREY_LEVELS).round() / GREY_LEVELS).collect();
        let ImageShape { width, height, .. } = self.shape;
        let Label::Class(class) = self.label(ImageRef { width, height, pixels: &image })? else {
            return Err(Refusal::Program { program: NAME.into(), reason: "it returned no class".into() });
        };
        Ok(MadeSample { image, label: class as Class, map: None, seconds: start.elapsed().as_secs_f32() })
    }
}

/// A stand-in labeller in training: one minibatch at a time, then its validation, chunk by chunk.
pub struct StandInTraining {
    target: Target,
    streams: Streams,
    minibatches: usize,
    step: usize,
    pass: u64,
    /// Train samples left in this pass, last first.
    deck: Vec<u32>,
    /// The classifier, once it is trained.
    model: Option<FrozenTarget>,
    looked: usize,
    correct: usize,
    /// The file that it is saved in, with its key.
    file: Option<(PathBuf, String)>,
    /// Whether it was loaded from there.
    found: bool,
    /// Why it is trained although a file of it is there.
    spoilt: Option<String>,
}

impl StandInTraining {
    /// A stand-in labeller in training; if it is saved in `folder`, it is loaded instead of trained.
    pub fn new(
        experiment: &Experiment,
        dataset: &Dataset,
        folder: Option<&std::path::Path>,
        device: &ComputeDevice,
    ) -> Self {
        let own = Experiment {
            dataset: DatasetKind::Digits,
            target: TargetKind::LeNet,
            learning_rate: LEARNING_RATE,
            adam_epsilon: ADAM_EPSILON,
            ..experiment.clone()
        };
        // A root of its own, so that its initial weights are those of no run.
        let streams = Streams::new(Streams::new(experiment.labeller_seed).get("stand-in", 0).next_u64());
        let mut target = Target::new(&own, dataset.shape(), dataset.classes.len(), &streams, device);
        let key = digest(experiment, dataset);
        let file = folder.map(|f| (f.join(format!("{key}.burnpack")), key));
        let saved = file.as_ref().map_or(Ok(None), |(path, key)| cache::read(path, key));
        let loaded = saved.map_err(|e| e.to_string()).and_then(|saved| match saved {
            Some(weights) => target.load_weights(weights).map(|()| true).map_err(|e| e.to_string()),
            None => Ok(false),
        });
        let found = *loaded.as_ref().unwrap_or(&false);
        Self {
            spoilt: loaded.err(),
            found,
            model: found.then(|| target.frozen()),
            step: if found { experiment.labeller_minibatches } else { 0 },
            target,
            streams,
            minibatches: experiment.labeller_minibatches,
            pass: 0,
            deck: Vec::new(),
            looked: 0,
            correct: 0,
            file,
        }
    }

    /// Why it is trained although a file of it is there; told once.
    pub fn spoilt(&mut self) -> Option<String> {
        self.spoilt.take()
    }

    /// Steps done and in all; the validation is short and not counted.
    pub fn progress(&self) -> (usize, usize) {
        (self.step, self.minibatches)
    }

    /// One minibatch, or a chunk of the validation split; returns the stand-in labeller when both are done, and whether
    /// it could be saved.
    pub fn advance(&mut self, dataset: &Dataset) -> Option<(StandIn, std::io::Result<()>)> {
        let Some(model) = &self.model else {
            self.train(&dataset.train);
            if self.step >= self.minibatches {
                self.model = Some(self.target.frozen());
            }
            return None;
        };
        let split = &dataset.validation;
        let chunk: Vec<u32> =
            (self.looked as u32..(self.looked + model.images_per_unit()).min(split.len()) as u32).collect();
        if !chunk.is_empty() {
            let rows = model.log_probabilities(split.gather(&chunk));
            for (&sample, row) in chunk.iter().zip(rows.chunks_exact(model.classes())) {
                let truth = split.label(sample as usize);
                self.correct += usize::from(prediction(row, truth).0 == truth);
            }
            self.looked += chunk.len();
            return None;
        }
        let accuracy = (self.looked > 0).then(|| 100.0 * self.correct as f32 / self.looked as f32);
        let (shape, minibatches) = (dataset.shape(), self.minibatches);
        Some((StandIn { model: model.clone(), shape, minibatches, accuracy }, self.keep()))
    }

    fn train(&mut self, train: &Split) {
        let mut samples = Vec::with_capacity(BATCH);
        while samples.len() < BATCH {
            if self.deck.is_empty() {
                self.deck = (0..train.len() as u32).collect();
                self.batch_stream().shuffle(&mut self.deck);
                self.pass += 1;
            }
            samples.extend(self.deck.pop());
        }
        let labels: Vec<Class> = samples.iter().map(|&s| train.label(s as usize)).collect();
        self.target.train_step(train.gather(&samples), &labels);
        self.step += 1;
    }

    fn batch_stream(&self) -> Rng {
        self.streams.get("batches", self.pass)
    }

    fn keep(&self) -> std::io::Result<()> {
        let Some((path, key)) = self.file.as_ref().filter(|_| !self.found) else { return Ok(()) };
        let (weights, _) = self.target.to_bytes().map_err(std::io::Error::other)?;
        cache::write(path, key, &weights)
    }
}

/// The name of a stand-in labeller: SHA-256 of the data and all settings that its training depends on, in hex.
fn digest(experiment: &Experiment, dataset: &Dataset) -> String {
    disk::sha256(format!("{RECIPE} {} {}", dataset.digest(), experiment.values(Digest::StandIn)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trained(experiment: &Experiment, dataset: &Dataset, folder: Option<&std::path::Path>) -> (StandIn, usize) {
        let mut training = StandInTraining::new(experiment, dataset, folder, &ComputeDevice::cpu());
        for unit in 0.. {
            if let Some((stand_in, kept)) = training.advance(dataset) {
                kept.unwrap();
                return (stand_in, unit);
            }
        }
        unreachable!()
    }

    #[test]
    fn it_is_the_same_each_time_and_says_what_the_classifier_says() {
        let e = Experiment { labeller_minibatches: 30, ..Experiment::preset("tiny").unwrap() };
        let dataset = crate::dataset::load(&e, 1, None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (a, units) = trained(&e, &dataset, Some(folder.path()));
        let (found, fewer) = trained(&e, &dataset, Some(folder.path()));
        let (again, _) = trained(&e, &dataset, None);
        let (other, _) = trained(&Experiment { labeller_seed: 2, ..e.clone() }, &dataset, Some(folder.path()));
        assert_eq!(units - fewer, 30, "the second one was found on disk");
        let images = dataset.test.gather(&(0..50).collect::<Vec<_>>());
        let rows = a.model.log_probabilities(images.clone());
        for same in [&found, &again] {
            assert_eq!(same.model.log_probabilities(images.clone()), rows);
        }
        assert_ne!(other.model.log_probabilities(images.clone()), rows);
        assert_eq!(a.accuracy(), found.accuracy());
        assert!(a.accuracy().unwrap() > 40.0 && a.origin().contains("% on validation"), "{}", a.origin());
        for (image, row) in images.chunks_exact(dataset.shape().len()).zip(rows.chunks_exact(10)) {
            let best = (0..10).max_by(|i, k| row[*i].total_cmp(&row[*k])).unwrap();
            let made = a.label_image(image).unwrap();
            // An image of the data set is already in grey levels.
            assert_eq!((usize::from(made.label), made.image.as_slice(), made.map), (best, image, None));
        }
    }

    #[test]
    fn it_rejects_what_it_cannot_see() {
        let e = Experiment { labeller_minibatches: 1, ..Experiment::preset("tiny").unwrap() };
        let dataset = crate::dataset::load(&e, 1, None).unwrap();
        let (tool, _) = trained(&e, &dataset, None);
        assert_eq!(tool.label_image(&[0.5; 3]).unwrap_err().kind(), "wrong-size");
        assert_eq!(tool.label_image(&[f32::NAN; 784]).unwrap_err().kind(), "non-finite");
    }
}
