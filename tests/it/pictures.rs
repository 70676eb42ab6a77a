//! The pictures of the window in the pages, from the real window with the real engine: `scripts/pictures`.

use std::path::PathBuf;

use egui_kittest::Harness;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use ridgewalk::engine::EngineOptions;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::ui::{App, UiOptions, WORKSPACES};

use crate::common::few_vessels;
use crate::ui::{click, is_finished, wait_for, window_of, window_with};
use crate::ui_regions::drag;
use crate::ui_workspaces::at_rest;

/// Writes the window as `docs/pictures/NAME.png`.
fn save(w: &mut Harness<'_, App>, name: &str) {
    keep(at_rest(w), name);
}

fn keep(image: image::RgbaImage, name: &str) {
    keep_in("docs/pictures", image, name);
}

fn keep_in(folder: &str, image: image::RgbaImage, name: &str) {
    let image = image::DynamicImage::from(image).into_rgb8();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.png"));
    let file = std::fs::File::create(&path).unwrap();
    let packed = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    image.write_with_encoder(packed).unwrap();
}

/// The window at the end of ten rounds on the built-in digits, with walks on their way.
fn digits() -> Harness<'static, App> {
    let engine = EngineOptions { cache_dir: None, ..EngineOptions::default() };
    let mut experiment = Experiment::preset("digits-2d").unwrap();
    experiment.walks = 24;
    let variants = [Strategy::Random, Strategy::Snn].map(Into::into).to_vec();
    let mut w = window_with(UiOptions { engine, experiment, variants, autostart: true, ..UiOptions::default() });
    wait_for(&mut w, "the end", is_finished);
    // Until the notices are gone.
    w.run_steps(80);
    w
}

/// Selects a sample: the first that lies under one of these places in the latent view.
fn select_a_sample(w: &mut Harness<'_, App>) {
    for place in [(0.5, 0.5), (0.45, 0.4), (0.4, 0.5), (0.55, 0.6), (0.5, 0.35), (0.6, 0.45)] {
        drag(w, &[place, place]);
        if w.state().state().focus.sample.is_some() {
            return;
        }
    }
}

/// The same of maps: a few vessels.
fn vessels() -> Harness<'static, App> {
    let mut w = window_of(few_vessels(), vec![Strategy::Random, Strategy::RandomLatent], true);
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(80);
    w
}

/// Shows these workspaces in every size, dark and light, and keeps each in `out/pictures` to be looked at, under names
/// that begin with the data's.
fn keep_at_every_size(w: &mut Harness<'_, App>, data: &str, workspaces: impl Fn(&str) -> bool) {
    for (width, height, scale) in [(1280.0, 800.0, 1.0), (1920.0, 1200.0, 1.0), (1280.0, 800.0, 2.0)] {
        // One after the other: a new scale leaves the number of pixels as it is.
        w.set_pixels_per_point(scale);
        w.step();
        w.set_size(egui::vec2(width, height));
        w.run_steps(3);
        for theme in ["dark", "light"] {
            for workspace in WORKSPACES.iter().filter(|w| workspaces(w.key)) {
                click(w, &format!("Workspace: {}", workspace.name));
                w.run_steps(3);
                let image = at_rest(w);
                keep_in("out/pictures", image, &format!("{data}-{}-{width}x{height}-{scale}-{theme}", workspace.key));
            }
            click(w, "Dark or light");
        }
    }
}

#[test]
#[ignore = "minutes; makes files: run by scripts/pictures --every-size"]
fn every_size_of_the_workspaces() {
    keep_at_every_size(&mut digits(), "digits", |key| key != "vessel");
}

#[test]
#[ignore = "minutes; makes files: run by scripts/pictures --every-size"]
fn every_size_of_a_vessel() {
    keep_at_every_size(&mut vessels(), "vessels", |key| matches!(key, "vessel" | "run" | "explore" | "samples"));
}

#[test]
#[ignore = "minutes; makes files: run by scripts/pictures"]
fn pictures_of_every_workspace() {
    let mut w = digits();
    for workspace in WORKSPACES.iter().filter(|w| w.key != "vessel") {
        click(&mut w, &format!("Workspace: {}", workspace.name));
        w.run_steps(3);
        if workspace.key == "regions" {
            w.key_press(egui::Key::S);
            w.run_steps(2);
            drag(&mut w, &[(0.35, 0.35), (0.5, 0.5), (0.6, 0.6)]);
        }
        if workspace.key == "explore" {
            select_a_sample(&mut w);
            assert!(w.state().state().focus.sample.is_some());
        }
        save(&mut w, &format!("window-{}", workspace.key));
        w.key_press(egui::Key::Escape);
        w.run_steps(2);
    }
}

#[test]
#[ignore = "minutes; makes files: run by scripts/pictures"]
fn picture_of_a_vessel() {
    let experiment = Experiment {
        train_size: 120,
        rounds: 4,
        samples_per_round: 20,
        minibatches_per_round: 100,
        walks: 0,
        ..Experiment::preset("ivus-tiny").unwrap()
    };
    let mut w = window_of(experiment, vec![Strategy::Random], true);
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(80);
    click(&mut w, "Workspace: Vessel");
    save(&mut w, "window-vessel");
}

/// The picture of README.md: real MNIST, with the generator of the published runs.
#[test]
#[ignore = "minutes; makes files and needs RIDGEWALK_DATA: run by scripts/pictures"]
fn picture_of_mnist() {
    let Some(data) = std::env::var_os("RIDGEWALK_DATA") else {
        eprintln!("RIDGEWALK_DATA is not set: assets/screenshot-mnist.png stays as it is");
        return;
    };
    let engine = EngineOptions {
        data_dir: Some(data.into()),
        cache_dir: None,
        generator: Some("docs/histories/mnist/generator.safetensors".into()),
        ..EngineOptions::default()
    };
    let experiment = Experiment::preset("mnist").unwrap();
    let variants = [Strategy::Random, Strategy::Snn, Strategy::Ridge].map(Into::into).to_vec();
    let mut w = window_with(UiOptions { engine, experiment, variants, autostart: true, ..UiOptions::default() });
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(80);
    // The settings have the folder of the data.
    let runs = format!("Page: Runs ({})", w.state().state().list.entries().count());
    click(&mut w, &runs);
    keep_in("assets", at_rest(&mut w), "screenshot-mnist");
}

#[test]
#[ignore = "minutes; makes files: run by scripts/pictures"]
fn picture_of_a_project() {
    let folder = tempfile::tempdir().unwrap();
    let project = crate::ui_project::digits(folder.path(), 400, &["latent_dim=3", "minibatches_per_round=40"]);
    let image = crate::ui_project::in_the_third_round(&project);
    keep(image, "window-label");
}
