//! A button of the bar: its icon and words, and the action whose key it names.

use egui::{Response, Ui};

use super::action::Action;
use crate::ui::kit::widgets::IconButton;

/// A button of the bar, and what it does.
pub struct Tool {
    pub button: IconButton<'static>,
    pub action: Action,
    /// Whether its text stays where the bar is too narrow for the texts of all.
    pub keeps_text: bool,
}

impl Tool {
    pub fn new(button: IconButton<'static>, action: Action) -> Self {
        let keeps_text = button.primary;
        Self { button, action, keeps_text }
    }

    /// The button with this text; its tooltip ends with its key.
    pub fn show(&self, ui: &mut Ui, text: &str) -> Response {
        let tip = self.action.tip(self.button.tip);
        IconButton { text, tip: &tip, ..self.button }.show(ui)
    }
}
