//! A window with points and nothing else.

use super::screen::PointsScreen;
use super::shown::Shown;
use crate::points::Opening;
use crate::ui::kit::theme::{self, Theme};
use crate::ui::shell::frame_times::FrameTimes;

/// The window of `ridgewalk --points`.
pub struct PointsApp {
    screen: PointsScreen,
    frame_times: FrameTimes,
}

impl PointsApp {
    /// Opens the window, which begins to read the files.
    pub fn new(cc: &eframe::CreationContext<'_>, opening: Opening) -> Self {
        theme::install(&cc.egui_ctx);
        Self { screen: PointsScreen::new(&cc.egui_ctx, opening, false), frame_times: FrameTimes::default() }
    }

    /// The points that are shown, for tests.
    pub fn shown(&self) -> Option<&Shown> {
        self.screen.shown()
    }
}

impl eframe::App for PointsApp {
    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.frame_times.add(frame);
        // Without an experiment there is nothing to go back to, so the screen asks for nothing.
        let _ = self.screen.ui(ui, frame.wgpu_render_state());
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        Theme::of(visuals).window.to_normalized_gamma_f32()
    }
}
