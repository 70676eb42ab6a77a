//! The one list of actions: the keys, the `?` sheet, the menu and the palette are made of it.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::action::{Action, Page, Row, text};
use crate::ui::panel::PanelAction;
use crate::ui::panels::WORKSPACES;

const fn row(action: Action, name: &'static str, keys: &'static [KeyboardShortcut], help: &'static str) -> Row {
    Row { action, name, keys, help }
}

/// All actions but the workspaces, by what they are for. One with Shift stands above the same one without.
pub const ACTIONS: &[(&str, &[Row])] = &[
    (
        "Running",
        &[
            row(
                Action::RunOrPause,
                "Run rounds, or pause",
                &[key(Key::Space)],
                "Runs rounds until you pause; when all are done, adds a run of each strategy with the next seed",
            ),
            row(
                Action::StepRound,
                "Step to the end of the round",
                &[key(Key::ArrowRight)],
                "Runs to the end of the present round of every strategy, then pauses",
            ),
            row(
                Action::StepMinibatches,
                "Step some minibatches",
                &[key(Key::ArrowDown), key(Key::Period)],
                "Runs as many optimiser steps as the field beside Step says, then pauses",
            ),
            row(
                Action::Stop,
                "Stop",
                &[],
                "Ends here; completed rounds and a generator in training are kept, and the rest can be continued",
            ),
            row(
                Action::Reset,
                "Reset",
                &[],
                "Starts a new session with the same seed, which gives the same history; the present runs stay under Runs",
            ),
            row(
                Action::AddRepeat,
                "Add a repeat",
                &[],
                "Adds a run of each strategy with the next seed to the comparison",
            ),
            row(
                Action::LatentDim(2),
                "Two latent dimensions, with Apply & reset",
                &[key(Key::Num2)],
                "Sets the dimension in the settings; a new session takes it",
            ),
            row(
                Action::LatentDim(3),
                "Three latent dimensions, with Apply & reset",
                &[key(Key::Num3)],
                "Sets the dimension in the settings; a new session takes it",
            ),
        ],
    ),
    (
        "Looking back",
        &[
            row(
                Action::PreviousRound,
                "Show the previous round",
                &[key(Key::OpenBracket)],
                "Moves the playhead back by a round: view, walks, curves and pins follow",
            ),
            row(
                Action::NextRound,
                "Show the next round",
                &[key(Key::CloseBracket)],
                "Moves the playhead on by a round; at the latest one it follows the run",
            ),
            row(
                Action::PreviousStop,
                "The previous evaluation, inside rounds",
                &[key(Key::OpenCurlyBracket)],
                "Moves the playhead back to where the target was measured before",
            ),
            row(
                Action::NextStop,
                "The next evaluation, inside rounds",
                &[key(Key::CloseCurlyBracket)],
                "Moves the playhead on to where the target was measured next",
            ),
            row(
                Action::PlayRounds,
                "Play the rounds back, or pause",
                &[key(Key::P)],
                "Moves the playhead by itself, from the first round if it is at the end",
            ),
        ],
    ),
    (
        "Window",
        &[
            row(
                Action::Palette,
                "Find an action or a setting…",
                &[command(Key::K)],
                "Every action, setting, workspace, preset and folder by name: type a few letters, then Enter",
            ),
            row(Action::PreviousWorkspace, "Previous workspace", &[shift(Key::E)], "The one to the left in the bar"),
            row(Action::NextWorkspace, "Next workspace", &[key(Key::E)], "The one to the right in the bar"),
            row(
                Action::Maximise,
                "Maximise a panel, or end that",
                &[key(Key::M)],
                "Gives the panel under the pointer the whole workspace, or ends that. A double click on a title does the \
                 same",
            ),
            row(
                Action::ResetLayout,
                "Reset the panels",
                &[],
                "Panels can be dragged by their titles, stacked and resized. This puts them back, in all workspaces",
            ),
            row(
                Action::ToggleColumn,
                "Show or hide the left column",
                &[key(Key::B)],
                "The column with the start page, the settings and the runs",
            ),
            row(Action::ToggleStart, "Show or hide the start page", &[], "Examples and presets, each with a sentence"),
            row(Action::ToggleSettings, "Show or hide the settings", &[], "The settings of the next experiment"),
            row(
                Action::ToggleRuns,
                "Show or hide the list of runs",
                &[key(Key::U)],
                "Every run of this window, opened histories, and what earlier windows left",
            ),
            row(Action::ToggleTheme, "Dark or light theme", &[key(Key::T)], "Switches between the two"),
            row(
                Action::Larger,
                "Larger",
                &[command(Key::Plus), command(Key::Equals)],
                "Everything in the window 10 % of its usual size larger",
            ),
            row(
                Action::Smaller,
                "Smaller",
                &[command(Key::Minus)],
                "Everything in the window 10 % of its usual size smaller",
            ),
            row(
                Action::UsualSize,
                "Usual size",
                &[command(Key::Num0)],
                "Everything in the window as large as at first",
            ),
            row(
                Action::ToggleMotion,
                "With or without motion",
                &[],
                "Without it nothing slides or fades: menus, folds and scrolling change at once",
            ),
            row(
                Action::Help(Page::Keys),
                "Keys and mouse",
                &[key(Key::Questionmark)],
                "What each key and each mouse button does",
            ),
            row(Action::Tour, "The tour", &[], "What is where in this window, in five short steps"),
            row(Action::Help(Page::Symbols), "Symbols", &[], "What the letters mean, in words"),
            row(Action::Help(Page::About), "About Ridgewalk", &[], "Version, the paper, and how to cite both"),
            row(
                Action::Escape,
                "Clear the selection, or close what is open",
                &[key(Key::Escape)],
                "Drops the selected sample, walk, class and region; in a dialog or a menu the key closes it",
            ),
        ],
    ),
    (
        "Files and changes",
        &[
            row(
                Action::Open,
                "Open a file or a folder…",
                &[command(Key::O)],
                "A saved view, histories, images, points or a project: as if it were dropped on the window",
            ),
            row(
                Action::OpenRuns,
                "Open histories…",
                &[],
                "Opens histories that a window or the command line wrote, and adds them to the list of runs",
            ),
            row(
                Action::SaveRuns,
                "Save the runs…",
                &[KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::S)],
                "Writes the runs of this window to a folder, now and after every round",
            ),
            row(
                Action::SaveShared,
                "Save the view…",
                &[command(Key::S)],
                "One file (*.ridgewalk) with the runs, the generator and what is looked at: whoever opens it sees the same",
            ),
            row(
                Action::SaveFilm,
                "Save a film of the run…",
                &[],
                "An animated GIF of the shown run, or its frames as PNG: the latent space round by round beside the curves",
            ),
            row(
                Action::CopyMethods,
                "Copy the methods paragraph",
                &[],
                "Data, latent space, rounds, strategies, evaluation and tests of the shown runs in sentences, for a paper",
            ),
            row(Action::SaveMethods, "Save the methods paragraph…", &[], "The same sentences as a Markdown file"),
            row(
                Action::OpenImages,
                "Open your images…",
                &[],
                "A folder, an archive or a table: looked at and checked before anything is trained",
            ),
            row(
                Action::OpenPoints,
                "Open your embedding…",
                &[],
                "Points with metadata and thumbnails: turned, coloured, searched and exported, without any training",
            ),
            row(
                Action::Panel(PanelAction::ExportFigures),
                "Export all figures and tables…",
                &[],
                "Writes every figure and table of the shown runs to files",
            ),
            row(
                Action::Panel(PanelAction::SaveView),
                "Save the view as PNG…",
                &[],
                "Writes the latent view with its axes and legend at twice the screen's resolution",
            ),
            row(
                Action::Panel(PanelAction::ExportSelection),
                "Export the selection as CSV…",
                &[],
                "The images of the region with their indices, labels, rounds, predictions and codes",
            ),
            row(
                Action::Panel(PanelAction::InvertSelection),
                "Invert the selection",
                &[],
                "Selects what is not selected",
            ),
            row(
                Action::Selections,
                "Selections by name…",
                &[],
                "Keeps the present selection under a name; shows, adds, subtracts, intersects and inverts",
            ),
            row(
                Action::Redo,
                "Redo",
                &[KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z), command(Key::Y)],
                "Makes the change again that was undone last, unless it was one of the list of runs",
            ),
            row(
                Action::Undo,
                "Undo",
                &[command(Key::Z)],
                "Takes back the last change of a setting, a selection, a pin, a threshold or the list of runs",
            ),
        ],
    ),
    (
        "Latent view",
        &[
            row(
                Action::Panel(PanelAction::Fit),
                "Fit the view to the data",
                &[key(Key::F)],
                "Moves the camera until every point is seen; it follows the data again",
            ),
            row(
                Action::Panel(PanelAction::ResetCamera),
                "Reset the camera",
                &[key(Key::R)],
                "Direction, distance and centre as at first",
            ),
            row(
                Action::Panel(PanelAction::NextColoring),
                "Colour by the next quantity",
                &[key(Key::C)],
                "Class, prediction, loss, round and so on",
            ),
            row(
                Action::Panel(PanelAction::ToggleWalks),
                "Show or hide walks",
                &[key(Key::W)],
                "The paths of the walks, where a panel about walks stands beside the view",
            ),
            row(
                Action::Panel(PanelAction::ToggleArrows),
                "Show or hide the round's proposals",
                &[key(Key::A)],
                "An arrow from each anchor to the sample that was labelled for it",
            ),
            row(
                Action::Panel(PanelAction::ToggleLabelled),
                "Mark labelled samples or not",
                &[key(Key::L)],
                "A ring round each sample whose label is paid for",
            ),
            row(
                Action::Panel(PanelAction::ToggleDensity),
                "Density or points",
                &[key(Key::D)],
                "How many images lie where, in the mean of their colours, in place of a point for each that is not labelled",
            ),
            row(
                Action::Panel(PanelAction::ToggleByRound),
                "Rounds side by side, or the view",
                &[],
                "Rounds 1, 2, 4 and so on of the shown run: what each had labelled on the cloud of all images, and its accuracy",
            ),
            row(
                Action::Panel(PanelAction::NextField),
                "Next field under the points, or none",
                &[key(Key::G)],
                "The target's decision regions, hardness or gradient over a plane",
            ),
            row(
                Action::NextBrush,
                "Select a region: box, lasso or off",
                &[key(Key::S)],
                "What a drag in the view does: with a box or a lasso it selects samples",
            ),
        ],
    ),
    (
        "Walks",
        &[
            row(
                Action::StartWalks,
                "Start walks",
                &[],
                "Starts as many walks as the panel Walks says, at the anchors that it says",
            ),
            row(
                Action::StepWalks,
                "One step of the walks started by hand",
                &[key(Key::N)],
                "Every walk that was started by hand takes a step by the present target",
            ),
            row(Action::ClearWalks, "Clear the walks started by hand…", &[], "Those of the run's own record stay"),
            row(Action::OnlyLost, "Show only lost walks, or all", &[key(Key::X)], "Those that left the data"),
            row(
                Action::ColourByVerdict,
                "Colour walks by verdict or individually",
                &[key(Key::V)],
                "By what became of each, or each in its own colour",
            ),
        ],
    ),
];

/// With Ctrl (Cmd on a Mac) each shows the workspace of its number.
pub const NUMBERS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// With Ctrl (Cmd on a Mac).
pub const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

impl Action {
    /// Its row; the workspaces have none.
    pub fn row(self) -> Option<&'static Row> {
        ACTIONS.iter().flat_map(|(_, rows)| *rows).find(|row| row.action == self)
    }

    /// Its first key, as it is written on the screen; empty if it has none.
    pub fn key(self) -> String {
        match self {
            Self::Show(index) => NUMBERS.get(index).map(|number| text(&command(*number))).unwrap_or_default(),
            _ => self.row().map(Row::key).unwrap_or_default(),
        }
    }

    /// A tooltip with the action's key at its end.
    pub fn tip(self, tip: &str) -> String {
        match self.key() {
            key if key.is_empty() => tip.to_owned(),
            key => format!("{tip} ({key})"),
        }
    }
}

/// The actions that show the workspaces, with their names and what each is for.
pub fn workspaces() -> impl Iterator<Item = (Action, &'static str, &'static str)> {
    WORKSPACES.iter().enumerate().map(|(index, w)| (Action::Show(index), w.name, w.tip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_action_and_the_one_with_shift_comes_first() {
        let rows = || ACTIONS.iter().flat_map(|(_, rows)| *rows);
        let numbers = NUMBERS.iter().take(WORKSPACES.len()).map(|n| (command(*n), "a workspace"));
        let keys: Vec<_> = rows().flat_map(|r| r.keys.iter().map(|k| (*k, r.name))).chain(numbers).collect();
        for (i, (shortcut, name)) in keys.iter().enumerate() {
            for (earlier, other) in &keys[..i] {
                assert_ne!(shortcut, earlier, "{name} and {other}");
                let is_pressed = shortcut.modifiers.matches_logically(earlier.modifiers);
                let hidden = shortcut.logical_key == earlier.logical_key && is_pressed;
                assert!(!hidden, "{name} below {other} is never read");
            }
        }
        for (i, row) in rows().enumerate() {
            assert!(!rows().take(i).any(|r| r.action == row.action || r.name == row.name), "{} twice", row.name);
            assert!(!row.help.is_empty() && !row.help.ends_with('.'), "{}: {}", row.name, row.help);
        }
    }

    #[test]
    fn keys_are_written_as_on_the_keyboard() {
        for (action, expected) in [
            (Action::StepRound, "→"),
            (Action::PreviousWorkspace, "Shift E"),
            (Action::Undo, "Ctrl Z"),
            (Action::Redo, "Ctrl Shift Z"),
            (Action::PreviousStop, "{"),
            (Action::Show(3), "Ctrl 4"),
            (Action::Stop, ""),
        ] {
            assert_eq!(action.key(), expected);
        }
        assert_eq!(Action::RunOrPause.tip("Run"), "Run (Space)");
        assert_eq!(Action::Stop.tip("End"), "End");
    }
}
