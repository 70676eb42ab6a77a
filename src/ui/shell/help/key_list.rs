//! The list of keys and of what the mouse does in the latent view.

use egui::{CornerRadius, RichText, Sense, Ui, vec2};

use crate::ui::kit::theme::{self, Theme, bold, size, space};
use crate::ui::shell::action::Action;
use crate::ui::shell::actions::{ACTIONS, workspaces};

const ROW: f32 = 20.0;
/// Width of a column with two groups of rows side by side.
const COLUMN: f32 = 320.0;

const MOUSE: &[(&str, &str)] = &[
    ("Drag", "Turn (3-D), move (2-D)"),
    ("Right or Shift drag", "Move"),
    ("Wheel", "Zoom to the pointer"),
    ("Double click", "Reset the camera"),
    ("Click", "Select a sample"),
    ("Ctrl click", "Start a walk at a sample"),
    ("Drag, box or lasso", "Select a region"),
];

/// The groups that stand in the second column.
const RIGHT: [&str; 3] = ["Files and changes", "Latent view", "Walks"];

pub fn ui(ui: &mut Ui) {
    let two = ui.available_width() >= 2.0 * COLUMN;
    ui.columns(if two { 2 } else { 1 }, |columns| {
        let last = columns.len() - 1;
        for (group, rows) in ACTIONS {
            let ui = &mut columns[if RIGHT.contains(group) { last } else { 0 }];
            heading(ui, group);
            for of in rows.iter().filter(|row| !row.keys.is_empty()) {
                row(ui, &of.key(), of.name, of.help);
                if of.action == Action::NextWorkspace {
                    let last = workspaces().filter(|(action, ..)| !action.key().is_empty()).count();
                    row(ui, &format!("Ctrl 1 … {last}"), "A workspace, from left to right", "In the order of the bar");
                }
            }
            ui.add_space(space::S);
        }
        let ui = &mut columns[last];
        heading(ui, "Mouse in the latent view");
        MOUSE.iter().for_each(|(does, what)| row(ui, does, what, what));
    });
}

fn heading(ui: &mut Ui, text: &str) {
    let theme = Theme::of(ui.visuals());
    ui.label(bold(text).size(size::CAPTION + 0.5).color(theme.weak));
}

fn row(ui: &mut Ui, key: &str, what: &str, help: &str) {
    let theme = Theme::of(ui.visuals());
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.spacing_mut().interact_size.y = ROW;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let galley = ui.painter().layout_no_wrap(key.to_owned(), theme::bold_font(size::CAPTION), theme.text);
        let (rect, _) = ui.allocate_exact_size(vec2((galley.size().x + 12.0).max(26.0), ROW), Sense::hover());
        ui.painter().rect_filled(rect, CornerRadius::same(4), theme.field);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme.text);
        ui.label(RichText::new(what).color(theme.weak)).on_hover_text(help);
    });
}
