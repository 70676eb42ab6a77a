//! Whose turn it is among the runs of a session, and how much of the session is done.

use std::collections::BTreeMap;

use super::Session;
use crate::engine::planned::{Due, PlannedRun, RunId};
use crate::engine::protocol::Event;
use crate::engine::runs::shown_run::ShownRun;
use crate::experiment::Variant;

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

    /// The next run to advance: of those that have begun and whose turn it is the one that is shown, or else the first, so
    /// that all do round t before any does t + 1. `None` if some must begin first, or if no run has rounds left.
    pub fn current(&self) -> Option<usize> {
        let due = self.due()?;
        let next = self.planned.iter().filter(|p| self.due_of(p) == Some(due));
        let begun = next.filter_map(|p| self.runs.iter().position(|r| r.id == p.id));
        begun.min_by_key(|&at| self.runs[at].id != self.shown)
    }

    /// Does not advance this run any more, or lets it go on.
    pub fn hold(&mut self, run: RunId, on: bool) {
        if on {
            self.held.insert(run)
        } else {
            self.stopped.remove(&run);
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

    /// Holds the runs that have not begun; how many.
    pub fn hold_unbegun(&mut self) -> usize {
        let unbegun = self.planned.iter().map(|p| p.id).filter(|id| self.run(*id).is_none() && !self.held.contains(id));
        let unbegun: Vec<RunId> = unbegun.collect();
        self.held.extend(&unbegun);
        unbegun.len()
    }

    /// Holds every run that has rounds left.
    pub fn stop(&mut self) {
        let open: Vec<RunId> = self.planned.iter().filter(|p| self.due_of(p).is_some()).map(|p| p.id).collect();
        self.held.extend(&open);
        self.stopped.extend(open);
    }

    /// Whether a stop left runs that are still on the list.
    pub fn is_stopped_short(&self) -> bool {
        self.planned.iter().any(|p| !p.removed && self.stopped.contains(&p.id))
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

    /// Seconds until all rounds are done, as long as the rounds so far took; `None` until each variant with rounds left has
    /// a round to judge by.
    pub fn seconds_left(&self) -> Option<f32> {
        let mut known: Vec<(&Variant, Seconds)> = Vec::new();
        let open = self.planned.iter().filter(|p| self.due_of(p).is_some());
        open.map(|p| {
            let at = known.iter().position(|(name, _)| **name == p.name).unwrap_or_else(|| {
                let same = self.planned.iter().filter(|other| other.name == p.name);
                let rounds = same.filter_map(|p| self.run(p.id)).flat_map(|r| &r.run.history().rounds);
                known.push((&p.name, Seconds::of(rounds.map(|r| (r.round, r.seconds)), p.experiment.rounds)));
                known.len() - 1
            });
            let done = self.run(p.id).map_or(0.0, |r| r.run.fraction_done()) * p.experiment.rounds as f32;
            known[at].1.from(done, p.experiment.rounds)
        })
        .sum()
    }

    /// The share of the whole experiment that is done, as (thousandths, 1000).
    pub fn experiment_steps(&self) -> (usize, usize) {
        const PARTS: usize = 1_000;
        if self.runs.is_empty() { (0, 0) } else { ((self.fraction_done() * PARTS as f32) as usize, PARTS) }
    }
}

/// How long the rounds of one variant took, seconds: the middle of its runs, by round.
struct Seconds(BTreeMap<usize, f32>);

impl Seconds {
    /// Of rounds with their seconds. The first round, in which nothing is proposed, tells nothing of others.
    fn of(rounds: impl Iterator<Item = (usize, f32)>, last: usize) -> Self {
        let mut by_round: BTreeMap<usize, Vec<f32>> = BTreeMap::new();
        rounds.for_each(|(round, seconds)| by_round.entry(round).or_default().push(seconds));
        if last > 1 && by_round.keys().all(|round| *round == 1) {
            by_round.clear();
        }
        // The middle one, so that a pause within a round does not count.
        let middle = |mut seconds: Vec<f32>| {
            seconds.sort_by(f32::total_cmp);
            seconds[seconds.len() / 2]
        };
        Self(by_round.into_iter().map(|(round, seconds)| (round, middle(seconds))).collect())
    }

    /// Seconds from this number of rounds done to the last.
    fn from(&self, done: f32, last: usize) -> Option<f32> {
        let (_, latest) = self.0.last_key_value()?;
        let (whole, inside) = (done as usize, done.fract());
        let seconds = |round: usize| self.0.get(&round).unwrap_or(latest);
        let all: f32 = (whole + 1..=last).map(seconds).sum();
        Some(all - inside * seconds(whole + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_counts_the_rounds_that_are_left_as_long_as_such_rounds_took() {
        let none: [(usize, f32); 0] = [];
        for (rounds, last, done, left) in [
            (&none[..], 10, 0.0, None),
            (&[(1, 1.0)], 10, 1.0, None),
            (&[(1, 1.0)], 1, 0.0, Some(1.0)),
            (&[(1, 1.0), (2, 4.0)], 10, 2.0, Some(32.0)),
            (&[(1, 1.0), (2, 4.0)], 10, 2.5, Some(30.0)),
            (&[(1, 1.0), (2, 4.0)], 10, 0.0, Some(37.0)),
            (&[(1, 1.0), (2, 4.0), (2, 4_000.0), (2, 3.0)], 3, 1.0, Some(8.0)),
            (&[(1, 1.0), (2, 4.0), (3, 8.0)], 3, 3.0, Some(0.0)),
        ] {
            assert_eq!(Seconds::of(rounds.iter().copied(), last).from(done, last), left, "{rounds:?}");
        }
    }
}
