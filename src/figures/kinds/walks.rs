//! The numbers of a history's walks: `walks.csv`, and a table of the verdicts.

use std::fmt::Write as _;

use crate::figures::table::Table;
use crate::history::History;
use crate::trajectory::{Judged, Verdict, VerdictRules, walk_name};

/// Columns of `walks.csv`.
const WALKS_HEADER: &str =
    "walk,letters,start_sample,verdict,steps,boundary_share,drift_ratio,distinct_samples,final_snap_distance";

/// `walks.csv`: one row for each walk.
pub fn walks_csv(judged: &Judged) -> String {
    let mut out = format!("{WALKS_HEADER}\n");
    for walk in &judged.walks {
        let j = &walk.judgement;
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{}",
            walk.walk,
            walk_name(walk.walk),
            walk.start,
            j.verdict.name(),
            j.steps,
            j.boundary_share,
            j.drift_ratio,
            j.distinct_samples,
            j.final_snap_distance
        );
    }
    out
}

/// How many walks have each verdict, in order of precedence.
pub fn verdict_counts(judged: &Judged) -> [(Verdict, usize); Verdict::ALL.len()] {
    Verdict::ALL.map(|v| (v, judged.walks.iter().filter(|w| w.judgement.verdict == v).count()))
}

/// The verdicts on all walks and the rules behind them, in sentences for a paper.
pub fn walks_in_words(judged: &Judged, rules: &VerdictRules) -> String {
    let counts = verdict_counts(judged);
    let found: Vec<String> =
        counts.iter().filter(|(_, n)| *n > 0).map(|(v, n)| format!("{n} {}", v.label().to_lowercase())).collect();
    format!(
        "Of {} walks: {}. The first verdict whose rule holds counts. Outward: the distance r10 of the moved point to its \
         tenth nearest code was at least {} times the {} quantile of all codes in {} of the last {} steps; stalled: the \
         chosen sample was the present one in {} of {}; recycling: at most {} samples in {}; boundary: the label entropy \
         of the 50 nearest codes was above {} nats in {} of {}.",
        judged.walks.len(),
        found.join(", "),
        rules.outward_ratio,
        rules.outer_quantile,
        rules.outward_steps,
        rules.outward_of,
        rules.stalled_steps,
        rules.stalled_of,
        rules.recycled_samples,
        rules.recycled_of,
        rules.boundary_entropy,
        rules.boundary_steps,
        rules.boundary_of,
    )
}

/// What differs for the walks that were started by hand, after a space; empty if there are none.
pub fn started_by_hand(history: &History, judged: &Judged) -> String {
    // They are numbered after those of the run.
    let count = judged.walks.iter().filter(|w| w.walk >= history.header.experiment.walks).count();
    match count {
        0 => String::new(),
        n => format!(
            " Started by hand: {n} of the walks, which also step when the user says so, and restart as the user chooses."
        ),
    }
}

/// A table of the share of each verdict among the walks that are long enough, with the share of steps after which a walk
/// was lost.
pub fn verdict_table(judged: &Judged, rules: &VerdictRules) -> Table {
    let counts = verdict_counts(judged);
    let all: usize = counts.iter().filter(|(v, _)| v.is_settled()).map(|(_, count)| count).sum();
    let short = judged.walks.len() - all;
    let percent = |part: usize, whole: usize| format!("{:.1}", 100.0 * part as f64 / whole.max(1) as f64);
    let row = |name: &str, count: usize| vec![name.to_owned(), count.to_string(), percent(count, all)];
    let settled = counts.iter().filter(|(v, _)| v.is_settled());
    let mut rows: Vec<Vec<String>> = settled.map(|(v, count)| row(v.label(), *count)).collect();
    let verdicts = rows.len();
    let lost = counts.iter().filter(|(v, _)| v.is_lost()).map(|(_, c)| c).sum();
    rows.push(row("lost (the first three)", lost));
    let sum = |of: fn(&crate::trajectory::Judgement) -> usize| judged.walks.iter().map(|w| of(&w.judgement)).sum();
    let (steps, lost_steps, put): (usize, usize, usize) =
        (sum(|j| j.steps), sum(|j| j.lost_steps), sum(|j| j.reselections));
    let base = 100.0 * judged.base.above(rules.boundary_entropy);
    Table {
        name: "verdicts".into(),
        caption: format!(
            "Verdicts on {all} walks{}",
            if short > 0 { format!("; {short} more are too short") } else { String::new() }
        ),
        header: ["Verdict", "Walks", "Share (%)"].map(str::to_owned).to_vec(),
        rules: vec![verdicts],
        rows,
        words: 1,
        data: Vec::new(),
        notes: vec![
            format!(
                "Shares are of the {all} walks; a walk has the first verdict whose rule holds, so they add up to 100 %."
            ),
            format!(
                "A walk was lost after {lost_steps} of {steps} steps ({} %); walks were restarted {put} times. The verdict on \
                 a restarted walk counts its steps since.",
                percent(lost_steps, steps)
            ),
            format!(
                "Base rate: {base:.0} % of all embedded samples have a label entropy of their 50 nearest neighbours above \
                 {} nats.",
                rules.boundary_entropy
            ),
        ],
    }
}
