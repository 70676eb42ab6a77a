//! Widgets for facts: headings, names with values, captioned images, vectors as text.

use egui::{Align, Label, Layout, Response, RichText, Ui};

use super::theme::{Theme, bold, size, space};
use super::words;

/// A heading with space above it.
pub fn heading(ui: &mut Ui, text: &str) -> Response {
    ui.add_space(space::S);
    ui.label(bold(text))
}

/// The content of `add`, `width` points wide, with a caption under it.
pub fn captioned(ui: &mut Ui, caption: &str, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 3.0;
        add(ui);
        let weak = ui.visuals().weak_text_color();
        ui.label(RichText::new(caption).size(size::CAPTION).color(weak));
    });
}

/// A name on the left and its value on the right.
pub fn fact(ui: &mut Ui, theme: &Theme, name: &str, value: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).color(theme.weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(Label::new(value).truncate().selectable(true))
        });
    });
}

/// The Euclidean norm of a vector.
pub fn norm(v: &[f32]) -> f32 {
    v.iter().map(|x| x * x).sum::<f32>().sqrt()
}

/// The first coordinates of a vector, as text.
pub fn vector(v: &[f32]) -> String {
    const SHOWN: usize = 4;
    let mut out: Vec<String> = v.iter().take(SHOWN).map(|x| words::fixed(*x, 3)).collect();
    if v.len() > SHOWN {
        out.push("…".into());
    }
    format!("({})", out.join(", "))
}
