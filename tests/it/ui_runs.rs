//! The list of runs: nothing that has ended a round leaves it, whatever the user does next.

use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;
use ridgewalk::history::{Evaluation, Proposal, RoundRecord};
use ridgewalk::ui::App;
use ridgewalk::ui::state::AppState;

use crate::ui::{click, is_ready, rounds, wait_for, window};

/// What was bought and measured in a round.
type Round = (Vec<Proposal>, Vec<Evaluation>);

/// Strategy, seed, and what was bought and measured in each round, of every run of the list that has ended one.
fn ended(s: &AppState) -> Vec<(Strategy, u64, Vec<Round>)> {
    let runs = s.list.groups().flat_map(|g| s.listed(g.key));
    let results = |r: &Arc<RoundRecord>| (r.proposals.clone(), r.evaluations.clone());
    let ended = runs.filter(|r| !r.rounds.is_empty());
    ended.map(|r| (r.experiment.strategy, r.experiment.seed, r.rounds.iter().map(results).collect())).collect()
}

fn finished(s: &AppState) -> bool {
    s.progress.phase == Phase::Finished
}

/// An action, how it is done, and when it has taken effect.
type Action = (&'static str, fn(&mut Harness<'static, App>), fn(&AppState) -> bool);

#[test]
fn no_key_and_no_button_loses_a_run() {
    let press: fn(&mut Harness<'static, App>) = |w| {
        w.key_press(egui::Key::Space);
        w.run_steps(2);
    };
    let actions: &[Action] = &[
        // On finished runs.
        ("Space", press, |s| s.repeats() == 2 && finished(s)),
        ("the die", |w| click(w, "Add a repeat"), |s| s.repeats() == 3 && finished(s)),
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
        ("GPU", |w| click(w, "Device: GPU"), |s| s.messages.iter().any(|m| m.text.contains("GPU"))),
        ("Reset", |w| click(w, "Reset"), |s| s.generation == 3 && rounds(s, Strategy::Snn) >= 1),
    ];
    let mut w = window(true);
    wait_for(&mut w, "the end", finished);
    let mut known = ended(w.state().state());
    for (name, act, done) in actions {
        act(&mut w);
        wait_for(&mut w, name, done);
        let now = ended(w.state().state());
        for (strategy, seed, rounds) in &known {
            let stays = now.iter().any(|(s, e, r)| (s, e) == (strategy, seed) && r.starts_with(rounds));
            assert!(stays, "{name} lost {} rounds of {strategy}, seed {seed}", rounds.len());
        }
        known = now;
    }
    let page = format!("Page: Runs ({})", w.state().state().list.entries().count());
    click(&mut w, &page);
    w.run_steps(3);
    w.check_accessibility();
}

#[test]
fn runs_are_hidden_renamed_removed_and_put_back() {
    let mut w = window(true);
    wait_for(&mut w, "the end", finished);
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
    wait_for(&mut w, "the end", finished);
    w.get_by_role_and_label(egui::accesskit::Role::SpinButton, "Repeats").click();
    w.run_steps(2);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text("3".into()));
    w.run_steps(2);
    w.key_press(egui::Key::Enter);
    w.run_steps(2);
    assert!(w.query_by_label("Apply & reset").is_none());
    click(&mut w, "Add 2 repeats");
    wait_for(&mut w, "three repeats", |s| s.repeats() == 3 && finished(s));
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
