//! What the engine can be asked to do.

use std::path::PathBuf;

use super::pins::Pinned;
use crate::archive::SavedRun;
use crate::device::DeviceKind;
use crate::engine::planned::RunId;
use crate::engine::questions::Question;
use crate::experiment::{Experiment, Variant, WalkAnchors};
use crate::field::FieldRequest;
use crate::round::Turn;
use crate::trajectory::Reselection;

/// One request to the engine.
#[derive(Debug, Clone)]
pub enum Command {
    /// Start this experiment with these variants side by side; an empty list runs `experiment` itself. The generator is trained, or taken from the
    /// cache, at once; rounds wait for `Run` or a step.
    Reset { experiment: Box<Experiment>, variants: Vec<Variant> },
    /// Show saved runs of one seed as if they had just happened; with their weights they can be asked and continued.
    Replay { runs: Vec<SavedRun> },
    /// Run rounds until `Pause`.
    Run,
    /// Halt after the present optimiser step; `Run` and the steps continue from there.
    Pause,
    /// N optimiser steps of the present run, then pause.
    StepMinibatches(usize),
    /// To the end of the present round of every run, then pause.
    StepRound,
    /// End the experiment here; completed rounds stay.
    Stop,
    /// Compute on another device from now on; the experiment starts over.
    SetDevice(DeviceKind),
    /// Start a walk without re-selection at this train sample (in the shown run).
    AddWalk { sample: u32 },
    /// Forget all walks that were started by hand in the shown run.
    ClearWalks,
    /// Take one more step with every walk that was started by hand, now, with the present target.
    StepWalks,
    /// Start N walks at samples of D (in the shown run).
    StartWalks { anchors: WalkAnchors, count: usize },
    /// When the walks that were started by hand are restarted.
    SetReselection(Reselection),
    /// Walk the same starts with and without restarts, side by side, from the start; or stop comparing them.
    CompareReselection(bool),
    /// Keep the field over a plane of latent space up to date, or none.
    SetField(Option<FieldRequest>),
    /// The run that the view shows: scores, walks and answers are of its target.
    Show(RunId),
    /// Show what the target was at the end of this round of the shown run, or as it is now: scores, the field,
    /// inspections and probes are then of that target.
    LookAt(Option<usize>),
    /// Keep the predictions of the whole train split up to date (for colouring by prediction, loss or correctness).
    WantScores(bool),
    /// Fork a run from the end of a round; the fork replaces all runs and continues by itself.
    Fork { run: RunId, round: usize, turn: Turn },
    /// Write all runs into this folder, now and whenever one of their rounds ends: `Event::OnDisk`.
    Keep { folder: PathBuf },
    /// Embed the evaluation split, too, for `Snapshot::evaluation_codes`.
    WantEvaluationCodes,
    /// Follow these latent points through training, in place of those before: `Event::PinsMeasured`.
    SetPins(Vec<Pinned>),
    /// Answered by `Event::Answer`, where there is an answer; of several questions of one kind that wait only the last is.
    Ask(Question),
    /// End the thread.
    Quit,
}

impl Command {
    /// Asks a question of any kind.
    pub fn ask(question: impl Into<Question>) -> Self {
        Self::Ask(question.into())
    }
}

/// Of questions of one kind that came in a burst, as from a moving pointer, only the last is kept.
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
