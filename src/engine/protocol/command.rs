//! The commands to the engine.

use std::path::PathBuf;

use super::pins::Pinned;
use crate::archive::SavedRun;
use crate::device::DeviceKind;
use crate::engine::planned::RunId;
use crate::engine::questions::Question;
use crate::experiment::{DatasetKind, Experiment, Variant, WalkAnchors};
use crate::field::FieldRequest;
use crate::round::Turn;
use crate::trajectory::Reselection;

/// One command to the engine.
#[derive(Debug, Clone)]
pub enum Command {
    /// Start this experiment with these variants; an empty list runs `experiment` itself. The variants of one repeat run
    /// side by side, the repeats one after the other, each with the next seed: the cells of `ridgewalk run --repeats`.
    /// The generator is trained, or taken from the cache, at once; rounds wait for `Run` or a step.
    Reset { experiment: Box<Experiment>, variants: Vec<Variant>, repeats: usize },
    /// Add the next N repeats of the session's variants; they run when rounds run: `Event::RunsAdded`.
    AddRepeats(usize),
    /// Show saved runs as if they had just run; runs with weights can be questioned and continued.
    Replay { runs: Vec<SavedRun> },
    /// Go on with the runs of a folder, that of an earlier session or of `ridgewalk run`: all of them are shown as if they
    /// had just run, those that are missing begin when rounds run, and their rounds are written into the same folder.
    TakeUp { folder: PathBuf },
    /// Run rounds until `Pause`.
    Run,
    /// Pause after the present optimiser step; `Run` and the steps continue from there.
    Pause,
    /// Run N optimiser steps of the present run, then pause.
    StepMinibatches(usize),
    /// Run to the end of the present round of the runs whose turn it is, then pause.
    StepRound,
    /// End the experiment here; completed rounds stay.
    Stop,
    /// Search this folder for the files of published data sets from the next start on; `None` for the usual places.
    SetDataFolder(Option<PathBuf>),
    /// Take this run off the list: it is not advanced any more, also when its session is taken up again; or put it back.
    Hold { run: RunId, on: bool },
    /// Compute on another device from now on; the experiment starts over there. If there is none, a message says so and
    /// nothing changes.
    SetDevice(DeviceKind),
    /// Start a walk without re-selection at this train sample (in the shown run).
    AddWalk { sample: u32 },
    /// Remove all walks that were started by hand in the shown run.
    ClearWalks,
    /// Take one step with every walk that was started by hand, using the present target.
    StepWalks,
    /// Start N walks at samples of D (in the shown run).
    StartWalks { anchors: WalkAnchors, count: usize },
    /// Set the rule by which walks started by hand are restarted.
    SetReselection(Reselection),
    /// Restart all walks and compare them with walks from the same starts that never restart; or stop comparing.
    CompareReselection(bool),
    /// Keep the field over a plane of latent space up to date; `None` computes no field.
    SetField(Option<FieldRequest>),
    /// Set the shown run, to whose target scores, walks and answers belong.
    Show(RunId),
    /// Use the target at the end of this round of the shown run, or the present one: scores, the field,
    /// inspections and probes are then by that target.
    LookAt(Option<usize>),
    /// Keep the predictions of the whole train split up to date (for colouring by prediction, loss or correctness).
    WantScores(bool),
    /// Fork a run from the end of a round: the fork is added to the runs, is shown, and continues before all others:
    /// `Event::RunsAdded`.
    Fork { run: RunId, round: usize, turn: Turn },
    /// Write a run into this folder, or all runs and those to come, now and after each of their rounds: `Event::OnDisk`.
    Keep { folder: PathBuf, only: Option<RunId> },
    /// Let the sessions that are written unasked have no more than these bytes together, from the next start on.
    LimitAutosave(u64),
    /// Embed the evaluation split for `Snapshot::evaluation_codes`.
    WantEvaluationCodes,
    /// Follow these latent points through training, in place of the previous ones: `Event::PinsMeasured`.
    SetPins(Vec<Pinned>),
    /// Ask a question; `Event::Answer` is the answer, if any. Of pending questions of one kind only the last is answered.
    Ask(Question),
    /// End the thread.
    Quit,
}

impl Command {
    /// Asks a question of any kind.
    pub fn ask(question: impl Into<Question>) -> Self {
        Self::Ask(question.into())
    }

    /// The data set that is read, if the command starts a session.
    pub fn dataset(&self) -> Option<DatasetKind> {
        match self {
            Self::Reset { experiment, .. } => Some(experiment.dataset),
            Self::Replay { runs } => runs.first().map(|run| run.history.header.experiment.dataset),
            _ => None,
        }
    }
}

/// Drops all but the last of the pending questions of each kind, as a moving pointer sends many.
pub fn without_outdated_questions(commands: Vec<Command>) -> Vec<Command> {
    let kind = |c: &Command| match c {
        Command::Ask(question) => Some(std::mem::discriminant(question)),
        _ => None,
    };
    let last = |c: &Command| commands.iter().rposition(|other| kind(other) == kind(c));
    let kept: Vec<bool> = commands.iter().enumerate().map(|(i, c)| kind(c).is_none() || last(c) == Some(i)).collect();
    commands.into_iter().zip(kept).filter_map(|(command, kept)| kept.then_some(command)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::questions::{inspect::Inspect, probe::ProbePoint};

    #[test]
    fn only_the_last_question_of_a_kind_is_kept_and_every_other_command() {
        let probe = |x: f32| Command::ask(ProbePoint { code: vec![x], label: None });
        let inspect = |sample| Command::ask(Inspect { sample });
        let burst = vec![inspect(1), Command::StepWalks, probe(1.0), inspect(2), Command::StepWalks, probe(2.0)];
        let kept = without_outdated_questions(burst);
        let expected = vec![Command::StepWalks, inspect(2), Command::StepWalks, probe(2.0)];
        assert_eq!(format!("{kept:?}"), format!("{expected:?}"));
    }
}
