//! The rounds of the shown run side by side in place of the latent view: 1, 2, 4 and so on, and the last.

use std::sync::Arc;

use egui::{Context, Rect, RichText, Ui, UiBuilder};

use crate::engine::planned::RunId;
use crate::figures::{self, Figure, Format};
use crate::ui::kit::ask_path::Wanted;
use crate::ui::kit::export::{Export, Prepared};
use crate::ui::kit::figure_view::FigureView;
use crate::ui::kit::memo::Memo;
use crate::ui::kit::theme::{size, space};
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;

/// The figure on the screen, its dialog and its write job.
pub struct Rounds {
    /// Degrees about the second axis.
    turn: f64,
    figure: Memo<Key, Option<Arc<Figure>>>,
    /// Counts figures; a new count draws it again.
    version: u64,
    view: FigureView,
    export: Export,
}

/// What the figure depends on: session, run, completed rounds, degrees.
type Key = (u64, RunId, usize, f64);

/// Height of a panel over its width.
const ASPECT: f64 = 0.8;
const FORMATS: [Format; 3] = [Format::Svg, Format::Pdf, Format::Png];

impl Default for Rounds {
    fn default() -> Self {
        let export = Export::new("Save the rounds side by side", "Folder for the files", "Save", Wanted::Folder);
        Self { turn: 0.0, figure: Memo::default(), version: 0, view: FigureView::default(), export }
    }
}

impl Rounds {
    pub fn open(&mut self, cx: &Cx<'_>) {
        let name = &cx.state.experiment.name;
        self.export.open(|| format!("{name}-{}-rounds", cx.state.shown_experiment().strategy));
    }

    /// Shows the figure in `area`.
    pub fn ui(&mut self, ui: &mut Ui, area: Rect, cx: &mut Cx<'_>) {
        let rounds = cx.state.shown_run().map_or(0, |run| run.rounds.len());
        let key = (cx.state.generation, cx.state.focus.run, rounds, self.turn);
        let (version, turn) = (&mut self.version, self.turn.to_radians());
        let figure = self.figure.get(key, || {
            *version += 1;
            let shown = cx.state.shown_run()?.history()?;
            let embedding = cx.embedding(&shown.header)?;
            Some(Arc::new(figures::rounds(&shown, &embedding, turn, ASPECT)))
        });
        let figure = figure.clone();
        ui.scope_builder(UiBuilder::new().max_rect(area.shrink(space::S)), |ui| {
            let Some(figure) = &figure else {
                let text = "Rounds 1, 2, 4 and so on of the shown run, with what each had labelled, appear here when its \
                            first round has ended.";
                return widgets::empty_state(ui, "Rounds side by side", text);
            };
            ui.horizontal_wrapped(|ui| {
                if cx.snapshot.latent_dim > 2 {
                    let turn = egui::DragValue::new(&mut self.turn).range(0.0..=360.0).speed(1.0).suffix("\u{b0}");
                    let tip = "Turns the latent space about its second axis, in all rounds alike";
                    ui.add(turn.max_decimals(0).prefix("turned ")).on_hover_text(tip).accessible_name("Turn of the rounds");
                }
                let text = RichText::new(&figure.caption).size(size::CAPTION).color(cx.theme.weak);
                ui.add(egui::Label::new(text).wrap());
            });
            self.view.ui(ui, figure, self.version, "", cx.theme);
        });
    }

    /// The dialog and the write job, to be asked for their result.
    pub fn export(&mut self) -> &mut Export {
        &mut self.export
    }

    /// Shows the dialog.
    pub fn dialog(&mut self, ctx: &Context) {
        let Some(folder) = self.export.ui(ctx, |ui| {
            ui.label("As SVG, PDF and PNG, as wide as a page.");
        }) else {
            return;
        };
        let Some(figure) = self.figure.last().cloned().flatten() else { return };
        self.export.start(ctx, move || {
            let files = figures::figure_files(&figure, None, &FORMATS, figures::PAGE_WIDTH, figures::PRINT_DPI);
            let files = files.map_err(|e| format!("The rounds were not drawn: {e}"))?;
            Ok(Prepared::new(files.paths(&folder), move || {
                let written = files.write(&folder).map_err(|e| format!("The rounds were not written: {e}"))?;
                Ok(format!("Wrote {} files into {}", written.len(), folder.display()))
            }))
        });
    }
}
