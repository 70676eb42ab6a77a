//! Every workspace of the window, and so every panel: with nothing, with classes and with maps, dark and light.
//! Each draws, every control in it has a name, and it looks as in `tests/it/snapshots`.
//!
//! After a change that is meant: `UPDATE_SNAPSHOTS=1 cargo nextest run ui_workspaces`, and look at the new images.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Rect, pos2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, try_image_snapshot_options};
use image::imageops::{FilterType, resize};
use image::{Rgba, RgbaImage};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::ui::{App, WORKSPACES};

use crate::common::few_vessels;
use crate::ui::{click, is_finished, is_ready, wait_for, window, window_of};
use crate::ui_regions::drag;

/// Images are compared and saved at half their size, in 32 levels of a colour: small, and the same where another machine
/// draws an edge a little differently.
const SHRINK: u32 = 2;
const LEVELS: u8 = 0xf8;
/// The squared distance between two colours from which a pixel counts as different (about 30 of 255 levels of grey), and
/// how many may: points of the latent space move a little where another processor sums in another order.
const THRESHOLD: f32 = 450.0;
const MOST_FAILED: usize = 1_500;

/// Shows each workspace, dark and light; `look` is told which by the name of its image.
fn walk(w: &mut Harness<'_, App>, mut look: impl FnMut(&mut Harness<'_, App>, &str)) {
    for theme in ["dark", "light"] {
        for workspace in WORKSPACES {
            click(w, &format!("Workspace: {}", workspace.name));
            w.run_steps(3);
            w.check_accessibility();
            look(w, &format!("{}-{theme}", workspace.key));
        }
        click(w, "Dark or light");
    }
}

/// The window when nothing in it moves any more: figures are drawn and questions answered on other threads.
pub fn at_rest(w: &mut Harness<'_, App>) -> RgbaImage {
    const PAUSE: Duration = Duration::from_millis(300);
    const TRIES: usize = 40;
    let mut before = w.render().unwrap();
    let mut same = 0;
    for _ in 0..TRIES {
        let start = Instant::now();
        wait_for(w, "a pause", |_| start.elapsed() > PAUSE);
        let now = w.render().unwrap();
        same = if now == before { same + 1 } else { 0 };
        if same == 2 {
            return now;
        }
        before = now;
    }
    panic!("the window never comes to rest");
}

/// Compares the window with its image, without `timed`: what depends on how fast this machine is.
fn compare(w: &mut Harness<'_, App>, name: &str, timed: &[Rect], failed: &mut Vec<String>) {
    let mut image = at_rest(w);
    for rect in timed {
        let [left, top, right, bottom] = [rect.left(), rect.top(), rect.right(), rect.bottom()].map(|v| v as u32);
        for x in left..right.min(image.width()) {
            (top..bottom.min(image.height())).for_each(|y| image.put_pixel(x, y, Rgba([0, 0, 0, u8::MAX])));
        }
    }
    let mut small = resize(&image, image.width() / SHRINK, image.height() / SHRINK, FilterType::Triangle);
    small.pixels_mut().for_each(|Rgba([r, g, b, _])| [r, g, b].into_iter().for_each(|v| *v &= LEVELS));
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    let options = SnapshotOptions::new().output_path(folder).threshold(THRESHOLD).max_failed_pixels(MOST_FAILED);
    failed.extend(try_image_snapshot_options(&small, name, &options).err().map(|e| e.to_string()));
}

#[test]
fn every_workspace_draws_with_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("no masks").display().to_string();
    let mut w = window_of(Experiment::preset("ivus-tiny").unwrap().on_masks(&nowhere), vec![Strategy::Random], false);
    walk(&mut w, |w, _| assert!(w.state().state().dataset.is_none()));
}

#[test]
fn every_workspace_draws_classes_as_in_its_image() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Run");
    wait_for(&mut w, "the end", is_finished);
    // Until the notices are gone.
    w.run_steps(80);
    let (mut failed, mut settings) = (Vec::new(), true);
    walk(&mut w, |w, name| {
        let workspace = name.split('-').next().unwrap_or_default();
        // The settings are in one image only: a row more in them should not change all.
        if std::mem::replace(&mut settings, workspace == "run") != settings {
            w.key_press(egui::Key::B);
            w.run_steps(3);
        }
        match workspace {
            // Digits have no vessels: a message, and the latent space once more.
            "vessel" => return,
            "regions" => {
                w.key_press(egui::Key::S);
                w.run_steps(2);
                drag(w, &[(0.35, 0.35), (0.5, 0.5), (0.6, 0.6)]);
            }
            _ => {}
        }
        compare(w, name, &[], &mut failed);
        w.key_press(egui::Key::Escape);
        w.run_steps(2);
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_workspace_draws_maps_and_a_vessel_as_in_its_image() {
    let mut w = window_of(few_vessels(), vec![Strategy::Random, Strategy::RandomLatent], true);
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(80);
    let mut failed = Vec::new();
    walk(&mut w, |w, name| {
        if name.starts_with("vessel") {
            at_rest(w);
            let strip = Rect::from_min_max(pos2(0.0, 48.0), pos2(1280.0, 90.0));
            let solved_in = w.get_by_label_contains(" ms, ").rect();
            let cost = w.get_by_label("Labelling cost").rect().left_bottom();
            let cost = Rect::from_min_max(cost, pos2(1280.0, 800.0));
            compare(w, name, &[strip, solved_in, cost], &mut failed);
        }
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
