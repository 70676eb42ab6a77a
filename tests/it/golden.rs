//! Same experiment and seed, same history, bit for bit; also across a kill and a resume, threads and shards.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ridgewalk::archive::{self, Checkpoint};
use ridgewalk::difference::first_difference;
use ridgewalk::disk;
use ridgewalk::experiment::{
    AnchorSelection, Digest, Experiment, FirstSet, NeighbourPool, Strategy, TrainingPair, WalkAnchors, WalkReselection,
    WeightsBetweenRounds,
};
use ridgewalk::grid::{self, Grid, GridFolder, Shard, Watcher};
use ridgewalk::history::{History, Metric, Refused, RoundRecord};
use ridgewalk::round::{MadeMaps, Resuming, Run, RunEvent};

use crate::common::{make_world, run, tiny, tiny_world, with};
use crate::histories::weights_in;
use crate::made::Made;

/// Ignores all progress.
pub struct Silent;

impl Watcher for Silent {
    fn began(&self, _: &grid::Cell, _: usize) {}
    fn happened(&self, _: &grid::Cell, _: &RunEvent, _: f32) {}
    fn ended(&self, _: &grid::Cell, _: &History) {}
}

/// Remembers the notes, and moves a folder away when a round is saved.
#[derive(Default)]
struct Mover {
    notes: Mutex<Vec<String>>,
    moves: Option<[PathBuf; 2]>,
}

impl Watcher for Mover {
    fn noted(&self, note: &str) {
        self.notes.lock().unwrap().push(note.to_owned());
    }
    fn began(&self, _: &grid::Cell, _: usize) {}
    fn happened(&self, _: &grid::Cell, _: &RunEvent, _: f32) {}
    fn saved(&self, _: &grid::Cell, _: &History) {
        if let Some([from, to]) = &self.moves {
            std::fs::rename(from, to).unwrap();
        }
    }
    fn ended(&self, _: &grid::Cell, _: &History) {}
}

#[test]
fn a_run_that_a_stop_rule_ended_says_so_and_has_the_rounds_of_its_grid() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let folder = GridFolder::new(scratch.path());
    let stop_at_labels = tiny().samples_per_round;
    let notes = |rounds, resume| {
        let base = Experiment { rounds, walks: 0, stop_at_labels, ..tiny() };
        let grid = Grid::new(base, &["random".parse().unwrap()], 1, Shard::default()).unwrap();
        let watcher = Mover::default();
        grid::run(&grid, &world, &folder, resume, 1, &watcher).unwrap();
        watcher.notes.into_inner().unwrap()
    };
    let there = || {
        let history = archive::read_history(&scratch.path().join("histories/random-01.rwh")).unwrap();
        (history.rounds.len(), history.header.experiment.rounds)
    };
    assert!(notes(1, false).is_empty());
    assert_eq!(there(), (1, 1));
    assert!(notes(1, true).is_empty());
    assert_eq!(notes(3, true), ["random-01: a stop rule ended it in round 1, and no round is added"]);
    assert_eq!(there(), (1, 3));
}

#[test]
fn a_run_whose_folder_is_moved_away_ends_and_makes_no_other() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let base = Experiment { rounds: 3, walks: 0, ..tiny() };
    let grid = Grid::new(base, &["random".parse().unwrap()], 1, Shard::default()).unwrap();
    let watcher = Mover { moves: Some([at("runs"), at("moved")]), ..Mover::default() };
    let error = grid::run(&grid, &world, &GridFolder::new(at("runs")), false, 1, &watcher).unwrap_err().to_string();
    assert!(error.contains("runs: the folder is gone") && !at("runs").exists(), "{error}");
    std::fs::rename(at("moved"), at("runs")).unwrap();
    let history = grid::run(&grid, &world, &GridFolder::new(at("runs")), true, 1, &Silent).unwrap().remove(0);
    assert_eq!(history.rounds.len(), 3);
}

#[test]
fn a_history_with_a_sample_that_is_not_there_is_refused() {
    let world = tiny_world();
    let e = Experiment { rounds: 2, ..with(Strategy::Snn, 1) };
    let mut whole = Run::new(&world, &e, 1);
    while !whole.is_done() {
        whole.advance(&|| false).unwrap();
    }
    type Change = fn(&mut RoundRecord, u32);
    let changes: [Change; 4] = [
        |r, sample| r.walk_steps[0].sample = sample,
        |r, sample| r.walk_steps[0].step.parent = sample,
        |r, sample| r.proposals[0].sample = sample,
        |r, sample| r.proposals.iter_mut().find_map(|p| p.step.as_mut()).unwrap().parent = sample,
    ];
    let train = world.dataset.train.len() as u32;
    for change in changes {
        let mut history = whole.history().clone();
        change(Arc::make_mut(&mut history.rounds[1]), train);
        let checkpoint = Checkpoint { of: None, ..whole.checkpoint().unwrap() };
        let says = format!("round 2 of its history has sample {train}, which is none of {train};");
        for error in [Run::resume(&world, history.clone(), checkpoint).err(), Run::replay(&world, history).err()] {
            let error = error.unwrap().to_string();
            assert!(error.starts_with(&says), "{error}");
        }
    }
}

#[test]
fn two_runs_of_one_experiment_are_equal_to_the_bit() {
    // The worlds are prepared twice as well: data, generator, embedding.
    let (a, b) = (make_world(&tiny()), make_world(&tiny()));
    assert_eq!(a.latent.codes(), b.latent.codes());
    for strategy in [Strategy::Random, Strategy::Snn] {
        let (x, y) = (run(&a, &with(strategy, 1)), run(&b, &with(strategy, 1)));
        assert_eq!(first_difference(&x, &y), None);
        let other = run(&a, &with(strategy, 2));
        assert!(first_difference(&x, &other).is_some(), "the seed changes nothing");
    }
}

/// By the recipe of its kind in any of its versions, and by the generator's own file where it is published too.
#[test]
fn published_histories_name_the_generator_of_their_experiment() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/histories");
    for folder in std::fs::read_dir(published).unwrap().map(|e| e.unwrap().path()) {
        let headers: Vec<_> = archive::read_histories(&folder).unwrap().into_iter().map(|h| h.header).collect();
        let header = &headers[0];
        assert!(headers.iter().all(|h| h.ground().compare(&header.ground()).is_ok()), "{}", folder.display());
        let (kind, settings) = (header.experiment.generator.name(), header.experiment.values(Digest::Generator));
        let digest = |version: usize| disk::sha256(format!("{kind}-{version} {} {settings}", header.data_digest));
        assert!((1..10).any(|version| digest(version) == header.generator_digest), "{}", folder.display());
        let file = folder.join("generator.safetensors");
        assert!(!file.exists() || header.generator_weights == Some(weights_in(&file)), "{}", file.display());
    }
}

#[test]
fn random_and_snn_tie_exactly_in_round_one_and_part_afterwards() {
    let world = tiny_world();
    for seed in [1, 2, 3] {
        let [random, snn] = [Strategy::Random, Strategy::Snn].map(|s| run(&world, &with(s, seed)));
        let first = |h: &History| (h.rounds[0].proposals.clone(), h.rounds[0].evaluations.clone());
        assert_eq!(first(&random), first(&snn), "seed {seed}");
        assert_ne!(random.rounds[1].proposals, snn.rounds[1].proposals, "seed {seed}");
    }
}

#[test]
fn wrong_labels_are_the_same_for_every_strategy_and_as_many_as_said() {
    let world = tiny_world();
    let e = |strategy| Experiment {
        label_noise: 0.3,
        samples_per_round: 200,
        rounds: 2,
        minibatches_per_round: 1,
        ..with(strategy, 1)
    };
    let mut given = std::collections::HashMap::new();
    for history in [Strategy::Random, Strategy::Coverage].map(|s| run(&world, &e(s))) {
        for p in history.rounds.iter().flat_map(|r| &r.proposals) {
            assert_eq!(*given.entry(p.sample).or_insert(p.label), p.label);
        }
    }
    let wrong = given.iter().filter(|(sample, label)| world.dataset.train.label(**sample as usize) != **label).count();
    let share = wrong as f32 / given.len() as f32;
    assert!((0.2..0.4).contains(&share), "{share}");
}

#[test]
fn a_history_follows_the_protocol() {
    let world = tiny_world();
    let e = with(Strategy::Snn, 1);
    let history = run(&world, &e);
    assert_eq!(history.rounds.len(), e.rounds);
    for (i, record) in history.rounds.iter().enumerate() {
        let round = i + 1;
        assert_eq!(record.round, round);
        assert_eq!(record.labels, round * e.samples_per_round);
        assert_eq!(record.minibatches, round * e.minibatches_per_round);
        assert_eq!(record.proposals.len(), e.samples_per_round);
        let count = |m: Metric| record.evaluations.iter().filter(|v| v.metric == m).count();
        assert_eq!(count(Metric::Accuracy), 1);
        assert_eq!(count(Metric::AccuracyPart), e.minibatches_per_round / e.evaluate_every);
        assert_eq!(record.confusion.iter().sum::<u32>() as usize, world.dataset.test.len());
        let diagonal: u32 = (0..10).map(|c| record.confusion[c * 11]).sum();
        let accuracy = 100.0 * diagonal as f32 / world.dataset.test.len() as f32;
        assert!((record.final_accuracy().unwrap() - accuracy).abs() < 1e-3);
        assert_eq!(record.walk_steps.len(), e.walks);
        for proposal in &record.proposals {
            assert_eq!(proposal.label, world.dataset.train.label(proposal.sample as usize));
            assert_eq!(proposal.step.is_some(), round > 1);
        }
    }
}

#[test]
fn a_run_resumed_at_any_round_continues_bit_equal() {
    let world = tiny_world();
    for experiment in [
        with(Strategy::Random, 4),
        with(Strategy::Snn, 4),
        ridgewalk::experiment::Experiment { anchors: AnchorSelection::Never, ..with(Strategy::Snn, 5) },
        ridgewalk::experiment::Experiment { training_pair: TrainingPair::Decoded, ..with(Strategy::Snn, 6) },
        ridgewalk::experiment::Experiment { weights: WeightsBetweenRounds::Retrain, ..with(Strategy::Snn, 7) },
        ridgewalk::experiment::Experiment { neighbours: NeighbourPool::All, ..with(Strategy::Snn, 8) },
        ridgewalk::experiment::Experiment {
            first_set: FirstSet::Strategy,
            label_noise: 0.3,
            ..with(Strategy::Ridge, 11)
        },
        ridgewalk::experiment::Experiment {
            walk_anchors: WalkAnchors::Rim,
            walk_reselection: WalkReselection::EveryK,
            walk_reselect_every: 2,
            ..with(Strategy::Snn, 9)
        },
        ridgewalk::experiment::Experiment {
            walk_reselection: WalkReselection::WhenLost,
            walks: 40,
            ..with(Strategy::Random, 10)
        },
    ] {
        let whole = run(&world, &experiment);
        for rounds in 1..experiment.rounds {
            let mut first = Run::new(&world, &experiment, 1);
            while first.rounds_done() < rounds {
                first.advance(&|| false).unwrap();
            }
            let checkpoint = first.checkpoint().unwrap();
            // A history that is ahead of the checkpoint, as after a kill between the two files, is cut back.
            let mut second = Run::resume(&world, whole.clone(), checkpoint).unwrap();
            assert_eq!(second.rounds_done(), rounds);
            while !second.is_done() {
                second.advance(&|| false).unwrap();
            }
            assert_eq!(first_difference(&whole, second.history()), None, "{} at {rounds}", experiment.strategy);
        }
    }
}

#[test]
fn shards_jobs_and_resume_change_no_history() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let variants = ["random", "snn", "snn alpha=0.6"].map(|text| text.parse().unwrap());
    let grid_of = |rounds, shard| Grid::new(Experiment { rounds, ..tiny() }, &variants, 2, shard).unwrap();
    let grid = |shard| grid_of(2, shard);
    let folder = |name: &str| GridFolder::new(scratch.path().join(name));
    let plain = grid::run(&grid(Shard::default()), &world, &folder("plain"), false, 1, &Silent).unwrap();
    let abreast = grid::run(&grid(Shard::default()), &world, &folder("abreast"), false, 4, &Silent).unwrap();
    for index in 1..=3 {
        grid::run(&grid(Shard { index, count: 3 }), &world, &folder("shards"), false, 1, &Silent).unwrap();
    }
    // A grid of one round, then resumed to two.
    grid::run(&grid_of(1, Shard::default()), &world, &folder("resumed"), false, 2, &Silent).unwrap();
    let resumed = grid::run(&grid(Shard::default()), &world, &folder("resumed"), true, 2, &Silent).unwrap();
    let shards = archive::read_histories(&folder("shards").path().join("histories")).unwrap();
    assert_eq!((plain.len(), shards.len()), (6, 6));
    for history in &plain {
        let same = |h: &&History| h.variant() == history.variant() && h.seed() == history.seed();
        for others in [&abreast, &shards, &resumed] {
            let other = others.iter().find(same).unwrap();
            assert_eq!(first_difference(history, other), None);
        }
    }
    let rejected = grid::run(&grid(Shard::default()), &world, &folder("plain"), false, 1, &Silent).unwrap_err();
    assert!(rejected.to_string().contains("--resume"), "{rejected}");
}

#[test]
fn files_come_back_as_they_went_and_broken_ones_say_so() {
    let scratch = tempfile::tempdir().unwrap();
    let history = run(&tiny_world(), &with(Strategy::Snn, 1));
    let path = scratch.path().join("a.rwh");
    archive::write_history(&path, &history).unwrap();
    assert_eq!(archive::read_history(&path).unwrap(), history);
    let bytes = std::fs::read(&path).unwrap();
    for (broken, says) in [
        (bytes[..bytes.len() / 2].to_vec(), "damaged"),
        (b"something else".to_vec(), "first line"),
        (Vec::new(), "it is empty"),
        ([b"ridgewalk history 999\n", &bytes[20..]].concat(), "format is 999"),
    ] {
        std::fs::write(&path, &broken).unwrap();
        let error = archive::read_history(&path).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("a.rwh"), "{error}");
    }
    let error = archive::write_history(std::path::Path::new("/proc/nowhere/a.rwh"), &history).unwrap_err().to_string();
    assert!(error.contains("/proc/nowhere") && error.contains("choose another folder"), "{error}");
}

#[test]
fn generated_samples_tie_in_round_one_resume_bit_equal_and_account_for_rejections() {
    let experiment = Experiment::preset("ivus-tiny").unwrap();
    let world = make_world(&experiment);
    let of = |strategy| run(&world, &Experiment { strategy, ..experiment.clone() });
    let [real, made, si] = [Strategy::Random, Strategy::RandomLatent, Strategy::Si].map(of);
    let first = |h: &History| (h.rounds[0].proposals.clone(), h.rounds[0].evaluations.clone());
    assert_eq!(first(&made), first(&si));
    assert_ne!(made.rounds[1].proposals, si.rounds[1].proposals);
    assert!(real.rounds.iter().all(|r| r.refusals.is_empty() && r.proposals.iter().all(|p| p.made.is_none())));
    let train = world.dataset.train.len();
    let bits = |made: &ridgewalk::history::Made| made.code.iter().map(|v| v.to_bits()).collect::<Vec<u32>>();
    let labels = |rounds: usize| si.rounds[..rounds].iter().map(|r| r.proposals.len()).sum::<usize>();
    for (i, record) in si.rounds.iter().enumerate() {
        assert_eq!(record.labels, labels(i + 1));
        // A point that was rejected is replaced by one from another anchor, until each has had its step.
        let (got, wanted) = (record.proposals.len(), experiment.samples_per_round);
        let tried = got + record.refusals.len();
        assert!(got == wanted || (got < wanted && tried == labels(i)), "{got} of {wanted}, {tried} tried");
        let points: HashSet<Vec<u32>> = record.proposals.iter().filter_map(|p| p.made.as_ref()).map(bits).collect();
        assert_eq!(points.len(), got, "a point twice");
        assert!(record.confusion.is_empty() && record.label_seconds > 0.0 && record.final_value().is_some());
        for (k, proposal) in record.proposals.iter().enumerate() {
            let made = proposal.made.as_ref().unwrap();
            assert_eq!(proposal.sample as usize, train + labels(i) + k);
            // The mask of the history is the decoded point, and the tool takes it again.
            let decoded = world.generator.decode(&made.code);
            assert_eq!(made.image(), decoded.iter().map(|v| f32::from(u8::from(*v > 0.5))).collect::<Vec<_>>());
            assert_eq!(proposal.step.as_ref().map(|s| s.to == made.code), (i > 0).then_some(true));
        }
        for refused in &record.refusals {
            let decoded = world.generator.decode(&refused.code);
            let refusal = world.simulation.as_ref().unwrap().label_image(&decoded).unwrap_err();
            assert_eq!((refusal.kind(), refusal.to_string()), (refused.kind.as_str(), refused.message.clone()));
        }
    }
    for rounds in 1..experiment.rounds {
        let mut begun = Run::new(&world, &si.header.experiment, 1);
        while begun.rounds_done() < rounds {
            begun.advance(&|| false).unwrap();
        }
        // Every mask is solved again, one at a time, but those whose maps are known.
        for (known, unsolved) in [(MadeMaps::default(), labels(rounds)), (begun.made_maps(), 0)] {
            let mut resuming = Resuming::new(&world, si.clone(), begun.checkpoint().unwrap(), known).unwrap();
            for done in 0..unsolved {
                assert_eq!(resuming.progress(), (done, unsolved));
                assert!(resuming.advance().unwrap());
            }
            assert!(!resuming.advance().unwrap());
            let mut resumed = resuming.finish().unwrap();
            assert_eq!(resumed.made_maps(), begun.made_maps());
            while !resumed.is_done() {
                resumed.advance(&|| false).unwrap();
            }
            assert_eq!(first_difference(&si, resumed.history()), None, "at {rounds}");
        }
    }
}

#[test]
fn digits_that_a_stand_in_labels_tie_in_round_one_and_resume_bit_equal() {
    let experiment = Experiment { labeller_minibatches: 60, ..with(Strategy::Si, 1) };
    let world = make_world(&experiment);
    let stand_in = world.stand_in.as_ref().unwrap();
    let of = |strategy| run(&world, &Experiment { strategy, ..experiment.clone() });
    let [snn, made, si] = [Strategy::Snn, Strategy::RandomLatent, Strategy::Si].map(of);
    let first = |h: &History| (h.rounds[0].proposals.clone(), h.rounds[0].evaluations.clone());
    assert_eq!(first(&made), first(&si));
    assert_ne!(made.rounds[1].proposals, si.rounds[1].proposals);
    assert_eq!((snn.header.labels_from.clone(), si.header.labels_from.clone()), (None, Some(stand_in.origin())));
    assert!(stand_in.origin().contains("stand-in labeller: frozen classifier"));
    for (i, record) in si.rounds.iter().enumerate() {
        assert_eq!(record.labels, (i + 1) * experiment.samples_per_round);
        assert_eq!(record.confusion.iter().sum::<u32>() as usize, world.dataset.test.len());
        for proposal in &record.proposals {
            let made = proposal.made.as_ref().unwrap();
            let again = world.label_point(&made.code).unwrap().unwrap();
            assert_eq!((again.image, again.label), (made.image(), proposal.label));
            assert_eq!(proposal.step.as_ref().map(|s| s.to == made.code), (i > 0).then_some(true));
        }
    }
    let table = ridgewalk::figures::table1(&[snn, si.clone()]);
    assert!(table.notes.iter().any(|n| n.starts_with("SI:") && n.contains(&stand_in.origin())), "{:?}", table.notes);
    let mut begun = Run::new(&world, &si.header.experiment, 1);
    while begun.rounds_done() < 1 {
        begun.advance(&|| false).unwrap();
    }
    let mut resumed = Run::resume(&world, si.clone(), begun.checkpoint().unwrap()).unwrap();
    while !resumed.is_done() {
        resumed.advance(&|| false).unwrap();
    }
    assert_eq!(first_difference(&si, resumed.history()), None);
    let scratch = tempfile::tempdir().unwrap();
    archive::write_history(&scratch.path().join("si.rwh"), &si).unwrap();
    assert_eq!(archive::read_history(&scratch.path().join("si.rwh")).unwrap(), si);
}

#[test]
fn the_wording_of_a_rejection_is_no_difference_but_its_kind_is() {
    let history = |kind: &str, message: &str| {
        let mut history = Made { strategy: Strategy::Si, repeat: 1, rounds: 1, gain: 0.0 }.history();
        let refused = Refused { code: vec![0.5, 0.25], kind: kind.into(), message: message.into() };
        std::sync::Arc::make_mut(&mut history.rounds[0]).refusals.push(refused);
        history
    };
    let one = history("holes", "two holes");
    assert_eq!(first_difference(&one, &history("holes", "2 holes instead of one lumen")), None);
    assert!(first_difference(&one, &history("empty", "two holes")).unwrap().contains("kind of rejection 0"));
}

#[test]
fn without_checkpoints_finished_runs_stay_and_the_rounds_of_others_are_repeated_and_compared() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| GridFolder::new(scratch.path().join(name));
    let run = |name: &str, rounds, resume| {
        let variants = ["random", "snn"].map(|text| text.parse().unwrap());
        let grid = Grid::new(Experiment { rounds, ..tiny() }, &variants, 1, Shard::default()).unwrap();
        grid::run(&grid, &world, &at(name), resume, 1, &Silent)
    };
    let plain = run("plain", 3, false).unwrap();
    run("short", 2, false).unwrap();
    let short = [at("short").path().to_owned()];
    for (name, keep) in [("copied", grid::Keep::Everything), ("bare", grid::Keep::WithoutSteps)] {
        grid::merge(&short, &at(name), keep).unwrap();
        let _ = std::fs::remove_dir_all(at(name).path().join("checkpoints"));
        let files = at(name).histories().unwrap();
        let bytes = || files.iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>();
        let before = bytes();
        run(name, 2, true).unwrap();
        assert_eq!(bytes(), before, "{name}: finished runs stay as they are");
        // One whose rounds do not come out again is left alone.
        let mut other = archive::read_history(&files[1]).unwrap();
        std::sync::Arc::make_mut(&mut other.rounds[1]).labels += 1;
        archive::write_history(&files[1], &other).unwrap();
        let changed = bytes();
        let error = run(name, 3, true).unwrap_err().to_string();
        assert!(error.contains("snn-01.rwh") && error.contains("round 2, labels"), "{error}");
        assert_eq!(bytes()[1], changed[1]);
        std::fs::write(&files[1], &before[1]).unwrap();
        std::fs::remove_dir_all(at(name).path().join("checkpoints")).unwrap();
        let resumed = run(name, 3, true).unwrap();
        for (a, b) in plain.iter().zip(&resumed) {
            assert_eq!(first_difference(a, b), None, "{name}");
        }
    }
}

#[test]
fn shards_of_unequal_rounds_merge_and_a_whole_copy_is_taken_before_a_damaged_one() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| GridFolder::new(scratch.path().join(name));
    let file = |name: &str, below: &str| at(name).path().join(below);
    let run = |name: &str, texts: &[&str], rounds| {
        let variants: Vec<_> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let grid = Grid::new(Experiment { rounds, ..tiny() }, &variants, 1, Shard::default()).unwrap();
        grid::run(&grid, &world, &at(name), true, 1, &Silent).unwrap();
        Experiment::from_toml(&std::fs::read_to_string(at(name).experiment()).unwrap()).unwrap().rounds
    };
    let merge = |from: &[&str], to: &str| {
        let from: Vec<_> = from.iter().map(|name| at(name).path().to_owned()).collect();
        grid::merge(&from, &at(to), grid::Keep::Everything).unwrap()
    };
    run("late", &["random", "snn"], 1);
    merge(&["late"], "early");
    assert_eq!(run("late", &["snn"], 2), 2);
    assert_eq!(run("late", &["random"], 1), 2, "the experiment's rounds are never lowered");

    // An empty experiment says nothing, and what is damaged in one shard is whole in the other.
    let read = |name: &str, below: &str| std::fs::read(file(name, below)).unwrap();
    let damaged = ["experiment.toml", "embedding.rwe", "checkpoints/random-01.rwc", "weights/random-01/01.rwc"];
    damaged.iter().for_each(|below| std::fs::write(file("early", below), "").unwrap());
    for round in 1..=2 {
        let merged = merge(&["early", "late"], "merged");
        assert_eq!((merged.left_out, merged.unfinished), (Vec::new(), vec!["random-01".to_owned()]), "{round}");
        let rounds: Vec<_> = merged.histories.iter().map(|h| h.rounds.len()).collect();
        assert_eq!(rounds, [1, 2]);
        damaged.iter().for_each(|below| assert!(read("merged", below) == read("late", below), "{below}"));
        // Once more into the same folder.
        std::fs::write(file("merged", "checkpoints/random-01.rwc"), "").unwrap();
    }

    // Damaged in both: left out, said, and not needed to continue.
    std::fs::copy(file("late", "checkpoints/snn-01.rwc"), file("late", "checkpoints/random-01.rwc")).unwrap();
    let left_out = merge(&["early", "late"], "left").left_out;
    assert_eq!(left_out.len(), 2, "{left_out:?}");
    assert!(left_out[0].contains("early/checkpoints/random-01.rwc: cannot be read"), "{left_out:?}");
    assert!(left_out[1].contains("random-01.rwc: is a checkpoint of another run (snn"), "{left_out:?}");
    assert!(!file("left", "checkpoints/random-01.rwc").exists());
    assert_eq!(run("left", &["random", "snn"], 2), 2);
    assert!(merge(&["left"], "whole").unfinished.is_empty());
}

#[test]
fn nothing_is_written_into_the_folder_of_another_grid() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let folder = GridFolder::new(scratch.path());
    let variants = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
    let base = Experiment { rounds: 1, ..tiny() };
    let run = |base: &Experiment, texts: &[&str], resume| {
        let grid = Grid::new(base.clone(), &variants(texts), 1, Shard::default()).unwrap();
        grid::run(&grid, &world, &folder, resume, 1, &Silent).map_err(|e| e.to_string())
    };
    // An attempt that left no run does not claim the folder.
    let smaller = Experiment { batch_size: base.batch_size / 2, ..base.clone() };
    archive::write_atomically(&folder.experiment(), smaller.to_toml().as_bytes()).unwrap();
    run(&base, &["random"], false).unwrap();
    let files = || [folder.experiment(), folder.embedding()].map(|path| std::fs::read(path).unwrap());
    let before = files();
    let other = Experiment { learning_rate: 0.01, ..base.clone() };
    for (texts, resume) in [(["random"], true), (["snn"], false)] {
        let error = run(&other, &texts, resume).unwrap_err();
        assert!(error.contains("`learning_rate`: 0.001 and 0.01"), "{error}");
        assert_eq!(files(), before, "{texts:?}");
    }
    // Strategies and rounds may be added.
    run(&base, &["snn"], false).unwrap();
    run(&Experiment { rounds: 2, ..base }, &["random", "snn"], true).unwrap();
    assert_eq!(archive::read_histories(&scratch.path().join("histories")).unwrap().len(), 2);
}
