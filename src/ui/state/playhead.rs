//! One playhead over rounds and the evaluations inside them: view, walks, curves and pins show where it stands, of a live run
//! or of an opened one. Weights are kept at the ends of rounds only, so what a target is asked for is of the nearest end.

use super::run::RunState;
use crate::experiment::Experiment;
use crate::history::Metric;
use crate::statistics::CurvePoint;

/// Plays the rounds back, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playhead {
    pub playing: bool,
    pub rounds_per_second: f32,
    /// The last round of the runs that panels show besides the shown one; 0 without any.
    pub reach: usize,
    /// Which evaluation inside the looked-at round it stands at, from 0; none stands at the round's end.
    pub(super) inside: Option<usize>,
    /// It plays from evaluation to evaluation.
    pub(super) finely: bool,
    /// When it came to where it stands, on the window's clock.
    pub(super) moved_at: f64,
}

/// A round a second can be followed by eye.
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
