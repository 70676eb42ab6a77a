//! The samples chosen: their shares by class and round, and the distances of moved points to the samples they snap to.

use crate::experiment::FirstSet;
use crate::figures::data::repeats_text;
use crate::figures::figure::{Anchor, Axis, Block, Columns, Figure, Item, LegendPlace, Line, Note, Panel, Ticks};
use crate::figures::look::looks::Looks;
use crate::figures::look::style::Ink;
use crate::figures::many;
use crate::history::History;
use crate::statistics::{Group, groups};

/// Half the width of a bar, in rounds.
const HALF_BAR: f64 = 0.44;

/// Height over width of a panel of bars, and of the histogram.
const BARS_ASPECT: f64 = 0.72;
const HISTOGRAM_ASPECT: f64 = 0.6;

/// Share of each class in the samples labelled in each round, one panel for each strategy.
pub fn picks_by_class(histories: &[History]) -> Figure {
    let groups = groups(histories);
    let classes = histories.first().map(|h| h.header.classes.clone()).unwrap_or_default();
    let mut counts = vec![0; classes.len()];
    for proposal in histories.iter().flat_map(|h| &h.rounds).flat_map(|r| &r.proposals) {
        counts.get_mut(usize::from(proposal.label)).into_iter().for_each(|count| *count += 1);
    }
    let named = many::named(&counts);
    let panels: Vec<Panel> = groups.iter().map(|g| picks_panel(g, &classes, &named)).collect();
    let most = match classes.len() - named.len() {
        0 => String::new(),
        _ => format!(" The {} classes with most labels are shown; the others together.", named.len()),
    };
    let first = match histories.first().map_or(FirstSet::Random, |h| h.header.first_experiment().first_set) {
        FirstSet::Random => "initial random set".to_owned(),
        other => format!("first set ({})", other.label()),
    };
    let is_drawn = |h: &History| h.header.first_experiment().generates_in(1);
    let drawn = if histories.iter().any(is_drawn) { "; strategies that generate samples draw theirs" } else { "" };
    Figure {
        name: "picks-by-class".into(),
        title: "Labelled samples by class and round".into(),
        caption: format!(
            "Share of each class in the samples labelled in each round, {}. Round 1 is the {first}{drawn}.{most}",
            repeats_text(&groups)
        ),
        columns: match panels.len() {
            0 | 1 => Columns::ONE,
            2 => Columns { narrow: 1, wide: 2 },
            _ => Columns { narrow: 2, wide: 4 },
        },
        panels,
        legend: LegendPlace::None,
        keys: many::keys(&classes, &named),
        shared_axes: true,
        tallest: Figure::TALLEST,
    }
}

fn picks_panel(group: &Group, classes: &[String], named: &[usize]) -> Panel {
    let last = group.histories.iter().map(|h| h.rounds.len()).max().unwrap_or(0);
    let mut blocks = Vec::new();
    for t in 1..=last {
        let rounds = group.histories.iter().flat_map(|h| h.rounds.iter().filter(|r| r.round == t));
        let mut counts = vec![0_usize; classes.len()];
        for proposal in rounds.flat_map(|r| &r.proposals) {
            if let Some(count) = counts.get_mut(usize::from(proposal.label)) {
                *count += 1;
            }
        }
        let total = counts.iter().sum::<usize>().max(1) as f64;
        let rest = counts.iter().sum::<usize>() - named.iter().map(|class| counts[*class]).sum::<usize>();
        let one = |class: &usize| (classes[*class].clone(), Ink::Class(*class), counts[*class]);
        let others = (many::of_others(classes.len() - named.len()), Ink::Muted, rest);
        let mut base = 0.0;
        for (name, ink, count) in named.iter().map(one).chain([others]).filter(|(.., count)| *count > 0) {
            let share = 100.0 * count as f64 / total;
            blocks.push(Block {
                series: name.clone(),
                x: [t as f64 - HALF_BAR, t as f64 + HALF_BAR],
                y: [base, base + share],
                value: Some(share),
                ink,
                text: name,
            });
            base += share;
        }
    }
    let items = if blocks.is_empty() { vec![super::curves::nothing_yet()] } else { vec![Item::Blocks(blocks)] };
    Panel {
        title: group.label(),
        x: Axis::linear("Round t").range(0.4, last.max(1) as f64 + 0.6).ticks(Ticks::Whole),
        y: Axis::linear("Share of labels (%)").range(0.0, 100.0),
        aspect: BARS_ASPECT,
        items,
    }
}

/// Histogram of the distance from p' to the neighbour it snapped to, in standard deviations of the embedding.
pub fn snap_distances(histories: &[History], looks: &Looks) -> Figure {
    let groups = groups(histories);
    let stepping: Vec<(&Group, Vec<f64>)> =
        groups.iter().map(|g| (g, distances(g))).filter(|(_, d)| !d.is_empty()).collect();
    let mut all: Vec<f64> = stepping.iter().flat_map(|(_, d)| d.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    let end = all.get((all.len() as f64 * SHOWN) as usize).or(all.last()).copied().unwrap_or(1.0).max(f64::EPSILON);
    let lines: Vec<Line> = stepping.iter().map(|(g, d)| histogram(g, d, end, looks)).collect();
    let top = lines.iter().flat_map(|l| &l.points).map(|p| p[1]).fold(f64::EPSILON, f64::max);
    let mut items: Vec<Item> = lines.into_iter().map(Item::Line).collect();
    if items.is_empty() {
        let text = "no strategy here takes steps in latent space".into();
        items.push(Item::Note(Note { at: [0.5, 0.5], text, anchor: Anchor::Middle }));
    }
    let panel = Panel {
        title: String::new(),
        x: Axis::linear("Distance from p\u{2032} to its neighbour (standard deviations)").range(0.0, end),
        y: Axis::linear("Share of steps (%)").range(0.0, top * HEADROOM),
        aspect: HISTOGRAM_ASPECT,
        items,
    };
    let beyond = all.iter().filter(|d| **d > end).count();
    let forks = if stepping.iter().any(|(g, _)| g.is_fork) { "; of a fork, over those after it" } else { "" };
    let caption = format!(
        "How far the moved point p\u{2032} lies from the real sample it snaps to, over all steps{forks}, {}; in units of the \
         mean standard deviation of the embedding's axes, {BINS} bins. {beyond} of {} steps lie beyond the axis.",
        repeats_text(&groups),
        all.len()
    );
    Figure { legend: LegendPlace::Below, ..Figure::single("snap-distances", "Snap distances", caption, panel) }
}

/// Share of the steps that the axis shows.
const SHOWN: f64 = 0.995;

const BINS: usize = 40;

/// Height of the axis over that of the highest bin.
const HEADROOM: f64 = 1.06;

/// Snap distances of a group in units of its embedding's scale; of a fork, only in the rounds after it, because those
/// before are its parent's.
fn distances(group: &Group) -> Vec<f64> {
    group.histories.iter().flat_map(|h| snaps(h).map(|(_, distance)| distance)).collect()
}

/// The samples that a run's steps snapped to, each with its distance.
fn snaps(history: &History) -> impl Iterator<Item = (u32, f64)> {
    let unit = f64::from(history.header.latent_scale);
    let fork = history.header.forked.as_ref().map_or(0, |f| f.round);
    let proposals = history.rounds.iter().filter(move |r| r.round > fork).flat_map(|r| &r.proposals);
    let steps = proposals.filter_map(|p| Some((p.train_sample()?, p.step.as_ref()?)));
    steps.map(move |(sample, step)| (sample, f64::from(step.snap_distance) / unit)).filter(|(_, d)| d.is_finite())
}

/// The samples behind a bar of the histogram that begins at `left`, on an axis that ends at `end`, and the bar's right end.
pub fn snapped(histories: &[&History], left: f64, end: f64) -> (Vec<u32>, f64) {
    let width = end / BINS as f64;
    let bar = left + width / 2.0;
    let inside = |d: f64| (d - bar).abs() <= width / 2.0;
    let found = histories.iter().flat_map(|h| snaps(h)).filter(|(_, d)| inside(*d)).map(|(sample, _)| sample);
    (found.collect(), left + width)
}

fn histogram(group: &Group, distances: &[f64], end: f64, looks: &Looks) -> Line {
    let mut counts = [0_usize; BINS];
    for bin in distances.iter().map(|d| (d / end * BINS as f64) as usize) {
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    let share = |count: usize| 100.0 * count as f64 / distances.len() as f64;
    let left = |bin: usize| bin as f64 * end / BINS as f64;
    let mut points = vec![[0.0, 0.0]];
    points.extend(counts.iter().enumerate().map(|(bin, &count)| [left(bin), share(count)]));
    points.push([end, share(counts[BINS - 1])]);
    let stroke = looks.group(group).stroke();
    Line { series: group.label(), in_legend: true, points, stroke: Some(stroke), mark: None, steps: true }
}
