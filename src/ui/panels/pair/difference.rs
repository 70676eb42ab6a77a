//! The difference of two runs at the shown round: which samples each labelled, and which images each predicts right.

use std::sync::Arc;

use super::scene::Shows;
use crate::dataset::Dataset;
use crate::ui::panel::Cx;
use crate::ui::state::{Part, RunRef, Side, picks_of, right_of};

/// What a difference depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    sides: [Option<RunRef>; 2],
    shows: Shows,
    pub round: usize,
    generation: u64,
    opened: u64,
    /// Counts of each side's records and proposals, which grow while it runs.
    grown: [usize; 2],
    ended: [usize; 2],
    codes: usize,
}

impl Key {
    pub fn of(sides: [Option<RunRef>; 2], both: [Side<'_>; 2], shows: Shows, cx: &Cx<'_>) -> Self {
        let codes = match shows {
            Shows::Picks => cx.snapshot.codes.as_ref(),
            Shows::Predictions => cx.snapshot.evaluation_codes.as_ref(),
        };
        Self {
            sides,
            shows,
            round: cx.state.shown_round(),
            generation: cx.state.generation,
            opened: cx.state.opened.version,
            grown: both.map(|s| s.records().iter().map(|r| 1 + r.proposals.len()).sum()),
            ended: both.map(|s| s.records().iter().filter(|r| r.final_value().is_some()).count()),
            codes: codes.map_or(0, |c| Arc::as_ptr(c) as usize),
        }
    }
}

/// The difference of two runs at the shown round.
pub struct Pair {
    /// The key that it was computed for.
    pub key: Key,
    /// Which run labelled each train sample by the shown round, and in it.
    pub picks: Vec<Part>,
    pub picks_now: Vec<Part>,
    /// The last round up to the shown one that both have ended; 0 if there is none. Their results are compared there.
    pub ended: usize,
    /// Which run predicts each evaluation image right; `None` if a history lacks predictions of single images.
    pub right: Option<Vec<Part>>,
}

impl Pair {
    pub fn of(key: Key, both: [Side<'_>; 2], dataset: &Dataset, cx: &Cx<'_>) -> Self {
        let round = key.round;
        let [in_a, in_b] = both.map(|s| s.bought_in(dataset.train.len(), round));
        let now =
            |bought: &[u16]| bought.iter().map(|&r| if usize::from(r) == round { r } else { 0 }).collect::<Vec<_>>();
        let ended = both.map(|s| s.evaluated(round).map_or(0, |(r, _)| r.round)).into_iter().min().unwrap_or(0);
        let [right_a, right_b] = both.map(|s| s.evaluated(ended).map(|(r, _)| r.predicted.clone()).unwrap_or_default());
        Self {
            key,
            picks: picks_of(&in_a, &in_b),
            picks_now: picks_of(&now(&in_a), &now(&in_b)),
            ended,
            right: right_of(&right_a, &right_b, dataset.evaluation(cx.state.experiment.evaluate_on)),
        }
    }
}
