//! What egui paints over the latent view: ticks, letters, the length of a step, the legend, and the cards.

use egui::{Align2, CornerRadius, FontId, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2};

use super::canvas;
use super::field::FieldLayer;
use super::scene::{self as scene, Coloring, Layers};
use super::{Hovered, ViewOptions};
use crate::engine::protocol::{Command, Phase};
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, Theme, bold, size, space};
use crate::ui::kit::widgets::{self, Icon, IconButton};
use crate::ui::panel::Cx;
use crate::ui::panels::explore::pins as pins_panel;
use crate::ui::state::BrushTool;
use crate::view::{Camera, LatentView, Tick};

/// Distance of overlays from the canvas's edge.
const EDGE: f32 = space::M;
/// Side of the image in the hover card: four screen points for a pixel of 28.
const HOVER_IMAGE: f32 = 112.0;
const LEGEND_ROW: f32 = 18.0;
/// Lower pictures leave out the notes and the scale, which would lie on the legend.
const ROOM_FOR_NOTES: f32 = 280.0;
/// Height of a line of facts about a sample.
const FACT_ROW: f32 = 16.0;
/// Ticks keep this far from the edge, and overlays at the bottom keep clear of them.
const TICK_INSET: Vec2 = vec2(14.0, 9.0);
const ABOVE_TICKS: f32 = 16.0;

/// Before there are codes: what is going on, and what will appear.
pub fn waiting(ui: &mut Ui, cx: &Cx<'_>) {
    let p = &cx.state.progress;
    let (title, body) = match p.phase {
        Phase::Failed => {
            ("No latent space", "The run failed; the message says why. Change the settings and press Apply & reset.")
        }
        Phase::Idle | Phase::LoadingData => (
            "The latent space will appear here",
            "The images are being read. A variational autoencoder then lays them out, similar ones close together, and you will see it happen.",
        ),
        _ => (
            "The latent space is forming",
            "The generator learns to lay the images out, similar ones close together. The first picture of it comes within seconds.",
        ),
    };
    widgets::empty_state(ui, title, body);
}

/// Numbers along the axes.
pub fn ticks(ui: &Ui, rect: Rect, ticks: &[Tick], scale: f32, cx: &Cx<'_>) {
    let painter = ui.painter_at(rect);
    for tick in ticks {
        let outward = vec2(tick.outward.x, tick.outward.y);
        let at = rect.min + vec2(tick.px.x, tick.px.y) / scale + outward * 11.0;
        let at = at.clamp(rect.min + TICK_INSET, rect.max - TICK_INSET);
        let text = format!("{:.*}", tick.decimals, tick.value);
        painter.text(at, Align2::CENTER_CENTER, text, theme::font(size::CAPTION - 1.0), cx.theme.faint);
    }
}

/// The letter of each walk at its end.
pub fn walk_letters(ui: &Ui, rect: Rect, camera: &Camera, scale: f32, layers: Layers, cx: &Cx<'_>) {
    if !layers.walks {
        return;
    }
    let painter = ui.painter_at(rect);
    let seen = cx.state.seen_walks();
    let many = seen.len() > scene::MANY_WALKS;
    let hovered = cx.state.focus.walk_point.map(|w| w.walk);
    for walk in &seen {
        if many && !scene::is_selected(walk, cx.state) && hovered != Some(walk.walk.id) {
            continue;
        }
        let place = scene::walk_places(walk).last().and_then(|p| camera.project((*p).into()));
        let Some(at) = place else { continue };
        let center = rect.min + vec2(at.px.x, at.px.y) / scale + vec2(12.0, -12.0);
        letter_badge(&painter, center, &walk.walk.letters(), scene::walk_color(walk, cx.state, cx.theme), cx.theme);
    }
}

/// The number of each pinned point beside it.
pub fn pin_numbers(ui: &Ui, rect: Rect, camera: &Camera, scale: f32, cx: &Cx<'_>) {
    for pin in &cx.state.pins.pins {
        let place = scene::position(&pin.code).into();
        let at = canvas::on_screen(rect, camera, scale, place).filter(|at| rect.contains(*at));
        if let Some(at) = at {
            pins_panel::badge(ui, at + vec2(11.0, -9.0), pin.id, cx);
        }
    }
}

/// Rings round what is hovered, here or in another panel: painted, so that the picture need not be drawn again.
pub fn rings(ui: &Ui, rect: Rect, camera: &Camera, view: &LatentView, hovered: Hovered, scale: f32, cx: &Cx<'_>) {
    let painter = ui.painter_at(rect);
    let ring = |place: Option<glam::Vec3>, radius: f32| {
        if let Some(at) = place.and_then(|p| camera.project(p)) {
            let center = rect.min + vec2(at.px.x, at.px.y) / scale;
            painter.circle_stroke(center, radius + 1.5, Stroke::new(1.5, cx.theme.canvas));
            painter.circle_stroke(center, radius, Stroke::new(2.0, cx.theme.accent));
        }
    };
    match cx.state.focus.walk_point {
        Some(w) => ring(scene::walk_place(cx.state, w).map(glam::Vec3::from), 9.0),
        None => ring(hovered.sample.and_then(|s| view.point_position(s as usize)), 7.0),
    }
}

/// A letter in a disc of the walk's colour.
pub fn letter_badge(painter: &egui::Painter, center: Pos2, letters: &str, color: egui::Color32, theme: &Theme) {
    painter.circle(center, 8.5, color, Stroke::new(1.5, theme.canvas));
    painter.text(center, Align2::CENTER_CENTER, letters, theme::bold_font(size::CAPTION), theme.canvas);
}

/// How long a step of alpha is in this picture.
pub fn scale_bar(ui: &Ui, rect: Rect, camera: &Camera, scale: f32, cx: &Cx<'_>) {
    let length = cx.state.experiment.alpha * cx.state.generator.latent_scale;
    let px = length / camera.units_per_px() / scale;
    if !(length > 0.0 && px.is_finite()) || rect.height() < ROOM_FOR_NOTES {
        return;
    }
    let painter = ui.painter_at(rect);
    let longest = (rect.width() - 2.0 * EDGE).max(1.0);
    let text = format!("one step: α = {} σ = {:.*}", cx.state.experiment.alpha, decimals(length), length);
    let galley = painter.layout_no_wrap(text, theme::font(size::CAPTION), cx.theme.weak);
    let width = px.min(longest);
    let right = rect.right() - EDGE;
    let y = rect.bottom() - EDGE - 2.0 - ABOVE_TICKS;
    let stroke = Stroke::new(2.0, cx.theme.accent);
    painter.hline(right - width..=right, y, stroke);
    for x in [right - width, right] {
        painter.vline(x, y - 4.0..=y + 4.0, stroke);
    }
    painter.galley(pos2(right - galley.size().x, y - 8.0 - galley.size().y), galley, cx.theme.weak);
}

/// Decimals that leave two digits of a length.
fn decimals(length: f32) -> usize {
    const DIGITS: f32 = 2.0;
    (DIGITS - 1.0 - length.log10().floor()).clamp(0.0, 6.0) as usize
}

/// What the colours say; a click on a class leaves it alone in colour.
pub fn legend(ui: &mut Ui, rect: Rect, coloring: Coloring, cx: &mut Cx<'_>) {
    let left = beside_ticks(cx);
    let top_left = rect.min + vec2(EDGE + left, EDGE);
    match coloring {
        Coloring::Class | Coloring::Predicted => class_legend(ui, top_left, rect, cx),
        Coloring::Loss => {
            let step = cx.state.experiment.dataset.task().loss_step();
            let marks = [0.0, 0.1, 1.0, scene::LOSS_TOP].map(|l| (scene::loss_ramp(l), format!("{}", l * step)));
            let title = format!("loss of F(x), {}", cx.state.experiment.dataset.task().loss_unit());
            ramp_legend(ui, top_left, &title, &marks, cx.theme);
        }
        Coloring::Correct => {
            let [right, wrong] = scene::correctness(cx.theme);
            let rows = [(right, "correct"), (wrong, "wrong"), (cx.theme.faint, "not yet predicted")];
            for (i, (color, name)) in rows.into_iter().enumerate() {
                let y = top_left.y + LEGEND_ROW * (i as f32 + 0.5);
                ui.painter().circle_filled(pos2(top_left.x + 5.0, y), 4.5, color);
                ui.painter().text(
                    pos2(top_left.x + 16.0, y),
                    Align2::LEFT_CENTER,
                    name,
                    theme::font(size::CAPTION),
                    cx.theme.weak,
                );
            }
        }
        Coloring::Round => {
            let rounds = cx.state.experiment.rounds;
            let last = rounds.saturating_sub(1).max(1);
            let marks = [1, rounds.div_ceil(2), rounds].map(|r| ((r.max(1) - 1) as f32 / last as f32, r.to_string()));
            ramp_legend(ui, top_left, "round in which it was labelled", &marks, cx.theme);
        }
    }
}

/// In the plane the numbers of the vertical axis stand at the left edge; overlays stand beside them.
fn beside_ticks(cx: &Cx<'_>) -> f32 {
    const TICK_WIDTH: f32 = 18.0;
    const FLAT_DIMS: usize = 2;
    if cx.snapshot.latent_dim <= FLAT_DIMS { TICK_WIDTH } else { 0.0 }
}

fn class_legend(ui: &mut Ui, top_left: Pos2, rect: Rect, cx: &mut Cx<'_>) {
    let classes = cx.state.dataset.as_ref().map(|d| d.classes.clone()).unwrap_or_default();
    let font = theme::font(size::CAPTION + 0.5);
    for (class, name) in classes.iter().enumerate() {
        let class = class as u8;
        let galley = ui.painter().layout_no_wrap(name.clone(), font.clone(), egui::Color32::PLACEHOLDER);
        let row = Rect::from_min_size(
            top_left + vec2(-4.0, LEGEND_ROW * f32::from(class)),
            vec2(galley.size().x + 26.0, LEGEND_ROW),
        );
        if row.bottom() > rect.bottom() - EDGE {
            break;
        }
        let response = ui.interact(row, ui.scope_id().with(("class", class)), Sense::click());
        let only = cx.state.focus.class == Some(class);
        response
            .widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, only, format!("Only class {name}")));
        let faded = cx.state.focus.class.is_some() && !only;
        let color = theme::class_color(class).gamma_multiply(if faded { 0.35 } else { 1.0 });
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(row, CornerRadius::same(4), cx.theme.field);
        }
        ui.painter().circle_filled(pos2(row.left() + 9.0, row.center().y), 4.5, color);
        let ink = if faded { cx.theme.faint } else { cx.theme.text };
        ui.painter().galley(pos2(row.left() + 20.0, row.center().y - galley.size().y / 2.0), galley, ink);
        let tip = if only { "Show all classes again" } else { "Leave only this class in colour" };
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
            cx.state.focus.class = (!only).then_some(class);
        }
    }
}

fn ramp_legend(ui: &Ui, top_left: Pos2, title: &str, marks: &[(f32, String)], theme: &Theme) {
    const STEPS: usize = 48;
    let bar = Rect::from_min_size(top_left + vec2(0.0, 20.0), vec2(144.0, 8.0));
    let font = theme::font(size::CAPTION);
    ui.painter().text(top_left + vec2(0.0, 6.0), Align2::LEFT_CENTER, title, font.clone(), theme.weak);
    for i in 0..STEPS {
        let x = bar.left() + bar.width() * i as f32 / STEPS as f32;
        let cell = Rect::from_min_size(pos2(x, bar.top()), vec2(bar.width() / STEPS as f32 + 0.5, bar.height()));
        ui.painter().rect_filled(cell, CornerRadius::ZERO, theme.ramp(i as f32 / (STEPS - 1) as f32));
    }
    for (t, text) in marks {
        let x = bar.left() + bar.width() * t.clamp(0.0, 1.0);
        ui.painter().vline(x, bar.bottom()..=bar.bottom() + 3.0, Stroke::new(1.0, theme.faint));
        ui.painter().text(pos2(x, bar.bottom() + 11.0), Align2::CENTER_CENTER, text, font.clone(), theme.weak);
    }
}

/// How much of the ground covers what lies under words.
const NOTE_GROUND: f32 = 0.8;

/// Plain words at the bottom left about what is seen.
pub fn notes(ui: &Ui, rect: Rect, options: ViewOptions, cx: &Cx<'_>) {
    if rect.height() < ROOM_FOR_NOTES {
        return;
    }
    let mut lines = Vec::new();
    let run = cx.snapshot.runs.iter().find(|r| r.strategy == cx.state.focus.strategy);
    let total = cx.state.dataset.as_ref().map_or(0, |d| d.train.len());
    if cx.snapshot.forming {
        lines.push(("Forming: the generator still trains".to_owned(), cx.theme.accent));
    } else if let Some(record) = cx.state.shown_record() {
        lines.push((
            format!("{} of {} labelled", widgets::thousands(record.labels), widgets::thousands(total)),
            cx.theme.weak,
        ));
    } else if total > 0 {
        lines.push((format!("{} images", widgets::thousands(total)), cx.theme.weak));
    }
    let asks = options.field.layer != FieldLayer::None || options.coloring.wants_scores() || cx.state.probing.is_some();
    // The round whose weights are asked, where the playhead is not at the present.
    let asked = cx.state.weights_round().filter(|_| asks);
    let ended = |r: usize| cx.state.shown_run().is_some_and(|run| run.rounds.iter().any(|x| x.round == r));
    match asked.filter(|r| ended(*r)) {
        Some(round) if run.is_some_and(|run| !run.kept.contains(&round)) => {
            let text = format!("No weights of round {round} are kept: no field, probe or prediction of it");
            lines.push((text, cx.theme.warning));
        }
        Some(round) if cx.state.shown_stop().is_some() => {
            let text = format!("Field, probe and predictions: of the end of round {round}, the nearest weights kept");
            lines.push((text, cx.theme.weak));
        }
        _ => {}
    }
    if let Some(selection) = &cx.state.brush.selection {
        let text = format!("{} selected (Esc clears); more in Regions", widgets::thousands(selection.samples.len()));
        lines.push((text, cx.theme.accent));
    }
    if scene::has_hidden_axes(cx.snapshot.latent_dim) {
        lines.push((format!("Axes 1 to 3 of {}; neighbours are found in all", cx.snapshot.latent_dim), cx.theme.weak));
    }
    if options.coloring.wants_scores() {
        let scored = run.and_then(|r| r.scores.as_ref()).map_or(0, |s| s.scored);
        if scored < total {
            lines.push((
                format!("Predictions: {} of {} so far", widgets::thousands(scored), widgets::thousands(total)),
                cx.theme.weak,
            ));
        }
    }
    if cx.state.probing.is_some() {
        lines.push(("Probe: drag in the picture; Shift drag moves it".to_owned(), cx.theme.accent));
    }
    if cx.state.brush.tool != BrushTool::Off {
        lines.push(("Drag selects; right or Shift drag moves; Esc ends".to_owned(), cx.theme.accent));
    }
    let font: FontId = theme::font(size::CAPTION);
    for (i, (text, color)) in lines.iter().rev().enumerate() {
        let left = beside_ticks(cx);
        let at = pos2(rect.left() + EDGE + left, rect.bottom() - EDGE - ABOVE_TICKS - 15.0 * i as f32 + 4.0);
        let painter = ui.painter_at(rect);
        let galley = painter.layout_no_wrap(text.clone(), font.clone(), *color);
        let place = Align2::LEFT_BOTTOM.anchor_size(at, galley.size());
        // Ticks of a turned box and points may lie there, too.
        painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, cx.theme.canvas.gamma_multiply(NOTE_GROUND));
        painter.galley(place.min, galley, *color);
    }
}

/// The sample under the pointer: image, label, prediction, loss, round.
pub fn hover_card(ui: &Ui, hovered: Hovered, cx: &mut Cx<'_>) {
    let (Some(sample), Some(dataset)) = (hovered.sample, cx.state.dataset.clone()) else { return };
    if sample as usize >= dataset.train.len() {
        return;
    }
    let id = egui::Id::unique("latent hover");
    egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, egui::PopupAnchor::Pointer).gap(16.0).show(|ui| {
        ui.horizontal_top(|ui| {
            if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
                images::show(ui, &texture, HOVER_IMAGE, "Hovered sample");
            }
            ui.vertical(|ui| {
                ui.set_min_width(132.0);
                ui.spacing_mut().item_spacing.y = 3.0;
                sample_facts(ui, sample, cx);
                if let Some(w) = hovered.walk_point {
                    let letters = crate::ui::state::walk_letters(w.walk);
                    let text = if w.point == 0 {
                        format!("walk {letters}, start")
                    } else {
                        format!("walk {letters}, step {}", w.point)
                    };
                    ui.label(egui::RichText::new(text).color(cx.theme.accent));
                }
            });
        });
    });
}

/// Label, prediction, loss and round of a sample, a line each.
pub fn sample_facts(ui: &mut Ui, sample: u32, cx: &Cx<'_>) {
    let Some(dataset) = &cx.state.dataset else { return };
    let label = dataset.train.label(sample as usize);
    ui.spacing_mut().interact_size.y = FACT_ROW;
    ui.label(
        egui::RichText::new(format!("sample {}", widgets::thousands(sample as usize)))
            .size(size::CAPTION)
            .color(cx.theme.faint),
    );
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        widgets::swatch(ui, theme::class_color(label), false);
        ui.label(bold(cx.state.class_name(label)));
        ui.label(egui::RichText::new("true label").color(cx.theme.weak));
    });
    match cx.state.inspections.get(&sample) {
        Some(i) if !i.probabilities.is_empty() => {
            let best = i.probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((class, p)) = best {
                let right = class == usize::from(label);
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    widgets::swatch(ui, theme::class_color(class as u8), false);
                    ui.label(bold(cx.state.class_name(class as u8)).color(if right {
                        cx.theme.text
                    } else {
                        cx.theme.error
                    }));
                    ui.label(egui::RichText::new(format!("predicted, {:.0} %", 100.0 * p)).color(cx.theme.weak));
                });
            }
            ui.label(
                egui::RichText::new(format!("loss {:.3} {}", i.loss, cx.state.experiment.dataset.task().loss_unit()))
                    .color(cx.theme.weak),
            );
        }
        _ => {
            ui.label(egui::RichText::new("no prediction yet").color(cx.theme.faint));
        }
    }
    let text = match cx.state.bought(sample) {
        Some((1, _)) => "labelled in round 1 (initial set)".to_owned(),
        Some((round, _)) => format!("labelled in round {round}"),
        None => "not labelled".to_owned(),
    };
    ui.label(egui::RichText::new(text).color(cx.theme.weak));
}

/// The selected sample at the top right, with what can be done with it.
pub fn selection_card(ui: &mut Ui, rect: Rect, cx: &mut Cx<'_>) {
    let (Some(sample), Some(dataset)) = (cx.state.focus.sample, cx.state.dataset.clone()) else { return };
    if sample as usize >= dataset.train.len() || rect.width() < 360.0 {
        return;
    }
    cx.inspect.want(ui.ctx(), cx.state, sample, cx.now, cx.commands);
    let width = 232.0;
    let card = Rect::from_min_size(pos2(rect.right() - EDGE - width, rect.top() + EDGE), vec2(width, 140.0));
    ui.painter().rect(
        card,
        CornerRadius::same(8),
        cx.theme.panel.gamma_multiply(0.94),
        Stroke::new(1.0, cx.theme.line),
        StrokeKind::Inside,
    );
    ui.scope_builder(UiBuilder::new().max_rect(card.shrink(space::S)), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal_top(|ui| {
            if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
                images::show(ui, &texture, 56.0, "Selected sample");
            }
            ui.vertical(|ui| sample_facts(ui, sample, cx));
        });
        let y = card.bottom() - space::S - theme::CONTROL_HEIGHT;
        let row = Rect::from_min_max(
            pos2(card.left() + space::S, y),
            pos2(card.right() - space::S, card.bottom() - space::S),
        );
        ui.scope_builder(
            UiBuilder::new().max_rect(row).layout(egui::Layout::right_to_left(egui::Align::Center)),
            |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                if IconButton::new(Icon::Close, "Clear selection", "Clear the selection (Esc)").show(ui).clicked() {
                    cx.state.focus.sample = None;
                }
                let tip =
                    "Starts a walk without re-selection at this sample (also: Ctrl click). It moves once a round.";
                if IconButton::new(Icon::Play, "Start a walk here", tip).text("Start a walk here").show(ui).clicked() {
                    cx.commands.push(Command::AddWalk { sample });
                }
            },
        );
    });
}
