//! One playhead over rounds and the evaluations inside them, for live runs and opened ones: view, walks, curves and pins
//! follow it. Weights are saved at the ends of rounds only, so questions to a target use the nearest end of a round.

use super::run::RunState;
use crate::experiment::Experiment;
use crate::history::Metric;
use crate::statistics::CurvePoint;

/// Playback of the rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playhead {
    pub playing: bool,
    pub rounds_per_second: f32,
    /// The last round of other runs that panels show; 0 without any.
    pub reach: usize,
    /// The evaluation inside the shown round, from 0; `None` at the round's end.
    pub(super) inside: Option<usize>,
    /// Whether it plays from evaluation to evaluation.
    pub(super) finely: bool,
    /// Time of the last move on the window's clock, seconds.
    pub(super) moved_at: f64,
}

/// Default speed, rounds per second: slow enough to follow by eye.
const SPEED: f32 = 1.0;

impl Default for Playhead {
    fn default() -> Self {
        Self { playing: false, rounds_per_second: SPEED, reach: 0, inside: None, finely: false, moved_at: 0.0 }
    }
}

impl RunState {
    /// The evaluations inside a round, where the playhead can stand.
    pub fn stops(&self, round: usize, experiment: &Experiment) -> Vec<CurvePoint> {
        let mut points = self.curve(Metric::part(experiment.dataset.task()), experiment);
        let end = self.rounds.iter().find(|r| r.round == round).map_or(f64::INFINITY, |r| r.minibatches as f64);
        points.retain(|p| p.round == round && !p.round_end && p.minibatches < end);
        points
    }
}
