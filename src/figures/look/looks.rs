//! The register of looks: every variant has one colour, dash and mark, and keeps it whatever comes, goes or is hidden.

use super::style::StrategyStyle;
use crate::experiment::{Experiment, Variant};
use crate::history::{Header, History};
use crate::statistics::{Group, groups};

/// What has a look of its own: a strategy with the values of its own fields, whatever the seed; or a fork.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    variant: Variant,
    /// Of a fork: the variant and the seed that it left, and the round after which it did; and its own seed.
    fork: Option<(Variant, u64, usize, u64)>,
}

impl Kin {
    /// The repeats of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        Self { variant: Variant::identity(experiment), fork: None }
    }

    /// A fork that left a run of `parent` after `round`.
    pub fn forked(experiment: &Experiment, parent: &Experiment, round: usize) -> Self {
        let fork = Some((Variant::identity(parent), parent.seed, round, experiment.seed));
        Self { fork, ..Self::of(experiment) }
    }
}

impl From<&Header> for Kin {
    fn from(header: &Header) -> Self {
        match &header.forked {
            Some(fork) => Self::forked(&header.experiment, &fork.experiment, fork.round),
            None => Self::of(&header.experiment),
        }
    }
}

/// The looks that were given, in the order in which they were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looks(Vec<(Kin, StrategyStyle)>);

impl Looks {
    /// The looks of these histories alone: the first variant of each strategy looks like the strategy.
    pub fn of(histories: &[History]) -> Self {
        let mut looks = Self::default();
        looks.know(histories);
        looks
    }

    /// Gives a look to every variant that has none.
    pub fn know(&mut self, histories: &[History]) {
        let mut groups = groups(histories);
        groups.sort_by_key(|g| g.is_fork || g.place > 0);
        for header in groups.iter().filter_map(|g| Some(&g.histories.first()?.header)) {
            self.give(header.into());
        }
    }

    /// The look of a variant, given now if it has none: that of its strategy if it is free, else a free colour.
    pub fn give(&mut self, kin: Kin) -> StrategyStyle {
        if let Some(known) = self.get(&kin) {
            return known;
        }
        let strategy = kin.variant.strategy;
        let siblings = self.0.iter().filter(|(k, _)| k.variant.strategy == strategy).count();
        let taken: Vec<StrategyStyle> = self.0.iter().map(|(_, style)| *style).collect();
        let style = StrategyStyle::free(strategy, siblings, &taken);
        self.0.push((kin, style));
        style
    }

    fn get(&self, kin: &Kin) -> Option<StrategyStyle> {
        self.0.iter().find(|(k, _)| k == kin).map(|(_, style)| *style)
    }

    /// The look of a variant; that of its strategy until it has one.
    pub fn look(&self, kin: &Kin) -> StrategyStyle {
        self.get(kin).unwrap_or_else(|| StrategyStyle::of(kin.variant.strategy))
    }

    /// The look of a run.
    pub fn style(&self, header: &Header) -> StrategyStyle {
        self.look(&header.into())
    }

    /// The look of the repeats of a group.
    pub fn group(&self, group: &Group<'_>) -> StrategyStyle {
        group.histories.first().map_or_else(|| StrategyStyle::of(group.strategy()), |h| self.style(&h.header))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Strategy;

    /// The variants of a strategy by step length.
    fn stepping(strategy: Strategy, alpha: f64) -> Kin {
        Kin::of(&Experiment { strategy, alpha: alpha as f32, ..Experiment::default() })
    }

    #[test]
    fn a_variant_keeps_its_look_whatever_comes() {
        let mut looks = Looks::default();
        let first = looks.give(stepping(Strategy::Snn, 0.3));
        assert_eq!(first, StrategyStyle::of(Strategy::Snn));
        let second = looks.give(stepping(Strategy::Snn, 0.5));
        for strategy in Strategy::ALL {
            looks.give(Kin::of(&Experiment { strategy: *strategy, ..Experiment::default() }));
        }
        assert_eq!([0.3, 0.5].map(|alpha| looks.give(stepping(Strategy::Snn, alpha))), [first, second]);
    }

    #[test]
    fn no_two_look_the_same_and_colours_are_shared_only_when_all_are_taken() {
        let mut looks = Looks::default();
        let mut given: Vec<StrategyStyle> =
            Strategy::ALL.iter().map(|s| looks.give(Kin::of(&experiment(*s)))).collect();
        let inks = |given: &[StrategyStyle]| given.iter().map(|s| format!("{:?}", s.ink)).collect::<Vec<_>>();
        let distinct = |mut all: Vec<String>| {
            all.sort();
            all.dedup();
            all.len()
        };
        assert_eq!(distinct(inks(&given)), Strategy::ALL.len());
        for i in 1..40_u8 {
            given.push(looks.give(stepping(Strategy::Snn, f64::from(i))));
        }
        let parent = experiment(Strategy::Snn);
        given.extend((1..9).map(|round| looks.give(Kin::forked(&experiment(Strategy::Entropy), &parent, round))));
        for (i, a) in given.iter().enumerate() {
            assert!(!given[i + 1..].contains(a), "{i}: {a:?}");
        }
        let mut few = Looks::default();
        let four: Vec<_> = (1..=4_u8).map(|i| few.give(stepping(Strategy::Snn, f64::from(i)))).collect();
        assert_eq!(distinct(inks(&four)), 4, "four step lengths, four colours");
    }

    fn experiment(strategy: Strategy) -> Experiment {
        Experiment { strategy, ..Experiment::default() }
    }
}
