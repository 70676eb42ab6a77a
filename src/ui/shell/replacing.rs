//! The question before another session takes the place of one that has worked for a while and ended no round.

use std::time::Instant;

use egui::{Align, Context, Frame, Id, Label, Layout, Modal};

use crate::ui::kit::theme::{bold, size, space};
use crate::ui::panels::start::Chosen;
use crate::ui::state::{AppState, Recall};

/// What puts another session in the place of the present one.
pub enum Wish {
    /// A card of the start page.
    Choose(Chosen),
    /// The present session anew.
    Reset,
    /// Stored runs.
    Recall(Recall),
}

/// Since when the present session works, and the wish that is asked about.
pub struct Replacing {
    session: u64,
    since: Instant,
    asks: Option<(Wish, String)>,
}

const WIDTH: f32 = 380.0;

impl Default for Replacing {
    fn default() -> Self {
        Self { session: 0, since: Instant::now(), asks: None }
    }
}

impl Replacing {
    /// Returns a wish that can be fulfilled at once; asks about one that gives up what the session has worked for.
    pub fn pass(&mut self, wish: Wish, state: &AppState) -> Option<Wish> {
        let opens = matches!(wish, Wish::Choose(Chosen::Open(_) | Chosen::OwnImages))
            || matches!(wish, Wish::Choose(Chosen::NewProject | Chosen::AskProject | Chosen::Project(_)));
        match state.at_stake(self.since.elapsed()).filter(|_| !opens) {
            Some(stake) => {
                self.asks = Some((wish, stake));
                None
            }
            None => Some(wish),
        }
    }

    /// Shows the question, while there is one; returns the wish once it is confirmed.
    pub fn ui(&mut self, ctx: &Context, state: &mut AppState) -> Option<Wish> {
        if std::mem::replace(&mut self.session, state.generation) != state.generation {
            *self = Self { session: state.generation, ..Self::default() };
        }
        let (_, stake) = self.asks.as_ref()?;
        let (mut replace, mut keep) = (false, false);
        let frame = Frame::window(&ctx.global_style());
        let response = Modal::new(Id::unique("replace the session")).frame(frame).show(ctx, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 2.0 * space::L));
            ui.label(bold("Give up what is being computed?").size(size::HEADING));
            ui.add_space(space::S);
            ui.add(Label::new(stake).wrap());
            ui.add_space(space::S);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                keep = ui.button("Keep").on_hover_text("The present session goes on (Esc)").clicked();
                replace = ui.button("Give up").on_hover_text("Another session takes its place").clicked();
            });
        });
        if replace {
            return self.asks.take().map(|(wish, _)| wish);
        }
        if (keep || response.should_close())
            && let Some((Wish::Recall(Recall::Undo { folder }), _)) = self.asks.take()
        {
            state.list.keep_undo(folder);
        }
        None
    }
}
