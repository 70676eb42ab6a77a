//! The user's requests: each returns the commands to send, and marks the request as pending.

use std::path::PathBuf;

use super::app_state::{AppState, Intent, Pending};
use super::run::RunState;
use crate::archive::SavedRun;
use crate::engine::planned::RunId;
use crate::engine::protocol::{Command, Phase};
use crate::experiment::{Experiment, Task, Variant};
use crate::round::Turn;

/// What the main button, and Space, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainAction {
    /// A request is under way.
    Wait,
    Run,
    Pause,
    /// All rounds are done: add a repeat and run it.
    Repeat,
    /// Go on after a stop.
    Continue,
    /// Nothing can go on: start a new session.
    StartAgain,
}

impl AppState {
    /// A description of the stand-in labeller, if generated samples are labelled by one.
    pub fn stand_in(&self) -> Option<&str> {
        let classes = self.experiment.dataset.task() == Task::Classes;
        self.runs.iter().filter(|_| classes).find_map(|r| r.header.as_ref()?.labels_from.as_deref())
    }

    /// Runs the rounds that are left; a request to pause is forgotten.
    pub fn run_rounds(&mut self) -> Command {
        self.intent = Intent::Running;
        self.pending = None;
        Command::Run
    }

    /// Pauses; pending until the engine says so, if it works.
    pub fn pause(&mut self) -> Command {
        if self.progress.phase.is_busy() {
            self.pending = Some(Pending::Pausing);
        }
        self.intent = Intent::Idle;
        Command::Pause
    }

    /// Runs to the end of the round, then pauses.
    pub fn step_round(&mut self) -> Command {
        self.intent = Intent::Stepping;
        Command::StepRound
    }

    /// Takes `step_size` optimiser steps, then pauses.
    pub fn step_minibatches(&mut self) -> Command {
        self.intent = Intent::Stepping;
        Command::StepMinibatches(self.step_size)
    }

    /// Ends the session here; pending until the engine says so.
    pub fn stop(&mut self) -> Command {
        self.pending = Some(Pending::Stopping);
        self.intent = Intent::Idle;
        Command::Stop
    }

    /// What the main button does now.
    pub fn main_action(&self) -> MainAction {
        match self.progress.phase {
            _ if self.pending.is_some() => MainAction::Wait,
            Phase::Finished => MainAction::Repeat,
            Phase::Stopped if self.is_unfinished() => MainAction::Continue,
            Phase::Stopped | Phase::Failed => MainAction::StartAgain,
            _ if self.can_pause() => MainAction::Pause,
            _ => MainAction::Run,
        }
    }

    /// Whether a run of the present session has rounds left, begun or not.
    fn is_unfinished(&self) -> bool {
        let ends = |run: &RunState| run.rounds.last().is_some_and(|r| r.is_last_of(self.experiment_of(run.id)));
        let mut planned = self.planned.iter().map(|p| p.id).filter(|id| !self.is_removed(*id));
        self.generator.ready && planned.any(|id| self.run(id).is_none_or(|run| !ends(run)))
    }

    /// Goes on after a stop.
    pub fn continue_rounds(&mut self) -> Vec<Command> {
        let runs = self.planned.iter().map(|p| p.id).filter(|run| !self.is_removed(*run));
        let freed: Vec<Command> = runs.map(|run| Command::Hold { run, on: false }).collect();
        freed.into_iter().chain([self.run_rounds()]).collect()
    }

    /// Why no repeats can be added now; `None` if they can. While the generator trains they wait for it.
    pub fn no_repeats(&self) -> Option<&'static str> {
        match self.progress.phase {
            _ if self.pending.is_some() => Some("Repeats can be added once the last request is done"),
            Phase::Failed | Phase::Stopped if !self.generator.ready => {
                Some("There is nothing to repeat: start an experiment first")
            }
            _ => None,
        }
    }

    /// Adds the next `count` repeats to the session; they run at once if rounds run, or if all were done.
    pub fn add_repeats(&mut self, count: usize) -> Vec<Command> {
        let runs = self.progress.phase == Phase::Finished || self.can_pause();
        self.pending = Some(Pending::Repeating);
        let add = Command::AddRepeats(count);
        if runs {
            self.intent = Intent::Running;
            vec![add, Command::Run]
        } else {
            vec![add]
        }
    }

    /// The number of repeats of the session.
    pub fn repeats(&self) -> usize {
        self.planned.iter().filter(|p| p.parent.is_none()).map(|p| p.repeat).max().unwrap_or(1)
    }

    /// Starts this experiment with these variants and repeats; with `and_run` the rounds run at once.
    pub fn reset(
        &mut self,
        experiment: Experiment,
        variants: Vec<Variant>,
        repeats: usize,
        and_run: bool,
    ) -> Vec<Command> {
        self.messages.cured();
        self.list.taken_up = None;
        self.pending = Some(Pending::Resetting);
        self.intent = if and_run { Intent::Running } else { Intent::Idle };
        let reset = Command::Reset { experiment: Box::new(experiment), variants, repeats };
        if and_run { vec![reset, Command::Run] } else { vec![reset] }
    }

    /// Shows saved runs in all views, in place of the present ones, and returns to what was looked at in the folder `place`.
    /// Of runs that are in the list already it stays theirs: they are shown again, and nothing of them goes on.
    pub fn replay(&mut self, runs: Vec<SavedRun>, place: Option<PathBuf>) -> Command {
        self.messages.cured();
        self.pending = Some(Pending::Resetting);
        self.list.taken_up = place.filter(|folder| self.list.groups().all(|group| group.path.as_ref() != Some(folder)));
        self.intent = Intent::Idle;
        Command::Replay { runs }
    }

    /// Goes on with the session of a folder, in place of the present one.
    pub fn take_up(&mut self, folder: PathBuf, and_run: bool) -> Vec<Command> {
        self.messages.cured();
        self.pending = Some(Pending::Resetting);
        self.intent = if and_run { Intent::Running } else { Intent::Idle };
        self.list.taken_up = Some(folder.clone());
        let take_up = Command::TakeUp { folder };
        if and_run { vec![take_up, Command::Run] } else { vec![take_up] }
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
        self.fork_draft = None;
        self.inspections.clear();
        self.answers.probe.clear();
        self.target_version += 1;
        Command::Show(run)
    }
}
