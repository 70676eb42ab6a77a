//! What a round proposes: the candidates of its strategy, from the random stream of that round.

use super::proposing::Proposed;
use super::run::Run;
use crate::experiment::Strategy;
use crate::rng::Rng;
use crate::sampler::{Candidate, Considered, Images, Interrupted, SamplerInput, sampler};

impl Run {
    /// The random stream of a round. Round 1 takes the first set from the train split, or from latent space if samples
    /// are generated, with a stream that all such strategies share; later rounds have a stream per strategy.
    pub(super) fn stream(&self, round: usize) -> Rng {
        match (round, self.experiment.generates_in(round)) {
            (1, false) => self.streams.get("initial-set", 1),
            (1, true) => self.streams.get("initial-latent", 1),
            _ => self.streams.get(self.strategy().name(), round as u64),
        }
    }

    /// The candidates of a whole round: those that the strategy chooses, and samples drawn at random for the rest.
    pub(super) fn candidates_of(
        &self,
        round: usize,
        interrupted: &dyn Fn(f32) -> bool,
        rng: &mut Rng,
        seen: Option<&dyn Fn(Considered)>,
    ) -> Result<Proposed, Interrupted> {
        let count = self.experiment.samples_per_round;
        let chosen = self.experiment.chosen_of(count, round);
        let mut proposed = self.candidates(round, chosen, &[], interrupted, rng, seen)?;
        if chosen < count {
            let others = rng.choose(&self.labelled.unlabelled(), count - chosen);
            proposed.candidates.extend(others.into_iter().map(Candidate::at_random));
        }
        Ok(proposed)
    }

    /// `count` candidates of the strategy; `spent` are the anchors that started generated ones of this round already.
    pub(super) fn candidates(
        &self,
        round: usize,
        count: usize,
        spent: &[u32],
        interrupted: &dyn Fn(f32) -> bool,
        rng: &mut Rng,
        seen: Option<&dyn Fn(Considered)>,
    ) -> Result<Proposed, Interrupted> {
        // Only a run that is over has none.
        let Some(frozen) = self.frozen_target() else { return Ok(Proposed::default()) };
        let input = SamplerInput {
            experiment: &self.experiment,
            round,
            latent: &self.world.latent,
            images: Images::new(&self.world.dataset.train),
            generator: &*self.world.generator,
            target: &frozen,
            labelled: &self.labelled,
            previous: &self.previous,
            spent,
            interrupted,
            seen,
            coverage: Default::default(),
        };
        let first = match (round, self.experiment.generates_in(round)) {
            (1, false) => Some(sampler(self.experiment.strategy_in(1))),
            (1, true) => Some(sampler(Strategy::RandomLatent)),
            _ => None,
        };
        Proposed::by(&**first.as_ref().unwrap_or(&self.sampler), &input, count, rng)
    }
}
