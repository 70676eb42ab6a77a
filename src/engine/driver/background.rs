//! Background computations for display: scores of the train split, the field, codes of the evaluation split.

use super::Core;
use crate::engine::session::Session;

/// Units of work of a run for each chunk of scoring.
const UNITS_PER_SCORING_CHUNK: usize = 4;
/// Units of work of a run for each chunk of the field, which is not urgent while the target learns: a few percent of the time.
const UNITS_PER_FIELD_CHUNK: usize = 24;

impl Core {
    /// Does one chunk of the waiting background work, while no round is computed.
    pub fn background(&mut self) {
        let Some(session) = &self.session else { return };
        if session.evaluation_waits() {
            self.embed_evaluation();
        } else if session.walks_wait() {
            self.step_walks();
        } else if session.pins.waits() {
            self.look_back_at_pins();
        } else if session.scoring_waits() {
            self.score();
        } else {
            self.draw_field();
        }
    }

    /// Does one chunk of the waiting background work, at intervals while rounds are computed.
    pub fn background_of_rounds(&mut self) {
        let Some(session) = &self.session else { return };
        let (units, field) = (self.units, session.field_waits());
        if units.is_multiple_of(UNITS_PER_SCORING_CHUNK) {
            self.embed_evaluation();
            self.step_walks();
            self.look_back_at_pins();
            self.score();
        }
        if field && units.is_multiple_of(UNITS_PER_FIELD_CHUNK) {
            self.draw_field();
        }
    }

    /// Measures the pinned points at the end of one earlier round.
    fn look_back_at_pins(&mut self) {
        let Some(session) = &mut self.session else { return };
        if let Some(event) = session.pins.look_back(&mut session.runs) {
            self.say(event);
        }
    }

    /// Takes one step of the walks that are compared.
    fn step_walks(&mut self) {
        let steps = self.session.as_mut().map(Session::step_walks);
        steps.into_iter().flatten().for_each(|step| self.say(step));
    }

    fn embed_evaluation(&mut self) {
        if self.session.as_mut().is_some_and(Session::embed_evaluation) {
            self.publish();
        }
    }

    /// Scores one chunk for the shown run, if scores are wanted.
    fn score(&mut self) {
        if self.session.as_mut().is_some_and(Session::score) {
            self.publish();
        }
    }

    /// Computes one chunk of the field.
    fn draw_field(&mut self) {
        if self.session.as_mut().is_some_and(Session::advance_field) {
            self.publish();
        }
    }
}
