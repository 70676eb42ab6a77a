//! The user's requests: each returns the commands to send, and marks the request as pending.

use super::app_state::{AppState, Intent, Pending};
use crate::archive::SavedRun;
use crate::engine::planned::RunId;
use crate::engine::protocol::Command;
use crate::experiment::{Experiment, Task, Variant};
use crate::round::Turn;

impl AppState {
    /// A description of the stand-in labeller, if generated samples are labelled by one.
    pub fn stand_in(&self) -> Option<&str> {
        let classes = self.experiment.dataset.task() == Task::Classes;
        self.runs.iter().filter(|_| classes).find_map(|r| r.header.as_ref()?.labels_from.as_deref())
    }

    pub fn run_rounds(&mut self) -> Command {
        self.intent = Intent::Running;
        self.pending = None;
        Command::Run
    }

    pub fn pause(&mut self) -> Command {
        if self.progress.phase.is_busy() {
            self.pending = Some(Pending::Pausing);
        }
        self.intent = Intent::Idle;
        Command::Pause
    }

    pub fn step_round(&mut self) -> Command {
        self.intent = Intent::Stepping;
        Command::StepRound
    }

    pub fn step_minibatches(&mut self) -> Command {
        self.intent = Intent::Stepping;
        Command::StepMinibatches(self.step_size)
    }

    pub fn stop(&mut self) -> Command {
        self.pending = Some(Pending::Stopping);
        self.intent = Intent::Idle;
        Command::Stop
    }

    /// Starts this experiment with these variants; with `and_run` the rounds run at once.
    pub fn reset(&mut self, experiment: Experiment, variants: Vec<Variant>, and_run: bool) -> Vec<Command> {
        self.messages.cured();
        self.pending = Some(Pending::Resetting);
        self.intent = if and_run { Intent::Running } else { Intent::Idle };
        let reset = Command::Reset { experiment: Box::new(experiment), variants, repeats: 1 };
        if and_run { vec![reset, Command::Run] } else { vec![reset] }
    }

    /// Shows saved runs in all views, in place of the present ones; with `and_run` their rounds go on.
    pub fn replay(&mut self, runs: Vec<SavedRun>, and_run: bool) -> Vec<Command> {
        self.messages.cured();
        self.pending = Some(Pending::Resetting);
        self.intent = if and_run { Intent::Running } else { Intent::Idle };
        let replay = Command::Replay { runs };
        if and_run { vec![replay, Command::Run] } else { vec![replay] }
    }

    /// The shown run's strategy, step length and seed.
    pub fn shown_turn(&self) -> Option<Turn> {
        self.shown_run()?.header.as_ref().map(|h| Turn::of(&h.experiment))
    }

    /// Forks the shown run at the end of a round, with another strategy, step length or seed.
    pub fn fork(&mut self, round: usize, turn: Turn) -> Command {
        self.fork_draft = None;
        self.intent = Intent::Running;
        Command::Fork { run: self.focus.run, round, turn }
    }

    /// Tells the engine to use the target of the round at the playhead.
    pub fn look_back(&mut self) -> Command {
        self.inspections.clear();
        self.target_version += 1;
        Command::LookAt(self.weights_round())
    }

    /// Shows another run in view and inspector.
    pub fn show(&mut self, run: RunId) -> Command {
        self.focus.run = run;
        self.focus.walk_point = None;
        self.inspections.clear();
        self.answers.probe.clear();
        self.target_version += 1;
        Command::Show(run)
    }
}
