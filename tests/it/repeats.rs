//! Runs that stay: repeats, held runs, and sessions that are written as they go, equal to `ridgewalk run --repeats`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ridgewalk::archive::{read_histories, read_runs};
use ridgewalk::device::DeviceKind;
use ridgewalk::difference::first_difference;
use ridgewalk::disk::LockError;
use ridgewalk::engine::EngineOptions;
use ridgewalk::engine::autosave::{self, Left};
use ridgewalk::engine::planned::RunId;
use ridgewalk::engine::protocol::{Command, Event, Level, Phase};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::grid::{self, Cell, Grid, GridError, GridFolder, Shard, Watcher};
use ridgewalk::history::History;
use ridgewalk::round::{RunEvent, Turn};
use ridgewalk::world::World;

use crate::common::{make_world, tiny, variants};
use crate::engine::Listener;

const COMPARED: [Strategy; 2] = [Strategy::Random, Strategy::Snn];

/// As little as there can be to resume between two rounds.
fn short() -> Experiment {
    let small = Experiment { train_size: 300, test_size: 60, validation_size: 40, evaluation_part: 20, ..tiny() };
    Experiment { rounds: 2, walks: 1, samples_per_round: 20, minibatches_per_round: 4, generator_epochs: 1, ..small }
}

struct Silent;

impl Watcher for Silent {
    fn began(&self, _: &Cell, _: usize) {}
    fn happened(&self, _: &Cell, _: &RunEvent, _: f32) {}
    fn ended(&self, _: &Cell, _: &History) {}
}

/// What `ridgewalk run --repeats` does, once the engine that wrote into the folder is gone.
fn run_grid(world: &Arc<World>, repeats: usize, folder: &Path, resume: bool) -> Vec<History> {
    let grid = Grid::new(short(), &variants(&COMPARED), repeats, Shard::default()).unwrap();
    let start = std::time::Instant::now();
    loop {
        match grid::run(&grid, world, &GridFolder::new(folder), resume, 1, &Silent) {
            Err(GridError::Lock(LockError::Busy { .. })) if start.elapsed() < crate::engine::PATIENCE => {
                std::thread::park_timeout(std::time::Duration::from_millis(20));
            }
            ended => return ended.unwrap(),
        }
    }
}

/// An engine with a cache in `scratch`, that saves unasked below `autosave`, if at all.
fn engine(scratch: &Path, autosave: Option<&Path>) -> Listener {
    let (cache_dir, autosave) = (Some(scratch.join("cache")), autosave.map(Path::to_path_buf));
    Listener::with(EngineOptions { cache_dir, threads: 1, autosave, ..EngineOptions::default() })
}

/// The folders below `root` that nobody writes into, once the engine is gone.
pub fn left(root: &Path, wanted: usize) -> Vec<Left> {
    let start = std::time::Instant::now();
    loop {
        let left = autosave::left(root);
        if left.len() == wanted || start.elapsed() > crate::engine::PATIENCE {
            return left;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
}

fn equal(folder: &Path, expected: &Path) {
    let (a, b) = (read_histories(folder).unwrap(), read_histories(expected).unwrap());
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(first_difference(a, b), None, "{} {}", a.label(), a.header.repeat);
    }
}

fn ended(repeat: usize, round: usize) -> impl Fn(&Event) -> bool {
    move |e| {
        let id = RunId::nth(2 * repeat - 1);
        matches!(e, Event::RoundEnded { run, record } if *run == id && record.round == round)
    }
}

/// Repeats asked for at once or added later, paused, stepped or left alone, are the cells of the grid, and the folder that
/// the window writes is the grid's: each continues the other.
#[test]
fn repeats_in_the_window_are_those_of_the_command_line_and_either_continues_the_other() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let world = make_world(&short());
    let plain = run_grid(&world, 2, &at("plain"), false);

    // At once, into a folder of the user's.
    let mut listener = engine(scratch.path(), None);
    listener.start(short(), &COMPARED, 2);
    listener.until("the runs", |e| matches!(e, Event::RunStarted { run, .. } if *run == RunId::nth(1)));
    listener.engine.send(Command::Keep { folder: at("at-once"), only: None });
    listener.engine.send(Command::StepRound);
    listener.until("round 1", ended(1, 1));
    listener.until_phase(Phase::Paused);
    assert!(listener.engine.snapshot().runs.len() == 2, "the second repeat waits for the first");
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    equal(&at("at-once"), &at("plain"));

    // The second repeat is added in the middle of the first, which is paused and stepped through.
    let mut listener = engine(scratch.path(), None);
    listener.start(short(), &COMPARED, 1);
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::StepMinibatches(2));
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::AddRepeats(1));
    assert_eq!(listener.added(), [2, 3].map(RunId::nth));
    listener.engine.send(Command::Keep { folder: at("added"), only: None });
    listener.engine.send(Command::Run);
    listener.until("the second repeat", ended(2, 1));
    listener.engine.send(Command::Pause);
    listener.until_phase(Phase::Paused);
    for (id, expected) in plain.iter().enumerate().take(2) {
        assert_eq!(first_difference(&listener.history(RunId::nth(id)), expected), None);
    }
    drop(listener);
    // What is left, the command line does.
    run_grid(&world, 2, &at("added"), true);
    equal(&at("added"), &at("plain"));

    // What the command line left, the window does, and adds a third repeat.
    run_grid(&world, 1, &at("taken-up"), false);
    let mut listener = engine(scratch.path(), None);
    listener.engine.send(Command::TakeUp { folder: at("taken-up") });
    listener.until_phase(Phase::Finished);
    listener.engine.send(Command::AddRepeats(2));
    listener.added();
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    run_grid(&world, 3, &at("plain"), true);
    equal(&at("taken-up"), &at("plain"));
    assert!(read_runs(&at("taken-up"), 3).unwrap().iter().all(|run| run.checkpoint.is_some()));
}

/// A held run waits, all others go on; after a stop a run goes on only if it is let go.
#[test]
fn a_held_run_waits_and_goes_on_when_it_is_let_go() {
    let mut listener = Listener::reset(short(), &COMPARED);
    listener.until_phase(Phase::Paused);
    let [random, snn] = [0, 1].map(RunId::nth);
    listener.engine.send(Command::Hold { run: random, on: true });
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    assert_eq!(listener.history(snn).rounds.len(), 2);
    let begun = |e: &Event| matches!(e, Event::RunStarted { run, .. } if *run == random);
    assert!(!listener.session().iter().any(begun), "it waits for the first round of the other");
    listener.engine.send(Command::Hold { run: random, on: false });
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::StepRound);
    listener.until("its first round", |e| matches!(e, Event::RoundEnded { run, .. } if *run == random));
    listener.engine.send(Command::Stop);
    listener.until_phase(Phase::Stopped);
    // A fork of the other runs alone.
    let turn = Turn { alpha: 2.0, ..Turn::of(&Experiment { strategy: Strategy::Snn, ..short() }) };
    listener.engine.send(Command::Fork { run: snn, round: 1, turn });
    let fork = listener.added()[0];
    // Its end is not the end of what was stopped.
    listener.until(
        "its last round",
        |e| matches!(e, Event::RoundEnded { run, record } if *run == fork && record.round == 2),
    );
    listener.until_phase(Phase::Stopped);
    assert_eq!([random, fork].map(|run| listener.history(run).rounds.len()), [1, 2]);
    listener.engine.send(Command::Hold { run: random, on: false });
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    assert_eq!(listener.history(random).rounds.len(), 2);
}

/// A run that begins at the end of another's first round is written with it where the user keeps the runs.
#[test]
fn runs_that_share_their_only_round_are_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut listener = Listener::reset(Experiment { rounds: 1, ..short() }, &COMPARED);
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::StepMinibatches(1));
    listener.until_phase(Phase::TrainingTarget);
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::Keep { folder: folder.path().into(), only: None });
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let kept = read_runs(folder.path(), 1).unwrap();
    assert_eq!(kept.len(), COMPARED.len());
    assert!(kept.iter().all(|run| run.history.rounds.len() == 1 && run.checkpoint.is_some()));
}

/// A run that is kept alone takes no other into its folder, neither at once nor after later rounds.
#[test]
fn a_run_that_is_kept_alone_is_written_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut listener = Listener::reset(short(), &COMPARED);
    let [_, snn] = [0, 1].map(RunId::nth);
    listener.until("the run", |e| matches!(e, Event::RunStarted { run, .. } if *run == snn));
    listener.engine.send(Command::Keep { folder: folder.path().into(), only: Some(snn) });
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let kept = read_histories(folder.path()).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(first_difference(&kept[0], &listener.history(snn)), None);
}

/// A session is written as it goes; what a kill leaves is listed, and goes on in its folder with the same bits, forks too.
#[test]
fn a_session_is_written_as_it_goes_and_is_taken_up_again() {
    let scratch = tempfile::tempdir().unwrap();
    let (root, plain) = (scratch.path().join("runs"), scratch.path().join("plain"));
    let mut listener = engine(scratch.path(), Some(&root));
    listener.start(short(), &COMPARED, 2);
    let step = |listener: &mut Listener, command| {
        listener.engine.send(command);
        listener.until_phase(Phase::TrainingTarget);
        listener.until_phase(Phase::Paused);
    };
    step(&mut listener, Command::StepRound);
    let turn = Turn { alpha: 2.0, ..Turn::of(&Experiment { strategy: Strategy::Snn, ..short() }) };
    step(&mut listener, Command::Fork { run: RunId::nth(1), round: 1, turn });
    // The rest of the first repeat, and a round of the second.
    step(&mut listener, Command::StepRound);
    step(&mut listener, Command::StepRound);
    let saved = |e: &Event| match e {
        Event::Autosaved { run, path } if *run == RunId::nth(3) => Some(path.clone()),
        _ => None,
    };
    let path = listener.heard.iter().find_map(saved).unwrap();
    let folder = GridFolder::around(&path).path().to_path_buf();
    assert!(autosave::left(&root).is_empty(), "it is being written");
    let forked = listener.history(RunId::nth(4));
    assert_eq!(forked.rounds.len(), 2);
    // In the middle of a round.
    step(&mut listener, Command::StepMinibatches(2));
    drop(listener);

    let there = left(&root, 1);
    assert_eq!(there.iter().map(|l| &l.folder).collect::<Vec<_>>(), [&folder]);
    let found = &there[0].saved;
    assert_eq!((&found.experiment, &found.variants[..]), (&short().name, &["random".into(), "snn".into()][..]));
    assert_eq!((found.finished, found.rounds_done, found.rounds), (false, 8, 10));
    assert!(there[0].bytes > 1_000);

    let mut listener = engine(scratch.path(), Some(&root));
    listener.engine.send(Command::TakeUp { folder: folder.clone() });
    // A pause does not keep its runs from being shown.
    listener.engine.send(Command::Pause);
    listener.until_phase(Phase::Paused);
    let Event::Started { runs, .. } = &listener.session()[0] else { unreachable!() };
    assert_eq!((runs.len(), runs[4].parent), (5, Some((RunId::nth(1), 1))));
    assert_eq!(first_difference(&listener.history(RunId::nth(4)), &forked), None);
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    run_grid(&make_world(&short()), 2, &plain, false);
    let is_fork = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains("fork"));
    let of_grid = |folder: &Path| {
        let files = GridFolder::new(folder).histories().unwrap();
        files.into_iter().filter(|path| !is_fork(path)).collect::<Vec<_>>()
    };
    for (own, expected) in of_grid(&folder).iter().zip(of_grid(&plain)) {
        let [a, b] = [own, &expected].map(|path| ridgewalk::archive::read_history(path).unwrap());
        assert_eq!(first_difference(&a, &b), None, "{}", own.display());
    }
    // Weights of every round are found on disk.
    listener.engine.send(Command::Show(RunId::nth(0)));
    assert_eq!(listener.engine.snapshot().run(RunId::nth(1)).unwrap().kept, [1, 2]);
    drop(listener);
    let there = left(&root, 1);
    assert!(there[0].saved.finished);

    // The next session deletes what is beyond the limit.
    let mut listener = engine(scratch.path(), Some(&root));
    listener.engine.send(Command::LimitAutosave(1_000));
    listener.start(short(), &COMPARED, 1);
    listener.until("what was deleted", |e| matches!(e, Event::Message { text, .. } if text.contains("were deleted")));
    listener
        .until("its folder", |e| matches!(e, Event::SessionsDeleted { folders } if folders[..] == [folder.clone()]));
    assert!(!folder.exists());
}

/// Where nothing can be written, one message says so and the runs go on.
#[test]
fn without_a_folder_to_write_into_the_runs_go_on() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let mut listener = engine(scratch.path(), Some(&file));
    listener.start(short(), &COMPARED, 1);
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let said = |e: &&Event| matches!(e, Event::Message { level: Level::Error, .. });
    let said: Vec<_> = listener.heard.iter().filter(said).collect();
    assert!(matches!(said[..], [Event::Message { text, .. }] if text.contains("stay in this window")), "{said:?}");
    assert_eq!(listener.history(RunId::nth(1)).rounds.len(), 2);
}

/// A device is looked for before anything is given up.
#[test]
fn without_a_gpu_everything_goes_on_as_it_is() {
    if ridgewalk::device::adapters().iter().any(|adapter| !adapter.is_software()) {
        return println!("a GPU is there");
    }
    let mut listener =
        Listener::with(EngineOptions { cache_dir: None, threads: 1, software_gpu: false, ..EngineOptions::default() });
    listener.start(short(), &COMPARED, 1);
    listener.engine.send(Command::Run);
    listener.until("a round", ended(1, 1));
    listener.engine.send(Command::SetDevice(DeviceKind::Gpu));
    listener.until("the device", |e| matches!(e, Event::DeviceChanged { kind: DeviceKind::Cpu, .. }));
    listener.until("why not", |e| matches!(e, Event::Message { text, .. } if text.contains("Nothing has changed")));
    listener.until_phase(Phase::Finished);
    assert!(listener.heard.iter().filter(|e| matches!(e, Event::Started { .. })).count() == 1);
    assert_eq!([0, 1].map(|run| listener.history(RunId::nth(run)).rounds.len()), [2, 2]);
}
