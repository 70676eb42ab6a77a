//! Coming back: what was looked at and chosen in a session stands in a file beside its runs, and is restored with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;

use super::App;
use super::place::{FILE, Key, Place, Returning, read};
use crate::archive;
use crate::engine::protocol::Command;
use crate::ui::state::Named;

/// Least time between two writes of the file, seconds.
const PAUSE: f64 = 1.0;

impl App {
    /// Restores what was read of a session that was taken up, and writes what has changed since.
    pub(super) fn follow_place(&mut self, ctx: &Context) {
        let folder = self.state.list.session_folder().map(Path::to_path_buf);
        if self.returning.session != self.state.generation {
            self.returning = Returning { session: self.state.generation, ..Returning::default() };
        }
        // The folder of a session that is taken up comes a little after it, that of a new one after the first round.
        if let Some(folder) = folder.clone()
            && !self.returning.asked
        {
            self.returning.asked = true;
            self.returning.reading.start(ctx, move || read(&folder));
        }
        if let Some(found) = self.returning.reading.take() {
            self.returning.found = found;
        }
        // Codes, images and a run to ask about are there.
        let ready = self.state.generator.ready && self.state.dataset.is_some() && self.state.shown_run().is_some();
        if ready && self.returning.found.is_some() {
            let found = self.returning.found.take().unwrap_or_default();
            self.return_to(found);
        }
        if let Some(Err(e)) = self.returning.writing.take() {
            log::warn!("{e}");
        }
        let waits = self.returning.reading.is_running() || self.returning.found.is_some();
        if let Some(folder) = folder.filter(|_| !waits) {
            self.write_place(ctx, folder);
        }
    }

    fn write_place(&mut self, ctx: &Context, folder: PathBuf) {
        let now = ctx.input(|i| i.time);
        let settled = !ctx.input(|i| i.pointer.any_down()) && !self.returning.writing.is_running();
        let key = self.place_key();
        if !settled || self.returning.written.as_ref() == Some(&key) {
            return;
        }
        if now < self.returning.written_at + PAUSE {
            return ctx.request_repaint_after_secs(PAUSE as f32);
        }
        let place = self.place(&key);
        self.returning.written = Some(key);
        self.returning.written_at = now;
        self.returning.writing.start(ctx, move || {
            let path = folder.join(FILE);
            let text = serde_json::to_vec(&place).map_err(|e| format!("{}: {e}", path.display()))?;
            archive::write_atomically(&path, &text).map_err(|e| e.to_string())
        });
    }

    /// What the place depends on.
    pub(super) fn place_key(&self) -> Key {
        Key {
            workspace: self.workspaces.shown(),
            run: self.state.focus.run,
            round: self.state.focus.round,
            choices: self.state.choices(),
            poses: self.panels.iter().filter_map(|(key, p)| Some(((*key).to_owned(), p.pose()?))).collect(),
        }
    }

    /// What is looked at and chosen.
    pub(super) fn place(&self, key: &Key) -> Place {
        let state = &self.state;
        let selection = state.brush.selection.as_ref().map(|s| Named {
            name: s.title().unwrap_or("the region").to_owned(),
            samples: Arc::new(s.samples.clone()),
            evaluation: s.named_evaluation(),
        });
        Place {
            workspace: self.workspaces.key().to_owned(),
            run: state.planned.iter().position(|p| p.id == key.run).unwrap_or(0),
            round: key.round,
            sample: state.focus.sample,
            class: state.focus.class,
            selection,
            named: state.brush.named.clone(),
            pins: state.pins.saved(),
            rules: state.lab.rules,
            poses: key.poses.clone(),
            panels: BTreeMap::new(),
        }
    }

    /// Restores a place as far as it is one of these data and runs.
    fn return_to(&mut self, place: Place) {
        let Some(dataset) = self.state.dataset.clone() else { return };
        let split = dataset.evaluation(self.state.experiment.evaluate_on).len();
        let fits = |named: &Named| {
            let below = |list: &[u32], len: usize| list.iter().all(|i| (*i as usize) < len);
            below(&named.samples, dataset.train.len()) && below(&named.evaluation, split)
        };
        self.workspaces.show_key(&place.workspace);
        if let Some(run) = self.state.planned.get(place.run).map(|p| p.id).filter(|run| *run != self.state.focus.run) {
            self.commands.push(self.state.show(run));
        }
        self.state.focus.round = place.round;
        self.state.focus.sample = place.sample.filter(|s| (*s as usize) < dataset.train.len());
        self.state.focus.class = place.class.filter(|c| usize::from(*c) < dataset.classes.len());
        self.state.brush.named = place.named.into_iter().filter(fits).collect();
        if let Some(Named { name, samples, evaluation }) = place.selection.filter(fits) {
            self.state.brush.pick(name, samples.to_vec(), evaluation.to_vec());
            self.state.brush.reveal = false;
        }
        self.commands.push(self.state.pins.take_saved(place.pins));
        if self.state.lab.rules != place.rules {
            self.state.lab.rules = place.rules;
            self.state.lab.reselection.rules = place.rules;
            self.commands.push(Command::SetReselection(self.state.lab.reselection));
        }
        for (key, panel) in &mut self.panels {
            if let Some(choices) = place.panels.get(*key) {
                panel.restore(choices);
            }
            if let Some(pose) = place.poses.get(*key) {
                panel.look(pose);
            }
        }
    }
}
