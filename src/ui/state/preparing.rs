//! What the session prepares, in words, and what would be given up if another one took its place.

use std::time::Duration;

use super::app_state::{AppState, Intent};
use crate::engine::protocol::Phase;
use crate::ui::kit::words;

/// Work of less than this is given up without a question.
const WORTH_ASKING: Duration = Duration::from_secs(10);

impl AppState {
    /// What is done before the first round, with its count: "labelling 312 of 840 vessels".
    pub fn preparing(&self) -> Option<String> {
        let p = &self.progress;
        let count = |what: &str| format!("{} of {} {what}", words::thousands(p.done), words::thousands(p.total));
        match p.phase {
            _ if self.generator.ready => None,
            Phase::Labelling => Some(format!("labelling {}", count("vessels"))),
            Phase::ReadingImages => Some(format!("reading {}", count("images"))),
            Phase::CheckingMasks => Some(format!("checking {}", count("masks"))),
            Phase::LoadingData | Phase::TeachingStandIn | Phase::TrainingGenerator | Phase::Encoding => {
                Some(p.phase.label().into())
            }
            _ => None,
        }
    }

    /// What is given up if another session takes the place of the present one, which began `worked` ago; `None` if that
    /// is little, or stays in the list of runs.
    pub fn at_stake(&self, worked: Duration) -> Option<String> {
        let in_a_round = self.runs.iter().any(|run| run.current.is_some());
        let ended = self.runs.iter().any(|run| !run.rounds.is_empty());
        if worked < WORTH_ASKING || ended || self.is_over() || !(self.progress.phase.is_busy() || in_a_round) {
            return None;
        }
        // A generator that nobody has pressed Run for goes on from its checkpoint whenever it is wanted.
        if self.intent == Intent::Idle && self.progress.phase == Phase::TrainingGenerator {
            return None;
        }
        let (doing, lost) = match (self.preparing(), &self.progress.phase) {
            (Some(doing), Phase::TrainingGenerator) => {
                (doing, "The generator is kept as of its last checkpoint, and its training goes on from there.")
            }
            (Some(doing), _) => (doing, "That is begun anew the next time."),
            (None, _) => ("computing its first round".into(), "The first round is begun anew the next time."),
        };
        let name = &self.experiment.name;
        Some(format!("{name} is {doing}. It has ended no round, so nothing of it stays under Runs. {lost}"))
    }
}
