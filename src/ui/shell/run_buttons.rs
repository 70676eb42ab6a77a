//! The bar's buttons that run, step, stop and reset.

use super::action::Action;
use super::tool::Tool;
use crate::ui::kit::icons::Icon;
use crate::ui::kit::widgets::IconButton;
use crate::ui::state::{AppState, MainAction, Pending};

/// The buttons, from left to right.
pub fn all(state: &AppState) -> Vec<Tool> {
    let pausing = state.pending == Some(Pending::Pausing);
    let stopping = state.pending == Some(Pending::Stopping);
    let resetting = state.pending == Some(Pending::Resetting);
    let (icon, name, text, tip) = match state.main_action() {
        _ if pausing => (Icon::Pause, "Pausing", "Pausing…", "Pauses after the current optimiser step"),
        MainAction::Pause => (Icon::Pause, "Pause", "Pause", "Pause after the current optimiser step"),
        MainAction::Repeat => (
            Icon::Play,
            "Repeat",
            "Repeat",
            "All rounds are done and stay. Adds a run of each strategy with the next seed, and runs it",
        ),
        MainAction::Continue => (Icon::Play, "Continue", "Continue", "Go on with the rounds that are left"),
        MainAction::StartAgain => (
            Icon::Play,
            "Start again",
            "Start again",
            "Start a new session with these settings; this one stays under Runs",
        ),
        MainAction::Run | MainAction::Wait => (Icon::Play, "Run", "Run", "Run rounds until you pause"),
    };
    let can_step = state.generator.ready && !state.is_over() && !stopping && !resetting;
    let button = |icon, name, text, tip, enabled| IconButton::new(icon, name, tip).text(text).enabled(enabled);
    let run = button(icon, name, text, tip, state.pending.is_none()).primary();
    let step = "Run N optimiser steps, then pause";
    let round = "Run to the end of the current round of every strategy, then pause";
    let stop = "End here; completed rounds and a generator in training are kept, and the rest can be continued";
    let reset =
        "Start a new session with the same seed, which gives the same history; the present runs stay under Runs";
    let no_repeats = state.no_repeats();
    let add = no_repeats.unwrap_or("Add a run of each strategy with the next seed to the comparison");
    let [stop_text, reset_text] =
        [if stopping { "Stopping…" } else { "Stop" }, if resetting { "Resetting…" } else { "Reset" }];
    vec![
        Tool::new(run, Action::RunOrPause),
        Tool::new(button(Icon::StepMinibatches, "Step minibatches", "Step", step, can_step), Action::StepMinibatches),
        Tool::new(button(Icon::StepRound, "Step round", "Round", round, can_step), Action::StepRound),
        Tool::new(
            button(Icon::Stop, "Stop", stop_text, stop, !state.is_over() && !stopping && !resetting),
            Action::Stop,
        ),
        Tool::new(button(Icon::Reset, "Reset", reset_text, reset, !resetting), Action::Reset),
        Tool::new(button(Icon::NewSeed, "Add a repeat", "", add, no_repeats.is_none()), Action::AddRepeat),
    ]
}
