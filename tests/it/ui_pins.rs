//! The probe in the inspector: pinned and followed through training, and how long its step should be.

use egui_kittest::kittest::Queryable as _;

use ridgewalk::engine::planned::RunId;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;
use ridgewalk::ui::state::PinCurve;

use crate::ui::{click, rounds, wait_for, window_after_round_one};

#[test]
fn a_probe_is_pinned_followed_and_unpinned() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Explore");
    click(&mut w, "Inspect: Probe");
    wait_for(&mut w, "the probe", |s| s.answers.probe.answer.is_some());
    w.run_steps(2);
    click(&mut w, "Pin this point");
    let values =
        |s: &ridgewalk::ui::state::AppState| s.pins.pins.first().map_or(0, |p| p.series(RunId::nth(1)).count());
    wait_for(&mut w, "its first value", |s| values(s) == 1);
    // The same point is not pinned twice.
    click(&mut w, "Pin this point");
    assert_eq!(w.state().state().pins.pins.len(), 1);
    w.key_press(egui::Key::ArrowRight);
    w.step();
    wait_for(&mut w, "round 2", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 2);
    let state = w.state().state();
    assert_eq!(values(state), 3, "after round 1, within round 2, and at its end");
    assert_eq!(state.pins.pins[0].series(RunId::nth(0)).count(), 3);
    w.run_steps(2);
    assert!(w.query_by_label("Curve of pin 1: 3 values").is_some());
    click(&mut w, "Curves of the pins: loss");
    assert_eq!(w.state().state().pins.curve, PinCurve::Loss);
    w.check_accessibility();
    click(&mut w, "Unpin 1");
    assert!(w.state().state().pins.pins.is_empty() && w.query_by_label("Curve of pin 1: 3 values").is_none());
}

#[test]
fn the_step_length_is_judged_by_the_snaps_of_the_round_and_by_the_probe() {
    let mut w = window_after_round_one();
    click(&mut w, "Workspace: Explore");
    click(&mut w, "Inspect: Step length");
    wait_for(&mut w, "the probe", |s| s.answers.probe.answer.is_some());
    w.run_steps(2);
    // Round 1 is drawn at random, without steps.
    assert!(w.query_by_label_contains("has taken none yet").is_some());
    assert!(
        w.query_by_label("Neighbours along the step").is_some() && w.query_by_label("Decoded at alpha 2").is_some()
    );
    w.key_press(egui::Key::ArrowRight);
    w.step();
    wait_for(&mut w, "round 2", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == 2);
    w.run_steps(2);
    assert!(w.query_by_label("Histogram of snap distances").is_some());
    assert!(w.query_by_label_contains("snaps of round 2, median").is_some());
    assert!(w.query_by_label_contains("sensible α").is_some());
    w.check_accessibility();
    let point = w.state().state().probing.clone();
    click(&mut w, "Inspect: Probe");
    w.run_steps(2);
    assert_eq!(w.state().state().probing, point, "the point stays where it is");
    click(&mut w, "Inspect: Sample");
    assert!(w.state().state().probing.is_none());
}
