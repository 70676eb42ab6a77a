//! Variants: a strategy with values for its own fields, as text such as `snn alpha=0.5 gradient=raw`; they name the
//! runs of a comparison.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::edit::ExperimentError;
use super::fields::{Experiment, Field};
use super::strategy::Strategy;

/// A strategy, and values for some of its own fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub strategy: Strategy,
    /// Field and value as text, in the order of the rows.
    own: Vec<(&'static str, String)>,
}

/// The fields that were set for one run only, each with its value in the rest of the grid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Own(BTreeMap<String, String>);

/// The experiment of one run, with the fields set for it only.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// All settings, those of `own` among them.
    pub experiment: Experiment,
    /// The fields in which it may differ from the rest of the grid.
    pub own: Own,
}

impl Variant {
    /// Everything that a run's proposals depend on except its seed: runs with the same identity are repeats.
    pub fn identity(experiment: &Experiment) -> Self {
        Self::of(experiment, |_| true)
    }

    /// The strategy of an experiment, with those of its own fields that have an effect and that `wanted` accepts.
    pub fn of(experiment: &Experiment, wanted: impl Fn(&Field) -> bool) -> Self {
        let strategy = experiment.strategy;
        let own = strategy.own_fields().filter(|f| f.applies(experiment) && wanted(f));
        Self { strategy, own: own.map(|f| (f.name, f.get(experiment))).collect() }
    }

    /// The variant applied to the experiment of a grid, validated.
    pub fn resolve(&self, base: &Experiment) -> Result<Setup, ExperimentError> {
        let mut experiment = Experiment { strategy: self.strategy, ..base.clone() };
        for (field, value) in &self.own {
            experiment.set(&format!("{field}={value}"))?;
        }
        // A field without effect makes no other run.
        let idle = self.own.iter().filter_map(|(name, _)| Field::named(name)).filter(|f| !f.applies(&experiment));
        let values: Vec<_> = idle.map(|f| format!("{}={}", f.name, f.get(base))).collect();
        for value in values {
            experiment.set(&value)?;
        }
        Ok(Setup { own: Own::between(&experiment, base), experiment: experiment.validated()? })
    }

    /// Whether an experiment has this strategy and these values.
    pub fn agrees_with(&self, experiment: &Experiment) -> bool {
        let all = Self::identity(experiment);
        self.strategy == all.strategy && self.own.iter().all(|own| all.own.contains(own))
    }

    /// The name on the screen: `SNN, α = 0.5 σ`.
    pub fn label(&self) -> String {
        let mut label = self.strategy.label().to_owned();
        for (name, value) in &self.own {
            let Some(field) = Field::named(name) else { continue };
            let space = if field.unit.is_empty() { "" } else { " " };
            label += &format!(", {} = {value}{space}{}", field.symbol, field.unit);
        }
        label
    }

    /// The name in file names: `snn-alpha=0.5`.
    pub fn stem(&self) -> String {
        self.to_string().replace(' ', "-")
    }
}

impl From<Strategy> for Variant {
    fn from(strategy: Strategy) -> Self {
        Self { strategy, own: Vec::new() }
    }
}

impl Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.own.iter().map(|(field, value)| format!(" {field}={value}"));
        f.pad(&(self.strategy.name().to_owned() + &own.collect::<String>()))
    }
}

impl FromStr for Variant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let strategy: Strategy = words.next().unwrap_or_default().parse()?;
        let (mut given, mut experiment) = (BTreeSet::new(), Experiment { strategy, ..Experiment::default() });
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("`{word}`: write it as field=value"))?;
            let Some(field) = strategy.own_fields().find(|f| f.name == name) else {
                let own: Vec<_> = strategy.own_fields().map(|f| f.name).collect();
                let own = if own.is_empty() { "it has none".into() } else { own.join(", ") };
                return Err(format!("`{name}` is not one of the own fields of {strategy}: {own}"));
            };
            field.set(&mut experiment, value).map_err(|detail| format!("`{name}`: {detail}"))?;
            if !given.insert(name) {
                return Err(format!("`{name}`: is given twice"));
            }
        }
        let own = strategy.own_fields().filter(|f| given.contains(f.name));
        Ok(Self { strategy, own: own.map(|f| (f.name, f.get(&experiment))).collect() })
    }
}

/// By strategy, then by the values of the fields in the order of the rows, numbers by size.
impl Ord for Variant {
    fn cmp(&self, other: &Self) -> Ordering {
        // Numbers are not negative, so their bits have their order.
        let key = |(name, value): &(&str, String)| {
            let row = Field::all().position(|f| f.name == *name);
            (row, value.parse().map_or(0, f64::to_bits), value.clone())
        };
        self.strategy.cmp(&other.strategy).then_with(|| self.own.iter().map(key).cmp(other.own.iter().map(key)))
    }
}

impl PartialOrd for Variant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Own {
    /// The fields that may differ between runs of a grid and in which `experiment` differs from `base`.
    pub fn between(experiment: &Experiment, base: &Experiment) -> Self {
        let differing = Field::all().filter(|f| f.part.is_some() && f.get(experiment) != f.get(base));
        Self(differing.map(|f| (f.name.to_owned(), f.get(base))).collect())
    }

    /// Whether the run has only what its grid has.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the field was set for this run.
    pub fn contains(&self, field: &Field) -> bool {
        self.0.contains_key(field.name)
    }

    /// The union with other fields; the values of `self` win.
    pub fn and(&self, others: &Self) -> Self {
        Self(others.0.iter().chain(&self.0).map(|(field, value)| (field.clone(), value.clone())).collect())
    }

    /// The experiment of the grid that a run with these fields belongs to, with the run's strategy and seed.
    pub fn base(&self, experiment: &Experiment) -> Experiment {
        let mut base = experiment.clone();
        for (field, value) in &self.0 {
            // A field that this version does not know is ignored.
            let _ = base.set(&format!("{field}={value}"));
        }
        base
    }

    /// The name of a run with these fields in its grid.
    pub fn variant(&self, experiment: &Experiment) -> Variant {
        Variant::of(experiment, |f| self.contains(f))
    }
}

/// The runs of a grid's variants; the same run twice is an error.
pub fn setups(base: &Experiment, variants: &[Variant]) -> Result<Vec<Setup>, ExperimentError> {
    let runs = variants.iter().map(|v| v.resolve(base)).collect::<Result<Vec<_>, _>>()?;
    let identities: Vec<_> = runs.iter().map(|run| Variant::identity(&run.experiment)).collect();
    for (i, second) in variants.iter().enumerate() {
        if let Some(first) = identities[..i].iter().position(|other| *other == identities[i]) {
            let (first, second) = (variants[first].to_string(), second.to_string());
            return Err(ExperimentError::SameRun { first, second, run: identities[i].to_string() });
        }
    }
    Ok(runs)
}

/// A name for each run, equal for repeats only: the strategy with the fields set for the run; if runs would share a
/// name, also with all fields in which they differ.
pub fn names<'a>(runs: impl IntoIterator<Item = (&'a Experiment, &'a Own)>) -> Vec<Variant> {
    let runs: Vec<_> = runs.into_iter().map(|(e, own)| (e, Variant::identity(e), own)).collect();
    let mut shown: BTreeMap<&Variant, BTreeSet<&str>> = BTreeMap::new();
    for (_, identity, own) in &runs {
        shown.entry(identity).or_default().extend(own.0.keys().map(String::as_str));
    }
    let name = |identity: &Variant, shown: &BTreeSet<&str>| {
        let own = identity.own.iter().filter(|(field, _)| shown.contains(field));
        Variant { strategy: identity.strategy, own: own.cloned().collect() }
    };
    loop {
        let mut alike: BTreeMap<Variant, Vec<&Variant>> = BTreeMap::new();
        for (&identity, fields) in &shown {
            alike.entry(name(identity, fields)).or_default().push(identity);
        }
        let ambiguous: Vec<_> = alike.into_values().filter(|identities| identities.len() > 1).collect();
        if ambiguous.is_empty() {
            return runs.iter().map(|(_, identity, _)| name(identity, &shown[identity])).collect();
        }
        for identities in ambiguous {
            let differs = |field: &&'static str| {
                let value = |v: &Variant| v.own.iter().find(|(f, _)| f == field).cloned();
                identities.iter().any(|v| value(v) != value(identities[0]))
            };
            let differing: Vec<_> = identities[0].strategy.own_fields().map(|f| f.name).filter(differs).collect();
            for identity in &identities {
                shown.entry(identity).or_default().extend(&differing);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(text: &str) -> Variant {
        text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn variants_read_from_text_and_back() {
        for (text, canonical, label, stem) in [
            ("random", "random", "Random", "random"),
            (" snn  alpha=0.50 ", "snn alpha=0.5", "SNN, α = 0.5 σ", "snn-alpha=0.5"),
            (
                "snn gradient=raw alpha=1",
                "snn alpha=1 gradient=raw",
                "SNN, α = 1 σ, d = raw",
                "snn-alpha=1-gradient=raw",
            ),
            ("entropy pool_size=1_000", "entropy pool_size=1000", "Entropy, pool = 1000", "entropy-pool_size=1000"),
            ("snn alpha=-0", "snn alpha=0", "SNN, α = 0 σ", "snn-alpha=0"),
            ("snn-plus plus_alpha=0", "snn-plus plus_alpha=0", "SNN+, α = 0 σ", "snn-plus-plus_alpha=0"),
        ] {
            let v = variant(text);
            assert_eq!([v.to_string(), v.label(), v.stem()], [canonical, label, stem]);
            assert_eq!(variant(canonical), v);
        }
        for &strategy in Strategy::ALL {
            assert_eq!(variant(strategy.name()), strategy.into());
        }
        for (text, says) in [
            ("", "`` is none of random, snn"),
            ("sn alpha=1", "`sn` is none of"),
            ("random alpha=1", "`alpha` is not one of the own fields of random: it has none"),
            ("snn pool_size=1", "own fields of snn: alpha, gradient, neighbours,"),
            ("snn alpha", "`alpha`: write it as field=value"),
            ("snn alpha=200", "`alpha`: `200` is not a number from 0 to 100"),
            ("snn gradient=x", "`gradient`: `x` is not one of normalised, raw"),
            ("snn alpha=1 alpha=2", "`alpha`: is given twice"),
        ] {
            let error = text.parse::<Variant>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_run_is_its_strategy_with_all_own_fields_that_have_an_effect() {
        let base = Experiment::default();
        let runs = |texts: &str| setups(&base, &texts.split(',').map(variant).collect::<Vec<_>>());
        for (first, second) in
            [("snn", "snn alpha=0.3"), ("snn alpha=0.3", "snn reselect_every=7"), ("random", "random")]
        {
            let error = runs(&format!("{first},{second}")).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{first}` and `{second}` are the same run: ")), "{error}");
        }
        let found = runs("snn,random,snn alpha=0.6,snn-alpha-0,snn anchors=every-k reselect_every=7").unwrap();
        let own: Vec<_> = found.iter().map(|s| s.own.variant(&s.experiment).to_string()).collect();
        assert_eq!(own, ["snn", "random", "snn alpha=0.6", "snn-alpha-0", "snn anchors=every-k reselect_every=7"]);
        for Setup { experiment, own } in found {
            let expected = Experiment { strategy: experiment.strategy, ..base.clone() };
            assert_eq!(own.base(&experiment), expected);
        }
        for text in ["snn alpha=0.3", "snn reselect_every=7"] {
            assert_eq!(runs(text).unwrap(), runs("snn").unwrap(), "{text}");
        }
    }

    #[test]
    fn names_tell_apart_what_differs_and_nothing_else() {
        let named = |runs: &[(&str, &str)]| {
            let run = |&(base, text): &(&str, &str)| {
                let mut e = Experiment::default();
                base.split_whitespace().for_each(|assignment| e.set(assignment).unwrap());
                variant(text).resolve(&e).unwrap()
            };
            let runs: Vec<Setup> = runs.iter().map(run).collect();
            let names = names(runs.iter().map(|s| (&s.experiment, &s.own)));
            names.iter().map(Variant::to_string).collect::<Vec<_>>().join(", ")
        };
        for (runs, expected) in [
            (vec![("", "snn"), ("", "snn"), ("", "snn alpha=0.6")], "snn, snn, snn alpha=0.6"),
            (vec![("alpha=0.5", "snn"), ("", "snn alpha=0.5")], "snn alpha=0.5, snn alpha=0.5"),
            (vec![("", "snn"), ("alpha=0.5", "snn"), ("alpha=0.5", "random")], "snn alpha=0.3, snn alpha=0.5, random"),
            (vec![("", "random"), ("alpha=0.5 pool_size=9 rounds=2", "random")], "random, random"),
            (
                vec![("", "snn"), ("alpha=0.5", "snn"), ("gradient=raw", "snn alpha=0.5")],
                "snn alpha=0.3, snn alpha=0.5 gradient=normalised, snn alpha=0.5 gradient=raw",
            ),
        ] {
            assert_eq!(named(&runs), expected);
        }
    }

    #[test]
    fn variants_follow_their_strategy_in_the_order_of_their_values() {
        let texts =
            ["random", "snn", "snn alpha=0.5", "snn alpha=0.5 gradient=raw", "snn alpha=10", "snn gradient=raw"];
        let mut sorted = texts.map(variant);
        sorted.reverse();
        sorted.sort();
        assert_eq!(sorted.map(|v| v.to_string()), texts);
    }
}
