//! The choice of the shown run: its variant, and which of its repeats.

use egui::{ComboBox, Ui};

use crate::engine::planned::RunId;
use crate::ui::kit::widgets;
use crate::ui::panel::Cx;

/// More variants than this are listed in a menu instead of side by side.
const MANY: usize = 3;
/// Letters of names that fit side by side.
const LONGEST_NAMES: usize = 22;
/// Widths of the lists of variants and of repeats, points.
const VARIANTS_WIDTH: f32 = 128.0;
const REPEATS_WIDTH: f32 = 62.0;

/// Variants side by side or in a list; a list of repeats beside them if there are several.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let variants = cx.state.variants_with_runs();
    let focus = cx.state.focus.run;
    let at = variants.iter().position(|(_, runs)| runs.contains(&focus)).unwrap_or(0);
    let Some((_, repeats)) = variants.get(at) else { return };
    let mut shown = focus;
    let mut variant = at;
    let tip = "Show this run's samples, proposals, walks and target";
    let letters: usize = variants.iter().map(|(name, _)| name.chars().count()).sum();
    if variants.len() > 1 && variants.len() <= MANY && letters <= LONGEST_NAMES {
        let choices: Vec<_> = variants.iter().enumerate().map(|(i, (name, _))| (i, name.as_str(), tip)).collect();
        widgets::segmented(ui, "Run shown", &mut variant, &choices);
    } else if variants.len() > 1 {
        let combo = ComboBox::new("run shown", "").width(VARIANTS_WIDTH).truncate().selected_text(&variants[at].0);
        let response = combo.show_ui(ui, |ui| {
            for (i, (name, _)) in variants.iter().enumerate() {
                ui.selectable_value(&mut variant, i, name).on_hover_text(tip);
            }
        });
        response.response.accessible_name("Run shown");
    }
    if variant != at {
        // The repeat that is shown, if the other variant has it.
        let seed = cx.state.experiment_of(focus).seed;
        let runs = &variants[variant].1;
        let same = runs.iter().find(|run| cx.state.experiment_of(**run).seed == seed);
        shown = same.or(runs.first()).copied().unwrap_or(focus);
    } else if repeats.len() > 1 {
        let seed = |run: RunId| format!("seed {}", cx.state.experiment_of(run).seed);
        let combo = ComboBox::new("repeat shown", "").width(REPEATS_WIDTH).selected_text(seed(focus));
        let response = combo.show_ui(ui, |ui| {
            for run in repeats {
                let begun = cx.state.run(*run).is_some();
                ui.add_enabled_ui(begun, |ui| ui.selectable_value(&mut shown, *run, seed(*run)))
                    .inner
                    .on_disabled_hover_text("It has not begun yet");
            }
        });
        response.response.accessible_name("Repeat shown");
    }
    if shown != focus {
        let command = cx.state.show(shown);
        cx.commands.push(command);
    }
}
