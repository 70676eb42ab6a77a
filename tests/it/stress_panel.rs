//! The vessel workspace in the real window: every control, its effect and its texts.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::engine::questions::vessel::{Outcome, Vessel, VesselReport};
use ridgewalk::experiment::{DatasetKind, Strategy};
use ridgewalk::ui::App;
use ridgewalk::ui::state::AppState;

use crate::common::{Dropped, Step, few_vessels, ring, save_png, take_steps};
use crate::ui::{click, is_ready, wait_for, window, window_of};

/// The screen pixels of the widget `label`.
fn picture(w: &mut Harness<'_, App>, label: &str) -> image::RgbaImage {
    let rect = w.get_by_label(label).rect();
    let [x, y, width, height] = [rect.min.x, rect.min.y, rect.width(), rect.height()].map(|v| v as u32);
    image::imageops::crop_imm(&w.render().unwrap(), x, y, width, height).to_image()
}

/// Replaces the text of the focused field.
pub fn type_over(w: &mut Harness<'_, App>, text: &str) {
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

/// Whether a label is shown; a caption and its control may have the same name.
fn is_shown(w: &Harness<'_, App>, label: &str) -> bool {
    w.query_all_by_label(label).next().is_some()
}

fn answered(s: &AppState, wanted: impl Fn(&VesselReport) -> bool) -> bool {
    s.answers.vessel.get().is_some_and(wanted)
}

fn file(section: &VesselReport) -> Option<&ridgewalk::engine::questions::vessel::MaskFile> {
    match &section.request.vessel {
        Vessel::File(file) => Some(file),
        _ => None,
    }
}

/// The vessel workspace, and a folder with masks.
struct Scene {
    w: Harness<'static, App>,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new(w: Harness<'static, App>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        save_png(&folder.path().join("good.png"), 64, ring(11.0, 10.0));
        save_png(&folder.path().join("other.png"), 80, ring(12.0, 8.0));
        save_png(&folder.path().join("bad.png"), 64, |_, _| 0);
        Self { w, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn section(&self) -> Arc<VesselReport> {
        self.w.state().state().answers.vessel.answer.clone().unwrap()
    }

    /// Shows frames until the vessel's answer is as `wanted`.
    fn wait(&mut self, what: &str, wanted: impl Fn(&VesselReport) -> bool) {
        wait_for(&mut self.w, what, |s| answered(s, &wanted));
        self.w.run_steps(3);
    }

    fn wait_for_file(&mut self, name: &str) {
        let path = self.path(name);
        self.wait(name, |a| file(a).is_some_and(|f| f.path == path));
    }

    fn shows(&self, labels: &[&str]) {
        let missing: Vec<_> = labels.iter().filter(|l| !is_shown(&self.w, l)).collect();
        assert!(missing.is_empty(), "not shown: {missing:?}");
    }
}

#[test]
fn a_mask_is_opened_dropped_solved_or_rejected_during_a_digits_run() {
    let steps: &[Step<Scene>] = &[
        ("digits have no stress", |s| {
            click(&mut s.w, "Workspace: Vessel");
            assert!(!is_shown(&s.w, "Vessel: Sample"));
        }),
        ("a mask that is opened is solved", |s| {
            let path = s.path("good.png");
            open(&mut s.w, &path);
            s.wait("the map", |a| a.solved().is_some());
            s.shows(&["Mask", "Mesh", "Stress map", "good.png", "plaque burden", "peak"]);
        }),
        ("and says why nothing is predicted for it", |s| {
            let why = s.section().prediction.as_ref().err().unwrap().to_string();
            assert!(why.contains("learns classes") || why.contains("no target yet"), "{why}");
            assert!(s.w.query_by_label_contains(&why[1..]).is_some(), "{why}");
        }),
        ("its map has many colours", |s| {
            let map = picture(&mut s.w, "Stress map");
            let colours: HashSet<_> = map.pixels().map(|p| p.0).collect();
            assert!(colours.len() > 40, "{} colours", colours.len());
        }),
        ("the value under the pointer is that of wall or lumen", |s| {
            let rect = s.w.get_by_label("Stress map").rect();
            let right = rect.right_center() - egui::vec2(0.2 * rect.width(), 0.0);
            for (at, says) in [(right, "wall   solved"), (rect.center(), "mm   lumen")] {
                s.w.hover_at(at);
                s.w.run_steps(3);
                assert!(s.w.query_by_label_contains(says).is_some(), "{says}");
            }
            s.w.hover_at(egui::pos2(4.0, 4.0));
            s.w.run_steps(2);
        }),
        ("its files are written", |s| {
            let out = s.path("out");
            click(&mut s.w, "Save…");
            type_over(&mut s.w, &out.display().to_string());
            wait_for(&mut s.w, "the files", |a| a.messages.iter().any(|m| m.text.starts_with("Wrote 7 files")));
            assert_eq!(std::fs::read_dir(&out).unwrap().count(), 7);
            for name in ["figure-s1.svg", "figure-s1.pdf", "figure-s1.png"] {
                assert!(out.join(name).exists(), "{name}");
            }
            for name in ["good_stress.npy", "good_mesh.vtk", "good_summary.json"] {
                assert!(out.join(name).exists(), "{name}");
            }
        }),
        ("the mesh is drawn at rest or at the peak", |s| {
            let rest = picture(&mut s.w, "Mesh");
            click(&mut s.w, "Mesh at peak");
            assert_ne!(picture(&mut s.w, "Mesh"), rest);
        }),
        ("a held scale shows that a lower pressure loads less; its own scale does not", |s| {
            let full = picture(&mut s.w, "Stress map");
            click(&mut s.w, "Hold scale");
            set(&mut s.w, "Systolic pressure", "40");
            s.wait("a lower pressure", |a| file(a).is_some_and(|f| f.systolic_mmhg == 40.0));
            let dim = picture(&mut s.w, "Stress map");
            assert_ne!(dim, full);
            click(&mut s.w, "Hold scale");
            assert_ne!(picture(&mut s.w, "Stress map"), dim);
        }),
        ("twice as large pixels make a lumen of four times the area", |s| {
            let area = s.section().solved().unwrap().solution.lumen_area;
            set(&mut s.w, "Millimetres per pixel", "0.2");
            s.wait("larger pixels", |a| {
                a.solved().is_some_and(|solved| (solved.solution.lumen_area / area - 4.0).abs() < 1e-3)
            });
        }),
        ("a pressure without a balance is reported", |s| {
            set(&mut s.w, "Systolic pressure", "100000");
            s.wait("no balance", |a| matches!(a.outcome, Outcome::Refused(_)));
            s.shows(&["Rejected: newton diverged"]);
        }),
        ("a mask dropped in another workspace is shown here", |s| {
            click(&mut s.w, "Workspace: Run");
            let path = s.path("other.png");
            s.w.input_mut().dropped_files.push(Arc::new(Dropped(path)));
            s.w.step();
            s.wait_for_file("other.png");
            s.shows(&["Mask, 80 × 80 pixels"]);
        }),
        ("a mask without wall is rejected with its reason", |s| {
            let path = s.path("bad.png");
            open(&mut s.w, &path);
            s.wait_for_file("bad.png");
            let reason = "The mask is empty: no pixel is wall; the file has one level, 0 (4096 pixels).";
            s.shows(&["Rejected: empty mask", reason]);
        }),
        ("every control has a name", |s| s.w.check_accessibility()),
    ];
    take_steps(&mut Scene::new(window(false)), steps);
}

#[test]
fn samples_and_the_probe_are_solved_on_demand_and_compared_with_predictions() {
    let mut w = window_of(few_vessels(), vec![Strategy::Random, Strategy::RandomLatent], false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Workspace: Vessel");
    let steps: &[Step<Scene>] = &[
        ("the first sample is shown before there is a target", |s| {
            s.wait("the first sample", |a| a.request.vessel == Vessel::Sample(0));
            s.shows(&["There is no target yet; round 1 trains it."]);
        }),
        ("with a target, its prediction and their difference", |s| {
            click(&mut s.w, "Step round");
            s.wait("the prediction", |a| a.prediction.as_ref().is_ok_and(|p| p.errors.is_some()));
            s.shows(&["Predicted map", "Difference", "Labelling cost"]);
        }),
        ("labelling is counted: what was solved and what was rejected", |s| {
            wait_for(&mut s.w, "the round", |a| a.runs.iter().all(|r| r.rounds.len() == 1));
            s.w.run_steps(2);
            let costs: Vec<_> = s.w.state().state().runs.iter().map(|r| r.labelling_cost()).collect();
            assert_eq!((costs[0].solved, costs[0].refusals()), (few_vessels().samples_per_round, 0));
            assert!(costs[1].solved + costs[1].refusals() >= few_vessels().samples_per_round);
            assert!(costs.iter().all(|c| c.seconds > 0.0 && c.refused_now == 0));
        }),
        ("the probe is solved where it stands", |s| {
            click(&mut s.w, "Vessel: Probe");
            s.wait("the probe", |a| matches!(a.request.vessel, Vessel::Point(_)) && a.request.solve);
        }),
        ("a probe that moves is decoded, and solved only if asked", |s| {
            click(&mut s.w, "Solve as it moves");
            let probed = |s: &Scene| s.w.state().state().probing.clone().unwrap();
            let before = probed(s);
            let views = s.w.get_all_by_label("Latent space").map(|n| n.rect());
            let from = views.max_by(|a, b| a.area().total_cmp(&b.area())).unwrap().center();
            let to = from + egui::vec2(30.0, 40.0);
            s.w.drag_at(from);
            s.w.step();
            s.w.hover_at(to);
            s.w.step();
            s.w.drop_at(to);
            s.w.run_steps(2);
            let after = probed(s);
            assert_ne!(before, after);
            let there =
                |a: &VesselReport, solve| a.request.vessel == Vessel::Point(after.clone()) && a.request.solve == solve;
            s.wait("the mask alone", |a| there(a, false));
            assert!(matches!(s.section().outcome, Outcome::Open));
            click(&mut s.w, "Solve here");
            s.wait("the solution", |a| there(a, true) && !matches!(a.outcome, Outcome::Open));
        }),
        ("every control has a name", |s| s.w.check_accessibility()),
        ("another workspace ends the probe", |s| {
            click(&mut s.w, "Workspace: Run");
            s.w.run_steps(2);
            assert!(s.w.state().state().probing.is_none());
        }),
    ];
    take_steps(&mut Scene::new(w), steps);
}

#[test]
fn controls_that_do_not_apply_to_maps_are_hidden() {
    let mut w = window_of(few_vessels(), vec![Strategy::Random], false);
    click(&mut w, "More settings");
    w.run_steps(2);
    for label in
        ["Colour by: Predicted", "Colour by: Correct", "Field", "Stop at accuracy", "Network", "SNN+ proposals"]
    {
        assert!(!is_shown(&w, label), "{label}");
    }
    for label in ["Colour by: Loss", "Systolic peak", "Stress", "Maps divided by"] {
        assert!(is_shown(&w, label), "{label}");
    }
    click(&mut w, "Strategies compared");
    assert!(is_shown(&w, "SI") && !is_shown(&w, "Margin"));
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    // Digits need other sizes and strategies and get those of their preset.
    w.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Data set").click();
    w.run_steps(2);
    click(&mut w, DatasetKind::Digits.label());
    w.run_steps(2);
    for label in ["Stop at accuracy", "Network", "SNN+ proposals"] {
        assert!(is_shown(&w, label), "{label}");
    }
    assert!(!is_shown(&w, "Systolic peak"));
    assert!(is_shown(&w, "Stand-in for a labelling tool"), "SI needs one on digits");
    click(&mut w, "Strategies compared");
    assert!(is_shown(&w, "SI") && is_shown(&w, "Margin"));
}
