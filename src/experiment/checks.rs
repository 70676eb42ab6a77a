//! Checks of an experiment as a whole: settings that do not go together, and what its data must have for it.

use super::choices::{EvaluationSplit, GeneratorKind, ImageColour, ImageFit, PLAQUE_NUMBERS};
use super::datasets::DatasetKind;
use super::edit::{ExperimentError, bad};
use super::fields::{Experiment, IMAGE_SIDES};
use super::strategy::Strategy;

/// What an experiment needs to know of its data before anything is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataFacts {
    /// Images of the train split.
    pub train: usize,
    /// Images of the validation split; 0 without one.
    pub validation: usize,
    /// Images of the test split.
    pub test: usize,
    pub classes: usize,
}

impl Experiment {
    /// An error if settings do not go together, whatever the data.
    pub(super) fn check_together(&self) -> Result<(), ExperimentError> {
        if self.evaluate_on == EvaluationSplit::Validation && self.validation_size == 0 {
            let detail = "`0` leaves nothing for evaluate_on=validation; give more, or evaluate_on=test";
            return Err(bad("validation_size", detail));
        }
        if self.dataset == DatasetKind::Own && !IMAGE_SIDES.contains(&self.image_side) {
            return Err(bad(
                "image_side",
                format!("`{}` is no side that is offered; give 28, 32, 48 or 64", self.image_side),
            ));
        }
        if !self.generator.has_networks() && self.dataset != DatasetKind::Own {
            let detail = format!("`{}` are of your own images; give dataset=own, or another generator", self.generator);
            return Err(bad("generator", detail));
        }
        if self.generator == GeneratorKind::Plaque && self.dataset != DatasetKind::Ivus {
            let detail =
                format!("`{}` are of the generated vessels; give dataset=ivus, or another generator", self.generator);
            return Err(bad("generator", detail));
        }
        if self.generator == GeneratorKind::Plaque && self.latent_dim != PLAQUE_NUMBERS {
            let (given, right) = (self.latent_dim, PLAQUE_NUMBERS);
            let detail =
                format!("`{given}`, but {right} numbers describe a plaque; give {right}, or another generator");
            return Err(bad("latent_dim", detail));
        }
        if !self.generator.has_networks() && self.codes.trim().is_empty() {
            return Err(bad("codes", "is empty; give the file with a code for each image (NPY)"));
        }
        if self.strategy.generates_samples() && self.chosen_of(self.samples_per_round, 2) == 0 {
            let (share, count) = (self.generated_share, self.samples_per_round);
            let least = (1e4 / count as f64).ceil() / 1e4;
            let detail = format!("`{share}` of {count} samples a round is none; give at least {least}");
            return Err(bad("generated_share", detail));
        }
        let stop = self.stop_at_validation_accuracy;
        if stop > 0.0 && !self.dataset.task().has_classes() {
            let detail = format!("`{stop}` has no meaning for maps, which have no accuracy; give 0");
            return Err(bad("stop_at_validation_accuracy", detail));
        }
        if stop > 0.0 && self.validation_size == 0 {
            let detail = format!("`{stop}` needs validation images; give validation_size above 0, or 0 to never stop");
            return Err(bad("stop_at_validation_accuracy", detail));
        }
        Ok(())
    }

    /// What its own images are brought to; nothing of other data.
    fn own_images(&self) -> Option<(String, usize, ImageColour, ImageFit)> {
        let own = self.dataset == DatasetKind::Own;
        own.then(|| (self.data.clone(), self.image_side, self.image_colour, self.image_fit))
    }

    /// Whether both experiments have the same data, as far as settings say so.
    pub fn has_data_of(&self, other: &Self) -> bool {
        let of = |e: &Self| {
            (
                (e.dataset, e.masks.clone(), e.own_images(), e.data_seed),
                (e.train_size, e.test_size, e.validation_size, e.imbalance),
            )
        };
        of(self) == of(other)
    }

    /// How many samples a strategy can label in all rounds together, with this many in the pool.
    pub fn labels_possible(&self, strategy: Strategy, pool: usize) -> usize {
        let asked = self.samples_per_round.saturating_mul(self.rounds);
        if strategy.generates_samples() { asked } else { asked.min(pool) }
    }

    /// An error if something needs a decoder, and there is none.
    pub fn check_decoder(&self, strategies: &[Strategy]) -> Result<(), ExperimentError> {
        const NONE: &str = "which codes of your own do not have";
        if self.generator.has_networks() {
            return Ok(());
        }
        if let Some(strategy) = strategies.iter().find(|s| s.needs_decoder()) {
            let others = Strategy::ALL.iter().filter(|s| !s.needs_decoder() && s.objection(self.dataset).is_none());
            let others: Vec<_> = others.map(|s| s.name()).collect();
            let detail = format!("`{strategy}` needs a decoder, {NONE}; choose among {}", others.join(", "));
            return Err(bad("strategy", detail));
        }
        if self.walks > 0 {
            return Err(bad("walks", format!("`{}` need a decoder, {NONE}; give 0", self.walks)));
        }
        Ok(())
    }

    /// Whether the experiment can run on these data with these strategies; returns what is to be told, a sentence each.
    pub fn on_data(&self, data: &DataFacts, strategies: &[Strategy]) -> Result<Vec<String>, ExperimentError> {
        let Self { samples_per_round: j, rounds, evaluation_part: part, .. } = *self;
        self.check_decoder(strategies)?;
        let none = |what: &str| {
            let DataFacts { train, .. } = data;
            format!("{what}; the split is at most a sixth of the train images, of which {train} are there; use more")
        };
        if data.validation == 0 && self.evaluate_on == EvaluationSplit::Validation {
            return Err(bad("evaluate_on", none("`validation` has no images") + ", or evaluate_on=test"));
        }
        let stop = self.stop_at_validation_accuracy;
        if data.validation == 0 && stop > 0.0 {
            let detail = none(&format!("`{stop}` needs validation images")) + ", or give 0 to never stop";
            return Err(bad("stop_at_validation_accuracy", detail));
        }
        let evaluated = match self.evaluate_on {
            EvaluationSplit::Test => data.test,
            EvaluationSplit::Validation => data.validation,
        };
        if self.dataset.task().has_classes() && part < data.classes.min(evaluated) {
            let detail = format!("`{part}` is fewer than the {0} classes; give {0} or more", data.classes);
            return Err(bad("evaluation_part", detail));
        }
        if strategies.iter().all(|s| s.generates_samples()) {
            return Ok(Vec::new());
        }
        let pool = data.train;
        let (asked, fewer) = (j.saturating_mul(rounds), pool / rounds);
        let ends_early = (1..=pool).contains(&self.stop_at_labels);
        let generates = strategies.iter().any(|s| s.generates_samples());
        if j > pool {
            let give = match fewer {
                _ if rounds == 1 || ends_early || generates => format!("{pool} or fewer"),
                0 => format!("samples_per_round={pool} or less for rounds=1"),
                _ => format!("samples_per_round={fewer} or less for rounds={rounds}, or {pool} or less for rounds=1"),
            };
            let detail = format!("`{j}` is more than the pool of {pool} samples; give {give}");
            return Err(bad("samples_per_round", detail));
        }
        if asked <= pool || ends_early {
            return Ok(Vec::new());
        }
        let last = pool.div_ceil(j);
        let more = format!("`{j}` in {rounds} rounds is {asked} samples, more than the pool of {pool}");
        match (generates, last < rounds) {
            (true, _) => Ok(vec![format!(
                "`samples_per_round` {more}: all are labelled after round {last}; strategies that generate samples go on, \
                 so from there the budgets are unequal"
            )]),
            (false, true) => {
                let fewer = match fewer {
                    0 => String::new(),
                    fewer => format!("samples_per_round={fewer} or less, or "),
                };
                Err(bad("samples_per_round", format!("{more}; give {fewer}rounds={last} or less")))
            }
            (false, false) => Ok(vec![format!("`samples_per_round` {more}: the last round has fewer")]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(settings: &str) -> Experiment {
        let mut e = Experiment::default();
        settings.split_whitespace().for_each(|setting| e.set(setting).unwrap());
        e
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused_in_one_line() {
        for (settings, says) in [
            ("evaluate_on=validation validation_size=0", "field `validation_size`: `0` leaves nothing"),
            ("evaluate_on=validation validation_size=1", ""),
            ("stop_at_validation_accuracy=95.5 validation_size=0", "`95.5` needs validation images; give"),
            ("dataset=ivus strategy=si stop_at_validation_accuracy=90", "`90` has no meaning for maps"),
            ("stop_at_validation_accuracy=90", ""),
            ("generator=codes", "field `generator`: `codes` are of your own images; give dataset=own"),
            ("dataset=own data=x generator=codes", "field `codes`: is empty"),
            ("dataset=own data=x generator=codes codes=y", ""),
            ("validation_size=0", ""),
        ] {
            let error = with(settings).validated().err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains(says) && error.is_empty() == says.is_empty(), "{settings}: {error}");
        }
    }

    #[test]
    fn only_strategies_that_generate_samples_label_more_than_the_pool() {
        for (settings, strategy, pool, labels) in [
            ("samples_per_round=10 rounds=3", Strategy::Random, 100, 30),
            ("samples_per_round=80 rounds=10", Strategy::Random, 20, 20),
            ("samples_per_round=80 rounds=10", Strategy::Snn, 20, 20),
            ("samples_per_round=80 rounds=10", Strategy::Si, 20, 800),
        ] {
            assert_eq!(with(settings).labels_possible(strategy, pool), labels, "{settings} {strategy}");
        }
    }

    #[test]
    fn what_the_data_lack_is_named_with_the_field_the_value_and_what_would_do() {
        let data = DataFacts { train: 100, validation: 20, test: 30, classes: 10 };
        let unsplit = DataFacts { validation: 0, ..data };
        let (random, both) = (&[Strategy::Random][..], &[Strategy::Random, Strategy::Si][..]);
        // The settings, the data, the strategies, the error or what is told.
        for (settings, data, strategies, says) in [
            ("samples_per_round=10", data, random, Ok("")),
            ("samples_per_round=30 rounds=4", data, random, Ok("is 120 samples, more than the pool of 100: the last")),
            (
                "samples_per_round=10 rounds=11",
                data,
                random,
                Err("more than the pool of 100; give samples_per_round=9 or less, or rounds=10 or less"),
            ),
            ("samples_per_round=30", data, random, Err("in 10 rounds is 300 samples")),
            ("samples_per_round=30", data, random, Err("give samples_per_round=10 or less, or rounds=4 or less")),
            ("samples_per_round=30 rounds=101", data, random, Err("more than the pool of 100; give rounds=4 or less")),
            ("samples_per_round=30", data, both, Ok("after round 4; strategies that generate samples go on")),
            ("samples_per_round=30 stop_at_labels=60", data, both, Ok("")),
            ("samples_per_round=30 stop_at_labels=101", data, random, Err("is 300 samples")),
            ("samples_per_round=100 rounds=1", data, random, Ok("")),
            (
                "samples_per_round=101",
                data,
                random,
                Err("`101` is more than the pool of 100 samples; give samples_per_round=10 or less for rounds=10"),
            ),
            ("samples_per_round=101", data, random, Err("for rounds=10, or 100 or less for rounds=1")),
            ("samples_per_round=101 rounds=101", data, random, Err("give samples_per_round=100 or less for rounds=1")),
            ("samples_per_round=101 stop_at_labels=60", data, random, Err("give 100 or fewer")),
            ("samples_per_round=101 rounds=1", data, random, Err("give 100 or fewer")),
            ("samples_per_round=101 rounds=1000", data, both, Err("give 100 or fewer")),
            ("samples_per_round=101", data, &[Strategy::Si], Ok("")),
            ("samples_per_round=1000000 rounds=10000", data, random, Err("more than the pool")),
            ("samples_per_round=9 evaluation_part=9", data, random, Err("`9` is fewer than the 10 classes; give 10")),
            ("samples_per_round=9 evaluation_part=9", DataFacts { test: 9, ..data }, random, Ok("")),
            ("samples_per_round=9 evaluate_on=validation", unsplit, random, Err("`validation` has no images")),
            ("samples_per_round=9 stop_at_validation_accuracy=90", unsplit, random, Err("`90` needs validation")),
            ("samples_per_round=9", unsplit, random, Ok("")),
        ] {
            let found = with(settings).on_data(&data, strategies);
            match (&found, says) {
                (Ok(told), Ok(says)) => {
                    let told = told.join("");
                    assert!(told.contains(says) && told.is_empty() == says.is_empty(), "{settings}: {told}");
                }
                (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{settings}: {error}"),
                _ => panic!("{settings}: {found:?}"),
            }
        }
    }
}
