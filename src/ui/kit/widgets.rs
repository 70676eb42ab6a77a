//! The small parts that the panels are made of: painted icons, buttons, segmented choices, image tiles and bars.

use egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::theme::{self, CONTROL_HEIGHT, RADIUS, Theme, size, space};

/// Icons drawn by the painter, so that they need no font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    StepMinibatches,
    StepRound,
    Stop,
    Reset,
    NewSeed,
    Sun,
    Moon,
    Keys,
    Close,
    Previous,
    Next,
    Fit,
    Save,
    Folded,
    Unfolded,
    Box,
    Lasso,
    Fork,
}

impl Icon {
    /// Draws the icon in a square round `center`; `r` is half its side.
    pub fn paint(self, painter: &Painter, center: Pos2, r: f32, color: Color32) {
        let at = |x: f32, y: f32| center + vec2(x, y) * r;
        let line = Stroke::new((r * 0.24).max(1.3), color);
        let fill = |points: Vec<Pos2>| {
            painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
        };
        let stroke = |points: Vec<Pos2>| {
            painter.add(Shape::line(points, line));
        };
        let triangle = |x0: f32, x1: f32, h: f32| fill(vec![at(x0, -h), at(x1, 0.0), at(x0, h)]);
        let bar = |x0: f32, x1: f32, h: f32| {
            painter.rect_filled(Rect::from_two_pos(at(x0, -h), at(x1, h)), CornerRadius::same(1), color);
        };
        match self {
            Self::Play => triangle(-0.55, 0.85, 0.85),
            Self::Pause => {
                bar(-0.65, -0.18, 0.8);
                bar(0.18, 0.65, 0.8);
            }
            Self::StepMinibatches => {
                triangle(-0.75, 0.3, 0.7);
                bar(0.45, 0.72, 0.7);
            }
            Self::StepRound => {
                triangle(-0.95, -0.1, 0.65);
                triangle(-0.15, 0.7, 0.65);
                bar(0.7, 0.95, 0.65);
            }
            Self::Stop => {
                painter.rect_filled(Rect::from_center_size(center, Vec2::splat(1.4 * r)), CornerRadius::same(2), color);
            }
            Self::Reset => {
                stroke(arc(center, 0.78 * r, -0.35, 4.6));
                let tip = center + 0.78 * r * vec2((-0.35_f32).cos(), (-0.35_f32).sin());
                fill(vec![tip + vec2(-0.55, -0.12) * r, tip + vec2(0.42, -0.35) * r, tip + vec2(0.1, 0.42) * r]);
            }
            Self::NewSeed => {
                painter.rect_stroke(
                    Rect::from_center_size(center, Vec2::splat(1.6 * r)),
                    CornerRadius::same(3),
                    line,
                    StrokeKind::Middle,
                );
                for (x, y) in [(-0.35, -0.35), (0.35, 0.35), (0.35, -0.35), (-0.35, 0.35)] {
                    painter.circle_filled(at(x, y), 0.16 * r, color);
                }
            }
            Self::Sun => {
                painter.circle_filled(center, 0.42 * r, color);
                for k in 0..8 {
                    let d = Vec2::angled(k as f32 * std::f32::consts::FRAC_PI_4);
                    stroke(vec![center + 0.66 * r * d, center + 0.95 * r * d]);
                }
            }
            Self::Moon => {
                let outer = arc(center, 0.85 * r, 0.5, 4.4);
                let mut points = outer;
                points.extend(arc(center + vec2(0.42, -0.3) * r, 0.62 * r, 4.25, -3.25));
                stroke(points);
            }
            Self::Keys => {
                painter.text(center, Align2::CENTER_CENTER, "?", theme::bold_font(1.9 * r), color);
            }
            Self::Close => {
                stroke(vec![at(-0.6, -0.6), at(0.6, 0.6)]);
                stroke(vec![at(-0.6, 0.6), at(0.6, -0.6)]);
            }
            Self::Previous => stroke(vec![at(0.3, -0.65), at(-0.35, 0.0), at(0.3, 0.65)]),
            Self::Next => stroke(vec![at(-0.3, -0.65), at(0.35, 0.0), at(-0.3, 0.65)]),
            Self::Folded => stroke(vec![at(-0.25, -0.5), at(0.25, 0.0), at(-0.25, 0.5)]),
            Self::Unfolded => stroke(vec![at(-0.5, -0.25), at(0.0, 0.25), at(0.5, -0.25)]),
            Self::Fit => {
                for (sx, sy) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                    stroke(vec![at(0.8 * sx, 0.3 * sy), at(0.8 * sx, 0.8 * sy), at(0.3 * sx, 0.8 * sy)]);
                }
            }
            Self::Box => {
                let corners = [(-0.8, -0.65), (0.8, -0.65), (0.8, 0.65), (-0.8, 0.65), (-0.8, -0.65)];
                let corners = corners.map(|(x, y)| at(x, y));
                painter.extend(Shape::dashed_line(&corners, line, 0.42 * r, 0.28 * r));
            }
            Self::Fork => {
                stroke(vec![at(-0.45, 0.9), at(-0.45, -0.9)]);
                stroke(vec![at(-0.45, 0.45), at(0.5, -0.1), at(0.5, -0.75)]);
                for (x, y) in [(-0.45, -0.85), (-0.45, 0.85), (0.5, -0.85)] {
                    painter.circle_filled(at(x, y), 0.24 * r, color);
                }
            }
            Self::Lasso => {
                let ring =
                    |k: usize| center + r * vec2(0.85, 0.6) * Vec2::angled(k as f32 * 0.2618) - vec2(0.0, 0.2 * r);
                let ring: Vec<Pos2> = (0..=24).map(ring).collect();
                painter.extend(Shape::dashed_line(&ring, line, 0.42 * r, 0.28 * r));
                stroke(vec![at(0.1, 0.4), at(0.3, 0.95)]);
            }
            Self::Save => {
                stroke(vec![at(0.0, -0.85), at(0.0, 0.3)]);
                stroke(vec![at(-0.42, -0.1), at(0.0, 0.32), at(0.42, -0.1)]);
                stroke(vec![at(-0.8, 0.4), at(-0.8, 0.82), at(0.8, 0.82), at(0.8, 0.4)]);
            }
        }
    }
}

fn arc(center: Pos2, radius: f32, start: f32, sweep: f32) -> Vec<Pos2> {
    const SEGMENTS: usize = 24;
    (0..=SEGMENTS).map(|i| center + radius * Vec2::angled(start + sweep * i as f32 / SEGMENTS as f32)).collect()
}

/// A button with an icon, and text beside it unless `text` is empty; `name` is what a screen reader says.
pub struct IconButton<'a> {
    pub icon: Icon,
    pub name: &'a str,
    pub text: &'a str,
    pub tip: &'a str,
    pub primary: bool,
    pub enabled: bool,
    /// Pressed in, for what stays on until it is pressed again.
    pub on: bool,
}

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

    pub fn show(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui.visuals());
        let icon_side = 14.0;
        let galley = (!self.text.is_empty()).then(|| {
            let font = if self.primary { theme::bold_font(size::BODY) } else { theme::font(size::BODY) };
            ui.painter().layout_no_wrap(self.text.to_owned(), font, Color32::PLACEHOLDER)
        });
        let text_width = galley.as_ref().map_or(0.0, |g| g.size().x + 6.0);
        let padding = if galley.is_some() { 10.0 } else { 7.0 };
        let width = (icon_side + text_width + 2.0 * padding).max(CONTROL_HEIGHT);
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
            pos2(rect.left() + padding + icon_side / 2.0, rect.center().y)
        } else {
            rect.center()
        };
        self.icon.paint(painter, icon_center, icon_side * 0.42, ink);
        if let Some(galley) = galley {
            let y = rect.center().y - galley.size().y / 2.0;
            painter.galley(pos2(rect.left() + padding + icon_side + 6.0, y), galley, ink);
        }
        let response = if self.enabled { response.on_hover_cursor(egui::CursorIcon::PointingHand) } else { response };
        response.on_hover_text(self.tip).on_disabled_hover_text(self.tip)
    }
}

/// One choice of several, side by side. Returns whether it changed.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, name: &str, value: &mut T, choices: &[(T, &str, &str)]) -> bool {
    let theme = Theme::of(ui.visuals());
    let padding = 9.0;
    let galleys: Vec<_> = choices
        .iter()
        .map(|(_, text, _)| {
            ui.painter().layout_no_wrap((*text).to_owned(), theme::font(size::CAPTION + 0.5), Color32::PLACEHOLDER)
        })
        .collect();
    let width: f32 = galleys.iter().map(|g| g.size().x + 2.0 * padding).sum();
    let (rect, _) = ui.allocate_exact_size(vec2(width, CONTROL_HEIGHT - 4.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), theme.field);
    let mut changed = false;
    let mut x = rect.left();
    for ((choice, text, tip), galley) in choices.iter().zip(galleys) {
        let cell = Rect::from_min_size(pos2(x, rect.top()), vec2(galley.size().x + 2.0 * padding, rect.height()));
        x = cell.right();
        let selected = *value == *choice;
        let response = ui.interact(cell, ui.scope_id().with((name, *text)), Sense::click());
        let label = format!("{name}: {text}");
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), selected, &label));
        let ink = if selected {
            ui.painter().rect_filled(cell.shrink(2.0), CornerRadius::same(RADIUS - 1), theme.accent_wash);
            theme.accent
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
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(*tip).clicked() && !selected {
            *value = *choice;
            changed = true;
        }
    }
    changed
}

/// A word that is on or off, such as a layer of the view. Returns whether it changed.
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

/// A title with a sentence under it, centred: what will appear here, and how to make it.
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

/// A filled disc, diamond or square of the given colour, as a legend shows it.
pub fn swatch(ui: &mut Ui, color: Color32, square: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), Sense::hover());
    if square {
        ui.painter().rect_filled(Rect::from_center_size(rect.center(), Vec2::splat(8.0)), CornerRadius::same(1), color);
    } else {
        ui.painter().circle_filled(rect.center(), 4.2, color);
    }
}

/// A short horizontal stroke, as a legend shows a line.
pub fn line_swatch(ui: &mut Ui, color: Color32, width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(width, color));
}

/// A thin progress bar over the whole width; `None` shows that the total is not known.
pub fn progress_line(painter: &Painter, rect: Rect, fraction: Option<f32>, theme: &Theme) {
    painter.rect_filled(rect, CornerRadius::ZERO, theme.line);
    if let Some(f) = fraction {
        let filled = Rect::from_min_size(rect.min, vec2(rect.width() * f, rect.height()));
        painter.rect_filled(filled, CornerRadius::ZERO, theme.accent);
    }
}

/// One horizontal bar for each class with its probability, the true class marked.
pub fn probability_bars(ui: &mut Ui, names: &[String], probabilities: &[f32], truth: Option<u8>) {
    const ROW: f32 = 17.0;
    let theme = Theme::of(ui.visuals());
    let width = ui.available_width();
    let label_width = 44.0;
    let value_width = 48.0;
    let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
    for (class, &p) in probabilities.iter().enumerate() {
        let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
        response.on_hover_text(format!("loss with this label: {:.4} nats", -p.max(f32::MIN_POSITIVE).ln()));
        ui.spacing_mut().item_spacing.y = 1.0;
        let painter = ui.painter();
        let y = rect.center().y;
        let is_truth = truth == Some(class as u8);
        let name = names.get(class).cloned().unwrap_or_else(|| class.to_string());
        let ink = if is_truth || best == Some(class) { theme.text } else { theme.weak };
        let font = if is_truth { theme::bold_font(size::CAPTION + 0.5) } else { theme::font(size::CAPTION + 0.5) };
        painter.text(pos2(rect.left() + 12.0, y), Align2::LEFT_CENTER, name, font, ink);
        if is_truth {
            painter.circle_filled(pos2(rect.left() + 4.0, y), 2.5, theme.text);
        }
        let bar =
            Rect::from_min_max(pos2(rect.left() + label_width, y - 4.0), pos2(rect.right() - value_width, y + 4.0));
        painter.rect_filled(bar, CornerRadius::same(2), theme.field);
        let filled = Rect::from_min_size(bar.min, vec2(bar.width() * p.clamp(0.0, 1.0), bar.height()));
        painter.rect_filled(filled, CornerRadius::same(2), theme::class_color(class as u8));
        painter.text(
            pos2(rect.right(), y),
            Align2::RIGHT_CENTER,
            format!("{:.1} %", 100.0 * p),
            theme::font(size::CAPTION),
            ink,
        );
    }
}

/// `1234567` as `1,234,567`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Seconds for people: `8 s`, `2 min 05 s`, `1 h 10 min`.
pub fn duration(seconds: f32) -> String {
    let s = seconds.max(0.0).round() as u64;
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_read_well() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (20_000, "20,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(n), text);
        }
        for (s, text) in [(0.2, "0 s"), (59.4, "59 s"), (65.0, "1 min 05 s"), (4_210.0, "1 h 10 min")] {
            assert_eq!(duration(s), text);
        }
    }
}
