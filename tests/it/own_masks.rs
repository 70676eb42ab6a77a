//! The user's own masks as a data set: checked file by file, split by the data seed, and reported in the window.

use egui_kittest::kittest::Queryable as _;
use ridgewalk::device::ComputeDevice;
use ridgewalk::engine::protocol::{Event, Phase};
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::generator::cache::GeneratorCache;
use ridgewalk::world::own_masks::LEAST_MASKS;
use ridgewalk::world::{Preparation, Prepared, World, WorldError};
use std::path::Path;

use crate::common::{few_vessels, ring, run, save_png};
use crate::engine::Listener;
use crate::ui::{click, is_ready, wait_for, window_of};

/// Rings of several sizes and depths, lumen and wall as two greys in every third, and one file for each of three
/// faults.
pub fn folder_of(masks: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..masks {
        let side = [64, 96, 128][i % 3];
        let scale = f64::from(side) / 64.0;
        let (inner, thick) = (9.0 + 0.2 * i as f64, 7.0 + 0.1 * i as f64);
        let wall = ring(inner, thick);
        let lumen = ring(0.0, inner);
        let grey = move |x: f64, y: f64| match (wall(x / scale, y / scale), lumen(x / scale, y / scale)) {
            (u8::MAX, _) => 200,
            (_, u8::MAX) if side == 128 => 90,
            _ => 0,
        };
        save_png(&folder.path().join(format!("ring-{i:02}.png")), side, grey);
    }
    save_png(&folder.path().join("a-empty.png"), 64, |_, _| 0);
    save_png(&folder.path().join("b-border.png"), 90, |x, _| if x < 20.0 { u8::MAX } else { 0 });
    std::fs::write(folder.path().join("c-text.png"), "not an image").unwrap();
    std::fs::write(folder.path().join("notes.txt"), "ignored").unwrap();
    folder
}

pub fn on(folder: &Path) -> Experiment {
    Experiment { latent_dim: 2, ..few_vessels().on_masks(&folder.display().to_string()) }
}

/// The world, the report as `file kind` lines, and how many units of work it took until the data were there.
fn prepared(experiment: &Experiment, cache: &Path) -> Result<(std::sync::Arc<World>, Vec<String>, usize), WorldError> {
    let cache = Some(GeneratorCache::new(cache));
    let mut preparation = Preparation::new(experiment, None, cache, &ComputeDevice::cpu());
    let (mut lines, mut units, mut data) = (Vec::new(), 0, false);
    loop {
        match preparation.advance()? {
            Some(Prepared::MasksJudged(report)) => {
                lines = report.refused.iter().map(|r| format!("{} {}", r.file, r.kind)).collect();
                let copies = report.remarks().filter(|(_, why)| why.contains("the same wall as"));
                lines.extend(copies.map(|(file, why)| format!("{file} {why}")));
                lines.push(report.summary());
            }
            Some(Prepared::DataReady(_)) => data = true,
            Some(Prepared::Ready { world, .. }) => return Ok((world, lines, units)),
            Some(_) => {}
            None => panic!("no world"),
        }
        units += usize::from(!data);
    }
}

#[test]
fn copies_of_a_mask_are_told() {
    let (folder, cache) = (folder_of(30), tempfile::tempdir().unwrap());
    std::fs::copy(folder.path().join("ring-07.png"), folder.path().join("s.png")).unwrap();
    let (_, lines, _) = prepared(&on(folder.path()), cache.path()).unwrap();
    assert!(lines[3].starts_with("s.png accepted: the same wall as ring-07.png; leave copies out"), "{lines:?}");
    assert_eq!(lines.len(), 5);
}

#[test]
fn a_folder_is_checked_split_and_run_and_its_results_are_cached() {
    let (folder, cache) = (folder_of(30), tempfile::tempdir().unwrap());
    let experiment = on(folder.path());
    let (world, lines, units) = prepared(&experiment, cache.path()).unwrap();
    let says = ["a-empty.png empty-mask", "b-border.png touches-border", "c-text.png unreadable"];
    assert_eq!(lines[..3], says);
    assert_eq!(lines[3], "30 of 33 masks accepted, 3 rejected");
    let data = &world.dataset;
    assert_eq!([data.train.len(), data.validation.len(), data.test.len()], [22, 2, 6]);
    let simulation = world.simulation.as_ref().unwrap();
    for (split, maps) in [(&data.train, &simulation.train), (&data.test, &simulation.test)] {
        assert_eq!(split.len(), maps.len());
        for sample in 0..split.len() as u32 {
            // A map is that of its own mask.
            let solved = simulation.label_image(&split.gather(&[sample])).unwrap();
            assert_eq!(solved.map.as_ref(), Some(maps.map(sample)));
        }
    }
    let (again, same, fewer) = prepared(&experiment, cache.path()).unwrap();
    assert_eq!((again.dataset.digest(), &same), (data.digest(), &lines));
    assert_eq!(units - fewer, 33, "nothing is solved twice");
    let other = Experiment { data_seed: 2, ..experiment.clone() };
    assert_ne!(prepared(&other, cache.path()).unwrap().0.dataset.digest(), data.digest());
    let history = run(&world, &Experiment { strategy: Strategy::Si, ..experiment.clone() });
    assert_eq!(history.header.data_digest, data.digest());
    assert_eq!(history.header.labels_from.as_deref(), Some("finite elements"));
    // A generator of two epochs may decode no mask that is accepted.
    let history = run(&world, &Experiment { strategy: Strategy::Random, ..experiment });
    assert!(history.rounds[0].final_value().unwrap().is_finite());
}

#[test]
fn a_folder_that_makes_no_data_set_says_why_and_what_to_do() {
    let (empty, few) = (tempfile::tempdir().unwrap(), folder_of(LEAST_MASKS - 1));
    let cache = tempfile::tempdir().unwrap();
    let nowhere = empty.path().join("nowhere");
    for (folder, says) in [
        (empty.path(), ["the folder has no PNG file", "choose the folder"]),
        (&nowhere, ["cannot be read", "choose another"]),
        (few.path(), ["23 of 26 masks accepted, 3 rejected; at least 24 are needed", "a-empty.png: the mask is empty"]),
    ] {
        let error = prepared(&on(folder), cache.path()).err().unwrap().to_string();
        assert!(error.contains(&folder.display().to_string()), "{error}");
        assert!(says.iter().all(|s| error.contains(s)), "{error}");
    }
    // In the engine it is one message, and the report comes before it.
    let mut listener = Listener::reset(on(few.path()), &[Strategy::Random]);
    listener.until_phase(Phase::Failed);
    let errors = listener.heard.iter().filter(|e| matches!(e, Event::Message { .. })).count();
    assert_eq!(errors, 1);
    assert!(listener.heard.iter().any(|e| matches!(e, Event::MasksJudged(r) if r.refused.len() == 3)));
}

#[test]
fn the_window_checks_a_folder_that_is_typed_and_shows_each_rejection() {
    let folder = folder_of(LEAST_MASKS);
    let mut w = window_of(few_vessels(), vec![Strategy::Random], false);
    wait_for(&mut w, "the generator", is_ready);
    // Its caption has the same name.
    w.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Data set").click();
    w.run_steps(2);
    click(&mut w, "IVUS (own masks)");
    assert!(w.query_by_label_contains("field `masks`").is_some(), "an empty path is reported at once");
    w.get_by_role_and_label(egui::accesskit::Role::TextInput, "Folder of masks").focus();
    w.run_steps(2);
    w.event(egui::Event::Text(folder.path().display().to_string()));
    // The error goes, and what stood above it comes down.
    w.run_steps(5);
    assert!(w.query_by_label_contains("field `masks`").is_none(), "a path is entered");
    click(&mut w, "Apply & reset");
    wait_for(&mut w, "the verdicts", |s| s.mask_report.is_some());
    w.run_steps(5);
    for file in ["a-empty.png", "b-border.png", "c-text.png"] {
        assert!(w.query_by_label(file).is_some(), "{file}");
    }
    click(&mut w, "Close");
    w.run_steps(5);
    assert!(w.query_by_label("a-empty.png").is_none());
    click(&mut w, "24 of 27 masks accepted, 3 rejected");
    assert!(w.query_by_label("a-empty.png").is_some(), "its summary opens the report again");
}

#[test]
fn a_rejection_on_the_models_grid_names_the_files_own_pixel_and_thickness() {
    let (folder, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/field/masks");
    for name in ["e02-512-thin-on-the-right.png", "e09-512-eccentric-4-pixels-thin.png"] {
        std::fs::copy(data.join(name), folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("Thumbs.db"), "").unwrap();
    let error = prepared(&on(folder.path()), cache.path()).err().unwrap().to_string();
    for says in [
        "0 of 2 masks accepted, 2 rejected",
        "e02-512-thin-on-the-right.png: the grid of the models, 64 x 64, is too coarse: the wall is ",
        "e09-512-eccentric-4-pixels-thin.png: the grid of the models, 64 x 64, is too coarse: the wall is 4",
        "near column 396",
        "row 227",
        "crop the image to the vessel",
    ] {
        assert!(error.contains(says), "{says}: {error}");
    }
}

#[test]
fn the_same_masks_in_another_folder_are_the_same_data() {
    let (here, there, cache) = (folder_of(LEAST_MASKS), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for entry in std::fs::read_dir(here.path()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, there.path().join(path.file_name().unwrap())).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.png", there.path().join("link.png")).unwrap();
    let [a, b] = [here.path(), there.path()].map(|folder| prepared(&on(folder), cache.path()).unwrap());
    assert_eq!(a.0.dataset.digest(), b.0.dataset.digest());
    assert!(!a.0.dataset.provenance.contains(&here.path().display().to_string()), "{}", a.0.dataset.provenance);
    assert!(cfg!(not(unix)) || b.1.contains(&"link.png unreadable".to_owned()), "{:?}", b.1);
}
