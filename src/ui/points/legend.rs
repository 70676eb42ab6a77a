//! What the colours mean: the classes of a column with their counts, or a bar for numbers.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, CornerRadius, Rect, ScrollArea, Sense, Stroke, TextEdit, Ui, pos2, vec2};

use super::shown::Shown;
use crate::dataset::Class;
use crate::points::Values;
use crate::ui::kit::charts;
use crate::ui::kit::theme::{self, Theme, size, space};
use crate::ui::kit::words::thousands;

const ROW: f32 = 19.0;
const BAR: f32 = 150.0;
/// From how many classes on there is a field to search them.
const MANY_CLASSES: usize = 12;
/// Marks along the bar.
const MARKS: usize = 5;

/// The legend in what is left of a column.
pub fn ui(ui: &mut Ui, shown: &mut Shown, counts: &[usize], theme: &Theme) {
    let Some(column) = shown.colour else { return };
    let points = std::sync::Arc::clone(&shown.points);
    let column = &points.columns[column];
    match &column.values {
        Values::Classes { names, .. } => {
            let classes = searched(ui, names, &mut shown.class_search);
            ui.spacing_mut().item_spacing.y = 0.0;
            let rows = ScrollArea::vertical().id_salt("classes").auto_shrink(false);
            rows.show_rows(ui, ROW, classes.len(), |ui, range| {
                for &class in &classes[range] {
                    let count = counts.get(class).copied().unwrap_or(0);
                    class_row(ui, &names[class], class as Class, count, shown, theme);
                }
            });
        }
        Values::Numbers(_) => {
            let Some([low, high]) = column.range() else { return };
            bar(ui, low, high, theme);
            let missing = column.missing();
            if missing > 0 {
                let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                let text = format!("{} without a number", thousands(missing));
                dot(ui, row, theme.faint, &text, theme.weak, row.width());
            }
        }
        Values::Texts(_) => {}
    }
}

/// The classes with what is searched in their names; with few classes all, and nothing is searched.
fn searched(ui: &mut Ui, names: &[String], search: &mut String) -> Vec<usize> {
    if names.len() > MANY_CLASSES {
        let hint = format!("Search {} classes", thousands(names.len()));
        let field = TextEdit::singleline(search).desired_width(ui.available_width() - space::M).hint_text(&hint);
        ui.add(field).on_hover_text("Lists the classes with this in their name").accessible_name(hint);
    }
    let wanted = search.trim().to_lowercase();
    (0..names.len()).filter(|class| names[*class].to_lowercase().contains(&wanted)).collect()
}

fn class_row(ui: &mut Ui, name: &str, class: Class, count: usize, shown: &mut Shown, theme: &Theme) {
    let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let only = shown.only == Some(class);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, only, format!("Only class {name}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(row, CornerRadius::same(4), theme.field);
    }
    let faded = shown.only.is_some() && !only;
    let color = theme::class_color(class).gamma_multiply(if faded { 0.35 } else { 1.0 });
    let ink = if faded { theme.faint } else { theme.text };
    let number = ui.painter().layout_no_wrap(thousands(count), theme::font(size::CAPTION), theme.faint);
    let room = row.width() - number.size().x - 12.0;
    ui.painter().galley(
        pos2(row.right() - number.size().x - 8.0, row.center().y - number.size().y / 2.0),
        number,
        theme.faint,
    );
    dot(ui, row, color, name, ink, room);
    let tip = match only {
        true => format!("{name}: a click shows all classes in colour again (Esc)"),
        false => format!("{name}: a click shows only this class in colour"),
    };
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
        shown.only = (!only).then_some(class);
    }
}

/// A disc with a name after it, cut off at the end of its room.
fn dot(ui: &Ui, row: Rect, color: Color32, name: &str, ink: Color32, room: f32) {
    ui.painter().circle_filled(pos2(row.left() + 9.0, row.center().y), 4.5, color);
    let at = pos2(row.left() + 20.0, row.center().y);
    let mut job = LayoutJob::simple_singleline(name.to_owned(), theme::font(size::CAPTION + 0.5), ink);
    job.wrap = TextWrapping::truncate_at_width((room - 20.0).max(10.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(Align2::LEFT_CENTER.anchor_size(at, galley.size()).min, galley, ink);
}

/// A vertical bar of the ramp with numbers beside it.
fn bar(ui: &mut Ui, low: f64, high: f64, theme: &Theme) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BAR), Sense::hover());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, format!("Colours from {low} to {high}")));
    let bar = Rect::from_min_size(rect.min + vec2(5.0, 8.0), vec2(10.0, BAR - 16.0));
    charts::ramp(ui.painter(), bar, |share| theme.ramp(share));
    for mark in 0..MARKS {
        let share = mark as f64 / (MARKS - 1) as f64;
        let y = bar.bottom() - bar.height() * share as f32;
        ui.painter().hline(bar.right()..=bar.right() + 3.0, y, Stroke::new(1.0, theme.faint));
        let text = number(low + (high - low) * share, high - low);
        let font = theme::font(size::CAPTION + 0.5);
        ui.painter().text(pos2(bar.right() + 8.0, y), Align2::LEFT_CENTER, text, font, theme.weak);
    }
}

/// A number with as many digits as tell apart values in a range of this width.
fn number(value: f64, width: f64) -> String {
    const SHORT: std::ops::Range<f64> = 1e-3..1e7;
    match width {
        0.0 => value.to_string(),
        w if SHORT.contains(&w) => format!("{value:.*}", (2 - w.log10().floor() as i32).clamp(0, 6) as usize),
        _ => format!("{value:.2e}"),
    }
}
