//! What is computed beside the rounds, for people to look at: scores of the train split, the field, where the evaluation
//! split lies.

use std::sync::Arc;

use super::Core;
use crate::engine::protocol::Command;
use crate::engine::session::Session;

/// Units of work of a run for each chunk of scoring beside it.
const UNITS_PER_SCORING_CHUNK: usize = 4;
/// The same for the field, which nobody waits for while the target learns: a few percent of the time.
const UNITS_PER_FIELD_CHUNK: usize = 24;

impl Core {
    /// One chunk of what waits, while the rounds stand still.
    pub fn beside(&mut self) {
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

    /// The same now and then while they go on.
    pub fn beside_rounds(&mut self) {
        let Some(session) = &self.session else { return };
        let (units, field) = (session.units, session.field_waits());
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

    /// One earlier round of the pinned points.
    fn look_back_at_pins(&mut self) {
        let Some(session) = &mut self.session else { return };
        if let Some(event) = session.pins.look_back(&mut session.runs) {
            self.say(event);
        }
    }

    /// One step of the walks that are compared.
    fn step_walks(&mut self) {
        let steps = self.session.as_mut().map(Session::step_walks);
        steps.into_iter().flatten().for_each(|step| self.say(step));
    }

    fn embed_evaluation(&mut self) {
        if self.session.as_mut().is_some_and(Session::embed_evaluation) {
            self.publish();
        }
    }

    /// One chunk of scoring for the run that is shown, when somebody looks at scores.
    fn score(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Some(world) = session.world.clone() else { return };
        if !session.scoring_waits() {
            return;
        }
        let (strategy, round) = (session.shown, session.round);
        let Some(shown) = session.runs.iter_mut().find(|r| r.run.strategy() == strategy) else { return };
        let maps = world.simulation.as_ref().map(|s| &s.train);
        let Some(seen) = shown.seen(round) else { return };
        shown.scoring.advance(&world.dataset.train, maps, &seen.target);
        if shown.published.due() || shown.scoring.is_fresh() {
            shown.scores = Some(Arc::new(shown.scoring.scores().clone()));
            self.publish();
        }
    }

    /// One chunk of the field.
    fn draw_field(&mut self) {
        if self.session.as_mut().is_some_and(Session::advance_field) {
            self.publish();
        }
    }
}

/// Of questions that came in a burst, as from a moving pointer, only the last of each kind is still of interest.
pub fn without_outdated_questions(commands: Vec<Command>) -> Vec<Command> {
    let is_question = |c: &Command| matches!(c, Command::Inspect { .. } | Command::Probe { .. } | Command::Section(_));
    let kind = std::mem::discriminant::<Command>;
    let last = |c: &Command| commands.iter().rposition(|other| kind(other) == kind(c));
    let kept: Vec<bool> = commands.iter().enumerate().map(|(i, c)| !is_question(c) || last(c) == Some(i)).collect();
    commands.into_iter().zip(kept).filter_map(|(command, kept)| kept.then_some(command)).collect()
}
