//! The cost of labels: solves, rejected masks and seconds of the labelling tool for each run, live.

use egui::{RichText, Ui};

use crate::ui::kit::looks;
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{LabellingCost, RunState};

/// A table with one row per shown run of the session; empty before the first run.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let runs: Vec<&RunState> = cx.state.runs_shown().filter_map(|listed| listed.live).collect();
    if runs.is_empty() {
        return;
    }
    ui.add_space(space::S);
    let weak = |text: &str| RichText::new(text).size(size::CAPTION).color(cx.theme.weak);
    ui.label(bold("Labelling cost"));
    let grid = egui::Grid::new("labelling cost").num_columns(6).spacing([space::L, 2.0]).min_col_width(0.0);
    grid.show(ui, |ui| {
        ui.spacing_mut().interact_size.y = size::BODY;
        for head in ["run", "solves", "rejected", "seconds", "ms per solve", ""] {
            ui.label(weak(head));
        }
        ui.end_row();
        for run in runs {
            row(ui, cx, run);
            ui.end_row();
        }
    });
}

fn row(ui: &mut Ui, cx: &Cx<'_>, run: &RunState) {
    let cost = run.labelling_cost();
    let attempts = cost.solved + cost.refusals();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        looks::line_swatch(ui, cx.state.style_of(run.id), 2.0);
        ui.label(cx.state.name_of(run.id));
    });
    ui.label(words::thousands(cost.solved));
    let share = 100.0 * cost.refusals() as f32 / attempts.max(1) as f32;
    let text = match cost.refusals() {
        0 => "0".to_owned(),
        n => format!("{} ({share:.0} %)", words::thousands(n)),
    };
    ui.label(text).on_hover_text(kinds(&cost));
    let own = !run.strategy.generates_samples();
    let tip = "Real masks were solved before the first round; each costs the time that its solve took.";
    let seconds = ui.label(format!("{:.1}", cost.seconds));
    if own {
        seconds.on_hover_text(tip);
    }
    ui.label(if attempts > 0 { format!("{:.0}", 1_000.0 * cost.seconds / attempts as f32) } else { "–".into() });
    match run.labelling {
        Some(now) => {
            let text = format!("round {}: {} of {}, {} rejected", now.round, now.labelled, now.wanted, now.refused);
            ui.label(RichText::new(text).color(cx.theme.accent));
        }
        None => {
            ui.label("");
        }
    }
}

/// The counts of rejected masks by reason.
fn kinds(cost: &LabellingCost) -> String {
    if cost.refused.is_empty() {
        return "By kind once the round is complete; new samples replace them".into();
    }
    let of = |(kind, n): (&String, &usize)| format!("{n} {}", kind.replace('-', " "));
    let list: Vec<_> = cost.refused.iter().map(of).collect();
    format!("{}. New samples replaced them.", list.join(", "))
}
