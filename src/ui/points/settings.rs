//! The left column: what was read, the axes of the view, and the column that colours the points.

use egui::{ComboBox, Label, RichText, ScrollArea, Ui};

use super::legend;
use super::shown::{Along, Shown};
use crate::dataset::own::tree::size as bytes;
use crate::points::{Sheet, Values};
use crate::ui::kit::facts::{fact, heading};
use crate::ui::kit::theme::{Theme, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words::thousands;

/// What was read, in words that do not change while the points are shown.
pub struct Facts {
    sheet: Sheet,
    /// How many points are of each class of each column.
    counts: Vec<Vec<usize>>,
}

impl Facts {
    pub fn new(points: &crate::points::Points) -> Self {
        Self { sheet: Sheet::new(points), counts: points.columns.iter().map(|c| c.counts()).collect() }
    }
}

/// The button that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    Metadata,
    Images,
}

/// Least height of the legend, points.
const LEGEND: f32 = 120.0;
/// Largest share of the column's height for what was read.
const READ_SHARE: f32 = 0.42;

pub fn ui(ui: &mut Ui, shown: &mut Shown, facts: &Facts, theme: &Theme) -> Option<Pressed> {
    let mut pressed = None;
    let height = (ui.available_height() * READ_SHARE).min(ui.available_height() - LEGEND).max(60.0);
    heading(ui, "What was read");
    ScrollArea::vertical().id_salt("read").auto_shrink([false, true]).max_height(height).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        fact(ui, theme, "Points", &thousands(facts.sheet.points));
        fact(ui, theme, "Dimensions", &facts.sheet.dimensions.to_string());
        fact(ui, theme, "Format", &facts.sheet.format);
        fact(ui, theme, "Memory", &bytes(facts.sheet.memory_bytes as u64));
        if let Some(images) = &facts.sheet.images {
            fact(ui, theme, "Images", images);
        }
        let mut line = |text: &str, color| {
            ui.add(Label::new(RichText::new(text).size(size::CAPTION).color(color)).wrap());
        };
        facts.sheet.warnings.iter().for_each(|warning| line(warning, theme.warning));
        facts.sheet.notes.iter().for_each(|note| line(note, theme.weak));
        for left in facts.sheet.left_out.iter().take(20) {
            line(&format!("left out: row {}, {}", left.row, left.reason), theme.weak);
        }
    });
    ui.horizontal_wrapped(|ui| {
        let tip = "A table (TSV or CSV) with a row a point, with or without a header";
        if ui.button("Metadata…").on_hover_text(tip).clicked() {
            pressed = Some(Pressed::Metadata);
        }
        let tip = "A folder with an image a point, or a sprite: one image with all of them";
        if ui.button("Images…").on_hover_text(tip).clicked() {
            pressed = Some(Pressed::Images);
        }
    });
    heading(ui, "Axes");
    axes(ui, shown);
    heading(ui, "Colour");
    colour(ui, shown);
    ui.add_space(space::XS);
    let none = Vec::new();
    let counts = shown.colour.and_then(|c| facts.counts.get(c)).unwrap_or(&none);
    legend::ui(ui, shown, counts, theme);
    pressed
}

fn axes(ui: &mut Ui, shown: &mut Shown) {
    let choices = [
        (Along::Principal, "Principal", "The directions along which the points spread most, found from all dimensions"),
        (Along::Axes, "As in the file", "Axes of the file; neighbours are found in all of them"),
    ];
    let solid = [(false, "2-D", "Two axes, seen from above"), (true, "3-D", "Three axes; drag to turn them")];
    ui.horizontal_wrapped(|ui| {
        widgets::segmented(ui, "Axes", &mut shown.place.along, &choices);
        let has_third = shown.points.dim > 2;
        widgets::segmented_where(ui, "View", &mut shown.place.solid, &solid, |solid| !solid || has_third);
        let tip = "Show how many points lie where, in the mean of their colours, in place of the points that do not stand \
                   out (D)";
        widgets::toggle(ui, &mut shown.density, "Density", tip);
    });
    if shown.place.along == Along::Axes && shown.points.dim > 2 {
        let count = if shown.place.solid { 3 } else { 2 };
        ui.horizontal_wrapped(|ui| {
            for (place, letter) in ["x", "y", "z"].into_iter().enumerate().take(count) {
                let chosen = &mut shown.place.axes[place];
                let names = &shown.points.axes;
                let list = ComboBox::new(("axis", letter), "").width(70.0).truncate().selected_text(&names[*chosen]);
                let list = list.show_ui(ui, |ui| {
                    for (axis, name) in names.iter().enumerate() {
                        ui.selectable_value(chosen, axis, name);
                    }
                });
                list.response.on_hover_text(format!("The axis of the file along {letter}")).accessible_name(
                    match letter {
                        "x" => "Axis along x",
                        "y" => "Axis along y",
                        _ => "Axis along z",
                    },
                );
            }
        });
    }
}

fn colour(ui: &mut Ui, shown: &mut Shown) {
    let before = shown.colour;
    let columns = &shown.points.columns;
    let name = shown.colour.map_or("one colour", |c| columns[c].name.as_str());
    let list = ComboBox::new("colour by", "").width(ui.available_width() - space::M).truncate().selected_text(name);
    let list = list.show_ui(ui, |ui| {
        ui.selectable_value(&mut shown.colour, None, "one colour");
        for (place, column) in columns.iter().enumerate() {
            let has_colours = !matches!(column.values, Values::Texts(_));
            ui.add_enabled_ui(has_colours, |ui| {
                let text = format!("{} ({})", column.name, column.kind());
                let tip = "Texts with more than 1,000 kinds have no colours; they can be searched";
                ui.selectable_value(&mut shown.colour, Some(place), text).on_disabled_hover_text(tip);
            });
        }
    });
    list.response.on_hover_text("The column of metadata that colours the points (C)").accessible_name("Colour by");
    if shown.colour != before {
        shown.only = None;
        shown.class_search.clear();
    }
}
