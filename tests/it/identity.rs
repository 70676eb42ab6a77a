//! A generator is known by its weights, a checkpoint by its run, and what only tells of a machine is no difference.

use std::sync::{Arc, Mutex};

use ridgewalk::archive::{self, SavedRun, read_runs};
use ridgewalk::device::ComputeDevice;
use ridgewalk::difference::{difference, first_difference};
use ridgewalk::engine::protocol::{Command, Event, Level, Phase};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::export::{Again, Material};
use ridgewalk::generator::cache::GeneratorCache;
use ridgewalk::generator::file::{self, GeneratorOf};
use ridgewalk::generator::weights::NamedTensor;
use ridgewalk::grid::{self, Grid, GridFolder, Keep, Place, Shard, Watcher};
use ridgewalk::history::History;
use ridgewalk::identity::{Ground, Likeness, commit};
use ridgewalk::round::{Run, RunEvent};
use ridgewalk::world::World;

use crate::caches::{prepared, quick};
use crate::common::{make_world, run, tiny, tiny_world, variants, with};
use crate::engine::Listener;
use crate::golden::Silent;

/// Two worlds of one experiment whose generators differ: the second was planted in the cache of the first.
fn two_generators(experiment: &Experiment) -> [Arc<World>; 2] {
    let (cache, own) = (tempfile::tempdir().unwrap(), make_world(experiment));
    let other = make_world(&Experiment { generator_seed: 2, ..experiment.clone() });
    let of = GeneratorOf { experiment, data: own.dataset.digest() };
    GeneratorCache::new(cache.path()).store(of, &*other.generator).unwrap();
    [own, prepared(experiment, Some(cache.path()), None).unwrap().0]
}

#[test]
fn runs_in_two_latent_spaces_are_not_combined_although_their_settings_are_equal() {
    let e = Experiment { strategy: Strategy::Random, rounds: 2, walks: 0, ..quick() };
    let [own, planted] = two_generators(&e);
    assert_eq!(own.ground.generator, planted.ground.generator);
    assert_ne!(own.ground.weights, planted.ground.weights);
    let scratch = tempfile::tempdir().unwrap();
    let folder = |name: &str| GridFolder::new(scratch.path().join(name));
    let start = |world: &Arc<World>, name: &str, rounds: usize, resume: bool, shard: Shard| {
        let base = Experiment { rounds, ..e.clone() };
        let grid = Grid::new(base, &variants(&[Strategy::Random, Strategy::Snn]), 1, shard).unwrap();
        grid::run(&grid, world, &folder(name), resume, 1, &Silent).map_err(|e| e.to_string())
    };
    let half = |index| Shard { index, count: 2 };

    // Resumed.
    let histories = start(&own, "own", 1, false, half(1)).unwrap();
    let files = || [folder("own").experiment(), folder("own").embedding()].map(|path| std::fs::read(path).unwrap());
    let before = files();
    let error = start(&planted, "own", 2, true, half(1)).unwrap_err();
    assert!(error.contains("generator's weights"), "{error}");
    assert!(start(&planted, "own", 1, false, half(2)).unwrap_err().contains("generator's weights"));
    assert_eq!(files(), before);
    // Written from the window.
    let foreign = run(&planted, &e);
    let error = Place::claim(folder("own"), &planted, &foreign).unwrap_err().to_string();
    assert!(error.contains("generator's weights"), "{error}");
    // Merged.
    start(&planted, "planted", 1, false, half(2)).unwrap();
    let shards = [folder("own"), folder("planted")].map(|f| f.path().to_owned());
    let error = grid::merge(&shards, &folder("merged"), Keep::Everything).unwrap_err().to_string();
    assert!(error.contains("generator's weights"), "{error}");
    // Compared.
    let found = difference(&histories[0], &foreign.up_to(1));
    assert!(found.settings.iter().any(|s| s.field == "generator_weights"), "{found:?}");

    // A history of an earlier version has no hash: the scale of its latent space gives another generator away.
    let mut earlier = histories[0].clone();
    (earlier.header.generator_weights, earlier.header.codes_digest) = (None, None);
    assert_eq!(earlier.header.ground().compare(&own.ground), Ok(Likeness::Unknown));
    let error = earlier.header.ground().compare(&planted.ground).unwrap_err().to_string();
    assert!(error.starts_with("scale of the latent space: "), "{error}");
    assert_eq!(first_difference(&earlier, &histories[0]), None);
    assert!(difference(&earlier, &histories[0]).told.iter().any(|t| t.first == "unknown"), "unknown is said");
}

/// A generator that was given as a file lies beside its runs from then on: they are shown, gone on with, merged and
/// exported without it, where the same settings would train another.
#[test]
fn a_generator_that_was_given_stays_with_its_runs() {
    let e = Experiment { strategy: Strategy::Random, rounds: 1, walks: 0, ..quick() };
    let scratch = tempfile::tempdir().unwrap();
    let given = scratch.path().join("given.safetensors");
    let other = make_world(&Experiment { generator_seed: 2, ..e.clone() });
    let of = GeneratorOf { experiment: &e, data: other.dataset.digest() };
    file::write(&given, &*other.generator, of).unwrap();
    let (world, ..) = prepared(&e, None, Some(given.clone())).unwrap();
    let folder = GridFolder::new(scratch.path().join("runs"));
    let grid = Grid::new(e.clone(), &variants(&[Strategy::Random]), 1, Shard::default()).unwrap();
    grid::run(&grid, &world, &folder, false, 1, &Silent).unwrap();
    assert_eq!(std::fs::read(folder.generator()).unwrap(), std::fs::read(&given).unwrap());
    std::fs::remove_file(&given).unwrap();
    let merged = GridFolder::new(scratch.path().join("merged"));
    grid::merge(&[folder.path().into()], &merged, Keep::Everything).unwrap();

    let again = Again {
        data_dir: None,
        masks: None,
        data: None,
        generator: None,
        cache_dir: None,
        device: ComputeDevice::cpu(),
    };
    for path in [folder.path(), merged.path()] {
        for command in [Command::Replay { runs: read_runs(path, 1).unwrap() }, Command::TakeUp { folder: path.into() }]
        {
            let mut listener = Listener::new();
            listener.engine.send(command);
            listener.until("the run", |e| matches!(e, Event::RoundEnded { .. }));
            let told = listener.heard.iter().filter(|e| matches!(e, Event::Message { .. }));
            assert_eq!(told.count(), 0, "{:?}", listener.heard);
        }
        let material = Material::new(path, &Strategy::Random.into(), &again).unwrap();
        assert_eq!(material.world.unwrap().ground, world.ground);
    }
    // Of two copies of a run the one with more beside it is exported, whatever their names.
    let both = scratch.path().join("both");
    grid::merge(&[folder.path().into()], &GridFolder::new(both.join("whole")), Keep::Everything).unwrap();
    let history = &folder.histories().unwrap()[0];
    std::fs::copy(history, both.join("bare").with_extension(archive::HISTORY_EXTENSION)).unwrap();
    let material = Material::new(&both, &Strategy::Random.into(), &again).unwrap();
    assert!(material.runs[0].path.starts_with(both.join("whole")), "{:?}", material.runs[0].path);
    assert_eq!((material.runs.len(), material.repeated.len(), material.world.is_ok()), (1, 1, true));

    // Damaged, it is named, and the run is neither shown nor another one begun in another latent space.
    let whole = std::fs::read(folder.generator()).unwrap();
    let two = Grid::new(e.clone(), &variants(&[Strategy::Random, Strategy::Snn]), 2, Shard { index: 1, count: 3 });
    let other = GridFolder::new(scratch.path().join("others"));
    std::fs::write(&given, &whole).unwrap();
    let (world, ..) = prepared(&e, None, Some(given.clone())).unwrap();
    grid::run(&two.unwrap(), &world, &other, false, 1, &Silent).unwrap();
    std::fs::write(other.generator(), "weights").unwrap();
    let mut listener = Listener::new();
    listener.engine.send(Command::TakeUp { folder: other.path().into() });
    listener.engine.send(Command::Run);
    let waits = |e: &Event| matches!(e, Event::Message { text, .. } if text.contains("have not begun wait"));
    listener.until("what waits", waits);
    listener.until("the end", |e| matches!(e, Event::Progress { phase: Phase::Failed | Phase::Finished, .. }));
    assert!(!listener.heard.iter().any(|e| matches!(e, Event::RunStarted { .. })), "{:?}", listener.heard);
    let apart = GridFolder::new(scratch.path().join("apart"));
    let merged = grid::merge(&[other.path().into()], &apart, Keep::Everything).unwrap();
    assert!(merged.left_out.iter().any(|why| why.contains("generator.safetensors")), "{:?}", merged.left_out);
    assert!(!apart.generator().exists());
    // The right one takes its place.
    let more = Grid::new(Experiment { rounds: 2, ..e.clone() }, &variants(&[Strategy::Random]), 1, Shard::default());
    grid::run(&more.unwrap(), &world, &other, true, 1, &Silent).unwrap();
    assert_eq!(std::fs::read(other.generator()).unwrap(), whole);
    assert_eq!(std::fs::read(other.path().join("generator.other.safetensors")).unwrap(), b"weights");

    std::fs::write(folder.generator(), "weights").unwrap();
    let mut listener = Listener::new();
    listener.engine.send(Command::TakeUp { folder: folder.path().into() });
    let warned = |e: &Event| matches!(e, Event::Message { level: Level::Warning, text } if text.contains("not used"));
    listener.until("a warning", warned);
    let misfit = |e: &Event| matches!(e, Event::Message { level: Level::Error, text } if text.contains("weights"));
    listener.until("what differs", misfit);
}

#[test]
fn a_header_names_generator_codes_program_and_machine_and_only_what_was_computed_is_compared() {
    let world = tiny_world();
    let history = run(&world, &with(Strategy::Random, 1));
    let header = &history.header;
    assert_eq!(header.generator_weights, Some(NamedTensor::hash(&world.generator.tensors())));
    assert_eq!(header.codes_digest, Some(Ground::hash_codes(world.latent.codes())));
    let [origin] = &header.origins[..] else { panic!("{:?}", header.origins) };
    assert_eq!((origin.from_round, origin.commit.as_str()), (1, commit()));
    assert!(!origin.processor.is_empty() && origin.kernels.contains("matrixmultiply"), "{origin:?}");

    // The same run begun on another machine and continued here.
    let mut begun = Run::new(&world, &header.experiment, 1);
    while begun.rounds_done() < 2 {
        begun.advance(&|| false).unwrap();
    }
    let mut elsewhere = begun.history().clone();
    elsewhere.header.origins[0].processor = "another".into();
    let mut resumed = Run::resume(&world, elsewhere, begun.checkpoint().unwrap()).unwrap();
    while !resumed.is_done() {
        resumed.advance(&|| false).unwrap();
    }
    let resumed = resumed.history();
    assert_eq!(resumed.header.origins.iter().map(|o| o.from_round).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(resumed.up_to(2).header.origins.len(), 1);
    let found = difference(&history, resumed);
    assert_eq!((found.settings.len(), found.round), (0, None));
    assert_eq!(found.told.iter().map(|t| t.field.as_str()).collect::<Vec<_>>(), ["computed by"]);
}

/// Remembers the notes.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Watcher for Notes {
    fn noted(&self, note: &str) {
        self.0.lock().unwrap().push(note.to_owned());
    }
    fn began(&self, _: &grid::Cell, _: usize) {}
    fn happened(&self, _: &grid::Cell, _: &RunEvent, _: f32) {}
    fn ended(&self, _: &grid::Cell, _: &History) {}
}

#[test]
fn a_run_that_continues_on_another_machine_says_so() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let folder = GridFolder::new(scratch.path());
    let start = |rounds, resume| {
        let base = Experiment { rounds, walks: 0, ..tiny() };
        let grid = Grid::new(base, &variants(&[Strategy::Random]), 1, Shard::default()).unwrap();
        let notes = Notes::default();
        grid::run(&grid, &world, &folder, resume, 1, &notes).unwrap();
        notes.0.into_inner().unwrap()
    };
    assert_eq!(start(1, false), Vec::<String>::new());
    assert_eq!(start(2, true), Vec::<String>::new());
    let path = scratch.path().join("histories/random-01.rwh");
    let mut history = archive::read_history(&path).unwrap();
    history.header.origins[0].kernels = "matrixmultiply sse2".into();
    history.header.generator_weights = None;
    history.header.codes_digest = None;
    archive::write_history(&path, &history).unwrap();
    let notes = start(3, true);
    let [unknown, moved] = &notes[..] else { panic!("{notes:?}") };
    assert!(unknown.contains("unknown (written by an earlier version)"), "{unknown}");
    assert!(moved.contains("matrixmultiply sse2") && moved.contains("may part in its last bits"), "{moved}");
    let resumed = archive::read_history(&path).unwrap();
    assert_eq!(resumed.header.origins.iter().map(|o| o.from_round).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_checkpoint_of_another_run_is_refused_by_name() {
    let world = tiny_world();
    let scratch = tempfile::tempdir().unwrap();
    let folder = GridFolder::new(scratch.path());
    let grid = |rounds| {
        let base = Experiment { rounds, walks: 0, ..tiny() };
        Grid::new(base, &variants(&[Strategy::Random, Strategy::Snn]), 2, Shard::default()).unwrap()
    };
    grid::run(&grid(2), &world, &folder, false, 1, &Silent).unwrap();
    let at = |name: &str| scratch.path().join(format!("checkpoints/{name}.rwc"));
    let [own, repeat, random] = ["snn-01", "snn-02", "random-01"].map(|name| std::fs::read(at(name)).unwrap());
    for (foreign, name) in [(repeat, "snn, seed 2, repeat 2"), (random, "random, seed 1, repeat 1")] {
        std::fs::write(at("snn-01"), foreign).unwrap();
        let error = grid::run(&grid(3), &world, &folder, true, 1, &Silent).unwrap_err().to_string();
        assert!(error.contains(&format!("snn-01: the checkpoint is of another run ({name}, round 2)")), "{error}");
    }
    // The run's own, but its history says something else.
    std::fs::write(at("snn-01"), &own).unwrap();
    let path = scratch.path().join("histories/snn-01.rwh");
    let honest = std::fs::read(&path).unwrap();
    let mut changed = archive::read_history(&path).unwrap();
    std::sync::Arc::make_mut(&mut changed.rounds[1]).evaluations[0].value += 1.0;
    archive::write_history(&path, &changed).unwrap();
    let error = grid::run(&grid(3), &world, &folder, true, 1, &Silent).unwrap_err().to_string();
    assert!(error.contains("is of this run (snn, seed 1, repeat 1, round 2), but with other results"), "{error}");
    assert!(error.contains("delete both"), "{error}");
    std::fs::write(&path, honest).unwrap();
    // Weights to look back with are those of the run, too.
    let mut runs = read_runs(&folder.path().join("histories/snn-01.rwh"), 1).unwrap();
    let [SavedRun { weights, .. }] = &mut runs[..] else { panic!("{}", runs.len()) };
    weights[0] = archive::read_checkpoint(&scratch.path().join("weights/random-01/02.rwc")).unwrap();
    runs[0].checkpoint = None;
    let mut listener = Listener::new();
    listener.engine.send(Command::Replay { runs });
    let said = listener.until("a warning", |e| matches!(e, Event::Message { level: Level::Warning, .. }));
    assert!(
        format!("{said:?}").contains("left out, because they are of another run (random, seed 1, repeat 1, round 2)"),
        "{said:?}"
    );

    std::fs::write(at("snn-01"), own).unwrap();
    let resumed = grid::run(&grid(3), &world, &folder, true, 1, &Silent).unwrap();
    let plain = run(&world, &Experiment { walks: 0, ..with(Strategy::Snn, 1) });
    assert_eq!(first_difference(&resumed[1], &plain), None);
}
