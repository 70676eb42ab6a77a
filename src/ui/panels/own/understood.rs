//! What was understood of own images: the facts, what may be wrong, what is left out, and what was decided.

use egui::{Color32, Label, RichText, Ui};

use crate::dataset::own::sheet::Sheet;
use crate::dataset::own::tree;
use crate::ui::kit::facts;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::words::{capital, thousands};

/// Shapes, and files left out, that are listed; the saved list has all of the latter.
const SHAPES: usize = 6;
const LEFT_OUT: usize = 100;
/// Width of the names of facts.
const NAMES: f32 = 92.0;

/// Whether the user asks to save the list of what is left out.
pub fn ui(ui: &mut Ui, sheet: &Sheet, theme: &Theme) -> bool {
    let mut save = false;
    facts::heading(ui, "What was understood");
    for (name, value) in understood(sheet) {
        fact(ui, name, &value, theme);
    }
    if !sheet.warnings.is_empty() {
        facts::heading(ui, "What may be wrong");
        sheet.warnings.iter().for_each(|text| sentence(ui, text, theme.warning));
    }
    if !sheet.unreadable.is_empty() {
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            ui.label(bold(format!("Left out ({})", thousands(sheet.unreadable.len()))));
            let tip = "Writes every file that is left out, with the reason, as CSV";
            save = ui.add(egui::Button::new("Save list…").small()).on_hover_text(tip).clicked();
        });
        for left in sheet.unreadable.iter().take(LEFT_OUT) {
            let name = left.file.replace(char::is_control, "\u{fffd}");
            ui.add(Label::new(RichText::new(name).size(size::CAPTION)).truncate()).on_hover_text(&left.file);
            sentence(ui, &left.reason, theme.weak);
        }
        if let Some(more) = sheet.unreadable.len().checked_sub(LEFT_OUT).filter(|more| *more > 0) {
            sentence(ui, &format!("and {} more, which the saved list names", thousands(more)), theme.weak);
        }
    }
    if !sheet.notes.is_empty() {
        facts::heading(ui, "What was decided");
        sheet.notes.iter().for_each(|text| sentence(ui, text, theme.weak));
    }
    save
}

fn understood(sheet: &Sheet) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Format", capital(&sheet.format)), ("Images", thousands(sheet.images))];
    let splits: Vec<String> = sheet.splits.iter().map(|s| format!("{} {}", s.name, thousands(s.count))).collect();
    let by_seed = if sheet.splits.iter().any(|s| s.given) { "" } else { " (by the data seed)" };
    facts.push(("Splits", splits.join(", ") + by_seed));
    let counts = || sheet.classes.iter().map(|c| c.count);
    facts.push(match (counts().min(), counts().max()) {
        (Some(low), Some(high)) => {
            let range = if low == high { thousands(low) } else { format!("{} to {}", thousands(low), thousands(high)) };
            ("Classes", format!("{}, of {range} images", thousands(sheet.classes.len())))
        }
        _ => ("Classes", "none: there are no labels".into()),
    });
    let more = sheet.shapes.len().saturating_sub(SHAPES);
    let mut shapes: Vec<String> =
        (sheet.shapes.iter().take(SHAPES)).map(|s| format!("{}: {}", shape(s.shape), thousands(s.count))).collect();
    if more > 0 {
        shapes.push(format!("and {} other sizes", thousands(more)));
    }
    facts.push(("Sizes", shapes.join("\n")));
    let [low, high] = sheet.range;
    facts.push(("Values", format!("{low} to {high}")));
    let across = match sheet.duplicates_across_splits {
        0 => String::new(),
        n => format!(", {} of them of another split", thousands(n)),
    };
    facts.push(("Duplicates", format!("{}{across}", thousands(sheet.duplicates))));
    facts.push(("Nearly constant", thousands(sheet.near_constant)));
    facts.push(("Memory", format!("{} while they are read", tree::size(sheet.memory_bytes))));
    facts
}

fn shape([height, width, channels]: [usize; 3]) -> String {
    format!("{width} x {height} {}", if channels == 1 { "grey" } else { "RGB" })
}

/// A name and a value that may have several lines.
fn fact(ui: &mut Ui, name: &str, value: &str, theme: &Theme) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.scope(|ui| {
            ui.set_width(NAMES);
            ui.label(RichText::new(name).color(theme.weak));
        });
        ui.vertical(|ui| ui.add(Label::new(value).wrap().selectable(true)));
    });
}

fn sentence(ui: &mut Ui, text: &str, ink: Color32) {
    ui.add(Label::new(RichText::new(capital(text)).size(size::CAPTION + 0.5).color(ink)).wrap().selectable(true));
}
