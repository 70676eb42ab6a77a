//! Messages at the bottom right (below a dialog that is open) that go away again, and the list under the bar's bell, where
//! all of them stay.

use egui::{
    Align2, Area, Color32, CornerRadius, Frame, Id, Label, Margin, Order, RichText, ScrollArea, Stroke, Ui, vec2,
};

use crate::engine::protocol::Level;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{Theme, bold, size, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::state::{AppState, Message, Messages, Offer};

/// Which messages were shown, and for how long.
#[derive(Debug, Default)]
pub struct Toasts {
    /// (message, seconds for which it was on the screen).
    shown: Vec<(u64, f64)>,
    /// The messages on the screen, since this time of the window's clock.
    now: Vec<u64>,
    at: f64,
    /// Whether the pointer is on them: what is being read stays.
    is_read: bool,
}

/// Seconds that a note, a warning and an error stay; after that they are in the list only.
const INFO_SECONDS: f64 = 6.0;
const WARNING_SECONDS: f64 = 14.0;
const ERROR_SECONDS: f64 = 30.0;
/// Largest number of toasts on the screen; older ones wait, and their time with them.
const MAX_SHOWN: usize = 4;
const WIDTH: f32 = 360.0;
/// Least space between a toast and the window's edges.
const MARGIN: f32 = 2.0 * space::L;
const LIST_HEIGHT: f32 = 360.0;

impl Toasts {
    /// Shows the toasts.
    pub fn ui(&mut self, ctx: &egui::Context, state: &mut AppState) {
        let now = ctx.input(|i| i.time);
        let passed = now - std::mem::replace(&mut self.at, now);
        if !std::mem::take(&mut self.is_read) {
            self.shown.iter_mut().filter(|(id, _)| self.now.contains(id)).for_each(|(_, seconds)| *seconds += passed);
        }
        let waits = state.is_waiting();
        let is_due = |m: &&Message| !m.over && self.left(m, waits) > 0.0;
        let mut visible: Vec<_> = state.messages.iter().filter(is_due).cloned().collect();
        let visible = visible.split_off(visible.len().saturating_sub(MAX_SHOWN));
        self.now = visible.iter().map(|message| message.id).collect();
        let new: Vec<u64> =
            self.now.iter().copied().filter(|id| self.shown.iter().all(|(known, _)| known != id)).collect();
        self.shown.extend(new.into_iter().map(|id| (id, 0.0)));
        let Some(left) = visible.iter().map(|message| self.left(message, waits)).min_by(f64::total_cmp) else { return };
        // A dialog lies above them, and they wait for its end.
        let is_covered = ctx.memory(|m| m.top_modal_layer().is_some());
        let order = if is_covered { Order::Middle } else { Order::Foreground };
        let area = Area::new(Id::unique("toasts"))
            .order(order)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-space::L, -space::L))
            .show(ctx, |ui| {
                let width = WIDTH.min(ctx.content_rect().width() - 2.0 * MARGIN);
                visible.iter().for_each(|message| toast(ui, message, width, &mut state.messages));
            });
        self.is_read = is_covered || area.response.contains_pointer();
        if !self.is_read && left.is_finite() {
            ctx.request_repaint_after_secs(left as f32);
        }
    }

    /// Seconds for which a message is still to be shown by itself; an offer to go on with earlier work stays for as long as
    /// the window waits for what to do.
    fn left(&self, message: &Message, waits: bool) -> f64 {
        if waits && message.offers.iter().any(|offer| matches!(offer, Offer::Continue(_))) {
            return f64::INFINITY;
        }
        let life = match message.level {
            Level::Info => INFO_SECONDS,
            Level::Warning => WARNING_SECONDS,
            Level::Error => ERROR_SECONDS,
        };
        life - self.shown.iter().find(|(id, _)| *id == message.id).map_or(0.0, |(_, seconds)| *seconds)
    }
}

fn toast(ui: &mut Ui, message: &Message, width: f32, messages: &mut Messages) {
    let theme = Theme::of(ui.visuals());
    let (color, _) = look(message.level, theme);
    let frame = Frame::popup(ui.style())
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
        .stroke(Stroke::new(1.0, color.gamma_multiply(0.7)));
    frame.show(ui, |ui| {
        ui.set_width(width);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(width - 40.0);
                body(ui, message, theme);
                if let Some(offer) = buttons(ui, message) {
                    messages.take(message.id, offer);
                }
            });
            let name = format!("Dismiss: {}", message.text);
            if IconButton::new(Icon::Close, &name, "Dismiss").show(ui).clicked() {
                messages.dismiss(message.id);
            }
        });
    });
}

/// The buttons of a message; returns the offer whose button was pressed.
fn buttons(ui: &mut Ui, message: &Message) -> Option<Offer> {
    let button = |ui: &mut Ui, offer: &Offer| {
        let button = ui.button(offer.label()).on_hover_text(offer.tip());
        button.clicked().then(|| offer.clone())
    };
    let all = |ui: &mut Ui| message.offers.iter().filter_map(|offer| button(ui, offer)).last();
    if message.offers.is_empty() { None } else { ui.horizontal(all).inner }
}

/// The list of all messages, newest first, in a menu.
pub fn list(ui: &mut Ui, messages: &mut Messages) {
    messages.look();
    let mut taken = None;
    let theme = Theme::of(ui.visuals());
    ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 2.0 * MARGIN));
    ui.label(bold("Messages"));
    if messages.iter().next().is_none() {
        ui.label(RichText::new("Nothing was reported yet.").color(theme.weak));
    }
    // A menu offers the room that it had when it was last open, although it can grow.
    let height = LIST_HEIGHT.min(ui.ctx().content_rect().height() - 2.0 * MARGIN);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        for message in messages.iter().rev() {
            body(ui, message, theme);
            if !message.over
                && let Some(offer) = buttons(ui, message)
            {
                taken = Some((message.id, offer));
            }
            ui.add_space(space::XS);
        }
    });
    if let Some((id, offer)) = taken {
        messages.take(id, offer);
    }
}

/// The colour and the word of a level.
pub fn look(level: Level, theme: &Theme) -> (Color32, &'static str) {
    match level {
        Level::Info => (theme.good, "Note"),
        Level::Warning => (theme.warning, "Warning"),
        Level::Error => (theme.error, "Error"),
    }
}

fn body(ui: &mut Ui, message: &Message, theme: &Theme) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let (color, word) = look(message.level, theme);
    ui.horizontal(|ui| {
        ui.label(bold(word).color(if message.over { theme.faint } else { color }));
        if message.times > 1 {
            let times = RichText::new(format!("{} times", message.times)).size(size::CAPTION);
            ui.label(times.color(theme.weak));
        }
    });
    let ink = if message.over { theme.weak } else { theme.text };
    ui.add(Label::new(RichText::new(&message.text).color(ink)).wrap().selectable(true));
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::device::DeviceKind;
    use crate::experiment::Experiment;
    use crate::ui::kit::theme;

    #[test]
    fn of_many_messages_the_older_ones_are_shown_once_there_is_room() {
        let show = |ui: &mut Ui, (toasts, state): &mut (Toasts, AppState)| toasts.ui(ui.ctx(), state);
        let state = AppState::new(Experiment::default(), Vec::new(), DeviceKind::Cpu);
        let mut window = Harness::builder().build_ui_state(show, (Toasts::default(), state));
        theme::install(&window.ctx);
        for n in 0..=MAX_SHOWN {
            window.state_mut().1.say(Level::Info, format!("note {n}"));
        }
        let latest = format!("note {MAX_SHOWN}");
        window.run_steps(3);
        assert!(window.query_by_label("note 0").is_none() && window.query_by_label(&latest).is_some());
        // As long as a note stays, and a little longer.
        window.run_steps((4.0 * INFO_SECONDS) as usize + 1);
        assert!(window.query_by_label("note 0").is_some() && window.query_by_label(&latest).is_none());
        window.run_steps((4.0 * INFO_SECONDS) as usize + 1);
        assert!(window.query_by_label("note 0").is_none());
    }

    /// What is below a dialog cannot be pressed: its time begins again when the dialog is closed.
    #[test]
    fn below_a_dialog_a_message_waits() {
        let show = |ui: &mut Ui, (toasts, state, dialog): &mut (Toasts, AppState, bool)| {
            if *dialog {
                egui::Modal::new(Id::unique("dialog")).show(ui.ctx(), |ui| ui.label("a question"));
            }
            toasts.ui(ui.ctx(), state);
        };
        let state = AppState::new(Experiment::default(), Vec::new(), DeviceKind::Cpu);
        let mut window = Harness::builder().build_ui_state(show, (Toasts::default(), state, true));
        theme::install(&window.ctx);
        window.state_mut().1.say(Level::Info, "a note".into());
        let longer = (4.0 * INFO_SECONDS) as usize + 8;
        window.run_steps(longer);
        assert!(window.query_by_label("a note").is_some());
        window.state_mut().2 = false;
        window.run_steps(longer);
        assert!(window.query_by_label("a note").is_none());
    }
}
