//! The question before another session takes the place of one that has worked for a while and ended no round.

use std::time::Instant;

use egui::Context;

use crate::device::DeviceKind;
use crate::experiment::{Experiment, Variant};
use crate::ui::kit::confirm::confirm;
use crate::ui::panels::start::Chosen;
use crate::ui::state::{AppState, Recall};

/// What puts another session in the place of the present one.
pub enum Wish {
    /// A card of the start page.
    Choose(Chosen),
    /// The present session anew.
    Reset,
    /// A session with the settings as they are changed.
    Apply { experiment: Box<Experiment>, variants: Vec<Variant>, repeats: usize },
    /// The present session anew, computed by another device.
    Device(DeviceKind),
    /// Stored runs.
    Recall(Recall),
}

/// Since when the present session works, and the wish that is asked about.
pub struct Replacing {
    session: u64,
    since: Instant,
    asks: Option<(Wish, String)>,
}

impl Default for Replacing {
    fn default() -> Self {
        Self { session: 0, since: Instant::now(), asks: None }
    }
}

impl Replacing {
    /// Returns a wish that can be fulfilled at once; asks about one that gives up what the session has worked for.
    pub fn pass(&mut self, wish: Wish, state: &AppState) -> Option<Wish> {
        let opens = matches!(wish, Wish::Choose(Chosen::Open(_) | Chosen::OwnImages | Chosen::Points))
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
        let keep = ("Keep", "The present session goes on (Esc)");
        let go = ("Give up", "Another session takes its place");
        let answer = confirm(ctx, "Give up what is being computed?", stake, keep, go)?;
        let (wish, _) = self.asks.take()?;
        match wish {
            wish if answer => return Some(wish),
            Wish::Recall(Recall::Undo { folder }) => state.list.keep_undo(folder),
            _ => {}
        }
        None
    }
}
