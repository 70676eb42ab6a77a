//! The stress workspace in the real window: every control of it, what it does, and what it says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::questions::vessel::{Outcome, Section, Vessel};
use ridgewalk::experiment::{DatasetKind, Strategy};
use ridgewalk::ui::App;
use ridgewalk::ui::state::AppState;

use crate::common::{few_vessels, ring, save_png};
use crate::ui::{click, is_ready, wait_for, window, window_of};

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

/// What is on the screen where `label` is.
fn picture(w: &mut Harness<'_, App>, label: &str) -> image::RgbaImage {
    let rect = w.get_by_label(label).rect();
    let [x, y, width, height] = [rect.min.x, rect.min.y, rect.width(), rect.height()].map(|v| v as u32);
    image::imageops::crop_imm(&w.render().unwrap(), x, y, width, height).to_image()
}

/// Types into the field that has the keyboard, in place of what stands there.
fn type_over(w: &mut Harness<'_, App>, text: &str) {
    w.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    w.event(egui::Event::Text(text.to_owned()));
    w.step();
    w.key_press(egui::Key::Enter);
    w.step();
}

fn set(w: &mut Harness<'_, App>, field: &str, value: &str) {
    click(w, field);
    type_over(w, value);
}

fn open(w: &mut Harness<'_, App>, path: &Path) {
    click(w, "Open mask…");
    type_over(w, &path.display().to_string());
}

/// Captions and their controls may have the same name.
fn is_shown(w: &Harness<'_, App>, label: &str) -> bool {
    w.query_all_by_label(label).next().is_some()
}

fn answered(s: &AppState, wanted: impl Fn(&Section) -> bool) -> bool {
    s.section.as_deref().is_some_and(wanted)
}

fn file(section: &Section) -> Option<&ridgewalk::engine::questions::vessel::MaskFile> {
    match &section.request.vessel {
        Vessel::File(file) => Some(file),
        _ => None,
    }
}

#[test]
fn a_mask_is_opened_dropped_solved_or_refused_beside_digits() {
    let folder = tempfile::tempdir().unwrap();
    let [good, other, bad] = ["good.png", "other.png", "bad.png"].map(|name| folder.path().join(name));
    save_png(&good, 64, ring(11.0, 10.0));
    save_png(&other, 80, ring(12.0, 8.0));
    save_png(&bad, 64, |_, _| 0);
    let mut w = window(false);
    click(&mut w, "Workspace: Stress");
    assert!(w.query_by_label("Vessel: Sample").is_none(), "digits have no stress");
    open(&mut w, &good);
    wait_for(&mut w, "the map", |s| answered(s, |a| a.solved().is_some()));
    w.run_steps(2);
    for label in ["Mask", "Mesh", "Stress map", "good.png", "plaque burden", "peak"] {
        assert!(w.query_by_label(label).is_some(), "{label}");
    }
    assert!(
        w.query_by_label_contains("learns classes").is_some() || w.query_by_label_contains("no target yet").is_some()
    );
    let map = picture(&mut w, "Stress map");
    let colours: std::collections::HashSet<_> = map.pixels().map(|p| p.0).collect();
    assert!(colours.len() > 40, "{} colours", colours.len());

    // The value under the pointer: on the wall's right side, and in the lumen.
    let rect = w.get_by_label("Stress map").rect();
    for (at, says) in
        [(rect.right_center() - egui::vec2(0.2 * rect.width(), 0.0), "wall   solved"), (rect.center(), "mm   lumen")]
    {
        w.hover_at(at);
        w.run_steps(3);
        assert!(w.query_by_label_contains(says).is_some(), "{says}");
    }
    w.hover_at(egui::pos2(4.0, 4.0));
    w.run_steps(2);

    let out = folder.path().join("out");
    click(&mut w, "Save…");
    type_over(&mut w, &out.display().to_string());
    wait_for(&mut w, "the files", |s| s.messages.iter().any(|m| m.text.starts_with("Wrote 7 files")));
    for file in
        ["figure-s1.svg", "figure-s1.pdf", "figure-s1.png", "good_stress.npy", "good_mesh.vtk", "good_summary.json"]
    {
        assert!(out.join(file).exists(), "{file}");
    }

    let rest = picture(&mut w, "Mesh");
    click(&mut w, "Mesh at peak");
    assert_ne!(picture(&mut w, "Mesh"), rest);

    let full = picture(&mut w, "Stress map");
    click(&mut w, "Hold scale");
    set(&mut w, "Systolic pressure", "40");
    wait_for(&mut w, "a lower pressure", |s| answered(s, |a| file(a).is_some_and(|f| f.systolic_mmhg == 40.0)));
    w.run_steps(2);
    let dim = picture(&mut w, "Stress map");
    assert_ne!(dim, full);
    click(&mut w, "Hold scale");
    assert_ne!(picture(&mut w, "Stress map"), dim, "its own scale again");
    set(&mut w, "Millimetres a pixel", "0.2");
    let area = w.state().state().section.as_ref().unwrap().solved().unwrap().solution.lumen_area;
    wait_for(&mut w, "larger pixels", |s| {
        answered(s, |a| a.solved().is_some_and(|s| (s.solution.lumen_area / area - 4.0).abs() < 1e-3))
    });
    set(&mut w, "Systolic pressure", "100000");
    wait_for(&mut w, "no balance", |s| answered(s, |a| matches!(a.outcome, Outcome::Refused(_))));
    w.run_steps(2);
    assert!(w.query_by_label("Refused: newton diverged").is_some());

    // Dropped from wherever, it is shown here.
    click(&mut w, "Workspace: Run");
    w.input_mut().dropped_files.push(Arc::new(Dropped(other.clone())));
    w.step();
    wait_for(&mut w, "the dropped mask", |s| answered(s, |a| file(a).is_some_and(|f| f.path == other)));
    w.run_steps(2);
    assert!(w.query_by_label("Mask, 80 × 80 pixels").is_some());
    open(&mut w, &bad);
    wait_for(&mut w, "the refusal", |s| answered(s, |a| file(a).is_some_and(|f| f.path == bad)));
    w.run_steps(2);
    assert!(w.query_by_label("Refused: empty mask").is_some());
    assert!(w.query_by_label("The mask is empty: no pixel is wall.").is_some());
    w.check_accessibility();
}

#[test]
fn samples_and_the_probe_are_solved_on_demand_beside_what_the_target_predicts() {
    let mut w = window_of(few_vessels(), vec![Strategy::Random, Strategy::RandomLatent], false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Workspace: Stress");
    wait_for(&mut w, "the first sample", |s| answered(s, |a| a.request.vessel == Vessel::Sample(0)));
    w.run_steps(2);
    assert!(w.query_by_label("There is no target yet: round 1 trains it.").is_some());
    click(&mut w, "Step round");
    wait_for(&mut w, "the prediction", |s| answered(s, |a| a.prediction.as_ref().is_ok_and(|p| p.errors.is_some())));
    w.run_steps(3);
    for label in ["Predicted map", "Difference", "Labelling cost"] {
        assert!(w.query_by_label(label).is_some(), "{label}");
    }
    wait_for(&mut w, "the round", |s| s.runs.iter().all(|r| r.rounds.len() == 1));
    w.run_steps(2);
    let costs: Vec<_> = w.state().state().runs.iter().map(|r| r.labelling_cost()).collect();
    assert_eq!((costs[0].solved, costs[0].refusals()), (few_vessels().samples_per_round, 0));
    assert!(costs[1].solved + costs[1].refusals() >= few_vessels().samples_per_round);
    assert!(costs.iter().all(|c| c.seconds > 0.0 && c.refused_now == 0));

    click(&mut w, "Vessel: Probe");
    wait_for(&mut w, "the probe", |s| answered(s, |a| matches!(a.request.vessel, Vessel::Point(_)) && a.request.solve));
    click(&mut w, "Solve as it moves");
    let before = w.state().state().probing.clone().unwrap().code;
    let canvas =
        w.get_all_by_label("Latent space").max_by(|a, b| a.rect().area().total_cmp(&b.rect().area())).unwrap().rect();
    w.drag_at(canvas.center());
    w.step();
    w.hover_at(canvas.center() + egui::vec2(30.0, 40.0));
    w.step();
    w.drop_at(canvas.center() + egui::vec2(30.0, 40.0));
    w.run_steps(2);
    let after = w.state().state().probing.clone().unwrap().code;
    assert_ne!(before, after);
    let there = |a: &Section, solve: bool| a.request.vessel == Vessel::Point(after.clone()) && a.request.solve == solve;
    wait_for(&mut w, "the mask alone", |s| answered(s, |a| there(a, false)));
    assert!(matches!(w.state().state().section.as_ref().unwrap().outcome, Outcome::Open));
    w.run_steps(2);
    click(&mut w, "Solve here");
    wait_for(&mut w, "the solution", |s| answered(s, |a| there(a, true) && !matches!(a.outcome, Outcome::Open)));
    w.check_accessibility();
    click(&mut w, "Workspace: Run");
    w.run_steps(2);
    assert!(w.state().state().probing.is_none());
}

#[test]
fn what_says_nothing_of_maps_is_not_shown_for_them() {
    let mut w = window_of(few_vessels(), vec![Strategy::Random], false);
    click(&mut w, "More settings");
    w.run_steps(2);
    for label in ["Colour by: Predicted", "Colour by: Correct", "Field", "At accuracy", "Network", "SNN+ proposals"] {
        assert!(!is_shown(&w, label), "{label}");
    }
    for label in ["Colour by: Loss", "Systolic peak", "Stress", "Maps divided by"] {
        assert!(is_shown(&w, label), "{label}");
    }
    click(&mut w, "Strategies compared");
    assert!(is_shown(&w, "SI") && !is_shown(&w, "Margin"));
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    // Digits need other sizes and strategies, and get those of their preset.
    w.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Data set").click();
    w.run_steps(2);
    click(&mut w, DatasetKind::Digits.label());
    w.run_steps(2);
    for label in ["At accuracy", "Network", "SNN+ proposals"] {
        assert!(is_shown(&w, label), "{label}");
    }
    assert!(!is_shown(&w, "Systolic peak"));
    assert!(is_shown(&w, "Stand-in for a labelling tool"), "SI needs one on digits");
    click(&mut w, "Strategies compared");
    assert!(is_shown(&w, "SI") && is_shown(&w, "Margin"));
}
