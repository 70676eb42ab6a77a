//! The strip under the bar: the stations of the pipeline, the present phase, and the time left.

use egui::{Align2, Rect, Sense, Stroke, Ui, pos2};

use crate::engine::protocol::Phase;
use crate::experiment::{GeneratorKind, Task};
use crate::target::nets;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{AppState, Pending};

pub const STRIP_HEIGHT: f32 = 44.0;

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

/// The state of each station: data, generator, latent space, sampler, labels, target.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let rect = ui.available_rect_before_wrap();
    let state = &*cx.state;
    let stations = stations(state);
    let progress_width = (rect.width() * 0.36).clamp(150.0, 400.0);
    let mut x = rect.left() + space::M;
    let end = rect.right() - progress_width - space::M;
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
    progress(ui, rect, progress_width, cx);
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
    let fraction = if state.progress.phase.is_busy() { state.progress.fraction() } else { None };
    widgets::progress_line(ui.painter(), line, fraction, cx.theme);
    ui.allocate_rect(rect, Sense::hover());
}

/// The text at the right: phase, progress, time left.
fn progress(ui: &Ui, rect: Rect, width: f32, cx: &Cx<'_>) {
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
    if let Some(run) = p.run.filter(|_| p.phase.is_busy()) {
        parts.push(cx.state.name_of(run));
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
    let runs: Vec<_> = state.planned.iter().map(|p| state.name_of(p.id)).collect();
    vec![
        Station {
            name: "Data",
            fact: data,
            state: stage(matches!(phase, Phase::LoadingData | Phase::CheckingMasks), has_data),
            tip: "The set D that samples are labelled from".into(),
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
            tip: "Codes of all images, from the generator's encoder".into(),
        },
        Station {
            name: "Sampler",
            fact: runs.join("; "),
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
                Some(origin) => format!("Samples labelled so far by each strategy. Generated samples: {origin}").into(),
                None => "Samples labelled so far by each strategy, and the total time of the labelling tool".into(),
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
