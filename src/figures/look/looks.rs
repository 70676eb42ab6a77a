//! The register of looks: every variant has one colour, dash and mark, and keeps it whatever comes, goes or is hidden.

use super::style::StrategyStyle;
use crate::combine::has_same_fields;
use crate::experiment::{Experiment, Own, Variant};
use crate::history::{Header, History};
use crate::statistics::Group;

/// What has a look of its own: a strategy with the values of its own fields, whatever the seed; or a fork.
#[derive(Debug, Clone)]
pub struct Kin {
    variant: Variant,
    /// Of a fork: the variant and the seed that it left, and the round after which it did; and its own seed.
    fork: Option<(Variant, u64, usize, u64)>,
    /// Its name in the comparison that it was made for, and so its place among the others; no part of what it is.
    name: Variant,
    /// What it was made from, which says with what it may be compared.
    experiment: Experiment,
}

impl PartialEq for Kin {
    fn eq(&self, other: &Self) -> bool {
        self.variant == other.variant && self.fork == other.fork && self.is_beside(other)
    }
}

impl Kin {
    /// The repeats of an experiment with these fields of its own.
    pub fn of(experiment: &Experiment, own: &Own) -> Self {
        let (variant, name) = (Variant::identity(experiment), own.variant(experiment));
        Self { variant, fork: None, name, experiment: experiment.clone() }
    }

    /// A fork that left a run of `parent` after `round`.
    pub fn forked(experiment: &Experiment, own: &Own, parent: &Experiment, round: usize) -> Self {
        let fork = Some((Variant::identity(parent), parent.seed, round, experiment.seed));
        Self { fork, ..Self::of(experiment, own) }
    }

    /// Whether no field was set for it alone: it looks like its strategy, if that look is free.
    fn is_plain(&self) -> bool {
        self.name == self.name.strategy.into()
    }

    /// Whether both can stand in one comparison, where they must be told apart.
    fn is_beside(&self, other: &Self) -> bool {
        has_same_fields(&self.experiment, &other.experiment)
    }

    /// Whether it is what the other one is, in an experiment that it is not compared with.
    fn is_namesake(&self, other: &Self) -> bool {
        let same = self.name == other.name || self.variant == other.variant;
        same && self.fork == other.fork && !self.is_beside(other)
    }
}

impl From<&Header> for Kin {
    fn from(header: &Header) -> Self {
        match &header.forked {
            Some(fork) => Self::forked(&header.experiment, &header.own, &fork.experiment, fork.round),
            None => Self::of(&header.experiment, &header.own),
        }
    }
}

/// The looks that were given, in the order in which they were asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looks(Vec<(Kin, StrategyStyle)>);

impl Looks {
    /// The looks of these histories alone: a variant without fields of its own looks like its strategy.
    pub fn of(histories: &[History]) -> Self {
        Self::alone(&ordered(histories.iter().map(|h| (&h.header).into()).collect()))
    }

    /// The looks of these alone, given in this order: no two look the same.
    fn alone(all: &[Kin]) -> Self {
        let mut looks = Self::default();
        for kin in all {
            if looks.get(kin).is_none() {
                looks.give_free(kin.clone());
            }
        }
        looks
    }

    /// Whether no two of these runs look the same, but repeats.
    pub fn tells_apart(&self, histories: &[History]) -> bool {
        let all: Vec<Kin> = histories.iter().map(|h| (&h.header).into()).collect();
        let differ = |(i, a): (usize, &Kin)| all[..i].iter().all(|b| a == b || self.look(a) != self.look(b));
        all.iter().enumerate().all(differ)
    }

    /// Gives a look to every variant that has none.
    pub fn know(&mut self, histories: &[History]) {
        self.give_all(histories.iter().map(|h| (&h.header).into()).collect());
    }

    /// Gives a look to each that has none: that of its namesake in another experiment, or the one that it has when these are
    /// drawn alone, if its colour is free. So a folder looks alike wherever it is shown, whatever was there before and in
    /// whatever order its runs come.
    pub fn give_all(&mut self, all: Vec<Kin>) {
        let all = ordered(all);
        let alone = Self::alone(&all);
        let taken: Vec<_> = self.0.iter().map(|(_, style)| style.ink).collect();
        let is_new = |kin: &Kin| self.get(kin).is_none() && self.of_namesake(kin).is_none();
        let new = alone.0.into_iter().filter(|(kin, style)| is_new(kin) && !taken.contains(&style.ink));
        let new: Vec<_> = new.collect();
        self.0.extend(new);
        all.into_iter().for_each(|kin| {
            self.give(kin);
        });
    }

    /// The look of a variant, given now if it has none: that of its namesake in another experiment, that of its strategy if
    /// it is plain and the look is free, else a free colour.
    pub fn give(&mut self, kin: Kin) -> StrategyStyle {
        if let Some(known) = self.get(&kin) {
            return known;
        }
        if let Some(style) = self.of_namesake(&kin) {
            self.0.push((kin, style));
            return style;
        }
        self.give_free(kin)
    }

    fn give_free(&mut self, kin: Kin) -> StrategyStyle {
        let strategy = kin.variant.strategy;
        let siblings = self.0.iter().filter(|(k, _)| k.variant.strategy == strategy).count();
        let taken: Vec<StrategyStyle> = self.0.iter().map(|(_, style)| *style).collect();
        let style = StrategyStyle::free(strategy, kin.is_plain(), siblings, &taken);
        self.0.push((kin, style));
        style
    }

    fn get(&self, kin: &Kin) -> Option<StrategyStyle> {
        self.0.iter().find(|(k, _)| k == kin).map(|(_, style)| *style)
    }

    /// The look that a variant's namesake has in another experiment, unless one that it can be compared with has its colour.
    fn of_namesake(&self, kin: &Kin) -> Option<StrategyStyle> {
        let mut looks = self.0.iter().filter(|(k, _)| k.is_namesake(kin)).map(|(_, style)| *style);
        looks.find(|style| !self.0.iter().any(|(k, other)| other.ink == style.ink && k.is_beside(kin)))
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

/// In the order in which they are given their looks: plain ones first, forks last.
fn ordered(mut all: Vec<Kin>) -> Vec<Kin> {
    all.sort_by(|a, b| {
        let last = |kin: &Kin| (kin.fork.is_some(), !kin.is_plain());
        last(a).cmp(&last(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.variant.cmp(&b.variant))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Strategy;

    /// The variants of a strategy by step length, in a comparison of the default one.
    fn stepping(strategy: Strategy, alpha: f64) -> Kin {
        let base = Experiment { strategy, ..Experiment::default() };
        let experiment = Experiment { alpha: alpha as f32, ..base.clone() };
        Kin::of(&experiment, &Own::between(&experiment, &base))
    }

    fn plain(strategy: Strategy) -> Kin {
        Kin::of(&experiment(strategy), &Own::default())
    }

    /// What a folder's variants look like does not depend on what was there before, nor on their order, as long as their
    /// colours are free.
    #[test]
    fn the_variants_of_a_folder_look_alike_wherever_they_are_shown() {
        let folder = || vec![stepping(Strategy::Snn, 2.0), plain(Strategy::Random), stepping(Strategy::Snn, 0.1)];
        let mut alone = Looks::default();
        alone.give_all(folder());
        assert_ne!(alone.look(&stepping(Strategy::Snn, 0.1)), StrategyStyle::of(Strategy::Snn));
        for before in [vec![], vec![plain(Strategy::Random), plain(Strategy::Snn)], vec![plain(Strategy::Badge)]] {
            let mut window = Looks::default();
            window.give_all(before);
            window.give_all(folder().into_iter().rev().collect());
            assert!(folder().iter().all(|kin| window.look(kin) == alone.look(kin)));
        }
        // One that is known keeps its look, and the others do not take it.
        let mut window = Looks::default();
        let known = window.give(stepping(Strategy::Snn, 2.0));
        window.give_all(folder());
        assert_eq!(window.look(&stepping(Strategy::Snn, 2.0)), known);
        assert_ne!(window.look(&stepping(Strategy::Snn, 0.1)).ink, known.ink);
    }

    /// A strategy whose own fields have other values in another preset has the same look there, but not beside itself.
    #[test]
    fn a_strategy_looks_alike_in_experiments_that_are_not_compared() {
        let of = |pool_size: usize, samples_per_round: usize| {
            let base = experiment(Strategy::Ridge);
            Kin::of(&Experiment { pool_size, samples_per_round, ..base }, &Own::default())
        };
        let mut looks = Looks::default();
        looks.give_all(vec![plain(Strategy::Random), of(8_000, 100)]);
        looks.give_all(vec![of(200, 40)]);
        assert_eq!(looks.look(&of(200, 40)), StrategyStyle::of(Strategy::Ridge));
        assert_eq!(looks.give(of(200, 60)), StrategyStyle::of(Strategy::Ridge));
        assert_ne!(looks.give(of(300, 60)).ink, StrategyStyle::of(Strategy::Ridge).ink);
    }

    #[test]
    fn a_variant_keeps_its_look_whatever_comes() {
        let mut looks = Looks::default();
        let first = looks.give(stepping(Strategy::Snn, 0.3));
        assert_eq!(first, StrategyStyle::of(Strategy::Snn));
        let second = looks.give(stepping(Strategy::Snn, 0.5));
        for strategy in Strategy::ALL {
            looks.give(plain(*strategy));
        }
        assert_eq!([0.3, 0.5].map(|alpha| looks.give(stepping(Strategy::Snn, alpha))), [first, second]);
    }

    #[test]
    fn no_two_look_the_same_and_colours_are_shared_only_when_all_are_taken() {
        let mut looks = Looks::default();
        let mut given: Vec<StrategyStyle> = Strategy::ALL.iter().map(|s| looks.give(plain(*s))).collect();
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
        let entropy = experiment(Strategy::Entropy);
        given.extend((1..9).map(|round| looks.give(Kin::forked(&entropy, &Own::default(), &parent, round))));
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
