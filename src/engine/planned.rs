//! The planned runs of a session: each run's experiment and its id in events and commands.

use crate::experiment::{Experiment, Own, Setup, Variant, names};

/// Identifies one run of a session, independently of its strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RunId(u32);

impl RunId {
    /// The id of the run at this index of the session's list.
    pub fn nth(place: usize) -> Self {
        Self(place as u32)
    }
}

/// A run that a session computes or shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRun {
    pub id: RunId,
    /// The run's name, unique in the session.
    pub name: Variant,
    /// The run's index among the runs of its strategy, by name.
    pub place: usize,
    /// The session's experiment with this run's own strategy and that strategy's own fields.
    pub experiment: Experiment,
    pub own: Own,
}

/// Gives each run its id, in order, and its name.
pub fn planned(runs: Vec<Setup>) -> Vec<PlannedRun> {
    let names = names(runs.iter().map(|run| (&run.experiment, &run.own)));
    let before = |name: &Variant| names.iter().filter(|n| n.strategy == name.strategy && *n < name).count();
    let run = |(i, (Setup { experiment, own }, name)): (usize, (Setup, &Variant))| PlannedRun {
        id: RunId::nth(i),
        name: name.clone(),
        place: before(name),
        experiment,
        own,
    };
    runs.into_iter().zip(&names).enumerate().map(run).collect()
}

/// The setups of the runs, in order.
pub fn setups_of(planned: &[PlannedRun]) -> Vec<Setup> {
    planned.iter().map(|p| Setup { experiment: p.experiment.clone(), own: p.own.clone() }).collect()
}
