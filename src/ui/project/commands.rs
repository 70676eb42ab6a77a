//! What a key does while images are labelled: one list makes the buttons, their tips and the sheet of keys.

use egui::{Button, Context, Event, Key, KeyboardShortcut, Modifiers, Ui};

use crate::project::List;
use crate::ui::kit::theme::{self, Theme, size};

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Back,
    Skip,
    NotSure,
    NoneOfThese,
    Guess,
    Undo,
    NewClass,
    Search,
    Grid,
    /// Writes the labels of a region.
    Confirm,
    Go(List),
    Train,
    Keys,
    Theme,
}

/// A command: its key and the key's name, its button and its tip.
pub struct CommandRow {
    pub act: Act,
    shortcut: KeyboardShortcut,
    pub key: &'static str,
    pub name: &'static str,
    pub tip: &'static str,
}

const fn row(
    act: Act,
    modifiers: Modifiers,
    logical: Key,
    key: &'static str,
    name: &'static str,
    tip: &'static str,
) -> CommandRow {
    CommandRow { act, shortcut: KeyboardShortcut::new(modifiers, logical), key, name, tip }
}

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

/// All commands but the classes.
pub const COMMANDS: &[CommandRow] = &[
    row(Act::Back, NONE, Key::ArrowLeft, "←", "Back", "The image before, to give it another class"),
    row(Act::Skip, NONE, Key::ArrowRight, "→", "Skip", "Later: the image may be proposed again in the next round"),
    row(Act::NotSure, NONE, Key::ArrowDown, "↓", "Not sure", "It could be several classes: it is not asked for again"),
    row(
        Act::NoneOfThese,
        NONE,
        Key::Delete,
        "Del",
        "None of these",
        "It is of no class here: it is not asked for again",
    ),
    row(
        Act::Guess,
        NONE,
        Key::ArrowUp,
        "↑",
        "Show the guess",
        "What the model says of the image; that it was shown is recorded with the label",
    ),
    row(Act::Undo, NONE, Key::Backspace, "Backspace", "Undo", "Takes the last answer back, and asks again"),
    row(Act::NewClass, NONE, Key::Plus, "+", "New class…", "Adds a class, and gives it to this image"),
    row(Act::Search, NONE, Key::Slash, "/", "Find a class", "Type a part of its name; Enter takes the first"),
    row(Act::Grid, CTRL, Key::G, "Ctrl G", "Grid", "All images of the list at once, or one after the other"),
    row(Act::Go(List::Round), CTRL, Key::Num1, "Ctrl 1", "Round", "The images that the strategy proposes"),
    row(
        Act::Go(List::Test),
        CTRL,
        Key::Num2,
        "Ctrl 2",
        "Test",
        "Images drawn at random, on which the model is measured",
    ),
    row(
        Act::Go(List::Doubts),
        CTRL,
        Key::Num3,
        "Ctrl 3",
        "Second look",
        "Labels that the model denies with a probability of 95 % or more, or after a check, networks that have not seen them",
    ),
    row(
        Act::Go(List::Labelled),
        CTRL,
        Key::Num4,
        "Ctrl 4",
        "Labelled",
        "All labelled images; a click looks at one again",
    ),
    row(
        Act::Go(List::Region),
        CTRL,
        Key::Num5,
        "Ctrl 5",
        "Lasso",
        "Draw a line round images in the latent space, look at each, and label them at once",
    ),
    row(
        Act::Go(List::Conflicts),
        CTRL,
        Key::Num6,
        "Ctrl 6",
        "Conflicts",
        "Images to which another person gave another label, after an import",
    ),
    row(
        Act::Train,
        CTRL,
        Key::T,
        "Ctrl T",
        "Train now",
        "Trains a round on all labels there are; after the last image of a batch it starts by itself",
    ),
    row(Act::Theme, CTRL, Key::D, "Ctrl D", "Dark or light", "Dark or light theme"),
    row(Act::Keys, NONE, Key::F1, "F1", "Keys", "The list of keys"),
];

/// What keys do besides while the images of a lasso are looked at.
pub const IN_REGION: [CommandRow; 2] = [
    row(Act::Confirm, NONE, Key::Enter, "Enter", "Confirm", "Writes the classes that were given in a lasso as labels"),
    row(
        Act::NoneOfThese,
        NONE,
        Key::Delete,
        "Del",
        "Take out",
        "Leaves the chosen images of a lasso as they are: nothing is said of them",
    ),
];

/// What the key that skips does while an image is looked at again.
pub const LOOKING_BACK: CommandRow = row(
    Act::Skip,
    NONE,
    Key::ArrowRight,
    "→",
    "Go on",
    "The image after the one that is looked at again; behind the last one, the next image",
);

/// The row of a command.
pub fn command(act: Act) -> &'static CommandRow {
    COMMANDS.iter().find(|row| row.act == act).unwrap_or(&COMMANDS[0])
}

impl CommandRow {
    /// The tip with the key at its end.
    pub fn tip(&self) -> String {
        format!("{} ({})", self.tip, self.key)
    }
}

/// A button with the key of its command.
pub fn command_button(ui: &mut Ui, row: &CommandRow, theme: &Theme) -> egui::Response {
    let mut job = egui::text::LayoutJob::default();
    let format = |font, color| egui::TextFormat { font_id: font, color, ..Default::default() };
    job.append(row.name, 0.0, format(theme::font(size::BODY), theme.text));
    job.append(row.key, 8.0, format(theme::bold_font(size::CAPTION), theme.weak));
    let response = ui.add(Button::new(job)).on_hover_text(row.tip());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, row.name));
    response
}

/// What was pressed in a frame.
#[derive(Debug, Default)]
pub struct Pressed {
    pub acts: Vec<Act>,
    /// Characters that were typed.
    pub typed: Vec<char>,
    pub enter: bool,
    pub escape: bool,
}

/// What was pressed since the last frame; nothing while a field has the keyboard, or a menu or dialog is open. `searches`
/// if a class is being searched by typing: then no key answers but Enter.
pub fn read(ctx: &Context, searches: bool) -> Pressed {
    let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
    if dialog || ctx.egui_wants_keyboard_input() || egui::Popup::is_any_open(ctx) {
        return Pressed::default();
    }
    if !searches {
        ctx.input_mut(|input| take_out_held(&mut input.events));
    }
    // Arrows go from one button to the next once one has the keyboard.
    let has_focus = ctx.memory(|memory| memory.focused().is_some());
    ctx.input_mut(|input| {
        let is_read = |act: Act| !searches || matches!(act, Act::Undo | Act::Go(_) | Act::Theme | Act::Keys);
        let moves = |key: Key| matches!(key, Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown);
        let acts = COMMANDS
            .iter()
            .filter(|row| !(has_focus && moves(row.shortcut.logical_key)))
            // `+` and `/` are other keys on other keyboards: what is typed counts.
            .filter(|row| !matches!(row.act, Act::NewClass | Act::Search) && is_read(row.act))
            .filter(|row| input.consume_shortcut(&row.shortcut))
            .map(|row| row.act);
        let acts = acts.collect();
        let enter = (searches || !has_focus) && input.consume_key(NONE, Key::Enter);
        let escape = input.consume_key(NONE, Key::Escape);
        let texts = input.events.iter().filter_map(|event| match event {
            Event::Text(text) => Some(text.chars()),
            _ => None,
        });
        let typed = texts.flatten().filter(|c| !(c.is_control() || has_focus && *c == ' ')).collect();
        Pressed { acts, typed, enter, escape }
    })
}

/// Takes out what keys do that are held: one press is one answer. The arrow that looks back goes on as long as it is held.
fn take_out_held(events: &mut Vec<Event>) {
    let mut held = false;
    events.retain(|event| match event {
        Event::Key { key, pressed: true, repeat, .. } => {
            held = *repeat && *key != Key::ArrowLeft;
            !held
        }
        // It follows the key that types it.
        Event::Text(_) => !held,
        _ => true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_held_answers_once() {
        let key = |key: Key, repeat: bool| {
            let (physical_key, modifiers) = (None, Modifiers::NONE);
            Event::Key { key, physical_key, pressed: true, repeat, modifiers }
        };
        let text = |text: &str| Event::Text(text.into());
        let fresh = [key(Key::Num4, false), text("4"), key(Key::Num5, false), text("5"), key(Key::ArrowLeft, true)];
        let held = [key(Key::Num4, true), text("4"), key(Key::Delete, true), key(Key::Backspace, true)];
        let mut events = [&fresh[..2], &held, &fresh[2..]].concat();
        take_out_held(&mut events);
        assert_eq!(events, fresh);
    }

    #[test]
    fn while_a_class_is_searched_no_key_answers_but_enter() {
        let pressed = |searches: bool| {
            let keys = [Key::ArrowDown, Key::ArrowRight, Key::Delete, Key::Backspace, Key::Enter];
            let key = |key: Key| {
                let (physical_key, modifiers) = (None, Modifiers::NONE);
                Event::Key { key, physical_key, pressed: true, repeat: false, modifiers }
            };
            let (ctx, mut read_by_then) = (Context::default(), Pressed::default());
            let input = egui::RawInput { events: keys.map(key).to_vec(), ..Default::default() };
            let _ = ctx.run_ui(input, |ui| read_by_then = read(ui.ctx(), searches));
            (read_by_then.acts, read_by_then.enter)
        };
        assert_eq!(pressed(true), (vec![Act::Undo], true));
        assert_eq!(pressed(false), (vec![Act::Skip, Act::NotSure, Act::NoneOfThese, Act::Undo], true));
    }

    #[test]
    fn every_command_has_a_key_of_its_own() {
        for (i, row) in COMMANDS.iter().enumerate() {
            assert!(
                COMMANDS[..i].iter().all(|other| other.shortcut != row.shortcut && other.act != row.act),
                "{}",
                row.name
            );
            assert_eq!(command(row.act).name, row.name);
        }
    }
}
