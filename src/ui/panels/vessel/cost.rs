//! What labels cost: solves, refusals and seconds of the labelling tool for each run, as they happen.

use egui::{RichText, Ui};

use crate::ui::kit::looks;
use crate::ui::kit::theme::{bold, size, space};
use crate::ui::kit::words;
use crate::ui::panel::Cx;
use crate::ui::state::{LabellingCost, RunState};

/// A row for each run; nothing before there is one.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    if cx.state.runs.is_empty() {
        return;
    }
    ui.add_space(space::S);
    let weak = |text: &str| RichText::new(text).size(size::CAPTION).color(cx.theme.weak);
    ui.label(bold("Labelling cost"));
    let grid = egui::Grid::new("labelling cost").num_columns(6).spacing([space::L, 2.0]).min_col_width(0.0);
    grid.show(ui, |ui| {
        ui.spacing_mut().interact_size.y = size::BODY;
        for head in ["run", "solves", "refusals", "seconds", "ms a solve", ""] {
            ui.label(weak(head));
        }
        ui.end_row();
        for run in &cx.state.runs {
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
    let tip = "Real masks were solved before the first round: each costs what its solve took then.";
    let seconds = ui.label(format!("{:.1}", cost.seconds));
    if own {
        seconds.on_hover_text(tip);
    }
    ui.label(if attempts > 0 { format!("{:.0}", 1_000.0 * cost.seconds / attempts as f32) } else { "–".into() });
    match run.labelling {
        Some(now) => {
            let text = format!("round {}: {} of {}, {} refused", now.round, now.labelled, now.wanted, now.refused);
            ui.label(RichText::new(text).color(cx.theme.accent));
        }
        None => {
            ui.label("");
        }
    }
}

/// How often which refusal.
fn kinds(cost: &LabellingCost) -> String {
    if cost.refused.is_empty() {
        return "Of a completed round, by kind; others are drawn in their place".into();
    }
    let of = |(kind, n): (&String, &usize)| format!("{n} {}", kind.replace('-', " "));
    let list: Vec<_> = cost.refused.iter().map(of).collect();
    format!("{}. Others were drawn in their place.", list.join(", "))
}
