//! The effect of each event on the window's state.

use std::sync::Arc;

use super::*;
use crate::dataset::{Class, Dataset, ImageShape, Split};
use crate::device::DeviceKind;
use crate::engine::planned::{PlannedRun, RunId, planned};
use crate::engine::protocol::{Command, Event, Level, Phase};
use crate::engine::questions::Answer;
use crate::engine::questions::inspect::Inspection;
use crate::experiment::{EvaluationSplit, Experiment, Setup, Strategy, Variant, setups};
use crate::history::{Evaluation, LatentStep, Metric, Proposal, RoundRecord, WalkStep};
use crate::round::Turn;
use crate::trajectory::StepMeasure;

fn variants(strategies: &[Strategy]) -> Vec<Variant> {
    strategies.iter().map(|s| Variant::from(*s)).collect()
}

fn runs(strategies: &[Strategy]) -> Vec<Setup> {
    setups(&Experiment::default(), &variants(strategies)).unwrap()
}

/// Random and SNN, by these ids.
fn state() -> AppState {
    AppState::new(Experiment::default(), runs(&[Strategy::Random, Strategy::Snn]), DeviceKind::Cpu)
}

fn random() -> RunId {
    RunId::nth(0)
}

fn snn() -> RunId {
    RunId::nth(1)
}

fn progress(phase: Phase) -> Event {
    Event::Progress { phase, run: None, round: 0, done: 0, total: 0, eta_seconds: None }
}

fn evaluation(metric: Metric, labels: usize, minibatches: usize, value: f32, round_end: bool) -> Evaluation {
    Evaluation { metric, labels, minibatches, value, round_end }
}

fn record(round: usize, evaluations: Vec<Evaluation>) -> Arc<RoundRecord> {
    Arc::new(RoundRecord {
        round,
        proposals: vec![Proposal { sample: round as u32, label: 3, score: None, step: None, made: None }],
        labels: 500 * round,
        minibatches: 100 * round,
        evaluations,
        confusion: Vec::new(),
        predicted: Vec::new(),
        walk_steps: Vec::new(),
        diverged: false,
        refusals: Vec::new(),
        label_seconds: 0.0,
        price: None,
        coverage: None,
        seconds: 1.0,
    })
}

fn step(walk: usize, sample: u32) -> WalkStep {
    let step = LatentStep {
        parent: 0,
        parent_label: 0,
        loss: 0.1,
        from: vec![0.0],
        gradient: vec![1.0],
        to: vec![0.3],
        neighbour: vec![0.25],
        snap_distance: 0.05,
    };
    WalkStep { walk, sample, label: 1, step }
}

/// Two rounds as they arrive: the first complete, the second half way.
fn two_rounds() -> AppState {
    let mut s = state();
    let whole = vec![
        evaluation(Metric::AccuracyPart, 500, 50, 80.0, false),
        evaluation(Metric::Accuracy, 500, 100, 91.0, true),
    ];
    s.apply(Event::RoundBegan { run: snn(), round: 1, record: record(1, vec![]) });
    s.apply(Event::Evaluated { run: snn(), round: 1, evaluation: whole[0].clone() });
    s.apply(Event::Evaluated { run: snn(), round: 1, evaluation: whole[1].clone() });
    s.apply(Event::RoundEnded { run: snn(), record: record(1, whole) });
    s.apply(Event::RoundBegan { run: snn(), round: 2, record: record(2, vec![]) });
    let live = evaluation(Metric::AccuracyPart, 1000, 120, 88.0, false);
    s.apply(Event::Evaluated { run: snn(), round: 2, evaluation: live });
    s
}

#[test]
fn curves_hold_finished_and_live_values_once_each() {
    let s = two_rounds();
    let run = s.run(snn()).unwrap();
    let xs = |metric| {
        run.curve(metric, &s.experiment).iter().map(|p| (p.round, p.labels, p.minibatches, p.value)).collect::<Vec<_>>()
    };
    // Inside a round the labels are spread over its 100 minibatches: 50 of 100 at 250, 20 of 100 at 600.
    assert_eq!(xs(Metric::AccuracyPart), [(1, 250.0, 50.0, 80.0), (2, 600.0, 120.0, 88.0)]);
    assert_eq!(xs(Metric::Accuracy), [(1, 500.0, 100.0, 91.0)]);
    assert_eq!(run.accuracy(1), Some(91.0));
    assert_eq!(run.accuracy(2), None);
}

#[test]
fn the_shown_round_follows_the_run_until_one_is_chosen() {
    let mut s = two_rounds();
    assert_eq!((s.shown_round(), s.latest_round()), (2, 2));
    s.look_at_round(1);
    assert_eq!(s.shown_round(), 1);
    s.look_at_round(2);
    assert_eq!(s.focus.round, None);
    s.look_at_round(0);
    assert_eq!(s.shown_round(), 1);
    assert_eq!(s.bought(2).map(|(r, p)| (r, p.label)), Some((2, 3)));
    assert_eq!(s.bought(7), None);
}

#[test]
fn a_reset_forgets_results_and_keeps_messages_and_choices() {
    let mut s = two_rounds();
    s.apply(Event::Message { level: Level::Info, text: "kept".into() });
    s.focus.run = random();
    s.step_size = 7;
    s.apply(Event::Started {
        generation: 4,
        experiment: Box::default(),
        runs: planned(runs(&[Strategy::Random, Strategy::Snn])),
        device: "CPU".into(),
    });
    assert!(s.runs.is_empty() && s.walks.is_empty() && s.dataset.is_none() && s.pending.is_none());
    assert_eq!((s.generation, s.focus.run, s.step_size, s.messages.iter().count()), (4, random(), 7, 1));
    s.apply(Event::Started {
        generation: 5,
        experiment: Box::default(),
        runs: planned(runs(&[Strategy::Entropy, Strategy::Snn])),
        device: "CPU".into(),
    });
    assert_eq!(s.focus.run, snn(), "one that steps");
}

#[test]
fn what_was_asked_for_shows_at_once_and_until_it_takes_effect() {
    let mut s = state();
    s.run_rounds();
    s.apply(progress(Phase::TrainingTarget));
    assert!(s.can_pause());
    assert!(matches!(s.pause(), Command::Pause));
    assert_eq!(s.pending, Some(Pending::Pausing));
    s.apply(progress(Phase::TrainingTarget));
    assert_eq!(s.pending, Some(Pending::Pausing));
    s.apply(progress(Phase::Paused));
    assert_eq!((s.pending, s.intent, s.can_pause()), (None, Intent::Idle, false));

    s.stop();
    assert_eq!(s.pending, Some(Pending::Stopping));
    s.apply(Event::Stopped);
    assert_eq!((s.pending, s.is_over()), (None, true));

    let commands = s.reset(Experiment::default(), variants(&[Strategy::Snn]), 1, true);
    assert!(matches!(commands[..], [Command::Reset { .. }, Command::Run]));
    assert_eq!(s.pending, Some(Pending::Resetting));
}

#[test]
fn getting_ready_does_not_forget_that_the_user_wants_to_run() {
    let mut s = state();
    s.reset(Experiment::default(), variants(&[Strategy::Snn]), 1, true);
    for phase in [Phase::LoadingData, Phase::Encoding, Phase::Paused, Phase::Proposing] {
        s.apply(progress(phase));
        assert_eq!(s.intent, Intent::Running);
    }
    s.apply(progress(Phase::Finished));
    assert_eq!(s.intent, Intent::Idle);
}

/// A step of a walk, taken after `round`.
fn stepped(run: RunId, walk: usize, sample: u32, round: usize) -> Event {
    let measure = StepMeasure { parent: 0, sample, sparsity: 0.1, snap_distance: 0.05, labels: None };
    Event::WalkStepped { run, step: step(walk, sample), decoded: vec![0], measure, round }
}

#[test]
fn walks_grow_follow_the_playhead_and_go() {
    let mut s = state();
    // One of the run's own record, and one that was started by hand.
    let by_hand = s.experiment.walks;
    for (walk, sample) in [(0, 10), (by_hand, 20)] {
        s.apply(Event::WalkStarted { run: snn(), walk, sample, code: vec![0.0], decoded: vec![0] });
    }
    s.apply(stepped(snn(), by_hand, 21, 1));
    s.apply(stepped(snn(), by_hand, 22, 2));
    s.apply(stepped(random(), by_hand, 99, 1));
    let points = |s: &AppState| s.judged_walks().iter().map(|w| w.points).collect::<Vec<_>>();
    assert_eq!(points(&s), [1, 3]);
    for (round, expected) in [(Some(1), [1, 2]), (Some(2), [1, 3]), (None, [1, 3])] {
        s.focus.round = round;
        assert_eq!(points(&s), expected, "{round:?}");
    }
    let walk = s.shown_walks().nth(1).unwrap();
    let samples: Vec<_> = (0..4).map(|p| walk.sample_at(p)).collect();
    assert_eq!(samples, [Some(20), Some(21), Some(22), None]);
    s.lab.playing = true;
    s.apply(Event::WalksCleared { run: snn() });
    assert_eq!(s.shown_walks().map(|w| w.id).collect::<Vec<_>>(), [0]);
    assert!(!s.lab.playing, "the next walks wait until they are played");
}

#[test]
fn the_playhead_goes_through_the_rounds_and_follows_the_run_again_at_the_end() {
    let mut s = two_rounds();
    assert_eq!((s.shown_round(), s.focus.round), (2, None));
    s.toggle_playhead(10.0);
    assert_eq!((s.shown_round(), s.playhead.playing), (1, true));
    assert!(s.advance_playhead(10.4).is_some_and(|left| (left - 0.6).abs() < 1e-9));
    assert_eq!(s.shown_round(), 1);
    assert_eq!(s.advance_playhead(11.1), None);
    assert_eq!((s.shown_round(), s.focus.round, s.playhead.playing), (2, None, false));
    // A single round cannot be played.
    let mut one = state();
    one.apply(Event::RoundBegan { run: snn(), round: 1, record: record(1, vec![]) });
    one.toggle_playhead(0.0);
    assert!(!one.playhead.playing);
}

#[test]
fn labelling_costs_add_up_while_a_round_is_labelled_and_after() {
    use crate::history::Refused;
    use crate::round::LabelProgress;
    let mut s = state();
    let refused = |kind: &str| Refused { code: vec![0.0], kind: kind.into(), message: String::new() };
    let mut first = RoundRecord::clone(&record(1, vec![]));
    first.refusals = vec![refused("no-lumen"), refused("empty-mask"), refused("no-lumen")];
    first.label_seconds = 2.0;
    s.apply(Event::RoundBegan { run: random(), round: 1, record: Arc::new(first.clone()) });
    s.apply(Event::RoundEnded { run: random(), record: Arc::new(first) });
    let progress = LabelProgress { round: 2, wanted: 5, labelled: 3, refused: 1, seconds: 0.5 };
    s.apply(Event::Labelling { run: random(), progress });
    let cost = s.run(random()).unwrap().labelling_cost();
    assert_eq!((cost.solved, cost.refusals(), cost.seconds), (4, 4, 2.5));
    assert_eq!(cost.refused.get("no-lumen"), Some(&2));
    s.apply(Event::RoundBegan { run: random(), round: 2, record: record(2, vec![]) });
    assert_eq!(s.run(random()).unwrap().labelling_cost().solved, 2);
}

/// Three rounds with two evaluations inside each: the playhead stops at each of them, and all views of it agree.
#[test]
fn the_playhead_stops_at_evaluations_inside_rounds() {
    let mut s = state();
    s.apply(Event::WalkStarted { run: snn(), walk: 0, sample: 7, code: vec![0.0], decoded: vec![0] });
    for round in 1..=3 {
        let steps = 100 * (round - 1);
        let part = |at: usize| evaluation(Metric::AccuracyPart, 500 * round, steps + at, 80.0, false);
        let end = evaluation(Metric::Accuracy, 500 * round, steps + 100, 91.0, true);
        s.apply(Event::RoundEnded { run: snn(), record: record(round, vec![part(40), part(80), end]) });
        s.apply(stepped(snn(), 0, 7 + round as u32, round));
    }
    assert_eq!(s.stops(2).iter().map(|p| p.minibatches).collect::<Vec<_>>(), [140.0, 180.0]);
    // Back from the present: where it stands, the steps behind it, the rounds that are over, the weights asked, and the
    // steps that the walk has taken.
    let seen = |s: &AppState| {
        let stop = s.shown_stop().map(|(place, _)| place);
        let steps = s.judged_walks()[0].points - 1;
        (s.shown_round(), stop, s.playhead_minibatches(), s.ended_round(), s.weights_round(), steps)
    };
    let places = [
        (3, None, None, 3, None, 3),
        (3, Some(1), Some(280), 2, Some(3), 2),
        (3, Some(0), Some(240), 2, Some(2), 2),
        (2, None, Some(200), 2, Some(2), 2),
        (2, Some(1), Some(180), 1, Some(2), 1),
        (2, Some(0), Some(140), 1, Some(1), 1),
        (1, None, Some(100), 1, Some(1), 1),
        (1, Some(1), Some(80), 0, Some(1), 0),
        (1, Some(0), Some(40), 0, Some(1), 0),
    ];
    for place in places {
        assert_eq!(seen(&s), place);
        s.step_playhead(false);
    }
    assert_eq!(seen(&s), places[8], "nothing comes before it");
    for place in places.iter().rev() {
        assert_eq!(seen(&s), *place);
        s.step_playhead(true);
    }
    s.look_inside(2, 9);
    assert_eq!(seen(&s), places[3], "there is no such evaluation");
    // From inside a round it plays every evaluation, as fast in rounds as otherwise, and follows the run at the end.
    s.look_inside(2, 1);
    s.toggle_playhead(0.0);
    let mut now = 0.0;
    let mut path = Vec::new();
    while let Some(wait) = s.advance_playhead(now) {
        assert!(wait > 0.0 && wait <= 1.0 / 3.0 + 1e-6);
        now += wait;
        path.push((s.shown_round(), s.shown_stop().map(|(place, _)| place)));
    }
    path.dedup();
    assert_eq!(path, [(2, Some(1)), (2, None), (3, Some(0)), (3, Some(1))]);
    assert_eq!(seen(&s), places[0]);
}

/// What has worked for a while without ending a round is asked about, with what is lost; all else is not.
#[test]
fn work_that_no_round_has_ended_is_at_stake() {
    use std::time::Duration;
    let [short, long] = [2, 60].map(Duration::from_secs);
    let mut s = state();
    assert_eq!(s.at_stake(long), None, "nothing has begun");
    let labelling =
        Event::Progress { phase: Phase::Labelling, run: None, round: 0, done: 312, total: 840, eta_seconds: None };
    s.apply(labelling);
    assert_eq!(s.at_stake(short), None);
    assert!(s.at_stake(long).unwrap().contains("is labelling 312 of 840 vessels."));
    s.apply(progress(Phase::TrainingGenerator));
    assert_eq!(s.at_stake(long), None, "nobody has pressed Run");
    s.intent = Intent::Running;
    assert!(s.at_stake(long).unwrap().contains("kept as of its last checkpoint"));
    s.apply(Event::GeneratorReady { from: crate::world::GeneratorFrom::Training, latent_scale: 1.0 });
    s.apply(progress(Phase::Paused));
    assert_eq!(s.at_stake(long), None, "the generator is in the cache");
    s.apply(progress(Phase::TrainingTarget));
    assert!(s.at_stake(long).unwrap().contains("first round"));
    let mut ended = two_rounds();
    ended.apply(progress(Phase::TrainingTarget));
    assert_eq!(ended.at_stake(long), None, "its rounds stay");
}

/// A selection by name comes back after a reset as far as its images are there, and what is left out is told.
#[test]
fn named_selections_outlive_a_reset_as_far_as_they_are_of_the_same_images() {
    let split = |labels: &[Class]| {
        let shape = ImageShape { channels: 1, height: 1, width: 1 };
        Split::new(shape, vec![0; labels.len()], labels.to_vec()).unwrap()
    };
    let data = |train: &[Class]| {
        let classes = vec!["a".to_owned(), "b".to_owned()];
        let [validation, test] = [&[0, 1][..], &[1, 0, 1]].map(split);
        Arc::new(Dataset::new("made up", String::new(), classes, split(train), validation, test).unwrap())
    };
    let begin = |s: &mut AppState, experiment: &Experiment| {
        let (generation, device) = (s.generation + 1, String::new());
        let runs = planned(runs(&[Strategy::Random, Strategy::Snn]));
        s.apply(Event::Started { generation, experiment: Box::new(experiment.clone()), runs, device });
    };
    let on_test = Experiment { evaluate_on: EvaluationSplit::Test, ..Experiment::default() };
    let on_validation = Experiment { evaluate_on: EvaluationSplit::Validation, ..on_test.clone() };
    let other = Experiment { train_size: on_test.train_size + 1, ..on_test.clone() };
    let before: &[Class] = &[0, 1, 1];
    let both = vec![(vec![2], vec![2]), (vec![], vec![0, 2])];
    for (next, labels, expected, told) in [
        (&on_test, before, both, false),
        (&on_validation, before, vec![(vec![2], vec![])], true),
        (&on_test, &[0, 1], vec![], true),
        (&other, before, vec![], false),
    ] {
        let mut s = state();
        begin(&mut s, &on_test);
        s.apply(Event::DataReady { dataset: data(before) });
        for (name, samples, evaluation) in [("both", vec![2], vec![2]), ("test", vec![], vec![0, 2])] {
            s.brush.pick(name.into(), samples, evaluation.clone());
            s.brush.keep(name, &evaluation);
        }
        // The first of two sessions never has data.
        for _ in 0..2 {
            begin(&mut s, next);
            assert!(s.brush.named.is_empty() && s.brush.selection.is_none(), "its data are not there");
        }
        s.apply(Event::DataReady { dataset: data(labels) });
        let named: Vec<_> = s.brush.named.iter().map(|n| (n.samples.to_vec(), n.evaluation.to_vec())).collect();
        assert_eq!(named, expected, "{} {labels:?}", next.evaluate_on);
        assert_eq!(s.messages.iter().any(|m| m.level == Level::Warning), told, "{} {labels:?}", next.evaluate_on);
    }
}

/// The playhead stands inside a round of the run that is forked, and then follows the fork with nothing of its own.
#[test]
fn a_fork_is_followed_whatever_was_looked_at_before() {
    let mut s = two_rounds();
    s.look_inside(1, 0);
    assert!(s.shown_stop().is_some());
    s.fork_draft = Some(Turn::of(&s.experiment));
    let fork = PlannedRun { id: RunId::nth(2), parent: Some((snn(), 1)), ..s.planned[1].clone() };
    s.apply(Event::RunsAdded { runs: vec![fork.clone()] });
    let part = evaluation(Metric::AccuracyPart, 500, 50, 80.0, false);
    let end = evaluation(Metric::Accuracy, 500, 100, 91.0, true);
    s.apply(Event::RoundEnded { run: fork.id, record: record(1, vec![part, end]) });
    assert_eq!(s.stops(1).len(), 1);
    assert_eq!((s.focus.run, s.focus.round, s.shown_stop(), s.round_over()), (fork.id, None, None, 1));
    assert_eq!(s.fork_draft, None, "what was proposed for another run");
}

#[test]
fn an_inspection_counts_for_the_round_at_the_playhead_and_the_oldest_go() {
    let inspected = |round, sample| {
        let (probabilities, reconstruction) = (Vec::new(), Vec::new());
        let inspection = Inspection { run: snn(), round, sample, probabilities, loss: 0.0, reconstruction, maps: None };
        Event::Answer(Answer::Inspect(Arc::new(inspection)))
    };
    let mut s = two_rounds();
    s.apply(inspected(None, 7));
    assert!(s.is_inspected(7));
    s.look_at_round(1);
    assert!(matches!(s.look_back(), Command::LookAt(Some(1))));
    // The answer to what was asked before comes late.
    s.apply(inspected(None, 7));
    assert!(s.inspection(7).is_none() && !s.is_inspected(7));
    s.apply(inspected(Some(1), 9_000));
    s.apply(inspected(Some(1), 7));
    assert!(s.is_inspected(7) && s.is_inspected(9_000));
    for sample in 1_000..1_511 {
        s.apply(inspected(Some(1), sample));
    }
    let known = [7, 9_000, 1_510].map(|sample| s.inspection(sample).is_some());
    assert_eq!(known, [true, false, true]);
}
