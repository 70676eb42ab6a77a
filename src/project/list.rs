//! The lists of images that a person goes through, and which images wait in each.

use super::images::scattered;
use super::log::{Answer, Row};
use super::region::Region;
use super::standing::{Known, Standing};
use super::store::AGREED;
use super::transfer::Conflict;

/// What a label is proposed by that was given at a second look, in its column `strategy`.
pub(super) const SECOND_LOOK: &str = "second-look";
/// The same for a label that was given to a region drawn in the latent space.
pub(super) const LASSO: &str = "lasso";

/// A list of images that a person goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// The batch of the round in progress.
    Round,
    /// The images of the test that have no label yet.
    Test,
    /// Labels that the model denies.
    Doubts,
    /// All labelled images, the latest first.
    Labelled,
    /// The images of a region drawn in the latent space.
    Region,
    /// Images to which another person gave another label.
    Conflicts,
}

impl List {
    /// Every list; the place of one is that of its queue.
    pub const ALL: [Self; 6] = [Self::Round, Self::Test, Self::Doubts, Self::Labelled, Self::Region, Self::Conflicts];
}

/// The images that wait for an answer in each list, in their order; `of_round` are those of the round's batches.
pub(super) fn queues(
    known: &Known,
    standing: &Standing,
    of_round: Vec<usize>,
    region: &Region,
    conflicts: &[Conflict],
) -> [Vec<usize>; List::ALL.len()] {
    let round = standing.round;
    let waits = |image: &usize| Row::waits(known.rows[*image].as_ref(), round);
    let doubted = |image: &usize| {
        let row = known.rows[*image].as_ref();
        row.is_some_and(|row| row.answer == Answer::Label && !(row.strategy == SECOND_LOOK && row.round == round))
    };
    let undecided = |image: &usize| known.rows[*image].as_ref().is_none_or(|row| row.strategy != AGREED);
    let all = 0..known.rows.len();
    let mut labelled: Vec<usize> = all.clone().filter(|image| known.class_of(*image).is_some()).collect();
    let time = |image: &usize| known.rows[*image].as_ref().map(|row| row.time.as_str());
    labelled.sort_by(|a, b| time(b).cmp(&time(a)).then(a.cmp(b)));
    let mut test: Vec<usize> = all.filter(|image| known.parts[*image].is_test()).filter(waits).collect();
    test.sort_by_key(|image| scattered(*image));
    [
        of_round.into_iter().filter(waits).collect(),
        test,
        standing.doubts.iter().copied().filter(doubted).collect(),
        labelled,
        region.images().iter().copied().filter(|image| region.class_of(*image).is_none()).collect(),
        conflicts.iter().map(|conflict| conflict.image).filter(undecided).collect(),
    ]
}
