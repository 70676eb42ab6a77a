//! The widgets of every panel: icon buttons, segmented choices, toggles, empty states, progress lines and badges.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, Galley, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::icons::Icon;
use super::theme::{self, CONTROL_HEIGHT, RADIUS, Theme, size, space};

/// A button with an icon and optional text; `name` is its name for screen readers.
#[derive(Clone, Copy)]
pub struct IconButton<'a> {
    pub icon: Icon,
    pub name: &'a str,
    pub text: &'a str,
    pub tip: &'a str,
    pub primary: bool,
    pub enabled: bool,
    /// Drawn as pressed, for toggles.
    pub on: bool,
}

/// Side of a button's icon, points.
const ICON_SIDE: f32 = 14.0;

impl<'a> IconButton<'a> {
    pub fn new(icon: Icon, name: &'a str, tip: &'a str) -> Self {
        Self { icon, name, text: "", tip, primary: false, enabled: true, on: false }
    }

    pub fn text(mut self, text: &'a str) -> Self {
        self.text = text;
        self
    }

    pub fn primary(mut self) -> Self {
        self.primary = true;
        self
    }

    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    pub fn on(mut self, on: bool) -> Self {
        self.on = on;
        self
    }

    /// Its text as laid out, the padding beside it, and the button's width.
    fn measured(&self, ui: &Ui) -> (Option<Arc<Galley>>, f32, f32) {
        let galley = (!self.text.is_empty()).then(|| {
            let font = if self.primary { theme::bold_font(size::BODY) } else { theme::font(size::BODY) };
            ui.painter().layout_no_wrap(self.text.to_owned(), font, Color32::PLACEHOLDER)
        });
        let text_width = galley.as_ref().map_or(0.0, |g| g.size().x + 6.0);
        let padding = if galley.is_some() { 10.0 } else { 7.0 };
        let width = (ICON_SIDE + text_width + 2.0 * padding).max(CONTROL_HEIGHT);
        (galley, padding, width)
    }

    /// Its width, points.
    pub fn width(&self, ui: &Ui) -> f32 {
        self.measured(ui).2
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui.visuals());
        let (galley, padding, width) = self.measured(ui);
        let (rect, response) = ui
            .add_enabled_ui(self.enabled, |ui| ui.allocate_exact_size(vec2(width, CONTROL_HEIGHT), Sense::click()))
            .inner;
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, self.name));
        let hot = self.enabled && (response.hovered() || response.has_focus());
        let (fill, ink) = match (self.primary, self.enabled, hot) {
            (_, false, _) => (theme.field.gamma_multiply(0.5), theme.faint.gamma_multiply(0.6)),
            (true, true, false) => (theme.accent, theme.on_accent),
            (false, true, _) if self.on => (theme.accent_wash, theme.accent),
            (true, true, true) => (theme.accent.lerp_to_gamma(theme.text, 0.15), theme.on_accent),
            (false, true, false) => (theme.field, theme.text),
            (false, true, true) => (theme.field_hover, theme.text),
        };
        let painter = ui.painter();
        painter.rect_filled(rect, CornerRadius::same(RADIUS), fill);
        if response.has_focus() {
            painter.rect_stroke(rect, CornerRadius::same(RADIUS), Stroke::new(1.5, theme.accent), StrokeKind::Outside);
        }
        let icon_center = if galley.is_some() {
            pos2(rect.left() + padding + ICON_SIDE / 2.0, rect.center().y)
        } else {
            rect.center()
        };
        self.icon.paint(painter, icon_center, ICON_SIDE * 0.42, ink);
        if let Some(galley) = galley {
            let y = rect.center().y - galley.size().y / 2.0;
            painter.galley(pos2(rect.left() + padding + ICON_SIDE + 6.0, y), galley, ink);
        }
        let response = if self.enabled { response.on_hover_cursor(egui::CursorIcon::PointingHand) } else { response };
        response.on_hover_text(self.tip).on_disabled_hover_text(self.tip)
    }
}

/// Space beside the text of a segment, points.
const SEGMENT_PADDING: f32 = 9.0;

fn segment_galley(ui: &Ui, text: &str) -> Arc<Galley> {
    ui.painter().layout_no_wrap(text.to_owned(), theme::font(size::CAPTION + 0.5), Color32::PLACEHOLDER)
}

/// The width of a segmented control with these texts, points.
pub fn segmented_width<'a>(ui: &Ui, texts: impl IntoIterator<Item = &'a str>) -> f32 {
    texts.into_iter().map(|text| segment_galley(ui, text).size().x + 2.0 * SEGMENT_PADDING).sum()
}

/// A segmented control: one of several choices, in as many lines as they need below each other. Returns whether it changed.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, choices: &[(T, &str, &str)]) -> bool {
    segmented_where(ui, name, value, choices, |_| true)
}

/// A segmented control with choices that cannot be made, whose tip says why.
pub fn segmented_where<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    choices: &[(T, &str, &str)],
    is_possible: impl Fn(T) -> bool,
) -> bool {
    let theme = Theme::of(ui.visuals());
    let padding = SEGMENT_PADDING;
    let galleys: Vec<_> = choices.iter().map(|(_, text, _)| segment_galley(ui, text)).collect();
    let height = CONTROL_HEIGHT - 4.0;
    // Beside others it has one line.
    let room = if ui.layout().is_vertical() { ui.available_width() } else { f32::INFINITY };
    let (mut places, mut at, mut width) = (Vec::new(), vec2(0.0, 0.0), 0.0_f32);
    for galley in &galleys {
        let cell = vec2(galley.size().x + 2.0 * padding, height);
        if at.x > 0.0 && at.x + cell.x > room {
            at = vec2(0.0, at.y + height);
        }
        places.push(Rect::from_min_size(at.to_pos2(), cell));
        at.x += cell.x;
        width = width.max(at.x);
    }
    let (rect, _) = ui.allocate_exact_size(vec2(width, at.y + height), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), theme.field);
    let mut changed = false;
    for (((choice, text, tip), galley), place) in choices.iter().zip(galleys).zip(places) {
        let cell = place.translate(rect.min.to_vec2());
        let selected = *value == *choice;
        let possible = ui.is_enabled() && (selected || is_possible(*choice));
        let sense = if possible { Sense::click() } else { Sense::hover() };
        let response = ui.interact(cell, ui.scope_id().with((name, *text)), sense);
        let label = format!("{name}: {text}");
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, possible, selected, &label));
        let ink = if selected {
            ui.painter().rect_filled(cell.shrink(2.0), CornerRadius::same(RADIUS - 1), theme.accent_wash);
            theme.accent
        } else if !possible {
            theme.faint.gamma_multiply(0.6)
        } else if response.hovered() {
            theme.text
        } else {
            theme.weak
        };
        if response.has_focus() {
            ui.painter().rect_stroke(
                cell.shrink(1.0),
                CornerRadius::same(RADIUS),
                Stroke::new(1.0, theme.accent),
                StrokeKind::Inside,
            );
        }
        ui.painter().galley(cell.center() - galley.size() / 2.0, galley, ink);
        let response = if possible { response.on_hover_cursor(egui::CursorIcon::PointingHand) } else { response };
        if response.on_hover_text(*tip).clicked() && !selected {
            *value = *choice;
            changed = true;
            // The segments before this one are drawn already, as they were.
            ui.ctx().request_repaint();
        }
    }
    changed
}

/// A text toggle, such as for a layer of the view. Returns whether it changed.
pub fn toggle(ui: &mut Ui, on: &mut bool, text: &str, tip: &str) -> bool {
    let theme = Theme::of(ui.visuals());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::font(size::CAPTION + 0.5), Color32::PLACEHOLDER);
    let dot = 7.0;
    let (rect, response) =
        ui.allocate_exact_size(vec2(galley.size().x + dot + 6.0 + 14.0, CONTROL_HEIGHT - 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *on, text));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), theme.field);
    }
    let center = pos2(rect.left() + 7.0 + dot / 2.0, rect.center().y);
    if *on {
        ui.painter().circle_filled(center, dot / 2.0, theme.accent);
    } else {
        ui.painter().circle_stroke(center, dot / 2.0 - 0.5, Stroke::new(1.0, theme.faint));
    }
    let ink = if *on || response.hovered() { theme.text } else { theme.weak };
    ui.painter().galley(pos2(center.x + dot / 2.0 + 6.0, rect.center().y - galley.size().y / 2.0), galley, ink);
    let clicked = response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked();
    if clicked {
        *on = !*on;
    }
    clicked
}

/// A centred title and sentence for an empty panel: what will appear here, and how to get it.
pub fn empty_state(ui: &mut Ui, title: &str, body: &str) {
    let theme = Theme::of(ui.visuals());
    let rect = ui.available_rect_before_wrap();
    let width = (rect.width() - 2.0 * space::L).clamp(60.0, 340.0);
    let title = ui.painter().layout(title.to_owned(), theme::bold_font(size::BODY), theme.text, width);
    let mut job = egui::text::LayoutJob::simple(body.to_owned(), theme::font(size::BODY), theme.weak, width);
    job.halign = egui::Align::Center;
    let body = ui.painter().layout_job(job);
    let height = title.size().y + space::S + body.size().y;
    let top = (rect.center().y - height / 2.0).max(rect.top() + space::S);
    let painter = ui.painter_at(rect);
    painter.galley(pos2(rect.center().x - title.size().x / 2.0, top), title.clone(), theme.text);
    painter.galley(pos2(rect.center().x, top + title.size().y + space::S), body, theme.weak);
    ui.allocate_rect(rect, Sense::hover());
}

/// A part of something that scrolls; while it is out of view, only its place is kept.
pub fn where_seen(ui: &mut Ui, name: &str, part: impl FnOnce(&mut Ui)) {
    let id = ui.scope_id().with(name);
    let height = ui.data(|data| data.get_temp::<f32>(id));
    let place = height.map(|height| Rect::from_min_size(ui.cursor().min, vec2(1.0, height)));
    match place.filter(|place| !ui.clip_rect().intersects(*place)) {
        Some(place) => {
            ui.allocate_space(place.size());
        }
        None => {
            let shown = ui.scope(part).response.rect.height();
            ui.data_mut(|data| data.insert_temp(id, shown));
        }
    }
}

/// A thin progress bar over the whole width; `None` if the total is unknown.
pub fn progress_line(painter: &Painter, rect: Rect, fraction: Option<f32>, theme: &Theme) {
    painter.rect_filled(rect, CornerRadius::ZERO, theme.line);
    if let Some(f) = fraction {
        let filled = Rect::from_min_size(rect.min, vec2(rect.width() * f, rect.height()));
        painter.rect_filled(filled, CornerRadius::ZERO, theme.accent);
    }
}

/// A walk's letters in a disc of its colour, wider for several letters; returns its place.
pub fn letter_badge(painter: &Painter, center: Pos2, letters: &str, color: Color32, theme: &Theme) -> Rect {
    const DIAMETER: f32 = 17.0;
    // On the pale disc of a walk that steps back, letters in the background's colour could not be read.
    let ink = if color.a() < 128 { theme.text } else { theme.background };
    let galley = painter.layout_no_wrap(letters.to_owned(), theme::bold_font(size::CAPTION), ink);
    let disc = Rect::from_center_size(center, vec2((galley.size().x + 7.0).max(DIAMETER), DIAMETER));
    painter.rect(disc, CornerRadius::same(8), color, Stroke::new(1.5, theme.background), StrokeKind::Middle);
    painter.galley(disc.center() - galley.size() / 2.0, galley, ink);
    disc
}

/// A number in a small square, used for pins; returns its place.
pub fn number_badge(painter: &Painter, center: Pos2, number: u64, theme: &Theme) -> Rect {
    let font = theme::bold_font(size::CAPTION - 1.0);
    let galley = painter.layout_no_wrap(number.to_string(), font, theme.background);
    let rect = Rect::from_center_size(center, galley.size().max(Vec2::splat(12.0)) + vec2(3.0, 0.0));
    painter.rect_filled(rect, CornerRadius::same(3), theme.text);
    painter.galley(rect.center() - galley.size() / 2.0, galley, theme.background);
    rect
}
