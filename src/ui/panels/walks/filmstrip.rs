//! The right half of Figure 4: one row per walk, with the decoded p' above the real neighbour that was chosen.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2};

use crate::engine::protocol::{Command, Phase};
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
pub struct FilmstripPanel {
    /// The walk of the first row; when another one comes first, the rows are scrolled back to it.
    first: Option<usize>,
}

/// Side of an image, and the spacing of images and rows.
const SIDE: f32 = 37.0;
const GAP: f32 = 4.0;
const LETTER_COLUMN: f32 = 30.0;
const LABEL_HEIGHT: f32 = 15.0;
/// Room below the labels for the scroll bar of a walk that is longer than the panel.
const SCROLL_BAR: f32 = 6.0;
const ROW: f32 = 2.0 * SIDE + GAP / 2.0 + LABEL_HEIGHT + SCROLL_BAR;

impl Panel for FilmstripPanel {
    fn title(&self) -> &'static str {
        "Filmstrip"
    }

    fn shows_walks(&self) -> bool {
        true
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let mut walks: Vec<Seen> = cx.state.seen_walks().iter().map(|w| Seen::of(w, cx)).collect();
        walks.sort_by_key(|w| w.place);
        if walks.is_empty() && cx.state.shown_walks().next().is_some() {
            let text = "No walk has the chosen verdict. Press X, or choose another verdict in the table of walks.";
            return widgets::empty_state(ui, "No such walk", text);
        }
        if walks.is_empty() {
            let body = match (cx.state.shown_experiment().strategy, cx.state.experiment.walks) {
                (_, 0) => "Ctrl-click a point of the latent view to start a walk there; it moves once a round.".to_owned(),
                (Strategy::Random, _) => "Random sampling takes no steps. Show SNN's run to see its walks, or Ctrl-click a point to start one.".to_owned(),
                _ if cx.state.progress.phase == Phase::Finished => "No walk was recorded in this run, or its history was saved without them. Ctrl-click a point of the latent view to start one there.".to_owned(),
                (_, n) => format!("After round 1, {n} walks start automatically at labelled samples and move once a round. Ctrl-click a point of the latent view to start one there."),
            };
            return widgets::empty_state(ui, "Images of the walks", &body);
        }
        let margin = egui::Margin { left: space::S as i8, right: space::S as i8, top: 6, bottom: 4 };
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            let text = "above: decoded p', below: the real neighbour and its label";
            ui.add(egui::Label::new(egui::RichText::new(text).size(size::CAPTION).color(cx.theme.faint)).truncate());
            ui.spacing_mut().item_spacing.y = 2.0;
            let mut rows = ScrollArea::vertical().auto_shrink(false).id_salt("filmstrip");
            let first = walks[0].walk.id;
            if self.first.replace(first) != Some(first) {
                rows = rows.vertical_scroll_offset(0.0);
            }
            rows.show_rows(ui, ROW, walks.len(), |ui, range| {
                for seen in &walks[range] {
                    row(ui, seen, cx);
                }
            });
        });
    }

    fn tools(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let by_hand = cx.state.walks_by_hand() > 0;
        let mut button = |text: &str, tip: &str| {
            let button = egui::Button::new(egui::RichText::new(text).size(size::CAPTION)).small();
            let response = ui.add_enabled(by_hand, button).on_hover_text(tip);
            response.on_disabled_hover_text("No walk was started by hand").clicked()
        };
        if button("Clear…", "Remove the walks that were started by hand, after asking") {
            cx.state.lab.clearing = true;
        }
        if button("Step walks", "One more step with every walk that was started by hand, using the present target (N)")
        {
            cx.commands.push(Command::StepWalks);
        }
    }
}

/// A shown walk: the number of its points, its colour, its verdict, and its place among the rows.
struct Seen {
    walk: Arc<Walk>,
    points: usize,
    color: Color32,
    verdict: Option<Verdict>,
    selected: bool,
    place: (bool, bool, isize),
}

impl Seen {
    fn of(walk: &SeenWalk<'_>, cx: &Cx<'_>) -> Self {
        // The selected walk comes first, then those started by hand, the newest on top, then the run's own.
        let by_hand = walk.walk.id >= cx.state.experiment.walks;
        let place = walk.walk.place() as isize;
        Self {
            walk: Arc::clone(walk.walk),
            points: walk.points,
            color: walk_color(walk, cx.state, cx.theme),
            verdict: walk.judgement.map(|j| j.verdict),
            selected: walk.selected,
            place: (!walk.selected, !by_hand, if by_hand { -place } else { place }),
        }
    }
}

/// One walk: its letters, and its images, which scroll by themselves if they do not fit and stay at the newest.
fn row(ui: &mut Ui, seen: &Seen, cx: &mut Cx<'_>) {
    let walk = &*seen.walk;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let lit = cx.state.focus.walk_point.is_some_and(|h| h.walk == walk.id);
    if lit || seen.selected {
        let fill = if seen.selected { cx.theme.accent_wash } else { cx.theme.field.gamma_multiply(0.6) };
        ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    }
    letters(ui, Rect::from_min_size(rect.min, vec2(LETTER_COLUMN - GAP, ROW)), seen, cx);
    let strip = Rect::from_min_max(pos2(rect.left() + LETTER_COLUMN, rect.top()), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(strip).id_salt(("walk", walk.id)), |ui| {
        ScrollArea::horizontal().auto_shrink(false).stick_to_right(true).show_viewport(ui, |ui, visible| {
            let width = seen.points as f32 * (SIDE + GAP);
            let (images, _) = ui.allocate_exact_size(vec2(width, ROW - SCROLL_BAR), Sense::hover());
            let first = (visible.left() / (SIDE + GAP)).max(0.0) as usize;
            let end = ((visible.right() / (SIDE + GAP)).ceil() as usize).min(seen.points);
            for point in first..end {
                let left = images.left() + point as f32 * (SIDE + GAP);
                tile(ui, walk, point, Rect::from_min_size(pos2(left, images.top()), vec2(SIDE, images.height())), cx);
            }
        });
    });
}

/// The letters of a walk with its number of steps; a click selects the walk.
fn letters(ui: &mut Ui, rect: Rect, seen: &Seen, cx: &mut Cx<'_>) {
    let (walk, steps) = (&*seen.walk, seen.points - 1);
    let response = ui.interact(rect, ui.scope_id().with(("letters", walk.id)), Sense::click());
    let name = format!("Walk {} in the filmstrip", walk.letters());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, seen.selected, &name));
    let at = pos2(rect.left() + 12.0, rect.top() + SIDE);
    widgets::letter_badge(ui.painter(), at, &walk.letters(), seen.color, cx.theme);
    let font = theme::font(size::CAPTION - 1.0);
    let below = at + vec2(0.0, 18.0);
    ui.painter().text(below, egui::Align2::CENTER_CENTER, steps.to_string(), font, cx.theme.faint);
    let verdict = seen.verdict.map_or("no step yet".to_owned(), |v| format!("{}, {steps} steps", v.label()));
    let tip = format!("Walk {}: {verdict}. Click to select it; a long one scrolls sideways.", walk.letters());
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
        cx.state.lab.selected = (!seen.selected).then_some(walk.id);
    }
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
    let whole = ui.painter().layout_no_wrap(name.clone(), theme::bold_font(size::CAPTION), cx.theme.text);
    // Of a name that does not fit the beginning is shown, and all of it under the pointer.
    let (galley, gap) = if whole.size().x + 10.0 <= SIDE + GAP {
        (whole, 10.0)
    } else {
        let mut job = LayoutJob::simple_singleline(name.clone(), theme::font(size::CAPTION - 1.0), cx.theme.text);
        job.wrap = TextWrapping::truncate_at_width(SIDE - 8.0);
        (ui.painter().layout_job(job), 8.0)
    };
    let x = cell.center().x - (galley.size().x + gap) / 2.0;
    ui.painter().circle_filled(pos2(x + 3.5, y), 3.5, theme::class_color(label));
    ui.painter().galley(pos2(x + gap, y - galley.size().y / 2.0), galley, cx.theme.text);
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
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(explain(walk, point, sample, &name));
}

fn explain(walk: &Walk, point: usize, sample: u32, class: &str) -> String {
    let letters = walk.letters();
    match point.checked_sub(1).and_then(|k| walk.steps.get(k)) {
        None => format!("Walk {letters} starts at sample {}, {class}", words::thousands(sample as usize)),
        Some((s, _)) => format!(
            "Walk {letters}, step {point}\nloss before {} nats, |dL/dp| {}\nsnap from p' to the neighbour {:.3} latent units\nsample {}, {class}",
            words::fixed(s.step.loss, 3),
            words::significant(norm(&s.step.gradient)),
            s.step.snap_distance,
            words::thousands(sample as usize),
        ),
    }
}
