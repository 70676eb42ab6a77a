//! What can be done: an action with its name and keys, the panel that it needs, and when it can do nothing.

use egui::{Key, KeyboardShortcut};

use crate::ui::panel::PanelAction;
use crate::ui::state::AppState;

/// What a key, a button or a line of the palette does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    RunOrPause,
    StepRound,
    StepMinibatches,
    Stop,
    Reset,
    AddRepeat,
    /// Set the latent dimension in the settings; takes effect with "Apply & reset".
    LatentDim(usize),
    PreviousRound,
    NextRound,
    PreviousStop,
    NextStop,
    PlayRounds,
    /// Show the list of all actions, settings and places to go.
    Palette,
    /// Open this page of the help.
    Help(Page),
    Tour,
    /// Show the workspace with this index.
    Show(usize),
    NextWorkspace,
    PreviousWorkspace,
    /// Give one panel the whole workspace, or end that.
    Maximise,
    ResetLayout,
    /// Show or hide the left column.
    ToggleColumn,
    ToggleStart,
    ToggleSettings,
    ToggleRuns,
    ToggleTheme,
    Larger,
    Smaller,
    UsualSize,
    ToggleMotion,
    Escape,
    Selections,
    Undo,
    Redo,
    /// Ask for anything that the window can open.
    Open,
    /// Save the view as one file that somebody else can open.
    SaveShared,
    OpenRuns,
    SaveRuns,
    SaveFilm,
    CopyMethods,
    SaveMethods,
    OpenImages,
    OpenPoints,
    NextBrush,
    StartWalks,
    StepWalks,
    ClearWalks,
    OnlyLost,
    ColourByVerdict,
    /// An action of a panel.
    Panel(PanelAction),
}

/// A page of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Keys,
    Symbols,
    About,
}

/// An action with its name, its keys, and what it does.
pub struct Row {
    pub action: Action,
    pub name: &'static str,
    /// The first one is shown.
    pub keys: &'static [KeyboardShortcut],
    /// One or two sentences: the tooltip.
    pub help: &'static str,
}

impl Row {
    /// Its first key, as it is written on the screen; empty if it has none.
    pub fn key(&self) -> String {
        self.keys.first().map(text).unwrap_or_default()
    }
}

impl Action {
    /// The panel that must be on the screen for it.
    pub fn panel(self) -> Option<&'static str> {
        match self {
            Self::Panel(action) => Some(action.panel()),
            Self::NextBrush => Some("latent"),
            Self::StartWalks | Self::StepWalks | Self::ClearWalks | Self::OnlyLost | Self::ColourByVerdict => {
                Some("walks")
            }
            _ => None,
        }
    }

    /// Why it can do nothing now; `None` if it can.
    pub fn refused(self, state: &AppState) -> Option<&'static str> {
        let ready = state.generator.ready;
        match self {
            Self::RunOrPause if state.pending.is_some() => Some("A request is under way"),
            Self::StepRound | Self::StepMinibatches if !ready => Some("The generator is not ready yet"),
            Self::StepRound | Self::StepMinibatches if state.is_over() => Some("The session is over"),
            Self::SaveShared if !state.live_runs().any(|run| !run.rounds.is_empty()) => Some("No round has ended"),
            Self::Stop if state.is_over() => Some("The session is over"),
            Self::AddRepeat => state.no_repeats(),
            Self::PreviousRound | Self::NextRound | Self::PreviousStop | Self::NextStop | Self::PlayRounds
                if state.last_round() == 0 =>
            {
                Some("No round has begun")
            }
            Self::SaveFilm if state.shown_run().is_none_or(|run| run.rounds.is_empty()) => {
                Some("No round of the shown run has ended")
            }
            Self::CopyMethods | Self::SaveMethods if state.runs_shown().all(|run| run.rounds.is_empty()) => {
                Some("No round of a shown run has ended")
            }
            Self::Undo if !state.can_undo => Some("Nothing to undo"),
            Self::Redo if !state.can_redo => Some("Nothing was undone that can be made again"),
            Self::StartWalks if state.shown_run().is_none() => Some("No run has begun"),
            Self::StepWalks | Self::ClearWalks if state.walks_by_hand() == 0 => Some("No walk was started by hand"),
            Self::Panel(PanelAction::ExportSelection | PanelAction::InvertSelection)
                if state.brush.selection.is_none() =>
            {
                Some("Nothing is selected")
            }
            _ => None,
        }
    }
}

/// A key as it is written on the screen, such as "Ctrl Z".
pub fn text(shortcut: &KeyboardShortcut) -> String {
    let KeyboardShortcut { modifiers, logical_key } = shortcut;
    let held = [(modifiers.command, "Ctrl "), (modifiers.shift, "Shift ")];
    let key = match logical_key {
        Key::ArrowRight => "→",
        Key::ArrowDown => "↓",
        Key::Escape => "Esc",
        key => key.symbol_or_name(),
    };
    held.iter().filter(|(is_held, _)| *is_held).map(|(_, name)| *name).chain([key]).collect()
}
