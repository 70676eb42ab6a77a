//! The classes as buttons: each with its key, its name and a mark of its colour.

use egui::{Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::dataset::Class;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{self, CONTROL_HEIGHT, RADIUS, Theme, size};

/// A class as a button.
pub struct Chip<'a> {
    pub class: Class,
    pub name: &'a str,
    pub key: Option<char>,
    /// The label that the image has.
    pub chosen: bool,
    /// What the model guesses, once it was asked for.
    pub guessed: bool,
    /// What Enter takes.
    pub first: bool,
}

const HEIGHT: f32 = CONTROL_HEIGHT + 4.0;
const KEY_SIDE: f32 = 18.0;
const PADDING: f32 = 6.0;
const DOT: f32 = 4.0;
const MARK: f32 = 12.0;
const WIDEST: f32 = 190.0;

impl Chip<'_> {
    pub fn show(&self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui.visuals());
        let mut job = egui::text::LayoutJob::simple_singleline(
            self.name.to_owned(),
            if self.chosen || self.first { theme::bold_font(size::BODY) } else { theme::font(size::BODY) },
            Color32::PLACEHOLDER,
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(WIDEST);
        let name = ui.painter().layout_job(job);
        let key_width = if self.key.is_some() { KEY_SIDE + PADDING } else { 0.0 };
        let mark_width = if self.chosen || self.guessed { MARK + PADDING } else { 0.0 };
        let width = 3.0 * PADDING + key_width + 2.0 * DOT + name.size().x + mark_width;
        let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
        let label = format!("Class {}", self.name);
        response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), self.chosen, &label));
        let hot = response.hovered() || response.has_focus();
        let fill = match (self.chosen || self.first, hot) {
            (true, _) => theme.accent_wash,
            (false, true) => theme.field_hover,
            (false, false) => theme.field,
        };
        let painter = ui.painter();
        painter.rect_filled(rect, CornerRadius::same(RADIUS), fill);
        if self.chosen || self.first || response.has_focus() {
            let stroke = Stroke::new(1.5, theme.accent);
            painter.rect_stroke(rect, CornerRadius::same(RADIUS), stroke, StrokeKind::Inside);
        }
        let (mut x, y) = (rect.left() + PADDING, rect.center().y);
        if let Some(key) = self.key {
            let badge = Rect::from_center_size(pos2(x + KEY_SIDE / 2.0, y), vec2(KEY_SIDE, KEY_SIDE));
            painter.rect_filled(badge, CornerRadius::same(4), theme.panel);
            painter.rect_stroke(badge, CornerRadius::same(4), Stroke::new(1.0, theme.faint), StrokeKind::Inside);
            let letter = painter.layout_no_wrap(key.into(), theme::bold_font(size::CAPTION), theme.text);
            painter.galley(badge.center() - letter.size() / 2.0, letter, theme.text);
            x += key_width;
        }
        painter.circle_filled(pos2(x + DOT, y), DOT, theme::class_color(self.class));
        x += 2.0 * DOT + PADDING;
        painter.galley(pos2(x, y - name.size().y / 2.0), name.clone(), theme.text);
        x += name.size().x + PADDING;
        let mark = match (self.chosen, self.guessed) {
            (true, _) => Some(Icon::Tick),
            (false, true) => Some(Icon::Keys),
            (false, false) => None,
        };
        mark.iter().for_each(|mark| mark.paint(painter, pos2(x + MARK / 2.0, y), MARK / 2.0, theme.accent));
        let key = self.key.map(|key| format!(" ({key})")).unwrap_or_default();
        let tip = format!("{}: gives the image this class{key}", self.name);
        response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip)
    }
}
