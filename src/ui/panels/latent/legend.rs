//! The colour legend, in a column beside the latent view so that it covers nothing; it can be folded.

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Margin, Rect, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder,
    pos2, vec2,
};
use std::sync::Arc;

use super::scene::{self, Coloring};
use crate::dataset::Class;
use crate::ui::kit::charts;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, size, space};
use crate::ui::panel::Cx;

const ROW: f32 = 18.0;
/// Height of the heading that folds the legend.
const HEAD: f32 = 24.0;
/// Width of the column while the legend is folded.
const FOLDED: f32 = 22.0;
/// Space beside the names of classes: for the swatch and the margins.
const BESIDE: f32 = 36.0;
/// Width of a column with a ramp, and height of the ramp.
const RAMP_COLUMN: f32 = 92.0;
const RAMP_HEIGHT: f32 = 132.0;
/// From how many classes on there is a field to search them, and its height.
const MANY_CLASSES: usize = 12;
const SEARCH: f32 = 22.0;
/// Narrowest column with such a field.
const SEARCH_COLUMN: f32 = 110.0;
/// Largest share of the panel that the legend takes; narrower panels have it folded.
const MOST_SHARE: f32 = 0.42;
const NARROW: f32 = 300.0;

/// What a coloring's legend consists of.
enum Content {
    /// A swatch for each class, in the order of the classes.
    Classes(Vec<String>),
    Swatches(Vec<(Color32, String)>),
    /// Marks along a ramp, 0 to 1, and a swatch for what has no value.
    Ramp {
        marks: Vec<(f32, String)>,
        none: &'static str,
    },
}

/// The column at the left of `panel`: its heading folds it, a click on a class shows only that class in colour. In a frame
/// that is `saved` as a picture nothing is painted that is there to be pressed. Returns the width.
pub fn ui(ui: &mut Ui, panel: Rect, shown: &mut bool, coloring: Coloring, saved: bool, cx: &mut Cx<'_>) -> f32 {
    let (title, content) = content(coloring, cx);
    let unfolded = *shown && panel.width() > NARROW;
    let width = if unfolded { width(ui, &title, &content).min(MOST_SHARE * panel.width()) } else { FOLDED };
    let column = Rect::from_min_size(panel.min, vec2(width, panel.height()));
    let head = Rect::from_min_size(column.min, vec2(width, HEAD));
    let response = ui.interact(head, ui.scope_id().with("legend"), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, unfolded, "Legend"));
    if !saved {
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(head.shrink(2.0), CornerRadius::same(4), cx.theme.field);
        }
        let icon = if unfolded { Icon::Unfolded } else { Icon::Folded };
        icon.paint(ui.painter(), pos2(head.left() + 12.0, head.center().y), 4.5, cx.theme.weak);
    }
    let tip = format!("The colours show {title}. Click to fold the legend or unfold it");
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
        *shown = !*shown;
    }
    if !unfolded {
        return width;
    }
    let galley = wrapped(ui, &title, width - 24.0, theme::font(size::CAPTION), cx.theme.weak);
    let top = head.top() + galley.size().y.max(HEAD - 10.0) + 10.0;
    ui.painter_at(column).galley(head.min + vec2(21.0, 5.0), galley, cx.theme.weak);
    let mut below = Rect::from_min_max(pos2(column.left(), top), column.max - vec2(0.0, space::S));
    let mut search = String::new();
    if let Content::Classes(names) = &content
        && names.len() > MANY_CLASSES
        && !saved
    {
        let field = Rect::from_min_size(below.min + vec2(6.0, 0.0), vec2(width - 12.0, SEARCH));
        search = searched(ui, field, names.len());
        below.min.y = field.bottom() + space::XS;
    }
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(below));
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ScrollArea::vertical().id_salt("legend rows").auto_shrink(false).show(ui, |ui| match content {
            Content::Classes(names) => classes(ui, &names, &search, cx),
            Content::Swatches(rows) => rows.iter().for_each(|(color, name)| swatch(ui, *color, name, cx)),
            Content::Ramp { marks, none } => {
                ramp(ui, &marks, cx);
                swatch(ui, cx.theme.faint, none, cx);
            }
        });
    });
    width
}

/// The legend's title and content.
fn content(coloring: Coloring, cx: &Cx<'_>) -> (String, Content) {
    let classes = || cx.state.dataset.as_ref().map(|d| d.classes.clone()).unwrap_or_default();
    let none = "not predicted";
    match coloring {
        Coloring::Class => ("class".into(), Content::Classes(classes())),
        Coloring::Predicted => ("predicted".into(), Content::Classes(classes())),
        Coloring::Loss => {
            let task = cx.state.experiment.dataset.task();
            let mark = |l: f32| (scene::loss_ramp(l), format!("{}", l * task.loss_step()));
            let marks = [0.0, 0.1, 1.0, scene::LOSS_TOP].map(mark).to_vec();
            (format!("loss of F(x), {}", task.loss_unit()), Content::Ramp { marks, none })
        }
        Coloring::Correct => {
            let [right, wrong] = scene::correctness(cx.theme);
            let rows = [(right, "correct"), (wrong, "wrong"), (cx.theme.faint, none)];
            ("prediction".into(), Content::Swatches(rows.map(|(color, name)| (color, name.to_owned())).to_vec()))
        }
        Coloring::Round => {
            let rounds = cx.state.experiment.rounds;
            let last = rounds.saturating_sub(1).max(1);
            let mark = |r: usize| ((r.max(1) - 1) as f32 / last as f32, r.to_string());
            let mut marks = [1, rounds.div_ceil(2), rounds].map(mark).to_vec();
            marks.dedup();
            ("round labelled".into(), Content::Ramp { marks, none: "not labelled" })
        }
    }
}

fn width(ui: &Ui, title: &str, content: &Content) -> f32 {
    let wide = |text: &str| wrapped(ui, text, f32::INFINITY, font(), Color32::PLACEHOLDER).size().x;
    let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(wide).fold(wide(title), f32::max) + BESIDE;
    match content {
        Content::Classes(names) => {
            let least = if names.len() > MANY_CLASSES { SEARCH_COLUMN } else { 0.0 };
            widest(&mut names.iter().map(String::as_str)).max(least)
        }
        Content::Swatches(rows) => widest(&mut rows.iter().map(|(_, name)| name.as_str())),
        Content::Ramp { none, .. } => RAMP_COLUMN.max(wide(none) + BESIDE),
    }
}

fn font() -> FontId {
    theme::font(size::CAPTION + 0.5)
}

fn wrapped(ui: &Ui, text: &str, width: f32, font: FontId, ink: Color32) -> Arc<Galley> {
    ui.painter().layout(text.to_owned(), font, ink, width)
}

/// The field that searches the classes; what is typed into it, in lower case.
fn searched(ui: &mut Ui, place: Rect, classes: usize) -> String {
    let id = ui.scope_id().with("searched class");
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let field = TextEdit::singleline(&mut text).hint_text("Search").font(font()).margin(Margin::symmetric(6, 2));
    let name = format!("Search {classes} classes");
    let tip = "Lists the classes with this in their name";
    let response = ui.put(place, field.desired_width(place.width() - 12.0)).on_hover_text(tip).accessible_name(name);
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    text.trim().to_lowercase()
}

fn classes(ui: &mut Ui, names: &[String], search: &str, cx: &mut Cx<'_>) {
    for (class, name) in names.iter().enumerate().filter(|(_, name)| name.to_lowercase().contains(search)) {
        let class = class as Class;
        let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
        if !ui.is_rect_visible(row) {
            continue;
        }
        let only = cx.state.focus.class == Some(class);
        response
            .widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, only, format!("Only class {name}")));
        let faded = cx.state.focus.class.is_some() && !only;
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(row.shrink2(vec2(3.0, 0.0)), CornerRadius::same(4), cx.theme.field);
        }
        let color = theme::class_color(class).gamma_multiply(if faded { 0.35 } else { 1.0 });
        let ink = if faded { cx.theme.faint } else { cx.theme.text };
        dot(ui, row, color, name, ink);
        let tip = match only {
            true => format!("{name}: a click shows all classes in colour again (Esc)"),
            false => format!("{name}: a click shows only this class in colour"),
        };
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
            cx.state.focus.class = (!only).then_some(class);
        }
    }
}

fn swatch(ui: &mut Ui, color: Color32, name: &str, cx: &Cx<'_>) {
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    dot(ui, row, color, name, cx.theme.weak);
}

/// A disc with a name after it, cut off at the end of the row.
fn dot(ui: &Ui, row: Rect, color: Color32, name: &str, ink: Color32) {
    ui.painter().circle_filled(pos2(row.left() + 13.0, row.center().y), 4.5, color);
    let at = pos2(row.left() + 23.0, row.center().y);
    let mut job = LayoutJob::simple_singleline(name.to_owned(), font(), ink);
    job.wrap = TextWrapping::truncate_at_width(row.right() - at.x);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(Align2::LEFT_CENTER.anchor_size(at, galley.size()).min, galley, ink);
}

/// A vertical ramp with its marks at the right, from the bottom.
fn ramp(ui: &mut Ui, marks: &[(f32, String)], cx: &Cx<'_>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), RAMP_HEIGHT), Sense::hover());
    let bar = Rect::from_min_size(rect.min + vec2(9.0, 8.0), vec2(9.0, RAMP_HEIGHT - 18.0));
    charts::ramp(ui.painter(), bar, |share| cx.theme.ramp(share));
    for (share, text) in marks {
        let y = bar.bottom() - bar.height() * share.clamp(0.0, 1.0);
        ui.painter().hline(bar.right()..=bar.right() + 3.0, y, Stroke::new(1.0, cx.theme.faint));
        ui.painter().text(pos2(bar.right() + 7.0, y), Align2::LEFT_CENTER, text, font(), cx.theme.weak);
    }
}

/// Left margin of overlays: in the plane, the vertical axis has its numbers at the left edge.
pub fn beside_ticks(cx: &Cx<'_>) -> f32 {
    const TICK_WIDTH: f32 = 18.0;
    const FLAT_DIMS: usize = 2;
    if cx.snapshot.latent_dim <= FLAT_DIMS { TICK_WIDTH } else { 0.0 }
}
