//! "Save…" of a solved vessel: asks for a folder, and writes figure, map, mesh and numbers on a background thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::facts;
use crate::engine::questions::vessel::{Vessel, VesselReport};
use crate::figures::{self, Format};
use crate::labelling::export::{is_free, write_all};
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::panel::Cx;

/// The path dialog and the write job.
pub struct SaveVessel(Export);

const FORMATS: [Format; 3] = [Format::Svg, Format::Pdf, Format::Png];

impl Default for SaveVessel {
    fn default() -> Self {
        let hint = "Folder: Figure S1, the map, the mesh, the numbers";
        Self(Export::new("Save this vessel", hint, "Save", Wanted::Folder))
    }
}

impl SaveVessel {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.0.open(|| format!("{}-stress", cx.state.experiment.name));
    }

    /// The dialog and the write job, to be asked for their result.
    pub fn export(&mut self) -> &mut Export {
        &mut self.0
    }

    /// Shows the dialog.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>) {
        let (Some(folder), Some(section)) = (self.0.ui(ctx, |_| {}), cx.state.answers.vessel.answer.clone()) else {
            return;
        };
        let run = section.prediction.as_ref().map(|p| cx.state.name_of(p.run)).unwrap_or_default();
        self.0.start(ctx, move || prepared(&section, &run, folder));
    }
}

/// Figure S1, with the prediction of `run` if there is one, and the files of `ridgewalk label`.
fn prepared(section: &VesselReport, run: &str, folder: PathBuf) -> Result<Prepared, String> {
    let (Some(mask), Some(solved)) = (&section.mask, section.solved().map(Arc::clone)) else {
        return Err("There is no solved vessel to save.".into());
    };
    let prediction = section.prediction.as_ref().ok();
    let by = prediction.map(|p| facts::by(p, run)).unwrap_or_default();
    let predicted = prediction.map(|p| figures::Predicted { map: &p.map, by: &by });
    let figure = figures::figure_s1(mask, &solved, predicted);
    let pictures = figures::figure_files(&figure, None, &FORMATS, figures::PAGE_WIDTH, figures::PRINT_DPI)
        .map_err(|e| e.to_string())?;
    let vessel = section.request.vessel.clone();
    Ok(Prepared::new(pictures.paths(&folder), move || {
        let written = pictures.write(&folder).map_err(|e| e.to_string())?;
        let files = write_all(&folder, &unused_stem(&folder, &vessel), &solved, None).map_err(|e| e.to_string())?;
        Ok(format!("Wrote {} files into {}", written.len() + files.len(), folder.display()))
    }))
}

/// The vessel's name, with a number where a file that is no result would be written over.
fn unused_stem(folder: &Path, vessel: &Vessel) -> String {
    let stem = stem(vessel);
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.clone()).chain(numbered).find(|name| is_free(folder, name, None)).unwrap_or(stem)
}

fn stem(vessel: &Vessel) -> String {
    match vessel {
        Vessel::Sample(sample) => format!("sample-{sample}"),
        Vessel::Point(_) => "probe".into(),
        Vessel::File(file) => file.path.file_stem().map_or_else(|| "mask".into(), |s| s.to_string_lossy().into_owned()),
    }
}
