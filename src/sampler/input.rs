//! The interface of samplers: what a sampler can see, and what it returns.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::dataset::{Class, Split};
use crate::experiment::Experiment;
use crate::generator::Generator;
use crate::history::{Coverage, LatentStep};
use crate::labelling::simulation::ScaledMap;
use crate::latent::LatentSpace;
use crate::rng::Rng;
use crate::target::FrozenTarget;

/// A strategy that proposes samples to label.
pub trait Sampler: Send {
    /// `count` candidates, or as many as the pool still has.
    fn propose(&self, input: &SamplerInput<'_>, count: usize, rng: &mut Rng) -> Result<Vec<Candidate>, Interrupted>;
}

/// The engine was asked to stop while a sampler was running; nothing was labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// A sample proposed for labelling, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The sample or the latent point that is proposed.
    pub place: Place,
    /// Higher is better; `None` if the strategy has no score.
    pub score: Option<f32>,
    /// The step in latent space that led to it.
    pub step: Option<LatentStep>,
}

impl Candidate {
    /// A sample of the train split, for no reason.
    pub fn at_random(sample: u32) -> Self {
        Self { place: Place::Sample(sample), score: None, step: None }
    }

    /// Its index into the train split; `None` if it is to be generated.
    pub fn train_sample(&self) -> Option<u32> {
        match self.place {
            Place::Sample(sample) => Some(sample),
            Place::Point(_) => None,
        }
    }
}

/// The position of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Index into the train split.
    Sample(u32),
    /// A latent point, to be decoded and labelled by a labelling tool.
    Point(Vec<f32>),
}

/// Everything a sampler can see: neither the test split, nor labels that were not paid for.
pub struct SamplerInput<'a> {
    pub experiment: &'a Experiment,
    /// The round that is proposed for, from 1.
    pub round: usize,
    pub latent: &'a LatentSpace,
    pub images: Images<'a>,
    pub generator: &'a dyn Generator,
    /// The target as the round before left it; in round 1 untrained.
    pub target: &'a FrozenTarget,
    /// What was bought so far, with the labels that were paid for.
    pub labelled: &'a Labelled,
    /// The neighbours chosen in the round before, in order: the next anchors unless these are drawn again.
    pub previous: &'a [u32],
    /// Anchors of this round that led to a generated point already, accepted or rejected: another step from one of them
    /// leads to the same point.
    pub spent: &'a [u32],
    /// Called between chunks of work with the share that is done of this part of it: whether to stop.
    pub interrupted: &'a dyn Fn(f32) -> bool,
    /// Is told what a scoring strategy looked at; tells a sampler nothing.
    pub seen: Option<&'a dyn Fn(Considered)>,
    /// Takes the kernel that the history records.
    pub coverage: RefCell<Option<Coverage>>,
}

impl SamplerInput<'_> {
    /// Pixels in [0, 1] of train samples and labelled generated ones, `[samples.len(), image_len]`.
    pub(super) fn pixels(&self, samples: &[u32]) -> Vec<f32> {
        let pixels = |&sample: &u32| match self.labelled.made(sample) {
            Some(made) => made.image.clone(),
            None => self.images.gather(&[sample]),
        };
        samples.iter().flat_map(pixels).collect()
    }

    /// Goes on after `done` of `all` chunks of a part of the work, unless the engine was asked to stop.
    pub(super) fn go_on(&self, done: usize, all: usize) -> Result<(), Interrupted> {
        go_on(self.interrupted, done, all)
    }

    /// Records how latent space was covered.
    pub(super) fn tell(&self, coverage: Coverage) {
        *self.coverage.borrow_mut() = Some(coverage);
    }

    /// Tells the observer, if there is one, what was looked at.
    pub(super) fn show(&self, considered: impl FnOnce() -> Considered) {
        if let Some(seen) = self.seen {
            seen(considered());
        }
    }
}

/// Goes on after `done` of `all` chunks of a part of the work, unless `interrupted` says to stop.
pub(super) fn go_on(interrupted: &dyn Fn(f32) -> bool, done: usize, all: usize) -> Result<(), Interrupted> {
    if interrupted(done as f32 / all.max(1) as f32) { Err(Interrupted) } else { Ok(()) }
}

/// What a scoring strategy looked at in one round: the samples it chose among, those passed over included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Considered {
    /// Indices into the train split, in the order in which they were scored.
    pub samples: Vec<u32>,
    /// The score of each. Core-set: the distance to the nearest labelled or chosen point; herding: what it would add to
    /// the covered share; for a chosen sample when it was chosen and for the others at the end.
    pub scores: Vec<f32>,
    /// Log probabilities of the classes, `[samples.len(), classes]`; empty if the strategy reads none.
    pub log_probabilities: Vec<f32>,
    /// The steps that led to the samples; empty if these were drawn at random.
    pub steps: Vec<LatentStep>,
}

/// The images of the train split, without their labels.
#[derive(Clone, Copy)]
pub struct Images<'a>(&'a Split);

impl<'a> Images<'a> {
    /// All images of the train split; the labels stay out of reach.
    pub fn new(train: &'a Split) -> Self {
        Self(train)
    }

    /// Images in the train split, labelled or not.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether the train split is empty.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Pixels in [0, 1], `[samples.len(), image_len]`.
    pub fn gather(self, samples: &[u32]) -> Vec<f32> {
        self.0.gather(samples)
    }
}

/// The labelled samples: train samples, and generated ones, which are numbered after the train split.
///
/// Invariant: `bought` holds each sample once; `round_of[s] > 0` for exactly the train samples in it; none of these is
/// `withheld`.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    round_of: Vec<u16>,
    bought: Vec<(u32, Class)>,
    /// The generated samples.
    made: Vec<MadeAt>,
    /// How many of these are not labelled any more.
    released: usize,
    /// The maps of labelled samples, train or generated, if labels are maps.
    maps: HashMap<u32, ScaledMap>,
    /// Train samples that are never labelled for training, such as images that people label for a test.
    withheld: HashSet<u32>,
}

/// A generated sample: its code, and the image that is trained on, in [0, 1].
#[derive(Debug, Clone, PartialEq)]
struct MadeAt {
    code: Vec<f32>,
    image: Vec<f32>,
}

impl Labelled {
    /// No labels yet, for a train split of `samples`.
    pub fn none(samples: usize) -> Self {
        let (bought, made, released, maps, withheld) = Default::default();
        Self { round_of: vec![0; samples], bought, made, released, maps, withheld }
    }

    /// Takes a sample that is not labelled out of the pool, for good.
    pub fn withhold(&mut self, sample: u32) {
        if !self.contains(sample) {
            self.withheld.insert(sample);
        }
    }

    /// Whether a sample was taken out of the pool.
    pub fn is_withheld(&self, sample: u32) -> bool {
        self.withheld.contains(&sample)
    }

    /// Adds a label paid for in `round`; false if the sample was labelled before.
    pub fn buy(&mut self, sample: u32, label: Class, round: usize) -> bool {
        let withheld = self.is_withheld(sample);
        let slot = &mut self.round_of[sample as usize];
        if *slot > 0 || withheld {
            return false;
        }
        *slot = round as u16;
        self.bought.push((sample, label));
        true
    }

    /// Adds a generated sample, its image in [0, 1], with its label and returns its number.
    pub fn buy_made(&mut self, code: Vec<f32>, image: Vec<f32>, label: Class) -> u32 {
        let sample = (self.round_of.len() + self.made.len()) as u32;
        self.made.push(MadeAt { code, image });
        self.bought.push((sample, label));
        sample
    }

    /// Leaves a generated sample its number after its label was taken back.
    pub fn release_made(&mut self, code: Vec<f32>) {
        self.made.push(MadeAt { code, image: Vec::new() });
        self.released += 1;
    }

    /// Stores the map of a labelled sample.
    pub fn keep_map(&mut self, sample: u32, map: ScaledMap) {
        self.maps.insert(sample, map);
    }

    /// The map of a labelled sample, if labels are maps.
    pub fn map(&self, sample: u32) -> Option<&[f32]> {
        self.maps.get(&sample).map(|m| m.as_slice())
    }

    /// The map of every labelled sample, with the sample's number.
    pub fn maps(&self) -> impl Iterator<Item = (u32, &ScaledMap)> {
        self.maps.iter().map(|(sample, map)| (*sample, map))
    }

    /// The code of a labelled sample: its embedding, or the point it was generated from.
    pub fn code<'a>(&'a self, sample: u32, latent: &'a LatentSpace) -> &'a [f32] {
        self.made(sample).map_or_else(|| latent.code(sample), |made| &made.code)
    }

    /// The generated sample of a number; `None` for a train sample.
    fn made(&self, sample: u32) -> Option<&MadeAt> {
        (sample as usize).checked_sub(self.round_of.len()).and_then(|number| self.made.get(number))
    }

    /// Whether a train sample is labelled; a generated one is never said to be.
    pub fn contains(&self, sample: u32) -> bool {
        self.round_of.get(sample as usize).is_some_and(|round| *round > 0)
    }

    /// Distinct labelled samples with their labels, in the order they were labelled.
    pub fn bought(&self) -> &[(u32, Class)] {
        &self.bought
    }

    /// For each train sample the round in which it was labelled, 0 if it was not.
    pub fn round_of(&self) -> &[u16] {
        &self.round_of
    }

    /// The number of samples that can be labelled.
    pub fn unlabelled_count(&self) -> usize {
        // Generated samples are labelled too, but not of the train split.
        self.round_of.len() + self.made.len() - self.released - self.bought.len() - self.withheld.len()
    }

    /// Whether a train sample can be labelled: it is neither labelled nor withheld.
    pub fn is_free(&self, sample: u32) -> bool {
        !self.contains(sample) && !self.is_withheld(sample)
    }

    /// The samples that can be labelled, ascending.
    pub fn unlabelled(&self) -> Vec<u32> {
        (0..self.round_of.len() as u32).filter(|&s| self.is_free(s)).collect()
    }
}
