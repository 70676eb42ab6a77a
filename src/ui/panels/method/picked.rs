//! A proposal without a step: the sample, how its strategy picked it, and what lies around it.

use egui::{Rect, RichText, Stroke, Ui, UiBuilder, Vec2, pos2, vec2};

use super::covered::{self, CoveredMemo};
use super::map::{Map, Plane};
use super::step::{self, MAP, POINT};
use crate::experiment::Strategy;
use crate::history::{Coverage, Kernel, Proposal};
use crate::ui::kit::facts::{fact, heading, norm};
use crate::ui::kit::theme::{bold_font, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;

/// Half the side of the map, as a multiple of the distance to the nearest labelled sample.
const AROUND: f32 = 1.6;
/// Half the side without a labelled sample, in standard deviations of the embedding.
const ALONE: f32 = 1.0;
/// Largest side of the image.
const IMAGE: f32 = 150.0;

/// Half the side of the map of a coverage, as a multiple of the kernel's width, and how far from the plane dots may be.
const KERNELS: f32 = 1.7;

/// The proposal with its index in its round.
pub fn ui(ui: &mut Ui, area: Rect, (index, proposal): (usize, &Proposal), memo: &mut CoveredMemo, cx: &mut Cx<'_>) {
    let side = (MAP * area.width()).min(area.height());
    let record = cx.state.shown_record();
    let (coverage, picks) = (record.and_then(|r| r.coverage.clone()), record.map_or(0, |r| r.proposals.len()));
    let at = Rect::from_min_size(area.min, Vec2::splat(side));
    let around = map(ui, at, (index, proposal.sample), coverage.as_ref(), memo, cx);
    let right = Rect::from_min_max(pos2(area.left() + side + space::L, area.top()), area.max);
    let image = IMAGE.min(right.height() / 2.0);
    step::bought(ui, Rect::from_min_size(right.min, Vec2::splat(image)), proposal, cx);
    let text = Rect::from_min_max(right.min + vec2(image + space::L, 0.0), right.max);
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| {
        let round = cx.state.shown_round();
        let strategy = cx.state.experiment_in(round).strategy_in(round);
        heading(ui, &format!("{} labelled a {}", strategy.label(), cx.state.class_name(proposal.label)));
        ui.label(strategy.help());
        let quiet = |text: &str| RichText::new(text).size(size::CAPTION).color(cx.theme.weak);
        if let Some(score) = proposal.score {
            fact(ui, cx.theme, "score", &words::significant(score));
            ui.label(quiet(strategy.score()));
        }
        let sigmas = |length: f32| words::fixed(length / cx.state.generator.latent_scale.max(f32::EPSILON), 2);
        if let Some(distance) = around.nearest {
            fact(ui, cx.theme, "nearest labelled before", &format!("{} σ away", sigmas(distance)));
        }
        if let Some(coverage) = &coverage {
            let (name, tip) = match coverage.kernel {
                Kernel::Gaussian(_) => ("bandwidth h", "A sample at this distance from x is covered to 37 %, exp(-1)"),
                Kernel::Ball(_) => ("radius of a ball", "A sample that is nearer to x is covered, another is not"),
            };
            fact(ui, cx.theme, name, &format!("{} σ", sigmas(coverage.kernel.width())));
            ui.label(quiet(tip));
            fact(ui, cx.theme, "picked", &format!("{} of {} in its round", index + 1, words::thousands(picks)));
            if let Some(own) = around.own {
                fact(ui, cx.theme, "x itself, covered before", &format!("{:.0} %", 100.0 * own));
            }
            if let Some([low, middle, high]) = coverage.weights.map(|w| w.map(|u| words::fixed(u, 2))) {
                let text = format!("{low}, {middle} and {high}");
                fact(ui, cx.theme, "quartiles of the weights u", &text);
                ui.label(quiet("what a sample of the pool counts: the target's doubt about it"));
            }
        }
        let without = cx.state.shown_record().is_some_and(|r| r.proposals.iter().all(|p| p.step.is_none()));
        if round > 1 && without && strategy.takes_steps() {
            let text =
                "Its step is not in this history, which was saved without steps: only what was labelled is known.";
            ui.label(RichText::new(text).color(cx.theme.warning));
        }
        if round == 1 && strategy != Strategy::Random {
            ui.label(RichText::new("In round 1 nothing was labelled and nothing learned.").color(cx.theme.weak));
        }
    });
}

/// What the map shows in numbers.
#[derive(Debug, Default)]
struct Around {
    /// The distance to the nearest sample that was labelled before.
    nearest: Option<f32>,
    /// How far the sample itself was covered.
    own: Option<f32>,
}

/// The latent space around a sample, with the sphere of its kernel, if it covers, or that up to the nearest sample that
/// was labelled before.
fn map(
    ui: &Ui,
    rect: Rect,
    (index, sample): (usize, u32),
    coverage: Option<&Coverage>,
    memo: &mut CoveredMemo,
    cx: &Cx<'_>,
) -> Around {
    let dim = cx.snapshot.latent_dim.max(1);
    let Some(codes) = &cx.snapshot.codes else { return Around::default() };
    let code = |sample: usize| codes.get(sample * dim..(sample + 1) * dim);
    let Some(own) = code(sample as usize) else { return Around::default() };
    let labelled = cx.shown_snapshot().map(|r| r.labelled_in.as_slice()).unwrap_or_default();
    let before = 1..cx.state.shown_round();
    let mut nearest: Vec<(f32, &[f32])> = Vec::new();
    for (at, _) in labelled.iter().enumerate().filter(|(_, round)| before.contains(&usize::from(**round))) {
        let Some(other) = code(at) else { continue };
        let away: Vec<f32> = other.iter().zip(own).map(|(a, b)| a - b).collect();
        nearest.push((norm(&away), other));
    }
    nearest.sort_by(|a, b| a.0.total_cmp(&b.0));
    let other = |i: usize| nearest.get(i).map_or(own, |(_, code)| code);
    let distance = nearest.first().map(|(distance, _)| *distance);
    let plane = Plane::through([own, other(0), other(1)]);
    let (middle, there) = (plane.place(own).0, plane.place(other(0)).0);
    // A kernel without an end is shown as any other sample.
    let coverage = coverage.filter(|c| c.kernel.width().is_finite() && c.kernel.width() > 0.0);
    let kernel = coverage.map(|c| KERNELS * c.kernel.width());
    let reach = kernel.or(distance.map(|r| AROUND * r)).unwrap_or(ALONE * cx.state.generator.latent_scale).max(1e-4);
    let map = Map::new(ui, rect, plane, middle, reach, cx);
    let (x, n) = (map.at(middle), map.at(there));
    let mut found = Around { nearest: distance, own: None };
    let (radius, note) = match coverage {
        Some(coverage) => {
            let covered = covered::around(memo, &map, reach / 2.0, index, coverage, cx);
            covered.paint(&map, cx);
            found.own = Some(covered.own);
            let circle = match coverage.kernel {
                Kernel::Gaussian(_) => "circle: bandwidth h",
                Kernel::Ball(_) => "circle: its ball",
            };
            let note = format!(
                "around the sample x; coloured: what x adds; grey: covered before; faint: not covered; {circle}"
            );
            (Some(coverage.kernel.width()), note)
        }
        None => {
            map.dots(reach / 2.0, cx);
            let note = "latent space around the sample x; ringed: labelled before; circle: to the nearest of these";
            (distance, note.to_owned())
        }
    };
    if let Some(radius) = radius {
        map.painter.circle_stroke(x, radius * map.scale(), Stroke::new(1.5, cx.theme.accent));
    }
    if distance.is_some() {
        map.painter.circle(n, POINT, cx.theme.text, Stroke::new(2.0, cx.theme.panel));
    }
    map.painter.circle(x, POINT, cx.theme.accent, Stroke::new(2.0, cx.theme.panel));
    let name = map.painter.layout_no_wrap("x".to_owned(), bold_font(size::BODY), cx.theme.text);
    map.painter.galley(x + vec2(8.0, -20.0), name, cx.theme.text);
    map.note(&note, cx);
    found
}
