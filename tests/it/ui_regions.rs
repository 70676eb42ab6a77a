//! Regions drawn in the latent view: what is selected, shown, counted and exported.

use egui::{Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use ridgewalk::experiment::Strategy;
use ridgewalk::ui::App;
use ridgewalk::ui::state::{BrushTool, SheetFilter};

use crate::ui::{click, wait_for, window_after_round_one};

/// Drags over the latent view along these shares of its width and height.
fn drag(w: &mut Harness<'_, App>, along: &[(f32, f32)]) {
    let canvas = w.query_all_by_label("Latent space").map(|n| n.rect()).max_by(|a, b| a.area().total_cmp(&b.area()));
    let canvas = canvas.unwrap();
    let at = |&(x, y): &(f32, f32)| -> Pos2 { canvas.min + vec2(x * canvas.width(), y * canvas.height()) };
    w.drag_at(at(&along[0]));
    w.step();
    for point in &along[1..] {
        w.hover_at(at(point));
        w.step();
    }
    w.drop_at(at(along.last().unwrap()));
    w.run_steps(3);
}

#[test]
fn a_region_is_drawn_shown_counted_exported_and_cleared() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Regions");
    w.key_press(egui::Key::S);
    w.run_steps(2);
    assert_eq!(w.state().state().brush.tool, BrushTool::Box);
    drag(&mut w, &[(0.25, 0.3), (0.5, 0.6), (0.7, 0.8)]);
    let by_box = w.state().state().brush.selection.clone().unwrap();
    let all = w.state().state().dataset.as_ref().unwrap().train.len();
    assert!(by_box.samples.len() > all / 20 && by_box.samples.len() < all, "{}", by_box.samples.len());

    // A lasso round half of the box holds some of it and no more.
    click(&mut w, "Select by lasso");
    assert_eq!(w.state().state().brush.tool, BrushTool::Lasso);
    drag(&mut w, &[(0.25, 0.3), (0.7, 0.3), (0.7, 0.8), (0.5, 0.6), (0.3, 0.35)]);
    let by_lasso = w.state().state().brush.selection.clone().unwrap();
    assert!(by_lasso.id != by_box.id && by_lasso.samples.len() < by_box.samples.len());
    assert!(by_lasso.samples.iter().all(|s| by_box.contains(*s)));

    // Over everything: all that is labelled, and the accuracy of the whole split.
    click(&mut w, "Select by box");
    drag(&mut w, &[(0.01, 0.01), (0.5, 0.5), (0.99, 0.99)]);
    let whole = w.state().state().brush.selection.clone().unwrap();
    assert_eq!(whole.samples.len(), all);
    wait_for(&mut w, "the evaluation codes", |s| s.brush.asked_evaluation);
    let start = std::time::Instant::now();
    while w.query_by_label_contains("images whose codes").is_none() {
        assert!(start.elapsed().as_secs() < 60, "the region's accuracy never came");
        w.step();
    }
    let state = w.state().state();
    let accuracy = state.run(Strategy::Snn).unwrap().accuracy(1).unwrap();
    let tests = state.dataset.as_ref().unwrap().test.len();
    let right = (accuracy * tests as f32 / 100.0).round() as usize;
    for text in [format!("{accuracy:.1} %"), format!("SNN, round 1: {right} of {tests}")] {
        assert!(w.query_all_by_label(&text).next().is_some(), "{text}");
    }
    let tiles = |w: &Harness<'_, App>| w.query_all_by_label_contains("Image ").count();
    let some = tiles(&w);
    assert!(some > 20, "{some} tiles");
    click(&mut w, "Next page");
    assert_eq!(w.state().state().brush.page, 1);
    click(&mut w, "Images of the region: labelled");
    assert_eq!((w.state().state().brush.page, w.state().state().brush.filter), (0, SheetFilter::Labelled));
    click(&mut w, "Images of the region: test, wrong");
    let wrong = tests - right;
    assert!(tiles(&w) <= wrong && tiles(&w) > 0, "{} of {wrong}", tiles(&w));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("region.csv");
    click(&mut w, "Export CSV…");
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text(path.display().to_string()));
    w.step();
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the file", |s| s.messages.iter().any(|m| m.text.starts_with("Saved ")));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1 + all + tests);
    let labelled = text.lines().filter(|l| l.starts_with("train,") && l.split(',').nth(4) == Some("1")).count();
    assert_eq!(labelled, w.state().state().experiment.samples_per_round);

    w.check_accessibility();
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    assert!(w.state().state().brush.selection.is_none() && w.state().state().brush.tool == BrushTool::Off);
    assert!(w.query_by_label_contains("Image ").is_none());
}
