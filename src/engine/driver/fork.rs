//! The commands that add runs to the session: forks and further repeats, in the same world.

use std::collections::VecDeque;

use super::{Core, Drive};
use crate::engine::planned::{Due, RunId};
use crate::engine::protocol::{Event, Level, Phase};
use crate::engine::runs::checkpoints::Checkpoints;
use crate::engine::runs::forking::{self, Begun};
use crate::engine::session::Before;
use crate::round::{Run, Turn};

impl Core {
    /// Forks a run at the end of `round`, at once or after its rounds were computed again.
    pub fn fork(&mut self, run: RunId, round: usize, turn: Turn) {
        let session = self.session.as_mut().filter(|s| matches!(s.before, Before::Nothing | Before::Forking(_)));
        let found = session.and_then(|session| {
            let parent = session.runs.iter().find(|r| r.id == run)?;
            Some((session.world.clone()?, parent, &mut session.before))
        });
        let Some((world, parent, before)) = found else {
            return self.message(Level::Warning, "A run can be forked once it has begun.".into());
        };
        let checkpoints = parent.checkpoints.up_to(round);
        match forking::begin(&world, parent, round, turn) {
            Ok(Begun::Ready(fork)) => self.add_fork(run, round, *fork, checkpoints),
            Ok(Begun::Waiting(forking)) => {
                match before {
                    Before::Forking(waiting) => waiting.push_back(*forking),
                    before => *before = Before::Forking(VecDeque::from([*forking])),
                }
                self.held = false;
                self.eta.restart();
                let text =
                    "The weights at the end of that round are not saved, so the rounds are computed again first.";
                self.message(Level::Info, text.into());
            }
            Err(e) => self.message(Level::Error, format!("The run cannot be forked: {e}")),
        }
    }

    /// Does one unit of work towards the first of the pending forks.
    pub fn advance_fork(&mut self) {
        const PARTS: usize = 1_000;
        let Some(session) = &mut self.session else { return };
        let Before::Forking(waiting) = &mut session.before else { return };
        let Some(forking) = waiting.front_mut() else {
            session.before = Before::Nothing;
            return;
        };
        if forking.advance() {
            let (fraction, round) = (forking.fraction_done(), forking.round());
            let done = (fraction * PARTS as f32) as usize;
            return self.say_progress(Phase::Rerunning, None, round, done, PARTS, |eta| eta.seconds(fraction));
        }
        let Some(forking) = waiting.pop_front() else { return };
        let (parent, checkpoints) = (forking.parent, forking.checkpoints.clone());
        let (round, run, differs) = forking.finish();
        if let Some(difference) = differs {
            let text = format!(
                "The rounds computed again differ from the history ({difference}). The fork continues from the new ones."
            );
            self.message(Level::Warning, text);
        }
        self.add_fork(parent, round, run, checkpoints);
    }

    /// Adds the forked run, which is reported like a replay and then continues before all others. Runs that were halted
    /// stay so.
    fn add_fork(&mut self, parent: RunId, round: usize, run: Run, checkpoints: Checkpoints) {
        let Some(session) = &mut self.session else { return };
        let events = session.add_fork(parent, round, run, checkpoints);
        events.into_iter().for_each(|event| self.say(event));
        if self.drive != Drive::Free {
            self.drive = Drive::Until(Due::FORKS);
        }
        self.held = false;
        self.eta.restart();
        self.publish();
        self.say_phase(Phase::Paused);
        self.wake_now();
    }

    /// Adds the next repeats of the session's variants.
    pub fn add_repeats(&mut self, count: usize) {
        let session =
            self.session.as_mut().filter(|s| s.world.is_some() || matches!(s.before, Before::Preparing { .. }));
        let Some(session) = session else {
            return self.message(Level::Warning, "Repeats can be added to an experiment that runs. Start one.".into());
        };
        let Some(runs) = session.add_repeats(count) else {
            let text = "No repeat can be added: there is no run to repeat, or no seed above its own.";
            return self.message(Level::Warning, text.into());
        };
        self.say(Event::RunsAdded { runs });
        self.plan_changed();
    }

    /// Takes a run off the list, so that it is not advanced any more, or lets it go on.
    pub fn hold(&mut self, run: RunId, on: bool) {
        if let Some(session) = &mut self.session {
            let failed = session.remove(run, on);
            failed.into_iter().for_each(|event| self.say(event));
            self.plan_changed();
        }
    }

    /// Reports the phase again after runs were added or held, and takes the new amount of work into account.
    fn plan_changed(&mut self) {
        self.eta.restart();
        let Some(session) = self.session.as_ref().filter(|s| s.world.is_some()) else { return };
        if self.drive == Drive::Stopped && session.due().is_some() {
            self.drive = Drive::Halted;
        }
        if matches!(session.before, Before::Nothing) && !self.may_advance() {
            self.say_rest();
        }
    }
}
