//! The keyboard: the action of each key.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::ui::panel::ViewKey;
use crate::ui::panels::WORKSPACES;

/// The action of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    RunOrPause,
    StepRound,
    StepMinibatches,
    PreviousRound,
    NextRound,
    PreviousStop,
    NextStop,
    PlayRounds,
    ToggleTheme,
    ToggleControls,
    ToggleRuns,
    Undo,
    NextWorkspace,
    PreviousWorkspace,
    /// Show the workspace with this index.
    Workspace(usize),
    Maximise,
    OnlyLost,
    ColourByVerdict,
    StepWalks,
    NextBrush,
    ListKeys,
    Escape,
    /// Set the latent dimension in the settings; takes effect with "Apply & reset".
    LatentDim(usize),
    View(ViewKey),
}

/// A key, its name, its action and its description.
pub type KeyRow = (KeyboardShortcut, &'static str, KeyAction, &'static str);

/// All keys but those of `NUMBERS`, by what they are for. One with Shift stands above the same one without.
pub const KEYS: &[(&str, &[KeyRow])] = &[
    (
        "Running",
        &[
            (key(Key::Space), "Space", KeyAction::RunOrPause, "Run rounds, or pause; all done: add a repeat"),
            (key(Key::ArrowRight), "→", KeyAction::StepRound, "Step to the end of the round"),
            (key(Key::ArrowDown), "↓", KeyAction::StepMinibatches, "Step some minibatches"),
            (key(Key::Period), ".", KeyAction::StepMinibatches, "The same"),
            (key(Key::Num2), "2", KeyAction::LatentDim(2), "Two latent dimensions, with Apply & reset"),
            (key(Key::Num3), "3", KeyAction::LatentDim(3), "Three latent dimensions, with Apply & reset"),
        ],
    ),
    (
        "Looking back",
        &[
            (key(Key::OpenBracket), "[", KeyAction::PreviousRound, "Show the previous round"),
            (key(Key::CloseBracket), "]", KeyAction::NextRound, "Show the next round"),
            (key(Key::OpenCurlyBracket), "{", KeyAction::PreviousStop, "The previous evaluation, inside rounds"),
            (key(Key::CloseCurlyBracket), "}", KeyAction::NextStop, "The next evaluation, inside rounds"),
            (key(Key::P), "P", KeyAction::PlayRounds, "Play the rounds back, or pause"),
        ],
    ),
    (
        "Window",
        &[
            (shift(Key::E), "Shift E", KeyAction::PreviousWorkspace, "Previous workspace"),
            (key(Key::E), "E", KeyAction::NextWorkspace, "Next workspace"),
            (key(Key::M), "M", KeyAction::Maximise, "Maximise the panel under the pointer, or end that"),
            (key(Key::U), "U", KeyAction::ToggleRuns, "Show or hide the list of runs"),
            (command(Key::Z), "Ctrl Z", KeyAction::Undo, "Undo the last change of the list of runs"),
            (key(Key::B), "B", KeyAction::ToggleControls, "Show or hide the left column"),
            (key(Key::T), "T", KeyAction::ToggleTheme, "Dark or light theme"),
            (key(Key::Questionmark), "?", KeyAction::ListKeys, "These pages"),
            (key(Key::Escape), "Esc", KeyAction::Escape, "Clear the selection, or close what is open"),
        ],
    ),
    (
        "Latent view",
        &[
            (key(Key::F), "F", KeyAction::View(ViewKey::Fit), "Fit the view to the data"),
            (key(Key::R), "R", KeyAction::View(ViewKey::ResetCamera), "Reset the camera"),
            (key(Key::C), "C", KeyAction::View(ViewKey::NextColoring), "Colour by the next quantity"),
            (key(Key::W), "W", KeyAction::View(ViewKey::ToggleWalks), "Show or hide walks"),
            (key(Key::A), "A", KeyAction::View(ViewKey::ToggleArrows), "Show or hide the round's proposals"),
            (key(Key::L), "L", KeyAction::View(ViewKey::ToggleLabelled), "Mark labelled samples or not"),
            (key(Key::G), "G", KeyAction::View(ViewKey::NextField), "Next field under the points, or none"),
            (key(Key::S), "S", KeyAction::NextBrush, "Select a region: box, lasso or off"),
        ],
    ),
    (
        "Walks",
        &[
            (key(Key::N), "N", KeyAction::StepWalks, "One step of the walks started by hand"),
            (key(Key::X), "X", KeyAction::OnlyLost, "Show only lost walks, or all"),
            (key(Key::V), "V", KeyAction::ColourByVerdict, "Colour walks by verdict or individually"),
        ],
    ),
];

/// With Ctrl (Cmd on a Mac) each shows the workspace of its number.
const NUMBERS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// With Ctrl (Cmd on a Mac).
const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

/// The actions of the keys pressed in this frame; none while the user types into a field, or a menu or a dialog is open.
pub fn read(ctx: &egui::Context) -> Vec<KeyAction> {
    let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if dialog || ctx.egui_wants_keyboard_input() || egui::Popup::is_any_open(ctx) {
        return Vec::new();
    }
    ctx.input_mut(|input| {
        let mut actions: Vec<_> = KEYS
            .iter()
            .flat_map(|(_, rows)| *rows)
            .filter(|(shortcut, ..)| input.consume_shortcut(shortcut))
            .map(|(_, _, action, _)| *action)
            .collect();
        let numbers = NUMBERS.iter().take(WORKSPACES.len()).enumerate();
        actions.extend(
            numbers
                .filter(|(_, number)| input.consume_key(Modifiers::COMMAND, **number))
                .map(|(i, _)| KeyAction::Workspace(i)),
        );
        // On many layouts `?` is Shift with another key, so the typed text counts.
        let asked = input.events.iter().any(|e| matches!(e, egui::Event::Text(t) if t == "?"));
        if asked && !actions.contains(&KeyAction::ListKeys) {
            actions.push(KeyAction::ListKeys);
        }
        actions
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_action_and_the_one_with_shift_comes_first() {
        let rows: Vec<_> = KEYS.iter().flat_map(|(_, rows)| *rows).collect();
        for (i, (shortcut, name, ..)) in rows.iter().enumerate() {
            for (earlier, other, ..) in &rows[..i] {
                assert_ne!(shortcut, earlier, "{name} and {other}");
                let hidden = shortcut.logical_key == earlier.logical_key && earlier.modifiers == Modifiers::NONE;
                assert!(!hidden, "{name} below {other} is never read");
            }
        }
    }
}
