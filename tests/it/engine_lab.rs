//! The engine's interactive features: forks, earlier targets, pinned points, walks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ridgewalk::archive::{SavedRun, read_runs};
use ridgewalk::device::DeviceKind;
use ridgewalk::difference::first_difference;
use ridgewalk::engine::planned::RunId;
use ridgewalk::engine::protocol::{Command, Event, Level, Phase, PinValue, Pinned};
use ridgewalk::engine::questions::probe::Probe;
use ridgewalk::experiment::{Experiment, Setup, Strategy, WalkAnchors, WalkReselection, setups};
use ridgewalk::field::{FieldRequest, Plane};
use ridgewalk::history::{Header, History, RoundRecord};
use ridgewalk::round::{Run, Turn};
use ridgewalk::target::{FrozenTarget, prediction};
use ridgewalk::trajectory::{FIRST_BASELINE, Reselection};
use ridgewalk::ui::state::AppState;

use crate::common::{run, tiny, tiny_world, with};
use crate::engine::{Listener, PATIENCE};

/// SNN's target at the end of a round, computed without an engine.
fn target_after(rounds: usize) -> (FrozenTarget, usize) {
    let mut run = Run::new(&tiny_world(), &with(Strategy::Snn, 1), 1);
    while run.rounds_done() < rounds {
        run.advance(&|| false).unwrap();
    }
    (run.frozen_target().unwrap(), run.minibatches())
}

/// The last target of a run, computed without an engine.
fn target_of(experiment: &Experiment) -> FrozenTarget {
    let mut run = Run::new(&tiny_world(), experiment, 1);
    while !run.is_done() {
        run.advance(&|| false).unwrap();
    }
    run.frozen_target().unwrap()
}

/// Questions about an earlier round are answered by its own target: one sample, the field, then the present again.
#[test]
fn an_earlier_round_is_answered_by_its_own_target() {
    let world = tiny_world();
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    assert_eq!(listener.engine.snapshot().runs[0].kept, [1, 2, 3]);
    let plane = Plane { origin: vec![-2.0, -2.0], edge_u: vec![4.0, 0.0], edge_v: vec![0.0, 4.0] };
    let request = FieldRequest { plane, label: None, disagreement: false };
    listener.engine.send(Command::SetField(Some(request)));
    let sample = 17;
    let mut losses = Vec::new();
    for (round, rounds) in [(Some(1), 1), (None, 3), (Some(2), 2), (Some(3), 3)] {
        listener.engine.send(Command::LookAt(round));
        let (target, minibatches) = target_after(rounds);
        let row = target.log_probabilities(world.dataset.train.gather(&[sample]));
        let (_, expected) = prediction(&row, world.dataset.train.label(sample as usize));
        let found = listener.inspect(sample).loss;
        assert!((found - expected).abs() < 1e-5, "{round:?}: {found} {expected}");
        losses.push(found);
        let start = Instant::now();
        while listener.engine.snapshot().field.as_ref().is_none_or(|f| f.minibatches != minibatches) {
            assert!(start.elapsed() < PATIENCE, "no field of {round:?}");
            let _ = listener.wakes.recv_timeout(Duration::from_millis(50));
        }
    }
    assert!(losses[0] != losses[1] && losses[1] == losses[3], "{losses:?}");
}

/// A fork joins the runs in the same world and continues, from saved weights or from rounds computed again; its parent
/// stays. Impossible forks are reported.
#[test]
fn a_fork_continues_from_the_requested_round() {
    let turn = Turn { strategy: Strategy::Random, alpha: tiny().alpha, seed: tiny().seed };
    let random = run(&tiny_world(), &with(Strategy::Random, 1));
    let parent = run(&tiny_world(), &with(Strategy::Snn, 1));
    for weights in [true, false] {
        let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
        if weights {
            listener.engine.send(Command::Run);
        } else {
            let runs =
                vec![SavedRun { history: parent.clone(), checkpoint: None, weights: Vec::new(), generator: None }];
            listener.engine.send(Command::Replay { runs });
        }
        listener.until_phase(Phase::Finished);
        for (round, says) in [(3, "the experiment's last"), (0, "is not complete"), (9, "is not complete")] {
            listener.engine.send(Command::Fork { run: RunId::default(), round, turn });
            let said = listener.until("why not", |e| matches!(e, Event::Message { level: Level::Error, .. }));
            assert!(format!("{said:?}").contains(says), "{round}: {said:?}");
        }
        listener.engine.send(Command::Fork { run: RunId::default(), round: 1, turn });
        let fork = listener.added()[0];
        listener.until_phase(Phase::Finished);
        let again = listener.heard.iter().any(|e| matches!(e, Event::Progress { phase: Phase::Rerunning, .. }));
        assert_eq!(again, !weights);
        assert_eq!(listener.engine.snapshot().runs.len(), 2);
        assert_eq!(first_difference(&listener.told(Strategy::Snn), &parent), None);
        let told = listener.history(fork);
        assert_eq!(told.header.forked.as_deref().map(|f| f.round), Some(1));
        let plain = History { header: Header { forked: None, ..told.header }, rounds: told.rounds };
        assert_eq!(first_difference(&plain, &random), None, "weights kept: {weights}");
    }
}

/// Runs are written into a folder on request and after each round, with forks next to them; a failure is
/// reported once and the run continues.
#[test]
fn runs_and_forks_are_written_to_a_folder() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let out = scratch.path().join("out");
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.until("the run", |e| matches!(e, Event::RunStarted { .. }));
    listener.engine.send(Command::Keep { folder: out.clone(), only: None });
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let saved = read_runs(&out, 1).unwrap();
    assert_eq!(saved[0].history.rounds, listener.told(Strategy::Snn).rounds);
    assert_eq!(saved[0].checkpoint.as_ref().map(|c| c.rounds), Some(3));
    assert_eq!(saved[0].weights.iter().map(|w| w.rounds).collect::<Vec<_>>(), [1, 2, 3]);
    let turn = Turn { strategy: Strategy::Snn, alpha: 2.0, seed: tiny().seed };
    listener.engine.send(Command::Fork { run: RunId::default(), round: 1, turn });
    let id = listener.added()[0];
    listener.until_phase(Phase::Finished);
    // It is written beside its parent without being asked.
    let fork = out.join("histories/snn-01-fork-01.rwh");
    assert_eq!(read_runs(&fork, 1).unwrap()[0].history, listener.history(id));
    listener.engine.send(Command::Keep { folder: file.join("runs"), only: None });
    let refused = |e: &Event| matches!(e, Event::Message { level: Level::Error, .. });
    listener.until("why not", refused);
    let said: Vec<String> = listener.heard.iter().filter(|e| refused(e)).map(|e| format!("{e:?}")).collect();
    assert!(said.len() == 1 && said[0].contains("file") && said[0].contains("stay where they are"), "{said:?}");
    let given_up = |e: &&Event| matches!(e, Event::OnDisk { path: None, .. });
    assert_eq!(listener.heard.iter().filter(given_up).count(), 0, "they are still written where they were");
    assert_eq!(read_runs(&out, 1).unwrap()[0].history, saved[0].history);
    let curves = std::fs::read_to_string(out.join("curves.csv")).unwrap();
    assert!(curves.contains("snn") && out.join("curves.svg").is_file() && out.join("proposals.csv").is_file());
}

/// Pinned points are measured at once, at the end of every earlier round, and as the target learns.
#[test]
fn pinned_points_are_followed_through_training() {
    let world = tiny_world();
    let mut listener = Listener::reset(tiny(), &[Strategy::Snn]);
    listener.engine.send(Command::StepRound);
    listener.until("round 1", |e| matches!(e, Event::RoundEnded { .. }));
    let codes = [vec![0.4, -0.3], vec![-1.0, 0.8]];
    let pin = |(i, code): (usize, &Vec<f32>)| Pinned { pin: i as u64 + 1, code: code.clone(), label: 3 };
    let mut pins: Vec<Pinned> = codes.iter().enumerate().map(pin).collect();
    // A point with another dimension is ignored.
    pins.push(Pinned { pin: 9, code: vec![0.0; 5], label: 0 });
    listener.engine.send(Command::SetPins(pins));
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let measured: Vec<(usize, Vec<PinValue>)> = listener
        .heard
        .iter()
        .filter_map(|e| match e {
            Event::PinsMeasured { minibatches, values, .. } => Some((*minibatches, values.clone())),
            _ => None,
        })
        .collect();
    // A round has six minibatches, with an evaluation after every third.
    let at: std::collections::BTreeSet<usize> = measured.iter().map(|(m, _)| *m).collect();
    assert_eq!(at.into_iter().collect::<Vec<_>>(), [6, 9, 12, 15, 18]);
    for rounds in [1, 2, 3] {
        let (target, minibatches) = target_after(rounds);
        let (_, values) = measured.iter().find(|(m, _)| *m == minibatches).unwrap();
        assert_eq!(values.iter().map(|v| v.pin).collect::<Vec<_>>(), [1, 2]);
        for (value, code) in values.iter().zip(&codes) {
            let row = target.log_probabilities(world.generator.decode(code));
            let (class, loss) = prediction(&row, 3);
            assert_eq!(value.class, class);
            assert!(
                (value.loss - loss).abs() < 1e-4 && (value.confidence - row[usize::from(class)].exp()).abs() < 1e-4
            );
        }
    }
    // A fork is followed too, from the rounds that it shares.
    let turn = Turn { alpha: 2.0, ..Turn::of(&with(Strategy::Snn, 1)) };
    listener.engine.send(Command::Fork { run: RunId::default(), round: 2, turn });
    let fork = listener.added()[0];
    for at in [6, 12] {
        let of_fork =
            |e: &Event| matches!(e, Event::PinsMeasured { run, minibatches, .. } if (*run, *minibatches) == (fork, at));
        let heard = listener.until("the points of the fork", of_fork);
        let Event::PinsMeasured { values, .. } = heard else { unreachable!() };
        assert_eq!(Some(&values), measured.iter().find(|(minibatches, _)| *minibatches == at).map(|(_, v)| v));
    }
}

/// Two runs of one strategy with different step lengths run side by side: events, snapshot, pins, walks, answers and the
/// window's state distinguish them, and each gives the same history as alone.
#[test]
fn a_strategy_runs_twice_with_different_step_lengths() {
    let variants = ["snn", "snn alpha=1.2"].map(|text| text.parse().unwrap());
    let runs = setups(&tiny(), &variants).unwrap();
    let [short, long] = [0, 1].map(RunId::nth);
    let mut listener = Listener::new();
    listener.engine.send(Command::Reset { experiment: Box::new(tiny()), variants: variants.to_vec(), repeats: 1 });
    listener.until("the runs", |e| matches!(e, Event::RunStarted { run, .. } if *run == long));
    let pin = Pinned { pin: 1, code: vec![0.4, -0.3], label: 3 };
    listener.engine.send(Command::SetPins(vec![pin.clone()]));
    listener.engine.send(Command::Run);
    listener.until_phase(Phase::Finished);
    let snapshot = listener.engine.snapshot();
    let mut state = AppState::new(tiny(), runs.clone(), DeviceKind::Cpu);
    listener.session().iter().cloned().for_each(|event| state.apply(event));
    let probe = state.pins.pin(&Probe { code: pin.code.clone(), ..Probe::default() });
    assert!(probe.is_some());
    let measured = listener.session().iter().filter(|e| matches!(e, Event::PinsMeasured { .. }));
    measured.cloned().for_each(|e| state.apply(e));
    for (id, Setup { experiment, own }) in [short, long].into_iter().zip(&runs) {
        let mut alone = run(&tiny_world(), experiment);
        alone.header.own = own.clone();
        assert_eq!(first_difference(&listener.history(id), &alone), None, "{id:?}");
        let mut labelled = snapshot.run(id).unwrap().labelled_in.iter().enumerate().filter(|(_, round)| **round > 0);
        let picked = alone.rounds.iter().flat_map(|r| r.proposals.iter().map(|p| p.sample as usize));
        let picked: std::collections::BTreeSet<_> = picked.collect();
        assert!(labelled.by_ref().map(|(sample, _)| sample).eq(picked), "{id:?}");
        let shown = state.histories().into_iter().find(|h| h.header.experiment.alpha == experiment.alpha).unwrap();
        assert_eq!(first_difference(&shown, &alone), None, "{id:?}");
        let series: Vec<_> = state.pins.pins[0].series(id).map(|(_, value)| value.loss).collect();
        assert!(series.len() > 3, "{id:?}: {series:?}");
        assert_eq!(state.walks.iter().filter(|w| w.run == id).count(), experiment.walks);
        listener.engine.send(Command::Show(id));
        let row = target_of(experiment).log_probabilities(tiny_world().dataset.train.gather(&[17]));
        let (_, loss) = prediction(&row, tiny_world().dataset.train.label(17));
        let inspection = listener.inspect(17);
        assert_eq!(inspection.run, id);
        assert!((inspection.loss - loss).abs() < 1e-5);
        let step = listener.probe(pin.code.clone(), None);
        let length = |v: &[f32]| v.iter().zip(&pin.code).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        let expected = experiment.alpha * tiny_world().latent.scale();
        assert!((length(&step.moved) / expected - 1.0).abs() < 1e-3, "{id:?}: {} {expected}", length(&step.moved));
    }
    let series = |id| state.pins.pins[0].series(id).map(|(_, v)| v.loss).collect::<Vec<_>>();
    assert_ne!(series(short), series(long));
    assert_eq!(state.sides().len(), 2);
    assert_eq!([short, long].map(|id| state.name_of(id)), ["SNN", "SNN, α = 1.2 σ"]);
    // A fork of the second run continues the second run.
    listener.engine.send(Command::Fork { run: long, round: 1, turn: Turn::of(&runs[1].experiment) });
    let fork = listener.added()[0];
    listener.until_phase(Phase::Finished);
    let fork = listener.history(fork);
    assert_eq!(fork.rounds.len(), 3);
    let picks = |rounds: &[Arc<RoundRecord>]| rounds.iter().map(|r| r.proposals.clone()).collect::<Vec<_>>();
    assert_eq!(picks(&fork.rounds), picks(&run(&tiny_world(), &runs[1].experiment).rounds));
}

/// The samples of each walk since they all started over, beginning with its start.
fn tracks(events: &[Event]) -> std::collections::BTreeMap<usize, Vec<u32>> {
    let mut tracks = std::collections::BTreeMap::new();
    for event in events {
        match event {
            Event::WalkStarted { walk, sample, .. } => drop(tracks.insert(*walk, vec![*sample])),
            Event::WalkStepped { step, .. } => tracks.entry(step.walk).or_default().push(step.sample),
            _ => {}
        }
    }
    tracks
}

/// With and without re-selection from the same starts and with the same target: a baseline continues from where it arrived
/// under every rule, and under the rule "never" both are the same.
#[test]
fn walks_are_compared_with_and_without_reselection() {
    const WALKS: usize = 5;
    const STEPS: usize = 10;
    let experiment = Experiment { walks: 0, ..with(Strategy::Snn, 1) };
    let mut listener = Listener::reset(experiment.clone(), &[Strategy::Snn]);
    listener.engine.send(Command::StepRound);
    listener.until("round 1", |e| matches!(e, Event::RoundEnded { .. }));
    listener.engine.send(Command::StartWalks { anchors: WalkAnchors::Random, count: WALKS });
    let rule = |kind, every| Reselection { kind, every, ..Reselection::of(&experiment) };
    for (kind, every, put) in
        [(WalkReselection::Never, 1, 0), (WalkReselection::EveryK, 1, STEPS - 1), (WalkReselection::EveryK, 4, 2)]
    {
        listener.engine.send(Command::SetReselection(rule(kind, every)));
        listener.engine.send(Command::CompareReselection(true));
        let from = listener.heard.len();
        let last = FIRST_BASELINE + WALKS - 1;
        for _ in 0..STEPS {
            listener.until("a step", |e| matches!(e, Event::WalkStepped { step, .. } if step.walk == last));
        }
        let heard = &listener.heard[from..];
        let tracks = tracks(heard);
        assert_eq!(tracks.len(), 2 * WALKS);
        let puts = |walk: usize| {
            let steps = heard.iter().filter_map(|e| match e {
                Event::WalkStepped { step, .. } if step.walk == walk => Some((step.step.parent, step.sample)),
                _ => None,
            });
            let steps: Vec<_> = steps.collect();
            let taken = &steps[steps.len() - STEPS..];
            taken.windows(2).filter(|w| w[1].0 != w[0].1).count()
        };
        for walk in 0..WALKS {
            let (own, control) = (&tracks[&walk], &tracks[&(walk + FIRST_BASELINE)]);
            assert_eq!((own.len(), control.len(), own[0]), (STEPS + 1, STEPS + 1, control[0]));
            assert_eq!((puts(walk), puts(walk + FIRST_BASELINE)), (put, 0), "{kind:?} {every}");
            assert_eq!(own == control, put == 0);
        }
    }
    listener.engine.send(Command::CompareReselection(false));
    listener.until("the end of it", |e| matches!(e, Event::BaselineCleared { .. }));
    let from = listener.heard.len();
    listener.engine.send(Command::StepWalks);
    listener.until("a step", |e| matches!(e, Event::WalkStepped { step, .. } if step.walk == WALKS - 1));
    assert!(tracks(&listener.heard[from..]).keys().all(|walk| *walk < FIRST_BASELINE));
}

/// The window sends the rule for walks once: it holds for runs that begin later, and for each run that is shown.
#[test]
fn the_rule_for_walks_is_that_of_the_window_in_every_run() {
    const STEPS: usize = 3;
    let experiment = Experiment { walks: 0, ..with(Strategy::Snn, 1) };
    let mut listener = Listener::reset(experiment.clone(), &[Strategy::Random, Strategy::Snn]);
    let rule = |kind| Command::SetReselection(Reselection { kind, every: 1, ..Reselection::of(&experiment) });
    listener.engine.send(rule(WalkReselection::EveryK));
    listener.engine.send(Command::StepRound);
    let runs = [Strategy::Snn, Strategy::Random];
    for _ in runs {
        listener.until("round 1", |e| matches!(e, Event::RoundEnded { .. }));
    }
    let ids = runs.map(|strategy| listener.id(strategy));
    // How often each walk restarts before a step after its first one.
    let restarts = |listener: &mut Listener, id: RunId| {
        let from = listener.heard.len();
        for _ in 0..STEPS {
            listener.engine.send(Command::StepWalks);
            listener.until("a step", |e| matches!(e, Event::WalkStepped { run, .. } if *run == id));
        }
        let steps = listener.heard[from..].iter().filter_map(|e| match e {
            Event::WalkStepped { run, step, .. } if *run == id => Some((step.step.parent, step.sample)),
            _ => None,
        });
        steps.collect::<Vec<_>>().windows(2).filter(|w| w[1].0 != w[0].1).count()
    };
    for id in ids {
        listener.engine.send(Command::Show(id));
        listener.engine.send(Command::AddWalk { sample: 0 });
        assert_eq!(restarts(&mut listener, id), STEPS - 1, "{id:?}");
    }
    // The other one takes the rule when it is shown again.
    listener.engine.send(rule(WalkReselection::Never));
    listener.engine.send(Command::Show(ids[0]));
    assert_eq!(restarts(&mut listener, ids[0]), 0);
    let refused = |e: &Event| matches!(e, Event::Message { text, .. } if text.starts_with("Walks can be started"));
    assert!(!listener.heard.iter().any(refused));
}
