//! The headline of the learning curves: the metric of each variant at the shown round, best first.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Rect, Response, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::series::{Curve, Series};
use crate::engine::planned::RunId;
use crate::experiment::{Strategy, Task};
use crate::figures::StrategyStyle;
use crate::ui::kit::looks;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// Share of the panel's height that the list may take.
const MOST_HEIGHT: f32 = 1.0 / 3.0;
/// Heights of the cells: a large number over its name if all fit side by side, or else one line.
const LARGE: f32 = 38.0;
const LINE: f32 = 18.0;
/// Gap between columns, width of a mark, and the least width for a name, points.
const GAP: f32 = 14.0;
const MARK: f32 = 15.0;
const LEAST_NAME: f32 = 70.0;

/// The metric of one variant.
struct Number {
    /// The run that a click shows, if it is of the present session.
    run: Option<RunId>,
    style: StrategyStyle,
    strategy: Strategy,
    color: Color32,
    name: String,
    /// Mean over the repeats that every variant has at this point.
    value: f32,
    when: String,
    /// Over which repeats, if it is one of several or their mean.
    of: String,
}

/// The list; returns the run that was clicked.
pub fn ui(ui: &mut Ui, series: &[Series], cx: &Cx<'_>) -> Option<RunId> {
    let task = cx.state.experiment.dataset.task();
    let mut numbers = numbers(series, cx);
    if numbers.is_empty() {
        return None;
    }
    let gain = gain_over_random(&numbers.iter().map(|n| (n.strategy, n.value)).collect::<Vec<_>>());
    let best_first = |a: &Number, b: &Number| match task.lower_is_better() {
        true => a.value.total_cmp(&b.value),
        false => b.value.total_cmp(&a.value),
    };
    if numbers.len() > 2 {
        numbers.sort_by(best_first);
    }
    let text = |text: String, font, color| ui.painter().layout_no_wrap(text, font, color);
    let large: Vec<[Arc<Galley>; 2]> = numbers
        .iter()
        .map(|n| {
            let value = format!("{:.1} {}", n.value, task.unit());
            let caption = format!("{}, {}{}", n.name, n.when, n.of);
            [
                text(value, theme::bold_font(size::FIGURE), n.color),
                text(caption, theme::font(size::CAPTION), cx.theme.weak),
            ]
        })
        .collect();
    let widths = large.iter().map(|[value, caption]| value.size().x.max(caption.size().x) + space::L);
    let room = ui.available_width() - if gain.is_some() { 90.0 } else { 0.0 };
    if widths.clone().sum::<f32>() <= room {
        return in_a_row(ui, &numbers, &large, gain, cx);
    }
    // Whole lines: half of one could not be read.
    let most = (MOST_HEIGHT * ui.available_height() / LINE).floor().max(2.0) * LINE;
    let mut clicked = None;
    if let Some(text) = heading(&mut numbers) {
        ui.label(RichText::new(text).font(theme::font(size::CAPTION)).color(cx.theme.weak));
    }
    let area = ScrollArea::vertical().id_salt("headline").max_height(most).min_scrolled_height(most);
    area.auto_shrink([false, true]).show(ui, |ui| clicked = in_lines(ui, &numbers, cx));
    clicked
}

/// What all numbers of a list share is said once above it; a mean that others are not is told in its own line.
fn heading(numbers: &mut [Number]) -> Option<String> {
    let first = numbers.first()?;
    let (when, of) = (first.when.clone(), first.of.clone());
    let of_all = numbers.iter().all(|n| n.of == of);
    if !of_all {
        numbers.iter_mut().for_each(|n| n.name += &std::mem::take(&mut n.of));
    }
    let shared = numbers.iter().all(|n| n.when == when);
    shared.then(|| words::capital(&when) + if of_all { &of } else { "" })
}

/// Large numbers side by side.
fn in_a_row(
    ui: &mut Ui,
    numbers: &[Number],
    texts: &[[Arc<Galley>; 2]],
    gain: Option<f32>,
    cx: &Cx<'_>,
) -> Option<RunId> {
    let mut clicked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        for (number, [value, caption]) in numbers.iter().zip(texts) {
            let width = value.size().x.max(caption.size().x);
            let (rect, response) = ui.allocate_exact_size(vec2(width, LARGE), Sense::click());
            ui.painter().galley(rect.left_top(), value.clone(), number.color);
            ui.painter().galley(rect.left_bottom() - vec2(0.0, caption.size().y), caption.clone(), cx.theme.weak);
            clicked = told(response, number, cx).clicked().then_some(number.run).flatten().or(clicked);
        }
        if let Some(gain) = gain {
            gained(ui, gain, cx);
        }
    });
    clicked
}

/// One line for each variant, in as many columns as fit.
fn in_lines(ui: &mut Ui, numbers: &[Number], cx: &Cx<'_>) -> Option<RunId> {
    let task = cx.state.experiment.dataset.task();
    let font = theme::font(size::CAPTION + 0.5);
    let values: Vec<Arc<Galley>> = numbers
        .iter()
        .map(|n| {
            let value = format!("{:.1} {}", n.value, task.unit());
            ui.painter().layout_no_wrap(value, theme::bold_font(size::BODY), n.color)
        })
        .collect();
    let value_width = values.iter().map(|v| v.size().x).fold(0.0, f32::max);
    let name_width = |n: &Number| ui.painter().layout_no_wrap(n.name.clone(), font.clone(), cx.theme.text).size().x;
    let widest = numbers.iter().map(name_width).fold(LEAST_NAME, f32::max);
    let width = ui.available_width();
    let columns = ((width + GAP) / (MARK + value_width + space::S + widest + GAP)).floor().max(1.0);
    // Two columns of shortened names are better than a long list of whole ones.
    let two = (width - GAP) / 2.0 >= MARK + value_width + space::S + LEAST_NAME;
    let columns = if two { columns.max(2.0) } else { columns }.min(numbers.len() as f32);
    let cell = ((width + GAP) / columns - GAP).floor();
    let rows = numbers.len().div_ceil(columns as usize);
    let (all, _) = ui.allocate_exact_size(vec2(width, rows as f32 * LINE), Sense::hover());
    let mut clicked = None;
    for (i, (number, value)) in numbers.iter().zip(values).enumerate() {
        // Down each column, so that the order is read as in a list.
        let corner = all.min + vec2((i / rows) as f32 * (cell + GAP), (i % rows) as f32 * LINE);
        let rect = Rect::from_min_size(corner, vec2(cell, LINE));
        let response = ui.interact(rect, ui.scope_id().with(("number", i)), Sense::click());
        let painter = ui.painter_at(rect);
        let y = rect.center().y;
        looks::mark(&painter, pos2(rect.left() + MARK / 2.0 - 2.0, y), number.style, cx.theme);
        let left = rect.left() + MARK;
        let ink = if response.hovered() { cx.theme.text } else { number.color };
        painter.galley(pos2(left + value_width - value.size().x, y - value.size().y / 2.0), value, ink);
        let at = left + value_width + space::S;
        let mut job = egui::text::LayoutJob::simple_singleline(number.name.clone(), font.clone(), cx.theme.weak);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - at);
        let name = painter.layout_job(job);
        painter.galley(pos2(at, y - name.size().y / 2.0), name, cx.theme.weak);
        clicked = told(response, number, cx).clicked().then_some(number.run).flatten().or(clicked);
    }
    clicked
}

/// A cell's name and tooltip.
fn told(response: Response, number: &Number, cx: &Cx<'_>) -> Response {
    let (name, unit) =
        (format!("{}, {}{}", number.name, number.when, number.of), cx.state.experiment.dataset.task().unit());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}: {:.1} {unit}", number.value)));
    let does = if number.run.is_some() { ". Click to show this run in every view" } else { "" };
    let text = format!("{name}: {:.2} {unit}{does}", number.value);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(text)
}

/// The gain over Random.
fn gained(ui: &mut Ui, gain: f32, cx: &Cx<'_>) {
    let (what, tip) = match cx.state.experiment.dataset.task() {
        Task::Classes => (
            "points gained",
            "Percentage points above Random with the same seed. One repeat is not yet evidence: see Compare, Tests.",
        ),
        Task::Maps => (
            "kPa\u{b2} minus Random",
            "Mean square error minus that of Random with the same seed; below zero is better. One repeat is not yet \
             evidence: see Compare, Tests.",
        ),
    };
    // With a digit more than the values: their rounded difference may be another.
    let gain = words::signed(gain, 2);
    let (caption, figure) = (theme::font(size::CAPTION), theme::bold_font(size::FIGURE));
    let width = ui.painter().layout_no_wrap(what.to_owned(), caption.clone(), cx.theme.weak).size().x;
    let (rect, response) = ui.allocate_exact_size(vec2(width, LARGE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{gain} {what}")));
    ui.painter().text(rect.left_top(), Align2::LEFT_TOP, gain, figure, cx.theme.text);
    ui.painter().text(rect.left_bottom(), Align2::LEFT_BOTTOM, what, caption, cx.theme.weak);
    response.on_hover_text(tip);
}

/// The metric of each variant at the playhead, over the repeats that all of them have there.
fn numbers(series: &[Series], cx: &Cx<'_>) -> Vec<Number> {
    let shown = cx.state.shown_round();
    let at_end = |curve: &Curve, round: usize| curve.ends.iter().find(|(r, _)| *r == round).map(|(_, p)| p[1]);
    let lasts = |s: &&Series| s.repeats.iter().any(|c| c.run.is_some());
    let has = |s: &Series, round: usize| s.repeats.iter().any(|c| at_end(c, round).is_some());
    let round = if series.iter().filter(lasts).all(|s| has(s, shown)) { shown } else { shown.saturating_sub(1) };
    let stop = cx.state.shown_stop();
    // Inside a round: the value on the fixed part of the split, at the same evaluation of each run.
    let value = |curve: &Curve| match stop {
        None => Some((at_end(curve, round)?, None)),
        Some((place, _)) => {
            let run = cx.state.run(curve.run?)?;
            let at = *run.stops(shown, &cx.state.experiment).get(place)?;
            Some((at.value, Some(at.minibatches)))
        }
    };
    let seeds_of = |s: &Series| s.repeats.iter().filter(|c| value(c).is_some()).map(|c| c.seed).collect::<Vec<_>>();
    // A fork and a former run keep no seed of the session from being compared.
    let of_session = || series.iter().filter(|s| s.is_of_session());
    let all: Vec<Vec<u64>> = of_session().map(seeds_of).filter(|seeds| !seeds.is_empty()).collect();
    let shared = |seed: u64| all.iter().all(|seeds| seeds.contains(&seed));
    let some_shared = all.iter().flatten().any(|seed| shared(*seed));
    // At the end of a round that the curves have, what they show there.
    let on_curves = stop.is_none() && of_session().all(|s| seeds_of(s).iter().any(|seed| s.seeds.contains(seed)));
    let number = |s: &Series| {
        let is_taken = |seed: u64| match s.is_of_session() {
            true if on_curves => s.seeds.contains(&seed),
            true => !some_shared || shared(seed),
            false => true,
        };
        let taken = s.repeats.iter().filter(|c| is_taken(c.seed));
        let found: Vec<(&Curve, f64, Option<f64>)> = taken.filter_map(|c| value(c).map(|(v, at)| (c, v, at))).collect();
        let (first, _, inside) = found.first()?;
        let mean = found.iter().map(|(_, v, _)| v).sum::<f64>() / found.len() as f64;
        let when = match inside {
            None => format!("round {round}"),
            Some(minibatches) => format!("round {shown}, step {minibatches:.0}"),
        };
        let of = match found.len() {
            1 if s.repeats.len() > 1 => format!(", seed {}", first.seed),
            1 => String::new(),
            n => format!(", mean of {n}"),
        };
        let focused = found.iter().find(|(c, ..)| c.run == Some(cx.state.focus.run));
        Some(Number {
            run: focused.map_or(first.run, |(c, ..)| c.run),
            style: s.style,
            strategy: s.strategy,
            color: s.color,
            name: s.name.clone(),
            value: mean as f32,
            when,
            of,
        })
    };
    series.iter().filter_map(number).collect()
}

/// Gain over Random, in the metric's unit, if exactly one other strategy runs.
fn gain_over_random(values: &[(Strategy, f32)]) -> Option<f32> {
    let random = values.iter().find(|(s, _)| *s == Strategy::Random)?.1;
    let mut others = values.iter().filter(|(s, _)| *s != Strategy::Random);
    let (_, other) = others.next()?;
    others.next().is_none().then_some(other - random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_needs_random_and_exactly_one_other() {
        for (values, gain) in [
            (vec![], None),
            (vec![(Strategy::Snn, 97.0)], None),
            (vec![(Strategy::Random, 96.0)], None),
            (vec![(Strategy::Random, 96.0), (Strategy::Snn, 97.5)], Some(1.5)),
        ] {
            assert_eq!(gain_over_random(&values), gain);
        }
    }
}
