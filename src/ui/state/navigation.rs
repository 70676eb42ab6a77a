//! Moving the playhead through rounds and the evaluations inside them, and what is visible from its position.

use super::app_state::AppState;
use crate::statistics::CurvePoint;

impl AppState {
    /// Moves the playhead to a round; at the latest one it follows the run.
    pub fn look_at_round(&mut self, round: usize) {
        let latest = self.last_round();
        self.focus.round = (round < latest).then_some(round.max(1));
        self.playhead.inside = None;
    }

    /// Moves the playhead to an evaluation inside a round, from 0; to the round's end if there is no such evaluation.
    pub fn look_inside(&mut self, round: usize, place: usize) {
        self.look_at_round(round);
        let there = place < self.stops(round).len();
        if there {
            self.focus.round = Some(round);
            self.playhead.inside = Some(place);
        }
    }

    /// The evaluations inside a round of the shown run, where the playhead can stop.
    pub fn stops(&self, round: usize) -> Vec<CurvePoint> {
        self.shown_run().map_or_else(Vec::new, |run| run.stops(round, &self.experiment))
    }

    /// The playhead's evaluation and its index in the shown round; `None` at the round's end.
    pub fn shown_stop(&self) -> Option<(usize, CurvePoint)> {
        let place = self.playhead.inside?;
        Some((place, *self.stops(self.shown_round()).get(place)?))
    }

    /// Moves the playhead to the next evaluation, or back to the previous one.
    pub fn step_playhead(&mut self, forward: bool) {
        let (round, latest) = (self.shown_round(), self.last_round());
        match (self.shown_stop().map(|(place, _)| place), forward) {
            (Some(place), true) => self.look_inside(round, place + 1),
            (Some(0), false) if round > 1 => self.look_at_round(round - 1),
            (Some(0), false) => {}
            (Some(place), false) => self.look_inside(round, place - 1),
            (None, true) if round < latest => self.look_inside(round + 1, 0),
            (None, true) => {}
            (None, false) => match self.stops(round).len() {
                0 => self.look_at_round(round.saturating_sub(1)),
                stops => self.look_inside(round, stops - 1),
            },
        }
    }

    /// The last round completed at the playhead.
    pub fn round_over(&self) -> usize {
        self.shown_round().saturating_sub(usize::from(self.shown_stop().is_some()))
    }

    /// The round up to which walks are shown; `None` shows all steps.
    pub fn walk_round(&self) -> Option<usize> {
        self.focus.round.map(|r| r.saturating_sub(usize::from(self.shown_stop().is_some())))
    }

    /// The round with the final weights nearest to the playhead; `None` for the present target.
    pub fn weights_round(&self) -> Option<usize> {
        let Some((_, stop)) = self.shown_stop() else { return self.focus.round };
        let round = self.shown_round();
        let end = |r: usize| self.shown_run()?.rounds.iter().find(|x| x.round == r).map(|x| x.minibatches as f64);
        match (end(round.saturating_sub(1)), end(round)) {
            (Some(before), Some(after)) if after - stop.minibatches < stop.minibatches - before => Some(round),
            (Some(_), _) => Some(round - 1),
            (None, _) => Some(round),
        }
    }

    /// Optimiser steps of the shown run at the playhead; `None` while it follows the run.
    pub fn playhead_minibatches(&self) -> Option<usize> {
        let round = self.focus.round?;
        let stop = self.shown_stop().map(|(_, stop)| stop.minibatches as usize);
        stop.or_else(|| Some(self.shown_run()?.record(round)?.minibatches))
    }

    /// Starts playing from the playhead, or from the first round if it is at the end; or stops playing. From inside a round
    /// it moves from evaluation to evaluation.
    pub fn toggle_playhead(&mut self, now: f64) {
        let latest = self.last_round();
        self.playhead.playing = !self.playhead.playing && latest > 1;
        self.playhead.finely = self.shown_stop().is_some();
        self.playhead.moved_at = now;
        if self.playhead.playing && self.round_over() >= latest {
            self.look_at_round(1);
        }
    }

    /// Moves a playing playhead when due; returns the seconds until the next move, `None` when it does not play.
    /// At the latest round it stops, and the view follows the run again.
    pub fn advance_playhead(&mut self, now: f64) -> Option<f64> {
        if !self.playhead.playing {
            return None;
        }
        let stops = if self.playhead.finely { self.stops(self.shown_round()).len() } else { 0 };
        let wait = 1.0 / (f64::from(self.playhead.rounds_per_second.max(f32::MIN_POSITIVE)) * (stops + 1) as f64);
        let left = self.playhead.moved_at + wait - now;
        if left > 0.0 {
            return Some(left);
        }
        self.playhead.moved_at = now;
        if self.playhead.finely {
            self.step_playhead(true);
        } else {
            self.look_at_round(self.shown_round() + 1);
        }
        self.playhead.playing = self.focus.round.is_some();
        self.playhead.playing.then_some(wait)
    }
}
