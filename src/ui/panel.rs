//! What a panel is given: what to show, what to change, and where to put what it wants of the engine.

use egui_wgpu::RenderState;

use super::kit::images::Images;
use super::kit::theme::Theme;
use super::state::AppState;
use crate::engine::protocol::{Command, Snapshot};

/// Passed to every panel in a frame.
pub struct Cx<'a> {
    pub state: &'a mut AppState,
    pub snapshot: &'a Snapshot,
    pub theme: &'static Theme,
    pub images: &'a mut Images,
    /// Sent to the engine after the frame.
    pub commands: &'a mut Vec<Command>,
    /// `None` where the window has no wgpu device.
    pub gpu: Option<&'a RenderState>,
    /// Seconds of the window's clock.
    pub now: f64,
    pub inspect: &'a mut InspectQueue,
    /// Hovered walk point of this frame, in whichever panel; becomes the focus of the next.
    pub hover_walk: &'a mut Option<super::state::WalkPoint>,
    /// The inspector is on the screen, so the view need not show the selection.
    pub inspector_shown: bool,
    /// What the keys asked of the view.
    pub view_keys: &'a [crate::ui::shell::keys::ViewKey],
}

impl Cx<'_> {
    /// Says that this walk point is under the pointer.
    pub fn hover_walk(&mut self, point: Option<super::state::WalkPoint>) {
        *self.hover_walk = point.or(*self.hover_walk);
    }
}

/// Asks for inspections of what the user looks at: the latest wins, not too often, never twice for the same answer.
#[derive(Debug, Default)]
pub struct InspectQueue {
    asked: Option<(u32, u64)>,
    asked_at: f64,
}

/// Seconds between two questions for different samples, and for the same sample as the target learns.
const BETWEEN_SAMPLES: f64 = 0.05;
const BETWEEN_VERSIONS: f64 = 1.0;

impl InspectQueue {
    /// Asks about `sample` if its answer is missing or of an older target.
    pub fn want(&mut self, ctx: &egui::Context, state: &AppState, sample: u32, now: f64, commands: &mut Vec<Command>) {
        if !state.generator.ready || self.asked == Some((sample, state.target_version)) {
            return;
        }
        let same = self.asked.is_some_and(|(s, _)| s == sample);
        let wait = if same { BETWEEN_VERSIONS } else { BETWEEN_SAMPLES };
        let left = self.asked_at + wait - now;
        if left > 0.0 {
            ctx.request_repaint_after_secs(left as f32);
            return;
        }
        self.asked = Some((sample, state.target_version));
        self.asked_at = now;
        commands.push(Command::Inspect { sample });
    }
}
