//! The choices of an experiment: one enum for each point that the paper leaves open.

/// Declares an enum whose variants have one stable name each, used in files, on the command line and on the screen.
///
/// With `as Row` each variant has a `Row`; only the fields that differ from `Row::PLAIN` are written.
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident as $row:ident {
        $($(#[doc = $doc:literal])* $variant:ident = $text:literal, $label:literal $(, $key:ident: $value:expr)*;)+
    }) => {
        $crate::experiment::choices::choices! {
            $(#[$meta])*
            $name { $($(#[doc = $doc])* $variant = $text, $label;)+ }
        }

        impl $name {
            #[allow(clippy::needless_update, reason = "a row may write every field")]
            fn row(self) -> &'static $row {
                match self {
                    $(Self::$variant => const { &$row { $($key: $value,)* ..$row::PLAIN } },)+
                }
            }
        }
    };
    ($(#[$meta:meta])* $name:ident {
        $($(#[doc = $doc:literal])* $variant:ident = $text:literal, $label:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every choice, in display order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            const NAMED: &'static [$crate::experiment::value::Named] = &[$($crate::experiment::value::Named {
                name: $text,
                label: $label,
                help: concat!($($doc),*).trim_ascii(),
            },)+];

            fn named(self) -> &'static $crate::experiment::value::Named {
                &Self::NAMED[self as usize]
            }

            /// The name in files and on the command line.
            pub fn name(self) -> &'static str {
                self.named().name
            }

            /// The name on the screen.
            pub fn label(self) -> &'static str {
                self.named().label
            }

            /// Its help, one sentence; empty if the label says it all.
            pub fn help(self) -> &'static str {
                self.named().help
            }
        }

        impl $crate::experiment::value::Choice for $name {
            fn options(&self) -> &'static [$crate::experiment::value::Named] {
                Self::NAMED
            }

            fn index(&self) -> usize {
                *self as usize
            }

            fn choose(&mut self, index: usize) {
                *self = Self::ALL.get(index).copied().unwrap_or(*self);
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

pub(super) use choices;

choices! {
    /// How images of any shape become squares.
    ImageFit {
        /// The whole image, with black on two of its sides if it is no square.
        Fit = "fit", "fit in";
        /// The largest square in its middle; the rest is cut off.
        Crop = "crop", "crop to the middle";
        /// The whole image, squeezed into a square.
        Area = "area", "squeeze";
    }
}

choices! {
    /// The samples that are labelled first, before any network is trained on labels.
    FirstSet {
        /// Drawn at random, as in the paper.
        Random = "random", "random";
        /// k-centre greedy in latent space: each sample is the one that lies farthest from those chosen before.
        KCentre = "k-centre", "k-centre, latent";
        /// Coverage herding in latent space: samples that together lie near all others.
        Coverage = "coverage", "coverage herding";
        /// By the strategy of the run, if it needs neither labels nor a trained target, else by coverage herding: runs of
        /// one seed are then not equal in round 1.
        Strategy = "strategy", "by the strategy";
    }
}

choices! {
    /// The image of a generated sample.
    GeneratedDetail {
        /// The decoded one, as in Algorithm 2.
        Decoded = "decoded", "as decoded";
        /// The image of the anchor, or of the nearest train sample where there is none, changed as its decoded image changes
        /// on the way: what the decoder loses is given back.
        Restored = "restored", "given back";
    }
}

choices! {
    /// Whom Ridge believes about the class of a sample.
    RidgeBelief {
        /// The target's prediction.
        Target = "target", "target";
        /// The labels that lie near in latent space; the target is not asked.
        Labels = "labels", "labels nearby";
        /// Both, one half each: more doubt where no label is near or where one contradicts the target.
        Both = "both", "target and labels";
    }
}

choices! {
    /// What Ridge takes for the doubt about a sample.
    RidgeDoubt {
        /// The standard deviation of the answer, between the two likeliest classes.
        Deviation = "deviation", "deviation";
        /// One minus the difference of the two likeliest classes: uncertainty herding, if the target alone is believed.
        Margin = "margin", "margin";
        /// Every sample is doubted alike: coverage herding.
        None = "none", "none";
    }
}

choices! {
    /// The channels of own images.
    ImageColour {
        Grey = "grey", "grey";
        Rgb = "rgb", "RGB";
    }
}

choices! {
    /// Stress shown in a map.
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
        /// Convolutions down and up, for colours and larger images; not in the paper.
        ConvVae = "conv-vae", "Convolutional VAE";
        /// Principal components: a linear map, exact and soon there; not in the paper.
        Pca = "pca", "PCA";
        /// Tables S1 to S5; digits are padded to 32 x 32.
        AlphaGan = "alpha-gan", "α-GAN";
        /// The parameters of the generated vessels themselves: a decoder without error, nothing is trained; not in the
        /// paper.
        Plaque = "plaque", "Plaque parameters";
        /// Codes of your own, from a file; nothing is trained, and no images can be made from them.
        Codes = "codes", "Own codes";
    }
}

/// Numbers that describe a generated vessel.
pub const PLAQUE_NUMBERS: usize = 26;

impl GeneratorKind {
    /// Whether it has an encoder and a decoder, of whatever kind; codes of one's own have neither.
    pub fn has_networks(self) -> bool {
        self != Self::Codes
    }

    /// Whether anything is trained, or fitted to the data.
    pub fn is_trained(self) -> bool {
        !matches!(self, Self::Plaque | Self::Codes)
    }

    /// Whether it is trained by minibatches, with epochs and learning rates.
    pub fn has_minibatches(self) -> bool {
        match self {
            Self::Pca | Self::Plaque | Self::Codes => false,
            Self::Vae | Self::ConvVae | Self::AlphaGan => true,
        }
    }

    /// Whether its layers are convolutions, and have a width.
    pub fn is_convolutional(self) -> bool {
        match self {
            Self::Vae | Self::Pca | Self::Plaque | Self::Codes => false,
            Self::ConvVae | Self::AlphaGan => true,
        }
    }
}

choices! {
    /// Changes to an image before the target network trains on it.
    Augmentation {
        None = "none", "none";
        /// Mirrored at random, and shifted by up to an eighth of its side.
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
    /// Weights of the target network at the start of a round.
    WeightsBetweenRounds {
        /// Training continues from the present weights (Figure 3 needs this).
        Continue = "continue", "continue";
        /// The same initial weights again, trained on all labelled samples.
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
        /// Samples not yet labelled, without duplicates within a round.
        Unlabelled = "unlabelled", "not yet labelled, unique";
        /// All of D, labelled or not, with duplicates: Algorithm 1 taken literally.
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
    /// When the anchors (the labelled samples whose gradients are followed) are drawn again.
    AnchorSelection {
        /// Random among all labelled, each round.
        EachRound = "each-round", "each round";
        /// The last neighbours are the next anchors; drawn again every k rounds.
        EveryK = "every-k", "every k rounds";
        /// The last neighbours are always the next anchors (Figure 4).
        Never = "never", "never";
    }
}

choices! {
    /// Where the walks of Figure 4 start.
    WalkAnchors {
        /// Random samples of the initial set.
        Random = "random", "at random";
        /// Equally many of each class, as far as there are enough.
        PerClass = "per-class", "per class";
        /// The outermost samples, where the embedding is sparse.
        Rim = "rim", "at the rim";
    }
}

choices! {
    /// When a walk is restarted at another labelled sample.
    WalkReselection {
        /// Each step starts where the last one ended (Figure 4).
        Never = "never", "never";
        /// After every k steps (the paper's advice).
        EveryK = "every-k", "every k steps";
        /// When it drifts outwards, stalls or alternates between the same samples.
        WhenLost = "when-lost", "when lost";
    }
}
