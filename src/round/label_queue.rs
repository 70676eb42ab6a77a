//! Labelling of generated samples inside a round, one at a time. Others are drawn for those that the tool rejects, which
//! Algorithm 2 leaves open.

use std::collections::VecDeque;

use super::detail;
use super::training_set::TrainingSet;
use crate::experiment::{Experiment, GeneratedDetail};
use crate::history::Refused;
use crate::labelling::Refusal;
use crate::labelling::simulation::MadeSample;
use crate::rng::Rng;
use crate::sampler::{Candidate, Place};
use crate::world::World;

/// Rejections per wanted sample after which a round continues with fewer samples.
pub(super) const MOST_REFUSALS: usize = 20;

/// A candidate and, if it was generated, its label.
pub type LabelledCandidate = (Candidate, Option<MadeSample>);

/// Progress of the labelling tool with the generated samples of a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelProgress {
    pub round: usize,
    /// Samples that the strategy proposed for the round.
    pub wanted: usize,
    /// Those that have a label.
    pub labelled: usize,
    /// Rejections, for each of which another sample is drawn while there are any.
    pub refused: usize,
    /// Seconds that the tool took, for labels and rejections.
    pub seconds: f32,
}

/// Candidates that wait for the labelling tool, and its results.
pub struct LabelQueue {
    /// The round's random stream, from which replacements are drawn.
    pub rng: Rng,
    wanted: usize,
    waiting: VecDeque<Candidate>,
    /// The anchors that candidates started from.
    pub spent: Vec<u32>,
    labelled: Vec<LabelledCandidate>,
    pub refusals: Vec<Refused>,
    pub seconds: f32,
}

impl LabelQueue {
    pub fn new(rng: Rng, candidates: Vec<Candidate>) -> Self {
        Self {
            rng,
            wanted: candidates.len(),
            spent: anchors(&candidates).collect(),
            waiting: candidates.into(),
            labelled: Vec::new(),
            refusals: Vec::new(),
            seconds: 0.0,
        }
    }

    /// Labels the next candidate. A train sample has a label already; a run without a tool generates none.
    pub fn advance(&mut self, world: &World, experiment: &Experiment, training: &TrainingSet) {
        let Some(candidate) = self.waiting.pop_front() else { return };
        let start = std::time::Instant::now();
        let (code, label) = match &candidate.place {
            Place::Point(code) if is_sparse(code, world, experiment) => (code.clone(), Some(Err(Refusal::Sparse))),
            Place::Point(code) => (code.clone(), label(code, &candidate, world, experiment, training)),
            Place::Sample(_) => (Vec::new(), None),
        };
        let Some(label) = label else {
            self.labelled.push((candidate, None));
            return;
        };
        match label {
            Ok(made) => self.labelled.push((candidate, Some(made))),
            Err(refusal) => {
                let (kind, message) = (refusal.kind().to_owned(), refusal.to_string());
                self.refusals.push(Refused { code, kind, message });
            }
        }
        self.seconds += start.elapsed().as_secs_f32();
    }

    /// Whether no candidate waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Number of candidates to redraw for rejected ones.
    pub fn missing(&self) -> usize {
        let hopeless = self.refusals.len() >= MOST_REFUSALS * self.wanted;
        if hopeless { 0 } else { self.wanted - self.labelled.len() - self.waiting.len() }
    }

    pub fn replace(&mut self, rng: Rng, candidates: Vec<Candidate>) {
        self.rng = rng;
        self.spent.extend(anchors(&candidates));
        self.waiting.extend(candidates);
    }

    /// The labelled candidates, in the order of the draws.
    pub fn take_labelled(&mut self) -> Vec<LabelledCandidate> {
        std::mem::take(&mut self.labelled)
    }

    /// Progress of the tool in this round.
    pub fn progress(&self, round: usize) -> LabelProgress {
        LabelProgress {
            round,
            wanted: self.wanted,
            labelled: self.labelled.len(),
            refused: self.refusals.len(),
            seconds: self.seconds,
        }
    }
}

/// The anchors from which generated candidates started.
pub fn anchors(candidates: &[Candidate]) -> impl Iterator<Item = u32> {
    candidates.iter().filter(|c| c.train_sample().is_none()).filter_map(|c| c.step.as_ref().map(|step| step.parent))
}

/// Whether a point lies where the embedding is sparser than `generated_density_quantile` allows.
fn is_sparse(code: &[f32], world: &World, experiment: &Experiment) -> bool {
    let share = experiment.generated_density_quantile;
    share < 1.0 && world.latent.sparsity_at(code) > world.latent.sparsity().quantile(share)
}

/// The label of the image at a point; `None` without a tool.
fn label(
    code: &[f32],
    candidate: &Candidate,
    world: &World,
    experiment: &Experiment,
    training: &TrainingSet,
) -> Option<Result<MadeSample, Refusal>> {
    let restored = match experiment.generated_detail {
        GeneratedDetail::Decoded => None,
        GeneratedDetail::Restored => detail::restored(world, experiment.dataset.task(), training, candidate),
    };
    match restored {
        Some(image) => world.label_image(&image),
        None => world.label_point(code),
    }
}
