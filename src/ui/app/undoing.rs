//! Undo and redo of what the user changes: settings, selections, pins, thresholds, and the list of runs.

use egui::Context;

use super::App;
use super::moment::Moment;
use crate::engine::protocol::Level;

impl App {
    fn moment(&self) -> Moment {
        Moment { settings: self.controls.chosen(), choices: self.state.choices() }
    }

    /// Notices what the user has changed since the last frame.
    pub(super) fn follow_changes(&mut self, ctx: &Context) {
        let settled = !ctx.input(|i| i.pointer.any_down()) && !ctx.text_edit_focused();
        let now = self.moment();
        let session = (self.state.generation, self.state.repeats(), self.state.dataset.is_some());
        // Another session is no change by itself, and the one that it replaced is in the list of runs; nor are its data, with
        // which selections by name come back, and repeats that were added, whose runs stay.
        if self.changed_in != session && self.changes.latest().is_none_or(|m| m.is_listed_as(&now)) {
            self.changes.take(now);
        } else {
            self.changes.follow(now, settled);
        }
        self.changed_in = session;
        self.state.can_undo = self.changes.before().is_some();
        self.state.can_redo = self.changes.after().is_some();
    }

    /// Takes back the last change that can be, and says which.
    pub(super) fn undo(&mut self) {
        while let Some(before) = self.changes.undo(self.moment()) {
            if self.restore(&before, "Undone") {
                return;
            }
        }
    }

    /// Makes the change again that was taken back last, and says which.
    pub(super) fn redo(&mut self) {
        while let Some(after) = self.changes.redo(self.moment()) {
            if self.restore(&after, "Done again") {
                return;
            }
        }
    }

    /// Restores a moment; whether anything is another than before.
    fn restore(&mut self, moment: &Moment, done: &str) -> bool {
        let now = self.moment();
        let mut what = now.difference(moment);
        self.controls.put(&moment.settings);
        self.commands.extend(self.state.restore(&moment.choices));
        let mut listed = false;
        loop {
            let text = self.state.list.undo_text();
            let Some(commands) = self.state.undo_since(moment.choices.listed) else { break };
            self.commands.extend(commands);
            what = text.or(what);
            listed = true;
        }
        if listed {
            // A moment says how often the list was changed, not how: no session would start again, and no run leave the list.
            self.changes.forget_undone();
        }
        let after = self.moment();
        let changed = listed || now != after;
        self.changes.take(after);
        if let Some(what) = what.filter(|_| changed) {
            self.state.say(Level::Info, format!("{done}: {what}"));
        }
        changed
    }
}
