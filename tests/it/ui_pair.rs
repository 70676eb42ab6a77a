//! Two runs side by side: their picks and correct predictions, one camera, one playhead, an opened run.

use std::collections::HashSet;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::RgbaImage;

use ridgewalk::archive;
use ridgewalk::experiment::Strategy;
use ridgewalk::history::{History, RoundRecord};
use ridgewalk::ui::App;

use crate::common::{Step, run, take_steps, tiny_world, with};
use crate::ui::{click, is_finished, run_of, wait_for, window};

/// The samples labelled by the end of a round.
fn bought<'a>(records: impl Iterator<Item = &'a RoundRecord>, round: usize) -> HashSet<u32> {
    records.filter(|r| r.round <= round).flat_map(|r| r.proposals.iter().map(|p| p.sample)).collect()
}

fn live(w: &Harness<'_, App>, strategy: Strategy, round: usize) -> HashSet<u32> {
    bought(run_of(w.state().state(), strategy).unwrap().rounds.iter().map(|r| &**r), round)
}

/// The text of the counts.
fn said(round: usize, a: &HashSet<u32>, b: &HashSet<u32>) -> String {
    let both = a.intersection(b).count();
    format!("by round {round}: only A {}, both {both}, only B {}", a.len() - both, b.len() - both)
}

fn picture(w: &mut Harness<'_, App>, view: &str) -> RgbaImage {
    let rect = w.get_by_label(view).rect();
    let [x, y, width, height] = [rect.left(), rect.top(), rect.width(), rect.height()].map(|v| v as u32);
    image::imageops::crop_imm(&w.render().unwrap(), x, y, width, height).to_image()
}

const VIEWS: [&str; 3] = ["Latent space of A", "Latent space of B", "Difference of A and B"];

/// The pair workspace with completed runs of Random and SNN, and another run of SNN in a folder.
struct Scene {
    w: Harness<'static, App>,
    folder: tempfile::TempDir,
    other: History,
}

impl Scene {
    /// Asserts that the counts of both live runs are those of `round`.
    fn says(&self, round: usize) {
        let text = said(round, &live(&self.w, Strategy::Random, round), &live(&self.w, Strategy::Snn, round));
        assert!(self.w.query_by_label(&text).is_some(), "{text}");
    }

    fn press_twice(&mut self, key: egui::Key) {
        self.w.key_press(key);
        self.w.key_press(key);
        self.w.run_steps(3);
    }

    /// The test images that a run predicts right at its end.
    fn right(&self, strategy: Strategy) -> HashSet<u32> {
        let state = self.w.state().state();
        let split = state.dataset.as_ref().unwrap().evaluation(state.experiment.evaluate_on);
        let predicted = &run_of(state, strategy).unwrap().rounds[2].predicted;
        assert_eq!(predicted.len(), split.len());
        (0..split.len() as u32).filter(|&i| predicted[i as usize] == split.label(i as usize)).collect()
    }
}

#[test]
fn two_runs_stand_side_by_side_with_one_camera_and_one_playhead() {
    let folder = tempfile::tempdir().unwrap();
    let other = run(&tiny_world(), &with(Strategy::Snn, 7));
    archive::write_history(&folder.path().join("snn-01.rwh"), &other).unwrap();
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    click(&mut w, "Workspace: Pair");
    w.run_steps(3);
    let steps: &[Step<Scene>] = &[
        ("at the end the two differ", |s| {
            assert_ne!(live(&s.w, Strategy::Random, 3), live(&s.w, Strategy::Snn, 3));
            s.says(3);
        }),
        ("one playhead: in round 1 both labelled the same", |s| {
            s.press_twice(egui::Key::OpenBracket);
            assert_eq!(s.w.state().state().shown_round(), 1);
            assert_eq!(live(&s.w, Strategy::Random, 1), live(&s.w, Strategy::Snn, 1));
            s.says(1);
        }),
        ("and back to the end", |s| {
            s.press_twice(egui::Key::CloseBracket);
            s.says(3);
        }),
        ("one camera: a drag in A moves B and the difference", |s| {
            let before = VIEWS.map(|v| picture(&mut s.w, v));
            assert!(before[0] != before[1], "A and B look the same");
            let from = s.w.get_by_label(VIEWS[0]).rect().center();
            let to = from + egui::vec2(40.0, 30.0);
            s.w.drag_at(from);
            s.w.step();
            s.w.hover_at(to);
            s.w.step();
            s.w.drop_at(to);
            s.w.run_steps(3);
            let after = VIEWS.map(|v| picture(&mut s.w, v));
            let still: Vec<&str> = (0..3).filter(|&i| before[i] == after[i]).map(|i| VIEWS[i]).collect();
            assert!(still.is_empty(), "did not move: {still:?}");
        }),
        ("predictions of the test images are counted from both histories", |s| {
            click(&mut s.w, "Difference of: predictions");
            wait_for(&mut s.w, "the question for codes", |state| state.brush.asked_evaluation);
            s.w.run_steps(3);
            let (a, b) = (s.right(Strategy::Random), s.right(Strategy::Snn));
            let both = a.intersection(&b).count();
            let text = format!("right: only A {}, both {both}, only B {}", a.len() - both, b.len() - both);
            assert!(s.w.query_by_label(&text).is_some(), "{text}");
        }),
        ("every control has a name", |s| s.w.check_accessibility()),
        ("a run from a file takes B's place", |s| {
            click(&mut s.w, "Open…");
            s.w.event(egui::Event::Text(s.folder.path().display().to_string()));
            s.w.step();
            s.w.key_press(egui::Key::Enter);
            let opened = "Opened 1 histories";
            wait_for(&mut s.w, "the history", |state| state.messages.iter().any(|m| m.text.starts_with(opened)));
            click(&mut s.w, "Run B");
            click(&mut s.w, "SNN, α = 0.3 σ, seed 7 (opened)");
            s.w.run_steps(3);
            let text = said(3, &live(&s.w, Strategy::Random, 3), &bought(s.other.rounds.iter().map(|r| &**r), 3));
            assert!(s.w.query_by_label(&text).is_some(), "{text}");
        }),
    ];
    take_steps(&mut Scene { w, folder, other }, steps);
}

/// A row of a table leads to the samples that its run labelled, in the sheet and in the latent view.
#[test]
fn a_row_of_a_table_leads_to_its_samples() {
    let mut w = window(true);
    wait_for(&mut w, "the end", is_finished);
    click(&mut w, "Workspace: Compare");
    click(&mut w, "Figure or table: Table 1");
    click(&mut w, "Samples labelled by SNN");
    w.run_steps(3);
    let state = w.state().state();
    let selection = state.brush.selection.clone().unwrap();
    let found: HashSet<u32> = selection.samples.iter().copied().collect();
    assert_eq!((found, selection.title()), (live(&w, Strategy::Snn, 3), Some("Labelled by SNN")));
    assert_eq!(state.focus.run, run_of(state, Strategy::Snn).unwrap().id);
    assert!(w.query_by_label("Images of the region: labelled").is_some(), "the sheet is on the screen");
}
