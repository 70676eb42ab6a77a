//! A project in the window: what is drawn round with a lasso, typed while training ends, or not confirmed yet.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::EngineOptions;
use ridgewalk::project::{List, Project};
use ridgewalk::ui::UiOptions;

use crate::common::tiny;
use crate::ui::{click, window_with};
use crate::ui_project::{BATCH, digits, image, labels, sitting, wait_for, window};
use crate::ui_shell::wait_until;

/// Draws a lasso round nearly everything.
fn draw_lasso<S>(w: &mut Harness<'_, S>) {
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num5);
    w.run_steps(4);
    let view = w.get_by_label("Place in latent space").rect();
    let at = |x: f32, y: f32| view.min + view.size() * egui::vec2(x, y);
    w.drag_at(at(0.02, 0.02));
    w.step();
    for (x, y) in [(0.5, 0.02), (0.98, 0.02), (0.98, 0.98), (0.5, 0.98), (0.02, 0.98)] {
        w.hover_at(at(x, y));
        w.step();
    }
    w.drop_at(at(0.02, 0.5));
    w.run_steps(4);
}

/// A project within the window has the keys for the size of everything, and is left after a question where classes would
/// be lost that were given in a lasso.
#[test]
fn a_project_within_the_window_is_left_after_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 60, &[]);
    let engine = EngineOptions { cache_dir: None, threads: 1, ..EngineOptions::default() };
    let (experiment, open) = (tiny(), Some(project.clone()));
    let options = UiOptions { engine, experiment, autostart: false, open, ..UiOptions::default() };
    let mut w = window_with(options);
    wait_until(&mut w, "the first batch", |w| w.query_by_label_contains("This round costs").is_some());
    for (key, factor) in [(egui::Key::Plus, 1.1), (egui::Key::Minus, 1.0)] {
        w.key_press_modifiers(egui::Modifiers::COMMAND, key);
        w.run_steps(3);
        assert_eq!(w.ctx.zoom_factor(), factor);
    }
    draw_lasso(&mut w);
    w.event(egui::Event::Text("4".into()));
    w.run_steps(2);
    for (answer, stays) in [("Stay", true), ("Leave", false)] {
        click(&mut w, "Back to the experiment");
        w.run_steps(2);
        assert!(w.query_by_label_contains("not confirmed, and would be lost").is_some());
        click(&mut w, answer);
        w.run_steps(2);
        assert_eq!(w.query_by_label("Back to the experiment").is_some(), stays, "{answer}");
    }
    assert_eq!(labels(&project).len(), 0);
}

/// What is typed to find a class answers with Enter alone, and a class that is named is for the image that was shown when
/// its name was asked for, whatever is proposed meanwhile.
#[test]
fn what_is_typed_is_for_the_image_that_was_shown() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 60, &[]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    let first = image(&w).unwrap();
    w.event(egui::Event::Text("/".into()));
    w.run_steps(2);
    for key in [egui::Key::ArrowDown, egui::Key::ArrowRight, egui::Key::Delete] {
        w.key_press(key);
        w.run_steps(3);
    }
    assert!(w.query_by_label("Find a class: _").is_some());
    assert_eq!((image(&w), sitting(&w).unwrap().waiting(List::Round)), (Some(first), BATCH));
    w.event(egui::Event::Text("3".into()));
    w.run_steps(2);
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the label", |w| sitting(w).unwrap().known().class_of(first) == Some(3));
    // The round is trained before the name is whole.
    w.run_steps(3);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::T);
    w.step();
    w.event(egui::Event::Text("+".into()));
    w.step();
    let second = image(&w).unwrap();
    wait_for(&mut w, "the next batch", |w| {
        sitting(w).is_some_and(|s| s.standing().round == 2 && s.waiting(List::Round) > 0)
    });
    w.get_by_label("Name of the class").type_text("blot");
    w.run_steps(3);
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the new class", |w| sitting(w).unwrap().known().class_of(second) == Some(10));
    assert_eq!(labels(&project).iter().filter(|(_, label)| label == "blot").count(), 1);
}

#[test]
fn what_a_lasso_is_drawn_round_is_labelled_at_once_after_a_look_at_each() {
    let folder = tempfile::tempdir().unwrap();
    let project = digits(folder.path(), 60, &[]);
    let mut w = window(&project);
    wait_for(&mut w, "the first batch", |w| sitting(w).is_some_and(|s| s.waiting(List::Round) == BATCH));
    draw_lasso(&mut w);
    let region = sitting(&w).unwrap().region().images().to_vec();
    assert!(region.len() > 20, "{}", region.len());
    // One key for all, another for the first, and the second is taken out: nothing is written before it is confirmed.
    w.event(egui::Event::Text("4".into()));
    w.run_steps(2);
    assert_eq!(sitting(&w).unwrap().waiting(List::Region), 0);
    w.key_press(egui::Key::Home);
    w.run_steps(2);
    w.event(egui::Event::Text("7".into()));
    w.run_steps(2);
    w.key_press(egui::Key::ArrowRight);
    w.run_steps(2);
    w.key_press(egui::Key::Delete);
    w.run_steps(2);
    assert_eq!((sitting(&w).unwrap().region().images().len(), labels(&project).len()), (region.len() - 1, 0));
    // Esc would lose them, and does not.
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    assert!(w.query_by_label_contains("Not confirmed: ").is_some());
    // One after the other: the next one is the third.
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    w.run_steps(2);
    w.key_press(egui::Key::ArrowRight);
    w.run_steps(2);
    let name = sitting(&w).unwrap().known().names[region[3]].clone();
    assert!(w.query_by_label(&format!("Image {name}")).is_some());
    let steps = sitting(&w).unwrap().steps();
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the labels", |w| sitting(w).unwrap().steps() > steps);
    let written = labels(&project);
    assert_eq!(written.len(), region.len() - 1);
    assert_eq!(written.iter().filter(|(_, class)| class == "7").count(), 1);
    let log = Project::look(&project).unwrap();
    assert!(log.log().rows().iter().all(|row| row.strategy == "lasso" && row.round == 1));
    // Taken back, they are in the lasso again with their classes.
    w.key_press(egui::Key::Backspace);
    wait_for(&mut w, "the undone labels", |w| sitting(w).unwrap().steps() == steps);
    let s = sitting(&w).unwrap();
    assert_eq!((labels(&project).len(), s.region().given().count()), (0, region.len() - 1));
    w.check_accessibility();
}
