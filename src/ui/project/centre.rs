//! The question: an image, or many of them, the classes that can be given, and the other answers.

use egui::{Button, Frame, Label, Margin, Modal, Panel, RichText, ScrollArea, TextEdit, Ui, UiBuilder, vec2};

use super::chips::Chip;
use super::class_keys;
use super::commands::{Act, CommandRow, IN_REGION, LOOKING_BACK, Pressed, command, command_button};
use super::empty::Empty;
use super::grid::Cells;
use super::image_view;
use super::lasso;
use super::open::Open;
use crate::dataset::Class;
use crate::project::{Answer, LONGEST_CLASS, List, verb};
use crate::ui::kit::flow::Flow;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words::{counted, thousands};

/// What a person is typing, and the row of commands.
pub struct Centre {
    /// A part of the name of a class.
    typed: Option<String>,
    /// The name of a new class, and the images that get it, whatever is proposed meanwhile.
    naming: Option<(String, Vec<usize>)>,
    empty: Empty,
    /// The rows of commands: the usual ones, and those of a lasso.
    commands: [Flow<usize>; 2],
    /// Heights of all classes, and of them and the commands, points.
    classes_height: f32,
    height: f32,
}

/// Largest share of the height for the classes.
const CLASSES_SHARE: f32 = 0.34;
/// Height of the line that says what the keys do, points.
const HINT: f32 = 18.0;
/// What is said of a key that was pressed before the next image was there.
const TOO_EARLY: &str = "Too early: press it again once the image is shown";
/// The commands that have a button, in their order.
const BUTTONS: [Act; 9] = [
    Act::Back,
    Act::Skip,
    Act::NotSure,
    Act::NoneOfThese,
    Act::Undo,
    Act::Guess,
    Act::NewClass,
    Act::Search,
    Act::Grid,
];

impl Default for Centre {
    fn default() -> Self {
        let commands = Default::default();
        Self { typed: None, naming: None, empty: Empty::default(), commands, classes_height: 0.0, height: 0.0 }
    }
}

impl Centre {
    /// Whether a class is searched by typing.
    pub fn searches(&self) -> bool {
        self.typed.is_some()
    }

    fn answer(open: &mut Open, ctx: &egui::Context, answer: Answer, class: Option<Class>) {
        if !open.takes_answer(ctx) || answer == Answer::Skipped && open.put_off() {
            return;
        }
        let grid = open.shows_grid();
        match class {
            Some(class) => open.label(ctx, &open.targets(), class),
            None => open.say(ctx, &open.targets(), answer, None),
        }
        if grid || open.sitting.list() == List::Region {
            let queue = open.sitting.queue(open.sitting.list()).to_vec();
            open.grid.answered(|image| queue.contains(&image));
        }
    }

    /// Carries out a command that is about images.
    pub fn act(&mut self, ctx: &egui::Context, open: &mut Open, act: Act) {
        let in_region = open.sitting.list() == List::Region;
        if matches!(act, Act::Back | Act::Skip | Act::NotSure | Act::NoneOfThese) {
            // What is typed is for this image.
            self.typed = None;
        }
        match act {
            Act::Confirm => open.confirm(ctx),
            Act::NoneOfThese if in_region => {
                let targets = open.targets();
                open.sitting.change_region(|region| region.take_out(&targets));
            }
            Act::Back | Act::Skip | Act::NotSure if in_region => {}
            Act::Back => {
                open.sitting.go_back();
            }
            Act::Skip if open.sitting.looks_back() => open.sitting.go_forward(),
            Act::Skip => Self::answer(open, ctx, Answer::Skipped, None),
            Act::NotSure => Self::answer(open, ctx, Answer::NotSure, None),
            Act::NoneOfThese => Self::answer(open, ctx, Answer::NoneOfThese, None),
            Act::Guess => {
                let subject = open.subject();
                open.sitting.show_guess(subject);
            }
            Act::Undo => match &mut self.typed {
                Some(typed) => {
                    if typed.pop().is_none() {
                        self.typed = None;
                    }
                }
                None => {
                    let mut undone = false;
                    if in_region {
                        open.sitting.change_region(|region| undone = region.undo());
                    }
                    if !undone {
                        open.undo(ctx);
                    }
                }
            },
            Act::NewClass => self.naming = Some((self.typed.take().unwrap_or_default(), open.targets())),
            Act::Search => self.typed = Some(String::new()),
            Act::Grid if open.shows_space() => {}
            Act::Grid if in_region => {
                open.one_by_one ^= true;
                open.grid.clear();
            }
            Act::Grid => open.grid.shown ^= true,
            Act::Go(list) => {
                open.message = None;
                open.sitting.go_to(list);
                self.typed = None;
            }
            Act::Train | Act::Keys | Act::Theme => {}
        }
    }

    /// Takes characters, Enter and Esc.
    pub fn keys(&mut self, ctx: &egui::Context, open: &mut Open, pressed: &Pressed) {
        for c in &pressed.typed {
            match (&mut self.typed, *c) {
                (Some(typed), c) => typed.push(c),
                (None, '+') if open.keys.class('+').is_none() => self.act(ctx, open, Act::NewClass),
                (None, '/') if open.keys.class('/').is_none() => self.act(ctx, open, Act::Search),
                (None, ' ') => {}
                (None, c) => match open.keys.class(c) {
                    Some(class) => Self::answer(open, ctx, Answer::Label, Some(class)),
                    None if open.keys.types && c.is_alphanumeric() => self.typed = Some(c.into()),
                    None => {}
                },
            }
        }
        if pressed.enter {
            match self.typed.take() {
                Some(typed) => match class_keys::found(&open.sitting.known().classes, &typed).first() {
                    Some(class) => Self::answer(open, ctx, Answer::Label, Some(*class)),
                    None => self.naming = Some((typed, open.targets())),
                },
                None if open.sitting.list() == List::Region => open.confirm(ctx),
                None if open.shows_grid() => {
                    if let Some(image) = open.grid.at_cursor() {
                        open.sitting.choose(image);
                    }
                }
                None => self.empty.go_on(ctx, open),
            }
        }
        if pressed.escape && self.typed.take().is_none() && open.message.take().is_none() {
            match open.sitting.list() {
                List::Region if open.one_by_one => open.one_by_one = false,
                List::Region => open.leave_region(),
                _ => {
                    open.grid.clear();
                    open.sitting.leave();
                }
            }
        }
    }

    /// Draws the question.
    pub fn ui(&mut self, ui: &mut Ui, open: &mut Open, theme: &'static Theme, gpu: Option<&egui_wgpu::RenderState>) {
        let list = open.sitting.list();
        if open.shows_space() {
            open.seen(ui.input(|i| i.time), None);
            return lasso::ui(ui, open, theme, gpu);
        }
        if progress(ui, open, theme) {
            open.give_back_test(&ui.ctx().clone());
        }
        if list == List::Region {
            open.grid.hold(list, open.sitting.region().images());
        }
        let grid = open.shows_grid();
        if grid && list != List::Region {
            let images = if list == List::Round { open.sitting.of_round() } else { open.sitting.queue(list).to_vec() };
            let queue = open.sitting.queue(list).to_vec();
            open.grid.follow(list, &images, |image| queue.contains(&image));
        }
        let asks = open.image().is_some() || grid && open.grid.at_cursor().is_some();
        if asks {
            let frame = Frame::new().inner_margin(Margin { top: space::S as i8, ..Margin::ZERO });
            let below = Panel::bottom("answers").frame(frame).show_separator_line(false).resizable(false);
            let height = below.show(ui, |ui| self.answers(ui, open, theme)).response.rect.height();
            if std::mem::replace(&mut self.height, height) != height {
                // The panel has the height of the frame before.
                ui.ctx().request_repaint();
            }
        }
        let rect = ui.available_rect_before_wrap();
        let mut pressed = None;
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| match open.image() {
            _ if grid && open.grid.at_cursor().is_some() => {
                let sitting = &open.sitting;
                let guess = |image: usize| sitting.guess(image).filter(|_| sitting.is_guess_shown()).map(|g| g.0);
                let (known, region) = (sitting.known(), sitting.region());
                let class = |image: usize| known.class_of(image).or_else(|| region.class_of(image));
                let round = sitting.standing().round;
                let cells = Cells { known, round, class: &class, guess: &guess, pictures: &open.pictures };
                match open.grid.ui(ui, &cells, &mut open.gallery) {
                    Some(_) if list == List::Region => {
                        open.one_by_one = true;
                        open.grid.clear();
                    }
                    Some(image) => open.sitting.choose(image),
                    None => {}
                }
            }
            Some(image) => {
                let name = open.sitting.known().names[image].clone();
                image_view::ui(ui, rect, &mut open.gallery, &open.pictures, image, &name);
            }
            None => pressed = self.empty.ui(ui, open, theme),
        });
        if let Some(act) = pressed {
            self.act(&ui.ctx().clone(), open, act);
        }
        let seen = open.image().filter(|_| !grid);
        open.seen(ui.input(|i| i.time), seen);
        self.name_dialog(ui, open);
    }

    /// The classes and the other answers.
    fn answers(&mut self, ui: &mut Ui, open: &mut Open, theme: &'static Theme) {
        let targets = open.targets();
        let known = open.sitting.known();
        let between = targets.first().and_then(|image| between(open, *image));
        let hint = match (&self.typed, between) {
            (Some(typed), _) => bold(format!("Find a class: {typed}_")).color(theme.accent),
            (None, Some(between)) => bold(between).color(theme.text),
            (None, None) => RichText::new(self.hint(open, targets.len())).size(size::CAPTION).color(theme.weak),
        };
        let line = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), HINT), line, |ui| ui.add(Label::new(hint).truncate()));
        let mut shown: Vec<Class> = match &self.typed {
            Some(typed) => class_keys::found(&known.classes, typed),
            None => (0..known.classes.len() as Class).collect(),
        };
        if let Some(image) = targets.first().filter(|_| open.sitting.list() == List::Conflicts && self.typed.is_none())
        {
            // What the two people say comes first, however many classes there are.
            let theirs = open.sitting.conflict(*image).map(|conflict| conflict.label.as_str());
            let here = known.class_of(*image);
            shown.sort_by_key(|class| {
                Some(*class) != here && theirs != Some(known.classes[usize::from(*class)].as_str())
            });
        }
        let present = targets.first().filter(|_| targets.len() == 1).and_then(|image| open.class_of(*image));
        let guess = open.subject().filter(|_| open.sitting.is_guess_shown());
        let guess = guess.and_then(|image| open.sitting.guess(image)).map(|(class, _)| class);
        let (mut given, mut removed) = (None, None);
        let most = (CLASSES_SHARE * ui.ctx().content_rect().height()).max(60.0);
        let area = ScrollArea::vertical().max_height(most).id_salt("classes");
        let used = area.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
                for (place, class) in shown.iter().enumerate() {
                    let chip = Chip {
                        class: *class,
                        name: &known.classes[usize::from(*class)],
                        key: open.keys.key(usize::from(*class)).filter(|_| self.typed.is_none()),
                        chosen: present == Some(*class),
                        guessed: guess == Some(*class),
                        first: place == 0 && self.typed.is_some(),
                    };
                    let response = chip.show(ui);
                    response.context_menu(|ui| {
                        let tip =
                            "For one that was added by mistake: no image has it, and no round was trained with it";
                        // A lasso has classes by their numbers.
                        let can = open.sitting.region().given().next().is_none();
                        let remove = ui.add_enabled(can, egui::Button::new("Remove this class"));
                        if remove.on_hover_text(tip).clicked() {
                            removed = Some(*class);
                        }
                    });
                    if response.clicked() {
                        given = Some(*class);
                    }
                }
                if known.classes.is_empty() {
                    ui.label("There is no class yet: + names the first one");
                } else if shown.is_empty() {
                    ui.label("No class has such a name: Enter makes it a new one");
                }
            });
        });
        // The image keeps its size while a name is typed.
        match self.typed {
            Some(_) => ui.add_space((self.classes_height - used.inner_rect.height()).max(0.0)),
            None => self.classes_height = used.inner_rect.height(),
        };
        ui.add_space(space::XS);
        let mut pressed = None;
        let in_region = open.sitting.list() == List::Region;
        let buttons: Vec<&CommandRow> = match in_region {
            true => IN_REGION.iter().chain(BUTTONS[4..].iter().map(|act| command(*act))).collect(),
            false if open.sitting.looks_back() => BUTTONS.iter().map(|act| looking_back(*act)).collect(),
            false => BUTTONS.iter().map(|act| command(*act)).collect(),
        };
        let all: Vec<usize> = (0..buttons.len()).collect();
        let confirmed = open.sitting.region().given().count();
        self.commands[usize::from(in_region)].show(ui, "More answers", 2, &all, |ui, i, _| {
            let row = buttons[i];
            let response = match row.act {
                Act::Confirm => lasso::confirm_button(ui, row, confirmed, theme),
                _ => command_button(ui, row, theme),
            };
            if response.clicked() {
                pressed = Some(row.act);
            }
        });
        let ctx = ui.ctx().clone();
        if let Some(class) = given {
            self.typed = None;
            Self::answer(open, &ctx, Answer::Label, Some(class));
        }
        if let Some(class) = removed {
            open.remove_class(&ctx, class);
        }
        if let Some(act) = pressed {
            self.act(&ctx, open, act);
        }
    }

    /// What the keys do now, in a line.
    fn hint(&self, open: &Open, targets: usize) -> String {
        let in_region = open.sitting.list() == List::Region;
        match () {
            () if in_region && open.one_by_one => {
                "The key of a class gives it to this image; ← and → go through the lasso, Del takes out, Enter confirms"
                    .into()
            }
            () if in_region => {
                let images = if targets == 1 { "one image".into() } else { format!("{targets} images") };
                format!("For {images}: a class's key gives it, Del takes out, Enter confirms, Esc leaves")
            }
            () if open.shows_grid() => {
                let images = if targets == 1 { "one image".into() } else { format!("{targets} images") };
                format!(
                    "For {images}. Arrows move, Space chooses, Shift with an arrow chooses on, Ctrl A all that wait, Enter looks at one"
                )
            }
            () if open.point().is_some() => {
                "Generated: the key of a class labels it, Del says that there is no such thing, which is never trained on"
                    .into()
            }
            () => open.keys.told().into(),
        }
    }

    /// Asks for the name of a new class.
    fn name_dialog(&mut self, ui: &Ui, open: &mut Open) {
        let Some((mut name, targets)) = self.naming.take() else { return };
        let (mut add, known) = (false, open.sitting.known());
        let frame = Frame::window(&ui.ctx().global_style());
        let response = Modal::new(egui::Id::unique("new class")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(300.0);
            ui.label(bold("New class").size(size::HEADING));
            let field = ui
                .add(
                    TextEdit::singleline(&mut name)
                        .desired_width(284.0)
                        .hint_text("Its name")
                        .char_limit(LONGEST_CLASS),
                )
                .accessible_name("Name of the class");
            field.request_focus();
            let is_there = known.classes.iter().any(|class| class == name.trim());
            let spelled = known.classes.iter().find(|class| class.to_lowercase() == name.trim().to_lowercase());
            let about = match (is_there, targets.len()) {
                (true, _) => "There is a class of this name".to_owned(),
                (false, _) if spelled.is_some() => {
                    let spelled = spelled.map_or("", String::as_str);
                    format!("There is the class {spelled}, and this would be another one")
                }
                (false, 1) => "It is given to this image. The next round begins with an untrained network.".into(),
                (false, n) => format!("It is given to {n} images. The next round begins with an untrained network."),
            };
            ui.add(Label::new(RichText::new(about).size(size::CAPTION).weak()).wrap());
            ui.add_space(space::S);
            ui.horizontal(|ui| {
                let can = !is_there && !name.trim().is_empty();
                let pressed = ui.add_enabled(can, Button::new("Add")).clicked();
                add = can && (pressed || ui.input(|i| i.key_pressed(egui::Key::Enter)));
                if ui.button("Cancel").clicked() {
                    ui.close();
                }
            });
        });
        let taken = add && open.name_class(ui.ctx(), name.trim(), &targets);
        if !taken && !response.should_close() {
            self.naming = Some((name, targets));
        }
    }
}

/// What two people say of an image, while conflicts are decided.
fn between(open: &Open, image: usize) -> Option<String> {
    let sitting = &open.sitting;
    let conflict = sitting.conflict(image).filter(|_| sitting.list() == List::Conflicts)?;
    let row = sitting.known().rows[image].as_ref()?;
    let named = |who: &str, other: &str| if who.is_empty() { other.to_owned() } else { who.to_owned() };
    let (here, there) = (named(&row.who, "here"), named(&conflict.who, "the other"));
    let (here, there) = if here == there { (format!("{here} here"), format!("{there} there")) } else { (here, there) };
    Some(format!("{here}: {} · {there}: {}. The key of a class decides", row.label, conflict.label))
}

/// The row of a command while an image is looked at again.
fn looking_back(act: Act) -> &'static CommandRow {
    if act == LOOKING_BACK.act { &LOOKING_BACK } else { command(act) }
}

/// How far the list is, at what pace, and what was said last; whether the rest of the test is to go back to the pool.
fn progress(ui: &mut Ui, open: &Open, theme: &Theme) -> bool {
    let (sitting, list) = (&open.sitting, open.sitting.list());
    let (waiting, done) = (sitting.waiting(list), sitting.done(list));
    let all = waiting + done;
    let text = match list {
        List::Labelled => counted(all, "labelled image"),
        List::Doubts => format!("{} to look at again", counted(waiting, "label")),
        List::Conflicts => format!("{} of {} decided", thousands(done), counted(all, "conflict")),
        List::Region => {
            let (done, all, have) = (thousands(done), thousands(all), verb(done, "has", "have"));
            format!("{done} of {all} in the lasso {have} a class; Confirm writes what has one")
        }
        _ if all == 0 => String::new(),
        _ => {
            let pace = open.pace().map(|s| format!(" · {s:.1} s an image")).unwrap_or_default();
            let left =
                open.time_for(waiting).filter(|_| waiting > 0).map(|t| format!(" · {t} left")).unwrap_or_default();
            format!("{} of {} done{pace}{left}", thousands(done), thousands(all))
        }
    };
    let mut gives_back = false;
    ui.horizontal(|ui| {
        ui.label(RichText::new(text).color(theme.text));
        if list == List::Test && sitting.known().has_untouched_test() {
            let tip = "Puts the test images of which nothing was said back into the pool, where they may be proposed; Draw and \
                       label draws them again";
            gives_back = ui.small_button("Give the rest back").on_hover_text(tip).clicked();
        }
        let said = match (sitting.image().filter(|_| sitting.looks_back()), sitting.last()) {
            _ if open.was_early(ui.ctx()) => TOO_EARLY.into(),
            (Some(image), _) => {
                let class = sitting.known().class_of(image).and_then(|c| sitting.known().classes.get(usize::from(c)));
                let class = class.map_or("without a label", String::as_str);
                format!("Looking back: {class}; another class changes it, → goes on")
            }
            (None, Some((image, row))) => {
                let what = if row.label.is_empty() { row.answer.told().to_owned() } else { row.label.clone() };
                format!("Last: {}, {what}", sitting.known().names[image])
            }
            (None, None) => String::new(),
        };
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let color = if said == TOO_EARLY { theme.warning } else { theme.weak };
            ui.add(Label::new(RichText::new(said).size(size::CAPTION).color(color)).truncate());
        });
    });
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), egui::Sense::hover());
    widgets::progress_line(ui.painter(), rect, Some(done as f32 / all.max(1) as f32), theme);
    gives_back
}
