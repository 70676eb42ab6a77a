//! "Save…" of a solved vessel: asks for a folder; figure, map, mesh and numbers are written on a thread of their own.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::protocol::Level;
use crate::engine::questions::vessel::{Section, Vessel};
use crate::figures::{self, Format};
use crate::labelling::export::write_all;
use crate::ui::kit::ask_path::{AskPath, Wanted};
use crate::ui::kit::job::Job;
use crate::ui::panel::Cx;

/// The question where to, and what was written.
pub struct SaveSection {
    ask: AskPath,
    written: Job<Result<(PathBuf, usize), String>>,
}

/// Dots per inch of the PNG.
const DPI: f32 = 300.0;
const FORMATS: [Format; 3] = [Format::Svg, Format::Pdf, Format::Png];

impl Default for SaveSection {
    fn default() -> Self {
        let hint = "Folder: Figure S1, the map, the mesh, the numbers";
        Self { ask: AskPath::new("Save this vessel", hint, "Save", Wanted::Folder), written: Job::default() }
    }
}

impl SaveSection {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.ask.open(|| format!("{}-stress", cx.state.experiment.name));
    }

    /// Shows the question, and reports what was written.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        match self.written.take() {
            Some(Ok((folder, files))) => {
                cx.state.say(Level::Info, format!("Wrote {files} files into {}", folder.display()));
            }
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        let (Some(folder), Some(section)) = (self.ask.ui(ctx, |_| {}), cx.state.section.clone()) else { return };
        self.written.start(ctx, move || write(&section, &folder).map(|files| (folder, files)));
    }
}

/// Figure S1 as pictures, and what `ridgewalk label` leaves.
fn write(section: &Section, folder: &std::path::Path) -> Result<usize, String> {
    let (Some(mask), Some(solved)) = (&section.mask, section.solved().map(Arc::clone)) else {
        return Err("There is no solved vessel to save.".into());
    };
    let figure = figures::figure_s1(mask, &solved, section.pixel_mm);
    let pictures =
        figures::export_figure(&figure, folder, &FORMATS, figures::PAGE_WIDTH, DPI).map_err(|e| e.to_string())?;
    let files = write_all(folder, &stem(&section.request.vessel), &solved).map_err(|e| e.to_string())?;
    Ok(pictures.len() + files.len())
}

fn stem(vessel: &Vessel) -> String {
    match vessel {
        Vessel::Sample(sample) => format!("sample-{sample}"),
        Vessel::Point(_) => "probe".into(),
        Vessel::File(file) => file.path.file_stem().map_or_else(|| "mask".into(), |s| s.to_string_lossy().into_owned()),
    }
}
