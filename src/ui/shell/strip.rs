//! The strip under the bar: the stations of the pipeline, the present phase, and the time left.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontId, Galley, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2};

use crate::engine::protocol::Phase;
use crate::experiment::{GeneratorKind, Task};
use crate::target::nets;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{AppState, Pending};
use crate::world::GeneratorFrom;

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

/// How much of each station there is room for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Detail {
    /// Its name, and its fact in at most this width.
    Fact(f32),
    Name,
    /// Its dot; the present one keeps its name.
    Dot,
}

const DETAILS: [Detail; 5] =
    [Detail::Fact(f32::INFINITY), Detail::Fact(150.0), Detail::Fact(90.0), Detail::Name, Detail::Dot];
/// Width of a station's dot with the space behind it, and the space between two stations.
const DOT: f32 = 14.0;
const GAP: f32 = 24.0;
/// The largest share of the strip that the text at the right takes.
const PROGRESS_SHARE: f32 = 0.5;

/// A station as laid out.
struct Laid {
    station: Station,
    name: Option<Arc<Galley>>,
    fact: Option<Arc<Galley>>,
}

impl Laid {
    fn of(ui: &Ui, station: Station, detail: Detail, theme: &Theme) -> Self {
        let [ink, fact_ink] = match station.state {
            Stage::Now => [theme.accent, theme.weak],
            Stage::Done => [theme.text, theme.weak],
            Stage::Ahead => [theme.faint, theme.faint],
        };
        let named = detail != Detail::Dot || station.state == Stage::Now;
        let name = named.then(|| line(ui, station.name, theme::bold_font(NAME_SIZE), ink, f32::INFINITY));
        let fact = match detail {
            Detail::Fact(most) => Some(line(ui, &station.fact, theme::font(FACT_SIZE), fact_ink, most)),
            Detail::Name | Detail::Dot => None,
        };
        Self { station, name, fact }
    }

    fn width(&self) -> f32 {
        let text = self.name.iter().chain(&self.fact).map(|galley| galley.size().x).fold(0.0, f32::max);
        DOT + text
    }

    fn draw(self, ui: &Ui, left: f32, rect: Rect, theme: &Theme) {
        let y = rect.center().y - 1.0;
        let painter = ui.painter();
        let dot = pos2(left + 4.0, y);
        match self.station.state {
            Stage::Done => {
                painter.circle_filled(dot, 3.5, theme.good);
            }
            Stage::Now => {
                painter.circle_filled(dot, 3.5, theme.accent);
                painter.circle_stroke(dot, 6.0, Stroke::new(1.2, theme.accent.gamma_multiply(0.6)));
            }
            Stage::Ahead => {
                painter.circle_stroke(dot, 3.0, Stroke::new(1.2, theme.faint));
            }
        }
        let right = left + self.width();
        let named = match &self.fact {
            Some(_) => y + 1.0,
            None => y + 0.5 * self.name.as_ref().map_or(0.0, |name| name.size().y),
        };
        if let Some(name) = self.name {
            painter.galley(pos2(left + DOT, named - name.size().y), name, theme.text);
        }
        if let Some(fact) = self.fact {
            painter.galley(pos2(left + DOT, y + 1.0), fact, theme.weak);
        }
        let Station { name, fact, tip, .. } = self.station;
        let area = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        let response = ui.interact(area, ui.scope_id().with(name), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {fact}")));
        response.on_hover_text(format!("{name}: {fact}\n{tip}"));
    }
}

const NAME_SIZE: f32 = size::CAPTION + 0.5;
const FACT_SIZE: f32 = size::CAPTION - 0.5;

/// Text in one line of at most this width, cut off with an ellipsis.
fn line(ui: &Ui, text: &str, font: FontId, ink: Color32, most: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, ink);
    job.wrap = TextWrapping::truncate_at_width(most);
    ui.painter().layout_job(job)
}

/// The state of each station: data, generator, latent space, sampler, labels, target; and the progress.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let rect = ui.available_rect_before_wrap();
    let state = &*cx.state;
    let end = rect.right() - progress(ui, rect, cx) - space::L;
    let room = end - rect.left() - space::M;
    let laid = |detail| -> Vec<Laid> {
        stations(state).into_iter().map(|station| Laid::of(ui, station, detail, cx.theme)).collect()
    };
    let width = |laid: &[Laid]| laid.iter().map(|l| l.width() + GAP).sum::<f32>() - GAP;
    let shown = DETAILS.into_iter().map(laid).find(|laid| width(laid) <= room);
    let mut x = rect.left() + space::M;
    for (i, laid) in shown.unwrap_or_default().into_iter().enumerate() {
        if i > 0 {
            ui.painter().hline(x - 14.0..=x - 4.0, rect.center().y - 1.0, Stroke::new(1.0, cx.theme.faint));
        }
        let width = laid.width();
        laid.draw(ui, x, rect, cx.theme);
        x += width + GAP;
    }
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
    let fraction = if state.progress.phase.is_busy() { state.progress.fraction() } else { None };
    widgets::progress_line(ui.painter(), line, fraction, cx.theme);
    ui.allocate_rect(rect, Sense::hover());
}

/// The text at the right: phase, progress, time left. Returns its width.
fn progress(ui: &Ui, rect: Rect, cx: &Cx<'_>) -> f32 {
    let p = &cx.state.progress;
    let mut first = words::capital(cx.state.pending.map_or(p.phase.label(), |pending| match pending {
        Pending::Pausing => "pausing",
        Pending::Stopping => "stopping",
        Pending::Resetting => "starting a session",
        Pending::Repeating => "adding a repeat",
    }));
    if p.total > 0 && p.phase.is_busy() {
        first += &format!("  {} %", 100 * p.done / p.total);
    }
    let mut parts = Vec::new();
    let repeats = cx.state.repeats();
    if let Some(run) = p.run.filter(|_| repeats > 1) {
        parts.push(format!("repeat {} of {repeats}", cx.state.repeat_of(run)));
    }
    if p.round > 0 {
        parts.push(format!("round {} of {}", p.round, cx.state.experiment.rounds));
    }
    parts.extend(p.run.map(|run| cx.state.variant_name(run)));
    if p.phase == Phase::Paused && p.run.is_some() {
        parts.push(format!("{} of {} minibatches", p.done, p.total));
    }
    if p.phase == Phase::Paused && cx.state.pending.is_none() && cx.state.is_waiting() {
        parts.push("round 1 waits for Run (Space)".into());
    }
    if let Some(eta) = p.eta_seconds.filter(|e| *e >= 1.0 && e.is_finite() && p.phase.is_busy()) {
        parts.push(format!("{} left", words::about(eta)));
    }
    let second = parts.join("  ·  ");
    let ink = match p.phase {
        Phase::Failed => cx.theme.error,
        _ if p.phase.is_busy() || cx.state.pending.is_some() => cx.theme.accent,
        _ => cx.theme.text,
    };
    let most = PROGRESS_SHARE * rect.width();
    let upper = line(ui, &first, theme::bold_font(size::BODY), ink, most);
    let lower = line(ui, &second, theme::font(size::CAPTION), cx.theme.weak, most);
    let width = upper.size().x.max(lower.size().x) + space::L;
    let right = rect.right() - space::L;
    let y = rect.center().y + if second.is_empty() { 7.0 } else { -1.0 };
    ui.painter().galley(pos2(right - upper.size().x, y - upper.size().y), upper, ink);
    ui.painter().galley(pos2(right - lower.size().x, y + 1.0), lower, cx.theme.weak);
    let area = Rect::from_min_max(pos2(rect.right() - width, rect.top()), rect.max);
    let text = if second.is_empty() { first } else { format!("{first}\n{second}") };
    let response = ui.interact(area, ui.scope_id().with("progress"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Progress: {text}")));
    response.on_hover_text(text);
    width
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
    let label = e.generator.label();
    let generator = match (&state.generator.from, state.generator.losses.last()) {
        (Some(GeneratorFrom::Cache), _) if e.generator.is_trained() => format!("{label}, from the cache"),
        (Some(GeneratorFrom::File(_)), _) if e.generator.is_trained() => format!("{label}, from a file"),
        (_, Some((epoch, _))) if !ready => format!("{label}, epoch {epoch:.1}"),
        _ => label.to_owned(),
    };
    let bought = state.live_runs().filter_map(|r| r.records().last().map(|r| r.labels)).max().unwrap_or(0);
    let variant = |(name, runs): (String, Vec<_>)| match runs.len() {
        1 => name,
        n => format!("{name} \u{d7}{n}"),
    };
    let runs: Vec<String> = state.variants_with_runs().into_iter().map(variant).collect();
    vec![
        Station {
            name: "Data",
            fact: data,
            state: stage(matches!(phase, Phase::LoadingData | Phase::CheckingMasks | Phase::ReadingImages), has_data),
            tip: "The images that samples are chosen from (the set D)".into(),
        },
        Station {
            name: "Generator",
            fact: generator,
            state: stage(*phase == Phase::TrainingGenerator, ready || *phase == Phase::Encoding),
            tip: match e.generator {
                GeneratorKind::Vae => {
                    "Learns to make images from codes, without labels: a variational autoencoder G (Tables S9 and S10)"
                        .into()
                }
                GeneratorKind::ConvVae => {
                    "Learns to make images from codes, without labels: a variational autoencoder G of convolutions"
                        .into()
                }
                GeneratorKind::Pca => {
                    "Makes images from codes along the principal components of all images: a linear map G".into()
                }
                GeneratorKind::Plaque => {
                    "Draws each vessel from its own parameters: a decoder without error, which no other data have"
                        .into()
                }
                GeneratorKind::Codes => "Codes of your own, from a file: no images can be made from them".into(),
                GeneratorKind::AlphaGan => {
                    "Learns to make images from codes, without labels: an adversarial autoencoder G (Tables S1 to S5)"
                        .into()
                }
            },
        },
        Station {
            name: "Latent space",
            fact: format!("{} dimensions", e.latent_dim),
            state: stage(*phase == Phase::Encoding, ready),
            tip: "The codes of all images, by the generator's encoder: E(x)".into(),
        },
        Station {
            name: "Sampler",
            fact: runs.join("; "),
            state: stage(*phase == Phase::Proposing, rounds),
            tip:
                "Proposes what to label next: SNN steps towards higher loss in latent space and takes the nearest image"
                    .into(),
        },
        Station {
            name: "Labels",
            fact: match e.dataset.task() {
                Task::Classes if stand_in.is_some() => format!("{} each, stand-in", words::thousands(bought)),
                Task::Classes => format!("{} each", words::thousands(bought)),
                Task::Maps => {
                    let seconds = state.live_runs().map(|r| r.labelling_cost().seconds).sum();
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
            tip: format!("The network that learns from the labels: the target F ({})", nets::info(e.network()).table)
                .into(),
        },
    ]
}
