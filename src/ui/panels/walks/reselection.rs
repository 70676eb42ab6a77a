//! Re-selection of walks started by hand: when they restart, and a comparison with walks that never do.

use egui::{Align2, Color32, CornerRadius, DragValue, Pos2, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};

use crate::engine::protocol::Command;
use crate::experiment::WalkReselection;
use crate::ui::kit::charts::{self, Sparkline};
use crate::ui::kit::flow::Flow;
use crate::ui::kit::theme::{self, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;
use crate::ui::state::{Arms, LostByStep};

/// Sends the re-selection rule with the present thresholds.
pub fn send(cx: &mut Cx<'_>) {
    cx.state.lab.reselection.rules = cx.state.lab.rules;
    cx.commands.push(Command::SetReselection(cx.state.lab.reselection));
}

/// A control of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    Name,
    Rule,
    Every,
    Compare,
}

/// The choice of the re-selection rule, and whether it is compared with walks that never restart.
pub fn row(ui: &mut Ui, flow: &mut Flow<Control>, cx: &mut Cx<'_>) {
    let mut parts = vec![Control::Name, Control::Rule, Control::Every, Control::Compare];
    parts.retain(|part| *part != Control::Every || cx.state.lab.reselection.kind == WalkReselection::EveryK);
    let mut changed = false;
    flow.show(ui, "More of the re-selection", 3, &parts, |ui, part, _| match part {
        Control::Name => {
            let tip = "When a walk started by hand restarts at another labelled sample";
            ui.label(RichText::new("Re-select").size(size::CAPTION).color(cx.theme.weak)).on_hover_text(tip);
        }
        Control::Rule => {
            let choices = [
                (WalkReselection::Never, "never", "A walk never restarts, as in Figure 4"),
                (WalkReselection::EveryK, "every k", "After every k steps, as the paper advises"),
                (WalkReselection::WhenLost, "when lost", "As soon as the walk is outward, stalled or recycling"),
            ];
            changed |= widgets::segmented(ui, "Re-selection", &mut cx.state.lab.reselection.kind, &choices);
        }
        Control::Every => {
            let every = DragValue::new(&mut cx.state.lab.reselection.every).range(1..=100).speed(0.05).prefix("k = ");
            changed |= ui.add(every).accessible_name("Steps between restarts").changed();
        }
        Control::Compare => {
            let mut comparing = cx.state.compares_walks();
            let tip = "Compares each walk with a copy that never restarts: same starts, same target, ten steps at once. \
                       Starts walks first if there are none";
            ui.add_enabled_ui(cx.state.generator.ready, |ui| {
                if widgets::toggle(ui, &mut comparing, "With and without", tip) {
                    compare(comparing, cx);
                }
            });
        }
    });
    if changed {
        send(cx);
    }
}

fn compare(on: bool, cx: &mut Cx<'_>) {
    // Without re-selection both arms would be the same, so a rule is chosen.
    if on && cx.state.lab.reselection.kind == WalkReselection::Never {
        cx.state.lab.reselection.kind = WalkReselection::WhenLost;
        send(cx);
    }
    cx.commands.push(Command::CompareReselection(on));
    if on && !cx.state.shown_walks().any(|w| w.id >= cx.state.experiment.walks) {
        let (anchors, count) = (cx.state.lab.anchors, cx.state.lab.count);
        cx.commands.push(Command::StartWalks { anchors, count });
    }
}

/// The number of lost walks without and with re-selection, step by step, and the choice of the shown arms.
pub fn comparison(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(lost) = cx.state.lost_by_step() else { return };
    let (without, with) = (last(&lost.without), last(&lost.with));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, 4.0);
        ui.label(bold(format!("lost: {without} of {} without, {with} with", lost.walks)).color(cx.theme.text));
        let choices = [
            (Arms::Both, "both", "All of them"),
            (Arms::Without, "without", "Walks that never restart; their letters have a prime, their ends are squares"),
            (Arms::With, "with", "Walks that restart by the rule above"),
        ];
        widgets::segmented(ui, "Walks shown", &mut cx.state.lab.arms, &choices);
    });
    chart(ui, &lost, cx);
}

fn last(counts: &[usize]) -> usize {
    counts.last().copied().unwrap_or(0)
}

const CHART_HEIGHT: f32 = 62.0;
/// Width to the right of the lines for their names.
const NAMES_WIDTH: f32 = 74.0;
const AXIS_WIDTH: f32 = 26.0;

/// A chart of lost walks against steps, one line per arm.
fn chart(ui: &mut Ui, lost: &LostByStep, cx: &Cx<'_>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CHART_HEIGHT), Sense::hover());
    let steps = lost.without.len().max(lost.with.len()).saturating_sub(1);
    let most = lost.without.iter().chain(&lost.with).copied().max().unwrap_or(0).max(1);
    ui.painter().rect_filled(rect, CornerRadius::same(4), cx.theme.field.gamma_multiply(0.5));
    let inner = Rect::from_min_max(
        pos2(rect.left() + AXIS_WIDTH, rect.top() + 8.0),
        pos2(rect.right() - NAMES_WIDTH, rect.bottom() - 15.0),
    );
    let chart = Sparkline { rect: inner, end: [steps.max(1) as f32, most as f32] };
    let note = |at: Pos2, align: Align2, text: String, ink: Color32| {
        ui.painter().text(at, align, text, theme::font(size::CAPTION - 1.0), ink);
    };
    for (count, y) in [(0, inner.bottom()), (most, inner.top())] {
        ui.painter().hline(inner.x_range(), y, Stroke::new(0.5, cx.theme.line));
        note(pos2(inner.left() - 5.0, y), Align2::RIGHT_CENTER, count.to_string(), cx.theme.faint);
    }
    let below = pos2(inner.center().x, rect.bottom() - 1.0);
    note(below, Align2::CENTER_BOTTOM, format!("lost walks after {steps} steps"), cx.theme.faint);
    let arms = [(&lost.without, "without", cx.theme.weak), (&lost.with, "with", cx.theme.accent)];
    let mut ends = arms.map(|(counts, ..)| chart.at([0.0, last(counts) as f32]).y);
    // Names that would overlap are moved apart.
    const APART: f32 = 11.0;
    if (ends[0] - ends[1]).abs() < APART {
        let middle = ((ends[0] + ends[1]) / 2.0).min(inner.bottom() - APART / 2.0);
        let first_above = ends[0] <= ends[1];
        ends = if first_above { [-0.5, 0.5] } else { [0.5, -0.5] }.map(|side: f32| middle + side * APART);
    }
    for ((counts, name, ink), y) in arms.into_iter().zip(ends) {
        let points = chart.points(counts.iter().enumerate().map(|(step, count)| [step as f32, *count as f32]));
        if let Some(end) = points.last().copied() {
            ui.painter().add(egui::Shape::line(points, Stroke::new(1.8, ink)));
            ui.painter().circle_filled(end, 2.5, ink);
            note(pos2(inner.right() + 7.0, y), Align2::LEFT_CENTER, format!("{name} {}", last(counts)), ink);
        }
    }
    let of = lost.walks;
    let places = [("without", &lost.without), ("with", &lost.with)].into_iter().flat_map(|(name, counts)| {
        let at = move |(step, count): (usize, &usize)| ((name, step, *count), chart.at([step as f32, *count as f32]));
        counts.iter().enumerate().map(at)
    });
    charts::read_at(ui, &response, places, |(name, step, count)| {
        format!(
            "{name} re-selection, after step {step}: {count} of {of} walks lost, from the same starts with the same target"
        )
    });
}
