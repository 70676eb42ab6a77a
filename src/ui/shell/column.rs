//! The column at the left: which of its pages is shown, and whether there is room for it.

use egui::Ui;
use serde::{Deserialize, Serialize};

use crate::ui::kit::theme::space;
use crate::ui::kit::widgets;

/// A page of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    Start,
    Settings,
    Runs,
}

/// Which page is shown, and whether the column is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default)]
pub struct Column {
    pub page: Page,
    shown: bool,
    /// Whether it is shown in a narrow window, where it takes the panels' room and is hidden at first.
    #[serde(skip)]
    shown_narrow: bool,
}

/// Windows below this width, points, hide the column until it is asked for.
const NARROW: f32 = 760.0;

impl Default for Column {
    fn default() -> Self {
        Self { page: Page::Settings, shown: true, shown_narrow: false }
    }
}

impl Column {
    /// As at the first start: with the start page.
    pub fn first() -> Self {
        Self { page: Page::Start, ..Self::default() }
    }

    pub fn is_shown(&self, ctx: &egui::Context) -> bool {
        if is_narrow(ctx) { self.shown_narrow } else { self.shown }
    }

    /// Shows or hides it.
    pub fn toggle(&mut self, ctx: &egui::Context) {
        *self.shown_in(ctx) ^= true;
    }

    /// Shows a page; hides the column if that page is the one that is shown.
    pub fn toggle_page(&mut self, page: Page, ctx: &egui::Context) {
        let hides = self.is_shown(ctx) && self.page == page;
        self.page = page;
        *self.shown_in(ctx) = !hides;
    }

    /// Shows a page.
    pub fn show_page(&mut self, page: Page, ctx: &egui::Context) {
        self.page = page;
        *self.shown_in(ctx) = true;
    }

    fn shown_in(&mut self, ctx: &egui::Context) -> &mut bool {
        if is_narrow(ctx) { &mut self.shown_narrow } else { &mut self.shown }
    }

    /// The tabs with the names of the pages.
    pub fn tabs(&mut self, ui: &mut Ui, runs: usize) {
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(space::M as i8, 6));
        frame.show(ui, |ui| {
            let counted = format!("Runs ({runs})");
            let pages = [
                (Page::Start, "Start", "Examples and presets, each with a sentence"),
                (Page::Settings, "Settings", "The settings of the next experiment"),
                (Page::Runs, &counted, "Every run of this window, opened histories, and what earlier windows left (U)"),
            ];
            widgets::segmented(ui, "Page", &mut self.page, &pages);
        });
    }
}

fn is_narrow(ctx: &egui::Context) -> bool {
    ctx.content_rect().width() < NARROW
}
