//! What follows from an experiment's fields: the network, the first set, what differs from another, what a network depends on.

use super::choices::FirstSet;
use super::fields::{Digest, Experiment, Field};
use super::networks::TargetKind;
use super::strategy::Strategy;

/// The most rounds there can be, which stand for no end.
const ENDLESS: usize = 10_000;

impl Experiment {
    /// Whether it goes on as long as people label, as that of a project does.
    pub fn is_endless(&self) -> bool {
        self.rounds >= ENDLESS
    }

    /// The target network: `target`, or the default of the task if `target` predicts something else.
    pub fn network(&self) -> TargetKind {
        let task = self.dataset.task();
        if self.target.task() == task { self.target } else { TargetKind::of(task).next().unwrap_or(self.target) }
    }

    /// The strategy that chooses real samples in a round: in the first as `first_set` says.
    pub fn strategy_in(&self, round: usize) -> Strategy {
        match self.first_set {
            _ if round > 1 => self.strategy,
            FirstSet::Random => Strategy::Random,
            FirstSet::KCentre => Strategy::CoreSetLatent,
            FirstSet::Strategy if self.strategy.can_begin() => self.strategy,
            FirstSet::Coverage | FirstSet::Strategy => Strategy::Coverage,
        }
    }

    /// Whether the strategy generates samples in a round: not the first set if only a share of the others is generated.
    pub fn generates_in(&self, round: usize) -> bool {
        self.strategy.generates_samples() && (round > 1 || self.generated_share >= 1.0)
    }

    /// Of so many samples of a round those that the strategy chooses; the others are real ones at random.
    pub fn chosen_of(&self, count: usize, round: usize) -> usize {
        let share = if self.generates_in(round) { f64::from(self.generated_share) } else { 1.0 };
        (count as f64 * share).round() as usize
    }

    /// The fields in which two experiments compute something else, in the order of the rows: neither names nor places.
    pub fn differing(&self, other: &Self) -> Vec<&'static Field> {
        Field::all().filter(|f| !f.aside && f.get(self) != f.get(other)).collect()
    }

    /// The experiment without names and places, as far as it says what is computed.
    pub fn placeless(&self) -> Self {
        let (mut placeless, plain) = (self.clone(), Self::default());
        for field in Field::all().filter(|f| f.aside) {
            // A default is always allowed.
            let _ = field.set(&mut placeless, &field.get(&plain));
        }
        placeless
    }

    /// The fields that the weights of a network depend on, in the order of the rows.
    pub fn fields_of(&self, of: Digest) -> impl Iterator<Item = &'static Field> {
        Field::all().filter(move |f| f.digest == Some(of) && f.applies(self))
    }

    /// The values that the weights of a network depend on, in the order of the rows.
    pub fn values(&self, of: Digest) -> String {
        self.fields_of(of).map(|f| f.get(self)).collect::<Vec<_>>().join(" ")
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
    fn names_and_places_make_no_other_experiment() {
        let base = Experiment::default();
        let with = |settings: &str| {
            let mut e = base.clone();
            settings.split(' ').for_each(|setting| e.set(setting).unwrap());
            e
        };
        for (settings, differing) in [
            ("name=other", ""),
            ("masks=/mnt/a", ""),
            ("name=other masks=/mnt/b seed=2 alpha=0.5", "alpha seed"),
            ("dataset=masks masks=/mnt/a", "dataset"),
        ] {
            let other = with(settings);
            let names: Vec<_> = base.differing(&other).iter().map(|f| f.name).collect();
            assert_eq!(names.join(" "), differing, "{settings}");
            assert_eq!(base.placeless() == other.placeless(), differing.is_empty(), "{settings}");
        }
    }

    #[test]
    fn a_digest_holds_the_fields_that_apply_and_no_other() {
        let mut e = Experiment::default();
        assert_eq!(e.values(Digest::Generator), "3 1 12 128 0.001 0.0003 1 0.00000001");
        assert_eq!(e.values(Digest::StandIn), "1000 1");
        e.set("generator=alpha-gan").unwrap();
        assert_eq!(e.values(Digest::Generator), "3 1 12 128 0.001 0.0003 64 10 0.00000001");
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
