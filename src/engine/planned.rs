//! The planned runs of a session: each run's experiment, its id in events and commands, and whose turn it is.

use crate::experiment::{Experiment, Own, Variant, names};
use crate::grid::Cell;
use crate::history::Header;

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
    /// Its number in this session; forks and further repeats count on.
    pub id: RunId,
    /// The name of the run's variant, unique among the session's variants; repeats share it.
    pub name: Variant,
    /// The variant's index among those of its strategy: by name, with forks behind.
    pub place: usize,
    /// The session's experiment with this run's own strategy, that strategy's own fields, and the repeat's seed.
    pub experiment: Experiment,
    /// The fields that were set for this run only.
    pub own: Own,
    /// Which of the paired repeats, from 1.
    pub repeat: usize,
    /// Of a fork: the run that it left, and the last round that both share.
    pub parent: Option<(RunId, usize)>,
    /// Whether the user took it off the list: it is not advanced, and its files stay.
    pub removed: bool,
}

/// Whose turn it is: forks first, then one repeat after the other; within these, those that are behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// 0 for a fork, else the repeat.
    group: usize,
    rounds: usize,
}

impl Due {
    /// The last turn of forks.
    pub const FORKS: Self = Self { group: 0, rounds: usize::MAX };
}

impl PlannedRun {
    /// The name on the screen: with the seed if the session has several repeats, and of a fork, where it left its parent.
    pub fn label(&self, session: &[Self]) -> String {
        let mut label = self.name.label();
        let parent = self.parent.and_then(|(id, _)| session.iter().find(|p| p.id == id));
        let other_seed = parent.is_some_and(|p| p.experiment.seed != self.experiment.seed);
        if other_seed || session.iter().any(|p| p.repeat != self.repeat) {
            label += &format!(", seed {}", self.experiment.seed);
        }
        if let Some((_, round)) = self.parent {
            label += &format!(", forked after round {round}");
        }
        label
    }

    /// Its cell in the grid of the session.
    pub fn cell(&self) -> Cell {
        Cell { experiment: self.experiment.clone(), own: self.own.clone(), repeat: self.repeat }
    }

    /// Its turn after this many rounds.
    pub fn due(&self, rounds: usize) -> Due {
        Due { group: if self.parent.is_some() { 0 } else { self.repeat }, rounds }
    }

    /// The fork of this run after `round`, with the header of its history, in a session with these runs.
    pub fn forked(&self, round: usize, fork: &Header, session: &[Self]) -> Self {
        let Header { experiment, own, repeat, .. } = fork;
        // Named by what was set for its parent, and by what it changes.
        let changed = own.and(&Own::between(experiment, &self.experiment));
        let places = session.iter().filter(|p| p.experiment.strategy == experiment.strategy).map(|p| p.place + 1);
        Self {
            id: next_id(session),
            name: changed.variant(experiment),
            place: places.max().unwrap_or(0),
            experiment: experiment.clone(),
            own: own.clone(),
            repeat: *repeat,
            parent: Some((self.id, round)),
            removed: false,
        }
    }
}

/// Gives each cell its id, in order, and its name.
pub fn planned(cells: Vec<impl Into<Cell>>) -> Vec<PlannedRun> {
    let cells: Vec<Cell> = cells.into_iter().map(Into::into).collect();
    let names = names(cells.iter().map(|cell| (&cell.experiment, &cell.own)));
    let before = |name: &Variant| {
        let mut before: Vec<_> = names.iter().filter(|n| n.strategy == name.strategy && *n < name).collect();
        before.sort();
        before.dedup();
        before.len()
    };
    let run = |(i, (Cell { experiment, own, repeat }, name)): (usize, (Cell, &Variant))| PlannedRun {
        id: RunId::nth(i),
        name: name.clone(),
        place: before(name),
        experiment,
        own,
        repeat,
        parent: None,
        removed: false,
    };
    cells.into_iter().zip(&names).enumerate().map(run).collect()
}

/// The next `count` repeats of a session's variants, with the seeds that follow; `None` if there is no such seed.
pub fn more_repeats(session: &[PlannedRun], count: usize) -> Option<Vec<PlannedRun>> {
    let of_grid = || session.iter().filter(|p| p.parent.is_none());
    let last = of_grid().map(|p| p.repeat).max()?;
    let mut variants: Vec<&PlannedRun> = Vec::new();
    of_grid().for_each(|p| {
        if variants.iter().all(|v| v.name != p.name) {
            variants.push(p)
        }
    });
    let mut more: Vec<PlannedRun> = Vec::new();
    for repeat in last + 1..=last.checked_add(count)? {
        for &variant in &variants {
            let mut run = PlannedRun { id: next_id(session), repeat, removed: false, ..variant.clone() };
            run.id.0 += more.len() as u32;
            run.experiment.seed = run.experiment.seed.checked_add((repeat - variant.repeat) as u64)?;
            more.push(run);
        }
    }
    Some(more)
}

fn next_id(session: &[PlannedRun]) -> RunId {
    RunId(session.iter().map(|p| p.id.0 + 1).max().unwrap_or(0))
}
