//! The rows of the table on the screen: only those in view are laid out, however many there are.

use egui::{Align2, CornerRadius, Id, Key, Modifiers, Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::made::{Asked, Made};
use super::table::{Column, Table};
use crate::ui::kit::images;
use crate::ui::kit::theme::{self, RADIUS, size, space};
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;

const ROW: f32 = 26.0;
const HEADER: f32 = 24.0;
/// Side of the image at the beginning of a row.
const IMAGE: f32 = 22.0;
/// Rows that one press of Page Down moves.
const PAGE: usize = 20;

/// The chosen row, and whether it is to be brought into view.
#[derive(Debug, Default)]
pub struct Rows {
    pub chosen: Option<u32>,
    /// Whether it is one of the images that accuracy is measured on.
    of_evaluation: bool,
    /// The place to scroll to in the next frame.
    scroll_to: Option<usize>,
    id: Option<Id>,
}

impl Rows {
    /// Gives the rows the keys.
    pub fn take_focus(&self, ctx: &egui::Context) {
        if let Some(id) = self.id {
            ctx.memory_mut(|memory| memory.request_focus(id));
        }
    }

    /// Shows the header, which sorts, and the rows; returns the image of a row that is chosen in this frame.
    pub fn ui(&mut self, ui: &mut Ui, made: &Made, asked: &mut Asked, cx: &mut Cx<'_>) -> Option<u32> {
        let columns: Vec<Column> = made.table.columns().collect();
        let widths = widths(ui.available_width() - space::S, &columns);
        if std::mem::replace(&mut self.of_evaluation, asked.evaluation) != asked.evaluation {
            self.chosen = None;
        }
        if !asked.evaluation {
            self.chosen = cx.state.focus.sample;
        }
        let mut clicked = None;
        ScrollArea::horizontal().auto_shrink(false).id_salt("columns of samples").show(ui, |ui| {
            let width = widths.iter().sum::<f32>();
            ui.set_min_width(width);
            header(ui, &columns, &widths, asked);
            if made.rows.is_empty() {
                let text = match asked.selected {
                    true => "No image of the selection matches the query; *Selection only* is on.",
                    false => "No image matches the query.",
                };
                return widgets::empty_state(ui, "No rows", text);
            }
            clicked = self.list(ui, made, &columns, &widths, cx);
        });
        clicked
    }

    fn list(&mut self, ui: &mut Ui, made: &Made, columns: &[Column], widths: &[f32], cx: &mut Cx<'_>) -> Option<u32> {
        let id = ui.make_persistent_id("samples");
        self.id = Some(id);
        let mut chosen = self.keys(ui, id, made);
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("rows of samples");
        if let Some(place) = self.scroll_to.take() {
            let middle = place as f32 * ROW - (ui.available_height() - ROW) / 2.0;
            area = area.vertical_scroll_offset(middle.max(0.0));
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let focused = ui.memory(|memory| memory.has_focus(id));
        let width = widths.iter().sum::<f32>();
        let output = area.show_rows(ui, ROW, made.rows.len(), |ui, range| {
            for place in range {
                let row = made.rows[place];
                let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
                let is_chosen = self.chosen == Some(row);
                response.widget_info(|| {
                    let name = format!("Image {row}: {}", made.table.text(Column::Class, row as usize));
                    WidgetInfo::selected(egui::Role::ListBoxOption, true, is_chosen, name)
                });
                let radius = CornerRadius::same(RADIUS);
                if is_chosen {
                    ui.painter().rect_filled(rect, radius, cx.theme.accent_wash);
                } else if response.hovered() {
                    ui.painter().rect_filled(rect, radius, cx.theme.field);
                }
                cells(ui, rect, &made.table, row, columns, widths, cx);
                if response.clicked() {
                    chosen = Some(row);
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
            }
        });
        // The list as a whole takes the keys.
        let whole = ui.interact(output.inner_rect, id, Sense::focusable_noninteractive());
        whole.widget_info(|| WidgetInfo::labeled(egui::Role::ListBox, true, "Rows of the table: arrows choose one"));
        if focused {
            let stroke = egui::Stroke::new(1.0, cx.theme.accent);
            ui.painter().rect_stroke(output.inner_rect, CornerRadius::same(RADIUS), stroke, egui::StrokeKind::Inside);
        }
        if chosen.is_some() {
            self.chosen = chosen;
        }
        chosen
    }

    /// The row that the keys choose while the list has the focus.
    fn keys(&mut self, ui: &Ui, id: Id, made: &Made) -> Option<u32> {
        if !ui.memory(|memory| memory.has_focus(id)) {
            return None;
        }
        let filter = egui::EventFilter { vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let last = made.rows.len() - 1;
        let at = self.chosen.and_then(|row| made.rows.iter().position(|r| *r == row));
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        let from = at.unwrap_or(0);
        let place = match () {
            () if pressed(Key::ArrowDown) => at.map_or(0, |at| at + 1),
            () if pressed(Key::ArrowUp) => from.saturating_sub(1),
            () if pressed(Key::PageDown) => from + PAGE,
            () if pressed(Key::PageUp) => from.saturating_sub(PAGE),
            () if pressed(Key::Home) => 0,
            () if pressed(Key::End) => last,
            () => return None,
        };
        self.scroll_to = Some(place.min(last));
        ui.ctx().request_repaint();
        made.rows.get(place.min(last)).copied()
    }
}

/// The columns' widths: each as wide as its heading and its numbers, and names get what is left.
fn widths(available: f32, columns: &[Column]) -> Vec<f32> {
    /// Most that a column of names gets beyond its least width.
    const MOST_MORE: f32 = 90.0;
    let least = |c: &Column| match c {
        Column::Index => 74.0,
        Column::Class => 62.0,
        Column::Predicted | Column::Forgotten => 70.0,
        Column::Strategy => 78.0,
        // As wide as the longest verdict.
        Column::Verdict => 104.0,
        Column::Margin | Column::Learned => 58.0,
        Column::Wrong | Column::Loss | Column::Round | Column::Snap | Column::Flips => 50.0,
    };
    let is_wide = |c: &Column| c.is_named() && *c != Column::Wrong;
    let names = columns.iter().filter(|c| is_wide(c)).count().max(1) as f32;
    let more = ((available - columns.iter().map(least).sum::<f32>()) / names).clamp(0.0, MOST_MORE);
    columns.iter().map(|c| if is_wide(c) { least(c) + more } else { least(c) }).collect()
}

/// The columns' names; a press sorts by one, and again the other way round.
fn header(ui: &mut Ui, columns: &[Column], widths: &[f32], asked: &mut Asked) {
    let theme = theme::Theme::of(ui.visuals());
    let (rect, _) = ui.allocate_exact_size(vec2(widths.iter().sum(), HEADER), Sense::hover());
    let mut left = rect.left();
    for (column, width) in columns.iter().zip(widths) {
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(*width, HEADER));
        left += width;
        let response = ui.interact(cell, ui.scope_id().with(column.name()), Sense::click());
        let name = format!("Sort the samples by {}", column.name());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
        let is_sorted = asked.sort == *column;
        let mut text = column.name().to_owned();
        if is_sorted {
            text += if asked.descending { " ↓" } else { " ↑" };
        }
        let hot = is_sorted || response.hovered() || response.has_focus();
        let color = if hot { theme.text } else { theme.weak };
        let painter = ui.painter_at(cell);
        painter.text(
            cell.left_center() + vec2(4.0, 0.0),
            Align2::LEFT_CENTER,
            text,
            theme::bold_font(size::CAPTION),
            color,
        );
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(column.help()).clicked() {
            asked.descending = is_sorted && !asked.descending;
            asked.sort = *column;
        }
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, theme.line));
}

/// The cells of a row: the image, then its values.
fn cells(ui: &mut Ui, rect: Rect, table: &Table, row: u32, columns: &[Column], widths: &[f32], cx: &mut Cx<'_>) {
    let Some(dataset) = cx.state.dataset.clone() else { return };
    let is_train = table.values(Column::Round).is_some();
    let texture = match is_train {
        true => cx.images.sample(ui, &dataset, row),
        false => {
            let split = dataset.evaluation(cx.state.experiment.evaluate_on);
            let image = ((row as usize) < split.len()).then(|| split.image(row as usize));
            image.map(|image| cx.images.get(ui, ("evaluation", row), 0, dataset.shape(), image))
        }
    };
    if let Some(texture) = texture {
        let at = pos2(rect.left() + 3.0, rect.center().y - IMAGE / 2.0);
        images::paint(ui, &texture, Rect::from_min_size(at, vec2(IMAGE, IMAGE)));
    }
    let mut left = rect.left();
    for (column, width) in columns.iter().zip(widths) {
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(*width, ROW));
        left += width;
        let mut x = cell.left() + 4.0;
        if *column == Column::Index {
            x += IMAGE + 4.0;
        }
        let painter = ui.painter_at(cell.shrink2(vec2(2.0, 0.0)));
        let is_class = matches!(column, Column::Class | Column::Predicted);
        if let Some(class) = table.value(*column, row as usize).filter(|_| is_class) {
            painter.circle_filled(
                pos2(x + 4.0, cell.center().y),
                4.0,
                theme::class_color(class as crate::dataset::Class),
            );
            x += 13.0;
        }
        let text = table.text(*column, row as usize);
        let is_wrong = *column == Column::Wrong && table.value(*column, row as usize) == Some(1.0);
        let color = if is_wrong { cx.theme.error } else { cx.theme.text };
        painter.text(pos2(x, cell.center().y), Align2::LEFT_CENTER, text, theme::font(size::CAPTION + 0.5), color);
    }
}
