//! `Experiment`: every number of a run, its presets, and its validation with the field's name in each error.

mod choices;
mod edit;

pub use choices::*;
pub use edit::{ExperimentError, MIN_SHARE};

use serde::{Deserialize, Serialize};

/// A whole experiment in one flat, readable description. Same experiment and seed, same history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Experiment {
    /// The preset it came from, or a name of the user's.
    pub name: String,

    // --- data -------------------------------------------------------------------------------------
    /// Which data set: `digits`, `ivus` (both built in), `mnist`, `cifar10`, or `masks` of the user's own.
    pub dataset: DatasetKind,
    /// Folder of the user's own masks (PNG), for `dataset = "masks"`.
    pub masks: String,
    /// Seed of the built-in data, and of the split of the user's own masks; other data ignore it.
    pub data_seed: u64,
    /// Train images used, the first so many before the validation split is taken; 0 takes all.
    pub train_size: usize,
    /// Test images used, the first so many; 0 takes all.
    pub test_size: usize,
    /// Images split from train for choices (at most a sixth of train).
    pub validation_size: usize,
    /// Which split accuracies are measured on; `test` is read once, by the final protocol.
    pub evaluate_on: EvaluationSplit,

    // --- labelling tool (Appendix A.2) ------------------------------------------------------------
    /// Systolic peak of the pressure on the lumen, mmHg; the stress map is taken there.
    pub systolic_mmhg: f64,
    /// Which stress the maps show.
    pub stress: StressKind,
    /// Stress maps are divided by this (kPa) before the target sees them; its output is a sigmoid.
    pub stress_scale_kpa: f32,
    /// Minibatches of the classifier that stands in for a labelling tool on digits.
    pub labeller_minibatches: usize,
    /// Seed of its weights and batches: the same for all repeats.
    pub labeller_seed: u64,

    // --- generator (Tables S1 to S5, S9 to S12) -----------------------------------------------------
    /// Which generator: `vae` or `alpha-gan`.
    pub generator: GeneratorKind,
    /// Channels of the alpha-GAN's convolutions; 64 in the tables.
    pub generator_width: usize,
    /// Weight of the alpha-GAN's reconstruction, lambda of its source.
    pub reconstruction_weight: f32,
    /// Dimensions of the latent space, n of R^n.
    pub latent_dim: usize,
    /// Seed of the generator's weights, batches and noise: the same for all repeats.
    pub generator_seed: u64,
    /// Passes over the train split.
    pub generator_epochs: usize,
    /// Images per minibatch of the generator.
    pub generator_batch: usize,
    /// Adam's step size for the generator.
    pub generator_learning_rate: f64,
    /// Adam's step size in the epochs that begin in the last quarter of the training; with three or fewer there is none.
    pub generator_final_learning_rate: f64,
    /// Weight of the KL term of the VAE's loss.
    pub beta: f32,

    // --- target model F (Tables S7, S8) -----------------------------------------------------------
    /// Which network: `lenet` or `vgg16`.
    pub target: TargetKind,
    /// Channels of VGG-16's first stage; 64 in the table, and the other stages in proportion.
    pub target_width: usize,
    /// What happens to images before the target trains on them; nothing, as in the paper.
    pub augmentation: Augmentation,
    /// Images per minibatch of the target model.
    pub batch_size: usize,
    /// Minibatches of training in each round.
    pub minibatches_per_round: usize,
    /// If above 0: passes over the labelled set per round, instead of `minibatches_per_round`.
    pub epochs_per_round: usize,
    /// Adam's step size for the target model.
    pub learning_rate: f64,
    /// Adam's epsilon for both models.
    pub adam_epsilon: f32,
    /// Weights between rounds: continued, or drawn afresh.
    pub weights: WeightsBetweenRounds,

    // --- rounds -----------------------------------------------------------------------------------
    /// The root seed of the run: initial set, weights, batches, anchors.
    pub seed: u64,
    /// Rounds, t = 1 ..= rounds. Round 1 trains on the initial random set.
    pub rounds: usize,
    /// Samples bought in each round, J of the paper.
    pub samples_per_round: usize,
    /// If above 0: stop at the end of the first round with at least so many labels.
    pub stop_at_labels: usize,
    /// If above 0: stop at the end of the first round whose validation accuracy reaches this (percent).
    pub stop_at_validation_accuracy: f32,
    /// Minibatches between evaluations on the fixed part of the evaluation split.
    pub evaluate_every: usize,
    /// Images of that fixed, class-stratified part.
    pub evaluation_part: usize,

    // --- sampler ----------------------------------------------------------------------------------
    /// Which sampler proposes what to label.
    pub strategy: Strategy,
    /// Step length, alpha of Eq. 2, in units of the mean standard deviation of the embedding.
    pub alpha: f32,
    /// Direction of the step: the normalised gradient (Eq. 2) or the raw one (Algorithm 1, line 10).
    pub gradient: GradientKind,
    /// Where the nearest neighbour may come from.
    pub neighbours: NeighbourPool,
    /// What enters training for SNN: the real pair (3.4), or the decoded one (Algorithm 1, line 12).
    pub training_pair: TrainingPair,
    /// When anchors are drawn anew.
    pub anchors: AnchorSelection,
    /// Rounds between re-selections, for `anchors = "every-k"`.
    pub reselect_every: usize,
    /// Size of the random pool that scoring strategies look at.
    pub pool_size: usize,
    /// Proposals for each sample bought, where a strategy proposes first and scores then (SNN+).
    pub proposal_factor: usize,
    /// Step length of SNN+, in the units of `alpha`.
    pub plus_alpha: f32,
    /// Steps that each anchor of SNN+ takes in a round; where each of them arrives is a proposal.
    pub plus_steps: usize,
    /// SNN+ drops points sparser (r10) than this share of the embedding, outward drifters; 1 drops none.
    pub plus_density_quantile: f32,
    /// The share of its anchors that SNN+ moves, those of the largest gradients; 1 moves all that are drawn.
    pub plus_gradient_share: f32,

    // --- walks (Figure 4) -------------------------------------------------------------------------
    /// Walks without re-selection recorded beside the run, one step a round; they never influence it.
    pub walks: usize,
    /// Where in the initial set they start.
    pub walk_anchors: WalkAnchors,
    /// When a walk is put at another labelled sample.
    pub walk_reselection: WalkReselection,
    /// Steps between re-selections, for `walk_reselection = "every-k"`.
    pub walk_reselect_every: usize,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            name: "digits".into(),
            dataset: DatasetKind::Digits,
            masks: String::new(),
            data_seed: 1,
            train_size: 0,
            test_size: 0,
            validation_size: 5_000,
            evaluate_on: EvaluationSplit::Test,
            systolic_mmhg: 120.0,
            stress: StressKind::MaxPrincipal,
            stress_scale_kpa: 250.0,
            labeller_minibatches: 1_000,
            labeller_seed: 1,
            generator: GeneratorKind::Vae,
            generator_width: 64,
            reconstruction_weight: 10.0,
            latent_dim: 3,
            generator_seed: 1,
            generator_epochs: 16,
            generator_batch: 128,
            generator_learning_rate: 1e-3,
            generator_final_learning_rate: 3e-4,
            beta: 1.0,
            target: TargetKind::LeNet,
            target_width: 64,
            augmentation: Augmentation::None,
            batch_size: 64,
            minibatches_per_round: 100,
            epochs_per_round: 0,
            learning_rate: 1e-3,
            adam_epsilon: 1e-8,
            weights: WeightsBetweenRounds::Continue,
            seed: 1,
            rounds: 10,
            samples_per_round: 500,
            stop_at_labels: 0,
            stop_at_validation_accuracy: 0.0,
            evaluate_every: 20,
            evaluation_part: 1_000,
            strategy: Strategy::Snn,
            alpha: 0.3,
            gradient: GradientKind::Normalised,
            neighbours: NeighbourPool::Unlabelled,
            training_pair: TrainingPair::Real,
            anchors: AnchorSelection::EachRound,
            reselect_every: 3,
            pool_size: 8_000,
            proposal_factor: 3,
            plus_alpha: 0.5,
            plus_steps: 1,
            plus_density_quantile: 1.0,
            plus_gradient_share: 1.0,
            walks: 6,
            walk_anchors: WalkAnchors::Random,
            walk_reselection: WalkReselection::Never,
            walk_reselect_every: 3,
        }
    }
}

/// The presets that ship with the program: name and file.
const PRESETS: &[(&str, &str)] = &[
    ("digits", include_str!("../../data/presets/digits.toml")),
    ("digits-2d", include_str!("../../data/presets/digits-2d.toml")),
    ("mnist", include_str!("../../data/presets/mnist.toml")),
    ("mnist-2d", include_str!("../../data/presets/mnist-2d.toml")),
    ("ivus", include_str!("../../data/presets/ivus.toml")),
    ("ivus-tiny", include_str!("../../data/presets/ivus-tiny.toml")),
    ("cifar10", include_str!("../../data/presets/cifar10.toml")),
    ("cifar10-small", include_str!("../../data/presets/cifar10-small.toml")),
    ("tiny", include_str!("../../data/presets/tiny.toml")),
];

/// Below so many images the statistics of a batch normalisation are noise.
const LEAST_BATCH: usize = 8;

/// A network that is trained in minibatches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trained {
    Generator,
    Target,
}

impl Experiment {
    /// Names of the presets, the default one first.
    pub fn preset_names() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// A preset by its name; the error lists the names there are.
    pub fn preset(name: &str) -> Result<Self, ExperimentError> {
        let (_, text) = PRESETS.iter().find(|(n, _)| *n == name).ok_or_else(|| ExperimentError::UnknownPreset {
            name: name.into(),
            known: Self::preset_names().collect::<Vec<_>>().join(", "),
        })?;
        Self::from_toml(text)
    }

    /// The experiment of the vessels on the user's own masks: as many as there are, split as usual.
    pub fn on_masks(self, folder: &str) -> Self {
        let (train_size, test_size) = (0, 0);
        Self { name: "masks".into(), dataset: DatasetKind::Masks, masks: folder.into(), train_size, test_size, ..self }
    }

    /// Optimiser steps of one round with so many labelled samples.
    pub fn minibatches_in_round(&self, labelled: usize) -> usize {
        if self.epochs_per_round > 0 {
            self.epochs_per_round * labelled.div_ceil(self.batch_size)
        } else {
            self.minibatches_per_round
        }
    }

    /// Images per minibatch of a network.
    pub fn batch_of(&self, network: Trained) -> usize {
        match network {
            Trained::Generator => self.generator_batch,
            Trained::Target => self.batch_size,
        }
    }

    /// The same with minibatches of a network half as large; none where they are as small as a training can use.
    pub fn with_half_batches(&self, of: Trained) -> Option<Self> {
        let half = Some(self.batch_of(of) / 2).filter(|&half| half >= LEAST_BATCH)?;
        Some(match of {
            Trained::Generator => Self { generator_batch: half, ..self.clone() },
            Trained::Target => Self { batch_size: half, ..self.clone() },
        })
    }
}
