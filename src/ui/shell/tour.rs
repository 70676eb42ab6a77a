//! The tour: five short steps at the first start, which can be left at any time and called again.

use egui::{
    Align, Align2, Area, Context, CornerRadius, Frame, Id, Key, Label, Layout, Modifiers, Order, Rect, RichText,
};
use egui::{Stroke, StrokeKind, vec2};

use crate::ui::kit::theme::{RADIUS, Theme, bold, size, space};

/// The part of the window that a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Bar,
    Column,
    Panels,
}

/// Where these parts are in this frame; the column may be hidden.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    pub bar: Rect,
    pub column: Option<Rect>,
    pub panels: Rect,
}

/// A step of the tour.
pub struct Step {
    title: &'static str,
    text: &'static str,
    place: Place,
    /// The key of the workspace that is shown beside it.
    pub workspace: &'static str,
}

pub const STEPS: [Step; 5] = [
    Step {
        title: "A network learns from few labels",
        text: "Each point is an image at its place in the latent space of a generator. In every round a strategy buys the \
               labels of a few more, and a network learns from them; the curves say how well. Strategies run beside \
               each other: random choice, the one of the paper, and Ridge.",
        place: Place::Panels,
        workspace: "run",
    },
    Step {
        title: "Run, pause, step",
        text: "Space runs and pauses, → goes to the end of the round, ↓ takes a few optimiser steps. [ and ] look back at \
               earlier rounds. Nothing is lost: every session is written to disk and can be continued.",
        place: Place::Bar,
        workspace: "run",
    },
    Step {
        title: "Point at what surprises you",
        text: "Click a point to see why it was bought and what the network makes of it. Drag turns the view, the wheel zooms, \
               S draws a lasso. A click on a bar or a cell of any chart selects the images behind it.",
        place: Place::Panels,
        workspace: "explore",
    },
    Step {
        title: "A workspace for each question",
        text: "Walks follows the paper's Figure 4, Samples is a table of all images with a query line, Pair sets two runs \
               against each other, and Compare draws the paper's figures and tests whether a gain is more than chance.",
        place: Place::Bar,
        workspace: "compare",
    },
    Step {
        title: "Your own question",
        text: "Start has examples, presets, and opens your own images or embeddings. Under Settings every number can be \
               changed. Ctrl K finds any action or setting by its name, and ? lists the keys; this tour is there, too.",
        place: Place::Column,
        workspace: "run",
    },
];

/// The tour, and its present step.
#[derive(Debug, Default)]
pub struct Tour {
    at: Option<usize>,
}

const WIDTH: f32 = 430.0;
/// Space between the card and the lower edge of the window.
const FROM_BELOW: f32 = 28.0;

impl Tour {
    /// Begins it; returns its first step.
    pub fn begin(&mut self) -> &'static Step {
        self.at = Some(0);
        &STEPS[0]
    }

    /// Leaves it with Escape, before that key does anything else.
    pub fn take_keys(&mut self, ctx: &Context) {
        let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some()) || egui::Popup::is_any_open(ctx);
        if self.at.is_some() && !dialog && ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
            self.at = None;
        }
    }

    /// Shows the card and a frame round what it is about, unless a dialog is open, which has the pointer and the keyboard;
    /// returns the step that begins in this frame.
    pub fn ui(&mut self, ctx: &Context, places: Places) -> Option<&'static Step> {
        let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
        let at = self.at.filter(|_| !dialog)?;
        let step = &STEPS[at];
        let theme = Theme::of(&ctx.global_style().visuals);
        let place = match step.place {
            Place::Bar => places.bar,
            Place::Column => places.column.unwrap_or(places.bar),
            Place::Panels => places.panels,
        };
        // Below the card, which may reach over its edge in a small window.
        let painter = ctx.layer_painter(egui::LayerId::new(Order::Middle, Id::unique("frame of the tour")));
        let stroke = Stroke::new(2.0, theme.accent);
        painter.rect_stroke(place.shrink(2.0), CornerRadius::same(RADIUS), stroke, StrokeKind::Inside);
        let mut now = Some(at);
        let area = Area::new(Id::unique("tour"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -FROM_BELOW));
        area.show(ctx, |ui| {
            Frame::window(ui.style()).stroke(Stroke::new(1.5, theme.accent)).show(ui, |ui| {
                ui.set_width(WIDTH.min(ctx.content_rect().width() - 4.0 * space::L));
                ui.label(bold(step.title).size(size::HEADING));
                ui.add(Label::new(step.text).wrap());
                ui.add_space(space::XS);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let is_last = at + 1 == STEPS.len();
                    let (text, tip) =
                        if is_last { ("Done", "Ends the tour") } else { ("Next", "The next step of the tour") };
                    if ui.button(text).on_hover_text(tip).clicked() {
                        now = Some(at + 1).filter(|_| !is_last);
                    }
                    if ui.add_enabled(at > 0, egui::Button::new("Back")).on_hover_text("The step before").clicked() {
                        now = Some(at - 1);
                    }
                    if !is_last
                        && ui
                            .button("Leave the tour")
                            .on_hover_text("It can be called again from ? and from the palette (Esc)")
                            .clicked()
                    {
                        now = None;
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let text = format!("Step {} of {}", at + 1, STEPS.len());
                        ui.label(RichText::new(text).size(size::CAPTION).color(theme.weak));
                    });
                });
            });
        });
        self.at = now;
        now.filter(|now| *now != at).map(|now| &STEPS[now])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::panels::WORKSPACES;

    #[test]
    fn every_step_is_short_and_has_its_workspace() {
        for step in &STEPS {
            assert!(WORKSPACES.iter().any(|w| w.key == step.workspace), "{}", step.title);
            assert!(step.text.split_whitespace().count() < 60, "{} is long", step.title);
        }
    }
}
