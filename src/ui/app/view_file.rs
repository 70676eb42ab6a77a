//! The dialogs about views as files, the writing and the reading of one.

use std::path::PathBuf;

use egui::Context;

use crate::engine::EngineOptions;
use crate::parcel::{self, EXTENSION, Unpacked};
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::export::Export;
use crate::ui::kit::job::Job;

/// The dialogs, the writing and the reading.
pub struct Sharing {
    pub save: Export,
    pub open: AskPath,
    pub reading: Job<Result<(PathBuf, Unpacked), String>>,
    /// The folder of sessions, where what is opened goes.
    sessions: Option<PathBuf>,
    /// The folder of generators, and the one that was given in their place.
    pub cache: Option<PathBuf>,
    pub generator: Option<PathBuf>,
}

impl Sharing {
    pub fn new(options: &EngineOptions) -> Self {
        Self {
            save: Export::new("Save the view", "File (*.ridgewalk)", "Save", Wanted::NewFile(EXTENSION)),
            open: AskPath::new(
                "Open a file or a folder",
                "A view, histories, images, points or a project",
                "Open",
                Wanted::Any,
            ),
            reading: Job::default(),
            sessions: options.autosave.clone(),
            cache: options.cache_dir.clone(),
            generator: options.generator.clone(),
        }
    }

    /// Asks for anything that the window can open.
    pub fn ask_to_open(&mut self) {
        self.open.open(String::new);
    }

    /// Asks where to write the view.
    pub fn ask_to_save(&mut self, name: &str) {
        if !self.save.is_writing() {
            self.save.open(|| format!("{name}.{EXTENSION}"));
        }
    }

    /// Begins to read a view.
    pub fn read(&mut self, ctx: &Context, path: PathBuf) {
        let (sessions, cache) = (self.sessions.clone(), self.cache.clone());
        self.reading.start(ctx, move || {
            let sessions = sessions.ok_or("This window has no folder for sessions, so it opens no view.")?;
            let unpacked = parcel::unpack(&path, &sessions, cache.as_deref()).map_err(|e| e.to_string())?;
            Ok((path, unpacked))
        });
    }
}
