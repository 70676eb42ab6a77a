//! Turns the state into the points, lines and markers of the latent view; no egui.

use egui::Color32;

use crate::dataset::Class;
use crate::engine::protocol::{NOT_SCORED, RunSnapshot};
use crate::engine::questions::directions::{Directions, STEPS};
use crate::experiment::Task;
use crate::history::LatentStep;
use crate::ui::kit::theme::{self, Theme};
use crate::ui::panels::explore::directions::ink;
use crate::ui::state::{AppState, Axes, SeenWalk, WalkPoint};
use crate::view::{Line, Marker, PointStyle, Rgba, Shape};

/// The quantity that the colour of a point shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Coloring {
    Class,
    Predicted,
    Loss,
    Correct,
    Round,
}

impl Coloring {
    /// Choice, name and tooltip, in display order.
    pub const CHOICES: [(Self, &str, &str); 5] = [
        (Self::Class, "Class", "The true class of each train image"),
        (Self::Predicted, "Predicted", "The class that the target F predicts for each train image"),
        (Self::Loss, "Loss", "Loss of F(x) with the true label or stress map; for display only, samplers never see it"),
        (Self::Correct, "Correct", "Whether F predicts the true class"),
        (Self::Round, "Round", "The round in which each sample was labelled"),
    ];

    /// Whether the coloring needs the target's predictions for the whole train split.
    pub fn wants_scores(self) -> bool {
        matches!(self, Self::Predicted | Self::Loss | Self::Correct)
    }

    /// Whether the coloring applies to this task: targets of maps predict no class.
    pub fn suits(self, task: Task) -> bool {
        task.has_classes() || !matches!(self, Self::Predicted | Self::Correct)
    }

    /// The choices for a task.
    pub fn choices(task: Task) -> Vec<(Self, &'static str, &'static str)> {
        Self::CHOICES.into_iter().filter(|(c, ..)| c.suits(task)).collect()
    }

    pub fn next(self, task: Task) -> Self {
        let choices = Self::choices(task);
        let at = choices.iter().position(|(c, ..)| *c == self).unwrap_or(0);
        choices[(at + 1) % choices.len()].0
    }
}

/// The layers drawn over the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layers {
    pub labelled: bool,
    pub proposals: bool,
    pub walks: bool,
}

/// The losses at the end and at the start of the colour ramp, nats.
pub const LOSS_TOP: f32 = 5.0;
const LOSS_FOOT: f32 = 0.05;
/// Widths of a walk's line and points, logical pixels: the points between are small, so that the line is seen.
const WALK_PX: f32 = 2.6;
const WALK_POINT_PX: f32 = 4.5;
const WALK_START_PX: f32 = 9.0;
const WALK_END_PX: f32 = 11.0;
/// Opacity of a walk's line at its start; it grows towards the end.
const WALK_FADE: f32 = 0.4;
/// Up to this many walks, dashes show each p', to which a step led before it snapped.
const FEW_WALKS: usize = 8;
/// Side of a pinned point, logical pixels.
const PIN_PX: f32 = 9.0;
/// Beyond this many walks, lines are thin and have no letters.
pub const MANY_WALKS: usize = 26;
const THIN_WALK_PX: f32 = 1.6;
/// Beyond this many proposals, lines are thinner.
pub const MANY_PROPOSALS: usize = 120;

/// The position of a code of up to three dimensions.
pub fn position(code: &[f32]) -> [f32; 3] {
    let axis = |k: usize| code.get(k).copied().unwrap_or(0.0);
    [axis(0), axis(1), axis(2)]
}

/// The positions of all codes, `[n, dim]`.
pub fn positions(codes: &[f32], dim: usize, axes: &Axes) -> Vec<[f32; 3]> {
    codes.chunks_exact(dim.max(1)).map(|code| axes.place(code)).collect()
}

/// The position of a loss on the colour ramp, 0 to 1; logarithmic, because most losses are small.
pub fn loss_ramp(loss: f32) -> f32 {
    (1.0 + loss / LOSS_FOOT).ln() / (1.0 + LOSS_TOP / LOSS_FOOT).ln()
}

/// How many rounds before the shown one a sample was labelled; `None` if it had not been, or if labels are not marked.
fn age_of_label(run: Option<&RunSnapshot>, layers: Layers, state: &AppState) -> impl Fn(usize) -> Option<usize> {
    let round = state.shown_round();
    move |i| {
        let bought = run.and_then(|r| r.labelled_in.get(i).copied()).map_or(0, usize::from);
        (layers.labelled && (1..=round).contains(&bought)).then(|| round - bought)
    }
}

/// The colour of each train sample; those labelled before the shown round fade with the rounds since.
pub fn colours(
    coloring: Coloring,
    layers: Layers,
    labels: &[Class],
    run: Option<&RunSnapshot>,
    state: &AppState,
    theme: &Theme,
) -> Vec<Rgba> {
    /// Opacity of labels that are one, two, three and more rounds old.
    const FADING: [f32; 3] = [0.6, 0.42, 0.3];
    let experiment = &state.experiment;
    let (rounds, step) = (experiment.rounds, experiment.dataset.task().loss_step());
    let age = age_of_label(run, layers, state);
    let fading = |i: usize| {
        let old = age(i).and_then(|age| age.checked_sub(1)).filter(|_| coloring != Coloring::Round);
        old.filter(|_| state.focus.sample != Some(i as u32)).map_or(1.0, |old| FADING[old.min(FADING.len() - 1)])
    };
    let unknown = rgba(theme.faint.gamma_multiply(0.6));
    let class = |label: Class| rgba(theme::class_color(label));
    let scores = run.and_then(|r| r.scores.as_ref());
    let predicted = |i: usize| scores.and_then(|s| s.predicted.get(i).copied()).filter(|p| *p != NOT_SCORED);
    let loss = |i: usize| scores.and_then(|s| s.loss.get(i).copied()).filter(|l| !l.is_nan());
    let labelled_in = |i: usize| run.and_then(|r| r.labelled_in.get(i).copied()).filter(|r| *r > 0);
    let [right, wrong] = correctness(theme).map(rgba);
    labels
        .iter()
        .enumerate()
        .map(|(i, &label)| match coloring {
            Coloring::Class => class(label),
            Coloring::Predicted => predicted(i).map_or(unknown, class),
            Coloring::Loss => loss(i).map_or(unknown, |l| rgba(theme.ramp(loss_ramp(l / step)))),
            Coloring::Correct => predicted(i).map_or(unknown, |p| if p == label { right } else { wrong }),
            Coloring::Round => labelled_in(i).map_or(unknown, |r| rgba(round_color(usize::from(r), rounds, theme))),
        })
        .enumerate()
        .map(|(i, [r, g, b, a])| [r, g, b, (f32::from(a) * fading(i)) as u8])
        .collect()
}

/// The colours of correct and wrong, distinct in colour blindness: a muted blue and a strong orange.
pub fn correctness(theme: &Theme) -> [Color32; 2] {
    [theme.second.gamma_multiply(0.75), theme.error]
}

pub fn round_color(round: usize, rounds: usize, theme: &Theme) -> Color32 {
    let last = rounds.saturating_sub(1).max(1) as f32;
    theme.ramp(round.saturating_sub(1) as f32 / last)
}

/// The style of each point, as of the end of the shown round.
pub fn styles(
    coloring: Coloring,
    layers: Layers,
    labels: &[Class],
    run: Option<&RunSnapshot>,
    state: &AppState,
) -> Vec<PointStyle> {
    // Small, so that the cloud stays readable under thousands of them; samples labelled in this round are larger. Where
    // the colour shows the round, older ones have no ring, which would hide it.
    const OLD: f32 = 0.55;
    const NEW: f32 = 1.0;
    const OLD_WITHOUT_RING: f32 = 1.7;
    let age = age_of_label(run, layers, state);
    let outside = |i: usize| state.brush.selection.as_ref().is_some_and(|s| s.leaves_out(i as u32));
    let mut styles: Vec<PointStyle> = labels
        .iter()
        .enumerate()
        .map(|(i, &label)| {
            let faded = state.focus.class.is_some_and(|c| c != label) || outside(i);
            match age(i) {
                _ if faded => PointStyle::FADED,
                None => PointStyle::POOL,
                Some(0) => PointStyle::LABELLED.scaled(NEW),
                Some(_) if coloring == Coloring::Round => PointStyle::POOL.scaled(OLD_WITHOUT_RING),
                Some(_) => PointStyle::LABELLED.scaled(OLD),
            }
        })
        .collect();
    if let Some(style) = state.focus.sample.and_then(|s| styles.get_mut(s as usize)) {
        *style |= PointStyle::SELECTED;
    }
    styles
}

/// The lines: directions around a point, proposals of the shown round, walks, and the probe's step.
pub fn lines(state: &AppState, layers: Layers, around: Option<&Directions>, theme: &Theme) -> Vec<Line> {
    let mut lines = around.map_or_else(Vec::new, |around| directions(around, &state.axes, theme));
    if layers.proposals {
        let steps: Vec<_> = state
            .shown_record()
            .into_iter()
            .flat_map(|r| &r.proposals)
            .filter_map(|p| Some((p.sample, p.step.as_ref()?)))
            .collect();
        let many = steps.len() > MANY_PROPOSALS;
        for (sample, step) in steps {
            let chosen = state.focus.sample == Some(sample);
            push_step(&mut lines, step, chosen, many, &state.axes, theme);
        }
    }
    if layers.walks {
        let seen = drawn_walks(state);
        for walk in &seen {
            push_walk(&mut lines, walk, walk_color(walk, state, theme), seen.len(), &state.axes);
        }
    }
    if let Some(probe) = state.answers.probe.get().filter(|_| state.probing.is_some()) {
        let [p, moved, neighbour] = [&probe.code, &probe.moved, &probe.neighbour_code].map(|c| state.axes.place(c));
        lines.push(Line::new(p, moved, 2.2, rgba(theme.accent)).arrow().on_top().cased());
        lines.push(Line::new(moved, neighbour, 1.4, rgba(theme.text)).dashed().on_top().cased());
    }
    lines
}

/// The local principal directions at a point, each as far as images are decoded along it.
fn directions(around: &Directions, axes: &Axes, theme: &Theme) -> Vec<Line> {
    const DIRECTION_PX: f32 = 2.4;
    let end = |axis: usize, step: f32| {
        let mut steps = vec![0.0; axis + 1];
        steps[axis] = step;
        axes.place(&around.place(&steps))
    };
    let line = |axis: usize| {
        let ends = [STEPS[0], STEPS[STEPS.len() - 1]].map(|step| end(axis, step));
        Line::new(ends[0], ends[1], DIRECTION_PX, rgba(ink(axis, theme))).arrow().on_top().cased()
    };
    (0..around.directions.len()).rev().map(line).collect()
}

pub fn push_step(lines: &mut Vec<Line>, step: &LatentStep, chosen: bool, many: bool, axes: &Axes, theme: &Theme) {
    let [p, moved, neighbour] = [&step.from, &step.to, &step.neighbour].map(|c| axes.place(c));
    let (width, alpha) = match (chosen, many) {
        (true, _) => (2.4, 1.0),
        (false, true) => (0.9, 0.4),
        (false, false) => (1.4, 0.85),
    };
    let arrow = Line::new(p, moved, width, rgba(theme.accent.gamma_multiply(alpha))).arrow().on_top();
    let snap = Line::new(moved, neighbour, width, rgba(theme.text.gamma_multiply(0.6 * alpha))).dashed().on_top();
    if chosen {
        lines.extend([arrow.cased(), snap.cased()]);
    } else {
        lines.extend([arrow, snap]);
    }
}

/// The shown walks, the lost ones last, so that they lie on top.
fn drawn_walks(state: &AppState) -> Vec<SeenWalk<'_>> {
    let mut walks = state.seen_walks();
    walks.sort_by_key(|w| w.judgement.is_some_and(|j| j.verdict.is_lost()));
    walks
}

/// The colour of a walk: its own, its verdict's, or in a comparison of re-selection, that of its arm or of lost walks.
pub fn walk_color(walk: &SeenWalk<'_>, state: &AppState, theme: &Theme) -> Color32 {
    let color = match walk.judgement {
        Some(j) if state.lab.by_verdict => theme.verdict(j.verdict),
        None if state.lab.by_verdict => theme.weak,
        judged if state.compares_walks() => {
            match (judged.is_some_and(|j| j.verdict.is_lost()), walk.walk.is_baseline()) {
                (true, _) => theme.error,
                // Useful walks are faint, so that the lost ones stand out.
                (false, true) => theme.weak.gamma_multiply(0.55),
                (false, false) => theme.accent.gamma_multiply(0.7),
            }
        }
        _ => theme.walk(walk.walk.id),
    };
    if walk.dimmed { color.gamma_multiply(0.35) } else { color }
}

/// The lines of one of `all` walks: its neighbours joined in order, stronger towards the end; a gap where it restarted. A
/// selected walk, or one of a few, has a fine dash to each p'.
fn push_walk(lines: &mut Vec<Line>, seen: &SeenWalk<'_>, color: Color32, all: usize, axes: &Axes) {
    let steps = &seen.walk.steps[..seen.points - 1];
    let ink = |k: usize| rgba(color.gamma_multiply(WALK_FADE + (1.0 - WALK_FADE) * k as f32 / steps.len() as f32));
    for (k, (step, _)) in steps.iter().enumerate() {
        let (from, to) = (axes.place(&step.step.from), axes.place(&step.step.neighbour));
        let width = if all > MANY_WALKS && !seen.selected { THIN_WALK_PX } else { WALK_PX };
        lines.push(Line::new(from, to, width, ink(k + 1)).from_colour(ink(k)).on_top().cased());
        if seen.selected || all <= FEW_WALKS {
            let dash = rgba(color.gamma_multiply(0.6));
            lines.push(Line::new(from, axes.place(&step.step.to), 1.0, dash).dashed().on_top());
        }
    }
}

/// The markers of the walks, and the walk point of each marker, in the same order.
pub fn markers(state: &AppState, layers: Layers, theme: &Theme) -> (Vec<Marker>, Vec<WalkPoint>) {
    let mut markers = Vec::new();
    let mut meaning = Vec::new();
    if layers.walks {
        let seen = drawn_walks(state);
        let many = seen.len() > MANY_WALKS;
        for walk in &seen {
            let color = rgba(walk_color(walk, state, theme));
            let size = if many && !walk.selected { 0.6 } else { 1.0 };
            for (point, place) in walk_places(walk, &state.axes).into_iter().enumerate() {
                let last = point + 1 == walk.points;
                // If there are many walks, only their ends are marked.
                if size < 1.0 && point > 0 && !last {
                    continue;
                }
                let (shape, px) =
                    if point == 0 { (Shape::Diamond, WALK_START_PX) } else { (Shape::Disc, WALK_POINT_PX) };
                // If both arms are shown, walks without re-selection end in a square.
                let shape = if last && point > 0 && walk.walk.is_baseline() { Shape::Square } else { shape };
                let px = size * if last && point > 0 { WALK_END_PX } else { px };
                markers.push(Marker::new(shape, place, px, color).on_top().cased());
                meaning.push(WalkPoint { walk: walk.walk.id, point });
            }
        }
    }
    // Pins and the probe come last: they lie on top and have no walk point.
    for pin in &state.pins.pins {
        let place = state.axes.place(&pin.code);
        markers.push(Marker::new(Shape::Square, place, PIN_PX, rgba(theme.text)).on_top().cased());
    }
    if let Some(probing) = &state.probing {
        markers.push(
            Marker::new(Shape::Cross, state.axes.place(probing), 15.0, rgba(theme.accent))
                .stroke(rgba(theme.accent), 2.0)
                .on_top()
                .cased(),
        );
    }
    (markers, meaning)
}

/// The positions of a walk's points: its start, then each neighbour.
pub fn walk_places(seen: &SeenWalk<'_>, axes: &Axes) -> Vec<[f32; 3]> {
    let steps = seen.walk.steps[..seen.points - 1].iter();
    std::iter::once(axes.place(&seen.walk.code)).chain(steps.map(|(s, _)| axes.place(&s.step.neighbour))).collect()
}

/// The position of one point of a shown walk.
pub fn walk_place(state: &AppState, at: WalkPoint) -> Option<[f32; 3]> {
    let walk = state.shown_walks().find(|w| w.id == at.walk)?;
    match at.point.checked_sub(1) {
        None => Some(state.axes.place(&walk.code)),
        Some(k) => walk.steps.get(k).map(|(s, _)| state.axes.place(&s.step.neighbour)),
    }
}

/// Converts egui's premultiplied colour to the view's unmultiplied one.
pub fn rgba(color: Color32) -> Rgba {
    color.to_srgba_unmultiplied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_take_the_first_three_axes() {
        for (dim, codes, places) in [
            (1, vec![1.0, 2.0], vec![[1.0, 0.0, 0.0], [2.0, 0.0, 0.0]]),
            (2, vec![1.0, 2.0, 3.0, 4.0], vec![[1.0, 2.0, 0.0], [3.0, 4.0, 0.0]]),
            (3, vec![1.0, 2.0, 3.0], vec![[1.0, 2.0, 3.0]]),
            (4, vec![1.0, 2.0, 3.0, 4.0], vec![[1.0, 2.0, 3.0]]),
        ] {
            assert_eq!(positions(&codes, dim, &Axes::default()), places, "{dim}");
        }
    }

    #[test]
    fn the_loss_ramp_runs_from_foot_to_top() {
        assert_eq!(loss_ramp(0.0), 0.0);
        assert!((loss_ramp(LOSS_TOP) - 1.0).abs() < 1e-6);
        assert!(loss_ramp(0.1) < loss_ramp(0.2));
    }

    #[test]
    fn colourings_cycle_through_all() {
        for (task, choices) in [(Task::Classes, 5), (Task::Maps, 3)] {
            let mut c = Coloring::Class;
            for _ in 0..choices {
                c = c.next(task);
                assert!(c.suits(task));
            }
            assert_eq!(c, Coloring::Class);
        }
    }
}
