//! The real window with the real engine on the tiny experiment, driven by its buttons and keys.

use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::archive;
use ridgewalk::engine::EngineOptions;
use ridgewalk::engine::planned::PlannedRun;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::{Experiment, Strategy, Variant};
use ridgewalk::history::{Header, History, Metric};
use ridgewalk::ui::state::{AppState, RunState};
use ridgewalk::ui::{App, UiOptions};

use crate::common::{run, tiny, tiny_world, variants, with};

/// Longer than the tiny experiment takes on the slowest machine; passing tests never wait this long.
pub const PATIENCE: Duration = Duration::from_secs(180);

pub fn window(autostart: bool) -> Harness<'static, App> {
    window_of(Experiment::preset("tiny").unwrap(), vec![Strategy::Random, Strategy::Snn], autostart)
}

/// The first run of a strategy.
pub fn run_of(state: &AppState, strategy: Strategy) -> Option<&RunState> {
    state.runs.iter().find(|r| r.strategy == strategy)
}

/// The window of the tiny experiment, paused after the first round of every strategy.
pub fn window_after_round_one() -> Harness<'static, App> {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 1);
    w
}

pub fn window_of(experiment: Experiment, strategies: Vec<Strategy>, autostart: bool) -> Harness<'static, App> {
    let engine = EngineOptions { cache_dir: None, threads: 1, ..EngineOptions::default() };
    window_with(UiOptions { engine, experiment, variants: variants(&strategies), autostart, ..UiOptions::default() })
}

pub fn window_with(options: UiOptions) -> Harness<'static, App> {
    Harness::builder().with_size(egui::vec2(1280.0, 800.0)).wgpu().build_eframe(|cc| App::new(cc, options))
}

/// Shows frames until `done`.
pub fn wait_for(window: &mut Harness<'_, App>, what: &str, done: impl Fn(&AppState) -> bool) {
    let start = Instant::now();
    while !done(window.state().state()) {
        let state = window.state().state();
        assert!(
            start.elapsed() < PATIENCE,
            "{what} never came; phase {:?}, messages {:?}",
            state.progress.phase,
            state.messages
        );
        assert_ne!(state.progress.phase, Phase::Failed, "{what}: {:?}", state.messages);
        window.step();
        #[expect(
            clippy::disallowed_methods,
            reason = "the engine's thread works while this one yields; there is no event to wait for"
        )]
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn click(window: &mut Harness<'_, App>, label: &str) {
    window.get_by_label(label).click();
    window.step();
    window.step();
}

pub fn rounds(state: &AppState, strategy: Strategy) -> usize {
    run_of(state, strategy).map_or(0, |r| r.rounds.len())
}

/// All rounds of all runs are there. The phase alone says so too early: it is still that of the runs before when others
/// have just been added.
pub fn is_finished(state: &AppState) -> bool {
    let mut due = state.planned.iter().filter(|p| !p.removed);
    let ended = |p: &PlannedRun| state.run(p.id).is_some_and(|run| run.rounds.len() == p.experiment.rounds);
    state.progress.phase == Phase::Finished && due.all(ended)
}

pub fn is_ready(state: &AppState) -> bool {
    state.generator.ready && state.progress.phase == Phase::Paused
}

#[test]
fn run_makes_the_curves_grow_to_the_end() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    assert_eq!(rounds(w.state().state(), Strategy::Snn), 0);
    click(&mut w, "Run");
    wait_for(&mut w, "round 1", |s| rounds(s, Strategy::Snn) >= 1);
    let first =
        run_of(w.state().state(), Strategy::Snn).unwrap().curve(Metric::Accuracy, &w.state().state().experiment).len();
    wait_for(&mut w, "the end", is_finished);
    let state = w.state().state();
    for strategy in [Strategy::Random, Strategy::Snn] {
        let run = run_of(state, strategy).unwrap();
        assert_eq!(run.rounds.len(), state.experiment.rounds);
        assert!(run.curve(Metric::Accuracy, &state.experiment).len() > first);
        assert!(run.curve(Metric::AccuracyPart, &state.experiment).len() > run.rounds.len());
    }
    assert_eq!(
        run_of(state, Strategy::Random).unwrap().accuracy(1),
        run_of(state, Strategy::Snn).unwrap().accuracy(1),
        "paired in round 1"
    );
    assert_eq!(
        state.walks.iter().filter(|k| k.run == run_of(state, Strategy::Snn).unwrap().id).count(),
        state.experiment.walks
    );
    w.run_steps(3);
    w.check_accessibility();
}

#[test]
fn steps_go_as_far_as_they_say() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1 of both", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 1);
    assert_eq!(rounds(w.state().state(), Strategy::Random), 1);
    w.key_press(egui::Key::ArrowRight);
    w.step();
    wait_for(&mut w, "round 2 of both", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 2);
    w.key_press(egui::Key::ArrowDown);
    w.step();
    wait_for(&mut w, "a few minibatches", |s| {
        s.progress.phase == Phase::Paused && s.runs.iter().any(|r| r.current.is_some())
    });
    w.run_steps(3);
    assert!(
        w.query_by_label_contains("round 3 of 3  ·  Random  ·  4 of 6 minibatches").is_some(),
        "{:?}",
        w.state().state().progress
    );
    // The run on the screen goes first.
    assert_eq!([Strategy::Snn, Strategy::Random].map(|strategy| rounds(w.state().state(), strategy)), [3, 2]);
}

#[test]
fn pausing_shows_in_the_frame_of_the_click_and_holds() {
    let mut w = window(true);
    wait_for(&mut w, "training", |s| s.progress.phase == Phase::TrainingTarget);
    w.get_by_label("Pause").click();
    w.step();
    let shown_at_once = w.query_by_label("Pausing").is_some() || w.state().state().progress.phase == Phase::Paused;
    assert!(shown_at_once);
    wait_for(&mut w, "the pause", |s| s.progress.phase == Phase::Paused);
    let before = run_of(w.state().state(), Strategy::Random).map_or(0, |r| r.live.len());
    w.run_steps(20);
    assert_eq!(run_of(w.state().state(), Strategy::Random).map_or(0, |r| r.live.len()), before);
    w.key_press(egui::Key::Space);
    w.step();
    wait_for(&mut w, "the end", is_finished);
}

#[test]
fn a_reset_gives_the_same_history_again() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    let mut accuracies = Vec::new();
    for _ in 0..2 {
        click(&mut w, "Step round");
        wait_for(&mut w, "round 1", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 1);
        let run = run_of(w.state().state(), Strategy::Snn).unwrap();
        let bought: Vec<u32> = run.rounds[0].proposals.iter().map(|p| p.sample).collect();
        accuracies.push((bought, run.accuracy(1)));
        click(&mut w, "Reset");
        wait_for(&mut w, "the reset", |s| is_ready(s) && s.runs.iter().all(|r| r.rounds.is_empty()));
    }
    assert_eq!(accuracies[0], accuracies[1]);
    // Both are one run, which is kept once for each strategy.
    assert_eq!(w.state().state().list.entries().filter(|e| e.kept().is_some()).count(), 2);
    click(&mut w, "Add a repeat");
    wait_for(&mut w, "the next seed", |s| s.repeats() == 2 && s.progress.phase == Phase::Paused);
    assert_eq!((w.state().state().experiment.seed, w.state().state().planned[3].experiment.seed), (1, 2));
}

#[test]
fn stop_ends_the_experiment_and_says_so_at_once() {
    let mut w = window(true);
    wait_for(&mut w, "training", |s| s.progress.phase == Phase::TrainingTarget);
    w.get_by_label("Stop").click();
    w.step();
    let state = w.state().state();
    assert!(state.pending.is_some() || state.progress.phase == Phase::Stopped);
    wait_for(&mut w, "the stop", |s| s.progress.phase == Phase::Stopped && s.pending.is_none());
    w.run_steps(3);
    click(&mut w, "Continue");
    wait_for(&mut w, "the end", is_finished);
}

#[test]
fn every_part_of_the_window_is_named_and_shown() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "More settings");
    click(&mut w, "Workspace: Explore");
    for label in ["Latent space", "Filmstrip", "Inspect: Probe", "Save view as PNG", "Colour by: Loss"] {
        assert!(w.query_all_by_label(label).next().is_some(), "{label}");
    }
    click(&mut w, "Colour by: Loss");
    click(&mut w, "Dark or light");
    w.key_press(egui::Key::Questionmark);
    w.run_steps(2);
    assert!(w.query_by_label("Help: Keys and mouse").is_some());
    w.check_accessibility();
}

#[test]
fn a_wrong_setting_names_its_field_and_cannot_be_applied() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Strategies compared");
    click(&mut w, "SNN");
    click(&mut w, "Random");
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    assert!(w.query_by_label_contains("field `strategy`").is_some());
    click(&mut w, "Revert");
    assert!(w.query_by_label("Apply & reset").is_none());
}

#[test]
fn histories_are_opened_compared_replayed_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    for (strategy, repeat) in [(Strategy::Random, 1), (Strategy::Snn, 1), (Strategy::Random, 2), (Strategy::Snn, 2)] {
        let experiment = with(strategy, repeat as u64);
        let History { header, rounds } = run(&tiny_world(), &experiment);
        let history = History { header: Header { repeat, ..header }, rounds };
        let path = folder.path().join("histories").join(format!("{strategy}-{repeat:02}.rwh"));
        archive::write_history(&path, &history).unwrap();
    }
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Workspace: Compare");
    assert!(w.query_by_label("Figure or table: Table 1").is_some());
    click(&mut w, "Open…");
    w.event(egui::Event::Text(folder.path().display().to_string()));
    w.step();
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the histories", |s| s.messages.iter().any(|m| m.text.starts_with("Opened 4 histories")));
    w.run_steps(2);
    for label in ["Random ×2", "SNN ×2"] {
        assert!(w.query_by_label(label).is_some(), "{label}");
    }
    for (page, shows) in [("Tests", "p, Holm"), ("Table 1", "t = 2")] {
        click(&mut w, &format!("Figure or table: {page}"));
        assert!(w.query_by_label(shows).is_some(), "{page}");
    }
    click(&mut w, "Figure or table: Tests");
    assert!(w.query_by_label("Minus Random").is_some());
    click(&mut w, "Against");
    w.get_by_role_and_label(egui::accesskit::Role::Button, "SNN").click();
    w.run_steps(2);
    assert!(w.query_by_label("Minus Random").is_none() && w.query_by_label("Minus SNN").is_some());
    click(&mut w, "Figure or table: Difference");
    w.check_accessibility();

    let out = folder.path().join("figures");
    click(&mut w, "Export…");
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text(out.display().to_string()));
    w.step();
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the files", |s| s.messages.iter().any(|m| m.text.starts_with("Wrote ")));
    for file in ["figure3.svg", "figure3.pdf", "difference.png", "table1.tex", "proposals.csv"] {
        assert!(out.join(file).exists(), "{file}");
    }
    assert!(std::fs::read_to_string(out.join("comparison.md")).unwrap().contains("Minus SNN"));
    // Into the same folder again, and on to another workspace meanwhile: the question comes there.
    click(&mut w, "Export…");
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text(out.display().to_string()));
    w.step();
    w.key_press(egui::Key::Enter);
    w.step();
    w.key_press(egui::Key::E);
    w.run_steps(2);
    assert!(w.query_by_label("Figure or table: Tests").is_none(), "another workspace");
    let start = Instant::now();
    while w.query_by_label("Keep them").is_none() {
        assert!(start.elapsed() < PATIENCE, "the question never came");
        w.step();
    }
    click(&mut w, "Keep them");
    click(&mut w, "Workspace: Compare");

    click(&mut w, "Replay");
    wait_for(&mut w, "the replay", is_finished);
    assert_eq!(run_of(w.state().state(), Strategy::Random).unwrap().header.as_ref().unwrap().repeat, 1);
}

#[test]
fn walks_are_started_stepped_judged_and_filtered() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Walks");
    click(&mut w, "Anchors: rim");
    click(&mut w, "Start walks");
    let count = w.state().state().lab.count;
    let recorded = w.state().state().experiment.walks;
    wait_for(&mut w, "the walks", |s| s.shown_walks().filter(|k| k.id >= recorded).count() == count);
    for step in 1..=3 {
        w.key_press(egui::Key::N);
        w.step();
        wait_for(&mut w, "a step", |s| s.shown_walks().all(|k| k.id < recorded || k.steps.len() == step));
    }
    let lost =
        |s: &AppState| s.judged_walks().iter().filter(|k| k.judgement.is_some_and(|j| j.verdict.is_lost())).count();
    let all = w.state().state().judged_walks().len();
    assert_eq!(w.state().state().seen_walks().len(), all);
    w.key_press(egui::Key::X);
    w.run_steps(2);
    assert_eq!(w.state().state().seen_walks().len(), lost(w.state().state()));
    w.key_press(egui::Key::X);
    w.key_press(egui::Key::V);
    click(&mut w, "Sort by Drift");
    click(&mut w, "Thresholds");
    assert!(w.state().state().lab.by_verdict && w.state().state().lab.descending);
    // Re-selected after every step: the next one starts at a labelled sample.
    click(&mut w, "Re-selection: every k");
    w.key_press(egui::Key::N);
    w.step();
    let put = |s: &AppState| s.judged_walks().iter().filter_map(|k| k.judgement).map(|j| j.reselections).sum::<usize>();
    wait_for(&mut w, "a fourth step", |s| s.shown_walks().all(|k| k.id < recorded || k.steps.len() == 4));
    assert_eq!(put(w.state().state()), count);
    // Compared with walks from the same starts that never restart, ten steps each at once.
    click(&mut w, "Re-selection: when lost");
    click(&mut w, "With and without");
    let both = |s: &AppState| s.shown_walks().filter(|k| k.id >= recorded && k.steps.len() == 10).count();
    wait_for(&mut w, "both", |s| both(s) == 2 * count);
    w.run_steps(2);
    let lost = w.state().state().lost_by_step().unwrap();
    assert_eq!((lost.walks, lost.without.len(), lost.with.len()), (count, 11, 11));
    let (without, with) = (lost.without[10], lost.with[10]);
    assert!(w.query_by_label(&format!("lost: {without} of {count} without, {with} with")).is_some());
    let of = |s: &AppState, baseline: bool| s.seen_walks().iter().filter(|k| k.walk.is_baseline() == baseline).count();
    click(&mut w, "Walks shown: without");
    assert_eq!((of(w.state().state(), true), of(w.state().state(), false)), (count, 0));
    w.check_accessibility();
    click(&mut w, "With and without");
    wait_for(&mut w, "the end of it", |s| !s.compares_walks());
    assert_eq!(of(w.state().state(), false), w.state().state().shown_walks().count());
    w.check_accessibility();
    let by_hand = w.state().state().walks_by_hand();
    click(&mut w, "Clear…");
    w.run_steps(2);
    click(&mut w, "Keep");
    w.run_steps(2);
    assert!(by_hand > 0 && w.state().state().walks_by_hand() == by_hand, "they are asked about");
    click(&mut w, "Clear…");
    w.run_steps(2);
    click(&mut w, "Clear walks");
    wait_for(&mut w, "the clearing", |s| s.shown_walks().all(|k| k.id < recorded));
}

/// The latent view at round 2.
fn view_at_round_two(w: &mut Harness<'_, App>) -> image::RgbaImage {
    click(w, "Workspace: Run");
    w.key_press(egui::Key::OpenBracket);
    w.run_steps(4);
    assert_eq!(w.state().state().shown_round(), 2);
    // The canvas without its toolbar, which differs between live and replayed runs.
    let (left, top, width, height) = (284, 200, 540, 580);
    image::imageops::crop_imm(&w.render().unwrap(), left, top, width, height).to_image()
}

#[test]
fn a_replayed_history_gives_the_view_of_the_live_run_pixel_for_pixel() {
    let mut live = window(true);
    wait_for(&mut live, "the end", is_finished);
    let seen = view_at_round_two(&mut live);
    let colours: std::collections::HashSet<_> = seen.pixels().map(|p| p.0).collect();
    assert!(colours.len() > 50, "the view is empty: {} colours", colours.len());
    live.key_press(egui::Key::CloseBracket);
    live.run_steps(4);
    let shown = image::imageops::crop_imm(&live.render().unwrap(), 284, 200, 540, 580).to_image();
    assert!(shown != seen, "another round gives the same image");

    let folder = tempfile::tempdir().unwrap();
    for history in live.state().state().histories() {
        archive::write_history(&folder.path().join(format!("{}-01.rwh", history.strategy())), &history).unwrap();
    }
    let mut replayed = window(false);
    wait_for(&mut replayed, "the generator", is_ready);
    click(&mut replayed, "Workspace: Compare");
    click(&mut replayed, "Open…");
    replayed.event(egui::Event::Text(folder.path().display().to_string()));
    replayed.step();
    replayed.key_press(egui::Key::Enter);
    wait_for(&mut replayed, "the histories", |s| s.messages.iter().any(|m| m.text.starts_with("Opened 2 histories")));
    replayed.run_steps(2);
    click(&mut replayed, "Replay");
    wait_for(&mut replayed, "the replay", is_finished);
    let again = view_at_round_two(&mut replayed);
    let differing = seen.pixels().zip(again.pixels()).filter(|(a, b)| a != b).count();
    assert_eq!(differing, 0, "pixels of {}", seen.pixels().len());
}

/// Two variants of one strategy stand side by side in every panel, and can be chosen in the settings.
#[test]
fn variants_of_a_strategy_run_side_by_side() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Strategies compared");
    click(&mut w, "Random");
    click(&mut w, "SNN once more");
    let same = "`snn` and `snn alpha=0.3` are the same run";
    assert!(w.query_all_by_label_contains(same).next().is_none());
    for (line, is_refused) in [("snn alpha=0.3", true), ("snn alpha=0.6", false)] {
        w.get_by_label("Variant 1").focus();
        w.step();
        w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        w.event(egui::Event::Text(line.into()));
        w.run_steps(2);
        assert_eq!(w.query_all_by_label_contains(same).next().is_some(), is_refused, "{line}");
    }
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    click(&mut w, "Apply & reset");
    let chosen: Vec<Variant> = ["snn", "snn alpha=0.6"].map(|text| text.parse().unwrap()).into();
    wait_for(&mut w, "the runs", |s| s.variants() == chosen && is_ready(s));
    let names = ["SNN", "SNN, α = 0.6 σ"];
    let state = w.state().state();
    let runs: Vec<_> = state.planned.iter().map(|p| p.id).collect();
    assert_eq!(runs.iter().map(|id| state.name_of(*id)).collect::<Vec<_>>(), names);
    let [plain, longer] = [0, 1].map(|i| state.style_of(runs[i]));
    assert!(plain.ink != longer.ink && plain.dash != longer.dash && plain.mark != longer.mark);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1", |s| {
        s.progress.phase == Phase::Paused && s.runs.len() == 2 && s.runs.iter().all(|r| r.rounds.len() == 1)
    });
    for name in names {
        assert!(w.query_by_label(&format!("Run shown: {name}")).is_some(), "{name}");
        assert!(w.query_by_label_contains(&format!("{name}, round 1: ")).is_some(), "{name}");
    }
    click(&mut w, "Workspace: Compare");
    for name in names {
        assert!(w.query_by_label(&format!("{name} ×1")).is_some(), "{name}");
    }
    click(&mut w, "Strategies compared");
    click(&mut w, "Remove variant 1");
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    click(&mut w, "Revert");
    assert!(w.query_by_label("Apply & reset").is_none());
}

#[test]
fn what_the_data_lack_is_shown_beside_the_field_that_asks_for_it() {
    let too_many = Experiment { samples_per_round: 500, ..tiny() };
    let mut w = window_of(too_many, vec![Strategy::Random], true);
    wait_for(&mut w, "the failure", |s| s.progress.phase == Phase::Failed);
    w.run_steps(3);
    // Below the settings, in place of what stands there otherwise, and in a message.
    assert!(w.query_all_by_label_contains("These settings are in use").next().is_none());
    assert!(w.query_all_by_label_contains("`samples_per_round`: `500`").next().is_some());
    assert!(w.query_all_by_label_contains("Samples per round: More than the pool of").next().is_some());
    assert!(w.state().state().unfit.is_some());
}
