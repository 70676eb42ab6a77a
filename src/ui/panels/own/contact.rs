//! The contact sheet of own images: some of each class, duplicates beside what they repeat, and nearly constant ones.

use egui::{Label, Rect, RichText, ScrollArea, TextEdit, Ui, UiBuilder, pos2, vec2};

use crate::dataset::own::contact::{Contact, Shot};
use crate::dataset::own::sheet::Sheet;
use crate::ui::kit::images::{self, Images};
use crate::ui::kit::theme::{CONTROL_HEIGHT, Theme, bold, size, space};
use crate::ui::kit::widgets;
use crate::ui::kit::words::thousands;

/// About the side of an image, points, and of an enlarged one.
const SIDE: f32 = 60.0;
const LARGE: f32 = 224.0;
const GAP: f32 = space::XS;
/// Height of the name of a class above its images.
const NAME: f32 = 20.0;
/// Width of the field that searches the classes, and from how many classes on there is one.
const SEARCH: f32 = 170.0;
const MANY_CLASSES: usize = 12;

/// Which images are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    Classes,
    Duplicates,
    NearlyConstant,
}

/// The contact sheet: which images it shows.
#[derive(Default)]
pub struct ContactSheet {
    shown: Shown,
    search: String,
}

/// What the contact sheet shows, and where its textures are.
pub struct Given<'a> {
    pub sheet: &'a Sheet,
    pub contact: &'a Contact,
    /// Changes when other images were read.
    pub version: u64,
    pub images: &'a mut Images,
    pub theme: &'static Theme,
}

impl ContactSheet {
    pub fn ui(&mut self, ui: &mut Ui, mut given: Given<'_>) {
        let (contact, sheet) = (given.contact, given.sheet);
        let labelled = !sheet.classes.is_empty();
        ui.horizontal(|ui| {
            ui.set_min_height(CONTROL_HEIGHT);
            let all = if labelled { "Classes" } else { "Images" };
            let duplicates = format!("Duplicates ({})", thousands(sheet.duplicates));
            let constant = format!("Nearly constant ({})", thousands(sheet.near_constant));
            let choices = [
                (Shown::Classes, all, "Some of the images of each class, as a run has them"),
                (Shown::Duplicates, &*duplicates, "Images with the content of an earlier one, after that one"),
                (Shown::NearlyConstant, &*constant, "Images whose values differ by at most 4 of 255"),
            ];
            let is_possible = |choice| match choice {
                Shown::Classes => true,
                Shown::Duplicates => sheet.duplicates > 0,
                Shown::NearlyConstant => sheet.near_constant > 0,
            };
            if !is_possible(self.shown) {
                self.shown = Shown::Classes;
            }
            widgets::segmented_where(ui, "Images shown", &mut self.shown, &choices, is_possible);
            if self.shown == Shown::Classes && sheet.classes.len() > MANY_CLASSES {
                let hint = format!("Search {} classes", thousands(sheet.classes.len()));
                let field = TextEdit::singleline(&mut self.search).desired_width(SEARCH).hint_text(&hint);
                ui.add(field).on_hover_text("Shows the classes with this in their name").accessible_name(hint);
            }
        });
        let side = whole_pixels(contact.shape.height, SIDE);
        match self.shown {
            Shown::Classes => {
                let search = self.search.trim().to_lowercase();
                let is_found =
                    |class: &usize| sheet.classes.get(*class).is_none_or(|c| c.name.to_lowercase().contains(&search));
                let found: Vec<usize> = (0..contact.classes.len()).filter(is_found).collect();
                if found.is_empty() {
                    return widgets::empty_state(ui, "No such class", "No class has this in its name.");
                }
                if labelled {
                    let row = |ui: &mut Ui, row: usize| class(ui, found[row], side, &mut given);
                    rows(ui, "classes", NAME + side + space::S, found.len(), row);
                } else {
                    let shots = &contact.classes[0];
                    let each = fitting(ui.available_width(), side).max(1);
                    let row = |ui: &mut Ui, row: usize| {
                        let places = row * each..shots.len().min((row + 1) * each);
                        strip(ui, "all", &shots[places.clone()], places.start, side, &mut given);
                    };
                    rows(ui, "images", side + GAP, shots.len().div_ceil(each), row);
                }
            }
            Shown::Duplicates => rows(ui, "duplicates", side + space::S, contact.duplicates.len() / 2, |ui, row| {
                let pair = &contact.duplicates[2 * row..2 * row + 2];
                let names = format!("{}\nhas the content of\n{}", told(&pair[1]), told(&pair[0]));
                captioned(ui, "duplicate", pair, 2 * row, &names, side, &mut given);
            }),
            Shown::NearlyConstant => {
                rows(ui, "constant", side + space::S, contact.nearly_constant.len(), |ui, row| {
                    let shot = &contact.nearly_constant[row..=row];
                    captioned(ui, "constant", shot, row, &told(&shot[0]), side, &mut given);
                });
            }
        }
    }
}

/// Rows of one height, of which only those in view are laid out.
fn rows(ui: &mut Ui, name: &str, height: f32, count: usize, mut row: impl FnMut(&mut Ui, usize)) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).id_salt(name).show_rows(ui, height, count, |ui, range| {
        for index in range {
            let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
            ui.scope_builder(UiBuilder::new().max_rect(place).id_salt(index), |ui| row(ui, index));
            ui.allocate_rect(place, egui::Sense::hover());
        }
    });
}

/// A class: its name and number of images, and as many of these as there is room for.
fn class(ui: &mut Ui, class: usize, side: f32, given: &mut Given<'_>) {
    let counted = &given.sheet.classes[class];
    ui.horizontal(|ui| {
        ui.set_height(NAME);
        let count = match counted.count {
            1 => "1 image".to_owned(),
            n => format!("{} images", thousands(n)),
        };
        let count = RichText::new(count).size(size::CAPTION).color(given.theme.weak);
        let room = ui.available_width() - 90.0;
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(Label::new(bold(&counted.name)).truncate()).on_hover_text(&counted.name);
        });
        ui.label(count);
    });
    let shots = &given.contact.classes[class];
    let fits = fitting(ui.available_width(), side).min(shots.len());
    strip(ui, "class", &shots[..fits], class << 16, side, given);
}

/// Images beside their names.
fn captioned(ui: &mut Ui, kind: &str, shots: &[Shot], first: usize, text: &str, side: f32, given: &mut Given<'_>) {
    let left = ui.max_rect().left() + (side + GAP) * shots.len() as f32 + space::S;
    strip(ui, kind, shots, first, side, given);
    let beside = Rect::from_min_max(pos2(left, ui.max_rect().top()), ui.max_rect().max);
    ui.scope_builder(UiBuilder::new().max_rect(beside), |ui| {
        let text = RichText::new(text).size(size::CAPTION + 0.5).color(given.theme.weak);
        ui.add(Label::new(text).wrap()).on_hover_text(shots.iter().map(told).collect::<Vec<_>>().join("\n"));
    });
}

/// Images in a row; the pointer over one shows it large, with its name.
fn strip(ui: &mut Ui, kind: &str, shots: &[Shot], first: usize, side: f32, given: &mut Given<'_>) {
    let shape = given.contact.shape;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for (i, shot) in shots.iter().enumerate() {
            let texture = given.images.own(ui, ("own", kind, first + i), given.version, shape, &shot.pixels);
            let response = images::show(ui, &texture, side, &shot.name);
            response.on_hover_ui(|ui| {
                images::show(ui, &texture, whole_pixels(shape.height, LARGE), &shot.name);
                ui.label(told(shot));
            });
        }
    });
}

/// The name of an image, its class and the split that it was given in.
fn told(shot: &Shot) -> String {
    let class = Some(shot.class.as_str()).filter(|class| !class.is_empty());
    let more: Vec<&str> = class.into_iter().chain(shot.part.map(|part| part.name())).collect();
    let name = shot.name.replace(char::is_control, "\u{fffd}");
    if more.is_empty() { name } else { format!("{name} ({})", more.join(", ")) }
}

/// About `side` points, a whole multiple of an image's pixels.
fn whole_pixels(pixels: usize, side: f32) -> f32 {
    pixels as f32 * (side / pixels as f32).round().max(1.0)
}

/// How many images fit beside each other.
fn fitting(width: f32, side: f32) -> usize {
    ((width + GAP) / (side + GAP)) as usize
}
