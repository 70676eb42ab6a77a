//! Points of an embedding in the window: opened, coloured, searched, selected, exported.

use std::path::Path;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ridgewalk::points::Opening;
use ridgewalk::ui::PointsApp;

use crate::common::Dropped;
use crate::ui::PATIENCE;

const COUNT: usize = 300;

/// Points in three dimensions with classes, numbers, words and an image each.
fn files(folder: &Path) -> Opening {
    let points = folder.join("points.csv");
    let mut text = "x,y,z,kind,age,word\n".to_owned();
    for i in 0..COUNT {
        let t = i as f32 * 0.1;
        text +=
            &format!("{},{},{},{},{},word {i}\n", t.cos(), t.sin(), t / 9.0, ["a", "b", "c"][i % 3], i as f32 / 2.0);
    }
    std::fs::write(&points, text).unwrap();
    let side = COUNT.isqrt() as u32 + 1;
    let sprite = folder.join("sprite.png");
    image::GrayImage::from_fn(8 * side, 8 * side, |x, y| image::Luma([(x + y) as u8])).save(&sprite).unwrap();
    Opening { points, metadata: None, images: Some(sprite) }
}

fn window(opening: Opening) -> Harness<'static, PointsApp> {
    Harness::builder().with_size(egui::vec2(1280.0, 800.0)).wgpu().build_eframe(|cc| PointsApp::new(cc, opening))
}

fn wait_for(w: &mut Harness<'_, PointsApp>, what: &str, done: impl Fn(&Harness<'_, PointsApp>) -> bool) {
    let start = Instant::now();
    while !done(w) {
        assert!(start.elapsed() < PATIENCE, "{what} never came");
        w.step();
        #[expect(
            clippy::disallowed_methods,
            reason = "a thread works while this one yields; there is no event to wait for"
        )]
        std::thread::sleep(Duration::from_millis(5));
    }
    w.step();
}

fn click(w: &mut Harness<'_, PointsApp>, label: &str) {
    w.get_by_label(label).click();
    w.step();
    w.step();
}

#[test]
fn points_are_coloured_searched_selected_looked_at_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut w = window(files(folder.path()));
    wait_for(&mut w, "the points", |w| w.state().shown().is_some());
    let shown = w.state().shown().unwrap();
    assert_eq!((shown.points.len(), shown.points.dim, shown.place.solid), (COUNT, 3, true));

    // Colour: a class alone, then the next column, whose bar replaces the classes.
    click(&mut w, "Only class b");
    assert_eq!(w.state().shown().unwrap().only, Some(1));
    w.key_press(egui::Key::C);
    w.run_steps(2);
    assert_eq!(w.state().shown().unwrap().only, None);
    assert!(w.query_by_label("Colours from 0 to 149.5").is_some());

    // Search: what is found is selected and can be exported.
    w.get_by_label("Search the metadata").focus();
    w.step();
    w.get_by_label("Search the metadata").type_text("word 29");
    w.run_steps(2);
    wait_for(&mut w, "what is found", |w| w.query_by_label("11 found").is_some());
    click(&mut w, "Select");
    assert_eq!(w.state().shown().unwrap().selection.len(), 11);
    assert!(w.query_by_label("11 points").is_some());
    click(&mut w, "Export…");
    assert!(w.query_by_label("Export the selection").is_some());
    w.key_press(egui::Key::Escape);
    w.run_steps(2);
    click(&mut w, "Clear");
    assert!(w.state().shown().unwrap().selection.is_empty());

    // Axes: principal ones are said with their share.
    click(&mut w, "Axes: Principal");
    click(&mut w, "View: 2-D");
    assert!(!w.state().shown().unwrap().place.solid);
    w.check_accessibility();
}

#[test]
fn a_file_that_cannot_be_read_leaves_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let [good, bad] = ["points.csv", "bad.csv"].map(|name| folder.path().join(name));
    let mut w = window(files(folder.path()));
    wait_for(&mut w, "the points", |w| w.state().shown().is_some());
    std::fs::write(&bad, "a,b\nc,d\n").unwrap();
    w.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(bad.clone())));
    wait_for(&mut w, "the message", |w| w.query_by_label_contains("no column of numbers").is_some());
    let named = |path: &Path| w.query_by_label(&path.display().to_string()).is_some();
    assert!(named(&good) && !named(&bad));
    assert_eq!(w.state().shown().unwrap().points.len(), COUNT);
}

#[test]
fn what_cannot_be_read_is_said_and_nothing_shown() {
    let folder = tempfile::tempdir().unwrap();
    let points = folder.path().join("points.csv");
    std::fs::write(&points, "a,b\nc,d\n").unwrap();
    let mut w = window(Opening { points, ..Opening::default() });
    wait_for(&mut w, "the message", |w| w.query_by_label_contains("no column of numbers").is_some());
    assert!(w.state().shown().is_none());
    click(&mut w, "Close the message");
    assert!(w.query_by_label_contains("no column of numbers").is_none());
}
