//! The bar's buttons that run, step, stop and reset.

use super::action::{BarAction, Tool};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::widgets::IconButton;
use crate::ui::state::{AppState, Pending};

/// The buttons, from left to right.
pub fn all(state: &AppState) -> Vec<Tool> {
    let pausing = state.pending == Some(Pending::Pausing);
    let stopping = state.pending == Some(Pending::Stopping);
    let resetting = state.pending == Some(Pending::Resetting);
    let (icon, name, text, tip) = match (pausing, state.is_over(), state.can_pause()) {
        (true, ..) => (Icon::Pause, "Pausing", "Pausing…", "Pauses after the current optimiser step"),
        (_, true, _) => {
            (Icon::Play, "Run again", "Run again", "The run has ended. Starts it again with the same seed (Space)")
        }
        (_, _, true) => (Icon::Pause, "Pause", "Pause", "Pause after the current optimiser step (Space)"),
        _ => (Icon::Play, "Run", "Run", "Run rounds until you pause (Space)"),
    };
    let can_step = state.generator.ready && !state.is_over() && !stopping && !resetting;
    let button = |icon, name, text, tip, enabled| IconButton::new(icon, name, tip).text(text).enabled(enabled);
    let run = button(icon, name, text, tip, !pausing && !stopping && !resetting).primary();
    let step = "Run N optimiser steps, then pause (↓)";
    let round = "Run to the end of the current round of every strategy, then pause (→)";
    let stop = "End the experiment here; completed rounds are kept";
    let reset = "Start again with the same seed, which gives the same history";
    let [stop_text, reset_text] =
        [if stopping { "Stopping…" } else { "Stop" }, if resetting { "Resetting…" } else { "Reset" }];
    vec![
        Tool::new(run, BarAction::RunOrPause),
        Tool::new(
            button(Icon::StepMinibatches, "Step minibatches", "Step", step, can_step),
            BarAction::StepMinibatches,
        ),
        Tool::new(button(Icon::StepRound, "Step round", "Round", round, can_step), BarAction::StepRound),
        Tool::new(
            button(Icon::Stop, "Stop", stop_text, stop, !state.is_over() && !stopping && !resetting),
            BarAction::Stop,
        ),
        Tool::new(button(Icon::Reset, "Reset", reset_text, reset, !resetting), BarAction::Reset),
        Tool::new(
            button(Icon::NewSeed, "Reset with a new seed", "", "Start again with the next seed", !resetting),
            BarAction::ResetNewSeed,
        ),
    ]
}
