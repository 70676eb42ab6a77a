//! A window with a project and nothing else.

use std::path::PathBuf;

use super::screen::ProjectScreen;
use crate::device::DeviceKind;
use crate::project::Sitting;
use crate::ui::kit::theme::{self, Theme};
use crate::ui::shell::frame_times::FrameTimes;

/// The window of `ridgewalk PROJECT`.
pub struct ProjectApp {
    screen: ProjectScreen,
    frame_times: FrameTimes,
}

impl ProjectApp {
    /// Opens the window, which begins to open the project.
    pub fn new(cc: &eframe::CreationContext<'_>, folder: PathBuf, device: DeviceKind) -> Self {
        theme::install(&cc.egui_ctx);
        Self { screen: ProjectScreen::new(&cc.egui_ctx, folder, device, false), frame_times: FrameTimes::default() }
    }

    /// The person at the project, for tests; none before it is open.
    pub fn sitting(&self) -> Option<&Sitting> {
        self.screen.sitting()
    }
}

impl eframe::App for ProjectApp {
    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.frame_times.add(frame);
        // Without an experiment there is nothing to go back to, so the screen asks for nothing.
        let _ = self.screen.ui(ui, frame.wgpu_render_state());
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        Theme::of(visuals).window.to_normalized_gamma_f32()
    }
}
