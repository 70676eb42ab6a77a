//! The keyboard: the action of each key, and the card that lists them.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::ui::kit::theme::{self, Theme, bold, size, space};
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

/// All keys but those of `NUMBERS`: the key, its name, its action and its description. One with Shift stands above the
/// same one without.
const KEYS: &[(KeyboardShortcut, &str, KeyAction, &str)] = &[
    (key(Key::Space), "Space", KeyAction::RunOrPause, "Run rounds, or pause"),
    (key(Key::ArrowRight), "→", KeyAction::StepRound, "Step to the end of the round"),
    (key(Key::ArrowDown), "↓", KeyAction::StepMinibatches, "Step some minibatches"),
    (key(Key::Period), ".", KeyAction::StepMinibatches, "Step some minibatches"),
    (key(Key::OpenBracket), "[", KeyAction::PreviousRound, "Show the previous round"),
    (key(Key::CloseBracket), "]", KeyAction::NextRound, "Show the next round"),
    (key(Key::OpenCurlyBracket), "{", KeyAction::PreviousStop, "Show the previous evaluation, inside rounds"),
    (key(Key::CloseCurlyBracket), "}", KeyAction::NextStop, "Show the next evaluation, inside rounds"),
    (key(Key::P), "P", KeyAction::PlayRounds, "Play the rounds back, or pause"),
    (key(Key::F), "F", KeyAction::View(ViewKey::Fit), "Fit the view to the data"),
    (key(Key::R), "R", KeyAction::View(ViewKey::ResetCamera), "Reset the camera"),
    (key(Key::C), "C", KeyAction::View(ViewKey::NextColoring), "Colour by the next quantity"),
    (key(Key::W), "W", KeyAction::View(ViewKey::ToggleWalks), "Show or hide walks"),
    (key(Key::A), "A", KeyAction::View(ViewKey::ToggleArrows), "Show or hide the round's proposals"),
    (key(Key::L), "L", KeyAction::View(ViewKey::ToggleLabelled), "Mark labelled samples or not"),
    (key(Key::Num2), "2", KeyAction::LatentDim(2), "Two latent dimensions (with Apply & reset)"),
    (key(Key::Num3), "3", KeyAction::LatentDim(3), "Three latent dimensions (with Apply & reset)"),
    (key(Key::N), "N", KeyAction::StepWalks, "One step of the walks started by hand"),
    (key(Key::X), "X", KeyAction::OnlyLost, "Show only lost walks, or all"),
    (key(Key::V), "V", KeyAction::ColourByVerdict, "Colour walks by verdict or individually"),
    (key(Key::S), "S", KeyAction::NextBrush, "Select a region: box, lasso or off"),
    (key(Key::G), "G", KeyAction::View(ViewKey::NextField), "Next field under the points, or none"),
    (shift(Key::E), "Shift E", KeyAction::PreviousWorkspace, "Previous workspace"),
    (key(Key::E), "E", KeyAction::NextWorkspace, "Next workspace"),
    (key(Key::M), "M", KeyAction::Maximise, "Maximise the panel under the pointer, or end that"),
    (key(Key::B), "B", KeyAction::ToggleControls, "Show or hide the settings"),
    (key(Key::T), "T", KeyAction::ToggleTheme, "Dark or light theme"),
    (key(Key::Questionmark), "?", KeyAction::ListKeys, "List the keys"),
    (key(Key::Escape), "Esc", KeyAction::Escape, "Clear the selection or close this list"),
];

/// With Ctrl (Cmd on a Mac) each shows the workspace of its number.
const NUMBERS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

/// Height of a row on the card.
const KEY_HEIGHT: f32 = 20.0;

/// The actions of the keys pressed in this frame; none while the user types into a field, or a menu or a dialog is open.
pub fn read(ctx: &egui::Context) -> Vec<KeyAction> {
    let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if dialog || ctx.egui_wants_keyboard_input() || egui::Popup::is_any_open(ctx) {
        return Vec::new();
    }
    ctx.input_mut(|input| {
        let mut actions: Vec<_> = KEYS
            .iter()
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

/// The card with all keys and the mouse actions in the view.
pub fn card(ctx: &egui::Context, open: &mut bool) {
    if !*open {
        return;
    }
    let theme = Theme::of(&ctx.global_style().visuals);
    let mouse: &[(&str, &str)] = &[
        ("Drag", "Turn (3-D), move (2-D)"),
        ("Right or Shift drag", "Move"),
        ("Wheel", "Zoom to the pointer"),
        ("Double click", "Reset the camera"),
        ("Click", "Select a sample"),
        ("Ctrl click", "Start a walk at a sample"),
        ("Drag, box or lasso", "Select a region (S)"),
    ];
    let frame = egui::Frame::window(&ctx.global_style());
    let response = egui::Modal::new(egui::Id::unique("keys")).frame(frame).show(ctx, |ui| {
        ui.set_width(620.0);
        ui.spacing_mut().item_spacing.y = 5.0;
        ui.spacing_mut().interact_size.y = KEY_HEIGHT;
        ui.label(bold("Keys and mouse").size(size::HEADING));
        ui.add_space(space::S);
        ui.columns(2, |columns| {
            let names: Vec<_> = WORKSPACES.iter().map(|w| w.name).collect();
            let workspaces = format!("Next workspace: {}", names.join(", "));
            let shown = KEYS.iter().filter(|(_, name, ..)| *name != ".");
            let shown = shown.map(|(_, key, action, what)| match action {
                KeyAction::NextWorkspace => (*key, workspaces.as_str()),
                _ => (*key, *what),
            });
            rows(&mut columns[0], theme, shown);
            columns[1].label(bold("In the latent view").color(theme.weak));
            rows(&mut columns[1], theme, mouse.iter().copied());
        });
    });
    if response.should_close() {
        *open = false;
    }
}

fn rows<'a>(ui: &mut egui::Ui, theme: &Theme, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    for (key, what) in rows {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let galley = ui.painter().layout_no_wrap(key.to_owned(), theme::bold_font(size::CAPTION), theme.text);
            let (rect, _) = ui
                .allocate_exact_size(egui::vec2((galley.size().x + 12.0).max(26.0), KEY_HEIGHT), egui::Sense::hover());
            ui.painter().rect_filled(rect, egui::CornerRadius::same(4), theme.field);
            ui.painter().galley(rect.center() - galley.size() / 2.0, galley, theme.text);
            ui.label(egui::RichText::new(what).color(theme.weak));
        });
    }
}
