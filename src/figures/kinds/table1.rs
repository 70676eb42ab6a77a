//! Table 1 of the paper with our own numbers.

use crate::experiment::{DatasetKind, Task};
use crate::figures::captions::{are_on_published_data, condition};
use crate::figures::data::{BAND_LEVEL, experiment, repeats_text, split_name, stand_in_note, task};
use crate::figures::drawing::ticks::number;
use crate::figures::table::{Table, cell};
use crate::history::History;
use crate::statistics::{Group, Interval, endpoint, groups, mean_interval};

/// Rounds of the paper's table.
const PAPER_ROUNDS: usize = 10;

/// One published data set of the paper's Table 1 and its two rows. Its vessels were not published.
struct PaperRows {
    dataset: DatasetKind,
    /// Labels of a round, for CIFAR-10 by our presets, as the paper gives none: other budgets are not compared with it.
    samples_per_round: usize,
    random: [f64; PAPER_ROUNDS],
    ours: [f64; PAPER_ROUNDS],
}

/// Table 1 of "Efficient Deep Representation Learning by Adaptive Latent Space Sampling" (submission to ICLR 2020).
const PAPER: &[PaperRows] = &[
    PaperRows {
        dataset: DatasetKind::Mnist,
        samples_per_round: 500,
        random: [91.0, 94.1, 95.6, 96.4, 96.9, 97.1, 97.2, 97.4, 97.7, 97.8],
        ours: [91.2, 95.1, 96.2, 96.7, 97.2, 97.5, 97.6, 97.7, 97.8, 97.8],
    },
    PaperRows {
        dataset: DatasetKind::Cifar10,
        samples_per_round: 1_000,
        random: [35.6, 40.4, 44.6, 51.4, 54.9, 54.3, 56.3, 56.5, 60.6, 60.5],
        ours: [37.0, 50.0, 56.7, 58.0, 62.7, 64.2, 65.3, 66.5, 66.9, 66.9],
    },
];

/// Table 1: accuracy, or the error of maps, at the end of each round for each strategy, with the paper's numbers if
/// the runs are on the same published data.
///
/// The row under a strategy with several repeats gives half the width of the 95 % Student-t interval of its mean.
pub fn table1(histories: &[History]) -> Table {
    let groups = groups(histories);
    let task = task(histories);
    let e = experiment(histories);
    let of_paper = |p: &&PaperRows| p.dataset == e.dataset && p.samples_per_round == e.samples_per_round;
    let paper = PAPER.iter().find(of_paper).filter(|_| are_on_published_data(histories));
    let rounds = histories.iter().map(|h| h.rounds.len()).max().unwrap_or(0);
    let last = if paper.is_some() { rounds.max(PAPER_ROUNDS) } else { rounds };
    let mut header = vec!["Strategy".to_owned(), "Runs".to_owned()];
    header.extend((1..=last).map(|t| format!("t = {t}")));
    let row = |name: &str, runs: String, cells: &mut dyn Iterator<Item = String>| {
        let mut row = vec![name.to_owned(), runs];
        row.extend(cells);
        row.resize(header.len(), String::new());
        row
    };
    let mut rows = Vec::new();
    let mut data = vec![DATA_HEADER.map(str::to_owned).to_vec()];
    for (name, values) in paper.iter().flat_map(|p| [("Paper: Rand", p.random), ("Paper: Ours", p.ours)]) {
        rows.push(row(name, PAPER_REPEATS.to_string(), &mut values.iter().map(|v| number(*v, 1))));
        data.extend((1..).zip(values).map(|(t, value)| paper_line(name, t, value)));
    }
    let mut rules = if paper.is_some() { vec![rows.len()] } else { Vec::new() };
    let (mut fewer, mut spreads) = (false, false);
    for group in &groups {
        let at = |t: usize| {
            let ends: Vec<f64> = group.histories.iter().filter_map(|h| endpoint(h, t..=t)).collect();
            mean_interval(&ends, BAND_LEVEL)
        };
        let means: Vec<Option<Interval>> = (1..=last).map(at).collect();
        let runs = group.histories.len();
        let mean = |m: &Option<Interval>| match m {
            Some(i) if i.n < runs => format!("{} ({})", number(i.mean, 1), i.n),
            Some(i) => number(i.mean, 1),
            None => String::new(),
        };
        fewer |= means.iter().flatten().any(|i| i.n < runs);
        let count = if group.is_fork { "fork".into() } else { runs.to_string() };
        rows.push(row(&group.label(), count, &mut means.iter().map(mean)));
        if means.iter().flatten().any(|i| i.half_width.is_some()) {
            spreads = true;
            let half = |m: &Option<Interval>| {
                m.and_then(|i| i.half_width).map_or_else(String::new, |h| format!("\u{b1}{}", number(h, 1)))
            };
            rows.push(row("", String::new(), &mut means.iter().map(half)));
        }
        data.extend((1..).zip(&means).filter_map(|(t, mean)| Some(line(group, t, mean.as_ref()?))));
    }
    rules.retain(|r| *r < rows.len());
    let mut notes = Vec::new();
    if spreads {
        notes.push(format!(
            "\u{b1}: half the width of the 95 % Student-t interval of the mean over runs, {}.",
            condition(histories)
        ));
    }
    if fewer {
        notes.push(
            "In parentheses: the mean is over that many runs, because the others ended before that round, or diverged."
                .to_owned(),
        );
    }
    if let Some(p) = paper {
        notes.push(format!(
            "Paper: Table 1 of \u{201c}Efficient Deep Representation Learning by Adaptive Latent Space Sampling\u{201d} \
             (submission to ICLR 2020), {}, accuracy (%), five repeats, seeds not paired.",
            p.dataset.label()
        ));
    }
    notes.extend(map_note(histories));
    notes.extend(stand_in_note(histories));
    let caption = format!(
        "{} ({}) on the {} at the end of rounds t = 1 to {last}, {}.",
        task.measure(),
        task.unit(),
        split_name(histories),
        repeats_text(&groups)
    );
    Table { name: "table1".into(), caption, header, rows, words: 1, rules, notes, data }
}

/// Columns of `table1.csv`: `strategy` is the group's name in files, `runs` the number of runs behind the mean.
const DATA_HEADER: [&str; 8] = ["strategy", "label", "round", "runs", "mean", "sd", "low", "high"];

fn line(group: &Group<'_>, round: usize, mean: &Interval) -> Vec<String> {
    let bound = |value: f64| cell(mean.half_width.map(|_| value));
    let name = if group.is_fork { group.label() } else { group.name.to_string() };
    let numbers = [cell(Some(mean.mean)), cell(mean.sd), bound(mean.low()), bound(mean.high())];
    [name, group.label(), round.to_string(), mean.n.to_string()].into_iter().chain(numbers).collect()
}

fn paper_line(label: &str, round: usize, value: f64) -> Vec<String> {
    let name = label.to_lowercase().replace(": ", "-");
    let known = [name, label.to_owned(), round.to_string(), PAPER_REPEATS.to_string(), value.to_string()];
    known.into_iter().chain(std::iter::repeat_n(String::new(), DATA_HEADER.len() - 5)).collect()
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
