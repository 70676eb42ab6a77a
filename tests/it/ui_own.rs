//! Own images in the window: looked at in a sheet, changed, started; and what happens when they are not.

use std::path::Path;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use ridgewalk::archive;
use ridgewalk::dataset::own::plan::{Plan, Take};
use ridgewalk::engine::EngineOptions;
use ridgewalk::experiment::{DatasetKind, Experiment, Strategy};
use ridgewalk::ui::{App, UiOptions};

use crate::common::{Dropped, run, tiny_world, variants, with};
use crate::ui::{click, is_finished, wait_for, window, window_with};
use crate::ui_shell::wait_until;

/// Images of two classes, `count` of each, and one that is broken.
fn folder(count: u8) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (class, name) in [(0, "cat"), (1, "dog")] {
        let class_folder = root.path().join(name);
        std::fs::create_dir(&class_folder).unwrap();
        for i in 0..count {
            let pixel = |x: u32, y: u32| image::Luma([if (x > 3) == (class == 0) { 9 * i } else { 3 * (x + y) as u8 }]);
            image::GrayImage::from_fn(9, 9, pixel).save(class_folder.join(format!("{i}.png"))).unwrap();
        }
    }
    std::fs::write(root.path().join("cat/broken.png"), "a text").unwrap();
    root
}

/// The window that looks at images first, as `ridgewalk --data PATH` opens it.
fn window_on(path: &Path) -> Harness<'static, App> {
    let engine = EngineOptions { cache_dir: None, threads: 1, ..EngineOptions::default() };
    let small = ["generator_epochs=1", "samples_per_round=5", "rounds=2", "minibatches_per_round=3"];
    let plan = Plan {
        path: path.into(),
        base: Experiment::default(),
        take: Take::All,
        set: small.map(str::to_owned).to_vec(),
    };
    let (experiment, variants) = (Experiment::preset("tiny").unwrap(), variants(&[Strategy::Random, Strategy::Snn]));
    window_with(UiOptions { engine, experiment, variants, autostart: true, images: Some(plan), ..UiOptions::default() })
}

fn says(w: &Harness<'_, App>, text: &str) -> bool {
    w.query_all_by_label_contains(text).next().is_some()
}

#[test]
fn images_are_looked_at_before_anything_starts_and_then_run() {
    let folder = folder(20);
    let mut w = window_on(folder.path());
    wait_until(&mut w, "the sheet", |w| says(w, "What was understood"));
    assert_eq!(w.state().state().generation, 0, "nothing has started");
    for text in ["Image files, a folder a class", "2, of 20 images", "Left out (1)", "cat/broken.png", "9 x 9 grey: 40"]
    {
        assert!(says(&w, text), "{text}");
    }
    // What images are brought to is changed, and they are read again.
    assert!(says(&w, "Brought to 28 x 28"));
    w.get_by_role_and_label(Role::ComboBox, "Side of images").click();
    w.run_steps(3);
    click(&mut w, "48 pixels");
    wait_until(&mut w, "the images read again", |w| says(w, "Brought to 48 x 48"));
    click(&mut w, "Start");
    wait_for(&mut w, "the end", is_finished);
    let state = w.state().state();
    assert_eq!((state.experiment.dataset, state.experiment.image_side), (DatasetKind::Own, 48));
    assert_eq!(state.dataset.as_ref().unwrap().classes, ["cat", "dog"]);
    assert!(state.runs.len() == 2 && state.runs.iter().all(|run| run.rounds.len() == 2));
}

#[test]
fn a_project_that_is_not_made_leads_back_to_the_sheet_and_the_tour_waits_for_both() {
    let folder = folder(6);
    let mut w = window(false);
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    w.run_steps(2);
    w.event(egui::Event::Text("tour".into()));
    w.run_steps(2);
    w.key_press(egui::Key::Enter);
    w.run_steps(4);
    assert!(says(&w, "Leave the tour"));
    w.input_mut().dropped_files.push(Arc::new(Dropped(folder.path().into())));
    wait_until(&mut w, "the sheet", |w| says(w, "2, of 6 images"));
    w.run_steps(3);
    assert!(!says(&w, "Leave the tour"), "it would lie over the sheet, and could not be left");
    click(&mut w, "Label by hand…");
    w.run_steps(3);
    assert!(says(&w, "New project"));
    w.key_press(egui::Key::Escape);
    w.run_steps(3);
    assert!(!says(&w, "New project") && says(&w, "What was understood"), "back to the sheet");
    click(&mut w, "Cancel");
    w.run_steps(4);
    assert!(!says(&w, "What was understood") && says(&w, "Leave the tour"));
}

#[test]
fn images_dropped_on_the_window_open_their_sheet_and_runs_open_as_runs() {
    let (images, runs) = (folder(6), tempfile::tempdir().unwrap());
    let history = run(&tiny_world(), &with(Strategy::Random, 1));
    archive::write_history(&runs.path().join("histories/random-01.rwh"), &history).unwrap();
    let mut w = window(false);
    click(&mut w, "Workspace: Compare");
    let drop = |w: &mut Harness<'static, App>, path: &Path| {
        w.input_mut().dropped_files.push(Arc::new(Dropped(path.into())));
        w.step();
    };
    drop(&mut w, images.path());
    wait_until(&mut w, "the sheet", |w| says(w, "2, of 6 images"));
    click(&mut w, "Cancel");
    w.run_steps(3);
    assert!(!says(&w, "What was understood") && w.state().state().generation == 1);
    drop(&mut w, runs.path());
    wait_until(&mut w, "the runs", |w| w.state().state().messages.iter().any(|m| m.text.starts_with("Opened 1")));
    assert!(!says(&w, "Your images: "));
    // Several at once: all histories are opened, and a line names what is not.
    let more = tempfile::tempdir().unwrap();
    archive::write_history(&more.path().join("more/histories/random-01.rwh"), &history).unwrap();
    let one = runs.path().join("histories/random-01.rwh");
    for path in [one, more.path().join("more"), images.path().to_path_buf()] {
        w.input_mut().dropped_files.push(Arc::new(Dropped(path)));
    }
    w.step();
    fn said(w: &Harness<'_, App>, what: &str) -> usize {
        w.state().state().messages.iter().filter(|m| m.text.contains(what)).count()
    }
    wait_until(&mut w, "both", |w| said(w, "Opened 1 histories") == 3);
    assert_eq!(said(&w, "Opened: random-01.rwh, more. Not opened: "), 1);
    assert!(!says(&w, "Your images: "));
}

#[test]
fn what_cannot_be_learned_from_or_read_says_why_and_closing_it_starts_what_the_window_begins_with() {
    let one_class = folder(6);
    std::fs::remove_dir_all(one_class.path().join("dog")).unwrap();
    let cats = std::fs::read_dir(one_class.path().join("cat")).unwrap();
    let rows: String = cats.map(|file| format!("cat/{},cat\n", file.unwrap().file_name().display())).collect();
    std::fs::write(one_class.path().join("labels.csv"), format!("file,label\n{rows}")).unwrap();
    let mut w = window_on(one_class.path());
    wait_until(&mut w, "the sheet", |w| says(w, "What was understood"));
    assert!(says(&w, "has one class only, cat"));
    assert!(w.get_by_label("Start").accesskit_node().is_disabled());
    click(&mut w, "Cancel");
    wait_for(&mut w, "the first experiment", |s| s.generation == 1);
    assert_eq!(w.state().state().experiment.name, "tiny");

    let nothing = tempfile::tempdir().unwrap();
    let mut w = window_on(nothing.path());
    wait_until(&mut w, "why not", |w| says(w, "is empty; expected are images"));
    assert!(w.get_by_label("Start").accesskit_node().is_disabled());
}
