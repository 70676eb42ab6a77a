//! Whose turn it is among the runs of a session, and how much of the session is done.

use super::Session;
use crate::engine::planned::{Due, PlannedRun, RunId};
use crate::engine::protocol::Event;
use crate::engine::runs::shown_run::ShownRun;

impl Session {
    pub(super) fn run(&self, id: RunId) -> Option<&ShownRun> {
        self.runs.iter().find(|r| r.id == id)
    }

    /// The turn of a run, if it has rounds left and is not held.
    fn due_of(&self, planned: &PlannedRun) -> Option<Due> {
        let open = |run: &ShownRun| (!run.run.is_done()).then(|| run.run.rounds_done());
        let rounds = self.run(planned.id).map_or(Some(0), open).filter(|_| !self.held.contains(&planned.id));
        rounds.map(|rounds| planned.due(rounds))
    }

    /// Whose turn it is; `None` if no run has rounds left.
    pub fn due(&self) -> Option<Due> {
        self.planned.iter().filter_map(|p| self.due_of(p)).min()
    }

    /// The next run to advance, if it has begun: the first of those whose turn it is, so that all do round t before any
    /// does t + 1.
    pub fn current(&self) -> Option<usize> {
        let due = self.due()?;
        let next = self.planned.iter().find(|p| self.due_of(p) == Some(due))?;
        self.runs.iter().position(|r| r.id == next.id)
    }

    /// Does not advance this run any more, or lets it go on.
    pub fn hold(&mut self, run: RunId, on: bool) {
        if on {
            self.held.insert(run)
        } else {
            self.held.remove(&run)
        };
    }

    /// Takes a run off the list, so that it is not advanced, or puts it back; also for when the session is taken up again.
    pub fn remove(&mut self, run: RunId, on: bool) -> Vec<Event> {
        self.hold(run, on);
        let planned = self.planned.iter_mut().find(|p| p.id == run && p.removed != on);
        let changed = planned.map(|p| p.removed = on).is_some();
        if changed { self.write_plan() } else { Vec::new() }
    }

    /// Holds every run that has rounds left.
    pub fn hold_all(&mut self) {
        let open: Vec<RunId> = self.planned.iter().filter(|p| self.due_of(p).is_some()).map(|p| p.id).collect();
        self.held.extend(open);
    }

    /// Number of rounds completed by the runs whose turn it is.
    pub fn rounds_completed(&self) -> usize {
        let done = self.runs.iter().map(|r| r.run.rounds_done()).max().unwrap_or(0);
        self.current().and_then(|at| self.runs.get(at)).map_or(done, |run| run.run.rounds_done())
    }

    /// The run whose turn it is, its round, and that round's optimiser steps, done and in all; `None` between rounds.
    pub fn inside_round(&self) -> Option<(RunId, usize, (usize, usize))> {
        let run = self.runs.get(self.current()?)?;
        Some((run.id, run.run.round(), run.run.steps_in_round()?))
    }

    /// Share of the whole experiment that is done, in [0, 1]: of all repeats, without runs that are held.
    pub fn fraction_done(&self) -> f32 {
        let done = |p: &PlannedRun| self.run(p.id).map_or(0.0, |r| r.run.fraction_done());
        let counted = self.planned.iter().map(|p| (p, done(p)));
        let counted: Vec<f32> =
            counted.filter(|(p, done)| *done >= 1.0 || !self.held.contains(&p.id)).map(|(_, done)| done).collect();
        counted.iter().sum::<f32>() / counted.len().max(1) as f32
    }

    /// The share of the whole experiment that is done, as (thousandths, 1000).
    pub fn experiment_steps(&self) -> (usize, usize) {
        const PARTS: usize = 1_000;
        if self.runs.is_empty() { (0, 0) } else { ((self.fraction_done() * PARTS as f32) as usize, PARTS) }
    }
}
