//! Data for Figure 4 that a history lacks, in files of their own: the embedding, and the images along the walks.
//!
//! A run writes them next to its histories, so that figures are pure functions of saved files.

use serde::{Deserialize, Serialize};

use super::measure::{BaseRate, StepMeasure};
use super::verdict::{Judgement, VerdictRules};
use crate::archive::{CheckpointOf, Foreign, Whole};
use crate::dataset::{Class, ImageShape};
use crate::history::{History, WalkStep};
use crate::identity::Ground;
use crate::latent::{LatentSpace, Sparsity, latent_scale};
use crate::neighbours::IndexError;
use crate::world::World;

/// E(D) with the true labels: shown in the left half of Figure 4, and needed for verdicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// SHA-256 of the data.
    pub data_digest: String,
    /// SHA-256 of the generator's configuration and data.
    pub generator_digest: String,
    /// SHA-256 of the generator's weights; `None` in files of earlier versions: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_weights: Option<String>,
    /// SHA-256 of the codes (`Ground::hash_codes`); `None` in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes_digest: Option<String>,
    /// Numbers in a code.
    pub dim: usize,
    /// `[labels.len(), dim]`.
    pub codes: Vec<f32>,
    /// True classes of the train split, in its order.
    pub labels: Vec<Class>,
}

/// The images along the walks of one run: the right half of Figure 4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Album {
    /// SHA-256 of the data.
    pub data_digest: String,
    /// SHA-256 of the generator's configuration and data.
    pub generator_digest: String,
    /// The run at the end of its last round; `None` in files of earlier versions, which are taken as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<CheckpointOf>,
    /// Rounds completed at that point.
    #[serde(default)]
    pub rounds: usize,
    /// Of every image.
    pub shape: ImageShape,
    pub walks: Vec<WalkImages>,
}

/// The images along one walk: one for the start, then one for each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkImages {
    /// Number of the walk, from 0 in starting order.
    pub walk: usize,
    /// G(E(x)) of the start, then G(p') of each step; planes of 0..=255.
    pub decoded: Vec<Vec<u8>>,
    /// The start, then the neighbour of each step.
    pub real: Vec<Vec<u8>>,
}

/// A walk with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedWalk {
    /// Number of the walk, from 0 in starting order.
    pub walk: usize,
    /// The sample at which it started: index into the train split.
    pub start: u32,
    pub judgement: Judgement,
}

/// The verdict on every walk of a history, and the base rate to compare with.
pub struct Judged {
    pub walks: Vec<JudgedWalk>,
    /// H50 over the whole embedding.
    pub base: BaseRate,
    /// How sparse the embedding is: r10 by quantile.
    pub sparsity: Sparsity,
}

impl Whole for Embedding {
    fn fault(&self) -> Option<String> {
        let (numbers, labels) = (self.codes.len(), self.labels.len());
        if labels.checked_mul(self.dim) != Some(numbers) {
            return Some(format!("{numbers} numbers for {labels} labels in {} dimensions", self.dim));
        }
        let changed = self.codes_digest.as_ref().is_some_and(|digest| *digest != Ground::hash_codes(&self.codes));
        changed.then(|| "its codes do not have their checksum".to_owned())
    }
}

impl Whole for Album {
    fn fault(&self) -> Option<String> {
        let ImageShape { channels, height, width } = self.shape;
        let values = channels.checked_mul(height).and_then(|n| n.checked_mul(width));
        let of = |images: &[Vec<u8>]| images.iter().all(|i| Some(i.len()) == values);
        let fits = |w: &WalkImages| of(&w.decoded) && of(&w.real) && w.decoded.len() == w.real.len();
        let walk = self.walks.iter().find(|w| !fits(w))?;
        Some(format!("walk {}: its images are not of {channels} x {height} x {width} values", walk.walk))
    }
}

impl Embedding {
    /// The embedding of a world that is ready, with the hash of its codes.
    pub fn of(world: &World) -> Self {
        Self {
            data_digest: world.dataset.digest().to_owned(),
            generator_digest: world.ground.generator.clone(),
            generator_weights: world.ground.weights.clone(),
            codes_digest: Some(Ground::hash_codes(world.latent.codes())),
            dim: world.latent.dim(),
            codes: world.latent.codes().to_vec(),
            labels: world.dataset.train.labels().to_vec(),
        }
    }

    /// The data and the latent space.
    pub fn ground(&self) -> Ground {
        Ground {
            data: self.data_digest.clone(),
            generator: self.generator_digest.clone(),
            weights: self.generator_weights.clone(),
            codes: Some(Ground::hash_codes(&self.codes)),
            scale: latent_scale(&self.codes, self.dim.max(1)),
        }
    }

    /// Whether a history belongs to this embedding.
    pub fn fits(&self, history: &History) -> bool {
        self.ground().compare(&history.header.ground()).is_ok()
    }

    /// The code of one train sample.
    pub fn code(&self, sample: u32) -> Option<&[f32]> {
        self.codes.chunks_exact(self.dim.max(1)).nth(sample as usize)
    }

    /// The verdict on every walk of `history`.
    pub fn judge(&self, history: &History, rules: &VerdictRules) -> Result<Judged, IndexError> {
        let latent = LatentSpace::new(self.codes.clone(), self.dim)?;
        let judge = |(walk, steps): (usize, Vec<&WalkStep>)| {
            let measures: Vec<StepMeasure> =
                steps.iter().map(|s| StepMeasure::with_labels(&s.step, s.sample, &latent, &self.labels)).collect();
            let judgement = rules.judge(&measures, latent.sparsity())?;
            Some(JudgedWalk { walk, start: measures.first()?.parent, judgement })
        };
        let walks = walks_of(history).into_iter().filter_map(judge).collect();
        Ok(Judged { walks, base: BaseRate::new(&latent, &self.labels), sparsity: latent.sparsity().clone() })
    }
}

impl Album {
    /// What it is of, if that is not the run of `history`.
    pub fn foreign(&self, history: &History) -> Option<Foreign> {
        self.of.as_ref()?.foreign(history, self.rounds)
    }

    /// The images along every walk of `history`.
    pub fn of(world: &World, history: &History) -> Self {
        let train = &world.dataset.train;
        let pictures = |(walk, steps): (usize, Vec<&WalkStep>)| {
            let start = steps.first().map(|s| s.step.parent);
            let samples = start.into_iter().chain(steps.iter().map(|s| s.sample));
            let points = start.map(|s| world.latent.code(s)).into_iter().chain(steps.iter().map(|s| &s.step.to[..]));
            let decoded = world.generator.decode_bytes(&points.flatten().copied().collect::<Vec<_>>());
            WalkImages {
                walk,
                decoded: decoded.chunks_exact(train.shape().len()).map(<[u8]>::to_vec).collect(),
                real: samples.map(|s| train.image(s as usize).to_vec()).collect(),
            }
        };
        Self {
            data_digest: world.dataset.digest().to_owned(),
            generator_digest: world.ground.generator.clone(),
            of: Some(CheckpointOf::new(history, history.rounds.len())),
            rounds: history.rounds.len(),
            shape: train.shape(),
            walks: walks_of(history).into_iter().map(pictures).collect(),
        }
    }
}

/// The steps of each walk of a history, in the order of the walks' numbers.
pub fn walks_of(history: &History) -> Vec<(usize, Vec<&WalkStep>)> {
    let mut walks: std::collections::BTreeMap<usize, Vec<&WalkStep>> = std::collections::BTreeMap::new();
    for step in history.rounds.iter().flat_map(|r| &r.walk_steps) {
        walks.entry(step.walk).or_default().push(step);
    }
    walks.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_contradict_each_other_are_named() {
        let text = String::new;
        let embedding = |dim, labels: usize| Embedding {
            data_digest: text(),
            generator_digest: text(),
            generator_weights: None,
            codes_digest: None,
            dim,
            codes: vec![0.0; 6],
            labels: vec![0; labels],
        };
        let mut whole = embedding(2, 3);
        assert_eq!(whole.fault(), None);
        whole.codes_digest = Some(Ground::hash_codes(&whole.codes));
        assert_eq!(whole.fault(), None);
        whole.codes[1] += 0.01;
        assert!(whole.fault().unwrap().contains("checksum"));
        for (dim, labels) in [(2, 2), (3, 3), (0, 6), (usize::MAX, 2)] {
            assert!(embedding(dim, labels).fault().unwrap().contains(&format!("{labels} labels in {dim}")));
        }
        let album = |height, images: [usize; 2]| Album {
            data_digest: text(),
            generator_digest: text(),
            of: None,
            rounds: 0,
            shape: ImageShape { channels: 1, height, width: 2 },
            walks: vec![WalkImages { walk: 4, decoded: vec![vec![0; images[0]]], real: vec![vec![0; images[1]]] }],
        };
        assert_eq!(album(2, [4, 4]).fault(), None);
        for (height, images) in [(2, [4, 3]), (3, [4, 4]), (usize::MAX, [4, 4])] {
            assert!(album(height, images).fault().unwrap().starts_with("walk 4: "));
        }
    }
}
