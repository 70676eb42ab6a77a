//! What a strategy looked at in a round of a history, computed again from its random stream and the weights before it.

use std::cell::RefCell;
use std::sync::Arc;

use super::resume::{ResumeError, as_recorded, has_its_samples};
use super::run::Run;
use crate::archive::Checkpoint;
use crate::history::History;
use crate::sampler::{Candidate, Considered};
use crate::world::World;

/// The proposals of a round computed again, with what the strategy looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconsidered {
    /// What a scoring strategy looked at; `None` if it scores nothing.
    pub considered: Option<Considered>,
    /// Whether the same samples were proposed, in the same order, as the history has.
    pub as_recorded: bool,
}

impl Run {
    /// Proposes the samples of `round` of a history again; `before` has the weights at the end of the round before.
    /// `None` if the history has no such round after the first.
    pub fn reconsider(
        world: &Arc<World>,
        history: &History,
        round: usize,
        before: &Checkpoint,
    ) -> Result<Option<Reconsidered>, ResumeError> {
        // The settings are those of this round, also of a fork, whose first rounds are its parent's.
        let mut earlier = history.up_to(round);
        let Some(record) = earlier.rounds.pop().filter(|r| r.round == round && round > 1) else { return Ok(None) };
        has_its_samples(world, &earlier)?;
        let mut run = Self::rebuilt(world, earlier, None, &as_recorded)?;
        run.load_weights(before)?;
        let seen = RefCell::new(None);
        let show = |considered| *seen.borrow_mut() = Some(considered);
        let mut rng = run.stream(round);
        // Nothing interrupts it.
        let again = run.candidates_of(round, &|_| false, &mut rng, Some(&show)).unwrap_or_default();
        let proposed = again.candidates.iter().map(Candidate::train_sample);
        let as_recorded = proposed.eq(record.proposals.iter().map(|p| p.train_sample()));
        Ok(Some(Reconsidered { considered: seen.into_inner(), as_recorded }))
    }
}
