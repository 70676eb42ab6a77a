//! Forking at the playhead: the sheet with the settings that the fork changes after the shown round.

use egui::{DragValue, RichText, Ui};

use crate::experiment::{STEP_LENGTHS, Strategy};
use crate::ui::kit::icons::Icon;
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::kit::widgets::IconButton;
use crate::ui::panel::Cx;

const WIDTH: f32 = 300.0;
const NAME_WIDTH: f32 = 78.0;

/// The fork button next to the rounds, and its sheet.
pub fn button(ui: &mut Ui, cx: &mut Cx<'_>) {
    let round = cx.state.ended_round();
    let possible = round > 0 && round < cx.state.experiment.rounds;
    let tip = if possible || round == 0 {
        "Continues from the end of the shown round with another strategy, step length or seed"
    } else {
        "The last round cannot be forked; move the playhead to an earlier one"
    };
    let button = IconButton::new(Icon::Fork, "Fork from the shown round", tip).enabled(possible).show(ui);
    let sheet = egui::Popup::from_toggle_button_response(&button);
    let sheet = sheet.close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    if !possible || sheet.show(|ui| questions(ui, round, cx)).is_none() {
        // Closed: it begins anew with the run that is shown then.
        cx.state.fork_draft = None;
    }
}

fn questions(ui: &mut Ui, round: usize, cx: &mut Cx<'_>) {
    ui.set_width(WIDTH);
    let Some(now) = cx.state.shown_turn() else { return };
    let mut turn = cx.state.fork_draft.unwrap_or(now);
    ui.label(bold(format!("Fork {} after round {round}", now.strategy.label())));
    let text = "The fork shares the rounds so far and then continues with these settings, beside the present runs.";
    ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(cx.theme.weak)).wrap());
    ui.add_space(space::XS);
    let row = |ui: &mut Ui, name: &str, add: &mut dyn FnMut(&mut Ui)| {
        ui.horizontal(|ui| {
            let size = egui::vec2(NAME_WIDTH, ui.spacing().interact_size.y);
            let left = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(size, left, |ui| {
                ui.set_min_width(NAME_WIDTH);
                ui.label(RichText::new(name).color(cx.theme.weak));
            });
            add(ui);
        });
    };
    let dataset = cx.state.experiment.dataset;
    ui.label(RichText::new("Strategy").color(cx.theme.weak));
    // A combo box would close this popup, so all strategies are laid out.
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(2.0, 2.0);
        for strategy in Strategy::ALL.iter().filter(|s| s.objection(dataset).is_none()) {
            let name = RichText::new(strategy.label()).size(size::CAPTION);
            ui.selectable_value(&mut turn.strategy, *strategy, name);
        }
    });
    row(ui, "Step length α", &mut |ui| {
        let drag = DragValue::new(&mut turn.alpha).range(STEP_LENGTHS).speed(0.01).suffix(" σ");
        ui.add(drag).accessible_name("Step length of the fork");
    });
    row(ui, "Seed", &mut |ui| {
        ui.add(DragValue::new(&mut turn.seed).speed(0.1)).accessible_name("Seed of the fork");
    });
    cx.state.fork_draft = Some(turn);
    let error = turn.applied(&cx.state.experiment).validated().err();
    let changed = turn != now;
    ui.add_space(space::XS);
    let go = IconButton::new(Icon::Fork, "Fork", "Continues from the shown round with these settings")
        .text("Fork")
        .primary();
    if go.enabled(changed && error.is_none()).show(ui).clicked() {
        let command = cx.state.fork(round, turn);
        cx.commands.push(command);
        ui.close();
    }
    // Below the button, which stays where it is when this goes.
    let hint = match &error {
        Some(e) => Some((e.to_string(), cx.theme.error)),
        None if changed => None,
        None => Some(("Change a setting: with the same ones the fork would repeat the run.".into(), cx.theme.faint)),
    };
    if let Some((text, ink)) = hint {
        ui.add(egui::Label::new(RichText::new(text).size(size::CAPTION).color(ink)).wrap());
    }
}
