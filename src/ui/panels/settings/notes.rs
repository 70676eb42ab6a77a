//! What the settings say under a field: values with a meaning of their own, and what the data allow.

use crate::experiment::{DataFacts, Experiment, Strategy};
use crate::ui::kit::words::thousands;

/// Steps of this many σ and more are as long as most clouds of codes are wide.
const FAR: f32 = 4.0;

/// The note under a field, if its value needs one. `data` are those of the draft, if they are known.
pub fn note(field: &str, draft: &Experiment, strategies: &[Strategy], data: Option<&DataFacts>) -> Option<String> {
    match field {
        "alpha" if draft.alpha == 0.0 => Some("No step at all: what is nearest to an anchor is taken".into()),
        "alpha" if draft.alpha >= FAR => {
            Some("About as long as the codes are spread: Walks shows how many steps end outside them".into())
        }
        "samples_per_round" => {
            let pool = data?.train;
            let labels = |s: &Strategy| draft.labels_possible(*s, pool);
            let most = draft.samples_per_round.saturating_mul(draft.rounds);
            if strategies.iter().all(|s| labels(s) == most) {
                return None;
            }
            let each = strategies.iter().map(|s| format!("{} {}", s.label(), thousands(labels(s))));
            let each = each.collect::<Vec<_>>().join(", ");
            Some(format!("More than the pool of {} in all rounds. Labels: {each}", thousands(pool)))
        }
        _ => None,
    }
}

/// The largest number of samples a round with which the pool lasts for all rounds; `None` if there is none.
pub fn fitting(draft: &Experiment, data: &DataFacts) -> Option<usize> {
    Some(data.train / draft.rounds).filter(|fitting| *fitting > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_say_what_a_value_means_and_what_each_strategy_gets() {
        let data = DataFacts { train: 20, validation: 3, test: 5, classes: 0 };
        let both = [Strategy::Random, Strategy::Si];
        let of = |field: &str, text: &str, data: Option<&DataFacts>| {
            let mut draft = Experiment::default();
            text.split(' ').for_each(|setting| draft.set(setting).unwrap());
            note(field, &draft, &both, data)
        };
        for (field, settings, data, says) in [
            ("alpha", "alpha=0.3", None, ""),
            ("alpha", "alpha=0", None, "No step at all"),
            ("alpha", "alpha=100", None, "as long as the codes are spread"),
            ("rounds", "rounds=1", Some(&data), ""),
            ("samples_per_round", "samples_per_round=2 rounds=10", Some(&data), ""),
            ("samples_per_round", "samples_per_round=80 rounds=10", None, ""),
            ("samples_per_round", "samples_per_round=80 rounds=10", Some(&data), "pool of 20"),
            ("samples_per_round", "samples_per_round=80 rounds=10", Some(&data), "Random 20, SI 800"),
        ] {
            let note = of(field, settings, data).unwrap_or_default();
            assert!(note.contains(says) && note.is_empty() == says.is_empty(), "{field} {settings}: {note}");
        }
        assert_eq!(fitting(&Experiment { rounds: 10, ..Experiment::default() }, &data), Some(2));
        assert_eq!(fitting(&Experiment { rounds: 21, ..Experiment::default() }, &data), None);
    }
}
