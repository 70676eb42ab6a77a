//! `Experiment`: every number of a run, one row each. A row is the field with its default, limits, unit and help;
//! checks, lists, the settings and the digests are loops over the rows.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::choices::{
    AnchorSelection, Augmentation, EvaluationSplit, GeneratorKind, GradientKind, NeighbourPool, StressKind,
    TrainingPair, WalkAnchors, WalkReselection, WeightsBetweenRounds,
};
use super::datasets::DatasetKind;
use super::networks::TargetKind;
use super::strategy::{Part, Strategy};
use super::value::{Slot, Value};

/// A field of an experiment.
pub struct Field {
    pub name: &'static str,
    /// On the screen.
    pub label: &'static str,
    /// The short form of its label in the names of runs that differ in it.
    pub symbol: &'static str,
    pub help: &'static str,
    /// What a number must lie in.
    pub limits: RangeInclusive<f64>,
    pub unit: &'static str,
    /// How far a number moves for each point that it is dragged.
    pub speed: f64,
    /// A rate: dragged by orders of magnitude.
    pub rate: bool,
    /// Whether it has an effect beside the other fields' values.
    when: fn(&Experiment) -> bool,
    /// The trained network whose weights depend on it.
    digest: Option<Digest>,
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

/// How soon a group is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Main,
    More,
}

/// A network that is trained once and cached under the values that its weights depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    Generator,
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
                    text: |e| e.$name.to_string(),
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
/// A step longer than this leaves any embedding.
pub const STEP_LENGTHS: RangeInclusive<f64> = 0.0..=100.0;
const SHARE: RangeInclusive<f64> = 0.01..=1.0;

const GENERATOR: Option<Digest> = Some(Digest::Generator);
const STAND_IN: Option<Digest> = Some(Digest::StandIn);

fn classes(e: &Experiment) -> bool {
    e.dataset.task().has_classes()
}

fn maps(e: &Experiment) -> bool {
    e.dataset.task().has_maps()
}

fn vae(e: &Experiment) -> bool {
    e.generator == GeneratorKind::Vae
}

fn alpha_gan(e: &Experiment) -> bool {
    e.generator == GeneratorKind::AlphaGan
}

fn stand_in(e: &Experiment) -> bool {
    e.dataset.has_stand_in()
}

// The order is that of the settings, and that in which values enter a digest.
fields! {
    Main "Data and latent space" {
        /// The preset this came from, or a name of your own.
        name: String = "digits".into(), "Name", when: |_| false;
        /// The labelled set D that samples are taken from. Built-in digits need no download.
        dataset: DatasetKind = DatasetKind::Digits, "Data set";
        /// The folder of your own masks: PNG files of any size, the wall white, or lumen and wall as two greys. Each is
        /// checked by the labelling tool.
        masks: String = String::new(), "Folder of masks", when: |e| e.dataset == DatasetKind::Masks;
        /// n of R^n, the dimension of the latent space; 3 in the tables. Two or three can be seen whole.
        latent_dim: usize = 3, "Latent dimension", limits: 1.0..=16.0, speed: 0.05, digest: GENERATOR;
    }
    Main "Sampling" {
        /// Which strategies run side by side, from the same seed.
        strategy: Strategy = Strategy::Snn, "Compare";
        /// α of Eq. 2, the length of the step p' = p + αd, in standard deviations σ of the embedding. The view shows it
        /// to scale.
        alpha: f32 = 0.3, "Step length α", symbol: "α", limits: STEP_LENGTHS, unit: "σ", speed: 0.005, part: Some(Part::Step);
        /// J of the paper: how many samples are labelled in each round.
        samples_per_round: usize = 500, "Samples per round", limits: COUNT, speed: 5.0;
        /// Optimiser steps of F in each round.
        minibatches_per_round: usize = 100, "Training", limits: COUNT, unit: "mb", speed: 0.5,
            when: |e| e.epochs_per_round == 0;
        /// Passes over the labelled set in each round; 0 trains a fixed number of minibatches instead.
        epochs_per_round: usize = 0, "Training", limits: COUNT_OR_NONE, unit: "epochs", speed: 0.5,
            when: |e| e.epochs_per_round > 0;
        /// Rounds t = 1, 2, ... of Algorithm 1. Round 1 trains on the initial random set.
        rounds: usize = 10, "Rounds", limits: TIMES, speed: 0.1;
        /// The run's root seed: initial set, initial weights, batches, anchors. All strategies share it, so they tie in
        /// round 1.
        seed: u64 = 1, "Seed";
    }
    More "Data" {
        /// Seed of the built-in data, and of the split of your own masks; other data ignore it.
        data_seed: u64 = 1, "Data seed";
        /// How many train images to use, the first ones, before the validation split is taken; 0 takes all.
        train_size: usize = 0, "Train images", limits: COUNT_OR_NONE, speed: 50.0;
        /// How many test images to use, the first ones; 0 takes all.
        test_size: usize = 0, "Test images", limits: COUNT_OR_NONE, speed: 50.0;
        /// Images split off from train for choices, at most a sixth of it.
        validation_size: usize = 5_000, "Validation images", limits: COUNT_OR_NONE, speed: 50.0;
        /// The split on which the target is judged; `test` is read once, by the final protocol.
        evaluate_on: EvaluationSplit = EvaluationSplit::Test, "Evaluate on";
    }
    More "Labelling tool" {
        /// Systolic peak of the pressure on the lumen: the stress maps are those of that moment.
        systolic_mmhg: f64 = 120.0, "Systolic peak", limits: 1.0..=1_000.0, unit: "mmHg", speed: 0.5, when: maps;
        /// Which stress the maps show: the largest principal one, or von Mises'.
        stress: StressKind = StressKind::MaxPrincipal, "Stress", when: maps;
        /// The target learns stress divided by this. Its output ends at 1, so larger stresses are out of its reach.
        stress_scale_kpa: f32 = 250.0, "Maps divided by", limits: 1.0..=100_000.0, unit: "kPa", when: maps;
    }
    More "Stand-in for a labelling tool" {
        /// Digits have no labelling tool: a LeNet, trained on the labelled train split for this many minibatches and
        /// then frozen, stands in for one where SI or Random latent generates samples. Not in the paper.
        labeller_minibatches: usize = 1_000, "Minibatches", limits: COUNT, speed: 5.0, when: stand_in, digest: STAND_IN;
        /// Seed of that classifier's weights and batches: the same for all repeats.
        labeller_seed: u64 = 1, "Seed", when: stand_in, digest: STAND_IN;
    }
    More "Generator" {
        /// Which generator embeds the images: the VAE (Tables S9 to S12), or the α-GAN (Tables S1 to S5), which pads
        /// digits to 32 x 32.
        generator: GeneratorKind = GeneratorKind::Vae, "Kind";
        /// Seed of the generator's weights, batches and noise: the same for all repeats.
        generator_seed: u64 = 1, "Seed", digest: GENERATOR;
        /// Passes of the generator over the train images. It sees no labels.
        generator_epochs: usize = 16, "Epochs", limits: TIMES, speed: 0.1, digest: GENERATOR;
        /// Images per minibatch of the generator.
        generator_batch: usize = 128, "Batch size", limits: BATCH, digest: GENERATOR;
        /// Adam's step size for the generator.
        generator_learning_rate: f64 = 1e-3, "Learning rate", limits: RATE, rate: true, digest: GENERATOR;
        /// Adam's step size in the epochs that begin in the last quarter of the generator's training; with three or
        /// fewer epochs there is none.
        generator_final_learning_rate: f64 = 3e-4, "Final learning rate", limits: RATE, rate: true, digest: GENERATOR;
        /// Weight of the KL term of the VAE's loss; 1 is the plain VAE. The α-GAN has none.
        beta: f32 = 1.0, "β of the KL term", limits: 0.0..=1_000.0, speed: 0.01, when: vae, digest: GENERATOR;
        /// Channels of the α-GAN's convolutions; 64 in Tables S1 to S4. The VAE has none.
        generator_width: usize = 64, "Width", limits: WIDTH, speed: 0.2, when: alpha_gan, digest: GENERATOR;
        /// λ of the α-GAN: the weight of the mean absolute reconstruction error beside the adversarial losses.
        reconstruction_weight: f32 = 10.0, "λ of the error", limits: 0.001..=1_000.0, speed: 0.1, when: alpha_gan,
            digest: GENERATOR;
    }
    More "Target model F" {
        /// The network F that learns from the labels: LeNet (Table S7), or VGG-16 (Table S8), which pads digits to
        /// 32 x 32. Where labels are maps, the stress network (Table S6).
        target: TargetKind = TargetKind::LeNet, "Network", when: |e| TargetKind::of(e.dataset.task()).count() > 1;
        /// Channels of VGG-16's first stage, 64 in Table S8; the others follow. LeNet has its own.
        target_width: usize = 64, "Width", limits: WIDTH, speed: 0.2,
            when: |e| e.network() == TargetKind::Vgg16;
        /// Whether images are mirrored and shifted before F trains on them. The paper does neither; digits must not be
        /// mirrored.
        augmentation: Augmentation = Augmentation::None, "Augmentation";
        /// Images per minibatch of the target model F.
        batch_size: usize = 64, "Batch size", limits: BATCH;
        /// Adam's step size for F.
        learning_rate: f64 = 1e-3, "Learning rate", limits: RATE, rate: true;
        /// Adam's epsilon, for F and the generator.
        adam_epsilon: f32 = 1e-8, "Adam's epsilon", limits: RATE, rate: true, digest: GENERATOR;
        /// Between rounds, F's training continues (Figure 3), or starts again from the same initial weights.
        weights: WeightsBetweenRounds = WeightsBetweenRounds::Continue, "Between rounds";
        /// Minibatches between two evaluations on the fixed part of the test images: the fine curve inside rounds.
        evaluate_every: usize = 20, "Evaluate every", limits: COUNT, unit: "mb", speed: 0.5;
        /// Images of that fixed part, equally many of each class. At the end of a round all are used.
        evaluation_part: usize = 1_000, "Evaluation part", limits: COUNT, speed: 10.0;
    }
    More "Stopping" {
        /// Stop at the end of the first round with at least this many labels; 0 never.
        stop_at_labels: usize = 0, "At labels", limits: COUNT_OR_NONE, speed: 10.0;
        /// Stop at the end of the first round whose validation accuracy reaches this; 0 never.
        stop_at_validation_accuracy: f32 = 0.0, "At accuracy", limits: 0.0..=100.0, unit: "%", speed: 0.1,
            when: classes;
    }
    More "The step of SNN and SI" {
        /// The direction d: the gradient of the loss divided by its length (Eq. 2), or as it is (Algorithm 1, line 10).
        gradient: GradientKind = GradientKind::Normalised, "Direction d", symbol: "d", part: Some(Part::Gradient);
        /// Where the nearest neighbour of p' may come from: samples not yet labelled, or all of D, taken literally.
        neighbours: NeighbourPool = NeighbourPool::Unlabelled, "Neighbours", symbol: "neighbours", part: Some(Part::Snap);
        /// What enters training for a neighbour: the real image (section 3.4), or its reconstruction (Algorithm 1,
        /// line 12).
        training_pair: TrainingPair = TrainingPair::Real, "Training pair", symbol: "pair", part: Some(Part::Pair);
        /// The points p whose gradients are followed: drawn again each round, every k rounds, or never (Figure 4).
        anchors: AnchorSelection = AnchorSelection::EachRound, "New anchors", symbol: "anchors", part: Some(Part::Anchors);
        /// k, when anchors are drawn again every k rounds.
        reselect_every: usize = 3, "k of every k", symbol: "k", limits: TIMES, unit: "rounds", speed: 0.1,
            when: |e| e.anchors == AnchorSelection::EveryK, part: Some(Part::Anchors);
    }
    More "SNN+ and scored pools" {
        /// SNN+ proposes this many times J points; those of highest entropy are labelled.
        proposal_factor: usize = 3, "SNN+ proposals", symbol: "proposals", limits: 1.0..=100.0, unit: "J", speed: 0.05, when: classes,
            part: Some(Part::Proposals);
        /// α of SNN+, in standard deviations σ of the embedding.
        plus_alpha: f32 = 0.5, "SNN+ step length", symbol: "α", limits: STEP_LENGTHS, unit: "σ", speed: 0.005, when: classes,
            part: Some(Part::Plus);
        /// Steps each anchor of SNN+ takes in a round, by its own label; where each of them arrives is a proposal.
        plus_steps: usize = 1, "SNN+ steps", symbol: "steps", limits: 1.0..=100.0, speed: 0.05, when: classes, part: Some(Part::Plus);
        /// SNN+ drops points that are sparser (r10) than this share of the embedding: outward drifters. 1 drops none.
        plus_density_quantile: f32 = 1.0, "SNN+ densest", symbol: "densest", limits: SHARE, speed: 0.002, when: classes,
            part: Some(Part::Plus);
        /// SNN+ moves this share of the anchors it draws, those of the largest gradients. 1 moves them all.
        plus_gradient_share: f32 = 1.0, "SNN+ steepest", symbol: "steepest", limits: SHARE, speed: 0.005, when: classes,
            part: Some(Part::Plus);
        /// How many random unlabelled samples a scoring strategy looks at.
        pool_size: usize = 8_000, "Scoring pool", symbol: "pool", limits: COUNT, speed: 50.0, part: Some(Part::Pool);
    }
    More "Walks (Figure 4)" {
        /// Walks recorded beside the run, one step a round (Figure 4). They never influence it.
        walks: usize = 6, "Walks", limits: 0.0..=1_000.0, speed: 0.1;
        /// Which samples of the initial set the walks start at: any, equally many of each class, or those at the rim of
        /// the cloud.
        walk_anchors: WalkAnchors = WalkAnchors::Random, "Start";
        /// When a walk is restarted at another labelled sample: never (Figure 4), every k steps, or when it drifted
        /// out, stalled or recycles.
        walk_reselection: WalkReselection = WalkReselection::Never, "Restart";
        /// k, when walks are restarted every k steps.
        walk_reselect_every: usize = 3, "k of every k", limits: TIMES, unit: "steps", speed: 0.1,
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
        speed: 1.0,
        rate: false,
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

    /// Its value as `set` reads it back.
    pub fn get(&self, experiment: &Experiment) -> String {
        (self.text)(experiment)
    }

    /// Changes it from text; the error says what would do.
    pub fn set(&self, experiment: &mut Experiment, text: &str) -> Result<(), String> {
        (self.slot)(experiment).set(text, &self.limits)
    }

    /// The place of its value, for an editor.
    pub fn slot<'a>(&self, experiment: &'a mut Experiment) -> Slot<'a> {
        (self.slot)(experiment)
    }

    /// What it takes, as the rest of a sentence.
    pub fn expected(&self) -> String {
        (self.slot)(&mut Experiment::default()).expected(&self.limits)
    }

    /// Whether it has an effect beside the other fields' values, and so is shown.
    pub fn applies(&self, experiment: &Experiment) -> bool {
        (self.when)(experiment)
    }
}

impl Experiment {
    /// The target's network: the one named, or the default of the task if that predicts something else.
    pub fn network(&self) -> TargetKind {
        let task = self.dataset.task();
        if self.target.task() == task { self.target } else { TargetKind::of(task).next().unwrap_or(self.target) }
    }

    /// The values that the weights of a network depend on, in the order of the rows.
    pub fn values(&self, of: Digest) -> String {
        let fields = Field::all().filter(|f| f.digest == Some(of) && f.applies(self));
        fields.map(|f| f.get(self)).collect::<Vec<_>>().join(" ")
    }
}

impl Strategy {
    /// The fields that its proposals depend on, and that may differ between runs that are compared.
    pub fn own_fields(self) -> impl Iterator<Item = &'static Field> {
        Field::all().filter(move |f| f.part.is_some_and(|part| self.has(part)))
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

    #[test]
    fn a_digest_holds_the_fields_that_apply_and_no_other() {
        let mut e = Experiment::default();
        assert_eq!(e.values(Digest::Generator), "3 1 16 128 0.001 0.0003 1 0.00000001");
        assert_eq!(e.values(Digest::StandIn), "1000 1");
        e.set("generator=alpha-gan").unwrap();
        assert_eq!(e.values(Digest::Generator), "3 1 16 128 0.001 0.0003 64 10 0.00000001");
    }

    #[test]
    fn strategies_own_the_fields_of_their_parts() {
        let own = |s: Strategy| s.own_fields().map(|f| f.name).collect::<Vec<_>>().join(" ");
        assert_eq!(own(Strategy::Snn), "alpha gradient neighbours training_pair anchors reselect_every");
        assert_eq!(own(Strategy::EntropySmall), "proposal_factor");
        assert_eq!(own(Strategy::Random), "");
        for &s in Strategy::ALL {
            let fields = own(s);
            let steps = fields.contains("alpha") || s == Strategy::SnnAlphaZero;
            assert_eq!(s.takes_steps(), steps, "{s}: {fields}");
        }
        for field in Field::all() {
            assert_eq!(field.part.is_some(), !field.symbol.is_empty(), "{}", field.name);
        }
        for field in Field::all().filter(|f| f.part.is_some()) {
            assert!(Strategy::ALL.iter().any(|s| s.own_fields().any(|f| f.name == field.name)), "{}", field.name);
        }
    }
}
