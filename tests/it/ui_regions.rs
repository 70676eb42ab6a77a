//! Regions drawn in the latent view: selection, contact sheet, counts and export.

use egui::{Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;
use ridgewalk::ui::App;
use ridgewalk::ui::state::{AppState, BrushTool, SheetFilter};

use crate::common::{Step, take_steps, tiny};
use crate::ui::{click, is_ready, run_of, wait_for, window_after_round_one, window_of};

/// Drags over the latent view along points given as shares of its width and height.
pub fn drag(w: &mut Harness<'_, App>, along: &[(f32, f32)]) {
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

/// The regions workspace after round 1, and the selections drawn so far.
struct Scene {
    w: Harness<'static, App>,
    by_box: Vec<u32>,
}

impl Scene {
    fn state(&self) -> &AppState {
        self.w.state().state()
    }

    /// The selected samples.
    fn selected(&self) -> Vec<u32> {
        self.state().brush.selection.as_ref().unwrap().samples.clone()
    }

    /// Numbers of images in the train split and in the evaluation split.
    fn sizes(&self) -> (usize, usize) {
        let data = self.state().dataset.as_ref().unwrap();
        (data.train.len(), data.evaluation(self.state().experiment.evaluate_on).len())
    }

    /// SNN after round 1: accuracy over the whole split, percent, and the number of correct images.
    fn right(&self) -> (f32, usize) {
        let accuracy = run_of(self.state(), Strategy::Snn).unwrap().accuracy(1).unwrap();
        (accuracy, (accuracy * self.sizes().1 as f32 / 100.0).round() as usize)
    }

    fn tiles(&self) -> usize {
        self.w.query_all_by_label_contains("Image ").count()
    }

    fn select_all(&mut self) {
        click(&mut self.w, "Select by box");
        drag(&mut self.w, &[(0.01, 0.01), (0.5, 0.5), (0.99, 0.99)]);
    }
}

#[test]
fn a_region_is_drawn_shown_counted_exported_and_cleared() {
    let mut scene = Scene { w: window_after_round_one(), by_box: Vec::new() };
    click(&mut scene.w, "Workspace: Regions");
    let steps: &[Step<Scene>] = &[
        ("a box selects some of the samples", |s| {
            s.w.key_press(egui::Key::S);
            s.w.run_steps(2);
            assert_eq!(s.state().brush.tool, BrushTool::Box);
            drag(&mut s.w, &[(0.25, 0.3), (0.5, 0.6), (0.7, 0.8)]);
            s.by_box = s.selected();
            let all = s.sizes().0;
            assert!(s.by_box.len() > all / 20 && s.by_box.len() < all, "{} of {all}", s.by_box.len());
        }),
        ("a lasso round half of the box selects some of it and no more", |s| {
            let id = s.state().brush.selection.as_ref().unwrap().id;
            click(&mut s.w, "Select by lasso");
            assert_eq!(s.state().brush.tool, BrushTool::Lasso);
            drag(&mut s.w, &[(0.25, 0.3), (0.7, 0.3), (0.7, 0.8), (0.5, 0.6), (0.3, 0.35)]);
            let by_lasso = s.selected();
            assert_ne!(s.state().brush.selection.as_ref().unwrap().id, id);
            assert!(!by_lasso.is_empty() && by_lasso.len() < s.by_box.len(), "{}", by_lasso.len());
            assert!(by_lasso.iter().all(|sample| s.by_box.contains(sample)));
        }),
        ("a box over everything selects every sample once", |s| {
            s.select_all();
            let mut selected = s.selected();
            selected.sort_unstable();
            assert!(selected.into_iter().eq(0..s.sizes().0 as u32));
        }),
        ("the region's accuracy is that of the whole split", |s| {
            wait_for(&mut s.w, "the evaluation codes", |state| state.brush.asked_evaluation);
            let start = std::time::Instant::now();
            while s.w.query_by_label_contains("images whose codes").is_none() {
                assert!(start.elapsed().as_secs() < 60, "the region's accuracy never came");
                s.w.step();
            }
            let ((accuracy, right), (_, tests)) = (s.right(), s.sizes());
            for text in [format!("{accuracy:.1} %"), format!("SNN, round 1: {right} of {tests}")] {
                assert!(s.w.query_all_by_label(&text).next().is_some(), "{text}");
            }
        }),
        ("the sheet turns its pages", |s| {
            assert!(s.tiles() > 20, "{} tiles", s.tiles());
            click(&mut s.w, "Next page");
            assert_eq!(s.state().brush.page, 1);
        }),
        ("a filter shows its own images, from the first page", |s| {
            click(&mut s.w, "Images of the region: labelled");
            assert_eq!((s.state().brush.page, s.state().brush.filter), (0, SheetFilter::Labelled));
            click(&mut s.w, "Images of the region: test, wrong");
            let wrong = s.sizes().1 - s.right().1;
            assert!(s.tiles() <= wrong && s.tiles() > 0, "{} of {wrong}", s.tiles());
        }),
        ("the table lists every sample, and which are labelled", |s| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("region.csv");
            click(&mut s.w, "Export CSV…");
            s.w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
            s.w.event(egui::Event::Text(path.display().to_string()));
            s.w.step();
            s.w.key_press(egui::Key::Enter);
            wait_for(&mut s.w, "the file", |state| state.messages.iter().any(|m| m.text.starts_with("Saved ")));
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(text.lines().count(), 1 + s.sizes().0 + s.sizes().1);
            let labelled = |l: &&str| l.starts_with("train,") && l.split(',').nth(4) == Some("1");
            assert_eq!(text.lines().filter(labelled).count(), s.state().experiment.samples_per_round);
        }),
        ("every control has a name", |s| s.w.check_accessibility()),
        ("Escape clears the region", |s| {
            s.w.key_press(egui::Key::Escape);
            s.w.run_steps(2);
            assert!(s.state().brush.selection.is_none() && s.state().brush.tool == BrushTool::Off);
            assert_eq!(s.tiles(), 0);
        }),
    ];
    take_steps(&mut scene, steps);
}

/// With many runs the values stand in rows, each in one line, and the chart keeps a height in which it can be read.
#[test]
fn the_accuracies_of_many_runs_leave_room_for_their_curves() {
    const LEAST: f32 = 100.0;
    const LINE: f32 = 20.0;
    let experiment = tiny();
    let all = Strategy::ALL.iter().copied().filter(|s| s.objection(experiment.dataset).is_none());
    let strategies: Vec<Strategy> = all.take(6).collect();
    let mut w = window_of(experiment, strategies.clone(), false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Step round");
    wait_for(&mut w, "round 1", |s| {
        s.progress.phase == Phase::Paused && s.runs.len() == 6 && s.runs.iter().all(|r| r.rounds.len() == 1)
    });
    click(&mut w, "Workspace: Regions");
    click(&mut w, "Select by box");
    drag(&mut w, &[(0.01, 0.01), (0.5, 0.5), (0.99, 0.99)]);
    let start = std::time::Instant::now();
    while w.query_by_label("Curve of the accuracy in the region").is_none() {
        assert!(start.elapsed().as_secs() < 60, "the region's accuracy never came");
        w.step();
    }
    w.run_steps(3);
    assert!(w.get_by_label("Curve of the accuracy in the region").rect().height() >= LEAST);
    for strategy in strategies {
        let value = format!("{}, round 1: ", strategy.label());
        let values: Vec<_> = w.query_all_by_label_contains(&value).map(|n| n.rect()).collect();
        assert!(!values.is_empty() && values.iter().all(|v| v.height() < LINE), "{value}{values:?}");
    }
    w.check_accessibility();
}
