//! The actions of the bar's buttons, its menu and the keys that do the same.

use super::help::Page;
use crate::ui::kit::widgets::IconButton;

/// An action of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarAction {
    RunOrPause,
    StepMinibatches,
    StepRound,
    Stop,
    Reset,
    AddRepeat,
    ToggleTheme,
    /// Show or hide the left column.
    ToggleControls,
    /// Show the start page, or hide it.
    Start,
    /// Open this page of the help.
    Help(Page),
    /// Show the workspace with this index.
    Show(usize),
    /// Give one panel the whole workspace, or end that.
    Maximise,
    ResetLayout,
}

/// A button of the bar, and what it does.
pub struct Tool {
    pub button: IconButton<'static>,
    pub action: BarAction,
    /// Whether its text stays where the bar is too narrow for the texts of all.
    pub keeps_text: bool,
}

impl Tool {
    pub fn new(button: IconButton<'static>, action: BarAction) -> Self {
        let keeps_text = button.primary;
        Self { button, action, keeps_text }
    }
}
