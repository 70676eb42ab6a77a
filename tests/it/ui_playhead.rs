//! The playhead in the window: it stops at evaluations inside rounds, and the panels show its position.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use ridgewalk::experiment::Strategy;
use ridgewalk::history::Metric;
use ridgewalk::ui::App;

use crate::ui::{is_finished, run_of, wait_for, window};

/// The playhead's round and evaluation.
fn stop(w: &Harness<'_, App>) -> (usize, Option<usize>) {
    let state = w.state().state();
    (state.shown_round(), state.shown_stop().map(|(place, _)| place))
}

#[test]
fn the_playhead_goes_inside_rounds_by_key() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(3);
    // A round of six minibatches has one evaluation inside.
    for (key, place) in [
        (egui::Key::OpenCurlyBracket, (3, Some(0))),
        (egui::Key::OpenCurlyBracket, (2, None)),
        (egui::Key::OpenCurlyBracket, (2, Some(0))),
        (egui::Key::CloseCurlyBracket, (2, None)),
        (egui::Key::OpenBracket, (1, None)),
        (egui::Key::CloseCurlyBracket, (2, Some(0))),
    ] {
        w.key_press(key);
        w.run_steps(3);
        assert_eq!(stop(&w), place);
    }
    let state = w.state().state();
    let part = run_of(state, Strategy::Snn).unwrap().curve(Metric::AccuracyPart, &state.experiment);
    let at = part.iter().find(|p| p.round == 2 && p.minibatches == 9.0).unwrap();
    let shown = format!("SNN, round 2, step 9: {:.1} %", at.value);
    assert!(w.query_by_label(&shown).is_some(), "{shown}");
    assert_eq!(state.weights_round(), Some(1));
    w.check_accessibility();
    // From inside a round, the next round is its end.
    for round in [2, 3] {
        w.key_press(egui::Key::CloseBracket);
        w.run_steps(3);
        assert_eq!(stop(&w), (round, None));
    }
}

#[test]
fn a_drag_over_the_curve_passes_every_stop() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(3);
    let curve = w.get_by_label("Curve of the metric").rect();
    let at = |share: f32| egui::pos2(curve.left() + share * curve.width(), curve.center().y);
    w.drag_at(at(0.99));
    w.run_steps(2);
    let mut seen = vec![stop(&w)];
    for step in (20..=99).rev() {
        w.hover_at(at(step as f32 / 100.0));
        w.run_steps(1);
        seen.push(stop(&w));
    }
    w.drop_at(at(0.2));
    w.run_steps(2);
    seen.dedup();
    assert_eq!(seen, [(3, None), (3, Some(0)), (2, None), (2, Some(0)), (1, None), (1, Some(0))]);
}

#[test]
fn one_step_forward_after_two_back_is_one_step_back_from_where_it_began() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    w.run_steps(3);
    let [back, forward] = [egui::Key::OpenBracket, egui::Key::CloseBracket];
    for (key, round) in [(back, 2), (back, 1), (forward, 2), (forward, 3)] {
        w.key_press(key);
        w.run_steps(3);
        assert_eq!(stop(&w), (round, None));
    }
    // The buttons do the same.
    for (name, round) in [("Previous round", 2), ("Previous round", 1), ("Next round", 2)] {
        w.get_by_label(name).click();
        w.run_steps(3);
        assert_eq!(stop(&w), (round, None));
    }
    // At the end no round is left to compute: the arrow that steps leaves the playhead alone.
    w.key_press(egui::Key::ArrowRight);
    w.run_steps(3);
    assert_eq!(stop(&w), (2, None));
}
