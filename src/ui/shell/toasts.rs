//! Temporary messages at the bottom right; errors stay until they are dismissed.

use egui::{Align2, Area, CornerRadius, Frame, Id, Margin, Order, Stroke, vec2};

use crate::engine::protocol::Level;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{Theme, bold, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::state::AppState;

/// Which messages are shown since when, and which are gone.
#[derive(Debug, Default)]
pub struct Toasts {
    /// (message, time it was first shown in seconds of the window's clock).
    shown: Vec<(u64, f64)>,
    dismissed: Vec<u64>,
}

/// Seconds that a note and a warning stay.
const INFO_SECONDS: f64 = 6.0;
const WARNING_SECONDS: f64 = 14.0;
/// Largest number of toasts on the screen; older ones wait.
const MAX_SHOWN: usize = 4;
const WIDTH: f32 = 360.0;

impl Toasts {
    pub fn ui(&mut self, ctx: &egui::Context, state: &AppState) {
        let now = ctx.input(|i| i.time);
        let theme = Theme::of(&ctx.global_style().visuals);
        let mut visible: Vec<_> = state.messages.iter().filter(|m| self.is_visible(m.id, m.level, now, ctx)).collect();
        let first = visible.len().saturating_sub(MAX_SHOWN);
        let visible = visible.split_off(first);
        if visible.is_empty() {
            return;
        }
        let mut dismissed = Vec::new();
        Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-space::L, -space::L))
            .show(ctx, |ui| {
                for message in visible {
                    let (color, title) = match message.level {
                        Level::Info => (theme.good, "Note"),
                        Level::Warning => (theme.warning, "Warning"),
                        Level::Error => (theme.error, "Error"),
                    };
                    let frame = Frame::popup(ui.style())
                        .corner_radius(CornerRadius::same(8))
                        .inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
                        .stroke(Stroke::new(1.0, color.gamma_multiply(0.7)));
                    frame.show(ui, |ui| {
                        ui.set_width(WIDTH);
                        ui.horizontal_top(|ui| {
                            ui.vertical(|ui| {
                                ui.set_width(WIDTH - 40.0);
                                ui.spacing_mut().item_spacing.y = 2.0;
                                ui.label(bold(title).color(color));
                                ui.add(egui::Label::new(&message.text).wrap().selectable(true));
                            });
                            let name = format!("Dismiss: {}", message.text);
                            if IconButton::new(Icon::Close, &name, "Dismiss").show(ui).clicked() {
                                dismissed.push(message.id);
                            }
                        });
                    });
                }
            });
        self.dismissed.append(&mut dismissed);
    }

    /// Removes expired toasts, and requests a repaint when the next one expires.
    fn is_visible(&mut self, id: u64, level: Level, now: f64, ctx: &egui::Context) -> bool {
        if self.dismissed.contains(&id) {
            return false;
        }
        let since = match self.shown.iter().find(|(m, _)| *m == id) {
            Some((_, t)) => *t,
            None => {
                self.shown.push((id, now));
                now
            }
        };
        let life = match level {
            Level::Info => INFO_SECONDS,
            Level::Warning => WARNING_SECONDS,
            Level::Error => return true,
        };
        let left = since + life - now;
        if left > 0.0 {
            ctx.request_repaint_after_secs(left as f32);
        } else {
            self.dismissed.push(id);
            self.shown.retain(|(m, _)| *m != id);
        }
        left > 0.0
    }
}
