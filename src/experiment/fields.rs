//! `Experiment`: every setting of a run, one row each. A row is the field with its default, limits, unit and help;
//! checks, lists, the settings panel and the digests are loops over the rows.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::choices::{
    AnchorSelection, Augmentation, EvaluationSplit, FirstSet, GeneratedDetail, GeneratorKind, GradientKind,
    ImageColour, ImageFit, NeighbourPool, RidgeBelief, RidgeDoubt, StressKind, TrainingPair, WalkAnchors,
    WalkReselection, WeightsBetweenRounds,
};
use super::datasets::DatasetKind;
use super::networks::TargetKind;
use super::strategy::{Part, Strategy};
use super::value::{Slot, Value};

/// A field of an experiment.
pub struct Field {
    /// Its name in files, on the command line and in errors.
    pub name: &'static str,
    /// Its name on the screen.
    pub label: &'static str,
    /// The short form of its label in the names of runs that differ in it.
    pub symbol: &'static str,
    /// One or two sentences: what it is, and its place in the paper.
    pub help: &'static str,
    /// Range of a number.
    pub limits: RangeInclusive<f64>,
    /// Shown behind the number; empty for none.
    pub unit: &'static str,
    /// A value that means something else than a number, and the word for it.
    pub word: Option<(f64, &'static str)>,
    /// The only numbers that can be chosen; empty where all within the limits can.
    pub offered: &'static [usize],
    /// Change of a number for each point that it is dragged.
    pub speed: f64,
    /// A rate: dragged by orders of magnitude.
    pub rate: bool,
    /// Whether it has an effect, given the values of the other fields.
    when: fn(&Experiment) -> bool,
    /// A name, or a place on this machine: no part of what is computed.
    pub aside: bool,
    /// The trained network whose weights depend on it.
    pub digest: Option<Digest>,
    /// The part of a strategy's proposals, and of nothing else, that depends on it.
    pub part: Option<Part>,
    text: fn(&Experiment) -> String,
    slot: fn(&mut Experiment) -> Slot<'_>,
}

/// Fields that are shown together.
pub struct Group {
    pub title: &'static str,
    pub level: Level,
    pub fields: &'static [Field],
}

/// Whether a group is always shown or only under *More*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Main,
    More,
}

/// A network that is trained once and cached under the values that its weights depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// The weights of the generator.
    Generator,
    /// The weights of the classifier that stands in for a labelling tool.
    StandIn,
}

/// Declares `Experiment`, its defaults and its rows.
///
/// The doc comment of a field is its help. `limits` are needed for numbers other than seeds.
macro_rules! fields {
    ($($level:ident $title:literal {
        $($(#[doc = $doc:literal])+
        $name:ident: $type:ty = $default:expr, $label:literal $(, $key:ident: $value:expr)*;)+
    })+) => {
        /// A whole experiment in one flat, readable description. Same experiment and seed, same history.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Experiment { $($($(#[doc = $doc])+ pub $name: $type,)+)+ }

        impl Default for Experiment {
            fn default() -> Self {
                Self { $($($name: $default,)+)+ }
            }
        }

        impl Group {
            /// Every group, in display order.
            pub const ALL: &'static [Self] = &[$(Self {
                title: $title,
                level: Level::$level,
                fields: &[$(Field {
                    name: stringify!($name),
                    label: $label,
                    help: concat!($($doc),+).trim_ascii(),
                    text: |e| e.$name.text(),
                    slot: |e| e.$name.slot(),
                    $($key: $value,)*
                    ..Field::PLAIN
                },)+],
            },)+];
        }
    };
}

const COUNT: RangeInclusive<f64> = 1.0..=1e6;
const COUNT_OR_NONE: RangeInclusive<f64> = 0.0..=1e6;
const BATCH: RangeInclusive<f64> = 1.0..=8_192.0;
const WIDTH: RangeInclusive<f64> = 1.0..=512.0;
const TIMES: RangeInclusive<f64> = 1.0..=10_000.0;
const RATE: RangeInclusive<f64> = 1e-12..=1e3;
/// Range of step lengths in σ; the longest ends outside any embedding.
pub const STEP_LENGTHS: RangeInclusive<f64> = 0.0..=100.0;
/// Sides that own images may be brought to: what the networks were made for, and what a CPU can train.
pub const IMAGE_SIDES: [usize; 4] = [28, 32, 48, 64];
const SHARE: RangeInclusive<f64> = 0.01..=1.0;

const GENERATOR: Option<Digest> = Some(Digest::Generator);
const STAND_IN: Option<Digest> = Some(Digest::StandIn);

fn classes(e: &Experiment) -> bool {
    e.dataset.task().has_classes()
}

fn maps(e: &Experiment) -> bool {
    e.dataset.task().has_maps()
}

fn own(e: &Experiment) -> bool {
    e.dataset == DatasetKind::Own
}

fn vae(e: &Experiment) -> bool {
    matches!(e.generator, GeneratorKind::Vae | GeneratorKind::ConvVae)
}

fn minibatches(e: &Experiment) -> bool {
    e.generator.has_minibatches()
}

fn convolutional(e: &Experiment) -> bool {
    e.generator.is_convolutional()
}

fn alpha_gan(e: &Experiment) -> bool {
    e.generator == GeneratorKind::AlphaGan
}

fn stand_in(e: &Experiment) -> bool {
    e.dataset.has_stand_in()
}

// The order is that of the settings panel, and that in which values enter a digest.
fields! {
    Main "Data and latent space" {
        /// Name of the preset, or one of your own.
        name: String = "digits".into(), "Name", aside: true, when: |_| false;
        /// The images and labels that samples are taken from (the set D of the paper). The built-in digits need no
        /// download.
        dataset: DatasetKind = DatasetKind::Digits, "Data set";
        /// Folder of your own masks: PNG files of any size. What is wall and lumen is found from the places of the
        /// levels, and the labelling tool checks each.
        masks: String = String::new(), "Folder of masks", aside: true,
            when: |e| e.dataset == DatasetKind::Masks;
        /// Your own images: a folder with one sub-folder a class, or with a table of files and labels; NPZ, NPY, IDX,
        /// CIFAR's binary files, a CSV of pixels, Parquet; or a zip or tar archive of these.
        data: String = String::new(), "Own images", aside: true, when: own;
        /// Width and height that your own images are brought to: 28, 32, 48 or 64.
        image_side: usize = 28, "Side of images", limits: 1.0..=64.0, unit: "pixels", offered: &IMAGE_SIDES, when: own;
        /// Whether your own images are grey or have red, green and blue.
        image_colour: ImageColour = ImageColour::Grey, "Colours", when: own;
        /// How your own images become squares: fitted in with black beside them, cropped to the middle, or squeezed.
        image_fit: ImageFit = ImageFit::Fit, "Made square", when: own;
        /// Codes of your own images instead of a generator's: a NumPy file (NPY) with a row of numbers for each image, in
        /// the order in which the images are read. Strategies that need no decoder run.
        codes: String = String::new(), "Own codes", aside: true, when: |e| !e.generator.has_networks();
        /// What the levels of the masks are, where it cannot be found: `wall=1,lumen=2`, with grey values as in the
        /// file, a palette's indices, or colours such as #ff0000. Empty = found from their places.
        mask_levels: String = String::new(), "Levels of masks", when: |e| e.dataset == DatasetKind::Masks;
        /// How many numbers describe an image in latent space. Up to three can be drawn without projection. The paper's
        /// tables use 3 (n of R^n).
        latent_dim: usize = 3, "Latent dimension", limits: 1.0..=32.0, speed: 0.05, digest: GENERATOR;
    }
    Main "Sampling" {
        /// The sampling strategies that run side by side, from the same seed.
        strategy: Strategy = Strategy::Snn, "Compare";
        /// How far a step moves in latent space, in standard deviations σ of the embedding; the view shows it to scale.
        /// α of p' = p + αd (Eq. 2).
        alpha: f32 = 0.3, "Step length α", symbol: "α", limits: STEP_LENGTHS, unit: "σ", speed: 0.005, part: Some(Part::Step);
        /// How many samples are labelled in each round (J of the paper).
        samples_per_round: usize = 500, "Samples per round", limits: COUNT, speed: 5.0;
        /// Optimiser steps of the target network (F) in each round, one a minibatch.
        minibatches_per_round: usize = 100, "Training", limits: COUNT, speed: 0.5,
            when: |e| e.epochs_per_round == 0;
        /// Passes of the target network (F) over the labelled set in each round. 0 = a fixed number of minibatches
        /// instead.
        epochs_per_round: usize = 0, "Training", limits: COUNT_OR_NONE, speed: 0.5,
            when: |e| e.epochs_per_round > 0;
        /// How often samples are chosen, labelled and trained on. Round 1 trains on the first set (t = 1, 2, ... of
        /// Algorithm 1).
        rounds: usize = 10, "Rounds", limits: TIMES, speed: 0.1;
        /// Seed of everything random in a run: initial set, initial weights, minibatches, anchors. All strategies share
        /// it, so they are equal in round 1, unless each chooses its first set.
        seed: u64 = 1, "Seed";
    }
    More "Data" {
        /// Seed of the built-in data, of the split of your own masks and images, and of wrong labels. All else ignores it.
        data_seed: u64 = 1, "Data seed";
        /// Use only the first N train images; the validation split is taken from them. 0 = all.
        train_size: usize = 0, "Train images", word: Some((0.0, "all")), limits: COUNT_OR_NONE, speed: 50.0;
        /// Use only the first N test images. 0 = all.
        test_size: usize = 0, "Test images", word: Some((0.0, "all")), limits: COUNT_OR_NONE, speed: 50.0;
        /// Images split off from the train images for validation, at most a sixth of them. 0 = none.
        validation_size: usize = 5_000, "Validation images", word: Some((0.0, "none")), limits: COUNT_OR_NONE, speed: 50.0;
        /// How many train images the largest class has for each one of the rarest; the classes between thin out evenly from
        /// the first to the last. Test and validation images stay. 1 = all.
        imbalance: f32 = 1.0, "Imbalance", word: Some((1.0, "all")), limits: 1.0..=10_000.0, speed: 0.5, when: classes;
        /// The share of samples for which whoever labels them gives another class than the right one, the same one at every
        /// time and to every strategy.
        label_noise: f32 = 0.0, "Wrong labels", limits: 0.0..=1.0, speed: 0.002, when: classes;
        /// The split on which the target network is evaluated. Keep `test` for the final runs.
        evaluate_on: EvaluationSplit = EvaluationSplit::Test, "Evaluate on";
    }
    More "First set" {
        /// How the samples of round 1 are chosen, before there is anything to learn from: at random, as in the paper,
        /// spread over the latent space, or by each strategy. Strategies that generate samples draw points instead.
        first_set: FirstSet = FirstSet::Random, "First set";
    }
    More "Labelling tool" {
        /// Pressure on the lumen at the systolic peak, the moment of which the stress maps are.
        systolic_mmhg: f64 = 120.0, "Systolic peak", limits: 1.0..=1_000.0, unit: "mmHg", speed: 0.5, when: maps;
        /// The stress that the maps show: largest principal stress or von Mises stress.
        stress: StressKind = StressKind::MaxPrincipal, "Stress", when: maps;
        /// The target network learns the stress divided by this. Its output is at most 1, so it cannot predict more.
        stress_scale_kpa: f32 = 250.0, "Maps divided by", limits: 1.0..=100_000.0, unit: "kPa", when: maps;
    }
    More "Stand-in for a labelling tool" {
        /// Digits have no labelling tool. When SI or Random latent generates samples, a LeNet labels them instead:
        /// trained on the labelled train split for this many minibatches, then frozen. Not in the paper.
        labeller_minibatches: usize = 1_000, "Minibatches", limits: COUNT, speed: 5.0, when: stand_in, digest: STAND_IN;
        /// Seed of the stand-in's weights and minibatches, the same for all repeats.
        labeller_seed: u64 = 1, "Seed", when: stand_in, digest: STAND_IN;
    }
    More "Generator" {
        /// The generator that embeds the images: a VAE (Tables S9 to S12), a convolutional VAE for colours and larger
        /// images, principal components (PCA), or an α-GAN (Tables S1 to S5), which pads digits to 32 x 32;
        /// the generated vessels' own 26 parameters, a decoder without error; or codes of your own.
        generator: GeneratorKind = GeneratorKind::Vae, "Kind";
        /// Seed of the generator's weights, minibatches and noise, the same for all repeats.
        generator_seed: u64 = 1, "Seed", when: |e| e.generator.has_networks(), digest: GENERATOR;
        /// Passes of the generator over the train images. It sees no labels.
        generator_epochs: usize = 12, "Epochs", limits: TIMES, speed: 0.1, when: minibatches, digest: GENERATOR;
        /// Images per minibatch of the generator.
        generator_batch: usize = 128, "Batch size", limits: BATCH, when: minibatches, digest: GENERATOR;
        /// Learning rate of Adam for the generator.
        generator_learning_rate: f64 = 1e-3, "Learning rate", limits: RATE, rate: true, when: minibatches, digest: GENERATOR;
        /// Learning rate in the epochs that begin in the last quarter of the generator's training. Not used with three
        /// epochs or fewer.
        generator_final_learning_rate: f64 = 3e-4, "Final learning rate", limits: RATE, rate: true, when: minibatches, digest: GENERATOR;
        /// Weight of the KL term in the VAE's loss. 1 = the plain VAE.
        beta: f32 = 1.0, "KL weight β", limits: 0.0..=1_000.0, speed: 0.01, when: vae, digest: GENERATOR;
        /// Channels of the α-GAN's convolutions (64 in Tables S1 to S4), or of the convolutional VAE's second ones: the
        /// first have half as many, the others twice as many.
        generator_width: usize = 64, "Width", limits: WIDTH, speed: 0.2, when: convolutional, digest: GENERATOR;
        /// Weight λ of the mean absolute reconstruction error in the α-GAN's loss, next to the adversarial losses.
        reconstruction_weight: f32 = 10.0, "Error weight λ", limits: 0.001..=1_000.0, speed: 0.1, when: alpha_gan,
            digest: GENERATOR;
    }
    More "Target network F" {
        /// The target network (F), which learns from the labels: LeNet (Table S7), VGG-16 (Table S8), which pads
        /// digits to 32 x 32, or a small residual network for colour images. For stress maps it is the stress network
        /// (Table S6).
        target: TargetKind = TargetKind::LeNet, "Network", when: |e| TargetKind::of(e.dataset.task()).count() > 1;
        /// Channels of the first stage of VGG-16 (64 in Table S8) or of the residual network (16 is usual); the others
        /// scale with it.
        target_width: usize = 64, "Width", limits: WIDTH, speed: 0.2,
            when: |e| e.network().has_width();
        /// Mirror and shift images before the target network trains on them. Not in the paper; do not mirror digits.
        augmentation: Augmentation = Augmentation::None, "Augmentation";
        /// Images per minibatch of the target network (F).
        batch_size: usize = 64, "Batch size", limits: BATCH;
        /// Learning rate of Adam for the target network (F).
        learning_rate: f64 = 1e-3, "Learning rate", limits: RATE, rate: true;
        /// Epsilon of Adam, for the target network and the generator.
        adam_epsilon: f32 = 1e-8, "Adam's epsilon", limits: RATE, rate: true, digest: GENERATOR;
        /// At the start of a round, the target network continues from its present weights (Figure 3) or starts again
        /// from the same initial ones.
        weights: WeightsBetweenRounds = WeightsBetweenRounds::Continue, "Between rounds";
        /// Minibatches between two evaluations on a fixed part of the test images: the fine curve inside rounds.
        evaluate_every: usize = 20, "Evaluate every", limits: COUNT, unit: "minibatches", speed: 0.5;
        /// Test images for evaluations inside rounds, stratified by class and fixed. At the end of a round all are
        /// used.
        evaluation_part: usize = 1_000, "Evaluation part", limits: COUNT, speed: 10.0;
    }
    More "Stopping" {
        /// Stop at the end of the first round with at least N labelled samples. 0 = never.
        stop_at_labels: usize = 0, "Stop at labels", word: Some((0.0, "never")), limits: COUNT_OR_NONE, speed: 10.0;
        /// Stop at the end of the first round whose validation accuracy reaches this. 0 = never.
        stop_at_validation_accuracy: f32 = 0.0, "Stop at accuracy", word: Some((0.0, "never")), limits: 0.0..=100.0, unit: "%", speed: 0.1,
            when: classes;
    }
    More "The step of SNN and SI" {
        /// Direction d of a step: the gradient of the loss divided by its length (Eq. 2), or as it is (Algorithm 1,
        /// line 10).
        gradient: GradientKind = GradientKind::Normalised, "Direction d", symbol: "d", part: Some(Part::Gradient);
        /// Samples among which the nearest neighbour of the moved point p' is searched: those not yet labelled, or all
        /// of D (Algorithm 1 taken literally).
        neighbours: NeighbourPool = NeighbourPool::Unlabelled, "Neighbours", symbol: "neighbours", part: Some(Part::Snap);
        /// The image that is trained on for a chosen neighbour: the real one (section 3.4) or its reconstruction
        /// (Algorithm 1, line 12).
        training_pair: TrainingPair = TrainingPair::Real, "Training pair", symbol: "pair", part: Some(Part::Pair);
        /// The share of each round's samples that SI and Random latent generate; the others, and the first set, are real
        /// ones at random. 1 = all. Less than all is not in the paper.
        generated_share: f32 = 1.0, "Generated share", symbol: "generated", word: Some((1.0, "all")), limits: SHARE, speed: 0.005,
            when: |e| e.dataset.has_labelling_tool(), part: Some(Part::Generated);
        /// SI and Random latent generate only in the densest share of the embedding, by the distance to the tenth neighbour
        /// (r10); points outside are rejected and drawn again. 1 = all. Not in the paper.
        generated_density_quantile: f32 = 1.0, "Generated densest share", symbol: "generated densest", word: Some((1.0, "all")),
            limits: SHARE, speed: 0.002, when: |e| e.dataset.has_labelling_tool(), part: Some(Part::Generated);
        /// The image of a generated sample: as decoded, or with the detail that the decoder loses given back. Not in the
        /// paper.
        generated_detail: GeneratedDetail = GeneratedDetail::Decoded, "Generated detail", symbol: "detail",
            when: |e| e.dataset.has_labelling_tool(), part: Some(Part::Generated);
        /// When the anchors, the points p whose gradients are followed, are drawn again: each round, every k rounds, or
        /// never (Figure 4).
        anchors: AnchorSelection = AnchorSelection::EachRound, "New anchors", symbol: "anchors", part: Some(Part::Anchors);
        /// Rounds between two draws of the anchors (k).
        reselect_every: usize = 3, "Redraw every", symbol: "k", limits: TIMES, unit: "rounds", speed: 0.1,
            when: |e| e.anchors == AnchorSelection::EveryK, part: Some(Part::Anchors);
    }
    More "SNN+ and scored pools" {
        /// How many points SNN+ proposes for each sample that it labels, those of highest entropy (J a round); of how many
        /// SNN-flip chooses each.
        proposal_factor: usize = 3, "SNN+ proposals", symbol: "proposals", limits: 1.0..=100.0, unit: "× J", speed: 0.05, when: classes,
            part: Some(Part::Proposals);
        /// How far a step of SNN+ moves, in standard deviations σ of the embedding (α).
        plus_alpha: f32 = 0.5, "SNN+ step length", symbol: "α", limits: STEP_LENGTHS, unit: "σ", speed: 0.005, when: classes,
            part: Some(Part::Plus);
        /// Steps that each anchor of SNN+ takes in a round, with its own label; each step gives one proposal.
        plus_steps: usize = 1, "SNN+ steps", symbol: "steps", limits: 1.0..=100.0, speed: 0.05, when: classes, part: Some(Part::Plus);
        /// SNN+ keeps proposals only in the densest share of the embedding, by the distance to the tenth neighbour
        /// (r10); this removes outward drifters. 1 = all.
        plus_density_quantile: f32 = 1.0, "SNN+ densest share", symbol: "densest", word: Some((1.0, "all")), limits: SHARE, speed: 0.002,
            when: classes, part: Some(Part::Plus);
        /// SNN+ moves only this share of the anchors it draws, those with the longest gradients. 1 = all.
        plus_gradient_share: f32 = 1.0, "SNN+ steepest share", symbol: "steepest", word: Some((1.0, "all")), limits: SHARE, speed: 0.005,
            when: classes, part: Some(Part::Plus);
        /// How many random unlabelled samples a scoring strategy scores in each round.
        pool_size: usize = 8_000, "Scoring pool", symbol: "pool", limits: COUNT, speed: 50.0, part: Some(Part::Pool);
    }
    More "Ridge" {
        /// Whom Ridge believes about the class of a sample: the target, the labels that lie near in latent space, or both.
        ridge_belief: RidgeBelief = RidgeBelief::Target, "Belief", symbol: "belief",
            when: |e| classes(e) && e.ridge_doubt != RidgeDoubt::None, part: Some(Part::Doubt);
        /// What Ridge takes for the doubt about a sample, given the belief: the standard deviation of the answer, the margin, or,
        /// as an ablation, the same for all.
        ridge_doubt: RidgeDoubt = RidgeDoubt::Deviation, "Doubt", symbol: "doubt", when: classes, part: Some(Part::Doubt);
    }
    More "SNN-flip" {
        /// How many random unlabelled codes SNN-flip follows to the boundary in each round; at least those it keeps.
        flip_pool: usize = 1_000, "Paths", symbol: "paths", limits: COUNT, speed: 10.0, when: classes, part: Some(Part::Flip);
        /// After how many steps of length α a path of SNN-flip ends if the target has not changed its mind.
        flip_steps: usize = 5, "Steps of a path", symbol: "steps", limits: 1.0..=100.0, speed: 0.05, when: classes, part: Some(Part::Flip);
    }
    More "Walks (Figure 4)" {
        /// Walks through latent space that are recorded with a run, one step a round (Figure 4). They do not change the
        /// run. 0 = none.
        walks: usize = 6, "Walks", word: Some((0.0, "none")), limits: 0.0..=1_000.0, speed: 0.1;
        /// Samples of the initial set at which walks start: random, equally many of each class, or at the rim of the
        /// embedding.
        walk_anchors: WalkAnchors = WalkAnchors::Random, "Start";
        /// When a walk is restarted at another labelled sample: never (Figure 4), every k steps, or when it drifts
        /// outwards, stalls or alternates between the same samples.
        walk_reselection: WalkReselection = WalkReselection::Never, "Restart";
        /// Steps between two restarts of a walk (k).
        walk_reselect_every: usize = 3, "Restart every", limits: TIMES, unit: "steps", speed: 0.1,
            when: |e| e.walk_reselection == WalkReselection::EveryK;
    }
}

impl Field {
    const PLAIN: Self = Self {
        name: "",
        label: "",
        symbol: "",
        help: "",
        limits: 0.0..=f64::MAX,
        unit: "",
        word: None,
        offered: &[],
        speed: 1.0,
        rate: false,
        aside: false,
        when: |_| true,
        digest: None,
        part: None,
        text: |_| String::new(),
        slot: |e| e.name.slot(),
    };

    /// Every field, in display order.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        Group::ALL.iter().flat_map(|g| g.fields)
    }

    /// The field of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|f| f.name == name)
    }

    /// The field's value as text that `set` reads.
    pub fn get(&self, experiment: &Experiment) -> String {
        (self.text)(experiment)
    }

    /// Sets the field from text; the error says which values are allowed.
    pub fn set(&self, experiment: &mut Experiment, text: &str) -> Result<(), String> {
        (self.slot)(experiment).set(text, &self.limits)
    }

    /// The field's value in `experiment`, by its type, for an editor.
    pub fn slot<'a>(&self, experiment: &'a mut Experiment) -> Slot<'a> {
        (self.slot)(experiment)
    }

    /// The allowed values, as the end of a sentence.
    pub fn expected(&self) -> String {
        (self.slot)(&mut Experiment::default()).expected(&self.limits)
    }

    /// Whether the field has an effect, given the values of the others, and so is shown.
    pub fn applies(&self, experiment: &Experiment) -> bool {
        (self.when)(experiment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete_and_takes_its_default() {
        let defaults = Experiment::default();
        for field in Field::all() {
            let name = field.name;
            assert_eq!(Field::all().filter(|f| f.name == name).count(), 1, "{name}");
            assert!(field.help.ends_with('.') && !field.label.is_empty(), "{name}");
            let mut copy = defaults.clone();
            field.set(&mut copy, &field.get(&defaults)).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(copy, defaults, "{name}");
            let number = !matches!(field.slot(&mut copy), Slot::Seed(_) | Slot::Text(_) | Slot::Choice(_));
            assert_eq!(number, field.limits != Field::PLAIN.limits, "{name}: numbers, and only they, have limits");
            let means = field.word.map(|(value, word)| format!("{value} = {word}."));
            assert!(means.is_none_or(|means| field.help.contains(&means)), "{name}: its word is not in its help");
        }
        let rows = toml::Table::try_from(&defaults).unwrap();
        assert!(rows.keys().all(|name| Field::named(name).is_some()) && rows.len() == Field::all().count());
    }

    #[test]
    fn every_field_rejects_what_it_cannot_be() {
        let mut e = Experiment::default();
        for field in Field::all() {
            let beyond = [field.limits.start() - 1.0, field.limits.end() * 2.0, f64::NAN].map(|v| v.to_string());
            let bad = match field.slot(&mut e) {
                Slot::Text(_) => continue,
                Slot::Seed(_) => vec!["-1", "0.5", ""],
                Slot::Choice(_) => vec!["", "0"],
                Slot::Count(_) => ["-1", "0.5", ""].into_iter().chain(beyond.iter().map(String::as_str)).collect(),
                Slot::Single(_) | Slot::Double(_) => beyond.iter().map(String::as_str).chain(["x", "inf"]).collect(),
            };
            for value in bad {
                let error = e.set(&format!("{}={value}", field.name)).unwrap_err().to_string();
                assert!(error.starts_with(&format!("field `{}`: `{value}` is not ", field.name)), "{error}");
            }
        }
        assert_eq!(e, Experiment::default());
    }
}
