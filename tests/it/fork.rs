//! Forks: shared rounds are equal bit for bit, later ones follow the turn, and the history records it.

use std::sync::Arc;

use ridgewalk::archive::{self, Checkpoint, SavedRun};
use ridgewalk::difference::first_difference;
use ridgewalk::engine::planned::RunId;
use ridgewalk::engine::protocol::{Command, Event};
use ridgewalk::experiment::{Experiment, FirstSet, Own, Strategy};
use ridgewalk::figures::{COLUMN_WIDTH, Format, Histories, all_files};
use ridgewalk::grid::{self, Grid, GridFolder, Place, PlaceError, Shard};
use ridgewalk::history::{History, RoundRecord};
use ridgewalk::round::{Rerun, Run, Turn};
use ridgewalk::world::World;

use crate::common::{few_vessels, make_world, run, tiny, tiny_world, with};
use crate::engine::Listener;
use crate::golden::Silent;

/// A run of SNN after N rounds, with its weights.
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

/// Whether rounds are equal except for wall times.
fn same(a: &[Arc<RoundRecord>], b: &[Arc<RoundRecord>]) -> bool {
    a.iter().map(|r| r.timeless()).eq(b.iter().map(|r| r.timeless()))
}

/// Random and SNN share round 1, so SNN forked into random after it equals the random run from round 2 on; forked with
/// its own settings it equals itself; with another seed or step length it differs.
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

/// A run that begins at the end of another's first round ends as if it had computed that round itself, walks and later
/// rounds included; it has nothing in common with a run that has another seed, step length or first set.
#[test]
fn runs_that_differ_in_their_strategies_alone_share_the_first_round() {
    let world = tiny_world();
    let after_one = |world: &Arc<World>, experiment: &Experiment| {
        let mut run = Run::new(world, experiment, 1);
        while run.rounds_done() < 1 {
            run.advance(&|| false).unwrap();
        }
        run
    };
    let first = after_one(&world, &with(Strategy::Random, 1));
    let mut shared = 0;
    for &strategy in Strategy::ALL {
        let experiment = Experiment { rounds: 2, ..with(strategy, 1) };
        if strategy.objection(experiment.dataset).is_some() || strategy.generates_samples() {
            continue;
        }
        let alone = run(&world, &experiment);
        let first = after_one(&world, &Experiment { rounds: 2, ..with(Strategy::Random, 1) });
        let begun = first.first_round().and_then(|first| first.begin(&world, &experiment, Own::default(), 1));
        let begun = begun.unwrap_or_else(|| panic!("{strategy} begins by itself"));
        assert_eq!(first_difference(&to_the_end(begun), &alone), None, "{strategy}");
        shared += 1;
    }
    assert!(shared > 10);
    // Of those that generate, with the maps that were solved.
    let [draws, steps] =
        [Strategy::RandomLatent, Strategy::Si].map(|strategy| Experiment { strategy, rounds: 2, ..few_vessels() });
    let vessels = make_world(&draws);
    let begun = after_one(&vessels, &draws).first_round().unwrap();
    let begun = begun.begin(&vessels, &steps, Own::default(), 1).unwrap();
    assert_eq!(first_difference(&to_the_end(begun), &run(&vessels, &steps)), None);
    let real = Experiment { strategy: Strategy::Random, ..steps };
    assert!(!after_one(&vessels, &draws).begins_like(&real), "real masks and decoded ones");
    for other in [
        with(Strategy::Snn, 2),
        Experiment { alpha: 0.5, ..with(Strategy::Snn, 1) },
        Experiment { first_set: FirstSet::Strategy, ..with(Strategy::Ridge, 1) },
    ] {
        assert!(!first.begins_like(&other), "{other:?}");
        assert!(first.first_round().unwrap().begin(&world, &other, Own::default(), 1).is_none(), "{other:?}");
    }
    let mut run = Run::new(&world, &with(Strategy::Snn, 1), 1);
    let gives = |run: &Run| run.first_round().is_some();
    assert!(!gives(&run), "its round has not ended");
    while run.rounds_done() < 1 {
        run.advance(&|| false).unwrap();
    }
    assert!(gives(&run));
    while !run.is_training_next() {
        run.advance(&|| false).unwrap();
    }
    run.advance(&|| false).unwrap();
    assert!(!gives(&run), "its weights are those of the second");
}

/// Without weights its rounds are computed again, including turns, with the same result; a file stores all of it.
#[test]
fn a_fork_of_a_fork_is_computed_again_resumed_and_read_back() {
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

/// Each fork has its own files next to the grid's run, the same ones when it is written again; it is drawn next to its
/// parent and resumed from its own file, and a resumed or merged grid ignores it.
#[test]
fn forks_on_disk_have_their_own_names_and_grids_ignore_them() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| GridFolder::new(scratch.path().join(name));
    let grid_of =
        |rounds| Grid::new(Experiment { rounds, ..tiny() }, &[Strategy::Snn.into()], 1, Shard::default()).unwrap();
    let run_grid =
        |rounds, folder, resume| grid::run(&grid_of(rounds), &world, &at(folder), resume, 1, &Silent).unwrap();
    let plain = run_grid(3, "plain", false);
    run_grid(2, "out", false);
    let out = at("out");
    let own = Turn::of(&with(Strategy::Snn, 1));
    let mut files = Vec::new();
    for (turn, name) in [
        (Turn { alpha: 2.0, ..own }, "snn-01-fork-01"),
        (Turn { seed: 9, ..own }, "snn-01-fork-01-2"),
        (Turn { strategy: Strategy::Random, ..own }, "random-01-fork-01"),
    ] {
        let (history, checkpoint) = snn_after(1);
        let mut fork = Run::resume(&world, history, checkpoint.clone()).unwrap();
        fork.turn(turn);
        let place = Place::claim(out.clone(), &world, fork.history()).unwrap();
        assert_eq!(place.history(), out.path().join("histories").join(name).with_extension("rwh"));
        place.write(fork.history(), Some(&checkpoint), [&checkpoint].into_iter()).unwrap();
        let end = forked(&world, snn_after(1), turn);
        // A later write uses the same file, and a shorter history does not replace a longer one.
        let again = Place::claim(out.clone(), &world, &end).unwrap();
        assert_eq!(again.history(), place.history());
        again.write(&end, None, std::iter::empty()).unwrap();
        Place::claim(out.clone(), &world, fork.history())
            .unwrap()
            .write(fork.history(), None, std::iter::empty())
            .unwrap();
        let [SavedRun { history, checkpoint, weights, .. }] = &archive::read_runs(&place.history(), 1).unwrap()[..]
        else {
            panic!("one run")
        };
        assert_eq!((history, weights.len()), (&end, 1));
        let taken_up = Run::resume(&world, history.clone(), checkpoint.clone().unwrap()).unwrap();
        assert_eq!(first_difference(&to_the_end(taken_up), &end), None, "{name}");
        files.push((place.history(), std::fs::read(place.history()).unwrap()));
    }
    let resumed = run_grid(3, "out", true);
    assert_eq!(first_difference(&resumed[0], &plain[0]), None);
    assert!(files.iter().all(|(path, before)| std::fs::read(path).unwrap() == *before));
    assert_eq!(archive::read_runs(out.path(), 1).unwrap().len(), 1);
    let merged = grid::merge(&[out.path().into()], &at("merged"), grid::Keep::Everything).unwrap();
    assert_eq!((merged.histories.len(), merged.forks), (1, 3));
    let all = archive::read_histories(out.path()).unwrap();
    let all = Histories::new(&all, &Strategy::Random.into()).unwrap();
    let files = all_files(&all, &[Format::Svg], COLUMN_WIDTH, 72.0).unwrap();
    files.write(&scratch.path().join("figures")).unwrap();
    let drawn = std::fs::read_to_string(scratch.path().join("figures/curves.svg")).unwrap();
    assert!(drawn.contains("forked after round 1 of SNN"));
}

/// A failed write reports the path and the reason; existing files are unchanged.
#[test]
fn an_unwritable_place_is_rejected() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let own = Turn::of(&with(Strategy::Snn, 1));
    let fork = forked(&world, snn_after(1), Turn { seed: 9, ..own });
    let file = scratch.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let out = GridFolder::new(scratch.path().join("out"));
    let written = |history: &History, folder: &GridFolder| {
        let place = Place::claim(folder.clone(), &world, history)?;
        Ok::<_, PlaceError>(place.write(history, None, std::iter::empty())?)
    };
    let error = written(&fork, &GridFolder::new(file.join("runs"))).unwrap_err();
    assert!(matches!(&error, PlaceError::Lock(_)) && error.to_string().contains("file"), "{error}");
    let snn = run(&world, &with(Strategy::Snn, 1));
    written(&snn, &out).unwrap();
    written(&snn, &out).unwrap();
    let other = run(&world, &with(Strategy::Snn, 4));
    let error = written(&other, &out).unwrap_err().to_string();
    assert!(error.contains("experiment.toml") && error.contains("`seed`"), "{error}");
    let mut renamed = snn.clone();
    renamed.header.classes.pop();
    assert!(matches!(written(&renamed, &out), Err(PlaceError::Taken { path }) if path.ends_with("snn-01.rwh")));
    let mut elsewhere = snn.clone();
    elsewhere.header.generator_digest = "another".into();
    assert!(matches!(written(&elsewhere, &out), Err(PlaceError::OtherGrid(_))));
    for (path, folder) in [("a", "a"), ("a/histories", "a"), ("a/histories/snn-01.rwh", "a"), ("a/x.rwh", "a")] {
        assert_eq!(GridFolder::around(path.as_ref()).path(), std::path::Path::new(folder));
    }
}

#[test]
fn a_fork_into_si_is_rejected_without_a_labelling_tool() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.engine.send(Command::StepRound);
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
    let turn = Turn { strategy: Strategy::Si, ..Turn::of(&with(Strategy::Snn, 1)) };
    listener.engine.send(Command::Fork { run: RunId::default(), round: 1, turn });
    let refused = "SI needs a labelling tool";
    listener.until("the refusal", |e| matches!(e, Event::Message { text, .. } if text.contains(refused)));
    // The parent continues.
    listener.engine.send(Command::StepRound);
    listener.until("the next round", |e| matches!(e, Event::RoundEnded { record, .. } if record.round == 2));
}
