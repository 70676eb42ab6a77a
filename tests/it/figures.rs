//! Figures and tables: golden SVG, every kind drawn or saying why not, forks and variants by name.
//!
//! After a wanted change of a figure: `RIDGEWALK_UPDATE_GOLDEN=1 cargo test --test it figures`, and look at each one.

use std::path::Path;
use std::sync::Arc;

use ridgewalk::experiment::{Experiment, Own, Strategy, Variant};
use ridgewalk::figures::*;
use ridgewalk::history::{Fork, History};
use ridgewalk::statistics::{Options, compare, groups};

use crate::made::{Made, grid, with_maps};

pub fn two_by_three() -> Vec<History> {
    grid(&[Strategy::Random, Strategy::Snn], 3, 4)
}

#[track_caller]
pub fn golden(name: &str, got: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name);
    if std::env::var_os("RIDGEWALK_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, got).unwrap();
    }
    let expect = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let line = got.lines().zip(expect.lines()).position(|(a, b)| a != b);
    assert!(got == expect, "{name} differs from its golden file, first in line {:?}", line.map(|l| l + 1));
}

#[test]
fn every_figure_is_as_its_golden_file() {
    for figure in all_figures(&two_by_three()) {
        golden(&format!("{}.svg", figure.name), &svg(&figure, COLUMN_WIDTH, &Theme::LIGHT));
    }
}

pub fn combined(histories: &[History]) -> Histories {
    Histories::new(histories, &Strategy::Random.into()).unwrap()
}

/// What each kind of the list makes of these histories, in order.
fn drawn(histories: &[History]) -> Vec<Result<Drawn, FigureError>> {
    let histories = combined(histories);
    KINDS.iter().map(|kind| kind.draw(&histories)).collect()
}

pub fn named(name: &str, histories: &[History], against: Strategy) -> Figure {
    let kind = KINDS.iter().find(|k| k.name == name).unwrap();
    match kind.draw(&Histories::new(histories, &against.into()).unwrap()) {
        Ok(Drawn::Figure(figure)) => figure,
        other => panic!("{name}: {other:?}"),
    }
}

pub fn all_figures(histories: &[History]) -> Vec<Figure> {
    let figures = drawn(histories).into_iter().filter_map(|d| match d {
        Ok(Drawn::Figure(figure)) => Some(figure),
        _ => None,
    });
    figures.collect()
}

/// Every kind draws itself under its own name, or says what it needs; what an export writes is what the window shows.
#[test]
fn every_kind_is_drawn_or_says_why_not() {
    let maps: Vec<History> = two_by_three().into_iter().map(with_maps).collect();
    // Two strategies have no ranks.
    let ranked = ["ranks", "critical-difference"];
    let missing_in_maps = [&ranked[..], &["picks-by-class", "confusion", "forecast"][..]].concat();
    let missing = [&ranked[..], &["forecast"][..]].concat();
    for (histories, missing) in [(two_by_three(), missing), (maps, missing_in_maps)] {
        let dir = tempfile::tempdir().unwrap();
        let formats = [Format::Svg, Format::Markdown];
        let written =
            all_files(&combined(&histories), &formats, COLUMN_WIDTH, 72.0).unwrap().write(dir.path()).unwrap();
        let mut shown = Vec::new();
        for (kind, drawn) in KINDS.iter().zip(drawn(&histories)) {
            assert_eq!(drawn.is_err(), missing.contains(&kind.name), "{}", kind.name);
            match drawn {
                Ok(Drawn::Figure(f)) => assert_eq!(f.name, kind.name),
                Ok(Drawn::Table(t)) => assert_eq!(t.name, kind.name),
                Err(e) => {
                    let why = if ranked.contains(&kind.name) { "at least 3 strategies" } else { kind.needs };
                    assert!(e.to_string().contains(kind.title) && e.to_string().contains(why), "{e}");
                    continue;
                }
            }
            shown.push(kind.name);
        }
        let stems: Vec<_> = written.iter().map(|p| p.file_stem().unwrap().to_str().unwrap()).collect();
        assert_eq!(stems, [shown, vec!["methods", "README", "settings"]].concat());
        methods_have_every_number(&std::fs::read_to_string(dir.path().join("methods.md")).unwrap(), &histories);
    }
    for (i, kind) in KINDS.iter().enumerate() {
        assert!(KINDS[..i].iter().all(|k| k.name != kind.name && k.title != kind.title), "{}", kind.name);
    }
}

/// The text has a sentence for each strategy and the numbers that a paper must give.
fn methods_have_every_number(text: &str, histories: &[History]) {
    let e = &histories[0].header.experiment;
    for strategy in [Strategy::Random, Strategy::Snn] {
        assert!(text.contains(&format!("*{}*", strategy.label())) && text.contains(strategy.help()), "{text}");
    }
    for number in [
        format!("{} rounds of {} labels each", e.rounds, e.samples_per_round),
        format!("{} minibatches of {}", e.minibatches_per_round, e.batch_size),
        format!("{} epochs of minibatches of {}", e.generator_epochs, e.generator_batch),
        format!("of {} dimensions", e.latent_dim),
        format!("`alpha` = {} σ", e.alpha),
        "3 repeats of each strategy (seeds 1, 2, 3)".to_owned(),
    ] {
        assert!(text.contains(&number), "{number}: {text}");
    }
}

#[test]
fn every_table_is_as_its_golden_file() {
    let histories = two_by_three();
    golden("table1.tex", &latex_table(&table1(&histories)));
    golden("comparison.md", &comparison_table(&histories, &Options::default()).markdown());
}

/// The CSV of a table has one number a column with all of its digits: rounded, it is what the table shows.
#[test]
fn tables_as_csv_have_the_numbers_behind_their_cells() {
    let histories = two_by_three();
    let table = comparison_table(&histories, &Options::default());
    let csv = table.csv();
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let number = |row: usize, column: &str| -> Option<f64> {
        let at = header.iter().position(|c| *c == column).unwrap_or_else(|| panic!("{column}: {csv}"));
        csv.lines().nth(1 + row).unwrap().split(',').nth(at).unwrap().parse().ok()
    };
    for (column, shown, decimals) in [
        ("runs", 1, 0),
        ("mean", 2, 2),
        ("pairs", 3, 0),
        ("difference", 4, 2),
        ("d_z", 6, 2),
        ("p_sign_flip", 7, 4),
        ("p_holm", 8, 4),
        ("area", 9, 2),
        ("labels_to_95", 11, 0),
        ("labels_to_97", 12, 0),
    ] {
        for (row, cells) in table.rows.iter().enumerate() {
            let plain = cells[shown].replace(',', "").replace('\u{2212}', "-").replace('+', "");
            let value = number(row, column).map(|v| format!("{v:.decimals$}"));
            assert_eq!(value, plain.parse::<f64>().ok().map(|_| plain), "{column} of {cells:?}");
        }
    }
    let low = number(1, "difference_low").unwrap();
    assert!(
        table.rows[1][5].replace('\u{2212}', "-").starts_with(&format!("{low:.2} to ")),
        "{low} {:?}",
        table.rows[1]
    );
    let mean = compare(&histories, &Options::default()).groups[1].endpoint.unwrap().mean;
    assert_eq!((number(1, "mean"), number(1, "labels_to_97_runs")), (Some(mean), Some(0.0)));
    let csv = table1(&histories).csv();
    assert_eq!(csv.lines().next().unwrap(), "strategy,label,round,runs,mean,sd,low,high");
    assert_eq!(csv.lines().count(), 1 + 2 * 4);
    assert!(csv.lines().skip(1).all(|l| l.split(',').skip(2).all(|c| c.parse::<f64>().is_ok())), "{csv}");
}

/// In a column the diagonal's numbers are wider than the others, and all have one size.
#[test]
fn the_numbers_of_a_confusion_have_one_size() {
    for width in [COLUMN_WIDTH, PAGE_WIDTH] {
        let histories = grid(&[Strategy::Random, Strategy::Snn, Strategy::Margin], 3, 4);
        let figure = named("confusion", &histories, Strategy::Random);
        let drawn = svg(&figure, width, &Theme::LIGHT);
        // Numbers stand in blocks and are centred; classes beside them are whole numbers.
        let sizes: std::collections::BTreeSet<&str> = drawn
            .lines()
            .filter(|l| l.starts_with("<text") && l.contains("text-anchor=\"middle\"") && l.contains('.'))
            .filter(|l| l.rsplit('>').nth(1).is_some_and(|t| t.trim_end_matches("</text").contains('.')))
            .filter_map(|l| l.split("font-size=\"").nth(1)?.split('"').next())
            .collect();
        assert_eq!(sizes.len(), 1, "{sizes:?}");
    }
}

#[test]
fn table_1_has_the_papers_numbers() {
    let mut histories = two_by_three();
    assert!(!table1(&histories).markdown().contains("Paper"));
    for history in &mut histories {
        history.header.experiment.dataset = "mnist".parse().unwrap();
        history.header.data_provenance = "mnist (the published files)".into();
    }
    let text = table1(&histories).markdown();
    assert!(
        text.contains("| Paper: Rand | 5 | 91.0 | 94.1 | 95.6 | 96.4 | 96.9 | 97.1 | 97.2 | 97.4 | 97.7 | 97.8 |"),
        "{text}"
    );
    assert!(
        text.contains("| Paper: Ours | 5 | 91.2 | 95.1 | 96.2 | 96.7 | 97.2 | 97.5 | 97.6 | 97.7 | 97.8 | 97.8 |"),
        "{text}"
    );
}

/// SNN's run of repeat 1, turned to another step length after round 2.
pub fn fork(alpha: f32) -> History {
    let mut fork = Made { strategy: Strategy::Snn, repeat: 1, rounds: 4, gain: 0.5 }.history();
    let experiment = fork.header.experiment.clone();
    fork.header.forked = Some(Box::new(Fork { round: 2, experiment, parent: None }));
    fork.header.experiment.alpha = alpha;
    fork
}

#[test]
fn a_fork_stands_beside_its_parent_by_name_and_counts_as_no_repeat() {
    let without = two_by_three();
    let with = [without.clone(), vec![fork(0.5), fork(0.7)]].concat();
    Histories::new(&with, &Strategy::Random.into()).unwrap();
    let twice = [with.clone(), vec![fork(0.7)]].concat();
    assert_eq!(combined(&twice).all(), with, "the same fork twice");
    let options = Options::default();
    assert_eq!(compare(&with, &options), compare(&without, &options));
    let lines = |histories: &[History]| {
        let panel = curves(histories, &Looks::of(histories)).panels.swap_remove(0);
        let line = |item| match item {
            Item::Line(line) if line.in_legend => Some(line),
            _ => None,
        };
        panel.items.into_iter().filter_map(line).collect::<Vec<_>>()
    };
    let (all, plain) = (lines(&with), lines(&without));
    let names: Vec<_> = all.iter().map(|l| l.series.as_str()).collect();
    assert_eq!(
        names,
        [
            "Random",
            "SNN",
            "SNN, \u{3b1} = 0.5 \u{3c3}, forked after round 2 of SNN",
            "SNN, \u{3b1} = 0.7 \u{3c3}, forked after round 2 of SNN"
        ]
    );
    assert_eq!(all[..2], plain[..], "the means are of the repeats alone");
    let looks: Vec<_> = all.iter().map(|l| (l.stroke, l.mark)).collect();
    assert!((0..looks.len()).all(|i| !looks[i + 1..].contains(&looks[i])));
    let table = table1(&with).markdown();
    assert!(
        table.contains("| SNN, \u{3b1} = 0.7 \u{3c3}, forked after round 2 of SNN | fork |")
            && table.contains("3 repeats and 2 forks")
    );
    let tests = comparison_table(&with, &options).markdown();
    assert!(tests.contains("Excluded from every mean and test") && tests.contains("| SNN | 3 |"), "{tests}");
    let csv = curves_csv(&with);
    assert!(csv.contains("\"SNN, \u{3b1} = 0.5 \u{3c3}, forked after round 2 of SNN\",1,1,1,"), "{csv}");
}

/// SNN's runs as if they had been given another step length.
fn variant(repeats: usize, own: bool) -> Vec<History> {
    let base = Experiment::default();
    let with = |mut history: History| {
        history.header.experiment.alpha = 0.6;
        history.header.own = if own { Own::between(&history.header.experiment, &base) } else { Own::default() };
        history
    };
    grid(&[Strategy::Snn], repeats, 4).into_iter().map(with).collect()
}

#[test]
fn variants_of_a_strategy_are_groups_with_names_and_looks_of_their_own() {
    let name: Variant = "snn alpha=0.6".parse().unwrap();
    let histories = [variant(3, true), two_by_three()].concat();
    let panel = curves(&histories, &Looks::of(&histories)).panels.swap_remove(0);
    let lines = panel.items.iter().filter_map(|item| match item {
        Item::Line(line) if line.in_legend => Some((line.series.as_str(), line.stroke.unwrap(), line.mark)),
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.iter().map(|l| l.0).collect::<Vec<_>>(), ["Random", "SNN", "SNN, \u{3b1} = 0.6 \u{3c3}"]);
    assert_ne!(lines[1].1.ink, lines[2].1.ink);
    assert!(lines[1].1.dash != lines[2].1.dash && lines[1].2 != lines[2].2);
    // Four rounds carry no forecast.
    for drawn in drawn(&histories).into_iter().filter_map(Result::ok) {
        let text = match drawn {
            Drawn::Figure(figure) => figure_csv(&figure),
            Drawn::Table(table) => table.csv(),
        };
        assert!(text.contains("SNN, \u{3b1} = 0.6 \u{3c3}"), "{text}");
    }
    // Bands of one tint are told apart by their edges.
    let edges: Vec<String> =
        figure_csv(&figure3(&histories, &Looks::of(&histories))).lines().map(str::to_owned).collect();
    let edges = |name: &str| edges.iter().filter(|l| l.contains(name) && l.contains(" of the band)")).count();
    assert!(edges("SNN, \u{3b1} = 0.6 \u{3c3} (") > 0 && edges("SNN (") == 0 && edges("Random (") == 0);
    let csv = curves_csv(&histories);
    let named = |name: &str| csv.lines().filter(|l| l.split(',').next() == Some(name)).count();
    let rows = named("random");
    assert!(rows > 0 && ["snn", "snn alpha=0.6"].into_iter().all(|name| named(name) == rows));

    // Any name that fits one group alone can be the baseline.
    let against = |text: &str| {
        let baseline = Histories::new(&histories, &text.parse().unwrap()).unwrap();
        let kind = KINDS.iter().find(|k| k.name == "comparison").unwrap();
        let Ok(Drawn::Table(table)) = kind.draw(&baseline) else { panic!("no table") };
        table.markdown()
    };
    assert!(against("snn alpha=0.6").contains("Minus SNN, \u{3b1} = 0.6 \u{3c3}"));
    assert!(against("snn").contains("Minus SNN |"));
    let pairs = compare(&histories, &Options { baseline: name.clone(), ..Options::default() });
    let tested: Vec<_> = pairs.groups.iter().map(|g| g.endpoint_test.as_ref().map(|t| t.differences.len())).collect();
    assert_eq!(tested, [Some(3), Some(3), None]);

    // In another folder all runs have that step length, and the same runs still have different names.
    let others = [two_by_three(), variant(3, false)].concat();
    let names: Vec<_> = groups(&others).iter().map(|g| g.name.to_string()).collect();
    assert_eq!(names, ["random", "snn alpha=0.3", "snn alpha=0.6"]);
    let twice = [variant(1, true), variant(1, false)].concat();
    assert_eq!(Histories::new(&twice, &name).unwrap().all(), &twice[..1]);
}

#[test]
fn a_run_without_a_round_and_one_that_diverged_are_drawn_without_a_fuss() {
    let mut empty = two_by_three();
    empty.iter_mut().for_each(|h| h.rounds.clear());
    let drawn = svg(&curves(&empty, &Looks::of(&empty)), COLUMN_WIDTH, &Theme::LIGHT);
    assert!(drawn.contains("no completed round yet") && !drawn.contains("NaN"), "{drawn}");

    let mut diverged = two_by_three();
    for round in diverged[3].rounds[2..].iter_mut().map(Arc::make_mut) {
        round.diverged = true;
        round.evaluations.iter_mut().for_each(|e| e.value = f32::NAN);
    }
    for figure in all_figures(&diverged) {
        let drawn = svg(&figure, PAGE_WIDTH, &Theme::DARK);
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{}", figure.name);
    }
    assert!(curves_csv(&diverged).contains(",NaN,"));
}

/// No two labels at line ends, and no two entries of a legend, may overlap.
#[test]
fn names_never_touch_each_other() {
    let many = grid(&[Strategy::Random, Strategy::Snn], 1, 10);
    for width in [COLUMN_WIDTH, PAGE_WIDTH] {
        let drawn = svg(&curves(&many, &Looks::of(&many)), width, &Theme::LIGHT);
        let places: Vec<(f64, f64)> =
            drawn.lines().filter(|l| l.contains(">Random<") || l.contains(">SNN<")).map(place).collect();
        assert_eq!(places.len(), 2);
        assert!((places[0].1 - places[1].1).abs() > 7.0 || (places[0].0 - places[1].0).abs() > 30.0, "{places:?}");
    }
}

fn place(line: &str) -> (f64, f64) {
    let number = |key: &str| line.split(key).nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    (number(" x=\""), number(" y=\""))
}
