//! The table of samples, selections by name, undo and redo, and coming back to a session.

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ridgewalk::engine::EngineOptions;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::ui::{App, UiOptions};

use crate::common::variants;
use crate::repeats::left;
use crate::ui::{click, is_ready, rounds, wait_for, window, window_after_round_one, window_with};
use crate::ui_shell::{shown, wait_until};

fn says(w: &Harness<'_, App>, text: &str) -> bool {
    w.query_all_by_label_contains(text).next().is_some()
}

/// Types a query and waits until the table says this.
fn ask(w: &mut Harness<'_, App>, query: &str, says_then: &str) {
    w.get_by_label("Query").focus();
    w.step();
    w.key_press_modifiers(Modifiers::COMMAND, Key::A);
    w.event(Event::Text(query.into()));
    // What it says may be true of the rows before, too.
    w.run_steps(4);
    wait_until(w, says_then, |w| says(w, says_then));
}

/// Selects the rows, once they are those that are asked for.
fn select_these(w: &mut Harness<'_, App>) {
    wait_until(w, "the rows", |w| !w.get_by_label("Select these").accesskit_node().is_disabled());
    click(w, "Select these");
}

/// The key that sets another latent dimension than the present one.
fn other_dimension(w: &Harness<'_, App>) -> Key {
    if w.state().state().experiment.latent_dim == 3 { Key::Num2 } else { Key::Num3 }
}

#[test]
fn the_table_is_asked_sorted_selected_and_copied() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Samples");
    let state = w.state().state();
    let (train, bought) = (state.dataset.as_ref().unwrap().train.len(), state.experiment.samples_per_round);
    wait_until(&mut w, "all rows", |w| says(w, &format!("{train} of {train}, as of round 1")));
    w.check_accessibility();
    ask(&mut w, "labelled round<=1", &format!("{bought} of {train}"));
    let can_select = |w: &Harness<'_, App>| !w.get_by_label("Select these").accesskit_node().is_disabled();
    assert!(can_select(&w));
    ask(&mut w, "labelled nonsense", "`nonsense`: write a comparison");
    assert!(!can_select(&w), "the rows of a wrong query can be selected");
    ask(&mut w, "strategy=first", &format!("{bought} of {train}"));
    // Enter leads to the rows, arrows choose among them.
    w.key_press(Key::Enter);
    w.run_steps(2);
    w.key_press(Key::ArrowDown);
    w.run_steps(2);
    w.key_press(Key::ArrowDown);
    w.run_steps(3);
    let chosen = w.state().state().focus.sample.unwrap();
    let proposals = &w.state().state().shown_run().unwrap().rounds[0].proposals;
    assert!(proposals.iter().any(|p| p.sample == chosen));
    select_these(&mut w);
    w.run_steps(2);
    assert_eq!(w.state().state().brush.selection.as_ref().unwrap().samples.len(), bought);
    assert_eq!(shown(&w), "Samples", "the table stays");
    click(&mut w, "Sort the samples by class");
    click(&mut w, "Sort the samples by class");
    wait_until(&mut w, "the order", |w| says(w, &format!("{bought} of {train}")));
    click(&mut w, "Images of the table: test");
    wait_until(&mut w, "the error", |w| says(w, "`strategy=first`: it is known of train images only"));
    ask(&mut w, "wrong", "as of round 1");
    click(&mut w, "Copy the rows as CSV");
    w.check_accessibility();
    // What was chosen here has no card over the view of another workspace.
    click(&mut w, "Workspace: Walks");
    w.run_steps(3);
    assert!(w.state().state().focus.sample.is_some() && w.query_by_label("Clear selection").is_none());
}

#[test]
fn selections_have_names_and_every_change_is_undone_and_done_again() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Workspace: Samples");
    wait_until(&mut w, "all rows", |w| says(w, "as of round"));
    for class in ["0", "1"] {
        let train = &w.state().state().dataset.as_ref().unwrap().train;
        let count = train.labels().iter().filter(|label| label.to_string() == class).count();
        let rows = format!("{count} of {}", train.len());
        ask(&mut w, &format!("class={class}"), &rows);
        select_these(&mut w);
        click(&mut w, "Selections");
        w.get_by_label("Name of the selection").focus();
        w.step();
        w.event(Event::Text(format!("class {class}")));
        w.step();
        click(&mut w, "Keep");
        w.key_press(Key::Escape);
        w.run_steps(2);
        w.key_press(Key::Escape);
        w.run_steps(2);
    }
    let count = |w: &Harness<'_, App>| w.state().state().brush.selection.as_ref().map_or(0, |s| s.samples.len());
    let named: Vec<usize> = w.state().state().brush.named.iter().map(|n| n.samples.len()).collect();
    assert_eq!(named.len(), 2);
    click(&mut w, "Selections");
    click(&mut w, "Show the selection class 0");
    click(&mut w, "Add the selection class 1");
    assert_eq!(count(&w), named[0] + named[1]);
    click(&mut w, "Subtract the selection class 0");
    assert_eq!(count(&w), named[1]);
    click(&mut w, "Invert");
    let train = w.state().state().dataset.as_ref().unwrap().train.len();
    assert_eq!(count(&w), train - named[1]);
    w.key_press(Key::Escape);
    w.run_steps(3);
    let undo = |w: &mut Harness<'_, App>| {
        w.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        w.run_steps(3);
    };
    for expected in [named[1], named[0] + named[1], named[0]] {
        undo(&mut w);
        assert_eq!(count(&w), expected);
    }
    w.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    w.run_steps(3);
    assert_eq!(count(&w), named[0] + named[1]);
    // A setting.
    w.key_press(other_dimension(&w));
    w.run_steps(3);
    assert!(w.query_by_label("Apply & reset").is_some());
    undo(&mut w);
    assert!(w.query_by_label("Apply & reset").is_none(), "as it was before");
}

/// The images that accuracy is measured on are kept by name before anything needed their codes, and shown again.
#[test]
fn images_that_accuracy_is_measured_on_are_kept_by_name() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Workspace: Samples");
    let count = w.state().state().dataset.as_ref().unwrap().test.len();
    click(&mut w, "Images of the table: test");
    wait_until(&mut w, "all rows", |w| says(w, &format!("{count} of {count}, as of round")));
    select_these(&mut w);
    click(&mut w, "Selections");
    w.get_by_label("Name of the selection").focus();
    w.step();
    w.event(Event::Text("all of them".into()));
    w.step();
    click(&mut w, "Keep");
    let state = w.state().state();
    assert!(!state.brush.asked_evaluation, "no codes are needed for that");
    let kept: Vec<_> = state.brush.named.iter().map(|n| (n.samples.len(), n.evaluation.len())).collect();
    assert_eq!(kept, [(0, count)]);
    click(&mut w, "Invert");
    assert!(w.state().state().brush.selection.is_none(), "nothing is left");
    click(&mut w, "Show the selection all of them");
    let selection = w.state().state().brush.selection.clone().unwrap();
    assert_eq!((selection.samples.len(), selection.named_evaluation().len()), (0, count));
}

/// Where the settings are not seen, a key that changes one says what it did.
#[test]
fn a_key_that_changes_a_setting_out_of_sight_says_so() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    w.key_press(Key::B);
    w.run_steps(3);
    w.key_press(other_dimension(&w));
    w.run_steps(3);
    let messages = &w.state().state().messages;
    assert!(messages.iter().any(|m| m.text.ends_with("Apply & reset there begins runs with them")), "{messages:?}");
}

/// What the settings say where none is found.
const NOT_FOUND: &str = "No setting is called like that, or it has no effect with the others as they are.";

#[test]
fn a_setting_that_differs_from_the_preset_goes_back_with_one_click_and_is_found_by_a_word() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    assert!(w.query_by_label("Latent dimension as in the preset").is_none());
    w.key_press(other_dimension(&w));
    w.run_steps(3);
    click(&mut w, "Latent dimension as in the preset");
    assert!(w.query_by_label("Apply & reset").is_none());
    w.get_by_label("Find a setting").focus();
    w.step();
    w.event(Event::Text("adam".into()));
    w.run_steps(3);
    assert!(w.query_all_by_label("Adam's epsilon").next().is_some() && w.query_by_label("More settings").is_none());
    w.check_accessibility();
    let expected =
        [("repeats", "Repeats"), ("device", "Device: CPU"), ("epochs_per", "Training"), ("xyzzy", NOT_FOUND)];
    for (typed, found) in expected {
        w.key_press_modifiers(Modifiers::COMMAND, Key::A);
        w.event(Event::Text(typed.into()));
        w.run_steps(3);
        assert!(w.query_all_by_label(found).next().is_some(), "{typed}");
        assert_eq!(w.query_all_by_label(NOT_FOUND).next().is_some(), found == NOT_FOUND, "{typed}");
    }
    w.key_press_modifiers(Modifiers::COMMAND, Key::A);
    w.key_press(Key::Backspace);
    w.run_steps(3);
    click(&mut w, "Presets");
    w.get_by_label("Name of the preset").focus();
    w.step();
    w.event(Event::Text("mine".into()));
    w.step();
    click(&mut w, "Save");
    assert!(w.query_by_label("Take over the preset mine").is_some());
    w.check_accessibility();
    w.key_press(Key::Escape);
    w.run_steps(2);
    click(&mut w, "Start page");
    assert!(w.query_by_label("Start: mine").is_some());
}

#[test]
fn the_tour_goes_through_its_steps_and_can_be_left() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    w.key_press(Key::Questionmark);
    w.run_steps(3);
    click(&mut w, "Tour");
    w.run_steps(2);
    for step in 1..5 {
        assert!(says(&w, &format!("Step {step} of 5")), "{step}");
        w.check_accessibility();
        click(&mut w, "Next");
        w.run_steps(2);
    }
    assert_eq!(shown(&w), "Run");
    click(&mut w, "Done");
    assert!(!says(&w, "Step 5 of 5"));
}

#[test]
fn a_session_that_is_taken_up_opens_where_it_was() {
    let sessions = tempfile::tempdir().unwrap();
    let open = || {
        let engine = EngineOptions {
            cache_dir: None,
            threads: 1,
            autosave: Some(sessions.path().to_owned()),
            ..EngineOptions::default()
        };
        let (experiment, variants) = (Experiment::preset("tiny").unwrap(), variants(&[Strategy::Snn]));
        window_with(UiOptions { engine, experiment, variants, autostart: false, ..UiOptions::default() })
    };
    {
        let mut w = open();
        wait_for(&mut w, "the generator", is_ready);
        for round in 1..=2 {
            click(&mut w, "Step round");
            wait_for(&mut w, "a round", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == round);
        }
        click(&mut w, "Workspace: Explore");
        click(&mut w, "Inspect: Step length");
        click(&mut w, "Workspace: Compare");
        click(&mut w, "Figure or table: Table 1");
        click(&mut w, "Workspace: Samples");
        wait_until(&mut w, "all rows", |w| says(w, "as of round 2"));
        ask(&mut w, "labelled", "as of round 2");
        w.run_steps(8);
        select_these(&mut w);
        w.key_press(Key::Escape);
        w.key_press(Key::OpenBracket);
        w.run_steps(3);
        wait_until(&mut w, "the folder", |w| w.state().state().list.session_folder().is_some());
        let folder = w.state().state().list.session_folder().unwrap().to_owned();
        let file = folder.join("window.json");
        wait_until(&mut w, "the file", |_| {
            std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\"round\":1") && text.contains("samples"))
        });
    }
    // Its engine ends by itself.
    assert_eq!(left(sessions.path(), 1).len(), 1);
    let mut w = open();
    // The message about the session that was left offers to go on with it; it is paused at once.
    wait_until(&mut w, "the offer", |w| w.query_all_by_label("Continue").next().is_some());
    w.query_all_by_label("Continue").last().unwrap().click();
    w.run_steps(2);
    wait_for(&mut w, "the session", |s| rounds(s, Strategy::Snn) >= 2);
    wait_until(&mut w, "the place", |w| shown(w) == "Samples" && w.state().state().focus.round == Some(1));
    for (workspace, page) in [("Explore", "Inspect: Step length"), ("Compare", "Figure or table: Table 1")] {
        click(&mut w, &format!("Workspace: {workspace}"));
        w.run_steps(2);
        let page = w.get_by_role_and_label(Role::RadioButton, page);
        assert_eq!(page.accesskit_node().toggled(), Some(Toggled::True));
    }
}
