//! The difference of two runs after one round: which samples each labelled, and which images each predicts right.

use std::sync::Arc;

use super::scene::Shows;
use crate::dataset::Dataset;
use crate::ui::panel::Cx;
use crate::ui::state::{Match, RunRef, Side, Whose, picks_of, right_of};

/// What a difference depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    sides: [Option<RunRef>; 2],
    shows: Shows,
    /// The round after which both runs are compared; 0 before both have ended one.
    pub round: usize,
    generation: u64,
    opened: u64,
    codes: usize,
}

/// The difference of two runs after the last round that both have ended, up to the playhead.
pub struct Pair {
    /// The key that it was computed for.
    pub key: Key,
    /// The records that are compared; `None` before both runs have ended a round.
    pub at: Option<Match>,
    /// Which run labelled each train sample by that round, and in it.
    pub picks: Vec<Whose>,
    pub picks_now: Vec<Whose>,
    /// Which run predicts each evaluation image right; `None` if a history lacks predictions of single images, or if the
    /// runs had unequal labels.
    pub right: Option<Vec<Whose>>,
}

impl Pair {
    /// What the runs are compared by at the playhead, and what their difference depends on.
    pub fn key(sides: [Option<RunRef>; 2], both: [Side<'_>; 2], shows: Shows, cx: &Cx<'_>) -> (Key, Option<Match>) {
        let codes = match shows {
            Shows::Picks => cx.snapshot.codes.as_ref(),
            Shows::Predictions => cx.snapshot.evaluation_codes.as_ref(),
        };
        let at = Match::of(both, cx.state.round_over());
        let key = Key {
            sides,
            shows,
            round: at.as_ref().map_or(0, |m| m.round),
            generation: cx.state.generation,
            opened: cx.state.list.version,
            codes: codes.map_or(0, |c| Arc::as_ptr(c) as usize),
        };
        (key, at)
    }

    pub fn of((key, at): (Key, Option<Match>), both: [Side<'_>; 2], dataset: &Dataset, cx: &Cx<'_>) -> Self {
        let round = key.round;
        let [in_a, in_b] = both.map(|s| s.bought_in(dataset.train.len(), round));
        let now =
            |bought: &[u16]| bought.iter().map(|&r| if usize::from(r) == round { r } else { 0 }).collect::<Vec<_>>();
        let split = dataset.evaluation(cx.state.experiment.evaluate_on);
        let right = at.as_ref().and_then(Match::even).and_then(|[a, b]| right_of(&a.predicted, &b.predicted, split));
        Self { picks: picks_of(&in_a, &in_b), picks_now: picks_of(&now(&in_a), &now(&in_b)), right, key, at }
    }

    /// Why the predictions are not compared, if they are not.
    pub fn why_not(&self) -> Option<&'static str> {
        match (&self.at, &self.right) {
            (None, _) => Some("They are compared when both runs have ended a round."),
            (Some(at), _) if at.even().is_none() => Some(UNEQUAL),
            (_, None) => Some("One of these histories has no predictions of single images at this round."),
            (_, Some(_)) => None,
        }
    }
}

/// Why runs with unequal labels are not subtracted.
pub const UNEQUAL: &str = "They had unequal labels, so no difference is taken.";
