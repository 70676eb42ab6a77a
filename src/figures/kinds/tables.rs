//! Table 1 of the paper with our own numbers, and the comparison with a baseline.

use crate::experiment::Task;
use crate::figures::data::{BAND_LEVEL, experiment, repeats_text, split_name, stand_in_note, task};
use crate::figures::drawing::ticks::number;
use crate::figures::table::Table;
use crate::history::History;
use crate::statistics::{Comparison, EndpointTest, Interval, Options, compare, endpoint, groups, mean_interval};

/// Rounds of the paper's table.
const PAPER_ROUNDS: usize = 10;

/// One data set of the paper's Table 1: our name for it, the paper's, the metric, and the two rows.
struct PaperRows {
    dataset: &'static str,
    title: &'static str,
    metric: &'static str,
    random: [f64; PAPER_ROUNDS],
    ours: [f64; PAPER_ROUNDS],
}

/// Table 1 of "Efficient Deep Representation Learning by Adaptive Latent Space Sampling" (submission to ICLR 2020).
const PAPER: &[PaperRows] = &[
    PaperRows {
        dataset: "mnist",
        title: "MNIST",
        metric: "accuracy (%)",
        random: [91.0, 94.1, 95.6, 96.4, 96.9, 97.1, 97.2, 97.4, 97.7, 97.8],
        ours: [91.2, 95.1, 96.2, 96.7, 97.2, 97.5, 97.6, 97.7, 97.8, 97.8],
    },
    PaperRows {
        dataset: "cifar10",
        title: "CIFAR-10",
        metric: "accuracy (%)",
        random: [35.6, 40.4, 44.6, 51.4, 54.9, 54.3, 56.3, 56.5, 60.6, 60.5],
        ours: [37.0, 50.0, 56.7, 58.0, 62.7, 64.2, 65.3, 66.5, 66.9, 66.9],
    },
    PaperRows {
        dataset: "ivus",
        title: "IVUS",
        metric: "mean square error, no unit given",
        random: [12.4, 12.1, 11.8, 11.3, 9.7, 7.5, 6.4, 6.2, 5.5, 5.6],
        ours: [12.2, 11.7, 10.7, 9.4, 7.5, 6.7, 5.9, 5.8, 5.5, 5.2],
    },
];

/// Table 1: accuracy, or the error of maps, at the end of rounds t = 1..10 for each strategy, with the paper's numbers
/// if it has the data set.
///
/// The row under a strategy with several repeats gives half the width of the 95 % Student-t interval of its mean.
pub fn table1(histories: &[History]) -> Table {
    let groups = groups(histories);
    let dataset = experiment(histories).dataset;
    let task = dataset.task();
    let paper = PAPER.iter().find(|p| p.dataset == dataset.name().replace('-', ""));
    let last = histories.iter().map(|h| h.rounds.len()).max().unwrap_or(0).max(PAPER_ROUNDS);
    let mut header = vec!["Strategy".to_owned(), "Runs".to_owned()];
    header.extend((1..=last).map(|t| format!("t = {t}")));
    let row = |name: &str, runs: String, cells: &mut dyn Iterator<Item = String>| {
        let mut row = vec![name.to_owned(), runs];
        row.extend(cells);
        row.resize(header.len(), String::new());
        row
    };
    let mut rows = Vec::new();
    if let Some(p) = paper {
        for (name, values) in [("Paper: Rand", p.random), ("Paper: Ours", p.ours)] {
            rows.push(row(name, PAPER_REPEATS.to_string(), &mut values.iter().map(|v| number(*v, 1))));
        }
    }
    let mut rules = if paper.is_some() { vec![rows.len()] } else { Vec::new() };
    for group in &groups {
        let at = |t: usize| {
            let ends: Vec<f64> = group.histories.iter().filter_map(|h| endpoint(h, t..=t)).collect();
            mean_interval(&ends, BAND_LEVEL)
        };
        let means: Vec<Option<Interval>> = (1..=last).map(at).collect();
        let mean = |m: &Option<Interval>| m.map_or_else(String::new, |i| number(i.mean, 1));
        let runs = if group.is_fork { "fork".into() } else { group.histories.len().to_string() };
        rows.push(row(&group.label(), runs, &mut means.iter().map(mean)));
        if means.iter().flatten().any(|i| i.half_width.is_some()) {
            let half = |m: &Option<Interval>| {
                m.and_then(|i| i.half_width).map_or_else(String::new, |h| format!("\u{b1}{}", number(h, 1)))
            };
            rows.push(row("", String::new(), &mut means.iter().map(half)));
        }
    }
    rules.retain(|r| *r < rows.len());
    let mut notes = vec![format!(
        "\u{b1}: half the width of the 95 % Student-t interval of the mean over runs, conditional on one generator."
    )];
    if let Some(p) = paper {
        notes.push(format!(
            "Paper: Table 1 of \u{201c}Efficient Deep Representation Learning by Adaptive Latent Space Sampling\u{201d} \
             (submission to ICLR 2020), {}, {}, five repeats, seeds not paired.",
            p.title, p.metric
        ));
    }
    notes.extend(map_note(histories));
    notes.extend(stand_in_note(histories));
    let caption = format!(
        "{} ({}) on the {} at the end of rounds t = 1 to {last}, {}, {}.",
        task.measure(),
        task.unit(),
        split_name(histories),
        dataset.label(),
        repeats_text(&groups)
    );
    Table { name: "table1".into(), caption, header, rows, words: 1, rules, notes }
}

/// A note on the unit and scale of the error of maps; `None` for classes.
fn map_note(histories: &[History]) -> Option<String> {
    let scale = f64::from(experiment(histories).stress_scale_kpa);
    (task(histories) == Task::Maps).then(|| {
        format!(
            "Mean over all 64 x 64 pixels, zero outside the wall; smaller is better. The target is trained on stress over \
             {} kPa: divided by {}, these are its own units.",
            number(scale, 0),
            number(scale * scale, 0)
        )
    })
}

/// Repeats behind each number of the paper.
const PAPER_REPEATS: usize = 5;

/// Each strategy against the baseline: primary endpoint, exact test, area under the curve, labels needed.
pub fn comparison_table(histories: &[History], options: &Options) -> Table {
    let comparison = compare(histories, options);
    let (first, last) = (*comparison.rounds.start(), *comparison.rounds.end());
    let baseline = options.baseline.label();
    let task = task(histories);
    let measure = format!("{} ({})", task.measure().to_lowercase(), task.unit());
    let percent = number(options.level * 100.0, 0);
    let mut header: Vec<String> = [
        "Strategy".to_owned(),
        "Runs".into(),
        format!("Mean, t = {first} to {last}"),
        format!("Minus {baseline}"),
        format!("{percent} % interval"),
        "d_z".into(),
        "p, sign flip".into(),
        "p, Holm".into(),
        "Area".into(),
        format!("Area minus {baseline}"),
    ]
    .into();
    header.extend(options.targets.iter().map(|x| format!("Labels to {x} %")));
    let rows = comparison.groups.iter().map(comparison_row).collect();
    let forks: Vec<String> = histories.iter().filter(|h| h.is_fork()).map(History::label).collect();
    let caption = format!(
        "Mean {measure} over rounds t = {first} to {last} (the primary endpoint) and its difference from {baseline}, \
         paired by seed; area under the learning curve over labels, as a mean {measure}{}.",
        if options.targets.is_empty() { "" } else { "; labels needed" }
    );
    Table {
        name: "comparison".into(),
        caption,
        header,
        rows,
        words: 1,
        rules: Vec::new(),
        notes: notes(&comparison, &forks),
    }
}

fn comparison_row(s: &EndpointTest) -> Vec<String> {
    let mean = |i: &Option<Interval>| i.map_or_else(String::new, |i| number(i.mean, 2));
    let test = s.endpoint_test.as_ref();
    let interval = test.filter(|t| t.interval.half_width.is_some()).map(|t| t.interval);
    let mut row = vec![
        s.name.label(),
        s.runs.to_string(),
        mean(&s.endpoint),
        test.map_or_else(String::new, |t| signed(t.interval.mean)),
        interval.map_or_else(String::new, |i| format!("{} to {}", signed(i.low()), signed(i.high()))),
        test.and_then(|t| t.effect).map_or_else(String::new, |d| number(d, 2)),
        p_value(test.and_then(|t| t.sign_flip_p)),
        p_value(s.holm_p),
        mean(&s.area),
        s.area_test.as_ref().map_or_else(String::new, |t| signed(t.interval.mean)),
    ];
    row.extend(s.labels_to.iter().map(|(_, labels)| match labels {
        Some(i) if i.n == s.runs => number(i.mean, 0),
        Some(i) => format!("{} ({} of {})", number(i.mean, 0), i.n, s.runs),
        None => "not reached".into(),
    }));
    row
}

fn notes(comparison: &Comparison, forks: &[String]) -> Vec<String> {
    let mut notes = vec![
        "Exact two-sided sign-flip test over all assignments of signs; Holm's adjustment over the strategies; d_z: mean \
         difference over the standard deviation of the differences; intervals: Student t, conditional on one generator; \
         labels by linear interpolation between round ends."
            .to_owned(),
    ];
    if !forks.is_empty() {
        let names = forks.join("; ");
        notes
            .push(format!("Excluded from every mean and test, because a fork shares rounds with its parent: {names}."));
    }
    for s in &comparison.groups {
        let name = s.name.label();
        if s.left_out > 0 {
            let runs = if s.left_out == 1 { "run" } else { "runs" };
            notes.push(format!("{name}: {} {runs} excluded, without a value for each of these rounds.", s.left_out));
        }
    }
    // One note for all strategies with the same warning.
    let mut warnings: Vec<(&str, Vec<String>)> = Vec::new();
    for s in &comparison.groups {
        if let Some(text) = &s.warning {
            match warnings.iter_mut().find(|w| w.0 == text) {
                Some(known) => known.1.push(s.name.label()),
                None => warnings.push((text, vec![s.name.label()])),
            }
        }
    }
    notes.extend(warnings.into_iter().map(|(text, names)| format!("{}: {text}", names.join("; "))));
    notes
}

fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", number(value, 2)) } else { number(value, 2) }
}

/// A p value to four digits after the point.
fn p_value(p: Option<f64>) -> String {
    const LEAST: f64 = 0.0001;
    match p {
        None => String::new(),
        Some(p) if p < LEAST => "< 0.0001".into(),
        Some(p) => format!("{p:.4}"),
    }
}
