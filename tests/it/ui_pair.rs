//! Two runs side by side: who bought what, who predicts what right, one camera, one playhead, an opened run.

use std::collections::HashSet;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::RgbaImage;

use ridgewalk::archive;
use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;
use ridgewalk::history::RoundRecord;
use ridgewalk::ui::App;

use crate::common::{run, tiny_world, with};
use crate::ui::{click, rounds, wait_for, window};

/// What was bought by the end of a round.
fn bought<'a>(records: impl Iterator<Item = &'a RoundRecord>, round: usize) -> HashSet<u32> {
    records.filter(|r| r.round <= round).flat_map(|r| r.proposals.iter().map(|p| p.sample)).collect()
}

fn live(w: &Harness<'_, App>, strategy: Strategy, round: usize) -> HashSet<u32> {
    bought(w.state().state().run(strategy).unwrap().rounds.iter().map(|r| &**r), round)
}

/// How the numbers say it.
fn said(round: usize, a: &HashSet<u32>, b: &HashSet<u32>) -> String {
    let both = a.intersection(b).count();
    format!("by round {round}: only A {}, both {both}, only B {}", a.len() - both, b.len() - both)
}

fn picture(w: &mut Harness<'_, App>, view: &str) -> RgbaImage {
    let rect = w.get_by_label(view).rect();
    let [x, y, width, height] = [rect.left(), rect.top(), rect.width(), rect.height()].map(|v| v as u32);
    image::imageops::crop_imm(&w.render().unwrap(), x, y, width, height).to_image()
}

#[test]
fn two_runs_stand_side_by_side_with_one_camera_and_one_playhead() {
    let folder = tempfile::tempdir().unwrap();
    let other = run(&tiny_world(), &with(Strategy::Snn, 7));
    archive::write_history(&folder.path().join("snn-01.rwh"), &other).unwrap();
    let mut w = window(true);
    wait_for(&mut w, "the end", |s| s.progress.phase == Phase::Finished && rounds(s, Strategy::Snn) == 3);
    click(&mut w, "Workspace: Pair");
    w.run_steps(3);
    let (random, snn) = (live(&w, Strategy::Random, 3), live(&w, Strategy::Snn, 3));
    assert!(random != snn);
    assert!(w.query_by_label(&said(3, &random, &snn)).is_some(), "{}", said(3, &random, &snn));

    // One playhead: in round 1 both bought the same.
    w.key_press(egui::Key::OpenBracket);
    w.key_press(egui::Key::OpenBracket);
    w.run_steps(3);
    assert_eq!(w.state().state().shown_round(), 1);
    assert!(w.query_by_label(&said(1, &live(&w, Strategy::Random, 1), &live(&w, Strategy::Snn, 1))).is_some());
    w.key_press(egui::Key::CloseBracket);
    w.key_press(egui::Key::CloseBracket);
    w.run_steps(3);

    // One camera: a drag in A moves B and the difference.
    let views = ["Latent space of A", "Latent space of B", "Difference of A and B"];
    let before = views.map(|v| picture(&mut w, v));
    assert!(before[0] != before[1]);
    let a = w.get_by_label(views[0]).rect();
    w.drag_at(a.center());
    w.step();
    w.hover_at(a.center() + egui::vec2(40.0, 30.0));
    w.step();
    w.drop_at(a.center() + egui::vec2(40.0, 30.0));
    w.run_steps(3);
    let after = views.map(|v| picture(&mut w, v));
    for i in 0..3 {
        assert!(before[i] != after[i], "{}", views[i]);
    }

    // Predictions of the test images, counted from both histories.
    click(&mut w, "Difference of: predictions");
    wait_for(&mut w, "the question for codes", |s| s.brush.asked_evaluation);
    w.run_steps(3);
    let state = w.state().state();
    let split = state.dataset.as_ref().unwrap().evaluation(state.experiment.evaluate_on);
    let right = |strategy| {
        let predicted = &state.run(strategy).unwrap().rounds[2].predicted;
        (0..split.len() as u32).filter(|&i| predicted[i as usize] == split.label(i as usize)).collect::<HashSet<_>>()
    };
    let (ra, rb) = (right(Strategy::Random), right(Strategy::Snn));
    let both = ra.intersection(&rb).count();
    let text = format!("right: only A {}, both {both}, only B {}", ra.len() - both, rb.len() - both);
    assert!(w.query_by_label(&text).is_some(), "{text}");
    w.check_accessibility();

    // A run from a file in B's place.
    click(&mut w, "Open…");
    w.event(egui::Event::Text(folder.path().display().to_string()));
    w.step();
    w.key_press(egui::Key::Enter);
    wait_for(&mut w, "the history", |s| s.messages.iter().any(|m| m.text.starts_with("Opened 1 histories")));
    click(&mut w, "Run B");
    click(&mut w, "SNN, α 0.3, seed 7 (opened)");
    w.run_steps(3);
    let seven = bought(other.rounds.iter(), 3);
    assert!(w.query_by_label(&said(3, &live(&w, Strategy::Random, 3), &seven)).is_some());
}
