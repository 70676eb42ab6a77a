//! What a sampler is, what it may see, and what it gives back.

use std::collections::HashMap;

use crate::dataset::Split;
use crate::experiment::Experiment;
use crate::generator::Generator;
use crate::history::LatentStep;
use crate::labelling::simulation::ScaledMap;
use crate::latent::LatentSpace;
use crate::rng::Rng;
use crate::target::FrozenTarget;

/// A strategy that proposes samples to label.
pub trait Sampler: Send {
    /// `count` candidates, or as many as the pool still holds.
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted>;
}

/// Somebody asked the engine to stop while a sampler was at work; nothing was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// A sample that a sampler wants labelled, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub place: Place,
    /// Higher is more wanted; none where the strategy has no score.
    pub score: Option<f32>,
    /// The step in latent space behind it.
    pub step: Option<LatentStep>,
}

impl Candidate {
    /// Its index into the train split; none where it is to be made.
    pub fn train_sample(&self) -> Option<u32> {
        match self.place {
            Place::Sample(sample) => Some(sample),
            Place::Point(_) => None,
        }
    }
}

/// Where a candidate is.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Index into the train split.
    Sample(u32),
    /// A latent point, to be decoded and labelled by a tool.
    Point(Vec<f32>),
}

/// What a sampler may see. There is no field for the test split, nor for labels that were not bought.
pub struct SamplerInput<'a> {
    pub experiment: &'a Experiment,
    pub round: usize,
    pub latent: &'a LatentSpace,
    pub images: Images<'a>,
    pub generator: &'a dyn Generator,
    pub target: &'a FrozenTarget,
    pub labelled: &'a Labelled,
    /// The neighbours chosen in the round before, in order: the next anchors where they are not drawn anew.
    pub previous: &'a [u32],
    /// Asked between chunks of work.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// The images of the train split, without their labels.
#[derive(Clone, Copy)]
pub struct Images<'a>(&'a Split);

impl<'a> Images<'a> {
    pub fn new(train: &'a Split) -> Self {
        Self(train)
    }

    pub fn len(self) -> usize {
        self.0.len()
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Pixels in [0, 1], `[samples.len(), image_len]`.
    pub fn gather(self, samples: &[u32]) -> Vec<f32> {
        self.0.gather(samples)
    }
}

/// What was bought so far: train samples, and made ones, which are numbered after them.
///
/// Invariant: `bought` holds each sample once; of the train split, `round_of[s] > 0` exactly for those.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    round_of: Vec<u16>,
    bought: Vec<(u32, u8)>,
    /// Codes of the made samples.
    made: Vec<Vec<f32>>,
    /// The maps that were bought, where labels are maps; of a train sample or a made one.
    maps: HashMap<u32, ScaledMap>,
}

impl Labelled {
    /// Nothing bought of a split of `samples`.
    pub fn none(samples: usize) -> Self {
        Self { round_of: vec![0; samples], bought: Vec::new(), made: Vec::new(), maps: HashMap::new() }
    }

    /// Records a purchase; false when the sample was labelled before.
    pub fn buy(&mut self, sample: u32, label: u8, round: usize) -> bool {
        let slot = &mut self.round_of[sample as usize];
        if *slot > 0 {
            return false;
        }
        *slot = round as u16;
        self.bought.push((sample, label));
        true
    }

    /// Records the purchase of a made sample; its number.
    pub fn buy_made(&mut self, code: Vec<f32>, label: u8) -> u32 {
        let sample = (self.round_of.len() + self.made.len()) as u32;
        self.made.push(code);
        self.bought.push((sample, label));
        sample
    }

    /// Keeps the map that came with a purchase.
    pub fn keep_map(&mut self, sample: u32, map: ScaledMap) {
        self.maps.insert(sample, map);
    }

    /// The map of a sample that was bought, where labels are maps.
    pub fn map(&self, sample: u32) -> Option<&[f32]> {
        self.maps.get(&sample).map(|m| m.as_slice())
    }

    /// Every map that was bought, by its sample.
    pub fn maps(&self) -> impl Iterator<Item = (u32, &ScaledMap)> {
        self.maps.iter().map(|(sample, map)| (*sample, map))
    }

    /// The code of a bought sample: its embedding, or the point it was made at.
    pub fn code<'a>(&'a self, sample: u32, latent: &'a LatentSpace) -> &'a [f32] {
        match (sample as usize).checked_sub(self.round_of.len()).and_then(|number| self.made.get(number)) {
            Some(code) => code,
            None => latent.code(sample),
        }
    }

    pub fn contains(&self, sample: u32) -> bool {
        self.round_of.get(sample as usize).is_some_and(|round| *round > 0)
    }

    /// Distinct labelled samples with their labels, in the order of purchase.
    pub fn bought(&self) -> &[(u32, u8)] {
        &self.bought
    }

    /// For each train sample the round it was labelled in, 0 where it is not.
    pub fn round_of(&self) -> &[u16] {
        &self.round_of
    }

    /// The samples that are not labelled, ascending.
    pub fn unlabelled(&self) -> Vec<u32> {
        (0..self.round_of.len() as u32).filter(|&s| !self.contains(s)).collect()
    }
}
