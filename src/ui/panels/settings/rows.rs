//! The rows of the settings: a label, marked if the draft differs from what runs, and its editor.

use std::cell::Cell;

use egui::{Color32, ComboBox, DragValue, Response, RichText, TextEdit, Ui, emath::Numeric};

use super::compared::Compared;
use crate::experiment::{Choice, Experiment, ExperimentError, Field, Slot};
use crate::ui::kit::fuzzy;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, CONTROL_HEIGHT, Theme, bold, size, space};
use crate::ui::kit::widgets;

/// Size of an editor.
pub const EDITOR: [f32; 2] = [100.0, CONTROL_HEIGHT];
/// Width of a number next to a switch.
const NARROW: f32 = 44.0;
/// Relative change of a rate for each point that it is dragged.
const RATE_SPEED: f64 = 0.02;
/// Epochs of a round when the user switches from minibatches to epochs.
const DEFAULT_EPOCHS: usize = 4;

/// What rows are compared with and drawn in: the running experiment, the invalid field, the theme.
pub struct Rows<'a> {
    pub running: &'a Experiment,
    /// The preset whose values are marked where the draft has others, and which one click brings back.
    pub preset: Option<&'a Experiment>,
    pub bad_field: Option<&'a str>,
    /// The field that was looked for, and whether its row is to be brought into view.
    pub sought: Option<(&'static str, bool)>,
    pub theme: &'static Theme,
}

/// A setting that is no field of the experiment.
pub struct Beside {
    pub name: &'static str,
    pub label: &'static str,
    /// The heading that it stands under.
    pub group: &'static str,
    pub help: &'static str,
}

impl Beside {
    /// Whether it is one of the settings that are looked for.
    pub fn is_found(&self, search: &str) -> bool {
        fuzzy::score(search, self.label, &format!("{} {} {}", self.name, self.group, self.help)).is_some()
    }
}

/// What was typed last into the row of a number.
#[derive(Debug, Clone, Copy, Default)]
struct Typed {
    /// It is none of the field's values, and changed nothing.
    is_refused: bool,
    /// It is still being typed.
    is_edited: bool,
}

impl Rows<'_> {
    /// The row of a field, with the editor for the type of its value.
    pub fn field(&self, ui: &mut Ui, field: &Field, draft: &mut Experiment) {
        let changed = self.differs(field, draft);
        self.row(ui, field, changed, draft, |ui, draft| {
            self.focused(field.name, &editor(ui, field, draft, EDITOR));
        });
    }

    /// Gives the editor of a setting that is brought into view the focus, so that its value can be typed.
    pub fn focused(&self, name: &str, editor: &Response) {
        if self.sought == Some((name, true)) {
            editor.request_focus();
        }
    }

    fn differs(&self, field: &Field, draft: &Experiment) -> bool {
        field.get(draft) != field.get(self.running)
    }

    fn row(
        &self,
        ui: &mut Ui,
        field: &Field,
        changed: bool,
        draft: &mut Experiment,
        editor: impl FnOnce(&mut Ui, &mut Experiment),
    ) {
        let color = if self.bad_field == Some(field.name) { self.theme.error } else { self.theme.weak };
        let label = RichText::new(field.label).color(color);
        // A name or a place belongs to no preset.
        let other = self.preset.filter(|preset| !field.aside && field.get(preset) != field.get(draft));
        let mut back = false;
        self.marked(ui, field.name, |ui| {
            labelled(ui, label, field.help, changed.then_some(self.theme.accent), |ui| {
                editor(ui, draft);
                if let Some(preset) = other {
                    back = back_button(ui, field, preset, self.theme);
                }
            });
        });
        if let Some(preset) = other.filter(|_| back) {
            let value = field.get(preset);
            // It is a value that the field had in a file.
            let _ = field.set(draft, &value);
        }
    }

    /// A row, which is marked if it is the one that was looked for, and brought into view.
    pub fn marked(&self, ui: &mut Ui, name: &str, row: impl FnOnce(&mut Ui)) {
        let (is_sought, seek) = self.sought.map_or((false, false), |(sought, seek)| (sought == name, seek));
        let behind = ui.painter().add(egui::Shape::Noop);
        // A note that comes or goes above must not take the focus away while a number is typed.
        let known = egui::UiBuilder::new().scope_id(egui::Id::unique(("setting", name)));
        let row = ui.scope_builder(known, row);
        if is_sought {
            let wash = egui::Shape::rect_filled(row.response.rect.expand(3.0), theme::RADIUS, self.theme.accent_wash);
            ui.painter().set(behind, wash);
        }
        if is_sought && seek {
            row.response.scroll_to_me(Some(egui::Align::Center));
        }
    }

    /// The row of the runs that are compared.
    pub fn compared(&self, ui: &mut Ui, field: &Field, compared: &mut Compared, changed: bool, draft: &Experiment) {
        let mut as_it_is = draft.clone();
        self.row(ui, field, changed, &mut as_it_is, |ui, draft| {
            compared.ui(ui, draft, field.help, EDITOR, self.theme);
        });
    }

    /// The row of the training length: minibatches or epochs, whichever field applies, and the switch between them.
    pub fn training_length(&self, ui: &mut Ui, field: &Field, draft: &mut Experiment) {
        let of = |e: &Experiment| (e.minibatches_per_round, e.epochs_per_round);
        self.row(ui, field, of(draft) != of(self.running), draft, |ui, draft| {
            let mut epochs = draft.epochs_per_round > 0;
            self.focused(field.name, &editor(ui, field, draft, [NARROW, CONTROL_HEIGHT]));
            draft.epochs_per_round = draft.epochs_per_round.max(usize::from(epochs));
            ui.spacing_mut().item_spacing.x = space::XS;
            let choices = [
                (false, "batches", "A fixed number of minibatches in each round"),
                (true, "epochs", "Passes over the labelled set in each round"),
            ];
            if widgets::segmented(ui, "Length of training", &mut epochs, &choices) {
                draft.epochs_per_round = if epochs { DEFAULT_EPOCHS } else { 0 };
            }
        });
    }

    /// The row of a place on disk, typed or chosen in a dialog; true if the user presses the button that opens it.
    pub fn place(&self, ui: &mut Ui, field: &Field, draft: &mut Experiment, button: &str, tip: &str) -> bool {
        let mut browse = false;
        self.row(ui, field, self.differs(field, draft), draft, |ui, _| {
            browse = ui.add(egui::Button::new(button).min_size(EDITOR.into())).on_hover_text(tip).clicked();
        });
        self.focused(field.name, &editor(ui, field, draft, [f32::INFINITY, CONTROL_HEIGHT]));
        browse
    }
}

/// The mark of a value that is not the preset's; a press brings that one back.
fn back_button(ui: &mut Ui, field: &Field, preset: &Experiment, theme: &Theme) -> bool {
    const SIDE: f32 = 14.0;
    ui.spacing_mut().item_spacing.x = space::XS;
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(SIDE), egui::Sense::click());
    let name = format!("{} as in the preset", field.label);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let hot = response.hovered() || response.has_focus();
    let color = if hot { theme.text } else { theme.accent };
    Icon::Reset.paint(ui.painter(), rect.center(), SIDE * 0.36, color);
    let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", field.unit) };
    let tip = format!("Back to {}{unit}, as in {}", field.get(preset), preset.name);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked()
}

pub fn heading(ui: &mut Ui, title: &str) {
    ui.add_space(space::S);
    ui.label(bold(title).size(size::CAPTION + 0.5));
}

/// A label at the left, with a mark if there is one, and an editor at the right.
pub fn labelled(ui: &mut Ui, label: RichText, help: &str, mark: Option<Color32>, editor: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(CONTROL_HEIGHT);
        let response = ui.label(label).on_hover_text(help);
        if let Some(color) = mark {
            ui.painter().circle_filled(response.rect.left_center() - egui::vec2(6.0, 0.0), 2.0, color);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), editor);
    });
}

/// The editor of a field, by the type of its value.
fn editor(ui: &mut Ui, field: &Field, draft: &mut Experiment, size: [f32; 2]) -> Response {
    let (now, refused) = (draft.clone(), Cell::new(None));
    let response = match field.slot(draft) {
        Slot::Count(value) if !field.offered.is_empty() => offered(ui, field, value, size),
        Slot::Count(value) => number(ui, field, value, size, &refused),
        Slot::Seed(value) => seed(ui, field, value, size, &refused),
        Slot::Single(value) => number(ui, field, value, size, &refused),
        Slot::Double(value) => number(ui, field, value, size, &refused),
        Slot::Text(value) => ui.add(TextEdit::singleline(value).desired_width(size[0]).hint_text(field.label)),
        Slot::Choice(value) => choice(ui, field, value, &now, size),
    };
    let response = response.on_hover_text(field.help);
    response.clone().accessible_name(field.label);
    remember_typed(ui, field, &response, refused.get());
    response
}

fn typed_id(field: &Field) -> egui::Id {
    egui::Id::unique(("typed", field.name))
}

/// Remembers whether what was typed, if anything was read in this frame, was refused; until it is given up, or something
/// else is pressed.
fn remember_typed(ui: &Ui, field: &Field, response: &Response, refused: Option<bool>) {
    let id = typed_id(field);
    let before: Typed = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let is_edited = response.has_focus();
    // Asked outside of the closure below, which holds the lock that it takes.
    let lost_focus = response.lost_focus();
    let (pressed, left) = ui.input(|i| (i.pointer.any_pressed(), i.key_pressed(egui::Key::Escape) && lost_focus));
    let is_over = left || response.changed() || (pressed && !is_edited && !lost_focus);
    let is_refused = refused.unwrap_or(before.is_refused && !is_over);
    ui.data_mut(|data| data.insert_temp(id, Typed { is_refused, is_edited }));
}

/// What a field takes, if what was typed into it last is nothing of that.
pub fn refusal(ui: &Ui, field: &Field) -> Option<String> {
    let typed: Typed = ui.data(|data| data.get_temp(typed_id(field)))?;
    let is_told = typed.is_refused && !typed.is_edited;
    is_told.then(|| format!("Not taken: {} is {}", field.label, field.expected()))
}

/// A seed, typed: the numbers of a drag have 53 bits, and a seed has 64.
fn seed(ui: &mut Ui, field: &Field, value: &mut u64, size: [f32; 2], refused: &Cell<Option<bool>>) -> Response {
    let id = egui::Id::unique(("seed", field.name));
    let typed = ui.data(|data| data.get_temp::<String>(id));
    let mut text = typed.unwrap_or_else(|| value.to_string());
    let response = ui.add_sized(size, TextEdit::singleline(&mut text).align(egui::Align2::CENTER_CENTER));
    if response.changed() {
        // What is no seed yet is left as it is typed and changes nothing.
        let read = text.trim().parse().ok();
        refused.set(Some(read.is_none()));
        *value = read.unwrap_or(*value);
    }
    // Asked outside: both take the context's lock.
    let focused = response.has_focus();
    ui.data_mut(|data| {
        if focused {
            data.insert_temp(id, text);
        } else {
            data.remove::<String>(id);
        }
    });
    response
}

/// A number that was typed, if it is one of the field's: what lies outside its limits is refused and not moved to them.
fn read_number(field: &Field, whole: bool, text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some((special, _)) = field.word.filter(|(_, word)| text.eq_ignore_ascii_case(word)) {
        return Some(special);
    }
    let is_kept = |c: &char| !(c.is_whitespace() || whole && *c == ',');
    let plain: String = text.replace('\u{2212}', "-").chars().filter(is_kept).collect();
    plain.parse().ok().filter(|read: &f64| field.limits.contains(read) && !(whole && read.fract() != 0.0))
}

fn number<N: Numeric>(
    ui: &mut Ui,
    field: &Field,
    value: &mut N,
    size: [f32; 2],
    refused: &Cell<Option<bool>>,
) -> Response {
    let now = value.to_f64();
    let drag = DragValue::new(value).range(field.limits.clone()).custom_parser(|text| {
        let read = read_number(field, N::INTEGRAL, text);
        refused.set(Some(read.is_none()));
        read
    });
    if field.rate {
        let drag = drag.speed(now * RATE_SPEED).custom_formatter(|v, _| format!("{:e}", v as f32));
        return ui.add_sized(size, drag);
    }
    let drag = drag.speed(field.speed).max_decimals(if N::INTEGRAL { 0 } else { 3 });
    let word = field.word.filter(|(special, _)| *special == now).map(|(_, word)| word);
    let drag = match word {
        Some(word) => drag.custom_formatter(move |_, _| word.to_owned()),
        None if field.unit.is_empty() => drag,
        None => drag.suffix(format!(" {}", field.unit)),
    };
    ui.add_sized(size, drag)
}

/// A number of which only some can be chosen.
fn offered(ui: &mut Ui, field: &Field, value: &mut usize, size: [f32; 2]) -> Response {
    let text = |number: usize| format!("{number} {}", field.unit);
    let combo = ComboBox::from_id_salt(field.name).width(size[0]).selected_text(text(*value)).truncate();
    let list = |ui: &mut Ui| {
        for number in field.offered {
            ui.selectable_value(value, *number, text(*number));
        }
    };
    combo.show_ui(ui, list).response
}

/// The options of a choice, without those that do not suit the rest of the draft.
fn choice(ui: &mut Ui, field: &Field, value: &mut dyn Choice, draft: &Experiment, size: [f32; 2]) -> Response {
    let (options, index) = (value.options(), value.index());
    let combo = ComboBox::from_id_salt(field.name).width(size[0]).selected_text(options[index].label).truncate();
    let list = |ui: &mut Ui| {
        for (i, option) in options.iter().enumerate().filter(|(_, o)| suits(field, o.name, draft)) {
            let response = ui.selectable_label(i == index, option.label);
            let response = if option.help.is_empty() { response } else { response.on_hover_text(option.help) };
            if response.clicked() {
                value.choose(i);
            }
        }
    };
    combo.show_ui(ui, list).response
}

/// Whether a value of a field suits the rest of a draft.
fn suits(field: &Field, value: &str, draft: &Experiment) -> bool {
    let mut changed = draft.clone();
    let fault = field.set(&mut changed, value).map(|()| changed.validated());
    !matches!(fault, Ok(Err(ExperimentError::Field { field: at, .. })) if at == field.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_number_is_one_of_its_field_or_none() {
        for (name, whole, text, expected) in [
            ("rounds", true, "253", Some(253.0)),
            ("rounds", true, " 1,000 ", Some(1000.0)),
            ("rounds", true, "2.5", None),
            ("rounds", true, "0", None),
            ("rounds", true, "abc", None),
            ("rounds", true, "", None),
            ("alpha", false, "0.25", Some(0.25)),
            ("alpha", false, "-5", None),
            ("alpha", false, "\u{2212}5", None),
            ("alpha", false, "0,3", None),
            ("alpha", false, "nan", None),
            ("learning_rate", false, "1e-3", Some(1e-3)),
            ("learning_rate", false, "0", None),
        ] {
            assert_eq!(read_number(Field::named(name).unwrap(), whole, text), expected, "{name}: {text}");
        }
    }
}
