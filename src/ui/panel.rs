//! The `Panel` trait, the context passed to panels in a frame, and the layouts of workspaces.

use std::path::Path;
use std::sync::Arc;

use egui::Ui;
use egui_wgpu::RenderState;

use super::kit::export::Export;
use super::kit::images::Images;
use super::kit::question::Question;
use super::kit::theme::Theme;
use super::state::AppState;
use crate::engine::protocol::{Command, Level, RunSnapshot, Snapshot};
use crate::engine::questions::inspect::Inspect;
use crate::experiment::EvaluationSplit;
use crate::history::Header;
use crate::trajectory::Embedding;

/// The content of one tile of a workspace.
pub trait Panel {
    fn title(&self) -> &'static str;

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>);

    /// What it writes: the window asks and tells of it wherever the user is by then.
    fn exports(&mut self) -> Vec<&mut Export> {
        Vec::new()
    }

    /// Buttons in the title bar, from right to left.
    fn tools(&mut self, _: &mut Ui, _: &mut Cx<'_>) {}

    /// Takes a file dropped on the window; true if this panel accepts it. `shown` if the panel is on the screen.
    fn take_file(&mut self, _: &Path, _shown: bool) -> bool {
        false
    }

    /// The last round of any other runs that the panel shows, so that the playhead can reach it.
    fn reach(&self, _: &AppState) -> usize {
        0
    }

    /// Whether the panel shows the selected sample in full, so that the latent view need not.
    fn shows_selection(&self) -> bool {
        false
    }

    /// Whether the panel lists the images of the selection, so that none other need come to the front for that.
    fn lists_selection(&self) -> bool {
        false
    }

    /// Whether the panel is about walks, so that the latent view beside it draws them.
    fn shows_walks(&self) -> bool {
        false
    }

    /// Whether the panel shows the directions around a point, so that the latent view draws them.
    fn shows_directions(&self) -> bool {
        false
    }

    /// The panel's choices that are saved between starts, as text for `restore`.
    fn saved(&self) -> Option<String> {
        None
    }

    /// Where the panel looks in the present session, as text for `look`; `None` if that is where it looks by itself.
    fn pose(&self) -> Option<String> {
        None
    }

    /// Looks there again.
    fn look(&mut self, _pose: &str) {}

    /// Restores saved choices; unreadable text changes nothing.
    fn restore(&mut self, _saved: &str) {}
}

/// A named arrangement of panels for one task.
pub struct Workspace {
    /// The key under which its layout is saved.
    pub key: &'static str,
    pub name: &'static str,
    /// Its tooltip: the question that the workspace answers.
    pub tip: &'static str,
    pub layout: Layout,
}

/// Which panels a workspace shows, by key, and their arrangement.
pub enum Layout {
    Panel(&'static str),
    /// Left and right; the number is the left one's share of the width.
    Row(f32, &'static Layout, &'static Layout),
    /// Upper and lower; the number is the upper one's share of the height.
    Column(f32, &'static Layout, &'static Layout),
}

impl Layout {
    /// The keys of all its panels.
    pub fn panels(&self) -> Vec<&'static str> {
        match self {
            Self::Panel(key) => vec![key],
            Self::Row(_, a, b) | Self::Column(_, a, b) => [a.panels(), b.panels()].concat(),
        }
    }
}

/// Passed to every panel in a frame.
pub struct Cx<'a> {
    pub state: &'a mut AppState,
    pub snapshot: &'a Snapshot,
    pub theme: &'static Theme,
    pub images: &'a mut Images,
    /// Commands that are sent to the engine after the frame.
    pub commands: &'a mut Vec<Command>,
    /// `None` if the window has no wgpu device.
    pub gpu: Option<&'a RenderState>,
    /// The time of the window's clock, seconds.
    pub now: f64,
    pub inspect: &'a mut Question<u32>,
    /// The walk point hovered in this frame, in any panel; it is highlighted in the next frame.
    pub hover_walk: &'a mut Option<super::state::WalkPoint>,
    /// Whether a panel on the screen shows the selected sample in full, so that the latent view need not.
    pub selection_shown: bool,
    /// Whether the images of the selected region are on the screen.
    pub region_shown: bool,
    /// Whether a panel on the screen shows what is predicted of all train samples.
    pub scores_shown: bool,
    /// Whether a panel on the screen is about walks, so that the latent view draws them.
    pub walks_shown: bool,
    /// Whether a panel on the screen shows the directions around a point, so that the latent view draws them.
    pub directions_shown: bool,
    /// What keys, the menu and the palette ask of panels in this frame.
    pub actions: &'a [PanelAction],
}

impl Cx<'_> {
    /// Requests an inspection of `sample`, unless one with the target's present weights exists or is under way.
    pub fn inspect(&mut self, ctx: &egui::Context, sample: u32) {
        let (state, answers) = (&*self.state, self.state.answers.inspect.version);
        if state.generator.ready
            && !state.is_inspected(sample)
            && self.inspect.is_due(ctx, self.now, &sample, state.version(), answers)
        {
            self.commands.push(Command::ask(Inspect { sample }));
        }
    }

    /// Marks this walk point as hovered.
    pub fn hover_walk(&mut self, point: Option<super::state::WalkPoint>) {
        *self.hover_walk = point.or(*self.hover_walk);
    }

    /// Requests the codes of the evaluation split, once, for `evaluation_members`.
    pub fn want_evaluation_codes(&mut self) {
        if !std::mem::replace(&mut self.state.brush.asked_evaluation, true) {
            self.commands.push(Command::WantEvaluationCodes);
        }
    }

    /// Indices of the evaluation images that are selected; of a region none before the split is embedded.
    pub fn evaluation_members(&mut self) -> Arc<Vec<u32>> {
        self.state.brush.evaluation_members(self.snapshot.evaluation_codes.as_ref(), self.snapshot.latent_dim)
    }

    /// Whether it is known which evaluation images are selected.
    pub fn knows_evaluation(&self) -> bool {
        self.state.brush.knows_evaluation(self.snapshot.evaluation_codes.is_some())
    }

    /// The split that accuracies are measured on: "test" or "validation".
    pub fn evaluation_name(&self) -> &'static str {
        match self.state.experiment.evaluate_on {
            EvaluationSplit::Test => "test",
            EvaluationSplit::Validation => "validation",
        }
    }

    /// The round in which the shown run labelled a train sample; `None` if it had not by the shown round.
    pub fn labelled_in(&self, sample: u32) -> Option<u16> {
        let round = *self.shown_snapshot()?.labelled_in.get(sample as usize)?;
        (1..=self.state.shown_round()).contains(&usize::from(round)).then_some(round)
    }

    /// The shown run's part of the latest snapshot.
    pub fn shown_snapshot(&self) -> Option<&RunSnapshot> {
        self.snapshot.run(self.state.focus.run)
    }

    /// The code of a train sample; `None` before it is known.
    pub fn code(&self, sample: u32) -> Option<Vec<f32>> {
        let dim = self.snapshot.latent_dim;
        let at = sample as usize * dim;
        self.snapshot.codes.as_ref().and_then(|codes| codes.get(at..at + dim)).map(<[f32]>::to_vec)
    }

    /// The embedding on the screen in the format of a run's files, for the run with this header.
    pub fn embedding(&self, header: &Header) -> Option<Embedding> {
        Some(Embedding {
            data_digest: header.data_digest.clone(),
            generator_digest: header.generator_digest.clone(),
            generator_weights: header.generator_weights.clone(),
            codes_digest: None,
            dim: self.snapshot.latent_dim,
            codes: self.snapshot.codes.as_ref()?.to_vec(),
            labels: self.state.dataset.as_ref()?.train.labels().to_vec(),
        })
    }

    /// Whether the latent space has at most three dimensions, so that a point can be dragged through it.
    pub fn can_probe(&self) -> bool {
        (1..=3).contains(&self.snapshot.latent_dim)
    }

    /// Shows a message with the result of a finished job.
    pub fn report(&mut self, outcome: Option<Result<String, String>>) {
        match outcome {
            Some(Ok(text)) => self.state.say(Level::Info, text),
            Some(Err(e)) => self.state.say(Level::Error, e),
            None => {}
        }
    }
}

/// An action that a panel carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelAction {
    Fit,
    ResetCamera,
    NextColoring,
    ToggleWalks,
    ToggleArrows,
    ToggleLabelled,
    ToggleDensity,
    ToggleByRound,
    NextField,
    SaveView,
    ExportFigures,
    ExportSelection,
    InvertSelection,
}

impl PanelAction {
    /// The key of the panel that carries it out.
    pub fn panel(self) -> &'static str {
        match self {
            Self::ExportFigures => "compare",
            Self::ExportSelection | Self::InvertSelection => "region",
            _ => "latent",
        }
    }
}

/// Seconds between inspections of the same sample while the target learns, and until one is considered lost.
const AGAIN: f64 = 1.0;
const PATIENCE: f64 = 2.0;

/// The question for inspections of one sample.
pub fn inspect_question() -> Question<u32> {
    Question::new(AGAIN, PATIENCE)
}
