//! The switches of an experiment: one enum for each point that the paper leaves open.

use serde::{Deserialize, Serialize};

/// Declares an enum whose variants have one stable name each, used in files, on the command line and on the screen.
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every choice, in the order shown to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in files and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The name on the screen.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|c| c.name() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|c| c.name()).collect();
                    format!("`{text}` is none of {}", known.join(", "))
                })
            }
        }
    };
}

choices! {
    /// Data sets that can be run.
    DatasetKind {
        /// Handwritten-like digits made here from stroke skeletons.
        Digits = "digits", "Built-in digits";
        /// MNIST from its IDX files.
        Mnist = "mnist", "MNIST";
        /// CIFAR-10 from its binary files.
        Cifar10 = "cifar10", "CIFAR-10";
        /// Vessel cross-sections made here, whose labels are simulated stress maps.
        Ivus = "ivus", "IVUS (made vessels)";
        /// The user's own masks of vessel walls, from a folder; their labels are simulated, too.
        Masks = "masks", "IVUS (own masks)";
    }
}

/// What a target learns of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// One of several classes; judged by accuracy.
    Classes,
    /// One value a pixel; judged by the mean square error.
    Maps,
}

impl Task {
    /// What a target is judged by.
    pub fn measure(self) -> &'static str {
        match self {
            Self::Classes => "Accuracy",
            Self::Maps => "Mean square error",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Classes => "%",
            Self::Maps => "kPa\u{b2}",
        }
    }

    /// The unit of losses.
    pub fn loss_unit(self) -> &'static str {
        match self {
            Self::Classes => "nats",
            Self::Maps => "kPa\u{b2}",
        }
    }

    /// A smaller value is a better target.
    pub fn lower_is_better(self) -> bool {
        self == Self::Maps
    }
}

impl DatasetKind {
    /// What a target learns of its images.
    pub fn task(self) -> Task {
        match self {
            Self::Ivus | Self::Masks => Task::Maps,
            _ => Task::Classes,
        }
    }

    /// Something labels images that are made: a simulation, or a classifier that stands in for one.
    pub fn has_labelling_tool(self) -> bool {
        self.task() == Task::Maps || self.has_stand_in()
    }

    /// No tool labels its images, but a frozen classifier stands in for one.
    pub fn has_stand_in(self) -> bool {
        matches!(self, Self::Digits | Self::Mnist)
    }
}

choices! {
    /// The stress that a map shows.
    StressKind {
        MaxPrincipal = "max-principal", "largest principal stress";
        VonMises = "von-mises", "von Mises stress";
    }
}

choices! {
    /// Generators that can be trained.
    GeneratorKind {
        /// Tables S9 to S12.
        Vae = "vae", "VAE";
        /// Tables S1 to S5; digits are padded to 32 x 32 for it.
        AlphaGan = "alpha-gan", "α-GAN";
    }
}

choices! {
    /// Networks that can classify.
    TargetKind {
        /// Table S7.
        LeNet = "lenet", "LeNet";
        /// Table S8; digits are padded to 32 x 32 for it.
        Vgg16 = "vgg16", "VGG-16";
    }
}

choices! {
    /// What happens to an image before the target trains on it.
    Augmentation {
        None = "none", "none";
        /// Mirrored or not, and shifted by up to an eighth of its side.
        FlipAndShift = "flip-and-shift", "flip and shift";
    }
}

choices! {
    /// The split on which accuracies are measured.
    EvaluationSplit {
        Test = "test", "test split";
        Validation = "validation", "validation split";
    }
}

choices! {
    /// What happens to the target's weights at the start of a round.
    WeightsBetweenRounds {
        /// Training goes on from where it was (Figure 3 needs this).
        Continue = "continue", "continue";
        /// The same initial weights again, trained on everything bought so far.
        Retrain = "retrain", "retrain from scratch";
    }
}

choices! {
    /// The direction d of the step p' = p + alpha d.
    GradientKind {
        /// d = g / |g| (text of 3.4, Eq. 2).
        Normalised = "normalised", "normalised (Eq. 2)";
        /// d = g (Algorithm 1, line 10).
        Raw = "raw", "raw (Algorithm 1)";
    }
}

choices! {
    /// Which samples may be the nearest neighbour of a moved point.
    NeighbourPool {
        /// Not yet labelled, and no duplicates within the round.
        Unlabelled = "unlabelled", "not yet labelled, unique";
        /// All of D, labelled or not, duplicates kept: Algorithm 1 taken literally.
        All = "all", "all of D (literal)";
    }
}

choices! {
    /// The pair that enters training for a chosen neighbour.
    TrainingPair {
        /// The real image and its label (text of 3.4).
        Real = "real", "real pair (x, y)";
        /// The decoded neighbour and its label (Algorithm 1, line 12).
        Decoded = "decoded", "decoded pair (G(p), y)";
    }
}

choices! {
    /// When the anchors, whose gradients are followed, are drawn anew.
    AnchorSelection {
        /// Random among all labelled, each round.
        EachRound = "each-round", "each round";
        /// The neighbours found last are the next anchors; drawn anew every k rounds.
        EveryK = "every-k", "every k rounds";
        /// The neighbours found last are always the next anchors (Figure 4).
        Never = "never", "never";
    }
}

choices! {
    /// Where the walks of Figure 4 start.
    WalkAnchors {
        /// Anywhere among the candidates.
        Random = "random", "at random";
        /// As many of each class, as far as they go.
        PerClass = "per-class", "per class";
        /// Among the outermost candidates, where the embedding is sparse.
        Rim = "rim", "at the rim";
    }
}

choices! {
    /// When a walk is put at another labelled sample.
    WalkReselection {
        /// It goes on from where it arrived, for ever (Figure 4).
        Never = "never", "never";
        /// After every k steps (the paper's advice).
        EveryK = "every-k", "every k steps";
        /// When it drifted outwards, stalled, or goes to and fro between the same samples.
        WhenLost = "when-lost", "when lost";
    }
}

choices! {
    /// The sampler of a run.
    Strategy {
        /// The paper's baseline: random among the unlabelled.
        Random = "random", "Random";
        /// Sampling by nearest neighbour (Algorithm 1).
        Snn = "snn", "SNN";
        /// SNN proposes several times as many; those of highest entropy are bought.
        SnnPlus = "snn-plus", "SNN+";
        /// Highest predictive entropy over a random pool.
        Entropy = "entropy", "Entropy";
        /// Entropy over a pool as small as the proposals of SNN+: its fair rival.
        EntropySmall = "entropy-1500", "Entropy, 3J pool";
        /// Smallest difference of the two best classes.
        Margin = "margin", "Margin";
        /// Smallest probability of the best class.
        LeastConfidence = "least-confidence", "Least confidence";
        /// k-centre greedy on the target's penultimate features.
        CoreSet = "core-set", "Core-set";
        /// k-centre greedy in latent space.
        CoreSetLatent = "core-set-latent", "Core-set, latent";
        /// k-means++ on the gradients of the last layer.
        Badge = "badge", "BADGE";
        /// Ablation: SNN along a random direction.
        SnnRandomDirection = "snn-random-direction", "SNN, random direction";
        /// Ablation: SNN without a step, the neighbour of the anchor itself.
        SnnAlphaZero = "snn-alpha-0", "SNN, no step";
        /// Ablation: SNN against the gradient.
        SnnReversed = "snn-reversed", "SNN, reversed";
        /// Ablation of SNN+: proposals along random directions.
        RandomDirectionEntropy = "random-direction-3j-entropy", "Random direction, entropy";
        /// Sampling by interpolation (Algorithm 2): moved points are decoded and labelled by a tool.
        Si = "si", "SI";
        /// SI's own baseline: decoded points of N(0, I), labelled by a tool.
        RandomLatent = "random-latent", "Random latent";
    }
}

impl Strategy {
    /// It makes its samples by decoding, and needs a tool that labels them.
    pub fn makes_samples(self) -> bool {
        matches!(self, Self::Si | Self::RandomLatent)
    }

    /// It looks at the probabilities of classes.
    fn needs_classes(self) -> bool {
        matches!(
            self,
            Self::SnnPlus
                | Self::Entropy
                | Self::EntropySmall
                | Self::Margin
                | Self::LeastConfidence
                | Self::Badge
                | Self::RandomDirectionEntropy
        )
    }

    /// Why it cannot run on this data; none where it can.
    pub fn objection(self, dataset: DatasetKind) -> Option<String> {
        match dataset.task() {
            _ if self.makes_samples() && !dataset.has_labelling_tool() => Some(format!(
                "{} has images made that a tool must label, and {} has no such tool; `ivus` has, and for digits a \
                 classifier stands in",
                self.label(),
                dataset.label()
            )),
            Task::Maps if self.needs_classes() => Some(format!(
                "{} looks at the probabilities of classes, and the labels of {} are maps",
                self.label(),
                dataset.label()
            )),
            _ => None,
        }
    }
}
