//! What a question is, and what it is answered from: the shown run in its world.

use crate::engine::planned::RunId;
use crate::experiment::Experiment;
use crate::round::Run;
use crate::target::FrozenTarget;
use crate::world::World;

/// A question about what is shown, with one answer.
pub trait Ask {
    type Answer;
    /// Saved from one answer to the next.
    type Memory: Default;

    /// `None` where there is nothing to answer: no such sample, no weights.
    fn answer(self, memory: &mut Self::Memory, scene: Scene<'_>) -> Option<Self::Answer>;
}

/// What questions are answered from.
pub struct Scene<'a> {
    pub experiment: &'a Experiment,
    /// `None` before data, generator and embedding are ready.
    pub world: Option<&'a World>,
    /// `None` before the runs begin.
    pub shown: Option<&'a mut dyn Shown>,
    /// The round that is looked back at; `None` is the present.
    pub round: Option<usize>,
}

impl<'a> Scene<'a> {
    /// World and shown run, where both are there.
    pub fn ready(self) -> Option<(&'a World, &'a mut dyn Shown)> {
        self.world.zip(self.shown)
    }
}

/// The run that is shown, as far as questions need it.
pub trait Shown {
    fn id(&self) -> RunId;
    fn run(&self) -> &Run;
    /// The target at the end of a round, or as it is now; `None` without its weights.
    fn target(&mut self, round: Option<usize>) -> Option<FrozenTarget>;
}
