//! The playhead's way through rounds and the evaluations inside them, and what is seen from where it stands.

use super::app_state::AppState;
use crate::statistics::CurvePoint;

impl AppState {
    /// Looks at a round; the latest one goes on following the run.
    pub fn look_at_round(&mut self, round: usize) {
        let latest = self.last_round();
        self.focus.round = (round < latest).then_some(round.max(1));
        self.playhead.inside = None;
    }

    /// Looks at an evaluation inside a round, from 0; at the round's end where there is no such evaluation.
    pub fn look_inside(&mut self, round: usize, place: usize) {
        self.look_at_round(round);
        let there = place < self.stops(round).len();
        if there {
            self.focus.round = Some(round);
            self.playhead.inside = Some(place);
        }
    }

    /// Where the playhead can stand inside a round of the shown run.
    pub fn stops(&self, round: usize) -> Vec<CurvePoint> {
        self.shown_run().map_or_else(Vec::new, |run| run.stops(round, &self.experiment))
    }

    /// The evaluation at which the playhead stands, and its place in the shown round; none at the round's end.
    pub fn shown_stop(&self) -> Option<(usize, CurvePoint)> {
        let place = self.playhead.inside?;
        Some((place, *self.stops(self.shown_round()).get(place)?))
    }

    /// On to the next evaluation, or back to the one before.
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

    /// The last round that is over where the playhead stands.
    pub fn round_over(&self) -> usize {
        self.shown_round().saturating_sub(usize::from(self.shown_stop().is_some()))
    }

    /// The round whose steps the walks have taken; none takes all of them.
    pub fn walk_round(&self) -> Option<usize> {
        self.focus.round.map(|r| r.saturating_sub(usize::from(self.shown_stop().is_some())))
    }

    /// The round at whose end the weights are nearest to where the playhead stands; none asks the present target.
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

    /// Optimiser steps of the shown run where the playhead stands; none while it follows the run.
    pub fn playhead_minibatches(&self) -> Option<usize> {
        let round = self.focus.round?;
        let stop = self.shown_stop().map(|(_, stop)| stop.minibatches as usize);
        stop.or_else(|| Some(self.shown_run()?.record(round)?.minibatches))
    }

    /// Plays from where it stands on, from the first round when there is nothing after it; or halts. From inside a round
    /// it goes from evaluation to evaluation.
    pub fn toggle_playhead(&mut self, now: f64) {
        let latest = self.last_round();
        self.playhead.playing = !self.playhead.playing && latest > 1;
        self.playhead.finely = self.shown_stop().is_some();
        self.playhead.moved_at = now;
        if self.playhead.playing && self.round_over() >= latest {
            self.look_at_round(1);
        }
    }

    /// Moves a playing playhead when it is time; the seconds until it is to be asked again, none when it does not play.
    /// At the latest round it halts, and the view follows the run again.
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
