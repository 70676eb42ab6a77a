//! "Figure 4…": asks for a folder and writes the figure, its numbers and `walks.csv` on a thread of its own.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use crate::engine::protocol::Level;
use crate::figures::{self, Format};
use crate::history::{History, RoundRecord};
use crate::trajectory::{Album, Embedding, WalkImages};
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::panel::Cx;

/// The little window that asks where to, and what its thread answered.
#[derive(Default)]
pub struct ExportFigure4 {
    open: bool,
    folder: String,
    written: Option<Receiver<Result<String, String>>>,
}

/// Dots per inch of the PNG.
const DPI: f32 = 300.0;

impl ExportFigure4 {
    pub fn open(&mut self, cx: &Cx<'_>) {
        self.open = true;
        if self.folder.is_empty() {
            self.folder = format!("{}-figure4", cx.state.experiment.name);
        }
    }

    /// Shows the window, and reports what was written.
    pub fn ui(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        match self.written.as_ref().and_then(|r| r.try_recv().ok()) {
            Some(Ok(text)) => cx.state.say(Level::Info, text),
            Some(Err(e)) => cx.state.say(Level::Error, e),
            None => {}
        }
        if !self.open {
            return;
        }
        let mut save = false;
        let frame = egui::Frame::window(&ctx.global_style());
        let response = egui::Modal::new(egui::Id::unique("export figure 4")).frame(frame).show(ctx, |ui| {
            ui.set_width(440.0);
            ui.label(bold("Save Figure 4").size(size::HEADING));
            ui.add_space(space::XS);
            ui.label("As SVG, PDF and PNG, with its numbers, the table of verdicts and walks.csv.");
            ui.add_space(space::S);
            let field = egui::TextEdit::singleline(&mut self.folder).desired_width(420.0).hint_text("Folder");
            let response = ui.add(field);
            save |= response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            ui.add_space(space::S);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                save |= ui.button("Save").clicked();
                if ui.button("Cancel").clicked() {
                    ui.close();
                }
            });
        });
        if response.should_close() {
            self.open = false;
        }
        if save && !self.folder.trim().is_empty() {
            self.open = false;
            self.write(ctx, cx);
        }
    }

    fn write(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        let Some((history, embedding, album)) = gathered(cx) else {
            return cx.state.say(Level::Warning, "There is no walk with a step to draw yet.".into());
        };
        let rules = cx.state.lab.rules;
        let (sender, receiver) = channel();
        self.written = Some(receiver);
        let (ctx, folder) = (ctx.clone(), PathBuf::from(self.folder.trim()));
        std::thread::spawn(move || {
            let formats = Format::ALL;
            let request = figures::Figure4Request { history: &history, embedding: &embedding, album: &album, rules };
            let done = figures::export_figure4(&request, &folder, formats, figures::PAGE_WIDTH, DPI);
            let said = match done {
                Ok((files, _)) => Ok(format!("Figure 4: {} files in {}", files.len(), folder.display())),
                Err(e) => Err(format!("Figure 4 was not written: {e}")),
            };
            // The window may be gone by now, and then nobody needs to know.
            let _ = sender.send(said);
            ctx.request_repaint();
        });
    }
}

/// The walks of the shown run, seen or not, as the files of a run hold them.
fn gathered(cx: &Cx<'_>) -> Option<(History, Embedding, Album)> {
    let (dataset, codes) = (cx.state.dataset.as_ref()?, cx.snapshot.codes.as_ref()?);
    let header = (**cx.state.shown_run()?.header.as_ref()?).clone();
    let mut walks = cx.state.judged_walks();
    // What they are compared with is no part of the figure.
    walks.retain(|w| !w.walk.is_control());
    let steps = walks.iter().map(|w| w.points - 1).max().filter(|n| *n > 0)?;
    let record = |k: usize| RoundRecord {
        round: k + 1,
        walk_steps: walks
            .iter()
            .filter(|w| k + 1 < w.points)
            .filter_map(|w| w.walk.steps.get(k).map(|(s, _)| s.clone()))
            .collect(),
        ..RoundRecord::empty(k + 1)
    };
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
    let embedding = Embedding {
        data_digest: header.data_digest.clone(),
        generator_digest: header.generator_digest.clone(),
        dim: cx.snapshot.latent_dim,
        codes: codes.to_vec(),
        labels: dataset.train.labels().to_vec(),
    };
    let album = Album {
        data_digest: header.data_digest.clone(),
        generator_digest: header.generator_digest.clone(),
        shape: dataset.shape(),
        walks: images.collect(),
    };
    Some((History { header, rounds: (0..steps).map(record).collect() }, embedding, album))
}
