//! Runs that still go on, compared in step: all variants over the same seeds and the same rounds.

use super::groups::groups;
use crate::history::History;

/// What can be compared while some runs go on.
#[derive(Debug, Clone, PartialEq)]
pub struct InStep {
    /// The compared runs, cut to the rounds that all of them have.
    pub compared: Vec<History>,
    /// Runs in progress that are not compared yet, whole.
    pub waiting: Vec<History>,
    /// Runs in progress that are compared as far as all of them are, whole.
    pub cut: Vec<History>,
}

/// The histories as they can be compared while those for which `goes_on` are in progress.
///
/// Once a seed is done by all variants, only such seeds are compared; before, the seed that is furthest, as far as all of
/// its runs are. A fork is compared when it has ended.
pub fn in_step(histories: &[History], goes_on: impl Fn(&History) -> bool) -> InStep {
    let whole = || InStep { compared: histories.to_vec(), waiting: Vec::new(), cut: Vec::new() };
    let runs: Vec<&History> = histories.iter().filter(|h| !h.is_fork()).collect();
    let of_seed = |seed: u64| runs.iter().filter(move |h| h.seed() == seed);
    // The rounds that the runs in progress of a seed have; `None` if it has none.
    let rounds = |seed: u64| of_seed(seed).filter(|h| goes_on(h)).map(|h| h.rounds.len()).min();
    let groups = groups(runs.iter().copied());
    let is_shared = |seed: &u64| groups.iter().all(|g| g.histories.iter().any(|h| h.seed() == *seed));
    let mut seeds: Vec<u64> = runs.iter().map(|h| h.seed()).collect();
    if seeds.iter().any(is_shared) {
        seeds.retain(is_shared);
    }
    let is_any_going = histories.iter().any(&goes_on);
    let last = match seeds.iter().any(|seed| rounds(*seed).is_none()) {
        _ if !is_any_going => return whole(),
        true => None,
        false => seeds.iter().filter_map(|seed| rounds(*seed)).max(),
    };
    seeds.retain(|seed| rounds(*seed) == last);
    let mut found = InStep { compared: Vec::new(), waiting: Vec::new(), cut: Vec::new() };
    for history in histories {
        let taken = if history.is_fork() { !goes_on(history) } else { seeds.contains(&history.seed()) };
        match last.filter(|_| !history.is_fork()) {
            _ if !taken => found.waiting.push(history.clone()),
            Some(last) => found.compared.push(history.up_to(last)),
            None => found.compared.push(history.clone()),
        }
        if taken && last.is_some() && goes_on(history) {
            found.cut.push(history.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive;
    use crate::experiment::Task;
    use crate::statistics::{Options, compare};

    /// Two variants with three seeds each; the second and third seed have the rounds of the first.
    fn histories() -> Vec<History> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/histories/cifar10-small/histories");
        let first = archive::read_histories(folder.as_ref()).unwrap();
        assert_eq!(groups(&first).len(), 2);
        let seeded = |repeat: usize, mut history: History| {
            history.header.repeat = repeat;
            history.header.experiment.seed += repeat as u64 - 1;
            history
        };
        (1..=3).flat_map(|repeat| first.clone().into_iter().map(move |h| seeded(repeat, h))).collect()
    }

    /// The difference of the means that are shown is the mean difference that is shown, after every round of a session,
    /// and no level that was reached is lost.
    #[test]
    fn means_agree_with_their_difference_after_every_round() {
        let full = histories();
        let names: Vec<_> = groups(&full).iter().map(|g| g.name.clone()).collect();
        let options = Options::against(names[0].clone(), Task::Classes);
        let level = full.iter().filter_map(|h| h.final_values().last().copied()).fold(f32::INFINITY, f32::min);
        let options = Options { targets: vec![f64::from(level)], ..options };
        let mut seeds: Vec<u64> = full.iter().map(History::seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        let last = full[0].rounds.len();
        let (mut done, mut reached): (Vec<History>, usize) = (Vec::new(), 0);
        for (seed, round) in seeds.iter().flat_map(|seed| (1..=last).map(move |round| (*seed, round))) {
            for name in &names {
                let Some(run) = full.iter().find(|h| h.seed() == seed && h.variant() == *name) else { continue };
                done.retain(|h| h.seed() != seed || h.variant() != *name);
                done.push(run.up_to(round));
                let found = in_step(&done, |h| h.rounds.len() < last);
                assert!(found.compared.iter().chain(&found.waiting).count() == done.len());
                let comparison = compare(&found.compared, &options);
                assert!(comparison.groups.iter().all(|g| g.left_out == 0), "seed {seed}, round {round}");
                let [base, other] = &comparison.groups[..] else { continue };
                let now = comparison.groups.iter().filter(|g| g.labels_to[0].1.is_some()).count();
                assert!(now >= reached, "seed {seed}, round {round}: a level that was reached is lost");
                reached = now;
                let (Some(a), Some(b), Some(test)) = (base.endpoint, other.endpoint, &other.endpoint_test) else {
                    continue;
                };
                assert!((b.mean - a.mean - test.interval.mean).abs() < 1e-9, "seed {seed}, round {round}");
            }
        }
        assert_eq!(in_step(&full, |_| false).compared, full);
    }

    #[test]
    fn a_seed_in_progress_waits_for_its_partner_once_another_is_done() {
        let full = histories();
        let (first, second) = (full[0].seed(), full.iter().map(History::seed).find(|s| *s != full[0].seed()).unwrap());
        let part = |h: &History| if h.seed() == second { h.up_to(1) } else { h.clone() };
        let of_two = full.iter().filter(|h| [first, second].contains(&h.seed()));
        let going: Vec<History> = of_two.map(part).collect();
        let found = in_step(&going, |h| h.seed() == second);
        assert!(found.compared.iter().all(|h| h.seed() == first) && found.cut.is_empty());
        assert!(found.waiting.iter().all(|h| h.seed() == second && h.rounds.len() == 1));
        assert_eq!((found.compared.len(), found.waiting.len()), (2, 2));
    }
}
