//! The right column: search, the point that is looked at with its neighbours, and what is selected.

use std::sync::Arc;

use egui::{Align, ComboBox, CornerRadius, Label, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use super::shown::Shown;
use super::thumbs::{Thumb, Thumbs};
use crate::points::{Near, Values};
use crate::ui::kit::facts::{self, fact, heading};
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, CONTROL_HEIGHT, Theme, size, space};

use crate::ui::kit::words::{significant, thousands};

/// Sides of the image of the point that is looked at, and of those of its neighbours.
const LARGE: f32 = 128.0;
const SMALL: f32 = 30.0;
/// Height of a neighbour without an image.
const ROW: f32 = 21.0;
/// Classes of a selection that are counted.
const COUNTED: usize = 8;

/// The column; true if what is selected is to be written.
pub fn ui(ui: &mut Ui, shown: &mut Shown, thumbs: &mut Thumbs, focus_search: bool, theme: &Theme) -> bool {
    heading(ui, "Search");
    search(ui, shown, focus_search, theme);
    let mut export = false;
    ScrollArea::vertical().id_salt("details").auto_shrink(false).show(ui, |ui| {
        heading(ui, "Selection");
        export = selection(ui, shown, theme);
        heading(ui, "Point");
        match shown.point {
            Some(point) => one(ui, shown, thumbs, point, theme),
            None => {
                let text = "Click a point to see its metadata, its image and its neighbours.";
                ui.add(Label::new(RichText::new(text).color(theme.weak)).wrap());
            }
        }
    });
    export
}

fn search(ui: &mut Ui, shown: &mut Shown, focus: bool, theme: &Theme) {
    let points = Arc::clone(&shown.points);
    let columns = &points.columns;
    if columns.is_empty() {
        let text = "There are no metadata to search. Metadata… at the left opens a table with a row a point.";
        ui.add(Label::new(RichText::new(text).color(theme.weak)).wrap());
        return;
    }
    let chosen = shown.search.column;
    let is_number = chosen.is_some_and(|c| columns[c].range().is_some());
    let hint = if is_number { "3, >3, 3..5" } else { "Word or value" };
    let tip = "Finds what has this in its metadata, whatever the case; =word finds whole values, and in a column of \
               numbers >3, <=3 and 3..5 find ranges (/)";
    let width = ui.available_width();
    let field = TextEdit::singleline(&mut shown.search.text).desired_width(width - space::M).hint_text(hint);
    let response = ui.add(field).on_hover_text(tip).accessible_name("Search the metadata");
    if focus {
        response.request_focus();
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("in").color(theme.weak));
        let name = chosen.map_or("any column", |c| columns[c].name.as_str());
        let list = ComboBox::new("search in", "").width(110.0).truncate().selected_text(name).show_ui(ui, |ui| {
            ui.selectable_value(&mut shown.search.column, None, "any column");
            for (place, column) in columns.iter().enumerate() {
                ui.selectable_value(&mut shown.search.column, Some(place), &column.name);
            }
        });
        list.response.on_hover_text("The column that is searched").accessible_name("Search in");
    });
    ui.horizontal(|ui| {
        ui.set_min_height(CONTROL_HEIGHT);
        let (found, searches) = (shown.search.result(), shown.search.is_running());
        let text = match &found {
            _ if searches => "searching…".into(),
            Some(found) if found.len() == 1 => "1 found".into(),
            Some(found) => format!("{} found", thousands(found.len())),
            None => String::new(),
        };
        ui.label(RichText::new(text).color(theme.weak));
        if let Some(found) = found.filter(|f| !f.is_empty()) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // Until then it is what the text before has found.
                let select = ui.add_enabled(!searches, egui::Button::new("Select"));
                if select.on_hover_text("Selects what is found, and ends the search").clicked() {
                    shown.search.text.clear();
                    shown.select(found.to_vec());
                }
            });
        }
    });
}

/// What is selected, by the classes that colour it; true if it is to be written.
fn selection(ui: &mut Ui, shown: &mut Shown, theme: &Theme) -> bool {
    if shown.selection.is_empty() {
        let text = "Draw a box or a lasso round points (S), or select what a search finds.";
        ui.add(Label::new(RichText::new(text).color(theme.weak)).wrap());
        return false;
    }
    let (mut export, mut clear) = (false, false);
    ui.horizontal(|ui| {
        ui.set_min_height(CONTROL_HEIGHT);
        ui.label(format!("{} points", thousands(shown.selection.len())));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            clear = ui.button("Clear").on_hover_text("Selects nothing (Esc)").clicked();
            let tip = "Writes row, metadata and coordinates of each selected point as CSV";
            export = ui.button("Export…").on_hover_text(tip).clicked();
        });
    });
    ui.spacing_mut().item_spacing.y = 2.0;
    for (class, count) in counted(shown) {
        fact(ui, theme, &class, &thousands(count));
    }
    if clear {
        shown.select(Vec::new());
    }
    export
}

/// How many of the selected points are of each class of the column in colour, the most first.
fn counted(shown: &Shown) -> Vec<(String, usize)> {
    let Some(Values::Classes { names, of }) = shown.colour.map(|c| &shown.points.columns[c].values) else {
        return Vec::new();
    };
    let mut counts = vec![0; names.len()];
    for point in shown.selection.iter() {
        if let Some(count) = counts.get_mut(usize::from(of[*point as usize])) {
            *count += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = names.iter().cloned().zip(counts).filter(|(_, n)| *n > 0).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if counts.len() > COUNTED {
        let others = counts.split_off(COUNTED - 1);
        let sum = others.iter().map(|(_, count)| count).sum();
        counts.push((format!("{} others", thousands(others.len())), sum));
    }
    counts
}

/// The point that is looked at: image, metadata, coordinates, neighbours.
fn one(ui: &mut Ui, shown: &mut Shown, thumbs: &mut Thumbs, point: u32, theme: &Theme) {
    match thumbs.get(ui, shown, point) {
        Thumb::Image(texture) => {
            images::show(ui, &texture, LARGE, "Image of the point");
        }
        Thumb::Waiting => {
            ui.allocate_space(vec2(LARGE, LARGE));
        }
        Thumb::Broken(why) => {
            ui.add(Label::new(RichText::new(format!("Its image {why}")).color(theme.warning)).wrap());
        }
        Thumb::None => {}
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        fact(ui, theme, "Row", &thousands(shown.points.row(point as usize)));
        for (place, column) in shown.points.columns.iter().enumerate() {
            fact(ui, theme, &column.name, &shown.points.cell(place, point as usize));
        }
        fact(ui, theme, "Coordinates", &facts::vector(shown.points.code(point as usize)));
    });
    heading(ui, "Neighbours").on_hover_text("The nearest points in all dimensions (Euclidean)");
    let Some(near) = shown.near().map(<[_]>::to_vec) else {
        ui.label(RichText::new("searching…").color(theme.weak));
        return;
    };
    let mut next = None;
    ui.spacing_mut().item_spacing.y = 1.0;
    for near in near {
        if neighbour(ui, shown, thumbs, near, theme) {
            next = Some(near.point);
        }
    }
    if next.is_some() {
        shown.look_at(ui.ctx(), next);
    }
}

/// A neighbour: its image, what it is, its distance; true if it was clicked.
fn neighbour(ui: &mut Ui, shown: &Shown, thumbs: &mut Thumbs, near: Near, theme: &Theme) -> bool {
    let thumb = thumbs.get(ui, shown, near.point);
    let height = if matches!(thumb, Thumb::None) { ROW } else { SMALL + 2.0 };
    let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let number = shown.points.row(near.point as usize);
    let column = shown.colour.or(if shown.points.columns.is_empty() { None } else { Some(0) });
    let what = column.map(|c| shown.points.cell(c, near.point as usize).into_owned()).unwrap_or_default();
    let name = format!("Row {}", thousands(number));
    let text = if what.is_empty() { name.clone() } else { format!("{name}, {what}") };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Neighbour: {text}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(row, CornerRadius::same(4), theme.field);
    }
    let mut left = row.left() + 4.0;
    if let Thumb::Image(texture) = &thumb {
        images::paint(ui, texture, Rect::from_min_size(row.min + vec2(1.0, 1.0), vec2(SMALL, SMALL)));
    }
    if !matches!(thumb, Thumb::None) {
        left += SMALL + 2.0;
    }
    let font = theme::font(size::CAPTION + 0.5);
    let distance = ui.painter().layout_no_wrap(significant(near.distance), font.clone(), theme.weak);
    let right = row.right() - distance.size().x - 6.0;
    let mut job = egui::text::LayoutJob::simple_singleline(text, font, theme.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - left - space::S).max(20.0));
    let galley = ui.painter().layout_job(job);
    let middle = |height: f32| row.center().y - height / 2.0;
    ui.painter().galley(egui::pos2(left, middle(galley.size().y)), galley, theme.text);
    ui.painter().galley(egui::pos2(right, middle(distance.size().y)), distance, theme.weak);
    let tip = "A click looks at this point; the number is its distance in all dimensions";
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked()
}
