//! The views of walks, of single samples and of the latent space, as they look after many actions.

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use ridgewalk::trajectory::walk_name;
use ridgewalk::ui::App;
use ridgewalk::ui::state::{AppState, Only};

use crate::stress_panel::type_over;
use crate::ui::{click, wait_for, window_after_round_one};

/// Short walks of the run itself, and long ones started by hand.
const LONG: usize = 24;
const STEPS: usize = 12;

/// The walks of the filmstrip whose letters are on the screen, from the top, each with the number of its images there.
fn film(w: &Harness<'_, App>) -> Vec<(String, usize)> {
    let mut rows: Vec<_> = w
        .query_all_by_label_contains(" in the filmstrip")
        .filter_map(|n| Some((n.rect(), n.accesskit_node().label()?)))
        .collect();
    rows.sort_by(|a, b| a.0.top().total_cmp(&b.0.top()));
    let images: Vec<_> = w.query_all_by_label_contains(": sample ").map(|n| n.rect()).collect();
    let beside = |row: egui::Rect| images.iter().filter(|i| row.y_range().contains(i.center().y)).count();
    rows.into_iter()
        .map(|(row, name)| (name.replace("Walk ", "").replace(" in the filmstrip", ""), beside(row)))
        .collect()
}

#[test]
fn every_row_of_the_filmstrip_shows_its_letters_and_images_however_long_the_walks_are() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Walks");
    let recorded = w.state().state().experiment.walks;
    let by_hand =
        |s: &AppState, steps: usize| s.shown_walks().filter(|k| k.id >= recorded && k.steps.len() == steps).count();
    click(&mut w, "Start walks");
    wait_for(&mut w, "the walks", |s| by_hand(s, 0) == LONG);
    for step in 1..=STEPS {
        w.key_press(egui::Key::N);
        w.step();
        wait_for(&mut w, "a step", |s| by_hand(s, step) == LONG);
    }
    w.run_steps(3);
    let rows = film(&w);
    assert!(rows.len() >= 2 && rows.iter().all(|(_, images)| *images > 1), "{rows:?}");
    assert_eq!(rows[0].0, walk_name(recorded + LONG - 1), "the newest on top");
    // The newest image of a long walk is in view, and its first is not.
    let shown = |w: &Harness<'_, App>, point: usize| {
        let name = format!("Walk {} point {point}: ", walk_name(recorded + LONG - 1));
        w.query_all_by_label_contains(&name).count()
    };
    assert_eq!((shown(&w, STEPS), shown(&w, 0)), (1, 0));
    // A selected walk comes first, also a short one; a click selects, and Esc lets go.
    let first = walk_name(recorded);
    w.get_by_label(&format!("Walk {first}")).click();
    w.run_steps(3);
    assert_eq!((film(&w)[0].0.clone(), w.state().state().lab.selected), (first, Some(recorded)));
    // Walks that the filter shows are not dimmed for one that it hides.
    let selected = recorded;
    let verdict = |s: &AppState| s.judged_walks().iter().find(|k| k.walk.id == selected)?.judgement.map(|j| j.verdict);
    let other = |s: &AppState| {
        let hidden = verdict(s);
        s.judged_walks().iter().filter_map(|k| k.judgement).map(|j| j.verdict).find(|v| Some(*v) != hidden)
    };
    let seen = w.state().state().seen_walks();
    assert!(seen.iter().all(|k| k.dimmed != k.selected));
    if let Some(other) = other(w.state().state()) {
        let mut state = w.state().state().clone();
        state.lab.only = Only::One(other);
        assert!(state.seen_walks().iter().all(|k| !k.dimmed && !k.selected));
    }
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    assert_eq!(w.state().state().lab.selected, None);
    w.check_accessibility();
    // The files of Figure 4 tell the rounds of the run, not the steps of its walks.
    let folder = tempfile::tempdir().unwrap();
    click(&mut w, "Figure 4…");
    type_over(&mut w, &folder.path().join("out").display().to_string());
    wait_for(&mut w, "the files", |s| s.messages.iter().any(|m| m.text.starts_with("Figure 4: ")));
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    assert!(read("README.txt").contains(", seed 1, 1 round"), "{}", read("README.txt"));
}

fn canvas(w: &Harness<'_, App>) -> egui::Rect {
    let canvases = w.query_all_by_label("Latent space").map(|n| n.rect());
    canvases.max_by(|a, b| a.area().total_cmp(&b.area())).unwrap()
}

#[test]
fn the_toolbar_of_the_view_keeps_inside_its_panel_and_the_legend_beside_the_data() {
    let mut w = window_after_round_one();
    for width in [1280.0, 1000.0, 940.0, 800.0, 640.0] {
        w.set_size(egui::vec2(width, 640.0));
        w.run_steps(4);
        let right = canvas(&w).right();
        let names = ["Previous round", "Fork from the shown round", "Select by lasso", "More of the view", "Field"];
        let ends: Vec<_> =
            names.iter().flat_map(|name| w.query_all_by_label(name).map(move |n| (*name, n.rect().right()))).collect();
        assert!(ends.iter().all(|(_, end)| *end <= right + 0.5), "{width}: {ends:?} beyond {right}");
        // Everything is in a row or in the menu.
        let menu = w.query_by_label("More of the view").is_some();
        assert!(menu || w.query_by_label("Images").is_some(), "{width}");
        assert!(ends.iter().any(|(name, _)| *name == "Previous round"), "{width}: {ends:?}");
    }
    w.set_size(egui::vec2(1280.0, 800.0));
    w.run_steps(4);
    let unfolded = canvas(&w);
    let rows: Vec<_> = w.query_all_by_label_contains("Only class ").map(|n| n.rect()).collect();
    assert!(rows.len() == 10 && rows.iter().all(|r| r.right() <= unfolded.left()), "{rows:?}");
    click(&mut w, "Only class 3");
    assert_eq!(w.state().state().focus.class, Some(3));
    click(&mut w, "Legend");
    w.run_steps(2);
    assert!(canvas(&w).left() < unfolded.left() && w.query_by_label("Only class 3").is_none());
    click(&mut w, "Legend");
    w.check_accessibility();
}

#[test]
fn the_saved_view_is_finer_than_the_screen_and_has_its_legend_and_numbers() {
    let mut w = window_after_round_one();
    w.run_steps(2);
    let shown = canvas(&w);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("view.png");
    click(&mut w, "Save view as PNG");
    type_over(&mut w, &path.display().to_string());
    wait_for(&mut w, "the file", |_| path.is_file());
    w.run_steps(3);
    let picture = image::open(&path).unwrap().to_rgba8();
    let legend = picture.width() - 2 * shown.width().round() as u32;
    assert!(legend > 40 && picture.height() == 2 * shown.height().round() as u32, "{:?}", picture.dimensions());
    // The legend's column has swatches and names on the ground of the view.
    let ground = *picture.get_pixel(1, picture.height() - 1);
    let inked = |from: u32, to: u32| {
        let column = (from..to).flat_map(|x| (0..picture.height()).map(move |y| (x, y)));
        column.filter(|(x, y)| *picture.get_pixel(*x, *y) != ground).count()
    };
    assert!(inked(0, legend) > 10 * 150, "{}", inked(0, legend));
    assert!(inked(legend, picture.width()) > 10_000);
    // The arrow that folds the legend stays on the screen.
    let arrow = (14..34).flat_map(|x| (14..34).map(move |y| (x, y)));
    assert_eq!(arrow.filter(|(x, y)| *picture.get_pixel(*x, *y) != ground).count(), 0);
}

#[test]
fn the_controls_of_pairs_and_walks_keep_inside_the_window() {
    let mut w = window_after_round_one();
    let controls = [
        ("Pair", vec!["Run A", "Run B", "Next round", "Select by lasso", "Fit the pair", "More of the pair"]),
        ("Walks", vec!["Start walks", "Play the walks", "With and without", "More of the walks"]),
    ];
    for (workspace, names) in controls {
        w.set_size(egui::vec2(1280.0, 800.0));
        w.run_steps(4);
        click(&mut w, &format!("Workspace: {workspace}"));
        for width in [1280.0, 940.0, 860.0] {
            w.set_size(egui::vec2(width, 640.0));
            w.run_steps(4);
            let ends = names.iter().flat_map(|name| w.query_all_by_label(name).map(|n| (*name, n.rect().right())));
            let ends: Vec<_> = ends.collect();
            assert!(ends.len() > 2 && ends.iter().all(|(_, end)| *end <= width), "{workspace} at {width}: {ends:?}");
        }
    }
}
