//! The question before something is lost: what it is, and two buttons, the one that loses nothing at the left.

use egui::{Align, Context, Frame, Id, Label, Layout, Modal};

use super::theme::{bold, size, space};

const WIDTH: f32 = 380.0;

/// A button: its text and its tooltip.
pub type Choice<'a> = (&'a str, &'a str);

/// Asks `title` about `text`; `None` until it is answered, and then whether `go` was chosen.
pub fn confirm(ctx: &Context, title: &str, text: &str, keep: Choice<'_>, go: Choice<'_>) -> Option<bool> {
    let mut answer = None;
    let frame = Frame::window(&ctx.global_style());
    let response = Modal::new(Id::unique(title)).frame(frame).show(ctx, |ui| {
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 2.0 * space::L));
        ui.label(bold(title).size(size::HEADING));
        ui.add_space(space::S);
        ui.add(Label::new(text).wrap());
        ui.add_space(space::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for ((text, tip), goes) in [(go, true), (keep, false)] {
                if ui.button(text).on_hover_text(tip).clicked() {
                    answer = Some(goes);
                }
            }
        });
    });
    if response.should_close() { answer.or(Some(false)) } else { answer }
}
