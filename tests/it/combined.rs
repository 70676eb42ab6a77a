//! Which runs figures, tables and tests combine, and what their captions say about them.

use std::sync::Arc;

use ridgewalk::experiment::Strategy;
use ridgewalk::figures::*;
use ridgewalk::history::History;
use ridgewalk::statistics::Options;

use crate::made::grid;

fn two_by_three() -> Vec<History> {
    grid(&[Strategy::Random, Strategy::Snn], 3, 4)
}

fn combined(histories: &[History]) -> Histories {
    Histories::new(histories, &Strategy::Random.into()).unwrap()
}

#[test]
fn runs_that_differ_in_more_than_strategy_and_seed_are_rejected_with_the_field_and_both_values() {
    let change = |f: &dyn Fn(&mut History)| {
        let mut histories = two_by_three();
        f(&mut histories[4]);
        histories
    };
    let weights = |histories: &mut Vec<History>| {
        for (history, weights) in histories.iter_mut().zip(["a", "a", "a", "a", "b", "a"]) {
            history.header.generator_weights = Some(weights.into());
        }
    };
    let mut other_weights = two_by_three();
    weights(&mut other_weights);
    for (histories, property, says) in [
        (
            change(&|h| h.header.data_digest = "other".into()),
            "data",
            "`data` is made in random with seed 1 and other in snn",
        ),
        (
            change(&|h| h.header.experiment.latent_dim = 8),
            "latent_dim",
            "`latent_dim` is 2 in random with seed 1 and 8 in",
        ),
        (
            change(&|h| h.header.experiment.learning_rate = 0.5),
            "learning_rate",
            "0.001 in random with seed 1 and 0.5 in",
        ),
        (change(&|h| h.header.latent_scale = 1.1), "latent_scale", "`latent_scale` is 1 in random"),
        (other_weights, "generator_weights", "`generator_weights` is a in random with seed 1 and b in snn with seed 2"),
    ] {
        let against = Strategy::Random.into();
        let error = Histories::new(&histories, &against).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains(&format!("--allow-different {property}")), "{error}");
        let others = error.matches("--allow-different").count();
        assert_eq!(others, 1, "what follows from another difference is not named: {error}");
        let allowed = Histories::allowing(&histories, &against, &[property.to_owned()]).unwrap();
        for drawn in KINDS.iter().filter_map(|kind| kind.draw(&allowed).ok()) {
            let (Drawn::Figure(Figure { caption, .. }) | Drawn::Table(Table { caption, .. })) = drawn;
            assert!(caption.contains(&format!("differ in `{property}`")), "{caption}");
        }
    }
    // What follows from an allowed difference is told with it, and nothing is said to be of one generator or test set.
    let apart = change(&|h| {
        h.header.experiment.data_seed = 7;
        h.header.data_digest = "other".into();
        h.header.generator_digest = "elsewhere".into();
        h.header.latent_scale = 1.5;
    });
    let against = Strategy::Random.into();
    let error = Histories::new(&apart, &against).unwrap_err().to_string();
    assert_eq!(error.matches("--allow-different").count(), 1, "{error}");
    let allowed = Histories::allowing(&apart, &against, &["data_seed".to_owned()]).unwrap();
    for name in ["table1", "comparison"] {
        let Ok(Drawn::Table(table)) = drawn(name, &allowed) else { panic!("no table") };
        for property in ["data_seed", "data", "generator_digest", "latent_scale"] {
            assert!(table.caption.contains(&format!("differ in `{property}`")), "{}", table.caption);
        }
        assert!(table.caption.contains("of each of 2 sets of images"), "{}", table.caption);
        let notes = table.notes.join(" ");
        assert!(notes.contains("over runs with different generators") && !notes.contains("one generator"), "{notes}");
    }
    let other_rate = change(&|h| h.header.experiment.learning_rate = 0.5);
    assert!(Histories::allowing(&other_rate, &against, &["data".to_owned()]).is_err());
    // Where the data lie, how many rounds there are, and walks make no other experiment.
    for f in [
        (|h| h.header.experiment.masks = "elsewhere".into()) as fn(&mut History),
        |h| h.header.experiment.rounds = 9,
        |h| h.header.experiment.walks = 0,
        |h| h.header.experiment.train_size = 60_000,
        |h| h.header.experiment.alpha = 0.4,
    ] {
        combined(&change(&f));
    }
    assert!(matches!(Histories::new(&[], &Strategy::Random.into()), Err(FigureError::NoHistory)));
    let unknown = Histories::allowing(&two_by_three(), &Strategy::Random.into(), &["sed".into()]).unwrap_err();
    assert!(unknown.to_string().starts_with("`sed` is not a property"), "{unknown}");
}

#[test]
fn a_run_given_twice_counts_once_and_two_results_of_one_run_are_rejected() {
    let histories = two_by_three();
    let twice = [histories.clone(), vec![histories[4].up_to(2), histories[0].clone()]].concat();
    let once = combined(&twice);
    assert_eq!(once.all(), histories, "the longer of the two");
    let Ok(Drawn::Table(table)) = drawn("table1", &once) else { panic!("no table") };
    let told = "Given more than once, counted once: snn with seed 2; random with seed 1.";
    assert!(table.notes.iter().any(|n| n == told), "{:?}", table.notes);
    let mut other = histories[4].clone();
    Arc::make_mut(&mut other.rounds[2]).evaluations[0].value += 1.0;
    let error = Histories::new(&[histories, vec![other]].concat(), &Strategy::Random.into()).unwrap_err().to_string();
    assert!(error.starts_with("snn with seed 2 is given twice, and the two differ from round 3 on"), "{error}");
}

#[test]
fn captions_say_what_the_data_were_and_the_papers_rows_stand_beside_the_published_set_only() {
    let of = |dataset: &str, provenance: &str, sizes: [usize; 2], on: &str, labels: usize| {
        let mut histories = two_by_three();
        for header in histories.iter_mut().map(|h| &mut h.header) {
            header.data_provenance = provenance.into();
            header.experiment.dataset = dataset.parse().unwrap();
            [header.experiment.train_size, header.experiment.test_size] = sizes;
            header.experiment.evaluate_on = on.parse().unwrap();
            header.experiment.samples_per_round = labels;
        }
        let Ok(Drawn::Table(table)) = drawn("table1", &combined(&histories)) else { panic!("no table") };
        table
    };
    let published = "mnist from /data (the published files)";
    for (dataset, provenance, sizes, on, says, paper) in [
        ("mnist", published, [0, 0], "test", "Data: MNIST; evaluated on 10,000 test images.", true),
        ("mnist", published, [0, 0], "validation", "Data: MNIST; evaluated on 10,000 validation images.", false),
        ("mnist", published, [1_500, 0], "test", "Data: first 1,500 of MNIST; evaluated on", false),
        ("mnist", "mnist (not the published files)", [0, 0], "test", "Data: own images under MNIST's names;", false),
        ("mnist", "", [0, 0], "test", "Data: images under MNIST's names, of unknown origin;", false),
        ("cifar10", "cifar10 from /c (the published files)", [0, 0], "test", "Data: CIFAR-10;", true),
        (
            "cifar10",
            "cifar10 from /c (loose files: only the archive has a published checksum), 2 of 5 train batches",
            [0, 0],
            "test",
            "Data: files under CIFAR-10's names, which have no published checksum, 2 of 5 train batches;",
            false,
        ),
        (
            "cifar10",
            "cifar10 (JPEG-decoded CIFAR-10, 20,000 of 50,000), 2 of 5 train batches",
            [0, 0],
            "test",
            "Data: JPEG-decoded CIFAR-10, 20,000 of 50,000; evaluated",
            false,
        ),
        ("ivus", "", [990, 210], "test", "Data: IVUS (generated vessels);", false),
    ] {
        let labels = if dataset == "cifar10" { 1_000 } else { 500 };
        let table = of(dataset, provenance, sizes, on, labels);
        assert!(table.caption.contains(says), "{}", table.caption);
        assert_eq!(table.markdown().contains("Paper: Rand"), paper, "{provenance}");
        assert_eq!(table.csv().contains("paper-rand,Paper: Rand,1,5,"), paper, "{provenance}");
    }
    assert!(!of("mnist", published, [0, 0], "test", 10).markdown().contains("Paper: Rand"), "another budget");
}

#[test]
fn a_run_that_ended_early_or_diverged_is_marked_and_in_no_mean_after_that() {
    let mut histories = two_by_three();
    histories[3].rounds.truncate(2);
    let last = Arc::make_mut(histories[4].rounds.last_mut().unwrap());
    last.diverged = true;
    last.evaluations.iter_mut().filter(|e| e.round_end).for_each(|e| e.value = 9.8);
    let all = combined(&histories);
    let told = "Ended before the others, and in no mean after that: SNN: seed 1 has 2 of 4 rounds, seed 2 diverged in \
                round 4.";
    for drawn in KINDS.iter().filter_map(|kind| kind.draw(&all).ok()) {
        match drawn {
            Drawn::Figure(figure) => assert!(figure.caption.contains(told), "{}", figure.caption),
            Drawn::Table(table) => assert!(table.notes.iter().any(|n| n == told), "{:?}", table.notes),
        }
    }
    let table = table1(&histories);
    let row = &table.rows[2];
    assert_eq!((row[0].as_str(), row[1].as_str()), ("SNN", "3"));
    assert!(row[3].parse::<f64>().is_ok() && row[4].ends_with(" (2)") && row[5].ends_with(" (1)"), "{row:?}");
    assert!(table.notes.iter().any(|n| n.starts_with("In parentheses:")));
    let tests = comparison_table(&histories, &Options::default());
    assert_eq!(tests.rows[1][1..4], ["1 of 3".to_owned(), tests.rows[1][2].clone(), "1".into()]);
    assert!(tests.notes.iter().any(|n| n == "SNN: 2 runs excluded, without a value for each of these rounds."));
    let crosses = |figure: Figure| {
        let lines = figure.panels.into_iter().flat_map(|p| p.items).filter_map(|item| match item {
            Item::Line(line) if line.mark.is_some_and(|(mark, _)| mark == Mark::Cross) => Some(line.series),
            _ => None,
        });
        lines.collect::<Vec<_>>()
    };
    let ends = ["SNN (seed 1, has 2 of 4 rounds)", "SNN (seed 2, diverged in round 4)"];
    assert_eq!(crosses(curves(&histories, &Looks::of(&histories))), ends);
    assert_eq!(crosses(figure3(&histories, &Looks::of(&histories))), [ends, ends].concat());
    let Ok(Drawn::Figure(lowest)) = drawn("difference", &all) else { panic!("no figure") };
    assert!(lowest.caption.contains("over 1 to 3 pairs"), "{}", lowest.caption);
    assert!(!figure_csv(&lowest).contains(",-8"), "a round that diverged is no accuracy");
}
