//! Forking the shown run from one of its rounds: from the weights that were kept there, else by doing its rounds again.

use std::collections::BTreeMap;

use crate::archive::Checkpoint;
use crate::difference::first_difference;
use crate::experiment::ExperimentError;
use crate::history::History;
use crate::round::{Rerun, ResumeError, Resuming, Run, Turn};
use crate::world::World;
use std::sync::Arc;

/// Weights at the ends of rounds that are kept of one run; more are forgotten, the oldest first, and made again when
/// they are asked for. About a dozen rounds of LeNet with its optimiser.
const KEPT_BYTES: usize = 64 << 20;

/// Weights at the ends of the rounds of one run.
#[derive(Debug, Clone, Default)]
pub struct Kept(BTreeMap<usize, Checkpoint>);

impl Kept {
    pub fn add(&mut self, checkpoint: Checkpoint) {
        self.0.insert(checkpoint.rounds, checkpoint);
        let bytes = |c: &Checkpoint| c.weights.len() + c.optimiser.len();
        while self.0.values().map(bytes).sum::<usize>() > KEPT_BYTES && self.0.len() > 1 {
            self.0.pop_first();
        }
    }

    /// The rounds at whose ends there are weights.
    pub fn rounds(&self) -> Vec<usize> {
        self.0.keys().copied().collect()
    }

    pub fn at(&self, round: usize) -> Option<&Checkpoint> {
        self.0.get(&round)
    }

    /// Those up to a round.
    pub fn up_to(&self, round: usize) -> Self {
        Self(self.0.range(..=round).map(|(r, c)| (*r, c.clone())).collect())
    }
}

/// Why a run cannot be forked there.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    #[error("round {round} is not complete; fork from one of the {done} rounds that are")]
    NotYet { round: usize, done: usize },
    #[error("round {0} is the experiment's last: nothing follows it; fork from an earlier one")]
    Last(usize),
    #[error("{0}")]
    Strategy(String),
    #[error("{0} has images made, and nothing labels them here; reset with it, or with SI, among the strategies")]
    NoTool(&'static str),
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Resume(#[from] ResumeError),
}

/// A fork that waits until the rounds before it were done again.
pub struct Forking {
    rerun: Rerun,
    expected: History,
    pub turn: Turn,
    pub kept: Kept,
}

/// What a fork begins with.
pub enum Begun {
    Ready(Box<Run>),
    /// Its rounds must be done again first.
    Waiting(Box<Forking>),
}

/// The run of `parent` at the end of `round`, turned; or what leads there.
pub fn begin(world: &Arc<World>, parent: &Run, kept: &Kept, round: usize, turn: Turn) -> Result<Begun, ForkError> {
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
    let Some(checkpoint) = kept.at(round).filter(|c| !c.optimiser.is_empty()) else {
        let rerun = Rerun::new(world, &history);
        let kept = kept.up_to(round);
        return Ok(Begun::Waiting(Box::new(Forking { rerun, expected: history, turn, kept })));
    };
    // The parent knows its maps, so nothing is solved again.
    let mut resuming = Resuming::new(world, history, checkpoint.clone(), parent.made_maps())?;
    while resuming.advance()? {}
    let mut run = resuming.finish()?;
    run.turn(turn);
    Ok(Begun::Ready(Box::new(run)))
}

impl Forking {
    /// One unit of work; false when the rounds are done.
    pub fn advance(&mut self) -> bool {
        self.rerun.advance()
    }

    pub fn fraction_done(&self) -> f32 {
        self.rerun.fraction_done()
    }

    pub fn round(&self) -> usize {
        self.rerun.round()
    }

    /// The turned run, and in words what came out otherwise than the history says, where anything did.
    pub fn finish(self) -> (Run, Option<String>) {
        let mut run = self.rerun.into_run();
        let differs = first_difference(run.history(), &self.expected);
        run.turn(self.turn);
        (run, differs)
    }
}
