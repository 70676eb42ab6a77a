//! The runs of a session: which experiment each of them does, and the id by which events and commands name it.

use crate::experiment::{Experiment, Strategy};

/// Names one run of a session, whatever its strategy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RunId(u32);

impl RunId {
    /// The id of the run at this place of the session's list.
    pub fn nth(place: usize) -> Self {
        Self(place as u32)
    }
}

/// A run that a session does or shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRun {
    pub id: RunId,
    /// The session's experiment with this run's own strategy and that strategy's own fields.
    pub experiment: Experiment,
}

/// The experiments of runs side by side in one world: one run for each strategy.
pub fn experiments(experiment: &Experiment, strategies: &[Strategy]) -> Vec<Experiment> {
    strategies.iter().map(|&strategy| Experiment { strategy, ..experiment.clone() }).collect()
}

/// Gives each run its id, in order; a strategy may occur more than once.
pub fn planned(experiments: Vec<Experiment>) -> Vec<PlannedRun> {
    let run = |(place, experiment)| PlannedRun { id: RunId::nth(place), experiment };
    experiments.into_iter().enumerate().map(run).collect()
}
