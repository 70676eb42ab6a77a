//! Sampling strategies: one row each with all that is data about it. How it proposes is in `sampler`, how it looks in
//! `figures`.

use super::choices::choices;

/// A part of a strategy's proposals that has fields of its own; a field names the part it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The labelled samples that steps start from.
    Anchors,
    /// The length of the step, alpha of Eq. 2.
    Step,
    /// The gradient that a step follows.
    Gradient,
    /// Where the nearest neighbour may come from.
    Snap,
    /// What enters training for a neighbour.
    Pair,
    /// The random pool that is scored.
    Pool,
    /// Several proposals for each sample labelled.
    Proposals,
    /// The steps of SNN+.
    Plus,
}

/// What is data about a strategy.
struct Row {
    /// It generates its samples by decoding, and needs a tool that labels them.
    generates: bool,
    /// It looks at the probabilities of classes.
    needs_classes: bool,
    /// What its proposals are made of.
    parts: &'static [Part],
}

impl Row {
    const PLAIN: Self = Self { generates: false, needs_classes: false, parts: &[] };
}

use Part::*;

choices! {
    /// The sampler of a run.
    Strategy as Row {
        /// The paper's baseline: random among the unlabelled.
        Random = "random", "Random";
        /// Sampling by nearest neighbour (Algorithm 1).
        Snn = "snn", "SNN", parts: &[Anchors, Step, Gradient, Snap, Pair];
        /// SNN proposes several times as many; those of highest entropy are labelled.
        SnnPlus = "snn-plus", "SNN+", needs_classes: true, parts: &[Anchors, Gradient, Pair, Proposals, Plus];
        /// Highest predictive entropy over a random pool.
        Entropy = "entropy", "Entropy", needs_classes: true, parts: &[Pool];
        /// Entropy over a pool as small as the proposals of SNN+: its fair rival.
        EntropySmall = "entropy-1500", "Entropy, 3J pool", needs_classes: true, parts: &[Proposals];
        /// Smallest difference of the two best classes.
        Margin = "margin", "Margin", needs_classes: true, parts: &[Pool];
        /// Smallest probability of the best class.
        LeastConfidence = "least-confidence", "Least confidence", needs_classes: true, parts: &[Pool];
        /// k-centre greedy on the target's penultimate features.
        CoreSet = "core-set", "Core-set", parts: &[Pool];
        /// k-centre greedy in latent space.
        CoreSetLatent = "core-set-latent", "Core-set, latent", parts: &[Pool];
        /// k-means++ on the gradients of the last layer.
        Badge = "badge", "BADGE", needs_classes: true, parts: &[Pool];
        /// Ablation: SNN along a random direction.
        SnnRandomDirection = "snn-random-direction", "SNN, random direction", parts: &[Anchors, Step, Snap, Pair];
        /// Ablation: SNN without a step, the neighbour of the anchor itself.
        SnnAlphaZero = "snn-alpha-0", "SNN, no step", parts: &[Anchors, Snap, Pair];
        /// Ablation: SNN against the gradient.
        SnnReversed = "snn-reversed", "SNN, reversed", parts: &[Anchors, Step, Gradient, Snap, Pair];
        /// Ablation of SNN+: proposals along random directions.
        RandomDirectionEntropy = "random-direction-3j-entropy", "Random direction, entropy",
            needs_classes: true, parts: &[Anchors, Pair, Proposals, Plus];
        /// Sampling by interpolation (Algorithm 2): moved points are decoded and labelled by a tool.
        Si = "si", "SI", generates: true, parts: &[Anchors, Step, Gradient];
        /// SI's own baseline: decoded points of N(0, I), labelled by a tool.
        RandomLatent = "random-latent", "Random latent", generates: true;
    }
}

impl Strategy {
    /// It generates its samples by decoding, and needs a tool that labels them.
    pub fn generates_samples(self) -> bool {
        self.row().generates
    }

    /// It looks at the probabilities of classes.
    pub fn needs_classes(self) -> bool {
        self.row().needs_classes
    }

    /// Its proposals are steps from labelled samples.
    pub fn takes_steps(self) -> bool {
        self.has(Anchors)
    }

    /// Its proposals depend on the fields of this part.
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
