//! Many images at once: a whole batch is labelled by choosing images and pressing the key of a class.

use std::collections::BTreeSet;

use egui::{
    Color32, Context, CornerRadius, Key, Modifiers, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    vec2,
};

use super::gallery::Gallery;
use crate::dataset::Class;
use crate::project::{Known, List, Pictures, Row};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, RADIUS, Theme, size, space};

/// Which images are chosen, and where the keys are.
#[derive(Debug, Default)]
pub struct Grid {
    pub shown: bool,
    /// The list that the images are of, and the images: those that are answered stay, so that they can be looked at.
    list: Option<List>,
    images: Vec<usize>,
    cursor: usize,
    chosen: BTreeSet<usize>,
    /// Those that wait for an answer.
    open: BTreeSet<usize>,
    /// Images of which an answer was taken back, to be gone back to.
    undone: Vec<usize>,
    /// The cursor was moved by a key, and is to be seen.
    reveal: bool,
    columns: usize,
}

/// Side of a cell's image, and what stands below it, points.
const SIDE: f32 = 92.0;
const CAPTION: f32 = 18.0;
const GAP: f32 = 8.0;

/// What the cells show.
pub struct Cells<'a> {
    pub known: &'a Known,
    /// The round that is labelled: what was skipped before waits again.
    pub round: usize,
    /// The class of each image, also one that is not written yet.
    pub class: &'a dyn Fn(usize) -> Option<Class>,
    /// The model's guess for each image, if it was asked for.
    pub guess: &'a dyn Fn(usize) -> Option<Class>,
    pub pictures: &'a Pictures,
}

impl Grid {
    /// Shows the images of a list; those that are there stay while no other comes to the list.
    pub fn follow(&mut self, list: List, images: &[usize], waits: impl Fn(usize) -> bool) {
        let is_known = self.list == Some(list) && images.iter().all(|image| self.images.contains(image));
        if !is_known {
            (self.list, self.images) = (Some(list), images.to_vec());
            self.chosen.clear();
            self.cursor = images.iter().position(|image| waits(*image)).unwrap_or(0);
            self.reveal = true;
        }
        self.open = self.images.iter().copied().filter(|image| waits(*image)).collect();
        let undone = std::mem::take(&mut self.undone);
        if let Some(at) = self.images.iter().position(|image| undone.contains(image)) {
            (self.cursor, self.reveal) = (at, true);
            // What was answered together is answered together again.
            self.chosen = if undone.len() > 1 { undone.into_iter().collect() } else { BTreeSet::new() };
        }
    }

    /// Goes back to images of which an answer was taken back, as soon as they are shown.
    pub fn go_back_to(&mut self, undone: Vec<usize>) {
        self.undone = undone;
    }

    /// Shows exactly these images; those of a new list are all chosen.
    pub fn hold(&mut self, list: List, images: &[usize]) {
        self.open = images.iter().copied().collect();
        if self.list != Some(list) || !images.iter().all(|image| self.images.contains(image)) {
            self.chosen = images.iter().copied().collect();
            (self.cursor, self.reveal) = (0, true);
        }
        if self.images != images {
            (self.list, self.images) = (Some(list), images.to_vec());
            self.chosen.retain(|image| images.contains(image));
            self.cursor = self.cursor.min(images.len().saturating_sub(1));
        }
    }

    /// The images that an answer is about: those that are chosen, or that of the cursor.
    pub fn targets(&self) -> Vec<usize> {
        let chosen: Vec<usize> = self.images.iter().copied().filter(|image| self.chosen.contains(image)).collect();
        match chosen.is_empty() {
            true => self.at_cursor().into_iter().collect(),
            false => chosen,
        }
    }

    /// The image that the keys are at.
    pub fn at_cursor(&self) -> Option<usize> {
        self.images.get(self.cursor).copied()
    }

    /// After an answer: nothing is chosen, and the cursor goes on to the next image without one.
    pub fn answered(&mut self, waits: impl Fn(usize) -> bool) {
        let targets = self.targets();
        self.chosen.clear();
        let open = |at: &usize| waits(self.images[*at]) && !targets.contains(&self.images[*at]);
        let count = self.images.len();
        let next = (self.cursor..count).chain(0..self.cursor.min(count)).find(open);
        self.cursor = next.unwrap_or(self.cursor);
        self.reveal = true;
    }

    /// The keys of the grid: arrows, Space, Shift with an arrow, Ctrl A, Esc.
    pub fn keys(&mut self, ctx: &Context) {
        let columns = self.columns.max(1) as isize;
        let moves = [
            (Key::ArrowLeft, -1),
            (Key::ArrowRight, 1),
            (Key::ArrowUp, -columns),
            (Key::ArrowDown, columns),
            (Key::Home, isize::MIN / 2),
            (Key::End, isize::MAX / 2),
        ];
        let last = self.images.len().saturating_sub(1);
        for (key, step) in moves {
            let (plain, shift) = ctx.input_mut(|i| {
                let shift = i.consume_key(Modifiers::SHIFT, key);
                (!shift && i.consume_key(Modifiers::NONE, key), shift)
            });
            if plain || shift {
                if shift {
                    self.chosen.extend(self.at_cursor());
                }
                let to = (self.cursor as isize).saturating_add(step).clamp(0, last as isize) as usize;
                self.cursor = if step.unsigned_abs() == self.columns && to.abs_diff(self.cursor) != self.columns {
                    self.cursor
                } else {
                    to
                };
                if shift {
                    self.chosen.extend(self.at_cursor());
                }
                self.reveal = true;
            }
        }
        if ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Space)) {
            self.toggle(self.at_cursor());
        }
        if ctx.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::A)) {
            // Those that wait; a second time all, also those that have a label already.
            let all = || self.images.iter().copied().collect();
            let is_more = self.open.is_empty() || self.chosen.is_superset(&self.open);
            self.chosen = if is_more { all() } else { self.open.clone() };
        }
    }

    pub fn clear(&mut self) {
        self.chosen.clear();
    }

    fn toggle(&mut self, image: Option<usize>) {
        if let Some(image) = image.filter(|image| !self.chosen.remove(image)) {
            self.chosen.insert(image);
        }
    }

    /// Draws the cells; returns an image that was pressed twice.
    pub fn ui(&mut self, ui: &mut Ui, cells: &Cells<'_>, gallery: &mut Gallery) -> Option<usize> {
        let mut opened = None;
        self.cursor = self.cursor.min(self.images.len().saturating_sub(1));
        let row = SIDE + CAPTION + GAP;
        self.columns = (((ui.available_width() - space::M + GAP) / (SIDE + GAP)) as usize).max(1);
        let rows = self.images.len().div_ceil(self.columns);
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("grid of images");
        if std::mem::take(&mut self.reveal) {
            let (top, height) = ((self.cursor / self.columns) as f32 * row, ui.available_height());
            area = area.vertical_scroll_offset((top - (height - row) / 2.0).max(0.0));
        }
        ui.spacing_mut().item_spacing = vec2(GAP, GAP);
        area.show_rows(ui, SIDE + CAPTION, rows, |ui, range| {
            for line in range {
                ui.horizontal(|ui| {
                    let first = line * self.columns;
                    for at in first..(first + self.columns).min(self.images.len()) {
                        let response = self.cell(ui, cells, at, gallery);
                        if response.double_clicked() {
                            opened = Some(self.images[at]);
                        } else if response.clicked() {
                            self.cursor = at;
                            self.toggle(Some(self.images[at]));
                        }
                    }
                });
            }
        });
        opened
    }

    fn cell(&self, ui: &mut Ui, cells: &Cells<'_>, at: usize, gallery: &mut Gallery) -> egui::Response {
        let theme = Theme::of(ui.visuals());
        let image = self.images[at];
        let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE + CAPTION), Sense::click());
        let (class, chosen) = ((cells.class)(image), self.chosen.contains(&image));
        let name_of = |class: Class| cells.known.classes.get(usize::from(class)).cloned().unwrap_or_default();
        let row = cells.known.rows[image].as_ref().filter(|row| class.is_none() && !Row::waits(Some(row), cells.round));
        let put_off = row.map(|row| row.answer.told());
        let said = class.map(name_of);
        let name = format!("{}: {}", cells.known.names[image], said.as_deref().or(put_off).unwrap_or("no label"));
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, chosen, &name));
        let square = Rect::from_min_size(rect.min, vec2(SIDE, SIDE));
        if chosen {
            ui.painter().rect_filled(rect.expand(3.0), CornerRadius::same(RADIUS), theme.accent_wash);
        }
        let texture = gallery.small(ui, cells.pictures, image);
        let scale = (square.size() / texture.size_vec2()).min_elem();
        let place = Rect::from_center_size(square.center(), texture.size_vec2() * scale);
        let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
        ui.painter().image(texture.id(), place, uv, Color32::WHITE);
        let stroke = match (chosen, at == self.cursor) {
            (true, _) => Stroke::new(2.0, theme.accent),
            (false, true) => Stroke::new(2.0, theme.text),
            (false, false) => Stroke::new(1.0, theme.line),
        };
        ui.painter().rect_stroke(square, CornerRadius::same(3), stroke, StrokeKind::Inside);
        if at == self.cursor {
            // A corner too, so that it is not the colour alone that says where the keys are.
            let corner = square.left_top();
            let points = vec![corner, corner + vec2(14.0, 0.0), corner + vec2(0.0, 14.0)];
            ui.painter().add(egui::Shape::convex_polygon(points, theme.accent, Stroke::NONE));
        }
        if chosen {
            let at = square.right_top() + vec2(-12.0, 12.0);
            ui.painter().circle_filled(at, 9.0, theme.panel);
            Icon::Tick.paint(ui.painter(), at, 6.0, theme.accent);
        }
        let guess = (cells.guess)(image).map(|class| format!("{}?", name_of(class)));
        let (text, ink) = match (said, put_off, guess) {
            (Some(said), ..) => (said, theme.text),
            (None, Some(put_off), _) => (put_off.into(), theme.weak),
            (None, None, Some(guess)) => (guess, theme.accent),
            (None, None, None) => ("–".into(), theme.faint),
        };
        let mut job = egui::text::LayoutJob::simple_singleline(text, theme::font(size::CAPTION), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width(SIDE - 12.0);
        let galley = ui.painter().layout_job(job);
        let left = egui::pos2(rect.left() + 12.0, rect.bottom() - CAPTION / 2.0 - galley.size().y / 2.0);
        if let Some(class) = class {
            ui.painter().circle_filled(
                egui::pos2(rect.left() + 4.0, rect.bottom() - CAPTION / 2.0),
                4.0,
                theme::class_color(class),
            );
        }
        ui.painter().galley(left, galley, ink);
        response.on_hover_text(name)
    }
}
