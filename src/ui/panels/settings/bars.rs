//! The bar at the bottom of the settings: what a change of them leads to.

use egui::{RichText, Ui};

use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{CONTROL_HEIGHT, Theme, size};
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;

/// The button that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// The one that puts the change into effect.
    Go,
    /// The one that discards it.
    Revert,
}

/// The bar at the bottom: why the draft cannot run, or the button that restarts with it.
pub fn apply_bar(ui: &mut Ui, why: Option<&str>, theme: &Theme) -> Option<Pressed> {
    let mut action = None;
    let text = match why {
        Some(why) => RichText::new(why).color(theme.error),
        None => RichText::new("Changed. To use it, a new session starts; the present runs stay under Runs:")
            .size(size::CAPTION)
            .color(theme.weak),
    };
    ui.add(egui::Label::new(text).wrap());
    ui.horizontal(|ui| {
        let tip = "Starts a new session with these settings; the present runs stay under Runs";
        let apply = widgets::IconButton::new(Icon::Reset, "Apply & reset", tip)
            .text("Apply & reset")
            .primary()
            .enabled(why.is_none());
        if apply.show(ui).clicked() {
            action = Some(Pressed::Go);
        }
        let revert = ui.add_sized([64.0, CONTROL_HEIGHT], egui::Button::new("Revert"));
        if revert.on_hover_text("Discard the changes").clicked() {
            action = Some(Pressed::Revert);
        }
    });
    action
}

/// The bar at the bottom while there are to be more repeats: they need no restart.
pub fn add_bar(ui: &mut Ui, more: usize, cx: &Cx<'_>) -> Option<Pressed> {
    let mut action = None;
    let first = cx.state.experiment.seed.saturating_add(cx.state.repeats() as u64);
    let seeds = match more {
        1 => format!("seed {first}"),
        _ => format!("seeds {first} to {}", first.saturating_add(more as u64 - 1)),
    };
    let text = format!("The present runs go on and get {seeds} beside them:");
    ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).wrap());
    ui.horizontal(|ui| {
        let text = if more == 1 { "Add 1 repeat".to_owned() } else { format!("Add {more} repeats") };
        let tip = cx.state.no_repeats().unwrap_or("Adds them to the comparison without a restart");
        let add = widgets::IconButton::new(Icon::NewSeed, &text, tip);
        let ready = cx.state.no_repeats().is_none();
        if add.text(&text).primary().enabled(ready).show(ui).clicked() {
            action = Some(Pressed::Go);
        }
        let revert = ui.add_sized([64.0, CONTROL_HEIGHT], egui::Button::new("Revert"));
        if revert.on_hover_text("As many repeats as there are").clicked() {
            action = Some(Pressed::Revert);
        }
    });
    action
}
