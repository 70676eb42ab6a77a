//! The film and the methods paragraph of the window: made with the code of the command line, stopped, copied and saved.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::AnimationDecoder as _;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;
use ridgewalk::ui::App;

use crate::stress_panel::type_over;
use crate::ui::{click, rounds, wait_for, window, window_after_round_one};

/// Opens the palette and chooses the action with this name.
fn choose(w: &mut Harness<'_, App>, name: &str) {
    w.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.run_steps(2);
    w.event(Event::Text(name.into()));
    w.run_steps(2);
    w.key_press(Key::Enter);
    w.run_steps(2);
}

fn said(w: &Harness<'_, App>, text: &str) -> bool {
    w.state().state().messages.iter().any(|m| m.text.contains(text))
}

#[test]
fn a_film_of_the_shown_run_is_saved_with_its_frames_and_can_be_stopped() {
    let mut w = window_after_round_one();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.gif");
    choose(&mut w, "Save a film of the run");
    click(&mut w, "Size of the film: 640 × 400");
    click(&mut w, "Every frame as a PNG too");
    w.check_accessibility();
    click(&mut w, "Path of the GIF");
    type_over(&mut w, &path.display().to_string());
    wait_for(&mut w, "the film", |s| s.messages.iter().any(|m| m.text.starts_with("Saved ")));
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(std::fs::read(&path).unwrap())).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 8, "one round of eight frames");
    assert!(frames.iter().all(|frame| frame.buffer().dimensions() == (640, 400)));
    assert_eq!(std::fs::read_dir(folder.path().join("run.frames")).unwrap().count(), 8);
    // A longer one is stopped: no GIF is left.
    let other = folder.path().join("stopped.gif");
    choose(&mut w, "Save a film of the run");
    click(&mut w, "Size of the film: 1280 × 800");
    click(&mut w, "Every frame as a PNG too");
    click(&mut w, "Path of the GIF");
    type_over(&mut w, &other.display().to_string());
    w.step();
    assert!(w.query_by_label_contains("Film: frame ").is_some());
    click(&mut w, "Stop the film");
    wait_for(&mut w, "the end", |s| s.messages.iter().any(|m| m.text.contains("film was stopped")));
    assert!(!other.exists());
}

#[test]
fn the_methods_are_copied_and_saved() {
    let mut w = window(false);
    choose(&mut w, "Copy the methods");
    assert!(w.query_by_label_contains("No round of a shown run has ended").is_some());
    let mut w = window_after_round_one();
    choose(&mut w, "Copy the methods");
    assert!(said(&w, "Copied the methods of the shown runs: "));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("methods.md");
    choose(&mut w, "Save the methods");
    type_over(&mut w, &path.display().to_string());
    wait_for(&mut w, "the file", |_| path.is_file());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# Methods") && text.contains("**Strategies.**"), "{text}");
    assert!(!text.contains("settings.toml"), "there is no such file beside it");
    assert!(said(&w, &format!(": {} words in Markdown", text.split_whitespace().count())));
}

#[test]
fn rounds_stand_side_by_side_in_place_of_the_view_and_are_saved() {
    let mut w = window_after_round_one();
    w.key_press(Key::ArrowRight);
    w.step();
    wait_for(&mut w, "round 2", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 2);
    choose(&mut w, "Rounds side by side");
    w.run_steps(3);
    assert!(w.query_by_label_contains("at the end of rounds: grey, all samples").is_some());
    w.check_accessibility();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    click(&mut w, "Save view as PNG");
    type_over(&mut w, &out.display().to_string());
    wait_for(&mut w, "the files", |s| s.messages.iter().any(|m| m.text.starts_with("Wrote 3 files")));
    let svg = std::fs::read_to_string(out.join("rounds.svg")).unwrap();
    for title in ["Round 1, 40 labels: ", "Round 2, 80 labels: "] {
        assert!(svg.contains(title), "{title}");
    }
    assert!(!svg.contains("Round 3"));
    choose(&mut w, "Rounds side by side");
    assert!(w.query_by_label_contains("at the end of rounds").is_none());
}
