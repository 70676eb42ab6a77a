//! The confusion matrix of the last round as a heat map: predicted classes of each true class, in percent.

use crate::figures::data::{repeats_text, split_name};
use crate::figures::figure::{Axis, Block, Columns, Figure, Item, LegendPlace, Panel, Ticks};
use crate::figures::look::style::Ink;
use crate::figures::many;
use crate::history::History;
use crate::statistics::{Group, groups};

/// Series whose colours are those of right and wrong predictions.
const RIGHT: usize = 1;
const WRONG: usize = 2;

/// Strength of the diagonal's colour, 0 to 1: where numbers stand in it, and of a class that is always right where there is
/// no room for numbers.
const RIGHT_SHARE: f64 = 0.14;
const ALL_RIGHT: f64 = 0.6;

/// Percent below which a cell counts as empty: it would be printed as 0.0.
const EMPTY_BELOW: f64 = 0.05;

/// Confusion matrix at the end of the last round, averaged over repeats; one panel for each strategy.
pub fn confusion(histories: &[History]) -> Figure {
    let groups = groups(histories);
    let classes = histories.first().map(|h| h.header.classes.clone()).unwrap_or_default();
    let last = confusion_round(&groups);
    let shares: Vec<(&Group, Vec<f64>)> =
        groups.iter().filter_map(|g| Some((g, mean_shares(g, last, classes.len())?))).collect();
    let wrong = |s: &[f64]| {
        let n = classes.len();
        (0..n * n).filter(|i| i / n != i % n).map(|i| s[i]).fold(0.0, f64::max)
    };
    let worst = shares.iter().map(|(_, s)| wrong(s)).fold(EMPTY_BELOW, f64::max);
    let mut panels: Vec<Panel> = shares.iter().map(|(g, s)| panel(g, s, &classes, worst)).collect();
    if panels.is_empty() {
        panels.push(Panel {
            title: String::new(),
            x: Axis::linear("Predicted class"),
            y: Axis::linear("True class"),
            aspect: 1.0,
            items: vec![super::curves::nothing_yet()],
        });
    }
    Figure {
        name: "confusion".into(),
        title: "Confusion of the last round".into(),
        caption: format!(
            "Predicted classes of each true class (row, in percent) of the {} at the end of round {last}, {}. Right in \
             blue{}; wrong in orange, the strongest being {worst:.1} %.",
            split_name(histories),
            repeats_text(&groups),
            if classes.len() > many::NAMED { ", the strongest being 100 %" } else { "" }
        ),
        columns: match panels.len() {
            1 => Columns::ONE,
            2 => Columns { narrow: 1, wide: 2 },
            _ => Columns { narrow: 2, wide: 3 },
        },
        panels,
        legend: LegendPlace::None,
        keys: Vec::new(),
        shared_axes: true,
        tallest: Figure::TALLEST,
    }
}

/// The round that the matrices are of: the last that a run of every group has ended.
pub fn confusion_round(groups: &[Group<'_>]) -> usize {
    let ended = |g: &Group| g.histories.iter().flat_map(|h| &h.rounds).filter(|r| !r.diverged).map(|r| r.round).max();
    groups.iter().filter_map(ended).min().unwrap_or(0)
}

/// The matrix in percent of each row at the end of round `last`, averaged over the runs that got there without
/// diverging; `None` if no run did.
fn mean_shares(group: &Group, last: usize, classes: usize) -> Option<Vec<f64>> {
    let rounds = group.histories.iter().flat_map(|h| h.rounds.iter().filter(|r| r.round == last && !r.diverged));
    let counted = rounds.map(|r| &r.confusion);
    let counted: Vec<&Vec<u32>> = counted.filter(|c| classes > 0 && c.len() == classes * classes).collect();
    if counted.is_empty() {
        return None;
    }
    let mut mean = vec![0.0; classes * classes];
    for counts in &counted {
        for (row, cells) in counts.chunks(classes).enumerate() {
            let total = cells.iter().sum::<u32>().max(1);
            for (column, cell) in cells.iter().enumerate() {
                mean[row * classes + column] += 100.0 * f64::from(*cell) / f64::from(total) / counted.len() as f64;
            }
        }
    }
    Some(mean)
}

fn panel(group: &Group, shares: &[f64], classes: &[String], worst: f64) -> Panel {
    let n = classes.len();
    let block = |i: usize| {
        let (row, column, share) = (i / n, i % n, shares[i]);
        let (x, y) = (column as f64, -(row as f64));
        let right = if n > many::NAMED { ALL_RIGHT * share / 100.0 } else { RIGHT_SHARE };
        let ink = if row == column { Ink::Ramp(RIGHT, right) } else { Ink::Ramp(WRONG, share / worst) };
        let text = if share < EMPTY_BELOW || n > many::NAMED { String::new() } else { format!("{share:.1}") };
        Block {
            series: format!("{} as {}", classes[row], classes[column]),
            x: [x - 0.5, x + 0.5],
            y: [y - 0.5, y + 0.5],
            value: Some(share),
            ink,
            text,
        }
    };
    let stride = many::stride(n).max(1);
    let named = || classes.iter().enumerate().step_by(stride);
    let names = |sign: f64| named().map(|(i, c)| (sign * i as f64, many::short(c))).collect();
    Panel {
        title: group.label(),
        x: Axis::linear("Predicted class").range(-0.5, n as f64 - 0.5).ticks(Ticks::Named(names(1.0))),
        y: Axis::linear("True class").range(0.5 - n as f64, 0.5).ticks(Ticks::Named(names(-1.0))),
        aspect: 1.0,
        items: vec![Item::Blocks(
            (0..n * n).filter(|&i| i / n == i % n || shares[i] >= EMPTY_BELOW).map(block).collect(),
        )],
    }
}
