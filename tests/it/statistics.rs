//! The statistics compared with SciPy and statsmodels (`scripts/peers/statistics_reference.py`).

use std::sync::Arc;

use ridgewalk::experiment::Strategy;
use ridgewalk::history::Price;
use ridgewalk::statistics::*;
use serde_json::Value;

use crate::made::{Made, grid};

fn reference() -> Value {
    serde_json::from_str(include_str!("data/statistics.json")).unwrap()
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn rows<'a>(v: &'a Value, key: &str) -> &'a Vec<Value> {
    let rows = v[key].as_array().unwrap();
    assert!(!rows.is_empty());
    rows
}

#[track_caller]
fn close(what: &str, got: f64, expect: f64, tolerance: f64) {
    assert!((got - expect).abs() <= tolerance * expect.abs().max(1.0), "{what}: {got}, reference {expect}");
}

#[test]
fn paired_tests_agree_with_scipy() {
    for case in rows(&reference(), "cases") {
        let name = case["name"].as_str().unwrap();
        let pairs = (1..).zip(numbers(&case["differences"])).collect();
        let test = PairedTest::new(pairs, 0.95).unwrap();
        for (what, got, key) in [
            ("mean", Some(test.interval.mean), "mean"),
            ("sd", test.interval.sd, "sd"),
            ("effect", test.effect, "effect"),
            ("t", test.t_p, "t_p"),
            ("sign flip", test.sign_flip_p, "sign_flip_p"),
            ("wilcoxon", test.wilcoxon_p, "wilcoxon_p"),
        ] {
            close(&format!("{name} {what}"), got.unwrap(), case[key].as_f64().unwrap(), 1e-9);
        }
        for (level, ends) in case["interval"].as_object().unwrap() {
            let got = mean_interval(&test.differences, level.parse().unwrap()).unwrap();
            let ends = numbers(ends);
            close(&format!("{name} low at {level}"), got.low(), ends[0], 1e-9);
            close(&format!("{name} high at {level}"), got.high(), ends[1], 1e-9);
        }
    }
}

#[test]
fn quantiles_holm_power_and_curves_agree_with_scipy_and_statsmodels() {
    let reference = reference();
    for row in rows(&reference, "t_quantiles") {
        let (p, df) = (row["p"].as_f64().unwrap(), row["df"].as_f64().unwrap());
        close(&format!("t({p}, {df})"), t_quantile(p, df).unwrap(), row["t"].as_f64().unwrap(), 1e-9);
    }
    for row in rows(&reference, "holm") {
        let p: Vec<_> = numbers(&row["p"]).into_iter().map(Some).collect();
        for (got, expect) in holm(&p).into_iter().zip(numbers(&row["adjusted"])) {
            close("Holm", got.unwrap(), expect, 1e-12);
        }
    }
    // The closed formula may differ by one repeat; below six pairs the exact tests need more than the t test.
    for row in rows(&reference, "power") {
        let expect = row["n"].as_f64().unwrap().max(6.0);
        let got = repeats_for_power(row["effect"].as_f64().unwrap(), 0.05, 0.8).unwrap();
        assert!((got as f64 - expect).abs() <= 1.0, "{row}: {got}");
    }
    let curve = &reference["curve"];
    let points: Vec<_> =
        numbers(&curve["labels"]).into_iter().zip(numbers(&curve["accuracy"])).map(|(x, y)| [x, y]).collect();
    close("area", area_under_curve(&points).unwrap(), curve["area"].as_f64().unwrap(), 1e-12);
    for (target, expect) in curve["labels_to"].as_object().unwrap() {
        let got = labels_to_reach(&points, target.parse().unwrap());
        match expect.as_f64() {
            Some(labels) => close(&format!("labels to {target} %"), got.unwrap(), labels, 1e-5),
            None => assert_eq!(got, None, "labels to {target} %"),
        }
    }
}

#[test]
fn exact_tests_at_their_edges() {
    let ones = vec![1.0; MOST_EXACT_PAIRS];
    for (differences, flip, ranks) in [
        (&[][..], None, None),
        (&[0.0, 0.0], Some(1.0), None),
        (&[1.0], Some(1.0), Some(1.0)),
        (&ones[..5], Some(0.0625), Some(0.0625)),
        (&ones, Some(2f64.powi(-29)), Some(2f64.powi(-29))),
        (&[1.0, f64::NAN], None, None),
    ] {
        assert_eq!(sign_flip(differences), flip, "{differences:?}");
        assert_eq!(wilcoxon(differences), ranks, "{differences:?}");
    }
    assert_eq!(sign_flip(&vec![1.0; MOST_EXACT_PAIRS + 1]), None);
    assert_eq!(holm(&[Some(0.04), None, Some(0.01)]), [Some(0.04), None, Some(0.02)]);
}

#[test]
fn friedmans_test_and_nemenyis_quantiles_agree_with_scipy_and_the_published_table() {
    let reference = reference();
    for case in rows(&reference, "ranked") {
        let name = case["name"].as_str().unwrap();
        let ranks: Vec<Vec<f64>> = rows(case, "rows").iter().map(|row| ranked(&numbers(row))).collect();
        assert_eq!(ranks, rows(case, "ranks").iter().map(numbers).collect::<Vec<_>>(), "{name}");
        let test = friedman(&ranks);
        close(&format!("{name} chi-square"), test.chi_square.unwrap(), case["chi_square"].as_f64().unwrap(), 1e-9);
        close(&format!("{name} p"), test.p.unwrap(), case["p"].as_f64().unwrap(), 1e-9);
    }
    for row in rows(&reference, "nemenyi") {
        let (k, level) = (row["k"].as_u64().unwrap() as usize, row["level"].as_f64().unwrap());
        close(&format!("q of {k} at {level}"), nemenyi_q(k, level).unwrap(), row["q"].as_f64().unwrap(), 1e-7);
    }
    // Demsar 2006, table 5a, cut or rounded to three digits.
    let published = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164];
    for (k, q) in (2..).zip(published) {
        let found = nemenyi_q(k, 0.95).unwrap();
        assert!((found - q).abs() < 1e-3, "{k}: {found}, published {q}");
    }
    // His example: 4 classifiers on 14 data sets.
    close("critical difference", critical_difference(4, 14, 0.95).unwrap(), 1.25, 4e-3);
}

/// Seeds count only if every strategy has them; too few of them, or of strategies, are refused with the reason.
#[test]
fn ranks_are_taken_over_the_seeds_that_all_strategies_have() {
    let strategies = [Strategy::Random, Strategy::Snn, Strategy::Margin, Strategy::Ridge];
    let mut histories = grid(&strategies, 5, 4);
    // Gains of a whole point make every order the same.
    for (i, history) in histories.iter_mut().enumerate() {
        for evaluation in history.rounds.iter_mut().flat_map(|r| &mut Arc::make_mut(r).evaluations) {
            evaluation.value = 80.0 + (i / 5) as f32;
        }
        history.rounds.iter_mut().for_each(|r| Arc::make_mut(r).confusion.clear());
    }
    let found = ranks(&histories, 0.95).unwrap();
    let order: Vec<(Strategy, f64)> = found.groups.iter().map(|g| (g.name.strategy, g.mean)).collect();
    let expected = [(Strategy::Ridge, 1.0), (Strategy::Margin, 2.0), (Strategy::Snn, 3.0), (Strategy::Random, 4.0)];
    assert_eq!((order, found.seeds.len()), (expected.to_vec(), 5));
    close("chi-square", found.friedman.chi_square.unwrap(), 15.0, 1e-12);
    // The critical difference is 2.098.
    assert_eq!(found.alike, [[0, 2], [1, 3]]);
    let without: Vec<_> =
        histories.iter().filter(|h| h.strategy() != Strategy::Ridge || h.seed() != 2).cloned().collect();
    let found = ranks(&without, 0.95).unwrap();
    assert_eq!((found.seeds, found.left_out), (vec![1, 3, 4, 5], vec![2]));
    let few: Vec<_> = histories.iter().filter(|h| h.strategy() != Strategy::Margin || h.seed() < 3).cloned().collect();
    let why = ranks(&few, 0.95).unwrap_err();
    let expected = "need 3 seeds that all of them have ended; there are 2 (Margin has 2): add 1 repeat";
    assert_eq!(why, format!("ranks of 4 strategies {expected}"));
    let one: Vec<_> = histories.iter().filter(|h| h.seed() == 1).cloned().collect();
    assert!(ranks(&one, 0.95).unwrap_err().ends_with("ended; there is 1: add 2 repeats"));
    let why = ranks(&histories[..10], 0.95).unwrap_err();
    assert!(why.contains("2 of at least 3 strategies"), "{why}");
    let first: Vec<_> = histories.iter().map(|h| h.up_to(1)).collect();
    assert!(ranks(&first, 0.95).unwrap_err().contains("round 2"));
}

/// By hand: a curve through (10, 50), (100, 68) and (400, 80) cut at 20, 200 and the end.
#[test]
fn areas_by_ranges_are_cut_at_their_ends_and_empty_where_no_run_is() {
    let points = [[10.0, 50.0], [100.0, 68.0], [400.0, 80.0]];
    for (range, expected) in [
        ([20.0, 200.0], Some(((52.0 + 68.0) / 2.0 * 80.0 + (68.0 + 72.0) / 2.0 * 100.0) / 180.0)),
        ([200.0, 400.0], Some(76.0)),
        ([10.0, 400.0], area_under_curve(&points)),
        ([5.0, 100.0], None),
        ([200.0, 500.0], None),
    ] {
        let found = area_between(&points, range);
        assert_eq!(found.is_some(), expected.is_some(), "{range:?}");
        close("area", found.unwrap_or(0.0), expected.unwrap_or(0.0), 1e-12);
    }
    let mut histories = grid(&[Strategy::Random, Strategy::Snn], 3, 4);
    let priced = |scored, seconds| Some(Price { scored, seconds });
    for round in histories[3].rounds.iter_mut().map(Arc::make_mut) {
        round.price = if round.round == 1 { None } else { priced(100 * round.round, 0.5) };
    }
    let found = worth(&histories, &Strategy::Random.into(), &LabelRange::USUAL, 0.95);
    let parts: Vec<_> = found.ranges.iter().map(|(_, part)| *part).collect();
    assert_eq!(parts, [None, Some([500.0, 2_000.0])]);
    let [random, snn] = &found.groups[..] else { panic!("two groups") };
    assert!(snn.areas[0].area.is_none() && snn.areas[0].difference.is_none() && random.areas[1].difference.is_none());
    let whole = compare(&histories, &Options::default());
    let (area, test) = (whole.groups[1].area.unwrap(), whole.groups[1].area_test.as_ref().unwrap());
    close("area of many labels", snn.areas[1].area.unwrap().mean, area.mean, 1e-12);
    close("its difference", snn.areas[1].difference.unwrap().mean, test.interval.mean, 1e-9);
    assert_eq!((snn.scored.map(|i| (i.n, i.mean)), snn.seconds.map(|i| i.mean)), (Some((1, 300.0)), Some(0.5)));
    assert_eq!((random.scored, random.seconds), (None, None));
}

/// Accuracies in single precision: assignments of signs that tie in counts of right images tie in the test too.
#[test]
fn assignments_that_tie_in_counts_of_right_images_tie_in_the_test() {
    // SNN with random directions minus random in the published runs: sums over nine rounds, in images of 10,000.
    let published = |strategy: &str| {
        let run = |seed: usize| {
            let path = format!("docs/histories/mnist/histories/{strategy}-{seed:02}.rwh");
            ridgewalk::archive::read_history(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
        };
        (1..=10).map(run).collect::<Vec<_>>()
    };
    let histories = [published("random"), published("snn-random-direction")].concat();
    let comparison = compare(&histories, &Options::default());
    let test = comparison.groups[1].endpoint_test.as_ref().unwrap();
    let counts: Vec<f64> = test.differences.iter().map(|d| (d * 900.0).round()).collect();
    assert!(test.differences.iter().zip(&counts).all(|(d, n)| (d * 900.0 - n).abs() < 1e-9), "{:?}", test.differences);
    assert_eq!(test.sign_flip_p, Some(138.0 / 1024.0));
    assert_eq!(sign_flip(&counts), Some(138.0 / 1024.0));
    assert_eq!(wilcoxon(&test.differences), wilcoxon(&counts));
    // Without counts of images: the rounding of single precision makes no difference either.
    let rounded: Vec<f64> = counts.iter().enumerate().map(|(i, n)| n / 900.0 + 2e-7 * (i % 3) as f64).collect();
    assert_eq!(sign_flip(&rounded), Some(138.0 / 1024.0));
}

/// Exact numbers by hand: 5 pairs, each higher by 0.25 times its seed.
#[test]
fn the_endpoint_is_paired_by_seed_over_rounds_2_to_10() {
    let mut histories = grid(&[Strategy::Random], 5, 10);
    let mut better = histories.clone();
    for (i, history) in better.iter_mut().enumerate() {
        history.header.experiment.strategy = Strategy::Snn;
        for evaluation in history.rounds.iter_mut().skip(1).flat_map(|r| &mut Arc::make_mut(r).evaluations) {
            evaluation.value += 0.25 * (i + 1) as f32;
        }
    }
    // Only the seed determines the pairs, not the order of the files.
    better.reverse();
    histories.extend(better);
    let comparison = compare(&histories, &Options::default());
    assert_eq!(comparison.rounds, 2..=10);
    let [random, snn] = &comparison.groups[..] else { panic!("two groups") };
    assert_eq!((&random.name, random.runs, random.left_out), (&Strategy::Random.into(), 5, 0));
    assert!(random.endpoint_test.is_none() && random.warning.is_none());
    let test = snn.endpoint_test.as_ref().unwrap();
    for (seed, difference) in test.seeds.iter().zip(&test.differences) {
        close("difference", *difference, 0.25 * *seed as f64, 1e-5);
    }
    assert_eq!((test.sign_flip_p, snn.holm_p), (Some(0.0625), Some(0.0625)));
    let first = &snn.per_round[0];
    assert_eq!((first.round, first.test.interval.mean, first.test.sign_flip_p), (1, 0.0, Some(1.0)));
    assert_eq!(snn.per_round.len(), 10);
    let warning = snn.warning.as_ref().unwrap();
    assert!(warning.contains("5 paired repeats") && warning.contains("p = 0.0625"), "{warning}");
}

/// What is advised is for the level of Holm's first step, no less than can be shown there, and from no fewer than three
/// pairs.
#[test]
fn repeats_needed_are_those_of_holms_first_step() {
    let strategies = [Strategy::Random, Strategy::Snn, Strategy::Margin, Strategy::Ridge];
    let advised = |histories: &[_]| {
        let comparison = compare(histories, &Options::default());
        for group in comparison.groups.iter().filter(|g| g.endpoint_test.is_some()) {
            let effect = group.endpoint_test.as_ref().unwrap().effect.unwrap();
            let wanted = repeats_for_power(effect, 0.05 / comparison.tests as f64, 0.8);
            assert!(group.repeats_needed.is_none() || group.repeats_needed == wanted, "{:?}", group.repeats_needed);
        }
        comparison.groups.into_iter().map(|g| g.repeats_needed).collect::<Vec<_>>()
    };
    assert_eq!(advised(&grid(&strategies, 2, 4)), [None; 4]);
    let of_four = advised(&grid(&strategies, 5, 4));
    let of_two = advised(&grid(&strategies[..2], 5, 4));
    assert!(of_four[1] > of_two[1] && of_two[1].is_some(), "{of_four:?} {of_two:?}");
    // However large the effect: 6 pairs for one strategy, 7 for the first of three.
    assert_eq!([1.0, 3.0].map(|tests| repeats_for_power(50.0, 0.05 / tests, 0.8)), [Some(6), Some(7)]);
    let text = warning(5, 3, &Options::default(), Some(32), Some(0.2)).unwrap();
    assert!(
        text.contains("about 32 find it with 80 % power at Holm's first step over 3 strategies: for a next"),
        "{text}"
    );
}

#[test]
fn a_run_that_did_not_get_there_is_excluded_and_counted() {
    let mut histories = grid(&[Strategy::Random, Strategy::Snn], 3, 6);
    histories.push(Made { strategy: Strategy::Snn, repeat: 4, rounds: 2, gain: 0.3 }.history());
    let mut diverged = Made { strategy: Strategy::Snn, repeat: 5, rounds: 6, gain: 0.3 }.history();
    Arc::make_mut(&mut diverged.rounds[3]).evaluations.iter_mut().for_each(|e| e.value = f32::NAN);
    histories.push(diverged);
    let comparison = compare(&histories, &Options::default());
    assert_eq!(comparison.rounds, 2..=6);
    let snn = &comparison.groups[1];
    assert_eq!((snn.runs, snn.left_out, comparison.tests), (3, 2, 1));
    assert_eq!(snn.endpoint_test.as_ref().unwrap().seeds, [1, 2, 3]);
}

#[test]
fn small_numbers_of_pairs_give_a_warning_and_large_effects_do_not() {
    let options = Options::default();
    for (pairs, tests, needed, p, says) in [
        (1, 1, None, Some(1.0), Some("p = 1, so no effect")),
        (5, 1, Some(12), Some(0.0625), Some("about 12")),
        (5, 11, None, Some(0.0625), Some("9 for Holm over 11")),
        (7, 11, None, Some(0.02), Some("0.0156, too large for Holm over 11")),
        (10, 11, Some(40), Some(0.3), Some("too few to distinguish")),
        (10, 11, Some(8), Some(0.02), None),
        (10, 1, None, Some(0.9), None),
    ] {
        let got = warning(pairs, tests, &options, needed, p);
        match says {
            Some(words) => assert!(got.as_ref().is_some_and(|w| w.contains(words)), "{pairs} {tests}: {got:?}"),
            None => assert_eq!(got, None),
        }
    }
}
