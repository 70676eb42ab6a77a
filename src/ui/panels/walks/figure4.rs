//! "Figure 4…": asks for a folder and writes the figure, its numbers and `walks.csv` on a background thread.

use std::sync::Arc;

use crate::engine::protocol::Level;
use crate::figures::{self, Format};
use crate::history::{History, RoundRecord};
use crate::trajectory::{Album, Embedding, WalkImages};
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::panel::Cx;

/// The path dialog and the write job.
pub struct ExportFigure4(Export);

impl Default for ExportFigure4 {
    fn default() -> Self {
        Self(Export::new("Save Figure 4", "Folder", "Save", Wanted::Folder))
    }
}

impl ExportFigure4 {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.0.open(|| format!("{}-figure4", cx.state.experiment.name));
    }

    /// The dialog and the write job, to be asked for their result.
    pub fn export(&mut self) -> &mut Export {
        &mut self.0
    }

    /// Shows the dialog.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let folder = self.0.ui(ctx, |ui| {
            ui.label("As SVG, PDF and PNG, with its numbers, the table of verdicts and walks.csv.");
        });
        let Some(folder) = folder else { return };
        let Some((history, embedding, album)) = gathered(cx) else {
            return cx
                .state
                .say(Level::Warning, "No walk has taken a step yet, so there is no Figure 4 to draw.".into());
        };
        let rules = cx.state.lab.rules;
        self.0.start(ctx, move || {
            let request = figures::Figure4Request { history: &history, embedding: &embedding, album: &album, rules };
            let (files, _) = figures::figure4_files(&request, Format::ALL, figures::PAGE_WIDTH, figures::PRINT_DPI)
                .map_err(|e| format!("Figure 4 was not drawn: {e}"))?;
            Ok(Prepared::new(files.paths(&folder), move || {
                let written = files.write(&folder).map_err(|e| format!("Figure 4 was not written: {e}"))?;
                Ok(format!("Figure 4: {} files in {}", written.len(), folder.display()))
            }))
        });
    }
}

/// All walks of the shown run, filtered or not, in the format of a run's files: the last round has all steps, as those by
/// hand were taken in no round.
fn gathered(cx: &Cx<'_>) -> Option<(History, Embedding, Album)> {
    let dataset = cx.state.dataset.as_ref()?;
    let run = cx.state.shown_run()?;
    let header = (**run.header.as_ref()?).clone();
    let mut walks = cx.state.judged_walks();
    // Baseline walks are not part of the figure.
    walks.retain(|w| !w.walk.is_baseline());
    let steps = walks.iter().map(|w| w.points - 1).max().filter(|n| *n > 0)?;
    let walks_after = |k: usize| walks.iter().filter(move |w| k + 1 < w.points);
    let steps_after = |k: usize| walks_after(k).filter_map(move |w| w.walk.steps.get(k).map(|(step, _)| step.clone()));
    let ended = run.rounds.iter().filter(|r| r.round <= cx.state.round_over());
    let mut rounds: Vec<RoundRecord> =
        ended.map(|r| RoundRecord { walk_steps: Vec::new(), ..RoundRecord::clone(r) }).collect();
    if rounds.is_empty() {
        rounds.push(RoundRecord::empty(1));
    }
    if let Some(last) = rounds.last_mut() {
        last.walk_steps = (0..steps).flat_map(steps_after).collect();
    }
    let image = |sample: u32| dataset.train.image(sample as usize).to_vec();
    let images = walks.iter().map(|w| WalkImages {
        walk: w.walk.id,
        decoded: std::iter::once(&w.walk.decoded)
            .chain(w.walk.steps.iter().map(|(_, d)| d))
            .take(w.points)
            .map(|d| d.to_vec())
            .collect(),
        real: (0..w.points).filter_map(|p| w.walk.sample_at(p)).map(image).collect(),
    });
    let embedding = cx.embedding(&header)?;
    let album = Album {
        data_digest: header.data_digest.clone(),
        generator_digest: header.generator_digest.clone(),
        of: None,
        rounds: 0,
        shape: dataset.shape(),
        walks: images.collect(),
    };
    Some((History { header, rounds: rounds.into_iter().map(Arc::new).collect() }, embedding, album))
}
