//! Export of every figure and table of some runs into a folder chosen by the user, in the formats chosen there.

use std::collections::BTreeSet;

use egui::{Context, Ui};

use super::ask_path::Wanted;
use super::export::{Export, Prepared};
use super::theme::space;
use super::widgets;
use crate::experiment::Variant;
use crate::figures::{self, Format, Histories, Looks};
use crate::history::History;

/// The dialog with its choices, and the write job.
pub struct ExportFigures {
    export: Export,
    formats: Vec<Format>,
    page_wide: bool,
}

/// What is exported.
pub struct Exported {
    pub histories: Vec<History>,
    /// Those of them that are in progress.
    pub going: Vec<History>,
    /// The baseline that the others are compared with.
    pub against: Variant,
    /// Properties in which the runs may differ.
    pub allow: Vec<String>,
    pub looks: Looks,
}

impl Default for ExportFigures {
    fn default() -> Self {
        let export = Export::new("Export figures and tables", "Folder for the files", "Export", Wanted::Folder);
        Self { export, formats: Format::ALL.to_vec(), page_wide: true }
    }
}

impl ExportFigures {
    /// Opens the dialog; the folder is named after the experiments of these runs, and what `of` says.
    pub fn open(&mut self, histories: &[History], of: &str) {
        let names: BTreeSet<&str> = histories.iter().map(|h| h.header.experiment.name.as_str()).collect();
        let name = names.into_iter().collect::<Vec<_>>().join("-");
        self.export.open(|| format!("{name}{of}-figures"));
    }

    pub fn is_writing(&self) -> bool {
        self.export.is_writing()
    }

    /// The dialog and the write job, to be asked for their result.
    pub fn export(&mut self) -> &mut Export {
        &mut self.export
    }

    /// Shows the dialog; when it is confirmed, what is then exported is drawn and written.
    pub fn ui(&mut self, ctx: &Context, exported: impl FnOnce() -> Exported) {
        let (formats, page_wide) = (&mut self.formats, &mut self.page_wide);
        let Some(folder) = self.export.ui(ctx, |ui| choices(ui, formats, page_wide)) else { return };
        let Exported { histories, going, against, allow, looks } = exported();
        let formats = self.formats.clone();
        let width = if self.page_wide { figures::PAGE_WIDTH } else { figures::COLUMN_WIDTH };
        self.export.start(ctx, move || {
            let files = Histories::in_progress(&histories, &against, &allow, &going)
                .and_then(|h| figures::all_files(&h.looking(&looks), &formats, width, figures::PRINT_DPI))
                .map_err(|e| e.to_string())?;
            Ok(Prepared::new(files.paths(&folder), move || {
                let written = files.write(&folder).map_err(|e| e.to_string())?;
                Ok(format!("Wrote {} files into {}", written.len(), folder.display()))
            }))
        });
    }
}

fn choices(ui: &mut Ui, formats: &mut Vec<Format>, page_wide: &mut bool) {
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        for format in Format::ALL {
            let mut on = formats.contains(format);
            if ui.checkbox(&mut on, format.extension().to_uppercase()).changed() {
                formats.retain(|f| f != format);
                if on {
                    formats.push(*format);
                }
            }
        }
    });
    let widths = [(true, "page, 7.2 in", "As wide as a page"), (false, "column, 3.5 in", "As wide as a column")];
    widgets::segmented(ui, "Width", page_wide, &widths);
}
