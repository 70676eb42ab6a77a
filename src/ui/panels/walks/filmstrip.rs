//! The right half of Figure 4: one row per walk, with the decoded p' above the real neighbour that was chosen.

use std::sync::Arc;

use egui::{Color32, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::engine::protocol::Command;
use crate::experiment::Strategy;
use crate::trajectory::Verdict;
use crate::ui::kit::facts::norm;
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words;
use crate::ui::panel::{Cx, Panel};
use crate::ui::panels::latent::scene::walk_color;
use crate::ui::state::{SeenWalk, Walk, WalkPoint};

/// The panel.
#[derive(Debug, Default)]
pub struct FilmstripPanel;

/// Side of an image, and the spacing of images and rows.
const SIDE: f32 = 37.0;
const GAP: f32 = 4.0;
const LETTER_COLUMN: f32 = 28.0;
const LABEL_HEIGHT: f32 = 15.0;

impl Panel for FilmstripPanel {
    fn title(&self) -> &'static str {
        "Filmstrip"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let mut walks: Vec<Seen> = cx.state.seen_walks().iter().map(|w| Seen::of(w, cx)).collect();
        if let Some(selected) = cx.state.lab.selected {
            walks.sort_by_key(|w| w.walk.id != selected);
        }
        if walks.is_empty() && cx.state.shown_walks().next().is_some() {
            let text = "No walk has the chosen verdict. Press X, or choose another verdict in the table of walks.";
            return widgets::empty_state(ui, "No such walk", text);
        }
        if walks.is_empty() {
            let body = match (cx.state.shown_experiment().strategy, cx.state.experiment.walks) {
                (_, 0) => "Ctrl-click a point of the latent view to start a walk there; it moves once a round.".to_owned(),
                (Strategy::Random, _) => "Random sampling takes no steps. Show SNN's run to see its walks, or Ctrl-click a point to start one.".to_owned(),
                (_, n) => format!("After round 1, {n} walks start automatically at labelled samples and move once a round. Ctrl-click a point of the latent view to start one there."),
            };
            return widgets::empty_state(ui, "Images of the walks", &body);
        }
        let margin = egui::Margin { left: space::S as i8, right: space::S as i8, top: 6, bottom: 4 };
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            let text = "above: decoded p'    below: the real neighbour and its label";
            ui.add(egui::Label::new(egui::RichText::new(text).size(size::CAPTION).color(cx.theme.faint)).truncate());
            let rows = |ui: &mut Ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                for seen in &walks {
                    row(ui, seen, cx);
                }
            };
            ScrollArea::both().auto_shrink(false).stick_to_right(true).id_salt("filmstrip").show(ui, rows);
        });
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let any = cx.state.shown_walks().next().is_some();
        let small = |text: &str| egui::Button::new(egui::RichText::new(text).size(size::CAPTION)).small();
        if ui.add_enabled(any, small("Clear")).on_hover_text("Remove the walks that were started by hand").clicked() {
            cx.commands.push(Command::ClearWalks);
        }
        if ui
            .add_enabled(any, small("Step walks"))
            .on_hover_text("Take one more step with every walk, using the present target")
            .clicked()
        {
            cx.commands.push(Command::StepWalks);
        }
    }
}

/// A shown walk: the number of its points, its colour and its verdict.
struct Seen {
    walk: Arc<Walk>,
    points: usize,
    color: Color32,
    verdict: Option<Verdict>,
}

impl Seen {
    fn of(walk: &SeenWalk<'_>, cx: &Cx<'_>) -> Self {
        Self {
            walk: Arc::clone(walk.walk),
            points: walk.points,
            color: walk_color(walk, cx.state, cx.theme),
            verdict: walk.judgement.map(|j| j.verdict),
        }
    }
}

fn row(ui: &mut Ui, seen: &Seen, cx: &mut Cx<'_>) {
    let walk = &*seen.walk;
    let height = 2.0 * SIDE + GAP / 2.0 + LABEL_HEIGHT;
    let width = LETTER_COLUMN + seen.points as f32 * (SIDE + GAP);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    if let Some(verdict) = seen.verdict {
        response.on_hover_text(format!("Walk {}: {}", walk.letters(), verdict.label()));
    }
    let color = seen.color;
    let lit = cx.state.focus.walk_point.is_some_and(|h| h.walk == walk.id);
    if lit {
        ui.painter().rect_filled(rect.expand(3.0), CornerRadius::same(6), cx.theme.field.gamma_multiply(0.6));
    }
    for point in 0..seen.points {
        let left = rect.left() + LETTER_COLUMN + point as f32 * (SIDE + GAP);
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(SIDE, height));
        if ui.is_rect_visible(cell) {
            tile(ui, walk, point, cell, cx);
        }
    }
    // The letter stays visible when the row scrolls, above the images.
    let left = rect.left().max(ui.clip_rect().left());
    let column = Rect::from_min_size(pos2(left, rect.top()), vec2(LETTER_COLUMN - GAP, height));
    ui.painter().rect_filled(column, CornerRadius::ZERO, if lit { cx.theme.field } else { cx.theme.background });
    widgets::letter_badge(ui.painter(), pos2(left + 10.0, rect.top() + SIDE), &walk.letters(), color, cx.theme);
}

/// The two images at one point of a walk.
fn tile(ui: &mut Ui, walk: &Walk, point: usize, cell: Rect, cx: &mut Cx<'_>) {
    let (Some(dataset), Some(sample)) = (cx.state.dataset.clone(), walk.sample_at(point)) else { return };
    if sample as usize >= dataset.train.len() {
        return;
    }
    let here = WalkPoint { walk: walk.id, point };
    let response = ui.interact(cell, ui.scope_id().with(("tile", walk.id, point)), Sense::click());
    let name = format!("Walk {} point {point}: sample {sample}", walk.letters());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let step = point.checked_sub(1).and_then(|k| walk.steps.get(k));
    let decoded = step.map_or(&walk.decoded, |(_, d)| d);
    let above = Rect::from_min_size(cell.min, Vec2::splat(SIDE));
    let below = above.translate(vec2(0.0, SIDE + GAP / 2.0));
    let what = ("walk", walk.run, walk.id, point);
    let decoded = cx.images.get(ui, what, 0, dataset.shape(), decoded);
    images::paint(ui, &decoded, above);
    if let Some(texture) = cx.images.sample(ui, &dataset, sample) {
        images::paint(ui, &texture, below);
    }
    let label = dataset.train.label(sample as usize);
    let y = below.bottom() + LABEL_HEIGHT / 2.0 + 1.0;
    let name = cx.state.class_name(label);
    let galley = ui.painter().layout_no_wrap(name, theme::bold_font(size::CAPTION), cx.theme.text);
    // A name that does not fit is omitted; its colour remains.
    let fits = galley.size().x + 10.0 <= SIDE + GAP;
    let x = cell.center().x - if fits { (galley.size().x + 10.0) / 2.0 } else { 3.5 };
    ui.painter().circle_filled(pos2(x + 3.5, y), 3.5, theme::class_color(label));
    if fits {
        ui.painter().galley(pos2(x + 10.0, y - galley.size().y / 2.0), galley, cx.theme.text);
    }
    if response.hovered() {
        cx.hover_walk(Some(here));
    }
    if cx.state.focus.walk_point == Some(here) {
        let both = above.union(below).expand(1.5);
        ui.painter().rect_stroke(both, CornerRadius::same(4), Stroke::new(2.0, cx.theme.accent), StrokeKind::Outside);
    }
    if response.clicked() {
        cx.state.focus.sample = Some(sample);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(explain(walk, point, sample));
}

fn explain(walk: &Walk, point: usize, sample: u32) -> String {
    let letters = walk.letters();
    match point.checked_sub(1).and_then(|k| walk.steps.get(k)) {
        None => format!("Walk {letters} starts at sample {}", words::thousands(sample as usize)),
        Some((s, _)) => format!(
            "Walk {letters}, step {point}\nloss before {:.3} nats, |dL/dp| {:.2e}\nsnap from p' to the neighbour {:.3}\nsample {}",
            s.step.loss,
            norm(&s.step.gradient),
            s.step.snap_distance,
            words::thousands(sample as usize),
        ),
    }
}
