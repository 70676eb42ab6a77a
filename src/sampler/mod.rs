//! Samplers choose what to label next: a file for each strategy, one trait, and an input that shows a sampler only what
//! the paper allows: train images and codes, the labels paid for, and the models.

mod input;
mod distance;
mod pool;
mod step;
mod random;
mod random_latent;
mod snn;
mod si;
mod uncertainty;
mod snn_plus;
mod core_set;
mod predicted_loss;
mod k_means;
mod badge;
mod herding;
mod coverage;
mod uncertainty_herding;
mod typiclust;
mod probcover;
mod snn_flip;
mod ridge;
#[cfg(test)]
mod reference;

pub use input::{Candidate, Considered, Images, Interrupted, Labelled, Place, Sampler, SamplerInput};
pub use step::{Anchor, Heading, MovedPoint, Stride, Terrain, move_points, stepped};
pub use uncertainty::Measure;

use crate::experiment::{Experiment, Part, Strategy};
use core_set::{Among, CoreSet, Space};
use uncertainty::{Pool, Uncertainty};

/// The sampler of a strategy.
pub fn sampler(strategy: Strategy) -> Box<dyn Sampler> {
    match strategy {
        Strategy::Random => Box::new(random::Random),
        Strategy::Snn => Box::new(snn::Snn { heading: Heading::Gradient, step: true }),
        Strategy::SnnRandomDirection => Box::new(snn::Snn { heading: Heading::Random, step: true }),
        Strategy::SnnAlphaZero => Box::new(snn::Snn { heading: Heading::Gradient, step: false }),
        Strategy::SnnReversed => Box::new(snn::Snn { heading: Heading::Reversed, step: true }),
        Strategy::SnnFlip => Box::new(snn_flip::SnnFlip),
        Strategy::SnnPlus => Box::new(snn_plus::SnnPlus { heading: Heading::Gradient }),
        Strategy::RandomDirectionEntropy => Box::new(snn_plus::SnnPlus { heading: Heading::Random }),
        Strategy::Entropy => Box::new(Uncertainty { measure: Measure::Entropy, pool: Pool::Full }),
        Strategy::EntropySmall => Box::new(Uncertainty { measure: Measure::Entropy, pool: Pool::LikeProposals }),
        Strategy::Margin => Box::new(Uncertainty { measure: Measure::Margin, pool: Pool::Full }),
        Strategy::LeastConfidence => Box::new(Uncertainty { measure: Measure::LeastConfidence, pool: Pool::Full }),
        Strategy::CoreSet => Box::new(CoreSet { space: Space::Features, among: Among::All }),
        Strategy::CoreSetLatent => Box::new(CoreSet { space: Space::Latent, among: Among::All }),
        Strategy::Lcmd => Box::new(CoreSet { space: Space::Features, among: Among::LargestCluster }),
        Strategy::PredictedLoss => Box::new(predicted_loss::PredictedLoss),
        Strategy::Badge => Box::new(badge::Badge),
        Strategy::Coverage => Box::new(coverage::Coverage),
        Strategy::UncertaintyHerding => Box::new(uncertainty_herding::UncertaintyHerding),
        Strategy::TypiClust => Box::new(typiclust::TypiClust),
        Strategy::ProbCover => Box::new(probcover::ProbCover),
        Strategy::Ridge => Box::new(ridge::Ridge),
        Strategy::Si => Box::new(si::Si),
        Strategy::RandomLatent => Box::new(random_latent::RandomLatent),
    }
}

/// The step length alpha of this experiment's strategy, in units of the embedding's mean standard deviation; `None` if
/// it takes no steps.
pub fn step_length(experiment: &Experiment) -> Option<f32> {
    let strategy = experiment.strategy;
    if strategy.has(Part::Plus) {
        Some(experiment.plus_alpha)
    } else if strategy.has(Part::Step) {
        Some(experiment.alpha)
    } else {
        // Its steps have no field for their length: they stay where they are.
        strategy.takes_steps().then_some(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_length_is_that_of_the_field_that_the_strategy_reads() {
        let base = Experiment { alpha: 0.5, plus_alpha: 2.0, ..Experiment::default() };
        for &strategy in Strategy::ALL {
            let reads = |name: &str| strategy.own_fields().any(|field| field.name == name);
            let expected = match (reads("plus_alpha"), reads("alpha")) {
                (true, _) => Some(2.0),
                (false, true) => Some(0.5),
                (false, false) => (strategy == Strategy::SnnAlphaZero).then_some(0.0),
            };
            assert_eq!(step_length(&Experiment { strategy, ..base.clone() }), expected, "{strategy}");
        }
    }
}
