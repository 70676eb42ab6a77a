//! The top bar: workspaces, and buttons to run, step, stop and reset.

use egui::{Align, CornerRadius, Layout, Rect, Sense, Stroke, Ui, vec2};

use crate::device::DeviceKind;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::panel::Cx;
use crate::ui::panels::WORKSPACES;
use crate::ui::state::{AppState, Pending};

/// An action of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarAction {
    RunOrPause,
    StepMinibatches,
    StepRound,
    Stop,
    Reset,
    ResetNewSeed,
    ToggleTheme,
    ToggleControls,
    Keys,
    /// Show the workspace with this index.
    Show(usize),
    ResetLayout,
}

pub const BAR_HEIGHT: f32 = 46.0;
/// Widths below which parts of the bar are hidden.
const WIDE: f32 = 1_060.0;
const MEDIUM: f32 = 760.0;

pub fn bar(ui: &mut Ui, cx: &mut Cx<'_>, workspace: usize) -> Option<BarAction> {
    let mut action = None;
    let width = ui.available_width();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        brand(ui, cx.theme, width > MEDIUM);
        let mut shown = workspace;
        let choices: Vec<_> = WORKSPACES.iter().enumerate().map(|(i, w)| (i, w.name, w.tip)).collect();
        if widgets::segmented(ui, "Workspace", &mut shown, &choices) {
            action = Some(BarAction::Show(shown));
        }
        ui.add_space(space::M);
        action = run_buttons(ui, cx, width > WIDE).or(action);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            if IconButton::new(Icon::Keys, "Keys", "List the keys (?)").show(ui).clicked() {
                action = Some(BarAction::Keys);
            }
            let (icon, tip) = if cx.theme.dark {
                (Icon::Sun, "Switch to the light theme (T)")
            } else {
                (Icon::Moon, "Switch to the dark theme (T)")
            };
            if IconButton::new(icon, "Dark or light", tip).show(ui).clicked() {
                action = Some(BarAction::ToggleTheme);
            }
            let menu = ui.menu_button("Layout", |ui| {
                if ui.button("Show or hide the settings (B)").clicked() {
                    action = Some(BarAction::ToggleControls);
                }
                if ui.button("Reset the panels").clicked() {
                    action = Some(BarAction::ResetLayout);
                }
            });
            menu.response.on_hover_text("Panels can be dragged by their titles, stacked and resized");
            if width > MEDIUM {
                device_badge(ui, cx.state, cx.theme);
            }
        });
    });
    action
}

fn brand(ui: &mut Ui, theme: &Theme, named: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::hover());
    mark(ui.painter(), rect, theme);
    if named {
        let galley = ui.painter().layout_no_wrap("Ridgewalk".to_owned(), theme::bold_font(size::HEADING), theme.text);
        let (rect, _) = ui.allocate_exact_size(galley.size(), Sense::hover());
        ui.painter().galley(rect.min, galley, theme.text);
        ui.add_space(space::M);
    }
}

/// The logo: a ridge, and a walk along it.
pub fn mark(painter: &egui::Painter, rect: Rect, theme: &Theme) {
    let at = |x: f32, y: f32| rect.min + vec2(x * rect.width(), y * rect.height());
    let ridge = [(0.02, 0.82), (0.3, 0.34), (0.46, 0.56), (0.68, 0.16), (0.98, 0.82)].map(|(x, y)| at(x, y));
    painter.add(egui::Shape::line(ridge.to_vec(), Stroke::new(2.0, theme.weak)));
    for (k, i) in [0, 1, 2, 3].into_iter().enumerate() {
        painter.circle_filled(ridge[i], 1.8 + 0.5 * k as f32, theme.accent);
    }
}

fn run_buttons(ui: &mut Ui, cx: &mut Cx<'_>, wide: bool) -> Option<BarAction> {
    let state = &mut *cx.state;
    let mut action = None;
    let pausing = state.pending == Some(Pending::Pausing);
    let stopping = state.pending == Some(Pending::Stopping);
    let resetting = state.pending == Some(Pending::Resetting);
    let (icon, text, tip) = match (pausing, state.is_over(), state.can_pause()) {
        (true, ..) => (Icon::Pause, "Pausing…", "Pauses after the current optimiser step"),
        (_, true, _) => (Icon::Play, "Run again", "The run has ended. Starts it again with the same seed (Space)"),
        (_, _, true) => (Icon::Pause, "Pause", "Pause after the current optimiser step (Space)"),
        _ => (Icon::Play, "Run", "Run rounds until you pause (Space)"),
    };
    let name = text.trim_end_matches('…');
    if IconButton::new(icon, name, tip)
        .text(text)
        .primary()
        .enabled(!pausing && !stopping && !resetting)
        .show(ui)
        .clicked()
    {
        action = Some(BarAction::RunOrPause);
    }
    let can_step = state.generator.ready && !state.is_over() && !stopping && !resetting;
    let text = |t: &'static str| if wide { t } else { "" };
    let step = IconButton::new(Icon::StepMinibatches, "Step minibatches", "Run N optimiser steps, then pause (↓)");
    if step.text(text("Step")).enabled(can_step).show(ui).clicked() {
        action = Some(BarAction::StepMinibatches);
    }
    if wide {
        let drag = egui::DragValue::new(&mut state.step_size).range(1..=10_000).speed(0.2).max_decimals(0);
        let response = ui.add_sized([34.0, theme::CONTROL_HEIGHT], drag);
        response
            .on_hover_text("Optimiser steps (minibatches) per Step")
            .accessible_name("Optimiser steps (minibatches) per Step");
    }
    let round = IconButton::new(
        Icon::StepRound,
        "Step round",
        "Run to the end of the current round of every strategy, then pause (→)",
    );
    if round.text(text("Round")).enabled(can_step).show(ui).clicked() {
        action = Some(BarAction::StepRound);
    }
    let stop = IconButton::new(Icon::Stop, "Stop", "End the experiment here; completed rounds are kept");
    let stop_text = if stopping { "Stopping…" } else { text("Stop") };
    if stop.text(stop_text).enabled(!state.is_over() && !stopping && !resetting).show(ui).clicked() {
        action = Some(BarAction::Stop);
    }
    let reset_text = if resetting { "Resetting…" } else { text("Reset") };
    if IconButton::new(Icon::Reset, "Reset", "Start again with the same seed, which gives the same history")
        .text(reset_text)
        .enabled(!resetting)
        .show(ui)
        .clicked()
    {
        action = Some(BarAction::Reset);
    }
    if IconButton::new(Icon::NewSeed, "Reset with a new seed", "Start again with the next seed")
        .enabled(!resetting)
        .show(ui)
        .clicked()
    {
        action = Some(BarAction::ResetNewSeed);
    }
    action
}

fn device_badge(ui: &mut Ui, state: &AppState, theme: &Theme) {
    let name = match state.device {
        DeviceKind::Cpu => "CPU",
        DeviceKind::Gpu => "GPU",
    };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), theme::bold_font(size::CAPTION), theme.weak);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(14.0, 6.0), Sense::hover());
    ui.painter().rect_stroke(rect, CornerRadius::same(4), Stroke::new(1.0, theme.line), egui::StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme.weak);
    let text = if state.device_name.is_empty() {
        format!("Computing on the {name}")
    } else {
        format!("Computing on: {}", state.device_name)
    };
    response.on_hover_text(text);
}
