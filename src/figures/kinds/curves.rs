//! Learning curves: accuracy, or the error of maps, against labels for each strategy, and Figure 3 of the paper with
//! its bands.

use crate::experiment::{Strategy, Task};
use crate::figures::captions::{ended, evaluated_images};
use crate::figures::data::{
    LABELS_AXIS, experiment, labels_range, mean_trace, repeats_text, split_name, stand_in_note, task, trace,
    value_range,
};
use crate::figures::drawing::layout::band_sample;
use crate::figures::figure::{Anchor, Axis, Band, Columns, Figure, Item, Key, LegendPlace, Line, Note, Panel, Sample};
use crate::figures::look::looks::Looks;
use crate::figures::look::style::{BAND_OPACITY, Dash, Ink, Mark, StrategyStyle, Stroke};
use crate::history::{History, Metric};
use crate::statistics::{Group, MeanPoint, groups};

/// Height over width of a plot of curves.
const ASPECT: f64 = 0.66;
/// Height over width of a plot among several.
const SMALL_ASPECT: f64 = 0.72;

/// With this many strategies or more, figures with bands give each its own panel.
pub const SMALL_MULTIPLES_FROM: usize = 4;

/// Most strategies for which `curves` also shows evaluations inside rounds.
const MOST_INSIDE: usize = 4;

/// The metric against labels, for one history or many; `ridgewalk run` writes it as `curves.svg`.
pub fn curves(histories: &[History], looks: &Looks) -> Figure {
    let groups = groups(histories);
    let (split, task) = (split_name(histories), task(histories));
    let mut panel = value_panel(histories);
    let inside = groups.len() <= MOST_INSIDE;
    if inside {
        panel.items.extend(groups.iter().filter_map(|g| inside_line(g, looks)));
    }
    for group in &groups {
        panel.items.push(mean_line(group, &mean_trace(group, Metric::whole(task)), true, looks));
    }
    panel.items.extend(early_ends(histories, &groups, Metric::whole(task), looks));
    let caption = format!(
        "{} on the {split} against the number of labelled samples, {}. Marks: the whole {split} at the end of \
         each round{}.{}",
        task.measure(),
        repeats_text(&groups),
        if histories.len() > groups.len() { ", mean over the repeats" } else { "" },
        if inside { inside_text(histories) } else { String::new() },
    ) + &stand_in_text(histories);
    let mut figure = Figure::single("curves", &format!("{} against labels", task.measure()), caption, panel);
    if inside {
        figure.keys = inside_keys(histories, &groups);
    }
    figure
}

/// Addition to a caption if a stand-in labelled samples.
fn stand_in_text(histories: &[History]) -> String {
    stand_in_note(histories).map_or_else(String::new, |note| format!(" {note}"))
}

/// What the place of an evaluation inside a round is.
const INSIDE: &str = "There the horizontal place is the progress of training and not labels bought: all labels of a \
                      round are bought at its beginning.";

/// Addition to a caption about the thin lines.
fn inside_text(histories: &[History]) -> String {
    format!(
        " Thin lines: {}, measured inside rounds. {INSIDE}",
        part_size(histories).map_or_else(|| "the same".into(), |size| format!("its fixed part of {size} images"))
    )
}

/// Figure 3: mean and 95 % band over repeats, and every repeat as a thin line; the drop and rebound inside rounds show.
///
/// Up to three strategies share two panels (whole split at round ends; fixed part inside rounds); more get a panel
/// each, together with the random baseline.
pub fn figure3(histories: &[History], looks: &Looks) -> Figure {
    let groups = groups(histories);
    let split = split_name(histories);
    let together = groups.len() < SMALL_MULTIPLES_FROM;
    let panels =
        if together { two_panels(histories, &groups, looks) } else { panel_for_each(histories, &groups, looks) };
    let task = task(histories);
    let repeated = groups.iter().any(|g| g.histories.len() > 1);
    let (marks, band) = match repeated {
        true => ("mean (marks", ", 95 % Student-t band of the mean, and every repeat as a thin line"),
        false => ("each strategy alone (marks", ""),
    };
    let caption = format!(
        "{} on the {split} against the number of labelled samples, {}: {marks}: whole {split} at the end of \
         each round){band}. Inside rounds: {}. {INSIDE}",
        task.measure(),
        repeats_text(&groups),
        part_size(histories).map_or_else(|| "the same".into(), |size| format!("a fixed part of {size} images")),
    ) + &stand_in_text(histories);
    let baseline = groups.iter().find(|g| g.is_baseline()).map(|group| {
        let style = looks.group(group);
        let sample = Sample::Line { stroke: style.stroke(), mark: Some(style.mark) };
        Key { text: Strategy::Random.label().into(), sample }
    });
    let mut keys: Vec<Key> = if together { Vec::new() } else { baseline.into_iter().collect() };
    if repeated {
        keys.push(Key { text: "95 % band of the mean".into(), sample: band_sample() });
        let thin = Sample::Line { stroke: repeat_stroke(Ink::Text), mark: None };
        keys.push(Key { text: "one repeat".into(), sample: thin });
    }
    if !together {
        keys.extend(inside_keys(histories, &groups).pop().map(|k| Key { text: inside_name(histories), ..k }));
    }
    Figure {
        name: "figure3".into(),
        title: format!(
            "{} against labels{}",
            task.measure(),
            if repeated { ", mean and band over repeats" } else { "" }
        ),
        caption,
        panels,
        columns: if together { Columns { narrow: 1, wide: 2 } } else { Columns { narrow: 2, wide: 4 } },
        legend: LegendPlace::Below,
        keys,
        shared_axes: !together,
        tallest: Figure::TALLEST,
    }
}

fn two_panels(histories: &[History], groups: &[Group], looks: &Looks) -> Vec<Panel> {
    let (split, task) = (split_name(histories), task(histories));
    let mut ends = value_panel(histories);
    let mut inside = value_panel(histories);
    ends.title = format!("Whole {split}, at round ends");
    inside.title = match part_size(histories) {
        Some(size) => format!("Fixed {size} of it, inside rounds"),
        None => format!("Whole {split}, inside rounds"),
    };
    for (panel, metric) in [(&mut ends, Metric::whole(task)), (&mut inside, Metric::part(task))] {
        for group in groups {
            panel.items.extend(repeat_lines(group, metric, looks));
        }
        let means: Vec<_> = groups.iter().map(|g| (g, mean_trace(g, metric))).collect();
        panel.items.extend(means.iter().flat_map(|(g, mean)| band(g, mean, looks)));
        let at_ends = metric == Metric::whole(task);
        panel.items.extend(means.iter().map(|(g, mean)| mean_line(g, mean, at_ends, looks)));
        panel.items.extend(early_ends(histories, groups, metric, looks));
    }
    inside.y.label.clear();
    vec![ends, inside]
}

fn panel_for_each(histories: &[History], groups: &[Group], looks: &Looks) -> Vec<Panel> {
    let whole = Metric::whole(task(histories));
    let baseline = groups.iter().find(|g| g.is_baseline());
    let shown = groups.iter().filter(|g| !g.is_baseline());
    let panel_of = |group: &Group| {
        let mut panel = value_panel(histories);
        panel.aspect = SMALL_ASPECT;
        panel.title = group.label();
        let drawn: Vec<_> = baseline.into_iter().chain([group]).collect();
        for g in &drawn {
            panel.items.extend(inside_line(g, looks));
        }
        panel.items.extend(repeat_lines(group, whole, looks));
        for g in drawn {
            let mean = mean_trace(g, whole);
            panel.items.extend(band(g, &mean, looks));
            let mut line = mean_line(g, &mean, true, looks);
            if let Item::Line(l) = &mut line {
                l.in_legend = false;
            }
            panel.items.push(line);
        }
        panel.items.extend(early_ends(histories, std::slice::from_ref(group), whole, looks));
        panel
    };
    shown.map(panel_of).collect()
}

/// The metric with its unit.
fn named(task: Task) -> String {
    format!("{} ({})", task.measure(), task.unit())
}

/// The metric on the fixed part of the evaluation split.
fn part(group: &Group) -> Metric {
    Metric::part(group.histories.first().map_or(Task::Classes, |h| h.task()))
}

/// An empty panel of accuracy, or of the error of maps, against labels.
pub fn value_panel(histories: &[History]) -> Panel {
    let range = value_range(histories);
    let y = Axis::linear(&named(task(histories)));
    let mut panel = Panel {
        title: String::new(),
        x: Axis { range: Some(labels_range(histories)), ..Axis::linear(LABELS_AXIS) },
        y: Axis { range, ..y },
        aspect: ASPECT,
        items: Vec::new(),
    };
    if range.is_none() {
        panel.items.push(nothing_yet());
    }
    panel
}

/// The text of an empty panel.
pub fn nothing_yet() -> Item {
    Item::Note(Note { at: [0.5, 0.5], text: "no completed round yet".into(), anchor: Anchor::Middle })
}

/// The mean inside rounds as a thin line.
pub fn inside_line(group: &Group, looks: &Looks) -> Option<Item> {
    let points: Vec<_> = mean_trace(group, part(group)).iter().map(|p| [p.x, p.y.mean]).collect();
    let stroke = Stroke::thin(looks.group(group).ink);
    let series = format!("{} (inside rounds)", group.label());
    let line = Line { series, in_legend: false, points, stroke: Some(stroke), mark: None, steps: false };
    (!line.points.is_empty()).then_some(Item::Line(line))
}

/// Every repeat as a thin line; empty for a single one.
fn repeat_lines(group: &Group, metric: Metric, looks: &Looks) -> Vec<Item> {
    let style = looks.group(group);
    let repeats = group.histories.iter().filter(|_| group.histories.len() > 1);
    let line = |h: &&History| {
        let points = trace(h, metric).iter().map(|p| [p.labels, p.value]).collect();
        let series = format!("{} (repeat {})", group.label(), h.header.repeat);
        let stroke = repeat_stroke(style.ink);
        Item::Line(Line { series, in_legend: false, points, stroke: Some(stroke), mark: None, steps: false })
    };
    repeats.map(line).collect()
}

/// One repeat's line, thinner and lighter than the mean inside rounds.
const REPEAT_WIDTH: f64 = 0.35;
const REPEAT_OPACITY: f64 = 0.4;

fn repeat_stroke(ink: Ink) -> Stroke {
    Stroke { width: REPEAT_WIDTH, opacity: REPEAT_OPACITY, ..Stroke::thin(ink) }
}

/// The mean of a group as a line; `marked` if its points are round ends.
pub fn mean_line(group: &Group, mean: &[MeanPoint], marked: bool, looks: &Looks) -> Item {
    let style = looks.group(group);
    Item::Line(Line {
        series: group.label(),
        in_legend: true,
        points: mean.iter().map(|p| [p.x, p.y.mean]).collect(),
        stroke: Some(style.stroke()),
        mark: marked.then_some((style.mark, style.ink)),
        steps: false,
    })
}

/// The band of a group; empty for a single repeat.
fn band(group: &Group, mean: &[MeanPoint], looks: &Looks) -> Vec<Item> {
    let points = mean.iter().filter(|p| p.y.half_width.is_some()).map(|p| [p.x, p.y.low(), p.y.high()]).collect();
    banded_area(&group.label(), group.place, looks.group(group), points)
}

/// A band of x, low and high; that of a further variant of a strategy has edges with its dash.
pub fn banded_area(series: &str, place: usize, style: StrategyStyle, points: Vec<[f64; 3]>) -> Vec<Item> {
    let edge = |end: usize| {
        let points = points.iter().map(|p| [p[0], p[end]]).collect();
        let stroke = Stroke { dash: style.dash, width: REPEAT_WIDTH, ..Stroke::thin(style.ink) };
        let series = format!("{series} ({} of the band)", if end == 1 { "low" } else { "high" });
        Item::Line(Line { series, in_legend: false, points, stroke: Some(stroke), mark: None, steps: false })
    };
    let edges = if place > 0 { vec![edge(1), edge(2)] } else { Vec::new() };
    let band = Item::Band(Band { series: series.to_owned(), points, ink: style.ink, opacity: BAND_OPACITY });
    std::iter::once(band).chain(edges).collect()
}

/// The ends of runs that ended before the others or diverged, as crosses.
fn early_ends(histories: &[History], groups: &[Group], metric: Metric, looks: &Looks) -> Vec<Item> {
    let last = histories.iter().map(|h| h.rounds.len()).max().unwrap_or(0);
    let cross = |(group, history): (&Group, &History)| {
        let end = trace(history, metric).last().map(|p| [p.labels, p.value])?;
        let series = format!("{} (seed {}, {})", group.label(), history.seed(), ended(history, last)?);
        let mark = Some((Mark::Cross, looks.group(group).ink));
        Some(Item::Line(Line { series, in_legend: false, points: vec![end], stroke: None, mark, steps: false }))
    };
    groups.iter().flat_map(|g| g.histories.iter().map(move |h| (g, *h))).filter_map(cross).collect()
}

/// Legend entries for the two kinds of line.
fn inside_keys(histories: &[History], groups: &[Group]) -> Vec<Key> {
    if groups.iter().all(|g| mean_trace(g, part(g)).is_empty()) {
        return Vec::new();
    }
    let split = split_name(histories);
    let ends = Sample::Line { stroke: Stroke::main(Ink::Muted, Dash::Solid), mark: Some(Mark::Disc) };
    let inside = Sample::Line { stroke: Stroke::thin(Ink::Muted), mark: None };
    vec![
        Key { text: format!("whole {split}, at round ends"), sample: ends },
        Key {
            text: part_size(histories)
                .map_or_else(|| "the same, inside rounds".into(), |size| format!("fixed {size} of it, inside rounds")),
            sample: inside,
        },
    ]
}

/// Legend text of the thin line if it is the only entry.
fn inside_name(histories: &[History]) -> String {
    part_size(histories).map_or_else(|| "inside rounds".into(), |size| format!("inside rounds (fixed {size})"))
}

/// How many images are evaluated inside rounds; `None` if all are.
fn part_size(histories: &[History]) -> Option<String> {
    let part = experiment(histories).evaluation_part;
    let all = histories.iter().filter_map(evaluated_images).min();
    all.is_none_or(|all| part < all).then(|| crate::figures::drawing::ticks::number(part as f64, 0))
}
