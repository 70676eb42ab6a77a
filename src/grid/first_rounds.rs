//! First rounds that cells have in common: the first of them computes it, and those that start later begin at its end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::cells::Cell;
use crate::round::{FirstRound, Run};
use crate::world::World;

/// The first rounds of a grid that cells which have not started begin with.
pub(super) struct FirstRounds<'a> {
    cells: &'a [Cell],
    /// The first cell that has not started.
    next: &'a AtomicUsize,
    kept: Mutex<Vec<FirstRound>>,
}

impl<'a> FirstRounds<'a> {
    pub fn new(cells: &'a [Cell], next: &'a AtomicUsize) -> Self {
        Self { cells, next, kept: Mutex::default() }
    }

    /// The run of a cell after its first round, if that is known.
    pub fn begin(&self, cell: &Cell, world: &Arc<World>) -> Option<Run> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find_map(|first| first.begin(world, &cell.experiment, cell.own.clone(), cell.repeat))
    }

    /// Keeps the first round of a run that has just ended it, if a waiting cell begins with it; those that no cell waits for
    /// any more are forgotten.
    pub fn keep(&self, run: &Run) {
        let waiting = self.cells.get(self.next.load(Ordering::Relaxed)..).unwrap_or_default();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|first| waiting.iter().any(|cell| first.is_of(&cell.experiment)));
        let is_known = kept.iter().any(|first| first.is_of(run.experiment()));
        if !is_known && waiting.iter().any(|cell| run.begins_like(&cell.experiment)) {
            kept.extend(run.first_round());
        }
    }
}
