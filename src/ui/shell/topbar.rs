//! The bar with the buttons, and the strip under it that shows the pipeline and what is going on in it.

use egui::{Align, Align2, CornerRadius, Layout, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::workspaces::WorkspaceKind;
use crate::device::DeviceKind;
use crate::engine::protocol::Phase;
use crate::experiment::{GeneratorKind, Task};
use crate::target::nets;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::widgets::{self, IconButton};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{AppState, Pending};

/// What the user asked of the bar.
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
    Show(WorkspaceKind),
    ResetLayout,
}

/// Heights of the bar and of the strip.
pub const BAR_HEIGHT: f32 = 46.0;
pub const STRIP_HEIGHT: f32 = 44.0;
/// Widths below which parts of the bar are left out.
const WIDE: f32 = 1_060.0;
const MEDIUM: f32 = 760.0;

pub fn bar(ui: &mut Ui, cx: &mut Cx<'_>, workspace: WorkspaceKind) -> Option<BarAction> {
    let mut action = None;
    let width = ui.available_width();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        brand(ui, cx.theme, width > MEDIUM);
        let mut shown = workspace;
        let choices: Vec<_> = WorkspaceKind::ALL.iter().map(|k| (*k, k.name(), k.tip())).collect();
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
            let (icon, tip) =
                if cx.theme.dark { (Icon::Sun, "Light ground (T)") } else { (Icon::Moon, "Dark ground (T)") };
            if IconButton::new(icon, "Dark or light", tip).show(ui).clicked() {
                action = Some(BarAction::ToggleTheme);
            }
            let menu = ui.menu_button("Layout", |ui| {
                if ui.button("Show or hide the controls (B)").clicked() {
                    action = Some(BarAction::ToggleControls);
                }
                if ui.button("Put the panels back").clicked() {
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

/// The mark: a ridge, and a walk along it.
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
        (true, ..) => (Icon::Pause, "Pausing…", "Halts after the present optimiser step"),
        (_, true, _) => (Icon::Play, "Run again", "All rounds are done or stopped: from the start, same seed (Space)"),
        (_, _, true) => (Icon::Pause, "Pause", "Halt after the present optimiser step (Space)"),
        _ => (Icon::Play, "Run", "Run rounds until told otherwise (Space)"),
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
    let step = IconButton::new(
        Icon::StepMinibatches,
        "Step minibatches",
        "So many optimiser steps of the present run, then pause (↓)",
    );
    if step.text(text("Step")).enabled(can_step).show(ui).clicked() {
        action = Some(BarAction::StepMinibatches);
    }
    if wide {
        let drag = egui::DragValue::new(&mut state.step_size).range(1..=10_000).speed(0.2).max_decimals(0);
        let response = ui.add_sized([34.0, theme::CONTROL_HEIGHT], drag);
        response.on_hover_text("Minibatches of one step").accessible_name("Minibatches of one step");
    }
    let round = IconButton::new(
        Icon::StepRound,
        "Step round",
        "To the end of the present round of every strategy, then pause (→)",
    );
    if round.text(text("Round")).enabled(can_step).show(ui).clicked() {
        action = Some(BarAction::StepRound);
    }
    let stop = IconButton::new(Icon::Stop, "Stop", "End the experiment here; completed rounds stay");
    let stop_text = if stopping { "Stopping…" } else { text("Stop") };
    if stop.text(stop_text).enabled(!state.is_over() && !stopping && !resetting).show(ui).clicked() {
        action = Some(BarAction::Stop);
    }
    let reset_text = if resetting { "Resetting…" } else { text("Reset") };
    if IconButton::new(Icon::Reset, "Reset", "From the start with the same seed: the same history again")
        .text(reset_text)
        .enabled(!resetting)
        .show(ui)
        .clicked()
    {
        action = Some(BarAction::Reset);
    }
    if IconButton::new(Icon::NewSeed, "Reset with a new seed", "From the start with the next seed")
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

/// One station of the pipeline.
struct Station {
    name: &'static str,
    fact: String,
    state: Stage,
    tip: std::borrow::Cow<'static, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ahead,
    Now,
    Done,
}

/// Data, generator, latent space, sampler, labels, target: what is done, what runs, and how far it is.
pub fn strip(ui: &mut Ui, cx: &Cx<'_>) {
    let rect = ui.available_rect_before_wrap();
    let state = &*cx.state;
    let stations = stations(state);
    let words_width = (rect.width() * 0.36).clamp(150.0, 400.0);
    let mut x = rect.left() + space::M;
    let end = rect.right() - words_width - space::M;
    let y = rect.center().y - 1.0;
    for (i, s) in stations.iter().enumerate() {
        let ink = match s.state {
            Stage::Now => cx.theme.accent,
            Stage::Done => cx.theme.text,
            Stage::Ahead => cx.theme.faint,
        };
        let name = ui.painter().layout_no_wrap(s.name.to_owned(), theme::bold_font(size::CAPTION + 0.5), ink);
        let fact_ink = if s.state == Stage::Ahead { cx.theme.faint } else { cx.theme.weak };
        let fact = ui.painter().layout_no_wrap(s.fact.clone(), theme::font(size::CAPTION - 0.5), fact_ink);
        let width = name.size().x.max(fact.size().x);
        if x + 14.0 + width > end {
            break;
        }
        if i > 0 {
            ui.painter().hline(x - 14.0..=x - 4.0, y, Stroke::new(1.0, cx.theme.faint));
        }
        let dot = pos2(x + 4.0, y);
        match s.state {
            Stage::Done => {
                ui.painter().circle_filled(dot, 3.5, cx.theme.good);
            }
            Stage::Now => {
                ui.painter().circle_filled(dot, 3.5, cx.theme.accent);
                ui.painter().circle_stroke(dot, 6.0, Stroke::new(1.2, cx.theme.accent.gamma_multiply(0.6)));
            }
            Stage::Ahead => {
                ui.painter().circle_stroke(dot, 3.0, Stroke::new(1.2, cx.theme.faint));
            }
        }
        let left = x + 14.0;
        ui.painter().galley(pos2(left, y - name.size().y + 1.0), name, ink);
        ui.painter().galley(pos2(left, y + 1.0), fact, fact_ink);
        let area = Rect::from_min_max(pos2(x, rect.top()), pos2(left + width, rect.bottom()));
        ui.interact(area, ui.scope_id().with(s.name), Sense::hover()).on_hover_text(s.tip.as_ref());
        x = left + width + 24.0;
    }
    words(ui, rect, words_width, cx);
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
    let fraction = if state.progress.phase.is_busy() { state.progress.fraction() } else { None };
    widgets::progress_line(ui.painter(), line, fraction, cx.theme);
    ui.allocate_rect(rect, Sense::hover());
}

/// At the right: phase, how far, how long still.
fn words(ui: &Ui, rect: Rect, width: f32, cx: &Cx<'_>) {
    let p = &cx.state.progress;
    let mut first = words::capital(cx.state.pending.map_or(p.phase.label(), |pending| match pending {
        Pending::Pausing => "pausing",
        Pending::Stopping => "stopping",
        Pending::Resetting => "resetting",
    }));
    if p.total > 0 && p.phase.is_busy() {
        first += &format!("  {} %", 100 * p.done / p.total);
    }
    let mut parts = Vec::new();
    if p.round > 0 {
        parts.push(format!("round {} of {}", p.round, cx.state.experiment.rounds));
    }
    if let Some(s) = p.strategy.filter(|_| p.phase.is_busy()) {
        parts.push(s.label().to_owned());
    }
    if let Some(eta) = p.eta_seconds.filter(|e| e.is_finite() && p.phase.is_busy()) {
        parts.push(format!("{} left", words::duration(eta)));
    }
    let second = parts.join("  ·  ");
    let clip = Rect::from_min_max(pos2(rect.right() - width, rect.top()), rect.max);
    let painter = ui.painter_at(clip);
    let ink = match p.phase {
        Phase::Failed => cx.theme.error,
        _ if p.phase.is_busy() || cx.state.pending.is_some() => cx.theme.accent,
        _ => cx.theme.text,
    };
    let right = rect.right() - space::L;
    let y = rect.center().y - 1.0;
    let y = if second.is_empty() { y + 8.0 } else { y };
    painter.text(pos2(right, y), Align2::RIGHT_BOTTOM, first, theme::bold_font(size::BODY), ink);
    painter.text(pos2(right, y + 1.0), Align2::RIGHT_TOP, second, theme::font(size::CAPTION), cx.theme.weak);
}

fn stations(state: &AppState) -> Vec<Station> {
    let phase = &state.progress.phase;
    let e = &state.experiment;
    let stand_in = state.stand_in();
    let has_data = state.dataset.is_some();
    let ready = state.generator.ready;
    let rounds = state.latest_round() > 0;
    let stage = |now: bool, done: bool| match (now, done) {
        (true, _) => Stage::Now,
        (_, true) => Stage::Done,
        _ => Stage::Ahead,
    };
    let data = state
        .dataset
        .as_ref()
        .map_or_else(|| e.dataset.label().to_owned(), |d| format!("{} images", words::thousands(d.train.len())));
    let generator = match (state.generator.cached, state.generator.losses.last()) {
        (true, _) => format!("{}, from the cache", e.generator.label()),
        (_, Some((epoch, _))) if !ready => format!("{}, epoch {epoch:.1}", e.generator.label()),
        _ => e.generator.label().to_owned(),
    };
    let bought = state.runs.iter().filter_map(|r| r.records().last().map(|r| r.labels)).max().unwrap_or(0);
    let strategies: Vec<_> = state.strategies.iter().map(|s| s.label()).collect();
    vec![
        Station {
            name: "Data",
            fact: data,
            state: stage(matches!(phase, Phase::LoadingData | Phase::CheckingMasks), has_data),
            tip: "The set D that samples are bought from".into(),
        },
        Station {
            name: "Generator",
            fact: generator,
            state: stage(*phase == Phase::TrainingGenerator, ready || *phase == Phase::Encoding),
            tip: match e.generator {
                GeneratorKind::Vae => "A variational autoencoder, trained without labels (Tables S9 and S10)".into(),
                GeneratorKind::AlphaGan => {
                    "An adversarial autoencoder, trained without labels (Tables S1 to S5)".into()
                }
            },
        },
        Station {
            name: "Latent space",
            fact: format!("{} dimensions", e.latent_dim),
            state: stage(*phase == Phase::Encoding, ready),
            tip: "Every image embedded by the generator's encoder".into(),
        },
        Station {
            name: "Sampler",
            fact: strategies.join(", "),
            state: stage(*phase == Phase::Proposing, rounds),
            tip: "Proposes what to label next: SNN steps towards higher loss and takes the nearest neighbour".into(),
        },
        Station {
            name: "Labels",
            fact: match e.dataset.task() {
                Task::Classes if stand_in.is_some() => format!("{} each, stand-in", words::thousands(bought)),
                Task::Classes => format!("{} each", words::thousands(bought)),
                Task::Maps => {
                    let seconds = state.runs.iter().map(|r| r.labelling_cost().seconds).sum();
                    format!("{} each, {}", words::thousands(bought), words::duration(seconds))
                }
            },
            state: stage(matches!(phase, Phase::Labelling | Phase::TeachingStandIn), rounds),
            tip: match stand_in {
                Some(origin) => format!("What each strategy has had labelled so far. Made samples: {origin}").into(),
                None => {
                    "What each strategy has had labelled so far, and what the labelling tool took for all of it".into()
                }
            },
        },
        Station {
            name: "Target",
            fact: e.network().label().to_owned(),
            state: stage(matches!(phase, Phase::TrainingTarget | Phase::Evaluating), rounds),
            tip: format!("The network that learns from the labels ({})", nets::info(e.network()).table).into(),
        },
    ]
}
