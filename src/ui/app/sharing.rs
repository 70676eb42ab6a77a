//! A view as one file (`*.ridgewalk`): saved with the session's runs and generator, and opened as somebody else's.

use std::path::{Path, PathBuf};

use egui::Context;

use super::App;
use super::place::Place;
use crate::archive::GENERATOR_FILE;
use crate::engine::protocol::Level;
use crate::generator::cache::GeneratorCache;
use crate::parcel::{self, EXTENSION, Parcel, Unpacked};
use crate::ui::kit::export::Prepared;
use crate::ui::kit::words;
use crate::ui::shell::replacing::Wish;
use crate::ui::state::Recall;

impl App {
    /// Shows the dialogs, and takes over what was written and read.
    pub(super) fn follow_sharing(&mut self, ctx: &Context) {
        if let Some(path) = self.sharing.open.ui(ctx, |_| {}) {
            self.look_at(ctx, path);
        }
        if let Some(path) = self.sharing.save.ui(ctx, |_| {}) {
            self.save_shared(ctx, with_extension(path));
        }
        match self.sharing.save.outcome(ctx) {
            Some(Ok(text)) => self.state.say(Level::Info, text),
            Some(Err(e)) => self.state.say(Level::Error, e),
            None => {}
        }
        match self.sharing.reading.take() {
            Some(Ok((path, unpacked))) => self.take_shared(ctx, path, unpacked),
            Some(Err(e)) => self.state.say(Level::Error, e),
            None => {}
        }
    }

    fn save_shared(&mut self, ctx: &Context, path: PathBuf) {
        let panels = self.panels.iter().filter_map(|(key, panel)| Some(((*key).to_owned(), panel.saved()?))).collect();
        let place = Place { panels, ..self.place(&self.place_key()) };
        let runs = self.state.histories();
        let generator = runs.first().map(|run| GeneratorCache::file_name(&run.header.generator_digest));
        let cached = self.sharing.cache.iter().zip(generator).map(|(folder, name)| folder.join(name));
        let name = self.state.experiment.name.clone();
        let folder = self.state.list.session_folder().map(Path::to_path_buf);
        // One that was given may have other weights than the one in the cache, and lies with the session already.
        let with_session = folder.as_ref().is_some_and(|folder| folder.join(GENERATOR_FILE).is_file());
        let generators = self.sharing.generator.clone().into_iter().chain(cached).filter(|_| !with_session).collect();
        let opened = self.state.list.kept_shown().map(|(_, history)| history.clone()).collect();
        self.sharing.save.start(ctx, move || {
            let window = serde_json::to_vec(&place).map_err(|e| format!("{}: {e}", path.display()))?;
            let parcel = Parcel { name, folder, runs, opened, generators, window };
            Ok(Prepared::new(vec![path.clone()], move || {
                parcel::pack(&path, &parcel).map_err(|e| e.to_string())?;
                let size =
                    path.metadata().map_or_else(|_| String::new(), |file| format!(", {}", words::bytes(file.len())));
                Ok(format!("The view is in {}{size}.", path.display()))
            }))
        });
    }

    fn take_shared(&mut self, ctx: &Context, path: PathBuf, unpacked: Unpacked) {
        let Unpacked { folder, goes_on, opened, .. } = unpacked;
        self.recent.remember(&path);
        self.state.looks.know(&opened);
        self.state.list.open_view(opened, path);
        let recall = match goes_on {
            true => Recall::TakeUp { folder, and_run: false },
            false => Recall::Replay { path: folder, repeat: None },
        };
        self.wish(ctx, Wish::Recall(recall));
    }
}

/// The path of a view, whose ending tells others what it is.
fn with_extension(path: PathBuf) -> PathBuf {
    match path.extension() {
        Some(end) if end.eq_ignore_ascii_case(EXTENSION) => path,
        _ => {
            let mut whole = path.into_os_string();
            whole.push(format!(".{EXTENSION}"));
            whole.into()
        }
    }
}
