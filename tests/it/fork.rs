//! Forks: what both runs share is the same to the bit, what follows is what the turn says, and the history tells it.

use std::sync::Arc;

use ridgewalk::archive::{self, Checkpoint};
use ridgewalk::difference::first_difference;
use ridgewalk::experiment::Strategy;
use ridgewalk::history::{History, RoundRecord};
use ridgewalk::round::{Rerun, Run, Turn};
use ridgewalk::world::World;

use crate::common::{run, tiny, tiny_world, with};

/// A run of SNN after so many rounds, with its weights.
fn snn_after(rounds: usize) -> (History, Checkpoint) {
    let mut run = Run::new(&tiny_world(), &with(Strategy::Snn, 1), 1);
    while run.rounds_done() < rounds {
        run.advance(&|| false).unwrap();
    }
    (run.history().clone(), run.checkpoint().unwrap())
}

fn to_the_end(mut run: Run) -> History {
    while !run.is_done() {
        run.advance(&|| false).unwrap();
    }
    run.history().clone()
}

fn forked(world: &Arc<World>, (history, checkpoint): (History, Checkpoint), turn: Turn) -> History {
    let mut run = Run::resume(world, history, checkpoint).unwrap();
    run.turn(turn);
    to_the_end(run)
}

/// Whether rounds are equal apart from wall times.
fn same(a: &[RoundRecord], b: &[RoundRecord]) -> bool {
    let timeless = |r: &RoundRecord| RoundRecord { seconds: 0.0, label_seconds: 0.0, ..r.clone() };
    a.iter().map(timeless).eq(b.iter().map(timeless))
}

/// Random and SNN share round 1, so SNN turned random after it is the random run from the second round on; turned to
/// what it is, it is itself; turned to another seed or step length, it parts.
#[test]
fn a_fork_shares_what_was_before_and_does_what_its_turn_says() {
    let world = tiny_world();
    let own = Turn::of(&with(Strategy::Snn, 1));
    let snn = run(&world, &with(Strategy::Snn, 1));
    let random = run(&world, &with(Strategy::Random, 1));
    for (turn, equal_to) in [
        (Turn { strategy: Strategy::Random, ..own }, Some(&random)),
        (own, Some(&snn)),
        (Turn { seed: 9, ..own }, None),
        (Turn { alpha: 2.0, ..own }, None),
    ] {
        let fork = forked(&world, snn_after(1), turn);
        let told = fork.header.forked.as_deref().unwrap();
        assert_eq!((told.round, &told.experiment), (1, &with(Strategy::Snn, 1)));
        assert_eq!(Turn::of(&fork.header.experiment), turn);
        assert_eq!(fork.rounds.len(), tiny().rounds);
        assert!(same(&fork.rounds[..1], &snn.rounds[..1]));
        match equal_to {
            Some(other) => assert!(same(&fork.rounds, &other.rounds), "{turn:?}"),
            None => assert!(!same(&fork.rounds, &snn.rounds) && !same(&fork.rounds, &random.rounds), "{turn:?}"),
        }
    }
}

/// Without weights its rounds are done again, turns included, and come out the same; a file keeps all of it.
#[test]
fn a_fork_of_a_fork_is_done_again_resumed_and_read_back() {
    let world = tiny_world();
    let own = Turn::of(&with(Strategy::Snn, 1));
    let mut run = Run::new(&world, &with(Strategy::Snn, 1), 1);
    let mut at_two = None;
    while !run.is_done() {
        run.advance(&|| false).unwrap();
        match (run.rounds_done(), run.history().header.forked.as_deref().map(|f| f.round)) {
            (1, None) => run.turn(Turn { seed: 5, ..own }),
            (2, Some(1)) if !run.is_training_next() => {
                run.turn(Turn { strategy: Strategy::Random, seed: 6, ..own });
                at_two = Some((run.history().clone(), run.checkpoint().unwrap()));
            }
            _ => {}
        }
    }
    let fork = run.history().clone();
    let mut rerun = Rerun::new(&world, &fork);
    while rerun.advance() {}
    assert_eq!(first_difference(rerun.into_run().history(), &fork), None);
    let (history, checkpoint) = at_two.unwrap();
    assert_eq!(first_difference(&to_the_end(Run::resume(&world, history, checkpoint).unwrap()), &fork), None);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fork.rwh");
    archive::write_history(&path, &fork).unwrap();
    let read = archive::read_history(&path).unwrap();
    assert_eq!(read, fork);
    assert_eq!(read.header.first_experiment(), &with(Strategy::Snn, 1));
    for (round, seed, forks) in [(1, 1, 0), (2, 5, 1), (3, 6, 2)] {
        let part = read.up_to(round);
        let mut count = 0;
        let mut next = part.header.forked.as_deref();
        while let Some(f) = next {
            (count, next) = (count + 1, f.parent.as_deref());
        }
        assert_eq!((part.rounds.len(), part.seed(), count), (round, seed, forks));
    }
}
