//! The question before walks that were started by hand are removed: nothing brings them back.

use egui::Context;

use crate::ui::kit::confirm::confirm;
use crate::ui::kit::words;
use crate::ui::state::AppState;

/// Shows the question, while it is asked; whether it was confirmed in this frame.
pub fn ui(ctx: &Context, state: &mut AppState) -> bool {
    let count = state.walks_by_hand();
    if !state.lab.clearing || count == 0 {
        state.lab.clearing = false;
        return false;
    }
    let walks = words::counted(count, "walk");
    let text =
        format!("{walks} started by hand, with every step. This cannot be undone; those of the run itself stay.");
    let (keep, go) = (("Keep", "The walks stay (Esc)"), ("Clear walks", "Removes the walks that were started by hand"));
    let answer = confirm(ctx, "Clear the walks started by hand?", &text, keep, go);
    state.lab.clearing = answer.is_none();
    answer == Some(true)
}
