//! Figure 1 of the paper with what runs now: data, encoder, latent space, decoder, target, sampler, and the gradient back.

use egui::text::LayoutJob;
use egui::{Align2, CornerRadius, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::step;
use crate::engine::protocol::Phase;
use crate::engine::questions::explain::Explained;
use crate::history::{Kernel, Proposal};
use crate::ui::kit::class_bars;
use crate::ui::kit::facts::norm;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, size};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

const CARD_GAP: f32 = 26.0;
const CARD_MAX: f32 = 190.0;
/// Side of the square of images on the data card, images.
const MOSAIC: usize = 4;
/// Number of dots in the small latent space.
const DOTS: usize = 1_200;

/// One card of the pipeline.
struct Card {
    name: &'static str,
    fact: String,
    now: bool,
}

/// Figure 1: data, encoder, latent space, decoder, target, sampler, and the gradient back.
///
/// `kernel` covered latent space when the proposal was picked, if one did.
pub fn ui(
    ui: &mut Ui,
    area: Rect,
    proposal: Option<&Proposal>,
    kernel: Option<Kernel>,
    explained: Option<&Explained>,
    cx: &mut Cx<'_>,
) {
    let phase = cx.state.progress.phase.clone();
    let train = cx.state.dataset.as_ref().map_or(0, |d| d.train.len());
    let step = proposal.and_then(|p| p.step.as_ref());
    let forming = phase == Phase::TrainingGenerator;
    let cards = [
        Card {
            name: "Data D",
            fact: format!("{} images", words::thousands(train)),
            now: matches!(phase, Phase::LoadingData | Phase::ReadingImages | Phase::CheckingMasks | Phase::Labelling),
        },
        Card {
            name: "Encoder E",
            fact: if proposal.is_some_and(|p| p.step.is_none()) { "the sample x" } else { "an anchor x" }.into(),
            now: forming || phase == Phase::Encoding,
        },
        Card { name: "Latent space", fact: "p = E(x)".into(), now: phase == Phase::Encoding },
        Card { name: "Decoder G", fact: "G(p)".into(), now: forming },
        Card {
            name: "Target F",
            fact: step.map_or("F(G(p)), loss".into(), |s| format!("loss {}", words::fixed(s.loss, 3))),
            now: matches!(phase, Phase::TrainingTarget | Phase::Evaluating | Phase::Rerunning),
        },
        Card { name: "Sampler", fact: format!("{} proposes", cx.state.shown_name()), now: phase == Phase::Proposing },
    ];
    let count = cards.len() as f32;
    let width = ((area.width() - (count - 1.0) * CARD_GAP) / count).min(CARD_MAX);
    let height = (area.height() - 34.0).max(40.0);
    let mut places = Vec::new();
    for (i, card) in cards.iter().enumerate() {
        let min = area.min + vec2(i as f32 * (width + CARD_GAP), 0.0);
        let rect = Rect::from_min_size(min, vec2(width, height));
        frame(ui, rect, card, cx);
        if i > 0 {
            let y = rect.center().y;
            ui.painter().arrow(
                pos2(rect.left() - CARD_GAP + 4.0, y),
                vec2(CARD_GAP - 8.0, 0.0),
                Stroke::new(1.5, cx.theme.weak),
            );
        }
        let inside = Rect::from_min_max(rect.min + vec2(10.0, 30.0), rect.max - vec2(10.0, 26.0));
        places.push(rect);
        contents(ui, i, square(inside), (proposal, kernel), explained, cx);
    }
    // The gradient of the loss goes back through target and decoder to the latent point (Eq. 1).
    let (latent, target) = (places[2], places[4]);
    let y = area.bottom() - 12.0;
    let back = Stroke::new(1.5, cx.theme.accent);
    let path = [pos2(target.center().x, target.bottom() + 3.0), pos2(target.center().x, y), pos2(latent.center().x, y)];
    ui.painter().add(Shape::line(path.to_vec(), back));
    ui.painter().arrow(path[2], vec2(0.0, latent.bottom() + 3.0 - y), back);
    let middle = pos2((latent.center().x + target.center().x) / 2.0, y);
    let text = match step {
        Some(s) => format!("gradient dL/dp, length {}", words::significant(norm(&s.gradient))),
        None => "dL/dp".to_owned(),
    };
    let galley = ui.painter().layout_no_wrap(text, theme::font(size::CAPTION), cx.theme.accent);
    let label = Rect::from_center_size(middle, galley.size());
    ui.painter().rect_filled(label.expand2(vec2(6.0, 1.0)), CornerRadius::ZERO, cx.theme.background);
    ui.painter().galley(label.min, galley, cx.theme.accent);
}

/// The largest centred square in a rectangle.
fn square(rect: Rect) -> Rect {
    Rect::from_center_size(rect.center(), Vec2::splat(rect.width().min(rect.height()).max(8.0)))
}

fn frame(ui: &mut Ui, rect: Rect, card: &Card, cx: &Cx<'_>) {
    let response = ui.interact(rect, ui.scope_id().with(card.name), Sense::hover());
    let said = if card.now { format!("{}, at work now", card.name) } else { card.name.to_owned() };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
    let (fill, edge, ink) = match card.now {
        true => (cx.theme.accent_wash, Stroke::new(1.5, cx.theme.accent), cx.theme.accent),
        false => (cx.theme.panel, Stroke::new(1.0, cx.theme.line), cx.theme.text),
    };
    let painter = ui.painter();
    painter.rect(rect, CornerRadius::same(8), fill, edge, StrokeKind::Inside);
    painter.text(
        pos2(rect.center().x, rect.top() + 15.0),
        Align2::CENTER_CENTER,
        card.name,
        theme::bold_font(size::BODY),
        ink,
    );
    let fact = pos2(rect.center().x, rect.bottom() - 13.0);
    // What does not fit ends in an ellipsis, and is whole under the pointer.
    let mut job = LayoutJob::simple(card.fact.clone(), theme::font(size::CAPTION), cx.theme.weak, rect.width() - 6.0);
    job.wrap.max_rows = 1;
    let galley = painter.layout_job(job);
    painter.galley(fact - galley.size() / 2.0, galley, cx.theme.weak);
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 26.0), rect.max);
    ui.interact(line, response.id.with("fact"), Sense::hover()).on_hover_text(&card.fact);
}

/// The picture on a card.
fn contents(
    ui: &mut Ui,
    card: usize,
    at: Rect,
    (proposal, kernel): (Option<&Proposal>, Option<Kernel>),
    explained: Option<&Explained>,
    cx: &mut Cx<'_>,
) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let step = proposal.and_then(|p| p.step.as_ref());
    match card {
        0 => {
            let side = at.width() / MOSAIC as f32;
            let every = (dataset.train.len() / (MOSAIC * MOSAIC)).max(1);
            for k in 0..MOSAIC * MOSAIC {
                if let Some(texture) = cx.images.sample(ui, &dataset, (k * every) as u32) {
                    let corner = at.min + vec2((k % MOSAIC) as f32, (k / MOSAIC) as f32) * side;
                    images::paint(ui, &texture, Rect::from_min_size(corner, Vec2::splat(side - 2.0)));
                }
            }
        }
        1 => {
            // Without a step it is the sample itself that is encoded.
            let encoded = proposal.and_then(|p| step.map(|s| s.parent).or_else(|| p.train_sample()));
            if let Some(texture) = encoded.and_then(|sample| cx.images.sample(ui, &dataset, sample)) {
                images::paint(ui, &texture, at);
            }
        }
        2 => {
            let (dim, codes) = (cx.snapshot.latent_dim, cx.snapshot.codes.clone());
            let own = proposal.and_then(|p| p.train_sample()).map(|sample| sample as usize * dim);
            let own = own.and_then(|at| codes.as_ref()?.get(at..at + dim));
            let reach = kernel.filter(|_| step.is_none()).map(Kernel::width);
            little_space(ui, at, step.map(|s| s.from.as_slice()).or(own), reach, cx);
        }
        3 => {
            if let Some(e) = explained {
                let texture =
                    cx.images.get(ui, "decoded p", cx.state.answers.explain.version, dataset.shape(), &e.decoded);
                images::paint(ui, &texture, at);
            }
        }
        4 => {
            if let Some(e) = explained.filter(|e| !e.probabilities.is_empty()) {
                class_bars::bars(ui, at, &dataset.classes, &e.probabilities, step.map(|s| s.parent_label), cx.theme);
            }
        }
        _ => {
            if let Some(p) = proposal {
                step::bought(ui, at, p, cx);
            }
        }
    }
}

/// The whole latent space as a small picture, with the anchor or the pick marked, and how far that covers others.
fn little_space(ui: &Ui, rect: Rect, p: Option<&[f32]>, reach: Option<f32>, cx: &Cx<'_>) {
    let (dim, Some(codes), Some(dataset)) = (cx.snapshot.latent_dim, &cx.snapshot.codes, &cx.state.dataset) else {
        return;
    };
    let samples = codes.len() / dim.max(1);
    let dots = (0..samples).step_by((samples / DOTS).max(1));
    let mean = |k| {
        let sum: f32 = dots.clone().filter_map(|sample| codes.get(sample * dim + k)).sum();
        sum / dots.clone().count().max(1) as f32
    };
    let centre = [mean(0), mean(1)];
    let scale = 3.2 * cx.state.generator.latent_scale.max(f32::EPSILON);
    let place = |code: &[f32]| -> Pos2 {
        let axis = |k: usize| code.get(k).map_or(0.0, |c| (c - centre[k]) / scale);
        rect.center() + vec2(axis(0), -axis(1)) * rect.width() / 2.0
    };
    let painter = ui.painter_at(rect);
    for sample in dots {
        let color = theme::class_color(dataset.train.label(sample)).gamma_multiply(0.7);
        painter.circle_filled(place(&codes[sample * dim..(sample + 1) * dim]), 1.0, color);
    }
    if let Some(p) = p {
        if let Some(reach) = reach {
            painter.circle_stroke(place(p), reach / scale * rect.width() / 2.0, Stroke::new(1.5, cx.theme.accent));
        }
        painter.circle(place(p), 4.5, cx.theme.accent, Stroke::new(1.5, cx.theme.background));
    }
}
