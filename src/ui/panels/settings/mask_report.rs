//! The report on the user's own masks: how many were accepted, and every file that was not, or not quite as it is.

use std::sync::Arc;

use egui::{Context, RichText, ScrollArea, Ui};

use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::theme::{CONTROL_HEIGHT, bold, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::world::own_masks::MaskReport;

/// The sheet with the report, and its export.
pub struct MaskReportSheet {
    open: bool,
    /// The last report that was checked for opening the sheet.
    seen: Option<Arc<MaskReport>>,
    save: Export,
}

impl Default for MaskReportSheet {
    fn default() -> Self {
        let save = Export::new("Save the report as CSV", "Path of the CSV file", "Save", Wanted::NewFile("csv"));
        Self { open: false, seen: None, save }
    }
}

const WIDTH: f32 = 620.0;
const LIST_HEIGHT: f32 = 320.0;
const FILE_WIDTH: f32 = 200.0;

impl MaskReportSheet {
    pub fn open(&mut self) {
        self.open = true;
    }

    /// Shows the sheet; it opens by itself once for each report with rejected masks.
    pub fn ui(&mut self, ctx: &Context, cx: &mut Cx<'_>) {
        cx.report(self.save.outcome(ctx));
        let Some(report) = cx.state.mask_report.clone() else {
            self.open = false;
            return;
        };
        if self.seen.as_ref() != Some(&report) {
            self.open |= !report.refused.is_empty();
            self.seen = Some(Arc::clone(&report));
        }
        if let Some(path) = self.save.ui(ctx, |_| {}) {
            let text = report.csv();
            self.save.start(ctx, move || Ok(Prepared::file(path, text.into_bytes())));
        }
        if !self.open {
            return;
        }
        let frame = egui::Frame::window(&ctx.global_style());
        let response = egui::Modal::new(egui::Id::unique("mask report")).frame(frame).show(ctx, |ui| {
            ui.set_width(WIDTH);
            ui.label(bold(report.summary()).size(size::HEADING));
            ui.label(RichText::new(report.folder.display().to_string()).color(cx.theme.weak));
            ui.add_space(space::S);
            ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, |ui| rows(ui, &report));
            ui.add_space(space::S);
            let row = egui::vec2(WIDTH, CONTROL_HEIGHT);
            ui.allocate_ui_with_layout(row, egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("Close").clicked() {
                    ui.close();
                }
                if ui.button("Save report…").clicked() {
                    self.save.open(|| "masks-report.csv".into());
                    ui.close();
                }
            });
        });
        self.open = !response.should_close();
    }
}

fn rows(ui: &mut Ui, report: &MaskReport) {
    if report.refused.is_empty() {
        ui.label("All masks were accepted: one vessel wall around one lumen each, solved by the labelling tool.");
    }
    let grid = egui::Grid::new("remarks on masks").num_columns(2).striped(true).spacing([space::L, space::XS]);
    grid.show(ui, |ui| {
        for (file, why) in report.remarks() {
            ui.scope(|ui| {
                ui.set_width(FILE_WIDTH);
                ui.add(egui::Label::new(bold(file)).truncate());
            });
            // A grid gives a column all the width that its text asks for.
            ui.vertical(|ui| {
                ui.set_width(WIDTH - FILE_WIDTH - 2.0 * space::L);
                ui.add(egui::Label::new(words::capital(&why)).wrap());
            });
            ui.end_row();
        }
    });
}
