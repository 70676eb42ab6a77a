//! The list of runs: nothing that has ended a round leaves it, whatever the user does next.

use std::path::Path;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::EngineOptions;
use ridgewalk::engine::protocol::{Level, Phase};
use ridgewalk::experiment::Strategy;
use ridgewalk::history::{Evaluation, Proposal, RoundRecord};
use ridgewalk::ui::state::{AppState, Intent, Message, Offer};
use ridgewalk::ui::{App, UiOptions};

use crate::common::{tiny, variants};
use crate::repeats::left;
use crate::stress_panel::type_over;
use crate::ui::{click, is_finished, is_ready, rounds, wait_for, window, window_with};
use crate::ui_shell::{shown, wait_until};

/// What was bought and measured in a round.
type Round = (Vec<Proposal>, Vec<Evaluation>);

/// Strategy, seed, and what was bought and measured in each round, of a run that has ended one.
type Ended = (Strategy, u64, Vec<Round>);

/// Every run of the list that has ended a round, or only those of the present session.
fn ended(s: &AppState, only_present: bool) -> Vec<Ended> {
    let runs = s.list.groups().flat_map(|g| s.listed(g.key));
    let results = |r: &Arc<RoundRecord>| (r.proposals.clone(), r.evaluations.clone());
    let ended = runs.filter(|r| !r.rounds.is_empty() && (r.live.is_some() || !only_present));
    ended.map(|r| (r.experiment.strategy, r.experiment.seed, r.rounds.iter().map(results).collect())).collect()
}

/// The first of these runs that is not among others, as far as it went.
fn missing<'a>(runs: &'a [Ended], among: &[Ended]) -> Option<(&'a Strategy, &'a u64, usize)> {
    let is_there = |(s, e, r): &&Ended| among.iter().any(|(t, f, q)| (s, e) == (t, f) && q.starts_with(r));
    runs.iter().find(|run| !is_there(run)).map(|(strategy, seed, rounds)| (strategy, seed, rounds.len()))
}

/// An action, how it is done, and when it has taken effect.
type Action = (&'static str, Act, fn(&AppState) -> bool);
type Act = fn(&mut Harness<'static, App>);

#[test]
fn no_key_and_no_button_loses_a_run() {
    let press: Act = |w| {
        w.key_press(egui::Key::Space);
        w.run_steps(2);
    };
    let actions: &[Action] = &[
        // On finished runs.
        ("Space", press, |s| s.repeats() == 2 && is_finished(s)),
        ("the die", |w| click(w, "Add a repeat"), |s| s.repeats() == 3 && is_finished(s)),
        (
            "Reset",
            |w| click(w, "Reset"),
            |s| is_ready(s) && s.repeats() == 3 && s.runs.iter().all(|r| r.rounds.is_empty()),
        ),
        // On running ones.
        ("Run", press, |s| rounds(s, Strategy::Snn) >= 1),
        ("Stop", |w| click(w, "Stop"), |s| s.progress.phase == Phase::Stopped && s.pending.is_none()),
        ("Continue", press, |s| rounds(s, Strategy::Snn) >= 2),
        ("the die", |w| click(w, "Add a repeat"), |s| s.repeats() == 4),
        // Where there is none, it cannot be chosen.
        ("GPU", |w| click(w, "Device: GPU"), |_| true),
        // A new session runs on if the former did, which may have ended by now.
        ("Reset", |w| click(w, "Reset"), |s| s.generation == 3 && (is_ready(s) || rounds(s, Strategy::Snn) >= 1)),
    ];
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    let mut known = ended(w.state().state(), false);
    for (name, act, done) in actions {
        act(&mut w);
        wait_for(&mut w, name, done);
        let now = ended(w.state().state(), false);
        assert_eq!(missing(&known, &now), None, "{name} lost it");
        known = now;
    }
    let page = format!("Page: Runs ({})", w.state().state().list.entries().count());
    click(&mut w, &page);
    w.run_steps(3);
    w.check_accessibility();
}

/// A window of the tiny experiment that writes its sessions below `runs`.
fn saving_window(cache: &Path, runs: &Path, autostart: bool) -> Harness<'static, App> {
    let [cache_dir, autosave] = [cache, runs].map(|path| Some(path.to_owned()));
    let engine = EngineOptions { cache_dir, autosave, threads: 1, ..EngineOptions::default() };
    let variants = variants(&[Strategy::Random, Strategy::Snn]);
    window_with(UiOptions { engine, experiment: tiny(), variants, autostart, ..UiOptions::default() })
}

/// Runs that are opened with the window are in every view at once.
#[test]
fn runs_that_are_opened_with_the_window_are_shown_in_every_view() {
    let scratch = tempfile::tempdir().unwrap();
    let [cache, runs] = ["cache", "runs"].map(|name| scratch.path().join(name));
    let mut w = saving_window(&cache, &runs, true);
    wait_for(&mut w, "the end", is_finished);
    let folder = w.state().state().list.session_folder().unwrap().to_owned();
    drop(w);
    let engine = EngineOptions { cache_dir: Some(cache), threads: 1, ..EngineOptions::default() };
    let (open, replay) = (Some(folder.clone()), Some(1));
    let mut w = window_with(UiOptions { engine, autostart: false, open, replay, ..UiOptions::default() });
    wait_for(&mut w, "the runs", |s| rounds(s, Strategy::Snn) > 0 && s.list.opened_from() == Some(&folder));
    assert_eq!(w.state().state().experiment.name, tiny().name);
    let told = w.state().state().messages.iter().filter(|m| m.level != Level::Info);
    assert_eq!(told.count(), 0, "{:?}", w.state().state().messages);
}

/// Runs are written over the same ones of a folder only after a question; what is beside them is written, too.
#[test]
fn runs_of_a_folder_are_written_again_only_after_a_question() {
    let scratch = tempfile::tempdir().unwrap();
    let [cache, runs, out] = ["cache", "runs", "out"].map(|name| scratch.path().join(name));
    let save = |w: &mut Harness<'static, App>| {
        w.key_press_modifiers(egui::Modifiers::COMMAND.plus(egui::Modifiers::SHIFT), egui::Key::S);
        w.run_steps(2);
        type_over(w, &out.display().to_string());
        w.run_steps(2);
    };
    let are_saved = |s: &AppState| s.runs.iter().all(|run| run.on_disk.is_some());
    let mut w = saving_window(&cache, &runs, true);
    wait_for(&mut w, "the end", is_finished);
    save(&mut w);
    wait_for(&mut w, "the files", are_saved);
    wait_until(&mut w, "the tables", |_| out.join("curves.svg").is_file());
    assert!(out.join("curves.csv").is_file() && out.join("proposals.csv").is_file());
    click(&mut w, "Reset");
    wait_for(&mut w, "another session", |s| s.generation == 2 && is_ready(s));
    w.key_press(egui::Key::Space);
    w.run_steps(2);
    wait_for(&mut w, "its end", is_finished);
    save(&mut w);
    wait_until(&mut w, "the question", |w| w.query_by_label("Replace 6 files").is_some());
    click(&mut w, "Keep them");
    w.run_steps(4);
    assert!(!are_saved(w.state().state()));
    save(&mut w);
    wait_until(&mut w, "the question", |w| w.query_by_label("Replace 6 files").is_some());
    click(&mut w, "Replace 6 files");
    wait_for(&mut w, "the files", are_saved);
}

/// Waits for the end of all rounds; or adds a repeat, or goes on, until rounds run.
fn until(w: &mut Harness<'static, App>, running: bool) {
    if !running {
        return wait_for(w, "the end", is_finished);
    }
    let done = |s: &AppState| s.runs.iter().map(|r| r.rounds.len()).sum::<usize>();
    let before = done(w.state().state());
    w.key_press(egui::Key::Space);
    w.run_steps(2);
    wait_for(w, "rounds", |s| s.progress.phase == Phase::TrainingTarget || done(s) > before);
}

/// Starts a session of so many rounds.
fn apply(w: &mut Harness<'static, App>, rounds: &str) {
    w.get_by_role_and_label(Role::SpinButton, "Rounds").click();
    w.run_steps(2);
    type_over(w, rounds);
    w.run_steps(2);
    click(w, "Apply & reset");
}

/// A note that comes below a setting while its number is typed does not take the keyboard away from it.
#[test]
fn a_number_is_typed_to_its_end() {
    let mut w = window(false);
    wait_for(&mut w, "the data", |s| s.dataset.is_some());
    w.get_by_role_and_label(Role::SpinButton, "Rounds").click();
    w.run_steps(2);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    for digit in ["2", "5", "3"] {
        w.event(egui::Event::Text(digit.into()));
        w.run_steps(3);
    }
    w.key_press(egui::Key::Enter);
    w.run_steps(2);
    let typed = w.get_by_role_and_label(Role::SpinButton, "Rounds").value();
    assert_eq!(typed.as_deref(), Some("253"));
    // What is no number of rounds leaves the one before, and it is said what is one.
    for (text, refused, now) in [("abc", true, "253"), ("-5", true, "253"), ("4", false, "4")] {
        w.get_by_role_and_label(Role::SpinButton, "Rounds").click();
        w.run_steps(2);
        type_over(&mut w, text);
        w.run_steps(3);
        assert_eq!(w.get_by_role_and_label(Role::SpinButton, "Rounds").value().as_deref(), Some(now), "{text}");
        let told = w.query_all_by_label_contains("Not taken: Rounds is a whole number from 1").next().is_some();
        assert_eq!(told, refused, "{text}");
    }
}

fn start_preset(w: &mut Harness<'static, App>) {
    click(w, "Start page");
    w.run_steps(2);
    w.get_by_label("Start: tiny").scroll_to_me();
    w.run_steps(8);
    click(w, "Start: tiny");
}

/// Opens the folder of the present session, and shows its runs in place of the present ones.
fn open_and_replay(w: &mut Harness<'static, App>) {
    let folder = w.state().state().list.groups().find(|g| !g.is_opened).and_then(|g| g.path.clone()).unwrap();
    click(w, "Workspace: Compare");
    click(w, "Open…");
    let known = ended(w.state().state(), false);
    type_over(w, &folder.display().to_string());
    wait_for(w, "the histories", |s| s.list.opened_from() == Some(&folder));
    assert_eq!(missing(&known, &ended(w.state().state(), false)), None, "Open lost it");
    w.run_steps(2);
    click(w, "Replay");
}

/// What starts another session, on a finished and on a running one: the former stays in the list, and undo takes it up.
#[test]
fn what_another_session_replaces_stays_and_undo_brings_it_back() {
    let actions: [(&str, Act); 3] =
        [("Apply", |w| apply(w, "2")), ("a preset", start_preset), ("Replay", open_and_replay)];
    let [cache, runs] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    let mut w = saving_window(cache.path(), runs.path(), true);
    for running in [false, true] {
        for (name, act) in actions {
            let what = format!("{name} on {} runs", if running { "running" } else { "finished" });
            until(&mut w, running);
            let state = w.state().state();
            let (known, present, before) = (ended(state, false), ended(state, true), state.generation);
            act(&mut w);
            wait_for(&mut w, &what, |s| s.generation > before && s.pending.is_none());
            assert_eq!(missing(&known, &ended(w.state().state(), false)), None, "{what}: lost");
            let before = w.state().state().generation;
            w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
            w.run_steps(2);
            wait_for(&mut w, &format!("{what}, undone"), |s| {
                s.generation > before && missing(&present, &ended(s, true)).is_none()
            });
            wait_for(&mut w, &what, |s| matches!(s.progress.phase, Phase::Paused | Phase::Finished));
            assert_eq!(missing(&known, &ended(w.state().state(), false)), None, "{what}: lost by undo");
        }
    }
}

/// A fork of a finished and of a running run takes nothing away.
#[test]
fn a_fork_takes_nothing_away() {
    let mut w = window(true);
    for running in [false, true] {
        until(&mut w, running);
        let first = w.state().state().planned[1].id;
        let forks = |s: &AppState| s.planned.iter().filter(|p| p.parent == Some((first, 1))).count();
        let (known, before) = (ended(w.state().state(), false), forks(w.state().state()));
        w.key_press(egui::Key::U);
        w.run_steps(3);
        w.query_all_by_label_contains("Run SNN").next().unwrap().click();
        w.run_steps(2);
        for _ in 0..2 {
            w.key_press(egui::Key::OpenBracket);
            w.run_steps(2);
        }
        click(&mut w, "Fork from the shown round");
        w.query_all_by_label("Random").last().unwrap().click();
        w.run_steps(2);
        click(&mut w, "Fork");
        wait_for(&mut w, "the fork", |s| forks(s) > before);
        assert_eq!(missing(&known, &ended(w.state().state(), false)), None, "running: {running}");
        w.key_press(egui::Key::U);
        w.run_steps(3);
        wait_for(&mut w, "the end", is_finished);
        assert_eq!(missing(&known, &ended(w.state().state(), false)), None, "running: {running}");
    }
}

/// What a closed window has written, finished or not, the next one offers and takes up, without a run that was removed.
#[test]
fn the_runs_of_a_closed_window_are_offered_by_the_next() {
    let cache = tempfile::tempdir().unwrap();
    for running in [false, true] {
        let runs = tempfile::tempdir().unwrap();
        let mut w = saving_window(cache.path(), runs.path(), true);
        wait_for(&mut w, "rounds", |s| if running { rounds(s, Strategy::Snn) >= 1 } else { is_finished(s) });
        w.key_press(egui::Key::U);
        w.run_steps(3);
        w.get_by_label("More for Random").click();
        w.run_steps(2);
        click(&mut w, "Remove from the list");
        w.run_steps(2);
        let known = ended(w.state().state(), true);
        assert_eq!(known.len(), 1, "the run that is left");
        drop(w);
        // Its engine ends by itself.
        let unfinished = !left(runs.path(), 1)[0].saved.finished;
        let mut w = saving_window(cache.path(), runs.path(), false);
        wait_for(&mut w, "the generator", is_ready);
        let waits = |w: &Harness<'_, App>| w.state().state().messages.iter().any(|m| can_continue(m) && !m.over);
        if unfinished {
            // The column opens on it by itself.
            wait_until(&mut w, "the message", waits);
        } else {
            w.key_press(egui::Key::U);
        }
        w.run_steps(4);
        let offered = |w: &Harness<'_, App>| {
            ["Continue: ", "Replay: "].into_iter().find(|verb| w.query_by_label_contains(verb).is_some())
        };
        wait_until(&mut w, "the offer", |w| offered(w).is_some());
        w.get_by_label_contains(offered(&w).unwrap()).click();
        w.run_steps(2);
        wait_for(&mut w, "the runs", |s| s.generation == 2 && is_finished(s));
        assert_eq!(missing(&known, &ended(w.state().state(), true)), None, "running: {running}");
        let snn_alone = |w: &Harness<'_, App>| {
            let (all, there) = (w.state().state().runs.iter(), ended(w.state().state(), true));
            (all.map(|r| r.rounds.len()).max(), there.iter().map(|(s, ..)| *s).collect::<Vec<_>>())
        };
        assert_eq!(snn_alone(&w), (Some(3), vec![Strategy::Snn]));
        wait_until(&mut w, "the answer", |w| !waits(w));
        // It is off the list until that is undone.
        w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
        w.run_steps(3);
        assert_eq!(snn_alone(&w).1, [Strategy::Random, Strategy::Snn]);
    }
}

/// Whether a message offers to go on with a session.
fn can_continue(message: &Message) -> bool {
    message.offers.iter().any(|offer| matches!(offer, Offer::Continue(_)))
}

/// The message about a session that can be continued stays until something is begun, and its offer stays under the bell.
#[test]
fn an_unfinished_session_is_continued_from_its_message() {
    let [cache, runs] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    let mut w = saving_window(cache.path(), runs.path(), false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 1);
    drop(w);
    assert!(!left(runs.path(), 1)[0].saved.finished);
    let mut w = saving_window(cache.path(), runs.path(), false);
    let open = |w: &Harness<'_, App>| w.state().state().messages.iter().filter(|m| can_continue(m) && !m.over).count();
    let shown = |w: &Harness<'_, App>| w.query_all_by_label("Continue").count();
    wait_until(&mut w, "the message", |w| open(w) == 1 && shown(w) == 1);
    wait_for(&mut w, "the generator", is_ready);
    w.run_steps(LONGER_THAN_A_NOTE);
    assert_eq!(shown(&w), 1);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 1);
    assert_eq!((open(&w), shown(&w)), (1, 0));
    click(&mut w, "Messages");
    w.run_steps(2);
    assert_eq!(shown(&w), 1);
    w.get_by_label("Continue").click();
    w.run_steps(2);
    wait_for(&mut w, "the rest", |s| s.generation == 2 && is_finished(s));
    assert_eq!((open(&w), rounds(w.state().state(), Strategy::Snn)), (0, 3));
}

/// Steps of the window for which a note is shown, and some more.
const LONGER_THAN_A_NOTE: usize = 30;

/// What the window begins with by itself runs at once, but where there is work to go on with: there it waits, and the offer
/// stays.
#[test]
fn what_nobody_asked_for_waits_beside_work_that_can_be_continued() {
    let [cache, runs] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    let unasked = || {
        let [cache_dir, autosave] = [&cache, &runs].map(|folder| Some(folder.path().to_owned()));
        let engine = EngineOptions { cache_dir, autosave, threads: 1, ..EngineOptions::default() };
        window_with(UiOptions { engine, ..UiOptions::default() })
    };
    let intent = |w: &Harness<'_, App>| w.state().state().intent;
    let mut w = unasked();
    wait_until(&mut w, "a start", |w| intent(w) == Intent::Running);
    drop(w);
    let mut w = saving_window(cache.path(), runs.path(), false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 1);
    drop(w);
    assert!(!left(runs.path(), 1)[0].saved.finished);
    let mut w = unasked();
    let shown = |w: &Harness<'_, App>| w.query_all_by_label("Continue").count();
    wait_until(&mut w, "the offer", |w| shown(w) == 1);
    w.run_steps(LONGER_THAN_A_NOTE);
    assert_eq!((intent(&w), shown(&w)), (Intent::Idle, 1));
    w.key_press(egui::Key::Space);
    w.run_steps(3);
    assert_eq!((intent(&w), shown(&w)), (Intent::Running, 0), "something was begun");
}

/// Other settings run at once after runs that have ended, and wait after ones that were paused, which is said.
#[test]
fn other_settings_run_unless_the_runs_before_were_paused() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    apply(&mut w, "2");
    wait_for(&mut w, "another session", |s| s.generation == 2 && is_ready(s));
    w.run_steps(3);
    assert!(w.query_all_by_label_contains("round 1 waits for Run (Space)").next().is_some());
    assert_eq!(rounds(w.state().state(), Strategy::Snn), 0);
    click(&mut w, "Run");
    wait_for(&mut w, "its end", is_finished);
    apply(&mut w, "3");
    wait_for(&mut w, "the end of the next", |s| s.generation == 3 && is_finished(s));
    assert_eq!(rounds(w.state().state(), Strategy::Snn), 3);
}

/// The start page begins at its top whenever it is opened, so that a second click at one place hits no other card.
#[test]
fn the_start_page_begins_at_its_top() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    let top = |w: &Harness<'_, App>| w.get_by_label("Start: This is Table 1").rect().top();
    click(&mut w, "Start page");
    w.run_steps(3);
    let first = top(&w);
    w.get_by_label("Start: tiny").scroll_to_me();
    w.run_steps(8);
    assert!(w.query_by_label("Start: This is Table 1").is_none_or(|card| card.rect().top() < first));
    w.key_press(egui::Key::U);
    w.run_steps(2);
    click(&mut w, "Start page");
    w.run_steps(3);
    assert_eq!(top(&w), first);
}

#[test]
fn runs_are_hidden_renamed_removed_and_put_back() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    w.key_press(egui::Key::U);
    w.run_steps(3);
    click(&mut w, "Hide SNN");
    assert_eq!(w.state().state().histories().len(), 1);
    w.get_by_label("More for SNN").click();
    w.run_steps(2);
    click(&mut w, "Rename…");
    w.run_steps(2);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text("mine".into()));
    w.run_steps(2);
    w.key_press(egui::Key::Enter);
    w.run_steps(3);
    assert!(w.query_by_label("Run mine").is_some());
    let folder = tempfile::tempdir().unwrap();
    w.get_by_label("More for mine").click();
    w.run_steps(2);
    click(&mut w, "Export…");
    w.run_steps(2);
    type_over(&mut w, &folder.path().join("out").display().to_string());
    wait_for(&mut w, "the files", |s| s.messages.iter().any(|m| m.text.starts_with("Wrote ")));
    let readme = std::fs::read_to_string(folder.path().join("out/README.txt")).unwrap();
    assert!(readme.contains("snn, seed 1, 3 rounds") && !readme.contains("random, seed"), "{readme}");
    w.get_by_label("More for Random").click();
    w.run_steps(2);
    click(&mut w, "Remove from the list");
    w.run_steps(2);
    assert!(w.query_by_label("Run Random").is_none());
    // Ctrl Z takes back one change after the other.
    for (label, there) in [("Run Random", true), ("Run SNN", true), ("Hide SNN", true)] {
        w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
        w.run_steps(3);
        assert_eq!(w.query_by_label(label).is_some(), there, "{label}");
    }
    w.check_accessibility();
}

/// Repeats set in the settings are added without a restart, and shown as one curve.
#[test]
fn more_repeats_are_added_to_what_runs() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    w.get_by_role_and_label(egui::accesskit::Role::SpinButton, "Repeats").click();
    w.run_steps(2);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text("3".into()));
    w.run_steps(2);
    w.key_press(egui::Key::Enter);
    w.run_steps(2);
    assert!(w.query_by_label("Apply & reset").is_none());
    click(&mut w, "Add 2 repeats");
    wait_for(&mut w, "three repeats", |s| s.repeats() == 3 && s.runs.len() == 6 && is_finished(s));
    w.run_steps(3);
    let state = w.state().state();
    assert_eq!((state.generation, state.runs.len()), (1, 6));
    assert!(w.query_by_label_contains("SNN, round 3, mean of 3: ").is_some());
    assert!(w.query_by_label("Repeat shown").is_some());
    assert!(w.query_by_label("Add 2 repeats").is_none() && w.query_by_label("Apply & reset").is_none());
    click(&mut w, "Run shown: Random");
    let state = w.state().state();
    assert_eq!((state.repeat_of(state.focus.run), state.shown_experiment().strategy), (3, Strategy::Random));
}

/// A view saved as a file is opened by another window, with other folders, and shows the same.
#[test]
fn a_view_saved_as_a_file_is_the_same_in_another_window() {
    let root = tempfile::tempdir().unwrap();
    let [cache, runs, other_cache, other_runs] =
        ["cache", "runs", "other cache", "other runs"].map(|name| root.path().join(name));
    let file = root.path().join("view.ridgewalk");
    let mut w = saving_window(&cache, &runs, true);
    wait_for(&mut w, "the end", is_finished);
    click(&mut w, "Workspace: Walks");
    w.key_press(egui::Key::OpenBracket);
    w.run_steps(3);
    let place = |s: &AppState| (s.focus.round, s.experiment_of(s.focus.run).strategy, ended(s, false));
    let before = place(w.state().state());
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    w.run_steps(3);
    type_over(&mut w, &file.display().to_string());
    wait_for(&mut w, "the file", |_| file.is_file());
    drop(w);
    let said = |text: &'static str| move |s: &AppState| s.messages.iter().any(|m| m.text.contains(text));
    let mut w = saving_window(&other_cache, &other_runs, false);
    w.run_steps(2);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::O);
    w.run_steps(3);
    type_over(&mut w, &file.display().to_string());
    wait_for(&mut w, "the same runs", |s| ended(s, false) == before.2 && s.focus.round == before.0);
    w.run_steps(3);
    assert_eq!(place(w.state().state()), before);
    assert_eq!(shown(&w), "Walks");
    assert!(other_cache.read_dir().unwrap().count() > 0, "the generator came with it");
    // A damaged one changes nothing and says so.
    std::fs::write(&file, b"no view").unwrap();
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::O);
    w.run_steps(3);
    type_over(&mut w, &file.display().to_string());
    wait_for(&mut w, "the error", said("is no file of"));
    assert_eq!(place(w.state().state()), before);
    // A file that is there is written again only after a question.
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    w.run_steps(3);
    type_over(&mut w, &file.display().to_string());
    wait_until(&mut w, "the question", |w| w.query_by_label("Replace the file").is_some());
    assert_eq!(std::fs::read(&file).unwrap(), b"no view");
    click(&mut w, "Replace the file");
    wait_for(&mut w, "the file", said("The view is in"));
    assert!(std::fs::read(&file).unwrap().len() > 1_000);
}
