//! The number of paired repeats: fewer start a new session, more are added to the present one.

use egui::{DragValue, RichText, Ui};

use super::rows::{self, Beside, EDITOR, Rows};
use crate::ui::state::AppState;

/// The repeats as the user set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    pub chosen: usize,
    /// The generation and the number of repeats that `chosen` followed last.
    known: (u64, usize),
}

/// The row of the settings.
pub const REPEATS: Beside = Beside {
    name: "repeats",
    label: "Repeats",
    group: "Sampling",
    help: "How often each strategy runs, each time with the next seed: the paired repeats that bands and tests are over. At \
           least 6 are needed for a test of one strategy, 7 of two or three. Fix their number beforehand: to stop by the \
           result makes p too small. More are added to the present runs without a restart.",
};
/// Most repeats that are asked for at once.
const MOST: usize = 1_000;

impl Default for Repeats {
    fn default() -> Self {
        Self { chosen: 1, known: (0, 1) }
    }
}

impl Repeats {
    /// Follows a session that has got other repeats.
    pub fn follow(&mut self, state: &AppState) {
        let now = (state.generation, state.repeats());
        if std::mem::replace(&mut self.known, now) != now {
            self.chosen = now.1;
        }
    }

    /// Whether there are fewer than the present session has, so that another one is needed.
    pub fn are_fewer(self, state: &AppState) -> bool {
        self.chosen < state.repeats()
    }

    /// How many more there are than the present session has.
    pub fn more(self, state: &AppState) -> usize {
        self.chosen.saturating_sub(state.repeats())
    }

    /// The row of the settings.
    pub fn ui(&mut self, ui: &mut Ui, state: &AppState, rows: &Rows<'_>) {
        let Beside { name, label, help, .. } = REPEATS;
        let mark = (self.chosen != state.repeats()).then_some(rows.theme.accent);
        rows.marked(ui, name, |ui| {
            rows::labelled(ui, RichText::new(label).color(rows.theme.weak), help, mark, |ui| {
                let drag = DragValue::new(&mut self.chosen).range(1..=MOST).speed(0.05);
                let editor = ui.add_sized(EDITOR, drag).on_hover_text(help);
                rows.focused(name, &editor);
                editor.accessible_name(label);
            });
        });
    }
}
