//! The comparison with a baseline: primary endpoint, paired tests, area under the curve, labels needed.

use crate::experiment::Task;
use crate::figures::captions::condition;
use crate::figures::data::task;
use crate::figures::drawing::ticks::number;
use crate::figures::table::{Table, cell};
use crate::history::History;
use crate::statistics::{Comparison, EndpointTest, Interval, Options, PairedTest, compare, smallest_p};

/// Each strategy against the baseline: primary endpoint, exact test, area under the curve, labels needed.
pub fn comparison_table(histories: &[History], options: &Options) -> Table {
    let comparison = compare(histories, options);
    let (rounds, baseline) = (rounds(&comparison), options.baseline.label());
    let task = task(histories);
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
        header: header(&comparison),
        rows: comparison.groups.iter().map(row).collect(),
        words: 1,
        rules: Vec::new(),
        notes: sentences(&comparison, task).chain(notes(&comparison, &forks, condition(histories))).collect(),
        data: data(&comparison),
    }
}

/// The rounds of the endpoint, in words.
fn rounds(comparison: &Comparison) -> String {
    match (comparison.rounds.start(), comparison.rounds.end()) {
        (first, last) if first < last => format!("t = {first} to {last}"),
        (first, last) if first == last => format!("t = {first}"),
        (first, _) => format!("from t = {first} on"),
    }
}

/// A column of the comparison: always of `comparison.csv`, and of the table if it is shown there.
struct Column {
    /// Its name in `comparison.csv`, where docs/formats.md tells of it.
    name: &'static str,
    /// Its value in `comparison.csv` for a group, with all digits.
    value: fn(&Comparison, &EndpointTest) -> String,
    shown: Option<Shown>,
}

/// How a column stands in the table.
struct Shown {
    heading: fn(&Comparison) -> String,
    cell: fn(&EndpointTest) -> String,
}

impl Column {
    /// A column of `comparison.csv` alone.
    const fn data(name: &'static str, value: fn(&Comparison, &EndpointTest) -> String) -> Self {
        Self { name, value, shown: None }
    }

    /// The same column, in the table too.
    const fn shown(self, heading: fn(&Comparison) -> String, cell: fn(&EndpointTest) -> String) -> Self {
        Self { shown: Some(Shown { heading, cell }), ..self }
    }
}

/// Every column, in the order of the table and of `comparison.csv`; those of the labels that reach a target follow. The
/// number of runs or pairs behind a value stands before it.
const COLUMNS: &[Column] = &[
    Column::data("baseline", |c, _| c.options.baseline.to_string()),
    Column::data("first_round", |c, _| c.rounds.start().to_string()),
    Column::data("last_round", |c, _| c.rounds.end().to_string()),
    Column::data("level", |c, _| c.options.level.to_string()),
    Column::data("holm_tests", |c, _| c.tests.to_string()),
    Column::data("strategy", |_, s| s.name.to_string()),
    Column::data("label", |_, s| s.name.label()).shown(|_| "Strategy".into(), |s| s.name.label()),
    Column::data("runs", |_, s| s.runs.to_string()).shown(|_| "Runs".into(), runs_of_all),
    Column::data("runs_left_out", |_, s| s.left_out.to_string()),
    Column::data("mean", |_, s| cell(s.endpoint.map(|i| i.mean)))
        .shown(|c| format!("Mean, {}", rounds(c)), |s| written(s.endpoint.map(|i| i.mean), hundredths)),
    Column::data("mean_sd", |_, s| cell(s.endpoint.and_then(|i| i.sd))),
    Column::data("mean_low", |_, s| cell(s.endpoint.and_then(low))),
    Column::data("mean_high", |_, s| cell(s.endpoint.and_then(high))),
    Column::data("pairs", |_, s| cell(pairs(&s.endpoint_test)))
        .shown(|_| "Pairs".into(), |s| cell(pairs(&s.endpoint_test))),
    Column::data("difference", |_, s| cell(difference(&s.endpoint_test)))
        .shown(|c| format!("Minus {}", c.options.baseline.label()), |s| written(difference(&s.endpoint_test), signed)),
    Column::data("difference_sd", |_, s| cell(interval(&s.endpoint_test).and_then(|i| i.sd))),
    Column::data("difference_low", |_, s| cell(interval(&s.endpoint_test).and_then(low))).shown(
        |c| format!("{} % interval", number(c.options.level * 100.0, 0)),
        |s| {
            let ends = interval(&s.endpoint_test).and_then(|i| low(i).zip(high(i)));
            ends.map_or_else(String::new, |(low, high)| format!("{} to {}", signed(low), signed(high)))
        },
    ),
    Column::data("difference_high", |_, s| cell(interval(&s.endpoint_test).and_then(high))),
    Column::data("d_z", |_, s| cell(s.endpoint_test.as_ref().and_then(|t| t.effect)))
        .shown(|_| "d_z".into(), |s| written(s.endpoint_test.as_ref().and_then(|t| t.effect), hundredths)),
    Column::data("p_sign_flip", |_, s| cell(s.endpoint_test.as_ref().and_then(|t| t.sign_flip_p)))
        .shown(|_| "p, sign flip".into(), |s| written(s.endpoint_test.as_ref().and_then(|t| t.sign_flip_p), p_value)),
    Column::data("p_holm", |_, s| cell(s.holm_p)).shown(|_| "p, Holm".into(), |s| written(s.holm_p, p_value)),
    Column::data("p_wilcoxon", |_, s| cell(s.endpoint_test.as_ref().and_then(|t| t.wilcoxon_p))),
    Column::data("p_t", |_, s| cell(s.endpoint_test.as_ref().and_then(|t| t.t_p))),
    Column::data("repeats_needed", |_, s| cell(s.repeats_needed)),
    Column::data("area_runs", |_, s| cell(s.area.map(|i| i.n))),
    Column::data("area", |_, s| cell(s.area.map(|i| i.mean)))
        .shown(|_| "Area".into(), |s| written(s.area.map(|i| i.mean), hundredths)),
    Column::data("area_pairs", |_, s| cell(pairs(&s.area_test))),
    Column::data("area_difference", |_, s| cell(difference(&s.area_test)))
        .shown(|c| format!("Area minus {}", c.options.baseline.label()), |s| written(difference(&s.area_test), signed)),
];

/// The columns of the table.
fn in_table() -> impl Iterator<Item = &'static Shown> {
    COLUMNS.iter().filter_map(|column| column.shown.as_ref())
}

/// A value as the table writes it, or an empty cell.
fn written(value: Option<f64>, how: fn(f64) -> String) -> String {
    value.map_or_else(String::new, how)
}

fn hundredths(value: f64) -> String {
    number(value, 2)
}

/// The runs in the mean, and of how many if some were left out.
fn runs_of_all(s: &EndpointTest) -> String {
    if s.left_out == 0 { s.runs.to_string() } else { format!("{} of {}", s.runs, s.runs + s.left_out) }
}

fn pairs(test: &Option<PairedTest>) -> Option<usize> {
    test.as_ref().map(|t| t.differences.len())
}

fn interval(test: &Option<PairedTest>) -> Option<Interval> {
    test.as_ref().map(|t| t.interval)
}

fn difference(test: &Option<PairedTest>) -> Option<f64> {
    interval(test).map(|i| i.mean)
}

fn low(interval: Interval) -> Option<f64> {
    interval.half_width.map(|_| interval.low())
}

fn high(interval: Interval) -> Option<f64> {
    interval.half_width.map(|_| interval.high())
}

/// `comparison.csv`: one row for each group.
fn data(comparison: &Comparison) -> Vec<Vec<String>> {
    let targets = comparison.options.targets.iter();
    let labels = targets.flat_map(|x| [format!("labels_to_{x}_runs"), format!("labels_to_{x}")]);
    let header = COLUMNS.iter().map(|column| column.name.to_owned()).chain(labels).collect();
    let row = |s: &EndpointTest| {
        let labels = s.labels_to.iter().flat_map(|(_, i)| [i.map_or(0, |i| i.n).to_string(), cell(i.map(|i| i.mean))]);
        COLUMNS.iter().map(|column| (column.value)(comparison, s)).chain(labels).collect()
    };
    std::iter::once(header).chain(comparison.groups.iter().map(row)).collect()
}

fn header(comparison: &Comparison) -> Vec<String> {
    let labels = comparison.options.targets.iter().map(|x| format!("Labels to {x} %"));
    in_table().map(|column| (column.heading)(comparison)).chain(labels).collect()
}

fn row(s: &EndpointTest) -> Vec<String> {
    let labels = s.labels_to.iter().map(|(_, labels)| match labels {
        Some(i) if i.n == s.runs => number(i.mean, 0),
        Some(i) => format!("{}* ({} of {})", number(i.mean, 0), i.n, s.runs),
        None => "not reached".into(),
    });
    in_table().map(|column| (column.cell)(s)).chain(labels).collect()
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
                let least = smallest_p(n) * (1.0 + 1e-9);
                let verdict = match test.sign_flip_p {
                    _ if smallest_p(n) > 1.0 - options.level => {
                        format!("{pairs} {} too few for a test to show a difference", if n == 1 { "is" } else { "are" })
                    }
                    // As small as it can be, and too large for so many tests.
                    Some(p) if p <= least => format!("{pairs} are too few for {tests} tests to show a difference"),
                    _ => "the test shows no difference".to_owned(),
                };
                format!("{whose} is {by} {side} {than} {runs}; {verdict} ({interval}{count}{p_text}).")
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
fn p_value(p: f64) -> String {
    const LEAST: f64 = 0.0001;
    if p < LEAST { "< 0.0001".into() } else { format!("{p:.4}") }
}
