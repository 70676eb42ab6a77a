//! What a panel is, what it is given in a frame, and how panels are laid out in a workspace.

use std::path::Path;
use std::sync::Arc;

use egui::Ui;
use egui_wgpu::RenderState;

use super::kit::images::Images;
use super::kit::question::Question;
use super::kit::theme::Theme;
use super::state::AppState;
use crate::engine::protocol::{Command, Level, RunSnapshot, Snapshot};
use crate::engine::questions::inspect::Inspect;
use crate::experiment::EvaluationSplit;

/// What a tile of a workspace shows.
pub trait Panel {
    fn title(&self) -> &'static str;

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>);

    /// Buttons beside the title, from the right.
    fn tools(&mut self, _: &mut Ui, _: &mut Cx<'_>) {}

    /// Takes a file that was dropped on the window, if it is one for this panel; `shown` if the panel is on the screen.
    fn take_file(&mut self, _: &Path, _shown: bool) -> bool {
        false
    }

    /// The last round of the runs that it shows besides the shown one, for the playhead.
    fn reach(&self, _: &AppState) -> usize {
        0
    }

    /// Whether it shows the selected sample in full, so that the latent view need not.
    fn shows_selection(&self) -> bool {
        false
    }

    /// Its choices that are saved between starts, as text that `restore` reads.
    fn saved(&self) -> Option<String> {
        None
    }

    /// Takes choices back that were saved; those it cannot read are left as they are.
    fn restore(&mut self, _saved: &str) {}
}

/// A few panels, arranged so that nothing needs to be moved.
pub struct Workspace {
    /// What its layout is saved by.
    pub key: &'static str,
    pub name: &'static str,
    /// The question that it answers.
    pub tip: &'static str,
    pub layout: Layout,
}

/// Which panels a workspace shows, by key, and where.
pub enum Layout {
    Panel(&'static str),
    /// Left and right; the left one with this share of the width.
    Row(f32, &'static Layout, &'static Layout),
    /// Upper and lower; the upper one with this share of the height.
    Column(f32, &'static Layout, &'static Layout),
}

impl Layout {
    /// The keys of its panels.
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
    /// Sent to the engine after the frame.
    pub commands: &'a mut Vec<Command>,
    /// `None` if the window has no wgpu device.
    pub gpu: Option<&'a RenderState>,
    /// Seconds of the window's clock.
    pub now: f64,
    pub inspect: &'a mut Question<u32>,
    /// Hovered walk point of this frame, in whichever panel; becomes the focus of the next.
    pub hover_walk: &'a mut Option<super::state::WalkPoint>,
    /// A panel on the screen shows the selected sample, so that the view need not.
    pub selection_shown: bool,
    /// What the keys asked of the view.
    pub view_keys: &'a [ViewKey],
}

impl Cx<'_> {
    /// Asks what the target says of `sample`, unless its present weights were asked.
    pub fn inspect(&mut self, ctx: &egui::Context, sample: u32) {
        let (state, answers) = (&*self.state, self.state.answers.inspect.version);
        if state.generator.ready
            && !state.is_inspected(sample)
            && self.inspect.is_due(ctx, self.now, &sample, state.version(), answers)
        {
            self.commands.push(Command::ask(Inspect { sample }));
        }
    }

    /// Says that this walk point is under the pointer.
    pub fn hover_walk(&mut self, point: Option<super::state::WalkPoint>) {
        *self.hover_walk = point.or(*self.hover_walk);
    }

    /// Has the evaluation split embedded, once, for `evaluation_members`.
    pub fn want_evaluation_codes(&mut self) {
        if !std::mem::replace(&mut self.state.brush.asked_evaluation, true) {
            self.commands.push(Command::WantEvaluationCodes);
        }
    }

    /// The images of the evaluation split in the region; none before the split is embedded.
    pub fn evaluation_members(&mut self) -> Arc<Vec<u32>> {
        let codes = self.snapshot.evaluation_codes.as_ref();
        codes.map_or_else(Arc::default, |c| self.state.brush.evaluation_members(c, self.snapshot.latent_dim))
    }

    /// "test" or "validation": what accuracies are measured on.
    pub fn evaluation_name(&self) -> &'static str {
        match self.state.experiment.evaluate_on {
            EvaluationSplit::Test => "test",
            EvaluationSplit::Validation => "validation",
        }
    }

    /// The round in which the shown run labelled a train sample, up to the shown round.
    pub fn labelled_in(&self, sample: u32) -> Option<u16> {
        let round = *self.shown_snapshot()?.labelled_in.get(sample as usize)?;
        (1..=self.state.shown_round()).contains(&usize::from(round)).then_some(round)
    }

    /// What the engine last reported of the shown run.
    pub fn shown_snapshot(&self) -> Option<&RunSnapshot> {
        self.snapshot.run(self.state.focus.run)
    }

    /// Whether the latent space has few enough dimensions for a point to be dragged through it.
    pub fn can_probe(&self) -> bool {
        (1..=3).contains(&self.snapshot.latent_dim)
    }

    /// Tells the user how a job ended, if one did.
    pub fn report(&mut self, outcome: Option<Result<String, String>>) {
        match outcome {
            Some(Ok(text)) => self.state.say(Level::Info, text),
            Some(Err(e)) => self.state.say(Level::Error, e),
            None => {}
        }
    }
}

/// What a key asks of the latent view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKey {
    Fit,
    ResetCamera,
    NextColoring,
    ToggleWalks,
    ToggleArrows,
    ToggleLabelled,
    NextField,
}

/// Seconds between two inspections of the same sample as the target learns, and before one is given up.
const AGAIN: f64 = 1.0;
const PATIENCE: f64 = 2.0;

/// The question what the target says of one sample.
pub fn inspect_question() -> Question<u32> {
    Question::new(AGAIN, PATIENCE)
}
