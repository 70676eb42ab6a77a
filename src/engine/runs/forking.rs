//! Forking a run at the end of a round: from the saved weights, or else by computing its rounds again.

use std::sync::Arc;

use super::checkpoints::Checkpoints;
use super::shown_run::ShownRun;
use crate::difference::first_difference;
use crate::engine::planned::RunId;
use crate::experiment::ExperimentError;
use crate::history::History;
use crate::round::{Rerun, ResumeError, Resuming, Run, Turn};
use crate::world::World;

/// The reason why a run cannot be forked.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    #[error("round {round} is not complete; fork from one of the {done} complete rounds")]
    NotYet { round: usize, done: usize },
    #[error("round {0} is the experiment's last, so nothing follows it; fork from an earlier round")]
    Last(usize),
    #[error("{0}")]
    Strategy(String),
    #[error(
        "{0} needs a labelling tool, which this experiment was started without; reset with {0} among the strategies"
    )]
    NoTool(&'static str),
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Resume(#[from] ResumeError),
}

/// A pending fork, while the rounds before it are computed again.
pub struct Forking {
    pub parent: RunId,
    rerun: Rerun,
    expected: History,
    pub turn: Turn,
    /// The parent's weights up to the fork.
    pub checkpoints: Checkpoints,
}

/// The start of a fork.
pub enum Begun {
    Ready(Box<Run>),
    /// The rounds must be computed again first.
    Waiting(Box<Forking>),
}

/// Forks a run at the end of `round` with this turn; without saved weights, the rounds to compute again.
pub fn begin(world: &Arc<World>, shown: &ShownRun, round: usize, turn: Turn) -> Result<Begun, ForkError> {
    let ShownRun { id, run: parent, checkpoints, .. } = shown;
    let done = parent.rounds_done();
    if round == 0 || round > done {
        return Err(ForkError::NotYet { round, done });
    }
    if round >= parent.experiment().rounds {
        return Err(ForkError::Last(round));
    }
    turn.applied(parent.experiment()).validated()?;
    if let Some(objection) = turn.strategy.objection(parent.experiment().dataset) {
        return Err(ForkError::Strategy(objection));
    }
    if turn.strategy.generates_samples() && !world.has_tool() {
        return Err(ForkError::NoTool(turn.strategy.label()));
    }
    let history = parent.history().up_to(round);
    let Some(checkpoint) = checkpoints.at(round).filter(|c| !c.optimiser.is_empty()) else {
        let rerun = Rerun::new(world, &history);
        let checkpoints = checkpoints.up_to(round);
        let forking = Forking { parent: *id, rerun, expected: history, turn, checkpoints };
        return Ok(Begun::Waiting(Box::new(forking)));
    };
    // The parent has the stress maps, so nothing is solved again.
    let mut resuming = Resuming::new(world, history, Arc::unwrap_or_clone(checkpoint), parent.made_maps())?;
    while resuming.advance()? {}
    let mut run = resuming.finish()?;
    run.turn(turn);
    Ok(Begun::Ready(Box::new(run)))
}

impl Forking {
    /// Does one unit of work; false when the rounds are complete.
    pub fn advance(&mut self) -> bool {
        self.rerun.advance()
    }

    pub fn fraction_done(&self) -> f32 {
        self.rerun.fraction_done()
    }

    pub fn round(&self) -> usize {
        self.rerun.round()
    }

    /// The round that it leaves its parent after, the forked run, and the first difference from the parent's history,
    /// if any.
    pub fn finish(self) -> (usize, Run, Option<String>) {
        let mut run = self.rerun.into_run();
        let differs = first_difference(run.history(), &self.expected);
        run.turn(self.turn);
        (self.expected.rounds.len(), run, differs)
    }
}
