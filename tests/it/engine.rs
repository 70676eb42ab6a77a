//! The engine's thread: its events and their order, immediate stops, and manual steps that change no history.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ridgewalk::archive::SavedRun;
use ridgewalk::dataset::Class;
use ridgewalk::difference::first_difference;
use ridgewalk::engine::planned::RunId;
use ridgewalk::engine::protocol::{Command, Event, Level, Phase, Snapshot};
use ridgewalk::engine::questions::Answer;
use ridgewalk::engine::questions::inspect::{Inspect, Inspection};
use ridgewalk::engine::questions::probe::{Probe, ProbePoint};
use ridgewalk::engine::{Engine, EngineOptions};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::field::{Field, FieldRequest, LEVELS, Plane};
use ridgewalk::history::History;
use ridgewalk::round::Run;

use crate::common::{make_world, run, tiny, tiny_world, variants, with};

/// Longer than any test here takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// An engine and all its events so far.
pub struct Listener {
    pub engine: Engine,
    pub heard: Vec<Event>,
    pub wakes: crossbeam_channel::Receiver<()>,
}

impl Listener {
    pub fn new() -> Self {
        Self::with(EngineOptions { cache_dir: None, threads: 1, ..EngineOptions::default() })
    }

    pub fn with(options: EngineOptions) -> Self {
        let (sender, wakes) = crossbeam_channel::unbounded();
        let wake = Arc::new(move || {
            let _ = sender.send(());
        });
        Self { engine: Engine::spawn(options, wake).unwrap(), heard: Vec::new(), wakes }
    }

    pub fn reset(experiment: Experiment, strategies: &[Strategy]) -> Self {
        let listener = Self::new();
        listener.start(experiment, strategies, 1);
        listener
    }

    /// Starts an experiment.
    pub fn start(&self, experiment: Experiment, strategies: &[Strategy], repeats: usize) {
        let experiment = Box::new(experiment);
        self.engine.send(Command::Reset { variants: variants(strategies), experiment, repeats });
    }

    /// Waits for runs that are added to the session, and returns their ids.
    pub fn added(&mut self) -> Vec<RunId> {
        let Event::RunsAdded { runs } = self.until("more runs", |e| matches!(e, Event::RunsAdded { .. })) else {
            unreachable!()
        };
        runs.iter().map(|run| run.id).collect()
    }

    /// Waits until an event satisfies `wanted`; panics after `PATIENCE`.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        let start = Instant::now();
        loop {
            while let Some(event) = self.engine.try_event() {
                self.heard.push(event.clone());
                if wanted(&event) {
                    return event;
                }
            }
            assert!(start.elapsed() < PATIENCE, "never heard {what}; last: {:?}", self.heard.last());
            let _ = self.wakes.recv_timeout(Duration::from_millis(200));
        }
    }

    pub fn until_phase(&mut self, phase: Phase) {
        self.until(phase.label(), |e| matches!(e, Event::Progress { phase: p, .. } if *p == phase));
    }

    /// All events since the last start.
    pub fn session(&self) -> &[Event] {
        let start = self.heard.iter().rposition(|e| matches!(e, Event::Started { .. }));
        &self.heard[start.unwrap()..]
    }

    /// The first run of a strategy.
    pub fn id(&self, strategy: Strategy) -> RunId {
        let Event::Started { runs, .. } = &self.session()[0] else { unreachable!() };
        runs.iter().find(|p| p.experiment.strategy == strategy).unwrap().id
    }

    /// The rounds reported by a run so far.
    pub fn history(&self, id: RunId) -> History {
        let header = self.session().iter().find_map(|e| match e {
            Event::RunStarted { run, header } if *run == id => Some((**header).clone()),
            _ => None,
        });
        let ended = self.session().iter().filter_map(|e| match e {
            Event::RoundEnded { run, record } if *run == id => Some(Arc::clone(record)),
            _ => None,
        });
        History { header: header.unwrap(), rounds: ended.collect() }
    }

    /// The rounds reported by the first run of a strategy so far.
    pub fn told(&self, strategy: Strategy) -> History {
        self.history(self.id(strategy))
    }

    pub fn inspect(&mut self, sample: u32) -> Arc<Inspection> {
        self.engine.send(Command::ask(Inspect { sample }));
        let wanted = |e: &Event| matches!(e, Event::Answer(Answer::Inspect(i)) if i.sample == sample);
        let Event::Answer(Answer::Inspect(answer)) = self.until("an inspection", wanted) else { unreachable!() };
        answer
    }

    pub fn probe(&mut self, code: Vec<f32>, label: Option<Class>) -> Arc<Probe> {
        self.engine.send(Command::ask(ProbePoint { code, label }));
        let heard = self.until("a probe", |e| matches!(e, Event::Answer(Answer::Probe(_))));
        let Event::Answer(Answer::Probe(answer)) = heard else { unreachable!() };
        answer
    }
}

#[test]
fn stepping_by_hand_gives_the_history_of_a_headless_run() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Random, Strategy::Snn]);
    listener.until_phase(Phase::Paused);
    // Several rounds, one of them minibatch by minibatch, with questions and walks in between.
    listener.engine.send(Command::StepRound);
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::AddWalk { sample: 3 });
    listener.engine.send(Command::WantScores(true));
    listener.engine.send(Command::StepMinibatches(2));
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::StepWalks);
    listener.engine.send(Command::ask(ProbePoint { code: vec![0.1, -0.2], label: None }));
    listener.inspect(5);
    listener.engine.send(Command::StepRound);
    listener.until_phase(Phase::Paused);
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    for strategy in [Strategy::Random, Strategy::Snn] {
        let stepped = listener.told(strategy);
        let headless = run(&tiny_world(), &with(strategy, 1));
        assert_eq!(first_difference(&stepped, &headless), None, "{strategy}");
    }
}

#[test]
fn the_embedding_is_there_before_any_round_and_labels_appear_in_it() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.until("the generator's loss", |e| matches!(e, Event::GeneratorLoss { .. }));
    listener.until_phase(Phase::Paused);
    let train = tiny().train_size - tiny().validation_size;
    let snapshot: Arc<Snapshot> = listener.engine.snapshot();
    assert_eq!(snapshot.codes.as_ref().unwrap().len(), train * 2);
    assert!(!snapshot.forming && snapshot.runs[0].labelled_in.iter().all(|&r| r == 0));
    listener.engine.send(Command::StepRound);
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
    listener.until_phase(Phase::Paused);
    let labelled = listener.engine.snapshot().runs[0].labelled_in.iter().filter(|&&r| r == 1).count();
    assert_eq!(labelled, tiny().samples_per_round);
}

/// The confusion counts the predictions of single images.
#[test]
fn predictions_of_single_images_make_up_the_confusion() {
    let world = tiny_world();
    let split = world.dataset.evaluation(tiny().evaluate_on);
    for record in run(&world, &with(Strategy::Snn, 1)).rounds {
        let classes = world.dataset.classes.len();
        let mut counted = vec![0; classes * classes];
        assert_eq!(record.predicted.len(), split.len());
        for (i, &p) in record.predicted.iter().enumerate() {
            counted[usize::from(split.label(i)) * classes + usize::from(p)] += 1;
        }
        assert_eq!(counted, record.confusion, "round {}", record.round);
    }
}

#[test]
fn the_evaluation_split_is_embedded_when_asked_for() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.until_phase(Phase::Paused);
    assert!(listener.engine.snapshot().evaluation_codes.is_none());
    listener.engine.send(Command::WantEvaluationCodes);
    let start = Instant::now();
    let codes = loop {
        if let Some(codes) = listener.engine.snapshot().evaluation_codes.clone() {
            break codes;
        }
        assert!(start.elapsed() < PATIENCE, "never embedded");
        let _ = listener.wakes.recv_timeout(Duration::from_millis(50));
    };
    let world = tiny_world();
    let split = world.dataset.evaluation(tiny().evaluate_on);
    let all: Vec<u32> = (0..split.len() as u32).collect();
    let expected = world.generator.encode(&split.gather(&all));
    assert_eq!(codes.len(), expected.len());
    assert!(codes.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn scores_come_when_wanted_and_agree_with_inspections() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.engine.send(Command::WantScores(true));
    listener.engine.send(Command::StepRound);
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
    let start = Instant::now();
    let train = tiny().train_size - tiny().validation_size;
    let scores = loop {
        let snapshot = listener.engine.snapshot();
        if let Some(scores) = snapshot.runs.first().and_then(|r| r.scores.clone()).filter(|s| s.scored == train) {
            break scores;
        }
        assert!(start.elapsed() < PATIENCE, "never scored");
        let _ = listener.wakes.recv_timeout(Duration::from_millis(50));
    };
    for sample in [0, 7, 100] {
        let inspection = listener.inspect(sample);
        assert!((inspection.loss - scores.loss[sample as usize]).abs() < 1e-4);
        let best = inspection.probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        assert_eq!(best as Class, scores.predicted[sample as usize]);
        assert_eq!(inspection.reconstruction.len(), 784);
    }
}

#[test]
fn stop_keeps_completed_rounds_and_reset_starts_again() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Random, Strategy::Snn]);
    listener.engine.send(Command::Run);
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
    listener.engine.send(Command::Stop);
    listener.until("stopped", |e| matches!(e, Event::Stopped));
    listener.engine.send(Command::Run);
    listener.until("what to do", |e| matches!(e, Event::Message { text, .. } if text.contains("Reset")));
    let again = Experiment { seed: 2, ..tiny() };
    listener.start(again, &[Strategy::Random], 1);
    listener.until("a new start", |e| matches!(e, Event::Started { generation: 2, .. }));
    listener.engine.send(Command::StepRound);
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
}

/// Long enough for a running generator to report something, as minibatches take milliseconds.
const QUIET: Duration = Duration::from_millis(500);

#[test]
fn pausing_holds_the_generator_too() {
    let epochs = 60;
    let mut listener = Listener::reset(Experiment { generator_epochs: epochs, ..tiny() }, &[Strategy::Snn]);
    let loss = |e: &Event| matches!(e, Event::GeneratorLoss { .. });
    listener.until("the generator's loss", loss);
    listener.engine.send(Command::Pause);
    listener.until_phase(Phase::Paused);
    let codes = listener.engine.snapshot().codes.clone();
    let quiet = Instant::now() + QUIET;
    while listener.wakes.recv_deadline(quiet).is_ok() {}
    let held: Vec<Event> = std::iter::from_fn(|| listener.engine.try_event()).collect();
    assert!(held.is_empty(), "a held generator says {held:?}");
    let later = listener.engine.snapshot();
    assert_eq!(later.codes, codes, "a held generator moves the codes");
    assert!(listener.heard.iter().all(|e| !matches!(e, Event::GeneratorReady { .. })), "it was done before the pause");
    // It continues where it was, and is not trained from the start.
    let epoch = |e: &Event| match e {
        Event::GeneratorLoss { epoch, .. } => Some(*epoch),
        _ => None,
    };
    let before = listener.heard.iter().rev().find_map(epoch).unwrap();
    listener.engine.send(Command::StepRound);
    let after = epoch(&listener.until("the next loss", loss)).unwrap();
    assert!(before < after && after < epochs as f32, "{before} {after}");
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
    let losses: Vec<f32> = listener.heard.iter().filter_map(epoch).collect();
    assert!(losses.windows(2).all(|pair| pair[0] < pair[1]), "{losses:?}");
}

#[test]
fn bad_input_is_one_message_and_no_panic() {
    let mut missing = tiny();
    missing.set("dataset=mnist").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("train-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0]).unwrap();
    let options =
        EngineOptions { cache_dir: None, data_dir: Some(folder.path().into()), threads: 1, ..Default::default() };
    let mut listener = Listener::new();
    listener.engine = Engine::spawn(options, Arc::new(|| {})).unwrap();
    listener.start(missing, &[], 1);
    let heard = listener.until("an error", |e| matches!(e, Event::Message { level: Level::Error, .. }));
    let Event::Message { text, .. } = heard else { unreachable!() };
    // If the real files are in another folder, the broken one may be skipped without an error.
    assert!(text.contains("train-images") || text.contains("mnist"), "{text}");
    let bad = Experiment { alpha: f32::NAN, ..tiny() };
    listener.start(bad, &[], 1);
    listener.until("the field", |e| matches!(e, Event::Message { text, .. } if text.contains("`alpha`")));
}

/// The tiny run of SNN after its first round, as a saved run.
fn saved_after_round_one() -> SavedRun {
    let mut run = Run::new(&tiny_world(), &with(Strategy::Snn, 1), 1);
    while run.rounds_done() < 1 {
        run.advance(&|| false).unwrap();
    }
    SavedRun {
        history: run.history().clone(),
        checkpoint: Some(run.checkpoint().unwrap()),
        weights: Vec::new(),
        generator: None,
    }
}

#[test]
fn a_replay_repeats_the_events_of_the_run_and_continues_it() {
    let headless = run(&tiny_world(), &with(Strategy::Snn, 1));
    let mut listener = Listener::new();
    listener.engine.send(Command::Replay { runs: vec![saved_after_round_one()] });
    listener.until_phase(Phase::Paused);
    assert_eq!(listener.told(Strategy::Snn).rounds.len(), 1);
    let labelled = listener.engine.snapshot().runs[0].labelled_in.iter().filter(|&&r| r == 1).count();
    assert_eq!(labelled, tiny().samples_per_round);
    let walks = listener.heard.iter().filter(|e| matches!(e, Event::WalkStepped { .. })).count();
    assert_eq!(walks, headless.rounds[0].walk_steps.len());
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    assert_eq!(first_difference(&listener.told(Strategy::Snn), &headless), None);
}

#[test]
fn a_replay_without_weights_is_shown_and_answers_nothing() {
    let history = run(&tiny_world(), &with(Strategy::Snn, 1));
    let mut listener = Listener::new();
    listener.engine.send(Command::Replay {
        runs: vec![SavedRun { history: history.clone(), checkpoint: None, weights: Vec::new(), generator: None }],
    });
    listener.until("a warning", |e| matches!(e, Event::Message { level: Level::Warning, .. }));
    listener.until_phase(Phase::Finished);
    assert_eq!(listener.told(Strategy::Snn).rounds, history.rounds);
    listener.engine.send(Command::ask(Inspect { sample: 5 }));
    listener.engine.send(Command::AddWalk { sample: 5 });
    listener.until("the walk's start", |e| matches!(e, Event::WalkStarted { sample: 5, .. }));
    assert!(!listener.heard.iter().any(|e| matches!(e, Event::Answer(_))));

    let mut other = history;
    other.header.generator_digest = "another".into();
    listener.engine.send(Command::Replay {
        runs: vec![SavedRun { history: other, checkpoint: None, weights: Vec::new(), generator: None }],
    });
    let said = listener.until("the reason", |e| matches!(e, Event::Message { level: Level::Error, .. }));
    assert!(format!("{said:?}").contains("differ in the generator's settings"), "{said:?}");
    listener.until_phase(Phase::Failed);
}

/// The field is computed while the engine is idle, gets finer, follows the target, and changes no history.
#[test]
fn the_field_comes_by_itself_follows_the_target_and_changes_no_history() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.until_phase(Phase::Paused);
    let plane = Plane { origin: vec![-2.0, -2.0], edge_u: vec![4.0, 0.0], edge_v: vec![0.0, 4.0] };
    listener.engine.send(Command::SetField(Some(FieldRequest {
        plane: plane.clone(),
        label: None,
        disagreement: false,
    })));
    let field = |listener: &Listener, what: &str, wanted: &dyn Fn(&Field) -> bool| {
        let start = Instant::now();
        loop {
            if let Some(field) = listener.engine.snapshot().field.clone().filter(|f| wanted(f)) {
                return field;
            }
            assert!(start.elapsed() < PATIENCE, "never saw {what}");
            let _ = listener.wakes.recv_timeout(Duration::from_millis(50));
        }
    };
    let untaught = field(&listener, "a finer field", &|f| f.side > LEVELS[0]);
    assert_eq!((untaught.minibatches, &untaught.request.plane), (0, &plane));
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let steps = tiny().rounds * tiny().minibatches_per_round;
    let taught = field(&listener, "the field of the last target", &|f| f.minibatches == steps);
    assert_ne!(taught.loss[..9], untaught.loss[..9]);
    assert_eq!(
        first_difference(&listener.told(Strategy::Snn), &run(&tiny_world(), &with(Strategy::Snn, tiny().seed))),
        None
    );
    listener.engine.send(Command::SetField(None));
    let start = Instant::now();
    while listener.engine.snapshot().field.is_some() {
        assert!(start.elapsed() < PATIENCE, "the field stays");
        let _ = listener.wakes.recv_timeout(Duration::from_millis(50));
    }
}

/// In the fan, alpha 0 is the point itself and the experiment's own alpha is the probe's step.
#[test]
fn a_probes_fan_holds_its_own_step_and_grows_with_alpha() {
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.engine.send(Command::StepRound);
    listener.until("a round", |e| matches!(e, Event::RoundEnded { .. }));
    // A point inside the cloud.
    let code = tiny_world().latent.code(0).to_vec();
    let probe = listener.probe(code.clone(), Some(4));
    assert_eq!(probe.neighbour_code, tiny_world().latent.code(probe.neighbour));
    assert_eq!(probe.fan[0].alpha, 0.0);
    // Decoding in another batch may change the last bit of a pixel.
    assert!(probe.fan[0].decoded.iter().zip(&probe.decoded).all(|(a, b)| a.abs_diff(*b) <= 1));
    let nearest = tiny_world().latent.index().nearest(&code, |_| false).unwrap();
    assert_eq!((probe.fan[0].neighbour, probe.fan[0].snap_distance), (nearest.sample, nearest.distance));
    let own = probe.fan.iter().find(|p| p.alpha == tiny().alpha).unwrap();
    assert_eq!((own.neighbour, own.snap_distance), (probe.neighbour, probe.snap_distance));
    assert!(probe.fan.windows(2).all(|pair| pair[0].alpha < pair[1].alpha));
    assert!(probe.fan.iter().all(|p| p.decoded.len() == probe.decoded.len()));
    // Between two changes the neighbour is the reported one, and the fan agrees.
    let told = |alpha: f32| probe.changes.iter().rfind(|c| c.alpha <= alpha).unwrap().neighbour;
    assert_eq!(probe.changes[0].alpha, 0.0);
    assert!(probe.changes.windows(2).all(|c| c[0].alpha < c[1].alpha && c[0].neighbour != c[1].neighbour));
    assert!(probe.changes.len() > 1, "nothing changes on the way to two deviations");
    assert!(probe.fan.iter().all(|p| p.neighbour == told(p.alpha)));
}

#[test]
fn generated_masks_of_a_saved_run_are_solved_again_between_commands() {
    let tiny = Experiment::preset("ivus-tiny").unwrap();
    let experiment = Experiment { strategy: Strategy::Si, rounds: 3, samples_per_round: 12, ..tiny };
    let world = make_world(&experiment);
    let mut whole = Run::new(&world, &experiment, 1);
    while whole.rounds_done() < 2 {
        whole.advance(&|| false).unwrap();
    }
    let saved = SavedRun {
        history: whole.history().clone(),
        checkpoint: Some(whole.checkpoint().unwrap()),
        weights: Vec::new(),
        generator: None,
    };
    while !whole.is_done() {
        whole.advance(&|| false).unwrap();
    }
    let made = whole.history().rounds[..2].iter().map(|r| r.proposals.len()).sum::<usize>();
    let mut listener = Listener::new();
    listener.engine.send(Command::Replay { runs: vec![saved] });
    listener.until(
        "a mask solved again",
        |e| matches!(e, Event::Progress { run: Some(_), total, phase: Phase::Labelling, .. } if *total == made),
    );
    listener.engine.send(Command::Pause);
    listener.until_phase(Phase::Paused);
    assert!(!listener.heard.iter().any(|e| matches!(e, Event::RunStarted { .. })), "it waited for all of them");
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    assert_eq!(first_difference(whole.history(), &listener.told(Strategy::Si)), None);
}
