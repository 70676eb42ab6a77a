//! What is computed beside the rounds, for people to look at: scores of the train split, and the field.

use std::sync::Arc;

use super::Core;
use crate::engine::protocol::Command;
use crate::engine::session::Session;

impl Core {
    /// One chunk of scoring for the run that is shown, when somebody looks at scores.
    pub(super) fn score(&mut self) {
        let Some(session) = &mut self.session else { return };
        let Some(world) = session.world.clone() else { return };
        if !session.scoring_waits() {
            return;
        }
        let strategy = session.shown;
        let Some(shown) = session.runs.iter_mut().find(|r| r.run.strategy() == strategy) else { return };
        let maps = world.simulation.as_ref().map(|s| &s.train);
        shown.scoring.advance(&world.dataset.train, maps, &shown.run.frozen_target());
        if shown.published.due() || shown.scoring.is_fresh() {
            shown.scores = Some(Arc::new(shown.scoring.scores().clone()));
            self.publish();
        }
    }

    /// One chunk of the field.
    pub(super) fn draw_field(&mut self) {
        if self.session.as_mut().is_some_and(Session::advance_field) {
            self.publish();
        }
    }
}

/// Of questions that came in a burst, as from a moving pointer, only the last of each kind is still of interest.
pub(super) fn without_outdated_questions(commands: Vec<Command>) -> Vec<Command> {
    let is_question = |c: &Command| matches!(c, Command::Inspect { .. } | Command::Probe { .. } | Command::Section(_));
    let kind = std::mem::discriminant::<Command>;
    let last = |c: &Command| commands.iter().rposition(|other| kind(other) == kind(c));
    let kept: Vec<bool> = commands.iter().enumerate().map(|(i, c)| !is_question(c) || last(c) == Some(i)).collect();
    commands.into_iter().zip(kept).filter_map(|(command, kept)| kept.then_some(command)).collect()
}
