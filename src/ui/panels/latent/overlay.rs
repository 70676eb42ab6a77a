//! The overlays that egui paints on the latent view: ticks, letters, rings, the scale of a step, and notes.

use egui::{Align2, FontId, Rect, Stroke, Ui, Vec2, pos2, vec2};

use super::field::FieldLayer;
use super::legend::beside_ticks;
use super::options::{Hovered, ViewOptions};
use super::scene::{self, Layers};
use super::view_texture;
use crate::engine::protocol::Phase;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::BrushTool;
use crate::view::{Camera, DensityScale, LatentView, Tick};

/// Distance of overlays from the view's edge, points.
const EDGE: f32 = space::M;
/// Views lower than this omit the notes and the scale, which would overlap the legend.
const ROOM_FOR_NOTES: f32 = 280.0;
/// Distance of ticks from the edge, and of bottom overlays from the ticks.
const TICK_INSET: Vec2 = vec2(3.0, 3.0);
const ABOVE_TICKS: f32 = 16.0;
/// Least distance from one note to the next.
const LINE: f32 = 15.0;

/// The text before there are codes: the present phase, and what will appear.
pub fn waiting(ui: &mut Ui, cx: &Cx<'_>) {
    let p = &cx.state.progress;
    let (title, body) = match p.phase {
        Phase::Failed => (
            "No latent space",
            "The run failed for the reason in the message. Change the settings and press Apply & reset.",
        ),
        Phase::Idle | Phase::LoadingData | Phase::ReadingImages => (
            "The latent space will appear here",
            "The images are being read. The generator, an autoencoder, then places similar images close together, live in this view.",
        ),
        Phase::Labelling | Phase::CheckingMasks => (
            "The latent space will appear here",
            "The generator is trained on the images once they are ready, and places similar ones close together.",
        ),
        _ => (
            "The latent space is forming",
            "The generator is learning to place similar images close together. The first view appears within seconds.",
        ),
    };
    let counted = cx.state.preparing().filter(|_| p.total > 1 && p.phase != Phase::TrainingGenerator);
    let body = counted.map_or_else(|| body.into(), |now| format!("{body} Now: {now}."));
    widgets::empty_state(ui, title, &body);
}

/// Numbers along the axes; returns their places.
pub fn ticks(ui: &Ui, rect: Rect, ticks: &[Tick], scale: f32, theme: &Theme) -> Vec<Rect> {
    let (painter, ink) = (ui.painter_at(rect), theme.faint);
    let number = |tick: &Tick| {
        let outward = vec2(tick.outward.x, tick.outward.y);
        let at = rect.min + vec2(tick.px.x, tick.px.y) / scale + outward * 11.0;
        let text = format!("{:.*}", tick.decimals, tick.value);
        let galley = painter.layout_no_wrap(text, theme::font(size::CAPTION - 1.0), ink);
        let half = galley.size() / 2.0 + TICK_INSET;
        let at = at.clamp(rect.min + half, (rect.max - half).max(rect.min + half));
        let place = Rect::from_center_size(at, galley.size());
        painter.galley(place.min, galley, ink);
        place
    };
    ticks.iter().map(number).collect()
}

/// The letter of each walk at one side of its end, clear of the others where there is room; returns their places.
pub fn walk_letters(ui: &Ui, rect: Rect, camera: &Camera, scale: f32, layers: Layers, cx: &Cx<'_>) -> Vec<Rect> {
    /// Where a letter may stand beside the end of its walk, and how far from it, points.
    const CORNERS: [Vec2; 4] = [vec2(1.0, -1.0), vec2(-1.0, -1.0), vec2(1.0, 1.0), vec2(-1.0, 1.0)];
    const FAR: [f32; 3] = [12.0, 20.0, 28.0];
    const SIDE: f32 = 18.0;
    let mut taken: Vec<Rect> = Vec::new();
    if !layers.walks {
        return taken;
    }
    let painter = ui.painter_at(rect);
    let seen = cx.state.seen_walks();
    let many = seen.len() > scene::MANY_WALKS;
    let hovered = cx.state.focus.walk_point.map(|w| w.walk);
    for walk in &seen {
        if many && !walk.selected && hovered != Some(walk.walk.id) {
            continue;
        }
        let place = scene::walk_places(walk, &cx.state.axes).last().and_then(|p| camera.project((*p).into()));
        let Some(at) = place else { continue };
        let end = rect.min + vec2(at.px.x, at.px.y) / scale;
        let is_free = |center: &egui::Pos2| {
            let place = Rect::from_center_size(*center, Vec2::splat(SIDE));
            taken.iter().all(|other| !other.intersects(place))
        };
        let mut places = FAR.into_iter().flat_map(|far| CORNERS.map(|corner| end + far * corner));
        let center = places.find(is_free).unwrap_or(end + FAR[0] * CORNERS[0]);
        let color = scene::walk_color(walk, cx.state, cx.theme);
        taken.push(widgets::letter_badge(&painter, center, &walk.walk.letters(), color, cx.theme));
    }
    taken
}

/// The number of each pinned point, next to it; returns their places.
pub fn pin_numbers(ui: &Ui, rect: Rect, camera: &Camera, scale: f32, cx: &Cx<'_>) -> Vec<Rect> {
    let painter = ui.painter_at(rect);
    let mut taken = Vec::new();
    for pin in &cx.state.pins.pins {
        let place = cx.state.axes.place(&pin.code).into();
        let at = view_texture::on_screen(rect, camera, scale, place).filter(|at| rect.contains(*at));
        if let Some(at) = at {
            taken.push(widgets::number_badge(&painter, at + vec2(11.0, -9.0), pin.id, cx.theme));
        }
    }
    taken
}

/// Rings round the points hovered here or in another panel; painted by egui, so that the view is not rendered again.
pub fn rings(ui: &Ui, rect: Rect, camera: &Camera, view: &LatentView, hovered: Hovered, scale: f32, cx: &Cx<'_>) {
    let painter = ui.painter_at(rect);
    let ring = |place: Option<glam::Vec3>, radius: f32| {
        if let Some(at) = place.and_then(|p| camera.project(p)) {
            let center = rect.min + vec2(at.px.x, at.px.y) / scale;
            painter.circle_stroke(center, radius + 1.5, Stroke::new(1.5, cx.theme.background));
            painter.circle_stroke(center, radius, Stroke::new(2.0, cx.theme.accent));
        }
    };
    match cx.state.focus.walk_point {
        Some(w) => ring(scene::walk_place(cx.state, w).map(glam::Vec3::from), 9.0),
        None => ring(hovered.sample.and_then(|s| view.point_position(s as usize)), 7.0),
    }
}

/// A scale bar with the length of a step of alpha, beside the `notes` or above them; returns its place.
pub fn scale_bar(ui: &Ui, rect: Rect, notes: Rect, camera: &Camera, scale: f32, cx: &Cx<'_>) -> Option<Rect> {
    /// Largest share of the width that the bar takes; a longer step is drawn with a break.
    const LONGEST: f32 = 0.4;
    const TICK: f32 = 4.0;
    let alpha = cx.state.shown_experiment().alpha;
    let length = alpha * cx.state.generator.latent_scale;
    let px = length / camera.units_per_px() / scale;
    if !(length > 0.0 && px.is_finite()) || rect.height() < ROOM_FOR_NOTES {
        return None;
    }
    let painter = ui.painter_at(rect);
    let longest = LONGEST * rect.width();
    let broken = px > longest;
    let more = if broken { ", longer than this bar" } else { "" };
    let text = format!("one step: {alpha} of σ (α), {:.*} in latent units{more}", decimals(length), length);
    let galley = painter.layout_no_wrap(text, theme::font(size::CAPTION), cx.theme.weak);
    let width = px.min(longest);
    let right = rect.right() - EDGE;
    let wide = galley.size().x.max(width);
    let beside = right - wide > notes.right() + EDGE;
    let bottom = if beside { rect.bottom() - EDGE - ABOVE_TICKS } else { notes.top() - space::S };
    let y = bottom - TICK / 2.0;
    let at = pos2(right - galley.size().x, y - 2.0 * TICK - galley.size().y);
    let bar = Rect::from_min_max(pos2(right - width, y - TICK), pos2(right, y + TICK));
    // No larger than what is read, so that no point beside it is hidden.
    for place in [Rect::from_min_size(at, galley.size()), bar] {
        ground(&painter, place, cx.theme);
    }
    let stroke = Stroke::new(2.0, cx.theme.accent);
    painter.hline(right - width..=right, y, stroke);
    let ends = if broken { vec![right] } else { vec![right - width, right] };
    for x in ends {
        painter.vline(x, y - TICK..=y + TICK, stroke);
    }
    if broken {
        // Two slanted strokes: the bar goes on.
        for x in [right - width, right - width + 5.0] {
            painter.line_segment([pos2(x, y + TICK), pos2(x + TICK, y - TICK)], stroke);
        }
    }
    painter.galley(at, galley, cx.theme.weak);
    Some(Rect::from_min_max(pos2(right - wide, at.y), pos2(right, y + TICK)).expand(3.0))
}

/// Number of decimals that shows two digits of a length.
fn decimals(length: f32) -> usize {
    const DIGITS: f32 = 2.0;
    (DIGITS - 1.0 - length.log10().floor()).clamp(0.0, 6.0) as usize
}

/// Opacity of the background of notes: ticks of a rotated box and points may lie under them, and stay seen.
const NOTE_GROUND: f32 = 0.55;

/// The background of a note.
fn ground(painter: &egui::Painter, place: Rect, theme: &Theme) {
    painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, theme.background.gamma_multiply(NOTE_GROUND));
}

/// What the colour of a density means.
pub fn density_words(DensityScale { points, full }: DensityScale) -> String {
    let full = if full < 10.0 { format!("{full:.1}") } else { words::thousands(full.round() as usize) };
    format!(
        "Density of {}: full colour is {full} or more in 10 \u{d7} 10 screen points; mixed colours are means",
        words::thousands(points)
    )
}

/// The notes at the bottom left; returns the place that they take.
pub fn notes(ui: &Ui, rect: Rect, options: ViewOptions, density: Option<DensityScale>, cx: &Cx<'_>) -> Rect {
    let mut taken = Rect::from_min_size(rect.left_bottom() - vec2(0.0, EDGE + ABOVE_TICKS), Vec2::ZERO);
    if rect.height() < ROOM_FOR_NOTES {
        return taken;
    }
    let mut lines = Vec::new();
    let run = cx.shown_snapshot();
    let total = cx.state.dataset.as_ref().map_or(0, |d| d.train.len());
    if cx.snapshot.forming {
        lines.push(("Forming: the generator is training".to_owned(), cx.theme.accent));
    } else if let Some(record) = cx.state.shown_record() {
        let rounds = cx.state.shown_run().map_or(&[][..], |run| &run.rounds);
        let so_far = rounds.iter().filter(|r| r.round <= record.round).flat_map(|r| &r.proposals);
        let made = so_far.filter(|p| p.made.is_some()).count();
        let [real, total] = [record.labels.saturating_sub(made), total].map(words::thousands);
        let made = if made == 0 { String::new() } else { format!(", and {} generated", words::thousands(made)) };
        lines.push((format!("{real} of {total} labelled{made}"), cx.theme.weak));
    } else if total > 0 {
        lines.push((format!("{} images", words::thousands(total)), cx.theme.weak));
    }
    let asks = options.field.layer != FieldLayer::None || options.coloring.wants_scores() || cx.state.probing.is_some();
    // The round whose weights answer questions, if the playhead is not at the present.
    let asked = cx.state.weights_round().filter(|_| asks);
    let ended = |r: usize| cx.state.shown_run().is_some_and(|run| run.rounds.iter().any(|x| x.round == r));
    match asked.filter(|r| ended(*r)) {
        Some(round) if run.is_some_and(|run| !run.kept.contains(&round)) => {
            let text = format!("The weights of round {round} are not saved: no field, probe or predictions");
            lines.push((text, cx.theme.warning));
        }
        Some(round) if cx.state.shown_stop().is_some() => {
            let text = format!("Field, probe and predictions use the nearest saved weights: end of round {round}");
            lines.push((text, cx.theme.weak));
        }
        _ => {}
    }
    if let Some(selection) = &cx.state.brush.selection {
        let place = if cx.region_shown { "" } else { "; the images are in Regions" };
        let text = match selection.title() {
            Some(title) => format!("Selected: {title} (Esc clears){place}"),
            None => format!("{} selected (Esc clears){place}", words::thousands(selection.samples.len())),
        };
        lines.push((text, cx.theme.accent));
    }
    if let Some(told) = cx.state.axes.told(cx.snapshot.latent_dim) {
        lines.push((format!("{told}; neighbours are found in all of them"), cx.theme.weak));
    }
    lines.extend(density.map(|scale| (density_words(scale), cx.theme.weak)));
    if options.coloring.wants_scores() {
        let scored = run.and_then(|r| r.scores.as_ref()).map_or(0, |s| s.scored);
        if scored < total {
            lines.push((
                format!("Predictions: {} of {} so far", words::thousands(scored), words::thousands(total)),
                cx.theme.weak,
            ));
        }
    }
    let walks = cx.state.judged_walks().len();
    if let Some(only) = cx.state.lab.only.told().filter(|_| options.layers.walks && walks > 0) {
        let seen = words::thousands(cx.state.seen_walks().len());
        let text = format!("{seen} of {} shown: {only} (all: the first chip of Walks)", words::counted(walks, "walk"));
        lines.push((text, cx.theme.accent));
    }
    if cx.state.probing.is_some() {
        lines.push(("Probe: drag to move it; Shift drag moves the view".to_owned(), cx.theme.accent));
    }
    if cx.state.brush.tool != BrushTool::Off {
        lines.push(("Drag to select; right or Shift drag moves the view; Esc ends".to_owned(), cx.theme.accent));
    }
    let font: FontId = theme::font(size::CAPTION);
    let left = beside_ticks(cx);
    let room = (rect.width() - left - 2.0 * EDGE).max(0.0);
    let mut bottom = rect.bottom() - EDGE - ABOVE_TICKS + 4.0;
    for (text, color) in lines.into_iter().rev() {
        let painter = ui.painter_at(rect);
        let galley = painter.layout(text, font.clone(), color, room);
        let place = Align2::LEFT_BOTTOM.anchor_size(pos2(rect.left() + EDGE + left, bottom), galley.size());
        ground(&painter, place, cx.theme);
        bottom -= galley.size().y.max(LINE);
        painter.galley(place.min, galley, color);
        taken = taken.union(place);
    }
    taken
}
