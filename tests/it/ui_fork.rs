//! A fork at the playhead: set up in its sheet, run by the engine, shown next to its parent.

use egui_kittest::kittest::Queryable as _;

use ridgewalk::experiment::Strategy;
use ridgewalk::ui::state::{AppState, RunState};

use crate::ui::{click, is_finished, run_of, wait_for, window};

/// The run that is a fork.
fn fork(state: &AppState) -> Option<&RunState> {
    let planned = state.planned.iter().find(|p| p.parent.is_some())?;
    state.run(planned.id)
}

#[test]
fn a_run_is_forked_at_the_playhead_and_its_parent_stays_beside_it() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    let random = run_of(w.state().state(), Strategy::Random).unwrap().rounds.clone();
    let snn = run_of(w.state().state(), Strategy::Snn).unwrap().rounds.clone();
    // The last round cannot be forked.
    click(&mut w, "Fork from the shown round");
    assert!(w.query_by_label("Seed of the fork").is_none());
    w.key_press(egui::Key::OpenBracket);
    w.key_press(egui::Key::OpenBracket);
    w.run_steps(3);
    assert_eq!((w.state().state().shown_round(), w.state().state().shown_experiment().strategy), (1, Strategy::Snn));
    click(&mut w, "Fork from the shown round");
    // With the same settings the fork would repeat the run.
    click(&mut w, "Fork");
    assert!(w.query_by_label("Seed of the fork").is_some());
    for again in [true, false] {
        w.query_all_by_label("Random").last().unwrap().click();
        w.run_steps(2);
        assert_eq!(w.state().state().fork_draft.map(|t| t.strategy), Some(Strategy::Random));
        if again {
            // Closed and opened again, it begins with the run's own settings.
            click(&mut w, "Fork from the shown round");
            w.run_steps(2);
            assert_eq!(w.state().state().fork_draft, None);
            click(&mut w, "Fork from the shown round");
            w.run_steps(2);
            assert_eq!(w.state().state().fork_draft.map(|t| t.strategy), Some(Strategy::Snn));
        }
    }
    w.check_accessibility();
    click(&mut w, "Fork");
    wait_for(&mut w, "the fork", |s| fork(s).is_some() && is_finished(s));
    let state = w.state().state();
    let fork = fork(state).unwrap();
    assert_eq!((state.focus.run, state.runs.len()), (fork.id, 3));
    assert_eq!(state.name_of(fork.id), "Random, forked after round 1");
    let told = fork.header.as_ref().unwrap().forked.as_deref().unwrap();
    assert_eq!((told.round, told.experiment.strategy), (1, Strategy::Snn));
    let picks = |rounds: &[std::sync::Arc<ridgewalk::history::RoundRecord>]| {
        rounds.iter().map(|r| r.proposals.iter().map(|p| p.sample).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    // Both share round 1, so the fork does what random sampling did.
    assert_eq!(picks(&fork.rounds), picks(&random));
    assert_eq!(state.variants(), [Strategy::Random.into(), Strategy::Snn.into()]);
    assert_eq!(run_of(state, Strategy::Snn).unwrap().rounds, snn);
    // A fork stands against the run that it left, and both share the samples of round 1.
    click(&mut w, "Workspace: Pair");
    w.run_steps(3);
    let sides = ["Run A", "Run B"].map(|side| w.get_by_label(side).value().unwrap_or_default());
    assert!(sides[0].starts_with("SNN") && sides[1].starts_with("Random") && sides[1].contains("forked"), "{sides:?}");
    w.key_press(egui::Key::OpenBracket);
    w.key_press(egui::Key::OpenBracket);
    w.run_steps(3);
    assert!(w.query_by_label_contains("by round 1: only A 0").is_some());
}

/// A fork of the same strategy and seed appears next to its parent in every figure under its own name, and is written
/// to disk from the window.
#[test]
fn a_fork_of_the_same_seed_is_compared_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    w.key_press(egui::Key::OpenBracket);
    w.key_press(egui::Key::OpenBracket);
    w.run_steps(3);
    click(&mut w, "Fork from the shown round");
    w.run_steps(3);
    let alpha = w.get_by_label("Step length of the fork").rect().center();
    w.hover_at(alpha);
    w.run_steps(2);
    w.drag_at(alpha);
    w.run_steps(2);
    for dx in [20.0, 40.0, 60.0] {
        w.hover_at(alpha + egui::vec2(dx, 0.0));
        w.run_steps(2);
    }
    w.drop_at(alpha + egui::vec2(60.0, 0.0));
    w.run_steps(2);
    assert!(w.state().state().fork_draft.is_some_and(|t| t.alpha != w.state().state().experiment.alpha));
    click(&mut w, "Fork");
    wait_for(&mut w, "the fork", |s| fork(s).is_some() && is_finished(s));
    let label = w.state().state().histories()[2].label();
    assert!(label.contains("forked after round 1 of SNN"), "{label}");
    click(&mut w, "Workspace: Compare");
    w.run_steps(3);
    assert!(w.query_by_label("These cannot be shown together").is_none());
    assert!(w.query_by_label(&label).is_some() && w.query_by_label("SNN ×1").is_some());
    click(&mut w, "Save runs…");
    w.run_steps(2);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text(folder.path().display().to_string()));
    w.step();
    click(&mut w, "Save");
    wait_for(&mut w, "the file", |s| s.runs.iter().all(|run| run.on_disk.is_some()));
    let path = fork(w.state().state()).and_then(|run| run.on_disk.clone()).unwrap();
    assert!(path.ends_with("histories/snn-01-fork-01.rwh"));
    let written = ridgewalk::archive::read_history(&path).unwrap();
    assert_eq!(written, w.state().state().histories()[2]);
}
