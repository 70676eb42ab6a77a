//! The projects of the window: asked for, made, opened in the place of everything else, and remembered.

use std::path::PathBuf;

use egui::{Context, Ui};

use super::new_sheet::NewSheet;
use super::screen::{ProjectScreen, Wish};
use crate::device::DeviceKind;
use crate::ui::kit::ask_path::{AskPath, Wanted};

/// Most projects that are remembered.
const MOST: usize = 6;

/// The project that is open, if one is, and the dialogs that lead to one.
pub struct Projects {
    screen: Option<ProjectScreen>,
    new: NewSheet,
    ask: AskPath,
    /// Folders of projects that were opened, the latest first.
    pub recent: Vec<PathBuf>,
    device: DeviceKind,
}

impl Projects {
    pub fn new(recent: Vec<PathBuf>, device: DeviceKind) -> Self {
        let ask = AskPath::new("Open a project", "The folder of the project", "Open", Wanted::Folder);
        Self { screen: None, new: NewSheet::default(), ask, recent, device }
    }

    /// Asks for the images of a new project.
    pub fn ask_images(&mut self) {
        self.new.ask();
    }

    /// Opens the sheet of a new project of these images.
    pub fn make(&mut self, images: PathBuf) {
        self.new.open(images);
    }

    /// Asks for a project.
    pub fn ask(&mut self) {
        self.ask.open(String::new);
    }

    /// Opens a project.
    pub fn open(&mut self, ctx: &Context, folder: PathBuf) {
        self.remember(&folder);
        // The one before is closed first, so that its folder is free.
        self.screen = None;
        self.screen = Some(ProjectScreen::new(ctx, folder, self.device, true));
    }

    fn remember(&mut self, folder: &PathBuf) {
        self.recent.retain(|known| known != folder);
        self.recent.insert(0, folder.clone());
        self.recent.truncate(MOST);
    }

    /// Draws the project in the place of everything else; `None` if there is none.
    pub fn ui(&mut self, ui: &mut Ui, gpu: Option<&egui_wgpu::RenderState>) -> Option<Option<Wish>> {
        let wish = self.screen.as_mut()?.ui(ui, gpu);
        if wish == Some(Wish::Back) {
            self.screen = None;
        }
        Some(wish)
    }

    /// Shows the dialogs; true if a project was opened.
    pub fn dialogs(&mut self, ctx: &Context) -> bool {
        if let Some(folder) = self.ask.ui(ctx, |_| {}) {
            self.open(ctx, folder);
            return true;
        }
        let Some((folder, opened)) = self.new.ui(ctx) else { return false };
        self.remember(&folder);
        self.screen = Some(ProjectScreen::of_new(ctx, folder, opened, self.device, true));
        true
    }
}
