//! A monkey in the real window with a running engine: random keys, clicks, drags, drops and sizes, from a seed.
//!
//! `RIDGEWALK_MONKEY="SEED SECONDS"` lets it play with another seed, or for longer. `scripts/monkey` is its like for the
//! window on a screen.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use ridgewalk::experiment::Strategy;
use ridgewalk::rng::{Rng, Streams};
use ridgewalk::ui::App;

use crate::common::{Dropped, tiny};
use crate::ui::window_of;

/// Its seed and how long it plays.
const PLAY: (u64, u64) = (14, 30);
/// What it may not press: these write files, or open the system's dialogs.
const LOCKED: &[&str] = &["Export", "Save", "Browse", "Choose", "Download"];
const CLICKED: &[Role] =
    &[Role::Button, Role::CheckBox, Role::RadioButton, Role::ComboBox, Role::Slider, Role::SpinButton, Role::TextInput];
const KEYS: &[Key] = &[
    Key::Space,
    Key::ArrowRight,
    Key::ArrowDown,
    Key::ArrowUp,
    Key::ArrowLeft,
    Key::OpenBracket,
    Key::CloseBracket,
    Key::OpenCurlyBracket,
    Key::CloseCurlyBracket,
    Key::P,
    Key::F,
    Key::R,
    Key::C,
    Key::W,
    Key::A,
    Key::L,
    Key::Num2,
    Key::Num3,
    Key::N,
    Key::X,
    Key::V,
    Key::S,
    Key::G,
    Key::E,
    Key::B,
    Key::T,
    Key::Questionmark,
    Key::Escape,
    Key::Tab,
    Key::Backspace,
    Key::Home,
    Key::PageDown,
];
const TEXTS: &[&str] = &["1", "0", "7", "1e9", "-1", "nan", "0.5", "ä", "/nowhere", "\u{202e}x", "   "];
/// Memory beyond that of the first third of the play: the window is warm by then.
const MOST_GROWTH: usize = 400 << 20;

#[test]
fn a_monkey_breaks_nothing_and_memory_stays_bounded() {
    let asked = std::env::var("RIDGEWALK_MONKEY").unwrap_or_default();
    let mut asked = asked.split(' ').filter_map(|n| n.parse().ok());
    let (seed, seconds) = (asked.next().unwrap_or(PLAY.0), asked.next().unwrap_or(PLAY.1));
    let mut rng = Streams::new(seed).get("monkey", 0);
    let mut w = window_of(tiny(), vec![Strategy::Random, Strategy::Snn], true);
    let (start, length) = (Instant::now(), Duration::from_secs(seconds));
    let (mut done, mut warm) = (Vec::new(), None);
    while start.elapsed() < length {
        done.push(act(&mut w, &mut rng));
        w.step();
        if start.elapsed() > length / 3 {
            warm = warm.or_else(resident);
        }
    }
    assert!(done.len() > 20, "it hardly played: {done:?}");
    println!("seed {seed}: {} actions; memory when warm and at the end: {warm:?}, {:?} bytes", done.len(), resident());
    if let (Some(warm), Some(now)) = (warm, resident()) {
        assert!(now < warm + MOST_GROWTH, "memory grew from {warm} to {now} bytes");
    }
}

/// One random action, and what it was.
fn act(w: &mut Harness<'_, App>, rng: &mut Rng) -> String {
    let screen = w.input().screen_rect.unwrap_or(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0)));
    match rng.below(20) {
        0..=8 => click_something(w, rng),
        9..=12 => {
            let key = KEYS[rng.below(KEYS.len())];
            w.key_press(key);
            format!("{key:?}")
        }
        13..=15 => {
            let [from, to] = [somewhere(screen, rng), somewhere(screen, rng)];
            w.drag_at(from);
            for share in [0.25, 0.5, 0.75, 1.0] {
                w.hover_at(from.lerp(to, share));
                w.step();
            }
            w.drop_at(to);
            format!("drag {from:?} {to:?}")
        }
        16 => {
            let delta = vec2(0.0, rng.between(-80.0, 80.0));
            w.hover_at(somewhere(screen, rng));
            w.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta,
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            format!("wheel {delta:?}")
        }
        17 => {
            let size = vec2(rng.between(640.0, 1600.0).round(), rng.between(420.0, 1000.0).round());
            w.set_size(size);
            format!("size {size:?}")
        }
        18 => {
            let text = TEXTS[rng.below(TEXTS.len())];
            w.event(Event::Text(text.into()));
            format!("text {text:?}")
        }
        _ => {
            let path = PathBuf::from(TEXTS[rng.below(TEXTS.len())]);
            w.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
            format!("drop {}", path.display())
        }
    }
}

/// A click, sometimes a double one or one with a modifier, on something that takes clicks and may be pressed.
fn click_something(w: &mut Harness<'_, App>, rng: &mut Rng) -> String {
    let nodes: Vec<(String, Rect)> = w
        .query_all(By::new().predicate(|n| CLICKED.contains(&n.role()) && !n.is_disabled()))
        .map(|n| (n.accesskit_node().label().unwrap_or_default(), n.rect()))
        .filter(|(label, _)| !LOCKED.iter().any(|l| label.contains(l)))
        .collect();
    let Some((label, rect)) = nodes.get(rng.below(nodes.len().max(1))) else { return "nothing to click".into() };
    let at = rect.center();
    w.hover_at(at);
    w.step();
    let modifiers = [Modifiers::NONE, Modifiers::NONE, Modifiers::CTRL, Modifiers::SHIFT][rng.below(4)];
    for _ in 0..1 + rng.below(2) {
        for pressed in [true, false] {
            w.event_modifiers(
                Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers },
                modifiers,
            );
        }
    }
    format!("click {label}")
}

fn somewhere(screen: Rect, rng: &mut Rng) -> Pos2 {
    screen.min + vec2(rng.between(0.0, screen.width()), rng.between(0.0, screen.height()))
}

/// Bytes of memory in use, where the system tells.
fn resident() -> Option<usize> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}
