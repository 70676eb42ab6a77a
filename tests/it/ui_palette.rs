//! The palette: each of its actions runs, what is typed finds it, and settings are led to.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::ui::{ACTIONS, App, WORKSPACES};

use crate::ui::{click, is_ready, wait_for, window, window_after_round_one};
use crate::ui_shell::shown;

/// Opens the palette, types this into it and presses Enter.
fn choose(w: &mut Harness<'_, App>, text: &str) {
    w.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.run_steps(2);
    assert!(is_open(w), "{text}: the palette is not open");
    w.event(Event::Text(text.into()));
    w.run_steps(2);
    w.key_press(Key::Enter);
    w.run_steps(3);
}

fn is_open(w: &Harness<'_, App>) -> bool {
    w.query_by_label("Find an action or a setting").is_some()
}

#[test]
fn every_action_of_the_palette_runs() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Method");
    for row in ACTIONS.iter().flat_map(|(_, rows)| *rows) {
        choose(&mut w, row.name);
        // What can do nothing now leaves it open and says why; what asks for something is a dialog.
        for _ in 0..2 {
            w.key_press(Key::Escape);
            w.run_steps(2);
        }
        assert!(!is_open(&w), "{}", row.name);
        if w.query_by_label("Back to the experiment").is_some() {
            click(&mut w, "Back to the experiment");
        }
        if w.query_by_label("Give up").is_some() {
            click(&mut w, "Give up");
        }
        let state = w.state().state();
        assert_ne!(state.progress.phase, Phase::Failed, "{}: {:?}", row.name, state.messages);
    }
    w.check_accessibility();
}

#[test]
fn what_is_typed_is_found_and_done() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    let before = w.ctx.theme();
    choose(&mut w, "light");
    assert!(!is_open(&w) && w.ctx.theme() != before);
    for workspace in WORKSPACES {
        choose(&mut w, workspace.name);
        assert_eq!(shown(&w), workspace.name);
    }
    // The size of everything, and motion.
    choose(&mut w, "larger");
    assert_eq!(w.ctx.zoom_factor(), 1.1);
    w.key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    w.run_steps(2);
    assert_eq!(w.ctx.zoom_factor(), 1.0);
    let still = |w: &Harness<'_, App>| w.ctx.global_style().animation_time == 0.0;
    let before = still(&w);
    choose(&mut w, "motion");
    assert_ne!(still(&w), before);
    choose(&mut w, "motion");
    assert_eq!(still(&w), before);
    // A setting of those under More: its row is there and takes what is typed.
    choose(&mut w, "adam");
    w.run_steps(3);
    assert!(w.query_all_by_label("Adam's epsilon").next().is_some());
    // By the arrows, and not by what cannot be done.
    w.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.run_steps(2);
    w.check_accessibility();
    w.event(Event::Text("clear the walks".into()));
    w.run_steps(2);
    w.key_press(Key::Enter);
    w.run_steps(2);
    assert!(is_open(&w) && w.query_by_label_contains("No walk was started by hand").is_some());
    w.key_press(Key::Escape);
    w.run_steps(2);
    assert!(!is_open(&w));
}
