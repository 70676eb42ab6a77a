//! What a session begins with: new runs, saved ones, or both.

use std::path::PathBuf;

use crate::engine::planned::{PlannedRun, RunId, planned};
use crate::engine::runs::replay::Source;
use crate::experiment::{Experiment, Strategy};
use crate::grid::Cell;

/// What a session begins with.
pub struct Start {
    pub experiment: Experiment,
    pub runs: Vec<PlannedRun>,
    /// Runs that are there already, or their files.
    pub saved: Vec<(RunId, Source)>,
    /// Strategies of rounds before forks, which need the same world.
    pub before_forks: Vec<Strategy>,
    /// Where the generator of saved runs may lie.
    pub generator: Option<PathBuf>,
}

impl Start {
    /// New runs of these cells.
    pub fn new(experiment: Experiment, cells: Vec<Cell>) -> Self {
        Self { experiment, runs: planned(cells), saved: Vec::new(), before_forks: Vec::new(), generator: None }
    }
}
