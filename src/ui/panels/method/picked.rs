//! A proposal without a step: the sample, how its strategy picked it, and what lies around it.

use egui::{Rect, RichText, Stroke, Ui, UiBuilder, Vec2, pos2, vec2};

use super::map::{Map, Plane};
use super::step::{self, MAP, POINT};
use crate::experiment::Strategy;
use crate::history::Proposal;
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

pub fn ui(ui: &mut Ui, area: Rect, proposal: &Proposal, cx: &mut Cx<'_>) {
    let side = (MAP * area.width()).min(area.height());
    let near = map(ui, Rect::from_min_size(area.min, Vec2::splat(side)), proposal.sample, cx);
    let right = Rect::from_min_max(pos2(area.left() + side + space::L, area.top()), area.max);
    let image = IMAGE.min(right.height() / 2.0);
    step::bought(ui, Rect::from_min_size(right.min, Vec2::splat(image)), proposal, cx);
    let text = Rect::from_min_max(right.min + vec2(image + space::L, 0.0), right.max);
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| {
        let round = cx.state.shown_round();
        let strategy = cx.state.experiment_in(round).strategy_in(round);
        heading(ui, &format!("{} labelled a {}", strategy.label(), cx.state.class_name(proposal.label)));
        ui.label(strategy.help());
        if let Some(score) = proposal.score {
            fact(ui, cx.theme, "score", &words::significant(score));
            ui.label(RichText::new(strategy.score()).size(size::CAPTION).color(cx.theme.weak));
        }
        if let Some(distance) = near {
            let sigmas = distance / cx.state.generator.latent_scale.max(f32::EPSILON);
            fact(ui, cx.theme, "nearest labelled before", &format!("{} σ away", words::fixed(sigmas, 2)));
        }
        if round == 1 && strategy != Strategy::Random {
            ui.label(RichText::new("In round 1 nothing was labelled and nothing learned.").color(cx.theme.weak));
        }
    });
}

/// The latent space around a sample, with the sphere up to the nearest sample that was labelled before; returns its radius.
fn map(ui: &Ui, rect: Rect, sample: u32, cx: &Cx<'_>) -> Option<f32> {
    let (dim, codes) = (cx.snapshot.latent_dim.max(1), cx.snapshot.codes.as_ref()?);
    let code = |sample: usize| codes.get(sample * dim..(sample + 1) * dim);
    let own = code(sample as usize)?;
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
    let radius = nearest.first().map(|(distance, _)| *distance);
    let plane = Plane::through([own, other(0), other(1)]);
    let (middle, there) = (plane.place(own).0, plane.place(other(0)).0);
    let reach = radius.map_or(ALONE * cx.state.generator.latent_scale, |r| AROUND * r).max(1e-4);
    let map = Map::new(ui, rect, plane, middle, reach, cx);
    map.dots(reach / 2.0, cx);
    let (x, n) = (map.at(middle), map.at(there));
    if let Some(radius) = radius {
        map.painter.circle_stroke(x, radius * map.scale(), Stroke::new(1.5, cx.theme.accent));
        map.painter.circle(n, POINT, cx.theme.text, Stroke::new(2.0, cx.theme.panel));
    }
    map.painter.circle(x, POINT, cx.theme.accent, Stroke::new(2.0, cx.theme.panel));
    let name = map.painter.layout_no_wrap("x".to_owned(), bold_font(size::BODY), cx.theme.text);
    map.painter.galley(x + vec2(8.0, -20.0), name, cx.theme.text);
    map.note("latent space around the sample x; ringed: labelled before; circle: to the nearest of these", cx);
    radius
}
