//! The trait of questions, and the data they are answered from: the shown run in its world.

use crate::engine::planned::RunId;
use crate::experiment::Experiment;
use crate::round::Run;
use crate::target::FrozenTarget;
use crate::world::World;

/// A question about what is shown, with one answer.
pub trait Ask {
    /// What the window gets.
    type Answer;
    /// State that is kept between answers.
    type Memory: Default;

    /// Computes the answer; `None` if there is none, as for an unknown sample or missing weights.
    fn answer(self, memory: &mut Self::Memory, scene: Scene<'_>) -> Option<Self::Answer>;
}

/// The data that questions are answered from.
pub struct Scene<'a> {
    pub experiment: &'a Experiment,
    /// `None` before data, generator and embedding are ready.
    pub world: Option<&'a World>,
    /// `None` before the runs begin.
    pub shown: Option<&'a mut dyn Shown>,
    /// The earlier round whose target is used; `None` is the present.
    pub round: Option<usize>,
}

impl<'a> Scene<'a> {
    /// World and shown run, if both exist.
    pub fn ready(self) -> Option<(&'a World, &'a mut dyn Shown)> {
        self.world.zip(self.shown)
    }
}

/// The shown run, as far as questions need it.
pub trait Shown {
    /// The run's number in the session.
    fn id(&self) -> RunId;
    /// The run itself: its experiment, history and labels.
    fn run(&self) -> &Run;
    /// The target at the end of a round, or the present one; `None` without its weights.
    fn target(&mut self, round: Option<usize>) -> Option<FrozenTarget>;
}
