//! Figures 1 and 2, live: the stage that runs now, and one real proposal step by step.

use egui_kittest::kittest::Queryable as _;

use ridgewalk::engine::protocol::Phase;
use ridgewalk::experiment::Strategy;

use crate::ui::{click, is_ready, rounds, run_of, wait_for, window};

#[test]
fn a_proposal_is_shown_step_by_step_as_it_was() {
    let mut w = window(false);
    wait_for(&mut w, "the generator", is_ready);
    click(&mut w, "Workspace: Method");
    for card in ["Data D", "Encoder E", "Latent space", "Decoder G", "Target F", "Sampler"] {
        assert!(w.query_by_label(card).is_some(), "{card}");
    }
    for round in 1..=2 {
        w.key_press(egui::Key::ArrowRight);
        w.step();
        wait_for(&mut w, "the round", |s| s.progress.phase == Phase::Paused && rounds(s, Strategy::Snn) == round);
    }
    w.run_steps(2);
    wait_for(&mut w, "the first step", |s| s.answers.explain.get().is_some_and(|e| (e.round, e.proposal) == (2, 0)));
    click(&mut w, "Next proposal");
    wait_for(&mut w, "the next step", |s| s.answers.explain.get().is_some_and(|e| (e.round, e.proposal) == (2, 1)));
    let state = w.state().state();
    let explained = state.answers.explain.get().unwrap();
    let step = run_of(state, Strategy::Snn).unwrap().rounds[1].proposals[1].step.clone().unwrap();
    // The step used the target of the previous round; its loss is in the history.
    let loss = -explained.probabilities[usize::from(step.parent_label)].ln();
    assert!((loss - step.loss).abs() < 1e-3 * (1.0 + step.loss), "{loss} {}", step.loss);
    assert_eq!((explained.decoded.len(), explained.moved.len()), (784, 784));
    assert!(explained.decoded != explained.moved && explained.moved_probabilities.len() == 10);
    w.check_accessibility();
    // Ordered by the gradient, the first is the one that moves the loss most.
    click(&mut w, "Order of the proposals");
    click(&mut w, "longest gradient first");
    let length = |i: usize, s: &ridgewalk::ui::state::AppState| {
        let step = run_of(s, Strategy::Snn)?.rounds[1].proposals[i].step.as_ref()?;
        Some(step.gradient.iter().map(|g| g * g).sum::<f32>())
    };
    let proposals = run_of(w.state().state(), Strategy::Snn).unwrap().rounds[1].proposals.len();
    let lengths = |s: &ridgewalk::ui::state::AppState| (0..proposals).filter_map(|i| length(i, s)).fold(0.0, f32::max);
    wait_for(&mut w, "the longest gradient", |s| {
        s.answers.explain.get().is_some_and(|e| length(e.proposal, s) == Some(lengths(s)))
    });
    // Random sampling takes no steps: the sample, and how it was picked.
    click(&mut w, "Run shown: Random");
    w.run_steps(2);
    assert!(w.query_by_label_contains("Random labelled a").is_some());
    w.check_accessibility();
    // While a round runs, the card of the running stage says so.
    click(&mut w, "Run");
    wait_for(&mut w, "training", |s| s.progress.phase == Phase::TrainingTarget);
    assert!(w.query_by_label("Target F, at work now").is_some());
}
