//! The comparison with a baseline: primary endpoint, paired tests, area under the curve, labels needed.

use crate::experiment::Task;
use crate::figures::captions::condition;
use crate::figures::data::task;
use crate::figures::drawing::ticks::number;
use crate::figures::table::{Table, cell};
use crate::history::History;
use crate::statistics::{Comparison, EndpointTest, Interval, Options, compare, smallest_p};

/// Each strategy against the baseline: primary endpoint, exact test, area under the curve, labels needed.
pub fn comparison_table(histories: &[History], options: &Options) -> Table {
    let comparison = compare(histories, options);
    let rounds = match (comparison.rounds.start(), comparison.rounds.end()) {
        (first, last) if first < last => format!("t = {first} to {last}"),
        (first, last) if first == last => format!("t = {first}"),
        (first, _) => format!("from t = {first} on"),
    };
    let baseline = options.baseline.label();
    let task = task(histories);
    let percent = number(options.level * 100.0, 0);
    let mut header: Vec<String> = [
        "Strategy".to_owned(),
        "Runs".into(),
        format!("Mean, {rounds}"),
        "Pairs".into(),
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
        "{} ({unit}): mean over rounds {rounds} (the primary endpoint), and its difference from {baseline}, \
         paired by seed; area under the learning curve over labels, as a mean ({unit}){}.",
        task.measure(),
        if options.targets.is_empty() { "" } else { "; labels needed" },
        unit = task.unit(),
    );
    Table {
        name: "comparison".into(),
        caption,
        header,
        rows,
        words: 1,
        rules: Vec::new(),
        notes: sentences(&comparison, task).chain(notes(&comparison, &forks, condition(histories))).collect(),
        data: data(&comparison),
    }
}

/// A column of `comparison.csv`: its name and its value for a group.
type Column = (&'static str, fn(&EndpointTest) -> String);

/// Columns of `comparison.csv` after those of the comparison as a whole. The number of runs or pairs behind a value
/// stands before it.
const COLUMNS: &[Column] = &[
    ("strategy", |s| s.name.to_string()),
    ("label", |s| s.name.label()),
    ("runs", |s| s.runs.to_string()),
    ("runs_left_out", |s| s.left_out.to_string()),
    ("mean", |s| cell(s.endpoint.map(|i| i.mean))),
    ("mean_sd", |s| cell(s.endpoint.and_then(|i| i.sd))),
    ("mean_low", |s| cell(s.endpoint.and_then(low))),
    ("mean_high", |s| cell(s.endpoint.and_then(high))),
    ("pairs", |s| cell(s.endpoint_test.as_ref().map(|t| t.differences.len()))),
    ("difference", |s| cell(s.endpoint_test.as_ref().map(|t| t.interval.mean))),
    ("difference_sd", |s| cell(s.endpoint_test.as_ref().and_then(|t| t.interval.sd))),
    ("difference_low", |s| cell(s.endpoint_test.as_ref().and_then(|t| low(t.interval)))),
    ("difference_high", |s| cell(s.endpoint_test.as_ref().and_then(|t| high(t.interval)))),
    ("d_z", |s| cell(s.endpoint_test.as_ref().and_then(|t| t.effect))),
    ("p_sign_flip", |s| cell(s.endpoint_test.as_ref().and_then(|t| t.sign_flip_p))),
    ("p_holm", |s| cell(s.holm_p)),
    ("p_wilcoxon", |s| cell(s.endpoint_test.as_ref().and_then(|t| t.wilcoxon_p))),
    ("p_t", |s| cell(s.endpoint_test.as_ref().and_then(|t| t.t_p))),
    ("repeats_needed", |s| cell(s.repeats_needed)),
    ("area_runs", |s| cell(s.area.map(|i| i.n))),
    ("area", |s| cell(s.area.map(|i| i.mean))),
    ("area_pairs", |s| cell(s.area_test.as_ref().map(|t| t.differences.len()))),
    ("area_difference", |s| cell(s.area_test.as_ref().map(|t| t.interval.mean))),
];

fn low(interval: Interval) -> Option<f64> {
    interval.half_width.map(|_| interval.low())
}

fn high(interval: Interval) -> Option<f64> {
    interval.half_width.map(|_| interval.high())
}

/// `comparison.csv`: one row for each group.
fn data(comparison: &Comparison) -> Vec<Vec<String>> {
    let Comparison { options, rounds, groups, tests } = comparison;
    let whole = [
        ("baseline", options.baseline.to_string()),
        ("first_round", rounds.start().to_string()),
        ("last_round", rounds.end().to_string()),
        ("level", options.level.to_string()),
        ("holm_tests", tests.to_string()),
    ];
    let labels = options.targets.iter().flat_map(|x| [format!("labels_to_{x}_runs"), format!("labels_to_{x}")]);
    let names = whole.iter().map(|(name, _)| *name).chain(COLUMNS.iter().map(|(name, _)| *name));
    let header = names.map(str::to_owned).chain(labels).collect();
    let row = |s: &EndpointTest| {
        let labels = s.labels_to.iter().flat_map(|(_, i)| [i.map_or(0, |i| i.n).to_string(), cell(i.map(|i| i.mean))]);
        let values = whole.iter().map(|(_, value)| value.clone()).chain(COLUMNS.iter().map(|(_, value)| value(s)));
        values.chain(labels).collect()
    };
    std::iter::once(header).chain(groups.iter().map(row)).collect()
}

fn comparison_row(s: &EndpointTest) -> Vec<String> {
    let mean = |i: &Option<Interval>| i.map_or_else(String::new, |i| number(i.mean, 2));
    let test = s.endpoint_test.as_ref();
    let interval = test.filter(|t| t.interval.half_width.is_some()).map(|t| t.interval);
    let mut row = vec![
        s.name.label(),
        if s.left_out == 0 { s.runs.to_string() } else { format!("{} of {}", s.runs, s.runs + s.left_out) },
        mean(&s.endpoint),
        test.map_or_else(String::new, |t| t.differences.len().to_string()),
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
        Some(i) => format!("{}* ({} of {})", number(i.mean, 0), i.n, s.runs),
        None => "not reached".into(),
    }));
    row
}

fn notes(comparison: &Comparison, forks: &[String], condition: &str) -> Vec<String> {
    let Comparison { options, groups, tests, .. } = comparison;
    let baseline = options.baseline.label();
    let family = match tests {
        0 => "no pair is tested yet".to_owned(),
        1 => "one test, so Holm's adjustment changes nothing".to_owned(),
        n => format!("Holm's adjustment over the {n} tests of this table"),
    };
    let alone = match tests {
        0 | 1 => "",
        _ => ", for each strategy by itself, not adjusted for their number",
    };
    let mut notes = vec![format!(
        "Exact two-sided sign-flip test over all assignments of signs; {family}; d_z: mean difference over the standard \
         deviation of the differences; intervals: Student t, {condition}{alone}; labels by linear \
         interpolation between round ends.",
    )];
    if comparison.rounds.is_empty() {
        let first = comparison.rounds.start();
        notes.push(format!("Means and tests begin with round {first}, the first in which strategies differ."));
    }
    if groups.iter().all(|s| s.name != options.baseline) {
        notes.push(format!("No run of {baseline} is here, so nothing is compared with it."));
    }
    if !forks.is_empty() {
        let names = forks.join("; ");
        notes
            .push(format!("Excluded from every mean and test, because a fork shares rounds with its parent: {names}."));
    }
    let runs = |n: usize| if n == 1 { "1 run".to_owned() } else { format!("{n} runs") };
    for s in groups {
        let name = s.name.label();
        if s.left_out > 0 {
            notes.push(format!("{name}: {} excluded, without a value for each of these rounds.", runs(s.left_out)));
        }
        let alone = s.endpoint_test.as_ref().map_or(0, |t| s.runs - t.differences.len());
        if alone > 0 {
            notes.push(format!(
                "{name}: {} without a partner of {baseline}, in no difference and no test.",
                runs(alone)
            ));
        }
    }
    if groups.iter().flat_map(|s| s.labels_to.iter().filter_map(|(_, i)| Some(i.as_ref()?.n < s.runs))).any(|c| c) {
        notes.push(
            "*: mean over the runs that got there; the others need more labels than they had, so all together need more, \
             and it is not comparable down the column."
                .to_owned(),
        );
    }
    let parted: Vec<String> = groups.iter().filter(|s| s.disagrees(options.level)).map(|s| s.name.label()).collect();
    if !parted.is_empty() {
        let (of, adjusted) = match tests {
            0 | 1 => ("p", ""),
            _ => ("p by Holm", ", and p is adjusted for all tests, the interval is not"),
        };
        notes.push(format!(
            "{}: the interval excludes zero and {of} is above {}, or the reverse; the interval takes the differences for \
             normally distributed, the sign-flip test does not, and with few pairs it has no small p to give{adjusted}.",
            parted.join("; "),
            number(1.0 - options.level, 2)
        ));
    }
    // One note for all strategies with the same warning.
    let mut warnings: Vec<(&str, Vec<String>)> = Vec::new();
    for s in groups {
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

/// What each test says, one plain sentence for each strategy.
fn sentences(comparison: &Comparison, task: Task) -> impl Iterator<Item = String> {
    let Comparison { options, groups, tests, .. } = comparison;
    let baseline = options.baseline.label();
    let unit = if task == Task::Classes { "points" } else { task.unit() };
    groups.iter().filter_map(move |s| {
        let (test, p) = (s.endpoint_test.as_ref()?, s.holm_p?);
        let (name, n, mean) = (s.name.label(), test.differences.len(), test.interval.mean);
        let pairs = if n == 1 { "1 pair".to_owned() } else { format!("{n} pairs") };
        let percent = number(100.0 * options.level, 0);
        let interval = |ends: [f64; 2], text: fn(f64) -> String| match test.interval.half_width {
            Some(_) => format!("{percent} % interval {} to {}; ", text(ends[0]), text(ends[1])),
            None => String::new(),
        };
        let alike = test.differences.iter().filter(|d| **d * mean > 0.0).count();
        let adjusted = if *tests > 1 { ", by Holm for all tests here" } else { "" };
        let is_least = *tests == 1 && p <= smallest_p(n) * (1.0 + 1e-9);
        let least = if is_least { format!(", the smallest that {pairs} can give") } else { String::new() };
        let p_text = format!("p {}{adjusted}{least}", p_in_words(p));
        let by = format!("{} {unit}", number(mean.abs(), 2));
        Some(match p <= 1.0 - options.level {
            _ if mean == 0.0 => format!("No difference shown: {name} and {baseline} are equal on average ({p_text})."),
            true => {
                let how = if (mean > 0.0) == task.lower_is_better() { "worse" } else { "better" };
                // In the direction of the mean, as the sentence says it.
                let half = test.interval.half_width.unwrap_or_default();
                let interval = interval([mean.abs() - half, mean.abs() + half], |end| number(end, 2));
                format!("{name} is {how} than {baseline} by {by} on average ({interval}{alike} of {pairs}; {p_text}).")
            }
            // What is not shown is told of these runs alone, with the numbers of the table.
            false => {
                let side = if mean > 0.0 { "above" } else { "below" };
                let (whose, than) = match task {
                    Task::Classes => (name, baseline.clone()),
                    Task::Maps => (format!("The error of {name}"), format!("that of {baseline}")),
                };
                let (runs, count) = match n {
                    1 => ("in one pair of runs", String::new()),
                    _ => ("in the mean of these runs", format!("{side} in {alike} of {pairs}; ")),
                };
                let interval = interval([test.interval.low(), test.interval.high()], signed);
                format!(
                    "{whose} is {by} {side} {than} {runs}; the test shows no difference ({interval}{count}{p_text})."
                )
            }
        })
    })
}

/// A p value in a sentence.
fn p_in_words(p: f64) -> String {
    const LEAST: f64 = 0.001;
    if p < LEAST { format!("below {LEAST}") } else { format!("= {p:.3}") }
}

pub fn signed(value: f64) -> String {
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
