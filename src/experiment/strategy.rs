//! Sampling strategies: one row each with its properties. `sampler` has the algorithms, `figures` the colours.

use super::choices::choices;

/// A part of how a strategy proposes samples, with its own fields; a field names the part it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The labelled samples that steps start from.
    Anchors,
    /// The step length α (Eq. 2).
    Step,
    /// The direction of a step.
    Gradient,
    /// The samples among which the nearest neighbour is searched.
    Snap,
    /// The image that is trained on for a neighbour.
    Pair,
    /// How many samples of a round are generated.
    Generated,
    /// The random pool of samples that is scored.
    Pool,
    /// The number of proposals for each sample labelled.
    Proposals,
    /// The steps of SNN+.
    Plus,
    /// The paths of SNN-flip.
    Flip,
    /// What Ridge weighs by.
    Doubt,
}

/// The properties of a strategy.
struct Row {
    /// Whether it generates samples by decoding; a tool must label them.
    generates: bool,
    /// Whether it needs class probabilities.
    needs_classes: bool,
    /// Whether it looks at codes alone, and so can choose the first set.
    begins: bool,
    /// What the score of its proposals is; empty if they have none.
    score: &'static str,
    /// The parts of its proposals.
    parts: &'static [Part],
}

impl Row {
    const PLAIN: Self = Self { generates: false, needs_classes: false, begins: false, score: "", parts: &[] };
}

use Part::*;

choices! {
    /// The sampler of a run.
    Strategy as Row {
        /// Random unlabelled samples: what every strategy is measured against.
        Random = "random", "Random", begins: true;
        /// Sampling by nearest neighbour (Algorithm 1).
        Snn = "snn", "SNN", parts: &[Anchors, Step, Gradient, Snap, Pair];
        /// SNN proposes several times as many samples; those of highest entropy are labelled.
        SnnPlus = "snn-plus", "SNN+", score: "entropy of the prediction in nats", needs_classes: true, parts: &[Anchors, Gradient, Pair, Proposals, Plus];
        /// SNN turned round: the unlabelled samples from whose codes the gradient soon leads to another prediction.
        SnnFlip = "snn-flip", "SNN-flip", score: "minus the way to another prediction, in σ", needs_classes: true, parts: &[Step, Gradient, Pair, Proposals, Flip];
        /// Highest predictive entropy in a random pool.
        Entropy = "entropy", "Entropy", score: "entropy of the prediction in nats", needs_classes: true, parts: &[Pool];
        /// Highest predictive entropy in a random pool as small as the proposals of SNN+, for a fair comparison.
        EntropySmall = "entropy-1500", "Entropy, 3J pool", score: "entropy of the prediction in nats", needs_classes: true, parts: &[Proposals];
        /// Smallest difference between the probabilities of the two best classes.
        Margin = "margin", "Margin", score: "minus the difference of the two largest probabilities", needs_classes: true, parts: &[Pool];
        /// Smallest probability of the best class.
        LeastConfidence = "least-confidence", "Least confidence", score: "minus the largest probability", needs_classes: true, parts: &[Pool];
        /// k-centre greedy on the target's penultimate features.
        CoreSet = "core-set", "Core-set", score: "distance of its features to the nearest labelled or chosen sample", parts: &[Pool];
        /// k-centre greedy in latent space.
        CoreSetLatent = "core-set-latent", "Core-set, latent", score: "distance to the nearest labelled or chosen sample", begins: true, parts: &[Pool];
        /// The sample farthest from the centre whose cluster is largest, on the target's penultimate features.
        Lcmd = "lcmd", "LCMD", score: "distance of its features to the centre of the largest cluster", parts: &[Pool];
        /// Samples in proportion to the mean loss of the labelled ones nearest in latent space.
        PredictedLoss = "predicted-loss", "Predicted loss", score: "mean loss of the nearest labelled samples, in nats or kPa²", parts: &[Pool];
        /// k-means++ on the gradients of the last layer.
        Badge = "badge", "BADGE", score: "length of the last layer's gradient", needs_classes: true, parts: &[Pool];
        /// Samples that together cover the latent space (MaxHerding): each covers what the others do not.
        Coverage = "coverage", "Coverage herding", score: "share of the pool that it covers and no other sample did", begins: true, parts: &[Pool];
        /// Samples that together cover the part of the latent space of which the target is unsure (UHerding).
        UncertaintyHerding = "uncertainty-herding", "Uncertainty herding", score: "share of the pool's doubt that it covers and no other sample did", needs_classes: true, parts: &[Pool];
        /// Samples that together cover what is doubtful, by the standard deviation of the answer: without labels all, with few
        /// what the target is unsure of, with many the boundary, each part of it once.
        Ridge = "ridge", "Ridge", score: "share of the pool's doubt that it covers and no other sample did",
            needs_classes: true, begins: true, parts: &[Pool, Doubt];
        /// The most typical sample of each cluster of the latent space, first where nothing is labelled.
        TypiClust = "typiclust", "TypiClust", score: "1 / mean distance to its neighbours in the cluster", begins: true, parts: &[Pool];
        /// Samples whose balls in latent space hold most of what no other ball holds.
        ProbCover = "probcover", "ProbCover", score: "share of the pool in its ball and in no other", needs_classes: true, begins: true, parts: &[Pool];
        /// Ablation: SNN with steps in random directions.
        SnnRandomDirection = "snn-random-direction", "SNN, random direction", parts: &[Anchors, Step, Snap, Pair];
        /// Ablation: SNN without steps; the neighbour of the anchor itself.
        SnnAlphaZero = "snn-alpha-0", "SNN, no step", parts: &[Anchors, Snap, Pair];
        /// Ablation: SNN with steps against the gradient.
        SnnReversed = "snn-reversed", "SNN, reversed", parts: &[Anchors, Step, Gradient, Snap, Pair];
        /// Ablation of SNN+: steps in random directions.
        RandomDirectionEntropy = "random-direction-3j-entropy", "Random direction, entropy", score: "entropy of the prediction in nats",
            needs_classes: true, parts: &[Anchors, Pair, Proposals, Plus];
        /// Sampling by interpolation (Algorithm 2): moved points are decoded, and a tool labels the images.
        Si = "si", "SI", generates: true, parts: &[Anchors, Step, Gradient, Generated];
        /// Baseline of SI: points of N(0, I) are decoded, and a tool labels the images.
        RandomLatent = "random-latent", "Random latent", generates: true, parts: &[Generated];
    }
}

impl Strategy {
    /// Whether it generates samples by decoding; a tool must label them.
    pub fn generates_samples(self) -> bool {
        self.row().generates
    }

    /// Whether it needs class probabilities.
    pub fn needs_classes(self) -> bool {
        self.row().needs_classes
    }

    /// What the score of its proposals is; empty if they have none.
    pub fn score(self) -> &'static str {
        self.row().score
    }

    /// Whether it needs neither labels nor a trained target, and so can choose the first set.
    pub fn can_begin(self) -> bool {
        self.row().begins
    }

    /// Whether its proposals come with steps through latent space: from labelled samples, or from those proposed.
    pub fn takes_steps(self) -> bool {
        self.has(Anchors) || self.has(Flip)
    }

    /// Whether it follows gradients through a decoder, or decodes what it proposes.
    pub fn needs_decoder(self) -> bool {
        self.takes_steps() || self.generates_samples()
    }

    /// Whether its proposals depend on the fields of this part.
    pub fn has(self, part: Part) -> bool {
        self.row().parts.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_names_of_its_own_and_a_sentence() {
        for &s in Strategy::ALL {
            let same = |other: &&Strategy| other.name() == s.name() || other.label() == s.label();
            assert_eq!(Strategy::ALL.iter().filter(same).count(), 1, "{s}");
            assert_eq!(s.name().parse(), Ok(s));
            assert!(s.help().ends_with('.'), "{s}");
        }
    }
}
