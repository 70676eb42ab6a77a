//! The frame around the panels: keys and dialogs, bars at every width, maximised panels, messages.

use std::time::{Duration, Instant};

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use ridgewalk::device::{self, DeviceKind};
use ridgewalk::engine::EngineOptions;
use ridgewalk::experiment::{Experiment, Strategy};
use ridgewalk::ui::{App, UiOptions, WORKSPACES};

use crate::common::{ring, save_png, tiny, variants};
use crate::ui::{PATIENCE, click, is_finished, is_ready, wait_for, window, window_with};

/// Heights of the bar, of the strip under it, and of a panel's title bar, points.
const BAR: f32 = 46.0;
const STRIP: f32 = 44.0;
const TITLE: f32 = 28.0;

pub fn shown(w: &Harness<'_, App>) -> &'static str {
    let is_shown = |name: &str| {
        let label = format!("Workspace: {name}");
        let tab = w.query_by_label(&label);
        tab.is_some_and(|tab| tab.accesskit_node().toggled() == Some(Toggled::True))
    };
    WORKSPACES.iter().map(|w| w.name).find(|name| is_shown(name)).unwrap_or_default()
}

/// What the keys change.
fn choices(w: &Harness<'_, App>) -> String {
    let s = w.state().state();
    let parts =
        (&s.progress.phase, s.intent, s.pending, s.lab.only, s.lab.by_verdict, s.brush.tool, s.playhead.playing);
    format!(
        "{parts:?} {} {:?} settings {} maximised {}",
        shown(w),
        w.ctx.theme(),
        w.query_by_label("More settings").is_some(),
        w.query_by_label_contains("Restore: ").is_some(),
    )
}

#[test]
fn no_key_acts_behind_a_dialog_or_a_menu() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    for (workspace, opens) in [
        ("Run", "Save view as PNG"),
        ("Run", "Keys and symbols"),
        ("Run", "More"),
        ("Run", "Messages"),
        ("Run", "Strategies compared"),
        ("Compare", "Open…"),
        ("Compare", "Save runs…"),
    ] {
        click(&mut w, &format!("Workspace: {workspace}"));
        click(&mut w, opens);
        w.run_steps(3);
        let before = choices(&w);
        // None of F1 to F35 does anything, and each is a few frames.
        let is_function = |key: &&Key| key.name().starts_with('F') && key.name().len() > 1;
        for key in Key::ALL.iter().filter(|key| !is_function(key)) {
            // As a click on the dialog's empty ground does.
            w.ctx.memory_mut(|memory| memory.focused().map(|id| memory.surrender_focus(id)));
            w.step();
            // Those that close it, or move in it.
            let closes = matches!(key, Key::Escape | Key::Enter | Key::Tab | Key::Questionmark)
                || matches!(key, Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight);
            for modifiers in [Modifiers::NONE, Modifiers::SHIFT, Modifiers::COMMAND] {
                if !closes {
                    w.key_press_modifiers(modifiers, *key);
                }
            }
            w.step();
            assert_eq!(choices(&w), before, "{key:?} behind {opens}");
        }
        w.key_press(Key::Escape);
        w.run_steps(3);
        w.key_press(Key::T);
        w.run_steps(2);
        assert_ne!(choices(&w), before, "{opens} was closed, but keys do nothing");
    }
}

/// The rectangles of all that can be pressed, with their names, whose middle is in a band.
fn pressable(w: &Harness<'_, App>, band: Rect) -> Vec<(String, Rect)> {
    let roles = [Role::Button, Role::RadioButton, Role::CheckBox, Role::ComboBox, Role::SpinButton, Role::Label];
    let nodes = w.query_all(by().predicate(move |n| roles.contains(&n.role())));
    let name = |n: &egui_kittest::kittest::AccessKitNode<'_>| n.label().or_else(|| n.value()).unwrap_or_default();
    let named = nodes.map(|n| (name(&n.accesskit_node()), n.rect()));
    // What is in a bar stands in its middle.
    let middle = |rect: &Rect| band.height() > TITLE || (rect.center().y - band.center().y).abs() < 2.0;
    let in_bar = |rect: &Rect| band.contains(rect.center()) && middle(rect);
    named.filter(|(name, rect)| !name.is_empty() && in_bar(rect)).collect()
}

/// Nothing in a band of the window lies over anything else or outside.
fn check_band(w: &Harness<'_, App>, band: Rect, what: &str) {
    let found = pressable(w, band);
    assert!(!found.is_empty(), "{what}: nothing");
    for (i, (name, rect)) in found.iter().enumerate() {
        assert!(band.expand(1.0).contains_rect(*rect), "{what}: {name} is at {rect}");
        for (other, beside) in &found[..i] {
            let over = rect.shrink(1.0).intersects(beside.shrink(1.0));
            assert!(!over, "{what}: {name} at {rect} lies over {other} at {beside}");
        }
    }
}

#[test]
fn the_bars_fit_at_every_width() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Step minibatches");
    for workspace in ["Run", "Regions", "Compare", "Walks"] {
        w.set_size(vec2(1280.0, 800.0));
        w.run_steps(3);
        click(&mut w, &format!("Workspace: {workspace}"));
        for width in [640.0, 700.0, 760.0, 820.0, 880.0, 940.0, 960.0, 1060.0, 1160.0, 1280.0, 1600.0, 1920.0] {
            w.set_size(vec2(width, 640.0));
            w.run_steps(4);
            let what = format!("{workspace} at {width}");
            let band = |top: f32, height: f32| Rect::from_min_size(egui::pos2(0.0, top), vec2(width, height));
            check_band(&w, band(0.0, BAR), &format!("the bar, {what}"));
            check_band(&w, band(BAR, STRIP), &format!("the strip, {what}"));
            let ends = w.query_all_by_label_contains("Maximise: ");
            let ends = ends.map(|n| (n.accesskit_node().label().unwrap_or_default(), n.rect()));
            for (name, end) in ends.collect::<Vec<_>>() {
                let title = name.trim_start_matches("Maximise: ");
                let tab = w.query_all_by_role_and_label(Role::Button, title).next().unwrap().rect();
                let top = end.center().y - TITLE / 2.0;
                let own = Rect::from_min_max(egui::pos2(tab.left(), top), egui::pos2(end.right(), top + TITLE));
                check_band(&w, own, &format!("the title of {title}, {what}"));
            }
            for name in ["More", "Messages"] {
                assert!(w.query_by_label(name).is_some(), "{name}, {what}");
            }
        }
    }
    // What has no room is in the menu, and works there.
    w.set_size(vec2(640.0, 480.0));
    w.run_steps(4);
    let dark = w.ctx.theme();
    assert!(w.query_by_label("Dark or light").is_none());
    click(&mut w, "More");
    click(&mut w, "Dark or light T");
    assert_ne!(w.ctx.theme(), dark);
}

#[test]
fn a_panel_is_maximised_by_its_button_its_title_and_a_key() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    let panels = |w: &Harness<'_, App>| w.query_all_by_label_contains("Maximise: ").count();
    let all = panels(&w);
    assert_eq!(all, 3);
    let title = |w: &mut Harness<'_, App>, name: &str| {
        let roles = |n: &egui_kittest::kittest::AccessKitNode<'_>| n.role() == Role::Button;
        let at = w.get_by(|n| roles(n) && n.label().as_deref() == Some(name)).rect().center();
        w.hover_at(at);
        w.step();
        // All in one frame: a frame of the test is too long for a double click.
        let button = egui::PointerButton::Primary;
        let event = |pressed| Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
        w.input_mut().events.extend([true, false, true, false].map(event));
        w.run_steps(3);
    };
    let toggle = |w: &mut Harness<'_, App>, way: &str, back: bool| match way {
        "button" => click(w, if back { "Restore: Learning curves" } else { "Maximise: Learning curves" }),
        "title" => title(w, "Learning curves"),
        _ => {
            w.key_press(Key::M);
            w.run_steps(3);
        }
    };
    for way in ["button", "title", "key"] {
        w.hover_at(w.get_by_label("Maximise: Learning curves").rect().center() + vec2(0.0, 60.0));
        w.step();
        toggle(&mut w, way, false);
        assert_eq!(panels(&w), 0, "{way}");
        assert!(w.query_by_label("Restore: Learning curves").is_some(), "{way}");
        w.check_accessibility();
        toggle(&mut w, way, true);
        assert_eq!(panels(&w), all, "{way}: back");
    }
    // The keys of workspaces.
    for (modifiers, key, expected) in [
        (Modifiers::COMMAND, Key::Num4, "Walks"),
        (Modifiers::NONE, Key::E, "Regions"),
        (Modifiers::SHIFT, Key::E, "Walks"),
        (Modifiers::COMMAND, Key::Num1, "Run"),
        (Modifiers::SHIFT, Key::E, "Compare"),
    ] {
        w.key_press_modifiers(modifiers, key);
        w.run_steps(3);
        assert_eq!(shown(&w), expected);
    }
}

/// Shows frames until `done`, whatever phase the engine is in.
pub fn wait_until(w: &mut Harness<'_, App>, what: &str, done: impl Fn(&Harness<'_, App>) -> bool) {
    let start = Instant::now();
    while !done(w) {
        assert!(start.elapsed() < PATIENCE, "{what} never came: {:?}", w.state().state().messages);
        w.step();
        #[expect(clippy::disallowed_methods, reason = "work on other threads; there is no event to wait for")]
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn says(w: &Harness<'_, App>, text: &str) -> bool {
    w.query_all_by_label_contains(text).next().is_some()
}

/// The window of an experiment, whose data are in `data` alone.
fn window_on(experiment: Experiment, strategy: Strategy, data: &std::path::Path) -> Harness<'static, App> {
    let engine =
        EngineOptions { cache_dir: None, threads: 1, data_dir: Some(data.to_owned()), ..EngineOptions::default() };
    window_with(UiOptions {
        engine,
        experiment,
        variants: variants(&[strategy]),
        autostart: false,
        ..UiOptions::default()
    })
}

fn is_disabled(w: &Harness<'_, App>, label: &str) -> bool {
    w.get_by_label(label).accesskit_node().is_disabled()
}

/// While the generator trains, more repeats can be asked for; a GPU that is not there cannot be chosen.
#[test]
fn a_button_that_can_do_nothing_is_grey_and_one_that_can_is_not() {
    let mut w = window(true);
    wait_for(&mut w, "the start", |s| s.generation == 1);
    assert!(!w.state().state().generator.ready);
    click(&mut w, "Add a repeat");
    wait_for(&mut w, "its runs", |s| s.repeats() == 2);
    wait_for(&mut w, "the end", is_finished);
    assert!(w.state().state().runs.len() == 4 && w.state().state().runs.iter().all(|r| r.rounds.len() == 3));
    if device::no_gpu(device::software_allowed()).is_some() {
        wait_until(&mut w, "the search for a GPU", |w| is_disabled(w, "Device: GPU"));
        click(&mut w, "Device: GPU");
        w.run_steps(3);
        assert_eq!((w.state().state().generation, w.state().state().device), (1, DeviceKind::Cpu));
    }
}

#[test]
fn a_data_set_that_is_not_there_is_refused_at_its_field_until_its_folder_is_chosen() {
    let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for name in ["train-images", "t10k-images"].map(|n| format!("{n}-idx3-ubyte")) {
        std::fs::write(full.path().join(&name), "x").unwrap();
        std::fs::write(full.path().join(name.replace("images-idx3", "labels-idx1")), "x").unwrap();
    }
    let mut w = window_on(tiny(), Strategy::Random, empty.path());
    wait_for(&mut w, "the generator", is_ready);
    assert!(!says(&w, "Choose folder"), "built-in digits have no files");
    w.get_by_role_and_label(Role::ComboBox, "Data set").click();
    w.run_steps(3);
    click(&mut w, "MNIST");
    wait_until(&mut w, "what is missing", |w| says(w, "mnist is not on this machine"));
    w.run_steps(2);
    assert!(is_disabled(&w, "Apply & reset"));
    click(&mut w, "Download…");
    assert!(says(&w, "train-images-idx3-ubyte.gz") && says(&w, "9.9 MB") && says(&w, "https://"));
    assert!(says(&w, &empty.path().join("mnist").display().to_string()));
    w.key_press(Key::Escape);
    w.run_steps(2);
    click(&mut w, "Choose folder…");
    w.key_press_modifiers(Modifiers::COMMAND, Key::A);
    w.event(Event::Text(full.path().display().to_string()));
    w.step();
    w.key_press(Key::Enter);
    wait_until(&mut w, "the files", |w| says(w, "not the published files"));
    w.run_steps(2);
    assert!(!is_disabled(&w, "Apply & reset") && w.query_by_label("Download…").is_none());
    click(&mut w, "Usual places");
    wait_until(&mut w, "what is missing again", |w| says(w, "mnist is not on this machine"));
    w.check_accessibility();
}

#[test]
fn the_start_page_starts_what_can_run_and_says_what_the_rest_lacks() {
    let empty = tempfile::tempdir().unwrap();
    let mut w = window_on(tiny(), Strategy::Random, empty.path());
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Start page");
    w.check_accessibility();
    click(&mut w, "Start: This is Table 1");
    wait_until(&mut w, "what is missing", |w| says(w, "mnist is not on this machine"));
    w.run_steps(3);
    assert_eq!((w.state().state().experiment.name.as_str(), shown(&w)), ("tiny", "Compare"));
    click(&mut w, "Start page");
    click(&mut w, "Start: This is Figure 4");
    wait_until(&mut w, "the example", |w| w.state().state().experiment.name == "digits-2d");
    assert_eq!((w.state().state().variants(), shown(&w)), (variants(&[Strategy::Snn]), "Walks"));
    click(&mut w, "Start page");
    w.get_by_label("Start: tiny").scroll_to_me();
    w.run_steps(8);
    click(&mut w, "Start: tiny");
    wait_for(&mut w, "rounds that run by themselves", |s| s.experiment.name == "tiny" && s.latest_round() > 0);
}

#[test]
fn the_number_of_own_masks_sets_how_many_are_labelled_in_a_round() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..30 {
        save_png(&folder.path().join(format!("{i:02}.png")), 64, ring(11.0 + 0.2 * f64::from(i), 7.0));
    }
    let masks = Experiment::preset("ivus").unwrap().on_masks(&folder.path().display().to_string());
    let mut w = window_on(Experiment { rounds: 3, ..masks }, Strategy::Random, folder.path());
    wait_until(&mut w, "a number that fits", |w| w.state().state().experiment.samples_per_round != 80);
    wait_until(&mut w, "the data", |w| w.state().state().dataset.is_some());
    let train = w.state().state().dataset.as_ref().unwrap().train.len();
    assert_eq!(w.state().state().experiment.samples_per_round, train / 3);
    let text = format!("{train} masks are there to train on: {} are labelled in each of 3 rounds", train / 3);
    assert!(w.state().state().messages.iter().any(|m| m.text == text));
}
