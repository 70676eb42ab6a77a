//! The keyboard: the actions of the keys pressed in a frame.

use egui::{Event, Key, Modifiers};

use super::action::{Action, Page, Row};
use super::actions::{ACTIONS, NUMBERS};
use super::appearance;
use crate::ui::panels::WORKSPACES;

/// Keys that a widget with the focus takes for itself.
const OF_WIDGETS: [Key; 6] = [Key::Space, Key::Escape, Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight];

/// Carries out the keys that set how large everything is, for a screen whose other keys are its own.
pub fn take_size(ctx: &egui::Context) {
    let sets_size = |row: &&Row| matches!(row.action, Action::Larger | Action::Smaller | Action::UsualSize);
    for row in ACTIONS.iter().flat_map(|(_, rows)| *rows).filter(sets_size) {
        if row.keys.iter().any(|key| ctx.input_mut(|input| input.consume_shortcut(key))) {
            appearance::act(ctx, row.action);
        }
    }
}

/// The actions of the keys pressed in this frame; none while a dialog or a menu is open. While the user types into a field
/// only the palette has its key, and while another widget has the focus, that one has its keys.
pub fn read(ctx: &egui::Context) -> Vec<Action> {
    let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if dialog || egui::Popup::is_any_open(ctx) {
        return Vec::new();
    }
    let typing = ctx.text_edit_focused();
    let focused = ctx.egui_wants_keyboard_input();
    let is_read = |row: &Row, key: Key| match row.action {
        Action::Palette => true,
        _ => !typing && (!focused || !OF_WIDGETS.contains(&key)),
    };
    ctx.input_mut(|input| {
        let mut actions = Vec::new();
        for row in ACTIONS.iter().flat_map(|(_, rows)| *rows) {
            for shortcut in row.keys {
                if is_read(row, shortcut.logical_key) && input.consume_shortcut(shortcut) {
                    actions.push(row.action);
                }
            }
        }
        if typing {
            return actions;
        }
        for (i, number) in NUMBERS.iter().take(WORKSPACES.len()).enumerate() {
            if input.consume_key(Modifiers::COMMAND, *number) {
                actions.push(Action::Show(i));
            }
        }
        // On many layouts `?` is Shift with another key, so the typed text counts.
        let asked = input.events.iter().any(|e| matches!(e, Event::Text(t) if t == "?"));
        let help = Action::Help(Page::Keys);
        if asked && !actions.contains(&help) {
            actions.push(help);
        }
        actions
    })
}
